//! Writes HLS for replay (RFC 8216, CMAF): the picture as it is in the track, a smaller one where there is one, sound as a
//! rendition of its own.
//!
//! Where the decoder has to be set up anew all playlists have a discontinuity at the same moment: players count them to put
//! sound and picture together.

use crate::boxes::{Boxes, Entry};
use crate::error::{OfFile, Result};
use crate::track::{Cut, Made, part_of, write_whole};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

pub(crate) const SEGMENT_SECONDS: f64 = 6.0;
/// A smaller picture changes no further than this, in seconds, from where the large one does: whole pictures come every 8 s.
const TOGETHER: f64 = 10.0;
/// The least share of the large picture's height that a smaller one saves.
const SMALLER: f64 = 0.9;
/// A boundary this little before the target is good enough.
const EARLY: f64 = 0.1;

/// A segment: samples from..to, and whether something changed before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    from: usize,
    to: usize,
    changed: bool,
}

/// A `small` picture that cannot be beside the large one is left out.
pub(crate) fn write(folder: &Path, picture: Option<&Made>, small: Option<&Made>, sound: &Made) -> Result<()> {
    let part = part_of(folder);
    if part.exists() {
        std::fs::remove_dir_all(&part).of("removing", &part)?;
    }
    std::fs::create_dir_all(&part).of("creating", &part)?;
    let mut master = String::from("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    let changes: Vec<f64> = picture.map(changes).unwrap_or_default();
    let sound_rate = rendition(&part.join("audio"), sound, &by_time(sound, &changes))?;
    let codec = sound.entries.first().map(Entry::codec).unwrap_or_default();
    match picture {
        Some(picture) => {
            let mut pictures = vec![("video", picture, by_sync(picture, &own_changes(picture)))];
            let smaller = |small: &&Made| f64::from(size(small).1) <= f64::from(size(picture).1) * SMALLER;
            if let Some(small) = small.filter(smaller)
                && let Some(jumps) = beside(small, &changes)
            {
                pictures.push(("small", small, by_sync(small, &jumps)));
            }
            master.push_str(
                "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"sound\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"audio/index.m3u8\"\n",
            );
            for (name, made, parts) in pictures {
                let rate = rendition(&part.join(name), made, &parts)?;
                let (width, height) = size(made);
                let level = made.entries.iter().map(Entry::codec).max().unwrap_or_default();
                let _ = writeln!(
                    master,
                    "#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},CODECS=\"{level},{codec}\",RESOLUTION={width}x{height},AUDIO=\"sound\"\n{name}/index.m3u8",
                    rate.peak + sound_rate.peak,
                    rate.mean + sound_rate.mean,
                );
            }
        }
        None => {
            let _ = writeln!(
                master,
                "#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},CODECS=\"{codec}\"\naudio/index.m3u8",
                sound_rate.peak, sound_rate.mean
            );
        }
    }
    let path = part.join("master.m3u8");
    write_whole(&path, |file| file.write_all(master.as_bytes()).of("writing", &path))?;
    std::fs::rename(&part, folder).of("renaming", &part)
}

/// The largest of its sizes.
fn size(made: &Made) -> (u16, u16) {
    let sizes = made.entries.iter().filter_map(|entry| match entry {
        Entry::H264(_, width, height) => Some((*width, *height)),
        Entry::Aac { .. } => None,
    });
    sizes.fold((0, 0), |(width, height), (w, h)| (width.max(w), height.max(h)))
}

/// Samples before which the picture's entry changes.
fn own_changes(picture: &Made) -> Vec<usize> {
    let pairs = (1..).zip(picture.cuts.windows(2));
    pairs.filter(|(_, pair)| pair[0].entry != pair[1].entry).map(|(at, _)| at).collect()
}

/// Moments, in seconds, at which the picture's entry changes.
fn changes(picture: &Made) -> Vec<f64> {
    own_changes(picture).into_iter().map(|at| seconds(picture, &picture.cuts[at])).collect()
}

/// Samples of a smaller picture before which it has a discontinuity, so that it has as many as the large one and about where that
/// has them: its own changes, else the next whole picture. None where that cannot be.
fn beside(small: &Made, changes: &[f64]) -> Option<Vec<usize>> {
    let mut own = own_changes(small).into_iter().peekable();
    let mut jumps: Vec<usize> = Vec::new();
    for change in changes {
        let near = |at: &usize| (seconds(small, &small.cuts[*at]) - change).abs() <= TOGETHER;
        let after = jumps.last().map_or(0, |last| last + 1);
        let at = own.next_if(near).or_else(|| {
            // The same picture of both Tracks lies some microseconds apart: each has a clock of its own.
            let whole = |at: &usize| small.cuts[*at].sync && seconds(small, &small.cuts[*at]) + EARLY >= *change;
            (after..small.cuts.len()).find(whole).filter(near)
        })?;
        if at < after {
            return None;
        }
        jumps.push(at);
    }
    own.next().is_none().then_some(jumps)
}

fn scale(made: &Made) -> f64 {
    f64::from(made.entries.first().map_or(1, |entry| entry.timescale()))
}

fn seconds(made: &Made, cut: &Cut) -> f64 {
    cut.at as f64 / scale(made)
}

/// Segments begin at whole pictures when six seconds are full, and at each of `jumps`.
fn by_sync(made: &Made, jumps: &[usize]) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut from, mut changed) = (0, false);
    for (at, pair) in (1..).zip(made.cuts.windows(2)) {
        let change = jumps.binary_search(&at).is_ok();
        // Cut on the grid of six seconds, so that one late whole picture does not shift all that follow.
        let begun = (seconds(made, &made.cuts[from]) + EARLY) / SEGMENT_SECONDS;
        let full = (seconds(made, &pair[1]) + EARLY) / SEGMENT_SECONDS >= begun.floor() + 1.0;
        if change || pair[1].sync && full {
            parts.push(Part { from, to: at, changed });
            (from, changed) = (at, change);
        }
    }
    parts.push(Part { from, to: made.cuts.len(), changed });
    parts
}

