//! The check-in that is open: who is asked, who answered, and what hosts were told of it.

use super::super::people::PresentPerson;
use crate::Moment;
use crate::effect::{CheckInOpened, PresenceFact};
use crate::protocol::check_in::{
    CheckIn, CheckInMethod, CheckInPurpose, CheckInStanding, DrawnPerson, MissingPerson, OpenCheckIn,
};
use crate::protocol::{ParticipantId, Refusal, text};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A code has ten thousand values: nobody guesses it within so many tries, and nobody mistypes it so often.
const MOST_WRONG_CODES: u8 = 5;
/// Hosts are shown names, not a roster.
const MISSING_TOLD: usize = 50;
/// Hosts hear the counts at most this often.
const TOLD_EVERY: Duration = Duration::from_millis(500);

#[derive(Debug, Clone)]
pub(in crate::room) struct Open {
    pub(super) number: u32,
    pub(super) ordinal: u32,
    pub(super) purpose: CheckInPurpose,
    method: CheckInMethod,
    place: Option<String>,
    opened: Moment,
    pub(super) closes: Moment,
    code: Option<String>,
    asked: Arc<Asked>,
    /// By the places of `asked.people`.
    answered: Vec<bool>,
    pub(super) answers: u32,
    pub(in crate::room) wrong_codes: BTreeMap<usize, u8>,
    pub(super) reminded: Option<Moment>,
    told: Moment,
    /// Something was answered that hosts have not been told.
    untold: bool,
}

/// Who is asked never changes, so the clones of a Room share it.
#[derive(Debug)]
struct Asked {
    /// By key.
    people: Vec<PresentPerson>,
    /// Places of `people` in the order of drawing; of anything but a call by school and name.
    in_order: Vec<usize>,
    /// How many a call could draw from.
    candidates: u32,
}

/// What is decided about a check-in before it opens.
pub(super) struct Opening {
    pub(super) now: Moment,
    pub(super) number: u32,
    pub(super) ordinal: u32,
    pub(super) code: Option<String>,
    /// Of a call in the order of drawing.
    pub(super) asked: Vec<PresentPerson>,
    pub(super) candidates: usize,
}

impl Open {
    pub(super) fn new(wish: &OpenCheckIn, opening: Opening) -> Self {
        let Opening { now, number, ordinal, code, mut asked, candidates } = opening;
        if wish.purpose != CheckInPurpose::Call {
            asked.sort_by(|a, b| (&a.school, &a.name, &a.key).cmp(&(&b.school, &b.name, &b.key)));
        }
        let mut by_key: Vec<(usize, PresentPerson)> = asked.into_iter().enumerate().collect();
        by_key.sort_by(|(_, a), (_, b)| a.key.cmp(&b.key));
        let mut in_order = vec![0; by_key.len()];
        for (place, (rank, _)) in by_key.iter().enumerate() {
            in_order[*rank] = place;
        }
        let people: Vec<PresentPerson> = by_key.into_iter().map(|(_, person)| person).collect();
        Self {
            number,
            ordinal,
            purpose: wish.purpose,
            method: wish.method,
            place: wish.place.clone(),
            opened: now,
            closes: now.plus(Duration::from_secs(u64::from(wish.seconds))),
            code,
            answered: vec![false; people.len()],
            asked: Arc::new(Asked { people, in_order, candidates: count(candidates) }),
            answers: 0,
            wrong_codes: BTreeMap::new(),
            reminded: None,
            told: now,
            untold: false,
        }
    }

    pub(super) fn fact(&self) -> PresenceFact {
        let seconds = self.closes.since(self.opened).as_secs();
        PresenceFact::CheckInOpened(CheckInOpened {
            number: self.number,
            purpose: self.purpose,
            method: self.method,
            seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
            place: self.place.clone(),
            expected: self.in_order().map(|(_, person)| person.key.clone()).collect(),
            candidates: (self.purpose == CheckInPurpose::Call).then_some(self.asked.candidates),
        })
    }

