//! Ranks by points: those with as many points share one, and the next rank counts them all.

use super::super::Tier;

/// The rank of each among those of its tier, in the order in which they are given.
#[must_use]
pub fn ranks(points: &[(Tier, u32)]) -> Vec<u32> {
    let ahead = |&(tier, own): &(Tier, u32)| points.iter().filter(|one| one.0 == tier && one.1 > own).count();
    points.iter().map(|one| u32::try_from(ahead(one)).unwrap_or(u32::MAX).saturating_add(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_points_share_a_rank_and_the_next_counts_them_all() {
        let province = |points| (Tier::Province, points);
        assert_eq!(ranks(&[province(80), province(90), province(80), province(70)]), [2, 1, 2, 4]);
    }

    #[test]
    fn each_tier_is_ranked_by_itself() {
        assert_eq!(ranks(&[(Tier::Province, 10), (Tier::County, 5), (Tier::Province, 20)]), [2, 1, 1]);
    }

    #[test]
    fn the_order_in_which_they_are_given_does_not_matter() {
        let given = [(Tier::City, 3), (Tier::City, 9), (Tier::County, 4), (Tier::City, 3)];
        let mut turned = given;
        turned.reverse();
        let mut back = ranks(&turned);
        back.reverse();
        assert_eq!(ranks(&given), back);
    }
}
