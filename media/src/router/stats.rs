//! What the router counts, per peer and for the whole shard.

use crate::ids::LineStep;
use std::time::Duration;

/// Counters of one peer since it was added. "Sent" is server to peer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PeerStats {
    pub packets_received: u64,
    pub bytes_received: u64,
    /// Packets of first sending; repairs are counted apart.
    pub packets_sent: u64,
    pub bytes_sent: u64,
    pub repairs_sent: u64,
    pub repair_bytes_sent: u64,
    /// Packets that the peer confirmed by transport-cc or receiver reports.
    pub packets_confirmed: u64,
    /// What the peer's receiver reports call lost, summed over its slots.
    pub packets_lost: u64,
    /// Whole seconds, in milliseconds, of which at least one packet was sent and confirmed.
    pub media_ms: u64,
    pub audio_ms: u64,
    pub video_ms: u64,
    pub nacks_received: u64,
    pub plis_received: u64,
    /// Sequence numbers asked for again from this peer.
    pub nacks_sent: u64,
    pub plis_sent: u64,
    /// Packets of this peer's uplink that arrived by retransmission.
    pub repaired: u64,
    pub round_trip: Option<Duration>,
    /// What the line towards the peer is believed to carry; `None` while nothing is known of it.
    pub estimate_bps: Option<u64>,
    /// What was sent to the peer, and what of it was lost, in the last two seconds or so.
    pub sent_bps: u64,
    pub loss_permille: u16,
    /// What came from the peer, and what of it was lost on the way, in the last two seconds or so.
    pub received_bps: u64,
    pub uplink_loss_permille: u16,
    pub line_step: LineStep,
}

/// Why a packet was not forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum DropReason {
    /// Not RTP, or lengths that lie.
    Malformed,
    UnknownPeer,
    /// No m-line claims this SSRC.
    UnknownSsrc,
    /// The m-line did not negotiate this payload type.
    WrongPayloadType,
    /// The m-line negotiated rids and the packet names none of them.
    UnknownRid,
    /// Another SSRC is alive in this place.
    Contended,
    /// Nobody published this m-line.
    Unpublished,
    Muted,
    Duplicate,
    /// Behind the window of what is remembered.
    TooOld,
    /// A sequence jump that the next packet has to confirm (RFC 3550 §A.1).
    SequenceJump,
    PaddingOnly,
    /// An RTX packet that repairs nothing: too short, or of a stream that has not begun.
    StrayRepair,
    MalformedRtcp,
    /// A repair was asked for that is not in the ring any more.
    RepairGone,
    /// A repair was asked for again within the round trip.
    RepairRepeated,
    /// The repair budget of the slot is spent.
    RepairBudget,
}

impl DropReason {
    pub const ALL: [Self; 17] = [
        Self::Malformed,
        Self::UnknownPeer,
        Self::UnknownSsrc,
        Self::WrongPayloadType,
        Self::UnknownRid,
        Self::Contended,
        Self::Unpublished,
        Self::Muted,
        Self::Duplicate,
        Self::TooOld,
        Self::SequenceJump,
        Self::PaddingOnly,
        Self::StrayRepair,
        Self::MalformedRtcp,
        Self::RepairGone,
        Self::RepairRepeated,
        Self::RepairBudget,
    ];

    /// A stable name for metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownPeer => "unknown_peer",
            Self::UnknownSsrc => "unknown_ssrc",
            Self::WrongPayloadType => "wrong_payload_type",
            Self::UnknownRid => "unknown_rid",
            Self::Contended => "contended",
            Self::Unpublished => "unpublished",
            Self::Muted => "muted",
            Self::Duplicate => "duplicate",
            Self::TooOld => "too_old",
            Self::SequenceJump => "sequence_jump",
            Self::PaddingOnly => "padding_only",
            Self::StrayRepair => "stray_repair",
            Self::MalformedRtcp => "malformed_rtcp",
            Self::RepairGone => "repair_gone",
            Self::RepairRepeated => "repair_repeated",
            Self::RepairBudget => "repair_budget",
        }
    }
}

/// Counters of the whole router since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub packets_received: u64,
    pub bytes_received: u64,
    pub packets_sent: u64,
    pub bytes_sent: u64,
    pub repairs_sent: u64,
    /// Packets that only tried what a line carries.
    pub padding_sent: u64,
    pub nacks_received: u64,
    pub plis_received: u64,
    pub nacks_sent: u64,
    pub plis_sent: u64,
    pub repaired: u64,
    /// Packets given to other shards, taken from them, and not taken by a shard that was too busy.
    pub relayed_out: u64,
    pub relayed_in: u64,
    pub relay_lost: u64,
    /// Events thrown away because nobody fetched them.
    pub events_lost: u64,
    drops: [u64; DropReason::ALL.len()],
}

impl Totals {
    #[must_use]
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.drops[reason as usize]
    }

    pub(crate) fn drop(&mut self, reason: DropReason) {
        self.drops[reason as usize] += 1;
    }
}
