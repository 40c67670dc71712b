//! Work that no request waits for.

pub mod assessment;
pub mod demo;
pub mod finish;
