//! Office: how high it stands that decides about a Studio's year, and whose word replaces whose.

use super::membership::Membership;
use super::words::words;
use super::{AccountId, AccountRole, Day, Level, RegionKind, Tier};

words! {
    /// How high an office stands; a later one is higher.
    pub enum OfficeTier {
        County = "county" / "县级工作站",
        City = "city" / "市级工作站",
        Province = "province" / "省级工作站",
        /// Admins.
        Platform = "platform" / "平台",
    }
}

/// Somebody who decides for an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Officer {
    pub account: AccountId,
    pub tier: OfficeTier,
}

/// A higher office has decided about the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("上级工作站已经就这件事作过决定，要改动请由上级工作站处理。")]
pub struct DecidedAbove;

impl OfficeTier {
    /// Of an Account and the Region that it supervises; none of those who are no office.
    #[must_use]
    pub fn of(role: AccountRole, scope: Option<RegionKind>) -> Option<Self> {
        match (role, scope) {
            (AccountRole::Admin, _) => Some(Self::Platform),
            (AccountRole::Office, Some(RegionKind::Province)) => Some(Self::Province),
            (AccountRole::Office, Some(RegionKind::City)) => Some(Self::City),
            (AccountRole::Office, Some(RegionKind::County)) => Some(Self::County),
            (AccountRole::Office, None) | (AccountRole::Teacher, _) => None,
        }
    }

    /// An office decides anew only what an office as high as itself or a lower one decided.
    pub fn decides_after(self, earlier: Option<Self>) -> Result<(), DecidedAbove> {
        if earlier.is_none_or(|earlier| earlier <= self) { Ok(()) } else { Err(DecidedAbove) }
    }

    /// May it move a Studio between these tiers? Who gives a tier, or takes it, is the office of the higher one.
    #[must_use]
    pub fn moves(self, from: Tier, to: Tier) -> bool {
        let office_of = |tier: Tier| match tier {
            Tier::County => Self::County,
            Tier::City => Self::City,
            Tier::Province => Self::Province,
        };
        office_of(from).max(office_of(to)) <= self
    }

    /// May it found a Studio of this tier, and say under which programme it is? Only up to its own.
    #[must_use]
    pub fn founds(self, tier: Tier) -> bool {
        self.moves(tier, tier)
    }

    /// The highest level of an Activity that it may confirm.
    #[must_use]
    pub const fn highest_level(self) -> Level {
        match self {
            Self::County => Level::County,
            Self::City => Level::City,
            Self::Province | Self::Platform => Level::National,
        }
    }
}

/// Is this somebody's own matter, who has these Memberships in the Studio? Whoever was in it on any day from the first of the
/// assessed year until today decides nothing about that year.
#[must_use]
pub fn own_matter<'a>(memberships: impl IntoIterator<Item = &'a Membership>, first: Day, today: Day) -> bool {
    let first = first.min(today);
    memberships.into_iter().any(|one| one.from <= today && one.to.is_none_or(|to| first <= to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{MemberRole, MembershipId, StudioId};

    #[test]
    fn the_office_of_the_higher_tier_moves_a_studio() {
        assert!(OfficeTier::City.moves(Tier::County, Tier::City) && OfficeTier::City.moves(Tier::City, Tier::County));
        assert!(
            !OfficeTier::County.moves(Tier::County, Tier::City) && !OfficeTier::County.moves(Tier::City, Tier::County)
        );
        assert!(
            !OfficeTier::City.moves(Tier::City, Tier::Province)
                && OfficeTier::Province.moves(Tier::City, Tier::Province)
        );
        assert!(OfficeTier::Platform.moves(Tier::Province, Tier::County));
    }

    #[test]
    fn an_office_founds_studios_up_to_its_own_tier() {
        let founds = |office: OfficeTier| Tier::ALL.iter().filter(|tier| office.founds(**tier)).count();
        assert_eq!(OfficeTier::ALL.iter().map(|office| founds(*office)).collect::<Vec<_>>(), [1, 2, 3, 3]);
    }

    #[test]
    fn an_office_replaces_the_word_of_its_own_height_and_of_lower_ones() {
        for &later in OfficeTier::ALL {
            assert_eq!(later.decides_after(None), Ok(()));
            for &earlier in OfficeTier::ALL {
                assert_eq!(later.decides_after(Some(earlier)).is_ok(), later as u8 >= earlier as u8, "{later:?}");
            }
        }
    }

    #[test]
    fn only_offices_and_admins_have_a_height() {
        let county = Some(RegionKind::County);
        assert_eq!(OfficeTier::of(AccountRole::Admin, None), Some(OfficeTier::Platform));
        assert_eq!(OfficeTier::of(AccountRole::Office, county), Some(OfficeTier::County));
        assert_eq!(OfficeTier::of(AccountRole::Teacher, county), None);
        assert_eq!(OfficeTier::of(AccountRole::Office, None), None);
    }

    #[test]
    fn who_was_in_the_studio_within_the_year_has_it_as_their_own_matter() {
        let day = |text: &str| Day::parse(text).unwrap();
        let of = |from: &str, to: Option<&str>| Membership {
            id: MembershipId::from_random([1; 10]),
            studio: StudioId::from_random([2; 10]),
            account: AccountId::from_random([3; 10]),
            role: MemberRole::Adviser,
            from: day(from),
            to: to.map(day),
        };
        let own = |one: Membership| own_matter([&one], day("2026-01-01"), day("2026-11-22"));
        assert!(own(of("2025-03-01", None)), "today");
        assert!(own(of("2025-03-01", Some("2026-01-01"))), "on its first day");
        assert!(!own(of("2025-03-01", Some("2025-12-31"))), "the day before");
        assert!(!own(of("2026-11-23", None)), "from tomorrow on");
        let next_year = own_matter([&of("2025-03-01", None)], day("2027-01-01"), day("2026-11-22"));
        assert!(next_year, "of a year to come, today's members");
    }
}
