//! What a run found: for programs as JSON, for people as a table, and a verdict for both.

use crate::light::{CrowdReport, Published, SeenResult, StreamResult, ViewerResult};
use crate::process::{Cpu, Use};
use crate::sdp::Kind;
use crate::stats::Histogram;
use serde::Serialize;
use std::fmt;
use std::time::{Duration, Instant};

/// Loss that nobody sees: below one packet in a thousand.
const LOSS_OF_A_GOOD_RUN: f64 = 0.001;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// Everybody saw everything, but for less than one packet in a thousand.
    Good,
    /// Everybody saw something, but packets are missing.
    Lossy,
    /// Some viewers saw nothing, or not every publisher.
    SomeWithoutMedia,
    NothingReceived,
    /// Nothing was to be received, and everybody is connected.
    Connected,
    NotConnected,
}

/// Everything that the report is made of.
pub(crate) struct Measured {
    pub(crate) asked: usize,
    pub(crate) sessions: usize,
    /// In each Session.
    pub(crate) publishers: usize,
    pub(crate) seconds: f64,
    pub(crate) refused_joins: usize,
    pub(crate) published: Option<Published>,
    pub(crate) crowd: CrowdReport,
    /// From sending the offer to having the answer.
    pub(crate) answers: Histogram,
    /// From the first viewer's way in until all were connected.
    pub(crate) joining: Duration,
    /// Nobody publishes, and nobody waits for it.
    pub(crate) idle: bool,
    /// False when the viewers waited for the publisher: then the time to their first packet says nothing about joining.
    pub(crate) joined_live: bool,
    pub(crate) server: Option<ServerUse>,
    pub(crate) client: Cpu,
}

/// The server's process between the moments that matter.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ServerUse {
    /// While it was measured.
    cpu: Cpu,
    busiest_us: u64,
    /// From before the first viewer came until all were connected.
    setup: Cpu,
    start_kib: u64,
    connected_kib: u64,
    end_kib: u64,
}

