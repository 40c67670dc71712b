//! Which sample of a fragmented MP4 lies where and when it is (ISO/IEC 14496-12 §8.8), one track a file.
//!
//! The recorder may be killed while it writes: only fragments that are there as a whole count.

use std::io::{Read, Seek, SeekFrom};

/// A `moov` or `moof` is some kilobytes; more is no box of a recorder.
const LARGEST_BOX: u64 = 16 << 20;
/// ISO/IEC 14496-12 §8.8.3.1: sample_is_non_sync_sample.
const NOT_SYNC: u32 = 0x1_0000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Codec {
    Opus,
    /// With the body of its `avcC`.
    H264(Vec<u8>),
    Vp8,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    pub offset: u64,
    pub size: u32,
    /// When it is shown, in ticks of the file.
    pub ticks: i64,
    pub duration: u32,
    pub sync: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Index {
    pub codec: Codec,
    pub timescale: u32,
    pub samples: Vec<Sample>,
}

#[derive(Default, Clone, Copy)]
struct Defaults {
    duration: u32,
    size: u32,
    flags: u32,
}

/// `None` when the file does not even begin as one: it was cut off before its first fragment, or is something else.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> std::io::Result<Option<Index>> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut index: Option<(Index, Defaults)> = None;
    // Samples of a `moof` count only with the whole `mdat` behind it.
    let mut waiting: Vec<Sample> = Vec::new();
    let mut at = 0;
    while let Some(head) = head(file, at, length)? {
        match &head.kind {
            b"moov" if head.size <= LARGEST_BOX && index.is_none() => index = movie(&body(file, &head)?),
            b"moof" if head.size <= LARGEST_BOX => {
                waiting.clear();
                if let Some((_, defaults)) = &index {
                    waiting = fragment(&body(file, &head)?, at, *defaults).unwrap_or_default();
                }
            }
            b"mdat" => {
                if let Some((index, _)) = &mut index {
                    let inside = |sample: &Sample| {
                        sample.offset >= head.body && sample.offset + u64::from(sample.size) <= head.end
                    };
                    index.samples.extend(waiting.drain(..).filter(inside));
                }
            }
            _ => {}
        }
        at += head.size;
    }
    Ok(index.map(|(index, _)| index))
}

struct Head {
    kind: [u8; 4],
    size: u64,
    body: u64,
    end: u64,
}

/// The box at `at`, when all of it is there.
fn head(file: &mut (impl Read + Seek), at: u64, length: u64) -> std::io::Result<Option<Head>> {
    if length.saturating_sub(at) < 8 {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(at))?;
    let mut head = [0; 16];
    let long = length - at >= 16;
    file.read_exact(&mut head[..if long { 16 } else { 8 }])?;
    let mut bytes = Bytes(&head);
    let (Some(size), Some(kind)) = (bytes.u32(), bytes.kind()) else { return Ok(None) };
    let (size, before) = match size {
        1 if long => (bytes.u64().unwrap_or(0), 16),
        size => (u64::from(size), 8),
    };
    let whole = size >= before && at.checked_add(size).is_some_and(|end| end <= length);
    Ok(whole.then_some(Head { kind, size, body: at + before, end: at + size }))
}

fn body(file: &mut (impl Read + Seek), head: &Head) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(head.body))?;
    // Bounded by the file and by LARGEST_BOX.
    let mut body = Vec::new();
    file.take(head.end - head.body).read_to_end(&mut body)?;
    Ok(body)
}

