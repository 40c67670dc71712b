//! The unbroken sequence numbers and timestamps of one slot, whatever it shows.
//!
//! A segment is a stretch of one layer's sequence numbers that the slot sent on, moved by a constant. Segments never overlap
//! in the slot's own numbers, and a source number is forwarded at most once, so no (SSRC, number) is ever sealed with two
//! different contents. Gaps of the source stay gaps, so that repairs work through the slot.

use super::thinning::Stand;
use crate::ids::Layer;
use crate::prefetch;
use crate::rtp::ntp::{MediaClock, NtpTime};
use crate::rtp::sequence;
use crate::rtp::vp8::{self, Descriptor};
use crate::sdp::CodecSlot;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Enough for a second of switches and of padding that has to be closed up, and for four of pictures that stay out.
const MOST_SEGMENTS: usize = 64;
/// A timestamp that is further from the arrival time than this is not believed.
const MOST_SKEW: Duration = Duration::from_secs(2);

/// One unbroken run of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) uplink: usize,
    pub(crate) layer: Layer,
    pub(crate) generation: u64,
}

#[derive(Debug, Clone, Copy)]
struct Segment {
    source: Source,
    first: u64,
    /// Highest number sent on; `first - 1` when none was.
    last: u64,
    open: bool,
    /// The packet that showed that a segment begins, and its timestamp; what is before it is of the same frame or of none.
    shown: (u64, u32),
    shift: u64,
    timestamp_shift: u32,
    codec: CodecSlot,
    vp8: vp8::Shift,
}

/// How a packet has to be written for the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) index: u64,
    pub(crate) timestamp: u32,
    pub(crate) codec: CodecSlot,
    pub(crate) vp8: vp8::Shift,
    /// First packet of a segment: a talk spurt begins here.
    pub(crate) begins: bool,
}

/// The packet that a new segment starts from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begin {
    pub(crate) source: Source,
    pub(crate) first: u64,
    /// The packet that showed that it begins: `first` or a little later.
    pub(crate) shown: u64,
    pub(crate) timestamp: u32,
    /// The receiver's payload types.
    pub(crate) codec: CodecSlot,
    /// When the packet was sampled, on the server's clock; known after a sender report.
    pub(crate) sampled: Option<NtpTime>,
    pub(crate) descriptor: Option<Descriptor>,
}

#[derive(Debug)]
pub(crate) struct Rewrite {
    segments: VecDeque<Segment>,
    /// Number of the next new packet.
    next: u64,
    first_timestamp: u32,
    last: Option<LastSent>,
    /// The slot's own sampling clock; what sender reports have said or will say.
    timeline: Option<MediaClock>,
    last_picture: u16,
    last_tl0: u8,
}

#[derive(Debug, Clone, Copy)]
struct LastSent {
    timestamp: u32,
    at: Instant,
}

impl Rewrite {
    /// `first` below 2^15 keeps the receiver's rollover count in step (RFC 3711 §3.3.1).
    pub(crate) fn new(first: u16, first_timestamp: u32) -> Self {
        Self {
            segments: VecDeque::new(),
            next: (1 << 16) + u64::from(first),
            first_timestamp,
            last: None,
            timeline: None,
            last_picture: 0,
            last_tl0: 0,
        }
    }

    /// Has fetched what lies behind pointers.
    pub(crate) fn soon(&self) {
        if let Some(segment) = self.segments.back() {
            prefetch::soon(segment);
        }
    }

    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    pub(crate) fn has_sent(&self) -> bool {
        self.last.is_some()
    }

    /// Last timestamp sent, and when.
    pub(crate) fn last(&self) -> Option<(u32, Instant)> {
        self.last.map(|last| (last.timestamp, last.at))
    }

    /// Where a packet of a running or ended segment goes; `None` if it belongs to none.
    pub(crate) fn place(&mut self, now: Instant, generation: u64, index: u64, timestamp: u32) -> Option<Placed> {
        let segment = self.segments.iter_mut().rev().find(|segment| {
            segment.source.generation == generation && index >= segment.first && (segment.open || index <= segment.last)
        })?;
        let placed = segment.placed(index, timestamp)?;
        if segment.open && index > segment.last {
            segment.last = index;
            self.next = placed.index + 1;
            self.last = Some(LastSent { timestamp: placed.timestamp, at: now });
        }
        Some(placed)
    }

