//! The worked examples of the RFCs, so that the ciphers are held against more than one other implementation.

use super::*;
use rtc_srtp::crypto::{RTCCryptoProvider, default_provider};
use std::sync::Arc;

/// RFC 7714 §16 and §17 use one key and the salt "Quid pro quo" for everything.
const KEY: [u8; KEY_LEN] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const SALT: [u8; 12] = *b"Quid pro quo";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks_exact(2).map(byte).collect()
}

fn provider() -> Arc<dyn RTCCryptoProvider> {
    default_provider().unwrap()
}

fn gcm() -> Suite {
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &KEY).unwrap());
    Suite::Gcm { key: Box::new(key), salt: SALT }
}

/// Seals what is behind `clear`, compares, and opens again.
fn goes_both_ways(mut suite: Suite, plain: &[u8], sealed: &[u8], clear: usize, name: (u32, u64), trailer: Trailer) {
    let mut out = plain.to_vec();
    suite.seal(&mut out, Cut { start: 0, clear }, name, trailer).unwrap();
    assert_eq!(out, sealed);
    assert_eq!(suite.open(&mut out, clear, name, trailer), Ok(plain.len()));
    assert_eq!(out[..plain.len()], *plain);
}

#[test]
fn keys_are_derived_as_rfc_3711_b_3_has_it() {
    let provider = provider();
    let (key, salt) = (hex("E1F97A0D3E018BE0D64FA32C06DE4139"), hex("0EC675AD498AFEEBB6960B3AABE6"));
    let cipher = derive::<16>(provider.crypto(), &key, &salt, 0).unwrap();
    assert_eq!(cipher[..], hex("C61E7A93744F39EE10734AFE3FF7A087"));
    let auth = derive::<94>(provider.crypto(), &key, &salt, 1).unwrap();
    let expected = "CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE
                    E049646C43D9327AD175578EF7227098 6371C10C9A369AC2F94A8C5FBCDDDC25
                    6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2";
    assert_eq!(auth[..], hex(expected));
    let salt = derive::<14>(provider.crypto(), &key, &salt, 2).unwrap();
    assert_eq!(salt[..], hex("30CBBC08863D8C85D49DB34A9AE1"));
}

#[test]
fn counter_mode_gives_the_keystream_of_rfc_3711_b_2() {
    let provider = provider();
    let key = hex("2B7E151628AED2A6ABF7158809CF4F3C");
    let stream = provider.crypto().new_stream_cipher(StreamCipherAlgorithm::Aes128Ctr, &key).unwrap();
    let mac = provider.crypto().new_hmac(HmacAlgorithm::Sha1, &[0; SHA1_LEN]).unwrap();
    let salt = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD").try_into().unwrap();
    let mut suite = Suite::Cm { stream, mac, salt };
    let mut out = vec![0; 0xff02 * BLOCK];
    suite.seal(&mut out, Cut { start: 0, clear: 0 }, (0, 0), Trailer::Rollover([0; 4])).unwrap();
    let first = "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0";
    assert_eq!(out[..48], hex(first));
    let last = "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44";
    assert_eq!(out[0xfeff * BLOCK..0xff02 * BLOCK], hex(last));
}

#[test]
fn rtp_is_sealed_as_rfc_7714_16_1_has_it() {
    let header = "8040f17b 8041f8d3 5501a0b2";
    let text = "47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573";
    let body = "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833";
    let tag = "899d7f27 beb16a91 52cf765e e4390cce";
    let plain = hex(&[header, text].concat());
    let sealed = hex(&[header, body, tag].concat());
    goes_both_ways(gcm(), &plain, &sealed, 12, (0x5501_a0b2, 0xf17b), Trailer::Rollover([0; 4]));
}

#[test]
fn rtcp_is_sealed_as_rfc_7714_17_1_has_it() {
    let head = "81c8000d 4d617273";
    let text = "4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef";
    let body = "63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b";
    let (tag, word) = ("c84aa458 96cf4d2f c5abf872 45d9eade", "800005d4");
    let plain = hex(&[head, text].concat());
    let sealed = hex(&[head, body, tag, word].concat());
    let trailer = Trailer::Word([0x80, 0, 5, 0xd4]);
    goes_both_ways(gcm(), &plain, &sealed, 8, (0x4d61_7273, 0x5d4), trailer);
}
