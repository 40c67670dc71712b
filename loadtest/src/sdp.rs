//! The little of SDP that a client needs: reading the other side's description, and writing offers (RFC 8866, RFC 8839,
//! RFC 8829).

use std::collections::HashMap;
use std::fmt::Write;
use std::net::SocketAddr;

pub(crate) const MID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
pub(crate) const RID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
pub(crate) const RRID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
pub(crate) const AUDIO_LEVEL_URI: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
pub(crate) const TRANSPORT_CC_URI: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum AnswerError {
    #[error("the server's description has no {0}")]
    Missing(&'static str),
    #[error("the server wants this client to be the DTLS server")]
    Role,
    #[error("the server takes none of the offered media")]
    NothingTaken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Audio,
    Video,
}

/// The other side's description: its answer, or an offer that this client answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) ice_ufrag: String,
    pub(crate) ice_pwd: String,
    /// `sha-256 AB:CD:…`, as written.
    pub(crate) fingerprint: String,
    pub(crate) candidates: Vec<SocketAddr>,
    pub(crate) media: Vec<Media>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Media {
    pub(crate) kind: Option<Kind>,
    pub(crate) mid: String,
    pub(crate) taken: bool,
    /// Codec names in lower case, by payload type, in the answer's order.
    pub(crate) codecs: Vec<(u8, String)>,
    /// What an RTX payload type repairs.
    pub(crate) apt: HashMap<u8, u8>,
    pub(crate) extensions: HashMap<String, u8>,
    pub(crate) rids: Vec<String>,
    /// The media SSRC that an RTX SSRC repairs.
    pub(crate) repairs: HashMap<u32, u32>,
    pub(crate) transport_cc: bool,
    /// Lost packets may be asked for again.
    pub(crate) nack: bool,
}

impl Media {
    pub(crate) fn payload_type(&self, codec: &str) -> Option<u8> {
        self.codecs.iter().find(|(_, name)| name == codec).map(|(payload_type, _)| *payload_type)
    }

    pub(crate) fn rtx_of(&self, payload_type: u8) -> Option<u8> {
        self.apt.iter().find(|(_, repaired)| **repaired == payload_type).map(|(rtx, _)| *rtx)
    }
}

impl Answer {
    pub(crate) fn parse(sdp: &str) -> Result<Self, AnswerError> {
        let mut answer = Self::default();
        let mut setup = "";
        for line in sdp.lines().map(str::trim_end) {
            if let Some(media) = line.strip_prefix("m=") {
                answer.media.push(Media::from_line(media));
                continue;
            }
            let Some(attribute) = line.strip_prefix("a=") else { continue };
            let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
            match name {
                // A bundle has one transport: the first of each is as good as any (RFC 9143 §7).
                "ice-ufrag" if answer.ice_ufrag.is_empty() => answer.ice_ufrag = value.to_owned(),
                "ice-pwd" if answer.ice_pwd.is_empty() => answer.ice_pwd = value.to_owned(),
                "fingerprint" if answer.fingerprint.is_empty() => answer.fingerprint = value.to_owned(),
                "setup" if setup.is_empty() => setup = value,
                "candidate" => {
                    answer.candidates.extend(candidate(value).filter(|new| !answer.candidates.contains(new)))
                }
                _ => {
                    if let Some(media) = answer.media.last_mut() {
                        media.attribute(name, value);
                    }
                }
            }
        }
        answer.check(setup)
    }

    fn check(self, setup: &str) -> Result<Self, AnswerError> {
        let missing = [
            (self.ice_ufrag.is_empty(), "ice-ufrag"),
            (self.ice_pwd.is_empty(), "ice-pwd"),
            (self.fingerprint.is_empty(), "fingerprint"),
            (self.candidates.is_empty(), "UDP candidate"),
        ];
        if let Some((_, what)) = missing.into_iter().find(|(absent, _)| *absent) {
            return Err(AnswerError::Missing(what));
        }
        // An offer leaves the choice to this client, which is always the DTLS client.
        if !matches!(setup, "passive" | "actpass") {
            return Err(AnswerError::Role);
        }
        if !self.media.iter().any(|media| media.taken) {
            return Err(AnswerError::NothingTaken);
        }
        Ok(self)
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Media> {
        self.media.iter().filter(move |media| media.taken && media.kind == Some(kind))
    }
}

/// An address of a UDP candidate of the first component (RFC 8839 §5.1).
fn candidate(value: &str) -> Option<SocketAddr> {
    let mut fields = value.split_ascii_whitespace();
    let (_foundation, component, protocol) = (fields.next()?, fields.next()?, fields.next()?);
    let (_priority, address, port) = (fields.next()?, fields.next()?, fields.next()?);
    if component != "1" || !protocol.eq_ignore_ascii_case("udp") {
        return None;
    }
    Some(SocketAddr::new(address.parse().ok()?, port.parse().ok()?))
}

impl Media {
    fn from_line(line: &str) -> Self {
        let mut fields = line.split_ascii_whitespace();
        let kind = match fields.next() {
            Some("audio") => Some(Kind::Audio),
            Some("video") => Some(Kind::Video),
            _ => None,
        };
        let taken = fields.next().is_some_and(|port| port != "0");
        Self { kind, taken, ..Self::default() }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        match name {
            "mid" => self.mid = value.to_owned(),
            "inactive" => self.taken = false,
            "rtpmap" => {
                if let Some((payload_type, codec)) = value.split_once(' ')
                    && let Ok(payload_type) = payload_type.parse()
                {
                    let name = codec.split('/').next().unwrap_or(codec).to_ascii_lowercase();
                    self.codecs.push((payload_type, name));
                }
            }
            "fmtp" => {
                if let Some((payload_type, parameters)) = value.split_once(' ')
                    && let Some(apt) = parameters.split(';').find_map(|one| one.trim().strip_prefix("apt="))
                    && let (Ok(payload_type), Ok(apt)) = (payload_type.parse(), apt.parse())
                {
                    self.apt.insert(payload_type, apt);
                }
            }
            "rtcp-fb" => {
                self.transport_cc |= value.ends_with(" transport-cc");
                self.nack |= value.ends_with(" nack");
            }
            "extmap" => {
                if let Some((id, uri)) = value.split_once(' ')
                    && let Ok(id) = id.split('/').next().unwrap_or(id).parse()
                {
                    self.extensions.insert(uri.split(' ').next().unwrap_or(uri).to_owned(), id);
                }
            }
            "rid" => self.rids.extend(value.split(' ').next().map(str::to_owned)),
            "ssrc-group" => {
                let mut fields = value.split_ascii_whitespace();
                if fields.next() == Some("FID")
                    && let (Some(Ok(media)), Some(Ok(rtx))) =
                        (fields.next().map(str::parse), fields.next().map(str::parse))
                {
                    self.repairs.insert(rtx, media);
                }
            }
            _ => {}
        }
    }
}

/// One m-line that this program offers: received, or sent under an SSRC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    pub(crate) sends: Option<u32>,
}

/// This side of the transport, as every description tells it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transport<'a> {
    pub(crate) ice_ufrag: &'a str,
    pub(crate) ice_pwd: &'a str,
    pub(crate) fingerprint: &'a str,
    pub(crate) local: SocketAddr,
}

