//! `lectern-finish` turns a closed Recording into what people watch. It runs as a child process, so
//! that a codec crash and FFmpeg's licence both stay outside the server.

fn main() -> std::process::ExitCode {
    // Nothing to finish yet: recordings begin with the recorder. A caller must not mistake this for success.
    eprintln!("lectern-finish: no recording formats are supported in this version");
    std::process::ExitCode::from(2)
}
