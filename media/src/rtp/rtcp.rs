//! RTCP compounds (RFC 3550 §6) and feedback (RFC 4585, 5104), read in place. What we do not use is skipped.

use super::header::read_u32;
use super::ntp::NtpTime;

const SR: u8 = 200;
const RR: u8 = 201;
const BYE: u8 = 203;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed RTCP")]
pub struct RtcpError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rtcp<'a> {
    SenderReport {
        ssrc: u32,
        ntp: NtpTime,
        rtp: u32,
        blocks: Words<'a>,
    },
    ReceiverReport {
        blocks: Words<'a>,
    },
    Bye {
        ssrcs: Words<'a>,
    },
    Nack {
        media: u32,
        pairs: Words<'a>,
    },
    Pli {
        media: u32,
    },
    Fir {
        entries: Words<'a>,
    },
    /// The body after the two SSRCs, for [`super::transport_cc`].
    TransportCc {
        body: &'a [u8],
    },
    Other,
}

/// Whole 32-bit words of a packet's body, to be read as what the packet type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words<'a>(&'a [u8]);

/// One reception report block (RFC 3550 §6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBlock {
    pub ssrc: u32,
    pub fraction_lost: u8,
    /// 24 bits, signed.
    pub cumulative_lost: i32,
    pub highest_sequence: u32,
    pub jitter: u32,
    pub last_report: u32,
    /// In units of 1/65536 s.
    pub delay: u32,
}

impl<'a> Words<'a> {
    pub fn words(self) -> impl Iterator<Item = u32> + use<'a> {
        self.0.chunks_exact(4).map(|word| read_u32(word, 0))
    }

    pub fn report_blocks(self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        self.0.chunks_exact(24).map(|block| {
            let loss = read_u32(block, 4);
            ReportBlock {
                ssrc: read_u32(block, 0),
                fraction_lost: (loss >> 24) as u8,
                cumulative_lost: ((loss << 8) as i32) >> 8,
                highest_sequence: read_u32(block, 8),
                jitter: read_u32(block, 12),
                last_report: read_u32(block, 16),
                delay: read_u32(block, 20),
            }
        })
    }

    /// Lost sequence numbers of a generic NACK (RFC 4585 §6.2.1).
    pub fn lost(self) -> impl Iterator<Item = u16> + use<'a> {
        self.words().flat_map(|word| {
            let first = (word >> 16) as u16;
            let follow =
                (0..16u16).filter(move |bit| word & (1 << bit) != 0).map(move |bit| first.wrapping_add(bit + 1));
            std::iter::once(first).chain(follow)
        })
    }

    /// SSRCs that a full intra request names (RFC 5104 §4.3.1.1).
    pub fn requested(self) -> impl Iterator<Item = u32> + use<'a> {
        self.0.chunks_exact(8).map(|entry| read_u32(entry, 0))
    }
}

/// Checks every length of a compound before anything in it is believed.
pub fn parse(compound: &[u8]) -> Result<Packets<'_>, RtcpError> {
    let packets = Packets { rest: compound };
    let mut walk = packets;
    if compound.is_empty() {
        return Err(RtcpError);
    }
    while !walk.rest.is_empty() {
        walk.step()?;
    }
    Ok(packets)
}

#[derive(Debug, Clone, Copy)]
pub struct Packets<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Packets<'a> {
    type Item = Rtcp<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() { None } else { self.step().ok() }
    }
}

impl<'a> Packets<'a> {
    fn step(&mut self) -> Result<Rtcp<'a>, RtcpError> {
        let [flags, kind, l0, l1, ..] = self.rest else { return Err(RtcpError) };
        let length = 4 + 4 * usize::from(u16::from_be_bytes([*l0, *l1]));
        let (packet, rest) = self.rest.split_at_checked(length).ok_or(RtcpError)?;
        if flags >> 6 != 2 {
            return Err(RtcpError);
        }
        let mut body = &packet[4..];
        if flags & 0x20 != 0 {
            // RFC 3550 §6.4.1: only the last packet of a compound is padded, by a multiple of four.
            let count = usize::from(*body.last().ok_or(RtcpError)?);
            if count == 0 || count > body.len() || !rest.is_empty() {
                return Err(RtcpError);
            }
            body = &body[..body.len() - count];
        }
        self.rest = rest;
        read(*kind, flags & 0x1f, body)
    }
}

fn read(kind: u8, count: u8, body: &[u8]) -> Result<Rtcp<'_>, RtcpError> {
    let many = usize::from(count);
    let take = |from: usize, length: usize| body.get(from..from + length).map(Words).ok_or(RtcpError);
    Ok(match (kind, count) {
        (SR, _) => {
            let blocks = take(24, 24 * many)?;
            let ntp = NtpTime((u64::from(read_u32(body, 4)) << 32) | u64::from(read_u32(body, 8)));
            Rtcp::SenderReport { ssrc: read_u32(body, 0), ntp, rtp: read_u32(body, 12), blocks }
        }
        (RR, _) => Rtcp::ReceiverReport { blocks: take(4, 24 * many)? },
        (BYE, _) => Rtcp::Bye { ssrcs: take(0, 4 * many)? },
        (TRANSPORT_FEEDBACK | PAYLOAD_FEEDBACK, _) if body.len() < 8 => return Err(RtcpError),
        (TRANSPORT_FEEDBACK, 1) => Rtcp::Nack { media: read_u32(body, 4), pairs: Words(&body[8..]) },
        (TRANSPORT_FEEDBACK, 15) => Rtcp::TransportCc { body: &body[8..] },
        (PAYLOAD_FEEDBACK, 1) => Rtcp::Pli { media: read_u32(body, 4) },
        (PAYLOAD_FEEDBACK, 4) => Rtcp::Fir { entries: Words(&body[8..]) },
        _ => Rtcp::Other,
    })
}
