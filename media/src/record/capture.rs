//! Capture: one Recording while it is being made.

use super::manifest::{Event, Line};
use super::track::{Aim, Track};
use super::{At, TrackFacts};
use crate::ids::TrackId;
use crate::router::{Tapped, TappedPacket, TappedTrack};
use crate::rtp::ntp::NtpTime;
use crate::samples::ServerClock;
use crate::sdp::{Codec, Kind};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Of the manifest: a reader knows by it what to expect.
const FORMAT: u32 = 1;
/// RFC 6464 levels of this and louder are speech.
const SPEECH: u8 = 45;
/// Who speaks for so long is noted.
const SPEAKS_FOR: Duration = Duration::from_secs(2);
const RECENT: Duration = Duration::from_millis(500);

/// Something to be written, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// A new file, and what stands in it before the first sample.
    Begin { file: String, bytes: Vec<u8> },
    /// At the end of a file that was begun. The bytes are whole boxes.
    Append { file: String, bytes: Vec<u8> },
    /// Nothing more comes for this file.
    Close { file: String },
    /// A line of the manifest, with its end.
    Line(String),
}

/// How a Recording stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stood {
    /// The last number of a Track.
    pub tracks: u32,
    pub paused: bool,
}

/// What the capture wants of the shard where a Track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    pub track: TrackId,
    /// `None`: nothing any more.
    pub layers: Option<[bool; 3]>,
    pub keyframes: [bool; 3],
}

/// One Recording: its Tracks by the numbers of the media plane.
#[derive(Debug)]
pub struct Capture {
    tracks: HashMap<TrackId, Layered>,
    pub(super) demanded: HashMap<TrackId, [bool; 3]>,
    numbers: u32,
    paused: bool,
    speaks: Option<(TrackId, Instant, bool)>,
    book: Book,
}

/// What comes of one Track: the best of its layers, and of a picture that comes in several a smaller one beside it.
#[derive(Debug)]
struct Layered {
    large: Track,
    small: Option<Track>,
}

impl Layered {
    fn both(&mut self) -> impl Iterator<Item = &mut Track> {
        std::iter::once(&mut self.large).chain(&mut self.small)
    }
}

/// What is to be written, and the clocks of Participants.
#[derive(Debug, Default)]
pub(super) struct Book {
    writes: Vec<Write>,
    clocks: HashMap<u64, ServerClock>,
}

impl Book {
    pub(super) fn line(&mut self, at: At, event: Event) {
        if let Ok(mut text) = serde_json::to_string(&Line { at: at.wall_us, event }) {
            text.push('\n');
            self.writes.push(Write::Line(text));
        }
    }

    pub(super) fn write(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// The server's time, in microseconds since 1970, of what a Participant's clock says.
    pub(super) fn server_time(&mut self, at: At, participant: u64, said: NtpTime) -> i64 {
        self.clocks.entry(participant).or_default().hear(said.unix_us(), at.wall_us)
    }
}

impl Capture {
    /// `tracks_before`: how many Tracks a Recording has that goes on after the server was killed; `None` for a new one.
    #[must_use]
    pub fn begin(at: At, recording: &str, session: &str, tracks_before: Option<u32>) -> Self {
        let mut book = Book::default();
        book.line(
            at,
            match tracks_before {
                None => Event::Began { format: FORMAT, recording: recording.into(), session: session.into() },
                Some(_) => Event::WentOn,
            },
        );
        Self {
            tracks: HashMap::new(),
            demanded: HashMap::new(),
            numbers: tracks_before.unwrap_or(0),
            paused: false,
            speaks: None,
            book,
        }
    }

    /// How a Recording stood when the server stopped. Lines that make no sense are passed over: a kill cuts the last one.
    #[must_use]
    pub fn read(manifest: &[u8]) -> Stood {
        let mut stood = Stood { tracks: 0, paused: false };
        let lines = manifest.split(|byte| *byte == b'\n');
        for line in lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok()) {
            match line.event {
                Event::Track { track, .. } => stood.tracks = stood.tracks.max(track),
                Event::Paused { .. } => stood.paused = true,
                Event::Resumed { .. } => stood.paused = false,
                _ => {}
            }
        }
        stood
    }

    /// Captures this Track from now on.
    pub fn add(&mut self, at: At, id: TrackId, facts: TrackFacts) {
        if self.tracks.contains_key(&id) {
            return;
        }
        let large = self.open(at, facts, Aim::Large, None);
        self.tracks.insert(id, Layered { large, small: None });
    }

    fn open(&mut self, at: At, facts: TrackFacts, aim: Aim, small_of: Option<u32>) -> Track {
        self.numbers += 1;
        let kind = match facts.source.kind() {
            Kind::Audio => "audio",
            Kind::Video => "video",
        };
        self.book.line(
            at,
            Event::Track {
                track: self.numbers,
                kind: kind.to_owned(),
                source: facts.source,
                participant: facts.participant,
                name: facts.name.clone(),
                small_of,
            },
        );
        Track::new(self.numbers, facts, aim, self.paused)
    }

    /// The Track is over.
    pub fn remove(&mut self, at: At, id: TrackId) {
        if let Some(mut source) = self.tracks.remove(&id) {
            source.both().for_each(|track| track.end(at, &mut self.book));
        }
    }

