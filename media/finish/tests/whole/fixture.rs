//! Writes folders of Recordings as the recorder does: fragmented MP4 by the second and a manifest, with clocks that drift.

use ff::format::Pixel;
use ff::format::Sample as Format;
use ff::format::sample::Type;
use ffmpeg_next as ff;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Server time at which all fixtures begin, µs.
pub(crate) const BEGIN: i64 = 1_790_000_000_000_000;

pub(crate) struct Folder {
    pub dir: tempfile::TempDir,
    lines: Vec<(i64, String)>,
}

#[derive(Clone)]
pub(crate) struct Track {
    pub number: u32,
    pub source: &'static str,
    pub participant: u32,
    pub name: &'static str,
    /// The publisher's media clock runs this much too fast.
    pub ppm: f64,
    /// Sender reports each so many seconds; 0: none at all.
    pub reports: f64,
    /// It is the same picture as that Track, of a smaller layer.
    pub small_of: Option<u32>,
}

impl Track {
    pub(crate) fn new(number: u32, source: &'static str) -> Self {
        Self { number, source, participant: 1, name: "王老师", ppm: 0.0, reports: 2.0, small_of: None }
    }

    fn kind(&self) -> &'static str {
        if matches!(self.source, "camera" | "screen") { "video" } else { "audio" }
    }
}

#[derive(Clone)]
pub(crate) struct Shape {
    pub codec: &'static str,
    pub width: u32,
    pub height: u32,
    pub rate: u32,
    /// Server seconds without samples, told as gaps.
    pub lost: Vec<(f64, f64)>,
    /// Brightness between flashes, by server second.
    pub base: fn(f64) -> u8,
    /// A flash in the picture each second.
    pub flash: bool,
    /// Grain of a camera, in steps of brightness.
    pub noise: u8,
}

impl Default for Shape {
    fn default() -> Self {
        Self { codec: "h264", width: 320, height: 180, rate: 15, lost: Vec::new(), base: |_| 60, flash: true, noise: 0 }
    }
}

#[derive(Clone)]
struct Sample {
    bytes: Vec<u8>,
    ticks: i64,
    duration: u32,
    sync: bool,
}

