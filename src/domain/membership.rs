//! Membership: an Account in a Studio with a role, from a day to a day.

use super::invalid::{Checks, Invalid};
use super::words::words;
use super::{AccountId, Day, MembershipId, StudioId};
use serde::{Deserialize, Serialize};

words! {
    pub enum MemberRole {
        Host = "host" / "主持人",
        Core = "core" / "学科带头人",
        Trainee = "trainee" / "骨干学员",
        Follower = "follower" / "网络学员",
        Adviser = "adviser" / "导师",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub id: MembershipId,
    pub studio: StudioId,
    pub account: AccountId,
    pub role: MemberRole,
    /// The first day.
    pub from: Day,
    /// The last day, which still counts; none while the Membership goes on.
    pub to: Option<Day>,
}

impl Membership {
    #[must_use]
    pub fn on(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// May the Membership end on `to`?
    pub fn check_end(&self, to: Option<Day>) -> Result<(), Invalid> {
        check_span(self.from, to)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMembership {
    pub studio: StudioId,
    pub account: AccountId,
    pub role: MemberRole,
    pub from: Day,
    #[serde(default)]
    pub to: Option<Day>,
}

impl NewMembership {
    pub fn check(&self) -> Result<(), Invalid> {
        check_span(self.from, self.to)
    }
}

fn check_span(from: Day, to: Option<Day>) -> Result<(), Invalid> {
    Checks::new().that(to.is_none_or(|to| from <= to), "to", "结束日期不能早于开始日期。").done()
}

/// Who was in the Studio on `day`.
pub fn roster_on(memberships: &[Membership], day: Day) -> impl Iterator<Item = &Membership> {
    memberships.iter().filter(move |membership| membership.on(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(from: &str, to: Option<&str>) -> Membership {
        Membership {
            id: MembershipId::from_random([1; 10]),
            studio: StudioId::from_random([2; 10]),
            account: AccountId::from_random([3; 10]),
            role: MemberRole::Core,
            from: Day::parse(from).unwrap(),
            to: to.map(|to| Day::parse(to).unwrap()),
        }
    }

    #[test]
    fn first_and_last_day_both_count() {
        let roster = [member("2026-06-01", Some("2026-08-31")), member("2026-08-31", None)];
        let on = |day| roster_on(&roster, Day::parse(day).unwrap()).count();
        assert_eq!([on("2026-05-31"), on("2026-06-01"), on("2026-08-31"), on("2026-09-01")], [0, 1, 2, 1]);
    }

    #[test]
    fn a_membership_can_not_end_before_it_begins() {
        let one = member("2026-06-01", None);
        assert!(one.check_end(Some(Day::parse("2026-05-31").unwrap())).is_err());
        assert!(one.check_end(Some(one.from)).is_ok());
    }
}
