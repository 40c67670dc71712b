//! Studios and what their page shows.

use super::auth::{KeeperOf, Office, SignedIn};
use super::authority::{Authority, SupervisorOf};
use super::body::{Id, Json, PageQuery, Query};
use super::error::{ApiError, Need, Refused};
use super::shapes::{
    MemberAccount, MemberView, PageOf, ProgrammeChangeView, ProgrammeForm, StudioChange, StudioForm, StudioPage,
    StudioSearch, StudioView, TierMoveForm, TierMoveView,
};
use super::state::AppState;
use super::{cards, closings, policies, roster_sheets, schools, series};
use crate::domain::{NewStudio, ProgrammeChange, RegionTree, Studio, StudioId, Tier, TierMove};
use crate::store::card::{self, ActivityFilter, Look};
use crate::store::membership::Member;
use crate::store::studio::StudioFilter;
use crate::store::{self, LARGEST_PAGE, Noun, Page};
use axum::extract::State;
use axum::http::StatusCode;

#[utoipa::path(get, path = "/api/studios", tag = "studios", params(StudioSearch, PageQuery),
    responses((status = 200, body = PageOf<StudioView>), (status = 401, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    me: SignedIn,
    Query(search): Query<StudioSearch>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PageOf<StudioView>>, ApiError> {
    let filter = StudioFilter {
        search: search.q.unwrap_or_default(),
        tier: search.tier,
        within: search.region,
        member: search.mine.unwrap_or(false).then_some(me.profile.account.id),
        works_on: (!search.closed.unwrap_or(false)).then(|| app.clock.now().day()),
    };
    let tree = store::region::tree(&app.store).await?;
    let found = store::studio::list(&app.store, &filter, page.page()).await?;
    Ok(axum::Json(PageOf::from(found.map(|studio| view(studio, &tree)))))
}

/// Founds a Studio in a Region of one's own office, of its own tier at most.
#[utoipa::path(post, path = "/api/studios", tag = "studios", request_body = StudioForm,
    responses((status = 201, body = StudioView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    office: Office,
    Json(form): Json<StudioForm>,
) -> Result<(StatusCode, axum::Json<StudioView>), ApiError> {
    office.over(&app, form.region).await?;
    office.must_found(&app, form.tier).await?;
    let new = NewStudio {
        name: form.name,
        tier: form.tier,
        kind: form.kind,
        subject: form.subject,
        region: form.region,
        cycle_start: form.cycle_start,
        policy: form.policy,
        introduction: form.introduction,
    };
    let studio = store::studio::create(&app.store, new, app.clock.now()).await?;
    let tree = store::region::tree(&app.store).await?;
    Ok((StatusCode::CREATED, axum::Json(view(studio, &tree))))
}

#[utoipa::path(get, path = "/api/studios/{id}", tag = "studios", params(("id" = String, Path)),
    responses((status = 200, body = StudioPage), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
) -> Result<axum::Json<StudioPage>, ApiError> {
    let id = StudioId::parse(&id).map_err(|_| ApiError::Missing(Noun::Studio))?;
    let studio = store::studio::get(&app.store, id).await?;
    let look = Look { account: Some(me.profile.account.id), now: app.clock.now() };
    let filter = ActivityFilter { studio: Some(id), ..ActivityFilter::default() };
    let activities = card::list(&app.store, look, &filter, Page::new(1, LARGEST_PAGE)).await?;
    let members = store::membership::of_studio(&app.store, id).await?;
    let series = store::series::of_studio(&app.store, id).await?;
    let tree = store::region::tree(&app.store).await?;
    let authority = Authority::of(&app, &me).await?;
    let by = authority.over(&app, &studio, app.clock.now().day()).ok();
    let tiers = Tier::ALL.iter().copied().filter(|tier| *tier != studio.tier);
    let may_move_to = tiers.filter(|tier| by.is_some_and(|by| by.tier.moves(studio.tier, *tier))).collect();
    let moves = store::studio_tier::moves(&app.store, id).await?;
    let changes = store::studio_programme::changes(&app.store, id).await?;
    let words = store::studio_closing::words(&app.store, id).await?;
    let policy = policies::of(&app, &studio).ok();
    Ok(axum::Json(StudioPage {
        may_move_to,
        tier_moves: moves.into_iter().map(tier_move).collect(),
        may_change_programme: by.is_some_and(|by| by.tier.founds(studio.tier)),
        policy_title: policy.map(|policy| policy.title.clone()),
        programme_changes: changes.into_iter().map(|one| programme_change(&app, one)).collect(),
        may_close: closings::may_close(by, &studio, &words),
        closings: words.into_iter().map(closings::word).collect(),
        may_manage: me.keeps(&app, &studio).await?,
        may_set_hosts: by.is_some(),
        marks_asked: roster_sheets::marks_of(&app, &studio),
        studio: view(studio, &tree),
        members: members.into_iter().map(member).collect(),
        activities: cards::activities(activities.rows),
        series: series.into_iter().map(series::view).collect(),
    }))
}

#[utoipa::path(patch, path = "/api/studios/{id}", tag = "studios", params(("id" = String, Path)),
    request_body = StudioChange,
    responses((status = 200, body = StudioView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn change(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    Json(form): Json<StudioChange>,
) -> Result<axum::Json<StudioView>, ApiError> {
    let old = keeper.noun;
    let edit = move |old: Studio| NewStudio {
        name: form.name.unwrap_or(old.name),
        tier: old.tier,
        kind: old.kind,
        subject: form.subject.unwrap_or(old.subject),
        region: old.region,
        cycle_start: old.cycle_start,
        policy: old.policy,
        introduction: form.introduction.unwrap_or(old.introduction),
    };
    let studio = store::studio::update(&app.store, old.id, edit).await?;
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(view(studio, &tree)))
}

/// Promotes or demotes a Studio, from today on: the office of the higher tier does.
#[utoipa::path(post, path = "/api/studios/{id}/tier", tag = "studios", params(("id" = String, Path)),
    request_body = TierMoveForm,
    responses((status = 200, body = StudioView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn move_tier(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Studio>,
    Json(form): Json<TierMoveForm>,
) -> Result<axum::Json<StudioView>, ApiError> {
    let SupervisorOf { by, noun: old, .. } = supervisor;
    if !by.tier.moves(old.tier, form.tier) {
        return Err(ApiError::Forbidden(Need::OfficeOfTier));
    }
    let moved = (form.tier, form.reason);
    let studio = store::studio_tier::move_to(&app.store, old.id, moved, by.account, app.clock.now()).await?;
    tracing::info!(studio = %studio.id, from = old.tier.code(), to = studio.tier.code(), "moved to another tier");
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(view(studio, &tree)))
}

/// Puts a Studio under a Policy, or into another cycle, for all years that are not frozen: the office of its tier does.
#[utoipa::path(post, path = "/api/studios/{id}/programme", tag = "studios", params(("id" = String, Path)),
    request_body = ProgrammeForm,
    responses((status = 200, body = StudioView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn change_programme(
    State(app): State<AppState>,
    supervisor: SupervisorOf<Studio>,
    Json(form): Json<ProgrammeForm>,
) -> Result<axum::Json<StudioView>, ApiError> {
    let SupervisorOf { by, noun: old, .. } = supervisor;
    if !by.tier.founds(old.tier) {
        return Err(ApiError::Forbidden(Need::OfficeOfTier));
    }
    let said = (form.policy, form.cycle_start, form.reason);
    let studio = store::studio_programme::change(&app.store, old.id, said, by.account, app.clock.now()).await?;
    tracing::info!(studio = %studio.id, policy = studio.policy.as_deref(), "programme changed");
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(view(studio, &tree)))
}

fn programme_change(app: &AppState, one: ProgrammeChange) -> ProgrammeChangeView {
    let name = |key: String| {
        let policy = store::policy::in_force(&app.store, &key, one.at.day());
        policy.map_or(key, |policy| policy.title.clone())
    };
    ProgrammeChangeView {
        from: one.from.0.map(name),
        to: name(one.to.0),
        from_cycle_start: one.from.1,
        to_cycle_start: one.to.1,
        reason: one.reason,
        by_name: one.by.name,
        at: one.at,
    }
}

fn tier_move(one: TierMove) -> TierMoveView {
    TierMoveView { from: one.from, to: one.to, reason: one.reason, by_name: one.by.name, at: one.at }
}

pub(super) fn member(member: Member) -> MemberView {
    MemberView {
        membership: member.membership.id,
        account: MemberAccount {
            id: member.account.id,
            name: member.account.name,
            title: member.title,
            school: member.school.as_ref().map(schools::name),
        },
        role: member.membership.role,
        from: member.membership.from,
        to: member.membership.to,
        new_teacher: member.marks.new_teacher,
        backbone: member.marks.backbone,
    }
}

pub(super) fn view(studio: Studio, tree: &RegionTree) -> StudioView {
    StudioView {
        id: studio.id,
        name: studio.name,
        tier: studio.tier,
        kind: studio.kind,
        subject: studio.subject,
        region_path: tree.path_name(studio.region),
        region: studio.region,
        cycle_start: studio.cycle_start,
        policy: studio.policy,
        introduction: studio.introduction,
        last_day: studio.last_day,
    }
}
