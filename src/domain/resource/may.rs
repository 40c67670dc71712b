//! May: who sees a Resource, and who may take which step with it.

use super::{Resource, ResourceState, ResourceStep, Visibility};

/// What somebody is to the Studio of a Resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    pub signed_in: bool,
    /// Is in the Studio today, in whatever role.
    pub insider: bool,
    /// A host of it, or an admin.
    pub host: bool,
    /// Of the office that supervises it, or an admin.
    pub supervises: bool,
    /// May decide about it for that office: was not in the Studio within the year.
    pub decides: bool,
    /// Belongs to the Studio's Region.
    pub of_region: bool,
}

/// What of a Resource somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// Hidden parts and drafts, too.
    Everything,
    WhatIsPublished,
    Nothing,
}

impl Standing {
    #[must_use]
    pub fn keeps(self) -> bool {
        self.host || self.supervises
    }

    #[must_use]
    pub fn sees(self, resource: &Resource) -> Sees {
        if self.keeps() {
            return Sees::Everything;
        }
        let reached = match resource.visibility {
            Visibility::Studio => self.insider,
            Visibility::Region => self.insider || self.of_region,
            Visibility::Public => true,
        };
        if reached && resource.state == ResourceState::Published { Sees::WhatIsPublished } else { Sees::Nothing }
    }

    #[must_use]
    pub fn may_edit(self, resource: &Resource) -> bool {
        self.keeps() && !resource.emptied
    }

    /// A host publishes to the Studio by themself; beyond it, the office consents.
    #[must_use]
    pub fn widest(self) -> Option<Visibility> {
        match (self.decides, self.host) {
            (true, _) => Some(Visibility::Public),
            (false, true) => Some(Visibility::Studio),
            (false, false) => None,
        }
    }

    #[must_use]
    pub fn may_publish_to(self, visibility: Visibility) -> bool {
        self.widest().is_some_and(|widest| visibility <= widest)
    }

    /// May this person take the step with this Resource, as it is now?
    #[must_use]
    pub fn may(self, step: ResourceStep, resource: &Resource) -> bool {
        resource.may_step(step).is_ok() && self.is_one_who_may(step, resource.visibility)
    }

    #[must_use]
    pub fn is_one_who_may(self, step: ResourceStep, visibility: Visibility) -> bool {
        match step {
            ResourceStep::Submitted | ResourceStep::Withdrawn => self.keeps(),
            ResourceStep::Published => self.may_publish_to(visibility),
            ResourceStep::Returned
            | ResourceStep::Selected
            | ResourceStep::NotSelected
            | ResourceStep::Held
            | ResourceStep::Released => self.decides,
            ResourceStep::Nominated => self.host,
        }
    }

    #[must_use]
    pub fn may_download(self, resource: &Resource) -> bool {
        let allowed = resource.downloadable && resource.is_whole() && self.sees(resource) != Sees::Nothing;
        (allowed || self.keeps()) && !resource.emptied
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ResourceKind, Selection};
    use super::*;
    use crate::domain::{ResourceId, StudioId, Time};

    fn resource(state: ResourceState, visibility: Visibility) -> Resource {
        Resource {
            id: ResourceId::from_random([1; 10]),
            studio: StudioId::from_random([2; 10]),
            kind: ResourceKind::Recording,
            title: "习作讲评".into(),
            summary: String::new(),
            subject: None,
            stage: None,
            activity: None,
            series: None,
            recording: None,
            presenters: Vec::new(),
            state,
            visibility,
            selection: Selection::None,
            downloadable: false,
            duration_ms: Some(60_000),
            bytes: 1,
            hidden: Vec::new(),
            cut: Vec::new(),
            created_by: None,
            created_at: Time::from_seconds(0),
            published_at: None,
            withdrawn_reason: None,
            selection_reason: None,
            nominated_at: None,
            legal_hold: false,
            keep_until: None,
            emptied: false,
        }
    }

    const NOBODY: Standing =
        Standing { signed_in: false, insider: false, host: false, supervises: false, decides: false, of_region: false };
    const TEACHER: Standing = Standing { signed_in: true, of_region: true, ..NOBODY };
    const MEMBER: Standing = Standing { insider: true, ..TEACHER };
    const HOST: Standing = Standing { host: true, ..MEMBER };
    const OFFICE: Standing = Standing { signed_in: true, supervises: true, decides: true, ..NOBODY };
    /// Of the office, and in the Studio.
    const OWN_OFFICE: Standing = Standing { decides: false, insider: true, ..OFFICE };

    #[test]
    fn only_keepers_see_what_is_not_published() {
        for &state in ResourceState::ALL {
            for &visibility in Visibility::ALL {
                let one = resource(state, visibility);
                for keeper in [HOST, OFFICE, OWN_OFFICE] {
                    assert_eq!(keeper.sees(&one), Sees::Everything);
                }
                let seen = [NOBODY, TEACHER, MEMBER].map(|who| who.sees(&one) == Sees::WhatIsPublished);
                let wanted = match visibility {
                    _ if state != ResourceState::Published => [false; 3],
                    Visibility::Studio => [false, false, true],
                    Visibility::Region => [false, true, true],
                    Visibility::Public => [true; 3],
                };
                assert_eq!(seen, wanted, "{state:?} {visibility:?}");
            }
        }
    }

    #[test]
    fn a_host_publishes_to_the_studio_and_the_office_beyond_it() {
        for &visibility in Visibility::ALL {
            let one = resource(ResourceState::InReview, visibility);
            let may = [MEMBER, HOST, OWN_OFFICE, OFFICE].map(|who| who.may(ResourceStep::Published, &one));
            assert_eq!(may, [false, visibility == Visibility::Studio, false, true], "{visibility:?}");
        }
    }

    #[test]
    fn the_studio_nominates_and_an_office_without_part_in_it_selects() {
        let mut one = resource(ResourceState::Published, Visibility::Region);
        assert!(HOST.may(ResourceStep::Nominated, &one) && !OFFICE.may(ResourceStep::Nominated, &one));
        assert!(!OFFICE.may(ResourceStep::Selected, &one), "nothing was nominated");
        one.selection = Selection::Nominated;
        assert!(OFFICE.may(ResourceStep::Selected, &one));
        assert!(!OWN_OFFICE.may(ResourceStep::Selected, &one) && !HOST.may(ResourceStep::Selected, &one));
    }

    #[test]
    fn what_has_hidden_parts_is_downloaded_by_its_keepers_only() {
        let mut one = resource(ResourceState::Published, Visibility::Public);
        one.downloadable = true;
        assert!(TEACHER.may_download(&one));
        one.hidden = vec![super::super::Part { from_ms: 0, to_ms: 1 }];
        assert!(!TEACHER.may_download(&one) && HOST.may_download(&one));
    }
}
