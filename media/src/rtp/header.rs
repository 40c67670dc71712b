//! One RTP packet (RFC 3550 §5.1) with its header extensions (RFC 8285), read in place and written into a fixed buffer.

use crate::ids::Mid;

/// Longer packets are refused: no path carries them, and a ring entry could not hold them.
pub const MAX_PACKET: usize = 2048;
const FIXED: usize = 12;
const ONE_BYTE: u16 = 0xbede;
const TWO_BYTE: u16 = 0x1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RtpError {
    #[error("shorter than an RTP header or longer than a datagram")]
    Length,
    #[error("not RTP version 2")]
    Version,
    #[error("contributing sources run past the end")]
    Csrc,
    #[error("header extension runs past its end")]
    Extension,
    #[error("padding is longer than the payload, or zero")]
    Padding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpPacket<'a> {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    /// Without padding; empty for a probe.
    pub payload: &'a [u8],
    extensions: Extensions<'a>,
}

impl<'a> RtpPacket<'a> {
    pub fn parse(packet: &'a [u8]) -> Result<Self, RtpError> {
        if packet.len() < FIXED || packet.len() > MAX_PACKET {
            return Err(RtpError::Length);
        }
        let (flags, kind) = (packet[0], packet[1]);
        if flags >> 6 != 2 {
            return Err(RtpError::Version);
        }
        let rest = packet.get(FIXED + 4 * usize::from(flags & 0x0f)..).ok_or(RtpError::Csrc)?;
        let (extensions, payload) =
            if flags & 0x10 == 0 { (Extensions::NONE, rest) } else { Extensions::split_off(rest)? };
        let payload = if flags & 0x20 == 0 { payload } else { without_padding(payload)? };
        Ok(Self {
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7f,
            sequence: u16::from_be_bytes([packet[2], packet[3]]),
            timestamp: read_u32(packet, 4),
            ssrc: read_u32(packet, 8),
            payload,
            extensions,
        })
    }

    /// Header extension elements as (id, value). Their lengths have been checked.
    pub fn extensions(&self) -> impl Iterator<Item = (u8, &'a [u8])> + use<'a> {
        self.extensions
    }
}

fn without_padding(payload: &[u8]) -> Result<&[u8], RtpError> {
    let count = usize::from(*payload.last().ok_or(RtpError::Padding)?);
    if count == 0 || count > payload.len() {
        return Err(RtpError::Padding);
    }
    Ok(&payload[..payload.len() - count])
}

/// Big-endian; the caller has checked the length.
pub(crate) fn read_u32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extensions<'a> {
    two_byte: bool,
    bytes: &'a [u8],
}

impl<'a> Extensions<'a> {
    const NONE: Self = Self { two_byte: false, bytes: &[] };

    fn split_off(rest: &'a [u8]) -> Result<(Self, &'a [u8]), RtpError> {
        let [p0, p1, l0, l1, rest @ ..] = rest else { return Err(RtpError::Extension) };
        let (bytes, payload) =
            rest.split_at_checked(4 * usize::from(u16::from_be_bytes([*l0, *l1]))).ok_or(RtpError::Extension)?;
        let found = match u16::from_be_bytes([*p0, *p1]) {
            ONE_BYTE => Self { two_byte: false, bytes },
            profile if profile & 0xfff0 == TWO_BYTE => Self { two_byte: true, bytes },
            // Another profile: not ours to read (RFC 3550 §5.3.1).
            _ => Self::NONE,
        };
        let mut walk = found;
        while !walk.bytes.is_empty() {
            walk.step()?;
        }
        Ok((found, payload))
    }

    /// The next element; `None` for padding between elements.
    fn step(&mut self) -> Result<Option<(u8, &'a [u8])>, RtpError> {
        let [first, rest @ ..] = self.bytes else { return Ok(None) };
        if *first == 0 {
            self.bytes = rest;
            return Ok(None);
        }
        let (id, length, rest) = if self.two_byte {
            let [length, rest @ ..] = rest else { return Err(RtpError::Extension) };
            (*first, usize::from(*length), rest)
        } else if first >> 4 == 15 {
            // RFC 8285 §4.2: id 15 ends the processing of one-byte elements.
            self.bytes = &[];
            return Ok(None);
        } else {
            (first >> 4, usize::from(first & 0x0f) + 1, rest)
        };
        let (value, rest) = rest.split_at_checked(length).ok_or(RtpError::Extension)?;
        self.bytes = rest;
        Ok(Some((id, value)))
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.bytes.is_empty() {
            if let Some(element) = self.step().ok()? {
                return Some(element);
            }
        }
        None
    }
}

/// What a packet that we send says in its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderFields {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub mid: Option<(u8, Mid)>,
    pub transport_seq: Option<(u8, u16)>,
    /// RFC 6464 byte: voice flag and level.
    pub audio_level: Option<(u8, u8)>,
}

/// 12 fixed bytes, 4 for the extension block and 18 + 4 + 3 for its elements, rounded up.
pub const MAX_HEADER: usize = 48;

impl HeaderFields {
    /// Writes the header and returns its length.
    pub fn write(&self, into: &mut [u8; MAX_HEADER]) -> usize {
        into[0] = 0x80;
        into[1] = (u8::from(self.marker) << 7) | (self.payload_type & 0x7f);
        into[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        into[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        into[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        let mut elements = Elements { into, at: FIXED + 4, two_byte: self.needs_two_bytes() };
        if let Some((id, mid)) = self.mid {
            elements.put(id, mid.as_str().as_bytes());
        }
        if let Some((id, sequence)) = self.transport_seq {
            elements.put(id, &sequence.to_be_bytes());
        }
        if let Some((id, level)) = self.audio_level {
            elements.put(id, &[level]);
        }
        let (end, two_byte) = (elements.at, elements.two_byte);
        if end == FIXED + 4 {
            return FIXED;
        }
        let padded = end.next_multiple_of(4);
        into[end..padded].fill(0);
        into[0] |= 0x10;
        into[12..14].copy_from_slice(&(if two_byte { TWO_BYTE } else { ONE_BYTE }).to_be_bytes());
        into[14..16].copy_from_slice(&(((padded - FIXED - 4) / 4) as u16).to_be_bytes());
        padded
    }

    fn needs_two_bytes(&self) -> bool {
        let ids = [self.mid.map(|m| m.0), self.transport_seq.map(|t| t.0), self.audio_level.map(|a| a.0)];
        ids.into_iter().flatten().any(|id| id > 14)
    }
}

struct Elements<'a> {
    into: &'a mut [u8; MAX_HEADER],
    at: usize,
    two_byte: bool,
}

impl Elements<'_> {
    fn put(&mut self, id: u8, value: &[u8]) {
        if self.two_byte {
            self.into[self.at] = id;
            self.into[self.at + 1] = value.len() as u8;
            self.at += 2;
        } else {
            self.into[self.at] = (id << 4) | (value.len() as u8 - 1);
            self.at += 1;
        }
        self.into[self.at..self.at + value.len()].copy_from_slice(value);
        self.at += value.len();
    }
}