    /// Finds what was, or would have been, sent under a number of ours.
    pub(crate) fn find(&self, index: u64) -> Option<(Source, u64)> {
        self.segments.iter().rev().find_map(|segment| {
            let index = index.wrapping_sub(segment.shift);
            (index >= segment.first && index <= segment.last).then_some((segment.source, index))
        })
    }

    /// As [`Self::place`] for a packet that [`Self::find`] found: nothing moves.
    pub(crate) fn again(&self, index: u64, timestamp: u32) -> Option<Placed> {
        self.segments.iter().rev().find_map(|segment| {
            let index = index.wrapping_sub(segment.shift);
            (index >= segment.first && index <= segment.last).then(|| segment.placed(index, timestamp))?
        })
    }

    /// Where a packet of the running segment stands; `None` when it is of no running segment.
    pub(crate) fn stand(&self, generation: u64, index: u64, timestamp: u32) -> Option<Stand> {
        let segment = self.segments.back().filter(|segment| segment.open && segment.source.generation == generation)?;
        let sent = self.last.map(|last| last.timestamp) == Some(timestamp.wrapping_add(segment.timestamp_shift));
        Some(match index > segment.last {
            false => Stand::Late,
            true if sent => Stand::SamePicture,
            true => Stand::NewPicture,
        })
    }

    /// The running segment closes up over a number that carried nothing, or nothing for this receiver: then with so many
    /// pictures. Only the newest number can be closed up: receivers already know of the gap that an older one leaves.
    pub(crate) fn skip(&mut self, generation: u64, index: u64, pictures: u16) {
        let Some(segment) = self.segments.back_mut() else { return };
        if segment.source.generation != generation || !segment.open || index <= segment.last || index < segment.first {
            return;
        }
        if index == segment.first {
            (segment.first, segment.last) = (index + 1, index);
            segment.shift = segment.shift.wrapping_sub(1);
            segment.vp8 = segment.vp8.without(pictures);
            return;
        }
        segment.open = false;
        segment.last = index - 1;
        let (shift, vp8) = (segment.shift.wrapping_sub(1), segment.vp8.without(pictures));
        let next = Segment { first: index + 1, last: index, open: true, shift, vp8, ..*segment };
        self.next = (index - 1).wrapping_add(segment.shift) + 1;
        self.push(next);
    }

    /// Numbers from `first` on were never sent and are given again: what they stood for will not be sent any more.
    pub(crate) fn retract(&mut self, first: u64) {
        if first >= self.next {
            return;
        }
        self.close();
        while let Some(segment) = self.segments.back_mut() {
            if segment.first.wrapping_add(segment.shift) < first {
                segment.last = segment.last.min((first - 1).wrapping_sub(segment.shift));
                break;
            }
            self.segments.pop_back();
        }
        self.next = first;
    }

    /// Ends the running segment: what comes later of it is not sent on.
    pub(crate) fn close(&mut self) {
        if let Some(segment) = self.segments.back_mut() {
            segment.open = false;
            if segment.last < segment.first {
                self.segments.pop_back();
            }
        }
    }

    /// Repairs of what was sent so far are not possible any more: their bytes would differ.
    pub(crate) fn forget(&mut self) {
        self.segments.clear();
    }

    pub(crate) fn begin(&mut self, now: Instant, begin: &Begin) {
        let earlier = self.segments.back().copied();
        self.close();
        let timestamp = self.first_timestamp_of(now, begin, earlier);
        let vp8 = begin.descriptor.map_or_else(vp8::Shift::default, |descriptor| vp8::Shift {
            picture_id: descriptor.picture_id.map_or(0, |id| self.last_picture.wrapping_add(1).wrapping_sub(id.value)),
            tl0: descriptor.tl0.map_or(0, |(_, value)| self.last_tl0.wrapping_add(1).wrapping_sub(value)),
        });
        self.push(Segment {
            source: begin.source,
            first: begin.first,
            last: begin.first - 1,
            open: true,
            shown: (begin.shown, begin.timestamp),
            shift: self.next.wrapping_sub(begin.first),
            timestamp_shift: timestamp.wrapping_sub(begin.timestamp),
            codec: begin.codec,
            vp8,
        });
    }

