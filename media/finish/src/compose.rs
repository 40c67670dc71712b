//! Composes the pictures of a Recording, a few minutes at a time: what is done stays done when the program is killed.

use crate::boxes::Entry;
use crate::error::{OfFile, Result};
use crate::picture::decode::Feed;
use crate::picture::encode::{Encoded, Encoder};
use crate::picture::slides::{self, Slides};
use crate::picture::stage::{self, HEIGHT, Stage, WIDTH, scaled};
use crate::plan::Scene;
use crate::recording::{Recording, Stream};
use crate::track::{Cut, Made, write_whole};
use ff::format::Pixel;
use ffmpeg_next as ff;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::Path;

/// What a kill may cost, in microseconds of the replay.
const PART: i64 = 120_000_000;
const SCREEN_RATE: i64 = 15;
const FASTEST: i64 = 30;
/// While nothing moves a picture is sent this often, in microseconds.
const STILL: i64 = 1_000_000;
/// Whole pictures come on this grid, in microseconds, so that seeking is quick and segments end where they should.
const WHOLE: i64 = 2_000_000;

#[derive(Serialize, Deserialize)]
struct Part {
    config: Vec<u8>,
    cuts: Vec<Cut>,
    slides: Vec<i64>,
}

/// All pictures, and when the screen showed something new.
pub(crate) fn compose(
    recording: &Recording,
    scenes: &[Scene],
    work: &Path,
    mut done: impl FnMut(i64) -> Result<()>,
) -> Result<(Made, Vec<i64>)> {
    let length = recording.timeline.length();
    let mut made = Made { entries: Vec::new(), files: Vec::new(), cuts: Vec::new() };
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
        let entry = Entry::H264(part.config, WIDTH as u16, HEIGHT as u16);
        let entry = made.entries.iter().position(|known| *known == entry).unwrap_or_else(|| {
            made.entries.push(entry);
            made.entries.len() - 1
        });
        let file = made.files.len() as u32;
        made.files.push(data);
        made.cuts.extend(part.cuts.into_iter().map(|cut| Cut { file, entry: entry as u32, ..cut }));
        slides.extend(part.slides);
        done(to)?;
    }
    made.close(ticks(length) as u64);
    Ok((made, slides))
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
        Painter { recording, stage: Stage::default(), feeds: Vec::new(), small: Vec::new(), looked: i64::MIN / 2 };
    let mut encoder = Encoder::new(WIDTH, HEIGHT)?;
    let mut slides = Slides::default();
    let mut cuts = Vec::new();
    let mut offset = 0;
    write_whole(data, |file| {
        let mut keep = |ready: Vec<Encoded>| -> Result<()> {
            for sample in ready {
                file.write_all(&sample.bytes).of("writing", data)?;
                let size = sample.bytes.len() as u32;
                cuts.push(Cut {
                    file: 0,
                    offset,
                    size,
                    at: sample.at as u64,
                    duration: 0,
                    sync: sample.sync,
                    entry: 0,
                });
                offset += u64::from(size);
            }
            Ok(())
        };
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
                    keep(encoder.push(&mut painter.stage.frame, ticks(at), due)?)?;
                    (last, changed) = (Some(at), false);
                    if due {
                        whole = (at / WHOLE + 1) * WHOLE;
                    }
                    done(at)?;
                }
            }
        }
        keep(encoder.finish()?)
    })?;
    Ok(Part { config: encoder.config.unwrap_or_default(), cuts, slides: slides.changes })
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
    small: Vec<ff::software::scaling::Context>,
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
                slides.look(at, points(picture, &mut self.small)?);
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
