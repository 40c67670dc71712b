//! SRTP and SRTCP of one peer: packets are opened where they lie and sealed where they are sent from.
//!
//! The session owns its packet indices. An index is marked as used when a packet is sealed, so no mistake of the router
//! can send two different packets under one nonce, which AES-GCM does not forgive (RFC 7714 §8.4). The same packet may go
//! out again, byte for byte: that is how receivers without RTX get their repairs.

mod suite;
#[cfg(test)]
mod tests;
mod window;

use super::drops::DropReason;
use crate::prefetch;
use rtc_srtp::crypto::RTCCrypto;
pub use suite::Profile;
pub(crate) use suite::{Cut, KEY_LEN, Stream, Suite, Trailer};
use window::Windows;

/// SSRCs that one client may send with. A browser with camera (3 layers, each with RTX), screen and two audio tracks
/// uses 10; a reload of the page starts over with a new peer.
const MAX_REMOTE_SSRCS: usize = 64;
/// SSRCs that we send with: two for each slot.
const MAX_LOCAL_SSRCS: usize = 128;
const RTP_FIXED: usize = 12;
const RTCP_CLEAR: usize = 8;
const WORD: usize = 4;
const ENCRYPTED: u32 = 1 << 31;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SrtpError {
    #[error("the cipher refused the keys")]
    Keys,
    #[error("the packet is too short")]
    Short,
    #[error("the authentication tag is wrong")]
    Forged,
    #[error("the cipher could not seal")]
    Seal,
}

/// The exporter's output (RFC 5764 §4.2), in its order: client key, server key, client salt, server salt.
pub struct KeyingMaterial<'a> {
    pub profile: Profile,
    pub bytes: &'a [u8],
}

/// Both directions of one peer.
pub struct SrtpSession {
    profile: Profile,
    inbound: Direction,
    outbound: Direction,
    rtcp_sent: u32,
}

struct Direction {
    rtp: Suite,
    rtcp: Suite,
    rtp_windows: Windows,
    rtcp_windows: Windows,
}

impl SrtpSession {
    /// The server's session: it opens with the client's keys.
    ///
    /// # Errors
    /// When the material is not as long as the profile wants it.
    pub fn server(crypto: &dyn RTCCrypto, keying: &KeyingMaterial<'_>) -> Result<Self, SrtpError> {
        let salt_len = keying.profile.salt_len();
        if keying.bytes.len() != keying.profile.keying_len() {
            return Err(SrtpError::Keys);
        }
        let (keys, salts) = keying.bytes.split_at(2 * KEY_LEN);
        let direction = |key, salt, limit| Direction::new(crypto, keying.profile, (key, salt), limit);
        Ok(Self {
            profile: keying.profile,
            inbound: direction(&keys[..KEY_LEN], &salts[..salt_len], MAX_REMOTE_SSRCS)?,
            outbound: direction(&keys[KEY_LEN..], &salts[salt_len..], MAX_LOCAL_SSRCS)?,
            rtcp_sent: 0,
        })
    }

    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Opens an SRTP packet in place; gives the length of the plaintext packet.
    ///
    /// # Errors
    /// The reason by which the drop is counted.
    pub fn open_rtp(&mut self, packet: &mut [u8]) -> Result<usize, DropReason> {
        let clear = rtp_header_len(packet).ok_or(DropReason::RtpMalformed)?;
        let (ssrc, sequence) = (be32(packet, 8), be16(packet, 2));
        let Direction { rtp, rtp_windows: windows, .. } = &mut self.inbound;
        let place = windows.find(ssrc);
        if !windows.has_room(place) {
            return Err(DropReason::SrtpTooManySsrcs);
        }
        let index = windows.estimate(place, sequence).ok_or(DropReason::SrtpReplayed)?;
        if !windows.is_fresh(place, index) {
            return Err(DropReason::SrtpReplayed);
        }
        let plain = rtp.open(packet, clear, (ssrc, index), rollover(index)).map_err(drop_of)?;
        windows.mark(place, ssrc, index);
        Ok(plain)
    }

    /// Opens an SRTCP packet in place; gives the length of the plaintext compound.
    ///
    /// # Errors
    /// The reason by which the drop is counted.
    pub fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, DropReason> {
        let tag = match self.profile {
            Profile::AeadAes128Gcm => 0,
            Profile::Aes128CmHmacSha1_80 => self.profile.tag_len(),
        };
        if packet.len() < RTCP_CLEAR + WORD + self.profile.tag_len() {
            return Err(DropReason::RtcpMalformed);
        }
        let at = packet.len() - tag - WORD;
        let word = be32(packet, at);
        if word & ENCRYPTED == 0 {
            // RFC 3711 allows it; a WebRTC client that sends its reports in the clear is none of ours.
            return Err(DropReason::SrtpForged);
        }
        let (ssrc, index) = (be32(packet, 4), u64::from(word & !ENCRYPTED));
        let Direction { rtcp, rtcp_windows: windows, .. } = &mut self.inbound;
        let place = windows.find(ssrc);
        if !windows.has_room(place) {
            return Err(DropReason::SrtpTooManySsrcs);
        }
        if !windows.is_fresh(place, index) {
            return Err(DropReason::SrtpReplayed);
        }
        let trailer = Trailer::Word(word.to_be_bytes());
        let plain = rtcp.open(packet, RTCP_CLEAR, (ssrc, index), trailer).map_err(drop_of)?;
        windows.mark(place, ssrc, index);
        Ok(plain)
    }

