//! One rendition of the picture: from keyframe to keyframe, near whole multiples of two seconds, never with a hole.
//!
//! A segment shows what came of one Track in one configuration. Where nothing came it shows the card. Another Track, or another
//! layer, begins with a segment.

use super::card::Card;
use super::clock::ticks;
use super::feed::{Feed, Picture};
use super::shelf::Beginning;
use crate::ids::{Layer, TrackId};
use crate::router::TappedPacket;
use crate::samples::{Configuration, Layers, Timed, beginning, fragment};
use std::time::Instant;

const RATE: i64 = 90_000;
/// A cut this far from its moment leaves every segment shorter than 2.5 s, which is what players are told (RFC 8216 §4.3.3.1).
const EARLY_US: i64 = 250_000;
pub(super) const LATE_US: i64 = 240_000;

#[derive(Debug)]
pub(super) struct Lane {
    card: Card,
    shown: Option<Feed>,
    /// Is shown from its first keyframe at a boundary on.
    pending: Option<Feed>,
    /// Where the segment begins that is not closed yet.
    from_us: i64,
    /// Nothing of it is wanted any more.
    leaves: bool,
    /// The configuration that the last segment ended in; without, or with another, a segment begins with a keyframe.
    continues: Option<u32>,
}

/// A segment of a lane.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) beginning: Beginning,
    pub(super) media: Vec<u8>,
    pub(super) from_us: i64,
    pub(super) to_us: i64,
    /// Not the card.
    pub(super) live: bool,
}

impl Lane {
    pub(super) fn new(from_us: i64) -> Self {
        Self { card: Card::new(), shown: None, pending: None, from_us, leaves: false, continues: None }
    }

    /// What is to be shown; nothing is the card.
    pub(super) fn want(&mut self, wanted: Option<(TrackId, Layer)>) {
        let is = |feed: &Option<Feed>| feed.as_ref().map(|feed| (feed.track, feed.layer));
        self.leaves = wanted.is_none();
        if wanted == is(&self.shown) {
            self.pending = None;
        } else if wanted != is(&self.pending) {
            self.pending = wanted.map(|(track, layer)| Feed::new(track, layer));
        }
    }

    /// The Track is over. What came of it is still shown.
    pub(super) fn forget(&mut self, track: TrackId) {
        self.leaves |= self.shown.as_ref().is_some_and(|feed| feed.track == track);
        self.pending.take_if(|feed| feed.track == track);
    }

    pub(super) fn layer_of(&self, track: TrackId) -> Option<Layer> {
        self.shown.as_ref().filter(|feed| feed.track == track).map(|feed| feed.layer)
    }

    pub(super) fn feeds(&self) -> impl Iterator<Item = &Feed> {
        self.shown.iter().chain(&self.pending)
    }

    pub(super) fn feeds_mut(&mut self) -> impl Iterator<Item = &mut Feed> {
        self.shown.iter_mut().chain(&mut self.pending)
    }

    pub(super) fn hear(&mut self, now: Instant, wall_us: i64, layers: &Layers, packet: &TappedPacket<'_>) {
        for feed in self.feeds_mut().filter(|feed| feed.track == packet.track) {
            feed.hear(now, wall_us, layers, packet);
        }
    }

    /// Whether the next segment could begin with a keyframe here.
    pub(super) fn has_keyframe_at(&self, boundary_us: i64) -> bool {
        self.feeds().any(|feed| feed.keyframe_in((boundary_us - EARLY_US, boundary_us + LATE_US)).is_some())
    }

    /// Begins here, with nothing before.
    pub(super) fn begin(&mut self, boundary_us: i64) {
        self.continues = None;
        let pending_at = self.pending_keyframe(boundary_us);
        self.from_us = pending_at.unwrap_or(boundary_us);
        match (pending_at, &mut self.shown) {
            (Some(at_us), _) => self.turn_to_pending(at_us),
            (None, Some(feed)) => feed.drop_before(boundary_us),
            (None, None) => {}
        }
    }

