//! The boxes of a fragmented MP4 (ISO/IEC 14496-12) with one track: what stands before the first sample, and some samples.

use super::assemble::Configuration;
use super::parameters::size_of;
use mp4_atom::{
    Audio, Avc1, Avcc, Codec, Dinf, Dops, Dref, DrefEntry, Encode as _, Esds, FixedPoint, FourCC, Ftyp, Hdlr, Mdat,
    Mdhd, Mdia, Mfhd, Minf, Moof, Moov, Mp4a, Mvex, Mvhd, Opus, Smhd, Stbl, Stco, Stsd, Tfdt, Tfhd, Tkhd, Traf, Trak,
    Trex, Trun, TrunEntry, TrunSamples, Url, Visual, Vmhd, Vp08, VpcC, esds,
};

/// The only one in its file.
const TRACK: u32 = 1;
/// ISO/IEC 14496-12 §8.8.3.1: it depends on no other sample; and: it depends on others and is no sync sample.
const SYNC: u32 = 0x0200_0000;
const DEPENDS: u32 = 0x0101_0000;
/// 80 ms at 48 kHz is what decoders take to settle (RFC 7845 §4.2 says 3840); streams that begin in the middle need it.
const PRE_SKIP: u16 = 0;

impl Configuration {
    pub(crate) fn timescale(&self) -> u32 {
        match self {
            Self::Opus | Self::Aac => 48_000,
            Self::H264 { .. } | Self::Vp8 { .. } => 90_000,
        }
    }

    pub(crate) fn codec(&self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::Aac => "aac",
            Self::H264 { .. } => "h264",
            Self::Vp8 { .. } => "vp8",
        }
    }

    /// Width and height, 0 where they are not known.
    pub(crate) fn size(&self) -> (u16, u16) {
        match self {
            Self::Opus | Self::Aac => (0, 0),
            Self::Vp8 { width, height } => (*width, *height),
            Self::H264 { sps, .. } => size_of(sps).unwrap_or_default(),
        }
    }

    fn entry(&self) -> Option<Codec> {
        let (width, height) = self.size();
        let visual = Visual { width, height, ..Default::default() };
        Some(match self {
            Self::Opus => Codec::Opus(Opus {
                audio: stereo(),
                dops: Dops {
                    output_channel_count: 2,
                    pre_skip: PRE_SKIP,
                    input_sample_rate: 48_000,
                    output_gain: 0,
                    channel_mapping: None,
                },
                btrt: None,
            }),
            Self::Aac => Codec::Mp4a(Mp4a { audio: stereo(), esds: aac_lc(), btrt: None, taic: None }),
            Self::H264 { sps, pps } => {
                Codec::Avc1(Avc1 { visual, avcc: Avcc::new(sps, pps).ok()?, ..Default::default() })
            }
            Self::Vp8 { .. } => {
                let vpcc = VpcC { bit_depth: 8, chroma_subsampling: 1, ..Default::default() };
                Codec::Vp08(Vp08 { visual, vpcc, btrt: None, colr: None, pasp: None, spatial: None })
            }
        })
    }
}

fn stereo() -> Audio {
    Audio { data_reference_index: 1, channel_count: 2, sample_size: 16, sample_rate: FixedPoint::from(48_000_u16) }
}

/// ISO/IEC 14496-1 §7.2.6 and 14496-3 §1.6.2.1: AAC-LC, 48 kHz, stereo.
fn aac_lc() -> Esds {
    let specific = esds::DecoderSpecific { profile: 2, freq_index: 3, chan_conf: 2, ..Default::default() };
    let dec_config = esds::DecoderConfig {
        object_type_indication: 0x40,
        stream_type: 5,
        dec_specific: Some(specific),
        ..Default::default()
    };
    Esds { es_desc: esds::EsDescriptor { es_id: 1, dec_config, ..Default::default() } }
}

