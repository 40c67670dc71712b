//! Desk: what somebody is to each Studio, read once for however many Resources.

use crate::domain::resource::Standing;
use crate::domain::{AccountRole, MemberRole, Membership, RegionId, RegionTree, Studio};
use crate::http::auth::SignedIn;
use crate::http::authority::Authority;
use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::store::resource::Reader;
use crate::store::{self};

pub(super) struct Desk {
    pub(super) me: Option<SignedIn>,
    authority: Option<Authority>,
    tree: RegionTree,
    memberships: Vec<Membership>,
    /// Where the person belongs: the Region of their School, or of their office.
    region: Option<RegionId>,
}

impl Desk {
    pub(super) async fn of(app: &AppState, me: Option<SignedIn>) -> Result<Self, ApiError> {
        let tree = store::region::tree(&app.store).await?;
        let Some(me) = me else {
            return Ok(Self { me: None, authority: None, tree, memberships: Vec::new(), region: None });
        };
        let account = &me.profile.account;
        let today = app.clock.now().day();
        // Of a Studio that is closed those of its last day: what its members could watch they still can.
        let memberships = store::membership::last_of_account(&app.store, account.id, today).await?;
        let region = me.profile.school.as_ref().map(|school| school.region).or(account.scope);
        let authority = Some(Authority::of(app, &me).await?);
        Ok(Self { authority, tree, memberships, region, me: Some(me) })
    }

    pub(super) fn is_signed_in(&self) -> bool {
        self.me.is_some()
    }

    pub(super) fn standing(&self, app: &AppState, studio: &Studio) -> Standing {
        let (Some(me), Some(authority)) = (&self.me, &self.authority) else { return Standing::default() };
        let today = app.clock.now().day();
        let role = self.memberships.iter().find(|one| one.studio == studio.id).map(|one| one.role);
        Standing {
            signed_in: true,
            insider: role.is_some(),
            host: me.is_admin() || (role == Some(MemberRole::Host) && studio.works_on(today)),
            supervises: authority.tier_over(studio).is_some(),
            decides: authority.over(app, studio, today).is_ok(),
            of_region: self.region.is_some_and(|region| self.tree.covers(studio.region, region)),
        }
    }

    /// Whose library it is.
    pub(super) fn reader(&self) -> Reader {
        let Some(me) = &self.me else { return Reader::default() };
        let scope = me.profile.account.scope.filter(|_| me.profile.account.role == AccountRole::Office);
        Reader {
            all: me.is_admin(),
            studios: self.memberships.iter().map(|one| one.studio).collect(),
            regions: self
                .region
                .map(|region| self.tree.path(region))
                .unwrap_or_default()
                .iter()
                .map(|one| one.id)
                .collect(),
            supervised: scope.map(|scope| self.tree.within(scope)).unwrap_or_default(),
        }
    }
}
