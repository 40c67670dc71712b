//! One page of a long list.

use super::StoreError;
use crate::domain::StudioId;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

/// More rows than this never come at once.
pub const LARGEST_PAGE: u32 = 100;

/// Which page: `number` counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub number: u32,
    pub size: u32,
}

impl Page {
    /// Brings both into their limits.
    #[must_use]
    pub fn new(number: u32, size: u32) -> Self {
        Self { number: number.max(1), size: size.clamp(1, LARGEST_PAGE) }
    }

    pub(super) fn limit(self) -> i64 {
        i64::from(self.size.clamp(1, LARGEST_PAGE))
    }

    pub(super) fn offset(self) -> i64 {
        (i64::from(self.number) - 1).max(0) * self.limit()
    }

    pub(super) fn of<T>(self, total: i64, rows: Vec<T>) -> Paged<T> {
        Paged { rows, total: u64::try_from(total).unwrap_or(0), page: self }
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { number: 1, size: 20 }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paged<T> {
    pub rows: Vec<T>,
    /// How many there are on all pages.
    pub total: u64,
    pub page: Page,
}

impl<T> Paged<T> {
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Paged<U> {
        Paged { rows: self.rows.into_iter().map(change).collect(), total: self.total, page: self.page }
    }
}

/// The `like` pattern that finds `text` anywhere; empty for empty text. Used with `escape '\'`.
pub(super) fn pattern(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        // Only ASCII: SQLite's lower() knows no more, and names are Chinese.
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

/// `$from, $from+1, …` for `count` values.
pub(super) fn placeholders(from: usize, count: usize) -> String {
    (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// The rows of these Studios, or of all. `statement` gets what it has to add to its conditions on the Activity `a`, and has
/// no values of its own.
pub(super) async fn of_studios(
    connection: &mut AnyConnection,
    studios: Option<&[StudioId]>,
    statement: impl FnOnce(&str) -> AssertSqlSafe<String>,
) -> Result<Vec<AnyRow>, StoreError> {
    let within = match studios {
        Some(studios) => format!("and a.studio in ({})", placeholders(1, studios.len())),
        None => String::new(),
    };
    let query = sqlx::query(statement(&within));
    let query = studios.unwrap_or_default().iter().fold(query, |query, id| query.bind(id.as_str()));
    Ok(query.fetch_all(connection).await?)
}
