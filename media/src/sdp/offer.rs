//! A client's offer, read into what the server cares about. Everything else in it is ignored.

use super::{Codec, ExtensionIds, Feedback, Kind, RemoteTransport, RidLayer};
use crate::ids::{Layer, Mid};
use rtc_sdp::description::media::MediaDescription;
use rtc_sdp::description::session::SessionDescription;
use std::io::Cursor;

/// A browser's offer with 4 send m-lines and 12 slots is about 25 kB.
pub const MAX_OFFER_BYTES: usize = 64 * 1024;
/// 4 send m-lines, 3 audio and 9 video slots make 16; the rest is room for refused m-lines of long-lived peers.
pub const MAX_LINES: usize = 32;
/// Chromium offers about 25 formats on a video m-line.
const MAX_FORMATS: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    #[error("the offer is empty")]
    Empty,
    #[error("the offer is larger than {MAX_OFFER_BYTES} bytes")]
    TooLarge,
    #[error("the offer is not a session description: {0}")]
    Malformed(String),
    #[error("the offer has no m-line, or more than {MAX_LINES}")]
    LineCount,
    #[error("an m-line has no usable a=mid, or two have the same")]
    Mid,
    #[error("the offer has no a=ice-ufrag and a=ice-pwd of allowed length")]
    Ice,
    #[error("the offer has no SHA-256 a=fingerprint")]
    Fingerprint,
    #[error("the offerer does not take the DTLS client role (a=setup:active or actpass)")]
    Setup,
    #[error("no m-line has a codec in common: Opus, H.264 or VP8 are needed")]
    NoCommonCodec,
    #[error("a later offer must keep the m-lines and the DTLS certificate of the first")]
    Changed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfferedDirection {
    SendOnly,
    RecvOnly,
    SendRecv,
    Inactive,
}

/// One payload type that we could use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfferedCodec {
    pub(super) codec: Codec,
    pub(super) payload_type: u8,
    pub(super) rtx_payload_type: Option<u8>,
    pub(super) fmtp: Option<String>,
    pub(super) feedback: Feedback,
    /// Smaller is better; see [`h264_rank`].
    pub(super) rank: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfferedLine {
    pub(super) mid: Mid,
    /// `None` for data channels and unknown media: refused.
    pub(super) kind: Option<Kind>,
    /// `m=<media>` and `<proto>`, to be echoed.
    pub(super) media: String,
    pub(super) proto: String,
    pub(super) first_format: String,
    pub(super) direction: OfferedDirection,
    /// In the BUNDLE group, or the only m-line.
    pub(super) bundled: bool,
    pub(super) codecs: Vec<OfferedCodec>,
    pub(super) extensions: ExtensionIds,
    pub(super) rids: Vec<RidLayer>,
    pub(super) announced_ssrcs: Vec<(u32, Option<u32>)>,
}

/// What a client offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub remote: RemoteTransport,
    pub(super) lines: Vec<OfferedLine>,
}

impl Offer {
    /// Reads an offer.
    ///
    /// # Errors
    /// Says what makes the offer unusable. An m-line that we can't use is no error: it is refused in the answer.
    pub fn parse(text: &str) -> Result<Self, OfferError> {
        if text.trim().is_empty() {
            return Err(OfferError::Empty);
        }
        if text.len() > MAX_OFFER_BYTES {
            return Err(OfferError::TooLarge);
        }
        let session = SessionDescription::unmarshal(&mut Cursor::new(text.as_bytes()))
            .map_err(|error| OfferError::Malformed(error.to_string()))?;
        let media = &session.media_descriptions;
        if media.is_empty() || media.len() > MAX_LINES {
            return Err(OfferError::LineCount);
        }
        let bundle = bundle_group(&session);
        let mut lines: Vec<OfferedLine> = Vec::with_capacity(media.len());
        for description in media {
            let mid = value(description, "mid").and_then(Mid::new).ok_or(OfferError::Mid)?;
            if lines.iter().any(|line| line.mid == mid) {
                return Err(OfferError::Mid);
            }
            let bundled = media.len() == 1 || bundle.contains(&mid);
            lines.push(read_line(mid, bundled, description));
        }
        Ok(Self { remote: read_transport(&session)?, lines })
    }

