//! The programmes that the server knows from the start, and the documents that they quote.

use super::Policy;
use std::sync::LazyLock;

/// A built-in Policy's file, by key; a later version of a programme is one more line.
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

const DOCUMENTS: &[(&str, &str)] = &[
    ("zhejiang-2019.txt", include_str!("../../../policies/sources/zhejiang-2019.txt")),
    ("hangjin-2024.txt", include_str!("../../../policies/sources/hangjin-2024.txt")),
    ("changsha-2020.txt", include_str!("../../../policies/sources/changsha-2020.txt")),
    ("county-plans-2024.txt", include_str!("../../../policies/sources/county-plans-2024.txt")),
];

static BUILT_IN: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let parsed = FILES.iter().map(|(_, text)| Policy::parse(text).expect("a test reads every built-in file"));
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

/// The text that built-in Policies quote, by the name that they give.
#[must_use]
pub fn document(name: &str) -> Option<&'static str> {
    DOCUMENTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
