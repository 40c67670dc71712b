//! The way from a Recording's folder to `out/result.json`, in steps that each leave something whole behind.

use crate::boxes::Entry;
use crate::chapters::{self, Chapter};
use crate::compose::{self, Composed};
use crate::error::{FinishError, OfFile, Result};
use crate::manifest::Kind;
use crate::picture::decode::Feed;
use crate::picture::slides::{self, Slides};
use crate::plan::{self, Plan, Way};
use crate::progress::{Progress, Step};
use crate::recording::Recording;
use crate::sound::encode::{self, Encoder};
use crate::sound::level::{Limiter, Measured, Meter};
use crate::sound::mix::{Mix, frames};
use crate::stills::{self, Frame};
use crate::track::{Cut, Made, write_whole};
use crate::{copy, hls, mp4};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Of the format of `work/`; another one is thrown away.
const WORK: u32 = 2;
const SOUND_BITS: u32 = 96_000;
/// Losses that are told one by one.
const MOST_GAPS: usize = 200;

/// What lies in `work/` belongs to this.
#[derive(PartialEq, Serialize, Deserialize)]
struct Basis {
    work: u32,
    length: i64,
    samples: Vec<usize>,
}

#[derive(Serialize)]
struct Outcome<'a> {
    format: u32,
    duration_ms: i64,
    width: u16,
    height: u16,
    video: &'a str,
    bytes: u64,
    started_at_us: i64,
    timeline: Vec<Stretch>,
    chapters: Vec<Chapter>,
    frames: Vec<Frame>,
    checks: Checks,
}

#[derive(Serialize)]
struct Stretch {
    at_us: i64,
    ms: i64,
    length_ms: i64,
}

#[derive(Serialize)]
struct Checks {
    gaps: Vec<Lost>,
    skew_ms_max: i64,
    silence_ms: u64,
    clipped_permille: u64,
    loudness_lufs: Option<f64>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Lost {
    track: u32,
    ms: i64,
    length_ms: i64,
}

struct Finish<'a> {
    recording: Recording,
    plan: Plan,
    out: PathBuf,
    work: PathBuf,
    progress: &'a mut Progress,
}

/// The picture of `video.mp4`, a smaller one where it was made in passing, and new slides where they were seen in passing.
struct Pictures {
    large: Option<Made>,
    small: Option<Made>,
    slides: Option<Vec<i64>>,
}

pub(crate) fn finish(folder: &Path, progress: &mut Progress) -> Result<()> {
    let (out, work) = (folder.join("out"), folder.join("work"));
    if out.join("result.json").exists() {
        return cleared(&work);
    }
    let recording = Recording::open(folder)?;
    if recording.timeline.length() == 0 {
        return Err(FinishError::NoMedia);
    }
    let plan = plan::plan(&recording);
    let mut finish = Finish { recording, plan, out, work, progress };
    finish.prepare()?;
    let measured = finish.check()?;
    let sound = finish.sound(&measured)?;
    let Pictures { large: picture, small, slides } = finish.picture()?;
    finish.video(picture.as_ref(), &sound)?;
    let for_hls = match finish.plan.way {
        Way::Copied | Way::CopiedInParts => Some(finish.copied(0..finish.plan.shots.len())?),
        Way::Composed | Way::SoundOnly => picture.clone(),
    };
    let small = finish.copied_small().or(small);
    finish.hls(for_hls.as_ref(), small.as_ref(), &sound)?;
    let frames = finish.stills(picture.as_ref())?;
    let slides = finish.slides(slides)?;
    finish.result(&measured, picture.as_ref(), frames, &slides)?;
    cleared(&finish.work)
}

fn cleared(work: &Path) -> Result<()> {
    if work.exists() { std::fs::remove_dir_all(work).of("removing", work) } else { Ok(()) }
}