    /// True when `later` keeps this offer's m-lines in place and the certificate: RFC 8829 §5.2.2 lets a later offer
    /// add m-lines and change directions, nothing else that matters to us.
    #[must_use]
    pub fn is_continued_by(&self, later: &Self) -> bool {
        later.lines.len() >= self.lines.len()
            && self.remote.fingerprint_sha256 == later.remote.fingerprint_sha256
            && self.lines.iter().zip(&later.lines).all(|(a, b)| a.mid == b.mid && a.media == b.media)
    }
}

fn value<'a>(media: &'a MediaDescription, key: &str) -> Option<&'a str> {
    media.attribute(key).flatten()
}

fn values<'a>(media: &'a MediaDescription, key: &'a str) -> impl Iterator<Item = &'a str> {
    media.attributes.iter().filter(move |a| a.key == key).filter_map(|a| a.value.as_deref())
}

fn bundle_group(session: &SessionDescription) -> Vec<Mid> {
    session
        .attributes
        .iter()
        .filter(|a| a.key == "group")
        .filter_map(|a| a.value.as_deref()?.strip_prefix("BUNDLE"))
        .flat_map(str::split_ascii_whitespace)
        .filter_map(Mid::new)
        .collect()
}

/// Transport attributes stand at session level or in every bundled m-line (RFC 8843 §7.1.3); the first found counts.
fn read_transport(session: &SessionDescription) -> Result<RemoteTransport, OfferError> {
    let find = |key: &str| {
        session
            .attribute(key)
            .map(String::as_str)
            .or_else(|| session.media_descriptions.iter().find_map(|m| value(m, key)))
    };
    let ice = |text: Option<&str>, least: usize| {
        // RFC 8839 §5.4: 4 to 256 and 22 to 256 ice-chars.
        text.filter(|t| (least..=256).contains(&t.len()))
            .filter(|t| t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/'))
            .map(str::to_owned)
            .ok_or(OfferError::Ice)
    };
    match find("setup") {
        Some("actpass" | "active") => {}
        _ => return Err(OfferError::Setup),
    }
    let fingerprints = session
        .attributes
        .iter()
        .chain(session.media_descriptions.iter().flat_map(|m| &m.attributes))
        .filter(|a| a.key == "fingerprint")
        .filter_map(|a| a.value.as_deref());
    let fingerprint_sha256 = fingerprints.into_iter().find_map(sha256_fingerprint).ok_or(OfferError::Fingerprint)?;
    Ok(RemoteTransport {
        ice_ufrag: ice(find("ice-ufrag"), 4)?,
        ice_pwd: ice(find("ice-pwd"), 22)?,
        fingerprint_sha256,
    })
}

/// `sha-256 AB:CD:…` (RFC 8122 §5).
fn sha256_fingerprint(text: &str) -> Option<[u8; 32]> {
    let (hash, hex) = text.split_once(' ')?;
    if !hash.eq_ignore_ascii_case("sha-256") {
        return None;
    }
    let mut bytes = [0; 32];
    let mut parts = hex.trim().split(':');
    for byte in &mut bytes {
        let part = parts.next().filter(|p| p.len() == 2)?;
        *byte = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(bytes)
}

fn read_line(mid: Mid, bundled: bool, media: &MediaDescription) -> OfferedLine {
    let name = &media.media_name;
    let proto = name.protos.join("/");
    let rtp = proto.ends_with("RTP/SAVPF") || proto.ends_with("RTP/SAVP");
    let kind = match name.media.as_str() {
        "audio" if rtp => Some(Kind::Audio),
        "video" if rtp => Some(Kind::Video),
        _ => None,
    };
    let direction = [
        ("sendonly", OfferedDirection::SendOnly),
        ("recvonly", OfferedDirection::RecvOnly),
        ("inactive", OfferedDirection::Inactive),
    ]
    .into_iter()
    .find(|(key, _)| media.has_attribute(key))
    .map_or(OfferedDirection::SendRecv, |(_, direction)| direction);
    OfferedLine {
        mid,
        kind,
        media: name.media.clone(),
        proto,
        first_format: name.formats.first().cloned().unwrap_or_else(|| "0".to_owned()),
        // Port 0 without bundle-only means that the client itself has given up the m-line.
        bundled: bundled && (name.port.value != 0 || media.has_attribute("bundle-only")),
        direction,
        codecs: kind.map(|kind| read_codecs(kind, media)).unwrap_or_default(),
        extensions: read_extensions(media),
        rids: read_rids(media),
        announced_ssrcs: read_ssrcs(media),
    }
}

fn read_codecs(kind: Kind, media: &MediaDescription) -> Vec<OfferedCodec> {
    let with_type = |text: &str| -> Option<(u8, String)> {
        let (payload_type, rest) = text.split_once(' ')?;
        Some((payload_type.parse().ok().filter(|pt: &u8| *pt < 128)?, rest.trim().to_owned()))
    };
    let maps: Vec<(u8, String)> = values(media, "rtpmap").filter_map(with_type).take(MAX_FORMATS).collect();
    let fmtps: Vec<(u8, String)> = values(media, "fmtp").filter_map(with_type).take(MAX_FORMATS).collect();
    let fmtp = |pt: u8| fmtps.iter().find(|(p, _)| *p == pt).map(|(_, text)| text.as_str());
    let rtx_of = |pt: u8| {
        maps.iter()
            .filter(|(_, name)| name.to_ascii_lowercase().starts_with("rtx/90000"))
            .find(|(rtx, _)| parameter(fmtp(*rtx), "apt").and_then(|apt| apt.parse().ok()) == Some(pt))
            .map(|(rtx, _)| *rtx)
    };
    let mut codecs: Vec<OfferedCodec> = Vec::new();
    for (payload_type, name) in &maps {
        let (codec, rank) = match (kind, name.to_ascii_lowercase().as_str()) {
            (Kind::Audio, "opus/48000/2") => (Codec::Opus, 0),
            (Kind::Video, "h264/90000") => (Codec::H264, h264_rank(fmtp(*payload_type))),
            (Kind::Video, "vp8/90000") => (Codec::Vp8, 0),
            _ => continue,
        };
        codecs.push(OfferedCodec {
            codec,
            payload_type: *payload_type,
            rtx_payload_type: rtx_of(*payload_type),
            fmtp: fmtp(*payload_type).map(str::to_owned),
            feedback: read_feedback(*payload_type, media),
            rank,
        });
    }
    codecs
}

/// `key=value` out of an `a=fmtp` parameter list.
pub(super) fn parameter<'a>(fmtp: Option<&'a str>, key: &str) -> Option<&'a str> {
    fmtp?
        .split(';')
        .filter_map(|p| p.trim().split_once('='))
        .find(|(k, _)| k.eq_ignore_ascii_case(key))
        .map(|(_, v)| v.trim())
}

