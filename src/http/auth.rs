//! Who is asking: access as extractors, so that a handler's signature says who may call it.
//!
//! Each extractor proves something about the request before the handler runs. Admins pass every door for accounts.

use super::authority::Authority;
use super::body::path_parameter;
use super::cookie::{self, CSRF_HEADER};
use super::error::{ApiError, Need};
use super::state::AppState;
use crate::domain::login::Login;
use crate::domain::{
    AccountRole, Activity, ActivityId, Day, MemberRole, Membership, MembershipId, OfficeTier, Region, RegionId, School,
    SchoolId, Session, SessionId, Studio, StudioId, Tier,
};
use crate::store::account::Profile;
use crate::store::{self, Noun, StoreError};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};
use axum_extra::extract::cookie::CookieJar;
use std::future::Future;

/// The person whose login came with the request. For requests that change something, the page has proved to be ours.
pub(super) struct SignedIn {
    pub(super) profile: Profile,
    pub(super) login: Login,
}

/// Anybody; with the login, if there is one.
pub(super) struct Visitor(pub(super) Option<SignedIn>);

/// Anybody, for a request whose CSRF token may come in its body: `sendBeacon` carries no header.
pub(super) struct BeforeCsrf {
    me: Option<SignedIn>,
    proved: bool,
}

/// An admin, or somebody of an office; [`Office::over`] proves that a Region is theirs.
pub(super) struct Office(pub(super) SignedIn);

/// A host of the Studio that the noun of the path belongs to.
pub(super) struct HostOf<T> {
    pub(super) me: SignedIn,
    pub(super) noun: T,
}

/// The office that supervises the Region of the noun of the path.
pub(super) struct OfficeOf<T> {
    pub(super) office: Office,
    pub(super) noun: T,
}

/// A host of the noun's Studio, or the office that supervises it.
pub(super) struct KeeperOf<T> {
    pub(super) me: SignedIn,
    pub(super) noun: T,
}

/// Somebody who is in the noun's Studio today, or was on its last day, or keeps it.
pub(super) struct InsiderOf<T> {
    pub(super) me: SignedIn,
    pub(super) noun: T,
}

/// A host of any Studio, somebody of any office, or an admin.
pub(super) struct AnyKeeper;

/// A noun that can be named in a path and belongs to a Studio.
pub(super) trait OfStudio: Sized + Send {
    fn load(app: &AppState, id: &str) -> impl Future<Output = Result<Self, ApiError>> + Send;
    fn studio(&self) -> StudioId;

    /// A day of the assessed year that a decision about it belongs to; none of what always belongs to today's.
    fn day(&self) -> Option<Day> {
        None
    }
}

/// A Session together with the Activity that it is the occurrence of.
pub(super) struct Occurrence {
    pub(super) session: Session,
    pub(super) activity: Activity,
}

impl SignedIn {
    pub(super) fn is_admin(&self) -> bool {
        self.profile.account.role == AccountRole::Admin
    }

    /// Is this person a host of the Studio today?
    pub(super) async fn hosts(&self, app: &AppState, studio: StudioId) -> Result<bool, ApiError> {
        let today = app.clock.now().day();
        let role = store::membership::role_on(&app.store, studio, self.profile.account.id, today).await?;
        Ok(role == Some(MemberRole::Host))
    }

    /// Is this person a host of the Studio, or was one on its last day?
    pub(super) async fn hosted(&self, app: &AppState, studio: &Studio) -> Result<bool, ApiError> {
        Ok(self.last_role_in(app, studio).await? == Some(MemberRole::Host))
    }

    /// What this person is in the Studio today, or was on its last day.
    async fn last_role_in(&self, app: &AppState, studio: &Studio) -> Result<Option<MemberRole>, ApiError> {
        let day = studio.last_working_day(app.clock.now().day());
        Ok(store::membership::role_on(&app.store, studio.id, self.profile.account.id, day).await?)
    }

    /// Does the office of this person supervise the Region?
    pub(super) async fn supervises(&self, app: &AppState, region: RegionId) -> Result<bool, ApiError> {
        let Some(scope) = self.profile.account.scope.filter(|_| self.profile.account.role == AccountRole::Office)
        else {
            return Ok(false);
        };
        Ok(store::region::tree(&app.store).await?.covers(scope, region))
    }

