//! YearEnds: an office freezes a year, publishes it, answers objections and makes it final; hosts read and object.

mod access;
mod certificates;
mod frozen;
mod objections;
mod public;
mod view;

pub(super) use access::{HolderOf, SettlerOf};
pub(super) use certificates::*;
pub(super) use frozen::*;
pub(super) use objections::*;
pub(super) use public::*;

use super::auth::{InsiderOf, OfficeOf};
use super::authority::Authority;
use super::body::Json;
use super::error::{ApiError, Refused};
use super::policies;
use super::shapes::{
    PublicationForm, ReasonForm, RemarkForm, ResultCorrectionForm, Rows, StudioYearEndView, YearEndCandidate,
    YearEndForm, YearEndView, YearEndsView,
};
use super::state::AppState;
use crate::domain::participation::{cycles_to_settle, year_of};
use crate::domain::policy::{Covered, Policy};
use crate::domain::year_end::{LEAST_DAYS, LeftOut, MOST_DAYS, first_freeze};
use crate::domain::{Day, Region, RegionId, Studio, StudioId};
use crate::store;
use crate::store::scorecard;
use crate::store::year_end::{self, NewCorrection, NewYearEnd, Sorted, YearEnd};
use access::ConcernedBy;
use axum::extract::State;
use axum::http::StatusCode;
use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use view::Seen;

/// Years that can be meant at all.
const YEARS: RangeInclusive<i32> = 2000..=2100;

/// What was settled in a Region and what may be.
#[utoipa::path(get, path = "/api/regions/{id}/year-ends", tag = "year-end", params(("id" = String, Path)),
    responses((status = 200, body = YearEndsView), (status = 403, body = Refused)))]
pub(super) async fn of_region(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
) -> Result<axum::Json<YearEndsView>, ApiError> {
    let OfficeOf { office, noun: region } = office;
    let today = app.clock.now().day();
    let tree = store::region::tree(&app.store).await?;
    let found = year_end::of_region(&app.store, region.id).await?;
    let candidates = candidates(&app, region.id, today).await?;
    let me = office.0;
    let scope = me.profile.account.scope.filter(|_| !me.is_admin());
    let may_decide = |one: &YearEnd| scope.is_none_or(|scope| tree.covers(scope, one.region));
    let rows = found.iter().map(|one| view::card(&app, one, may_decide(one)));
    Ok(axum::Json(YearEndsView {
        region: region.id,
        region_name: region.name,
        rows: rows.collect::<Result<_, _>>()?,
        candidates,
        least_days: LEAST_DAYS,
        most_days: MOST_DAYS,
        today,
    }))
}

/// Of each programme the year that goes on and the one before, the cycles that may be settled, and their years that have no final
/// result, where the office of the Region has anything to settle.
async fn candidates(app: &AppState, region: RegionId, today: Day) -> Result<Vec<YearEndCandidate>, ApiError> {
    let studios = store::studio::assessed(&app.store, Some(region)).await?;
    let keys: BTreeSet<&String> = studios.iter().filter_map(|studio| studio.policy.as_ref()).collect();
    let mut candidates = Vec::new();
    for key in keys {
        let Some(policy) = store::policy::in_force(&app.store, key, today) else { continue };
        let this = year_of(policy.year, today);
        let own = studios.iter().filter(|studio| studio.policy.as_ref() == Some(key));
        let cycles: BTreeSet<i32> =
            own.flat_map(|studio| cycles_to_settle(&policy, studio.cycle_start, this)).collect();
        let mut years = BTreeSet::from([this - 1, this]);
        for last in cycles {
            let sorted = year_end::sorted(&app.store, region, &policy, Covered::cycle(last)).await?;
            years.extend(sorted.missing_years());
            candidates.extend(candidate(app, &policy, Covered::cycle(last), &sorted));
        }
        for year in years {
            let sorted = year_end::sorted(&app.store, region, &policy, year).await?;
            candidates.extend(candidate(app, &policy, year.into(), &sorted));
        }
    }
    candidates.sort_by_key(|one| (!one.ready, std::cmp::Reverse(one.studios)));
    Ok(candidates)
}

