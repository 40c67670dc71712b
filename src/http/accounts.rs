//! Accounts: the people who can sign in.

use super::auth::Office;
use super::body::{Id, Json, PageQuery, Query};
use super::error::{ApiError, Need, Refused};
use super::shapes::{AccountChange, AccountForm, AccountSearch, AccountView, PageOf, Rows, SchoolMoveView};
use super::state::AppState;
use super::{regions, schools};
use crate::domain::{
    Account, AccountId, AccountRole, NewAccount, RegionId, RegionTree, SchoolId, SchoolMove, Since, password,
};
use crate::store::account::{AccountFilter, Profile};
use crate::store::{self, Noun, StoreError};
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
        phone: form.phone.filter(|phone| !phone.is_empty()),
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
    may_see(&app, &office, &profile).await?;
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(view(&profile, &tree)))
}

async fn may_see(app: &AppState, office: &Office, profile: &Profile) -> Result<(), ApiError> {
    match profile.school.as_ref() {
        Some(school) => office.over(app, school.region).await,
        None if office.0.is_admin() || office.0.profile.account.id == profile.account.id => Ok(()),
        None => Err(ApiError::Forbidden(Need::Admin)),
    }
}

/// Where the person has taught, as offices have said it, the latest first; none who has been at one School since they are known.
#[utoipa::path(get, path = "/api/accounts/{id}/schools", tag = "accounts", params(("id" = String, Path)),
    responses((status = 200, body = Rows<SchoolMoveView>), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn school_moves(
    State(app): State<AppState>,
    office: Office,
    Id(id): Id,
) -> Result<axum::Json<Rows<SchoolMoveView>>, ApiError> {
    let id = AccountId::parse(&id).map_err(|_| ApiError::Missing(Noun::Account))?;
    let profile = store::account::get(&app.store, id).await?;
    may_see(&app, &office, &profile).await?;
    let moves = store::school_history::of_account(&app.store, id).await?;
    let view = |one: SchoolMove| {
        let SchoolMove { from, to, day, by, at } = one;
        SchoolMoveView { from, to, day, by_name: by.name, at }
    };
    Ok(axum::Json(Rows { rows: moves.into_iter().map(view).collect() }))
}

/// Changes an Account. An office changes teachers of its own Regions, and they stay teachers there; the rest takes an
/// admin. Nobody disables themselves or gives up their own role.
#[utoipa::path(patch, path = "/api/accounts/{id}", tag = "accounts", params(("id" = String, Path)),
    request_body = AccountChange,
    responses((status = 200, body = AccountView), (status = 403, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn change(
    State(app): State<AppState>,
    office: Office,
    Id(id): Id,
    Json(form): Json<AccountChange>,
) -> Result<axum::Json<AccountView>, ApiError> {
    let id = AccountId::parse(&id).map_err(|_| ApiError::Missing(Noun::Account))?;
    let old = store::account::get(&app.store, id).await?;
    // First whether this Account is theirs to change, then what becomes of it.
    may_change(&app, &office, old.account.role, old.school.map(|school| school.region)).await?;
    let password = form.password.clone();
    let new = changed(old.account.clone(), form.clone());
    may_change(&app, &office, new.role, region_of_school(&app, new.school).await?).await?;
    if id == office.0.profile.account.id {
        stays_in_office(&old.account, &new)?;
    }
    // Before the hashing, which costs a core for a while.
    new.check()?;
    let password_hash = match password {
        Some(password) => {
            password::check(&password)?;
            Some(app.passwords.hash(password).await?)
        }
        None => None,
    };
    let (role, school) = (old.account.role, old.account.school);
    let since = Since { day: form.since, by: office.0.profile.account.id, at: app.clock.now() };
    let edit = move |now: Account| {
        // Whose Account it is was asked of this role and School.
        if (now.role, now.school) != (role, school) {
            return Err(StoreError::account_changed());
        }
        Ok(changed(now, form))
    };
    store::account::update(&app.store, id, edit, password_hash, since).await?;
    let profile = store::account::get(&app.store, id).await?;
    let tree = store::region::tree(&app.store).await?;
    Ok(axum::Json(view(&profile, &tree)))
}

/// An office must not reach an admin or another office through the School that they belong to.
async fn may_change(
    app: &AppState,
    office: &Office,
    role: AccountRole,
    region: Option<RegionId>,
) -> Result<(), ApiError> {
    match region {
        _ if office.0.is_admin() => Ok(()),
        Some(region) if role == AccountRole::Teacher => office.over(app, region).await,
        _ => Err(ApiError::Forbidden(Need::Admin)),
    }
}

fn changed(old: Account, form: AccountChange) -> Account {
    let role = form.role.unwrap_or(old.role);
    Account {
        name: form.name.unwrap_or(old.name),
        role,
        scope: form.region_scope.or(old.scope.filter(|_| role == AccountRole::Office)),
        school: form.school.unwrap_or(old.school),
        title: form.title.unwrap_or(old.title),
        subject: form.subject.unwrap_or(old.subject),
        phone: form.phone.map_or(old.phone, |phone| phone.filter(|phone| !phone.is_empty())),
        disabled: form.disabled.unwrap_or(old.disabled),
        ..old
    }
}

/// Otherwise the last admin could lock everybody out.
fn stays_in_office(old: &Account, new: &Account) -> Result<(), ApiError> {
    if new.disabled {
        return Err(ApiError::field("disabled", "不能停用自己的账号，请另一位管理员来做。"));
    }
    if new.role != old.role {
        return Err(ApiError::field("role", "不能改自己的角色，请另一位管理员来做。"));
    }
    Ok(())
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
        phone: account.phone.clone(),
        disabled: account.disabled,
    }
}

async fn region_of_school(app: &AppState, school: Option<SchoolId>) -> Result<Option<RegionId>, ApiError> {
    let Some(school) = school else { return Ok(None) };
    match store::school::get(&app.store, school).await {
        Ok(school) => Ok(Some(school.region)),
        Err(StoreError::NotFound(_)) => Err(ApiError::field("school", "没有这所学校，请重新选择。")),
        Err(other) => Err(other.into()),
    }
}
