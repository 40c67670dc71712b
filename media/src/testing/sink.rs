//! How a test client watches: it judges what comes, asks for what is missing, and reports.

use super::MS;
use super::offer::{OPUS, TRANSPORT_CC_EXTENSION, VP8, VP8_RTX};
use super::source::VideoPacket;
use super::wire::{be16, be32, packets};
use crate::rtp::header::RtpPacket;
use crate::rtp::sequence;
use crate::rtp::transport_cc::{self, About};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

const SOUND_EVERY: Duration = Duration::from_millis(20);
/// What a browser buffers before it plays.
const PLAYOUT: Duration = Duration::from_millis(250);
/// What it begins with for sound, and packets of which it plays faster.
const BUFFER: Duration = Duration::from_millis(80);
const MUCH: u32 = 8;
const ASK_AGAIN_EVERY: Duration = Duration::from_millis(50);
const ASK_FOR_KEYFRAME_EVERY: Duration = Duration::from_millis(500);
const REPORT_EVERY: Duration = Duration::from_millis(1000);
/// As Chromium has it: feedback of about this size may take a twentieth of what comes, between these intervals.
const FEEDBACK_BITS: f64 = 68.0 * 8.0;
const TRANSPORT_EVERY: (f64, f64) = (0.05, 0.25);

/// A watching client: asks for what is missing, shows frames in order, and keeps count.
#[derive(Default)]
pub(crate) struct Sink {
    video: Received,
    audio: Received,
    frames: BTreeMap<u32, Frame>,
    showing: Option<u32>,
    stuck_since: Option<Instant>,
    asked_key_at: Option<Instant>,
    reported_at: Option<Instant>,
    /// When each frame was shown.
    pub(crate) shown: Vec<(Instant, u32)>,
    /// When each sound came.
    pub(crate) sounds: BTreeMap<u32, Instant>,
    /// The same sound or piece of a frame, twice.
    pub(crate) repeats: u32,
    pub(crate) keyframe_requests: u32,
    /// Packets of nothing but padding.
    pub(crate) padding: u32,
    /// When the picture changed its layer, and to which.
    pub(crate) layers: Vec<(Instant, u8)>,
    pub(crate) transport: Transport,
    /// The last sender report of each stream: the middle of its time, and when it came.
    heard: HashMap<u32, (u32, Instant)>,
}

/// Transport feedback as browsers give it.
#[derive(Default)]
pub(crate) struct Transport {
    /// This client does not know of it.
    pub(crate) silent: bool,
    highest: u64,
    /// First number not told of.
    base: u64,
    /// µs since [`super::start`].
    arrivals: BTreeMap<u64, i64>,
    told_at: Option<Instant>,
    /// Bits that came since then, and the rate that they make, smoothed.
    bits: f64,
    bps: f64,
    count: u8,
}

/// The numbers of one incoming stream.
#[derive(Default)]
struct Received {
    ssrc: u32,
    highest: Option<u64>,
    /// Missing numbers: since when, and when last asked for.
    missing: BTreeMap<u64, (Instant, Option<Instant>)>,
    lost: u32,
    /// What did not come at the first sending, which is what browsers report.
    skipped: u32,
}

#[derive(Default)]
struct Frame {
    have: BTreeSet<u16>,
    count: u16,
    key: bool,
    layer: u8,
    made_from: u32,
}

impl Sink {
    pub(crate) fn take(&mut self, now: Instant, packet: &[u8]) {
        let parsed = RtpPacket::parse(packet).expect("the server writes whole packets");
        let payload = parsed.payload;
        if let Some((_, number)) = parsed.extensions().find(|(id, _)| *id == TRANSPORT_CC_EXTENSION) {
            self.transport.take(now, be16(number, 0), packet.len());
        }
        match parsed.payload_type {
            VP8 => {
                self.video.take(now, parsed.ssrc, parsed.sequence);
                self.take_frame(payload);
            }
            VP8_RTX if payload.len() > 2 => {
                self.video.repaired(be16(payload, 0));
                self.take_frame(&payload[2..]);
            }
            VP8_RTX => self.padding += 1,
            OPUS => {
                self.audio.take(now, parsed.ssrc, parsed.sequence);
                self.repeats += u32::from(self.sounds.insert(be32(payload, 5), now).is_some());
            }
            other => panic!("payload type {other} was never agreed"),
        }
    }

    /// Sender reports tell when they were sent, so that ours tell the round trip.
    pub(crate) fn hear(&mut self, now: Instant, compound: &[u8]) {
        for report in packets(compound).filter(|report| report.len() >= 28 && report[1] == 200) {
            self.heard.insert(be32(report, 4), (be32(report, 10), now));
        }
    }

