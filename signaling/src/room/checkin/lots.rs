//! Drawing lots: who is called, when the next prompt comes, and which code is said.

/// SplitMix64 (Steele, Lea, Flood 2014): every seed gives a sequence in which each 64-bit number is as frequent as any
/// other. The driver seeds it with randomness of the operating system.
#[derive(Debug, Clone)]
pub(in crate::room) struct Lots(u64);

impl Lots {
    pub(in crate::room) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// One of `0..n`, each as likely as any other: 2⁶⁴ is rarely a multiple of `n`, so the numbers of the last, incomplete
    /// round are thrown away instead of favouring the first places. 0 when there is nothing to choose from.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        // How many numbers the incomplete round has: 2⁶⁴ mod n.
        let incomplete = (u64::MAX % n + 1) % n;
        loop {
            let drawn = self.next();
            if drawn <= u64::MAX - incomplete {
                return drawn % n;
            }
        }
    }

    /// Moves `count` of these to the front, every choice and every order of them as likely as any other (Fisher and Yates,
    /// stopped early), and drops the rest.
    pub(super) fn draw<T>(&mut self, mut from: Vec<T>, count: usize) -> Vec<T> {
        let count = count.min(from.len());
        for place in 0..count {
            let rest = (from.len() - place) as u64;
            let chosen = place + usize::try_from(self.below(rest)).unwrap_or(0);
            from.swap(place, chosen);
        }
        from.truncate(count);
        from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_are_those_of_splitmix64() {
        let mut lots = Lots::new(1_234_567);
        let first = [lots.next(), lots.next(), lots.next()];
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn every_place_is_drawn_equally_often() {
        for n in [2_u64, 3, 7, 12, 110] {
            let mut lots = Lots::new(n);
            let mut times = vec![0_u32; n as usize];
            let rounds = 4000 * n;
            for _ in 0..rounds {
                times[lots.below(n) as usize] += 1;
            }
            // Chi square with n - 1 degrees of freedom: beyond mean + 5 deviations less than once in a million.
            let chi: f64 = times.iter().map(|&t| (f64::from(t) - 4000.0).powi(2) / 4000.0).sum();
            let freedom = (n - 1) as f64;
            assert!(chi < freedom + 5.0 * (2.0 * freedom).sqrt() + 10.0, "{n}: {chi}");
        }
    }

    #[test]
    fn a_range_that_does_not_divide_2_to_the_64_is_not_skewed() {
        // Two thirds of 2⁶⁴: without throwing away, the lower half would come twice as often as the upper.
        let n = 0xAAAA_AAAA_AAAA_AAAA;
        let mut lots = Lots::new(3);
        let low = (0..10_000).filter(|_| lots.below(n) < n / 2).count();
        assert!((4_800..5_200).contains(&low), "{low}");
        assert_eq!((lots.below(0), lots.below(1)), (0, 0));
    }

    #[test]
    fn a_drawing_is_of_different_people_and_of_all_where_all_are_asked_for() {
        let mut lots = Lots::new(9);
        let mut drawn = lots.draw((0..30).collect(), 20);
        assert_eq!(drawn.len(), 20);
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 20);
        assert_eq!(lots.draw(vec!['甲', '乙'], 20).len(), 2);
    }
}
