//! The client's first flight, put together from datagrams and fragments before any DTLS state exists for it.
//!
//! rtc-dtls lets the client's order of SRTP profiles win, and browsers list SHA1 first. So the hello is read here, and
//! the association is built with the one profile that we want.

use super::record::{CLIENT_HELLO, Fragment, Record, whole_message};
use crate::transport::drops::DropReason;
use crate::transport::srtp::Profile;

/// A browser's hello with post-quantum key shares is 1.4 kB; twice that was seen with experiments on.
const MAX_HELLO: usize = 6 * 1024;
/// Pieces that may wait for the ones between them.
const MAX_PIECES: usize = 16;
const USE_SRTP: u16 = 14;
const GCM: u16 = 0x0007;
const SHA1_80: u16 = 0x0001;

/// A hello in the making; it keeps one, the newest.
#[derive(Debug, Default)]
pub(crate) struct HelloBuffer {
    body: Vec<u8>,
    /// What of `body` has come, as disjoint ranges.
    have: Vec<(usize, usize)>,
}

impl HelloBuffer {
    /// Adds a record. Gives the hello as one record when nothing is missing any more.
    pub(crate) fn push(&mut self, record: &Record<'_>) -> Result<Option<Hello>, DropReason> {
        let fragment = record.fragment().filter(|f| f.message == CLIENT_HELLO).ok_or(DropReason::DtlsMalformed)?;
        if fragment.total > MAX_HELLO || fragment.sequence != 0 {
            return Err(DropReason::DtlsTooMuch);
        }
        if fragment.total != self.body.len() {
            self.body = vec![0; fragment.total];
            self.have.clear();
        }
        self.add(&fragment)?;
        if self.have != [(0, fragment.total)] {
            return Ok(None);
        }
        let profiles = offered_profiles(&self.body).ok_or(DropReason::DtlsMalformed)?;
        Ok(Some(Hello { record: whole_message(record, &fragment, &self.body), profile: choose(&profiles) }))
    }

    fn add(&mut self, fragment: &Fragment<'_>) -> Result<(), DropReason> {
        let (mut start, mut end) = (fragment.offset, fragment.offset + fragment.data.len());
        self.body[start..end].copy_from_slice(fragment.data);
        // Swallow every range that touches the new one.
        self.have.retain(|&(from, to)| {
            let apart = to < start || from > end;
            if !apart {
                (start, end) = (start.min(from), end.max(to));
            }
            apart
        });
        if self.have.len() == MAX_PIECES {
            return Err(DropReason::DtlsTooMuch);
        }
        self.have.push((start, end));
        Ok(())
    }
}

/// A whole ClientHello.
pub(crate) struct Hello {
    /// One DTLS record.
    pub(crate) record: Vec<u8>,
    /// `None` when the client offers no SRTP profile that we speak.
    pub(crate) profile: Option<Profile>,
}

/// GCM costs a fifth of SHA1-80 per packet; the client's order does not matter.
fn choose(offered: &[u16]) -> Option<Profile> {
    if offered.contains(&GCM) {
        Some(Profile::AeadAes128Gcm)
    } else if offered.contains(&SHA1_80) {
        Some(Profile::Aes128CmHmacSha1_80)
    } else {
        None
    }
}

/// The profiles of use_srtp (RFC 5764 §4.1.1) in a ClientHello (RFC 6347 §4.2.1); empty without the extension, `None` when
/// the hello's lengths lie.
fn offered_profiles(hello: &[u8]) -> Option<Vec<u16>> {
    let mut rest = hello.get(2 + 32..)?;
    take8(&mut rest)?; // session id
    take8(&mut rest)?; // cookie
    take16(&mut rest)?; // cipher suites
    take8(&mut rest)?; // compression methods
    if rest.is_empty() {
        return Some(Vec::new());
    }
    let mut extensions = take16(&mut rest)?;
    while !extensions.is_empty() {
        let kind = u16::from_be_bytes(extensions.get(..2)?.try_into().ok()?);
        extensions = &extensions[2..];
        let mut body = take16(&mut extensions)?;
        if kind == USE_SRTP {
            let list = take16(&mut body)?;
            return Some(list.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect());
        }
    }
    Some(Vec::new())
}

