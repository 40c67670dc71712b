//! Leaves, appeals and their decisions; corrections by hand.

use super::attachments;
use super::auth::{KeeperOf, Occurrence, SignedIn};
use super::body::{Id, Json};
use super::cards;
use super::error::{ApiError, Need, Refused};
use super::shapes::{
    ActivityCases, AppealDecisionForm, CaseForm, CaseKind, CasePerson, CaseView, CorrectionAnswer, CorrectionForm,
    DecisionView, LeaveDecisionForm, Rows, VerdictView,
};
use super::state::AppState;
use crate::domain::attendance::{CorrectedDetail, Verdict};
use crate::domain::case::{Decider, may_decide_for};
use crate::domain::presence::Person;
use crate::domain::{
    AccountId, Activity, ActivityId, AppealId, CaseRefusal, Decision, Leave, LeaveId, SessionId, Studio, Time,
};
use crate::store::appeal::{AppealDecision, NewAppeal};
use crate::store::card::Look;
use crate::store::case::{self, Case, CaseCard, Keeping};
use crate::store::correction::{self, NewCorrection};
use crate::store::leave::NewLeave;
use crate::store::{self, Noun, StoreError, appeal, leave};
use axum::extract::State;
use axum::http::StatusCode;

/// 请假: for those who are expected, before it begins.
#[utoipa::path(post, path = "/api/activities/{id}/leaves", tag = "cases", params(("id" = String, Path)),
    request_body = CaseForm, responses((status = 201, body = CaseView),
    (status = 403, description = "Not expected at this Activity", body = Refused),
    (status = 409, description = "It has begun, or leave was asked for already", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn ask_leave(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<CaseForm>,
) -> Result<(StatusCode, axum::Json<CaseView>), ApiError> {
    let id = ActivityId::parse(&id).map_err(|_| ApiError::Missing(Noun::Activity))?;
    let activity = store::activity::get(&app.store, id).await?;
    let account = me.profile.account.id;
    if !case::expected(&app.store, &activity, account).await? {
        return Err(ApiError::Forbidden(Need::Expected));
    }
    let CaseForm { reason, attachment } = form;
    let made = leave::ask(&app.store, NewLeave { activity: id, account, reason, attachment }, app.clock.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(one(&app, &me, Case::Leave(made)).await?)))
}

/// Everybody's leaves for one Activity.
#[utoipa::path(get, path = "/api/activities/{id}/leaves", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Rows<CaseView>), (status = 403, body = Refused)))]
pub(super) async fn leaves(
    State(app): State<AppState>,
    keeper: KeeperOf<Activity>,
) -> Result<axum::Json<Rows<CaseView>>, ApiError> {
    let found = leave::of_activity(&app.store, keeper.noun.id).await?;
    rows(&app, &keeper.me, found.into_iter().map(Case::Leave).collect()).await
}

/// Grants or refuses a leave. Nobody decides their own, and a host's is for the office.
#[utoipa::path(post, path = "/api/leaves/{id}/decision", tag = "cases", params(("id" = String, Path)),
    request_body = LeaveDecisionForm, responses((status = 200, body = CaseView), (status = 403, body = Refused),
    (status = 409, description = "Decided or withdrawn already", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn decide_leave(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<LeaveDecisionForm>,
) -> Result<axum::Json<CaseView>, ApiError> {
    let id = leave_id(&id)?;
    let asked = leave::get(&app.store, id).await?;
    let activity = store::activity::get(&app.store, asked.activity).await?;
    may_decide(&app, &me, &activity, &[asked.account]).await?;
    let by = me.profile.account.id;
    let decided = leave::decide(&app.store, id, (form.granted, form.reason), by, app.clock.now()).await?;
    tracing::info!(leave = %id, granted = form.granted, "decided");
    Ok(axum::Json(one(&app, &me, Case::Leave(decided)).await?))
}

/// Takes one's own leave back, before the Activity begins.
#[utoipa::path(post, path = "/api/leaves/{id}/withdrawal", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = CaseView), (status = 403, body = Refused), (status = 409, body = Refused)))]
pub(super) async fn withdraw_leave(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<CaseView>, ApiError> {
    let id = leave_id(&id)?;
    if leave::get(&app.store, id).await?.account != me.profile.account.id {
        return Err(ApiError::Forbidden(Need::OwnCase));
    }
    let withdrawn = leave::withdraw(&app.store, id, app.clock.now()).await?;
    Ok(axum::Json(one(&app, &me, Case::Leave(withdrawn)).await?))
}

/// 申诉: for those who came or were expected, within 30 days after the end.
#[utoipa::path(post, path = "/api/sessions/{id}/appeals", tag = "cases", params(("id" = String, Path)),
    request_body = CaseForm, responses((status = 201, body = CaseView),
    (status = 403, description = "Neither came nor was expected", body = Refused),
    (status = 409, description = "Still live, too late, or one is open already", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn ask_appeal(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<CaseForm>,
) -> Result<(StatusCode, axum::Json<CaseView>), ApiError> {
    let id = SessionId::parse(&id).map_err(|_| ApiError::Missing(Noun::Session))?;
    let session = store::session::get(&app.store, id).await?;
    let activity = store::activity::get(&app.store, session.activity).await?;
    let account = me.profile.account.id;
    let concerned =
        case::came(&app.store, &session, account).await? || case::expected(&app.store, &activity, account).await?;
    if !concerned {
        return Err(ApiError::Forbidden(Need::Expected));
    }
    let CaseForm { reason, attachment } = form;
    let made = appeal::ask(&app.store, NewAppeal { session: id, account, reason, attachment }, app.clock.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(one(&app, &me, Case::Appeal(made)).await?)))
}

/// Everybody's appeals of one Session.
#[utoipa::path(get, path = "/api/sessions/{id}/appeals", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Rows<CaseView>), (status = 403, body = Refused)))]
pub(super) async fn appeals(
    State(app): State<AppState>,
    keeper: KeeperOf<Occurrence>,
) -> Result<axum::Json<Rows<CaseView>>, ApiError> {
    let found = appeal::of_session(&app.store, keeper.noun.session.id).await?;
    rows(&app, &keeper.me, found.into_iter().map(Case::Appeal).collect()).await
}

/// Grants an appeal, which corrects the record, or refuses it.
#[utoipa::path(post, path = "/api/appeals/{id}/decision", tag = "cases", params(("id" = String, Path)),
    request_body = AppealDecisionForm, responses((status = 200, body = CaseView), (status = 403, body = Refused),
    (status = 409, description = "Decided already", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn decide_appeal(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<AppealDecisionForm>,
) -> Result<axum::Json<CaseView>, ApiError> {
    let id = AppealId::parse(&id).map_err(|_| ApiError::Missing(Noun::Appeal))?;
    let asked = appeal::get(&app.store, id).await?;
    let session = store::session::get(&app.store, asked.session).await?;
    let activity = store::activity::get(&app.store, session.activity).await?;
    may_decide(&app, &me, &activity, &[asked.account]).await?;
    let AppealDecisionForm { granted, status, late, left_early, reason } = form;
    let verdict = match status {
        _ if !granted => None,
        Some(status) => Some(Verdict { status, late, left_early }),
        None => return Err(ApiError::field("status", "请选择更正为什么。")),
    };
    let said = AppealDecision {
        verdict,
        reason,
        by: me.profile.account.id,
        by_name: me.profile.account.name.clone(),
        monotonic_us: app.live.monotonic_us(),
    };
    let decided = appeal::decide(&app.store, id, said, app.clock.now()).await?;
    tracing::info!(appeal = %id, granted, "decided");
    Ok(axum::Json(one(&app, &me, Case::Appeal(decided)).await?))
}

/// One decision about one or more people, without an appeal: after a power cut, or for what stays unknown.
#[utoipa::path(post, path = "/api/sessions/{id}/corrections", tag = "cases", params(("id" = String, Path)),
    request_body = CorrectionForm, responses((status = 201, body = CorrectionAnswer), (status = 403, body = Refused),
    (status = 409, description = "Still live, or somebody is not of this Session", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn correct(
    State(app): State<AppState>,
    keeper: KeeperOf<Occurrence>,
    Json(form): Json<CorrectionForm>,
) -> Result<(StatusCode, axum::Json<CorrectionAnswer>), ApiError> {
    let KeeperOf { me, noun: Occurrence { session, activity } } = keeper;
    let CorrectionForm { people, status, late, left_early, reason, attachments } = form;
    let people: Option<Vec<Person>> = people.iter().map(|key| Person::from_key(key)).collect();
    let people = people.ok_or(StoreError::Case(CaseRefusal::NoSuchPerson))?;
    let accounts: Vec<AccountId> = people.iter().filter_map(account_of).collect();
    may_decide(&app, &me, &activity, &accounts).await?;
    let detail = CorrectedDetail {
        verdict: Verdict { status, late, left_early },
        reason,
        by: me.profile.account.id,
        by_name: me.profile.account.name.clone(),
        appeal: None,
        attachments,
    };
    let corrected = u32::try_from(people.len()).unwrap_or(u32::MAX);
    let new = NewCorrection { session: session.id, people, detail, monotonic_us: app.live.monotonic_us() };
    correction::correct(&app.store, new, app.clock.now()).await?;
    tracing::info!(session = %session.id, corrected, "records corrected");
    Ok((StatusCode::CREATED, axum::Json(CorrectionAnswer { corrected })))
}

/// What waits for the person who asks.
#[utoipa::path(get, path = "/api/cases", tag = "cases",
    responses((status = 200, body = Rows<CaseView>), (status = 401, body = Refused)))]
pub(super) async fn waiting(State(app): State<AppState>, me: SignedIn) -> Result<axum::Json<Rows<CaseView>>, ApiError> {
    let keeping = keeping(&app, &me).await?;
    let found = case::waiting(&app.store, &keeping, look(&app, &me)).await?;
    Ok(axum::Json(views(&app, &keeping, me.profile.account.id, found)))
}

/// What the person who asks has asked for, the newest first.
#[utoipa::path(get, path = "/api/me/cases", tag = "cases",
    responses((status = 200, body = Rows<CaseView>), (status = 401, body = Refused)))]
pub(super) async fn mine(State(app): State<AppState>, me: SignedIn) -> Result<axum::Json<Rows<CaseView>>, ApiError> {
    let account = me.profile.account.id;
    let found = case::of_account(&app.store, account, look(&app, &me)).await?;
    let keeping = keeping(&app, &me).await?;
    Ok(axum::Json(views(&app, &keeping, account, found)))
}

/// What the page of an Activity says of its cases to this person.
pub(super) async fn of_activity(
    app: &AppState,
    me: &SignedIn,
    activity: &Activity,
    studio: &Studio,
) -> Result<ActivityCases, ApiError> {
    let (account, now) = (me.profile.account.id, app.clock.now());
    let mut own = leave::of_activity(&app.store, activity.id).await?;
    own.retain(|leave| leave.account == account);
    let may_ask_leave =
        Leave::may_ask(activity, &own, now).is_ok() && case::expected(&app.store, activity, account).await?;
    let last = own.pop().filter(|leave| leave.withdrawn_at.is_none());
    let leave = match last {
        Some(leave) => Some(one(app, me, Case::Leave(leave)).await?),
        None => None,
    };
    let keeping = keeping(app, me).await?;
    let waiting = case::waiting_of(&app.store, &keeping, activity, studio, now).await?;
    Ok(ActivityCases { may_ask_leave, leave, waiting })
}

pub(super) async fn rows(
    app: &AppState,
    me: &SignedIn,
    cases: Vec<Case>,
) -> Result<axum::Json<Rows<CaseView>>, ApiError> {
    let found = case::cards(&app.store, cases, look(app, me)).await?;
    let keeping = keeping(app, me).await?;
    Ok(axum::Json(views(app, &keeping, me.profile.account.id, found)))
}

async fn one(app: &AppState, me: &SignedIn, case: Case) -> Result<CaseView, ApiError> {
    let axum::Json(Rows { rows }) = rows(app, me, vec![case]).await?;
    rows.into_iter().next().ok_or(ApiError::Missing(Noun::Account))
}

/// Refuses whoever may not decide about these people.
async fn may_decide(app: &AppState, me: &SignedIn, activity: &Activity, about: &[AccountId]) -> Result<(), ApiError> {
    let studio = store::studio::get(&app.store, activity.studio).await?;
    let decider = keeping(app, me).await?.decider(&studio).ok_or(ApiError::Forbidden(Need::HostOrOffice))?;
    let own = about.contains(&me.profile.account.id);
    let concerns_host =
        decider == Decider::Host && case::any_host(&app.store, activity, about, app.clock.now()).await?;
    match may_decide_for(decider, own, concerns_host) {
        true => Ok(()),
        false if own => Err(ApiError::Forbidden(Need::NotOwnCase)),
        false => Err(ApiError::Forbidden(Need::OfficeForHosts)),
    }
}

pub(super) async fn keeping(app: &AppState, me: &SignedIn) -> Result<Keeping, ApiError> {
    Ok(Keeping::of(&app.store, &me.profile.account, app.clock.now().day()).await?)
}

pub(super) fn look(app: &AppState, me: &SignedIn) -> Look {
    Look { account: Some(me.profile.account.id), now: app.clock.now() }
}

fn leave_id(id: &str) -> Result<LeaveId, ApiError> {
    LeaveId::parse(id).map_err(|_| ApiError::Missing(Noun::Leave))
}

fn account_of(person: &Person) -> Option<AccountId> {
    match person {
        Person::Account(id) => Some(*id),
        _ => None,
    }
}

fn views(app: &AppState, keeping: &Keeping, me: AccountId, cards: Vec<CaseCard>) -> Rows<CaseView> {
    let now = app.clock.now();
    Rows { rows: cards.into_iter().map(|card| view(keeping, me, card, now)).collect() }
}

fn view(keeping: &Keeping, me: AccountId, card: CaseCard, now: Time) -> CaseView {
    let (state, asked_at) = (card.case.state(), card.case.asked_at());
    let open = match &card.case {
        Case::Leave(leave) => leave.may_decide().is_ok(),
        Case::Appeal(appeal) => appeal.may_decide().is_ok(),
    };
    let may_decide = open && keeping.may_decide(&card);
    let (kind, id, reason, decision, withdrawn_at, session, may_withdraw) = match card.case {
        Case::Leave(leave) => {
            let own = leave.account == me;
            let may_withdraw = own && leave.may_withdraw(&card.activity.activity, now).is_ok();
            let Leave { id, reason, decision, withdrawn_at, .. } = leave;
            (CaseKind::Leave, id.to_string(), reason, decision, withdrawn_at, None, may_withdraw)
        }
        Case::Appeal(appeal) => {
            (CaseKind::Appeal, appeal.id.to_string(), appeal.reason, appeal.decision, None, Some(appeal.session), false)
        }
    };
    CaseView {
        kind,
        id,
        state,
        person: CasePerson {
            id: card.person.id,
            name: card.person.name,
            school: card.school.map(|school| school.name),
        },
        asked_at,
        activity: cards::activity(card.activity),
        session,
        reason,
        attachment: card.attachment.map(attachments::view),
        decision: decision.map(decided),
        withdrawn_at,
        may_decide,
        may_withdraw,
        record: card.record.map(cards::record),
    }
}

fn decided(decision: Decision) -> DecisionView {
    DecisionView {
        granted: decision.granted,
        by_name: decision.by_name,
        at: decision.at,
        reason: decision.reason,
        verdict: decision.verdict.map(verdict),
    }
}

pub(super) fn verdict(Verdict { status, late, left_early }: Verdict) -> VerdictView {
    VerdictView { status, late, left_early }
}
