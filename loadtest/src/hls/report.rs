//! What a run found: for programs as JSON, for people as a table, and a verdict for both.

use super::meters::{Meters, What};
use crate::process::Cpu;
use crate::report::{Spread, percent};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Of all segments. A second of standing still in half an hour.
const LATE_IN_A_GOOD_RUN: f64 = 0.001;
/// A server that has taken its viewers in does not grow any more; until then buffers find their size.
const SETTLED_S: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// Everybody plays, and hardly a segment came late.
    Good,
    /// Everybody plays, but some stood still or missed a segment.
    StoodStill,
    SomeWithoutMedia,
    NothingReceived,
}

pub(super) struct Measured {
    pub(super) asked: usize,
    pub(super) seconds: f64,
    pub(super) meters: Meters,
    pub(super) server: Option<ServerUse>,
    pub(super) client: Cpu,
}

/// The server's process while it was measured.
pub(super) struct ServerUse {
    pub(super) cpu: Cpu,
    pub(super) busiest_us: u64,
    /// Before the first viewer came.
    pub(super) start_kib: u64,
    pub(super) end_kib: u64,
    /// Each second.
    pub(super) resident_kib: Vec<u64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    case: &'static str,
    pub(crate) verdict: Verdict,
    seconds: f64,
    viewers: Viewers,
    requests: Requests,
    /// From asking to the last byte.
    playlist_ms: Option<Spread>,
    segment_ms: Option<Spread>,
    /// How long before they were needed 99 of 100 segments were there, by a player that began 6 s behind the end.
    spare_ms: Option<Spare>,
    segments: u64,
    late: u64,
    /// All viewers together.
    stood_still_ms: f64,
    missed: u64,
    unstamped: u64,
    /// Segments that members proved over their websockets.
    told: u64,
    /// By status, or by what went wrong; joining included.
    errors: BTreeMap<String, u64>,
    bytes_per_second: f64,
    kbit_s_per_viewer: f64,
    server: Option<Server>,
    /// Of this program, in parts of one core.
    client_cpu_percent: f64,
}

#[derive(Debug, Serialize)]
struct Viewers {
    asked: usize,
    playing: usize,
    stood_still: usize,
}