    pub(super) fn expected(&self) -> u32 {
        count(self.asked.people.len())
    }

    /// The place of somebody who is asked.
    pub(super) fn find(&self, key: &str) -> Option<usize> {
        self.asked.people.binary_search_by(|person| person.key.as_str().cmp(key)).ok()
    }

    /// The key of whoever was known by this number when it opened.
    pub(super) fn key_of(&self, participant: ParticipantId) -> Option<&str> {
        let person = self.asked.people.iter().find(|person| person.participant == Some(participant))?;
        Some(&person.key)
    }

    pub(super) fn waits_for(&self, key: &str) -> bool {
        self.find(key).is_some_and(|place| !self.answered[place])
    }

    pub(super) fn has_answered(&self, place: usize) -> bool {
        self.answered[place]
    }

    /// Is this the way in which it is to be answered?
    pub(super) fn examine(&mut self, place: usize, given: &super::Given) -> Result<(), Refusal> {
        use super::Given;
        let code = match (self.method, given) {
            (_, Given::Scanned) | (CheckInMethod::Tap, Given::Said { .. }) => return Ok(()),
            (_, Given::Said { code }) => code.as_deref().map(text::digits),
        };
        let tries = self.wrong_codes.get(&place).copied().unwrap_or(0);
        if tries >= MOST_WRONG_CODES {
            return Err(Refusal::TooManyCodes);
        }
        if self.method == CheckInMethod::Code && code.is_some() && code == self.code {
            return Ok(());
        }
        self.wrong_codes.insert(place, tries + 1);
        Err(Refusal::WrongCode)
    }

    pub(super) fn answer(&mut self, place: usize) {
        self.answered[place] = true;
        self.answers += 1;
        self.untold = true;
    }

    pub(super) fn extend(&mut self, seconds: u32) {
        self.closes = self.closes.plus(Duration::from_secs(u64::from(seconds)));
    }

    pub(super) fn method(&self) -> CheckInMethod {
        self.method
    }

    /// When there is something to do.
    pub(super) fn due(&self) -> Moment {
        if self.untold { self.closes.min(self.told.plus(TOLD_EVERY)) } else { self.closes }
    }

    /// True when hosts are to be told the counts now; otherwise they are told when it is `due`.
    pub(super) fn is_to_be_told(&self, now: Moment) -> bool {
        self.untold && now >= self.told.plus(TOLD_EVERY)
    }

    pub(super) fn note_told(&mut self, now: Moment) {
        self.told = now;
        self.untold = false;
    }

    pub(super) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    pub(super) fn view(&self, key: &str) -> CheckIn {
        let you = match self.find(key) {
            None => CheckInStanding::NotAsked,
            Some(place) if self.answered[place] => CheckInStanding::Answered,
            Some(_) => CheckInStanding::Asked,
        };
        CheckIn {
            number: self.number,
            ordinal: self.ordinal,
            purpose: self.purpose,
            method: self.method,
            place: self.place.clone(),
            opened_ms: self.opened.0,
            closes_ms: self.closes.0,
            you,
            drawn: self.drawn(),
        }
    }

    fn drawn(&self) -> Vec<DrawnPerson> {
        if self.purpose != CheckInPurpose::Call {
            return Vec::new();
        }
        let drawn = self.in_order().map(|(_, person)| DrawnPerson {
            participant: person.participant,
            name: person.name.clone(),
            school: person.school.clone(),
        });
        drawn.collect()
    }

    pub(super) fn missing(&self) -> Vec<MissingPerson> {
        let missing = self.in_order().filter(|(place, _)| !self.answered[*place]).take(MISSING_TOLD);
        let told = missing.map(|(_, person)| MissingPerson {
            participant: person.participant,
            name: person.name.clone(),
            school: person.school.clone(),
            core: person.core,
        });
        told.collect()
    }

    fn in_order(&self) -> impl Iterator<Item = (usize, &PresentPerson)> {
        self.asked.in_order.iter().map(|&place| (place, &self.asked.people[place]))
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
