//! Check-ins in the Room: 签到, 随机点名, and prompts whether everybody is still there.
//!
//! One is open at a time. It asks the people who are here when it opens, each once on however many devices; hosts ask and are
//! not asked. What comes of it is in the ledger before anybody hears of it.

mod lots;
mod open;
mod past;

use super::Room;
use super::people::PresentPerson;
use crate::Moment;
use crate::effect::{AnswerHow, CheckInCause, Effect, Effects, PresenceFact};
use crate::protocol::check_in::{CheckIn, CheckInMethod, CheckInPurpose, OpenCheckIn};
use crate::protocol::client::ClientMessage;
use crate::protocol::server::ServerMessage;
use crate::protocol::{ParticipantId, Refusal};
use lots::Lots;
use open::{Open, Opening};
use std::time::Duration;

pub use past::PastCheckIns;

/// Shorter, and a slow line alone makes people miss it; longer is no check-in.
const SECONDS: std::ops::RangeInclusive<u32> = 30..=600;
/// More names than fit on a screen are no call.
const CALLED: std::ops::RangeInclusive<u32> = 1..=20;
/// Two hours: longer than any lesson.
const PROMPT_MINUTES: std::ops::RangeInclusive<u32> = 1..=120;
/// Who went to fetch water is back within this time.
const PROMPT_SECONDS: u32 = 120;
/// Hosts may remind as often.
const REMIND_EVERY: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
pub(super) struct CheckIns {
    pub(super) past: PastCheckIns,
    pub(super) open: Option<Open>,
    prompts: Option<Prompts>,
    lots: Lots,
}

/// The server asks by itself.
#[derive(Debug, Clone, Copy)]
struct Prompts {
    every_minutes: u32,
    next: Moment,
}

/// How a person answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// On a page, with the code where one is asked for.
    Said { code: Option<String> },
    /// By scanning the code of this check-in, which whoever passes it on has examined.
    Scanned,
}

/// Who says that a person is here.
struct Answer<'a> {
    number: u32,
    key: &'a str,
    /// Over whose Connection, if over one of the person's.
    participant: Option<ParticipantId>,
    by: Answering,
}

enum Answering {
    Person(Given),
    Host { account: Option<String> },
}

impl CheckIns {
    pub(super) fn new(past: PastCheckIns, seed: u64) -> Self {
        Self { past, open: None, prompts: None, lots: Lots::new(seed) }
    }

    /// When `check_in_timeout` has something to do.
    pub(super) fn due(&self) -> Option<Moment> {
        let prompt = self.prompts.map(|prompts| prompts.next);
        self.open.as_ref().map(Open::due).into_iter().chain(prompt).min()
    }

    fn numbered(&self, number: u32) -> Result<&Open, Refusal> {
        self.open.as_ref().filter(|open| open.number == number).ok_or(Refusal::NoCheckIn)
    }

    fn numbered_mut(&mut self, number: u32) -> Result<&mut Open, Refusal> {
        self.open.as_mut().filter(|open| open.number == number).ok_or(Refusal::NoCheckIn)
    }

    /// Some of these, nobody for a second time before all of them had a turn.
    fn draw(&mut self, people: Vec<PresentPerson>, wanted: usize) -> Vec<PresentPerson> {
        let (called, waiting): (Vec<_>, Vec<_>) = people.into_iter().partition(|one| self.past.was_called(&one.key));
        let mut drawn = self.lots.draw(waiting, wanted);
        let more = wanted - drawn.len();
        drawn.extend(self.lots.draw(called, more));
        drawn
    }

    /// Anything from half to one and a half times the span, so that nobody can wait for it.
    fn next_prompt(&mut self, now: Moment, every_minutes: u32) -> Moment {
        let span = u64::from(every_minutes) * 60_000;
        now.plus(Duration::from_millis(span / 2 + self.lots.below(span + 1)))
    }
}

