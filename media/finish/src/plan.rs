//! What is seen when: scenes of the replay, and whether their pictures can be copied or have to be composed.

use crate::index::Codec;
use crate::manifest::Kind;
use crate::recording::{Recording, Stream};
use crate::timeline::{Interval, Timeline, united, without};
use std::ops::Range;

/// A camera that sent nothing for this long is off; until then its last picture stands.
const CAMERA_HOLDS: i64 = 5_000_000;
/// A screen that stands still may send nothing; after this it is gone.
const SCREEN_HOLDS: i64 = 60_000_000;
/// Shorter scenes are a flicker.
const SHORTEST_SCENE: i64 = 400_000;
/// Where a copied picture stands still for longer because nothing came, a composed stage is better.
const LONGEST_STILL: i64 = 10_000_000;
/// Publishers begin small: so little of the whole at the beginning is not worth composing a film for.
const SHORT_BEGINNING: f64 = 0.05;
/// A smaller layer that begins later than this, in microseconds of the replay, would show too long what is not yet.
const LATEST_SMALL: f64 = 4e6;
/// Without a whole picture for longer nobody can seek in a copy.
const LONGEST_WITHOUT_SYNC: i64 = 60_000_000;

/// Microseconds of the replay, and the tracks that are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scene {
    pub from: i64,
    pub to: i64,
    pub screen: Option<u32>,
    pub camera: Option<u32>,
}

/// A sample of a stream's file at its time in the replay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shot {
    pub stream: usize,
    pub piece: usize,
    pub sample: usize,
    /// Microseconds of the replay.
    pub at: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// One H.264 configuration, but for a short beginning: everything is copied.
    Copied,
    /// Several, one at a time: HLS is copied with discontinuities, the one file for downloading is composed.
    CopiedInParts,
    Composed,
    SoundOnly,
}

pub(crate) struct Plan {
    pub way: Way,
    pub scenes: Vec<Scene>,
    /// What is copied, in order of time; empty when nothing is.
    pub shots: Vec<Shot>,
    /// Those of the one file for downloading: from the last configuration on, whose first picture stands from the beginning.
    pub film: Range<usize>,
    /// What is copied of smaller layers beside it; empty when they do not show as much.
    pub small: Vec<Shot>,
}

pub(crate) fn plan(recording: &Recording) -> Plan {
    let length = recording.timeline.length();
    if recording.of_kind(Kind::Video).next().is_none() {
        return Plan { way: Way::SoundOnly, scenes: Vec::new(), shots: Vec::new(), film: 0..0, small: Vec::new() };
    }
    let scenes = scenes(recording, length);
    let shots = copied(&recording.streams, &recording.timeline).unwrap_or_default();
    let small = if shots.is_empty() { None } else { copied(&recording.smalls, &recording.timeline) };
    let config = |shot: &Shot| &recording.streams[shot.stream].pieces[shot.piece].index.codec;
    let last = shots.last().map(config);
    let film = shots.iter().rposition(|shot| Some(config(shot)) != last).map_or(0, |before| before + 1);
    let begins = shots.get(film).filter(|_| film > 0).map_or(0.0, |shot| shot.at);
    let way = match last {
        None => Way::Composed,
        Some(_) if begins <= (length as f64 * SHORT_BEGINNING).min(LONGEST_STILL as f64) => Way::Copied,
        Some(_) => Way::CopiedInParts,
    };
    let film = film..shots.len();
    let small = small.filter(|small| small.first().is_some_and(|first| first.at <= LATEST_SMALL)).unwrap_or_default();
    Plan { way, scenes, shots, film, small }
}

/// When a stream has something to show, in microseconds of the replay.
fn shown(recording: &Recording, stream: &Stream) -> Vec<Interval> {
    let holds = if stream.is_screen() { SCREEN_HOLDS } else { CAMERA_HOLDS };
    let seen = without(united(stream.media(), holds), &stream.track.mutes);
    let place = |server: i64| recording.timeline.place_or_cut(server as f64) as i64;
    united(seen.into_iter().map(|(from, to)| (place(from), place(to))).collect(), 0)
}

