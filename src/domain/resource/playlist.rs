//! Playlist: an HLS media playlist (RFC 8216), and the same one without the segments that a hidden part touches.

use super::Part;
use std::collections::BTreeSet;

/// Whole pictures of two layers that belong together lie less apart.
const APART_MS: u64 = 200;
const JUMP: &str = "#EXT-X-DISCONTINUITY";

/// A segment with its time in the whole recording, in microseconds: durations have six digits, and hours of them add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub uri: String,
    from_us: u64,
    to_us: u64,
    /// Discontinuities before it in the whole playlist.
    jumps: usize,
}

impl Segment {
    /// Does any of it lie within a hidden part?
    #[must_use]
    pub fn touches(&self, hidden: &[Part]) -> bool {
        hidden.iter().any(|one| self.from_us < one.to_ms.saturating_mul(1000) && one.from_ms * 1000 < self.to_us)
    }

    /// The number of the stretch it lies in once these parts are hidden: between two jumps of the timestamps. All renditions number
    /// alike, and players put sound and picture together by it.
    #[must_use]
    pub fn stretch(&self, hidden: &[Part]) -> usize {
        self.jumps + hidden.iter().filter(|one| one.from_ms.saturating_mul(1000) < self.from_us).count()
    }

    #[must_use]
    pub fn part(&self) -> Part {
        Part { from_ms: (self.from_us + 500) / 1000, to_ms: (self.to_us + 500) / 1000 }
    }
}

/// Of each rendition the segments that go: those that a hidden part touches, and stretches of which another rendition has nothing left,
/// for a player would wait there for ever.
#[must_use]
pub fn left_out<'a>(renditions: &'a [Vec<Segment>], hidden: &[Part]) -> Vec<Vec<&'a Segment>> {
    let left = |segments: &Vec<Segment>| -> BTreeSet<usize> {
        segments.iter().filter(|one| !one.touches(hidden)).map(|one| one.stretch(hidden)).collect()
    };
    let whole = renditions.iter().map(left).reduce(|all, one| &all & &one).unwrap_or_default();
    let goes = |one: &&Segment| one.touches(hidden) || !whole.contains(&one.stretch(hidden));
    renditions.iter().map(|segments| segments.iter().filter(goes).collect()).collect()
}

/// Is the same left out of two pictures, so that a player may change from one to the other? Segments of each begin at its own whole
/// pictures: where these lie apart, one would stand still at the joint until the other goes on.
#[must_use]
pub fn fit(one: &[Part], other: &[Part]) -> bool {
    let near = |a: u64, b: u64| a.abs_diff(b) <= APART_MS;
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| near(one.from_ms, other.from_ms) && near(one.to_ms, other.to_ms))
}

/// The playlists that a master playlist names as variants (section 4.3.4.2), the best first.
pub fn variants(master: &str) -> impl Iterator<Item = &str> {
    master.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The master playlist without these variants.
#[must_use]
pub fn without_variants(master: &str, goes: impl Fn(&str) -> bool) -> String {
    let (mut kept, mut told) = (String::with_capacity(master.len()), None);
    for line in master.lines() {
        if line.starts_with("#EXT-X-STREAM-INF:") {
            told = Some(line);
        } else if line.starts_with('#') || line.trim().is_empty() || !goes(line.trim()) {
            for line in told.take().into_iter().chain([line]) {
                kept.push_str(line);
                kept.push('\n');
            }
        } else {
            told = None;
        }
    }
    kept
}

/// All segments of a media playlist, in their order.
#[must_use]
pub fn segments(text: &str) -> Vec<Segment> {
    let (mut at, mut long, mut jumps) = (0, 0, 0);
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(told) = line.strip_prefix("#EXTINF:") {
            long = micros(told);
        } else if line == JUMP {
            jumps += 1;
        } else if !line.is_empty() && !line.starts_with('#') {
            found.push(Segment { uri: line.to_owned(), from_us: at, to_us: at + long, jumps });
            at += long;
            long = 0;
        }
    }
    found
}

/// `6.006000,` in microseconds (section 4.3.2.1).
fn micros(told: &str) -> u64 {
    let seconds = told.split(',').next().unwrap_or_default().trim();
    let (whole, rest) = seconds.split_once('.').unwrap_or((seconds, ""));
    let mut digits = rest.bytes().map(|b| if b.is_ascii_digit() { u64::from(b - b'0') } else { 0 });
    let rest = (0..6).fold(0, |sum, _| sum * 10 + digits.next().unwrap_or(0));
    // Nobody records for a year; a number that is none is nothing.
    whole.parse::<u64>().unwrap_or(0).min(31_536_000) * 1_000_000 + rest
}

