//! Signing in and out.

use super::auth::{SignedIn, Visitor};
use super::body::Json;
use super::error::{ApiError, Refused};
use super::key::random;
use super::shapes::{LoginAnswer, LoginForm, Me, MyMembership, Named};
use super::state::AppState;
use super::{accounts, cookie};
use crate::domain::Time;
use crate::domain::login::Failures;
use crate::store;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum_extra::extract::cookie::CookieJar;
use ring::digest::{SHA256, digest};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Which of the two ports the request came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Https(pub(super) bool);

/// Wrong passwords for names that nobody has. They count and lock like real ones, so that the answers tell nobody who
/// has an account.
pub(super) struct UnknownNames {
    failures: Mutex<HashMap<[u8; 32], Failures>>,
    salt: [u8; 16],
}

/// Beyond this, all counts begin afresh: it bounds memory, and someone who tries this many names learns nothing new.
const MOST_UNKNOWN_NAMES: usize = 10_000;

/// Signs in and sets both cookies.
#[utoipa::path(post, path = "/api/logins", tag = "logins", request_body = LoginForm, responses(
    (status = 200, body = LoginAnswer),
    (status = 401, description = "Wrong name or password; `fields.left` says how many tries are left", body = Refused),
    (status = 423, description = "Locked; `fields.until` says until when", body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    Extension(Https(https)): Extension<Https>,
    _own_origin: Visitor,
    jar: CookieJar,
    Json(form): Json<LoginForm>,
) -> Result<(CookieJar, axum::Json<LoginAnswer>), ApiError> {
    let now = app.clock.now();
    let known = store::login::credentials(&app.store, &form.account_name).await?;
    let failures = match &known {
        Some(known) => known.failures,
        None => app.unknown_names.failures(&form.account_name),
    };
    if let Some(until) = failures.locked(now) {
        return Err(locked_out(until));
    }
    let stored = known.as_ref().map(|known| known.password_hash.clone());
    let right = app.passwords.matches(form.password, stored).await?;
    let Some(known) = known.filter(|_| right) else {
        return Err(refuse(&app, &form.account_name, now).await?);
    };
    let issued = store::login::begin(&app.store, known.account.id, now).await?;
    let profile = store::account::get(&app.store, known.account.id).await?;
    let tree = store::region::tree(&app.store).await?;
    tracing::info!(account = %known.account.id, "signed in");
    let jar = cookie::set(jar, issued.token, issued.login.csrf, https);
    Ok((jar, axum::Json(LoginAnswer { account: accounts::view(&profile, &tree) })))
}

/// Signs this browser out.
#[utoipa::path(delete, path = "/api/logins/current", tag = "logins",
    responses((status = 204), (status = 401, body = Refused)))]
pub(super) async fn end(
    State(app): State<AppState>,
    Extension(Https(https)): Extension<Https>,
    me: SignedIn,
    jar: CookieJar,
) -> Result<(CookieJar, StatusCode), ApiError> {
    store::login::end(&app.store, me.login.id).await?;
    Ok((cookie::clear(jar, https), StatusCode::NO_CONTENT))
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/me", tag = "logins", responses((status = 200, body = Me), (status = 401, body = Refused)))]
pub(super) async fn me(State(app): State<AppState>, me: SignedIn) -> Result<axum::Json<Me>, ApiError> {
    let today = app.clock.now().day();
    let tree = store::region::tree(&app.store).await?;
    let memberships = store::membership::of_account(&app.store, me.profile.account.id, today).await?;
    Ok(axum::Json(Me {
        account: accounts::view(&me.profile, &tree),
        memberships: memberships
            .into_iter()
            .map(|one| MyMembership {
                studio: Named::new(one.membership.studio, one.studio_name),
                role: one.membership.role,
            })
            .collect(),
        csrf: me.login.csrf,
    }))
}

/// Counts one more wrong password, whether the name is somebody's or not. The name is read again: another request may
/// have counted meanwhile.
async fn refuse(app: &AppState, name: &str, now: Time) -> Result<ApiError, ApiError> {
    let failures = match store::login::credentials(&app.store, name).await? {
        Some(known) => store::login::failed(&app.store, known.account.id, now).await?,
        None => app.unknown_names.failed(name, now),
    };
    Ok(match failures.locked(now) {
        Some(until) => locked_out(until),
        None => ApiError::WrongPassword { left: failures.left() },
    })
}

pub(super) fn locked_out(until: Time) -> ApiError {
    let iso = until.to_string();
    // `2026-11-20T14:30:00…`: people want the clock only.
    let until_clock = iso.get(11..16).unwrap_or(&iso).to_owned();
    ApiError::LockedOut { until: iso, until_clock }
}

impl Default for UnknownNames {
    fn default() -> Self {
        Self { failures: Mutex::default(), salt: random() }
    }
}

impl UnknownNames {
    fn failures(&self, name: &str) -> Failures {
        let counts = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(&self.key(name)).copied().unwrap_or_default()
    }

    fn failed(&self, name: &str, now: Time) -> Failures {
        let mut counts = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_UNKNOWN_NAMES {
            counts.clear();
        }
        let count = counts.entry(self.key(name)).or_default();
        *count = count.after_failure(now);
        *count
    }

    /// A digest: people mistype their password into the name field, and it must not stay in memory.
    fn key(&self, name: &str) -> [u8; 32] {
        let name = name.trim().to_ascii_lowercase();
        let salted = [&self.salt, name.as_bytes()].concat();
        digest(&SHA256, &salted).as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}
