//! Authority: about which Studios somebody may decide, and for which office. Nobody decides about their own.

use super::auth::{OfStudio, SignedIn};
use super::body::path_parameter;
use super::error::{ApiError, Need};
use super::state::AppState;
use crate::domain::office::own_matter;
use crate::domain::participation::{first_day, year_of};
use crate::domain::policy::YearKind;
use crate::domain::{AccountId, AccountRole, Day, Membership, OfficeTier, Officer, RegionId, RegionTree, Studio};
use crate::store;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// What the decisions of one person rest on, read once for however many Studios.
pub(super) struct Authority {
    account: AccountId,
    tier: Option<OfficeTier>,
    /// The Region that the office supervises; none of admins, who supervise all.
    scope: Option<RegionId>,
    tree: RegionTree,
    memberships: Vec<Membership>,
}

/// Whoever decides about the noun of the path for the office that supervises its Studio; nobody who was in the Studio within
/// the assessed year that the noun belongs to.
pub(super) struct SupervisorOf<T> {
    pub(super) me: SignedIn,
    pub(super) by: Officer,
    pub(super) authority: Authority,
    pub(super) studio: Studio,
    pub(super) noun: T,
}

impl Authority {
    pub(super) async fn of(app: &AppState, me: &SignedIn) -> Result<Self, ApiError> {
        let account = &me.profile.account;
        let tree = store::region::tree(&app.store).await?;
        let scope = account.scope.filter(|_| account.role == AccountRole::Office);
        let tier = OfficeTier::of(account.role, scope.and_then(|scope| tree.get(scope)).map(|region| region.kind));
        let memberships = match tier {
            Some(_) => store::membership::all_of_account(&app.store, account.id).await?,
            None => Vec::new(),
        };
        Ok(Self { account: account.id, tier, scope, tree, memberships })
    }

    /// How high the office of this person stands, if it supervises the Studio.
    pub(super) fn tier_over(&self, studio: &Studio) -> Option<OfficeTier> {
        let within = |scope| self.tree.covers(scope, studio.region);
        self.tier.filter(|tier| *tier == OfficeTier::Platform || self.scope.is_some_and(within))
    }

    /// May this person decide about the assessed year of the Studio that `day` lies in?
    pub(super) fn over(&self, app: &AppState, studio: &Studio, day: Day) -> Result<Officer, Need> {
        let tier = self.tier_over(studio).ok_or(Need::OfficeOfRegion)?;
        let policy = studio.policy.as_deref().and_then(|key| store::policy::in_force(&app.store, key, day));
        let kind = policy.map_or(YearKind::Calendar, |policy| policy.year);
        let first = first_day(kind, year_of(kind, day));
        let here = self.memberships.iter().filter(|one| one.studio == studio.id);
        if own_matter(here, first, app.clock.now().day()) {
            return Err(Need::NotOwnStudio);
        }
        Ok(Officer { account: self.account, tier })
    }
}

impl<T: OfStudio> SupervisorOf<T> {
    /// Whoever decides may decide also about the year that `day` lies in.
    pub(super) fn over_year_of(&self, app: &AppState, day: Day) -> Result<Officer, ApiError> {
        self.authority.over(app, &self.studio, day).map_err(ApiError::Forbidden)
    }
}

impl<T: OfStudio> FromRequestParts<AppState> for SupervisorOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let noun = T::load(app, &path_parameter(parts, app, "id").await?).await?;
        let studio = store::studio::get(&app.store, noun.studio()).await?;
        let authority = Authority::of(app, &me).await?;
        let day = noun.day().unwrap_or_else(|| app.clock.now().day());
        let by = authority.over(app, &studio, day).map_err(ApiError::Forbidden)?;
        Ok(Self { me, by, authority, studio, noun })
    }
}
