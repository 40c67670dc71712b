//! Lectern 讲台: live lessons and online research sessions for famous-teacher studios.

pub mod app;
pub mod archive;
pub mod config;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod live;
pub mod store;