/// None where nobody is to be settled. A cycle whose years are not all final is told of, so that its office sees what is missing.
fn candidate(app: &AppState, policy: &Policy, covered: Covered, sorted: &Sorted) -> Option<YearEndCandidate> {
    let waits = sorted.left_out.iter().any(|(_, reason)| *reason == LeftOut::Unsettled);
    if sorted.taken_in.is_empty() && !waits {
        return None;
    }
    let from = first_freeze(policy, covered.year);
    let ready = app.clock.now().day() >= from && !sorted.taken_in.is_empty();
    Some(YearEndCandidate {
        policy: policies::name(policy),
        scope: covered.scope,
        year: covered.year,
        year_word: policy.span_word(covered),
        assessment: policy.assessment_word(covered),
        studios: u32::try_from(sorted.taken_in.len()).unwrap_or(u32::MAX),
        left_out: view::left_out_view(policy, sorted.not_settled()),
        from,
        ready,
    })
}

/// Freezes a year, or the cycle that ends with it: writes down the Scorecards of all Studios of the Region that are under the Policy, as they are now.
#[utoipa::path(post, path = "/api/regions/{id}/year-ends", tag = "year-end", params(("id" = String, Path)),
    request_body = YearEndForm, responses((status = 201, body = YearEndView), (status = 403, body = Refused),
    (status = 409, description = "Too early, settled already, or nothing to settle", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn freeze(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
    Json(form): Json<YearEndForm>,
) -> Result<(StatusCode, axum::Json<YearEndView>), ApiError> {
    let OfficeOf { office, noun: region } = office;
    if !YEARS.contains(&form.year) {
        return Err(ApiError::field("year", "请选择年份。"));
    }
    let YearEndForm { policy, scope, year, reason } = form;
    let new = NewYearEnd { region: region.id, policy, scope, year, reason };
    let frozen = year_end::freeze(&app.store, new, office.0.profile.account.id, app.clock.now()).await?;
    tracing::info!(year_end = %frozen.id, studios = frozen.studios, "frozen");
    Ok((StatusCode::CREATED, axum::Json(view::page(&app, frozen, Seen::Office(&office.0)).await?)))
}

/// A YearEnd: for the office, and once it is published for the hosts of its Studios.
#[utoipa::path(get, path = "/api/year-ends/{id}", tag = "year-end", params(("id" = String, Path)),
    responses((status = 200, body = YearEndView), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    concerned: ConcernedBy,
) -> Result<axum::Json<YearEndView>, ApiError> {
    let ConcernedBy { me, year_end, office, own } = concerned;
    let seen = if office { Seen::Office(&me) } else { Seen::Hosts(&own) };
    Ok(axum::Json(view::page(&app, year_end, seen).await?))
}

/// Publishes what was frozen, from today to the end of a day.
#[utoipa::path(post, path = "/api/year-ends/{id}/publication", tag = "year-end", params(("id" = String, Path)),
    request_body = PublicationForm, responses((status = 200, body = YearEndView), (status = 403, body = Refused),
    (status = 409, description = "Published already, or for too short", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn publish(
    State(app): State<AppState>,
    settler: SettlerOf<YearEnd>,
    Json(form): Json<PublicationForm>,
) -> Result<axum::Json<YearEndView>, ApiError> {
    let by = settler.me.profile.account.id;
    let said = (form.until, form.reason);
    let published = year_end::publish(&app.store, settler.noun.id, said, by, app.clock.now()).await?;
    tracing::info!(year_end = %published.id, "published");
    Ok(axum::Json(view::page(&app, published, Seen::Office(&settler.me)).await?))
}

/// Makes it final: after the publication's end, when no objection is open.
#[utoipa::path(post, path = "/api/year-ends/{id}/final", tag = "year-end", params(("id" = String, Path)),
    request_body = RemarkForm, responses((status = 200, body = YearEndView), (status = 403, body = Refused),
    (status = 409, description = "The publication goes on, or an objection is open", body = Refused)))]
pub(super) async fn settle(
    State(app): State<AppState>,
    settler: SettlerOf<YearEnd>,
    Json(form): Json<RemarkForm>,
) -> Result<axum::Json<YearEndView>, ApiError> {
    let by = settler.me.profile.account.id;
    let settled = year_end::settle(&app.store, settler.noun.id, form.reason, by, app.clock.now()).await?;
    tracing::info!(year_end = %settled.id, "final");
    Ok(axum::Json(view::page(&app, settled, Seen::Office(&settler.me)).await?))
}

/// Gives it up before it is final; its Studios may be settled anew.
#[utoipa::path(post, path = "/api/year-ends/{id}/withdrawal", tag = "year-end", params(("id" = String, Path)),
    request_body = ReasonForm, responses((status = 200, body = YearEndView), (status = 403, body = Refused),
    (status = 409, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn withdraw(
    State(app): State<AppState>,
    settler: SettlerOf<YearEnd>,
    Json(form): Json<ReasonForm>,
) -> Result<axum::Json<YearEndView>, ApiError> {
    let by = settler.me.profile.account.id;
    let withdrawn = year_end::withdraw(&app.store, settler.noun.id, form.reason, by, app.clock.now()).await?;
    tracing::info!(year_end = %withdrawn.id, "withdrawn");
    Ok(axum::Json(view::page(&app, withdrawn, Seen::Office(&settler.me)).await?))
}

/// Puts a correction beside a final result, which stays; certificates that say otherwise are revoked by it.
#[utoipa::path(post, path = "/api/year-ends/{id}/corrections", tag = "year-end", params(("id" = String, Path)),
    request_body = ResultCorrectionForm, responses((status = 200, body = YearEndView), (status = 403, body = Refused),
    (status = 409, description = "Not final, or not in the list", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn correct(
    State(app): State<AppState>,
    settler: SettlerOf<YearEnd>,
    Json(form): Json<ResultCorrectionForm>,
) -> Result<axum::Json<YearEndView>, ApiError> {
    let SettlerOf { me, noun: year_end } = settler;
    let ResultCorrectionForm { studio, grade, reason } = form;
    let years = year_end.rules(&app.store)?.years_of(year_end.covered());
    decides_about(&app, &Authority::of(&app, &me).await?, (studio, years)).await?;
    let new = NewCorrection { year_end: year_end.id, studio, grade, reason };
    year_end::correct(&app.store, new, me.profile.account.id, app.clock.now()).await?;
    tracing::info!(year_end = %year_end.id, %studio, "corrected");
    let corrected = year_end::get(&app.store, year_end.id).await?;
    Ok(axum::Json(view::page(&app, corrected, Seen::Office(&me)).await?))
}

/// What the years came to for a Studio that were published, the latest first.
#[utoipa::path(get, path = "/api/studios/{id}/year-ends", tag = "year-end", params(("id" = String, Path)),
    responses((status = 200, body = Rows<StudioYearEndView>), (status = 403, body = Refused)))]
pub(super) async fn of_studio(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
) -> Result<axum::Json<Rows<StudioYearEndView>>, ApiError> {
    let InsiderOf { me, noun: studio } = insider;
    let hosts = me.hosted(&app, &studio).await?;
    let keeps = me.keeps(&app, &studio).await?;
    let mut rows = Vec::new();
    for one in year_end::of_studio(&app.store, studio.id).await? {
        rows.extend(view::of_studio(&app, one, studio.id, (hosts, keeps)).await?);
    }
    Ok(axum::Json(Rows { rows }))
}

/// The kept Scorecards of the Studios that still have such a one; those that are not of today are asked for.
async fn current(
    app: &AppState,
    year_end: &YearEnd,
    studios: &[StudioId],
) -> Result<HashMap<StudioId, scorecard::Kept>, ApiError> {
    let (rules, covered, today) = (year_end.rules(&app.store)?, year_end.covered(), app.clock.now().day());
    let mut known = store::studio::by_ids(&app.store, studios).await?;
    known.retain(|_, studio| scorecard::is_made(&rules, studio, covered));
    let mut kept = scorecard::kept(&app.store, studios, &year_end.policy, covered).await?;
    kept.retain(|id, one| one.on == today || known.contains_key(id));
    if known.keys().any(|id| kept.get(id).is_none_or(|one| one.on != today)) {
        scorecard::ask(&app.store, year_end.covered());
    }
    Ok(kept)
}
