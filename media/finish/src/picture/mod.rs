//! Pictures: decoded, put on a stage, encoded, and kept as JPEG.

pub(crate) mod decode;
pub(crate) mod encode;
pub(crate) mod jpeg;
pub(crate) mod slides;
pub(crate) mod stage;