impl ServerUse {
    pub(crate) fn new(start: &Use, joined: &Use, connected: &Use, before: &Use, after: &Use) -> Self {
        Self {
            cpu: after.cpu.since(before.cpu),
            busiest_us: after.busiest_us_since(before),
            setup: joined.cpu.since(start.cpu),
            start_kib: start.resident_kib,
            connected_kib: connected.resident_kib,
            end_kib: after.resident_kib,
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) case: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) sessions: usize,
    /// In each Session.
    pub(crate) publishers: usize,
    pub(crate) seconds: f64,
    pub(crate) viewers: Viewers,
    pub(crate) packets: Packets,
    pub(crate) join_ms: Join,
    pub(crate) forward_latency_ms: Option<Spread>,
    /// Per viewer, of all that came over the wire while it was measured.
    pub(crate) received_kbit_s_per_viewer: f64,
    pub(crate) server: Option<Server>,
    /// Of this program, publisher and viewers together, in parts of one core.
    pub(crate) client_cpu_percent: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Viewers {
    pub(crate) asked: usize,
    /// The server answered the offer with a refusal or not at all.
    pub(crate) refused: usize,
    pub(crate) connected: usize,
    pub(crate) with_media: usize,
    pub(crate) with_key_frame: usize,
    /// Saw the picture of every publisher of their Session.
    pub(crate) with_all_pictures: usize,
    /// The first few reasons of those that failed.
    pub(crate) failures: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Packets {
    /// By the publishers of this run, retransmissions apart.
    pub(crate) sent: Option<u64>,
    pub(crate) expected: u64,
    pub(crate) received: u64,
    /// After repair.
    pub(crate) lost: u64,
    pub(crate) loss_percent: f64,
    pub(crate) repeated: u64,
    /// RTX packets while it was measured.
    pub(crate) retransmitted: u64,
    /// By the publishers' own counts in each payload, which no server rewrites, up to the last that was sent. Pictures
    /// only: a server may choose whose sound it forwards.
    pub(crate) lost_by_stamp: u64,
    pub(crate) loss_percent_by_stamp: f64,
    pub(crate) video: Share,
    pub(crate) audio: Share,
    /// Not authentic or not of the session.
    pub(crate) refused: u64,
    /// Part of the loss that is this program's own: its sockets were full because it got no core.
    pub(crate) dropped_by_viewers: u64,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Share {
    pub(crate) expected: u64,
    pub(crate) lost: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Join {
    /// From the first viewer's way in until all were connected.
    pub(crate) all_connected: f64,
    pub(crate) answer: Option<Spread>,
    pub(crate) connected: Option<Spread>,
    pub(crate) first_media: Option<Spread>,
    pub(crate) first_key_frame: Option<Spread>,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Spread {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Server {
    /// Received by all viewers while it was measured, retransmissions and probes apart.
    pub(crate) forwarded_packets: u64,
    pub(crate) cpu_us_per_packet: f64,
    pub(crate) user_us_per_packet: f64,
    pub(crate) system_us_per_packet: f64,
    pub(crate) cpu_percent: f64,
    pub(crate) busiest_thread_percent: f64,
    /// Without media this is what connecting costs; with media, what was forwarded meanwhile is in it.
    pub(crate) setup_cpu_ms_per_viewer: f64,
    pub(crate) rss_start_kib: u64,
    pub(crate) rss_connected_kib: u64,
    pub(crate) rss_end_kib: u64,
    /// Between start, with media flowing already, and connected.
    pub(crate) rss_connected_kib_per_viewer: f64,
    /// Between start and the end.
    pub(crate) rss_kib_per_viewer: f64,
}

impl Spread {
    pub(crate) fn of(histogram: &Histogram) -> Option<Self> {
        let ms = |us: u64| us as f64 / 1_000.0;
        Some(Self { p50: ms(histogram.quantile(0.5)?), p99: ms(histogram.quantile(0.99)?), max: ms(histogram.max()?) })
    }
}

impl Report {
    pub(crate) fn new(measured: &Measured) -> Self {
        let viewers = &measured.crowd.viewers;
        let packets = Packets::of(measured);
        let seen = Viewers::of(measured);
        let count = viewers.len().max(1) as f64;
        let since = |pick: fn(&ViewerResult) -> Option<Instant>| Spread::of(&times(viewers, pick));
        let live = |pick| since(pick).filter(|_| measured.joined_live);
        Self {
            case: "broadcast",
            verdict: if measured.idle { Verdict::without_media(&seen) } else { Verdict::of(&seen, &packets) },
            sessions: measured.sessions,
            publishers: measured.publishers,
            seconds: measured.seconds,
            join_ms: Join {
                all_connected: measured.joining.as_secs_f64() * 1_000.0,
                answer: Spread::of(&measured.answers),
                connected: since(|viewer| viewer.milestones.connected),
                first_media: live(|viewer| viewer.milestones.first_media),
                first_key_frame: live(|viewer| viewer.milestones.first_key_frame),
            },
            forward_latency_ms: Spread::of(&measured.crowd.meters.latency),
            received_kbit_s_per_viewer: measured.crowd.meters.bytes as f64 * 8.0 / 1_000.0 / measured.seconds / count,
            server: measured.server.map(|server| Server::of(server, measured)),
            client_cpu_percent: percent(measured.client, measured.seconds),
            viewers: seen,
            packets,
        }
    }
}

fn times(viewers: &[ViewerResult], pick: fn(&ViewerResult) -> Option<Instant>) -> Histogram {
    let mut histogram = Histogram::default();
    for viewer in viewers {
        if let Some(at) = pick(viewer) {
            histogram.record(at.saturating_duration_since(viewer.milestones.offered).as_micros() as u64);
        }
    }
    histogram
}

impl Viewers {
    fn of(measured: &Measured) -> Self {
        let viewers = &measured.crowd.viewers;
        let count = |reached: fn(&ViewerResult) -> bool| viewers.iter().filter(|viewer| reached(viewer)).count();
        Self {
            asked: measured.asked,
            refused: measured.refused_joins,
            connected: count(|viewer| viewer.milestones.connected.is_some()),
            with_media: count(|viewer| viewer.milestones.first_media.is_some()),
            with_key_frame: count(|viewer| viewer.milestones.first_key_frame.is_some()),
            with_all_pictures: viewers.iter().filter(|viewer| pictures(viewer) >= measured.publishers).count(),
            failures: viewers.iter().filter_map(|viewer| viewer.failure.clone()).take(5).collect(),
        }
    }
}

fn pictures(viewer: &ViewerResult) -> usize {
    viewer.seen.iter().filter(|seen| seen.kind == Kind::Video).count()
}

/// What is missing between the last that a viewer saw and the last that was sent.
fn missing_at_the_end(seen: &SeenResult, published: Option<&Published>) -> u64 {
    let Some((pictures, _)) = published.and_then(|published| published.stamped.get(usize::from(seen.publisher))) else {
        return 0;
    };
    let missing = (*pictures as u16).wrapping_sub(seen.next);
    // More than half of all numbers: it was sent after the count was read.
    if missing < 0x8000 { u64::from(missing) } else { 0 }
}

impl Packets {
    fn of(measured: &Measured) -> Self {
        let streams = || measured.crowd.viewers.iter().flat_map(|viewer| &viewer.streams);
        let sum = |pick: fn(&StreamResult) -> u64| streams().map(pick).sum::<u64>();
        let share = |kind| {
            streams().filter(|stream| stream.kind == kind).fold(Share::default(), |share, stream| Share {
                expected: share.expected + stream.expected,
                lost: share.lost + stream.expected - stream.received,
            })
        };
        let (expected, received) = (sum(|stream| stream.expected), sum(|stream| stream.received));
        let lost = expected - received;
        let published = measured.published.as_ref();
        let seen = || measured.crowd.viewers.iter().flat_map(|viewer| &viewer.seen).filter(|s| s.kind == Kind::Video);
        let tails: u64 = seen().map(|seen| missing_at_the_end(seen, published)).sum();
        let lost_by_stamp = seen().map(|seen| seen.expected - seen.received).sum::<u64>() + tails;
        let stamped = seen().map(|seen| seen.expected).sum::<u64>() + tails;
        let percent = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 };
        Self {
            sent: published.map(|published| published.uploaded.packets),
            expected,
            received,
            lost,
            loss_percent: percent(lost, expected),
            repeated: sum(|stream| stream.repeated),
            retransmitted: measured.crowd.meters.retransmitted,
            lost_by_stamp,
            loss_percent_by_stamp: percent(lost_by_stamp, stamped),
            video: share(Kind::Video),
            audio: share(Kind::Audio),
            refused: measured.crowd.meters.refused,
            dropped_by_viewers: measured.crowd.dropped_here,
        }
    }
}

impl Server {
    fn of(server: ServerUse, measured: &Measured) -> Self {
        let meters = &measured.crowd.meters;
        let packets = meters.packets.saturating_sub(meters.retransmitted + meters.probes);
        let viewers = measured.crowd.viewers.len().max(1) as f64;
        let per_packet = |us: u64| us as f64 / packets.max(1) as f64;
        let grown = |kib: u64| (kib as f64 - server.start_kib as f64) / viewers;
        Self {
            forwarded_packets: packets,
            cpu_us_per_packet: per_packet(server.cpu.total_us()),
            user_us_per_packet: per_packet(server.cpu.user_us),
            system_us_per_packet: per_packet(server.cpu.system_us),
            cpu_percent: percent(server.cpu, measured.seconds),
            busiest_thread_percent: server.busiest_us as f64 / 10_000.0 / measured.seconds,
            setup_cpu_ms_per_viewer: server.setup.total_us() as f64 / 1_000.0 / viewers,
            rss_start_kib: server.start_kib,
            rss_connected_kib: server.connected_kib,
            rss_end_kib: server.end_kib,
            rss_connected_kib_per_viewer: grown(server.connected_kib),
            rss_kib_per_viewer: grown(server.end_kib),
        }
    }
}

pub(crate) fn percent(cpu: Cpu, seconds: f64) -> f64 {
    Duration::from_micros(cpu.total_us()).as_secs_f64() / seconds * 100.0
}

impl Verdict {
    fn of(viewers: &Viewers, packets: &Packets) -> Self {
        if viewers.with_media == 0 || packets.received == 0 {
            Self::NothingReceived
        } else if viewers.with_media < viewers.asked || viewers.with_all_pictures < viewers.asked {
            Self::SomeWithoutMedia
        } else if packets.loss_percent.max(packets.loss_percent_by_stamp) >= LOSS_OF_A_GOOD_RUN * 100.0 {
            Self::Lossy
        } else {
            Self::Good
        }
    }

    fn without_media(viewers: &Viewers) -> Self {
        if viewers.connected > 0 && viewers.connected == viewers.asked { Self::Connected } else { Self::NotConnected }
    }

    /// The exit code of the program.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Good | Self::Lossy | Self::Connected => 0,
            Self::SomeWithoutMedia => 2,
            Self::NothingReceived | Self::NotConnected => 1,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Good => "good: every viewer saw the broadcast, loss below 0.1 %",
            Self::Lossy => "lossy: every viewer saw the broadcast, loss of 0.1 % or more",
            Self::SomeWithoutMedia => "bad: some viewers did not see everybody",
            Self::NothingReceived => "bad: nothing was received",
            Self::Connected => "good: every viewer is connected; nothing was published",
            Self::NotConnected => "bad: not every viewer is connected",
        })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p50 {:.1}  p99 {:.1}  max {:.1} ms", self.p50, self.p99, self.max)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { viewers, packets, join_ms, .. } = self;
        let spread = |spread: Option<Spread>| spread.map_or_else(|| "–".to_owned(), |spread| spread.to_string());
        writeln!(
            f,
            "viewers        {} asked, {} refused, {} connected, {} with media, {} with a key frame",
            viewers.asked, viewers.refused, viewers.connected, viewers.with_media, viewers.with_key_frame
        )?;
        for failure in &viewers.failures {
            writeln!(f, "               {failure}")?;
        }
        if let Some(sent) = packets.sent {
            writeln!(f, "published      {sent} packets")?;
        }
        writeln!(
            f,
            "received       {} of {} packets, {:.0} kbit/s per viewer",
            packets.received, packets.expected, self.received_kbit_s_per_viewer
        )?;
        writeln!(
            f,
            "lost           {} ({:.4} %) after repair: {} video, {} audio; {} by stamp",
            packets.lost, packets.loss_percent, packets.video.lost, packets.audio.lost, packets.lost_by_stamp
        )?;
        writeln!(
            f,
            "repaired       {} retransmitted, {} repeated, {} refused, {} dropped by full viewers",
            packets.retransmitted, packets.repeated, packets.refused, packets.dropped_by_viewers
        )?;
        writeln!(f, "all connected  after {:.0} ms", join_ms.all_connected)?;
        writeln!(f, "answer         {}", spread(join_ms.answer))?;
        writeln!(f, "connected      {}", spread(join_ms.connected))?;
        writeln!(f, "first media    {}", spread(join_ms.first_media))?;
        writeln!(f, "first key frame {}", spread(join_ms.first_key_frame))?;
        writeln!(f, "forward latency {}", spread(self.forward_latency_ms))?;
        if let Some(server) = &self.server {
            writeln!(
                f,
                "server cpu     {:.2} µs per forwarded packet ({:.2} user + {:.2} system), {:.0} % of one core (busiest thread {:.0} %), {} packets",
                server.cpu_us_per_packet,
                server.user_us_per_packet,
                server.system_us_per_packet,
                server.cpu_percent,
                server.busiest_thread_percent,
                server.forwarded_packets
            )?;
            writeln!(
                f,
                "server memory  {} KiB at start, {} connected, {} at the end; {:.1} KiB per viewer",
                server.rss_start_kib, server.rss_connected_kib, server.rss_end_kib, server.rss_kib_per_viewer
            )?;
            writeln!(
                f,
                "set-up         {:.2} ms of server cpu per viewer until all were connected",
                server.setup_cpu_ms_per_viewer
            )?;
        }
        writeln!(f, "client cpu     {:.0} % of one core", self.client_cpu_percent)?;
        write!(f, "verdict        {}", self.verdict)
    }
}

#[cfg(test)]
mod tests;
