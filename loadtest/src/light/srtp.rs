//! SRTP of one light member: RTP opened and sealed in place, the rare RTCP through the library.

use super::dtls::Keys;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rtc::crypto::{BlockCipherAlgorithm, RTCCrypto};
use rtc::shared::error::Error;
use rtc::srtp::context::Context;
use rtc::srtp::option::srtcp_replay_protection;
use rtc::srtp::protection_profile::ProtectionProfile;
use std::collections::HashMap;

const SALT_LEN: usize = 12;
const LABEL_RTP_KEY: u8 = 0;
const LABEL_RTP_SALT: u8 = 2;

pub(crate) struct Srtp {
    local: Context,
    remote: Context,
    /// Where the profile is AES-128-GCM: what the other side seals, and what this side does.
    gcm: Option<(Gcm, Gcm)>,
}

struct Gcm {
    key: LessSafeKey,
    salt: [u8; SALT_LEN],
    /// The rollover count and the highest sequence number by SSRC (RFC 3711 §3.3.1).
    rollover: HashMap<u32, (u32, u16)>,
}

impl Srtp {
    pub(crate) fn new(keys: &Keys, crypto: &dyn RTCCrypto) -> Result<Self, Error> {
        let Keys { profile, keys } = keys;
        let local = Context::new(&keys.local_master_key, &keys.local_master_salt, *profile, None, None, crypto)?;
        let replay = Some(srtcp_replay_protection(64));
        let remote = Context::new(&keys.remote_master_key, &keys.remote_master_salt, *profile, None, replay, crypto)?;
        let gcm = match profile {
            ProtectionProfile::AeadAes128Gcm => Some((
                Gcm::new(&keys.remote_master_key, &keys.remote_master_salt, crypto)?,
                Gcm::new(&keys.local_master_key, &keys.local_master_salt, crypto)?,
            )),
            _ => None,
        };
        Ok(Self { local, remote, gcm })
    }

    /// Opens a packet and returns its payload within it; `header_len` bytes are the header with its extensions.
    pub(crate) fn open_rtp<'a>(&mut self, packet: &'a mut [u8], header_len: usize) -> Option<&'a [u8]> {
        match &mut self.gcm {
            Some((theirs, _)) => theirs.open(packet, header_len),
            None => {
                let opened = self.remote.decrypt_rtp(packet).ok()?;
                let len = opened.len();
                packet[..len].copy_from_slice(&opened);
                packet.get(header_len..len)
            }
        }
    }

    /// Seals the clear packet that `out` ends with, from `start` on; `header_len` bytes are the header with its extensions.
    /// Packets of one SSRC come in the order of their numbers.
    pub(crate) fn seal_rtp(&mut self, out: &mut Vec<u8>, start: usize, header_len: usize) -> Option<()> {
        match &mut self.gcm {
            Some((_, ours)) => ours.seal(out, start, header_len),
            None => {
                let sealed = self.local.encrypt_rtp(&out[start..]).ok()?;
                out.truncate(start);
                out.extend_from_slice(&sealed);
                Some(())
            }
        }
    }

    pub(crate) fn open_rtcp(&mut self, packet: &[u8]) -> Result<bytes::BytesMut, Error> {
        self.remote.decrypt_rtcp(packet)
    }

    pub(crate) fn seal_rtcp(&mut self, packet: &[u8]) -> Result<bytes::BytesMut, Error> {
        self.local.encrypt_rtcp(packet)
    }
}

impl Gcm {
    fn new(master_key: &[u8], master_salt: &[u8], crypto: &dyn RTCCrypto) -> Result<Self, Error> {
        let key = derive(crypto, master_key, master_salt, LABEL_RTP_KEY)?;
        let salt = derive(crypto, master_key, master_salt, LABEL_RTP_SALT)?;
        let key = UnboundKey::new(&AES_128_GCM, &key).map_err(|_| Error::SrtpMasterKeyLength(16, master_key.len()))?;
        let mut short_salt = [0; SALT_LEN];
        short_salt.copy_from_slice(&salt[..SALT_LEN]);
        Ok(Self { key: LessSafeKey::new(key), salt: short_salt, rollover: HashMap::new() })
    }

    /// RFC 7714 §8.1: the header is authenticated, the rest is encrypted, the tag follows.
    fn seal(&mut self, out: &mut Vec<u8>, start: usize, header_len: usize) -> Option<()> {
        let (sequence, ssrc) = identify(&out[start..])?;
        let (roc, highest) = self.rollover.get(&ssrc).copied().unwrap_or((0, sequence));
        let roc = guess_rollover(roc, highest, sequence);
        self.rollover.insert(ssrc, (roc, sequence));
        let (header, payload) = out[start..].split_at_mut_checked(header_len)?;
        let nonce = nonce(&self.salt, ssrc, roc, sequence);
        let tag = self.key.seal_in_place_separate_tag(nonce, Aad::from(&*header), payload).ok()?;
        out.extend_from_slice(tag.as_ref());
        Some(())
    }

