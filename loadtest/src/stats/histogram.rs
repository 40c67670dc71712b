//! A distribution of microseconds in constant memory.

/// Buckets per power of two; a quantile is at most 1/32 (3 %) above the true value.
const SUB_BUCKETS: u64 = 32;
const SUB_BITS: u32 = SUB_BUCKETS.ilog2();
/// 2^40 µs is twelve days.
const MAX_BITS: u32 = 40;
const BUCKETS: usize = ((MAX_BITS - SUB_BITS + 1) as u64 * SUB_BUCKETS) as usize;

#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0, max: 0 }
    }
}

impl Histogram {
    pub(crate) fn record(&mut self, micros: u64) {
        self.counts[bucket(micros)] += 1;
        self.total += 1;
        self.max = self.max.max(micros);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
        self.max = self.max.max(other.max);
    }

    /// The smallest recorded value (rounded up to its bucket's end) that at least `q` of all values do not exceed.
    pub(crate) fn quantile(&self, q: f64) -> Option<u64> {
        if self.total == 0 {
            return None;
        }
        let rank = ((q.clamp(0.0, 1.0) * self.total as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Some(upper_end(index).min(self.max));
            }
        }
        Some(self.max)
    }

    #[cfg(test)]
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn max(&self) -> Option<u64> {
        (self.total > 0).then_some(self.max)
    }
}

/// Values below `SUB_BUCKETS` have a bucket each; above, each power of two is cut in `SUB_BUCKETS` equal parts.
fn bucket(value: u64) -> usize {
    let value = value.min((1 << MAX_BITS) - 1);
    if value < SUB_BUCKETS {
        return value as usize;
    }
    let shift = value.ilog2() - SUB_BITS;
    ((u64::from(shift) + 1) * SUB_BUCKETS + (value >> shift) - SUB_BUCKETS) as usize
}

fn upper_end(index: usize) -> u64 {
    let index = index as u64;
    if index < SUB_BUCKETS {
        return index;
    }
    let shift = index / SUB_BUCKETS - 1;
    let mantissa = index % SUB_BUCKETS + SUB_BUCKETS;
    ((mantissa + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng, rngs::StdRng};

    fn naive_quantile(sorted: &[u64], q: f64) -> u64 {
        let rank = ((q * sorted.len() as f64).ceil() as usize).max(1);
        sorted[rank - 1]
    }

    #[test]
    fn quantiles_agree_with_a_sorted_list_within_a_bucket() {
        let mut rng = StdRng::seed_from_u64(7);
        for scale in [10u64, 1_000, 300_000, 90_000_000] {
            let mut histogram = Histogram::default();
            let mut values: Vec<u64> = (0..5_000).map(|_| rng.random_range(0..scale)).collect();
            values.iter().for_each(|v| histogram.record(*v));
            values.sort_unstable();
            for q in [0.0, 0.01, 0.5, 0.9, 0.99, 1.0] {
                let (truth, told) = (naive_quantile(&values, q), histogram.quantile(q).unwrap());
                assert!(told >= truth && told <= truth + truth / SUB_BUCKETS + 1, "q{q}: {told} for {truth}");
            }
        }
    }

    #[test]
    fn every_value_lies_in_the_bucket_that_ends_at_or_above_it() {
        let mut rng = StdRng::seed_from_u64(8);
        for _ in 0..20_000 {
            let bits = rng.random_range(1..MAX_BITS);
            let value = rng.random_range(0..1u64 << bits);
            let index = bucket(value);
            assert!(upper_end(index) >= value);
            assert!(index == 0 || upper_end(index - 1) < value);
        }
    }

    #[test]
    fn merging_equals_recording_in_one() {
        let (mut a, mut b, mut both) = (Histogram::default(), Histogram::default(), Histogram::default());
        for value in 0..1_000u64 {
            if value % 3 == 0 {
                a.record(value * 17)
            } else {
                b.record(value * 17)
            }
            both.record(value * 17);
        }
        a.merge(&b);
        assert_eq!(a.counts, both.counts);
        assert_eq!((a.total(), a.max()), (both.total(), both.max()));
    }

    #[test]
    fn nothing_recorded_has_no_quantile() {
        assert_eq!(Histogram::default().quantile(0.5), None);
        assert_eq!(Histogram::default().max(), None);
    }
}
