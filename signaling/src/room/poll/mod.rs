//! Polls in the Room (投票): a host asks everybody a question, and all see what came of it once it is closed.
//!
//! One is open at a time. A person counts once, on however many devices, and may choose otherwise while it is open; hosts ask and
//! do not answer. It goes on when the server was restarted. What is said of it is kept before anybody hears of it, and who chose
//! what is told to nobody but that person.

mod current;
mod past;

use super::Room;
use super::rate::{ANSWER_RATE, Bucket};
use crate::Moment;
use crate::effect::{CaptureEffect, Effect, Effects, PollFact};
use crate::protocol::client::ClientMessage;
use crate::protocol::poll::{
    MAX_OPTION_CHARS, MAX_OPTIONS, MAX_POLLS, MAX_QUESTION_CHARS, MIN_OPTIONS, OpenPoll, Poll, PollCounts,
};
use crate::protocol::server::ServerMessage;
use crate::protocol::{ParticipantId, RecordingSwitch, Refusal, text};
use current::{Choices, Current};
use std::collections::{BTreeMap, BTreeSet};

pub use past::{PastPoll, PastPolls};

#[derive(Debug, Clone, Default)]
pub(super) struct Polls {
    last: u32,
    /// How many there were; fewer than `last` where one was never heard of.
    count: u32,
    /// The one that is open, or whose result is shown.
    current: Option<Current>,
    /// How often people answer from their seats.
    seated: BTreeMap<String, Bucket>,
}

impl Polls {
    pub(super) fn new(past: PastPolls) -> Self {
        Self {
            last: past.last,
            count: past.count,
            current: past.current.map(Current::restored),
            seated: BTreeMap::new(),
        }
    }

    /// When `poll_timeout` has something to do.
    pub(super) fn due(&self) -> Option<Moment> {
        self.current.as_ref().and_then(Current::due)
    }

    fn open(&mut self, number: u32) -> Result<&mut Current, Refusal> {
        self.current.as_mut().filter(|poll| poll.is_open() && poll.number() == number).ok_or(Refusal::NoPoll)
    }
}

/// What is said over a Connection.
impl Room {
    pub(super) fn poll_message(
        &mut self,
        now: Moment,
        from: ParticipantId,
        message: ClientMessage,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        match message {
            ClientMessage::OpenPoll(wish) => {
                self.require_host(from)?;
                self.open_poll(now, from, &wish, out)?;
            }
            ClientMessage::AnswerPoll { number, choices } => {
                let participant = self.participants.get_mut(&from).ok_or(Refusal::NoSuchParticipant)?;
                if !participant.answers.take(now) {
                    return Err(Refusal::TooFast);
                }
                let (key, person) = (participant.identity.key.clone(), participant.identity.kind.is_person());
                self.polls.open(number)?;
                if !person {
                    return Err(Refusal::NotAVoter);
                }
                self.choose(now, &key, number, &choices, out)?;
            }
            ClientMessage::ClosePoll { number } => {
                self.require_host(from)?;
                self.polls.open(number)?;
                self.close_poll(now, out);
                self.tell_poll(out);
            }
            ClientMessage::PutAwayPoll { number } => {
                self.require_host(from)?;
                self.put_away_poll(number, out)?;
            }
            // The caller gives nothing else here.
            _ => return Err(Refusal::Malformed),
        }
        out.ok_first(from, re);
        Ok(())
    }

    fn open_poll(
        &mut self,
        now: Moment,
        from: ParticipantId,
        wish: &OpenPoll,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let question = text::poll_line(&wish.question, MAX_QUESTION_CHARS).ok_or(Refusal::PollQuestion)?;
        let options = options(&wish.options)?;
        if self.polls.current.as_ref().is_some_and(Current::is_open) {
            return Err(Refusal::PollOpen);
        }
        if self.polls.count >= MAX_POLLS {
            return Err(Refusal::TooManyPolls);
        }
        self.polls.last += 1;
        self.polls.count += 1;
        let poll = Current::new(now, self.polls.last, question, options, wish.several);
        out.keep(poll.opened());
        self.mark_poll(from, poll.question(), out);
        self.polls.current = Some(poll);
        self.polls.seated.clear();
        self.tell_poll(out);
        self.tell_poll_counts(now, out);
        Ok(())
    }

    /// A moment of the Recording that people look for.
    fn mark_poll(&self, from: ParticipantId, question: &str, out: &mut Effects) {
        if self.capture.has_begun() && self.session.recording == RecordingSwitch::On {
            let by = self.participants.get(&from).map(|one| one.identity.name.clone()).unwrap_or_default();
            out.capture(CaptureEffect::Marker { text: format!("投票：{question}"), by });
        }
    }

    /// Choosing the same again is done already.
    fn choose(
        &mut self,
        now: Moment,
        key: &str,
        number: u32,
        choices: &[u8],
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        if self.is_host_key(key) {
            return Err(Refusal::NotAVoter);
        }
        let poll = self.polls.open(number)?;
        let chosen = poll.read(choices)?;
        if poll.choose(key, chosen) {
            out.keep(PollFact::Answered { number, person: key.to_owned(), choices: chosen.places() });
        }
        let tell_now = poll.is_to_be_told(now);
        for device in self.devices_of(key) {
            out.send(device, ServerMessage::PollAnswered { number, choices: chosen.places() });
        }
        if tell_now {
            self.tell_poll_counts(now, out);
        }
        Ok(())
    }

