//! Lectern 讲台: live lessons and online research sessions for famous-teacher studios.

pub mod domain;
pub mod store;
