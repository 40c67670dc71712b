//! Members made of code: publish a test broadcast, watch in crowds, measure, and say what was seen.
#![allow(dead_code)]

mod clock;
mod h264;
mod source;
mod stats;

fn main() {}
