//! Opus of a live Session becomes AAC while it comes.

use crate::fixture::opus;
use ff::format::Sample;
use ff::format::sample::Type;
use ffmpeg_next as ff;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

/// Opus packets of 20 ms with a beep of 0.1 s at each second.
fn beeps(seconds: i64) -> Vec<Vec<u8>> {
    ff::init().unwrap();
    let mut encoder = opus();
    let mut packets = Vec::new();
    for number in 0..seconds * 50 {
        let mut frame = ff::frame::Audio::new(Sample::I16(Type::Packed), 960, ff::ChannelLayout::STEREO);
        frame.set_rate(48_000);
        frame.set_pts(Some(number * 960));
        for (n, pair) in frame.plane_mut::<(i16, i16)>(0).iter_mut().enumerate() {
            let second = (number * 960 + n as i64) as f64 / 48_000.0;
            let value = if second.fract() < 0.1 { (second * 6283.2).sin() * 9000.0 } else { 0.0 } as i16;
            *pair = (value, value);
        }
        encoder.send_frame(&frame).unwrap();
        let mut packet = ff::Packet::empty();
        while encoder.receive_packet(&mut packet).is_ok() {
            packets.push(packet.data().unwrap().to_vec());
        }
    }
    packets
}

fn framed(voice: u16, at: i64, packet: &[u8]) -> Vec<u8> {
    [&(packet.len() as u32 + 10).to_be_bytes()[..], &voice.to_be_bytes(), &at.to_be_bytes(), packet].concat()
}

/// Ticks and bytes of each AAC frame.
fn frames(mut bytes: &[u8]) -> Vec<(i64, &[u8])> {
    let mut frames = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<12>() {
        let length = u32::from_be_bytes(head[..4].try_into().unwrap()) as usize - 8;
        frames.push((i64::from_be_bytes(head[4..].try_into().unwrap()), &rest[..length]));
        bytes = &rest[length..];
    }
    frames
}

#[test]
fn beeps_stay_where_they_are_across_holes_and_voices() {
    let packets = beeps(6);
    let mut input = Vec::new();
    for (number, packet) in packets.iter().enumerate() {
        let at = 1_000_000 + number as i64 * 960;
        // A second voice half a second later; the third second of the first is lost.
        if !(100..150).contains(&number) {
            input.extend(framed(1, at, packet));
        }
        if number >= 25 {
            input.extend(framed(2, at, &packets[number - 25]));
        }
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_lectern-finish"))
        .arg("aac")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let mut output = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut output).unwrap();
    writer.join().unwrap();
    assert!(child.wait().unwrap().success());

    let frames = frames(&output);
    assert_eq!(frames[0].0, 1_000_000);
    assert!(frames.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1024));
    let decoder = ff::decoder::find(ff::codec::Id::AAC).unwrap();
    let mut decoder = ff::codec::Context::new_with_codec(decoder).decoder().audio().unwrap();
    let (mut found, mut quiet) = (Vec::new(), f64::MIN);
    for (at, frame) in frames {
        // ADTS tells the decoder what a playlist would.
        let length = frame.len() + 7;
        let head = [
            0xFF,
            0xF1,
            0x4C,
            0x80 | (length >> 11) as u8,
            (length >> 3) as u8,
            ((length & 7) << 5) as u8 | 0x1F,
            0xFC,
        ];
        decoder.send_packet(&ff::Packet::copy(&[&head, frame].concat())).unwrap();
        let mut decoded = ff::frame::Audio::empty();
        while decoder.receive_frame(&mut decoded).is_ok() {
            for (n, value) in decoded.plane::<f32>(0).iter().enumerate() {
                let second = (at - 1_000_000 + n as i64) as f64 / 48_000.0;
                if value.abs() > 0.05 {
                    if second - quiet > 0.2 {
                        found.push(second);
                    }
                    quiet = second;
                }
            }
        }
    }
    let expected = [0.0, 0.5, 1.0, 1.5, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 0.03), "{found:?}");
}

#[test]
fn junk_ends_it_without_a_panic() {
    for junk in [&[0xFF; 40][..], &[0, 0, 0, 12, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9], &[1]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lectern-finish"))
            .arg("aac")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(junk).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