#[derive(Debug, Serialize)]
struct Requests {
    total: u64,
    per_second: f64,
    playlists: u64,
    segments: u64,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Spare {
    p1: f64,
    p50: f64,
}

#[derive(Debug, Serialize)]
struct Server {
    cpu_percent: f64,
    busiest_thread_percent: f64,
    cpu_us_per_request: f64,
    user_us_per_request: f64,
    system_us_per_request: f64,
    /// If one core did nothing else.
    requests_per_core_second: f64,
    cpu_seconds_per_1000_viewers_and_minute: f64,
    rss_start_kib: u64,
    /// Ten seconds into measuring.
    rss_settled_kib: u64,
    rss_end_kib: u64,
    rss_most_kib: u64,
    rss_kib_per_viewer: f64,
}

impl Report {
    pub(super) fn new(measured: &Measured) -> Self {
        let Measured { asked, seconds, meters, .. } = measured;
        let viewers = Viewers {
            asked: *asked,
            playing: meters.viewers.iter().filter(|viewer| viewer.plays()).count(),
            stood_still: meters.viewers.iter().filter(|viewer| viewer.stood_still).count(),
        };
        let total = meters.requests.iter().sum::<u64>();
        let bytes_per_second = meters.bytes as f64 / seconds;
        let ms = |q| meters.spare_us.quantile(q).map(|us| us as f64 / 1000.0);
        Self {
            case: "hls",
            verdict: Verdict::of(&viewers, meters),
            seconds: *seconds,
            requests: Requests {
                total,
                per_second: total as f64 / seconds,
                playlists: meters.requests[What::Playlist as usize],
                segments: meters.requests[What::Segment as usize],
            },
            playlist_ms: Spread::of(&meters.playlist_us),
            segment_ms: Spread::of(&meters.segment_us),
            spare_ms: ms(0.01).zip(ms(0.5)).map(|(p1, p50)| Spare { p1, p50 }),
            segments: meters.segments,
            late: meters.late,
            stood_still_ms: meters.stood_us as f64 / 1000.0,
            missed: meters.missed,
            unstamped: meters.unstamped,
            told: meters.told,
            errors: meters.errors.clone(),
            bytes_per_second,
            kbit_s_per_viewer: bytes_per_second * 8.0 / 1000.0 / viewers.playing.max(1) as f64,
            server: measured.server.as_ref().map(|server| Server::of(server, measured, total, viewers.playing)),
            client_cpu_percent: percent(measured.client, *seconds),
            viewers,
        }
    }
}

impl Server {
    fn of(server: &ServerUse, measured: &Measured, requests: u64, viewers: usize) -> Self {
        let each = |us: u64| us as f64 / requests.max(1) as f64;
        let (minutes, thousands) = (measured.seconds / 60.0, viewers.max(1) as f64 / 1000.0);
        let cpu_seconds = server.cpu.total_us() as f64 / 1e6;
        let settled = server.resident_kib.get(SETTLED_S).or(server.resident_kib.first());
        Self {
            cpu_percent: percent(server.cpu, measured.seconds),
            busiest_thread_percent: server.busiest_us as f64 / 10_000.0 / measured.seconds,
            cpu_us_per_request: each(server.cpu.total_us()),
            user_us_per_request: each(server.cpu.user_us),
            system_us_per_request: each(server.cpu.system_us),
            requests_per_core_second: requests as f64 / cpu_seconds.max(1e-6),
            cpu_seconds_per_1000_viewers_and_minute: cpu_seconds / minutes / thousands,
            rss_start_kib: server.start_kib,
            rss_settled_kib: settled.copied().unwrap_or(server.end_kib),
            rss_end_kib: server.end_kib,
            rss_most_kib: server.resident_kib.iter().copied().chain([server.end_kib]).max().unwrap_or(0),
            rss_kib_per_viewer: (server.end_kib as f64 - server.start_kib as f64) / viewers.max(1) as f64,
        }
    }
}

impl Verdict {
    fn of(viewers: &Viewers, meters: &Meters) -> Self {
        let bad = meters.late + meters.missed + meters.unstamped;
        if viewers.playing == 0 || meters.segments == 0 {
            Self::NothingReceived
        } else if viewers.playing < viewers.asked {
            Self::SomeWithoutMedia
        } else if bad as f64 > meters.segments as f64 * LATE_IN_A_GOOD_RUN {
            Self::StoodStill
        } else {
            Self::Good
        }
    }

