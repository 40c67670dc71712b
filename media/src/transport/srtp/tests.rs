use super::*;
use rtc_srtp::context::Context;
use rtc_srtp::crypto::{RTCCryptoProvider, default_provider};
use rtc_srtp::option::{srtcp_replay_protection, srtp_replay_protection};
use rtc_srtp::protection_profile::ProtectionProfile;
use std::sync::Arc;

const PROFILES: [Profile; 2] = [Profile::AeadAes128Gcm, Profile::Aes128CmHmacSha1_80];

/// Our server session, and what rtc-srtp makes of the same keys: the client's two directions.
struct Both {
    ours: SrtpSession,
    client_seals: Context,
    client_opens: Context,
}

fn both(profile: Profile) -> Both {
    let provider: Arc<dyn RTCCryptoProvider> = default_provider().unwrap();
    let bytes: Vec<u8> = (0..profile.keying_len()).map(|n| (n * 7 + 3) as u8).collect();
    let ours = SrtpSession::server(provider.crypto(), &KeyingMaterial { profile, bytes: &bytes }).unwrap();
    let theirs = match profile {
        Profile::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
        Profile::Aes128CmHmacSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
    };
    let salt = profile.salt_len();
    let context = |key: usize, at: usize| {
        let (rtp, rtcp) = (Some(srtp_replay_protection(1024)), Some(srtcp_replay_protection(1024)));
        Context::new(&bytes[key..key + 16], &bytes[at..at + salt], theirs, rtp, rtcp, provider.crypto()).unwrap()
    };
    Both { ours, client_seals: context(0, 32), client_opens: context(16, 32 + salt) }
}

/// A header with as many CSRCs and extension words as asked for.
fn header(ssrc: u32, sequence: u16, csrcs: u8, extension_words: Option<u16>) -> Vec<u8> {
    let mut header = vec![0x80 | csrcs | if extension_words.is_some() { 0x10 } else { 0 }, 0x80 | 96];
    header.extend(sequence.to_be_bytes());
    header.extend(0x1234_5678_u32.to_be_bytes());
    header.extend(ssrc.to_be_bytes());
    (0..csrcs).for_each(|n| header.extend(u32::from(n).to_be_bytes()));
    if let Some(words) = extension_words {
        header.extend([0xbe, 0xde]);
        header.extend(words.to_be_bytes());
        // One-byte elements of id 1 and two bytes, and padding.
        (0..words).for_each(|_| header.extend([0x11, 5, 6, 0]));
    }
    header
}

fn rtcp(ssrc: u32, blocks: u8) -> Vec<u8> {
    let mut packet = vec![0x80, 201, 0, 1 + blocks];
    packet.extend(ssrc.to_be_bytes());
    packet.extend(std::iter::repeat_n(0xcc, 4 * usize::from(blocks)));
    packet
}

#[test]
fn rtp_that_we_seal_opens_elsewhere() {
    for profile in PROFILES {
        let mut both = both(profile);
        let payload = [0x5a; 1100];
        for (at, (csrcs, extension)) in
            [(0, None), (3, None), (0, Some(0)), (2, Some(3)), (15, Some(1))].into_iter().enumerate()
        {
            let header = header(77, 500 + at as u16, csrcs, extension);
            let mut arena = vec![1, 2, 3];
            let len = both.ours.seal_rtp(&header, &payload[..at * 250], &mut arena).unwrap();
            assert_eq!((&arena[..3], arena.len()), (&[1, 2, 3][..], 3 + len));
            let opened = both.client_opens.decrypt_rtp(&arena[3..]).unwrap();
            assert_eq!(opened, [header.as_slice(), &payload[..at * 250]].concat(), "{profile:?} {csrcs} {extension:?}");
        }
    }
}

#[test]
fn rtp_sealed_elsewhere_opens_here() {
    for profile in PROFILES {
        let mut both = both(profile);
        for (at, (csrcs, extension)) in [(0, None), (3, None), (2, Some(3)), (15, Some(1))].into_iter().enumerate() {
            let plain = [header(77, 500 + at as u16, csrcs, extension), vec![9; 100 * at]].concat();
            let mut sealed = both.client_seals.encrypt_rtp(&plain).unwrap();
            let len = both.ours.open_rtp(&mut sealed).unwrap();
            assert_eq!(sealed[..len], plain, "{profile:?} {csrcs} {extension:?}");
        }
    }
}

