//! Rulings: what an office decides about a Studio's year. Levels of Activities, choices, vetoes, grades.

use super::auth::{InsiderOf, KeeperOf, OfStudio, SignedIn};
use super::authority::{Authority, SupervisorOf};
use super::body::Json;
use super::error::{ApiError, Need, Refused};
use super::policies;
use super::shapes::{
    ChoiceForm, ChoiceView, CountingView, GradeForm, GradeView, LevelForm, LevelView, LiftingForm, Named, Rows,
    RulingForm, RulingView, VetoForm, VetoView,
};
use super::state::AppState;
use crate::domain::participation::{cycles_to_settle, day_within, ends_cycle, year_of};
use crate::domain::policy::{AssessmentScope, Covered, Policy};
use crate::domain::year_end::YearEndRefusal;
use crate::domain::{
    Activity, ActivityState, ChoiceId, Day, GradeRuling, LevelRuling, NewChoice, NewVeto, Studio, StudioId, VetoId,
};
use crate::store::ruling::{self, ChoiceMade, Ruled, VetoFound};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;
use std::collections::BTreeSet;

/// Whether an Activity has the level that its host told.
#[utoipa::path(get, path = "/api/activities/{id}/level", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = LevelView), (status = 403, body = Refused)))]
pub(super) async fn level(
    State(app): State<AppState>,
    insider: InsiderOf<Activity>,
) -> Result<axum::Json<LevelView>, ApiError> {
    Ok(axum::Json(level_view(&app, &insider.me, insider.noun).await?))
}

