//! One file of a Track: samples of one run and one configuration, a fragment a second.

use crate::samples::{Configuration, Sample, Timed, beginning, fragment};

/// How long a last sample lasts, whose successor nobody knows: one of 25 pictures a second, 20 ms of sound.
const LAST_PICTURE: u32 = 3600;
const LAST_SOUND: u32 = 960;
/// A jump of the clock that no pause explains begins a new file: ten minutes.
const LARGEST_JUMP_S: u64 = 600;

#[derive(Debug)]
pub(super) struct Segment {
    pub(super) number: u32,
    pub(super) file: String,
    pub(super) configuration: Configuration,
    /// RTP timestamp of the first sample, extended.
    first: u64,
    /// Of the newest sample.
    newest: u64,
    sequence: u32,
    /// With their durations; the newest sample is held back, since its own is not known yet.
    ready: Vec<Timed>,
    held: Option<(u64, Sample)>,
}

impl Segment {
    /// The file and its first bytes. None when the configuration makes no file.
    pub(super) fn open(
        (track, number): (u32, u32),
        configuration: Configuration,
        first: &Sample,
    ) -> Option<(Self, Vec<u8>)> {
        let bytes = beginning(&configuration)?;
        // Far from zero, so that what is a little older can be told.
        let at = (1 << 40) + u64::from(first.timestamp);
        let segment = Self {
            number,
            file: format!("{track}-{number}.mp4"),
            configuration,
            first: at,
            newest: at,
            sequence: 0,
            ready: Vec::new(),
            held: None,
        };
        Some((segment, bytes))
    }

    /// Ticks since the first sample of an RTP timestamp near the newest one.
    pub(super) fn media_time(&self, timestamp: u32) -> i64 {
        self.extend(timestamp) as i64 - self.first as i64
    }

    /// Of the newest sample.
    pub(super) fn newest_time(&self) -> i64 {
        (self.newest - self.first) as i64
    }

    fn extend(&self, timestamp: u32) -> u64 {
        let ahead = timestamp.wrapping_sub(self.newest as u32) as i32;
        self.newest.wrapping_add_signed(i64::from(ahead))
    }

    /// Whether the sample stands in this file: after the newest, and not far off.
    pub(super) fn follows(&self, sample: &Sample) -> bool {
        let at = self.extend(sample.timestamp);
        let most = LARGEST_JUMP_S * u64::from(self.configuration.timescale());
        self.held.is_none() || at.saturating_sub(self.newest) < most
    }

    /// A sample that is not later than the one before is left out.
    pub(super) fn push(&mut self, sample: Sample) {
        let at = self.extend(sample.timestamp);
        if let Some((before, held)) = self.held.take() {
            if at <= before {
                self.held = Some((before, held));
                return;
            }
            let duration = u32::try_from(at - before).unwrap_or(u32::MAX);
            self.ready.push(timed(before - self.first, duration, held));
        }
        self.newest = at;
        self.held = Some((at, sample));
    }

    /// What is ready, as bytes to append.
    pub(super) fn fragment(&mut self) -> Option<Vec<u8>> {
        let bytes = fragment(self.sequence + 1, &self.ready)?;
        self.sequence += 1;
        self.ready.clear();
        Some(bytes)
    }

    /// The rest.
    pub(super) fn close(mut self) -> Option<Vec<u8>> {
        let last = if self.configuration == Configuration::Opus { LAST_SOUND } else { LAST_PICTURE };
        if let Some((at, sample)) = self.held.take() {
            self.ready.push(timed(at - self.first, last, sample));
        }
        self.fragment()
    }
}

fn timed(at: u64, duration: u32, Sample { keyframe, data, .. }: Sample) -> Timed {
    Timed { at, duration, keyframe, data }
}
