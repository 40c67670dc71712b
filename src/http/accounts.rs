//! Accounts: the people who can sign in.

use super::auth::Office;
use super::body::{Id, Json, PageQuery, Query};
use super::error::{ApiError, Need, Refused};
use super::shapes::{AccountForm, AccountSearch, AccountView, PageOf};
use super::state::AppState;
use super::{regions, schools};
use crate::domain::{AccountId, AccountRole, NewAccount, RegionId, RegionTree, SchoolId, password};
use crate::store::account::{AccountFilter, Profile};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

/// Accounts by name. An office sees those of its own Regions.
#[utoipa::path(get, path = "/api/accounts", tag = "accounts", params(AccountSearch, PageQuery),
    responses((status = 200, body = PageOf<AccountView>), (status = 403, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    office: Office,
    Query(search): Query<AccountSearch>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PageOf<AccountView>>, ApiError> {
    let within = match search.region {
        Some(region) => {
            office.over(&app, region).await?;
            Some(region)
        }
        None => office.0.profile.account.scope,
    };
    let filter =
        AccountFilter { search: search.q.unwrap_or_default(), role: search.role, school: search.school, within };
    let tree = store::region::tree(&app.store).await?;
    let found = store::account::list(&app.store, &filter, page.page()).await?;
    Ok(axum::Json(PageOf::from(found.map(|profile| view(&profile, &tree)))))
}

/// Adds an Account. An office adds teachers of its own Regions; the other roles take an admin.
#[utoipa::path(post, path = "/api/accounts", tag = "accounts", request_body = AccountForm,
    responses((status = 201, body = AccountView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    office: Office,
    Json(form): Json<AccountForm>,
) -> Result<(StatusCode, axum::Json<AccountView>), ApiError> {
    if form.role != AccountRole::Teacher && !office.0.is_admin() {
        return Err(ApiError::Forbidden(Need::Admin));
    }
    if let Some(region) = region_of_school(&app, form.school).await? {
        office.over(&app, region).await?;
    }
    password::check(&form.password)?;
    let mut new = NewAccount {
        login_name: form.login_name,
        name: form.name,
        role: form.role,
        scope: form.region_scope,
        school: form.school,
        title: form.title,
        subject: form.subject,
        password_hash: String::new(),
    };
    // Before the hashing, which costs a core for a while.
    new.check()?;
    new.password_hash = app.passwords.hash(form.password).await?;
    let account = store::account::create(&app.store, new, app.clock.now()).await?;
    let profile = store::account::get(&app.store, account.id).await?;
    let tree = store::region::tree(&app.store).await?;
    Ok((StatusCode::CREATED, axum::Json(view(&profile, &tree))))
}

#[utoipa::path(get, path = "/api/accounts/{id}", tag = "accounts", params(("id" = String, Path)),
    responses((status = 200, body = AccountView), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    office: Office,
    Id(id): Id,
) -> Result<axum::Json<AccountView>, ApiError> {
    let id = AccountId::parse(&id).map_err(|_| ApiError::Missing(Noun::Account))?;
    let profile = store::account::get(&app.store, id).await?;
    match profile.school.as_ref() {
        Some(school) => office.over(&app, school.region).await?,
        None if office.0.is_admin() || office.0.profile.account.id == id => {}
        None => return Err(ApiError::Forbidden(Need::Admin)),
    }
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(view(&profile, &tree)))
}

pub(super) fn view(profile: &Profile, tree: &RegionTree) -> AccountView {
    let account = &profile.account;
    AccountView {
        id: account.id,
        name: account.name.clone(),
        login_name: account.login_name.clone(),
        role: account.role,
        school: profile.school.as_ref().map(schools::name),
        region: profile.school.as_ref().and_then(|school| regions::name(school.region, tree)),
        region_scope: account.scope.and_then(|scope| regions::name(scope, tree)),
        title: account.title.clone(),
        subject: account.subject.clone(),
        disabled: account.disabled,
    }
}

async fn region_of_school(app: &AppState, school: Option<SchoolId>) -> Result<Option<RegionId>, ApiError> {
    let Some(school) = school else { return Ok(None) };
    match store::school::get(&app.store, school).await {
        Ok(school) => Ok(Some(school.region)),
        Err(store::StoreError::NotFound(_)) => Err(ApiError::field("school", "没有这所学校，请重新选择。")),
        Err(other) => Err(other.into()),
    }
}