impl Finish<'_> {
    fn length(&self) -> i64 {
        self.recording.timeline.length()
    }

    fn prepare(&self) -> Result<()> {
        let streams = self.recording.streams.iter().chain(&self.recording.smalls);
        let samples = streams.flat_map(|stream| &stream.pieces);
        let samples = samples.map(|piece| piece.index.samples.len()).collect();
        let basis = Basis { work: WORK, length: self.length(), samples };
        let path = self.work.join("basis.json");
        let known = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Basis>(&bytes).ok());
        if known.as_ref() == Some(&basis) {
            return Ok(());
        }
        for folder in [&self.work, &self.out] {
            if folder.exists() {
                std::fs::remove_dir_all(folder).of("removing", folder)?;
            }
            std::fs::create_dir_all(folder).of("creating", folder)?;
        }
        write_whole(&path, |file| Ok(serde_json::to_writer(file, &basis)?))
    }

    /// Decodes all sound once: how loud it is, where it is silent, whether it was clipped.
    fn check(&mut self) -> Result<Measured> {
        let path = self.work.join("sound-measured.json");
        if let Some(known) = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            return Ok(known);
        }
        let mut meter = Meter::default();
        let mut mix = Mix::new(&self.recording);
        loop {
            let block = mix.next()?;
            if block.is_empty() {
                break;
            }
            meter.take(&block);
            self.progress.tell(Step::Check, mix.done(), mix.length)?;
        }
        let (decoded, clipped) =
            mix.voices.iter().fold((0, 0), |(all, high), voice| (all + voice.decoded, high + voice.clipped));
        let measured = meter.finish(decoded, clipped);
        write_whole(&path, |file| Ok(serde_json::to_writer(file, &measured)?))?;
        Ok(measured)
    }

    /// All sound again, levelled and as AAC.
    fn sound(&mut self, measured: &Measured) -> Result<Made> {
        let (data, list) = (self.work.join("sound.bin"), self.work.join("sound.json"));
        let known = std::fs::read(&list).ok().and_then(|bytes| serde_json::from_slice::<Vec<u32>>(&bytes).ok());
        let sizes = match known {
            Some(sizes) => sizes,
            None => {
                let sizes = self.encode_sound(measured, &data)?;
                write_whole(&list, |file| Ok(serde_json::to_writer(file, &sizes)?))?;
                sizes
            }
        };
        let mut offset = 0;
        let cuts = (0..)
            .zip(sizes)
            .map(|(number, size)| {
                let at = number * encode::PACKET as u64;
                let cut = Cut { file: 0, offset, size, at, duration: encode::PACKET as u32, sync: true, entry: 0 };
                offset += u64::from(size);
                cut
            })
            .collect();
        Ok(Made { entries: vec![Entry::Aac { bits_per_second: SOUND_BITS }], files: vec![data], cuts })
    }

    fn encode_sound(&mut self, measured: &Measured, data: &Path) -> Result<Vec<u32>> {
        let mut sizes = Vec::new();
        let mut mix = Mix::new(&self.recording);
        let mut limiter = Limiter::new(measured.gain());
        let mut encoder = Encoder::new(SOUND_BITS as usize)?;
        // The last packet holds the last frame; what the encoder adds after it is left out.
        let most = frames(self.recording.timeline.length()).div_ceil(encode::PACKET as u64) as usize;
        let progress = &mut *self.progress;
        write_whole(data, |file| {
            let mut keep = |packet: &[u8]| {
                if sizes.len() < most {
                    sizes.push(packet.len() as u32);
                    file.write_all(packet).of("writing", data)?;
                }
                Ok(())
            };
            loop {
                let block = mix.next()?;
                if block.is_empty() {
                    break;
                }
                encoder.push(&limiter.run(&block), &mut keep)?;
                progress.tell(Step::Sound, mix.done(), mix.length)?;
            }
            encoder.push(&limiter.flush(), &mut keep)?;
            encoder.finish(&mut keep)
        })?;
        Ok(sizes)
    }

    fn copied(&self, shots: Range<usize>) -> Result<Made> {
        copy::copy(&self.recording.streams, &self.plan.shots[shots], self.length())
    }

    /// It decides nothing: a smaller picture that cannot be used is not there.
    fn copied_small(&mut self) -> Option<Made> {
        if self.plan.small.is_empty() {
            return None;
        }
        let made = copy::copy(&self.recording.smalls, &self.plan.small, self.length());
        made.inspect_err(|error| self.recording.warnings.push(format!("small_unusable {error}"))).ok()
    }

    fn picture(&mut self) -> Result<Pictures> {
        let length = self.length() as u64;
        let progress = &mut *self.progress;
        match self.plan.way {
            Way::SoundOnly => Ok(Pictures { large: None, small: None, slides: Some(Vec::new()) }),
            Way::Copied => {
                Ok(Pictures { large: Some(self.copied(self.plan.film.clone())?), small: None, slides: None })
            }
            Way::CopiedInParts | Way::Composed => {
                let done = |at: i64| progress.tell(Step::Picture, at as u64, length);
                let (composed, slides) = compose::compose(&self.recording, &self.plan.scenes, &self.work, done)?;
                let Composed { large, small } = composed;
                Ok(Pictures { large: Some(large), small: Some(small), slides: Some(slides) })
            }
        }
    }

    fn video(&mut self, picture: Option<&Made>, sound: &Made) -> Result<()> {
        let path = self.out.join("video.mp4");
        if !path.exists() {
            let tracks: Vec<&Made> = picture.into_iter().chain([sound]).collect();
            mp4::write(&path, &tracks, self.length())?;
        }
        self.progress.tell(Step::Picture, 1, 1)
    }

    fn hls(&mut self, picture: Option<&Made>, small: Option<&Made>, sound: &Made) -> Result<()> {
        let folder = self.out.join("hls");
        if !folder.exists() {
            hls::write(&folder, picture, small, sound)?;
        }
        self.progress.tell(Step::Hls, 1, 1)
    }

    fn stills(&mut self, picture: Option<&Made>) -> Result<Vec<Frame>> {
        let Some(picture) = picture else { return Ok(Vec::new()) };
        let length = self.recording.timeline.length();
        let progress = &mut *self.progress;
        stills::write(&self.out, &self.work, picture, length, |at| {
            progress.tell(Step::Pictures, at as u64, length as u64)
        })
    }

    /// A copied screen is looked through once more.
    fn slides(&mut self, known: Option<Vec<i64>>) -> Result<Vec<i64>> {
        if let Some(known) = known {
            return Ok(known);
        }
        let mut slides = Slides::default();
        let mut scalers = Vec::new();
        let (recording, length) = (&self.recording, self.recording.timeline.length());
        for scene in &self.plan.scenes {
            let Some(screen) = scene.screen.and_then(|track| recording.stream(track)) else { continue };
            let mut feed = Feed::new(screen, &recording.timeline, scene.from as f64);
            let mut at = scene.from;
            while at < scene.to {
                if let (Some(picture), true) = feed.at(at as f64)? {
                    slides.look(at, compose::points(picture, &mut scalers)?);
                }
                at += slides::EVERY;
                self.progress.tell(Step::Chapters, at as u64, length as u64)?;
            }
        }
        Ok(slides.changes)
    }

    fn chapters(&self, slides: &[i64]) -> Vec<Chapter> {
        let recording = &self.recording;
        let place = |at: i64| recording.timeline.place_or_cut(at as f64) as i64 / 1000;
        let manifest = &recording.manifest;
        let markers: Vec<_> = manifest.markers.iter().map(|(at, text)| (place(*at), text.clone())).collect();
        let slides: Vec<i64> = slides.iter().map(|at| at / 1000).collect();
        let mut before = None;
        let speakers: Vec<_> = manifest
            .speakers
            .iter()
            .filter_map(|(at, track)| {
                let track = &recording.stream(*track)?.track;
                let again = before.replace(track.participant) == Some(track.participant);
                (!again && !track.name.is_empty()).then(|| (place(*at), track.name.clone()))
            })
            .collect();
        chapters::chapters(&markers, &slides, &speakers, self.length() / 1000)
    }

    fn result(
        &mut self,
        measured: &Measured,
        picture: Option<&Made>,
        frames: Vec<Frame>,
        slides: &[i64],
    ) -> Result<()> {
        let length_ms = self.length() / 1000;
        let chapters = self.chapters(slides);
        let path = self.out.join("chapters.vtt");
        let text = chapters::webvtt(&chapters, length_ms);
        write_whole(&path, |file| file.write_all(text.as_bytes()).of("writing", &path))?;
        let size = picture.and_then(|made| made.entries.first());
        let (width, height) = if let Some(Entry::H264(_, width, height)) = size { (*width, *height) } else { (0, 0) };
        let video = self.out.join("video.mp4");
        let spans = &self.recording.timeline.spans;
        let outcome = Outcome {
            format: 1,
            duration_ms: length_ms,
            width,
            height,
            video: match self.plan.way {
                Way::Copied => "copied",
                Way::CopiedInParts | Way::Composed => "composed",
                Way::SoundOnly => "none",
            },
            bytes: std::fs::metadata(&video).of("reading", &video)?.len(),
            started_at_us: spans.first().map_or(0, |span| span.at),
            timeline: spans
                .iter()
                .map(|span| Stretch { at_us: span.at, ms: span.media / 1000, length_ms: span.length / 1000 })
                .collect(),
            chapters,
            frames,
            checks: self.checks(measured),
        };
        self.progress.tell(Step::Chapters, 1, 1)?;
        let path = self.out.join("result.json");
        write_whole(&path, |file| Ok(serde_json::to_writer_pretty(file, &outcome)?))
    }

    fn checks(&self, measured: &Measured) -> Checks {
        let (mut gaps, mut skew) = (Vec::new(), 0.0_f64);
        for stream in &self.recording.streams {
            for piece in &stream.pieces {
                skew = skew.max(piece.furthest());
                for gap in &piece.gaps {
                    let (from, to) = (piece.clock.server(gap.from), piece.clock.server(gap.to));
                    if let Some(at) = self.recording.timeline.place(from) {
                        let (ms, length_ms) = (at as i64 / 1000, ((to - from) / 1000.0) as i64);
                        gaps.push(Lost { track: stream.track.number, ms, length_ms });
                    }
                }
            }
        }
        let mut warnings = self.recording.warnings.clone();
        if gaps.len() > MOST_GAPS {
            warnings.push(format!("gaps {}", gaps.len()));
            gaps.truncate(MOST_GAPS);
        }
        if self.recording.of_kind(Kind::Audio).next().is_none() {
            warnings.push("no_sound".to_owned());
        }
        Checks {
            gaps,
            skew_ms_max: (skew / 1000.0).ceil() as i64,
            silence_ms: measured.silence_ms,
            clipped_permille: measured.clipped_permille,
            loudness_lufs: measured.loudness.map(|loudness| (loudness * 10.0).round() / 10.0),
            warnings,
        }
    }
}
