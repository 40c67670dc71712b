//! The last segments of one stream, and the playlists that name them.

use super::{KEPT, SEGMENT_MS, WINDOW};
use bytes::Bytes;
use std::collections::VecDeque;
use std::fmt::Write as _;

/// Every segment begins with a box of this name, its number and eight bytes that nobody can guess: who can tell them has
/// fetched it, from wherever.
const FETCHED: [u8; 16] = *b"Lectern-fetched!";
/// RFC 8216 §4.3.4.2 wants a peak: what was measured, and a quarter more.
const HEADROOM_PERCENT: u64 = 125;

/// No segment has this number: what has it instead of a name begins with the next segment.
const NOT_YET: u64 = u64::MAX;

/// One of the streams that a player can choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rendition {
    /// The largest picture that there is.
    High,
    /// The middle one of a camera's layers.
    Low,
    Sound,
}

impl Rendition {
    pub const ALL: [Self; 3] = [Self::High, Self::Low, Self::Sound];

    /// As it stands in names of files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
            Self::Sound => "sound",
        }
    }
}

/// One segment of one rendition.
#[derive(Debug, Clone)]
pub struct Piece {
    pub starts_us: i64,
    pub duration_us: i64,
    /// `moof` and `mdat`.
    pub media: Vec<u8>,
    /// Random; see [`Shelf::proves`].
    pub proof: [u8; 8],
    /// It shows or lets hear something, not only a card or silence.
    pub live: bool,
}

/// What a decoder has to know of one rendition from some segment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    pub bytes: Vec<u8>,
    /// RFC 6381.
    pub codec: String,
    pub size: Option<(u16, u16)>,
}

/// What a proof is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proven {
    pub number: u64,
    pub rendition: Rendition,
    pub ms: u64,
    pub live: bool,
}

#[derive(Debug)]
struct Kept {
    beginning: u64,
    starts_us: i64,
    duration_us: i64,
    bytes: Bytes,
    proof: [u8; 8],
    live: bool,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    discontinuity: bool,
    pieces: [Kept; 3],
}

/// What there is to fetch of one stream.
#[derive(Debug, Default)]
pub struct Shelf {
    /// By their numbers, the oldest first.
    entries: VecDeque<Entry>,
    beginnings: [VecDeque<(u64, Beginning, Bytes)>; 3],
    /// Discontinuities that have left the playlist.
    discontinuities: u64,
    playlists: [Bytes; 3],
    master: Bytes,
    ended: bool,
}

impl Shelf {
    /// What a decoder has to know from the next segment on; whether that is other than before. It is named after that segment: a name
    /// never stands for something else later, not even when the server was started anew, and caches may keep it.
    pub fn begin(&mut self, rendition: Rendition, beginning: Beginning) -> bool {
        let known = &mut self.beginnings[rendition as usize];
        if known.back().is_some_and(|(_, last, _)| *last == beginning) {
            return false;
        }
        known.pop_back_if(|(number, ..)| *number == NOT_YET);
        let bytes = Bytes::from(beginning.bytes.clone());
        known.push_back((NOT_YET, beginning, bytes));
        true
    }

    /// The segments of one number, one for each of [`Rendition::ALL`]. A number that is not the next is a discontinuity.
    pub fn add(&mut self, number: u64, discontinuity: bool, pieces: [Piece; 3]) {
        let last = self.entries.back().map(|entry| entry.number);
        if last.is_some_and(|last| number <= last) {
            return;
        }
        if last.is_some_and(|last| number != last + 1) {
            // A playlist has no holes: what was before is over.
            self.clear();
        }
        let beginnings = self.beginnings.each_mut().map(|known| {
            let Some((named, ..)) = known.back_mut() else { return NOT_YET };
            if *named == NOT_YET {
                *named = number;
            }
            *named
        });
        let mut at = 0;
        let pieces = pieces.map(|piece| {
            let kept = Kept {
                beginning: beginnings[at],
                starts_us: piece.starts_us,
                duration_us: piece.duration_us,
                bytes: stamped(number, &piece),
                proof: piece.proof,
                live: piece.live,
            };
            at += 1;
            kept
        });
        let discontinuity = discontinuity && !self.entries.is_empty();
        self.entries.push_back(Entry { number, discontinuity, pieces });
        if let Some(leaves) = self.entries.len().checked_sub(WINDOW + 1) {
            self.discontinuities += u64::from(self.entries[leaves].discontinuity);
        }
        if self.entries.len() > WINDOW + KEPT {
            self.entries.pop_front();
        }
        self.forget_beginnings();
        self.write_playlists();
    }

