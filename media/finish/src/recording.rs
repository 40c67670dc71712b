//! A Recording as it lies in its folder: tracks with their samples and clocks, and the time line that follows from them.

use crate::clock::{Clock, STRAY};
use crate::error::{OfFile, Result};
use crate::index::{self, Codec, Index};
use crate::manifest::{self, Gap, Kind, Manifest, Pair, Source, Track};
use crate::timeline::{Interval, Timeline, united};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Samples further apart than this leave a hole. Screens that stand still send a picture a second; silence (DTX) a packet
/// each 0.4 s.
const HOLE: i64 = 1_500_000;
/// A packet takes no longer than this, in microseconds.
const LATEST: i64 = 2_000_000;
/// After a loss pictures are left out until the next whole one, but no longer than this, in seconds.
const LONGEST_REPAIR: f64 = 3.0;
/// So much is missing that what follows shows nothing of the old picture: the recorder asks for a whole one every 8 s.
const MUCH: f64 = 1.0;
const LONGEST_REPAIR_OF_MUCH: f64 = 10.0;
/// Samples whose ticks are rounded may be this far apart.
const ROUNDED: f64 = 0.05;

/// One file, with the clock of its own.
pub(crate) struct Piece {
    pub path: PathBuf,
    pub index: Index,
    pub clock: Clock,
    pub gaps: Vec<Gap>,
    reports: Vec<Pair>,
}

pub(crate) struct Stream {
    pub track: Track,
    pub pieces: Vec<Piece>,
}

pub(crate) struct Recording {
    pub manifest: Manifest,
    pub streams: Vec<Stream>,
    /// The same pictures of smaller layers; they decide nothing.
    pub smalls: Vec<Stream>,
    pub timeline: Timeline,
    pub warnings: Vec<String>,
}

impl Recording {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("manifest.jsonl");
        let mut manifest = manifest::read(&std::fs::read(&path).of("reading", &path)?);
        let mut warnings = Vec::new();
        if manifest.unreadable > 0 {
            warnings.push(format!("manifest_lines_unreadable {}", manifest.unreadable));
        }
        if !manifest.ended {
            warnings.push("not_ended".to_owned());
        }
        let (mut streams, mut smalls) = (Vec::new(), Vec::new());
        for track in std::mem::take(&mut manifest.tracks) {
            let stream = Stream::open(folder, track, &mut warnings)?;
            match stream.track.small_of {
                _ if stream.pieces.is_empty() => {}
                None => streams.push(stream),
                Some(_) => smalls.push(stream),
            }
        }
        let media: Vec<Interval> = streams.iter().flat_map(Stream::media).collect();
        let pauses: Vec<Interval> = manifest.pauses.iter().map(|pause| (pause.0, resumed(*pause, &media))).collect();
        let timeline = Timeline::new(media, &pauses);
        Ok(Self { manifest, streams, smalls, timeline, warnings })
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Stream> {
        self.streams.iter().filter(move |stream| stream.track.kind == kind)
    }

    pub(crate) fn stream(&self, track: u32) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.track.number == track)
    }
}

/// The recorder takes what arrives after a pause; that was filmed a little before its end.
fn resumed((from, to): Interval, media: &[Interval]) -> i64 {
    let begins = media.iter().map(|(begins, _)| *begins);
    begins.filter(|begins| *begins > from && *begins > to.saturating_sub(LATEST) && *begins < to).min().unwrap_or(to)
}

