//! Half the pictures of a layer: those of VP8's highest temporal layer stay out, and the others come without a gap.
//!
//! No other picture is made from one of the highest temporal layer, so any of them may stay out. Who has missed some cannot use
//! all that follow: they come again from one that needs only the base layer (RFC 7741 §4.2, Y), or from a keyframe.

use super::ring::Entry;
use std::collections::VecDeque;

/// Pictures that stayed out are known for two seconds: longer than a repair of one can take.
const REMEMBERED: usize = 32;

#[derive(Debug, Default)]
pub(crate) struct Thinning {
    wanted: bool,
    dropping: bool,
    /// Runs of numbers and timestamps of the pictures that stayed out lately.
    dropped: VecDeque<(u64, u32)>,
}

/// Where a packet stands in what the slot sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    /// After everything that was sent, of a new picture or of the one that is being sent.
    NewPicture,
    SamePicture,
    /// Its place was passed: receivers know of the gap.
    Late,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Send,
    /// It stays out and leaves no gap; with it a picture, when it is the first packet of it that is seen.
    Drop {
        picture: bool,
    },
    /// It stays out, but its number is missing: something else has to take it.
    Fill,
}

impl Thinning {
    pub(crate) fn want(&mut self, thin: bool) {
        self.wanted = thin;
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Whether packets have to be judged at all.
    pub(crate) fn is_on(&self) -> bool {
        self.wanted || self.dropping || !self.dropped.is_empty()
    }

    /// Whether this packet is of a picture that stayed out.
    pub(crate) fn has_dropped(&self, generation: u64, entry: &Entry) -> bool {
        self.dropped.contains(&(generation, entry.timestamp))
    }

    /// `top` is the highest temporal layer of the stream.
    pub(crate) fn judge(&mut self, generation: u64, entry: &Entry, top: u8, stand: Stand) -> Fate {
        let Some(temporal) = entry.temporal else { return Fate::Send };
        if self.has_dropped(generation, entry) {
            return if stand == Stand::Late { Fate::Fill } else { Fate::Drop { picture: false } };
        }
        if entry.keyframe {
            self.dropping = self.wanted;
        }
        if temporal.layer == 0 || temporal.layer < top || stand != Stand::NewPicture {
            return Fate::Send;
        }
        self.dropping = self.wanted || (self.dropping && !(temporal.sync && temporal.starts));
        if !self.dropping {
            return Fate::Send;
        }
        if self.dropped.len() == REMEMBERED {
            self.dropped.pop_front();
        }
        self.dropped.push_back((generation, entry.timestamp));
        Fate::Drop { picture: true }
    }
}
