//! Cards: what lists and pages show of an Activity, from what the store knows of it.

use super::shapes::{ActivityCard, IntervalView, Named, SessionCard, StudioCard};
use crate::domain::Studio;
use crate::domain::presence::Interval;
use crate::store::card;

pub(super) fn activity(card: card::ActivityCard) -> ActivityCard {
    let one = card.activity;
    ActivityCard {
        id: one.id,
        title: one.title,
        kind: one.kind,
        mode: one.mode,
        level: one.level,
        studio: studio(&card.studio),
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

pub(super) fn studio(studio: &Studio) -> StudioCard {
    StudioCard {
        id: studio.id,
        name: studio.name.clone(),
        tier: studio.tier,
        kind: studio.kind,
        subject: studio.subject.clone(),
    }
}

pub(super) fn intervals(intervals: &[Interval]) -> Vec<IntervalView> {
    intervals.iter().map(|one| IntervalView { from: one.from, to: one.to }).collect()
}
