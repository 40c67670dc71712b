//! A viewer as hls.js is one: a playlist every two seconds and each new segment, of the picture and of the sound, each over a
//! connection of its own as browsers do without HTTP/2.

use super::fetch::{Line, Origin};
use super::member::{self, Pieces};
use super::meters::{Meters, What};
use super::playhead::{BEHIND, Playhead};
use super::playlist::{MediaPlaylist, Segment, chosen};
use crate::clock;
use lectern_signaling::protocol::client::FetchedPiece;
use reqwest::Url;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::spawn_local;
use tokio::time::{sleep, sleep_until};

/// hls.js asks again after a target duration when there was news, after half of it when there was none.
const NEWS: Duration = Duration::from_secs(2);
const NO_NEWS: Duration = Duration::from_secs(1);
const AFTER_AN_ERROR: Duration = Duration::from_secs(1);
/// The box with the proof.
const STAMP: usize = 36;
const STAMPED: &[u8] = b"uuidLectern-fetched!";

/// What the viewers of a thread share.
pub(super) struct Thread {
    pub(super) origin: Origin,
    /// Where members come in.
    pub(super) server: Url,
    pub(super) session: String,
    pub(super) meters: RefCell<Meters>,
    pub(super) playing: Arc<AtomicU64>,
}

/// Who comes in, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coming {
    /// Among the viewers of this thread.
    pub(super) number: usize,
    pub(super) rendition: &'static str,
    pub(super) wait: Duration,
    /// Over the websocket as well, where it proves what it has loaded.
    pub(super) member: bool,
}

/// Stays until it is dropped.
pub(super) async fn watch(thread: Rc<Thread>, coming: Coming) {
    let Coming { number, rendition, wait, member } = coming;
    sleep(wait).await;
    let pieces = if member { enter(&thread, number).await } else { None };
    let mut line = Line::default();
    let (picture, sound) = loop {
        let asked = get(&thread, &mut line, What::Master, thread.origin.master(), |text| chosen(text, rendition)).await;
        match asked {
            Some(found) => break found,
            None => sleep(AFTER_AN_ERROR).await,
        }
    };
    let (line_of_sound, told) = (Line::default(), pieces.clone());
    let other = Track { thread: thread.clone(), viewer: number, playlist: sound, line: line_of_sound, pieces: told };
    // Aborted with the set that this runs in.
    spawn_local(other.play());
    Track { thread, viewer: number, playlist: picture, line, pieces }.play().await;
}

/// Where a member's tracks put what they have loaded.
async fn enter(thread: &Rc<Thread>, number: usize) -> Option<Pieces> {
    let entered = member::come(&thread.server, &thread.session, number).await;
    let failed = |error: &anyhow::Error| thread.meters.borrow_mut().failed(error.to_string());
    let (connection, _) = entered.inspect_err(failed).ok()?;
    let (pieces, thread) = (Pieces::default(), thread.clone());
    let told = pieces.clone();
    spawn_local(async move { member::stay(connection, told, &thread.meters).await });
    Some(pieces)
}

/// Fetches a playlist and reads it.
async fn get<T>(
    thread: &Thread,
    line: &mut Line,
    what: What,
    name: &str,
    read: impl FnOnce(&str) -> anyhow::Result<T>,
) -> Option<T> {
    let fetched = line.get(&thread.origin, name, usize::MAX).await;
    let mut meters = thread.meters.borrow_mut();
    let fetched = fetched.inspect_err(|error| meters.failed(error.to_string())).ok()?;
    meters.fetched(what, &fetched);
    if fetched.status != 200 {
        return None;
    }
    let text = std::str::from_utf8(fetched.first).map_err(anyhow::Error::from);
    text.and_then(read).inspect_err(|error| meters.failed(error.to_string())).ok()
}

/// One rendition of one viewer.
struct Track {
    thread: Rc<Thread>,
    viewer: usize,
    playlist: String,
    line: Line,
    pieces: Option<Pieces>,
}

/// A segment that is to be fetched.
struct Wanted {
    number: u64,
    name: String,
    beginning: String,
    lasts: Duration,
}

impl From<&Segment<'_>> for Wanted {
    fn from(segment: &Segment<'_>) -> Self {
        let Segment { number, lasts, name, beginning } = *segment;
        Self { number, name: name.to_owned(), beginning: beginning.to_owned(), lasts }
    }
}

