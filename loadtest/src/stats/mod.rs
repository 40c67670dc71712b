//! What a run measures: distributions of durations, and what arrived out of what was sent.

mod histogram;
mod loss;

pub(crate) use histogram::Histogram;
pub(crate) use loss::{Arrival, LossCount};