    /// Remembers what the newest VP8 packet said, for the next switch.
    pub(crate) fn sent_picture(&mut self, said: (Option<u16>, Option<u8>)) {
        self.last_picture = said.0.unwrap_or(self.last_picture);
        self.last_tl0 = said.1.unwrap_or(self.last_tl0);
    }

    /// The sampling clock as it stands now, from the source's own clock on the server's time.
    pub(crate) fn refit(&mut self, source: MediaClock) -> Option<MediaClock> {
        let segment = self.segments.back()?;
        let clock = MediaClock { rtp: source.rtp.wrapping_add(segment.timestamp_shift), ..source };
        self.timeline = Some(clock);
        self.timeline
    }

    /// Same source: as before. Else by sampling time, so that sound and picture of a person stay together; else by arrival.
    fn first_timestamp_of(&mut self, now: Instant, begin: &Begin, earlier: Option<Segment>) -> u32 {
        let rate = begin.codec.codec.clock_rate();
        let kept = earlier
            .filter(|segment| segment.source.generation == begin.source.generation)
            .map(|segment| begin.timestamp.wrapping_add(segment.timestamp_shift));
        let Some(last) = self.last else {
            let timestamp = kept.unwrap_or(self.first_timestamp);
            self.timeline = begin.sampled.map(|ntp| MediaClock { ntp, rtp: timestamp, rate });
            return timestamp;
        };
        let mapped = begin.sampled.and_then(|ntp| Some(self.timeline?.rtp_at(ntp)));
        let elapsed = now.saturating_duration_since(last.at).as_micros() * u128::from(rate) / 1_000_000;
        let by_arrival = last.timestamp.wrapping_add((elapsed as u32).max(1));
        let most_skew = MOST_SKEW.as_secs() as u32 * rate;
        let believable = |timestamp: &u32| (timestamp.wrapping_sub(by_arrival) as i32).unsigned_abs() <= most_skew;
        let timestamp = match kept.filter(believable).or(mapped.filter(believable)) {
            Some(timestamp) if sequence::later(timestamp, last.timestamp) => return timestamp,
            // The new layer shows a moment that has been shown: one tick later is near enough, and still later.
            Some(_) => last.timestamp.wrapping_add(1),
            None => by_arrival,
        };
        self.timeline = begin.sampled.map(|ntp| MediaClock { ntp, rtp: timestamp, rate });
        timestamp
    }

    fn push(&mut self, segment: Segment) {
        if self.segments.len() == MOST_SEGMENTS {
            self.segments.pop_front();
        }
        self.segments.push_back(segment);
    }
}

impl Segment {
    /// What was missing before a keyframe may turn out to be the end of the frame before it: then it stays out, or time would
    /// go back.
    fn placed(&self, index: u64, timestamp: u32) -> Option<Placed> {
        let (shown, of) = self.shown;
        if index < shown && timestamp != of {
            return None;
        }
        Some(Placed {
            index: index.wrapping_add(self.shift),
            timestamp: timestamp.wrapping_add(self.timestamp_shift),
            codec: self.codec,
            vp8: self.vp8,
            begins: index == self.first,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::Codec;

    #[test]
    fn the_late_end_of_the_frame_before_a_keyframe_stays_out() {
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        let now = Instant::now();
        let source = Source { uplink: 0, layer: Layer::High, generation: 7 };
        let codec = CodecSlot { codec: Codec::H264, payload_type: 96, rtx_payload_type: None };
        let mut rewrite = Rewrite::new(1024, 50_000);
        // 10 and 11 have not come; 12 shows that it belongs to a keyframe.
        let begin = Begin { source, first: 10, shown: 12, timestamp: 9_000, codec, sampled: None, descriptor: None };
        rewrite.begin(now, &begin);
        let keyframe = rewrite.place(now, 7, 12, 9_000).unwrap();
        assert_eq!(rewrite.place(now, 7, 10, 6_000), None);
        assert_eq!(rewrite.again(keyframe.index - 2, 6_000), None, "nor when the receiver asks for the gap");
        let parameters = rewrite.place(now, 7, 11, 9_000).unwrap();
        assert_eq!((parameters.index, parameters.timestamp), (keyframe.index - 1, keyframe.timestamp));
    }
}
