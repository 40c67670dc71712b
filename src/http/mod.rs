//! The HTTP edge: a file per noun, with access in each handler's signature.

pub mod addresses;
mod body;
pub mod certificate;
mod cookie;
mod error;
pub mod key;
pub mod shapes;
pub mod ticket;