    fn put_away_poll(&mut self, number: u32, out: &mut Effects) -> Result<(), Refusal> {
        match self.polls.current.as_ref().filter(|poll| poll.number() == number) {
            Some(poll) if poll.is_open() => return Err(Refusal::PollOpen),
            // It is put away already, by another host, or by the next poll.
            None => return Ok(()),
            Some(_) => {}
        }
        self.polls.current = None;
        out.keep(PollFact::PutAway { number });
        self.tell_poll(out);
        Ok(())
    }

    /// Counts, and forgets who chose what.
    fn close_poll(&mut self, now: Moment, out: &mut Effects) {
        let present = self.voters();
        let Some(poll) = self.polls.current.as_mut().filter(|poll| poll.is_open()) else { return };
        let counts = poll.close(now, &present);
        out.keep(PollFact::Closed { number: poll.number(), closed: now, counts });
    }

    fn tell_poll(&self, out: &mut Effects) {
        out.tell_all(ServerMessage::Poll { poll: self.polls.current.as_ref().map(Current::view) });
    }

    /// To hosts.
    fn tell_poll_counts(&mut self, now: Moment, out: &mut Effects) {
        if let Some(poll) = &mut self.polls.current {
            poll.note_told(now);
        }
        let Some((number, counts)) = self.poll_counts() else { return };
        for host in self.hosts() {
            out.send(host, ServerMessage::PollCounts { number, counts: counts.clone() });
        }
    }

    fn poll_counts(&self) -> Option<(u32, PollCounts)> {
        let poll = self.polls.current.as_ref().filter(|poll| poll.is_open())?;
        Some((poll.number(), poll.counts(&self.voters())))
    }

    /// The keys of those who are here and could answer.
    fn voters(&self) -> BTreeSet<String> {
        self.present_people().into_iter().filter(|one| !one.host).map(|one| one.key).collect()
    }

    fn is_host_key(&self, key: &str) -> bool {
        self.participants.values().any(|one| one.is_host() && one.identity.key == key)
    }
}

/// What does not come over a Connection of the person.
impl Room {
    /// The poll that is open, or whose result is shown.
    #[must_use]
    pub fn poll(&self) -> Option<Poll> {
        self.polls.current.as_ref().map(Current::view)
    }

    /// What this person chooses in the poll that is open.
    #[must_use]
    pub fn choices_of(&self, key: &str) -> Option<Vec<u8>> {
        self.polls.current.as_ref()?.chosen(key).map(Choices::places)
    }

    /// A person who is seated answers on a page of its own. Refused like `answer_poll`.
    pub fn choose_of(&mut self, now: Moment, key: &str, number: u32, choices: &[u8]) -> Result<Vec<Effect>, Refusal> {
        self.require_open()?;
        self.seen = self.seen.max(now);
        self.polls.open(number)?;
        let answers = self.polls.seated.entry(key.to_owned()).or_insert_with(|| Bucket::full(now, ANSWER_RATE));
        if !answers.take(now) {
            return Err(Refusal::TooFast);
        }
        let mut out = Effects::default();
        self.choose(now, key, number, choices, &mut out)?;
        Ok(out.into_vec())
    }

    /// Tells hosts what they were not told yet.
    pub(super) fn poll_timeout(&mut self, now: Moment, out: &mut Effects) {
        if self.polls.current.as_ref().is_some_and(|poll| poll.is_to_be_told(now)) {
            self.tell_poll_counts(now, out);
        }
    }

    /// The Session ends over an open poll. Everybody is told of that instead.
    pub(super) fn record_poll_closed(&mut self, out: &mut Effects) {
        self.close_poll(self.seen, out);
    }

    /// Somebody who comes in learns what is asked and what was answered; a host also how it goes.
    pub(super) fn tell_poll_to(&self, newcomer: ParticipantId, out: &mut Effects) {
        let (Some(participant), Some(poll)) = (self.participants.get(&newcomer), &self.polls.current) else { return };
        out.send(newcomer, ServerMessage::Poll { poll: Some(poll.view()) });
        if let Some(chosen) = poll.chosen(&participant.identity.key) {
            out.send(newcomer, ServerMessage::PollAnswered { number: poll.number(), choices: chosen.places() });
        }
        if let Some((number, counts)) = self.poll_counts().filter(|_| participant.is_host()) {
            out.send(newcomer, ServerMessage::PollCounts { number, counts });
        }
    }

    /// What is to be written where it is not known whether the decisions that led to `tried` were: what holds here instead.
    #[must_use]
    pub fn polls_instead_of(&self, tried: &Self) -> Vec<Effect> {
        let facts = past::difference(&self.polls, &tried.polls);
        facts.into_iter().map(Effect::Poll).collect()
    }

    pub(super) fn skip_polls_of(&mut self, other: &Self) {
        self.polls.last = self.polls.last.max(other.polls.last);
    }
}

fn options(wished: &[String]) -> Result<Vec<String>, Refusal> {
    if !(MIN_OPTIONS..=MAX_OPTIONS).contains(&wished.len()) {
        return Err(Refusal::PollOptions);
    }
    let clean: Option<Vec<String>> = wished.iter().map(|one| text::poll_line(one, MAX_OPTION_CHARS)).collect();
    let clean = clean.ok_or(Refusal::PollOptions)?;
    let different: BTreeSet<&str> = clean.iter().map(String::as_str).collect();
    if different.len() < clean.len() { Err(Refusal::PollOptionTwice) } else { Ok(clean) }
}
