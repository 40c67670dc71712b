//! The programmes that the server knows from the start, and the documents that they quote.

use super::Policy;
use std::sync::LazyLock;

/// A built-in Policy's file, by key.
const FILES: &[(&str, &str)] = &[
    ("zhejiang-2019", include_str!("../../../policies/zhejiang-2019.toml")),
    ("hangjin-2024", include_str!("../../../policies/hangjin-2024.toml")),
    ("changsha-2020", include_str!("../../../policies/changsha-2020.toml")),
    ("county-1", include_str!("../../../policies/county-1.toml")),
    ("district-2", include_str!("../../../policies/district-2.toml")),
    ("city-3", include_str!("../../../policies/city-3.toml")),
    ("county-4", include_str!("../../../policies/county-4.toml")),
    ("city-5", include_str!("../../../policies/city-5.toml")),
];

static BUILT_IN: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let parsed = FILES.iter().map(|(_, text)| toml::from_str(text).expect("a test reads every built-in file"));
    parsed.collect()
});

/// Every version of every programme, in the order of the table.
#[must_use]
pub fn built_in() -> &'static [Policy] {
    &BUILT_IN
}

/// The same as they stand in their files, with their keys.
#[must_use]
pub const fn built_in_files() -> &'static [(&'static str, &'static str)] {
    FILES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_file_is_read() {
        for (key, text) in FILES {
            let policy: Policy = toml::from_str(text).unwrap_or_else(|error| panic!("{key}: {error}"));
            assert_eq!(policy.key, *key);
        }
        assert_eq!(built_in().len(), FILES.len());
    }
}
