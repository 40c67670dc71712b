//! From RTP timestamps to the server's time.

use crate::samples::Report;

/// The server's time of a timestamp near the report's.
pub(super) fn moment(report: Report, timestamp: u32, rate: u32) -> i64 {
    let ticks = i64::from(timestamp.wrapping_sub(report.rtp) as i32);
    report.server_us + ticks * 1_000_000 / i64::from(rate)
}

/// Ticks of a clock of `rate` in this many microseconds.
pub(super) fn ticks(us: i64, rate: i64) -> i64 {
    (i128::from(us) * i128::from(rate) / 1_000_000) as i64
}
