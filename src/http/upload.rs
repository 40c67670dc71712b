//! Files of forms: streamed to disk as they come, and told what they are by their bytes.

use super::error::ApiError;
use crate::archive::{BlobError, Incoming, Movie, movie};
use crate::domain::attachment::{MediaType, begins_like_one, sniff};
use axum::extract::multipart::{Field, MultipartError};

/// Every kind of file that is taken tells itself by fewer bytes.
const LONGEST_HEAD: u64 = 16;

/// Why a file is not taken.
pub(super) enum NotTaken {
    TooLarge,
    NotWritten(BlobError),
    Torn(MultipartError),
}

/// What the bytes of a file say.
pub(super) enum Looked {
    Movie(Movie),
    Document(MediaType),
    TooLarge,
    Nothing,
}

/// Writes the field to disk piece by piece. Of one that is not taken the rest is heard and forgotten: a browser hears a refusal only
/// when it was let to send all of it.
pub(super) async fn take(incoming: Incoming, mut field: Field<'_>, most: u64) -> Result<Incoming, NotTaken> {
    let mut taken = Ok(incoming);
    while let Some(piece) = field.chunk().await.map_err(NotTaken::Torn)? {
        let Ok(incoming) = &mut taken else { continue };
        if incoming.size() + piece.len() as u64 > most {
            taken = Err(NotTaken::TooLarge);
        } else if let Err(error) = incoming.write(&piece).await {
            taken = Err(NotTaken::NotWritten(error));
        }
    }
    taken
}

/// Documents are looked into, so they fit into memory; videos are not.
pub(super) async fn look(file: &mut Incoming, largest_document: u64) -> Result<Looked, ApiError> {
    let size = file.size();
    if let Some(movie) = movie(file.path().await?).await.map_err(ApiError::inside)? {
        if !movie.playable {
            return Err(ApiError::field(
                "file",
                "浏览器播放不了这种视频编码。请导出为 H.264 画面、AAC 声音的 MP4 后再上传。",
            ));
        }
        return Ok(Looked::Movie(movie));
    }
    // A video of another kind is told so, whatever its size.
    if !begins_like_one(&file.head(LONGEST_HEAD).await?) {
        return Ok(Looked::Nothing);
    }
    if size > largest_document {
        return Ok(Looked::TooLarge);
    }
    Ok(sniff(&file.content().await?).map_or(Looked::Nothing, Looked::Document))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Blobs;

    #[tokio::test]
    async fn a_large_file_of_no_kind_that_is_taken_is_told_so() {
        const LARGEST: u64 = 1000;
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let looked = async |name: &str, head: &[u8]| {
            let mut incoming = blobs.begin(name).await.unwrap();
            incoming.write(head).await.unwrap();
            incoming.write(&[0; LARGEST as usize]).await.unwrap();
            look(&mut incoming, LARGEST).await.unwrap()
        };
        assert!(matches!(looked("avi", b"RIFF\0\0\0\0AVI LIST").await, Looked::Nothing));
        assert!(matches!(looked("pdf", b"%PDF-1.7").await, Looked::TooLarge));
        assert!(matches!(looked("zip", b"PK\x03\x04").await, Looked::TooLarge));
    }
}
