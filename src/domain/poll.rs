//! Polls (投票) of a Session: what was asked, and how many chose what. Who chose what is known only while a poll is open.

use super::Time;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollCard {
    /// 1, 2, 3 … within the Session.
    pub number: u32,
    pub question: String,
    pub options: Vec<String>,
    /// More than one could be chosen.
    pub several: bool,
    pub opened_at: Time,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PollCounts {
    /// Of each option.
    pub votes: Vec<u32>,
    /// How many people answered.
    pub answered: u32,
    /// How many could.
    pub present: u32,
}

/// A poll that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    pub card: PollCard,
    pub closed_at: Time,
    pub counts: PollCounts,
}

impl Poll {
    /// The options with their votes, and the share of those who answered.
    pub fn options(&self) -> impl Iterator<Item = (&str, u32, Option<Share>)> {
        let votes = self.counts.votes.iter().copied().chain(std::iter::repeat(0));
        let options = self.card.options.iter().zip(votes);
        options.map(|(option, votes)| (option.as_str(), votes, Share::of(votes, self.counts.answered)))
    }

    /// How many of those who could answer did.
    #[must_use]
    pub fn turnout(&self) -> Option<Share> {
        Share::of(self.counts.answered, self.counts.present)
    }

    /// 单选 or 多选.
    #[must_use]
    pub fn kind_word(&self) -> &'static str {
        if self.card.several { "多选" } else { "单选" }
    }
}

/// In thousandths, rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(pub u32);

impl Share {
    /// None of nobody.
    #[must_use]
    pub fn of(part: u32, whole: u32) -> Option<Self> {
        let (part, whole) = (u64::from(part), u64::from(whole));
        let permille = (part * 1000 + whole / 2).checked_div(whole)?;
        u32::try_from(permille).ok().map(Self)
    }

    /// `54.5%`
    #[must_use]
    pub fn text(self) -> String {
        format!("{}.{}%", self.0 / 10, self.0 % 10)
    }
}

/// What is written of a poll while its Session is live. Each says how it is from now on: writing it again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollEntry {
    /// It is open; nothing else is known of it.
    Opened(PollCard),
    /// What this person chooses now, by the places of the options; empty: nothing.
    Answered {
        number: u32,
        person: String,
        choices: Vec<u8>,
    },
    /// With it goes who chose what.
    Closed {
        number: u32,
        closed_at: Time,
        counts: PollCounts,
    },
    PutAway {
        number: u32,
    },
    /// It never was.
    Withdrawn {
        number: u32,
    },
}

/// What a Session that goes on after the server was stopped has to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptPolls {
    /// The last number.
    pub last: u32,
    pub count: u32,
    /// The one that is open, or whose result is shown.
    pub current: Option<KeptPoll>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPoll {
    pub card: PollCard,
    /// Person and what was chosen, while it is open.
    pub answers: BTreeMap<String, Vec<u8>>,
    pub result: Option<(Time, PollCounts)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_those_who_answered_and_of_nobody_there_is_none() {
        let card = PollCard {
            number: 1,
            question: "导入怎么样".into(),
            options: ["很好", "还可以", "再想想"].map(String::from).into(),
            several: false,
            opened_at: Time::from_seconds(0),
        };
        let counts = PollCounts { votes: vec![2, 1, 0], answered: 3, present: 8 };
        let poll = Poll { card, closed_at: Time::from_seconds(60), counts };
        let shares: Vec<_> = poll.options().map(|(_, votes, share)| (votes, share.unwrap().text())).collect();
        assert_eq!(shares, [(2, "66.7%".to_owned()), (1, "33.3%".to_owned()), (0, "0.0%".to_owned())]);
        assert_eq!(poll.turnout().map(Share::text).as_deref(), Some("37.5%"));
        assert_eq!(Share::of(0, 0), None);
        assert_eq!(Share::of(5, 5), Some(Share(1000)));
    }
}
