//! The size of an H.264 picture, from its sequence parameter set (ITU-T H.264 §7.3.2.1.1).

/// Profiles whose parameter sets tell of colours and scaling lists.
const HIGH: [u8; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// Width and height in pixels; none where the set lies or is cut off.
pub(crate) fn size_of(sps: &[u8]) -> Option<(u16, u16)> {
    let plain = without_emulation(sps.get(1..)?);
    let (&profile, rest) = plain.split_first()?;
    let mut bits = Bits { bytes: rest.get(2..)?, at: 0 };
    bits.number()?;
    let mut chroma = 1;
    if HIGH.contains(&profile) {
        chroma = bits.number()?;
        let separate = chroma == 3 && bits.bit()?;
        bits.number()?;
        bits.number()?;
        bits.bit()?;
        if bits.bit()? {
            for list in 0..if chroma == 3 { 12 } else { 8 } {
                if bits.bit()? {
                    bits.skip_scaling_list(if list < 6 { 16 } else { 64 })?;
                }
            }
        }
        if separate {
            chroma = 0;
        }
    }
    bits.number()?;
    match bits.number()? {
        0 => drop(bits.number()?),
        1 => {
            bits.bit()?;
            bits.number()?;
            bits.number()?;
            for _ in 0..bits.number()?.min(255) {
                bits.number()?;
            }
        }
        _ => {}
    }
    bits.number()?;
    bits.bit()?;
    let (wide, high) = (bits.number()?.checked_add(1)?, bits.number()?.checked_add(1)?);
    let frames = bits.bit()?;
    if !frames {
        bits.bit()?;
    }
    bits.bit()?;
    let fields = if frames { 1 } else { 2 };
    let (mut width, mut height) = (wide.checked_mul(16)?, high.checked_mul(16 * fields)?);
    if bits.bit()? {
        let (across, down) = match chroma {
            1 => (2, 2 * fields),
            2 => (2, fields),
            _ => (1, fields),
        };
        let (left, right, top, bottom) = (bits.number()?, bits.number()?, bits.number()?, bits.number()?);
        width = width.checked_sub(left.checked_add(right)?.checked_mul(across)?)?;
        height = height.checked_sub(top.checked_add(bottom)?.checked_mul(down)?)?;
    }
    Some((u16::try_from(width).ok()?, u16::try_from(height).ok()?))
}

/// §7.4.1.1: a 3 after two zeros stands there only so that no start code does.
fn without_emulation(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut zeros = 0;
    for &byte in bytes {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        plain.push(byte);
    }
    plain
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// ue(v), §9.1.
    fn number(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.bit()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let mut value = 1_u64;
        for _ in 0..zeros {
            value = value << 1 | u64::from(self.bit()?);
        }
        u32::try_from(value - 1).ok()
    }

    fn skip_scaling_list(&mut self, size: usize) -> Option<()> {
        let (mut last, mut next) = (8_i64, 8_i64);
        for _ in 0..size {
            if next != 0 {
                let coded = i64::from(self.number()?);
                let delta = if coded % 2 == 1 { (coded + 1) / 2 } else { -(coded / 2) };
                next = (last + delta + 256) % 256;
            }
            last = if next == 0 { last } else { next };
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASELINE: [u8; 25] = [
        0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0x50, 0x05, 0xbb, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00,
        0x03, 0x03, 0x20, 0xf1, 0x83, 0x24, 0x80,
    ];

    #[test]
    fn sizes_are_read_with_their_cropping() {
        // Both of x264: constrained baseline, and High with 1088 lines less 8.
        let baseline = BASELINE;
        let high = [
            0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04,
            0x00, 0x00, 0x03, 0x00, 0xc8, 0x3c, 0x60, 0xc6, 0x58,
        ];
        assert_eq!(size_of(&baseline), Some((1280, 720)));
        assert_eq!(size_of(&high), Some((1920, 1080)));
    }

    #[test]
    fn what_is_cut_off_has_no_size() {
        for length in 0..9 {
            assert_eq!(size_of(&BASELINE[..length]), None);
        }
        assert_eq!(size_of(&[0x67, 0x42, 0, 0x1f, 0, 0, 0, 0, 0, 0, 0, 0]), None);
    }
}