/// What is new in a playlist for a viewer who wants `next`, and how many have left it unseen.
fn news(list: &MediaPlaylist<'_>, next: Option<u64>) -> (Vec<Wanted>, u64) {
    let first = list.segments.first().map_or(0, |segment| segment.number);
    let from = next.unwrap_or_else(|| first + list.segments.len().saturating_sub(BEHIND) as u64);
    let new = list.segments.iter().filter(|segment| segment.number >= from).map(Wanted::from);
    (new.collect(), first.saturating_sub(from))
}

impl Track {
    async fn play(mut self) {
        let (mut next, mut head, mut beginning) = (None, Playhead::default(), String::new());
        loop {
            let asked = clock::now().at;
            let read = |text: &str| {
                let list = MediaPlaylist::parse(text)?;
                Ok((news(&list, next), list.ended))
            };
            let told = get(&self.thread, &mut self.line, What::Playlist, &self.playlist, read).await;
            let Some(((new, missed), ended)) = told else {
                sleep(AFTER_AN_ERROR).await;
                continue;
            };
            self.thread.meters.borrow_mut().missed += missed;
            let again = if new.is_empty() { NO_NEWS } else { NEWS };
            for wanted in new {
                next = Some(wanted.number + 1);
                if wanted.beginning != beginning && self.fetch(What::Beginning, &wanted.beginning, None).await {
                    beginning.clone_from(&wanted.beginning);
                }
                self.segment(&wanted, &mut head).await;
            }
            if ended {
                return;
            }
            sleep_until((asked + again).into()).await;
        }
    }

    async fn segment(&mut self, wanted: &Wanted, head: &mut Playhead) {
        let came = self.fetch(What::Segment, &wanted.name, Some(wanted.number)).await;
        let mut meters = self.thread.meters.borrow_mut();
        if !came {
            meters.missed += 1;
            return;
        }
        if meters.came(self.viewer, &head.came(clock::now().at, wanted.lasts)) {
            self.thread.playing.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn fetch(&mut self, what: What, name: &str, number: Option<u64>) -> bool {
        let fetched = self.line.get(&self.thread.origin, name, STAMP).await;
        let mut meters = self.thread.meters.borrow_mut();
        let Ok(fetched) = fetched.inspect_err(|error| meters.failed(error.to_string())) else { return false };
        meters.fetched(what, &fetched);
        let got = fetched.status == 200;
        if let Some(number) = number.filter(|_| got) {
            match (stamp_of(fetched.first, number), &self.pieces) {
                (None, _) => meters.unstamped += 1,
                (Some(proof), Some(pieces)) => pieces.borrow_mut().push(FetchedPiece { number, proof }),
                _ => {}
            }
        }
        got
    }
}

/// The proof in a segment of this number (docs/live-hls.md).
fn stamp_of(first: &[u8], number: u64) -> Option<String> {
    let told = u32::from_be_bytes(first.get(24..28)?.try_into().ok()?);
    let proof = u64::from_be_bytes(first.get(28..STAMP)?.try_into().ok()?);
    (first[4..24] == *STAMPED && told == number as u32).then(|| format!("{proof:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(numbers: std::ops::Range<u64>) -> MediaPlaylist<'static> {
        let segment = |number| Segment { number, lasts: NEWS, name: "a", beginning: "b" };
        MediaPlaylist { segments: numbers.map(segment).collect(), ended: false }
    }

    fn wanted(list: &MediaPlaylist<'_>, next: Option<u64>) -> (Vec<u64>, u64) {
        let (new, missed) = news(list, next);
        (new.iter().map(|wanted| wanted.number).collect(), missed)
    }

    #[test]
    fn a_viewer_begins_three_segments_from_the_end_and_then_takes_each() {
        assert_eq!(wanted(&list(10..16), None), (vec![13, 14, 15], 0));
        assert_eq!(wanted(&list(10..12), None), (vec![10, 11], 0));
        assert_eq!(wanted(&list(11..17), Some(16)), (vec![16], 0));
        assert_eq!(wanted(&list(11..17), Some(17)), (vec![], 0));
    }

    #[test]
    fn what_left_the_playlist_unseen_was_missed() {
        assert_eq!(wanted(&list(20..26), Some(17)), ((20..26).collect(), 3));
    }

    #[test]
    fn a_stamp_names_its_segment_and_proves_it() {
        let stamp = [&36_u32.to_be_bytes()[..], STAMPED, &7_u32.to_be_bytes(), &[9; 8]].concat();
        assert_eq!(stamp_of(&stamp, 7).as_deref(), Some("0909090909090909"));
        assert_eq!((stamp_of(&stamp, 8), stamp_of(&stamp[..35], 7)), (None, None));
    }
}
