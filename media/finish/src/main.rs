//! `lectern-finish` turns a closed Recording into what people watch. It runs as a child process, so
//! that a codec crash and FFmpeg's licence both stay outside the server.
//!
//! `lectern-finish finish <folder>` ends with 0 when `out/result.json` stands, 3 when there is nothing to watch in the
//! Recording, 4 when another one is at it, and 1 when it failed; the last line of stderr says why.
//! `lectern-finish aac` turns Opus from stdin into AAC on stdout, for live HLS.

mod boxes;
mod chapters;
mod clock;
mod compose;
mod copy;
mod error;
mod hls;
mod index;
mod manifest;
mod mp4;
mod picture;
mod plan;
mod progress;
mod recording;
mod sound;
mod steps;
mod stills;
mod stream;
mod timeline;
mod track;

use error::FinishError;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Err(error) = ffmpeg_next::init() {
        eprintln!("FFmpeg does not start: {error}");
        return ExitCode::FAILURE;
    }
    // Damaged samples are expected; what matters is told by this program itself.
    ffmpeg_next::log::set_level(ffmpeg_next::log::Level::Fatal);
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    match words.as_slice() {
        [verb, folder] if verb == "finish" => finish(Path::new(folder)),
        [verb] if verb == "aac" => aac(),
        _ => {
            eprintln!("usage: lectern-finish finish <folder of a Recording> | lectern-finish aac");
            ExitCode::from(2)
        }
    }
}

fn aac() -> ExitCode {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::BufWriter::new(std::io::stdout().lock()));
    match stream::aac(&mut input, &mut output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", error::chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn finish(folder: &Path) -> ExitCode {
    // After a server that was killed its child may still be at work.
    let lock = match File::open(folder) {
        Ok(lock) => lock,
        Err(error) => {
            eprintln!("opening {}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    };
    if let Err(TryLockError::WouldBlock) = lock.try_lock() {
        eprintln!("another one is at it");
        return ExitCode::from(4);
    }
    match steps::finish(folder, &mut progress::Progress::default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", error::chain(&error));
            if matches!(error, FinishError::NoMedia) { ExitCode::from(3) } else { ExitCode::FAILURE }
        }
    }
}
