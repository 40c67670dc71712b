//! Writes ISO BMFF boxes: headers, sample entries and the boxes that an MP4 and a CMAF track share.

/// AAC-LC, 48 kHz, two channels (ISO/IEC 14496-3 §1.6.2.1).
pub(crate) const AAC_CONFIG: [u8; 2] = [0x11, 0x90];
pub(crate) const SOUND_RATE: u32 = 48_000;
pub(crate) const PICTURE_RATE: u32 = 90_000;

/// How samples of a track are decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// With the body of its `avcC`, width and height.
    H264(Vec<u8>, u16, u16),
    Aac {
        bits_per_second: u32,
    },
}

impl Entry {
    pub(crate) fn timescale(&self) -> u32 {
        match self {
            Self::H264(..) => PICTURE_RATE,
            Self::Aac { .. } => SOUND_RATE,
        }
    }

    /// RFC 6381.
    pub(crate) fn codec(&self) -> String {
        match self {
            Self::H264(config, ..) => config.get(1..4).map_or_else(
                || "avc1.42e01f".to_owned(),
                |level| format!("avc1.{:02x}{:02x}{:02x}", level[0], level[1], level[2]),
            ),
            Self::Aac { .. } => "mp4a.40.2".to_owned(),
        }
    }
}

/// A box being written; its size is filled in by `put`.
#[derive(Default)]
pub(crate) struct Boxes(pub Vec<u8>);

impl Boxes {
    pub(crate) fn put(&mut self, kind: &[u8; 4], body: impl FnOnce(&mut Self)) {
        let at = self.0.len();
        self.u32(0);
        self.0.extend_from_slice(kind);
        body(self);
        let size = u32::try_from(self.0.len() - at).unwrap_or(0);
        self.0[at..at + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// With version and flags.
    pub(crate) fn full(&mut self, kind: &[u8; 4], version: u8, flags: u32, body: impl FnOnce(&mut Self)) {
        self.put(kind, |inner| {
            inner.u32(u32::from(version) << 24 | flags);
            body(inner);
        });
    }

    pub(crate) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn zeros(&mut self, count: usize) {
        self.0.resize(self.0.len() + count, 0);
    }

    fn matrix(&mut self) {
        for value in [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000] {
            self.u32(value);
        }
    }

    /// `duration` in milliseconds.
    pub(crate) fn mvhd(&mut self, duration: u64) {
        self.full(b"mvhd", 1, 0, |b| {
            b.zeros(16);
            b.u32(1000);
            b.u64(duration);
            b.u32(0x1_0000);
            b.u16(0x100);
            b.zeros(10);
            b.matrix();
            b.zeros(24);
            b.u32(u32::MAX);
        });
    }

    /// `duration` in milliseconds; `tables` writes what follows `stsd`.
    pub(crate) fn trak(&mut self, id: u32, entry: &Entry, duration: u64, tables: impl FnOnce(&mut Self)) {
        self.put(b"trak", |b| {
            // Enabled, in the movie.
            b.full(b"tkhd", 1, 3, |b| {
                b.zeros(16);
                b.u32(id);
                b.u32(0);
                b.u64(duration);
                b.zeros(8);
                b.u16(0);
                b.u16(0);
                b.u16(if matches!(entry, Entry::Aac { .. }) { 0x100 } else { 0 });
                b.u16(0);
                b.matrix();
                let (width, height) =
                    if let Entry::H264(_, width, height) = entry { (*width, *height) } else { (0, 0) };
                b.u32(u32::from(width) << 16);
                b.u32(u32::from(height) << 16);
            });
            b.put(b"mdia", |b| {
                b.full(b"mdhd", 1, 0, |b| {
                    b.zeros(16);
                    b.u32(entry.timescale());
                    b.u64(duration * u64::from(entry.timescale()) / 1000);
                    // "und" (ISO/IEC 14496-12 §8.4.2.3).
                    b.u16(0x55C4);
                    b.u16(0);
                });
                let (handler, name): (&[u8; 4], &[u8]) = match entry {
                    Entry::H264(..) => (b"vide", b"video\0"),
                    Entry::Aac { .. } => (b"soun", b"sound\0"),
                };
                b.full(b"hdlr", 0, 0, |b| {
                    b.u32(0);
                    b.bytes(handler);
                    b.zeros(12);
                    b.bytes(name);
                });
                b.put(b"minf", |b| {
                    match entry {
                        Entry::H264(..) => b.full(b"vmhd", 0, 1, |b| b.zeros(8)),
                        Entry::Aac { .. } => b.full(b"smhd", 0, 0, |b| b.zeros(4)),
                    }
                    b.put(b"dinf", |b| {
                        b.full(b"dref", 0, 0, |b| {
                            b.u32(1);
                            b.full(b"url ", 0, 1, |_| {});
                        });
                    });
                    b.put(b"stbl", |b| {
                        b.full(b"stsd", 0, 0, |b| {
                            b.u32(1);
                            b.entry(entry);
                        });
                        tables(b);
                    });
                });
            });
        });
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::H264(config, width, height) => self.put(b"avc1", |b| {
                b.zeros(6);
                b.u16(1);
                b.zeros(16);
                b.u16(*width);
                b.u16(*height);
                b.u32(0x48_0000);
                b.u32(0x48_0000);
                b.u32(0);
                b.u16(1);
                b.zeros(32);
                b.u16(0x18);
                b.u16(0xFFFF);
                b.put(b"avcC", |b| b.bytes(config));
            }),
            Entry::Aac { bits_per_second } => self.put(b"mp4a", |b| {
                b.zeros(6);
                b.u16(1);
                b.zeros(8);
                b.u16(2);
                b.u16(16);
                b.u32(0);
                b.u32(SOUND_RATE << 16);
                b.full(b"esds", 0, 0, |b| b.descriptors(*bits_per_second));
            }),
        }
    }

    /// ISO/IEC 14496-1 §7.2.6.5: an ES descriptor around a decoder configuration and the AAC one.
    fn descriptors(&mut self, bits_per_second: u32) {
        self.bytes(&[0x03, 25, 0, 2, 0]);
        self.bytes(&[0x04, 17, 0x40, 0x15, 0, 0, 0]);
        self.u32(bits_per_second);
        self.u32(bits_per_second);
        self.bytes(&[0x05, 2]);
        self.bytes(&AAC_CONFIG);
        self.bytes(&[0x06, 1, 2]);
    }
}

/// `avcC` (ISO/IEC 14496-15 §5.3.3.1) of one SPS and one PPS, for NAL units with lengths of 4 bytes.
pub(crate) fn avcc(sps: &[u8], pps: &[u8]) -> Option<Vec<u8>> {
    let level = sps.get(1..4)?;
    let mut config = vec![1, level[0], level[1], level[2], 0xFF, 0xE1];
    config.extend_from_slice(&u16::try_from(sps.len()).ok()?.to_be_bytes());
    config.extend_from_slice(sps);
    config.push(1);
    config.extend_from_slice(&u16::try_from(pps.len()).ok()?.to_be_bytes());
    config.extend_from_slice(pps);
    // High profiles say their chroma and depth: 4:2:0, 8 bits.
    if level[0] >= 100 {
        config.extend_from_slice(&[0xFD, 0xF8, 0xF8, 0]);
    }
    Some(config)
}