impl Folder {
    pub(crate) fn new() -> Self {
        ff::init().unwrap();
        ff::log::set_level(ff::log::Level::Fatal);
        let lines = vec![(BEGIN, r#""event":"began","format":1,"recording":"r1","session":"s1""#.to_owned())];
        Self { dir: tempfile::tempdir().unwrap(), lines }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn line(&mut self, second: f64, text: &str) {
        self.lines.push((BEGIN + (second * 1e6) as i64, text.to_owned()));
    }

    pub(crate) fn track(&mut self, track: &Track) {
        let Track { number, source, participant, name, .. } = track;
        let kind = track.kind();
        let small = track.small_of.map(|large| format!(r#","small_of":{large}"#)).unwrap_or_default();
        self.line(
            0.0,
            &format!(
                r#""event":"track","track":{number},"kind":"{kind}","source":"{source}","participant":{participant},"name":"{name}"{small}"#
            ),
        );
    }

    /// As if the disk had been full: what is not in the files is told nowhere.
    pub(crate) fn tell_no_gaps(&mut self) {
        self.lines.retain(|(_, line)| !line.contains(r#""event":"gap""#));
    }

    /// The manifest in order of time, and its end unless the server was killed.
    pub(crate) fn close(&mut self, ended: bool) {
        self.lines.sort_by_key(|(at, _)| *at);
        let mut text = String::new();
        for (at, line) in &self.lines {
            writeln!(text, "{{\"at\":{at},{line}}}").unwrap();
        }
        if ended {
            let last = self.lines.last().map_or(0, |(at, _)| *at) + 1;
            writeln!(text, "{{\"at\":{last},\"event\":\"ended\"}}").unwrap();
        }
        std::fs::write(self.path().join("manifest.jsonl"), text).unwrap();
    }

    /// A beep at each whole server second from..to.
    pub(crate) fn sound(
        &mut self,
        track: &Track,
        segment: u32,
        (from, to): (f64, f64),
        lost: &[(f64, f64)],
    ) -> PathBuf {
        let speed = 1.0 + track.ppm * 1e-6;
        let mut encoder = opus();
        let count = ((to - from) * speed * 50.0).floor() as i64;
        let mut samples = Vec::new();
        for packet in 0..count {
            let mut frame = ff::frame::Audio::new(Format::I16(Type::Packed), 960, ff::ChannelLayout::STEREO);
            frame.set_rate(48_000);
            frame.set_pts(Some(packet * 960));
            for (n, pair) in frame.plane_mut::<(i16, i16)>(0).iter_mut().enumerate() {
                let second = from + (packet * 960 + n as i64) as f64 / 48_000.0 / speed;
                let beep = second.rem_euclid(1.0) < 0.1;
                let tone = (second * 1000.0 * std::f64::consts::TAU).sin() * 9000.0;
                *pair = if beep { (tone as i16, tone as i16) } else { (0, 0) };
            }
            encoder.send_frame(&frame).unwrap();
            let mut packet = ff::Packet::empty();
            while encoder.receive_packet(&mut packet).is_ok() {
                let ticks = samples.len() as i64 * 960;
                samples.push(Sample { bytes: packet.data().unwrap().to_vec(), ticks, duration: 960, sync: true });
            }
        }
        self.keep(track, segment, (from, to), lost, 48_000, samples, opus_entry(), "opus", (0, 0))
    }

    /// A flash at each whole server second from..to.
    pub(crate) fn picture(&mut self, track: &Track, segment: u32, (from, to): (f64, f64), shape: &Shape) -> PathBuf {
        let speed = 1.0 + track.ppm * 1e-6;
        let Shape { codec, width, height, rate, .. } = *shape;
        let mut encoder = video(shape);
        let count = ((to - from) * f64::from(rate)).round() as i64;
        let mut samples = Vec::new();
        let mut config = (Vec::new(), Vec::new());
        let mut grain = 1_u32;
        let mut keep = |encoder: &mut ff::encoder::video::Encoder| {
            let mut packet = ff::Packet::empty();
            while encoder.receive_packet(&mut packet).is_ok() {
                let second = packet.pts().unwrap() as f64 / f64::from(rate);
                let ticks = (second * 90_000.0 * speed).round() as i64;
                let bytes = if codec == "h264" {
                    lengths(packet.data().unwrap(), &mut config)
                } else {
                    packet.data().unwrap().to_vec()
                };
                samples.push(Sample { bytes, ticks, duration: 90_000 / rate, sync: packet.is_key() });
            }
        };
        for number in 0..count {
            let second = from + number as f64 / f64::from(rate);
            let mut frame = ff::frame::Video::new(Pixel::YUV420P, width, height);
            let flash = shape.flash && (second + 0.001).rem_euclid(1.0) < 0.1;
            let bright = if flash { 230 } else { (shape.base)(second) };
            frame.data_mut(0).fill(bright);
            if shape.noise > 0 {
                for point in frame.data_mut(0) {
                    grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *point = point.saturating_add((grain >> 24) as u8 % shape.noise);
                }
            }
            // Something that moves, so that no picture is empty.
            let stride = frame.stride(0);
            let column = (number as usize * 3) % width as usize;
            frame.data_mut(0).chunks_mut(stride).take(8).for_each(|line| line[column] = 255 - line[column]);
            frame.data_mut(1).fill(128);
            frame.data_mut(2).fill(128);
            frame.set_pts(Some(number));
            frame.set_kind(if number % i64::from(rate * 2) == 0 {
                ff::picture::Type::I
            } else {
                ff::picture::Type::None
            });
            encoder.send_frame(&frame).unwrap();
            keep(&mut encoder);
        }
        encoder.send_eof().unwrap();
        keep(&mut encoder);
        let entry = if codec == "h264" { avc1(&config, width, height) } else { vp08(width, height) };
        let lost = shape.lost.clone();
        self.keep(track, segment, (from, to), &lost, 90_000, samples, entry, codec, (width, height))
    }

    #[expect(clippy::too_many_arguments, reason = "one call each for sound and picture")]
    fn keep(
        &mut self,
        track: &Track,
        segment: u32,
        (from, to): (f64, f64),
        lost: &[(f64, f64)],
        timescale: u32,
        samples: Vec<Sample>,
        entry: Vec<u8>,
        codec: &str,
        (width, height): (u32, u32),
    ) -> PathBuf {
        let speed = 1.0 + track.ppm * 1e-6;
        let (number, file) = (track.number, format!("{}-{segment}.mp4", track.number));
        let ticks = |second: f64| ((second - from) * speed * f64::from(timescale)).round() as i64;
        // Packets come 40 ms after their time.
        self.line(
            from + 0.04,
            &format!(
                r#""event":"segment","track":{number},"segment":{segment},"file":"{file}","codec":"{codec}","timescale":{timescale},"width":{width},"height":{height},"layer":"high""#
            ),
        );
        let mut second = from + 0.3;
        let mut jitter = 0_i64;
        while track.reports > 0.0 && second < to {
            jitter = (jitter * 5 + 1777) % 4001;
            let server = BEGIN + (second * 1e6) as i64 + jitter - 2000;
            let media = ticks(second);
            self.line(
                second,
                &format!(r#""event":"clock","track":{number},"segment":{segment},"media":{media},"server":{server}"#),
            );
            second += track.reports;
        }
        for (a, b) in lost {
            let (a, b) = (ticks(*a), ticks(*b));
            self.line(
                to,
                &format!(r#""event":"gap","track":{number},"segment":{segment},"from":{a},"to":{b},"cause":"lost""#),
            );
        }
        let gone = |sample: &Sample| lost.iter().any(|(a, b)| (ticks(*a)..ticks(*b)).contains(&sample.ticks));
        let kept: Vec<Sample> = samples.into_iter().filter(|sample| !gone(sample)).collect();
        let path = self.path().join(file);
        std::fs::write(&path, fragmented(&kept, timescale, &entry, codec)).unwrap();
        path
    }
}

pub(crate) fn opus() -> ff::encoder::audio::Encoder {
    let codec = ff::encoder::find_by_name("libopus").unwrap();
    let mut encoder = ff::codec::Context::new_with_codec(codec).encoder().audio().unwrap();
    encoder.set_rate(48_000);
    encoder.set_format(Format::I16(Type::Packed));
    encoder.set_channel_layout(ff::ChannelLayout::STEREO);
    encoder.set_bit_rate(48_000);
    encoder.set_time_base((1, 48_000));
    encoder.open().unwrap()
}

fn video(shape: &Shape) -> ff::encoder::video::Encoder {
    let name = if shape.codec == "h264" { "libx264" } else { "libvpx" };
    let codec = ff::encoder::find_by_name(name).unwrap();
    let mut encoder = ff::codec::Context::new_with_codec(codec).encoder().video().unwrap();
    encoder.set_width(shape.width);
    encoder.set_height(shape.height);
    encoder.set_format(Pixel::YUV420P);
    encoder.set_time_base((1, shape.rate as i32));
    encoder.set_frame_rate(Some((shape.rate as i32, 1)));
    encoder.set_gop(600);
    encoder.set_bit_rate(if shape.width > 640 { 1_500_000 } else { 300_000 });
    let mut options = ff::Dictionary::new();
    if name == "libx264" {
        options.set("preset", "ultrafast");
        options.set("tune", "zerolatency");
        options.set("profile", "baseline");
        options.set("forced-idr", "1");
        options.set("threads", "1");
    } else {
        options.set("deadline", "realtime");
        options.set("cpu-used", "8");
        options.set("lag-in-frames", "0");
        options.set("g", "30");
    }
    encoder.open_with(options).unwrap()
}

/// Annex B → lengths; parameter sets go to the configuration.
fn lengths(bytes: &[u8], config: &mut (Vec<u8>, Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    let starts: Vec<usize> =
        (0..bytes.len() - 2).filter(|at| bytes[*at..at + 3] == [0, 0, 1]).map(|at| at + 3).collect();
    for (n, from) in starts.iter().enumerate() {
        let mut nal = &bytes[*from..starts.get(n + 1).map_or(bytes.len(), |next| next - 3)];
        while nal.last() == Some(&0) {
            nal = &nal[..nal.len() - 1];
        }
        match nal[0] & 0x1F {
            7 => config.0 = nal.to_vec(),
            8 => config.1 = nal.to_vec(),
            6 | 9 => {}
            _ => {
                out.extend((nal.len() as u32).to_be_bytes());
                out.extend(nal);
            }
        }
    }
    out
}

pub(crate) fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&(body.len() as u32 + 8).to_be_bytes()[..], kind, &body].concat()
}

fn visual(kind: &[u8; 4], width: u32, height: u32, config: &[u8]) -> Vec<u8> {
    let mut head = vec![0; 78];
    head[7] = 1;
    head[24..26].copy_from_slice(&(width as u16).to_be_bytes());
    head[26..28].copy_from_slice(&(height as u16).to_be_bytes());
    boxed(kind, &[&head, config])
}

fn avc1((sps, pps): &(Vec<u8>, Vec<u8>), width: u32, height: u32) -> Vec<u8> {
    let mut config = vec![1, sps[1], sps[2], sps[3], 0xFF, 0xE1];
    config.extend((sps.len() as u16).to_be_bytes());
    config.extend(sps);
    config.push(1);
    config.extend((pps.len() as u16).to_be_bytes());
    config.extend(pps);
    visual(b"avc1", width, height, &boxed(b"avcC", &[&config]))
}

fn vp08(width: u32, height: u32) -> Vec<u8> {
    visual(b"vp08", width, height, &boxed(b"vpcC", &[&[1, 0, 0, 0, 0, 31, 0x82, 2, 2, 2, 0, 0]]))
}

fn opus_entry() -> Vec<u8> {
    let mut head = vec![0; 28];
    head[7] = 1;
    head[17] = 2;
    head[19] = 16;
    head[24..26].copy_from_slice(&48_000_u16.to_be_bytes());
    let dops = boxed(b"dOps", &[&[0, 2, 0, 0], &48_000_u32.to_be_bytes(), &[0, 0, 0]]);
    boxed(b"Opus", &[&head, &dops])
}

/// A fragment a second, and at every jump of the ticks.
fn fragmented(samples: &[Sample], timescale: u32, entry: &[u8], codec: &str) -> Vec<u8> {
    let zeros = [0_u8; 112];
    let mdhd = boxed(b"mdhd", &[&zeros[..12], &timescale.to_be_bytes(), &zeros[..8]]);
    let handler: &[u8] = if codec == "opus" { b"soun" } else { b"vide" };
    let hdlr = boxed(b"hdlr", &[&zeros[..8], handler, &zeros[..13]]);
    let stsd = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], entry]);
    let empty = |kind: &[u8; 4], length: usize| boxed(kind, &[&zeros[..length]]);
    let tables = [empty(b"stts", 8), empty(b"stsc", 8), empty(b"stsz", 12), empty(b"stco", 8)].concat();
    let minf = boxed(b"minf", &[&boxed(b"stbl", &[&stsd, &tables])]);
    let tkhd = boxed(b"tkhd", &[&[0, 0, 0, 3], &zeros[..8], &1_u32.to_be_bytes(), &zeros[..68]]);
    let trak = boxed(b"trak", &[&tkhd, &boxed(b"mdia", &[&mdhd, &hdlr, &minf])]);
    let trex = boxed(b"trex", &[&zeros[..4], &1_u32.to_be_bytes(), &1_u32.to_be_bytes(), &zeros[..12]]);
    let moov = boxed(b"moov", &[&empty(b"mvhd", 100), &trak, &boxed(b"mvex", &[&trex])]);
    let mut out = [boxed(b"ftyp", &[b"iso6\0\0\0\0iso6"]), moov].concat();
    let mut rest = samples;
    let mut number = 0_u32;
    while let Some(first) = rest.first() {
        let mut end = 1;
        while end < rest.len()
            && rest[end].ticks < first.ticks + i64::from(timescale)
            && (rest[end].ticks - rest[end - 1].ticks - i64::from(rest[end - 1].duration)).abs() < 3
        {
            end += 1;
        }
        let (mut now, later) = (rest[..end].to_vec(), &rest[end..]);
        // Durations make up for rounded ticks.
        for n in 1..now.len() {
            now[n - 1].duration = (now[n].ticks - now[n - 1].ticks) as u32;
        }
        number += 1;
        out.extend(fragment(number, &now));
        rest = later;
    }
    out
}

fn fragment(number: u32, samples: &[Sample]) -> Vec<u8> {
    let mut entries = Vec::new();
    for sample in samples {
        entries.extend(sample.duration.to_be_bytes());
        entries.extend((sample.bytes.len() as u32).to_be_bytes());
        entries.extend(if sample.sync { 0x200_0000_u32 } else { 0x101_0000 }.to_be_bytes());
    }
    let moof = |offset: u32| {
        let mfhd = boxed(b"mfhd", &[&[0; 4], &number.to_be_bytes()]);
        let tfhd = boxed(b"tfhd", &[&0x2_0000_u32.to_be_bytes(), &1_u32.to_be_bytes()]);
        let tfdt = boxed(b"tfdt", &[&[1, 0, 0, 0], &(samples[0].ticks as u64).to_be_bytes()]);
        let head = [0x701_u32.to_be_bytes(), (samples.len() as u32).to_be_bytes(), offset.to_be_bytes()].concat();
        boxed(b"moof", &[&mfhd, &boxed(b"traf", &[&tfhd, &tfdt, &boxed(b"trun", &[&head, &entries])])])
    };
    let offset = moof(0).len() as u32 + 8;
    let media: Vec<u8> = samples.iter().flat_map(|sample| sample.bytes.clone()).collect();
    [moof(offset), boxed(b"mdat", &[&media])].concat()
}