    /// The exit code of the program.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::StoodStill | Self::SomeWithoutMedia => 2,
            Self::NothingReceived => 1,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Good => "good: every viewer plays, less than 0.1 % of the segments came late",
            Self::StoodStill => "bad: every viewer plays, but too many stood still or missed segments",
            Self::SomeWithoutMedia => "bad: some viewers do not play",
            Self::NothingReceived => "bad: nothing was received",
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { viewers, requests, .. } = self;
        let spread = |spread: Option<Spread>| spread.map_or_else(|| "–".to_owned(), |spread| spread.to_string());
        writeln!(
            f,
            "viewers        {} asked, {} playing, {} stood still ({:.0} ms together)",
            viewers.asked, viewers.playing, viewers.stood_still, self.stood_still_ms
        )?;
        writeln!(
            f,
            "requests       {:.0} a second: {} playlists, {} segments in {:.0} s",
            requests.per_second, requests.playlists, requests.segments, self.seconds
        )?;
        writeln!(
            f,
            "received       {:.1} MB a second, {:.0} kbit/s per viewer",
            self.bytes_per_second / 1e6,
            self.kbit_s_per_viewer
        )?;
        writeln!(f, "playlists      {}", spread(self.playlist_ms))?;
        writeln!(f, "segments       {}", spread(self.segment_ms))?;
        if let Some(Spare { p1, p50 }) = self.spare_ms {
            writeln!(f, "spare          99 % at least {p1:.0} ms before they were needed, half {p50:.0} ms")?;
        }
        writeln!(
            f,
            "of {} segments {} late, {} missed, {} without a stamp, {} told by members",
            self.segments, self.late, self.missed, self.unstamped, self.told
        )?;
        for (why, count) in &self.errors {
            writeln!(f, "error          {count} × {why}")?;
        }
        if let Some(server) = &self.server {
            writeln!(
                f,
                "server cpu     {:.1} µs a request ({:.1} user + {:.1} system), {:.0} % of one core (busiest thread {:.0} %)",
                server.cpu_us_per_request,
                server.user_us_per_request,
                server.system_us_per_request,
                server.cpu_percent,
                server.busiest_thread_percent
            )?;
            writeln!(
                f,
                "               {:.0} requests per second and core; {:.1} s for 1000 viewers and a minute",
                server.requests_per_core_second, server.cpu_seconds_per_1000_viewers_and_minute
            )?;
            writeln!(
                f,
                "server memory  {} KiB at start, {} settled, {} at the end, {} at most; {:.1} KiB per viewer",
                server.rss_start_kib,
                server.rss_settled_kib,
                server.rss_end_kib,
                server.rss_most_kib,
                server.rss_kib_per_viewer
            )?;
        }
        writeln!(f, "client cpu     {:.0} % of one core", self.client_cpu_percent)?;
        write!(f, "verdict        {}", self.verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::super::meters::Seen;
    use super::*;

    fn meters(playing: &[u8]) -> Meters {
        let viewers = playing.iter().map(|&playing| Seen { playing, stood_still: false }).collect();
        Meters { viewers, segments: 10_000, requests: [1, 2000, 2, 1997], bytes: 2_000_000, ..Meters::default() }
    }

    fn report(meters: Meters, asked: usize) -> Report {
        let server = ServerUse {
            cpu: Cpu { user_us: 30_000, system_us: 50_000 },
            busiest_us: 80_000,
            start_kib: 1000,
            end_kib: 3000,
            resident_kib: (0..20).map(|second| 2000 + second).collect(),
        };
        let client = Cpu { user_us: 500_000, system_us: 500_000 };
        Report::new(&Measured { asked, seconds: 2.0, meters, server: Some(server), client })
    }

    #[test]
    fn the_verdict_follows_from_what_viewers_missed() {
        let verdict = |meters, asked| report(meters, asked).verdict;
        assert_eq!(verdict(meters(&[2, 2]), 2), Verdict::Good);
        assert_eq!(verdict(Meters { late: 10, ..meters(&[2, 2]) }, 2), Verdict::Good);
        assert_eq!(verdict(Meters { late: 11, ..meters(&[2, 2]) }, 2), Verdict::StoodStill);
        assert_eq!(verdict(Meters { missed: 11, ..meters(&[2, 2]) }, 2), Verdict::StoodStill);
        assert_eq!(verdict(Meters { unstamped: 11, ..meters(&[2, 2]) }, 2), Verdict::StoodStill);
        assert_eq!(verdict(meters(&[2, 1]), 2), Verdict::SomeWithoutMedia);
        assert_eq!(verdict(meters(&[1, 0]), 2), Verdict::NothingReceived);
        assert!(Verdict::StoodStill.code() != 0 && Verdict::Good.code() == 0);
    }

    #[test]
    fn costs_are_per_request_and_per_viewer() {
        let report = report(meters(&[2, 2]), 2);
        let server = report.server.as_ref().unwrap();
        assert_eq!((report.requests.total, report.requests.per_second), (4000, 2000.0));
        assert_eq!((server.cpu_us_per_request, server.system_us_per_request), (20.0, 12.5));
        assert_eq!(server.requests_per_core_second, 50_000.0);
        assert_eq!(server.cpu_seconds_per_1000_viewers_and_minute, 1200.0);
        assert_eq!((server.rss_settled_kib, server.rss_most_kib, server.rss_kib_per_viewer), (2010, 3000, 1000.0));
        assert_eq!((report.kbit_s_per_viewer, report.client_cpu_percent), (4000.0, 50.0));
        assert!(report.to_string().ends_with(&report.verdict.to_string()));
    }
}
