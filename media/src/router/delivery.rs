//! What a receiver is known to have got: the proof behind attendance.

use crate::sdp::Kind;

/// Seconds remembered. Receiver reports of audio-only receivers come every 5 s and may be lost.
const REMEMBERED: u64 = 64;

/// Seconds in which something was sent, and those of which something was confirmed, as bits: bit i is `newest - i`.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    newest: u64,
    audio: Seconds,
    video: Seconds,
    media_ms: u64,
}

#[derive(Debug, Default)]
struct Seconds {
    sent: u64,
    confirmed: u64,
    ms: u64,
}

impl Delivery {
    pub(crate) fn audio_ms(&self) -> u64 {
        self.audio.ms
    }

    pub(crate) fn video_ms(&self) -> u64 {
        self.video.ms
    }

    /// Seconds of sound or picture, each counted once.
    pub(crate) fn media_ms(&self) -> u64 {
        self.media_ms
    }

    pub(crate) fn sent(&mut self, kind: Kind, second: u64) {
        if second > self.newest {
            let by = (second - self.newest).min(REMEMBERED) as u32;
            for seconds in [&mut self.audio, &mut self.video] {
                seconds.sent = seconds.sent.checked_shl(by).unwrap_or(0);
                seconds.confirmed = seconds.confirmed.checked_shl(by).unwrap_or(0);
            }
            self.newest = second;
        }
        if let Some(bit) = self.bit(second) {
            self.of(kind).sent |= bit;
        }
    }

    /// A packet that was sent in this second arrived.
    pub(crate) fn confirmed(&mut self, kind: Kind, second: u64) {
        let Some(bit) = self.bit(second) else { return };
        self.confirm(kind, bit);
    }

    /// Packets of all seconds so far arrived.
    pub(crate) fn all_confirmed(&mut self, kind: Kind) {
        self.confirm(kind, u64::MAX);
    }

    fn confirm(&mut self, kind: Kind, bits: u64) {
        let known = self.audio.confirmed | self.video.confirmed;
        let seconds = self.of(kind);
        let fresh = bits & seconds.sent & !seconds.confirmed;
        seconds.confirmed |= fresh;
        seconds.ms += 1000 * u64::from(fresh.count_ones());
        self.media_ms += 1000 * u64::from((fresh & !known).count_ones());
    }

    fn of(&mut self, kind: Kind) -> &mut Seconds {
        match kind {
            Kind::Audio => &mut self.audio,
            Kind::Video => &mut self.video,
        }
    }

    fn bit(&self, second: u64) -> Option<u64> {
        let age = self.newest.checked_sub(second)?;
        (age < REMEMBERED).then(|| 1 << age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_counts_once_and_only_when_confirmed() {
        let mut delivery = Delivery::default();
        for second in 0..10 {
            delivery.sent(Kind::Video, second);
            delivery.sent(Kind::Audio, second);
        }
        assert_eq!(delivery.media_ms(), 0);
        for second in 2..5 {
            delivery.confirmed(Kind::Video, second);
            delivery.confirmed(Kind::Video, second);
            delivery.confirmed(Kind::Audio, second);
        }
        assert_eq!((delivery.video_ms(), delivery.audio_ms(), delivery.media_ms()), (3000, 3000, 3000));
    }

    #[test]
    fn seconds_without_sending_are_not_confirmed_by_a_later_report() {
        let mut delivery = Delivery::default();
        delivery.sent(Kind::Audio, 3);
        delivery.sent(Kind::Audio, 40);
        delivery.all_confirmed(Kind::Audio);
        delivery.all_confirmed(Kind::Audio);
        assert_eq!(delivery.media_ms(), 2000);
        delivery.sent(Kind::Audio, 4000);
        delivery.confirmed(Kind::Audio, 40);
        assert_eq!(delivery.media_ms(), 2000);
    }
}
