//! Evidence and resources, as reviewers decided on them.

use super::super::assessment::{Asked, Assessment};
use super::super::compare::{Count, compared};
use super::super::{Ground, SubjectScore};
use crate::domain::Day;
use crate::domain::participation::{EvidenceFact, EvidenceState, ResourceFact};
use crate::domain::policy::{Part, PeriodKind};

pub(super) fn evidence(assessment: &Assessment<'_>, part: &Part, slot: &str, asked: &[Asked<'_>]) -> Vec<SubjectScore> {
    let mut all: Vec<&EvidenceFact> = assessment.facts.evidence.iter().filter(|one| one.slot == slot).collect();
    all.sort_by(|a, b| (a.day, &a.id).cmp(&(b.day, &b.id)));
    let count = |asked: &Asked<'_>| {
        let mut count = Count::default();
        let whose = |one: &EvidenceFact| asked.member.is_none_or(|member| one.account == Some(member.account));
        for one in all.iter().filter(|one| whose(one) && counts(assessment, asked, one.day)) {
            let note = match one.state {
                EvidenceState::Accepted => {
                    count.measured = count.measured.saturating_add(one.count);
                    None
                }
                EvidenceState::Waiting => {
                    count.waiting = count.waiting.saturating_add(one.count.max(1));
                    Some("等待审核".to_owned())
                }
                EvidenceState::Refused => Some("没有通过审核".to_owned()),
            };
            let (id, title) = (one.id.clone(), one.title.clone());
            count.grounds.push(Ground::Evidence { id, title, counts: note.is_none(), note });
        }
        compared(assessment, part, asked, count)
    };
    asked.iter().map(count).collect()
}

pub(super) fn selected_resources(assessment: &Assessment<'_>, part: &Part, asked: &[Asked<'_>]) -> Vec<SubjectScore> {
    let mut all: Vec<&ResourceFact> = assessment.facts.resources.iter().collect();
    all.sort_by(|a, b| (a.day, &a.id).cmp(&(b.day, &b.id)));
    let count = |asked: &Asked<'_>| {
        let mut count = Count::default();
        for one in all.iter().filter(|one| counts(assessment, asked, one.day)) {
            let (id, title) = (one.id.clone(), one.title.clone());
            let note = (!one.selected).then(|| "待评".to_owned());
            count.measured += u32::from(one.selected);
            count.waiting += u32::from(!one.selected);
            count.grounds.push(Ground::Resource { id, title, counts: one.selected, note });
        }
        compared(assessment, part, asked, count)
    };
    asked.iter().map(count).collect()
}

/// 现有: whenever it happened. Otherwise within the period, and not after the day.
fn counts(assessment: &Assessment<'_>, asked: &Asked<'_>, day: Day) -> bool {
    day <= assessment.on && (asked.period == PeriodKind::Now || asked.span.has(day))
}
