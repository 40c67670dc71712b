//! Evidence: a Studio's keepers hand it in, its members their own papers; its office decides about it.

use super::auth::{InsiderOf, OfStudio, OfficeOf, SignedIn};
use super::authority::{Authority, SupervisorOf};
use super::body::{Id, Json};
use super::error::{ApiError, Need, Refused};
use super::shapes::{EvidenceDecisionForm, EvidenceForm, EvidenceStateView, EvidenceView, Named, Rows, RulingView};
use super::state::AppState;
use super::{attachments, policies};
use crate::domain::evidence::largest_count;
use crate::domain::participation::{cycle_of, years_counting};
use crate::domain::policy::{Covered, Criterion, Measure, PeriodKind, Policy, Scope};
use crate::domain::year_end::YearEndRefusal;
use crate::domain::{AccountId, Day, EvidenceId, EvidenceVerdict, MemberRole, NewEvidence, Region, Studio, StudioId};
use crate::store::evidence::{self, Evidence};
use crate::store::fact::RESOURCE_SLOT;
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;
use std::collections::HashSet;
use std::sync::Arc;

/// Hands in files that prove something, for a slot of the Studio's Policy. Its keepers hand in all; a core member or a trainee
/// what proves something of themselves, where each person has to.
#[utoipa::path(post, path = "/api/studios/{id}/evidence", tag = "assessment", params(("id" = String, Path)),
    request_body = EvidenceForm, responses((status = 201, body = EvidenceView), (status = 403, body = Refused),
    (status = 409, description = "No Policy, another's file, or a year that is frozen", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
    Json(form): Json<EvidenceForm>,
) -> Result<(StatusCode, axum::Json<EvidenceView>), ApiError> {
    let InsiderOf { me, noun: studio } = insider;
    let now = app.clock.now();
    let keeps = me.keeps(&app, &studio).await?;
    if !keeps && form.account != Some(me.profile.account.id) {
        return Err(ApiError::Forbidden(Need::KeeperOrOwnEvidence));
    }
    let policy = policies::of(&app, &studio)?;
    let counting = counting(&policy, &form.slot);
    if counting.is_empty() && !policy.slots.contains_key(&form.slot) {
        return Err(ApiError::field("slot", "这个考核办法没有这类材料，请从列表中选择。"));
    }
    if let Some(refusal) = frozen(&app, &studio, &policy, &counting, form.day).await? {
        return Err(store::StoreError::from(refusal).into());
    }
    let personal = counting.iter().any(|one| matches!(one.scope, Scope::Each(_)));
    if !keeps && !asks_of(&app, &me, &studio, (&policy, &counting)).await? {
        return Err(ApiError::Forbidden(Need::KeeperOrOwnEvidence));
    }
    if personal && form.account.is_none() {
        return Err(ApiError::field("account", "这类材料要写明是谁的。"));
    }
    if let Some(account) = form.account {
        let members = store::membership::of_studio(&app.store, studio.id).await?;
        if !members.iter().any(|one| one.account.id == account) {
            return Err(ApiError::field("account", "请选择本工作室的成员。"));
        }
    }
    let EvidenceForm { slot, account, title, day, attachments } = form;
    let new = NewEvidence { studio: studio.id, policy: policy.key.clone(), slot, account, title, day, attachments };
    let made = evidence::create(&app.store, new, me.profile.account.id, now).await?;
    tracing::info!(evidence = %made.id, studio = %studio.id, "handed in");
    Ok((StatusCode::CREATED, axum::Json(one(&app, &me, made).await?)))
}

/// Why nothing of this day is handed in any more: all years that it counts for are frozen, and the cycle, where it counts over that.
async fn frozen(
    app: &AppState,
    studio: &Studio,
    policy: &Policy,
    counting: &[&Criterion],
    day: Day,
) -> Result<Option<YearEndRefusal>, ApiError> {
    let mut periods: Vec<PeriodKind> = counting.iter().map(|one| one.period).collect();
    if periods.contains(&PeriodKind::Now) {
        return Ok(None);
    }
    let mut refusal = None;
    if periods.contains(&PeriodKind::Cycle) {
        let Some(last) = cycle_of(policy, studio.cycle_start, day).map(Covered::cycle) else { return Ok(None) };
        if !store::year_end::is_frozen(&app.store, studio.id, &policy.key, last).await? {
            return Ok(None);
        }
        refusal = Some(YearEndRefusal::CycleFrozen);
        periods.retain(|period| *period != PeriodKind::Cycle);
        if periods.is_empty() {
            return Ok(refusal);
        }
    }
    for year in years_counting(policy, studio.cycle_start, &periods, day) {
        if !store::year_end::is_frozen(&app.store, studio.id, &policy.key, year).await? {
            return Ok(None);
        }
        refusal = Some(YearEndRefusal::Frozen { year });
    }
    Ok(refusal)
}

/// Does one of these criteria ask something of the person, as the core member or trainee that they are?
async fn asks_of(
    app: &AppState,
    me: &SignedIn,
    studio: &Studio,
    (policy, counting): (&Policy, &[&Criterion]),
) -> Result<bool, ApiError> {
    let (own, today) = (me.profile.account.id, app.clock.now().day());
    let role = store::membership::role_on(&app.store, studio.id, own, today).await?;
    let Some(role) = role.filter(|role| matches!(role, MemberRole::Core | MemberRole::Trainee)) else {
        return Ok(false);
    };
    let asked = |one: &&Criterion| match &one.scope {
        Scope::Each(key) => policy.populations.get(key).is_some_and(|people| people.roles.contains(&role)),
        _ => false,
    };
    Ok(counting.iter().any(asked))
}

/// Takes back what one has handed in, while nobody has decided about it; the list says so.
#[utoipa::path(post, path = "/api/evidence/{id}/withdrawal", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = EvidenceView), (status = 403, body = Refused),
    (status = 409, description = "Decided, or withdrawn already", body = Refused)))]
