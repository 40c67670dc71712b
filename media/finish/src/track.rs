//! A finished track: samples that lie in files, each with its time, ready for an MP4 and for HLS.

use crate::boxes::Entry;
use crate::error::{OfFile, Result};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A sample without reordering: it is shown when it is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cut {
    pub file: u32,
    pub offset: u64,
    pub size: u32,
    /// In ticks of the track.
    pub at: u64,
    pub duration: u32,
    pub sync: bool,
    /// Which of the entries it is decoded with.
    pub entry: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub entries: Vec<Entry>,
    pub files: Vec<PathBuf>,
    pub cuts: Vec<Cut>,
}

impl Made {
    /// Sorted by time; each lasts until the next, the last until `end`.
    pub(crate) fn close(&mut self, end: u64) {
        let mut next = end;
        for cut in self.cuts.iter_mut().rev() {
            cut.duration = u32::try_from(next.saturating_sub(cut.at)).unwrap_or(u32::MAX).max(1);
            next = cut.at;
        }
    }

    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader { files: &self.files, open: None }
    }
}

/// Reads samples, mostly one after the other.
pub(crate) struct Reader<'a> {
    files: &'a [PathBuf],
    open: Option<(u32, File, u64)>,
}

impl Reader<'_> {
    pub(crate) fn read(&mut self, cut: &Cut, into: &mut Vec<u8>) -> Result<()> {
        let path = &self.files[cut.file as usize];
        let (file, at) = match &mut self.open {
            Some((number, file, at)) if *number == cut.file => (file, at),
            open => {
                let opened = (cut.file, File::open(path).of("opening", path)?, 0);
                let (_, file, at) = open.insert(opened);
                (file, at)
            }
        };
        if *at != cut.offset {
            file.seek(SeekFrom::Start(cut.offset)).of("reading", path)?;
        }
        let from = into.len();
        into.resize(from + cut.size as usize, 0);
        file.read_exact(&mut into[from..]).of("reading", path)?;
        *at = cut.offset + u64::from(cut.size);
        Ok(())
    }
}

/// Writes `path` in one go: whoever sees it sees all of it, also after a power cut.
pub(crate) fn write_whole(path: &Path, write: impl FnOnce(&mut std::io::BufWriter<File>) -> Result<()>) -> Result<()> {
    let part = part_of(path);
    let mut file = std::io::BufWriter::new(File::create(&part).of("creating", &part)?);
    write(&mut file)?;
    file.flush().of("writing", &part)?;
    file.get_ref().sync_all().of("writing", &part)?;
    std::fs::rename(&part, path).of("renaming", &part)
}

pub(crate) fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}
