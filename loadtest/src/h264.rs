//! H.264 in RTP: cutting NAL units into payloads and recognising key frames (RFC 6184, packetization-mode 1).

use bytes::{BufMut, Bytes, BytesMut};

/// Room for the RTP header, its extensions, the SRTP tag and the RTX number inside a 1 200-byte datagram.
pub(crate) const MAX_PAYLOAD: usize = 1_120;

pub(crate) const TYPE_SLICE: u8 = 1;
pub(crate) const TYPE_IDR: u8 = 5;
pub(crate) const TYPE_SPS: u8 = 7;
pub(crate) const TYPE_PPS: u8 = 8;
const TYPE_STAP_A: u8 = 24;
const TYPE_FU_A: u8 = 28;
pub(crate) const TYPE_MASK: u8 = 0x1f;
const NRI_MASK: u8 = 0x60;
const FU_START: u8 = 0x80;
const FU_END: u8 = 0x40;

/// Payloads for the NAL units of one picture, in order. Parameter sets that stand together travel in one STAP-A.
pub(crate) fn packetize<'a>(nals: impl IntoIterator<Item = &'a [u8]>) -> Vec<Bytes> {
    let mut payloads = Vec::new();
    let mut parameter_sets: Vec<&[u8]> = Vec::new();
    for nal in nals.into_iter().filter(|nal| !nal.is_empty()) {
        if matches!(nal[0] & TYPE_MASK, TYPE_SPS | TYPE_PPS) {
            parameter_sets.push(nal);
            continue;
        }
        flush_parameter_sets(&mut parameter_sets, &mut payloads);
        if nal.len() <= MAX_PAYLOAD {
            payloads.push(Bytes::copy_from_slice(nal));
        } else {
            fragment(nal, &mut payloads);
        }
    }
    flush_parameter_sets(&mut parameter_sets, &mut payloads);
    payloads
}

fn flush_parameter_sets(sets: &mut Vec<&[u8]>, payloads: &mut Vec<Bytes>) {
    if let [only] = sets.as_slice() {
        payloads.push(Bytes::copy_from_slice(only));
    } else if !sets.is_empty() {
        payloads.push(stap_a(sets));
    }
    sets.clear();
}

fn stap_a(nals: &[&[u8]]) -> Bytes {
    let nri = nals.iter().map(|nal| nal[0] & NRI_MASK).max().unwrap_or(0);
    let mut payload = BytesMut::with_capacity(1 + nals.iter().map(|nal| nal.len() + 2).sum::<usize>());
    payload.put_u8(nri | TYPE_STAP_A);
    for nal in nals {
        payload.put_u16(nal.len() as u16);
        payload.put_slice(nal);
    }
    payload.freeze()
}

fn fragment(nal: &[u8], payloads: &mut Vec<Bytes>) {
    let body = &nal[1..];
    let pieces = body.len().div_ceil(MAX_PAYLOAD - 2);
    let piece_len = body.len().div_ceil(pieces);
    for (index, piece) in body.chunks(piece_len).enumerate() {
        payloads.push(fu_a(nal[0], index == 0, (index + 1) * piece_len >= body.len(), piece));
    }
}

pub(crate) fn fu_a(nal_header: u8, start: bool, end: bool, piece: &[u8]) -> Bytes {
    let mut payload = BytesMut::with_capacity(2 + piece.len());
    payload.put_u8(nal_header & NRI_MASK | TYPE_FU_A);
    payload.put_u8(nal_header & TYPE_MASK | if start { FU_START } else { 0 } | if end { FU_END } else { 0 });
    payload.put_slice(piece);
    payload.freeze()
}

/// NAL units of an Annex B byte stream, without start codes.
pub(crate) fn nal_units(stream: &[u8]) -> Vec<&[u8]> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at + 3 <= stream.len() {
        if stream[at..at + 3] == [0, 0, 1] {
            starts.push((at, at + 3));
            at += 3;
        } else {
            at += 1;
        }
    }
    let ends = starts.iter().skip(1).map(|(code, _)| *code).chain([stream.len()]);
    let trim = |nal: &'_ [u8]| nal.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    starts.iter().zip(ends).map(|((_, from), to)| &stream[*from..*from + trim(&stream[*from..to])]).collect()
}

