//! The codes that are shown now: random, short-lived, in memory only. A restart makes new ones.

use super::refusal::SeatRefusal;
use crate::domain::{ClassroomId, SessionId, Time};
use crate::http::key::random;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lectern_signaling::protocol::ParticipantId;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Long enough to hold a phone up, too short to send a picture of it to somebody elsewhere and have it scanned.
const LIVES: Duration = Duration::from_secs(30);
/// A new one comes before the old one ends, so that nobody scans one that has just run out.
const SHOWN_FOR: Duration = Duration::from_secs(20);
/// Afterwards nobody is told any more that it was good once. Longer than a pass lives.
const REMEMBERED_FOR: Duration = Duration::from_secs(10 * 60);
/// A thousand places for ten minutes are 30,000.
const MOST: usize = 50_000;

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum Point {
    Classroom(ClassroomId),
    SiteIn,
    SiteOut,
    CheckIn(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) struct Code {
    pub(in crate::http) session: SessionId,
    pub(in crate::http) point: Point,
    /// The device that shows it: another device of the same Classroom shows others.
    pub(in crate::http) device: Option<ParticipantId>,
    made: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::http) struct Shown {
    pub(in crate::http) code: String,
    pub(in crate::http) expires_at: Time,
    pub(in crate::http) next_in: Duration,
}

#[derive(Default)]
pub(in crate::http) struct Codes(Mutex<Book>);

#[derive(Default)]
struct Book {
    codes: HashMap<String, Code>,
    /// What each point shows now: whoever asks in between is shown the same.
    current: HashMap<(SessionId, Point), String>,
    /// By age.
    order: VecDeque<(Time, Entry)>,
    /// By whom a code was used up: a person or a phone.
    used: HashMap<String, HashSet<String>>,
}

enum Entry {
    Code(String),
    Use(String),
}

impl Codes {
    /// The code for this point to show now.
    pub(in crate::http) fn show(
        &self,
        now: Time,
        session: SessionId,
        point: Point,
        device: Option<ParticipantId>,
    ) -> Shown {
        let mut book = self.book();
        book.forget(now);
        let current = book.current.get(&(session, point)).cloned();
        let current = current.and_then(|text| Some((book.codes.get(&text).copied()?, text)));
        let fits = |code: &Code| code.device == device && code.made <= now && now < code.made + SHOWN_FOR;
        let (code, text) = current.filter(|(code, _)| fits(code)).unwrap_or_else(|| {
            let text = URL_SAFE_NO_PAD.encode(random::<12>());
            let code = Code { session, point, device, made: now };
            book.codes.insert(text.clone(), code);
            book.order.push_back((now, Entry::Code(text.clone())));
            book.current.insert((session, point), text.clone());
            (code, text)
        });
        Shown { code: text, expires_at: code.made + LIVES, next_in: (code.made + SHOWN_FOR).since(now) }
    }

    /// What a scanned code is good for.
    pub(in crate::http) fn read(&self, now: Time, text: &str) -> Result<Code, SeatRefusal> {
        let code = self.book().codes.get(text).copied().ok_or(SeatRefusal::CodeUnknown)?;
        // A clock that was set back must not make a code live longer.
        if now < code.made || now >= code.made + LIVES {
            return Err(SeatRefusal::CodeExpired);
        }
        Ok(code)
    }

    pub(in crate::http) fn is_used(&self, once: &str, by: &str) -> bool {
        self.book().used.get(once).is_some_and(|used| used.contains(by))
    }

    /// Single use per person, and per phone.
    pub(in crate::http) fn use_up(&self, now: Time, once: &str, by: [&str; 2]) -> Result<(), SeatRefusal> {
        let mut book = self.book();
        book.forget(now);
        if !book.used.contains_key(once) {
            book.order.push_back((now, Entry::Use(once.to_owned())));
        }
        let used = book.used.entry(once.to_owned()).or_default();
        if by.iter().any(|one| used.contains(*one)) {
            return Err(SeatRefusal::CodeUsed);
        }
        used.extend(by.map(str::to_owned));
        Ok(())
    }

    /// What it was used for was refused.
    pub(in crate::http) fn give_back(&self, once: &str, by: [&str; 2]) {
        if let Some(used) = self.book().used.get_mut(once) {
            used.retain(|one| !by.contains(&one.as_str()));
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn forget(&mut self, now: Time) {
        while self.order.len() >= MOST || self.order.front().is_some_and(|(at, _)| now >= *at + REMEMBERED_FOR) {
            match self.order.pop_front() {
                Some((_, Entry::Code(text))) => {
                    if let Some(code) = self.codes.remove(&text)
                        && self.current.get(&(code.session, code.point)) == Some(&text)
                    {
                        self.current.remove(&(code.session, code.point));
                    }
                }
                Some((_, Entry::Use(once))) => drop(self.used.remove(&once)),
                None => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_seconds(1_000_000);

    fn session() -> SessionId {
        SessionId::from_random([1; 10])
    }

    fn after(seconds: u64) -> Time {
        START + Duration::from_secs(seconds)
    }

    #[test]
    fn a_code_is_shown_for_20_s_and_good_for_30() {
        let codes = Codes::default();
        let first = codes.show(START, session(), Point::SiteIn, None);
        assert_eq!((first.expires_at, first.next_in), (after(30), Duration::from_secs(20)));
        let again = codes.show(after(19), session(), Point::SiteIn, None);
        assert_eq!((&again.code, again.next_in), (&first.code, Duration::from_secs(1)));
        let second = codes.show(after(20), session(), Point::SiteIn, None);
        assert_ne!(second.code, first.code);
        assert!(codes.read(after(29), &first.code).is_ok());
        assert_eq!(codes.read(after(30), &first.code), Err(SeatRefusal::CodeExpired));
        assert_eq!(codes.read(after(30), "made up"), Err(SeatRefusal::CodeUnknown));
        codes.show(after(630), session(), Point::SiteOut, None);
        assert_eq!(codes.read(after(630), &first.code), Err(SeatRefusal::CodeUnknown), "forgotten");
    }

    #[test]
    fn points_and_devices_do_not_share_codes() {
        let codes = Codes::default();
        let room = Point::Classroom(ClassroomId::from_random([1; 10]));
        let shown = [
            codes.show(START, session(), Point::SiteIn, None),
            codes.show(START, session(), Point::SiteOut, None),
            codes.show(START, SessionId::from_random([2; 10]), Point::SiteIn, None),
            codes.show(START, session(), room, Some(ParticipantId(1))),
            codes.show(START, session(), room, Some(ParticipantId(2))),
        ];
        let different: HashSet<&str> = shown.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(different.len(), shown.len());
        assert_eq!(codes.read(START, &shown[3].code).unwrap().device, Some(ParticipantId(1)));
    }

    #[test]
    fn a_clock_that_jumps_makes_no_code_live_longer() {
        let codes = Codes::default();
        let late = codes.show(after(3600), session(), Point::SiteIn, None);
        assert_eq!(codes.read(START, &late.code), Err(SeatRefusal::CodeExpired));
        assert_ne!(codes.show(START, session(), Point::SiteIn, None).code, late.code);
    }

    #[test]
    fn a_code_is_used_once_by_a_person_and_once_by_a_phone() {
        let codes = Codes::default();
        let text = codes.show(START, session(), Point::SiteIn, None).code;
        codes.use_up(START, &text, ["wang", "phone 1"]).unwrap();
        assert_eq!(codes.use_up(START, &text, ["wang", "phone 2"]), Err(SeatRefusal::CodeUsed));
        assert_eq!(codes.use_up(START, &text, ["li", "phone 1"]), Err(SeatRefusal::CodeUsed));
        codes.use_up(START, &text, ["li", "phone 2"]).unwrap();
        codes.give_back(&text, ["li", "phone 2"]);
        codes.use_up(START, &text, ["li", "phone 2"]).unwrap();
    }

    #[test]
    fn nothing_grows_for_ever() {
        let codes = Codes::default();
        for n in 0..u64::try_from(MOST).unwrap() + 500 {
            codes.show(START + Duration::from_micros(n), session(), Point::CheckIn(u32::try_from(n).unwrap()), None);
        }
        let book = codes.book();
        assert!(book.codes.len() <= MOST && book.current.len() <= MOST && book.order.len() <= MOST);
    }
}