/// Sound can be cut anywhere: at each change of the picture, to the nearest frame, and every six seconds.
fn by_time(made: &Made, changes: &[f64]) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut from, mut changed) = (0, false);
    let mut left = changes.iter().copied().peekable();
    let half = made.cuts.first().map_or(0.0, |cut| f64::from(cut.duration) / scale(made) / 2.0);
    for (at, cut) in made.cuts.iter().enumerate().skip(1) {
        let time = seconds(made, cut);
        let change = left.next_if(|change| *change <= time + half).is_some();
        let begun = (seconds(made, &made.cuts[from]) + EARLY) / SEGMENT_SECONDS;
        if change || (time + EARLY) / SEGMENT_SECONDS >= begun.floor() + 1.0 {
            parts.push(Part { from, to: at, changed });
            (from, changed) = (at, change);
        }
    }
    parts.push(Part { from, to: made.cuts.len(), changed });
    parts
}

struct Rate {
    peak: u64,
    mean: u64,
}

fn rendition(folder: &Path, made: &Made, parts: &[Part]) -> Result<Rate> {
    std::fs::create_dir_all(folder).of("creating", folder)?;
    for (number, entry) in (1..).zip(&made.entries) {
        let path = folder.join(format!("init-{number}.mp4"));
        write_whole(&path, |file| file.write_all(&init(entry)).of("writing", &path))?;
    }
    let (mut list, mut longest, mut peak, mut bytes, mut time) = (String::new(), 0.0_f64, 0.0_f64, 0_u64, 0.0);
    let mut entry = None;
    let mut reader = made.reader();
    for (number, part) in (1_u32..).zip(parts) {
        let cuts = &made.cuts[part.from..part.to];
        let Some(first) = cuts.first() else { continue };
        if part.changed {
            list.push_str("#EXT-X-DISCONTINUITY\n");
        }
        if entry != Some(first.entry) {
            let _ = writeln!(list, "#EXT-X-MAP:URI=\"init-{}.mp4\"", first.entry + 1);
            entry = Some(first.entry);
        }
        let length = cuts.iter().map(|cut| f64::from(cut.duration)).sum::<f64>() / scale(made);
        let name = format!("{number:05}.m4s");
        let path = folder.join(&name);
        let mut segment = fragment(number, cuts);
        for cut in cuts {
            reader.read(cut, &mut segment)?;
        }
        write_whole(&path, |file| file.write_all(&segment).of("writing", &path))?;
        let _ = writeln!(list, "#EXTINF:{length:.6},\n{name}");
        longest = longest.max(length);
        peak = peak.max(segment.len() as f64 * 8.0 / length.max(0.5));
        bytes += segment.len() as u64;
        time += length;
    }
    let head = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n",
        longest.round().max(1.0)
    );
    let path = folder.join("index.m3u8");
    write_whole(&path, |file| writeln!(file, "{head}{list}#EXT-X-ENDLIST").of("writing", &path))?;
    Ok(Rate { peak: peak as u64, mean: (bytes as f64 * 8.0 / time.max(0.5)) as u64 })
}

fn init(entry: &Entry) -> Vec<u8> {
    let mut boxes = Boxes::default();
    boxes.put(b"ftyp", |b| b.bytes(b"cmfc\0\0\0\0cmfciso6mp41"));
    boxes.put(b"moov", |b| {
        b.mvhd(0);
        b.trak(1, entry, 0, |b| {
            b.full(b"stts", 0, 0, |b| b.u32(0));
            b.full(b"stsc", 0, 0, |b| b.u32(0));
            b.full(b"stsz", 0, 0, |b| b.zeros(8));
            b.full(b"stco", 0, 0, |b| b.u32(0));
        });
        b.put(b"mvex", |b| {
            b.full(b"trex", 0, 0, |b| {
                b.u32(1);
                b.u32(1);
                b.zeros(12);
            });
        });
    });
    boxes.0
}