    /// May this person change the Studio and what belongs to it?
    pub(super) async fn keeps(&self, app: &AppState, studio: &Studio) -> Result<bool, ApiError> {
        Ok(self.is_admin() || self.hosts(app, studio.id).await? || self.supervises(app, studio.region).await?)
    }
}

impl SignedIn {
    /// May this person decide about the year of the Studio that goes on?
    pub(super) async fn may_decide_about(&self, app: &AppState, studio: &Studio) -> Result<bool, ApiError> {
        Ok(Authority::of(app, self).await?.over(app, studio, app.clock.now().day()).is_ok())
    }

    /// Refuses those who are neither in the Studio nor keep it, nor were in it on its last day.
    pub(super) async fn must_be_in(&self, app: &AppState, studio: StudioId) -> Result<(), ApiError> {
        let studio = store::studio::get(&app.store, studio).await?;
        if self.last_role_in(app, &studio).await?.is_some() || self.keeps(app, &studio).await? {
            return Ok(());
        }
        Err(ApiError::Forbidden(Need::Member))
    }
}

impl Office {
    /// Refuses unless `region` lies in the Region that this person's office supervises.
    pub(super) async fn over(&self, app: &AppState, region: RegionId) -> Result<(), ApiError> {
        if self.0.is_admin() || self.0.supervises(app, region).await? {
            return Ok(());
        }
        Err(ApiError::Forbidden(Need::OfficeOfRegion))
    }

    /// Refuses where a Studio of this tier is for a higher office to found.
    pub(super) async fn must_found(&self, app: &AppState, tier: Tier) -> Result<(), ApiError> {
        let account = &self.0.profile.account;
        let tree = store::region::tree(&app.store).await?;
        let scope = account.scope.and_then(|scope| tree.get(scope)).map(|region| region.kind);
        if OfficeTier::of(account.role, scope).is_some_and(|own| own.founds(tier)) {
            return Ok(());
        }
        Err(ApiError::Forbidden(Need::OfficeOfTier))
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        Ok(Self(BeforeCsrf::from_request_parts(parts, app).await?.with("")?))
    }
}

impl FromRequestParts<AppState> for BeforeCsrf {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if changes && !is_own_origin(&parts.headers, &parts.uri) {
            return Err(ApiError::ForeignOrigin);
        }
        let jar = CookieJar::from_headers(&parts.headers);
        let nobody = Self { me: None, proved: true };
        let Some(token) = cookie::presented(&jar) else { return Ok(nobody) };
        let Some((login, profile)) = store::login::find(&app.store, token, app.clock.now()).await? else {
            return Ok(nobody);
        };
        let proved = !changes || has_csrf(&parts.headers, &login);
        Ok(Self { me: Some(SignedIn { profile, login }), proved })
    }
}

impl BeforeCsrf {
    /// Who it is, when the header or this token from the body proves that a page of ours asked.
    pub(super) fn with(self, told: &str) -> Result<Option<SignedIn>, ApiError> {
        match self.me {
            Some(me) if !self.proved && !cookie::same(told, &me.login.csrf) => Err(ApiError::CsrfMissing),
            me => Ok(me),
        }
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let Visitor(somebody) = Visitor::from_request_parts(parts, app).await?;
        somebody.ok_or(ApiError::SignInFirst)
    }
}

impl FromRequestParts<AppState> for Office {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        if matches!(me.profile.account.role, AccountRole::Admin | AccountRole::Office) {
            return Ok(Self(me));
        }
        Err(ApiError::Forbidden(Need::Office))
    }
}

impl FromRequestParts<AppState> for OfficeOf<Region> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let office = Office::from_request_parts(parts, app).await?;
        let id = path_parameter(parts, app, "id").await?;
        let id = RegionId::parse(&id).map_err(|_| ApiError::Missing(Noun::Region))?;
        let noun = store::region::get(&app.store, id).await?;
        office.over(app, id).await?;
        Ok(Self { office, noun })
    }
}

impl FromRequestParts<AppState> for OfficeOf<School> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let office = Office::from_request_parts(parts, app).await?;
        let id = path_parameter(parts, app, "id").await?;
        let id = SchoolId::parse(&id).map_err(|_| ApiError::Missing(Noun::School))?;
        let noun = store::school::get(&app.store, id).await?;
        office.over(app, noun.region).await?;
        Ok(Self { office, noun })
    }
}