    /// Writes a packet in two pieces behind what `arena` holds and seals it there; gives the sealed length. `head` has the
    /// whole header, and may have some of the payload. `arena` is as before on an error.
    ///
    /// # Errors
    /// The reason by which the drop is counted.
    pub fn seal_rtp(&mut self, head: &[u8], rest: &[u8], arena: &mut Vec<u8>) -> Result<usize, DropReason> {
        let clear = rtp_header_len(head).ok_or(DropReason::RtpMalformed)?;
        let (ssrc, sequence) = (be32(head, 8), be16(head, 2));
        let Direction { rtp, rtp_windows: windows, .. } = &mut self.outbound;
        let place = windows.find(ssrc);
        if !windows.has_room(place) {
            return Err(DropReason::SrtpTooManySsrcs);
        }
        let index = windows.estimate(place, sequence).ok_or(DropReason::SealReused)?;
        let fresh = windows.is_fresh(place, index);
        let sealed_before = if fresh { None } else { windows.sealed_tag(place, index) };
        if !fresh && sealed_before.is_none() {
            return Err(DropReason::SealReused);
        }
        let start = arena.len();
        arena.extend_from_slice(head);
        arena.extend_from_slice(rest);
        if fresh {
            // Marked before the cipher runs: an index that was tried is spent.
            windows.mark(place, ssrc, index);
        }
        let cut = Cut { start, clear };
        let len = seal(arena, start, |arena| rtp.seal(arena, cut, (ssrc, index), rollover(index)))?;
        let tag = be32(arena, arena.len() - 4);
        if fresh {
            windows.remember_tag(ssrc, index, tag);
        } else if sealed_before != Some(tag) {
            // Not the bytes of the first time: two texts under one nonce must not leave the house.
            arena.truncate(start);
            return Err(DropReason::SealReused);
        }
        Ok(len)
    }

    /// As [`Self::seal_rtp`], for one plaintext RTCP compound.
    ///
    /// # Errors
    /// The reason by which the drop is counted.
    pub fn seal_rtcp(&mut self, compound: &[u8], arena: &mut Vec<u8>) -> Result<usize, DropReason> {
        if compound.len() < RTCP_CLEAR {
            return Err(DropReason::RtcpMalformed);
        }
        // One counter for all SSRCs: the index has to be unique for each of them, not dense (RFC 3711 §3.4).
        if self.rtcp_sent >= ENCRYPTED - 1 {
            return Err(DropReason::SealReused);
        }
        self.rtcp_sent += 1;
        let (ssrc, index) = (be32(compound, 4), u64::from(self.rtcp_sent));
        let word = (self.rtcp_sent | ENCRYPTED).to_be_bytes();
        let start = arena.len();
        arena.extend_from_slice(compound);
        let cut = Cut { start, clear: RTCP_CLEAR };
        let rtcp = &mut self.outbound.rtcp;
        seal(arena, start, |arena| rtcp.seal(arena, cut, (ssrc, index), Trailer::Word(word)))
    }

    /// Has fetched what sealing RTP needs.
    pub(crate) fn soon(&self) {
        prefetch::soon(&self.outbound);
    }

    /// The same, behind pointers.
    pub(crate) fn soon_behind(&self) {
        self.outbound.rtp.soon();
        self.outbound.rtp_windows.soon();
    }

    #[cfg(test)]
    pub(crate) fn known_remote_ssrcs(&self) -> usize {
        self.inbound.rtp_windows.len()
    }
}

impl Direction {
    fn new(
        crypto: &dyn RTCCrypto,
        profile: Profile,
        (key, salt): (&[u8], &[u8]),
        limit: usize,
    ) -> Result<Self, SrtpError> {
        Ok(Self {
            rtp: Suite::derive(crypto, profile, Stream::Rtp, key, salt)?,
            rtcp: Suite::derive(crypto, profile, Stream::Rtcp, key, salt)?,
            rtp_windows: Windows::new(limit),
            rtcp_windows: Windows::new(limit),
        })
    }
}

/// The length of a whole RTP header with CSRCs and extension (RFC 3550 §5.1), or `None` when the packet is too short.
pub(crate) fn rtp_header_len(packet: &[u8]) -> Option<usize> {
    let first = *packet.first()?;
    if first >> 6 != 2 {
        return None;
    }
    let mut len = RTP_FIXED + 4 * usize::from(first & 0x0f);
    if first & 0x10 != 0 {
        let words = packet.get(len + 2..len + 4)?;
        len += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    (packet.len() >= len).then_some(len)
}

fn seal(
    arena: &mut Vec<u8>,
    start: usize,
    work: impl FnOnce(&mut Vec<u8>) -> Result<(), SrtpError>,
) -> Result<usize, DropReason> {
    match work(arena) {
        Ok(()) => Ok(arena.len() - start),
        Err(_) => {
            arena.truncate(start);
            Err(DropReason::RtpMalformed)
        }
    }
}

fn rollover(index: u64) -> Trailer {
    Trailer::Rollover(((index >> 16) as u32).to_be_bytes())
}

fn drop_of(error: SrtpError) -> DropReason {
    match error {
        SrtpError::Short => DropReason::RtpMalformed,
        _ => DropReason::SrtpForged,
    }
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
