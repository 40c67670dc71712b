//! NTP time (RFC 5905 §6: seconds since 1900 in 32.32 fixed point), and a line through one point that turns it into RTP time.

use std::time::Duration;

/// Seconds between 1900 and 1970.
const UNIX_EPOCH: u64 = 2_208_988_800;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NtpTime(pub u64);

impl NtpTime {
    #[must_use]
    pub fn from_unix(since_epoch: Duration) -> Self {
        Self(UNIX_EPOCH << 32).after(since_epoch)
    }

    #[must_use]
    pub fn after(self, later: Duration) -> Self {
        let fraction = (u64::from(later.subsec_nanos()) << 32) / 1_000_000_000;
        Self(self.0.wrapping_add(later.as_secs() << 32).wrapping_add(fraction))
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn unix_us(self) -> i64 {
        let us = (u128::from(self.0) * 1_000_000) >> 32;
        us as i64 - UNIX_EPOCH as i64 * 1_000_000
    }

    /// `self - other` in 32.32 fixed point.
    #[must_use]
    pub fn since(self, other: Self) -> i64 {
        self.0.wrapping_sub(other.0) as i64
    }

    #[must_use]
    pub fn shifted(self, by: i64) -> Self {
        Self(self.0.wrapping_add_signed(by))
    }

    /// The middle 32 bits, as receiver reports echo them (RFC 3550 §6.4.1, LSR).
    #[must_use]
    pub fn middle(self) -> u32 {
        (self.0 >> 16) as u32
    }
}

/// The point that a sender report states: this RTP timestamp was sampled at this NTP time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaClock {
    pub ntp: NtpTime,
    pub rtp: u32,
    /// Ticks per second.
    pub rate: u32,
}

impl MediaClock {
    #[must_use]
    pub fn rtp_at(&self, ntp: NtpTime) -> u32 {
        let ticks = (i128::from(ntp.since(self.ntp)) * i128::from(self.rate) + (1 << 31)) >> 32;
        self.rtp.wrapping_add(ticks as u32)
    }

    #[must_use]
    pub fn ntp_at(&self, rtp: u32) -> NtpTime {
        let ticks = i64::from(rtp.wrapping_sub(self.rtp) as i32);
        self.ntp.shifted((ticks << 32) / i64::from(self.rate.max(1)))
    }
}
