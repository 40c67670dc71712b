//! Scorecards: a Studio's year for its people, and a Region's for its office.

mod region;
mod view;

pub(super) use region::*;
pub(super) use view::points_word;

use super::aside::aside;
use super::auth::{InsiderOf, SignedIn};
use super::body::{Json, Query};
use super::error::{ApiError, Refused};
use super::policies;
use super::shapes::{ChangeView, PlannedForm, ScorecardSearch, ScorecardView, StepView, WhatIfForm, WhatIfView};
use super::state::AppState;
use crate::domain::participation::{Facts, year_of};
use crate::domain::policy::{AssessmentScope, Covered, Policy};
use crate::domain::scorecard::{Change, Planned, Scorecard, Step, todo, what_if as compare};
use crate::domain::{Day, SeriesId, Studio, Time};
use crate::store::scorecard::{self, Assessed};
use crate::store::{self, series};
use axum::extract::State;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;
use view::Around;

/// Years that can be meant at all.
const YEARS: RangeInclusive<i32> = 2000..=2100;
/// More Activities nobody holds in a year.
const MOST_PLANNED: usize = 60;

/// A Studio's year, or its cycle, for its members and their office: always as of now, or of the day that is asked for.
#[utoipa::path(get, path = "/api/studios/{id}/scorecard", tag = "assessment", params(("id" = String, Path), ScorecardSearch),
    responses((status = 200, body = ScorecardView), (status = 403, body = Refused),
    (status = 409, description = "The Studio is under no Policy", body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
    Query(search): Query<ScorecardSearch>,
) -> Result<axum::Json<ScorecardView>, ApiError> {
    let InsiderOf { me, noun: studio } = insider;
    let now = app.clock.now();
    let (covered, on) = asked(&app, &studio, &search, now)?;
    let assessed = scorecard::of_studio(&app.store, studio, covered, on).await?.ok_or_else(policies::none)?;
    let around = around(&app, &me, &assessed, now).await?;
    let told = aside(move || {
        // What is left to do is told of the years.
        let todo = match covered.scope {
            AssessmentScope::Year => todo(&assessed.policy, &assessed.card, &assessed.facts),
            AssessmentScope::Cycle => Vec::new(),
        };
        view::scorecard(&assessed, &assessed.card, todo, &around)
    });
    Ok(axum::Json(told.await?))
}

/// What would become of it if these Activities were held.
#[utoipa::path(post, path = "/api/studios/{id}/scorecard/what-if", tag = "assessment", params(("id" = String, Path)),
    request_body = WhatIfForm, responses((status = 200, body = WhatIfView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn what_if(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
    Json(form): Json<WhatIfForm>,
) -> Result<axum::Json<WhatIfView>, ApiError> {
    let InsiderOf { me, noun: studio } = insider;
    if form.planned.len() > MOST_PLANNED {
        return Err(ApiError::field("planned", format!("一次最多试算 {MOST_PLANNED} 场活动。")));
    }
    let now = app.clock.now();
    let search = ScorecardSearch { year: form.year, ..ScorecardSearch::default() };
    let (covered, on) = asked(&app, &studio, &search, now)?;
    let assessed = scorecard::of_studio(&app.store, studio, covered, on).await?.ok_or_else(policies::none)?;
    let around = around(&app, &me, &assessed, now).await?;
    let planned: Vec<Planned> = form.planned.into_iter().map(planned).collect();
    let told = aside(move || {
        let compared = compare(&assessed.policy, &assessed.facts, &planned, covered.year, on);
        let changes = compared.changes.into_iter().map(|one| change(&assessed.policy, one));
        WhatIfView {
            before: view::scorecard(&assessed, &compared.before, Vec::new(), &around),
            after: view::scorecard(&assessed, &compared.after, Vec::new(), &around),
            changes: changes.collect(),
        }
    });
    Ok(axum::Json(told.await?))
}

/// The year or the cycle, and the day, that are meant.
pub(super) fn asked(
    app: &AppState,
    studio: &Studio,
    search: &ScorecardSearch,
    now: Time,
) -> Result<(Covered, Day), ApiError> {
    let today = now.day();
    let on = search.on.unwrap_or(today);
    if on > today {
        return Err(ApiError::field("on", "日期不能晚于今天。"));
    }
    let key = studio.policy.as_deref().ok_or_else(policies::none)?;
    let policy = store::policy::in_force(&app.store, key, on).ok_or_else(policies::none)?;
    let year = search.year.unwrap_or_else(|| year_of(policy.year, studio.last_working_day(on)));
    if !YEARS.contains(&year) {
        return Err(ApiError::field("year", "请选择年份。"));
    }
    if !studio.is_assessed_in(policy.year, year) {
        return Err(ApiError::field("year", "工作室在这一年之前已经停办，不再考核。"));
    }
    Ok((Covered { scope: search.scope, year }, on))
}

/// What a page needs besides the Scorecard itself.
async fn around(app: &AppState, me: &SignedIn, assessed: &Assessed, now: Time) -> Result<Around, ApiError> {
    let studio = &assessed.studio;
    let may_decide = me.may_decide_about(app, studio).await?;
    let keeps = me.keeps(app, studio).await?;
    let (series, schools) = named(app, assessed).await?;
    let choices = store::ruling::choices_of(&app.store, studio.id).await?.into_iter();
    Ok(Around {
        now,
        keeps,
        may_manage: keeps,
        may_decide,
        series,
        schools,
        choices: choices
            .filter(|one| one.policy == assessed.policy.key && one.year == assessed.card.year)
            .map(|one| (one.choice, one.id))
            .collect(),
    })
}

/// One that was written down, with the words of now for what it names.
pub(super) async fn frozen(
    app: &AppState,
    (studio, policy, facts, card): (Studio, Arc<Policy>, Facts, Scorecard),
    keeps: bool,
    at: Time,
) -> Result<ScorecardView, ApiError> {
    let assessed = Assessed { studio, policy, facts, card };
    let (series, schools) = named(app, &assessed).await?;
    let choices = HashMap::new();
    let around = Around { now: at, keeps, may_manage: false, may_decide: false, series, schools, choices };
    aside(move || view::scorecard(&assessed, &assessed.card, Vec::new(), &around)).await
}

/// The titles of the Studio's Series, and the names of the schools that it helps.
async fn named(
    app: &AppState,
    assessed: &Assessed,
) -> Result<(HashMap<SeriesId, String>, BTreeMap<String, String>), ApiError> {
    let series = series::of_studio(&app.store, assessed.studio.id).await?.into_iter();
    let schools: Vec<_> = assessed.facts.helped.iter().map(|one| one.school).collect();
    let schools = store::fact::school_names(&app.store, &schools).await?;
    Ok((series.map(|one| (one.series.id, one.series.title)).collect(), schools))
}

fn planned(form: PlannedForm) -> Planned {
    let PlannedForm { day, kind, mode, level, series, presenters, hosts, reviewers, helped, present, .. } = form;
    let PlannedForm { guests, rural_guests, minutes, .. } = form;
    Planned {
        day,
        kind,
        mode,
        level,
        series,
        presenters,
        hosts,
        reviewers,
        helped,
        present,
        guests,
        rural_guests,
        minutes,
    }
}

fn change(policy: &Policy, one: Change) -> ChangeView {
    let step = |step: Step| StepView { state: step.state, sentence: step.sentence };
    let criterion = policy.criteria.iter().find(|rule| rule.id == one.criterion).map(|rule| rule.title.clone());
    let choice = || policy.choices.iter().find(|rule| rule.id == one.criterion).map(|rule| rule.title.clone());
    ChangeView {
        title: criterion.or_else(choice).unwrap_or_default(),
        id: one.criterion,
        before: step(one.before),
        after: step(one.after),
    }
}
