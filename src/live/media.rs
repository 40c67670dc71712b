//! The media plane as a Session sees it: peers and tracks by number, behind a trait so that tests can stand in for it.

use super::Pending;
use lectern_media::ids::{Layer, LineStep, Mid, PeerId, Rank, TrackId, Want};
use lectern_media::router::CheckedLine;
use lectern_media::sdp::{Flow, LocalTransport};
use lectern_signaling::effect;
use lectern_signaling::protocol::{self, LayerName, LineTransport, Refusal, text};
use lectern_signaling::room::{LineFigures, MediaKind, MediaLine};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::mpsc;

/// One shard, where Sessions are at home. Their Peers may be placed on others: nothing here is different for them. A command
/// is handed over when its future is first polled; commands about one Peer take effect in that order.
pub trait MediaPlane: Send + Sync + 'static {
    /// Opens a Peer and answers its offer. `sendrecv_means` says what an m-line is that is offered in both directions.
    fn open(&self, peer: PeerId, offer: String, sendrecv_means: Flow) -> Pending<Result<String, MediaError>>;
    fn reoffer(&self, peer: PeerId, offer: String) -> Pending<Result<String, MediaError>>;
    fn restart_ice(&self, peer: PeerId, ufrag: String, pwd: String) -> Pending<Result<LocalTransport, MediaError>>;
    fn close(&self, peer: PeerId) -> Pending<Result<(), MediaError>>;
    fn publish(&self, peer: PeerId, mid: Mid, track: TrackId) -> Pending<Result<(), MediaError>>;
    fn unpublish(&self, track: TrackId) -> Pending<Result<(), MediaError>>;
    fn set_muted(&self, track: TrackId, muted: bool) -> Pending<Result<(), MediaError>>;
    fn assign_slot(
        &self,
        peer: PeerId,
        mid: Mid,
        track: Option<TrackId>,
        want: Want,
    ) -> Pending<Result<(), MediaError>>;
    /// Fills the line of a Peer that gets nothing else with padding, as far as the line carries it, once it is connected.
    fn check_line(&self, peer: PeerId, most_bps: u64) -> Pending<Result<(), MediaError>>;
    /// What that has found so far; `None` before it begins, and where the client takes no part in it.
    fn checked_line(&self, peer: PeerId) -> Pending<Result<Option<CheckedLine>, MediaError>>;
    /// How every Peer fares of the Sessions at home here.
    fn figures(&self) -> Pending<Result<HashMap<PeerId, PeerFigures>, MediaError>>;
    fn totals(&self) -> Pending<Result<MediaTotals, MediaError>>;
    /// How much the shard does, in thousandths of a core: only for comparing.
    fn load(&self) -> u32;
}

/// What a shard tells by itself.
pub trait MediaEvents: Send + 'static {
    /// `None` when the shard has stopped.
    fn next(&mut self) -> impl Future<Output = Option<MediaEvent>> + Send;
}

impl MediaEvents for mpsc::Receiver<MediaEvent> {
    async fn next(&mut self) -> Option<MediaEvent> {
        self.recv().await
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaEvent {
    /// The Peer is gone, with its tracks and slots.
    Closed(PeerId),
    /// What flows into a slot changed.
    Layer { peer: PeerId, mid: Mid, layer: Option<Layer> },
    /// The line of a receiver carries more or less of what is wished for than before.
    LineStep { peer: PeerId, step: LineStep, estimate_bps: u64 },
    /// How loud a track is (RFC 6464: 0 loudest, 127 silence), while it is heard and once when it falls silent.
    Loudness { track: TrackId, level: u8 },
}

/// How one Peer fares. *Sent* is towards the client; what was lost is in thousandths of packets, over the last seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PeerFigures {
    pub connected: bool,
    pub over_tcp: bool,
    pub delivered: Delivered,
    pub estimate_bps: Option<u64>,
    pub sent_bps: u64,
    pub received_bps: u64,
    pub loss_permille: u16,
    pub uplink_loss_permille: u16,
    pub round_trip: Option<Duration>,
    pub line_step: LineStep,
}

impl PeerFigures {
    pub(super) fn line(&self) -> LineFigures {
        let transport = match (self.connected, self.over_tcp) {
            (false, _) => LineTransport::None,
            (true, true) => LineTransport::Tcp,
            (true, false) => LineTransport::Udp,
        };
        LineFigures {
            estimate_kbps: self.estimate_bps.map(kbps),
            sent_kbps: kbps(self.sent_bps),
            received_kbps: kbps(self.received_bps),
            loss_permille: self.loss_permille,
            uplink_loss_permille: self.uplink_loss_permille,
            round_trip_ms: self.round_trip.map(|rtt| u32::try_from(rtt.as_millis()).unwrap_or(u32::MAX)),
            step: line_step(self.line_step),
            transport,
        }
    }
}

pub(super) fn kbps(bps: u64) -> u32 {
    u32::try_from(bps / 1000).unwrap_or(u32::MAX)
}

pub(super) fn line_step(step: LineStep) -> protocol::LineStep {
    match step {
        LineStep::Full => protocol::LineStep::Full,
        LineStep::Reduced => protocol::LineStep::Reduced,
        LineStep::ScreenOnly => protocol::LineStep::ScreenOnly,
        LineStep::SoundOnly => protocol::LineStep::SoundOnly,
    }
}

/// Milliseconds, since the Peer opened, of seconds in which media was sent to it and confirmed by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    pub media_ms: u64,
    pub audio_ms: u64,
    pub video_ms: u64,
}