    fn take_frame(&mut self, payload: &[u8]) {
        if payload.is_empty() {
            // A number that carries nothing.
            return;
        }
        let VideoPacket { frame: number, piece, count, key, layer, before, .. } = VideoPacket::read(payload);
        if self.showing.is_some_and(|showing| number <= showing) {
            return;
        }
        let frame = self.frames.entry(number).or_default();
        if frame.layer != layer {
            // The same moment in another layer: the newer one begins anew.
            *frame = Frame::default();
        }
        (frame.count, frame.key, frame.layer) = (count, key, layer);
        frame.made_from = number - u32::from(before);
        self.repeats += u32::from(!frame.have.insert(piece));
    }

    /// Shows what can be shown, and gives the feedback that is due.
    pub(crate) fn tick(&mut self, now: Instant) -> Vec<Vec<u8>> {
        self.show(now);
        let mut out = Vec::new();
        for stream in [&mut self.video, &mut self.audio] {
            out.extend(stream.ask_again(now));
        }
        if let Some(request) = self.ask_for_keyframe(now) {
            out.push(request);
        }
        if self.reported_at.is_none_or(|at| now >= at + REPORT_EVERY) {
            self.reported_at = Some(now);
            for stream in [&self.video, &self.audio] {
                let heard = self.heard.get(&stream.ssrc).map(|(middle, at)| (*middle, now - *at));
                out.extend(stream.report(heard));
            }
        }
        out.extend(self.transport.tell(now, self.video.ssrc));
        out
    }

    fn show(&mut self, now: Instant) {
        loop {
            let whole = |frame: &Frame| frame.have.len() == usize::from(frame.count);
            // What is not made from frames that stayed out, or are still to come.
            let follows =
                |frame: &Frame| self.showing.is_some_and(|showing| frame.made_from <= showing) && whole(frame);
            let in_order = self.frames.first_key_value().filter(|(_, frame)| follows(frame)).map(|(number, _)| *number);
            // A whole keyframe lets the picture jump.
            let jump = || self.frames.iter().find(|(_, frame)| frame.key && whole(frame)).map(|(number, _)| *number);
            let Some(number) = in_order.or_else(jump) else { break };
            self.showing = Some(number);
            let layer = self.frames[&number].layer;
            if self.layers.last().is_none_or(|(_, before)| *before != layer) {
                self.layers.push((now, layer));
            }
            self.frames = self.frames.split_off(&(number + 1));
            self.shown.push((now, number));
            self.stuck_since = None;
        }
        if self.frames.is_empty() {
            self.stuck_since = None;
        } else {
            self.stuck_since.get_or_insert(now);
        }
    }

    fn ask_for_keyframe(&mut self, now: Instant) -> Option<Vec<u8>> {
        let stuck = self.stuck_since.is_some_and(|since| now >= since + PLAYOUT);
        let spaced = self.asked_key_at.is_none_or(|at| now >= at + ASK_FOR_KEYFRAME_EVERY);
        if !stuck || !spaced {
            return None;
        }
        self.asked_key_at = Some(now);
        self.keyframe_requests += 1;
        Some([&[0x81, 206, 0, 2][..], &1_u32.to_be_bytes(), &self.video.ssrc.to_be_bytes()].concat())
    }

    /// Packets that are missing, asked for or given up.
    pub(crate) fn lost(&self) -> usize {
        [&self.video, &self.audio].into_iter().map(|stream| stream.missing.len() + stream.lost as usize).sum()
    }

    /// The longest time without a new frame in an interval.
    pub(crate) fn longest_freeze(&self, from: Instant, to: Instant) -> Duration {
        let inside = self.shown.iter().map(|(at, _)| *at).filter(|at| *at >= from && *at <= to);
        let marks: Vec<Instant> = std::iter::once(from).chain(inside).chain(std::iter::once(to)).collect();
        marks.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
    }

    /// When the picture moved again after `from`: a frame that is followed by others without a freeze of 200 ms.
    pub(crate) fn moving_after(&self, from: Instant) -> Option<Instant> {
        let later: Vec<Instant> = self.shown.iter().map(|(at, _)| *at).filter(|at| *at >= from).collect();
        let freeze = later.windows(2).rposition(|pair| pair[1] - pair[0] > 200 * MS);
        later.get(freeze.map_or(0, |at| at + 1)).copied()
    }

    /// How much of the sound of some seconds a browser would have to make up, in percent: its buffer gives way to what is
    /// late, catches up when it holds much, and takes from the next packet what it lacks of one (Opus in-band FEC).
    pub(crate) fn concealed(&self, from: Instant, to: Instant) -> f64 {
        let Some((first, start)) = self.sounds.first_key_value() else { return 100.0 };
        let (mut number, mut at) = (*first, *start + BUFFER);
        let (mut whole, mut made_up) = (0_u32, 0_u32);
        while at < to {
            let (first, by) = (number, at);
            let there = |ahead: u32| self.sounds.get(&(first + ahead)).is_some_and(|came| *came <= by);
            let counts = u32::from(at >= from);
            whole += counts;
            at += if (0..MUCH).all(there) { SOUND_EVERY * 4 / 5 } else { SOUND_EVERY };
            if there(0) || there(1) {
                number += 1;
            } else {
                made_up += counts;
                // Lost when a later one is there, else only late.
                let later = self.sounds.range(first + 2..).next();
                number += u32::from(later.is_some_and(|(_, came)| *came <= by));
            }
        }
        100.0 * f64::from(made_up) / f64::from(whole.max(1))
    }

