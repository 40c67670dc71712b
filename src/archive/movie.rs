//! Movie: what an uploaded MP4 says of itself (ISO/IEC 14496-12), read without its media.

use std::io::{self, SeekFrom};
use std::path::Path;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

/// A table of contents of a ten-hour video is about 10 MB.
const LARGEST_MOOV: u64 = 64 * 1024 * 1024;
/// Boxes side by side that are looked at: fragments of ten hours.
const MOST_BOXES: usize = 100_000;
/// What every browser of today plays.
const PLAYABLE: &[&[u8]] = &[b"avc1", b"avc3", b"mp4a", b"Opus", b"av01", b"vp09"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movie {
    pub duration_ms: u64,
    /// Are all its tracks of kinds that browsers play?
    pub playable: bool,
}

/// None of what is no whole MP4.
pub async fn movie(path: &Path) -> io::Result<Option<Movie>> {
    let mut file = File::open(path).await?;
    let length = file.metadata().await?.len();
    let (mut at, mut first, mut found, mut media) = (0, true, None, false);
    for _ in 0..MOST_BOXES {
        let mut head = [0; 16];
        file.seek(SeekFrom::Start(at)).await?;
        let read = read_up_to(&mut file, &mut head).await?;
        let Some((kind, header, size)) = header(&head[..read], length - at) else { return Ok(None) };
        if first && &kind != b"ftyp" || size > length - at {
            return Ok(None);
        }
        first = false;
        if &kind == b"moov" {
            if size > LARGEST_MOOV {
                return Ok(None);
            }
            let mut moov = vec![0; usize::try_from(size - header).unwrap_or(0)];
            file.seek(SeekFrom::Start(at + header)).await?;
            file.read_exact(&mut moov).await?;
            found = read_moov(&moov);
        }
        media |= &kind == b"mdat";
        at += size;
        // What follows has to be there, too: many begin with their table of contents.
        if at >= length {
            return Ok(found.filter(|_| media));
        }
    }
    Ok(None)
}

async fn read_up_to(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read(&mut buffer[read..]).await? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
}

/// Kind, length of the header, and length of the whole box (section 4.2).
fn header(head: &[u8], rest: u64) -> Option<([u8; 4], u64, u64)> {
    let kind: [u8; 4] = head.get(4..8)?.try_into().ok()?;
    let small = u32::from_be_bytes(head.get(..4)?.try_into().ok()?);
    let (header, size) = match small {
        0 => (8, rest),
        1 => (16, u64::from_be_bytes(head.get(8..16)?.try_into().ok()?)),
        small => (8, u64::from(small)),
    };
    (size >= header).then_some((kind, header, size))
}

/// The boxes in `bytes`; ends at what is none.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (kind, header, size) = header(rest, rest.len() as u64)?;
        let (header, size) = (usize::try_from(header).ok()?, usize::try_from(size).ok()?);
        let content = rest.get(header..size)?;
        rest = &rest[size..];
        Some((kind, content))
    })
}

fn child<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|(kind, _)| kind == wanted).map(|(_, content)| content)
}

fn read_moov(moov: &[u8]) -> Option<Movie> {
    let mvhd = child(moov, b"mvhd")?;
    let number = |at: usize, long: usize| {
        let bytes = mvhd.get(at..at + long)?;
        Some(bytes.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte)))
    };
    // Section 8.2.2: version 1 has times of 64 bits.
    let (scale, duration) = match mvhd.first()? {
        1 => (number(20, 4)?, number(24, 8)?),
        _ => (number(12, 4)?, number(16, 4)?),
    };
    let mut tracks = boxes(moov).filter(|(kind, _)| kind == b"trak").peekable();
    tracks.peek()?;
    let playable = tracks.all(|(_, trak)| {
        let handler = child(trak, b"mdia").and_then(|mdia| child(mdia, b"hdlr")).and_then(|hdlr| hdlr.get(8..12));
        // Captions, timecodes and the like are passed over by browsers.
        let shown = matches!(handler, Some(b"vide" | b"soun"));
        !shown || sample_entry(trak).is_some_and(|entry| PLAYABLE.contains(&entry))
    });
    let ms = u128::from(duration) * 1000 / u128::from(scale.max(1));
    u64::try_from(ms).ok().filter(|ms| *ms > 0).map(|duration_ms| Movie { duration_ms, playable })
}

/// The four letters of the first sample entry (section 8.5.2).
fn sample_entry(trak: &[u8]) -> Option<&[u8]> {
    let stbl = child(child(child(trak, b"mdia")?, b"minf")?, b"stbl")?;
    child(stbl, b"stsd")?.get(12..16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
        [&size, kind.as_slice(), content].concat()
    }

    fn file_of(codec: &[u8; 4]) -> Vec<u8> {
        let mut mvhd = vec![0; 100];
        mvhd[12..16].copy_from_slice(&1000_u32.to_be_bytes());
        mvhd[16..20].copy_from_slice(&61_500_u32.to_be_bytes());
        let stsd = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 86], codec.as_slice(), &[0; 78]].concat());
        let minf = boxed(b"minf", &boxed(b"stbl", &stsd));
        let mdia = boxed(b"mdia", &[boxed(b"hdlr", b"\0\0\0\0\0\0\0\0vide\0\0\0\0"), minf].concat());
        let moov = boxed(b"moov", &[boxed(b"mvhd", &mvhd), boxed(b"trak", &mdia)].concat());
        [boxed(b"ftyp", b"isomiso2"), boxed(b"mdat", &[7; 500]), moov].concat()
    }

    /// As it is published, so that it plays before all of it is there.
    fn begins_with_contents(file: &[u8]) -> Vec<u8> {
        let (head, rest) = file.split_at(16);
        let (media, contents) = rest.split_at(508);
        [head, contents, media].concat()
    }

    async fn told(bytes: &[u8]) -> Option<Movie> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("video.mp4");
        std::fs::write(&path, bytes).unwrap();
        movie(&path).await.unwrap()
    }

    #[tokio::test]
    async fn a_video_says_how_long_it_is_and_what_it_is_made_of() {
        assert_eq!(told(&file_of(b"avc1")).await, Some(Movie { duration_ms: 61_500, playable: true }));
        assert_eq!(told(&file_of(b"hvc1")).await, Some(Movie { duration_ms: 61_500, playable: false }));
    }

    #[tokio::test]
    async fn what_is_torn_or_something_else_is_no_video() {
        for whole in [file_of(b"avc1"), begins_with_contents(&file_of(b"avc1"))] {
            assert!(told(&whole).await.is_some());
            for cut in 0..whole.len() {
                assert_eq!(told(&whole[..cut]).await, None, "cut at {cut}");
                if cut % 7 == 0 {
                    let mut odd = whole.clone();
                    odd[cut] ^= 0xff;
                    let _ = told(&odd).await;
                }
            }
        }
        assert_eq!(told(b"%PDF-1.7").await, None);
    }
}
