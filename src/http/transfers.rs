//! Transfers: members who leave or move on, for a reason, decided by whom the programmes name.

use super::applications::desk::Desk;
use super::auth::{KeeperOf, OfStudio, SignedIn};
use super::body::{Id, Json};
use super::error::{ApiError, Need, Refused};
use super::shapes::{Named, Rows, TransferDecisionForm, TransferForm, TransferView, TransferWordView};
use super::state::AppState;
use crate::domain::application::{NewTransfer, office_decides};
use crate::domain::case::Decider;
use crate::domain::{
    MemberRole, Membership, MembershipId, Studio, StudioId, Transfer, TransferId, TransferKind, TransferState,
};
use crate::store::transfer::TransferWord;
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

/// A keeper of the Studio asks for it, or the person to leave. What the asker may decide is decided at once.
#[utoipa::path(post, path = "/api/memberships/{id}/transfers", tag = "applications", params(("id" = String, Path)),
    request_body = TransferForm, responses((status = 201, body = TransferView), (status = 403, body = Refused),
    (status = 409, description = "One waits already, or no place is left", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn ask(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Json(form): Json<TransferForm>,
) -> Result<(StatusCode, axum::Json<TransferView>), ApiError> {
    let id = MembershipId::parse(&id).map_err(|_| ApiError::Missing(Noun::Membership))?;
    let membership = store::membership::get(&app.store, id).await?;
    let studio = store::studio::get(&app.store, membership.studio).await?;
    let desk = Desk::of(&app, &me).await?;
    let own = membership.account == desk.me;
    if !own && !me.keeps(&app, &studio).await? {
        return Err(ApiError::Forbidden(Need::HostOrOffice));
    }
    if own && !matches!(form.kind, TransferKind::Departed | TransferKind::Quit) {
        return Err(ApiError::field("kind", "自己只能申请调离或退出。"));
    }
    let to = match form.studio.filter(|to| *to != studio.id) {
        Some(to) => Some(store::studio::get(&app.store, to).await?),
        None => None,
    };
    let decides = decides(&desk, &studio, to.as_ref(), (&membership, form.role)).filter(|_| !own);
    let new = NewTransfer {
        membership: id,
        kind: form.kind,
        day: form.day,
        role: form.role,
        studio: to.as_ref().map(|to| to.id),
        reason: form.reason,
        attachment: form.attachment,
    };
    let asked = store::transfer::ask(&app.store, new, desk.me, decides, app.clock.now()).await?;
    tracing::info!(transfer = %asked.id, decides = decides.is_some(), "asked");
    let view = views(&app, &desk, vec![asked]).await?.pop().ok_or(ApiError::Missing(Noun::Transfer))?;
    Ok((StatusCode::CREATED, axum::Json(view)))
}

/// All of a Studio, the latest first.
#[utoipa::path(get, path = "/api/studios/{id}/transfers", tag = "applications", params(("id" = String, Path)),
    responses((status = 200, body = Rows<TransferView>), (status = 403, body = Refused)))]
pub(super) async fn of_studio(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
) -> Result<axum::Json<Rows<TransferView>>, ApiError> {
    let desk = Desk::of(&app, &keeper.me).await?;
    let found = store::transfer::of_studio(&app.store, keeper.noun.id).await?;
    Ok(axum::Json(Rows { rows: views(&app, &desk, found).await? }))
}

/// What waits for the asker's decision, the oldest first.
#[utoipa::path(get, path = "/api/transfers", tag = "applications",
    responses((status = 200, body = Rows<TransferView>), (status = 401, body = Refused)))]
pub(super) async fn waiting(
    State(app): State<AppState>,
    me: SignedIn,
) -> Result<axum::Json<Rows<TransferView>>, ApiError> {
    let desk = Desk::of(&app, &me).await?;
    Ok(axum::Json(Rows { rows: waiting_for(&app, &desk).await? }))
}

/// What the asker has asked for, the latest first.
#[utoipa::path(get, path = "/api/me/transfers", tag = "applications",
    responses((status = 200, body = Rows<TransferView>), (status = 401, body = Refused)))]
pub(super) async fn mine(
    State(app): State<AppState>,
    me: SignedIn,
) -> Result<axum::Json<Rows<TransferView>>, ApiError> {
    let desk = Desk::of(&app, &me).await?;
    let found = store::transfer::asked_by(&app.store, desk.me).await?;
    Ok(axum::Json(Rows { rows: views(&app, &desk, found).await? }))
}

pub(super) async fn waiting_for(app: &AppState, desk: &Desk) -> Result<Vec<TransferView>, ApiError> {
    let hosted: Vec<StudioId> = desk.hosted.iter().copied().collect();
    let mut found = store::transfer::waiting_of(&app.store, &hosted).await?;
    if desk.is_office() {
        let more = store::transfer::waiting(&app.store, desk.scope).await?;
        let more: Vec<_> = more.into_iter().filter(|one| found.iter().all(|known| known.id != one.id)).collect();
        found.extend(more);
    }
    found.sort_by_key(|one| (one.asked_at, one.id));
    let mut rows = views(app, desk, found).await?;
    rows.retain(|row| row.may_decide);
    Ok(rows)
}