#[test]
fn the_sequence_wraps_in_step_with_others() {
    for profile in PROFILES {
        let mut both = both(profile);
        let mut arena = Vec::new();
        // Three rollovers, with gaps and neighbours in wrong order.
        let mut sequences: Vec<u16> = (0..4000_u64).map(|n| (65_000 + n * 50) as u16).collect();
        sequences.chunks_exact_mut(4).for_each(|four| four.swap(1, 2));
        for sequence in sequences {
            arena.clear();
            let packet = header(1, sequence, 0, None);
            both.ours.seal_rtp(&packet, b"x", &mut arena).unwrap();
            assert_eq!(both.client_opens.decrypt_rtp(&arena).unwrap()[..12], packet, "{profile:?} {sequence}");
            let plain = [packet, vec![7]].concat();
            let mut sealed = both.client_seals.encrypt_rtp(&plain).unwrap();
            assert_eq!(both.ours.open_rtp(&mut sealed), Ok(plain.len()), "{profile:?} {sequence}");
        }
    }
}

#[test]
fn rtcp_opens_both_ways() {
    for profile in PROFILES {
        let mut both = both(profile);
        for blocks in [0, 1, 7, 100] {
            let plain = rtcp(5, blocks);
            let mut arena = Vec::new();
            both.ours.seal_rtcp(&plain, &mut arena).unwrap();
            assert_eq!(both.client_opens.decrypt_rtcp(&arena).unwrap(), plain, "{profile:?} {blocks}");
            let mut sealed = both.client_seals.encrypt_rtcp(&plain).unwrap();
            let len = both.ours.open_rtcp(&mut sealed).unwrap();
            assert_eq!(sealed[..len], plain, "{profile:?} {blocks}");
        }
    }
}

#[test]
fn a_packet_opens_once() {
    for profile in PROFILES {
        let mut both = both(profile);
        let sealed = both.client_seals.encrypt_rtp(&header(1, 9, 0, None)).unwrap();
        assert!(both.ours.open_rtp(&mut sealed.clone()).is_ok());
        assert_eq!(both.ours.open_rtp(&mut sealed.clone()), Err(DropReason::SrtpReplayed));
        let sealed = both.client_seals.encrypt_rtcp(&rtcp(1, 0)).unwrap();
        assert!(both.ours.open_rtcp(&mut sealed.clone()).is_ok());
        assert_eq!(both.ours.open_rtcp(&mut sealed.clone()), Err(DropReason::SrtpReplayed));
    }
}

#[test]
fn every_spoilt_byte_is_noticed() {
    for profile in PROFILES {
        let mut both = both(profile);
        let rtp = both.client_seals.encrypt_rtp(&[header(1, 9, 1, Some(1)), vec![1; 20]].concat()).unwrap();
        let rtcp = both.client_seals.encrypt_rtcp(&rtcp(1, 2)).unwrap();
        for bit in 0..8 {
            for at in 0..rtp.len() {
                let mut spoilt = rtp.clone();
                spoilt[at] ^= 1 << bit;
                assert!(both.ours.open_rtp(&mut spoilt).is_err(), "{profile:?} rtp byte {at}");
            }
            for at in 0..rtcp.len() {
                let mut spoilt = rtcp.clone();
                spoilt[at] ^= 1 << bit;
                assert!(both.ours.open_rtcp(&mut spoilt).is_err(), "{profile:?} rtcp byte {at}");
            }
        }
        assert!(both.ours.open_rtp(&mut rtp.clone()).is_ok());
        assert!(both.ours.open_rtcp(&mut rtcp.clone()).is_ok());
    }
}

#[test]
fn a_packet_cut_anywhere_is_refused() {
    for profile in PROFILES {
        let mut both = both(profile);
        let rtp = both.client_seals.encrypt_rtp(&[header(1, 9, 2, Some(2)), vec![1; 20]].concat()).unwrap();
        let rtcp = both.client_seals.encrypt_rtcp(&rtcp(1, 2)).unwrap();
        for len in 0..rtp.len() {
            assert!(both.ours.open_rtp(&mut rtp.to_vec()[..len]).is_err());
        }
        for len in 0..rtcp.len() {
            assert!(both.ours.open_rtcp(&mut rtcp.to_vec()[..len]).is_err());
        }
    }
}

