//! What all viewers of a thread measure together.

use super::fetch::Fetched;
use super::playhead::Came;
use crate::stats::Histogram;
use std::collections::BTreeMap;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Master,
    Playlist,
    /// What a decoder has to know.
    Beginning,
    Segment,
}

/// Picture and sound.
const STREAMS: u8 = 2;

/// One viewer, all along.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// How many of its streams have begun.
    pub(super) playing: u8,
    pub(super) stood_still: bool,
}

impl Seen {
    pub(super) fn plays(&self) -> bool {
        self.playing == STREAMS
    }
}

#[derive(Debug, Default)]
pub(super) struct Meters {
    /// Requests and answers count while this is set; what a viewer missed counts always.
    pub(super) measuring: bool,
    pub(super) requests: [u64; 4],
    /// Of bodies.
    pub(super) bytes: u64,
    pub(super) playlist_us: Histogram,
    pub(super) segment_us: Histogram,
    /// How long before a segment was needed it was there.
    pub(super) spare_us: Histogram,
    pub(super) segments: u64,
    pub(super) late: u64,
    pub(super) stood_us: u64,
    /// Left the playlist before it was fetched, or was gone.
    pub(super) missed: u64,
    /// Without the box that proves that they were fetched.
    pub(super) unstamped: u64,
    /// Proofs that members told.
    pub(super) told: u64,
    pub(super) errors: BTreeMap<String, u64>,
    pub(super) viewers: Vec<Seen>,
}

impl Meters {
    pub(super) fn fetched(&mut self, what: What, fetched: &Fetched<'_>) {
        if fetched.status != 200 {
            self.failed(fetched.status.to_string());
            return;
        }
        if !self.measuring {
            return;
        }
        self.requests[what as usize] += 1;
        self.bytes += fetched.length;
        let micros = fetched.took.as_micros() as u64;
        match what {
            What::Master | What::Playlist => self.playlist_us.record(micros),
            What::Segment => self.segment_us.record(micros),
            What::Beginning => {}
        }
    }

    pub(super) fn failed(&mut self, why: String) {
        *self.errors.entry(why).or_insert(0) += 1;
    }

    /// Whether the viewer plays from now on.
    pub(super) fn came(&mut self, viewer: usize, came: &Came) -> bool {
        self.segments += 1;
        match came {
            Came::First => {
                self.viewers[viewer].playing += 1;
                return self.viewers[viewer].plays();
            }
            Came::InTime(spare) if self.measuring => self.spare_us.record(spare.as_micros() as u64),
            Came::InTime(_) => {}
            Came::Late(stood) => {
                self.late += 1;
                self.stood_us += stood.as_micros() as u64;
                self.viewers[viewer].stood_still = true;
            }
        }
        false
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.requests.iter_mut().zip(other.requests).for_each(|(mine, theirs)| *mine += theirs);
        self.bytes += other.bytes;
        self.playlist_us.merge(&other.playlist_us);
        self.segment_us.merge(&other.segment_us);
        self.spare_us.merge(&other.spare_us);
        self.segments += other.segments;
        self.late += other.late;
        self.stood_us += other.stood_us;
        self.missed += other.missed;
        self.unstamped += other.unstamped;
        self.told += other.told;
        for (why, count) in other.errors {
            *self.errors.entry(why).or_insert(0) += count;
        }
        self.viewers.extend(other.viewers);
    }
}
