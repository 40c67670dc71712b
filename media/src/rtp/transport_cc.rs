//! Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): which packets arrived, and when.

use super::header::read_u32;

/// Statuses in one packet that we write; about 100 ms at 2000 packets a second.
const MOST_STATUSES: usize = 256;
/// A feedback packet that speaks of more packets than this is refused.
const MOST_READ: u16 = 4096;
/// Deltas count quarters of a millisecond, the reference time counts 64 ms.
const TICK: i64 = 250;
const REFERENCE: i64 = 64_000;

/// Appends one feedback packet about the packets from `base` on and returns how many it covers.
///
/// `arrival(i)` is the arrival in µs of packet `base + i`, `None` if missing; `total` is how many there are to tell.
/// Fewer are covered when deltas get too large, so call again for the rest. Nothing is written unless something arrived.
pub fn write(into: &mut Vec<u8>, about: &About, total: usize, arrival: impl Fn(usize) -> Option<i64>) -> usize {
    let total = total.min(MOST_STATUSES);
    let Some(first) = (0..total).find_map(&arrival) else { return total };
    let reference = first.div_euclid(REFERENCE);
    let mut symbols = [0u8; MOST_STATUSES];
    let mut covered = 0;
    let mut clock = reference * REFERENCE;
    for (i, symbol) in symbols[..total].iter_mut().enumerate() {
        if let Some(at) = arrival(i) {
            let delta = (at - clock).div_euclid(TICK);
            let Ok(small) = i16::try_from(delta) else { break };
            *symbol = if (0..=255).contains(&small) { 1 } else { 2 };
            clock += delta * TICK;
        }
        covered = i + 1;
    }
    let begin = into.len();
    into.extend_from_slice(&[0x8f, 205, 0, 0]);
    into.extend_from_slice(&about.sender.to_be_bytes());
    into.extend_from_slice(&about.media.to_be_bytes());
    into.extend_from_slice(&about.base.to_be_bytes());
    into.extend_from_slice(&(covered as u16).to_be_bytes());
    into.extend_from_slice(&(reference as u32).to_be_bytes()[1..]);
    into.push(about.count);
    write_chunks(into, &symbols[..covered]);
    let mut clock = reference * REFERENCE;
    for (i, symbol) in symbols[..covered].iter().enumerate() {
        let Some(at) = arrival(i).filter(|_| *symbol != 0) else { continue };
        let delta = (at - clock).div_euclid(TICK);
        clock += delta * TICK;
        if *symbol == 1 {
            into.push(delta as u8);
        } else {
            into.extend_from_slice(&(delta as i16).to_be_bytes());
        }
    }
    finish(into, begin);
    covered
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    pub sender: u32,
    pub media: u32,
    pub base: u16,
    /// Feedback packets sent so far, modulo 256.
    pub count: u8,
}

fn finish(into: &mut Vec<u8>, begin: usize) {
    let padding = (4 - (into.len() - begin) % 4) % 4;
    if padding > 0 {
        into.resize(into.len() + padding - 1, 0);
        into.push(padding as u8);
        into[begin] |= 0x20;
    }
    let words = ((into.len() - begin) / 4 - 1) as u16;
    into[begin + 2..begin + 4].copy_from_slice(&words.to_be_bytes());
}

fn write_chunks(into: &mut Vec<u8>, mut symbols: &[u8]) {
    while let Some(&first) = symbols.first() {
        let run = symbols.iter().take_while(|&&s| s == first).count();
        let (chunk, used) = if run >= 14 || run == symbols.len() {
            ((u16::from(first) << 13) | run as u16, run)
        } else if symbols.iter().take(14).all(|&s| s < 2) {
            (pack(symbols, 14, 1, 0x8000), 14)
        } else {
            (pack(symbols, 7, 2, 0xc000), 7)
        };
        into.extend_from_slice(&chunk.to_be_bytes());
        symbols = &symbols[used.min(symbols.len())..];
    }
}

fn pack(symbols: &[u8], many: usize, bits: usize, kind: u16) -> u16 {
    symbols.iter().take(many).enumerate().fold(kind, |chunk, (i, &s)| chunk | u16::from(s) << (14 - bits * (i + 1)))
}

/// The moment that arrivals are counted from: 24 bits of 64 ms each.
#[must_use]
pub fn reference(body: &[u8]) -> Option<u32> {
    Some(read_u32(body.get(4..8)?, 0) >> 8)
}

/// Calls `status(sequence, arrived)` for every packet that the feedback speaks of; `arrived` is in µs since
/// [`reference`], `None` for a missing packet. `None` when its lengths lie; statuses told before the lie was found stand.
pub fn read(body: &[u8], mut status: impl FnMut(u16, Option<i64>)) -> Option<()> {
    if body.len() < 8 {
        return None;
    }
    let base = (read_u32(body, 0) >> 16) as u16;
    let count = read_u32(body, 0) as u16;
    if count > MOST_READ {
        return None;
    }
    let (chunks, mut deltas) = split_chunks(&body[8..], count)?;
    let (mut told, mut clock) = (0u16, 0i64);
    for chunk in chunks.chunks_exact(2) {
        let chunk = u16::from_be_bytes([chunk[0], chunk[1]]);
        for i in 0..statuses(chunk).min(count - told) {
            let symbol = match chunk >> 14 {
                0 | 1 => (chunk >> 13) & 3,
                2 => (chunk >> (13 - i)) & 1,
                _ => (chunk >> (12 - 2 * i)) & 3,
            };
            let delta = match (symbol, deltas) {
                (1, [small, rest @ ..]) => {
                    deltas = rest;
                    Some(i64::from(*small))
                }
                (2, [high, low, rest @ ..]) => {
                    deltas = rest;
                    Some(i64::from(i16::from_be_bytes([*high, *low])))
                }
                (1 | 2, _) => return None,
                _ => None,
            };
            clock += delta.unwrap_or(0) * TICK;
            status(base.wrapping_add(told + i), delta.map(|_| clock));
        }
        told += statuses(chunk).min(count - told);
    }
    Some(())
}

/// Status chunks that speak of `count` packets, and what follows them.
fn split_chunks(body: &[u8], count: u16) -> Option<(&[u8], &[u8])> {
    let (mut at, mut told) = (0, 0);
    while told < count {
        let chunk = u16::from_be_bytes([*body.get(at)?, *body.get(at + 1)?]);
        told += statuses(chunk).min(count - told);
        at += 2;
    }
    Some(body.split_at(at))
}

/// How many packets a chunk speaks of, counted or not.
fn statuses(chunk: u16) -> u16 {
    match chunk >> 14 {
        0 | 1 => chunk & 0x1fff,
        2 => 14,
        _ => 7,
    }
}