    /// Nothing more comes.
    pub fn end(&mut self) {
        self.ended = true;
        self.write_playlists();
    }

    /// Everything leaves; numbers go on.
    pub fn clear(&mut self) {
        self.discontinuities +=
            self.entries.iter().rev().take(WINDOW).filter(|entry| entry.discontinuity).count() as u64;
        self.entries.clear();
        self.playlists = Default::default();
        self.master = Bytes::new();
    }

    /// How many segments a playlist holds now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.entries.len().min(WINDOW)
    }

    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// `master.m3u8`, `high.m3u8` and the like; `None` before the first segment.
    #[must_use]
    pub fn playlist(&self, name: &str) -> Option<Bytes> {
        let name = name.strip_suffix(".m3u8")?;
        let found = match Rendition::ALL.into_iter().find(|rendition| rendition.name() == name) {
            Some(rendition) => &self.playlists[rendition as usize],
            None if name == "master" => &self.master,
            None => return None,
        };
        (!found.is_empty()).then(|| found.clone())
    }

    /// `high-123.m4s`, `high-init-3.mp4` and the like; `None` what is not there any more, or not yet.
    #[must_use]
    pub fn piece(&self, name: &str) -> Option<Bytes> {
        let (rendition, rest) = name.split_once('-')?;
        let rendition = Rendition::ALL.into_iter().find(|one| one.name() == rendition)?;
        if let Some(number) = rest.strip_prefix("init-").and_then(|rest| rest.strip_suffix(".mp4")) {
            let number = plain_number(number).filter(|number| *number != NOT_YET)?;
            let found = self.beginnings[rendition as usize].iter().find(|(known, ..)| *known == number)?;
            return Some(found.2.clone());
        }
        let number = plain_number(rest.strip_suffix(".m4s")?)?;
        Some(self.entry(number)?.pieces[rendition as usize].bytes.clone())
    }

    /// What it is worth to know these eight bytes; nothing when they are of no segment that is still here.
    #[must_use]
    pub fn proves(&self, number: u64, proof: [u8; 8]) -> Option<Proven> {
        let entry = self.entry(number)?;
        let (rendition, piece) =
            Rendition::ALL.into_iter().zip(&entry.pieces).find(|(_, piece)| piece.proof == proof)?;
        Some(Proven { number, rendition, ms: SEGMENT_MS, live: piece.live })
    }

    fn entry(&self, number: u64) -> Option<&Entry> {
        let first = self.entries.front()?.number;
        self.entries.get(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    fn forget_beginnings(&mut self) {
        let Some(oldest) = self.entries.front() else { return };
        for (known, piece) in self.beginnings.iter_mut().zip(&oldest.pieces) {
            while known.front().is_some_and(|(number, ..)| *number < piece.beginning) {
                known.pop_front();
            }
        }
    }

    fn write_playlists(&mut self) {
        for rendition in Rendition::ALL {
            self.playlists[rendition as usize] = self.media_playlist(rendition).into();
        }
        self.master = self.master_playlist().into();
    }

    fn window(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().skip(self.entries.len().saturating_sub(WINDOW))
    }

    /// RFC 8216 §4.3.3.
    fn media_playlist(&self, rendition: Rendition) -> String {
        let mut text = String::with_capacity(1024);
        let Some(first) = self.window().next() else { return text };
        let (target, first, gone) = (SEGMENT_MS / 1000, first.number, self.discontinuities);
        let _ = write!(
            text,
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-MEDIA-SEQUENCE:{first}\n\
             #EXT-X-DISCONTINUITY-SEQUENCE:{gone}\n"
        );
        let (name, mut beginning) = (rendition.name(), 0);
        for (at, entry) in self.window().enumerate() {
            let piece = &entry.pieces[rendition as usize];
            if entry.discontinuity && at > 0 {
                text.push_str("#EXT-X-DISCONTINUITY\n");
            }
            if piece.beginning != beginning {
                beginning = piece.beginning;
                let _ = writeln!(text, "#EXT-X-MAP:URI=\"{name}-init-{beginning}.mp4\"");
            }
            let (seconds, number) = (piece.duration_us as f64 / 1e6, entry.number);
            let when = rfc3339(piece.starts_us);
            let _ = write!(text, "#EXT-X-PROGRAM-DATE-TIME:{when}\n#EXTINF:{seconds:.3},\n{name}-{number}.m4s\n");
        }
        if self.ended {
            text.push_str("#EXT-X-ENDLIST\n");
        }
        text
    }

    /// RFC 8216 §4.3.4.
    fn master_playlist(&self) -> String {
        let mut text = String::with_capacity(512);
        if self.entries.is_empty() {
            return text;
        }
        text.push_str(
            "#EXTM3U\n#EXT-X-VERSION:7\n\
             #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"sound\",DEFAULT=YES,AUTOSELECT=YES,URI=\"sound.m3u8\"\n",
        );
        let sound = self.bandwidth(Rendition::Sound);
        let heard = self.codec(Rendition::Sound);
        for rendition in [Rendition::High, Rendition::Low] {
            let Some((_, beginning, _)) = self.beginnings[rendition as usize].back() else { continue };
            let bandwidth = self.bandwidth(rendition) + sound;
            let _ = write!(text, "#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},CODECS=\"{},{heard}\"", beginning.codec);
            if let Some((width, height)) = beginning.size {
                let _ = write!(text, ",RESOLUTION={width}x{height}");
            }
            let _ = write!(text, ",AUDIO=\"sound\"\n{}.m3u8\n", rendition.name());
        }
        let _ = write!(text, "#EXT-X-STREAM-INF:BANDWIDTH={sound},CODECS=\"{heard}\",AUDIO=\"sound\"\nsound.m3u8\n");
        text
    }

    fn codec(&self, rendition: Rendition) -> &str {
        self.beginnings[rendition as usize].back().map_or("", |(_, beginning, _)| &beginning.codec)
    }

    /// Bits a second of the largest segment in the playlist, and some more.
    fn bandwidth(&self, rendition: Rendition) -> u64 {
        let of = |piece: &Kept| {
            let us = u64::try_from(piece.duration_us).unwrap_or(0).max(1);
            piece.bytes.len() as u64 * 8_000_000 / us
        };
        let largest = self.window().map(|entry| of(&entry.pieces[rendition as usize])).max().unwrap_or(0);
        largest * HEADROOM_PERCENT / 100
    }
}

/// Digits as they are written in playlists, and no other way of writing the same number.
fn plain_number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// The segment with its proof before it, in a box that players skip (ISO/IEC 14496-12 §11.1).
fn stamped(number: u64, piece: &Piece) -> Bytes {
    const LENGTH: u32 = 36;
    let mut bytes = Vec::with_capacity(LENGTH as usize + piece.media.len());
    bytes.extend(LENGTH.to_be_bytes());
    bytes.extend(b"uuid");
    bytes.extend(FETCHED);
    bytes.extend((number as u32).to_be_bytes());
    bytes.extend(piece.proof);
    bytes.extend(&piece.media);
    bytes.into()
}

/// RFC 3339 in UTC with milliseconds (civil-from-days by era of 400 years).
fn rfc3339(us: i64) -> String {
    let (days, rest) = (us.div_euclid(86_400_000_000), us.rem_euclid(86_400_000_000) / 1000);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second, ms) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(number: u64, proof: u8) -> Piece {
        let starts_us = 1_795_000_000_000_000 + number as i64 * 2_000_000;
        Piece { starts_us, duration_us: 2_000_000, media: vec![7; 1000], proof: [proof; 8], live: true }
    }

    fn begun() -> Shelf {
        let mut shelf = Shelf::default();
        for rendition in Rendition::ALL {
            shelf.begin(rendition, beginning(1));
        }
        shelf
    }

    fn beginning(n: u8) -> Beginning {
        Beginning { bytes: vec![n; 10], codec: "avc1.42e01f".into(), size: Some((1280, 720)) }
    }

    fn add(shelf: &mut Shelf, number: u64, discontinuity: bool) {
        let all = [1, 2, 3].map(|proof| piece(number, proof));
        shelf.add(number, discontinuity, all);
    }

    fn text(shelf: &Shelf, name: &str) -> String {
        String::from_utf8(shelf.playlist(name).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn a_playlist_names_the_last_segments_and_counts_what_left() {
        let mut shelf = begun();
        assert!(shelf.playlist("high.m3u8").is_none());
        for number in 10..20 {
            add(&mut shelf, number, number == 12);
        }
        let text = text(&shelf, "high.m3u8");
        assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:14\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n"), "{text}");
        assert!(text.contains("#EXT-X-MAP:URI=\"high-init-10.mp4\"\n"));
        assert!(
            text.contains("#EXT-X-PROGRAM-DATE-TIME:2026-11-18T11:07:08.000Z\n#EXTINF:2.000,\nhigh-14.m4s"),
            "{text}"
        );
        assert!(text.ends_with("high-19.m4s\n"));
        assert_eq!(text.matches("#EXTINF").count(), 6);
        assert!(shelf.piece("high-10.m4s").is_some(), "what left the playlist can still be fetched");
    }

    #[test]
    fn memory_does_not_grow() {
        let mut shelf = begun();
        for number in 0..200 {
            if number % 2 == 0 {
                shelf.begin(Rendition::High, beginning(number as u8));
            }
            add(&mut shelf, number, false);
        }
        assert_eq!(shelf.entries.len(), WINDOW + KEPT);
        assert!(shelf.beginnings[0].len() <= WINDOW + KEPT);
        assert!(shelf.piece("low-175.m4s").is_none());
    }

    #[test]
    fn what_a_decoder_has_to_know_is_named_after_the_first_segment_it_is_for() {
        let mut shelf = begun();
        let mut names = Vec::new();
        for number in 5..9 {
            if number == 7 {
                shelf.begin(Rendition::High, beginning(2));
                shelf.begin(Rendition::High, beginning(3));
                assert!(shelf.piece(&format!("high-init-{NOT_YET}.mp4")).is_none());
            }
            add(&mut shelf, number, false);
            names.push(text(&shelf, "high.m3u8").matches("init-7.mp4").count());
        }
        assert_eq!(names, [0, 0, 1, 1]);
        assert_eq!(shelf.piece("high-init-5.mp4").unwrap(), beginning(1).bytes);
        assert_eq!(shelf.piece("high-init-7.mp4").unwrap(), beginning(3).bytes);
        assert!(text(&shelf, "low.m3u8").contains("low-init-5.mp4"));
        // A new start of the server has no name in common with this one.
        let mut anew = begun();
        add(&mut anew, 9, false);
        assert!(anew.piece("high-init-9.mp4").is_some() && anew.piece("high-init-5.mp4").is_none());
    }

    #[test]
    fn names_that_are_not_written_so_find_nothing() {
        let mut shelf = begun();
        add(&mut shelf, 5, false);
        assert!(shelf.piece("sound-5.m4s").is_some());
        assert!(shelf.piece("sound-init-5.mp4").is_some());
        for name in ["sound-05.m4s", "sound-+5.m4s", "sound-6.m4s", "none-5.m4s", "sound-5.mp4", "sound-init-2.mp4", ""]
        {
            assert!(shelf.piece(name).is_none(), "{name}");
        }
    }

    #[test]
    fn who_knows_the_bytes_of_a_segment_has_fetched_it() {
        let mut shelf = begun();
        add(&mut shelf, 5, false);
        let bytes = shelf.piece("low-5.m4s").unwrap();
        assert_eq!(&bytes[..8], b"\0\0\0\x24uuid");
        assert_eq!((&bytes[8..24], &bytes[24..28]), (&FETCHED[..], &5_u32.to_be_bytes()[..]));
        let proof = <[u8; 8]>::try_from(&bytes[28..36]).unwrap();
        let proven = Proven { number: 5, rendition: Rendition::Low, ms: 2000, live: true };
        assert_eq!(shelf.proves(5, proof), Some(proven));
        assert_eq!((shelf.proves(5, [9; 8]), shelf.proves(6, proof)), (None, None));
    }

    #[test]
    fn a_hole_in_the_numbers_begins_a_new_playlist() {
        let mut shelf = begun();
        add(&mut shelf, 5, false);
        add(&mut shelf, 6, true);
        add(&mut shelf, 40, true);
        let text = text(&shelf, "sound.m3u8");
        assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:40\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n"), "{text}");
        assert_eq!(text.matches("#EXTINF").count(), 1);
    }

    #[test]
    fn the_master_playlist_tells_what_each_stream_takes() {
        let mut shelf = begun();
        add(&mut shelf, 1, false);
        let text = text(&shelf, "master.m3u8");
        let line = "BANDWIDTH=10360,CODECS=\"avc1.42e01f,avc1.42e01f\",RESOLUTION=1280x720,AUDIO=\"sound\"\nhigh.m3u8";
        assert!(text.contains(line), "{text}");
    }

    #[test]
    fn a_stream_that_is_over_says_so() {
        let mut shelf = begun();
        add(&mut shelf, 1, false);
        shelf.end();
        assert!(text(&shelf, "high.m3u8").ends_with("#EXT-X-ENDLIST\n") && shelf.has_ended());
    }
}
