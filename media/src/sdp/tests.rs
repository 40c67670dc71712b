use super::*;
use proptest::prelude::*;

const CHROMIUM: &str = include_str!("offers/chromium-156-member.sdp");
/// The shape of an encoder: one audio and one video m-line, `sendrecv`, no header extensions, H.264 only.
const ENCODER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=setup:actpass\r\n\
a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n\
a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\n\
m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n\
a=ssrc:77 cname:x\r\n\
m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:96 H264/90000\r\n\
a=fmtp:96 packetization-mode=1;profile-level-id=640029\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\n\
a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=ssrc-group:FID 88 89\r\na=ssrc:88 cname:x\r\na=ssrc:89 cname:x\r\n";

fn local() -> LocalTransport {
    LocalTransport {
        ice_ufrag: "ourufrag".to_owned(),
        ice_pwd: "our-password-of-24-chars".replace('-', "x"),
        fingerprint_sha256: [0xAB; 32],
        candidates: vec!["127.0.0.1:7780".parse().unwrap(), "192.0.2.7:7780".parse().unwrap()],
        tcp_candidates: vec!["192.0.2.7:8443".parse().unwrap()],
    }
}

fn answered(offer: &str, sendrecv_means: Flow) -> Result<(String, Negotiated), OfferError> {
    let mut next = 1000;
    let mut own_ssrcs = |_| {
        next += 2;
        (next, next + 1)
    };
    let params =
        &mut AnswerParams { local: &local(), session: 7, version: 1, sendrecv_means, own_ssrcs: &mut own_ssrcs };
    answer(&Offer::parse(offer)?, params)
}

#[test]
fn a_browser_member_gets_its_uplinks_and_slots() {
    let (text, negotiated) = answered(CHROMIUM, Flow::Uplink).unwrap();
    let flows: Vec<Flow> = negotiated.lines.iter().map(|line| line.flow).collect();
    let (up, down) = (Flow::Uplink, Flow::Downlink);
    assert_eq!(flows, [up, up, up, up, down, down, down, down, down]);
    let camera = &negotiated.lines[1];
    let layers: Vec<(&str, Layer)> = camera.rids.iter().map(|rid| (rid.rid.as_str(), rid.layer)).collect();
    assert_eq!(layers, [("l", Layer::Low), ("m", Layer::Mid), ("h", Layer::High)]);
    assert_eq!(camera.codecs.iter().map(|c| c.codec).collect::<Vec<_>>(), [Codec::H264, Codec::Vp8]);
    assert!(camera.codecs.iter().all(|codec| codec.rtx_payload_type.is_some()));
    assert!(
        camera.extensions.mid.is_some() && camera.extensions.rid.is_some() && camera.extensions.repaired_rid.is_some()
    );
    assert!(camera.feedback.nack && camera.feedback.pli && camera.feedback.transport_cc);
    assert!(text.contains("a=simulcast:recv l;m;h\r\n"));
    assert!(negotiated.lines[4..].iter().all(|line| line.own_ssrcs.is_some() && line.rids.is_empty()));
    assert_eq!(text.matches("a=candidate:").count(), 3, "candidates stand once, in the tagged m-line");
    assert!(text.contains("a=candidate:1 1 udp 2130706431 127.0.0.1 7780 typ host\r\n"), "{text}");
    let passive = "a=candidate:3 1 tcp 1520435199 192.0.2.7 8443 typ host tcptype passive\r\n";
    assert!(text.contains(passive), "{text}");
    assert!(text.contains("a=group:BUNDLE 0 1 2 3 4 5 6 7 8\r\n"));
}

#[test]
fn constrained_baseline_with_packetization_mode_1_is_preferred() {
    let (text, negotiated) = answered(CHROMIUM, Flow::Uplink).unwrap();
    for line in negotiated.lines.iter().filter(|line| line.kind == Kind::Video) {
        let pt = line.codecs[0].payload_type;
        assert!(
            text.contains(&format!(
                "a=fmtp:{pt} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
            ))
        );
    }
}

#[test]
fn every_line_of_an_answer_parses_again() {
    let (text, _) = answered(CHROMIUM, Flow::Uplink).unwrap();
    let parsed = rtc_sdp::SessionDescription::unmarshal(&mut std::io::Cursor::new(text.as_bytes())).unwrap();
    assert_eq!(parsed.media_descriptions.len(), 9);
}

#[test]
fn an_encoder_that_says_sendrecv_is_an_uplink_and_a_player_a_downlink() {
    let (text, negotiated) = answered(ENCODER, Flow::Uplink).unwrap();
    assert!(negotiated.lines.iter().all(|line| line.flow == Flow::Uplink));
    assert_eq!(negotiated.lines[1].announced_ssrcs, [(88, Some(89))]);
    assert_eq!(negotiated.lines[0].announced_ssrcs, [(77, None)]);
    assert!(text.contains("profile-level-id=640029"), "the profile is answered as offered");
    let (_, negotiated) = answered(ENCODER, Flow::Downlink).unwrap();
    assert!(negotiated.lines.iter().all(|line| line.flow == Flow::Downlink));
}

