//! Books as xlsx: real numbers and times, a frozen header with filters, and text that stays text.

use super::book::{Book, Cell, Column, Sheet, looks_like_formula};
use crate::domain::Time;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// Days from 1899-12-30, where spreadsheets count from, to 1970-01-01.
const EPOCH_DAYS: f64 = 25_569.0;
const MICROS_PER_DAY: f64 = 86_400_000_000.0;
const CHINA_OFFSET_MICROS: i64 = 8 * 3_600_000_000;

/// A cell holds no more, by the format's specification.
const MOST_CHARACTERS: usize = 32_767;

struct Formats {
    header: Format,
    text: Format,
    /// Shows text that begins like a formula, and keeps it text when somebody edits the cell.
    quoted: Format,
    number: Format,
    points: Format,
    share: Format,
    moment: Format,
}

impl Formats {
    fn new() -> Self {
        let plain = || Format::new().set_align(FormatAlign::Top);
        Self {
            header: Format::new().set_bold().set_background_color("#ECEEE8").set_align(FormatAlign::VerticalCenter),
            text: plain(),
            quoted: plain().set_quote_prefix(),
            number: plain().set_num_format("0"),
            points: plain().set_num_format("0.0"),
            share: plain().set_num_format("0.0%"),
            moment: plain().set_num_format("yyyy-mm-dd hh:mm"),
        }
    }
}

pub(super) fn write(book: &Book, made_at: Time) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let properties = DocProperties::new().set_title(&book.title).set_author("讲台");
    // Otherwise it would read a clock of its own.
    let made_at = ExcelDateTime::from_timestamp(made_at.micros().div_euclid(1_000_000))?;
    workbook.set_properties(&properties.set_creation_datetime(&made_at));
    let formats = Formats::new();
    for sheet in &book.sheets {
        write_sheet(workbook.add_worksheet(), sheet, &formats)?;
    }
    workbook.save_to_buffer()
}

fn write_sheet(into: &mut Worksheet, sheet: &Sheet, formats: &Formats) -> Result<(), XlsxError> {
    into.set_name(sheet.name)?;
    into.set_freeze_panes(1, 0)?;
    into.set_landscape().set_paper_size(9).set_repeat_rows(0, 0)?;
    for (at, Column { header, width }) in (0_u16..).zip(&sheet.columns) {
        into.set_column_width(at, *width)?;
        write_text(into, (0, at), header, &formats.header)?;
    }
    for (row, cells) in (1_u32..).zip(&sheet.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            write_cell(into, (row, column), cell, formats)?;
        }
    }
    let last = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
    let right = u16::try_from(sheet.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    if last > 0 {
        into.autofilter(0, 0, last, right)?;
    }
    Ok(())
}

fn write_cell(into: &mut Worksheet, at: (u32, u16), cell: &Cell, formats: &Formats) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) if looks_like_formula(text) => write_text(into, at, text, &formats.quoted)?,
        Cell::Text(text) => write_text(into, at, text, &formats.text)?,
        Cell::Number(number) => {
            into.write_number_with_format(at.0, at.1, *number, &formats.number)?;
        }
        Cell::Points(points) => {
            into.write_number_with_format(at.0, at.1, *points, &formats.points)?;
        }
        Cell::Share(share) => {
            into.write_number_with_format(at.0, at.1, *share, &formats.share)?;
        }
        Cell::Moment(time) => {
            into.write_number_with_format(at.0, at.1, serial(*time), &formats.moment)?;
        }
    }
    Ok(())
}

fn write_text(into: &mut Worksheet, at: (u32, u16), text: &str, format: &Format) -> Result<(), XlsxError> {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => into.write_string_with_format(at.0, at.1, &text[..end], format)?,
        None => into.write_string_with_format(at.0, at.1, text, format)?,
    };
    Ok(())
}

/// A moment as spreadsheets count it: days and their part, by the clock in China, to the second.
#[expect(clippy::cast_precision_loss, reason = "microseconds of this century fit 2^52")]
fn serial(at: Time) -> f64 {
    let second = (at.micros() + CHINA_OFFSET_MICROS).div_euclid(1_000_000) * 1_000_000;
    second as f64 / MICROS_PER_DAY + EPOCH_DAYS
}