fn scenes(recording: &Recording, length: i64) -> Vec<Scene> {
    let videos: Vec<(&Stream, Vec<Interval>)> =
        recording.of_kind(Kind::Video).map(|stream| (stream, shown(recording, stream))).collect();
    let speakers: Vec<(i64, Option<u64>)> = recording
        .manifest
        .speakers
        .iter()
        .map(|(at, track)| {
            let participant = recording.stream(*track).and_then(|stream| stream.track.participant);
            (recording.timeline.place_or_cut(*at as f64) as i64, participant)
        })
        .collect();
    let mut edges: Vec<i64> = videos.iter().flat_map(|(_, shown)| shown).flat_map(|(from, to)| [*from, *to]).collect();
    edges.extend(speakers.iter().map(|(at, _)| *at));
    edges.extend([0, length]);
    edges.retain(|edge| (0..=length).contains(edge));
    edges.sort_unstable();
    edges.dedup();

    let mut scenes: Vec<Scene> = Vec::new();
    let mut seen_until = 0;
    for pair in edges.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let there = |shown: &[Interval]| shown.iter().any(|(a, b)| *a <= from && *b >= to);
        // The screen that was shared last, and among cameras who speaks, else who came first: the host.
        let screen = videos
            .iter()
            .filter(|(stream, shown)| stream.is_screen() && there(shown))
            .max_by_key(|(stream, _)| stream.track.number);
        let speaker = speakers.iter().rev().find(|(at, _)| *at <= from).and_then(|(_, participant)| *participant);
        let camera = videos
            .iter()
            .filter(|(stream, shown)| !stream.is_screen() && there(shown))
            .min_by_key(|(stream, _)| (speaker.is_none() || stream.track.participant != speaker, stream.track.number));
        let number = |found: Option<&(&Stream, Vec<Interval>)>| found.map(|(stream, _)| stream.track.number);
        let scene = Scene { from, to, screen: number(screen), camera: number(camera) };
        let empty = scene.screen.is_none() && scene.camera.is_none();
        if !empty {
            seen_until = to;
        }
        match scenes.last_mut() {
            Some(last) if last.screen == scene.screen && last.camera == scene.camera => last.to = to,
            Some(last) if to - from < SHORTEST_SCENE => last.to = to,
            // Whoever loads the page anew is away for some seconds: what was seen last stands.
            Some(last) if empty && to - seen_until <= CAMERA_HOLDS => last.to = to,
            _ => scenes.push(scene),
        }
    }
    scenes
}

/// The samples to copy, when one picture at a time, H.264 and whole enough, is all there is.
fn copied(streams: &[Stream], timeline: &Timeline) -> Option<Vec<Shot>> {
    let length = timeline.length();
    let mut runs: Vec<Vec<Shot>> = Vec::new();
    for (number, stream) in streams.iter().enumerate().filter(|(_, s)| s.track.kind == Kind::Video) {
        if stream.track.mutes.iter().any(|(from, to)| to.saturating_sub(*from) > LONGEST_STILL) {
            return None;
        }
        for (at, piece) in stream.pieces.iter().enumerate() {
            if !matches!(piece.index.codec, Codec::H264(_)) {
                return None;
            }
            let mut run: Vec<Shot> = Vec::with_capacity(piece.index.samples.len());
            let mut whole = false;
            for (sample, found) in piece.index.samples.iter().enumerate() {
                let place = timeline.place(piece.clock.server(found.ticks));
                // What was cut out may be referred to: the next whole picture goes on.
                whole = place.is_some() && (whole || found.sync);
                if let Some(place) = place.filter(|_| whole) {
                    // Pictures that are shown in another order than they are sent cannot be placed one by one.
                    if run.last().is_some_and(|last| place <= last.at) {
                        return None;
                    }
                    run.push(Shot { stream: number, piece: at, sample, at: place });
                }
            }
            if !run.is_empty() {
                runs.push(run);
            }
        }
    }
    runs.sort_by(|a, b| a[0].at.total_cmp(&b[0].at));
    let mut shots: Vec<Shot> = Vec::new();
    for run in runs {
        // Two at a time are a composition; the tail of a camera that was taken up anew is not.
        while shots.last().is_some_and(|last| last.at >= run[0].at) {
            if shots.last().is_some_and(|last| last.at > run[0].at + 2e6) {
                return None;
            }
            shots.pop();
        }
        shots.extend(run);
    }
    let mut seen = 0.0;
    let mut sync = 0.0;
    for shot in &shots {
        if shot.at - seen > LONGEST_STILL as f64 || shot.at - sync > LONGEST_WITHOUT_SYNC as f64 {
            return None;
        }
        seen = shot.at;
        if streams[shot.stream].pieces[shot.piece].index.samples[shot.sample].sync {
            sync = shot.at;
        }
    }
    (!shots.is_empty() && length as f64 - seen <= LONGEST_STILL as f64).then_some(shots)
}