/// `ftyp` and `moov`. None when the configuration is none.
pub(crate) fn beginning(configuration: &Configuration) -> Option<Vec<u8>> {
    let (width, height) = configuration.size();
    let (timescale, sound) =
        (configuration.timescale(), matches!(configuration, Configuration::Opus | Configuration::Aac));
    let entry = configuration.entry()?;
    let stbl = Stbl { stsd: Stsd { codecs: vec![entry] }, stco: Some(Stco::default()), ..Default::default() };
    let url = DrefEntry::Url(Url { location: String::new() });
    let minf = Minf {
        vmhd: (!sound).then(Vmhd::default),
        smhd: sound.then(Smhd::default),
        dinf: Dinf { dref: Dref { entries: vec![url] } },
        stbl,
        ..Default::default()
    };
    let (handler, name) = if sound { (b"soun", "sound") } else { (b"vide", "picture") };
    let mdia = Mdia {
        mdhd: Mdhd { timescale, language: "und".into(), ..Default::default() },
        hdlr: Hdlr { handler: FourCC::new(handler), name: name.into() },
        minf,
    };
    let tkhd = Tkhd {
        track_id: TRACK,
        enabled: true,
        in_movie: true,
        volume: FixedPoint::from(u8::from(sound)),
        width: FixedPoint::from(width),
        height: FixedPoint::from(height),
        ..Default::default()
    };
    let trex = Trex { track_id: TRACK, default_sample_description_index: 1, ..Default::default() };
    let ftyp = Ftyp {
        major_brand: FourCC::new(b"iso6"),
        minor_version: 0,
        compatible_brands: vec![FourCC::new(b"iso6"), FourCC::new(b"mp41")],
    };
    let moov = Moov {
        mvhd: Mvhd { timescale: 1000, next_track_id: TRACK + 1, ..Default::default() },
        trak: vec![Trak { tkhd, mdia, ..Default::default() }],
        mvex: Some(Mvex { mehd: None, trex: vec![trex] }),
        ..Default::default()
    };
    let mut bytes = Vec::with_capacity(1024);
    ftyp.encode(&mut bytes).ok()?;
    moov.encode(&mut bytes).ok()?;
    Some(bytes)
}

/// One sample, when it is shown and how long, in ticks of the file.
#[derive(Debug)]
pub(crate) struct Timed {
    pub(crate) at: u64,
    pub(crate) duration: u32,
    pub(crate) keyframe: bool,
    pub(crate) data: Vec<u8>,
}

/// `moof` and `mdat` of samples that follow each other.
pub(crate) fn fragment(sequence: u32, samples: &[Timed]) -> Option<Vec<u8>> {
    let at = samples.first()?.at;
    let entries = samples.iter().map(|timed| TrunEntry {
        duration: Some(timed.duration),
        size: Some(timed.data.len() as u32),
        flags: Some(if timed.keyframe { SYNC } else { DEPENDS }),
        cts: None,
    });
    let trun = Trun { data_offset: Some(0), samples: TrunSamples::Explicit(entries.collect()) };
    let tfhd = Tfhd { track_id: TRACK, default_base_is_moof: true, ..Default::default() };
    let traf = Traf { tfhd, tfdt: Some(Tfdt { base_media_decode_time: at }), trun: vec![trun], ..Default::default() };
    let mut moof = Moof { mfhd: Mfhd { sequence_number: sequence }, traf: vec![traf] };
    let mut bytes = Vec::new();
    moof.encode(&mut bytes).ok()?;
    // The data begins behind the head of `mdat`.
    moof.traf[0].trun[0].data_offset = Some(i32::try_from(bytes.len() + 8).ok()?);
    bytes.clear();
    moof.encode(&mut bytes).ok()?;
    let data = samples.iter().flat_map(|timed| timed.data.iter().copied()).collect();
    Mdat { data }.encode(&mut bytes).ok()?;
    Some(bytes)
}