/// Confirms a level, up to that of one's own office, or does not.
#[utoipa::path(post, path = "/api/activities/{id}/level", tag = "assessment", params(("id" = String, Path)),
    request_body = LevelForm, responses((status = 200, body = LevelView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn decide_level(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Activity>,
    Json(form): Json<LevelForm>,
) -> Result<axum::Json<LevelView>, ApiError> {
    let SupervisorOf { me, by, noun: activity, .. } = supervisor;
    if !matches!(activity.state, ActivityState::Live | ActivityState::Ended) {
        return Err(ApiError::field("level", "活动开始后才能确认级别：在那以前主持人还可以改动。"));
    }
    if form.confirmed && by.tier.highest_level() < form.level {
        return Err(ApiError::Forbidden(Need::HigherOffice));
    }
    let LevelForm { level, confirmed, reason } = form;
    let said = LevelRuling { level, confirmed, reason };
    ruling::level(&app.store, activity.id, said, by, app.clock.now()).await?;
    tracing::info!(activity = %activity.id, confirmed, "level decided");
    Ok(axum::Json(level_view(&app, &me, activity).await?))
}

async fn level_view(app: &AppState, me: &SignedIn, activity: Activity) -> Result<LevelView, ApiError> {
    let ruled = ruling::level_of(&app.store, &activity).await?;
    let studio = store::studio::get(&app.store, activity.studio).await?;
    let last = ruled.as_ref().map(|one| one.ruled.tier);
    let by = Authority::of(app, me).await?.over(app, &studio, activity.planned_start.day());
    Ok(LevelView {
        said: activity.level,
        confirmed: ruled.as_ref().filter(|one| one.ruled.granted).map(|one| one.level),
        ruling: ruled.map(|one| ruling_view(one.ruled)),
        may_decide: matches!(activity.state, ActivityState::Live | ActivityState::Ended)
            && by.is_ok_and(|by| by.tier.decides_after(last).is_ok()),
    })
}

/// Whether an Activity counts for its Studio's year. One that took place does, until an office says otherwise.
#[utoipa::path(get, path = "/api/activities/{id}/counting", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = CountingView), (status = 403, body = Refused)))]
pub(super) async fn counting(
    State(app): State<AppState>,
    insider: InsiderOf<Activity>,
) -> Result<axum::Json<CountingView>, ApiError> {
    Ok(axum::Json(counting_view(&app, &insider.me, &insider.noun).await?))
}

/// Takes an Activity that is over out of what counts, with a reason, or takes it in again.
#[utoipa::path(post, path = "/api/activities/{id}/counting", tag = "assessment", params(("id" = String, Path)),
    request_body = RulingForm, responses((status = 200, body = CountingView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn decide_counting(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Activity>,
    Json(form): Json<RulingForm>,
) -> Result<axum::Json<CountingView>, ApiError> {
    let SupervisorOf { me, by, noun: activity, .. } = supervisor;
    if activity.state != ActivityState::Ended {
        return Err(ApiError::field("granted", "活动结束后才能决定是否计入考核。"));
    }
    let said = (form.granted, form.reason);
    store::counting::rule(&app.store, activity.id, said, by, app.clock.now()).await?;
    tracing::info!(activity = %activity.id, granted = form.granted, "counting decided");
    Ok(axum::Json(counting_view(&app, &me, &activity).await?))
}

async fn counting_view(app: &AppState, me: &SignedIn, activity: &Activity) -> Result<CountingView, ApiError> {
    let ruled = store::counting::of(&app.store, activity.id).await?;
    let studio = store::studio::get(&app.store, activity.studio).await?;
    let last = ruled.as_ref().map(|one| one.tier);
    let by = Authority::of(app, me).await?.over(app, &studio, activity.planned_start.day());
    Ok(CountingView {
        ruling: ruled.map(ruling_view),
        may_decide: activity.state == ActivityState::Ended && by.is_ok_and(|by| by.tier.decides_after(last).is_ok()),
    })
}

/// Which criteria the Studio took on where its Policy lets it choose.
#[utoipa::path(get, path = "/api/studios/{id}/choices", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = Rows<ChoiceView>), (status = 403, body = Refused)))]
pub(super) async fn choices(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
) -> Result<axum::Json<Rows<ChoiceView>>, ApiError> {
    let found = ruling::choices_of(&app.store, insider.noun.id).await?;
    Ok(axum::Json(Rows { rows: found.into_iter().map(|one| choice_view(&app, one)).collect() }))
}

/// Chooses, or chooses otherwise: then it has to be confirmed anew.
#[utoipa::path(post, path = "/api/studios/{id}/choices", tag = "assessment", params(("id" = String, Path)),
    request_body = ChoiceForm, responses((status = 201, body = ChoiceView), (status = 403, body = Refused),
    (status = 409, description = "The Studio is under no Policy", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn choose(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    Json(form): Json<ChoiceForm>,
) -> Result<(StatusCode, axum::Json<ChoiceView>), ApiError> {
    let KeeperOf { me, noun: studio } = keeper;
    let policy = policies::of(&app, &studio)?;
    let rule = policy.choices.iter().find(|one| one.id == form.choice);
    let rule = rule.ok_or_else(|| ApiError::field("choice", "这个考核办法没有这项选择。"))?;
    let taken: BTreeSet<&String> = form.criteria.iter().collect();
    let fits = taken.len() == form.criteria.len() && taken.iter().all(|id| rule.of.contains(id));
    if !fits || taken.len() != rule.choose as usize {
        return Err(ApiError::field("criteria", format!("请从 {} 项里选 {} 项。", rule.of.len(), rule.choose)));
    }
    let now = app.clock.now();
    let year = year(&policy, form.year, now.day())?;
    let new =
        NewChoice { studio: studio.id, policy: policy.key.clone(), year, choice: form.choice, criteria: form.criteria };
    let made = ruling::choose(&app.store, new, me.profile.account.id, now).await?;
    Ok((StatusCode::CREATED, axum::Json(choice_view(&app, made))))
}

/// Confirms a choice, or does not; nobody confirms what they chose.
#[utoipa::path(post, path = "/api/choices/{id}/decision", tag = "assessment", params(("id" = String, Path)),
    request_body = RulingForm, responses((status = 200, body = ChoiceView), (status = 403, body = Refused),
    (status = 409, description = "Decided already", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn decide_choice(
    State(app): State<AppState>,
    supervisor: SupervisorOf<ChoiceMade>,
    Json(form): Json<RulingForm>,
) -> Result<axum::Json<ChoiceView>, ApiError> {
    let by = supervisor.by;
    if supervisor.noun.by == by.account {
        return Err(ApiError::Forbidden(Need::NotOwnStudio));
    }
    let said = (form.granted, form.reason);
    let decided = ruling::decide_choice(&app.store, supervisor.noun.id, said, by, app.clock.now()).await?;
    Ok(axum::Json(choice_view(&app, decided)))
}

/// What an office found that alone makes the Studio fail; what was taken back, too.
#[utoipa::path(get, path = "/api/studios/{id}/vetoes", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = Rows<VetoView>), (status = 403, body = Refused)))]
pub(super) async fn vetoes(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
) -> Result<axum::Json<Rows<VetoView>>, ApiError> {
    let found = ruling::vetoes_of(&app.store, insider.noun.id).await?;
    Ok(axum::Json(Rows { rows: found.into_iter().map(|one| veto_view(&app, one)).collect() }))
}

#[utoipa::path(post, path = "/api/studios/{id}/vetoes", tag = "assessment", params(("id" = String, Path)),
    request_body = VetoForm, responses((status = 201, body = VetoView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn find_veto(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Studio>,
    Json(form): Json<VetoForm>,
) -> Result<(StatusCode, axum::Json<VetoView>), ApiError> {
    let by = supervisor.over_year_of(&app, form.day)?;
    let studio = supervisor.noun;
    let policy = policies::of(&app, &studio)?;
    if !policy.vetoes.iter().any(|one| one.id == form.veto) {
        return Err(ApiError::field("veto", "这个考核办法没有这一项。"));
    }
    let VetoForm { veto, day, reason } = form;
    let new = NewVeto { studio: studio.id, policy: policy.key.clone(), veto, day, reason };
    let found = ruling::find_veto(&app.store, new, by, app.clock.now()).await?;
    tracing::info!(studio = %studio.id, veto = %found.id, "veto found");
    Ok((StatusCode::CREATED, axum::Json(veto_view(&app, found))))
}

/// Takes back what was found wrongly.
#[utoipa::path(post, path = "/api/vetoes/{id}/lifting", tag = "assessment", params(("id" = String, Path)),
    request_body = LiftingForm, responses((status = 200, body = VetoView), (status = 403, body = Refused),
    (status = 409, description = "Taken back already", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn lift_veto(
    State(app): State<AppState>,
    supervisor: SupervisorOf<VetoFound>,
    Json(form): Json<LiftingForm>,
) -> Result<axum::Json<VetoView>, ApiError> {
    let lifted = ruling::lift_veto(&app.store, supervisor.noun.id, form.reason, supervisor.by, app.clock.now()).await?;
    Ok(axum::Json(veto_view(&app, lifted)))
}

/// Who gave or refused a grade, and why, the latest first.
#[utoipa::path(get, path = "/api/studios/{id}/grades", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = Rows<GradeView>), (status = 403, body = Refused)))]
pub(super) async fn grades(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
) -> Result<axum::Json<Rows<GradeView>>, ApiError> {
    let today = app.clock.now().day();
    let found = ruling::grades_of(&app.store, insider.noun.id).await?.into_iter().map(|one| {
        let policy = store::policy::in_force(&app.store, &one.policy, today);
        let rule = policy.as_ref().and_then(|policy| policy.grades.iter().find(|rule| rule.id == one.grade));
        let covered = Covered { scope: one.scope, year: one.year };
        GradeView {
            scope: one.scope,
            year: one.year,
            assessment: policy.as_ref().map_or_else(String::new, |policy| policy.assessment_word(covered)),
            grade: Named::new(&one.grade, rule.map_or(one.grade.as_str(), |rule| rule.title.as_str())),
            ruling: ruling_view(one.ruled),
        }
    });
    Ok(axum::Json(Rows { rows: found.collect() }))
}

/// Gives or takes a grade that the numbers alone do not make.
#[utoipa::path(post, path = "/api/studios/{id}/grades", tag = "assessment", params(("id" = String, Path)),
    request_body = GradeForm, responses((status = 204), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn grade(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Studio>,
    Json(form): Json<GradeForm>,
) -> Result<StatusCode, ApiError> {
    let policy = policies::of(&app, &supervisor.noun)?;
    if !policy.grades.iter().any(|one| one.reviewed && one.id == form.grade) {
        return Err(ApiError::field("grade", "这个等次不用评审，按指标自动得出。"));
    }
    let now = app.clock.now();
    let year = match form.year {
        Some(asked) if waits_for_its_cycle(&policy, &supervisor.noun, asked, now.day()) => asked,
        asked => year(&policy, asked, now.day())?,
    };
    let covered = Covered { scope: form.scope, year };
    let by = supervisor.over_year_of(&app, day_within(year))?;
    for earlier in policy.years_of(covered) {
        supervisor.over_year_of(&app, day_within(earlier))?;
    }
    let studio = supervisor.noun;
    if covered.scope == AssessmentScope::Cycle && !ends_cycle(&policy, studio.cycle_start, year) {
        return Err(store::StoreError::from(YearEndRefusal::NoCycle).into());
    }
    let GradeForm { scope, grade, granted, reason, .. } = form;
    let new = GradeRuling { studio: studio.id, policy: policy.key.clone(), scope, year, grade, granted, reason };
    ruling::grade(&app.store, new, by, now).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl OfStudio for ChoiceMade {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = ChoiceId::parse(id).map_err(|_| ApiError::Missing(Noun::Choice))?;
        Ok(ruling::choice(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.studio
    }

    fn day(&self) -> Option<Day> {
        Some(day_within(self.year))
    }
}

impl OfStudio for VetoFound {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = VetoId::parse(id).map_err(|_| ApiError::Missing(Noun::Veto))?;
        Ok(ruling::veto(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.studio
    }

    fn day(&self) -> Option<Day> {
        Some(self.day)
    }
}

fn year(policy: &Policy, asked: Option<i32>, today: Day) -> Result<i32, ApiError> {
    let this = year_of(policy.year, today);
    let year = asked.unwrap_or(this);
    // The year before may still have to be settled, and the next one may be planned.
    if (this - 1..=this + 1).contains(&year) { Ok(year) } else { Err(ApiError::field("year", "请选择年份。")) }
}

/// Is it a year of a cycle that may still be settled? It can be frozen until then.
fn waits_for_its_cycle(policy: &Policy, studio: &Studio, year: i32, today: Day) -> bool {
    let cycles = cycles_to_settle(policy, studio.cycle_start, year_of(policy.year, today));
    cycles.into_iter().any(|last| policy.years_of(Covered::cycle(last)).contains(&year))
}

fn choice_view(app: &AppState, one: ChoiceMade) -> ChoiceView {
    let policy = store::policy::in_force(&app.store, &one.policy, app.clock.now().day());
    let rule = policy.as_ref().and_then(|policy| policy.choices.iter().find(|rule| rule.id == one.choice));
    let title = |id: &String| {
        let rule = policy.as_ref().and_then(|policy| policy.criteria.iter().find(|rule| rule.id == *id));
        Named::new(id, rule.map_or(id.as_str(), |rule| rule.title.as_str()))
    };
    ChoiceView {
        id: one.id,
        year: one.year,
        choice: Named::new(&one.choice, rule.map_or(one.choice.as_str(), |rule| rule.title.as_str())),
        criteria: one.criteria.iter().map(title).collect(),
        by_name: one.by_name,
        at: one.at,
        ruling: one.ruled.map(ruling_view),
    }
}

fn veto_view(app: &AppState, one: VetoFound) -> VetoView {
    let policy = store::policy::in_force(&app.store, &one.policy, app.clock.now().day());
    let rule = policy.as_ref().and_then(|policy| policy.vetoes.iter().find(|rule| rule.id == one.veto));
    VetoView {
        id: one.id,
        veto: Named::new(&one.veto, rule.map_or(one.veto.as_str(), |rule| rule.title.as_str())),
        day: one.day,
        reason: one.reason,
        by_name: one.by_name,
        at: one.at,
        lifted: one.lifted.map(ruling_view),
    }
}

fn ruling_view(ruled: Ruled) -> RulingView {
    RulingView { granted: ruled.granted, reason: ruled.reason, by_name: ruled.by_name, at: ruled.at }
}