#[test]
fn transport_feedback_needs_its_header_extension() {
    let (text, negotiated) =
        answered(&ENCODER.replace("a=rtcp-fb:96 nack\r\n", "a=rtcp-fb:96 transport-cc\r\n"), Flow::Uplink).unwrap();
    assert!(!negotiated.lines[1].feedback.transport_cc);
    assert!(!text.contains("transport-cc"));
}

#[test]
fn packetization_mode_0_may_be_received_but_not_sent_to() {
    let offer = ENCODER.replace("packetization-mode=1", "packetization-mode=0");
    assert_eq!(answered(&offer, Flow::Uplink).unwrap().1.lines[1].flow, Flow::Uplink);
    assert_eq!(answered(&offer, Flow::Downlink).unwrap().1.lines[1].flow, Flow::Idle);
}

#[test]
fn a_data_channel_is_refused_without_hurting_the_rest() {
    let data =
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=sctp-port:5000\r\n";
    let offer = format!("{ENCODER}{data}").replace("BUNDLE 0 1", "BUNDLE 0 1 2");
    let (text, negotiated) = answered(&offer, Flow::Uplink).unwrap();
    assert_eq!(negotiated.lines[2].flow, Flow::Idle);
    assert!(text.contains("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
    assert!(text.contains("a=group:BUNDLE 0 1\r\n"));
}

#[test]
fn a_line_outside_the_bundle_is_refused() {
    let (_, negotiated) = answered(&ENCODER.replace("BUNDLE 0 1", "BUNDLE 0"), Flow::Uplink).unwrap();
    assert_eq!(negotiated.lines.iter().map(|l| l.flow).collect::<Vec<_>>(), [Flow::Uplink, Flow::Idle]);
}

#[test]
fn rid_names_decide_the_layer_and_unknown_names_count_from_small_to_large() {
    let with = |list: &str| {
        let simulcast = format!("a=mid:1\r\na=simulcast:send {list}\r\n");
        answered(&ENCODER.replace("a=mid:1\r\n", &simulcast), Flow::Uplink).unwrap().1.lines[1].rids.clone()
    };
    let layer = |rids: &[RidLayer], rid: &str| rids.iter().find(|r| r.rid == rid).map(|r| r.layer);
    let qhf = with("f;h;q");
    assert_eq!(
        [layer(&qhf, "q"), layer(&qhf, "h"), layer(&qhf, "f")],
        [Some(Layer::Low), Some(Layer::Mid), Some(Layer::High)]
    );
    let numbered = with("0;1;2");
    assert_eq!([layer(&numbered, "0"), layer(&numbered, "2")], [Some(Layer::Low), Some(Layer::High)]);
    assert_eq!(with("a;~b,c;d;e").len(), 3, "a fourth layer is left out");
}

#[test]
fn unusable_offers_say_why() {
    let cases = [
        ("  \r\n".to_owned(), OfferError::Empty),
        ("v=0\r\n".repeat(MAX_OFFER_BYTES / 4), OfferError::TooLarge),
        (ENCODER[..ENCODER.find("m=audio").unwrap()].to_owned(), OfferError::LineCount),
        (ENCODER.replace("a=mid:1\r\n", "a=mid:0\r\n"), OfferError::Mid),
        (ENCODER.replace("a=mid:1\r\n", ""), OfferError::Mid),
        (ENCODER.replace("a=ice-pwd:abcdefghijklmnopqrstuv", "a=ice-pwd:short"), OfferError::Ice),
        (ENCODER.replace("sha-256 00:01", "sha-1 00:01"), OfferError::Fingerprint),
        (ENCODER.replace("sha-256 00:01", "sha-256 0:01"), OfferError::Fingerprint),
        (ENCODER.replace("a=setup:actpass", "a=setup:passive"), OfferError::Setup),
        (ENCODER.replace("opus", "speex").replace("H264", "H263"), OfferError::NoCommonCodec),
    ];
    for (offer, error) in cases {
        assert_eq!(answered(&offer, Flow::Uplink).unwrap_err(), error);
    }
    assert!(matches!(Offer::parse("hello"), Err(OfferError::Malformed(_))));
    let many = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(MAX_LINES + 1);
    let header = &ENCODER[..ENCODER.find("m=audio").unwrap()];
    assert_eq!(Offer::parse(&format!("{header}{many}")), Err(OfferError::LineCount));
}

#[test]
fn a_later_offer_may_add_lines_but_not_swap_them() {
    let first = Offer::parse(ENCODER).unwrap();
    let more = format!("{ENCODER}m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\n");
    assert!(first.is_continued_by(&Offer::parse(&more).unwrap()));
    assert!(!Offer::parse(&more).unwrap().is_continued_by(&first));
    let other_key = ENCODER.replace("00:01:02", "FF:01:02");
    assert!(!first.is_continued_by(&Offer::parse(&other_key).unwrap()));
}

proptest! {
    #[test]
    fn a_damaged_offer_never_panics(cuts in prop::collection::vec((0usize..CHROMIUM.len(), 0usize..40, any::<u8>()), 1..8)) {
        let mut bytes = CHROMIUM.as_bytes().to_vec();
        for (at, len, byte) in cuts {
            let at = at.min(bytes.len());
            let end = (at + len).min(bytes.len());
            bytes.splice(at..end, [byte]);
        }
        let _ = answered(&String::from_utf8_lossy(&bytes), Flow::Uplink);
    }
}
