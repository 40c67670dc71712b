//! Announcements: an office's words to the Studios of its tree.

use super::applications::desk::Desk;
use super::auth::{Office, OfficeOf, SignedIn};
use super::body::{Id, Json, PageQuery, Query};
use super::error::{ApiError, Refused};
use super::shapes::{AnnouncementForm, AnnouncementView, AnnouncementWithdrawalForm, Named, PageOf};
use super::state::AppState;
use crate::domain::{Announcement, AnnouncementId, Region, RegionId};
use crate::store::announcement::{NewAnnouncement, Reader};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

#[utoipa::path(post, path = "/api/regions/{id}/announcements", tag = "applications", params(("id" = String, Path)),
    request_body = AnnouncementForm, responses((status = 201, body = AnnouncementView), (status = 403, body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn publish(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
    Json(form): Json<AnnouncementForm>,
) -> Result<(StatusCode, axum::Json<AnnouncementView>), ApiError> {
    let OfficeOf { office, noun: region } = office;
    let desk = Desk::of(&app, &office.0).await?;
    if let Some(id) = form.recruitment {
        let recruitment = store::recruitment::get(&app.store, id).await?;
        office.over(&app, recruitment.region).await?;
    }
    let AnnouncementForm { title, content, recruitment } = form;
    let new = NewAnnouncement { region: region.id, title, content, recruitment };
    let made = store::announcement::publish(&app.store, new, desk.me, app.clock.now()).await?;
    tracing::info!(announcement = %made.id, "published");
    Ok((StatusCode::CREATED, axum::Json(view(&desk, made))))
}

/// Takes it back: it is shown to nobody any more but to offices.
#[utoipa::path(post, path = "/api/announcements/{id}/withdrawal", tag = "applications", params(("id" = String, Path)),
    request_body = AnnouncementWithdrawalForm, responses((status = 200, body = AnnouncementView),
    (status = 403, body = Refused), (status = 409, description = "Withdrawn already", body = Refused),
    (status = 422, body = Refused)))]
pub(super) async fn withdraw(
    State(app): State<AppState>,
    office: Office,
    Id(id): Id,
    Json(form): Json<AnnouncementWithdrawalForm>,
) -> Result<axum::Json<AnnouncementView>, ApiError> {
    let id = AnnouncementId::parse(&id).map_err(|_| ApiError::Missing(Noun::Announcement))?;
    let found = store::announcement::get(&app.store, id).await?;
    office.over(&app, found.region).await?;
    let desk = Desk::of(&app, &office.0).await?;
    let withdrawn = store::announcement::withdraw(&app.store, id, form.reason, desk.me, app.clock.now()).await?;
    Ok(axum::Json(view(&desk, withdrawn)))
}

/// What the offices above the asker's School and Studios say, the latest first; an office also sees what its tree said.
#[utoipa::path(get, path = "/api/announcements", tag = "applications", params(PageQuery),
    responses((status = 200, body = PageOf<AnnouncementView>), (status = 401, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    me: SignedIn,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PageOf<AnnouncementView>>, ApiError> {
    let desk = Desk::of(&app, &me).await?;
    let regions = match desk.scope {
        Some(scope) => desk.tree.path(scope).iter().map(|region| region.id).collect(),
        None => concerned(&app, &me, &desk).await?,
    };
    let reader = Reader { admin: desk.admin, scope: desk.scope, regions };
    let found = store::announcement::list(&app.store, &reader, page.page()).await?;
    Ok(axum::Json(PageOf::from(found.map(|one| view(&desk, one)))))
}

/// The Regions of the asker's School and Studios, and all above them.
async fn concerned(app: &AppState, me: &SignedIn, desk: &Desk) -> Result<Vec<RegionId>, ApiError> {
    let today = app.clock.now().day();
    let memberships = store::membership::of_account(&app.store, me.profile.account.id, today).await?;
    let studios: Vec<_> = memberships.iter().map(|one| one.membership.studio).collect();
    let studios = store::studio::by_ids(&app.store, &studios).await?;
    let mut places: Vec<RegionId> = studios.values().map(|studio| studio.region).collect();
    places.extend(me.profile.school.as_ref().map(|school| school.region));
    let mut regions: Vec<RegionId> =
        places.into_iter().flat_map(|place| desk.tree.path(place)).map(|region| region.id).collect();
    regions.sort_unstable();
    regions.dedup();
    Ok(regions)
}

fn view(desk: &Desk, one: Announcement) -> AnnouncementView {
    let supervises = desk.supervises(one.region);
    AnnouncementView {
        id: one.id,
        region: Named::new(one.region, desk.tree.get(one.region).map_or("", |region| &region.name)),
        title: one.title,
        content: one.content,
        recruitment: one.recruitment,
        by: one.by.name,
        at: one.at,
        may_withdraw: supervises && one.withdrawal.is_none(),
        withdrawn: one.withdrawal.map(|withdrawal| withdrawal.reason),
    }
}