fn take8<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::from(*rest.first()?);
    let taken = rest.get(1..1 + len)?;
    *rest = &rest[1 + len..];
    Some(taken)
}

fn take16<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::from(u16::from_be_bytes(rest.get(..2)?.try_into().ok()?));
    let taken = rest.get(2..2 + len)?;
    *rest = &rest[2 + len..];
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::super::record::records;
    use super::*;

    fn hello_body(profiles: &[u16]) -> Vec<u8> {
        let mut body = vec![0xfe, 0xfd];
        body.extend_from_slice(&[7; 32]);
        body.extend_from_slice(&[0, 0, 0, 2, 0xc0, 0x2b, 1, 0]);
        let list: Vec<u8> = profiles.iter().flat_map(|p| p.to_be_bytes()).collect();
        let mut extension = vec![0, 14];
        extension.extend_from_slice(&(list.len() as u16 + 3).to_be_bytes());
        extension.extend_from_slice(&(list.len() as u16).to_be_bytes());
        extension.extend_from_slice(&list);
        extension.push(0);
        body.extend_from_slice(&(extension.len() as u16).to_be_bytes());
        body.extend_from_slice(&extension);
        body
    }

    fn fragment_record(body: &[u8], from: usize, to: usize) -> Vec<u8> {
        let be24 = |n: usize| (n as u32).to_be_bytes()[1..].to_vec();
        let mut message = vec![CLIENT_HELLO];
        message.extend(be24(body.len()));
        message.extend([0, 0]);
        message.extend(be24(from));
        message.extend(be24(to - from));
        message.extend(&body[from..to]);
        let mut record = vec![22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, from as u8];
        record.extend((message.len() as u16).to_be_bytes());
        record.extend(message);
        record
    }

    fn push(buffer: &mut HelloBuffer, bytes: &[u8]) -> Result<Option<Hello>, DropReason> {
        buffer.push(&records(bytes).next().unwrap())
    }

    #[test]
    fn gcm_is_chosen_though_the_client_lists_sha1_first() {
        let body = hello_body(&[0x0001, 0x0008, 0x0007]);
        let hello = push(&mut HelloBuffer::default(), &fragment_record(&body, 0, body.len())).unwrap().unwrap();
        assert_eq!(hello.profile, Some(Profile::AeadAes128Gcm));
        let body = hello_body(&[0x0002, 0x0001]);
        let hello = push(&mut HelloBuffer::default(), &fragment_record(&body, 0, body.len())).unwrap().unwrap();
        assert_eq!(hello.profile, Some(Profile::Aes128CmHmacSha1_80));
    }

    #[test]
    fn a_hello_in_pieces_is_whole_in_any_order() {
        let body = hello_body(&[0x0007]);
        let pieces = [(20, 40), (0, 20), (30, body.len())];
        let mut buffer = HelloBuffer::default();
        for (from, to) in &pieces[..2] {
            assert!(push(&mut buffer, &fragment_record(&body, *from, *to)).unwrap().is_none());
        }
        let hello = push(&mut buffer, &fragment_record(&body, 30, body.len())).unwrap().unwrap();
        let record = records(&hello.record).next().unwrap();
        assert_eq!(record.fragment().unwrap().data, body);
    }

    #[test]
    fn a_hello_of_a_megabyte_is_refused_before_it_is_stored() {
        let mut record = fragment_record(&hello_body(&[7]), 0, 10);
        record[14] = 0x0f;
        let mut buffer = HelloBuffer::default();
        assert_eq!(push(&mut buffer, &record).err(), Some(DropReason::DtlsTooMuch));
        assert_eq!(buffer.body.capacity(), 0);
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        let body = hello_body(&[0x0007]);
        for at in 34..body.len() {
            let mut lie = body.clone();
            lie[at] = 0xff;
            let _ = push(&mut HelloBuffer::default(), &fragment_record(&lie, 0, lie.len()));
            let _ = push(&mut HelloBuffer::default(), &fragment_record(&body[..at], 0, at));
        }
        let mut lie = body.clone();
        *lie.last_mut().unwrap() = 0;
        lie[34] = 0xff;
        let refused = push(&mut HelloBuffer::default(), &fragment_record(&lie, 0, lie.len()));
        assert_eq!(refused.err(), Some(DropReason::DtlsMalformed));
    }
}
