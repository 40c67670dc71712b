//! Where everything of a paper stands: pages of marks, in points from the upper left corner.

use super::font::Typeface;
use super::{Paper, PaperChart, PaperTable, Seal};

const MM: f32 = 72.0 / 25.4;
pub(super) const WIDTH: f32 = 210.0 * MM;
pub(super) const HEIGHT: f32 = 297.0 * MM;
const MARGIN: f32 = 15.0 * MM;
const INNER: f32 = WIDTH - 2.0 * MARGIN;
/// The lowest line of the text; below it stands the footer.
const BOTTOM: f32 = HEIGHT - 20.0 * MM;
pub(super) const QR: f32 = 26.0 * MM;
pub(super) const QR_AT: (f32, f32) = (WIDTH - MARGIN - QR, MARGIN);

const SMALL: f32 = 8.0;
const BODY: f32 = 9.0;
const LINE: f32 = 1.45;
/// Of what is read as a letter.
const BODY_LINE: f32 = 1.75;
/// Beside the text of a cell.
const PAD: f32 = 3.0;

pub(super) const INK: (u8, u8, u8) = (28, 36, 33);
pub(super) const PALE: (u8, u8, u8) = (95, 105, 99);
/// 黑板绿, the one accent.
const BOARD: (u8, u8, u8) = (28, 94, 76);
const SUNK: (u8, u8, u8) = (236, 238, 232);
const HAIRLINE: (u8, u8, u8) = (218, 221, 212);

pub(super) enum Mark {
    Text { at: (f32, f32), size: f32, color: (u8, u8, u8), strong: bool, text: String },
    Box { at: (f32, f32), size: (f32, f32), color: (u8, u8, u8) },
}

pub(super) fn pages(paper: &Paper, seal: &Seal, typeface: &Typeface) -> Vec<Vec<Mark>> {
    let mut pen = Pen { pages: vec![Vec::new()], y: MARGIN, typeface };
    if paper.framed {
        pen.certificate(paper, seal);
    } else {
        pen.head(paper, seal);
        pen.body(&paper.body, 13.0, (MARGIN, INNER));
        pen.signed(&paper.signed, WIDTH - MARGIN);
    }
    for chart in &paper.charts {
        pen.chart(chart);
    }
    for table in &paper.tables {
        pen.table(table);
    }
    pen.y += 10.0;
    for note in &paper.notes {
        pen.paragraph(note, SMALL, PALE, INNER);
    }
    pen.footers(seal)
}

struct Pen<'a> {
    pages: Vec<Vec<Mark>>,
    /// The upper edge of what comes next.
    y: f32,
    typeface: &'a Typeface,
}

