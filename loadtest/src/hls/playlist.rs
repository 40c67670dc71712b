//! Playlists as far as a player needs them (RFC 8216).

use anyhow::Context as _;
use std::time::Duration;

/// One segment of a media playlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment<'a> {
    pub(super) number: u64,
    pub(super) lasts: Duration,
    pub(super) name: &'a str,
    /// What a decoder has to know before it.
    pub(super) beginning: &'a str,
}

/// The playlist of one rendition.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MediaPlaylist<'a> {
    pub(super) segments: Vec<Segment<'a>>,
    pub(super) ended: bool,
}

impl<'a> MediaPlaylist<'a> {
    pub(super) fn parse(text: &'a str) -> anyhow::Result<Self> {
        anyhow::ensure!(text.starts_with("#EXTM3U"), "this is no playlist");
        let (mut number, mut lasts, mut beginning, mut ended) = (0, Duration::ZERO, "", false);
        let mut segments = Vec::with_capacity(8);
        for line in text.lines() {
            if let Some(first) = line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:") {
                number = first.parse().context("no number of the first segment")?;
            } else if let Some(told) = line.strip_prefix("#EXTINF:") {
                let seconds = told.split(',').next().unwrap_or_default();
                lasts = Duration::try_from_secs_f64(seconds.parse().context("no duration of a segment")?)?;
            } else if let Some(told) = line.strip_prefix("#EXT-X-MAP:") {
                beginning = quoted(told, "URI").context("a map without an address")?;
            } else if line == "#EXT-X-ENDLIST" {
                ended = true;
            } else if !line.is_empty() && !line.starts_with('#') {
                segments.push(Segment { number, lasts, name: line, beginning });
                number += 1;
            }
        }
        Ok(Self { segments, ended })
    }
}

/// The names of the playlists that a viewer of this rendition plays: picture and sound.
pub(super) fn chosen(master: &str, rendition: &str) -> anyhow::Result<(String, String)> {
    let wanted = format!("{rendition}.m3u8");
    let picture = master.lines().find(|line| *line == wanted).with_context(|| format!("there is no {wanted}"))?;
    let media = master.lines().find_map(|line| line.strip_prefix("#EXT-X-MEDIA:TYPE=AUDIO"));
    let sound = media.and_then(|told| quoted(told, "URI")).context("there is no sound")?;
    Ok((picture.to_owned(), sound.to_owned()))
}

/// The value of an attribute in quotation marks.
fn quoted<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = attributes.split_once(&format!("{name}=\""))?;
    Some(value.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:40\n\
        #EXT-X-DISCONTINUITY-SEQUENCE:0\n#EXT-X-MAP:URI=\"high-init-1.mp4\"\n\
        #EXT-X-PROGRAM-DATE-TIME:2026-11-20T06:30:00.000Z\n#EXTINF:2.000,\nhigh-40.m4s\n#EXT-X-DISCONTINUITY\n\
        #EXT-X-MAP:URI=\"high-init-2.mp4\"\n#EXTINF:1.966,\nhigh-41.m4s\n";

    #[test]
    fn segments_are_numbered_from_the_first() {
        let list = MediaPlaylist::parse(TEXT).unwrap();
        let found: Vec<_> = list.segments.iter().map(|s| (s.number, s.name, s.beginning)).collect();
        assert_eq!(found, [(40, "high-40.m4s", "high-init-1.mp4"), (41, "high-41.m4s", "high-init-2.mp4")]);
        assert_eq!(list.segments[1].lasts, Duration::from_millis(1966));
        assert!(!list.ended);
        assert!(MediaPlaylist::parse(&format!("{TEXT}#EXT-X-ENDLIST\n")).unwrap().ended);
    }

    #[test]
    fn what_is_no_playlist_is_refused() {
        for text in ["", "<html>", "#EXTM3U\n#EXTINF:x,\na", "#EXTM3U\n#EXTINF:-1,\na", "#EXTM3U\n#EXT-X-MAP:URI=a"] {
            assert!(MediaPlaylist::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_viewer_plays_one_rendition_and_the_sound() {
        let master = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"sound\",URI=\"sound.m3u8\"\n\
            #EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"sound\"\nhigh.m3u8\n";
        assert_eq!(chosen(master, "high").unwrap(), ("high.m3u8".to_owned(), "sound.m3u8".to_owned()));
        assert!(chosen(master, "low").is_err());
    }
}