#[test]
fn an_index_is_never_sealed_for_two_texts() {
    for profile in PROFILES {
        let mut ours = both(profile).ours;
        let mut arena = Vec::new();
        ours.seal_rtp(&header(1, 9, 0, None), b"one", &mut arena).unwrap();
        let before = arena.clone();
        assert_eq!(ours.seal_rtp(&header(1, 9, 0, None), b"two", &mut arena), Err(DropReason::SealReused));
        assert_eq!(ours.seal_rtp(&header(1, 9, 0, Some(0)), b"one", &mut arena), Err(DropReason::SealReused));
        assert_eq!(arena, before);
        assert!(ours.seal_rtp(&header(2, 9, 0, None), b"two", &mut arena).is_ok(), "another SSRC is another nonce");
    }
}

#[test]
fn the_same_text_may_be_sealed_again_for_a_while() {
    for profile in PROFILES {
        let mut ours = both(profile).ours;
        let mut seal = |sequence: u16, text: &[u8]| {
            let mut arena = Vec::new();
            ours.seal_rtp(&header(1, sequence, 0, None), text, &mut arena).map(|_| arena)
        };
        let first = seal(9, b"one").unwrap();
        let second = seal(10, b"two").unwrap();
        (11..=72).for_each(|sequence| drop(seal(sequence, b"more").unwrap()));
        assert_eq!(seal(9, b"one").unwrap(), first, "as old as what is kept at first");
        assert_eq!(seal(9, b"eno"), Err(DropReason::SealReused));
        seal(73, b"more").unwrap();
        assert_eq!(seal(9, b"one"), Err(DropReason::SealReused), "too old, but from now on more is kept");
        assert_eq!(seal(10, b"two").unwrap(), second, "what was kept is still known");
        (74..=265).for_each(|sequence| drop(seal(sequence, b"more").unwrap()));
        assert_eq!(seal(10, b"two").unwrap(), second);
        assert_eq!(seal(9, b"one"), Err(DropReason::SealReused), "nothing says what it was");
        seal(266, b"more").unwrap();
        assert_eq!(seal(10, b"two"), Err(DropReason::SealReused));
    }
}

#[test]
fn rtcp_of_any_ssrc_gets_an_index_of_its_own() {
    let mut both = both(Profile::AeadAes128Gcm);
    for ssrc in [1, 2, 1, 3, 2] {
        let mut arena = Vec::new();
        both.ours.seal_rtcp(&rtcp(ssrc, 0), &mut arena).unwrap();
        assert!(both.client_opens.decrypt_rtcp(&arena).is_ok());
    }
}

#[test]
fn forged_ssrcs_take_no_memory_and_real_ones_are_limited() {
    for profile in PROFILES {
        let mut both = both(profile);
        for ssrc in 0..10_000 {
            let mut forged = [header(ssrc, 1, 0, None), vec![0; 40]].concat();
            assert_eq!(both.ours.open_rtp(&mut forged), Err(DropReason::SrtpForged));
        }
        assert_eq!(both.ours.known_remote_ssrcs(), 0);
        let refused = (0..100_u32).filter(|ssrc| {
            let mut sealed = both.client_seals.encrypt_rtp(&header(*ssrc, 1, 0, None)).unwrap();
            both.ours.open_rtp(&mut sealed) == Err(DropReason::SrtpTooManySsrcs)
        });
        assert_eq!(refused.count(), 100 - MAX_REMOTE_SSRCS);
    }
}

#[test]
fn headers_that_lie_about_their_length_are_refused() {
    let mut ours = both(Profile::AeadAes128Gcm).ours;
    let mut lies = vec![vec![], vec![0x80], vec![0x00; 40], vec![0x8f; 40]];
    let mut long = header(1, 1, 0, Some(1));
    long[15] = 200;
    lies.push([long, vec![0; 40]].concat());
    for lie in lies {
        assert_eq!(ours.open_rtp(&mut lie.clone()), Err(DropReason::RtpMalformed));
    }
    assert_eq!(ours.seal_rtp(&header(1, 1, 0, None)[..11], &[], &mut Vec::new()), Err(DropReason::RtpMalformed));
}
