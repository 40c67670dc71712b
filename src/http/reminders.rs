//! Reminders: what waits for whoever asks, and what they may miss, gathered from where it stands.

use super::applications::desk::{Desk, Task, cases};
use super::auth::SignedIn;
use super::authority::Authority;
use super::error::{ApiError, Refused};
use super::shapes::{ReminderView, Rows};
use super::state::AppState;
use super::{applications, evidence, notices, transfers};
use crate::domain::attendance::AttendanceStatus;
use crate::domain::participation::{day_within, first_day, year_of};
use crate::domain::policy::{AssessmentScope, YearKind};
use crate::domain::reminder::{
    Card, Closing, Missed, Open, Published, ReminderKind, Returned, Settling, Waiting, reminders,
};
use crate::domain::{AccountId, AccountRole, ApplicationState, MemberRole, RegionId, Studio, StudioId, Time};
use crate::store::ruling;
use crate::store::year_end::{self, YearEnd};
use crate::store::{self, Page};
use axum::extract::State;

/// What waits for the asker's word, what they have to mend or to send, and which days end soon; the most urgent first.
#[utoipa::path(get, path = "/api/me/reminders", tag = "activities",
    responses((status = 200, body = Rows<ReminderView>), (status = 401, body = Refused)))]
pub(super) async fn mine(
    State(app): State<AppState>,
    me: SignedIn,
) -> Result<axum::Json<Rows<ReminderView>>, ApiError> {
    let now = app.clock.now();
    let desk = Desk::of(&app, &me).await?;
    let hosted: Vec<StudioId> = desk.hosted.iter().copied().collect();
    let studios: Vec<Studio> = store::studio::by_ids(&app.store, &hosted).await?.into_values().collect();
    let mut open = Open::default();
    add_applications(&app, &desk, &mut open).await?;
    add_decisions(&app, &me, &desk, &mut open).await?;
    open.waiting.extend(store::reminder::returned_notices(&app.store, &hosted).await?);
    add_year_ends(&app, &me, &mut open).await?;
    open.cards = cards(&app, &studios, now).await?;
    open.records = missed(&app, &me, now).await?;
    let view = reminders(&open, now).into_iter().map(|one| ReminderView {
        kind: one.kind,
        title: one.title,
        who: one.who,
        count: one.count,
        until: one.until,
        since: one.since,
        about: one.about,
    });
    Ok(axum::Json(Rows { rows: view.collect() }))
}

/// The asker's own, and the Recruitments that they keep.
async fn add_applications(app: &AppState, desk: &Desk, open: &mut Open) -> Result<(), ApiError> {
    let own = store::application::of_account(&app.store, desk.me).await?;
    let (own, _) = cases(app, &desk.tree, own).await?;
    for case in own {
        let recruitment = &case.recruitment;
        let closing = Closing {
            about: recruitment.id.to_string(),
            title: recruitment.title.clone(),
            opens: recruitment.opens,
            closes: recruitment.closes,
        };
        match case.state() {
            ApplicationState::Draft | ApplicationState::Withdrawn => open.drafts.push(closing),
            ApplicationState::Returned => {
                let last = case.application.last().and_then(|sending| sending.reviews.last());
                open.returned.extend(last.map(|review| Returned {
                    about: closing.about,
                    title: closing.title,
                    returned: review.at.day(),
                    closes: closing.closes,
                }));
            }
            ApplicationState::Waiting
            | ApplicationState::Publicised
            | ApplicationState::Accepted
            | ApplicationState::Refused => {}
        }
    }
    if desk.keeps_any() {
        // An office is told of those that it, or a host, opened in its own Region, not of all below it.
        let kept = store::recruitment::kept(&app.store, desk.me, desk.scope, app.clock.now().day()).await?;
        open.recruitments.extend(kept.into_iter().map(|one| Closing {
            about: one.id.to_string(),
            title: one.title,
            opens: one.opens,
            closes: one.closes,
        }));
    }
    Ok(())
}