/// Which H.264 payload type to take: constrained baseline with packetization-mode 1 decodes everywhere. Ranks above
/// [`LAST_DOWNLINK_RANK`] may only be received from a client that offers nothing better.
fn h264_rank(fmtp: Option<&str>) -> u8 {
    let mode_1 = parameter(fmtp, "packetization-mode") == Some("1");
    let profile = parameter(fmtp, "profile-level-id").unwrap_or("42e01f").to_ascii_lowercase();
    let by_profile = match profile.get(..4) {
        Some("42e0") => 0,
        Some("42c0") => 1,
        Some(p) if p.starts_with("42") => 2,
        Some(p) if p.starts_with("4d") => 3,
        _ => 4,
    };
    if mode_1 { by_profile } else { 10 + by_profile }
}

/// FU-A packets may not go to a receiver with packetization-mode 0 (RFC 6184 §6.2).
pub(super) const LAST_DOWNLINK_RANK: u8 = 9;

fn read_feedback(payload_type: u8, media: &MediaDescription) -> Feedback {
    let mut feedback = Feedback::default();
    for text in values(media, "rtcp-fb") {
        let Some((pt, what)) = text.split_once(' ') else { continue };
        if pt != "*" && pt.parse() != Ok(payload_type) {
            continue;
        }
        match what.trim() {
            "nack" => feedback.nack = true,
            "nack pli" => feedback.pli = true,
            "transport-cc" => feedback.transport_cc = true,
            _ => {}
        }
    }
    feedback
}