/// What is said over a Connection.
impl Room {
    pub(super) fn check_in_message(
        &mut self,
        now: Moment,
        from: ParticipantId,
        message: ClientMessage,
        re: u64,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        match message {
            ClientMessage::AnswerCheckIn { number, code } => {
                let key = self.participants.get(&from).ok_or(Refusal::NoSuchParticipant)?.identity.key.clone();
                let by = Answering::Person(Given::Said { code });
                self.answer(now, Answer { number, key: &key, participant: Some(from), by }, out)?;
            }
            ClientMessage::OpenCheckIn(wish) => {
                self.require_host(from)?;
                self.open_check_in(now, &wish, out)?;
            }
            ClientMessage::ExtendCheckIn { number, seconds } => {
                self.require_host(from)?;
                self.extend_check_in(number, seconds, out)?;
            }
            ClientMessage::CloseCheckIn { number } => {
                self.require_host(from)?;
                self.check_ins.numbered(number)?;
                self.close_check_in(CheckInCause::Host, out);
            }
            ClientMessage::RemindCheckIn { number } => {
                self.require_host(from)?;
                self.remind(now, number, out)?;
            }
            ClientMessage::AnswerFor { number, participant } => {
                self.require_host(from)?;
                self.answer_for(now, from, number, participant, out)?;
            }
            ClientMessage::Prompts { every_minutes } => {
                self.require_host(from)?;
                self.set_prompts(now, every_minutes, out)?;
            }
            // The caller gives nothing else here.
            _ => return Err(Refusal::Malformed),
        }
        out.ok_first(from, re);
        Ok(())
    }

    fn open_check_in(&mut self, now: Moment, wish: &OpenCheckIn, out: &mut Effects) -> Result<(), Refusal> {
        let by_tap = wish.purpose == CheckInPurpose::Roll || wish.method == CheckInMethod::Tap;
        if !(by_tap && SECONDS.contains(&wish.seconds) && CALLED.contains(&wish.count)) {
            return Err(Refusal::Malformed);
        }
        if self.check_ins.open.is_some() {
            return Err(Refusal::CheckInOpen);
        }
        let asked: Vec<PresentPerson> = self.present_people().into_iter().filter(|one| is_asked(one, wish)).collect();
        if asked.is_empty() {
            return Err(Refusal::NobodyToAsk);
        }
        let candidates = asked.len();
        let check_ins = &mut self.check_ins;
        let asked = match wish.purpose {
            CheckInPurpose::Call => check_ins.draw(asked, usize::try_from(wish.count).unwrap_or(1).min(candidates)),
            CheckInPurpose::Roll | CheckInPurpose::StillHere => asked,
        };
        let code = (wish.method == CheckInMethod::Code).then(|| format!("{:04}", check_ins.lots.below(10_000)));
        let number = check_ins.past.last() + 1;
        let ordinal = check_ins.past.count(wish.purpose) + 1;
        check_ins.past.opened(number, wish.purpose, asked.iter().map(|one| one.key.as_str()));
        let open = Open::new(wish, Opening { now, number, ordinal, code, asked, candidates });
        out.record(open.fact());
        check_ins.open = Some(open);
        self.tell_check_in(out);
        self.tell_counts(out);
        Ok(())
    }

    fn extend_check_in(&mut self, number: u32, seconds: u32, out: &mut Effects) -> Result<(), Refusal> {
        if !SECONDS.contains(&seconds) {
            return Err(Refusal::Malformed);
        }
        self.check_ins.numbered_mut(number)?.extend(seconds);
        self.tell_check_in(out);
        Ok(())
    }

    fn remind(&mut self, now: Moment, number: u32, out: &mut Effects) -> Result<(), Refusal> {
        let open = self.check_ins.numbered_mut(number)?;
        if open.reminded.is_some_and(|at| now < at.plus(REMIND_EVERY)) {
            return Err(Refusal::TooFast);
        }
        open.reminded = Some(now);
        let open = self.check_ins.numbered(number)?;
        for one in self.participants.values().filter(|one| one.is_connected() && open.waits_for(&one.identity.key)) {
            out.send(one.id, ServerMessage::CheckInReminder { number });
        }
        Ok(())
    }

