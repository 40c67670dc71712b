//! Framing under every cut, and a client that does not read.

use super::framing::{Frames, Garbage, Outbound};
use proptest::prelude::*;
use std::io::{self, Write};

fn framed(frames: &[Vec<u8>]) -> Vec<u8> {
    let one = |frame: &Vec<u8>| [&u16::try_from(frame.len()).unwrap().to_be_bytes()[..], frame].concat();
    frames.iter().flat_map(one).collect()
}

/// Reads `stream` in pieces that end at `cuts`, as the driver does.
fn read_in_pieces(stream: &[u8], cuts: &[usize]) -> Result<Vec<Vec<u8>>, Garbage> {
    let (mut frames, mut seen, mut buffer) = (Frames::default(), Vec::new(), vec![0; 64 * 1024]);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (stream.len() + 1)).chain([stream.len()]).collect();
    cuts.sort_unstable();
    let mut from = 0;
    for to in cuts {
        let kept = frames.put_back(&mut buffer);
        buffer[kept..kept + to - from].copy_from_slice(&stream[from..to]);
        frames.take(&mut buffer[..kept + to - from], |frame| seen.push(frame.to_vec()))?;
        from = to;
    }
    Ok(seen)
}

/// A stream that takes so many bytes at a time, and then nothing until it is given room.
#[derive(Default)]
struct Narrow {
    room: usize,
    step: usize,
    taken: Vec<u8>,
}

impl Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len().min(self.room).min(self.step.max(1));
        if len == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.room -= len;
        self.taken.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

proptest! {
    #[test]
    fn frames_arrive_whole_however_the_stream_is_cut(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..1300), 0..20),
        cuts in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        prop_assert_eq!(read_in_pieces(&framed(&frames), &cuts).unwrap(), frames);
    }

    #[test]
    fn any_bytes_are_frames_or_garbage(
        stream in prop::collection::vec(any::<u8>(), 0..6000),
        cuts in prop::collection::vec(any::<usize>(), 0..10),
    ) {
        let whole = read_in_pieces(&stream, &[]);
        let cut = read_in_pieces(&stream, &cuts);
        prop_assert_eq!(whole.is_ok(), cut.is_ok());
        if let (Ok(whole), Ok(cut)) = (whole, cut) {
            prop_assert_eq!(whole, cut);
        }
    }

    #[test]
    fn a_slow_reader_gets_whole_frames_in_order_and_costs_bounded_memory(
        sizes in prop::collection::vec(1_usize..1300, 1..600),
        rooms in prop::collection::vec((0_usize..40_000, 1_usize..3000), 1..40),
    ) {
        let (mut outbound, mut stream) = (Outbound::default(), Narrow::default());
        let mut accepted = Vec::new();
        let mut rooms = rooms.into_iter().cycle();
        for (at, size) in sizes.iter().enumerate() {
            let frame = vec![at as u8; *size];
            if outbound.push(&frame) {
                accepted.push(frame);
            }
            prop_assert!(outbound.waiting() <= 128 * 1024 && outbound.held() <= 256 * 1024);
            if at % 20 == 19 {
                (stream.room, stream.step) = rooms.next().unwrap();
                outbound.flush(&mut stream).unwrap();
            }
        }
        (stream.room, stream.step) = (usize::MAX, usize::MAX);
        outbound.flush(&mut stream).unwrap();
        prop_assert_eq!(stream.taken, framed(&accepted));
    }
}

#[test]
fn an_empty_or_oversized_frame_is_garbage() {
    for len in [0_u16, 2049, u16::MAX] {
        let mut stream = len.to_be_bytes().to_vec();
        assert_eq!(Frames::default().take(&mut stream, |_| ()), Err(Garbage), "{len}");
    }
}

#[test]
fn when_pictures_find_no_room_sound_still_does() {
    let mut outbound = Outbound::default();
    while outbound.push(&[1; 1200]) {}
    assert!(outbound.push(&[2; 120]), "sound");
    assert!(outbound.waiting() <= 128 * 1024);
    while outbound.push(&[2; 120]) {}
    assert!(outbound.waiting() <= 128 * 1024);
}