/// `styp`, `moof` and the head of `mdat`; the samples follow.
fn fragment(number: u32, cuts: &[Cut]) -> Vec<u8> {
    let mut boxes = Boxes::default();
    boxes.put(b"styp", |b| b.bytes(b"cmfs\0\0\0\0cmfsiso6"));
    // moof 8, mfhd 16, traf 8, tfhd 16, tfdt 20, trun 20 + 12 a sample; then the head of mdat.
    let offset = 8 + 16 + 8 + 16 + 20 + 20 + 12 * cuts.len() + 8;
    boxes.put(b"moof", |b| {
        b.full(b"mfhd", 0, 0, |b| b.u32(number));
        b.put(b"traf", |b| {
            b.full(b"tfhd", 0, 0x2_0000, |b| b.u32(1));
            b.full(b"tfdt", 1, 0, |b| b.u64(cuts.first().map_or(0, |cut| cut.at)));
            // Offset, and of each sample its duration, size and flags.
            b.full(b"trun", 0, 0x701, |b| {
                b.u32(cuts.len() as u32);
                b.u32(offset as u32);
                for cut in cuts {
                    b.u32(cut.duration);
                    b.u32(cut.size);
                    b.u32(if cut.sync { 0x200_0000 } else { 0x101_0000 });
                }
            });
        });
    });
    let size: usize = cuts.iter().map(|cut| cut.size as usize).sum();
    boxes.u32(size as u32 + 8);
    boxes.bytes(b"mdat");
    boxes.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(times: impl Iterator<Item = (f64, bool, u32)>, entry: Entry) -> Made {
        let scale = f64::from(entry.timescale());
        let cuts = times
            .map(|(at, sync, entry)| {
                let at = (at * scale) as u64;
                Cut { file: 0, offset: 0, size: 1, at, duration: 0, sync, entry }
            })
            .collect();
        Made { entries: vec![entry.clone(), entry], files: Vec::new(), cuts }
    }

    #[test]
    fn segments_begin_at_whole_pictures_and_changes() {
        let pictures = (0..300).map(|n| (f64::from(n) / 10.0, n % 20 == 0, u32::from(n >= 130)));
        let mut made = made(pictures, Entry::H264(Vec::new(), 2, 2));
        made.close(30 * 90_000);
        let from: Vec<usize> = by_sync(&made, &own_changes(&made)).iter().map(|part| part.from).collect();
        assert_eq!(from, [0, 60, 120, 130, 180, 240]);
        assert_eq!(changes(&made), [13.0]);
    }

    fn small(entries: impl Fn(u32) -> u32) -> Made {
        let mut made =
            made((0..300).map(|n| (f64::from(n) / 10.0, n % 20 == 0, entries(n))), Entry::H264(Vec::new(), 2, 2));
        made.close(30 * 90_000);
        made
    }

    #[test]
    fn a_smaller_picture_jumps_as_often_as_the_large_one() {
        assert_eq!(beside(&small(|_| 0), &[]), Some(vec![]));
        assert_eq!(beside(&small(|_| 0), &[13.0, 25.0]), Some(vec![140, 260]), "at its next whole pictures");
        assert_eq!(beside(&small(|n| u32::from(n >= 120)), &[13.0]), Some(vec![120]), "where it changes itself");
        assert_eq!(beside(&small(|_| 0), &[12.5, 12.6]), Some(vec![140, 160]), "one after the other");
        assert_eq!(beside(&small(|_| 0), &[14.0001, 15.0]), Some(vec![140, 160]), "by clocks that differ");
        let changed = |n| u32::from(n >= 140);
        assert_eq!(beside(&small(changed), &[13.0, 14.0]), Some(vec![140, 160]), "its own change counts for one");
        let parts = by_sync(&small(|_| 0), &[140]);
        let from: Vec<(usize, bool)> = parts.iter().map(|part| (part.from, part.changed)).collect();
        assert_eq!(from, [(0, false), (60, false), (120, false), (140, true), (180, false), (240, false)]);
    }

    #[test]
    fn a_smaller_picture_that_jumps_elsewhere_is_left_out() {
        assert_eq!(beside(&small(|n| u32::from(n >= 100)), &[]), None);
        assert_eq!(beside(&small(|n| u32::from(n >= 20)), &[13.0]), None);
        assert_eq!(beside(&small(|_| 0), &[29.0]), None, "no whole picture follows");
        assert_eq!(beside(&small(|_| 0), &[27.0, 27.5]), None, "too few whole pictures follow");
    }

    #[test]
    fn sound_has_the_same_number_of_discontinuities() {
        let mut made =
            made((0..1400).map(|n| (f64::from(n) * 1024.0 / 48_000.0, true, 0)), Entry::Aac { bits_per_second: 1 });
        made.close(1400 * 1024);
        let parts = by_time(&made, &[13.0, 13.01, 29.0]);
        assert_eq!(parts.iter().filter(|part| part.changed).count(), 3);
        let first = parts.iter().find(|part| part.changed).map(|part| seconds(&made, &made.cuts[part.from]));
        assert!((first.unwrap_or(0.0) - 13.0).abs() < 0.011);
    }
}