/// The playlist without these segments. Each jump of the timestamps is a discontinuity (section 4.3.2.3), also one within what is left
/// out, so that all renditions count alike (section 4.3.3.3); and the initialization section in force goes on (section 4.3.2.5), also
/// when it was named beside a segment that is left out.
#[must_use]
pub fn without(text: &str, left_out: &BTreeSet<String>, hidden: &[Part]) -> String {
    let mut cut = String::with_capacity(text.len());
    let mut tags: Vec<&str> = Vec::new();
    let (mut map, mut map_told) = (None, None);
    let mut stretch_told = None;
    let stretches: Vec<usize> = segments(text).iter().map(|one| one.stretch(hidden)).collect();
    let mut stretches = stretches.into_iter();
    let mut line_out = |line: &str| {
        cut.push_str(line);
        cut.push('\n');
    };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with("#EXT-X-MAP:") {
            map = Some(line);
        } else if line == JUMP {
            // Counted with the segment behind it.
        } else if line.starts_with("#EXTINF:")
            || line.starts_with("#EXT-X-PROGRAM-DATE-TIME:")
            || line.starts_with("#EXT-X-BYTERANGE:")
        {
            tags.push(line);
        } else if line.starts_with('#') {
            line_out(line);
        } else {
            let stretch = stretches.next().unwrap_or_default();
            if left_out.contains(line) {
                tags.clear();
                continue;
            }
            match stretch_told.replace(stretch) {
                None if stretch > 0 => line_out(&format!("{JUMP}-SEQUENCE:{stretch}")),
                told => (told.unwrap_or(stretch)..stretch).for_each(|_| line_out(JUMP)),
            }
            if map != map_told {
                map.iter().for_each(|map| line_out(map));
                map_told = map;
            }
            tags.drain(..).for_each(&mut line_out);
            line_out(line);
        }
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIDEO: &str = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:VOD\n\
        #EXT-X-MAP:URI=\"init-0.mp4\"\n#EXTINF:6.000000,\n00000.m4s\n#EXTINF:6.000000,\n00001.m4s\n\
        #EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXTINF:5.500000,\n00002.m4s\n#EXTINF:2.25,\n00003.m4s\n#EXT-X-ENDLIST\n";

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn segments_have_their_times() {
        let parts: Vec<(String, Part)> = segments(VIDEO).into_iter().map(|one| (one.uri.clone(), one.part())).collect();
        assert_eq!(parts[2], ("00002.m4s".to_owned(), Part { from_ms: 12_000, to_ms: 17_500 }));
        assert_eq!(parts[3].1.to_ms, 19_750);
    }

    #[test]
    fn a_segment_goes_when_one_millisecond_of_it_is_hidden_and_stays_when_none_is() {
        let touched = |from_ms, to_ms| {
            let hidden = [Part { from_ms, to_ms }];
            segments(VIDEO).into_iter().filter(|one| one.touches(&hidden)).map(|one| one.uri).collect::<Vec<_>>()
        };
        assert_eq!(touched(5_999, 6_000), ["00000.m4s"]);
        assert_eq!(touched(6_000, 12_000), ["00001.m4s"]);
        assert_eq!(touched(6_000, 12_001), ["00001.m4s", "00002.m4s"]);
    }

    #[test]
    fn a_variant_goes_with_its_line_and_nothing_else_does() {
        let master = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"audio/index.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=2\nvideo/index.m3u8\n\
            #EXT-X-STREAM-INF:BANDWIDTH=1\nsmall/index.m3u8\n";
        assert_eq!(variants(master).collect::<Vec<_>>(), ["video/index.m3u8", "small/index.m3u8"]);
        assert_eq!(without_variants(master, |_| false), master);
        let one = without_variants(master, |uri| uri == "small/index.m3u8");
        assert_eq!(one, master[..master.find("#EXT-X-STREAM-INF:BANDWIDTH=1").unwrap()]);
    }

    #[test]
    fn pictures_fit_when_the_same_is_left_out_of_them() {
        let part = |from_ms, to_ms| Part { from_ms, to_ms };
        assert!(fit(&[part(0, 5_180), part(9_000, 12_000)], &[part(0, 5_300), part(9_000, 11_900)]));
        assert!(!fit(&[part(0, 5_180)], &[part(0, 13_230)]));
        assert!(!fit(&[part(0, 5_180)], &[]));
    }

    #[test]
    fn nothing_left_out_is_the_same_playlist() {
        assert_eq!(without(VIDEO, &BTreeSet::new(), &[]), VIDEO);
    }

    #[test]
    fn what_is_left_out_is_a_discontinuity_and_its_initialization_goes_on() {
        let cut = without(VIDEO, &names(&["00001.m4s", "00002.m4s"]), &[Part { from_ms: 7_000, to_ms: 13_000 }]);
        let jumps = "#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY\n";
        let rest = format!("{jumps}#EXT-X-MAP:URI=\"init-1.mp4\"\n#EXTINF:2.25,\n00003.m4s\n#EXT-X-ENDLIST\n");
        assert!(cut.ends_with(&format!("#EXTINF:6.000000,\n00000.m4s\n{rest}")), "{cut}");
        assert!(!cut.contains("00001") && !cut.contains("00002"));
        let trimmed = without(VIDEO, &names(&["00000.m4s"]), &[Part { from_ms: 0, to_ms: 1_000 }]);
        let begins = "#EXT-X-DISCONTINUITY-SEQUENCE:1\n#EXT-X-MAP:URI=\"init-0.mp4\"\n#EXTINF:6.000000,\n00001.m4s\n";
        assert!(trimmed.contains(&format!("{begins}#EXT-X-DISCONTINUITY\n")), "{trimmed}");
    }

    /// What a player sees: the number of the stretch of each segment.
    fn counted(playlist: &str) -> Vec<(String, usize)> {
        let (mut at, mut found) = (0, Vec::new());
        for line in playlist.lines() {
            if let Some(first) = line.strip_prefix("#EXT-X-DISCONTINUITY-SEQUENCE:") {
                at = first.parse().unwrap();
            } else if line == JUMP {
                at += 1;
            } else if !line.starts_with('#') {
                found.push((line.to_owned(), at));
            }
        }
        found
    }

    /// Pictures can be cut every 8 s, sound every 6 s; the server was killed at 13 s and at 15 s.
    #[test]
    fn sound_and_picture_count_the_same_jumps_whatever_is_hidden() {
        let rendition = |lengths: &[&[u32]]| {
            let runs = lengths.iter().enumerate().map(|(run, lengths)| {
                let segments =
                    lengths.iter().enumerate().map(|(n, length)| format!("#EXTINF:{length},\n{run}-{n}.m4s\n"));
                segments.collect::<String>()
            });
            format!("#EXTM3U\n{}", runs.collect::<Vec<_>>().join("#EXT-X-DISCONTINUITY\n"))
        };
        let texts = [rendition(&[&[8, 5], &[2], &[8, 8, 8]]), rendition(&[&[6, 6, 1], &[2], &[3, 6, 6, 6, 3]])];
        let renditions = [segments(&texts[0]), segments(&texts[1])];
        for from in 0..39_u64 {
            for length in [1, 4, 9] {
                let hidden =
                    [Part { from_ms: 0, to_ms: 500 }, Part { from_ms: from * 1000, to_ms: (from + length) * 1000 }];
                let gone = left_out(&renditions, &hidden);
                let shown = texts.iter().zip(&gone).map(|(text, gone)| {
                    let gone = gone.iter().map(|one| one.uri.clone()).collect();
                    counted(&without(text, &gone, &hidden))
                });
                let shown: Vec<Vec<(String, usize)>> = shown.collect();
                let numbers = |of: &[(String, usize)]| of.iter().map(|(_, number)| *number).collect::<BTreeSet<_>>();
                assert_eq!(numbers(&shown[0]), numbers(&shown[1]), "{hidden:?}: {shown:?}");
                for (shown, whole) in shown.iter().zip(&renditions) {
                    for (uri, number) in shown {
                        let one = whole.iter().find(|one| one.uri == *uri).unwrap();
                        assert_eq!(*number, one.stretch(&hidden), "{uri} of {hidden:?}");
                        assert!(!one.touches(&hidden));
                    }
                }
            }
        }
    }

    #[test]
    fn nonsense_is_no_segment_and_never_panics() {
        for text in ["", "#EXTINF:", "#EXTINF:-3,\nx", "#EXTINF:99999999999999999999999,\nx\n#EXTINF:nan,\ny", "\0"] {
            let found = segments(text);
            assert!(found.iter().all(|one| one.from_us <= one.to_us));
            let _ = without(text, &BTreeSet::new(), &[]);
        }
    }
}
