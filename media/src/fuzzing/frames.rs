//! Media over TCP: frames in a stream that comes in pieces of any size.

use crate::driver::tcp::framing::{Frames, Outbound};
use std::io;

/// As much as one reading may hold, what was kept included.
const SCRATCH: usize = 64 * 1024;

/// The first byte says how many bytes of sizes follow; the rest is a stream that is read in pieces of these sizes, over and
/// over. However it is cut, the same frames come out; and what goes out in pieces is the same stream.
pub fn rfc4571(input: &[u8]) {
    let Some((many, rest)) = input.split_first() else { return };
    let (sizes, stream) = rest.split_at(usize::from(*many).min(rest.len()));
    let (whole, whole_ended) = frames_of(stream, &[]);
    let (pieces, ended) = frames_of(stream, sizes);
    assert_eq!((&whole, whole_ended), (&pieces, ended), "cuts change nothing");

    let mut outbound = Outbound::default();
    let mut wire = Wire { taken: Vec::new(), sizes, at: 0 };
    let mut sent = Vec::new();
    for frame in &whole {
        if outbound.push(frame) {
            sent.push(frame.clone());
        }
        outbound.flush(&mut wire).expect("the wire does not break");
    }
    while outbound.waiting() > 0 {
        outbound.flush(&mut wire).expect("the wire does not break");
    }
    assert_eq!(frames_of(&wire.taken, &[]), (sent, false), "what was taken arrives whole");
}

/// The frames of a stream, and whether it ended as garbage.
fn frames_of(mut stream: &[u8], sizes: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let (mut frames, mut scratch, mut found) = (Frames::default(), vec![0; SCRATCH], Vec::new());
    let mut sizes = sizes.iter().cycle();
    while !stream.is_empty() {
        let kept = frames.put_back(&mut scratch);
        let size = sizes.next().map_or(SCRATCH, |size| usize::from(*size).max(1));
        let (piece, later) = stream.split_at(size.min(stream.len()).min(SCRATCH - kept));
        scratch[kept..kept + piece.len()].copy_from_slice(piece);
        if frames.take(&mut scratch[..kept + piece.len()], |frame| found.push(frame.to_vec())).is_err() {
            return (found, true);
        }
        stream = later;
    }
    (found, false)
}

/// Takes so many bytes at a time, and none at a size of zero.
struct Wire<'a> {
    taken: Vec<u8>,
    sizes: &'a [u8],
    at: usize,
}

impl io::Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let size = self.sizes.get(self.at % self.sizes.len().max(1)).map_or(bytes.len(), |size| usize::from(*size));
        self.at += 1;
        if size == 0 {
            // A wire that never takes anything would never be done.
            return if self.at.is_multiple_of(3) { self.take(bytes, 1) } else { Err(io::ErrorKind::WouldBlock.into()) };
        }
        self.take(bytes, size)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Wire<'_> {
    fn take(&mut self, bytes: &[u8], size: usize) -> io::Result<usize> {
        let size = size.min(bytes.len());
        self.taken.extend_from_slice(&bytes[..size]);
        Ok(size)
    }
}
