//! One peer: which SSRCs it sends, and its state in both directions.

use super::arrivals::Arrivals;
use super::outgoing::Outgoing;
use super::stream::Came;
use super::uplink::Part;
use crate::ids::{Mid, PeerId};
use crate::rtp::compound;
use crate::rtp::header::RtpPacket;
use crate::sdp::{ExtensionIds, Flow, MediaLine};
use std::time::{Duration, Instant};

/// Reception reports to publishers. Chromium acts on each; once a second is what it does itself.
pub(crate) const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// So many reports back goes what is told of the losses.
const CAME: usize = 2;

#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) id: PeerId,
    pub(crate) outgoing: Outgoing,
    pub(crate) uplinks: Vec<(Mid, usize)>,
    pub(crate) slots: Vec<(Mid, usize)>,
    /// Short: three layers and their repairs per line at most.
    claims: Vec<Claim>,
    /// Of the uplinks; the same on every line of a bundle (RFC 8843 §7.1.3).
    pub(crate) extensions: ExtensionIds,
    /// Made at the first packet that carries a transport-wide number.
    pub(crate) arrivals: Option<Box<Arrivals>>,
    /// Server time minus the peer's, in 32.32 NTP seconds, from its first sender report.
    pub(crate) clock_offset: Option<i64>,
    /// Who we are in feedback.
    pub(crate) own_ssrc: u32,
    cname: [u8; 16],
    pub(crate) report_at: Instant,
    /// What it sent between the last reports, of all its lines.
    came: [Came; CAME],
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    ssrc: u32,
    pub(crate) uplink: usize,
    pub(crate) part: Part,
}

/// What we read from the header extensions of an uplink packet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tags<'a> {
    pub(crate) mid: Option<&'a [u8]>,
    pub(crate) rid: Option<&'a [u8]>,
    pub(crate) repaired_rid: Option<&'a [u8]>,
    pub(crate) transport_seq: Option<u16>,
    pub(crate) level: Option<u8>,
}

impl<'a> Tags<'a> {
    pub(crate) fn read(packet: &RtpPacket<'a>, ids: &ExtensionIds) -> Self {
        let mut tags = Tags::default();
        for (id, value) in packet.extensions() {
            let is = |known: Option<u8>| known == Some(id);
            if is(ids.transport_cc) {
                tags.transport_seq = value.get(..2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
            } else if is(ids.audio_level) {
                tags.level = value.first().copied();
            } else if is(ids.mid) {
                tags.mid = Some(value);
            } else if is(ids.rid) {
                tags.rid = Some(value);
            } else if is(ids.repaired_rid) {
                tags.repaired_rid = Some(value);
            }
        }
        tags
    }
}

impl Peer {
    pub(crate) fn new(now: Instant, outgoing: Outgoing, own_ssrc: u32) -> Self {
        let mut cname = *b"lectern-00000000";
        for (i, digit) in cname[8..].iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(own_ssrc >> (28 - 4 * i)) as usize & 15];
        }
        Self {
            id: outgoing.id,
            outgoing,
            uplinks: Vec::new(),
            slots: Vec::new(),
            claims: Vec::new(),
            extensions: ExtensionIds::default(),
            arrivals: None,
            clock_offset: None,
            own_ssrc,
            cname,
            report_at: now + REPORT_INTERVAL,
            came: [Came::default(); CAME],
        }
    }

    /// What came of everything it sent since this was asked before; what is told of it is of the last few times.
    pub(crate) fn take_came(&mut self, came: Came) {
        self.came.rotate_right(1);
        self.came[0] = came;
        let all = |of: fn(&Came) -> u64| self.came.iter().map(of).sum::<u64>();
        // A packet that was overtaken comes after its time: then more came than should have.
        let (expected, received) = (all(|came| came.expected), all(|came| came.received));
        let lost = expected.saturating_sub(received) * 1000;
        self.outgoing.stats.uplink_loss_permille = lost.checked_div(expected).unwrap_or(0) as u16;
    }

    pub(crate) fn learn_extensions(&mut self, lines: &[MediaLine]) {
        let mut all = ExtensionIds::default();
        for ids in lines.iter().filter(|line| line.flow == Flow::Uplink).map(|line| &line.extensions) {
            all.mid = all.mid.or(ids.mid);
            all.rid = all.rid.or(ids.rid);
            all.repaired_rid = all.repaired_rid.or(ids.repaired_rid);
            all.transport_cc = all.transport_cc.or(ids.transport_cc);
            all.audio_level = all.audio_level.or(ids.audio_level);
        }
        self.extensions = all;
    }

    pub(crate) fn claim_of(&self, ssrc: u32) -> Option<Claim> {
        self.claims.iter().find(|claim| claim.ssrc == ssrc).copied()
    }

    pub(crate) fn add_claim(&mut self, ssrc: u32, uplink: usize, part: Part) -> Claim {
        let claim = Claim { ssrc, uplink, part };
        self.claims.push(claim);
        claim
    }

    pub(crate) fn drop_claim(&mut self, ssrc: u32) {
        self.claims.retain(|claim| claim.ssrc != ssrc);
    }

    pub(crate) fn drop_claims_of(&mut self, uplink: usize) {
        self.claims.retain(|claim| claim.uplink != uplink);
    }

    /// A new SSRC took a part. A new primary has new numbers, so that repairs of the old one must not reach it either.
    pub(crate) fn drop_rivals(&mut self, uplink: usize, part: Part, keep: u32) {
        self.claims.retain(|claim| {
            let same_layer = claim.uplink == uplink && claim.part.layer == part.layer;
            claim.ssrc == keep || !same_layer || (part.repair && !claim.part.repair)
        });
    }

    /// Every compound begins with a report and names its sender (RFC 3550 §6.1).
    pub(crate) fn begin_compound(&self, into: &mut Vec<u8>, blocks: &[crate::rtp::rtcp::ReportBlock]) {
        into.clear();
        compound::receiver_report(into, self.own_ssrc, blocks);
        self.describe(into, self.own_ssrc);
    }

    pub(crate) fn describe(&self, into: &mut Vec<u8>, ssrc: u32) {
        compound::description(into, ssrc, &self.cname);
    }
}
