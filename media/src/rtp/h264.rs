//! Where an H.264 key frame begins (RFC 6184).

const IDR: u8 = 5;
const SPS: u8 = 7;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;
const FU_B: u8 = 29;

/// Whether the packet holds a sequence parameter set or begins an IDR picture. Lengths that lie make it `false`.
#[must_use]
pub fn begins_keyframe(payload: &[u8]) -> bool {
    let key = |nal: u8| matches!(nal & 0x1f, IDR | SPS);
    let Some((&first, rest)) = payload.split_first() else { return false };
    match first & 0x1f {
        STAP_A => aggregated(rest, key),
        FU_A | FU_B => rest.first().is_some_and(|&fu| fu & 0x80 != 0 && key(fu)),
        _ => key(first),
    }
}

fn aggregated(mut rest: &[u8], key: impl Fn(u8) -> bool) -> bool {
    let mut found = false;
    while let [high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some((nal, next)) = tail.split_at_checked(length) else { return false };
        found |= nal.first().is_some_and(|&first| key(first));
        rest = next;
    }
    found
}
