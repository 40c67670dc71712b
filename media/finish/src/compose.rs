//! Composes the pictures of a Recording, a few minutes at a time: what is done stays done when the program is killed.

use crate::boxes::Entry;
use crate::error::{OfFile, Result};
use crate::picture::decode::Feed;
use crate::picture::encode::{self, Encoded, Encoder};
use crate::picture::slides::{self, Slides};
use crate::picture::stage::{self, HEIGHT, SMALL_HEIGHT, SMALL_WIDTH, Stage, WIDTH, scaled};
use crate::plan::Scene;
use crate::recording::{Recording, Stream};
use crate::track::{Cut, Made, write_whole};
use ff::format::Pixel;
use ffmpeg_next as ff;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// What a kill may cost, in microseconds of the replay.
const PART: i64 = 120_000_000;
const SCREEN_RATE: i64 = 15;
const FASTEST: i64 = 30;
/// While nothing moves a picture is sent this often, in microseconds.
const STILL: i64 = 1_000_000;
/// Whole pictures come on this grid, in microseconds, so that seeking is quick and segments end where they should.
const WHOLE: i64 = 2_000_000;

/// The same pictures, small ones for a weak line beside the others.
pub(crate) struct Composed {
    pub large: Made,
    pub small: Made,
}

#[derive(Serialize, Deserialize)]
struct Part {
    large: Encodings,
    small: Encodings,
    slides: Vec<i64>,
}

/// What an encoder has given; samples of both lie in one file.
#[derive(Default, Serialize, Deserialize)]
struct Encodings {
    config: Vec<u8>,
    cuts: Vec<Cut>,
}

/// All pictures, and when the screen showed something new.
pub(crate) fn compose(
    recording: &Recording,
    scenes: &[Scene],
    work: &Path,
    mut done: impl FnMut(i64) -> Result<()>,
) -> Result<(Composed, Vec<i64>)> {
    let length = recording.timeline.length();
    let none = || Made { entries: Vec::new(), files: Vec::new(), cuts: Vec::new() };
    let mut composed = Composed { large: none(), small: none() };
    let mut slides = Vec::new();
    for number in 0..=(length - 1).max(0) / PART {
        let (from, to) = (number * PART, ((number + 1) * PART).min(length));
        let data = work.join(format!("picture-{number:04}.bin"));
        let list = work.join(format!("picture-{number:04}.json"));
        let known = std::fs::read(&list).ok().and_then(|bytes| serde_json::from_slice::<Part>(&bytes).ok());
        let part = match known {
            Some(part) => part,
            None => {
                let part = part(recording, scenes, from, to, &data, &mut done)?;
                write_whole(&list, |file| Ok(serde_json::to_writer(file, &part)?))?;
                part
            }
        };
        append(&mut composed.large, part.large, (WIDTH, HEIGHT), &data);
        append(&mut composed.small, part.small, (SMALL_WIDTH, SMALL_HEIGHT), &data);
        slides.extend(part.slides);
        done(to)?;
    }
    composed.large.close(ticks(length) as u64);
    composed.small.close(ticks(length) as u64);
    Ok((composed, slides))
}

fn append(made: &mut Made, part: Encodings, (width, height): (u32, u32), data: &Path) {
    let entry = Entry::H264(part.config, width as u16, height as u16);
    let entry = made.entries.iter().position(|known| *known == entry).unwrap_or_else(|| {
        made.entries.push(entry);
        made.entries.len() - 1
    });
    let file = made.files.len() as u32;
    made.files.push(data.to_owned());
    made.cuts.extend(part.cuts.into_iter().map(|cut| Cut { file, entry: entry as u32, ..cut }));
}

/// The file of a part while it is written.
struct Data<'a> {
    file: &'a mut BufWriter<File>,
    path: &'a Path,
    offset: u64,
}

impl Data<'_> {
    fn keep(&mut self, ready: Vec<Encoded>, into: &mut Encodings) -> Result<()> {
        for sample in ready {
            self.file.write_all(&sample.bytes).of("writing", self.path)?;
            let (offset, size, at) = (self.offset, sample.bytes.len() as u32, sample.at as u64);
            into.cuts.push(Cut { file: 0, offset, size, at, duration: 0, sync: sample.sync, entry: 0 });
            self.offset += u64::from(size);
        }
        Ok(())
    }
}

fn ticks(micros: i64) -> i64 {
    micros * 9 / 100
}