/// What waits for the asker's word.
async fn add_decisions(app: &AppState, me: &SignedIn, desk: &Desk, open: &mut Open) -> Result<(), ApiError> {
    let waiting = &mut open.waiting;
    if !desk.keeps_any() {
        return Ok(());
    }
    let (found, _) = applications::waiting_for(app, desk).await?;
    waiting.extend(found.into_iter().filter_map(|(case, task)| {
        let sending = case.application.last()?;
        let (kind, since) = match task {
            Task::Review => {
                let last = sending.reviews.last().map_or(sending.sent_at, |review| review.at);
                (ReminderKind::ReviewApplications, last.day())
            }
            Task::Answer => {
                let open =
                    case.publicity()?.objections.iter().find(|one| one.answer.is_none() && one.by.id != desk.me)?;
                (ReminderKind::AnswerApplicationObjections, open.at.day())
            }
            Task::Name => (ReminderKind::NameApplicants, case.publicity()?.span.to.plus(1)),
        };
        Some(Waiting {
            kind,
            about: case.application.id.to_string(),
            title: case.recruitment.title.clone(),
            who: case.application.account.name.clone(),
            since,
        })
    }));
    let keeping = super::cases::keeping(app, me).await?;
    let found = store::case::waiting(&app.store, &keeping, super::cases::look(app, me)).await?;
    waiting.extend(found.into_iter().map(|card| Waiting {
        kind: ReminderKind::DecideCases,
        about: card.activity.activity.id.to_string(),
        title: card.activity.activity.title.clone(),
        since: card.case.asked_at().day(),
        who: card.person.name,
    }));
    waiting.extend(transfers::waiting_for(app, desk).await?.into_iter().map(|one| Waiting {
        kind: ReminderKind::DecideTransfers,
        about: one.id.to_string(),
        title: one.studio.name,
        who: one.person.name,
        since: one.asked_at.day(),
    }));
    if me.profile.account.role == AccountRole::Teacher {
        return Ok(());
    }
    let found = notices::waiting_for(app, me).await?.into_iter().filter(|one| one.may_decide);
    waiting.extend(found.map(|one| Waiting {
        kind: ReminderKind::DecideNotices,
        about: one.activity.id,
        title: one.activity.name,
        who: one.sent_by,
        since: one.sent_at.day(),
    }));
    let Some(scope) = desk.scope else { return Ok(()) };
    let authority = Authority::of(app, me).await?;
    add_evidence(app, &authority, (desk.me, scope), waiting).await?;
    add_levels(app, &authority, scope, waiting).await?;
    add_choices(app, &authority, scope, waiting).await?;
    add_resources(app, &authority, scope, waiting).await
}

async fn add_evidence(
    app: &AppState,
    authority: &Authority,
    (account, scope): (AccountId, RegionId),
    waiting: &mut Vec<Waiting>,
) -> Result<(), ApiError> {
    let found = store::evidence::waiting(&app.store, scope).await?;
    let ids: Vec<StudioId> = found.iter().map(|one| one.studio).collect();
    let studios = store::studio::by_ids(&app.store, &ids).await?;
    waiting.extend(found.into_iter().filter_map(|one| {
        let studio = studios.get(&one.studio)?;
        let may = authority.over(app, studio, one.day).is_ok() && !evidence::is_of(&one, account);
        may.then(|| Waiting {
            kind: ReminderKind::DecideEvidence,
            about: one.studio.to_string(),
            title: one.title.clone(),
            who: studio.name.clone(),
            since: one.given_at.day(),
        })
    }));
    Ok(())
}

/// Levels that the Studio's Policy looks at, that this office may confirm, and that belong to this year or the one before: that one
/// may still have to be settled.
async fn add_levels(
    app: &AppState,
    authority: &Authority,
    scope: RegionId,
    waiting: &mut Vec<Waiting>,
) -> Result<(), ApiError> {
    let today = app.clock.now().day();
    let found = ruling::levels_waiting(&app.store, scope, first_day(YearKind::School, today.year() - 2)).await?;
    let ids: Vec<StudioId> = found.iter().map(|one| one.studio).collect();
    let studios = store::studio::by_ids(&app.store, &ids).await?;
    waiting.extend(found.into_iter().filter_map(|one| {
        let studio = studios.get(&one.studio)?;
        let policy = store::policy::in_force(&app.store, studio.policy.as_deref()?, one.day)?;
        let current = year_of(policy.year, today) - 1 <= year_of(policy.year, one.day);
        let by = authority.over(app, studio, one.day).ok()?;
        let may = current && policy.asks_level(one.kind, one.level) && one.level <= by.tier.highest_level();
        may.then(|| Waiting {
            kind: ReminderKind::DecideLevels,
            about: one.activity.to_string(),
            title: format!("{} · {}", one.title, one.level.word()),
            who: studio.name.clone(),
            since: one.ended_at.day(),
        })
    }));
    Ok(())
}

/// What Studios chose where their Policy lets them; nobody confirms what they chose themselves.
async fn add_choices(
    app: &AppState,
    authority: &Authority,
    scope: RegionId,
    waiting: &mut Vec<Waiting>,
) -> Result<(), ApiError> {
    let today = app.clock.now().day();
    let found = ruling::choices_waiting(&app.store, scope).await?;
    let ids: Vec<StudioId> = found.iter().map(|one| one.studio).collect();
    let studios = store::studio::by_ids(&app.store, &ids).await?;
    waiting.extend(found.into_iter().filter_map(|one| {
        let studio = studios.get(&one.studio)?;
        let policy = store::policy::in_force(&app.store, &one.policy, today)?;
        let rule = policy.choices.iter().find(|rule| rule.id == one.choice)?;
        let by = authority.over(app, studio, day_within(one.year)).ok()?;
        let may = year_of(policy.year, today) - 1 <= one.year && one.by != by.account;
        may.then(|| Waiting {
            kind: ReminderKind::DecideChoices,
            about: one.studio.to_string(),
            title: format!("{} · {}", rule.title, policy.year.named(one.year)),
            who: studio.name.clone(),
            since: one.at.day(),
        })
    }));
    Ok(())
}