    fn set_prompts(&mut self, now: Moment, every_minutes: Option<u32>, out: &mut Effects) -> Result<(), Refusal> {
        if every_minutes.is_some_and(|minutes| !PROMPT_MINUTES.contains(&minutes)) {
            return Err(Refusal::Malformed);
        }
        let check_ins = &mut self.check_ins;
        check_ins.prompts = every_minutes
            .map(|every_minutes| Prompts { every_minutes, next: check_ins.next_prompt(now, every_minutes) });
        for host in self.hosts() {
            out.send(host, ServerMessage::Prompts { every_minutes });
        }
        Ok(())
    }

    fn answer_for(
        &mut self,
        now: Moment,
        from: ParticipantId,
        number: u32,
        participant: ParticipantId,
        out: &mut Effects,
    ) -> Result<(), Refusal> {
        let open = self.check_ins.numbered(number)?;
        // Also one who has left since is answered for.
        let here = || self.participants.get(&participant).map(|one| one.identity.key.as_str());
        let key = open.key_of(participant).or_else(here).ok_or(Refusal::NoSuchParticipant)?.to_owned();
        let account = self.participants.get(&from).and_then(|host| host.identity.account.clone());
        self.answer(now, Answer { number, key: &key, participant: None, by: Answering::Host { account } }, out)
    }

    /// Answering again is done already.
    fn answer(&mut self, now: Moment, answer: Answer<'_>, out: &mut Effects) -> Result<(), Refusal> {
        let Answer { number, key, participant, by } = answer;
        let open = self.check_ins.numbered_mut(number)?;
        if now >= open.closes {
            return Err(Refusal::NoCheckIn);
        }
        let place = open.find(key).ok_or(Refusal::NotAsked)?;
        if open.has_answered(place) {
            return Ok(());
        }
        let (how, by) = match by {
            Answering::Host { account } => (AnswerHow::Host, account),
            Answering::Person(given) => {
                open.examine(place, &given)?;
                let how = match (given, open.method()) {
                    (Given::Scanned, _) => AnswerHow::Qr,
                    (Given::Said { .. }, CheckInMethod::Code) => AnswerHow::Code,
                    (Given::Said { .. }, _) => AnswerHow::Tap,
                };
                (how, None)
            }
        };
        open.answer(place);
        let tell_now = open.is_to_be_told(now);
        let view = open.view(key);
        out.record(PresenceFact::CheckInAnswered { number, person: key.to_owned(), participant, how, by });
        for device in self.devices_of(key) {
            out.send(device, ServerMessage::CheckIn { check_in: Some(view.clone()) });
        }
        if tell_now {
            self.tell_counts_again(now, out);
        }
        Ok(())
    }

    /// Says that it is over, and what came of it.
    fn close_check_in(&mut self, cause: CheckInCause, out: &mut Effects) {
        let Some(open) = self.check_ins.open.take() else { return };
        let (number, answered, expected) = (open.number, open.answers, open.expected());
        out.record(PresenceFact::CheckInClosed { number, cause, answered, expected });
        out.tell_all(ServerMessage::CheckIn { check_in: None });
        let Open { ordinal, purpose, .. } = open;
        let missing = open.missing();
        for host in self.hosts() {
            let missing = missing.clone();
            out.send(host, ServerMessage::CheckInResult { number, ordinal, purpose, answered, expected, missing });
        }
    }

    fn tell_check_in(&self, out: &mut Effects) {
        for one in self.participants.values().filter(|one| one.is_connected()) {
            let check_in = self.check_in_of(&one.identity.key);
            out.send(one.id, ServerMessage::CheckIn { check_in });
        }
    }

