//! Framing of RFC 4571: two bytes of length before every datagram.

use std::io::{self, Write};

/// No datagram of ours or of a browser is longer than a packet on the wire; what is, is no media.
const MAX_FRAME: usize = 2048;
const LENGTH: usize = 2;
/// Bytes that may wait for a client that reads too slowly, beside what the kernel holds. Control and sound, which are small,
/// may use all of it, pictures half.
const MAX_WAITING: usize = 128 * 1024;
const MAX_WAITING_LARGE: usize = 64 * 1024;
/// Sound, reports and checks are smaller than this, nearly all pictures larger.
const LARGE: usize = 400;
/// Memory that a connection keeps when nothing waits.
const KEPT: usize = 32 * 1024;
/// A batch is written in pieces of about this size.
const FLUSH_AT: usize = 16 * 1024;

/// The stream is not framed, or the frames are none of ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Garbage;

/// What of the last reading was not a whole frame yet.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    partial: Vec<u8>,
}

impl Frames {
    /// Lays the rest of the last reading at the front of the buffer for the next one; gives its length.
    pub(crate) fn put_back(&self, buffer: &mut [u8]) -> usize {
        buffer[..self.partial.len()].copy_from_slice(&self.partial);
        self.partial.len()
    }

    /// Hands out the whole frames of `bytes` and keeps the rest, which is less than one frame.
    pub(crate) fn take(&mut self, mut bytes: &mut [u8], mut each: impl FnMut(&mut [u8])) -> Result<(), Garbage> {
        self.partial.clear();
        while let Some((length, rest)) = bytes.split_first_chunk_mut::<LENGTH>() {
            let len = usize::from(u16::from_be_bytes(*length));
            if len == 0 || len > MAX_FRAME {
                return Err(Garbage);
            }
            if rest.len() < len {
                break;
            }
            let (frame, after) = std::mem::take(&mut bytes)[LENGTH..].split_at_mut(len);
            each(frame);
            bytes = after;
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }
}

/// Frames that wait to be written. Whole frames go in or stay out; the first may be written in part.
#[derive(Debug, Default)]
pub(crate) struct Outbound {
    bytes: Vec<u8>,
    written: usize,
}

impl Outbound {
    /// False when there is no room: the datagram is lost, like one that a full router drops.
    pub(crate) fn push(&mut self, datagram: &[u8]) -> bool {
        let Ok(len) = u16::try_from(datagram.len()) else { return false };
        let most = if datagram.len() >= LARGE { MAX_WAITING_LARGE } else { MAX_WAITING };
        if self.waiting() + LENGTH + datagram.len() > most {
            return false;
        }
        if self.written >= MAX_WAITING_LARGE {
            // The buffer would otherwise creep along for ever while the client is always a little behind.
            self.bytes.drain(..self.written);
            self.written = 0;
        }
        self.bytes.extend_from_slice(&len.to_be_bytes());
        self.bytes.extend_from_slice(datagram);
        true
    }

    pub(crate) fn waiting(&self) -> usize {
        self.bytes.len() - self.written
    }

    pub(crate) fn wants_flush(&self) -> bool {
        self.waiting() >= FLUSH_AT
    }

    /// Writes as much as the stream takes.
    pub(crate) fn flush(&mut self, stream: &mut impl Write) -> io::Result<()> {
        while self.waiting() > 0 {
            match stream.write(&self.bytes[self.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => self.written += len,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
        self.written = 0;
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.bytes.len()
    }
}