impl Pen<'_> {
    fn put(&mut self, mark: Mark) {
        self.pages.last_mut().expect("there is always a page").push(mark);
    }

    /// One line; `y` is the upper edge of its box.
    fn line(&mut self, at: (f32, f32), size: f32, color: (u8, u8, u8), strong: bool, text: &str) {
        let baseline = at.1 + size * (LINE + 0.72) / 2.0;
        self.put(Mark::Text { at: (at.0, baseline), size, color, strong, text: text.to_owned() });
    }

    fn paragraph(&mut self, text: &str, size: f32, color: (u8, u8, u8), width: f32) {
        for line in wrapped(text, size, width, self.typeface) {
            self.room(size * LINE);
            self.line((MARGIN, self.y), size, color, false, &line);
            self.y += size * LINE;
        }
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    fn room(&mut self, height: f32) -> bool {
        let full = self.y + height > BOTTOM;
        if full {
            self.new_page();
        }
        full
    }

    fn head(&mut self, paper: &Paper, seal: &Seal) {
        let width = INNER - QR - 16.0;
        self.line((MARGIN, self.y), 10.0, PALE, false, &paper.heading);
        self.y += 10.0 * LINE;
        for line in wrapped(&paper.title, 16.0, width, self.typeface) {
            self.line((MARGIN, self.y), 16.0, INK, true, &line);
            self.y += 16.0 * LINE;
        }
        for fact in &paper.facts {
            self.paragraph(fact, BODY, INK, width);
        }
        self.paragraph(&seal.made_words(), BODY, PALE, width);
        let under = self.code(seal);
        self.y = self.y.max(under) + 8.0;
        self.figures(&paper.figures);
    }

    /// In three columns, each with its label above its value.
    fn figures(&mut self, figures: &[(String, String)]) {
        const COLUMNS: usize = 3;
        let width = INNER / 3.0;
        let height = (SMALL + 11.0) * LINE + 6.0;
        for some in figures.chunks(COLUMNS) {
            self.room(height);
            let mut x = MARGIN;
            for (label, value) in some {
                self.line((x, self.y), SMALL, PALE, false, label);
                self.line((x, self.y + SMALL * LINE), 11.0, INK, true, value);
                x += width;
            }
            self.y += height;
        }
    }

    /// Each paragraph begins two 汉字 further in.
    fn body(&mut self, paragraphs: &[String], size: f32, (left, width): (f32, f32)) {
        if !paragraphs.is_empty() {
            self.y += 14.0;
        }
        for paragraph in paragraphs {
            for line in wrapped(&format!("　　{paragraph}"), size, width, self.typeface) {
                self.room(size * BODY_LINE);
                self.line((left, self.y), size, INK, false, &line);
                self.y += size * BODY_LINE;
            }
        }
    }

    fn signed(&mut self, lines: &[String], right: f32) {
        const SIZE: f32 = 13.0;
        self.y += SIZE;
        for line in lines {
            self.room(SIZE * BODY_LINE);
            let x = right - self.typeface.width(line, SIZE);
            self.line((x, self.y), SIZE, INK, false, line);
            self.y += SIZE * BODY_LINE;
        }
    }

    fn middle(&mut self, text: &str, size: f32, strong: bool) {
        for line in wrapped(text, size, INNER - 20.0 * MM, self.typeface) {
            let x = (WIDTH - self.typeface.width(&line, size)) / 2.0;
            self.line((x, self.y), size, INK, strong, &line);
            self.y += size * LINE;
        }
    }

    /// A frame of two lines, outer and inner.
    fn frame(&mut self) {
        for (inset, thick) in [(8.0 * MM, 1.6), (9.6 * MM, 0.6)] {
            let (width, height) = (WIDTH - 2.0 * inset, HEIGHT - 2.0 * inset);
            let sides = [
                ((inset, inset), (width, thick)),
                ((inset, HEIGHT - inset - thick), (width, thick)),
                ((inset, inset), (thick, height)),
                ((WIDTH - inset - thick, inset), (thick, height)),
            ];
            for (at, size) in sides {
                self.put(Mark::Box { at, size, color: BOARD });
            }
        }
    }

    fn certificate(&mut self, paper: &Paper, seal: &Seal) {
        const SIDE: f32 = 30.0 * MM;
        self.frame();
        self.code(seal);
        self.y = 78.0 * MM;
        self.middle(&paper.heading, 36.0, true);
        self.y += 16.0;
        self.middle(&paper.title, 20.0, true);
        self.y += 16.0;
        self.body(&paper.body, 16.0, (SIDE, WIDTH - 2.0 * SIDE));
        self.y += 30.0;
        self.signed(&paper.signed, WIDTH - SIDE);
        #[expect(clippy::cast_precision_loss, reason = "a handful of lines")]
        let facts = paper.facts.len() as f32 * SMALL * LINE;
        self.y = self.y.max(BOTTOM - facts - 8.0 * MM);
        for fact in &paper.facts {
            self.line((SIDE, self.y), SMALL, PALE, false, fact);
            self.y += SMALL * LINE;
        }
    }

    /// What stands under the QR code; where it ends.
    fn code(&mut self, seal: &Seal) -> f32 {
        // Readers want four modules of white around the code (ISO/IEC 18004 §6.3.8).
        let under = QR_AT.1 + QR + 6.0;
        self.line((QR_AT.0, under), SMALL, PALE, false, "扫码核对真伪");
        self.line((QR_AT.0, under + SMALL * LINE), 7.0, PALE, false, &seal.code_words());
        under + 2.0 * SMALL * LINE
    }

    /// Label, bar on its track, value; a chart that goes over the page goes on with its next bar.
    fn chart(&mut self, chart: &PaperChart) {
        const LABEL: f32 = INNER * 0.42;
        const VALUE: f32 = INNER * 0.18;
        const TRACK: f32 = INNER - LABEL - VALUE - 16.0;
        const HEIGHT: f32 = 7.0;
        self.y += 8.0;
        self.room(12.0 * LINE + 3.0 * BODY * LINE);
        self.line((MARGIN, self.y), 12.0, INK, true, &chart.title);
        self.y += 12.0 * LINE + 4.0;
        for bar in &chart.bars {
            let label = wrapped(&bar.label, BODY, LABEL, self.typeface);
            self.room(lines_height(label.len()));
            let middle = self.y + (BODY * LINE - HEIGHT) / 2.0;
            #[expect(clippy::cast_possible_truncation, reason = "a share of a width in points")]
            let filled = TRACK * bar.share.clamp(0.0, 1.0) as f32;
            let left = MARGIN + LABEL + 8.0;
            self.put(Mark::Box { at: (left, middle), size: (TRACK, HEIGHT), color: SUNK });
            if filled > 0.0 {
                self.put(Mark::Box { at: (left, middle), size: (filled, HEIGHT), color: BOARD });
            }
            self.line((left + TRACK + 8.0, self.y), BODY, INK, false, &bar.value);
            for line in label {
                self.line((MARGIN, self.y), BODY, INK, false, &line);
                self.y += BODY * LINE;
            }
            self.y += 2.0;
        }
    }

    fn table(&mut self, table: &PaperTable) {
        self.y += 8.0;
        self.room(13.0 * LINE + 3.0 * BODY * LINE);
        self.line((MARGIN, self.y), 12.0, INK, true, &table.title);
        self.y += 12.0 * LINE + 4.0;
        let whole: f32 = table.columns.iter().map(|(_, width)| width).sum();
        let widths: Vec<f32> = table.columns.iter().map(|(_, width)| width / whole * INNER).collect();
        self.header(table, &widths);
        for row in &table.rows {
            let cells: Vec<Vec<String>> = row
                .iter()
                .zip(&widths)
                .map(|(text, width)| wrapped(text, BODY, width - 2.0 * PAD, self.typeface))
                .collect();
            let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
            let height = lines_height(lines);
            if self.room(height) {
                self.header(table, &widths);
            }
            let mut x = MARGIN;
            for (cell, width) in cells.iter().zip(&widths) {
                let mut y = self.y + PAD;
                for line in cell {
                    self.line((x + PAD, y), BODY, INK, false, line);
                    y += BODY * LINE;
                }
                x += width;
            }
            self.y += height;
            self.put(Mark::Box { at: (MARGIN, self.y), size: (INNER, 0.5), color: HAIRLINE });
        }
    }

    fn header(&mut self, table: &PaperTable, widths: &[f32]) {
        let height = lines_height(1);
        self.put(Mark::Box { at: (MARGIN, self.y), size: (INNER, height), color: SUNK });
        let mut x = MARGIN;
        for ((header, _), width) in table.columns.iter().zip(widths) {
            self.line((x + PAD, self.y + PAD), BODY, INK, true, header);
            x += width;
        }
        self.y += height;
    }

    fn footers(mut self, seal: &Seal) -> Vec<Vec<Mark>> {
        let all = self.pages.len();
        for (at, page) in self.pages.iter_mut().enumerate() {
            let left = format!("讲台　核对编号 {}", seal.code_words());
            let right = format!("第 {} 页，共 {all} 页", at + 1);
            let x = WIDTH - MARGIN - self.typeface.width(&right, SMALL);
            let y = HEIGHT - 11.0 * MM;
            for (x, text) in [(MARGIN, left), (x, right)] {
                page.push(Mark::Text { at: (x, y), size: SMALL, color: PALE, strong: false, text });
            }
        }
        self.pages
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of lines")]
fn lines_height(lines: usize) -> f32 {
    lines as f32 * BODY * LINE + 2.0 * PAD
}

/// Lines that fit the width. 汉字 may part anywhere; closing marks do not begin a line.
fn wrapped(text: &str, size: f32, width: f32, typeface: &Typeface) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for character in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        let wide = typeface.glyph(character).1 * size;
        let begins = lines.last().is_none_or(String::is_empty);
        if used + wide > width && !begins && !"，。、；：）》”".contains(character) {
            lines.push(String::new());
            used = 0.0;
        }
        used += wide;
        lines.last_mut().expect("begins with one line").push(character);
    }
    lines
}
