//! Papers: a report as PDF on A4, with a QR code that leads to where it can be verified.

mod draw;
mod font;
mod layout;

pub use font::FontError;
pub(crate) use font::FontPlace;

use super::words;
use crate::domain::{IssueId, Time};
use font::Typeface;
use std::path::Path;

/// What stands on the pages.
#[derive(Default)]
pub(super) struct Paper {
    /// What kind of paper it is.
    pub(super) heading: String,
    pub(super) title: String,
    pub(super) facts: Vec<String>,
    /// Paragraphs in larger type: what a certificate or a notice says.
    pub(super) body: Vec<String>,
    /// Who says it and when, at the right below it.
    pub(super) signed: Vec<String>,
    /// Framed, with its heading in the middle: to be hung on a wall.
    pub(super) framed: bool,
    pub(super) figures: Vec<(String, String)>,
    pub(super) charts: Vec<PaperChart>,
    pub(super) tables: Vec<PaperTable>,
    /// By which parameters it was judged.
    pub(super) notes: Vec<String>,
}

/// Bars below each other.
pub(super) struct PaperChart {
    pub(super) title: String,
    pub(super) bars: Vec<Bar>,
}

pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: String,
    /// Of 1.
    pub(super) share: f64,
}

pub(super) struct PaperTable {
    pub(super) title: String,
    /// Header, and share of the width.
    pub(super) columns: Vec<(&'static str, f32)>,
    pub(super) rows: Vec<Vec<String>>,
}

/// What makes the paper one that was given out.
pub(super) struct Seal {
    pub(super) code: IssueId,
    /// Where it can be verified.
    pub(super) url: String,
    pub(super) made_at: Time,
    pub(super) made_by: String,
    /// What they did with it: 导出, 颁发 …
    pub(super) verb: &'static str,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum PdfError {
    #[error(transparent)]
    Font(#[from] FontError),
    #[error("the QR code can't hold the address")]
    Qr(#[from] qrcode::types::QrError),
    #[error("the PDF can't be made: {0}")]
    Document(String),
}

pub(super) fn write(paper: Paper, seal: Seal, font: &Path) -> Result<Vec<u8>, PdfError> {
    write_all(&[(paper, seal)], font)
}

/// Several in one file, each on pages of its own.
pub(super) fn write_all(papers: &[(Paper, Seal)], font: &Path) -> Result<Vec<u8>, PdfError> {
    let typeface = Typeface::read(font)?;
    draw::document(papers, &typeface)
}

impl Seal {
    /// In groups of four, to be read aloud and typed.
    fn code_words(&self) -> String {
        let code = self.code.to_string();
        [&code[..4], &code[4..8], &code[8..12], &code[12..]].join("-")
    }

    fn made_words(&self) -> String {
        format!("{} 由{}{}", words::moment(self.made_at), self.made_by, self.verb)
    }
}
