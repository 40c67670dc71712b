//! Just enough of the DTLS 1.2 record and handshake framing to look before rtc-dtls does (RFC 6347 §4.1, §4.2.2).

pub(crate) const HEADER: usize = 13;
const HANDSHAKE_HEADER: usize = 12;

pub(crate) const ALERT: u8 = 21;
pub(crate) const HANDSHAKE: u8 = 22;

pub(crate) const CLIENT_HELLO: u8 = 1;
pub(crate) const SERVER_HELLO: u8 = 2;

/// One record of a datagram.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) content_type: u8,
    pub(crate) epoch: u16,
    /// With the header.
    pub(crate) raw: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl<'a> Record<'a> {
    /// The fragment of a plaintext handshake record.
    pub(crate) fn fragment(&self) -> Option<Fragment<'a>> {
        if self.content_type != HANDSHAKE || self.epoch != 0 {
            return None;
        }
        let header = self.body.get(..HANDSHAKE_HEADER)?;
        let be24 =
            |at: usize| usize::from(header[at]) << 16 | usize::from(header[at + 1]) << 8 | usize::from(header[at + 2]);
        let (total, offset, len) = (be24(1), be24(6), be24(9));
        let data = self.body.get(HANDSHAKE_HEADER..HANDSHAKE_HEADER + len)?;
        let sequence = u16::from_be_bytes([header[4], header[5]]);
        (offset + len <= total).then_some(Fragment { message: header[0], sequence, total, offset, data })
    }

    pub(crate) fn is_plain_handshake(&self, message: u8) -> bool {
        self.fragment().is_some_and(|fragment| fragment.message == message)
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Fragment<'a> {
    pub(crate) message: u8,
    pub(crate) sequence: u16,
    pub(crate) total: usize,
    pub(crate) offset: usize,
    pub(crate) data: &'a [u8],
}

/// The well-formed records of a datagram; the rest of it ends at the first that is not (RFC 6347 §4.1.2.7: dropped
/// silently).
pub(crate) fn records(datagram: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut rest = datagram;
    std::iter::from_fn(move || {
        let header = rest.get(..HEADER)?;
        let len = usize::from(u16::from_be_bytes([header[11], header[12]]));
        let known = (20..=23).contains(&header[0]) && header[1] == 0xfe;
        let raw = rest.get(..HEADER + len).filter(|_| known)?;
        rest = &rest[HEADER + len..];
        let epoch = u16::from_be_bytes([header[3], header[4]]);
        Some(Record { content_type: header[0], epoch, raw, body: &raw[HEADER..] })
    })
}

/// One plaintext handshake record that carries a whole message, with the framing of `like`.
pub(crate) fn whole_message(like: &Record<'_>, fragment: &Fragment<'_>, body: &[u8]) -> Vec<u8> {
    let total = &(body.len() as u32).to_be_bytes()[1..];
    let mut out = Vec::with_capacity(HEADER + HANDSHAKE_HEADER + body.len());
    out.extend_from_slice(&like.raw[..HEADER - 2]);
    out.extend_from_slice(&((HANDSHAKE_HEADER + body.len()) as u16).to_be_bytes());
    out.push(fragment.message);
    out.extend_from_slice(total);
    out.extend_from_slice(&fragment.sequence.to_be_bytes());
    out.extend_from_slice(&[0, 0, 0]);
    out.extend_from_slice(total);
    out.extend_from_slice(body);
    out
}