pub(super) async fn withdraw(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<EvidenceView>, ApiError> {
    let given = Evidence::load(&app, &id).await?;
    let by = me.profile.account.id;
    if given.given_by.id != by {
        return Err(ApiError::Forbidden(Need::OwnEvidence));
    }
    let withdrawn = evidence::withdraw(&app.store, given.id, by, app.clock.now()).await?;
    tracing::info!(evidence = %withdrawn.id, "withdrawn");
    Ok(axum::Json(one(&app, &me, withdrawn).await?))
}

/// What a Studio has handed in, the latest first.
#[utoipa::path(get, path = "/api/studios/{id}/evidence", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = Rows<EvidenceView>), (status = 403, body = Refused)))]
pub(super) async fn of_studio(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
) -> Result<axum::Json<Rows<EvidenceView>>, ApiError> {
    let found = evidence::of_studio(&app.store, insider.noun.id).await?;
    Ok(axum::Json(Rows { rows: views(&app, &insider.me, found).await? }))
}

/// What waits for a decision in a Region and below it, the oldest first.
#[utoipa::path(get, path = "/api/regions/{id}/evidence", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = Rows<EvidenceView>), (status = 403, body = Refused)))]
pub(super) async fn waiting(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
) -> Result<axum::Json<Rows<EvidenceView>>, ApiError> {
    let found = evidence::waiting(&app.store, office.noun.id).await?;
    Ok(axum::Json(Rows { rows: views(&app, &office.office.0, found).await? }))
}

/// Accepts it for so many, or refuses it. A later decision replaces an earlier one; nobody decides what they handed in, or
/// what proves something of themselves.
#[utoipa::path(post, path = "/api/evidence/{id}/decision", tag = "assessment", params(("id" = String, Path)),
    request_body = EvidenceDecisionForm, responses((status = 200, body = EvidenceView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn decide(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Evidence>,
    Json(form): Json<EvidenceDecisionForm>,
) -> Result<axum::Json<EvidenceView>, ApiError> {
    let SupervisorOf { me, by, noun: given, .. } = supervisor;
    if is_of(&given, by.account) {
        return Err(ApiError::Forbidden(Need::NotOwnStudio));
    }
    let EvidenceDecisionForm { accepted, count, reason } = form;
    let verdict = EvidenceVerdict { accepted, count, reason };
    let decided = evidence::decide(&app.store, given.id, verdict, by, app.clock.now()).await?;
    tracing::info!(evidence = %given.id, accepted, count, "decided");
    Ok(axum::Json(one(&app, &me, decided).await?))
}

impl OfStudio for Evidence {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = EvidenceId::parse(id).map_err(|_| ApiError::Missing(Noun::Evidence))?;
        Ok(evidence::get(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.studio
    }

    fn day(&self) -> Option<Day> {
        Some(self.day)
    }
}

/// Did this person hand it in, or does it prove something of theirs?
pub(super) fn is_of(evidence: &Evidence, person: AccountId) -> bool {
    evidence.given_by.id == person || evidence.account.as_ref().is_some_and(|account| account.id == person)
}

/// The criteria that count what is in this slot.
fn counting<'a>(policy: &'a Policy, slot: &str) -> Vec<&'a Criterion> {
    let counts = |measure: &Measure| match measure {
        Measure::Evidence { slot: counted } => counted == slot,
        Measure::SelectedResources => slot == RESOURCE_SLOT,
        _ => false,
    };
    policy.criteria.iter().filter(|one| one.parts.iter().any(|part| counts(&part.measure))).collect()
}

async fn one(app: &AppState, me: &SignedIn, evidence: Evidence) -> Result<EvidenceView, ApiError> {
    views(app, me, vec![evidence]).await?.pop().ok_or(ApiError::Missing(Noun::Evidence))
}

async fn views(app: &AppState, me: &SignedIn, found: Vec<Evidence>) -> Result<Vec<EvidenceView>, ApiError> {
    let today = app.clock.now().day();
    let authority = Authority::of(app, me).await?;
    let ids: Vec<StudioId> = found.iter().map(|one| one.studio).collect();
    let studios = store::studio::by_ids(&app.store, &ids).await?;
    let mut kept = HashSet::new();
    for studio in studios.values() {
        if me.keeps(app, studio).await? {
            kept.insert(studio.id);
        }
    }
    let account = me.profile.account.id;
    let row = |one: Evidence| {
        let studio = studios.get(&one.studio)?;
        let open = one.given_by.id == account || kept.contains(&studio.id);
        let last = one.decision.as_ref().map(|decision| decision.tier);
        let by = authority.over(app, studio, one.day);
        let stands = one.withdrawn_at.is_none();
        let decide = stands && by.is_ok_and(|by| by.tier.decides_after(last).is_ok() && !is_of(&one, by.account));
        let withdraw = stands && one.decision.is_none() && one.given_by.id == account;
        let policy = store::policy::in_force(&app.store, &one.policy, today);
        Some(view(one, Named::new(studio.id, &studio.name), policy, May { decide, open, withdraw }))
    };
    Ok(found.into_iter().filter_map(row).collect())
}

/// What whoever asks may do with a piece of Evidence.
struct May {
    decide: bool,
    open: bool,
    withdraw: bool,
}

fn view(one: Evidence, studio: Named, policy: Option<Arc<Policy>>, may: May) -> EvidenceView {
    let state = match &one.decision {
        _ if one.withdrawn_at.is_some() => EvidenceStateView::Withdrawn,
        None => EvidenceStateView::Waiting,
        Some(decision) if decision.accepted => EvidenceStateView::Accepted,
        Some(_) => EvidenceStateView::Refused,
    };
    let criteria = policy.iter().flat_map(|policy| counting(policy, &one.slot));
    EvidenceView {
        id: one.id,
        studio,
        criteria: criteria.map(|rule| Named::new(&rule.id, rule.title.as_str())).collect(),
        slot: policies::slot(policy.as_deref(), &one.slot),
        account: one.account.map(|person| Named::new(person.id, person.name)),
        title: one.title,
        day: one.day,
        attachments: one.attachments.into_iter().map(attachments::view).collect(),
        may_open: may.open,
        given_by: one.given_by.name,
        given_at: one.given_at,
        state,
        count: one.decision.as_ref().map_or(0, |decision| decision.count),
        unit: policy.iter().find_map(|policy| policy.units_of_slot(&one.slot).next().map(str::to_owned)),
        most_count: largest_count(policy.as_deref(), &one.slot),
        decision: one.decision.map(|decision| RulingView {
            granted: decision.accepted,
            reason: decision.reason,
            by_name: decision.by.name,
            at: decision.at,
        }),
        may_decide: may.decide,
        may_withdraw: may.withdraw,
        withdrawn_at: one.withdrawn_at,
    }
}
