//! Activities and Evidence of a story, as they are told in a chain: `.by(&["何志强"]).guests(8)`.

use super::story::{Story, bytes};
use crate::domain::participation::{ActivityFact, Attended, Decided, PersonFact};
use crate::domain::{Level, Mode, SeriesId};

/// The Activity that was begun last.
pub(in super::super) struct Playing<'a> {
    pub(super) story: &'a mut Story,
}

impl Playing<'_> {
    pub(in super::super) fn change(self, change: impl FnOnce(&mut ActivityFact)) -> Self {
        change(self.story.facts.activities.last_mut().unwrap());
        self
    }

    pub(in super::super) fn onsite(self) -> Self {
        self.change(|activity| activity.mode = Mode::Onsite)
    }

    pub(in super::super) fn mixed(self) -> Self {
        self.change(|activity| activity.mode = Mode::Mixed)
    }

    /// Planned only: it has not taken place.
    pub(in super::super) fn planned(self) -> Self {
        self.change(|activity| activity.held = false)
    }

    /// At this level, as an office has confirmed.
    pub(in super::super) fn level(self, level: Level) -> Self {
        self.change(|activity| {
            activity.level = level;
            activity.levels = vec![Decided { day: activity.day, what: Some(level) }];
        })
    }

    /// Said to be at this level; no office has confirmed it yet.
    pub(in super::super) fn claims(self, level: Level) -> Self {
        self.change(|activity| (activity.level, activity.levels) = (level, vec![]))
    }

    pub(in super::super) fn series(self, theme: &str) -> Self {
        let next = self.story.series.len();
        let entry = self.story.series.entry(theme.to_owned());
        let series = *entry.or_insert_with(|| SeriesId::from_random(bytes(7, next)));
        self.change(|activity| activity.series = Some(series))
    }

    /// Presented by these.
    pub(in super::super) fn by(self, names: &[impl AsRef<str>]) -> Self {
        let accounts = self.story.accounts(names);
        self.change(|activity| activity.presenters.extend(accounts))
    }

    /// These went live with it.
    pub(in super::super) fn hosted_by(self, names: &[impl AsRef<str>]) -> Self {
        let accounts = self.story.accounts(names);
        self.change(|activity| activity.hosts.extend(accounts))
    }

    pub(in super::super) fn reviewed_by(self, names: &[impl AsRef<str>]) -> Self {
        let accounts = self.story.accounts(names);
        self.change(|activity| activity.reviewers.extend(accounts))
    }

    pub(in super::super) fn for_school(self, school: &str) -> Self {
        let school = self.story.school(school);
        self.change(|activity| activity.helped = Some(school))
    }

    /// These were present, for 90 minutes.
    pub(in super::super) fn present(self, names: &[impl AsRef<str>]) -> Self {
        self.people(names, Attended::Present, 90)
    }

    /// Present for that long.
    pub(in super::super) fn present_for(self, names: &[impl AsRef<str>], minutes: u32) -> Self {
        self.people(names, Attended::Present, minutes)
    }

    /// 待核
    pub(in super::super) fn unknown(self, names: &[impl AsRef<str>]) -> Self {
        self.people(names, Attended::Unknown, 20)
    }

    pub(in super::super) fn absent(self, names: &[impl AsRef<str>]) -> Self {
        self.people(names, Attended::Absent, 0)
    }

    pub(in super::super) fn excused(self, names: &[impl AsRef<str>]) -> Self {
        self.people(names, Attended::Excused, 0)
    }

    fn people(self, names: &[impl AsRef<str>], attended: Attended, minutes: u32) -> Self {
        for account in self.story.accounts(names) {
            let day = self.story.facts.activities.last().unwrap().day;
            let rural =
                self.story.facts.members.iter().any(|member| member.account == account && member.workplace(day).rural);
            let person = PersonFact { person: account.to_string(), attended, minutes, rural };
            self.story.facts.activities.last_mut().unwrap().people.push(person);
        }
        self
    }

    /// So many other people, each of them nowhere else.
    pub(in super::super) fn guests(self, count: usize) -> Self {
        self.strangers(count, false)
    }

    /// So many from rural schools.
    pub(in super::super) fn rural_guests(self, count: usize) -> Self {
        self.strangers(count, true)
    }

    fn strangers(self, count: usize, rural: bool) -> Self {
        for _ in 0..count {
            self.story.guests += 1;
            let person = format!("guest:{}", self.story.guests);
            let person = PersonFact { person, attended: Attended::Present, minutes: 90, rural };
            self.story.facts.activities.last_mut().unwrap().people.push(person);
        }
        self
    }
}

/// The Evidence that was handed in last.
pub(in super::super) struct Paper<'a> {
    pub(super) story: &'a mut Story,
}

impl Paper<'_> {
    /// It proves something of this person.
    pub(in super::super) fn of(self, name: &str) -> Self {
        let account = self.story.account(name);
        self.story.facts.evidence.last_mut().unwrap().account = Some(account);
        self
    }

    pub(in super::super) fn accepted(self) -> Self {
        self.accepted_for(1)
    }

    /// The reviewer counts it for so many.
    pub(in super::super) fn accepted_for(self, count: u32) -> Self {
        let last = self.story.facts.evidence.last_mut().unwrap();
        last.decisions = vec![Decided { day: last.day, what: Some(count) }];
        self
    }

    pub(in super::super) fn refused(self) -> Self {
        let last = self.story.facts.evidence.last_mut().unwrap();
        last.decisions = vec![Decided { day: last.day, what: None }];
        self
    }
}
