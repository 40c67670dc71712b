//! What people in a live Session say to each other and to the server, and what the Room decides.
//!
//! A pure crate: no clock, no random, no io. `now` is always an argument and every decision comes back as data.

pub mod effect;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod moment;
pub mod protocol;
pub mod room;

pub use effect::Effect;
pub use moment::Moment;
