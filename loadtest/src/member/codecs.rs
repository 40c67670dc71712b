//! What a publishing member offers: Opus, and H.264 in one layer or three.

use super::outgoing::Ssrcs;
use crate::sdp::{AUDIO_LEVEL_URI, H264, H264_RTX, MID_URI, OPUS, RID_URI, RRID_URI, TRANSPORT_CC_URI};
use crate::source::Lane;
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_H264, MIME_TYPE_OPUS, MIME_TYPE_RTX, MediaEngine};
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpHeaderExtensionCapability, RTCRtpRtxParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::shared::error::Error;

/// Simulcast layers, the smallest first, as browsers of this house name them.
const RIDS: [&str; 3] = ["l", "m", "h"];
const STREAM: &str = "lesson";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VideoShape {
    Single,
    Simulcast,
}

pub(crate) fn srtp_profiles() -> Vec<SrtpProtectionProfile> {
    vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm, SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80]
}

pub(crate) fn media_engine() -> Result<MediaEngine, Error> {
    let mut engine = MediaEngine::default();
    engine.register_codec(RTCRtpCodecParameters { rtp_codec: opus(), payload_type: OPUS }, RtpCodecKind::Audio)?;
    engine.register_codec(RTCRtpCodecParameters { rtp_codec: h264(), payload_type: H264 }, RtpCodecKind::Video)?;
    let rtx = codec(MIME_TYPE_RTX, 90_000, 0, &format!("apt={H264}"), &[]);
    engine.register_codec(RTCRtpCodecParameters { rtp_codec: rtx, payload_type: H264_RTX }, RtpCodecKind::Video)?;
    let extensions = [
        (RtpCodecKind::Audio, &[MID_URI, AUDIO_LEVEL_URI, TRANSPORT_CC_URI][..]),
        (RtpCodecKind::Video, &[MID_URI, RID_URI, RRID_URI, TRANSPORT_CC_URI]),
    ];
    for (kind, uris) in extensions {
        for uri in uris {
            let capability = RTCRtpHeaderExtensionCapability { uri: (*uri).to_owned() };
            engine.register_header_extension(capability, kind, None)?;
        }
    }
    Ok(engine)
}

/// Audio first, then video: the order in which the offer lists them.
pub(crate) fn add_tracks(connection: &mut RTCPeerConnection, shape: VideoShape) -> Result<Vec<Ssrcs>, Error> {
    let audio = Ssrcs { lane: Lane::Audio, ssrc: rand::random(), rtx: None, rid: String::new() };
    let rids: &[&str] = match shape {
        VideoShape::Single => &[""],
        VideoShape::Simulcast => &RIDS,
    };
    let layers = rids.iter().enumerate().map(|(layer, rid)| Ssrcs {
        lane: Lane::Video(layer),
        ssrc: rand::random(),
        rtx: Some(rand::random()),
        rid: (*rid).to_owned(),
    });
    let layers: Vec<Ssrcs> = layers.collect();
    add_track(connection, RtpCodecKind::Audio, "sound", vec![encoding(&audio, opus())])?;
    add_track(
        connection,
        RtpCodecKind::Video,
        "picture",
        layers.iter().map(|layer| encoding(layer, h264())).collect(),
    )?;
    Ok([audio].into_iter().chain(layers).collect())
}

fn add_track(
    connection: &mut RTCPeerConnection,
    kind: RtpCodecKind,
    name: &str,
    encodings: Vec<RTCRtpEncodingParameters>,
) -> Result<(), Error> {
    let track = MediaStreamTrack::new(STREAM.to_owned(), name.to_owned(), name.to_owned(), kind, encodings.clone());
    let init = RTCRtpTransceiverInit {
        direction: RTCRtpTransceiverDirection::Sendonly,
        streams: vec![STREAM.to_owned()],
        send_encodings: encodings,
    };
    connection.add_transceiver_from_track(track, Some(init)).map(|_| ())
}

fn encoding(ssrcs: &Ssrcs, codec: RTCRtpCodec) -> RTCRtpEncodingParameters {
    RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters {
            rid: ssrcs.rid.clone(),
            ssrc: Some(ssrcs.ssrc),
            rtx: ssrcs.rtx.map(|ssrc| RTCRtpRtxParameters { ssrc }),
            fec: None,
        },
        active: true,
        codec,
        ..RTCRtpEncodingParameters::default()
    }
}

fn opus() -> RTCRtpCodec {
    codec(MIME_TYPE_OPUS, 48_000, 2, "minptime=10;useinbandfec=1", &[("transport-cc", "")])
}

fn h264() -> RTCRtpCodec {
    let feedback = [("transport-cc", ""), ("ccm", "fir"), ("nack", ""), ("nack", "pli")];
    codec(
        MIME_TYPE_H264,
        90_000,
        0,
        "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        &feedback,
    )
}

fn codec(mime_type: &str, clock_rate: u32, channels: u16, fmtp: &str, feedback: &[(&str, &str)]) -> RTCRtpCodec {
    let feedback = feedback
        .iter()
        .map(|(typ, parameter)| RTCPFeedback { typ: (*typ).to_owned(), parameter: (*parameter).to_owned() });
    RTCRtpCodec {
        mime_type: mime_type.to_owned(),
        clock_rate,
        channels,
        sdp_fmtp_line: fmtp.to_owned(),
        rtcp_feedback: feedback.collect(),
    }
}
