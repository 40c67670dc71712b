//! Writes a progressive MP4 with its index before the media, so that it plays while it is fetched.

use crate::boxes::Boxes;
use crate::error::{OfFile, Result};
use crate::track::{Cut, Made, write_whole};
use std::io::Write;
use std::path::Path;

/// Samples of the tracks lie together by the second.
const CHUNK_SECONDS: u64 = 1;

/// `length` in microseconds.
pub(crate) fn write(path: &Path, tracks: &[&Made], length: i64) -> Result<()> {
    let duration = length.max(0) as u64 / 1000;
    let chunks = chunks(tracks);
    let mut ftyp = Boxes::default();
    ftyp.put(b"ftyp", |b| b.bytes(b"isom\0\0\x02\0isomiso2avc1mp41"));
    // Offsets are of fixed size, so the index is as long whatever they are.
    let media = ftyp.0.len() + moov(tracks, &chunks, duration, 0).len() + 16;
    write_whole(path, |file| {
        let mut put = |bytes: &[u8]| file.write_all(bytes).of("writing", path);
        put(&ftyp.0)?;
        put(&moov(tracks, &chunks, duration, media as u64))?;
        let size: u64 = tracks.iter().flat_map(|track| &track.cuts).map(|cut| u64::from(cut.size)).sum();
        put(&[&1u32.to_be_bytes()[..], b"mdat", &(size + 16).to_be_bytes()].concat())?;
        let mut readers: Vec<_> = tracks.iter().map(|track| track.reader()).collect();
        let mut bytes = Vec::new();
        for chunk in &chunks {
            bytes.clear();
            for cut in &tracks[chunk.track].cuts[chunk.from..chunk.to] {
                readers[chunk.track].read(cut, &mut bytes)?;
            }
            put(&bytes)?;
        }
        Ok(())
    })
}

struct Chunk {
    track: usize,
    from: usize,
    to: usize,
    /// After the first byte of media.
    offset: u64,
}

fn chunks(tracks: &[&Made]) -> Vec<Chunk> {
    let mut chunks: Vec<(u64, Chunk)> = Vec::new();
    for (track, made) in tracks.iter().enumerate() {
        let scale = u64::from(made.entries.first().map_or(1, |entry| entry.timescale()));
        let second = |cut: &Cut| cut.at / (CHUNK_SECONDS * scale);
        let mut from = 0;
        while from < made.cuts.len() {
            let of = second(&made.cuts[from]);
            let to = from + made.cuts[from..].iter().take_while(|cut| second(cut) == of).count();
            chunks.push((of, Chunk { track, from, to, offset: 0 }));
            from = to;
        }
    }
    chunks.sort_by_key(|(second, chunk)| (*second, chunk.track));
    let mut offset = 0;
    chunks
        .into_iter()
        .map(|(_, chunk)| {
            let at = offset;
            offset += tracks[chunk.track].cuts[chunk.from..chunk.to].iter().map(|cut| u64::from(cut.size)).sum::<u64>();
            Chunk { offset: at, ..chunk }
        })
        .collect()
}

fn moov(tracks: &[&Made], chunks: &[Chunk], duration: u64, media: u64) -> Vec<u8> {
    let mut boxes = Boxes::default();
    boxes.put(b"moov", |b| {
        b.mvhd(duration);
        for (number, made) in tracks.iter().enumerate() {
            let Some(entry) = made.entries.first() else { continue };
            let mine: Vec<&Chunk> = chunks.iter().filter(|chunk| chunk.track == number).collect();
            b.trak(number as u32 + 1, entry, duration, |b| tables(b, &made.cuts, &mine, media));
        }
    });
    boxes.0
}

fn tables(b: &mut Boxes, cuts: &[Cut], chunks: &[&Chunk], media: u64) {
    let mut times: Vec<(u32, u32)> = Vec::new();
    for cut in cuts {
        match times.last_mut() {
            Some((count, duration)) if *duration == cut.duration => *count += 1,
            _ => times.push((1, cut.duration)),
        }
    }
    b.full(b"stts", 0, 0, |b| {
        b.u32(times.len() as u32);
        for (count, duration) in times {
            b.u32(count);
            b.u32(duration);
        }
    });
    if cuts.iter().any(|cut| !cut.sync) {
        let syncs: Vec<u32> = (1..).zip(cuts).filter(|(_, cut)| cut.sync).map(|(number, _)| number).collect();
        b.full(b"stss", 0, 0, |b| {
            b.u32(syncs.len() as u32);
            syncs.iter().for_each(|number| b.u32(*number));
        });
    }
    let mut lengths: Vec<(u32, u32)> = Vec::new();
    for (number, chunk) in (1..).zip(chunks) {
        let samples = (chunk.to - chunk.from) as u32;
        if lengths.last().is_none_or(|(_, last)| *last != samples) {
            lengths.push((number, samples));
        }
    }
    b.full(b"stsc", 0, 0, |b| {
        b.u32(lengths.len() as u32);
        for (first, samples) in lengths {
            b.u32(first);
            b.u32(samples);
            b.u32(1);
        }
    });
    b.full(b"stsz", 0, 0, |b| {
        b.u32(0);
        b.u32(cuts.len() as u32);
        cuts.iter().for_each(|cut| b.u32(cut.size));
    });
    b.full(b"co64", 0, 0, |b| {
        b.u32(chunks.len() as u32);
        chunks.iter().for_each(|chunk| b.u64(media + chunk.offset));
    });
}