fn part(
    recording: &Recording,
    scenes: &[Scene],
    from: i64,
    to: i64,
    data: &Path,
    done: &mut impl FnMut(i64) -> Result<()>,
) -> Result<Part> {
    let mut painter =
        Painter { recording, stage: Stage::default(), feeds: Vec::new(), points: Vec::new(), looked: i64::MIN / 2 };
    let mut large = Encoder::new(WIDTH, HEIGHT, encode::MOST_KBIT)?;
    let mut small = Encoder::new(SMALL_WIDTH, SMALL_HEIGHT, encode::MOST_KBIT_SMALL)?;
    let mut scalers = Vec::new();
    let mut part = Part { large: Encodings::default(), small: Encodings::default(), slides: Vec::new() };
    let mut slides = Slides::default();
    write_whole(data, |file| {
        let mut data = Data { file, path: data, offset: 0 };
        let (mut last, mut whole) = (None, from);
        for scene in scenes.iter().filter(|scene| scene.from < to && scene.to > from) {
            painter.begin(scene, scene.from.max(from));
            let rate = rate(recording, scene);
            let (first, end) = (scene.from.max(from), scene.to.min(to));
            let mut changed = true;
            let mut number = (first * rate + 999_999) / 1_000_000;
            while number * 1_000_000 / rate < end {
                let at = number * 1_000_000 / rate;
                number += 1;
                // The picture nearest to the moment, not the last before it: half as far from the sound.
                let moment = Moment { at, seen: at + 500_000 / rate };
                changed |= painter.paint(scene, moment, changed, &mut slides)?;
                let due = at >= whole;
                if changed || due || last.is_none_or(|last| at - last >= STILL) {
                    let frame = &mut painter.stage.frame;
                    let mut less = scaled(&mut scalers, frame, SMALL_WIDTH, SMALL_HEIGHT, Pixel::YUV420P)?;
                    data.keep(large.push(frame, ticks(at), due)?, &mut part.large)?;
                    data.keep(small.push(&mut less, ticks(at), due)?, &mut part.small)?;
                    (last, changed) = (Some(at), false);
                    if due {
                        whole = (at / WHOLE + 1) * WHOLE;
                    }
                    done(at)?;
                }
            }
        }
        data.keep(large.finish()?, &mut part.large)?;
        data.keep(small.finish()?, &mut part.small)
    })?;
    part.large.config = large.config.unwrap_or_default();
    part.small.config = small.config.unwrap_or_default();
    part.slides = slides.changes;
    Ok(part)
}

/// Pictures a second: a screen is read, not watched; a camera comes as fast as it came.
fn rate(recording: &Recording, scene: &Scene) -> i64 {
    if scene.screen.is_some() {
        return SCREEN_RATE;
    }
    let Some(camera) = scene.camera.and_then(|track| recording.stream(track)) else { return 1 };
    let pictures: usize = camera.pieces.iter().map(|piece| piece.index.samples.len()).sum();
    let micros: i64 = camera.media().iter().map(|(from, to)| to - from).sum();
    // A camera of 29.97 or 24.8 pictures has 30 or 25.
    ((pictures as i64 * 1_000_000 + micros / 2) / micros.max(1)).clamp(SCREEN_RATE, FASTEST)
}

/// A picture of the replay at `at` shows what was seen until `seen`.
#[derive(Clone, Copy)]
struct Moment {
    at: i64,
    seen: i64,
}

struct Painter<'a> {
    recording: &'a Recording,
    stage: Stage,
    feeds: Vec<(u32, Feed<'a>)>,
    points: Vec<ff::software::scaling::Context>,
    /// When slides were looked for.
    looked: i64,
}

impl<'a> Painter<'a> {
    fn begin(&mut self, scene: &Scene, at: i64) {
        let shown = [scene.screen, scene.camera];
        self.feeds.retain(|(track, _)| shown.contains(&Some(*track)));
        let recording = self.recording;
        let new = shown.into_iter().flatten().filter_map(|track| recording.stream(track));
        for stream in new.collect::<Vec<&'a Stream>>() {
            let number = stream.track.number;
            if self.feeds.iter().all(|(track, _)| *track != number) {
                self.feeds.push((number, Feed::new(stream, &recording.timeline, at as f64)));
            }
        }
        self.stage.darken();
    }

    /// Whether there is something new on the stage. `all` paints also what stands still.
    fn paint(&mut self, scene: &Scene, Moment { at, seen }: Moment, all: bool, slides: &mut Slides) -> Result<bool> {
        let mut new = false;
        let mut screen = None;
        for (number, is_screen) in [(scene.screen, true), (scene.camera, false)] {
            let Some((_, feed)) = self.feeds.iter_mut().find(|(track, _)| Some(*track) == number) else { continue };
            let (Some(picture), changed) = feed.at(seen as f64)? else { continue };
            let place = if is_screen {
                stage::of_screen(picture.width(), picture.height(), scene.camera.is_some())
            } else {
                stage::of_camera(picture.width(), picture.height(), screen)
            };
            if is_screen {
                screen = Some(place);
            }
            if is_screen && changed && at - self.looked >= slides::EVERY {
                self.looked = at;
                slides.look(at, points(picture, &mut self.points)?);
            }
            if changed || all {
                self.stage.put(picture, place)?;
                new = true;
            }
        }
        Ok(new)
    }
}

/// The brightness of a picture, as slides are compared.
pub(crate) fn points(picture: &ff::frame::Video, scalers: &mut Vec<ff::software::scaling::Context>) -> Result<Vec<u8>> {
    let (wide, high) = (slides::WIDE, slides::HIGH);
    let small = scaled(scalers, picture, wide as u32, high as u32, Pixel::GRAY8)?;
    let lines = small.data(0).chunks(small.stride(0).max(1)).take(high);
    Ok(lines.flat_map(|line| line[..wide].to_vec()).collect())
}