pub(crate) const OPUS: u8 = 111;
pub(crate) const H264: u8 = 102;
pub(crate) const H264_RTX: u8 = 103;
/// Extension numbers of every offer that this program writes.
const MID_ID: u8 = 1;
const TRANSPORT_CC_ID: u8 = 2;
const AUDIO_LEVEL_ID: u8 = 3;

impl Transport<'_> {
    pub(crate) fn session(&self, sdp: &mut String, mids: impl Iterator<Item = String>) {
        let bundle: Vec<String> = mids.collect();
        let _ = write!(
            sdp,
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\na=msid-semantic: WMS\r\n",
            bundle.join(" ")
        );
    }

    /// The m-line and what stands below it in every section.
    pub(crate) fn section(&self, sdp: &mut String, name: &str, payload_types: &str, setup: &str) {
        let (ip, port) = (self.local.ip(), self.local.port());
        let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
        let _ = write!(
            sdp,
            "m={name} {port} UDP/TLS/RTP/SAVPF {payload_types}\r\nc=IN {family} {ip}\r\na=rtcp-mux\r\na=rtcp-rsize\r\n\
             a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:{}\r\na=setup:{setup}\r\n\
             a=candidate:1 1 udp 2130706431 {ip} {port} typ host\r\na=end-of-candidates\r\n",
            self.ice_ufrag, self.ice_pwd, self.fingerprint,
        );
    }

    /// An offer of these lines, numbered from 0; whoever answers is the DTLS server.
    pub(crate) fn offer(&self, lines: &[Line]) -> String {
        let mut sdp = String::with_capacity(2_048);
        self.session(&mut sdp, (0..lines.len()).map(|mid| mid.to_string()));
        for (mid, line) in lines.iter().enumerate() {
            let (name, payload_types) = match (line.kind, line.sends) {
                (Kind::Audio, _) => ("audio", OPUS.to_string()),
                (Kind::Video, None) => ("video", format!("{H264} {H264_RTX}")),
                // A sender without RTX answers NACKs with the packet itself.
                (Kind::Video, Some(_)) => ("video", H264.to_string()),
            };
            self.section(&mut sdp, name, &payload_types, "active");
            let _ = write!(
                sdp,
                "a=mid:{mid}\r\na=extmap:{MID_ID} {MID_URI}\r\na=extmap:{TRANSPORT_CC_ID} {TRANSPORT_CC_URI}\r\n"
            );
            line.codecs(&mut sdp);
            line.direction(&mut sdp);
        }
        sdp
    }
}

