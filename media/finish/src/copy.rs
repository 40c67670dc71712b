//! The picture as it was sent: samples of the Recording's own files, placed on the replay's time line.

use crate::boxes::Entry;
use crate::error::{FinishError, OfFile, Result};
use crate::index::Codec;
use crate::picture::decode::Decoder;
use crate::plan::Shot;
use crate::recording::Stream;
use crate::track::{Cut, Made};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

/// `length` in microseconds.
pub(crate) fn copy(streams: &[Stream], shots: &[Shot], length: i64) -> Result<Made> {
    let mut configs: Vec<&[u8]> = Vec::new();
    let mut made = Made { entries: Vec::new(), files: Vec::new(), cuts: Vec::with_capacity(shots.len()) };
    let mut next = 0;
    for shot in shots {
        let piece = &streams[shot.stream].pieces[shot.piece];
        let sample = piece.index.samples[shot.sample];
        let Codec::H264(config) = &piece.index.codec else { return Err(FinishError::Unreadable("not H.264")) };
        let entry = match configs.iter().position(|known| known == config) {
            Some(entry) => entry,
            None => {
                let (width, height) = size(&piece.path, &piece.index.codec, sample.offset, sample.size)?;
                configs.push(config);
                made.entries.push(Entry::H264(config.clone(), width, height));
                configs.len() - 1
            }
        };
        let file = place(&mut made.files, &piece.path);
        // The first picture stands from the beginning on, and no two at once.
        let at = if made.cuts.is_empty() { 0 } else { ((shot.at * 0.09) as u64).max(next) };
        next = at + 1;
        let (offset, size, sync) = (sample.offset, sample.size, sample.sync);
        made.cuts.push(Cut { file, offset, size, at, duration: 0, sync, entry: entry as u32 });
    }
    made.close((length * 9 / 100) as u64);
    Ok(made)
}

fn place(files: &mut Vec<PathBuf>, path: &PathBuf) -> u32 {
    let at = files.iter().rposition(|known| known == path).unwrap_or_else(|| {
        files.push(path.clone());
        files.len() - 1
    });
    at as u32
}

/// As the decoder says: the manifest may not know.
fn size(path: &PathBuf, codec: &Codec, offset: u64, size: u32) -> Result<(u16, u16)> {
    let mut file = File::open(path).of("opening", path)?;
    file.seek(SeekFrom::Start(offset)).of("reading", path)?;
    let mut bytes = vec![0; size as usize];
    file.read_exact(&mut bytes).of("reading", path)?;
    let mut decoder = Decoder::new(codec)?;
    let picture = decoder.decode(&bytes, true, 0).or_else(|| decoder.rest());
    let picture = picture.ok_or(FinishError::Unreadable("the first picture cannot be decoded"))?;
    Ok((picture.width() as u16, picture.height() as u16))
}
