//! RTCP that we send, appended to a buffer that is kept between uses.

use super::ntp::NtpTime;
use super::rtcp::ReportBlock;

/// The sender part of a sender report (RFC 3550 §6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    pub ntp: NtpTime,
    pub rtp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// Words of `body` after the first one, as the length field wants them.
fn head(into: &mut Vec<u8>, count: u8, kind: u8, words: usize) {
    into.extend_from_slice(&[0x80 | count, kind]);
    into.extend_from_slice(&(words as u16).to_be_bytes());
}

fn word(into: &mut Vec<u8>, value: u32) {
    into.extend_from_slice(&value.to_be_bytes());
}

pub fn sender_report(into: &mut Vec<u8>, ssrc: u32, sender: &SenderInfo) {
    head(into, 0, 200, 6);
    word(into, ssrc);
    into.extend_from_slice(&sender.ntp.0.to_be_bytes());
    word(into, sender.rtp);
    word(into, sender.packets);
    word(into, sender.octets);
}

/// At most 31 blocks, as the count has five bits.
pub fn receiver_report(into: &mut Vec<u8>, ssrc: u32, blocks: &[ReportBlock]) {
    let blocks = &blocks[..blocks.len().min(31)];
    head(into, blocks.len() as u8, 201, 1 + 6 * blocks.len());
    word(into, ssrc);
    for block in blocks {
        word(into, block.ssrc);
        let lost = block.cumulative_lost.clamp(-0x80_0000, 0x7f_ffff) as u32 & 0xff_ffff;
        word(into, (u32::from(block.fraction_lost) << 24) | lost);
        word(into, block.highest_sequence);
        word(into, block.jitter);
        word(into, block.last_report);
        word(into, block.delay);
    }
}

/// One chunk with a canonical name (RFC 3550 §6.5.1). `name` is at most 255 bytes long.
pub fn description(into: &mut Vec<u8>, ssrc: u32, name: &[u8]) {
    let name = &name[..name.len().min(255)];
    // The item list ends with at least one zero byte, on a word boundary.
    let items = (2 + name.len() + 1).next_multiple_of(4);
    head(into, 1, 202, 1 + items / 4);
    word(into, ssrc);
    into.extend_from_slice(&[1, name.len() as u8]);
    into.extend_from_slice(name);
    into.resize(into.len() + items - 2 - name.len(), 0);
}

pub fn pli(into: &mut Vec<u8>, sender: u32, media: u32) {
    head(into, 1, 206, 2);
    word(into, sender);
    word(into, media);
}

/// A generic NACK (RFC 4585 §6.2.1) for rising sequence numbers; nothing is written for none.
pub fn nack(into: &mut Vec<u8>, sender: u32, media: u32, lost: impl Iterator<Item = u16>) {
    let begin = into.len();
    head(into, 1, 205, 2);
    word(into, sender);
    word(into, media);
    let mut pair: Option<(u16, u16)> = None;
    for sequence in lost {
        pair = Some(match pair {
            Some((first, mask)) if (1..=16).contains(&sequence.wrapping_sub(first)) => {
                (first, mask | 1 << (sequence.wrapping_sub(first) - 1))
            }
            other => {
                write_pair(into, other);
                (sequence, 0)
            }
        });
    }
    write_pair(into, pair);
    if pair.is_none() {
        into.truncate(begin);
        return;
    }
    let words = ((into.len() - begin) / 4 - 1) as u16;
    into[begin + 2..begin + 4].copy_from_slice(&words.to_be_bytes());
}

fn write_pair(into: &mut Vec<u8>, pair: Option<(u16, u16)>) {
    if let Some((first, mask)) = pair {
        into.extend_from_slice(&first.to_be_bytes());
        into.extend_from_slice(&mask.to_be_bytes());
    }
}