fn movie(moov: &[u8]) -> Option<(Index, Defaults)> {
    let trak = child(moov, b"trak")?;
    let mdia = child(trak, b"mdia")?;
    let mut mdhd = Bytes(child(mdia, b"mdhd")?);
    let version = mdhd.u32()? >> 24;
    mdhd.skip(if version == 1 { 16 } else { 8 })?;
    let timescale = mdhd.u32().filter(|scale| *scale > 0)?;
    let stsd = child(child(child(mdia, b"minf")?, b"stbl")?, b"stsd")?;
    let codec = children(stsd.get(8..)?).next().map_or(Codec::Unknown, |(kind, entry)| codec(&kind, entry));
    let defaults = child(moov, b"mvex").and_then(|mvex| child(mvex, b"trex")).and_then(|trex| {
        let mut trex = Bytes(trex);
        trex.skip(12)?;
        Some(Defaults { duration: trex.u32()?, size: trex.u32()?, flags: trex.u32()? })
    });
    Some((Index { codec, timescale, samples: Vec::new() }, defaults.unwrap_or_default()))
}

fn codec(kind: &[u8; 4], entry: &[u8]) -> Codec {
    match kind {
        b"Opus" => Codec::Opus,
        b"vp08" => Codec::Vp8,
        // A visual sample entry is 78 bytes long before its boxes (§12.1.3).
        b"avc1" | b"avc3" => match entry.get(78..).and_then(|boxes| child(boxes, b"avcC")) {
            Some(config) => Codec::H264(config.to_vec()),
            None => Codec::Unknown,
        },
        _ => Codec::Unknown,
    }
}

fn fragment(moof: &[u8], at: u64, defaults: Defaults) -> Option<Vec<Sample>> {
    let traf = child(moof, b"traf")?;
    let mut tfhd = Bytes(child(traf, b"tfhd")?);
    let flags = tfhd.u32()?;
    tfhd.skip(4)?;
    let base = if flags & 0x1 != 0 { tfhd.u64()? } else { at };
    if flags & 0x2 != 0 {
        tfhd.skip(4)?;
    }
    let duration = if flags & 0x8 != 0 { tfhd.u32()? } else { defaults.duration };
    let size = if flags & 0x10 != 0 { tfhd.u32()? } else { defaults.size };
    let usual = if flags & 0x20 != 0 { tfhd.u32()? } else { defaults.flags };
    let mut tfdt = Bytes(child(traf, b"tfdt")?);
    let long = tfdt.u32()? >> 24 == 1;
    let mut decode = if long { i64::try_from(tfdt.u64()?).ok()? } else { i64::from(tfdt.u32()?) };

    let mut samples = Vec::new();
    let mut offset = base;
    for (_, trun) in children(traf).filter(|(kind, _)| kind == b"trun") {
        let mut trun = Bytes(trun);
        let flags = trun.u32()? & 0xFF_FFFF;
        let count = trun.u32()?;
        if flags & 0x1 != 0 {
            offset = base.checked_add_signed(i64::from(trun.u32()? as i32))?;
        }
        let mut first = if flags & 0x4 != 0 { Some(trun.u32()?) } else { None };
        if flags & 0xF00 == 0 && count > 1 << 16 {
            return None;
        }
        for _ in 0..count {
            let duration = if flags & 0x100 != 0 { trun.u32()? } else { duration };
            let size = if flags & 0x200 != 0 { trun.u32()? } else { size };
            let own = if flags & 0x400 != 0 { Some(trun.u32()?) } else { None };
            let shift = if flags & 0x800 != 0 { i64::from(trun.u32()? as i32) } else { 0 };
            let sync = first.take().or(own).unwrap_or(usual) & NOT_SYNC == 0;
            samples.push(Sample { offset, size, ticks: decode.checked_add(shift)?, duration, sync });
            offset = offset.checked_add(u64::from(size))?;
            decode = decode.checked_add(i64::from(duration))?;
        }
    }
    Some(samples)
}

fn child<'a>(body: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    children(body).find(|(found, _)| found == kind).map(|(_, body)| body)
}

fn children(body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = Bytes(body);
    std::iter::from_fn(move || {
        let size = rest.u32()? as usize;
        let kind = rest.kind()?;
        Some((kind, rest.take(size.checked_sub(8)?)?))
    })
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.take(length).map(|_| ())
    }

    fn kind(&mut self) -> Option<[u8; 4]> {
        self.take(4)?.try_into().ok()
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }
}