impl Transport<'_> {
    /// The answer to a server's offer: receives whatever it sends, as the DTLS client (RFC 8829 §5.3).
    pub(crate) fn answer(&self, offer: &str) -> String {
        const MIRRORED: [&str; 5] = ["a=mid:", "a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:"];
        let lines = || offer.lines().map(str::trim_end);
        let mut sdp = String::with_capacity(offer.len());
        self.session(&mut sdp, lines().filter_map(|line| line.strip_prefix("a=mid:")).map(str::to_owned));
        let mut inside = false;
        for line in lines() {
            if let Some(media) = line.strip_prefix("m=") {
                inside = true;
                let mut fields = media.splitn(4, ' ');
                let name = fields.next().unwrap_or_default();
                self.section(&mut sdp, name, fields.nth(2).unwrap_or_default(), "active");
            } else if inside && MIRRORED.iter().any(|prefix| line.starts_with(prefix)) {
                let _ = write!(sdp, "{line}\r\n");
            } else if inside && matches!(line, "a=sendonly" | "a=sendrecv") {
                sdp.push_str("a=recvonly\r\n");
            } else if inside && matches!(line, "a=inactive" | "a=recvonly") {
                sdp.push_str("a=inactive\r\n");
            }
        }
        sdp
    }
}

impl Line {
    fn codecs(self, sdp: &mut String) {
        let _ = match self.kind {
            Kind::Audio => write!(
                sdp,
                "a=extmap:{AUDIO_LEVEL_ID} {AUDIO_LEVEL_URI}\r\n\
                 a=rtpmap:{OPUS} opus/48000/2\r\na=fmtp:{OPUS} minptime=10;useinbandfec=1\r\n\
                 a=rtcp-fb:{OPUS} transport-cc\r\na=rtcp-fb:{OPUS} nack\r\n"
            ),
            Kind::Video => write!(
                sdp,
                "a=rtpmap:{H264} H264/90000\r\n\
                 a=fmtp:{H264} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n\
                 a=rtcp-fb:{H264} transport-cc\r\na=rtcp-fb:{H264} ccm fir\r\na=rtcp-fb:{H264} nack\r\n\
                 a=rtcp-fb:{H264} nack pli\r\n"
            ),
        };
    }