/// What was handed in for publication beyond its Studio, and what was nominated as 精品.
async fn add_resources(
    app: &AppState,
    authority: &Authority,
    scope: RegionId,
    waiting: &mut Vec<Waiting>,
) -> Result<(), ApiError> {
    let today = app.clock.now().day();
    let found = store::resource::waiting_in(&app.store, scope).await?;
    let ids: Vec<StudioId> = found.iter().map(|one| one.studio).collect();
    let studios = store::studio::by_ids(&app.store, &ids).await?;
    waiting.extend(found.into_iter().filter_map(|one| {
        let studio = studios.get(&one.studio)?;
        authority.over(app, studio, today).ok()?;
        let kind = if one.nominated { ReminderKind::DecideSelections } else { ReminderKind::DecideResources };
        Some(Waiting { kind, about: one.id.to_string(), title: one.title, who: studio.name.clone(), since: one.since })
    }));
    Ok(())
}

/// Those of the asker's office, and the publications of the Studios that they host or hosted last.
async fn add_year_ends(app: &AppState, me: &SignedIn, open: &mut Open) -> Result<(), ApiError> {
    let account = &me.profile.account;
    if let Some(scope) = account.scope.filter(|_| account.role == AccountRole::Office) {
        let found = year_end::of_region(&app.store, scope).await?.into_iter().filter(|one| one.region == scope);
        for one in found {
            let (about, title, course) = (one.id.to_string(), title(app, &one)?, one.course());
            open.settling.push(Settling { about, title, course });
        }
    }
    let today = app.clock.now().day();
    // Of a Studio that is closed those who hosted it on its last day.
    let hosted = store::membership::last_of_account(&app.store, account.id, today).await?.into_iter();
    let hosted: Vec<StudioId> = hosted.filter(|one| one.role == MemberRole::Host).map(|one| one.studio).collect();
    for studio in store::studio::by_ids(&app.store, &hosted).await?.values() {
        for one in year_end::of_studio(&app.store, studio.id).await? {
            let course = one.course();
            if course.may_object(today).is_err() {
                continue;
            }
            let objections = year_end::objections(&app.store, one.id).await?;
            let objected = objections.iter().any(|said| said.studio == studio.id && said.answer.is_none());
            let (about, title) = (one.id.to_string(), title(app, &one)?);
            open.published.push(Published { about, title, studio: studio.name.clone(), course, objected });
        }
    }
    Ok(())
}

fn title(app: &AppState, one: &YearEnd) -> Result<String, ApiError> {
    let rules = one.rules(&app.store)?;
    Ok(match one.scope {
        AssessmentScope::Year => format!("{} {}", rules.title, rules.span_word(one.covered())),
        AssessmentScope::Cycle => format!("{} {}", rules.title, rules.assessment_word(one.covered())),
    })
}

/// The kept Scorecards of the year that each is in: at most a minute old.
async fn cards(app: &AppState, studios: &[Studio], now: Time) -> Result<Vec<Card>, ApiError> {
    let today = now.day();
    let ids: Vec<StudioId> = studios.iter().map(|studio| studio.id).collect();
    let mut kept = store::reminder::kept_cards(&app.store, &ids).await?;
    let card = |studio: &Studio| {
        let policy = store::policy::in_force(&app.store, studio.policy.as_deref()?, today)?;
        let card = kept.remove(&(studio.id, year_of(policy.year, today)))?;
        let titles = policy.criteria.iter().map(|rule| (rule.id.clone(), rule.title.clone())).collect();
        let same = card.policy == policy.key && card.version == policy.version;
        same.then(|| Card { about: studio.id.to_string(), studio: studio.name.clone(), titles, card })
    };
    Ok(studios.iter().filter_map(card).collect())
}

/// Own records of late that do not say present.
async fn missed(app: &AppState, me: &SignedIn, now: Time) -> Result<Vec<Missed>, ApiError> {
    let account = me.profile.account.id;
    let found = store::attendance::of_account(&app.store, account, now, Page::default()).await?;
    let appealed = store::reminder::appealed(&app.store, account).await?;
    let missed = found.rows.into_iter().filter_map(|row| {
        let session = row.card.session.as_ref()?.session.clone();
        let counts = matches!(row.record.status, AttendanceStatus::Absent | AttendanceStatus::Unknown);
        let open = counts && row.record.correction.is_none() && !appealed.contains(&session.id);
        let ended = session.ended_at.filter(|_| open)?;
        let (activity, studio) = (row.card.activity, row.card.studio);
        Some(Missed { about: activity.id.to_string(), title: activity.title, studio: studio.name, ended })
    });
    Ok(missed.collect())
}
