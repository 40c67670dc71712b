//! The two protection profiles, in place: AES-128-GCM (RFC 7714) and AES-128-CM with HMAC-SHA1-80 (RFC 3711).

#[cfg(test)]
mod vectors;

use super::SrtpError;
use crate::prefetch;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rtc_srtp::crypto::{
    BlockCipherAlgorithm, HmacAlgorithm, Mac, RTCCrypto, StreamCipher, StreamCipherAlgorithm, constant_time_eq,
};

/// What DTLS-SRTP negotiated (RFC 5764 §4.1.2, RFC 7714 §14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    AeadAes128Gcm,
    Aes128CmHmacSha1_80,
}

pub(crate) const KEY_LEN: usize = 16;
const BLOCK: usize = 16;
const GCM_TAG: usize = 16;
const SHA1_LEN: usize = 20;
const SHA1_80_TAG: usize = 10;

impl Profile {
    pub(crate) const fn salt_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm => 12,
            Self::Aes128CmHmacSha1_80 => 14,
        }
    }

    /// Bytes of the DTLS exporter: two keys and two salts.
    pub(crate) const fn keying_len(self) -> usize {
        2 * (KEY_LEN + self.salt_len())
    }

    pub(crate) const fn tag_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm => GCM_TAG,
            Self::Aes128CmHmacSha1_80 => SHA1_80_TAG,
        }
    }
}

/// Which of the two keys of a direction is derived (RFC 3711 §4.3.2): the label of its encryption key.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Rtp = 0,
    Rtcp = 3,
}

/// The session key of one direction of RTP or of RTCP.
pub(crate) enum Suite {
    Gcm { key: Box<LessSafeKey>, salt: [u8; 12] },
    Cm { stream: Box<dyn StreamCipher>, mac: Box<dyn Mac>, salt: [u8; 14] },
}

impl Suite {
    pub(crate) fn derive(
        crypto: &dyn RTCCrypto,
        profile: Profile,
        stream: Stream,
        key: &[u8],
        salt: &[u8],
    ) -> Result<Self, SrtpError> {
        let label = stream as u8;
        let session_key = derive::<KEY_LEN>(crypto, key, salt, label)?;
        match profile {
            Profile::AeadAes128Gcm => {
                let unbound = UnboundKey::new(&AES_128_GCM, &session_key).map_err(|_| SrtpError::Keys)?;
                let salt = derive::<12>(crypto, key, salt, label + 2)?;
                Ok(Self::Gcm { key: Box::new(LessSafeKey::new(unbound)), salt })
            }
            Profile::Aes128CmHmacSha1_80 => {
                let auth = derive::<SHA1_LEN>(crypto, key, salt, label + 1)?;
                let salt = derive::<14>(crypto, key, salt, label + 2)?;
                let stream = crypto.new_stream_cipher(StreamCipherAlgorithm::Aes128Ctr, &session_key);
                let mac = crypto.new_hmac(HmacAlgorithm::Sha1, &auth);
                Ok(Self::Cm {
                    stream: stream.map_err(|_| SrtpError::Keys)?,
                    mac: mac.map_err(|_| SrtpError::Keys)?,
                    salt,
                })
            }
        }
    }

    /// Has the key fetched.
    pub(crate) fn soon(&self) {
        if let Self::Gcm { key, .. } = self {
            prefetch::soon(&**key);
        }
    }

    /// Encrypts `packet[clear..]` and appends the tag. `trailer` is what the tag covers behind the packet: the ROC of
    /// SRTP for HMAC; the ESRTCP word of SRTCP, which is also sent. `index` has at most 48 bits.
    pub(crate) fn seal(
        &mut self,
        out: &mut Vec<u8>,
        at: Cut,
        (ssrc, index): (u32, u64),
        trailer: Trailer,
    ) -> Result<(), SrtpError> {
        let (head, body) = out[at.start..].split_at_mut(at.clear);
        match self {
            Self::Gcm { key, salt } => {
                let nonce = Nonce::assume_unique_for_key(gcm_nonce(salt, ssrc, index));
                let tag = match trailer {
                    Trailer::Rollover(_) => key.seal_in_place_separate_tag(nonce, Aad::from(&*head), body),
                    Trailer::Word(word) => {
                        key.seal_in_place_separate_tag(nonce, Aad::from(rtcp_aad(head, word)?), body)
                    }
                };
                out.extend_from_slice(tag.map_err(|_| SrtpError::Seal)?.as_ref());
                if let Trailer::Word(word) = trailer {
                    out.extend_from_slice(&word);
                }
            }
            Self::Cm { stream, mac, salt } => {
                stream.apply_keystream(&cm_counter(salt, ssrc, index), body).map_err(|_| SrtpError::Seal)?;
                let mut tag = [0; SHA1_LEN];
                let (Trailer::Rollover(bytes) | Trailer::Word(bytes)) = trailer;
                mac.sign(&[&out[at.start..], &bytes], &mut tag).map_err(|_| SrtpError::Seal)?;
                if let Trailer::Word(word) = trailer {
                    out.extend_from_slice(&word);
                }
                out.extend_from_slice(&tag[..SHA1_80_TAG]);
            }
        }
        Ok(())
    }

