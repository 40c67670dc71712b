//! Which Activities a Filter lets count, and why others do not.

use super::super::Ground;
use super::super::assessment::{Asked, Assessment};
use super::super::compare::needed;
use crate::domain::participation::{Attended, Held};
use crate::domain::policy::{Filter, Taking};
use crate::domain::{AccountId, MemberRole};

/// How well something passes; the worse of two decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    /// Once somebody has decided what is open, and what that is.
    Maybe(String),
    No(String),
}

impl Fit {
    fn and(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::No(_), _) | (Self::Maybe(_), Self::Yes | Self::Maybe(_)) | (Self::Yes, Self::Yes) => self,
            _ => other,
        }
    }
}

/// Who holds what a Studio holds for others.
const LEADING: [MemberRole; 3] = [MemberRole::Host, MemberRole::Core, MemberRole::Adviser];

/// A held Activity of the kind that is asked for, with what the Filter says of it.
pub(super) struct Fitted<'a> {
    pub(super) held: &'a Held<'a>,
    pub(super) fit: Fit,
    /// Of the population that the Filter's rate asks for, or of all people.
    pub(super) present: u32,
    pub(super) of: Option<u32>,
}

impl Fitted<'_> {
    pub(super) fn ground(&self, fit: &Fit) -> Ground {
        let activity = self.held.activity;
        let note = match fit {
            Fit::Yes => None,
            Fit::Maybe(why) | Fit::No(why) => Some(why.clone()),
        };
        Ground::Activity {
            activity: activity.id,
            title: activity.title.clone(),
            day: activity.day,
            counts: *fit == Fit::Yes,
            present: Some(self.present),
            of: self.of,
            note,
        }
    }

    /// With the part that the subject took in it; none when it has nothing to do with them.
    pub(super) fn for_subject(&self, asked: &Asked<'_>, taking: Option<Taking>) -> Option<Fit> {
        if !asked.span.has(self.held.activity.day) {
            return None;
        }
        let Some(member) = asked.member else { return Some(self.fit.clone()) };
        let took = takes(self.held, member.account, taking.unwrap_or(Taking::Attending))?;
        Some(self.fit.clone().and(took))
    }
}

/// All held Activities of the kinds and modes, each with its fit.
pub(super) fn fitted<'a>(assessment: &'a Assessment<'_>, filter: &Filter) -> Vec<Fitted<'a>> {
    let held = assessment.done.held.iter().filter(|held| matches_kind(filter, held));
    held.map(|held| fit(assessment, filter, held)).collect()
}

/// It is of the kinds and modes that the Filter names.
fn matches_kind(filter: &Filter, held: &Held<'_>) -> bool {
    let activity = held.activity;
    (filter.kinds.is_empty() || filter.kinds.contains(&activity.kind))
        && (filter.modes.is_empty() || filter.modes.contains(&activity.mode))
}

fn fit<'a>(assessment: &Assessment<'_>, filter: &Filter, held: &'a Held<'a>) -> Fitted<'a> {
    let (rate, present, of) = rate(assessment, filter, held);
    let fit = level(assessment, filter, held)
        .and(presenter(assessment, filter, held))
        .and(helped(assessment, filter, held))
        .and(rural(assessment, filter, held))
        .and(people(filter, held))
        .and(rate);
    Fitted { held, fit, present, of }
}

fn level(assessment: &Assessment<'_>, filter: &Filter, held: &Held<'_>) -> Fit {
    let Some(asked) = filter.level else { return Fit::Yes };
    let confirmed = held.activity.confirmed_level(assessment.known);
    let level = confirmed.unwrap_or(held.activity.level);
    if level < asked {
        Fit::No(format!("只是{}", level.word()))
    } else if confirmed.is_some() {
        Fit::Yes
    } else {
        Fit::Maybe(format!("{}等确认", level.word()))
    }
}

fn presenter(assessment: &Assessment<'_>, filter: &Filter, held: &Held<'_>) -> Fit {
    let Some(key) = &filter.presented_by else { return Fit::Yes };
    let Some(of) = assessment.policy.populations.get(key) else { return Fit::No("没有这类主讲人".to_owned()) };
    if held.presented_by(assessment.facts, of) { Fit::Yes } else { Fit::No(format!("不是{}主讲", of.title)) }
}