impl Stream {
    fn open(folder: &Path, track: Track, warnings: &mut Vec<String>) -> Result<Self> {
        let mut found = Vec::new();
        for segment in &track.segments {
            let path = folder.join(&segment.file);
            let name = format!("{}-{}", track.number, segment.number);
            let index = match File::open(&path) {
                Ok(file) => index::read(&mut BufReader::new(file)).of("reading", &path)?,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(error).of("opening", &path),
            };
            let Some(mut index) = index.filter(|index| !index.samples.is_empty()) else {
                warnings.push(format!("segment_empty {name}"));
                continue;
            };
            let fits = match index.codec {
                Codec::Opus => track.kind == Kind::Audio,
                Codec::H264(_) | Codec::Vp8 => track.kind == Kind::Video,
                Codec::Unknown => false,
            };
            if !fits {
                warnings.push(format!("codec_unknown {name}"));
                continue;
            }
            let gaps = gaps(&index, &segment.gaps);
            if track.kind == Kind::Video {
                leave_out_damage(&mut index, &gaps);
            }
            if index.samples.is_empty() {
                warnings.push(format!("no_whole_picture {name}"));
                continue;
            }
            let clock = Clock::fit(&segment.clocks, index.timescale, segment.at, 0.0);
            if clock.unbelievable {
                warnings.push(format!("clock_unbelievable {name}"));
            }
            found.push((segment, path, index, clock, gaps));
        }
        // Segments without a report come as late as those of the same track that have some.
        let mut lates: Vec<f64> = found
            .iter()
            .filter(|(segment, _, _, clock, _)| !segment.clocks.is_empty() && !clock.unbelievable)
            .map(|(_, _, _, clock, _)| clock.late())
            .collect();
        lates.sort_by(f64::total_cmp);
        let usual = lates.get(lates.len() / 2).copied().unwrap_or(0.0);
        let mut pieces: Vec<Piece> = found
            .into_iter()
            .map(|(segment, path, index, clock, gaps)| {
                let alone = segment.clocks.is_empty() || clock.unbelievable;
                let clock = if alone { Clock::fit(&[], index.timescale, segment.at, usual) } else { clock };
                Piece { path, index, clock, gaps, reports: segment.clocks.clone() }
            })
            .collect();
        pieces.sort_by(|a, b| a.begins().total_cmp(&b.begins()));
        Ok(Self { track, pieces })
    }

    /// When there were samples, in server time.
    pub(crate) fn media(&self) -> Vec<Interval> {
        united(self.pieces.iter().flat_map(Piece::media).collect(), 0)
    }

    pub(crate) fn is_screen(&self) -> bool {
        self.track.source == Source::Screen
    }
}

impl Piece {
    fn begins(&self) -> f64 {
        self.index.samples.first().map_or(0.0, |sample| self.clock.server(sample.ticks))
    }

    /// How far the clock is from its furthest report, in microseconds, strays left out.
    pub(crate) fn furthest(&self) -> f64 {
        let far = |pair: &Pair| (self.clock.server(pair.media) - pair.server as f64).abs();
        self.reports.iter().map(far).filter(|far| *far < STRAY).fold(0.0, f64::max)
    }

    fn media(&self) -> Vec<Interval> {
        let mut media: Vec<Interval> = Vec::new();
        for sample in &self.index.samples {
            let from = self.clock.server(sample.ticks) as i64;
            let length = (f64::from(sample.duration) / f64::from(self.index.timescale) * 1e6) as i64;
            let to = from + length.clamp(1000, HOLE);
            match media.last_mut() {
                Some(last) if from <= last.1 + HOLE => last.1 = last.1.max(to),
                _ => media.push((from, to)),
            }
        }
        media
    }
}

/// Those that the manifest tells, and fragments that were not written because the disk was full or too slow: only there a
/// sample does not last until the next one.
fn gaps(index: &Index, told: &[Gap]) -> Vec<Gap> {
    let rounded = (ROUNDED * f64::from(index.timescale)) as i64;
    let holes = index.samples.windows(2).filter_map(|pair| {
        let (from, to) = (pair[0].ticks + i64::from(pair[0].duration), pair[1].ticks);
        let known = told.iter().any(|gap| gap.from < to && gap.to > from);
        (to - from > rounded && !known).then_some(Gap { from, to })
    });
    let mut gaps: Vec<Gap> = holes.collect();
    gaps.extend_from_slice(told);
    gaps.sort_by_key(|gap| gap.to);
    gaps
}

/// Pictures that refer to lost ones are left out: the picture before stands still until the next whole one.
fn leave_out_damage(index: &mut Index, gaps: &[Gap]) {
    let ticks = |seconds: f64| (seconds * f64::from(index.timescale)) as i64;
    let (much, longest, longest_of_much) = (ticks(MUCH), ticks(LONGEST_REPAIR), ticks(LONGEST_REPAIR_OF_MUCH));
    let mut gaps = gaps.iter().peekable();
    let mut started = false;
    let mut damaged_until: Option<i64> = None;
    index.samples.retain(|sample| {
        while let Some(gap) = gaps.next_if(|gap| gap.to <= sample.ticks) {
            let longest = if gap.to - gap.from > much { longest_of_much } else { longest };
            damaged_until = damaged_until.max(Some(gap.to + longest));
        }
        if sample.sync {
            started = true;
            damaged_until = None;
        }
        started && damaged_until.is_none_or(|until| sample.ticks > until)
    });
}
