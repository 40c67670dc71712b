//! Samples: packets of one run, put in order, become whole pictures and pieces of sound, and those become boxes of MP4.
//!
//! What the recorder writes and what live HLS sends is made here.

mod assemble;
mod boxes;
mod clock;
mod layers;
mod order;
mod parameters;
mod run;

pub(crate) use assemble::{Assembled, Configuration, Sample};
pub(crate) use boxes::{Timed, beginning, fragment};
pub(crate) use clock::ServerClock;
pub(crate) use layers::{Layers, Report};
pub(crate) use run::{Run, Step};
