//! A sign-in sheet as an xlsx file: unpacked with limits, read cell by cell.

use crate::domain::attendance::{FROM, NAME, SCHOOL, SheetCell, SheetRow, TO};
use calamine::{DataRef, Reader as _, Xlsx};
use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read as _};
use zip::ZipArchive;

pub(super) const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Below the header.
const MOST_ROWS: usize = 5000;
/// Right of these nothing is looked at.
const MOST_COLUMNS: u32 = 50;
/// Unpacked, all parts together: a sheet of 5000 rows has 3 MB. What is packed tighter is made to hurt.
const MOST_UNPACKED: u64 = 24 * 1024 * 1024;
const MOST_PARTS: usize = 200;
/// The header may stand below a title.
const HEADER_WITHIN: u32 = 20;

#[derive(Debug, thiserror::Error)]
pub(super) enum SheetFileError {
    #[error("这个文件不是 xlsx 表格。请用 Excel 或 WPS 另存为 .xlsx 后再上传。")]
    NotXlsx,
    #[error("表格展开后太大，没有读取。请只留签到表一张，去掉图片。")]
    TooLarge,
    #[error("签到表最多 {MOST_ROWS} 行，请分成几个文件。")]
    TooManyRows,
    #[error("没有找到表头。第一张表里要有“姓名”和“签到时间”两列。")]
    NoHeader,
}

/// The rows of the first sheet that has the header, which may stand in any order.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<SheetRow>, SheetFileError> {
    check_size(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| SheetFileError::NotXlsx)?;
    for name in book.sheet_names() {
        let cells = cells(&mut book, &name)?;
        if let Some(header) = Header::find(&cells) {
            return header.rows(cells);
        }
    }
    Err(SheetFileError::NoHeader)
}

pub(super) fn name_of(row: &SheetRow) -> Option<String> {
    match &row.name {
        SheetCell::Text(text) => Some(text.chars().filter(|c| !c.is_whitespace()).collect()),
        _ => None,
    }
}

/// Unpacks everything into nothing before anybody keeps it: sizes that a file states about itself may be lies.
fn check_size(bytes: &[u8]) -> Result<(), SheetFileError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetFileError::NotXlsx)?;
    if archive.len() > MOST_PARTS {
        return Err(SheetFileError::TooLarge);
    }
    let mut left = MOST_UNPACKED;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| SheetFileError::NotXlsx)?;
        if part.size() > left {
            return Err(SheetFileError::TooLarge);
        }
        let mut limited = part.take(left + 1);
        let unpacked = std::io::copy(&mut limited, &mut std::io::sink()).map_err(|_| SheetFileError::NotXlsx)?;
        left = left.checked_sub(unpacked).ok_or(SheetFileError::TooLarge)?;
    }
    Ok(())
}

type Cells = BTreeMap<u32, HashMap<u32, SheetCell>>;