    /// Closes the segment that ends near this moment.
    pub(super) fn close(&mut self, number: u64, epoch_us: i64, boundary_us: i64) -> Option<Closed> {
        let (from_us, pending_at) = (self.from_us, self.pending_keyframe(boundary_us));
        let to_us = pending_at.or(self.shown.as_ref().map(|feed| cut_of(feed, boundary_us))).unwrap_or(boundary_us);
        let pictures = self.shown.as_mut().map(|feed| feed.take_before(to_us)).unwrap_or_default();
        let ended_in = pictures.last().map(|one| one.configuration);
        let found = self.shown.as_ref().and_then(|feed| of_one_configuration(feed, pictures, self.continues));
        let closed = match found {
            Some((number_of_it, configuration, pictures)) => {
                self.continues = ended_in.filter(|last| *last == number_of_it);
                segment(number, epoch_us, (from_us, to_us), &configuration, pictures, true)
            }
            None => {
                self.continues = None;
                let card =
                    Picture { at_us: from_us, keyframe: true, data: self.card.picture.clone(), configuration: 0 };
                segment(number, epoch_us, (from_us, to_us), &self.card.configuration, vec![card], false)
            }
        };
        if pending_at.is_some() {
            self.turn_to_pending(to_us);
        } else if std::mem::take(&mut self.leaves) {
            self.shown = None;
        }
        self.from_us = to_us;
        closed
    }

    fn pending_keyframe(&self, boundary_us: i64) -> Option<i64> {
        self.pending.as_ref()?.keyframe_in((boundary_us - EARLY_US, boundary_us + LATE_US))
    }

    fn turn_to_pending(&mut self, from_us: i64) {
        self.shown = self.pending.take();
        self.continues = None;
        if let Some(feed) = &mut self.shown {
            feed.drop_before(from_us);
        }
    }
}

/// At its keyframe, else at its first picture after the moment.
fn cut_of(feed: &Feed, boundary_us: i64) -> i64 {
    let late = boundary_us + LATE_US;
    feed.keyframe_in((boundary_us - EARLY_US, late)).unwrap_or_else(|| {
        let next = feed.pictures.iter().map(|one| one.at_us).find(|at_us| *at_us >= boundary_us);
        next.filter(|at_us| *at_us <= late).unwrap_or(boundary_us)
    })
}

/// The pictures that one decoder can show, from the first it can begin with, and the configuration with its number.
fn of_one_configuration(
    feed: &Feed,
    pictures: Vec<Picture>,
    continues: Option<u32>,
) -> Option<(u32, Configuration, Vec<Picture>)> {
    let unusable = |one: &Picture| !one.keyframe && continues != Some(one.configuration);
    let mut pictures = pictures.into_iter().skip_while(unusable).peekable();
    let first = pictures.peek()?;
    let number = first.configuration;
    let configuration = feed.configuration(first)?.clone();
    matches!(configuration, Configuration::H264 { .. })
        .then(|| (number, configuration, pictures.take_while(|one| one.configuration == number).collect()))
}

/// Samples that fill the time from cut to cut: the first stands from its beginning on, the last to its end.
fn segment(
    number: u64,
    epoch_us: i64,
    (from_us, to_us): (i64, i64),
    configuration: &Configuration,
    pictures: Vec<Picture>,
    live: bool,
) -> Option<Closed> {
    let tick = |us: i64| ticks(us - epoch_us, RATE).max(0).unsigned_abs();
    let mut starts: Vec<u64> = pictures.iter().map(|one| tick(one.at_us.clamp(from_us, to_us))).collect();
    *starts.first_mut()? = tick(from_us);
    let ends: Vec<u64> = starts.iter().skip(1).copied().chain([tick(to_us)]).collect();
    let samples: Vec<Timed> = pictures
        .into_iter()
        .zip(starts.into_iter().zip(ends))
        .map(|(one, (at, end))| Timed {
            at,
            duration: u32::try_from(end.saturating_sub(at)).unwrap_or(0),
            keyframe: one.keyframe,
            data: one.data,
        })
        .collect();
    let media = fragment(number as u32, &samples)?;
    let bytes = beginning(configuration)?;
    let Configuration::H264 { sps, .. } = configuration else { return None };
    let [profile, constraints, level] = *sps.get(1..4)? else { return None };
    // RFC 6381 §3.3.
    let codec = format!("avc1.{profile:02x}{constraints:02x}{level:02x}");
    let size = Some(configuration.size()).filter(|size| *size != (0, 0));
    Some(Closed { beginning: Beginning { bytes, codec, size }, media, from_us, to_us, live })
}