    fn tell_counts(&self, out: &mut Effects) {
        let Some(counts) = self.counts() else { return };
        for host in self.hosts() {
            out.send(host, counts.clone());
        }
    }

    fn tell_counts_again(&mut self, now: Moment, out: &mut Effects) {
        if let Some(open) = &mut self.check_ins.open {
            open.note_told(now);
        }
        self.tell_counts(out);
    }

    fn counts(&self) -> Option<ServerMessage> {
        let open = self.check_ins.open.as_ref()?;
        Some(ServerMessage::CheckInCounts {
            number: open.number,
            answered: open.answers,
            expected: open.expected(),
            missing: open.missing(),
            code: open.code().map(str::to_owned),
        })
    }
}

/// What does not come over a Connection of the person.
impl Room {
    /// The open check-in, as it is to this person.
    #[must_use]
    pub fn check_in_of(&self, key: &str) -> Option<CheckIn> {
        self.check_ins.open.as_ref().map(|open| open.view(key))
    }

    /// A person answers on another page or by scanning. Refused like `answer_check_in`.
    pub fn answer_of(&mut self, now: Moment, key: &str, number: u32, given: Given) -> Result<Vec<Effect>, Refusal> {
        self.require_open()?;
        self.seen = self.seen.max(now);
        let mut out = Effects::default();
        self.answer(now, Answer { number, key, participant: None, by: Answering::Person(given) }, &mut out)?;
        Ok(out.into_vec())
    }

    /// Closes what is over, tells hosts what they were not told yet, and prompts when it is time.
    pub(super) fn check_in_timeout(&mut self, now: Moment, out: &mut Effects) {
        match &self.check_ins.open {
            Some(open) if now >= open.closes => self.close_check_in(CheckInCause::Time, out),
            Some(open) if open.is_to_be_told(now) => self.tell_counts_again(now, out),
            _ => {}
        }
        let Some(Prompts { every_minutes, .. }) = self.check_ins.prompts.filter(|prompts| now >= prompts.next) else {
            return;
        };
        let next = self.check_ins.next_prompt(now, every_minutes);
        self.check_ins.prompts = Some(Prompts { every_minutes, next });
        let prompt = OpenCheckIn {
            purpose: CheckInPurpose::StillHere,
            method: CheckInMethod::Tap,
            seconds: PROMPT_SECONDS,
            count: 1,
            place: None,
        };
        // Where another is open, or nobody is here, there is nothing to ask this time.
        let _ = self.open_check_in(now, &prompt, out);
    }

    /// The Session ends or stops under an open check-in. Everybody is told of that instead.
    pub(super) fn record_check_in_cut_short(&mut self, cause: CheckInCause, out: &mut Effects) {
        if let Some(open) = self.check_ins.open.take() {
            let (number, answered, expected) = (open.number, open.answers, open.expected());
            out.record(PresenceFact::CheckInClosed { number, cause, answered, expected });
        }
    }

    /// Somebody who comes in learns what is asked; a host also how it goes.
    pub(super) fn tell_check_in_to(&self, newcomer: ParticipantId, out: &mut Effects) {
        let Some(participant) = self.participants.get(&newcomer) else { return };
        if let Some(check_in) = self.check_in_of(&participant.identity.key) {
            out.send(newcomer, ServerMessage::CheckIn { check_in: Some(check_in) });
        }
        if participant.is_host() {
            if let Some(counts) = self.counts() {
                out.send(newcomer, counts);
            }
            if let Some(Prompts { every_minutes, .. }) = self.check_ins.prompts {
                out.send(newcomer, ServerMessage::Prompts { every_minutes: Some(every_minutes) });
            }
        }
    }
}

/// Hosts know that they are here.
fn is_asked(person: &PresentPerson, wish: &OpenCheckIn) -> bool {
    !person.host && (wish.place.is_none() || wish.place == person.place)
}