    #[must_use]
    pub fn has(&self, id: TrackId) -> bool {
        self.tracks.contains_key(&id)
    }

    /// Packets that are kept until their turn.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.tracks.values().flat_map(|one| std::iter::once(&one.large).chain(&one.small)).map(Track::waiting).sum()
    }

    /// Something that belongs into the manifest as it is.
    pub fn note(&mut self, at: At, event: Event) {
        self.book.line(at, event);
    }

    /// 不录制: nothing of what follows is captured.
    pub fn pause(&mut self, at: At, by: &str) {
        if std::mem::replace(&mut self.paused, true) {
            return;
        }
        self.tracks.values_mut().flat_map(Layered::both).for_each(|track| track.pause(at, &mut self.book));
        self.book.line(at, Event::Paused { by: by.to_owned() });
    }

    pub fn resume(&mut self, at: At, by: &str) {
        if !std::mem::replace(&mut self.paused, false) {
            return;
        }
        self.book.line(at, Event::Resumed { by: by.to_owned() });
        self.tracks.values_mut().flat_map(Layered::both).for_each(|track| track.resume(at, &mut self.book));
    }

    pub fn handle(&mut self, at: At, tapped: &Tapped<'_>) {
        match tapped {
            Tapped::Packet(packet) => self.handle_packet(at, packet),
            Tapped::State(state) => self.handle_state(at, state),
            Tapped::Ended(track) => self.remove(at, *track),
        }
    }

    fn handle_state(&mut self, at: At, state: &TappedTrack) {
        let Some(source) = self.tracks.get(&state.track) else { return };
        // Nothing else is copied into a replay.
        let h264 = state.layers.iter().flatten().filter(|layer| layer.codec == Codec::H264);
        let several = state.kind == Kind::Video && h264.count() > 1;
        let small = (several && source.small.is_none()).then(|| (source.large.facts.clone(), source.large.number));
        let small = small.map(|(facts, large)| self.open(at, facts, Aim::Small, Some(large)));
        let Some(source) = self.tracks.get_mut(&state.track) else { return };
        source.small = source.small.take().or(small);
        source.both().for_each(|track| track.heard_state(at, state, &mut self.book));
    }

    fn handle_packet(&mut self, at: At, packet: &TappedPacket<'_>) {
        if let Some(source) = self.tracks.get_mut(&packet.track) {
            source.both().for_each(|track| track.heard_packet(at, packet, &mut self.book));
        }
    }

    /// To be called some times a second.
    pub fn handle_timeout(&mut self, at: At) {
        for track in self.tracks.values_mut().flat_map(Layered::both) {
            track.handle_timeout(at, &mut self.book);
        }
        self.note_speaker(at);
    }

    /// To be called about once a second: what is ready becomes a fragment of each file.
    pub fn flush(&mut self) {
        self.tracks.values_mut().flat_map(Layered::both).for_each(|track| track.flush(&mut self.book));
    }

    /// The server stops: files are closed, and the Recording may go on.
    pub fn stop(&mut self, at: At) {
        let mut ids: Vec<TrackId> = self.tracks.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter().for_each(|id| self.remove(at, id));
    }

    /// Nothing more comes.
    pub fn end(&mut self, at: At) {
        self.stop(at);
        self.book.line(at, Event::Ended);
    }

    /// What is to be written since this was asked before.
    pub fn take_writes(&mut self) -> Vec<Write> {
        std::mem::take(&mut self.book.writes)
    }

    /// What has changed of what is wanted.
    pub fn take_demands(&mut self, now: Instant) -> Vec<Demand> {
        let mut demands = Vec::new();
        for (&id, source) in &mut self.tracks {
            let (mut layers, mut keyframes) = ([false; 3], [false; 3]);
            for (wants, asks) in source.both().map(|track| track.wants(now)) {
                for at in 0..3 {
                    layers[at] |= wants[at];
                    keyframes[at] |= asks[at];
                }
            }
            if self.demanded.insert(id, layers) != Some(layers) || keyframes != [false; 3] {
                demands.push(Demand { track: id, layers: Some(layers), keyframes });
            }
        }
        let tracks = &self.tracks;
        self.demanded.retain(|&track, _| {
            let stays = tracks.contains_key(&track);
            if !stays {
                demands.push(Demand { track, layers: None, keyframes: [false; 3] });
            }
            stays
        });
        demands
    }

    /// Whether anything should come in now.
    #[must_use]
    pub fn should_flow(&self) -> bool {
        !self.paused && self.tracks.values().any(|source| source.large.should_flow())
    }

    fn note_speaker(&mut self, at: At) {
        let heard = self.tracks.iter().filter_map(|(id, source)| {
            let (level, when) = source.large.level?;
            (level <= SPEECH && at.now.saturating_duration_since(when) < RECENT).then_some((level, *id))
        });
        let Some((_, loudest)) = heard.min() else { return };
        match &mut self.speaks {
            Some((track, since, told)) if *track == loudest => {
                if !*told && at.now.saturating_duration_since(*since) >= SPEAKS_FOR {
                    *told = true;
                    if let Some(source) = self.tracks.get(&loudest) {
                        self.book.line(at, Event::Speaker { track: source.large.number });
                    }
                }
            }
            _ => self.speaks = Some((loudest, at.now, false)),
        }
    }
}
