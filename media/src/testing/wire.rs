//! Reading RTCP packets and their numbers.

/// The packets of a compound, each with its header.
pub(crate) fn packets(compound: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = compound;
    std::iter::from_fn(move || {
        let len = 4 + 4 * usize::from(be16(rest.get(..4)?, 2));
        let (packet, later) = rest.split_at_checked(len)?;
        rest = later;
        Some(packet)
    })
}

pub(super) fn lost_numbers(nack: &[u8]) -> impl Iterator<Item = u16> {
    nack[12..].chunks_exact(4).flat_map(|entry| {
        let (first, bits) = (be16(entry, 0), be16(entry, 2));
        let others = (0..16_u16).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| first.wrapping_add(bit + 1));
        std::iter::once(first).chain(others)
    })
}

pub(super) fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
