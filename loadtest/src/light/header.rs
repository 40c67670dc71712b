//! The header of an RTP packet (RFC 3550 §5.1), as far as a receiver that counts needs it.

pub(super) struct Header {
    pub(super) len: usize,
    pub(super) padded: bool,
    pub(super) payload_type: u8,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) ssrc: u32,
    pub(super) transport_cc: Option<u16>,
}

impl Header {
    /// RFC 3550 §5.1, with the one-byte extensions of RFC 8285 §4.2.
    pub(super) fn parse(packet: &[u8], transport_cc_id: Option<u8>) -> Option<Self> {
        let fixed = packet.first_chunk::<12>()?;
        let mut len = 12 + 4 * usize::from(fixed[0] & 0x0f);
        let mut transport_cc = None;
        if fixed[0] & 0x10 != 0 {
            let [p0, p1, w0, w1] = *packet.get(len..)?.first_chunk::<4>()?;
            let words = 4 * usize::from(u16::from_be_bytes([w0, w1]));
            let extensions = packet.get(len + 4..len + 4 + words)?;
            if let Some(id) = transport_cc_id.filter(|_| [p0, p1] == [0xbe, 0xde]) {
                transport_cc =
                    one_byte_extension(extensions, id).and_then(|value| value.try_into().ok()).map(u16::from_be_bytes);
            }
            len += 4 + words;
        }
        (packet.len() > len).then_some(Self {
            len,
            padded: fixed[0] & 0x20 != 0,
            payload_type: fixed[1] & 0x7f,
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
            transport_cc,
        })
    }
}

fn one_byte_extension(mut block: &[u8], wanted: u8) -> Option<&[u8]> {
    while let Some((first, rest)) = block.split_first() {
        if *first == 0 {
            block = rest;
            continue;
        }
        let (id, len) = (first >> 4, usize::from(first & 0x0f) + 1);
        if id == 15 {
            return None;
        }
        let value = rest.get(..len)?;
        if id == wanted {
            return Some(value);
        }
        block = &rest[len..];
    }
    None
}