    fn open<'a>(&mut self, packet: &'a mut [u8], header_len: usize) -> Option<&'a [u8]> {
        let (sequence, ssrc) = identify(packet)?;
        let known = self.rollover.get(&ssrc).copied();
        let (roc, highest) = known.unwrap_or((0, sequence));
        let guess = guess_rollover(roc, highest, sequence);
        let (header, sealed) = packet.split_at_mut_checked(header_len)?;
        let payload =
            self.key.open_in_place(nonce(&self.salt, ssrc, guess, sequence), Aad::from(&*header), sealed).ok()?;
        if known.is_none() || (guess, sequence) > (roc, highest) {
            self.rollover.insert(ssrc, (guess, sequence));
        }
        Some(payload)
    }
}

/// Sequence number and SSRC.
fn identify(packet: &[u8]) -> Option<(u16, u32)> {
    let number = u16::from_be_bytes(packet.get(2..4)?.try_into().ok()?);
    Some((number, u32::from_be_bytes(packet.get(8..12)?.try_into().ok()?)))
}

/// RFC 3711 §3.3.1.
fn guess_rollover(roc: u32, highest: u16, sequence: u16) -> u32 {
    let distance = i32::from(sequence) - i32::from(highest);
    if distance < -0x8000 {
        roc.wrapping_add(1)
    } else if distance > 0x8000 {
        roc.saturating_sub(1)
    } else {
        roc
    }
}

/// RFC 7714 §8.1.
fn nonce(salt: &[u8; SALT_LEN], ssrc: u32, roc: u32, sequence: u16) -> Nonce {
    let mut iv = [0; SALT_LEN];
    iv[2..6].copy_from_slice(&ssrc.to_be_bytes());
    iv[6..10].copy_from_slice(&roc.to_be_bytes());
    iv[10..12].copy_from_slice(&sequence.to_be_bytes());
    iv.iter_mut().zip(salt).for_each(|(byte, salt)| *byte ^= salt);
    Nonce::assume_unique_for_key(iv)
}

/// One block of AES-CM key derivation (RFC 3711 §4.3, with the 12-byte salt of RFC 7714 §11 padded on the right).
fn derive(crypto: &dyn RTCCrypto, key: &[u8], salt: &[u8], label: u8) -> Result<[u8; 16], Error> {
    let mut block = [0; 16];
    block[..salt.len().min(14)].copy_from_slice(&salt[..salt.len().min(14)]);
    block[7] ^= label;
    crypto
        .block_encrypt(BlockCipherAlgorithm::Aes128, key, &mut block)
        .map_err(|error| Error::Other(error.to_string()))?;
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::light::Identity;
    use rtc::srtp::config::SessionKeys;

    fn keys(profile: ProtectionProfile) -> Keys {
        let (key, salt) = ((0u8..16).collect::<Vec<_>>(), (40u8..40 + profile.salt_len() as u8).collect::<Vec<_>>());
        let keys = SessionKeys {
            local_master_key: key.clone(),
            local_master_salt: salt.clone(),
            remote_master_key: key,
            remote_master_salt: salt,
        };
        Keys { profile, keys }
    }

    fn packet(sequence: u16) -> Vec<u8> {
        let mut packet = vec![0x80, 102, 0, 0, 0, 0, 0, 9, 0, 0, 0, 7];
        packet[2..4].copy_from_slice(&sequence.to_be_bytes());
        packet.extend((0..300).map(|i| i as u8));
        packet
    }

    #[test]
    fn what_the_library_seals_is_opened_in_place_over_the_wrap() {
        let identity = Identity::new().unwrap();
        for profile in [ProtectionProfile::AeadAes128Gcm, ProtectionProfile::Aes128CmHmacSha1_80] {
            let mut srtp = Srtp::new(&keys(profile), identity.provider.crypto()).unwrap();
            for sequence in [0xfffd, 0xffff, 0xfffe, 1, 0, 2, 0x7fff, 0xfff0, 3] {
                let clear = packet(sequence);
                let mut sealed = srtp.local.encrypt_rtp(&clear).unwrap().to_vec();
                assert_eq!(srtp.open_rtp(&mut sealed, 12), Some(&clear[12..]), "{profile:?} {sequence:#x}");
            }
        }
    }

    #[test]
    fn the_library_opens_what_is_sealed_in_place_over_the_wrap() {
        let identity = Identity::new().unwrap();
        for profile in [ProtectionProfile::AeadAes128Gcm, ProtectionProfile::Aes128CmHmacSha1_80] {
            let mut srtp = Srtp::new(&keys(profile), identity.provider.crypto()).unwrap();
            let mut sealed = Vec::new();
            for sequence in [0xfffe, 0xffff, 0, 1] {
                let start = sealed.len();
                sealed.extend(packet(sequence));
                srtp.seal_rtp(&mut sealed, start, 12).unwrap();
                let opened = srtp.remote.decrypt_rtp(&sealed[start..]).unwrap();
                assert_eq!(opened, packet(sequence), "{profile:?} {sequence:#x}");
            }
        }
    }

    #[test]
    fn a_touched_packet_is_not_opened() {
        let identity = Identity::new().unwrap();
        let mut srtp = Srtp::new(&keys(ProtectionProfile::AeadAes128Gcm), identity.provider.crypto()).unwrap();
        for at in [4, 11, 12, 200] {
            let mut sealed = srtp.local.encrypt_rtp(&packet(at as u16)).unwrap().to_vec();
            sealed[at] ^= 1;
            assert_eq!(srtp.open_rtp(&mut sealed, 12), None);
        }
        assert_eq!(srtp.open_rtp(&mut [0x80; 8], 12), None);
    }
}
