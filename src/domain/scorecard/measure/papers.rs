//! Evidence and resources, as reviewers had decided on them by the day.

use super::super::assessment::{Asked, Assessment};
use super::super::compare::{Bounds, Count, compared};
use super::super::{Ground, SubjectScore};
use crate::domain::evidence::counts_characters;
use crate::domain::participation::{Decided, standing};
use crate::domain::policy::{Part, PeriodKind};
use crate::domain::{AccountId, Day};

/// Something handed in, whatever it proves.
struct Paper<'a> {
    id: &'a str,
    title: &'a str,
    day: Day,
    account: Option<AccountId>,
    decisions: &'a [Decided<Option<u32>>],
}

/// What is said of one, and how a number tells of it.
struct Words {
    waiting: &'static str,
    refused: &'static str,
    ground: fn(String, String, Option<String>) -> Ground,
}

pub(super) fn evidence(assessment: &Assessment<'_>, part: &Part, slot: &str, asked: &[Asked<'_>]) -> Vec<SubjectScore> {
    let in_slot = assessment.facts.evidence.iter().filter(|one| one.slot == slot);
    let paper = in_slot.map(|one| Paper {
        id: &one.id,
        title: &one.title,
        day: one.day,
        account: one.account,
        decisions: &one.decisions,
    });
    let ground = |id, title, note: Option<String>| Ground::Evidence { id, title, counts: note.is_none(), note };
    counted(assessment, part, asked, paper.collect(), &Words { waiting: "等待审核", refused: "没有通过审核", ground })
}

pub(super) fn selected_resources(assessment: &Assessment<'_>, part: &Part, asked: &[Asked<'_>]) -> Vec<SubjectScore> {
    let paper = assessment.facts.resources.iter().map(|one| Paper {
        id: &one.id,
        title: &one.title,
        day: one.day,
        account: None,
        decisions: &one.decisions,
    });
    let ground = |id, title, note: Option<String>| Ground::Resource { id, title, counts: note.is_none(), note };
    counted(assessment, part, asked, paper.collect(), &Words { waiting: "待评", refused: "没有入选", ground })
}

fn counted(
    assessment: &Assessment<'_>,
    part: &Part,
    asked: &[Asked<'_>],
    mut all: Vec<Paper<'_>>,
    words: &Words,
) -> Vec<SubjectScore> {
    all.sort_by_key(|one| (one.day, one.id));
    let least = Bounds::of(part.is, assessment.policy.about_percent).least;
    let count = |asked: &Asked<'_>| {
        let (mut count, mut undecided) = (Count::default(), 0_u32);
        let whose = |one: &Paper<'_>| asked.member.is_none_or(|member| one.account == Some(member.account));
        for one in all.iter().filter(|one| whose(one) && counts(assessment, asked, one.day)) {
            let note = match standing(one.decisions, assessment.known) {
                Some(Some(number)) => {
                    count.measured = count.measured.saturating_add(*number);
                    None
                }
                Some(None) => Some(words.refused),
                None => {
                    undecided = undecided.saturating_add(1);
                    Some(words.waiting)
                }
            };
            let ground = (words.ground)(one.id.to_owned(), one.title.to_owned(), note.map(str::to_owned));
            count.grounds.push(ground);
        }
        // Of a text nobody knows how many characters it has: it may be all that is missing.
        let missing = least.saturating_sub(count.measured);
        let text = 0 < undecided && counts_characters(&part.unit);
        count.waiting = if text { missing.max(undecided) } else { undecided };
        compared(assessment, part, asked, count)
    };
    asked.iter().map(count).collect()
}

/// 现有: whenever it happened. Otherwise within the period, and not after the day.
fn counts(assessment: &Assessment<'_>, asked: &Asked<'_>, day: Day) -> bool {
    day <= assessment.on && (asked.period == PeriodKind::Now || asked.span.has(day))
}