    fn direction(self, sdp: &mut String) {
        let _ = match (self.kind, self.sends) {
            (Kind::Audio, None) => write!(sdp, "a=recvonly\r\n"),
            (Kind::Video, None) => {
                write!(sdp, "a=rtpmap:{H264_RTX} rtx/90000\r\na=fmtp:{H264_RTX} apt={H264}\r\na=recvonly\r\n")
            }
            (_, Some(ssrc)) => write!(sdp, "a=sendonly\r\na=msid:load load{ssrc}\r\na=ssrc:{ssrc} cname:load\r\n"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=ice-lite\r\n\
        a=fingerprint:sha-256 AA:BB\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=setup:passive\r\n\
        a=ice-ufrag:uf\r\na=ice-pwd:pw\r\na=candidate:1 1 udp 1 127.0.0.1 4000 typ host\r\n\
        a=candidate:2 1 tcp 1 127.0.0.1 9 typ host tcptype active\r\na=rtpmap:111 opus/48000/2\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 102 103\r\na=mid:1\r\na=sendonly\r\na=rtpmap:102 H264/90000\r\n\
        a=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\na=extmap:4/recvonly urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
        a=rtcp-fb:102 transport-cc\r\na=rtcp-fb:102 nack\r\na=ssrc-group:FID 10 11\r\nm=video 0 UDP/TLS/RTP/SAVPF 102\r\na=mid:2\r\n";

    #[test]
    fn an_answer_is_read() {
        let answer = Answer::parse(ANSWER).unwrap();
        assert_eq!((answer.ice_ufrag.as_str(), answer.ice_pwd.as_str()), ("uf", "pw"));
        assert_eq!(answer.candidates, ["127.0.0.1:4000".parse::<SocketAddr>().unwrap()]);
        let video: Vec<&Media> = answer.of_kind(Kind::Video).collect();
        assert_eq!(video.len(), 1, "a rejected section is not taken");
        assert_eq!(video[0].payload_type("h264"), Some(102));
        assert_eq!(video[0].rtx_of(102), Some(103));
        assert_eq!(video[0].extensions[MID_URI], 4);
        assert_eq!(video[0].repairs[&11], 10);
        assert!(video[0].transport_cc && video[0].nack);
        assert!(!answer.of_kind(Kind::Audio).any(|media| media.nack));
    }

    #[test]
    fn an_offer_of_the_server_is_answered_line_by_line() {
        let offer = ANSWER.replace("a=setup:passive", "a=setup:actpass");
        assert!(Answer::parse(&offer).is_ok());
        let local = "192.0.2.1:5000".parse().unwrap();
        let transport = Transport { ice_ufrag: "mine", ice_pwd: "secret", fingerprint: "sha-256 CC", local };
        let answer = transport.answer(&offer);
        assert_eq!(answer.matches("a=recvonly\r\n").count(), 2);
        assert_eq!(answer.matches("a=setup:active\r\n").count(), 3);
        assert!(answer.contains("a=group:BUNDLE 0 1 2\r\n"), "{answer}");
        assert!(answer.contains("m=video 5000 UDP/TLS/RTP/SAVPF 102 103\r\n"));
        assert!(answer.contains("a=fmtp:103 apt=102\r\n"));
        assert!(!answer.contains("FID") && !answer.contains("127.0.0.1 4000") && !answer.contains("a=ice-ufrag:uf"));
    }

    #[test]
    fn an_answer_without_the_means_to_connect_is_refused() {
        let without = |what: &str| Answer::parse(&ANSWER.replace(what, "x="));
        assert_eq!(without("a=ice-pwd:"), Err(AnswerError::Missing("ice-pwd")));
        assert_eq!(without("a=fingerprint:"), Err(AnswerError::Missing("fingerprint")));
        assert_eq!(without("a=candidate:1"), Err(AnswerError::Missing("UDP candidate")));
        assert_eq!(without("a=setup:passive"), Err(AnswerError::Role));
        assert_eq!(Answer::parse(&ANSWER.replace(" 9 UDP", " 0 UDP")), Err(AnswerError::NothingTaken));
        assert!(Answer::parse("").is_err());
    }
}