/// Does this payload begin a key frame: a sequence parameter set, or the first piece of an IDR picture?
pub(crate) fn starts_key_frame(payload: &[u8]) -> bool {
    let Some(first) = payload.first() else { return false };
    match first & TYPE_MASK {
        TYPE_IDR | TYPE_SPS => true,
        TYPE_STAP_A => payload.get(3).is_some_and(|nal| matches!(nal & TYPE_MASK, TYPE_SPS | TYPE_IDR)),
        TYPE_FU_A => payload.get(1).is_some_and(|fu| fu & FU_START != 0 && fu & TYPE_MASK == TYPE_IDR),
        _ => false,
    }
}

/// NAL header bytes of synthetic pictures; reference pictures, as an encoder of camera video marks all of them.
pub(crate) const IDR_HEADER: u8 = NRI_MASK | TYPE_IDR;
pub(crate) const SLICE_HEADER: u8 = 0x40 | TYPE_SLICE;

#[cfg(test)]
mod tests {
    use super::*;

    /// A receiver of RFC 6184 in a few lines: the model that the packetizer must satisfy.
    fn depacketize(payloads: &[Bytes]) -> Vec<Vec<u8>> {
        let mut nals: Vec<Vec<u8>> = Vec::new();
        for payload in payloads {
            match payload[0] & TYPE_MASK {
                TYPE_STAP_A => {
                    let mut rest = &payload[1..];
                    while !rest.is_empty() {
                        let len = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
                        nals.push(rest[2..2 + len].to_vec());
                        rest = &rest[2 + len..];
                    }
                }
                TYPE_FU_A => {
                    if payload[1] & FU_START != 0 {
                        nals.push(vec![payload[0] & NRI_MASK | payload[1] & TYPE_MASK]);
                    }
                    nals.last_mut().unwrap().extend(&payload[2..]);
                }
                _ => nals.push(payload.to_vec()),
            }
        }
        nals
    }

    fn nal(header: u8, len: usize) -> Vec<u8> {
        std::iter::once(header).chain((1..len).map(|i| (i * 7) as u8 | 1)).collect()
    }

    #[test]
    fn what_is_cut_can_be_put_together_at_every_size() {
        for len in [2, 100, MAX_PAYLOAD - 1, MAX_PAYLOAD, MAX_PAYLOAD + 1, 2 * MAX_PAYLOAD, 40_000] {
            let nals = [nal(0x67, 12), nal(0x68, 4), nal(0x65, len), nal(0x41, len)];
            let payloads = packetize(nals.iter().map(Vec::as_slice));
            assert!(payloads.iter().all(|p| p.len() <= MAX_PAYLOAD));
            assert_eq!(depacketize(&payloads), nals);
            assert!(starts_key_frame(&payloads[0]));
            for fu in payloads.iter().filter(|p| p[0] & TYPE_MASK == TYPE_FU_A) {
                assert_ne!(fu[1] & (FU_START | FU_END), FU_START | FU_END, "RFC 6184 §5.8 forbids a lone fragment");
            }
        }
    }

    #[test]
    fn only_the_beginning_of_a_key_frame_is_one() {
        let idr = packetize([nal(0x65, 3_000).as_slice()]);
        assert_eq!(idr.iter().map(|p| starts_key_frame(p)).collect::<Vec<_>>(), [true, false, false]);
        assert!(!starts_key_frame(&nal(0x41, 50)));
        assert!(!starts_key_frame(&[]));
        assert!(!starts_key_frame(&[TYPE_STAP_A]));
    }

    #[test]
    fn start_codes_of_both_lengths_separate_units() {
        let stream = [0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 9, 8];
        assert_eq!(nal_units(&stream), [&[0x67, 1, 2][..], &[0x68, 3], &[0x65, 9, 8]]);
        assert!(nal_units(&[1, 2, 3]).is_empty());
    }
}
