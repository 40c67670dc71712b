//! Cards: what lists and pages show of an Activity, from what the store knows of it.

use super::shapes::{
    ActivityCard, CheckInsView, ClauseView, CorrectionView, GapView, IntervalView, Named, ParametersView, RecordView,
    SessionCard, StudioCard, WordView,
};
use crate::domain::Studio;
use crate::domain::attendance::{AttendanceParameters, AttendanceRecord, Correction};
use crate::store::card;
use crate::store::year_end::Word;

pub(super) fn activity(card: card::ActivityCard) -> ActivityCard {
    let one = card.activity;
    ActivityCard {
        id: one.id,
        title: one.title,
        kind: one.kind,
        mode: one.mode,
        level: one.level,
        studio: studio(&card.studio),
        series: one.series,
        planned_start: one.planned_start,
        planned_end: one.planned_end,
        presenters: card.presenters.into_iter().map(|person| Named::new(person.id, person.name)).collect(),
        state: one.state,
        session: card.session.map(|found| SessionCard {
            id: found.session.id,
            started_at: found.session.started_at,
            ended_at: found.session.ended_at,
            people: found.people,
        }),
        my_role: card.my_role,
        guests_allowed: one.guests_allowed,
    }
}

pub(super) fn activities(cards: Vec<card::ActivityCard>) -> Vec<ActivityCard> {
    cards.into_iter().map(activity).collect()
}

pub(super) fn word(word: Word) -> WordView {
    WordView { reason: word.reason, by: word.by_name, at: word.at }
}

pub(super) fn studio(studio: &Studio) -> StudioCard {
    StudioCard {
        id: studio.id,
        name: studio.name.clone(),
        tier: studio.tier,
        kind: studio.kind,
        subject: studio.subject.clone(),
    }
}

pub(super) fn parameters(parameters: &AttendanceParameters) -> ParametersView {
    let clauses = parameters.clauses().into_iter().map(|clause| ClauseView { term: clause.term, text: clause.text });
    ParametersView { version: parameters.version, clauses: clauses.collect() }
}

pub(super) fn record(record: AttendanceRecord) -> RecordView {
    let intervals = record.intervals.iter().map(|one| IntervalView { from: one.from, to: one.to });
    let gaps = record.gaps.iter().map(|gap| GapView { kind: gap.kind, from: gap.from, to: gap.to });
    RecordView {
        minutes: record.minutes(),
        required_minutes: record.required_minutes(),
        unverified_minutes: record.unverified.as_secs() / 60,
        session_minutes: record.whole.as_secs() / 60,
        intervals: intervals.collect(),
        gaps: gaps.collect(),
        status: record.status,
        late: record.late,
        left_early: record.left_early,
        ongoing: record.ongoing,
        open: record.open,
        first: record.first,
        last: record.last,
        devices: record.devices,
        check_ins: CheckInsView { asked: record.check_ins.asked, answered: record.check_ins.answered },
        late_after: record.late_after,
        early_before: record.early_before,
        reason: record.reason,
        correction: record.correction.map(correction),
    }
}

fn correction(correction: Correction) -> CorrectionView {
    CorrectionView {
        status_before: correction.before.status,
        late_before: correction.before.late,
        left_early_before: correction.before.left_early,
        reason_before: correction.reason_before,
        by_name: correction.by_name,
        at: correction.at,
        reason: correction.reason,
    }
}
