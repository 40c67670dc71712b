//! Single pictures of a finished track: the poster, sheets of small ones for the seek bar, and pictures for evidence.

use crate::boxes::Entry;
use crate::error::{OfFile, Result};
use crate::index::Codec;
use crate::picture::decode::Decoder;
use crate::picture::jpeg;
use crate::picture::stage::{Place, dark, paste, scaled, within};
use crate::track::{Made, part_of, write_whole};
use ff::format::Pixel;
use ff::software::scaling;
use ffmpeg_next as ff;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// A small picture each ten seconds, a hundred a sheet.
const EVERY: i64 = 10_000_000;
const SMALL: (u32, u32) = (160, 90);
const ACROSS: u32 = 10;
const SHEET: i64 = 100;
const MOST_FRAMES: i64 = 12;
/// A whole picture this much older than wanted, in seconds, is as good.
const NEAR: u64 = 4 * 90_000;

/// A picture for evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Frame {
    pub ms: i64,
    pub file: String,
}

struct Stills<'a> {
    made: &'a Made,
    scalers: Vec<scaling::Context>,
}

impl Stills<'_> {
    /// The picture at a moment of the replay, or the nearest whole one before.
    fn at(&self, micros: i64) -> Result<Option<ff::frame::Video>> {
        let wanted = micros.max(0) as u64 * 9 / 100;
        let last = self.made.cuts.partition_point(|cut| cut.at <= wanted).max(1) - 1;
        let Some(first) = self.made.cuts[..=last].iter().rposition(|cut| cut.sync) else { return Ok(None) };
        let end = if wanted - self.made.cuts[first].at.min(wanted) <= NEAR { first } else { last };
        let Some(Entry::H264(config, ..)) = self.made.entries.get(self.made.cuts[first].entry as usize) else {
            return Ok(None);
        };
        let mut decoder = Decoder::new(&Codec::H264(config.clone()))?;
        let mut reader = self.made.reader();
        let mut picture = None;
        let mut bytes = Vec::new();
        for cut in &self.made.cuts[first..=end] {
            bytes.clear();
            reader.read(cut, &mut bytes)?;
            picture = decoder.decode(&bytes, cut.sync, cut.at as i64).or(picture);
        }
        Ok(decoder.rest().or(picture))
    }

    fn poster(&mut self, path: &Path, length: i64) -> Result<()> {
        let mut best: Option<(u64, ff::frame::Video)> = None;
        // Of a few, the one with most to see in it: not the empty stage, not the blackboard before the lesson.
        for part in [3, 10, 20, 35, 50] {
            if let Some(picture) = self.at(length * part / 100)? {
                let variety = variety(&crate::compose::points(&picture, &mut self.scalers)?);
                if best.as_ref().is_none_or(|(most, _)| variety > most + most / 4) {
                    best = Some((variety, picture));
                }
            }
        }
        let Some((_, picture)) = best else { return Ok(()) };
        let (width, height) = wide(&picture, 1280);
        jpeg::write(path, &picture, width, height, &mut self.scalers)
    }

    fn sheets(&mut self, out: &Path, length: i64, done: &mut impl FnMut(i64) -> Result<()>) -> Result<()> {
        let count = (length + EVERY - 1) / EVERY;
        let mut cues = String::from("WEBVTT\n");
        for sheet in 0..(count + SHEET - 1) / SHEET {
            let here = (count - sheet * SHEET).min(SHEET);
            let (across, down) = ((here as u32).min(ACROSS), (here as u32).div_ceil(ACROSS));
            let mut picture = dark(across * SMALL.0, down * SMALL.1);
            for number in 0..here {
                let at = (sheet * SHEET + number) * EVERY;
                let place = Place {
                    x: number as u32 % ACROSS * SMALL.0,
                    y: number as u32 / ACROSS * SMALL.1,
                    width: SMALL.0,
                    height: SMALL.1,
                };
                // The middle of what it stands for.
                if let Some(found) = self.at((at + EVERY / 2).min(length - 1))? {
                    let inner = within(place, found.width(), found.height());
                    let small = scaled(&mut self.scalers, &found, inner.width, inner.height, Pixel::YUV420P)?;
                    paste(&mut picture, &small, inner);
                }
                let (from, to) = (stamp(at / 1000), stamp((at + EVERY).min(length) / 1000));
                let Place { x, y, width, height } = place;
                let _ = write!(cues, "\n{from} --> {to}\nsprite-{sheet}.jpg#xywh={x},{y},{width},{height}\n");
                done(at)?;
            }
            let path = out.join(format!("sprite-{sheet}.jpg"));
            jpeg::write(&path, &picture, picture.width(), picture.height(), &mut self.scalers)?;
        }
        let path = out.join("sprites.vtt");
        write_whole(&path, |file| file.write_all(cues.as_bytes()).of("writing", &path))
    }

    fn frames(&mut self, folder: &Path, length: i64) -> Result<Vec<Frame>> {
        let part = part_of(folder);
        if part.exists() {
            std::fs::remove_dir_all(&part).of("removing", &part)?;
        }
        std::fs::create_dir_all(&part).of("creating", &part)?;
        let count = (length / EVERY).clamp(1, MOST_FRAMES);
        let mut frames = Vec::new();
        for number in 0..count {
            let at = length * (2 * number + 1) / (2 * count);
            if let Some(picture) = self.at(at)? {
                // By its millisecond: whoever has the picture alone knows when it was.
                let name = format!("{:08}.jpg", at / 1000);
                let (width, height) = wide(&picture, picture.width().clamp(640, 1280));
                jpeg::write(&part.join(&name), &picture, width, height, &mut self.scalers)?;
                frames.push(Frame { ms: at / 1000, file: format!("frames/{name}") });
            }
        }
        if folder.exists() {
            std::fs::remove_dir_all(folder).of("removing", folder)?;
        }
        std::fs::rename(&part, folder).of("renaming", &part)?;
        Ok(frames)
    }
}

/// Writes what is missing. `done` hears how far the sheets are, in microseconds of the replay.
pub(crate) fn write(
    out: &Path,
    work: &Path,
    made: &Made,
    length: i64,
    mut done: impl FnMut(i64) -> Result<()>,
) -> Result<Vec<Frame>> {
    let mut stills = Stills { made, scalers: Vec::new() };
    if !out.join("sprites.vtt").exists() {
        stills.sheets(out, length, &mut done)?;
    }
    if !out.join("poster.jpg").exists() {
        stills.poster(&out.join("poster.jpg"), length)?;
    }
    let list = work.join("frames.json");
    let known = std::fs::read(&list).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(frames) = known.filter(|_| out.join("frames").exists()) {
        return Ok(frames);
    }
    let frames = stills.frames(&out.join("frames"), length)?;
    write_whole(&list, |file| Ok(serde_json::to_writer(file, &frames)?))?;
    Ok(frames)
}

fn wide(picture: &ff::frame::Video, width: u32) -> (u32, u32) {
    let height = u64::from(width) * u64::from(picture.height()) / u64::from(picture.width().max(1));
    (width, (height as u32 & !1).clamp(2, 4096))
}

fn variety(points: &[u8]) -> u64 {
    let count = points.len().max(1) as u64;
    let mean = points.iter().map(|point| u64::from(*point)).sum::<u64>() / count;
    points.iter().map(|point| u64::from(*point).abs_diff(mean).pow(2)).sum::<u64>() / count
}

/// `00:01:02.345`.
pub(crate) fn stamp(ms: i64) -> String {
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    #[test]
    fn moments_are_written_as_webvtt_wants_them() {
        assert_eq!(super::stamp(3_723_004), "01:02:03.004");
    }
}