/// Cells one by one: a range would make room for every cell between the first and the last.
fn cells(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Cells, SheetFileError> {
    let is_1904 = book.has_1904_epoch();
    let mut reader = book.worksheet_cells_reader(sheet).map_err(|_| SheetFileError::NotXlsx)?;
    let mut cells = Cells::new();
    while let Some(cell) = reader.next_cell().map_err(|_| SheetFileError::NotXlsx)? {
        let (row, column) = cell.get_position();
        let value = value(cell.get_value(), is_1904);
        if value == SheetCell::Empty || column >= MOST_COLUMNS {
            continue;
        }
        cells.entry(row).or_default().insert(column, value);
        if cells.len() > MOST_ROWS + HEADER_WITHIN as usize {
            return Err(SheetFileError::TooManyRows);
        }
    }
    Ok(cells)
}

/// Of a formula only what it came to.
fn value(value: &DataRef<'_>, is_1904: bool) -> SheetCell {
    /// From 1899-12-30 to 1904-01-01.
    const DAYS_TO_1904: f64 = 1462.0;
    let text = |text: &str| if text.trim().is_empty() { SheetCell::Empty } else { SheetCell::Text(text.to_owned()) };
    match value {
        DataRef::String(words) => text(words),
        DataRef::SharedString(words) => text(words),
        DataRef::DateTimeIso(words) => text(&words.replace('T', " ")),
        DataRef::Float(number) => SheetCell::Number(*number),
        DataRef::Int(number) => SheetCell::Text(number.to_string()),
        DataRef::DateTime(at) => {
            let days = at.as_f64();
            SheetCell::Number(if is_1904 && days >= 1.0 { days + DAYS_TO_1904 } else { days })
        }
        DataRef::Bool(_) | DataRef::DurationIso(_) | DataRef::Error(_) | DataRef::Empty => SheetCell::Empty,
    }
}

/// Where the columns are.
struct Header {
    row: u32,
    name: u32,
    from: u32,
    school: Option<u32>,
    to: Option<u32>,
}

impl Header {
    fn find(cells: &Cells) -> Option<Self> {
        cells.iter().take_while(|(row, _)| **row < HEADER_WITHIN).find_map(|(&row, columns)| {
            let at = |header: &str| {
                let mut fits =
                    columns.iter().filter(|(_, cell)| matches!(cell, SheetCell::Text(text) if text.trim() == header));
                fits.next().map(|(&column, _)| column)
            };
            Some(Self { row, name: at(NAME)?, from: at(FROM)?, school: at(SCHOOL), to: at(TO) })
        })
    }

    fn rows(&self, cells: Cells) -> Result<Vec<SheetRow>, SheetFileError> {
        let mut rows = Vec::new();
        for (row, mut columns) in cells.into_iter().filter(|(row, _)| *row > self.row) {
            let mut take = |column: Option<u32>| column.and_then(|at| columns.remove(&at)).unwrap_or(SheetCell::Empty);
            let one = SheetRow {
                row: row + 1,
                name: take(Some(self.name)),
                school: take(self.school),
                from: take(Some(self.from)),
                to: take(self.to),
            };
            // Somebody of the template who did not sign has a name and a school alone.
            let signed = one.from != SheetCell::Empty || one.to != SheetCell::Empty;
            if signed || (one.name == SheetCell::Empty && one.school != SheetCell::Empty) {
                rows.push(one);
            }
        }
        if rows.len() > MOST_ROWS { Err(SheetFileError::TooManyRows) } else { Ok(rows) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::{Format, Formula, Workbook};
    use std::io::Write as _;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    #[test]
    fn headers_stand_in_any_order_and_formulas_are_their_values() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "公开课签到表").unwrap();
        for (column, header) in (0..).zip(["签退时间", "备注", "姓名", "签到时间", "学校"]) {
            sheet.write_string(2, column, header).unwrap();
        }
        sheet.write_string(3, 2, "王芳").unwrap();
        sheet.write_number_with_format(3, 3, 14.5 / 24.0, &Format::new().set_num_format("hh:mm")).unwrap();
        sheet.write_formula(3, 4, Formula::new("=\"石桥\"&\"小学\"").set_result("石桥小学")).unwrap();
        sheet.write_string(4, 2, "没有签到的").unwrap();
        let rows = rows(&book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].row, &rows[0].school), (4, &SheetCell::Text("石桥小学".into())));
        assert!(
            matches!(rows[0].from, SheetCell::Number(part) if (part * 24.0 - 14.5).abs() < 1e-9),
            "{:?}",
            rows[0].from
        );
    }

    fn refused(bytes: &[u8]) -> String {
        rows(bytes).unwrap_err().to_string()
    }

    #[test]
    fn other_files_and_sheets_without_the_header_are_refused() {
        assert!(refused(b"%PDF-1.7").contains("不是 xlsx"));
        assert!(refused(&[]).contains("不是 xlsx"));
        let mut book = Workbook::new();
        book.add_worksheet().write_string(0, 0, "姓名").unwrap();
        assert!(refused(&book.save_to_buffer().unwrap()).contains("没有找到表头"));
    }

    #[test]
    fn a_sheet_that_unpacks_without_end_is_refused_at_once() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
        let zeros = vec![b' '; 1024 * 1024];
        for _ in 0..30 {
            zip.write_all(&zeros).unwrap();
        }
        let bomb = zip.finish().unwrap().into_inner();
        assert!(bomb.len() < 100 * 1024, "{}", bomb.len());
        assert!(refused(&bomb).contains("太大"));
    }

    #[test]
    fn one_cell_far_away_takes_no_room() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "姓名").unwrap();
        sheet.write_string(0, 1, "签到时间").unwrap();
        sheet.write_string(1_048_575, 16_383, "远").unwrap();
        assert_eq!(rows(&book.save_to_buffer().unwrap()).unwrap(), []);
    }

    #[test]
    fn too_many_rows_are_refused() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "姓名").unwrap();
        sheet.write_string(0, 1, "签到时间").unwrap();
        for row in 1..5100 {
            sheet.write_string(row, 0, "王芳").unwrap();
            sheet.write_string(row, 1, "14:30").unwrap();
        }
        assert!(refused(&book.save_to_buffer().unwrap()).contains("最多 5000 行"));
    }
}