impl FromRequestParts<AppState> for AnyKeeper {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        if matches!(me.profile.account.role, AccountRole::Admin | AccountRole::Office) {
            return Ok(Self);
        }
        let today = app.clock.now().day();
        let memberships = store::membership::of_account(&app.store, me.profile.account.id, today).await?;
        if memberships.iter().any(|one| one.membership.role == MemberRole::Host) {
            return Ok(Self);
        }
        Err(ApiError::Forbidden(Need::AnyHostOrOffice))
    }
}

impl<T: OfStudio> FromRequestParts<AppState> for HostOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let noun = T::load(app, &path_parameter(parts, app, "id").await?).await?;
        if me.is_admin() || me.hosts(app, noun.studio()).await? {
            return Ok(Self { me, noun });
        }
        Err(ApiError::Forbidden(Need::Host))
    }
}

impl<T: OfStudio> FromRequestParts<AppState> for KeeperOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let noun = T::load(app, &path_parameter(parts, app, "id").await?).await?;
        let studio = store::studio::get(&app.store, noun.studio()).await?;
        if me.keeps(app, &studio).await? {
            return Ok(Self { me, noun });
        }
        Err(ApiError::Forbidden(Need::HostOrOffice))
    }
}

impl<T: OfStudio> FromRequestParts<AppState> for InsiderOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let noun = T::load(app, &path_parameter(parts, app, "id").await?).await?;
        me.must_be_in(app, noun.studio()).await?;
        Ok(Self { me, noun })
    }
}

impl OfStudio for Studio {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = StudioId::parse(id).map_err(|_| ApiError::Missing(Noun::Studio))?;
        Ok(store::studio::get(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.id
    }
}

impl OfStudio for Activity {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = ActivityId::parse(id).map_err(|_| ApiError::Missing(Noun::Activity))?;
        Ok(store::activity::get(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.studio
    }

    fn day(&self) -> Option<Day> {
        Some(self.planned_start.day())
    }
}

impl OfStudio for Occurrence {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = SessionId::parse(id).map_err(|_| ApiError::Missing(Noun::Session))?;
        let session = store::session::get(&app.store, id).await?;
        let activity = store::activity::get(&app.store, session.activity).await?;
        Ok(Self { session, activity })
    }

    fn studio(&self) -> StudioId {
        self.activity.studio
    }
}

impl OfStudio for Membership {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = MembershipId::parse(id).map_err(|_| ApiError::Missing(Noun::Membership))?;
        Ok(store::membership::get(&app.store, id).await?)
    }

    fn studio(&self) -> StudioId {
        self.studio
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Invalid(invalid) => invalid.into(),
            StoreError::Refused(refusal) => Self::Conflict { code: refusal.code(), sentence: refusal.to_string() },
            StoreError::Closing(refusal) => Self::Conflict { code: refusal.code(), sentence: refusal.to_string() },
            StoreError::Case(refusal) => Self::Conflict { code: refusal.code(), sentence: refusal.to_string() },
            StoreError::YearEnd(refusal) => Self::Conflict { code: refusal.code(), sentence: refusal.to_string() },
            StoreError::DecidedAbove(_) => Self::Forbidden(Need::DecidedAbove),
            StoreError::Application(refusal) => Self::Conflict { code: refusal.code(), sentence: refusal.to_string() },
            StoreError::Resource(refusal) => Self::Conflict { code: refusal.code(), sentence: refusal.to_string() },
            StoreError::Conflict(constraint) => match constraint.field {
                Some(field) => Self::field(field, constraint.sentence),
                None => Self::Conflict { code: constraint.name, sentence: constraint.sentence.to_owned() },
            },
            StoreError::NotFound(noun) => Self::Missing(noun),
            StoreError::Busy => Self::Busy,
            StoreError::Locked { until } => super::logins::locked_out(until),
            inside => Self::inside(inside),
        }
    }
}

/// A browser names the page's origin with every request that changes something. Programs that name none pass: they
/// hold no cookie that another site could ride on.
fn is_own_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let host = host.or_else(|| uri.authority().map(axum::http::uri::Authority::as_str));
    let origin_host = origin.to_str().ok().and_then(|o| o.split_once("://")).map(|(_, host)| host);
    origin_host.is_some() && origin_host == host
}

fn has_csrf(headers: &HeaderMap, login: &Login) -> bool {
    let presented = headers.get(CSRF_HEADER).and_then(|h| h.to_str().ok());
    presented.is_some_and(|presented| cookie::same(presented, &login.csrf))
}
