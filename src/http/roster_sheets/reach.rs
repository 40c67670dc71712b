//! Whose Accounts somebody may change or add: an office those of teachers in its own Regions, an admin all, others none.

use super::super::auth::SignedIn;
use super::super::error::ApiError;
use super::super::state::AppState;
use crate::domain::roster::{RosterPerson, RosterSchool};
use crate::domain::{AccountRole, RegionId, RegionTree, School};
use crate::store;
use crate::store::account::Profile;

pub(super) struct Reach {
    tree: RegionTree,
    admin: bool,
    scope: Option<RegionId>,
}

impl Reach {
    pub(super) async fn of(app: &AppState, me: &SignedIn) -> Result<Self, ApiError> {
        let account = &me.profile.account;
        let scope = account.scope.filter(|_| account.role == AccountRole::Office);
        Ok(Self { tree: store::region::tree(&app.store).await?, admin: me.is_admin(), scope })
    }

    /// Is there any Account that may be changed?
    pub(super) fn is_any(&self) -> bool {
        self.admin || self.scope.is_some()
    }

    pub(super) fn may_change(&self, Profile { account, school }: &Profile) -> bool {
        let teacher = account.role == AccountRole::Teacher;
        self.admin || (teacher && school.as_ref().is_some_and(|school| self.over(school.region)))
    }

    pub(super) fn person(&self, profile: Profile) -> RosterPerson {
        let may_change = self.may_change(&profile);
        let account = profile.account;
        RosterPerson {
            account: account.id,
            name: account.name,
            phone: account.phone,
            school: account.school,
            title: account.title,
            subject: account.subject,
            disabled: account.disabled,
            may_change,
        }
    }

    pub(super) fn school(&self, school: School, studio: RegionId) -> RosterSchool {
        let region = self.tree.get(school.region).map_or_else(String::new, |region| region.name.clone());
        let (near, may_fill) = (self.tree.covers(studio, school.region), self.over(school.region));
        RosterSchool::of(school, region, near, may_fill)
    }

    fn over(&self, region: RegionId) -> bool {
        self.admin || self.scope.is_some_and(|scope| self.tree.covers(scope, region))
    }
}
