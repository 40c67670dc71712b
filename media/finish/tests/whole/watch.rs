//! Watches what was made, with FFmpeg's own demuxers: when it flashes, when it beeps, how long it is.

use ff::format::Sample;
use ff::format::sample::Type;
use ffmpeg_next as ff;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

pub(crate) fn finish(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lectern-finish")).arg("finish").arg(folder).output().unwrap()
}

/// Finishes, and what result.json says.
pub(crate) fn finished(folder: &Path) -> Value {
    let output = finish(folder);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let last = String::from_utf8_lossy(&output.stdout).lines().last().map(str::to_owned);
    assert_eq!(last.as_deref(), Some(r#"{"step":"chapters","permille":1000}"#));
    result(folder)
}

pub(crate) fn result(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("out/result.json")).unwrap()).unwrap()
}

#[derive(Default)]
pub(crate) struct Seen {
    /// Seconds at which the middle of the picture becomes bright.
    pub flashes: Vec<f64>,
    pub pictures: usize,
    pub last_picture: f64,
    pub sizes: Vec<(u32, u32)>,
    /// Seconds at which it begins to beep.
    pub beeps: Vec<f64>,
    pub sound: f64,
    /// Brightness of the middle at each picture.
    pub bright: Vec<(f64, u8)>,
}

/// Plays all of a file or playlist.
pub(crate) fn play(path: &Path) -> Seen {
    ff::init().unwrap();
    ff::log::set_level(ff::log::Level::Fatal);
    let mut input = ff::format::input(path).unwrap();
    let mut seen = Seen::default();
    let best =
        |kind| input.streams().best(kind).map(|stream| (stream.index(), stream.time_base(), stream.parameters()));
    let picture = best(ff::media::Type::Video);
    let sound = best(ff::media::Type::Audio);
    let open = |parameters| ff::codec::Context::from_parameters(parameters).unwrap().decoder();
    let mut video = picture.map(|(index, base, parameters)| (index, base, open(parameters).video().unwrap()));
    let mut audio = sound.map(|(index, base, parameters)| (index, base, open(parameters).audio().unwrap()));
    let (mut bright, mut quiet) = (false, 0.0);
    let seconds = |base: ff::Rational, pts: i64| pts as f64 * f64::from(base);
    let packets: Vec<_> = input.packets().map(|(stream, packet)| (stream.index(), packet)).collect();
    if let Some((index, base, decoder)) = &mut video {
        let mut look = |decoder: &mut ff::decoder::Video| {
            let mut frame = ff::frame::Video::empty();
            while decoder.receive_frame(&mut frame).is_ok() {
                let at = seconds(*base, frame.pts().unwrap());
                let middle = frame.stride(0) * (frame.height() as usize / 2) + frame.width() as usize / 2;
                let value = frame.data(0)[middle];
                if value > 180 && !bright {
                    seen.flashes.push(at);
                }
                bright = value > 180;
                seen.pictures += 1;
                seen.last_picture = at;
                seen.bright.push((at, value));
                if seen.sizes.last() != Some(&(frame.width(), frame.height())) {
                    seen.sizes.push((frame.width(), frame.height()));
                }
            }
        };
        for (_, packet) in packets.iter().filter(|(of, _)| of == index) {
            decoder.send_packet(packet).unwrap();
            look(decoder);
        }
        decoder.send_eof().unwrap();
        look(decoder);
    }
    if let Some((index, base, decoder)) = &mut audio {
        let mut frame = ff::frame::Audio::empty();
        for (_, packet) in packets.iter().filter(|(of, _)| of == index) {
            decoder.send_packet(packet).unwrap();
            while decoder.receive_frame(&mut frame).is_ok() {
                assert_eq!(frame.format(), Sample::F32(Type::Planar));
                let start = seconds(*base, frame.pts().unwrap());
                for (n, value) in frame.plane::<f32>(0).iter().enumerate() {
                    let at = start + n as f64 / f64::from(frame.rate());
                    if value.abs() > 0.05 {
                        if at - quiet > 0.3 || seen.beeps.is_empty() {
                            seen.beeps.push(at);
                        }
                        quiet = at;
                    }
                    seen.sound = at;
                }
            }
        }
    }
    seen
}

impl Seen {
    /// Seconds between each flash and the beep nearest to it; flashes without a beep count as a second.
    pub(crate) fn skew(&self) -> f64 {
        self.flashes.iter().map(|flash| nearest(&self.beeps, *flash)).fold(0.0, f64::max)
    }
}

pub(crate) fn nearest(times: &[f64], to: f64) -> f64 {
    times.iter().map(|time| (time - to).abs()).fold(1.0, f64::min)
}

/// All bytes in the `mdat` boxes of a file.
pub(crate) fn media(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    let (mut at, mut media) = (0, Vec::new());
    while at + 8 <= bytes.len() {
        let size = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        if at + size > bytes.len() {
            break;
        }
        if &bytes[at + 4..at + 8] == b"mdat" {
            media.extend(&bytes[at + 8..at + size]);
        }
        at += size;
    }
    media
}

/// All segments of a rendition in the order of its playlist.
pub(crate) fn segments(rendition: &Path) -> Vec<u8> {
    let list = std::fs::read_to_string(rendition.join("index.m3u8")).unwrap();
    list.lines().filter(|line| line.ends_with(".m4s")).flat_map(|name| media(&rendition.join(name))).collect()
}

/// Packets of the picture, as FFmpeg reads them.
pub(crate) fn packets(path: &Path) -> Vec<u8> {
    ff::init().unwrap();
    let mut input = ff::format::input(path).unwrap();
    let index = input.streams().best(ff::media::Type::Video).unwrap().index();
    input
        .packets()
        .filter(|(stream, _)| stream.index() == index)
        .flat_map(|(_, packet)| packet.data().unwrap().to_vec())
        .collect()
}