fn read_extensions(media: &MediaDescription) -> ExtensionIds {
    let mut ids = ExtensionIds::default();
    for text in values(media, "extmap") {
        let Some((id, uri)) = text.split_once(' ') else { continue };
        // `<id>[/<direction>] <uri> [attributes]`; ids 1 to 14 fit the one-byte form (RFC 8285 §4.2).
        let id = id.split('/').next().and_then(|id| id.parse::<u8>().ok()).filter(|id| (1..=14).contains(id));
        let Some(id) = id else { continue };
        match uri.split_ascii_whitespace().next().unwrap_or_default() {
            uri::MID => ids.mid = Some(id),
            uri::RID => ids.rid = Some(id),
            uri::REPAIRED_RID => ids.repaired_rid = Some(id),
            uri::TRANSPORT_CC => ids.transport_cc = Some(id),
            uri::AUDIO_LEVEL => ids.audio_level = Some(id),
            _ => {}
        }
    }
    ids
}

pub(super) mod uri {
    pub(in crate::sdp) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
    pub(in crate::sdp) const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
    pub(in crate::sdp) const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
    pub(in crate::sdp) const TRANSPORT_CC: &str =
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
    pub(in crate::sdp) const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
}

/// The layers of `a=simulcast:send`, smallest first in our naming. RFC 8853 gives no order of size, so names decide where
/// they are customary, else the order of the list.
fn read_rids(media: &MediaDescription) -> Vec<RidLayer> {
    let Some(simulcast) = value(media, "simulcast") else { return Vec::new() };
    let mut words = simulcast.split_ascii_whitespace();
    let list = loop {
        match (words.next(), words.next()) {
            (Some("send"), Some(list)) => break list,
            (Some(_), Some(_)) => {}
            _ => return Vec::new(),
        }
    };
    // Alternatives are separated by commas, a paused layer starts with a tilde.
    let rids: Vec<&str> = list
        .split(';')
        .filter_map(|alternatives| alternatives.split(',').next())
        .map(|rid| rid.trim_start_matches('~'))
        .filter(|rid| !rid.is_empty() && rid.len() <= 16 && rid.bytes().all(|b| b.is_ascii_alphanumeric()))
        .take(3)
        .collect();
    let by_name = |rid: &str| match rid {
        "l" | "q" | "low" => Some(Layer::Low),
        "m" | "mid" | "medium" => Some(Layer::Mid),
        "h" if rids.contains(&"f") => Some(Layer::Mid),
        "h" | "f" | "high" | "full" => Some(Layer::High),
        _ => None,
    };
    let in_order: &[Layer] = match rids.len() {
        1 => &[Layer::High],
        2 => &[Layer::Low, Layer::High],
        _ => &[Layer::Low, Layer::Mid, Layer::High],
    };
    let named: Option<Vec<Layer>> = rids.iter().map(|rid| by_name(rid)).collect();
    let distinct = |layers: &[Layer]| layers.iter().enumerate().all(|(i, l)| !layers[..i].contains(l));
    let layers = named.filter(|layers| distinct(layers)).unwrap_or_else(|| in_order.to_vec());
    rids.iter().zip(layers).map(|(rid, layer)| RidLayer { rid: (*rid).to_owned(), layer }).collect()
}

fn read_ssrcs(media: &MediaDescription) -> Vec<(u32, Option<u32>)> {
    let pairs: Vec<(u32, u32)> = values(media, "ssrc-group")
        .filter_map(|text| text.strip_prefix("FID "))
        .filter_map(|text| text.split_once(' '))
        .filter_map(|(primary, rtx)| Some((primary.trim().parse().ok()?, rtx.trim().parse().ok()?)))
        .collect();
    let mut announced: Vec<(u32, Option<u32>)> = Vec::new();
    for text in values(media, "ssrc") {
        let Some(ssrc) = text.split(' ').next().and_then(|s| s.parse().ok()) else { continue };
        let known = announced.iter().any(|(primary, rtx)| *primary == ssrc || *rtx == Some(ssrc));
        if known || pairs.iter().any(|(_, rtx)| *rtx == ssrc) || announced.len() == 8 {
            continue;
        }
        announced.push((ssrc, pairs.iter().find(|(primary, _)| *primary == ssrc).map(|(_, rtx)| *rtx)));
    }
    announced
}
