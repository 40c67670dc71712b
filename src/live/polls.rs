//! Polls on their way between a Room and the store.

use crate::domain::Time;
use crate::domain::poll::{KeptPolls, PollCard, PollCounts, PollEntry};
use lectern_signaling::effect::{PollFact, PollOpened};
use lectern_signaling::room::{PastPoll, PastPolls};
use lectern_signaling::{Effect, Moment, protocol};

/// What is to be written of these effects.
pub(super) fn entries(effects: &[Effect]) -> impl Iterator<Item = PollEntry> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Poll(fact) => Some(entry(fact)),
        _ => None,
    })
}

fn entry(fact: &PollFact) -> PollEntry {
    match fact.clone() {
        PollFact::Opened(opened) => {
            let PollOpened { number, question, options, several, opened } = opened;
            PollEntry::Opened(PollCard { number, question, options, several, opened_at: time(opened) })
        }
        PollFact::Answered { number, person, choices } => PollEntry::Answered { number, person, choices },
        PollFact::Closed { number, closed, counts } => {
            let protocol::poll::PollCounts { votes, answered, present } = counts;
            let counts = PollCounts { votes, answered, present };
            PollEntry::Closed { number, closed_at: time(closed), counts }
        }
        PollFact::PutAway { number } => PollEntry::PutAway { number },
        PollFact::Withdrawn { number } => PollEntry::Withdrawn { number },
    }
}

/// As a Room is told them that goes on.
pub(super) fn past(kept: KeptPolls) -> PastPolls {
    let KeptPolls { last, count, current } = kept;
    let current = current.map(|poll| {
        let PollCard { number, question, options, several, opened_at } = poll.card;
        let card = PollOpened { number, question, options, several, opened: Moment(opened_at.millis()) };
        let result = poll.result.map(|(closed_at, counts)| {
            let PollCounts { votes, answered, present } = counts;
            (Moment(closed_at.millis()), protocol::poll::PollCounts { votes, answered, present })
        });
        PastPoll { card, answers: poll.answers, result }
    });
    PastPolls { last, count, current }
}

fn time(moment: Moment) -> Time {
    Time::from_micros(i64::try_from(moment.0.saturating_mul(1000)).unwrap_or(i64::MAX))
}
