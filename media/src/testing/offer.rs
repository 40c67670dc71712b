//! Offers and answers of the test clients.

use super::client::{TestClient, certificate_fingerprint};
use crate::ids::Mid;
use std::fmt::Write as _;

pub(crate) const OPUS: u8 = 111;
pub(crate) const VP8: u8 = 96;
pub(crate) const VP8_RTX: u8 = 97;
pub(crate) const MID_EXTENSION: u8 = 4;
pub(crate) const TRANSPORT_CC_EXTENSION: u8 = 3;
pub(crate) const RID_EXTENSION: u8 = 10;
pub(crate) const REPAIRED_RID_EXTENSION: u8 = 11;
pub(crate) const RIDS: [&str; 3] = ["l", "m", "h"];

/// An m-line to be offered. Uplinks name the SSRC that they will send with; the RTX SSRC of video is the next.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OfferLine {
    AudioUp(u32),
    VideoUp(u32),
    /// A camera of three layers, told apart by rid.
    CameraUp,
    /// Two layers, told apart by rid.
    LayersUp,
    AudioDown,
    VideoDown,
}

/// The m-line identification tag of the n-th line.
pub(crate) fn mid(line: usize) -> Mid {
    Mid::new(&line.to_string()).unwrap()
}

pub(crate) fn offer(client: &TestClient, lines: &[OfferLine]) -> String {
    let mut out = String::from("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE");
    (0..lines.len()).for_each(|line| write!(out, " {line}").unwrap());
    out += "\r\n";
    for (number, line) in lines.iter().enumerate() {
        write_line(&mut out, client, number, *line);
    }
    out
}

fn write_line(out: &mut String, client: &TestClient, number: usize, line: OfferLine) {
    let (kind, formats, direction) = match line {
        OfferLine::AudioUp(_) => ("audio", "111", "sendonly"),
        OfferLine::AudioDown => ("audio", "111", "recvonly"),
        OfferLine::VideoUp(_) | OfferLine::LayersUp | OfferLine::CameraUp => ("video", "96 97", "sendonly"),
        OfferLine::VideoDown => ("video", "96 97", "recvonly"),
    };
    let fingerprint: Vec<String> = certificate_fingerprint().iter().map(|byte| format!("{byte:02X}")).collect();
    let mut line_out = |text: String| {
        *out += &text;
        *out += "\r\n";
    };
    line_out(format!("m={kind} 9 UDP/TLS/RTP/SAVPF {formats}"));
    line_out("c=IN IP4 0.0.0.0".to_owned());
    line_out(format!("a=ice-ufrag:{}", client.ufrag));
    line_out(format!("a=ice-pwd:{}", client.pwd));
    line_out(format!("a=fingerprint:sha-256 {}", fingerprint.join(":")));
    line_out("a=setup:actpass".to_owned());
    line_out(format!("a=mid:{number}"));
    line_out(format!("a={direction}"));
    line_out("a=rtcp-mux".to_owned());
    line_out(format!("a=extmap:{MID_EXTENSION} urn:ietf:params:rtp-hdrext:sdes:mid"));
    line_out(format!(
        "a=extmap:{TRANSPORT_CC_EXTENSION} http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    ));
    match line {
        OfferLine::AudioUp(_) | OfferLine::AudioDown => {
            line_out("a=rtpmap:111 opus/48000/2".to_owned());
            line_out("a=rtcp-fb:111 nack".to_owned());
            line_out("a=rtcp-fb:111 transport-cc".to_owned());
        }
        OfferLine::VideoUp(_) | OfferLine::LayersUp | OfferLine::CameraUp | OfferLine::VideoDown => {
            for text in ["rtpmap:96 VP8/90000", "rtpmap:97 rtx/90000", "fmtp:97 apt=96"] {
                line_out(format!("a={text}"));
            }
            for feedback in ["nack", "nack pli", "transport-cc"] {
                line_out(format!("a=rtcp-fb:96 {feedback}"));
            }
        }
    }
    match line {
        OfferLine::AudioUp(ssrc) => line_out(format!("a=ssrc:{ssrc} cname:test")),
        OfferLine::VideoUp(ssrc) => {
            line_out(format!("a=ssrc-group:FID {ssrc} {}", ssrc + 1));
            line_out(format!("a=ssrc:{ssrc} cname:test"));
            line_out(format!("a=ssrc:{} cname:test", ssrc + 1));
        }
        OfferLine::LayersUp => {
            line_out(format!("a=extmap:{RID_EXTENSION} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"));
            line_out(format!(
                "a=extmap:{REPAIRED_RID_EXTENSION} urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
            ));
            ["rid:l send", "rid:h send", "simulcast:send l;h"].iter().for_each(|text| line_out(format!("a={text}")));
        }
        OfferLine::CameraUp => {
            line_out(format!("a=extmap:{RID_EXTENSION} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"));
            RIDS.iter().for_each(|rid| line_out(format!("a=rid:{rid} send")));
            line_out(format!("a=simulcast:send {}", RIDS.join(";")));
        }
        OfferLine::AudioDown | OfferLine::VideoDown => {}
    }
}

/// The first value of an attribute of an answer.
pub(crate) fn answered<'a>(answer: &'a str, attribute: &str) -> &'a str {
    let start = format!("a={attribute}:");
    answer.lines().find_map(|line| line.strip_prefix(start.as_str())).unwrap().trim_end()
}
