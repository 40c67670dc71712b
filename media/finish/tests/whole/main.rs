//! Whole Recordings, made as the recorder makes them, finished by the program and watched with FFmpeg.

#![expect(clippy::unwrap_used, reason = "a surprised test should stop")]

mod fixture;
mod watch;

mod composed;
mod copied;
mod damaged;
mod long;
mod small;
mod streamed;
