//! Who may read a YearEnd, and who settles it.

use super::super::auth::{OfStudio, SignedIn};
use super::super::body::path_parameter;
use super::super::error::{ApiError, Need};
use super::super::state::AppState;
use crate::domain::{MemberRole, Studio, StudioId, YearEndId};
use crate::store::certificate::{self, Certificate};
use crate::store::year_end::{self, YearEnd};
use crate::store::{self, Noun};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::collections::BTreeSet;

/// The office of the YearEnd's Region, or one above it.
pub(in super::super) struct SettlerOf<T> {
    pub(in super::super) me: SignedIn,
    pub(in super::super) noun: T,
}

/// The office, or a host of a Studio in a list that is published.
pub(in super::super) struct ConcernedBy {
    pub(in super::super) me: SignedIn,
    pub(in super::super) year_end: YearEnd,
    pub(in super::super) office: bool,
    /// The Studios in the list that this person hosts, or hosted on their last day.
    pub(in super::super) own: Vec<StudioId>,
}

/// A Studio in the list of a YearEnd: for the office that settles it, and once it is published for everybody who may see the
/// Studio's Scorecard.
pub(in super::super) struct ReaderOf {
    pub(in super::super) me: SignedIn,
    pub(in super::super) year_end: YearEnd,
    pub(in super::super) studio: Studio,
}

/// A Certificate, for the office, the hosts of the Studio and whose credits it tells of.
pub(in super::super) struct HolderOf(pub(in super::super) Certificate);

impl SignedIn {
    async fn settles(&self, app: &AppState, year_end: &YearEnd) -> Result<bool, ApiError> {
        Ok(self.is_admin() || self.supervises(app, year_end.region).await?)
    }
}

async fn named(parts: &mut Parts, app: &AppState) -> Result<YearEnd, ApiError> {
    let id = path_parameter(parts, app, "id").await?;
    let id = YearEndId::parse(&id).map_err(|_| ApiError::Missing(Noun::YearEnd))?;
    Ok(year_end::get(&app.store, id).await?)
}

async fn certificate_named(parts: &mut Parts, app: &AppState) -> Result<Certificate, ApiError> {
    let id = path_parameter(parts, app, "id").await?;
    let id = crate::domain::IssueId::parse(&id).map_err(|_| ApiError::Missing(Noun::Certificate))?;
    Ok(certificate::get(&app.store, id).await?)
}

impl FromRequestParts<AppState> for SettlerOf<YearEnd> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let noun = named(parts, app).await?;
        if me.settles(app, &noun).await? {
            Ok(Self { me, noun })
        } else {
            Err(ApiError::Forbidden(Need::OfficeOfRegion))
        }
    }
}

impl FromRequestParts<AppState> for SettlerOf<Certificate> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let noun = certificate_named(parts, app).await?;
        let year_end = year_end::get(&app.store, noun.year_end).await?;
        if me.settles(app, &year_end).await? {
            return Ok(Self { me, noun });
        }
        Err(ApiError::Forbidden(Need::OfficeOfRegion))
    }
}

impl FromRequestParts<AppState> for ConcernedBy {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let year_end = named(parts, app).await?;
        let office = me.settles(app, &year_end).await?;
        let mut own = Vec::new();
        if year_end.published.is_some() {
            let listed = year_end::studios_of(&app.store, year_end.id).await?;
            let hosted = store::membership::all_of_account(&app.store, me.profile.account.id).await?.into_iter();
            let hosted = hosted.filter(|one| one.role == MemberRole::Host && listed.contains(&one.studio));
            let hosted: BTreeSet<StudioId> = hosted.map(|one| one.studio).collect();
            for studio in hosted {
                let studio = store::studio::get(&app.store, studio).await?;
                own.extend(me.hosted(app, &studio).await?.then_some(studio.id));
            }
        }
        if office || !own.is_empty() {
            return Ok(Self { me, year_end, office, own });
        }
        Err(ApiError::Forbidden(Need::HostOrOffice))
    }
}

impl FromRequestParts<AppState> for ReaderOf {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let year_end = named(parts, app).await?;
        let studio = Studio::load(app, &path_parameter(parts, app, "studio").await?).await?;
        if !me.settles(app, &year_end).await? {
            if year_end.published.is_none() {
                return Err(ApiError::Forbidden(Need::OfficeOfRegion));
            }
            me.must_be_in(app, studio.id).await?;
        }
        Ok(Self { me, year_end, studio })
    }
}

impl FromRequestParts<AppState> for HolderOf {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let certificate = certificate_named(parts, app).await?;
        let own = certificate.account.as_ref().is_some_and(|person| person.id == me.profile.account.id);
        let year_end = year_end::get(&app.store, certificate.year_end).await?;
        let studio = store::studio::get(&app.store, certificate.studio).await?;
        if own || me.hosted(app, &studio).await? || me.settles(app, &year_end).await? {
            return Ok(Self(certificate));
        }
        Err(ApiError::Forbidden(Need::HostOrOffice))
    }
}