    /// Authenticates and decrypts in place; gives the plaintext's length from the packet's start. `packet` excludes the
    /// ESRTCP word in GCM's SRTCP, where it comes last; with HMAC the word lies between ciphertext and tag.
    pub(crate) fn open(
        &mut self,
        packet: &mut [u8],
        clear: usize,
        (ssrc, index): (u32, u64),
        trailer: Trailer,
    ) -> Result<usize, SrtpError> {
        match self {
            Self::Gcm { key, salt } => {
                let end = packet.len() - trailer.sent();
                let plain = end.checked_sub(GCM_TAG).filter(|plain| *plain >= clear).ok_or(SrtpError::Short)?;
                let nonce = Nonce::assume_unique_for_key(gcm_nonce(salt, ssrc, index));
                let (head, body) = packet[..end].split_at_mut(clear);
                let opened = match trailer {
                    Trailer::Rollover(_) => key.open_in_place(nonce, Aad::from(&*head), body).is_ok(),
                    Trailer::Word(word) => key.open_in_place(nonce, Aad::from(rtcp_aad(head, word)?), body).is_ok(),
                };
                if opened { Ok(plain) } else { Err(SrtpError::Forged) }
            }
            Self::Cm { stream, mac, salt } => {
                let end = packet.len().checked_sub(SHA1_80_TAG).ok_or(SrtpError::Short)?;
                let plain = end.checked_sub(trailer.sent()).filter(|plain| *plain >= clear).ok_or(SrtpError::Short)?;
                let mut tag = [0; SHA1_LEN];
                let signed = match trailer {
                    Trailer::Rollover(roc) => mac.sign(&[&packet[..end], &roc], &mut tag),
                    Trailer::Word(_) => mac.sign(&[&packet[..end]], &mut tag),
                };
                if signed.is_err() || !constant_time_eq(&tag[..SHA1_80_TAG], &packet[end..]) {
                    return Err(SrtpError::Forged);
                }
                let counter = cm_counter(salt, ssrc, index);
                stream.apply_keystream(&counter, &mut packet[clear..plain]).map_err(|_| SrtpError::Forged)?;
                Ok(plain)
            }
        }
    }
}

/// Where a packet starts in the arena, and how many of its bytes stay in the clear.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) start: usize,
    pub(crate) clear: usize,
}

#[derive(Clone, Copy)]
pub(crate) enum Trailer {
    /// The ROC: covered by the tag of RFC 3711, never sent.
    Rollover([u8; 4]),
    /// E flag and SRTCP index: covered and sent.
    Word([u8; 4]),
}

impl Trailer {
    const fn sent(self) -> usize {
        match self {
            Self::Rollover(_) => 0,
            Self::Word(_) => 4,
        }
    }
}

/// RFC 7714 §8.1 and §9.1: the two nonces have the same form.
fn gcm_nonce(salt: &[u8; 12], ssrc: u32, index: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[2..6].copy_from_slice(&ssrc.to_be_bytes());
    nonce[6..].copy_from_slice(&index.to_be_bytes()[2..]);
    nonce.iter_mut().zip(salt).for_each(|(byte, salt)| *byte ^= salt);
    nonce
}

/// RFC 3711 §4.1.1.
fn cm_counter(salt: &[u8; 14], ssrc: u32, index: u64) -> [u8; BLOCK] {
    let mut counter = [0; BLOCK];
    counter[4..8].copy_from_slice(&ssrc.to_be_bytes());
    counter[8..14].copy_from_slice(&index.to_be_bytes()[2..]);
    counter.iter_mut().zip(salt).for_each(|(byte, salt)| *byte ^= salt);
    counter
}

/// RFC 7714 §17: the first eight bytes and the ESRTCP word.
fn rtcp_aad(head: &[u8], word: [u8; 4]) -> Result<[u8; 12], SrtpError> {
    let mut aad = [0; 12];
    aad[..8].copy_from_slice(head.get(..8).ok_or(SrtpError::Short)?);
    aad[8..].copy_from_slice(&word);
    Ok(aad)
}

/// AES-CM key derivation with a key derivation rate of zero (RFC 3711 §4.3.3; RFC 7714 §11 pads its shorter salt).
fn derive<const N: usize>(crypto: &dyn RTCCrypto, key: &[u8], salt: &[u8], label: u8) -> Result<[u8; N], SrtpError> {
    let mut out = [0; N];
    for (number, chunk) in out.chunks_mut(BLOCK).enumerate() {
        let mut block = [0; BLOCK];
        block[..salt.len()].copy_from_slice(salt);
        block[7] ^= label;
        block[BLOCK - 1] = number as u8;
        crypto.block_encrypt(BlockCipherAlgorithm::Aes128, key, &mut block).map_err(|_| SrtpError::Keys)?;
        chunk.copy_from_slice(&block[..chunk.len()]);
    }
    Ok(out)
}
