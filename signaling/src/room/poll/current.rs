//! The poll that is open, or whose result is shown: what is asked, who chose what, and what hosts were told of it.

use super::past::PastPoll;
use crate::Moment;
use crate::effect::{PollFact, PollOpened};
use crate::protocol::Refusal;
use crate::protocol::poll::{MAX_OPTIONS, Poll, PollCounts, PollResult};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Hosts hear the counts at most this often: five thousand votes within a minute are 120 messages.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// The places of options, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choices(u8);

impl Choices {
    pub(super) fn of(places: &[u8]) -> Option<Self> {
        let known = |place: &u8| usize::from(*place) < MAX_OPTIONS;
        places.iter().all(known).then(|| Self(places.iter().fold(0, |all, place| all | 1 << place)))
    }

    fn has(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }

    pub(super) fn places(self) -> Vec<u8> {
        (0..8).filter(|&place| self.has(usize::from(place))).collect()
    }
}

/// By `Identity::key`.
type Answers = BTreeMap<Arc<str>, Choices>;

#[derive(Debug, Clone)]
pub(super) struct Current {
    card: Arc<PollOpened>,
    /// Shared by the clones of a Room until somebody answers. Empty once it is closed.
    answers: Arc<Answers>,
    result: Option<PollResult>,
    told: Moment,
    /// Somebody answered, and hosts have not been told.
    untold: bool,
}

impl Current {
    pub(super) fn new(now: Moment, number: u32, question: String, options: Vec<String>, several: bool) -> Self {
        let card = PollOpened { number, question, options, several, opened: now };
        Self { card: Arc::new(card), answers: Arc::default(), result: None, told: now, untold: false }
    }

    pub(super) fn restored(past: PastPoll) -> Self {
        let told = past.card.opened;
        let answers = past.answers.into_iter().filter_map(|(key, places)| Some((key.into(), Choices::of(&places)?)));
        let result = past.result.map(|(closed, counts)| PollResult { closed_ms: closed.0, counts });
        Self { card: Arc::new(past.card), answers: Arc::new(answers.collect()), result, told, untold: false }
    }

    pub(super) fn number(&self) -> u32 {
        self.card.number
    }

    pub(super) fn question(&self) -> &str {
        &self.card.question
    }

    pub(super) fn is_open(&self) -> bool {
        self.result.is_none()
    }

    pub(super) fn opened(&self) -> PollFact {
        PollFact::Opened(PollOpened::clone(&self.card))
    }

    pub(super) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// How it ended, if it did.
    pub(super) fn closed(&self) -> Option<PollFact> {
        let result = self.result.as_ref()?;
        let (number, closed) = (self.number(), Moment(result.closed_ms));
        Some(PollFact::Closed { number, closed, counts: result.counts.clone() })
    }

    /// Is this an answer to it?
    pub(super) fn read(&self, places: &[u8]) -> Result<Choices, Refusal> {
        let known = places.iter().all(|&place| usize::from(place) < self.card.options.len());
        let chosen = Choices::of(places).filter(|_| known).ok_or(Refusal::PollChoice)?;
        match chosen.0.count_ones() {
            0 => Err(Refusal::PollChoice),
            1 => Ok(chosen),
            _ if self.card.several => Ok(chosen),
            _ => Err(Refusal::PollChoice),
        }
    }

    /// True where that is new.
    pub(super) fn choose(&mut self, key: &str, chosen: Choices) -> bool {
        if self.chosen(key) == Some(chosen) {
            return false;
        }
        Arc::make_mut(&mut self.answers).insert(key.into(), chosen);
        self.untold = true;
        true
    }

    pub(super) fn chosen(&self, key: &str) -> Option<Choices> {
        self.answers.get(key).copied()
    }

    /// `here` are the keys of those who could answer now.
    pub(super) fn counts(&self, here: &BTreeSet<String>) -> PollCounts {
        let mut votes = vec![0; self.card.options.len()];
        for chosen in self.answers.values() {
            for (place, votes) in votes.iter_mut().enumerate() {
                *votes += u32::from(chosen.has(place));
            }
        }
        let gone = self.answers.keys().filter(|key| !here.contains(&***key)).count();
        PollCounts { votes, answered: number(self.answers.len()), present: number(here.len() + gone) }
    }

    pub(super) fn close(&mut self, now: Moment, here: &BTreeSet<String>) -> PollCounts {
        let counts = self.counts(here);
        self.result = Some(PollResult { closed_ms: now.0, counts: counts.clone() });
        self.answers = Arc::default();
        self.untold = false;
        counts
    }

    pub(super) fn view(&self) -> Poll {
        let card = &self.card;
        Poll {
            number: card.number,
            question: card.question.clone(),
            options: card.options.clone(),
            several: card.several,
            opened_ms: card.opened.0,
            result: self.result.clone(),
        }
    }

    /// When there is something to do.
    pub(super) fn due(&self) -> Option<Moment> {
        self.untold.then(|| self.told.plus(TOLD_EVERY))
    }

    /// True when hosts are to be told the counts now; otherwise they are told when it is `due`.
    pub(super) fn is_to_be_told(&self, now: Moment) -> bool {
        self.due().is_some_and(|due| now >= due)
    }

    pub(super) fn note_told(&mut self, now: Moment) {
        self.told = now;
        self.untold = false;
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
