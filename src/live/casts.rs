//! The live streams of Sessions: what is on them, where they are, and what it is worth to have fetched some of them.

use super::Delivered;
use crate::domain::{SessionId, Time};
use lectern_media::driver::LiveShelf;
use lectern_media::hls::{CastView, Rendition};
use lectern_signaling::protocol::ParticipantId;
use lectern_signaling::protocol::client::FetchedPiece;
use std::collections::{HashMap, VecDeque};

/// Segments of which a Participant's shares are remembered: more than a shelf holds.
const REMEMBERED: usize = 64;

/// Where the stream of a Session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamLink {
    /// The playlist, relative to the server.
    pub url: String,
    pub expires: Time,
}

/// Makes live streams of Sessions.
pub trait Casts: Send + Sync + 'static {
    /// What is to be seen and heard from now on; the whole of it each time. `started_at`: of the Session.
    fn show(&self, session: SessionId, started_at: Time, view: CastView);
    /// The Session is over.
    fn close(&self, session: SessionId);
    /// Where what there is to fetch lies; none when no stream can be made.
    fn shelf(&self, session: SessionId) -> Option<LiveShelf>;
    fn link(&self, session: SessionId, now: Time) -> Option<StreamLink>;
}

/// What Participants have fetched, by what they could prove.
#[derive(Default)]
pub(super) struct Fetched(HashMap<ParticipantId, Share>);

#[derive(Default)]
struct Share {
    delivered: Delivered,
    /// Numbers that count already, with picture and with sound.
    counted: VecDeque<(u64, [bool; 2])>,
}

impl Fetched {
    /// Counts what is proven, each segment once.
    pub(super) fn count(&mut self, who: ParticipantId, pieces: &[FetchedPiece], shelf: &LiveShelf) {
        let share = self.0.entry(who).or_default();
        for piece in pieces {
            let Some(proof) = bytes_of(&piece.proof) else { continue };
            if let Some(proven) = shelf.proves(piece.number, proof) {
                share.count(proven.number, proven.rendition, proven.ms);
            }
        }
    }

    pub(super) fn of(&self, who: ParticipantId) -> Delivered {
        self.0.get(&who).map(|share| share.delivered).unwrap_or_default()
    }

    pub(super) fn keep_only(&mut self, here: impl Fn(ParticipantId) -> bool) {
        self.0.retain(|&who, _| here(who));
    }
}

impl Share {
    fn count(&mut self, number: u64, rendition: Rendition, ms: u64) {
        let part = usize::from(rendition == Rendition::Sound);
        let at = self.counted.iter().position(|(known, _)| *known == number).unwrap_or_else(|| {
            if self.counted.len() == REMEMBERED {
                self.counted.pop_front();
            }
            self.counted.push_back((number, [false; 2]));
            self.delivered.media_ms += ms;
            self.counted.len() - 1
        });
        if std::mem::replace(&mut self.counted[at].1[part], true) {
            return;
        }
        match part {
            0 => self.delivered.video_ms += ms,
            _ => self.delivered.audio_ms += ms,
        }
    }
}

/// Sixteen hexadecimal digits.
fn bytes_of(text: &str) -> Option<[u8; 8]> {
    let plain = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(u64::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_media::hls::{Beginning, Piece};

    const WHO: ParticipantId = ParticipantId(3);

    fn shelf(numbers: std::ops::Range<u64>) -> LiveShelf {
        let shelf = LiveShelf::default();
        for rendition in Rendition::ALL {
            shelf.begin(rendition, Beginning { bytes: vec![1], codec: "x".into(), size: None });
        }
        for number in numbers {
            let pieces = [1, 2, 3].map(|proof| Piece {
                starts_us: number as i64 * 2_000_000,
                duration_us: 2_000_000,
                media: vec![0; 10],
                proof: [proof; 8],
                live: true,
            });
            shelf.add(number, false, pieces);
        }
        shelf
    }

    fn piece(number: u64, proof: u8) -> FetchedPiece {
        FetchedPiece { number, proof: format!("{proof:02x}").repeat(8) }
    }

    #[test]
    fn picture_and_sound_of_one_moment_are_two_seconds_of_media() {
        let (mut fetched, shelf) = (Fetched::default(), shelf(10..14));
        fetched.count(WHO, &[piece(10, 1), piece(10, 3), piece(11, 2), piece(12, 3)], &shelf);
        assert_eq!(fetched.of(WHO), Delivered { media_ms: 6000, audio_ms: 4000, video_ms: 4000 });
    }

    #[test]
    fn nothing_counts_twice_in_whichever_rendition() {
        let (mut fetched, shelf) = (Fetched::default(), shelf(10..14));
        for _ in 0..3 {
            fetched.count(WHO, &[piece(10, 1), piece(10, 2), piece(10, 3)], &shelf);
        }
        assert_eq!(fetched.of(WHO), Delivered { media_ms: 2000, audio_ms: 2000, video_ms: 2000 });
    }

    #[test]
    fn what_cannot_be_proven_counts_nothing() {
        let (mut fetched, shelf) = (Fetched::default(), shelf(10..14));
        let odd = ["", "0101", "zz01010101010101", "+101010101010101", "010101010101010101"];
        let odd: Vec<_> = odd.into_iter().map(|proof| FetchedPiece { number: 10, proof: proof.into() }).collect();
        fetched.count(WHO, &odd, &shelf);
        fetched.count(WHO, &[piece(10, 9), piece(14, 1), piece(9, 1), piece(u64::MAX, 1)], &shelf);
        assert_eq!(fetched.of(WHO), Delivered::default());
    }
}
