//! Sheet: the cells of a table that people fill in, and what they mean by them.

use super::Day;

#[derive(Debug, Clone, Default, PartialEq)]
pub enum SheetCell {
    #[default]
    Empty,
    Text(String),
    /// Days since 1899-12-30, as spreadsheets count; less than 1 is a time of day.
    Number(f64),
}

/// From 1899-12-30 to 1970-01-01.
const DAYS_TO_1970: f64 = 25_569.0;

impl SheetCell {
    /// Without the spaces that people type around and into short names.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => {
                let text = text.trim();
                let has_latin = text.chars().any(|c| c.is_ascii_alphabetic());
                text.chars().filter(|c| !c.is_control() && (has_latin || !c.is_whitespace())).collect()
            }
            Self::Number(number) => number.to_string(),
            Self::Empty => String::new(),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

/// The day that a spreadsheet counts as this number, and the part of it that has passed; no day for a time of day alone.
#[expect(clippy::cast_possible_truncation, reason = "checked to be days of this century")]
pub(super) fn serial(number: f64) -> Option<(Option<Day>, f64)> {
    if !(0.0..80_000.0).contains(&number) {
        return None;
    }
    let days = number.floor();
    let day = (days > 0.0).then(|| Day::from_number((days - DAYS_TO_1970) as i32));
    Some((day, number.fract()))
}
