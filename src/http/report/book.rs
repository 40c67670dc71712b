//! Book: a report as sheets of typed cells, before it becomes an xlsx or a CSV file.

use crate::domain::Time;

pub(super) struct Book {
    pub(super) title: String,
    pub(super) sheets: Vec<Sheet>,
}

pub(in crate::http) struct Sheet {
    pub(in crate::http) name: &'static str,
    pub(in crate::http) columns: Vec<Column>,
    pub(in crate::http) rows: Vec<Vec<Cell>>,
}

pub(in crate::http) struct Column {
    pub(super) header: String,
    /// In characters of the usual size; a 汉字 takes two.
    pub(super) width: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(in crate::http) enum Cell {
    Empty,
    Text(String),
    Number(f64),
    /// Shown with one place.
    Points(f64),
    /// Of 1: shown as a percentage with one place.
    Share(f64),
    /// Shown as a date and a time of day in China.
    Moment(Time),
}

impl Cell {
    pub(in crate::http) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    pub(in crate::http) fn count(number: impl Into<u64>) -> Self {
        let number: u64 = number.into();
        // Counts of people and minutes are far below 2^52.
        #[expect(clippy::cast_precision_loss, reason = "counts of people and minutes")]
        Self::Number(number as f64)
    }

    pub(super) fn yes(so: bool) -> Self {
        if so { Self::Text("是".to_owned()) } else { Self::Empty }
    }

    pub(super) fn moment(at: Option<Time>) -> Self {
        at.map_or(Self::Empty, Self::Moment)
    }
}

/// `(header, width)` as columns.
pub(in crate::http) fn columns(of: &[(&str, f64)]) -> Vec<Column> {
    of.iter().map(|&(header, width)| Column { header: header.to_owned(), width }).collect()
}

/// A text that a spreadsheet might take for a formula, were it typed or read from a CSV file (OWASP, "CSV injection").
pub(super) fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}
