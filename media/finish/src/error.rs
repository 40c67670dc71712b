//! Why a Recording could not be finished.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub(crate) enum FinishError {
    /// There is nothing to watch or hear in it; the program ends with its own code.
    #[error("the Recording holds no media")]
    NoMedia,
    #[error("{doing} {}", path.display())]
    File { doing: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{doing}")]
    Codec { doing: &'static str, source: ffmpeg_next::Error },
    #[error("this FFmpeg has no {0}")]
    NoCodec(&'static str),
    #[error("{0}")]
    Unreadable(&'static str),
    #[error("writing JSON")]
    Json(#[from] serde_json::Error),
}

pub(crate) type Result<T> = std::result::Result<T, FinishError>;

/// Says which file it was.
pub(crate) trait OfFile<T> {
    fn of(self, doing: &'static str, path: &std::path::Path) -> Result<T>;
}

impl<T> OfFile<T> for std::io::Result<T> {
    fn of(self, doing: &'static str, path: &std::path::Path) -> Result<T> {
        self.map_err(|source| FinishError::File { doing, path: path.to_owned(), source })
    }
}

/// Says what FFmpeg was asked to do.
pub(crate) trait OfCodec<T> {
    fn of(self, doing: &'static str) -> Result<T>;
}

impl<T> OfCodec<T> for std::result::Result<T, ffmpeg_next::Error> {
    fn of(self, doing: &'static str) -> Result<T> {
        self.map_err(|source| FinishError::Codec { doing, source })
    }
}

/// The whole chain in one line, for whoever reads the last line of stderr.
pub(crate) fn chain(error: &FinishError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