/// Takes back what one asked for, while it waits.
#[utoipa::path(post, path = "/api/transfers/{id}/withdrawal", tag = "applications", params(("id" = String, Path)),
    responses((status = 200, body = TransferView), (status = 403, body = Refused),
    (status = 409, description = "Decided, or taken back already", body = Refused)))]
pub(super) async fn withdraw(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<TransferView>, ApiError> {
    let asked = Transfer::load(&app, &id).await?;
    let desk = Desk::of(&app, &me).await?;
    if asked.asked_by.id != desk.me {
        return Err(ApiError::Forbidden(Need::OwnTransfer));
    }
    let withdrawn = store::transfer::withdraw(&app.store, asked.id, desk.me, app.clock.now()).await?;
    tracing::info!(transfer = %withdrawn.id, "withdrawn");
    let view = views(&app, &desk, vec![withdrawn]).await?.pop().ok_or(ApiError::Missing(Noun::Transfer))?;
    Ok(axum::Json(view))
}

/// Consents, which changes the roster at once, or refuses with a reason. Nobody about their own.
#[utoipa::path(post, path = "/api/transfers/{id}/decision", tag = "applications", params(("id" = String, Path)),
    request_body = TransferDecisionForm, responses((status = 200, body = TransferView), (status = 403, body = Refused),
    (status = 409, description = "Decided already, or no place is left", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn decide(
    State(app): State<AppState>,
    keeper: KeeperOf<Transfer>,
    Json(form): Json<TransferDecisionForm>,
) -> Result<axum::Json<TransferView>, ApiError> {
    let KeeperOf { me, noun: transfer } = keeper;
    let desk = Desk::of(&app, &me).await?;
    let studio = store::studio::get(&app.store, transfer.membership.studio).await?;
    let to = match transfer.studio {
        Some(to) => Some(store::studio::get(&app.store, to).await?),
        None => None,
    };
    let Some(keeper) = decider(&desk, &transfer, &studio, to.as_ref()) else {
        let own = transfer.membership.account == desk.me;
        return Err(ApiError::Forbidden(if own { Need::NotOwnApplication } else { Need::OfficeOfRegion }));
    };
    let word = TransferWord { granted: form.granted, reason: form.reason };
    let by = (desk.me, keeper);
    let decided = store::transfer::decide(&app.store, transfer.id, word, by, app.clock.now()).await?;
    let view = views(&app, &desk, vec![decided]).await?.pop().ok_or(ApiError::Missing(Noun::Transfer))?;
    Ok(axum::Json(view))
}

impl OfStudio for Transfer {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = TransferId::parse(id).map_err(|_| ApiError::Missing(Noun::Transfer))?;
        Ok(store::transfer::get(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.membership.studio
    }
}

/// As whom the asker may decide about it, if at all.
fn decider(desk: &Desk, transfer: &Transfer, studio: &Studio, to: Option<&Studio>) -> Option<Decider> {
    let own = transfer.membership.account == desk.me || transfer.asked_by.id == desk.me;
    decides(desk, studio, to, (&transfer.membership, transfer.role)).filter(|_| !own)
}

/// About hosts and core members, and about moves to another Studio, an office decides; about others a host may, too.
fn decides(
    desk: &Desk,
    studio: &Studio,
    to: Option<&Studio>,
    (ends, role): (&Membership, Option<MemberRole>),
) -> Option<Decider> {
    let office = desk.decides_about(studio) && to.is_none_or(|to| desk.decides_about(to));
    let hosts = to.is_none() && !office_decides(ends.role, role) && desk.hosted.contains(&studio.id);
    office.then_some(Decider::Office).or(hosts.then_some(Decider::Host))
}

async fn views(app: &AppState, desk: &Desk, found: Vec<Transfer>) -> Result<Vec<TransferView>, ApiError> {
    let mut ids: Vec<StudioId> = found.iter().map(|one| one.membership.studio).collect();
    ids.extend(found.iter().filter_map(|one| one.studio));
    ids.sort_unstable();
    ids.dedup();
    let studios = store::studio::by_ids(&app.store, &ids).await?;
    let view = |one: Transfer| {
        let studio = studios.get(&one.membership.studio)?;
        let to = one.studio.and_then(|id| studios.get(&id));
        Some(TransferView {
            may_decide: one.state() == TransferState::Waiting && decider(desk, &one, studio, to).is_some(),
            may_withdraw: one.state() == TransferState::Waiting && one.asked_by.id == desk.me,
            id: one.id,
            membership: one.membership.id,
            state: one.state(),
            person: Named::new(one.person.id, one.person.name),
            studio: Named::new(studio.id, &studio.name),
            was: one.membership.role,
            kind: one.kind,
            day: one.day,
            role: one.role,
            to_studio: to.map(|to| Named::new(to.id, &to.name)),
            reason: one.reason,
            attachment: one.attachment,
            asked_by: one.asked_by.name,
            asked_at: one.asked_at,
            decision: one.decision.map(|word| TransferWordView {
                granted: word.granted,
                reason: word.reason,
                by: word.by.name,
                at: word.at,
            }),
        })
    };
    Ok(found.into_iter().filter_map(view).collect())
}
