//! Sequence numbers as RTP carries them (16 bits) and as we keep them (64 bits that never wrap).

/// The 64-bit number nearest to `near` whose low 16 bits are `sequence`. `near` must be at least 2^15.
#[must_use]
pub fn extend(near: u64, sequence: u16) -> u64 {
    let distance = sequence.wrapping_sub(near as u16) as i16;
    near.wrapping_add_signed(i64::from(distance))
}

/// Whether RTP timestamp `a` is later than `b`, the shorter way round the circle.
#[must_use]
pub fn later(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) > 0
}
