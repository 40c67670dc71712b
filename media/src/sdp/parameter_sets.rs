//! What an offer says of H.264 before the first picture (RFC 6184 §8.1, `sprop-parameter-sets`).

use super::ParameterSets;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A set of usual encoders has 10 to 40 bytes.
const LONGEST: usize = 1024;
const NAL: u8 = 0x1f;
const SPS: u8 = 7;
const PPS: u8 = 8;

impl ParameterSets {
    /// The first of each kind; none when one is missing or is none.
    pub(super) fn read(told: &str) -> Option<Self> {
        if told.len() > LONGEST {
            return None;
        }
        let units: Vec<Vec<u8>> = told.split(',').filter_map(|unit| STANDARD.decode(unit.trim()).ok()).collect();
        let first = |kind: u8| units.iter().find(|unit| unit.len() > 1 && unit[0] & NAL == kind).cloned();
        Some(Self { sps: first(SPS).filter(|sps| sps.len() >= 4)?, pps: first(PPS)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sets_are_read_in_whichever_order_and_nothing_else_is_taken_for_one() {
        let sets = ParameterSets { sps: vec![0x67, 0x42, 0xc0, 0x1f, 0xd9], pps: vec![0x68, 0xce, 0x3c, 0x80] };
        assert_eq!(ParameterSets::read("Z0LAH9k=,aM48gA=="), Some(sets.clone()));
        assert_eq!(ParameterSets::read("aM48gA==, Z0LAH9k="), Some(sets));
        for odd in ["", ",", "Z0LAH9k=", "aM48gA==,aM48gA==", "Z0I=,aM48gA==", "????,aM48gA==", &"Z".repeat(2000)] {
            assert_eq!(ParameterSets::read(odd), None, "{odd}");
        }
    }
}
