//! What is known of the polls before: told to a Room that goes on, and said again where it is not known what was written.

use super::Polls;
use super::current::Current;
use crate::Moment;
use crate::effect::{PollFact, PollOpened};
use crate::protocol::poll::PollCounts;
use std::collections::BTreeMap;

/// Told to a Room that goes on after the server was stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PastPolls {
    /// The last number.
    pub last: u32,
    pub count: u32,
    /// The one that is open, or whose result is shown.
    pub current: Option<PastPoll>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastPoll {
    pub card: PollOpened,
    /// `Identity::key` and the places of what was chosen, while it is open.
    pub answers: BTreeMap<String, Vec<u8>>,
    /// When it was closed, and what came of it.
    pub result: Option<(Moment, PollCounts)>,
}

/// What has to be written so that `held` is what is kept, whatever of `tried` may have been.
pub(super) fn difference(held: &Polls, tried: &Polls) -> Vec<PollFact> {
    let never = held.last + 1..=tried.last;
    let mut facts: Vec<PollFact> = never.map(|number| PollFact::Withdrawn { number }).collect();
    let Some(poll) = &held.current else { return facts };
    let number = poll.number();
    let same = tried.current.as_ref().filter(|tried| tried.number() == number && tried.is_open() == poll.is_open());
    match same {
        Some(tried) => {
            for (key, chosen) in tried.answers() {
                let here = poll.answers().get(key);
                if here != Some(chosen) {
                    let choices = here.map(|chosen| chosen.places()).unwrap_or_default();
                    facts.push(PollFact::Answered { number, person: key.to_string(), choices });
                }
            }
        }
        None if poll.is_open() => say_again(poll, &mut facts),
        None => facts.extend(poll.closed()),
    }
    facts
}

/// Opens it anew, with all its answers: those are forgotten when it is closed.
fn say_again(poll: &Current, facts: &mut Vec<PollFact>) {
    facts.push(poll.opened());
    facts.extend(poll.answers().iter().map(|(key, chosen)| PollFact::Answered {
        number: poll.number(),
        person: key.to_string(),
        choices: chosen.places(),
    }));
}

#[cfg(test)]
impl super::Room {
    /// What must be kept outside for the Room to go on as it is.
    pub(in crate::room) fn polls_kept(&self) -> PastPolls {
        let current = self.polls.current.as_ref().map(|poll| {
            let PollFact::Opened(card) = poll.opened() else { unreachable!("says that it was opened") };
            let answers = poll.answers().iter().map(|(key, chosen)| (key.to_string(), chosen.places())).collect();
            let result = poll.closed().map(|fact| match fact {
                PollFact::Closed { closed, counts, .. } => (closed, counts),
                _ => unreachable!("says that it was closed"),
            });
            PastPoll { card, answers, result }
        });
        PastPolls { last: self.polls.last, count: self.polls.count, current }
    }
}
