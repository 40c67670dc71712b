//! The answer to an offer: which m-lines, codecs and extensions we take, written out.

use super::offer::{LAST_DOWNLINK_RANK, OfferedCodec, OfferedDirection, OfferedLine, parameter, uri};
use super::{
    Codec, CodecSlot, ExtensionIds, Feedback, Flow, Kind, LocalTransport, MediaLine, Negotiated, Offer, OfferError,
    ParameterSets,
};
use crate::ids::Mid;
use std::fmt::Write as _;
use std::sync::Arc;

/// What the server brings to an answer.
pub struct AnswerParams<'a> {
    pub local: &'a LocalTransport,
    /// `o=` session id and version (RFC 8829 §5.3.1): the id stays, the version rises with every answer.
    pub session: u64,
    pub version: u64,
    /// What a `sendrecv` m-line means: encoders such as OBS may offer it although they only send.
    pub sendrecv_means: Flow,
    /// Own SSRCs (primary, RTX) of a slot; the same for the same mid in every later answer.
    pub own_ssrcs: &'a mut dyn FnMut(Mid) -> (u32, u32),
}

/// Answers an offer.
///
/// # Errors
/// [`OfferError::NoCommonCodec`] when there is nothing to talk about.
pub fn answer(offer: &Offer, params: &mut AnswerParams<'_>) -> Result<(String, Negotiated), OfferError> {
    let lines: Vec<MediaLine> = offer.lines.iter().map(|line| choose(line, params)).collect();
    if lines.iter().all(|line| line.codecs.is_empty()) {
        return Err(OfferError::NoCommonCodec);
    }
    let text = write(offer, &lines, params);
    Ok((text, Negotiated { lines, remote: offer.remote.clone() }))
}

fn choose(line: &OfferedLine, params: &mut AnswerParams<'_>) -> MediaLine {
    let wanted = match line.direction {
        OfferedDirection::SendOnly => Flow::Uplink,
        OfferedDirection::RecvOnly => Flow::Downlink,
        OfferedDirection::SendRecv => params.sendrecv_means,
        OfferedDirection::Inactive => Flow::Idle,
    };
    let chosen = if line.bundled { choose_codecs(line, wanted) } else { Vec::new() };
    let flow = if chosen.is_empty() { Flow::Idle } else { wanted };
    let extensions = match flow {
        Flow::Uplink => line.extensions,
        // Layers and repairs are told apart by SSRC towards a receiver.
        _ => ExtensionIds { rid: None, repaired_rid: None, ..line.extensions },
    };
    let feedback = chosen.iter().fold(Feedback::default(), |all, codec| Feedback {
        nack: all.nack || codec.feedback.nack,
        pli: all.pli || codec.feedback.pli,
        transport_cc: (all.transport_cc || codec.feedback.transport_cc) && extensions.transport_cc.is_some(),
    });
    let own_ssrcs = (flow == Flow::Downlink).then(|| {
        let (primary, rtx) = (params.own_ssrcs)(line.mid);
        (primary, chosen.iter().any(|codec| codec.rtx_payload_type.is_some()).then_some(rtx))
    });
    let slot = |codec: &&OfferedCodec| CodecSlot {
        codec: codec.codec,
        payload_type: codec.payload_type,
        rtx_payload_type: codec.rtx_payload_type,
    };
    MediaLine {
        mid: line.mid,
        kind: line.kind.unwrap_or(Kind::Video),
        flow,
        codecs: chosen.iter().map(slot).collect(),
        extensions,
        rids: if flow == Flow::Uplink { line.rids.clone() } else { Vec::new() },
        parameter_sets: (flow == Flow::Uplink).then(|| chosen.iter().find_map(|codec| parameter_sets(codec))).flatten(),
        announced_ssrcs: if flow == Flow::Uplink { line.announced_ssrcs.clone() } else { Vec::new() },
        own_ssrcs,
        feedback,
    }
}

