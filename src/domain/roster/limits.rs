//! What a Policy says about how many may be on the roster.

use super::super::MemberRole;
use super::super::policy::{Comparison, Measure, Origin, Part, PeriodKind, Policy, Scope};

/// How many core members the Policy allows at one time; none where it says nothing.
#[must_use]
pub fn most_core(policy: &Policy) -> Option<u32> {
    let of_now = policy.criteria.iter().filter(|one| one.scope == Scope::Studio && one.period == PeriodKind::Now);
    of_now.flat_map(|criterion| &criterion.parts).filter_map(|part| most(policy, part)).min()
}

fn most(policy: &Policy, part: &Part) -> Option<u32> {
    let Measure::Members { population, origin: Origin::Any } = &part.measure else { return None };
    let only_core = policy.populations.get(population).is_some_and(|one| one.roles == [MemberRole::Core]);
    match part.is {
        Comparison::AtMost(most) | Comparison::Exactly(most) | Comparison::Between(_, most) if only_core => Some(most),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::policy::built_in;
    use super::*;

    #[test]
    fn fifteen_core_members_are_the_most_in_zhejiang() {
        let policy = built_in().iter().find(|policy| policy.key == "zhejiang-2019").unwrap();
        assert_eq!(most_core(policy), Some(15));
    }
}