fn helped(assessment: &Assessment<'_>, filter: &Filter, held: &Held<'_>) -> Fit {
    let day = held.activity.day;
    let helps = |school| {
        let mut rows = assessment.facts.helped.iter().filter(|helped| helped.school == school);
        rows.any(|helped| helped.from <= day && helped.to.is_none_or(|to| day <= to))
    };
    if !filter.helped || held.activity.helped.is_some_and(helps) {
        return Fit::Yes;
    }
    Fit::No("不是为帮扶学校举办".to_owned())
}

/// Teachers of rural schools came for whom it was held: whoever leads the Studio is not among them.
fn rural(assessment: &Assessment<'_>, filter: &Filter, held: &Held<'_>) -> Fit {
    let leads = |person: &str| {
        let mut rows = assessment.facts.members.iter().filter(|member| member.account.as_str() == person);
        rows.any(|member| member.on(held.activity.day) && LEADING.contains(&member.role))
    };
    let any = |attended| held.people().any(|one| one.rural && one.attended == attended && !leads(&one.person));
    if !filter.rural || any(Attended::Present) {
        Fit::Yes
    } else if any(Attended::Unknown) {
        Fit::Maybe("乡村教师的出席待核".to_owned())
    } else {
        Fit::No("没有乡村教师出席".to_owned())
    }
}

fn people(filter: &Filter, held: &Held<'_>) -> Fit {
    let Some(least) = filter.people else { return Fit::Yes };
    if least <= held.present {
        Fit::Yes
    } else if least <= held.present.saturating_add(held.unknown) {
        Fit::Maybe(format!("{} 人出席，{} 人待核", held.present, held.unknown))
    } else {
        Fit::No(format!("只有 {} 人", held.present))
    }
}

/// The verdict, and who was present of how many.
fn rate(assessment: &Assessment<'_>, filter: &Filter, held: &Held<'_>) -> (Fit, u32, Option<u32>) {
    let all = (Fit::Yes, held.present, None);
    let Some(rate) = &filter.rate else { return all };
    let Some(of) = assessment.policy.populations.get(&rate.population) else { return all };
    let turnout = assessment.done.turnout(held, of);
    let needed = needed(rate.percent, turnout.of);
    let fit = if turnout.of == 0 {
        Fit::No(format!("当天名单上没有{}", of.title))
    } else if needed <= turnout.present {
        Fit::Yes
    } else if needed <= turnout.present + turnout.unknown {
        Fit::Maybe(format!("{} 人待核", turnout.unknown))
    } else {
        Fit::No(format!("{} 名{}中只有 {} 人参加", turnout.of, of.title, turnout.present))
    };
    (fit, turnout.present, Some(turnout.of))
}

/// Did this person take that part in it? None when not.
fn takes(held: &Held<'_>, account: AccountId, taking: Taking) -> Option<Fit> {
    let activity = held.activity;
    // Whom the plan or a review names was there, unless the record says otherwise.
    let missed = held.missed(&account);
    let has = |people: &[AccountId]| !missed && people.contains(&account);
    match taking {
        Taking::Attending if has(&activity.presenters) => Some(Fit::Yes),
        Taking::Attending => attends(held, account),
        Taking::Presenting => has(&activity.presenters).then_some(Fit::Yes),
        Taking::Hosting => (has(&activity.hosts) || has(&activity.presenters)).then_some(Fit::Yes),
        Taking::Reviewing => has(&activity.reviewers).then_some(Fit::Yes),
        Taking::Guiding if activity.presenters.is_empty() || activity.presenters.contains(&account) => None,
        Taking::Guiding if has(&activity.reviewers) => Some(Fit::Yes),
        Taking::Guiding => attends(held, account),
    }
}

fn attends(held: &Held<'_>, account: AccountId) -> Option<Fit> {
    match held.attended(account.as_str())? {
        Attended::Present => Some(Fit::Yes),
        Attended::Unknown => Some(Fit::Maybe("出席待核".to_owned())),
        Attended::Excused | Attended::Absent => None,
    }
}