    /// The share of sounds from `first` to the last heard that were not there when they had to be played, in percent.
    pub(crate) fn sound_gaps(&self) -> f64 {
        let Some((first, start)) = self.sounds.first_key_value() else { return 100.0 };
        let last = *self.sounds.last_key_value().expect("there is a first").0;
        let due = |number: u32| *start + SOUND_EVERY * (number - first) + PLAYOUT;
        let missed = (*first..=last).filter(|number| self.sounds.get(number).is_none_or(|at| *at > due(*number)));
        100.0 * missed.count() as f64 / f64::from(last - first + 1)
    }
}

impl Received {
    fn take(&mut self, now: Instant, ssrc: u32, sequence: u16) {
        self.ssrc = ssrc;
        let Some(highest) = self.highest else {
            self.highest = Some(u64::from(sequence) + (1 << 16));
            return;
        };
        let ahead = i64::from(sequence.wrapping_sub(highest as u16) as i16);
        let index = highest.saturating_add_signed(ahead);
        if ahead > 0 {
            self.missing.extend((highest + 1..index).map(|lost| (lost, (now, None))));
            self.skipped += (index - highest - 1) as u32;
            self.highest = Some(index);
        } else if self.missing.remove(&index).is_some() {
            self.skipped -= 1;
        }
    }

    fn repaired(&mut self, number: u16) {
        if let Some(highest) = self.highest {
            self.missing.remove(&sequence::extend(highest, number));
        }
    }

    fn ask_again(&mut self, now: Instant) -> Option<Vec<u8>> {
        let before = self.missing.len();
        self.missing.retain(|_, (since, _)| now < *since + 1000 * MS);
        self.lost += (before - self.missing.len()) as u32;
        let due = |asked: &Option<Instant>| asked.is_none_or(|at| now >= at + ASK_AGAIN_EVERY);
        let mut entries = Vec::new();
        for (index, (_, asked)) in self.missing.iter_mut().filter(|(_, (_, asked))| due(asked)).take(100) {
            *asked = Some(now);
            entries.extend((*index as u16).to_be_bytes());
            entries.extend([0, 0]);
        }
        if entries.is_empty() {
            return None;
        }
        let words = (2 + entries.len() / 4) as u16;
        let head = [&[0x81, 205][..], &words.to_be_bytes(), &1_u32.to_be_bytes(), &self.ssrc.to_be_bytes()].concat();
        Some([head, entries].concat())
    }

    fn report(&self, heard: Option<(u32, Duration)>) -> Option<Vec<u8>> {
        let highest = self.highest?;
        let (middle, since) = heard.unwrap_or_default();
        let mut out = vec![0x81, 201, 0, 7];
        out.extend(1_u32.to_be_bytes());
        out.extend(self.ssrc.to_be_bytes());
        out.extend(self.skipped.to_be_bytes());
        out.extend(((highest - (1 << 16)) as u32).to_be_bytes());
        out.extend([0; 4]);
        out.extend(middle.to_be_bytes());
        out.extend(((since.as_micros() * 65_536 / 1_000_000) as u32).to_be_bytes());
        Some(out)
    }
}

impl Transport {
    fn take(&mut self, now: Instant, number: u16, bytes: usize) {
        self.bits += 8.0 * bytes as f64;
        if self.highest == 0 {
            self.highest = u64::from(number) + (1 << 16);
            self.base = self.highest;
        }
        let index = sequence::extend(self.highest, number);
        self.highest = self.highest.max(index);
        if index >= self.base {
            self.arrivals.entry(index).or_insert((now - super::start()).as_micros() as i64);
        }
    }

    fn tell(&mut self, now: Instant, media: u32) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let every = (FEEDBACK_BITS / (0.05 * self.bps.max(1.0))).clamp(TRANSPORT_EVERY.0, TRANSPORT_EVERY.1);
        let since = self.told_at.map_or(f64::MAX, |at| (now - at).as_secs_f64());
        if self.silent || since < every {
            return out;
        }
        self.bps += 0.3 * (self.bits / since - self.bps);
        (self.told_at, self.bits) = (Some(now), 0.0);
        while self.base <= self.highest && !self.arrivals.is_empty() {
            let about = About { sender: 1, media, base: self.base as u16, count: self.count };
            let (mut bytes, total) = (Vec::new(), (self.highest + 1 - self.base) as usize);
            let at = |i: usize| self.arrivals.get(&(self.base + i as u64)).copied();
            let covered = transport_cc::write(&mut bytes, &about, total, at);
            self.count = self.count.wrapping_add(1);
            self.base += covered as u64;
            self.arrivals = self.arrivals.split_off(&self.base);
            out.extend((!bytes.is_empty()).then_some(bytes));
        }
        out
    }
}