fn parameter_sets(codec: &OfferedCodec) -> Option<Arc<ParameterSets>> {
    let told = parameter(codec.fmtp.as_deref(), "sprop-parameter-sets").filter(|_| codec.codec == Codec::H264)?;
    ParameterSets::read(told).map(Arc::new)
}

/// The best payload type of each codec, H.264 before VP8: hardware encoders and decoders are everywhere for it.
fn choose_codecs(line: &OfferedLine, flow: Flow) -> Vec<&OfferedCodec> {
    let order: &[Codec] = match line.kind {
        Some(Kind::Audio) => &[Codec::Opus],
        Some(Kind::Video) => &[Codec::H264, Codec::Vp8],
        None => &[],
    };
    let usable = |codec: &&OfferedCodec| flow != Flow::Downlink || codec.rank <= LAST_DOWNLINK_RANK;
    order
        .iter()
        .filter_map(|wanted| {
            line.codecs.iter().filter(|c| c.codec == *wanted).filter(usable).min_by_key(|codec| codec.rank)
        })
        .collect()
}

fn write(offer: &Offer, lines: &[MediaLine], params: &AnswerParams<'_>) -> String {
    let mut out = Lines(String::with_capacity(512 + 900 * lines.len()));
    let taken = |line: &MediaLine| !line.codecs.is_empty();
    out.line(format_args!("v=0"));
    out.line(format_args!("o=- {} {} IN IP4 0.0.0.0", params.session, params.version));
    out.line(format_args!("s=-"));
    out.line(format_args!("t=0 0"));
    out.line(format_args!("a=ice-lite"));
    let bundle: String =
        lines.iter().filter(|line| taken(line)).fold(String::new(), |all, line| all + " " + line.mid.as_str());
    out.line(format_args!("a=group:BUNDLE{bundle}"));
    // All slots belong to one stream: browsers keep the first sound and the first picture of a stream in step.
    out.line(format_args!("a=msid-semantic: WMS lectern"));
    let tagged = lines.iter().position(taken);
    for (index, (offered, line)) in offer.lines.iter().zip(lines).enumerate() {
        if taken(line) {
            write_line(&mut out, offered, line, params, tagged == Some(index));
        } else {
            out.line(format_args!("m={} 0 {} {}", offered.media, offered.proto, offered.first_format));
            out.line(format_args!("c=IN IP4 0.0.0.0"));
            out.line(format_args!("a=mid:{}", offered.mid));
            out.line(format_args!("a=inactive"));
        }
    }
    out.0
}

fn write_line(out: &mut Lines, offered: &OfferedLine, line: &MediaLine, params: &AnswerParams<'_>, tagged: bool) {
    let mut formats = String::new();
    for codec in &line.codecs {
        let _ = write!(formats, " {}", codec.payload_type);
    }
    for rtx in line.codecs.iter().filter_map(|codec| codec.rtx_payload_type) {
        let _ = write!(formats, " {rtx}");
    }
    out.line(format_args!("m={} 9 {}{formats}", offered.media, offered.proto));
    out.line(format_args!("c=IN IP4 0.0.0.0"));
    out.line(format_args!("a=mid:{}", line.mid));
    write_transport(out, params.local, tagged);
    out.line(format_args!(
        "a={}",
        match line.flow {
            Flow::Uplink => "recvonly",
            Flow::Downlink => "sendonly",
            Flow::Idle => "inactive",
        }
    ));
    write_extensions(out, &line.extensions);
    for codec in &line.codecs {
        let source = offered.codecs.iter().find(|c| c.payload_type == codec.payload_type);
        write_codec(out, codec, source, line);
    }
    if !line.rids.is_empty() {
        let rids: Vec<&str> = line.rids.iter().map(|layer| layer.rid.as_str()).collect();
        for rid in &rids {
            out.line(format_args!("a=rid:{rid} recv"));
        }
        out.line(format_args!("a=simulcast:recv {}", rids.join(";")));
    }
    if let Some((primary, rtx)) = line.own_ssrcs {
        out.line(format_args!("a=msid:lectern {}", line.mid));
        if let Some(rtx) = rtx {
            out.line(format_args!("a=ssrc-group:FID {primary} {rtx}"));
        }
        for ssrc in [Some(primary), rtx].into_iter().flatten() {
            out.line(format_args!("a=ssrc:{ssrc} cname:lectern"));
        }
    }
}