/// What a shard counted since it started; the peers are those of now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediaTotals {
    pub peers: u64,
    pub peers_connected: u64,
    /// Of the connected ones, those whom UDP did not reach.
    pub peers_over_tcp: u64,
    /// Everything that came in by UDP.
    pub datagrams_received: u64,
    pub bytes_received: u64,
    /// RTP and RTCP packets that were encrypted and handed to the socket.
    pub packets_sent: u64,
    pub bytes_sent: u64,
    /// RTP packets that arrived and were what they should be.
    pub media_packets_received: u64,
    pub media_bytes_received: u64,
    /// RTP packets forwarded, repairs left out.
    pub media_packets_sent: u64,
    pub media_bytes_sent: u64,
    pub repairs_sent: u64,
    pub repairs_received: u64,
    pub nacks_received: u64,
    pub nacks_sent: u64,
    pub plis_received: u64,
    pub plis_sent: u64,
    /// RTP packets that crossed to other shards and from them.
    pub relayed_out: u64,
    pub relayed_in: u64,
    /// Thousandths of a core that the shard's thread uses.
    pub busy_permille: u64,
    pub events_lost: u64,
    /// Packets that went no further, by reason.
    pub drops: Vec<(&'static str, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    #[error("the offer cannot be answered: {0}")]
    BadOffer(String),
    #[error("the offer has no codec in common")]
    NoCommonCodec,
    /// The offer is of another client, or of another Peer of the same client.
    #[error("the offer does not continue the one before")]
    Changed,
    #[error("the media plane does not know the peer, m-line or track")]
    Unknown,
    #[error("the media plane is busy")]
    Busy,
    #[error("the media plane has stopped")]
    Stopped,
}

impl MediaError {
    /// What an offerer is told.
    pub(super) fn refusal(&self) -> Refusal {
        match self {
            Self::NoCommonCodec => Refusal::NoCommonCodec,
            Self::Busy => Refusal::TooFast,
            Self::Stopped => Refusal::ServerStopping,
            Self::BadOffer(_) | Self::Changed | Self::Unknown => Refusal::BadOffer,
        }
    }
}

pub(super) fn want(max: LayerName, rank: effect::Rank) -> Want {
    let max = match max {
        LayerName::Low => Layer::Low,
        LayerName::Mid => Layer::Mid,
        LayerName::High => Layer::High,
    };
    let rank = match rank {
        effect::Rank::Screen => Rank::Screen,
        effect::Rank::Main => Rank::Main,
        effect::Rank::Other => Rank::Other,
    };
    Want { max, rank }
}

pub(super) fn layer_name(layer: Layer) -> LayerName {
    match layer {
        Layer::Low => LayerName::Low,
        Layer::Mid => LayerName::Mid,
        Layer::High => LayerName::High,
    }
}

/// The live m-lines of our own answer, in the client's direction: where the server receives, the client sends.
pub(super) fn lines_of_answer(answer: &str) -> Vec<MediaLine> {
    let mut lines = Vec::new();
    for section in answer.split("\nm=").skip(1) {
        let mut words = section.split_whitespace();
        let kind = match words.next() {
            Some("audio") => MediaKind::Audio,
            Some("video") => MediaKind::Video,
            _ => continue,
        };
        // Port 0 is a refused m-line (RFC 3264 §6).
        if words.next() == Some("0") {
            continue;
        }
        let attribute = |name: &str| section.lines().map(str::trim_end).find_map(|line| line.strip_prefix(name));
        let sends = if attribute("a=recvonly").is_some() {
            true
        } else if attribute("a=sendonly").is_some() {
            false
        } else {
            continue;
        };
        if let Some(mid) = attribute("a=mid:").filter(|mid| text::is_mid(mid)) {
            lines.push(MediaLine { mid: mid.to_owned(), kind, sends });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_the_live_lines_in_the_clients_direction() {
        let answer = "v=0\r\na=group:BUNDLE 0 1 2\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=recvonly\r\n\
                      m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=sendonly\r\nm=video 0 UDP/TLS/RTP/SAVPF 96\r\n\
                      a=mid:2\r\na=recvonly\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:3\r\na=inactive\r\n\
                      m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:4\r\na=recvonly\r\n";
        assert_eq!(
            lines_of_answer(answer),
            [
                MediaLine { mid: "0".into(), kind: MediaKind::Audio, sends: true },
                MediaLine { mid: "1".into(), kind: MediaKind::Video, sends: false },
            ]
        );
    }
}
