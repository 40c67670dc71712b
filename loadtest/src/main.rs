//! Members made of code: publish a test broadcast, watch in crowds, measure, and say what was seen.
#![allow(dead_code)]

mod clock;
mod h264;
mod join;
mod light;
mod member;
mod process;
mod publish;
mod publisher;
mod sdp;
mod source;
mod stats;
#[cfg(test)]
mod testing;

fn main() {}
