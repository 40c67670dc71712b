//! What was negotiated with the peers of a router that nobody negotiates with.

use lectern_media::Layer;
use lectern_media::Mid;
use lectern_media::sdp::{
    Codec, CodecSlot, ExtensionIds, Feedback, Flow, Kind, MediaLine, Negotiated, RemoteTransport, RidLayer,
};

pub(crate) fn line(name: &str, flow: Flow, codec: Codec) -> MediaLine {
    let video = codec != Codec::Opus;
    // Receivers here send no feedback, and who promises it and sends none is taken for a dead line.
    let tells = flow == Flow::Uplink;
    let codec = CodecSlot { codec, payload_type: 96, rtx_payload_type: video.then_some(97) };
    MediaLine {
        mid: Mid::new(name).unwrap(),
        kind: if video { Kind::Video } else { Kind::Audio },
        flow,
        codecs: vec![codec],
        extensions: ExtensionIds {
            mid: Some(1),
            rid: Some(2),
            transport_cc: tells.then_some(4),
            ..ExtensionIds::default()
        },
        rids: Vec::new(),
        parameter_sets: None,
        announced_ssrcs: Vec::new(),
        own_ssrcs: None,
        feedback: Feedback { nack: true, pli: true, transport_cc: tells },
    }
}

pub(crate) fn negotiated(lines: Vec<MediaLine>) -> Negotiated {
    let remote = RemoteTransport { ice_ufrag: String::new(), ice_pwd: String::new(), fingerprint_sha256: [0; 32] };
    Negotiated { lines, remote }
}

/// A camera's m-line with two layers.
pub(crate) fn camera(codec: Codec) -> MediaLine {
    let rids = [("l", Layer::Low), ("h", Layer::High)].map(|(rid, layer)| RidLayer { rid: rid.to_owned(), layer });
    MediaLine { rids: rids.to_vec(), ..line("1", Flow::Uplink, codec) }
}