fn write_transport(out: &mut Lines, local: &LocalTransport, tagged: bool) {
    out.line(format_args!("a=ice-ufrag:{}", local.ice_ufrag));
    out.line(format_args!("a=ice-pwd:{}", local.ice_pwd));
    let hex: Vec<String> = local.fingerprint_sha256.iter().map(|byte| format!("{byte:02X}")).collect();
    out.line(format_args!("a=fingerprint:sha-256 {}", hex.join(":")));
    out.line(format_args!("a=setup:passive"));
    out.line(format_args!("a=rtcp-mux"));
    out.line(format_args!("a=rtcp-rsize"));
    if !tagged {
        return;
    }
    for candidate in local.candidate_attributes() {
        out.line(format_args!("a={candidate}"));
    }
    out.line(format_args!("a=end-of-candidates"));
}

fn write_extensions(out: &mut Lines, ids: &ExtensionIds) {
    let all = [
        (ids.mid, uri::MID),
        (ids.rid, uri::RID),
        (ids.repaired_rid, uri::REPAIRED_RID),
        (ids.transport_cc, uri::TRANSPORT_CC),
        (ids.audio_level, uri::AUDIO_LEVEL),
    ];
    for (id, uri) in all {
        if let Some(id) = id {
            out.line(format_args!("a=extmap:{id} {uri}"));
        }
    }
}

fn write_codec(out: &mut Lines, codec: &CodecSlot, offered: Option<&OfferedCodec>, line: &MediaLine) {
    let pt = codec.payload_type;
    let fmtp = offered.and_then(|offered| offered.fmtp.as_deref());
    match codec.codec {
        Codec::Opus => {
            out.line(format_args!("a=rtpmap:{pt} opus/48000/2"));
            // RFC 7587 §6.1: how we like to receive. A client repairs its sound in itself, and is still while nobody speaks.
            out.line(format_args!("a=fmtp:{pt} minptime=10;useinbandfec=1;usedtx=1"));
        }
        Codec::H264 => {
            out.line(format_args!("a=rtpmap:{pt} H264/90000"));
            // RFC 6184 §8.2.2: profile and packetization mode are answered as offered.
            let mode = parameter(fmtp, "packetization-mode").unwrap_or("0");
            let profile = parameter(fmtp, "profile-level-id").unwrap_or("42e01f");
            out.line(format_args!(
                "a=fmtp:{pt} level-asymmetry-allowed=1;packetization-mode={mode};profile-level-id={profile}"
            ));
        }
        Codec::Vp8 => out.line(format_args!("a=rtpmap:{pt} VP8/90000")),
    }
    let feedback = offered.map(|offered| offered.feedback).unwrap_or_default();
    if feedback.nack {
        out.line(format_args!("a=rtcp-fb:{pt} nack"));
    }
    if feedback.pli {
        out.line(format_args!("a=rtcp-fb:{pt} nack pli"));
    }
    if line.feedback.transport_cc && feedback.transport_cc {
        out.line(format_args!("a=rtcp-fb:{pt} transport-cc"));
    }
    if let Some(rtx) = codec.rtx_payload_type {
        out.line(format_args!("a=rtpmap:{rtx} rtx/90000"));
        out.line(format_args!("a=fmtp:{rtx} apt={pt}"));
    }
}

/// SDP lines end with CRLF (RFC 8866 §5).
struct Lines(String);

impl Lines {
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = write!(self.0, "{text}\r\n");
    }
}
