//! A table that people fill in, as an xlsx file: unpacked with limits, read cell by cell.

use super::error::ApiError;
use crate::domain::sheet::SheetCell;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use calamine::{DataRef, Reader as _, Xlsx};
use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read as _};
use zip::ZipArchive;

pub(super) const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The file itself; a table of 5000 rows has less than 1 MB.
const MOST_BYTES: usize = 5 * 1024 * 1024;
/// With what a form puts around it.
pub(super) const MOST_BODY_BYTES: usize = MOST_BYTES + 512 * 1024;
/// Below the header.
const MOST_ROWS: usize = 5000;
/// Right of these nothing is looked at.
const MOST_COLUMNS: u32 = 50;
/// Unpacked, all parts together: a table of 5000 rows has 3 MB. What is packed tighter is made to hurt.
const MOST_UNPACKED: u64 = 24 * 1024 * 1024;
const MOST_PARTS: usize = 200;
/// The header may stand below a title.
const HEADER_WITHIN: u32 = 20;

#[derive(Debug, thiserror::Error)]
pub(super) enum TableError {
    #[error("这个文件不是 xlsx 表格。请用 Excel 或 WPS 另存为 .xlsx 后再上传。")]
    NotXlsx,
    #[error("表格展开后太大，没有读取。请只留一张表，去掉图片。")]
    TooLarge,
    #[error("表格最多 {MOST_ROWS} 行，请分成几个文件。")]
    TooManyRows,
    #[error("没有找到表头。同一行里要有{missing}，可以下载模板对照。")]
    NoHeader { missing: String },
    #[error("第 {row} 行的“{column}”是公式。请复制整张表，用“选择性粘贴 › 数值”贴回去以后再上传。")]
    Formula { row: u32, column: &'static str },
}

impl From<TableError> for ApiError {
    fn from(error: TableError) -> Self {
        Self::field("file", error.to_string())
    }
}

/// Which columns a table has, by their headers, in any order.
pub(super) struct TableForm {
    /// Without these it is no such table.
    pub(super) required: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
    /// Headers that people use for these.
    pub(super) also: &'static [(&'static str, &'static str)],
    /// A formula counts as what it came to; otherwise it is refused.
    pub(super) formulas: bool,
}

pub(super) struct Table {
    /// The sheet's own name.
    pub(super) sheet: String,
    /// Below the header, those that have something in these columns.
    pub(super) rows: Vec<TableRow>,
}

pub(super) struct TableRow {
    /// As the sheet counts: the first row is 1.
    pub(super) row: u32,
    cells: HashMap<&'static str, SheetCell>,
}

impl TableRow {
    pub(super) fn take(&mut self, column: &str) -> SheetCell {
        self.cells.remove(column).unwrap_or_default()
    }
}

impl TableForm {
    /// The first sheet that has the header.
    pub(super) fn read(&self, bytes: &[u8]) -> Result<Table, TableError> {
        check_size(bytes)?;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| TableError::NotXlsx)?;
        for name in book.sheet_names() {
            let cells = cells(&mut book, &name)?;
            let Some((header, columns)) = self.header(&cells) else { continue };
            if !self.formulas {
                refuse_formulas(&mut book, &name, header, &columns)?;
            }
            return Ok(Table { sheet: name, rows: rows(cells, header, &columns)? });
        }
        let missing: Vec<String> = self.required.iter().map(|name| format!("“{name}”")).collect();
        Err(TableError::NoHeader { missing: missing.join("") })
    }

    /// The row of the header, and where the columns are.
    fn header(&self, cells: &Cells) -> Option<(u32, HashMap<u32, &'static str>)> {
        cells.iter().take_while(|(row, _)| **row < HEADER_WITHIN).find_map(|(&row, written)| {
            let mut columns: Vec<(u32, &str)> = Vec::new();
            for (&at, cell) in written {
                columns.extend(self.column(&cell.text()).map(|name| (at, name)));
            }
            // The one on the left counts where a header stands twice.
            columns.sort_unstable_by_key(|(at, _)| std::cmp::Reverse(*at));
            let at: HashMap<&'static str, u32> = columns.into_iter().map(|(at, name)| (name, at)).collect();
            let whole = self.required.iter().all(|name| at.contains_key(name));
            whole.then(|| (row, at.into_iter().map(|(name, at)| (at, name)).collect()))
        })
    }

    fn column(&self, written: &str) -> Option<&'static str> {
        let named = self.required.iter().chain(self.optional).find(|name| **name == written).copied();
        named.or_else(|| self.also.iter().find(|(other, _)| *other == written).map(|(_, name)| *name))
    }
}

/// What a form sent: the file, and its other fields.
pub(super) struct Uploaded {
    pub(super) file: Vec<u8>,
    pub(super) fields: HashMap<String, String>,
}

pub(super) async fn uploaded(mut form: Multipart) -> Result<Uploaded, ApiError> {
    let malformed = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::Malformed { detail: error.body_text() },
    };
    let (mut file, mut fields) = (None, HashMap::new());
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        match field.name().map(str::to_owned) {
            Some(name) if name == "file" => {
                let bytes = field.bytes().await.map_err(malformed)?;
                if bytes.len() > MOST_BYTES {
                    return Err(ApiError::TooLarge);
                }
                file = Some(bytes.to_vec());
            }
            Some(name) => {
                fields.insert(name, field.text().await.map_err(malformed)?);
            }
            None => {}
        }
    }
    let file = file.ok_or_else(|| ApiError::field("file", "请选择一个 xlsx 文件。"))?;
    Ok(Uploaded { file, fields })
}

/// Unpacks everything into nothing before anybody keeps it: sizes that a file states about itself may be lies.
fn check_size(bytes: &[u8]) -> Result<(), TableError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::NotXlsx)?;
    if archive.len() > MOST_PARTS {
        return Err(TableError::TooLarge);
    }
    let mut left = MOST_UNPACKED;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| TableError::NotXlsx)?;
        if part.size() > left {
            return Err(TableError::TooLarge);
        }
        let mut limited = part.take(left + 1);
        let unpacked = std::io::copy(&mut limited, &mut std::io::sink()).map_err(|_| TableError::NotXlsx)?;
        left = left.checked_sub(unpacked).ok_or(TableError::TooLarge)?;
    }
    Ok(())
}

type Cells = BTreeMap<u32, HashMap<u32, SheetCell>>;

/// Cells one by one: a range would make room for every cell between the first and the last.
fn cells(book: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Cells, TableError> {
    let is_1904 = book.has_1904_epoch();
    let mut reader = book.worksheet_cells_reader(sheet).map_err(|_| TableError::NotXlsx)?;
    let mut cells = Cells::new();
    while let Some(cell) = reader.next_cell().map_err(|_| TableError::NotXlsx)? {
        let (row, column) = cell.get_position();
        let value = value(cell.get_value(), is_1904);
        if value == SheetCell::Empty || column >= MOST_COLUMNS {
            continue;
        }
        cells.entry(row).or_default().insert(column, value);
        if cells.len() > MOST_ROWS + HEADER_WITHIN as usize {
            return Err(TableError::TooManyRows);
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

/// The cells of these columns below the header.
fn rows(cells: Cells, header: u32, columns: &HashMap<u32, &'static str>) -> Result<Vec<TableRow>, TableError> {
    let mut rows = Vec::new();
    for (row, written) in cells.into_iter().filter(|(row, _)| *row > header) {
        let cells: HashMap<_, _> =
            written.into_iter().filter_map(|(at, cell)| Some((*columns.get(&at)?, cell))).collect();
        if !cells.is_empty() {
            rows.push(TableRow { row: row + 1, cells });
        }
    }
    if rows.len() > MOST_ROWS { Err(TableError::TooManyRows) } else { Ok(rows) }
}

fn refuse_formulas(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    header: u32,
    columns: &HashMap<u32, &'static str>,
) -> Result<(), TableError> {
    let mut reader = book.worksheet_cells_reader(sheet).map_err(|_| TableError::NotXlsx)?;
    while let Some(cell) = reader.next_formula().map_err(|_| TableError::NotXlsx)? {
        let (row, at) = cell.get_position();
        if let Some(column) = columns.get(&at).filter(|_| row > header && !cell.get_value().is_empty()) {
            return Err(TableError::Formula { row: row + 1, column });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: TableForm = TableForm {
        required: &["姓名", "签到时间"],
        optional: &["学校", "签退时间"],
        also: &[("单位", "学校")],
        formulas: true,
    };

    fn refused(bytes: &[u8]) -> String {
        SIGNED.read(bytes).map(|table| table.rows.len()).unwrap_err().to_string()
    }
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
        sheet.write_string(4, 1, "只有备注").unwrap();
        let file = book.save_to_buffer().unwrap();
        let mut rows = SIGNED.read(&file).unwrap().rows;
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].row, rows[0].take("学校")), (4, SheetCell::Text("石桥小学".into())));
        let from = rows[0].take("签到时间");
        assert!(matches!(from, SheetCell::Number(part) if (part * 24.0 - 14.5).abs() < 1e-9), "{from:?}");
        let strict = TableForm { formulas: false, ..SIGNED };
        let said = strict.read(&file).map(|table| table.rows.len()).unwrap_err().to_string();
        assert!(said.starts_with("第 4 行的“学校”是公式"), "{said}");
    }

    #[test]
    fn other_files_and_sheets_without_the_header_are_refused() {
        assert!(refused(b"%PDF-1.7").contains("不是 xlsx"));
        assert!(refused(&[]).contains("不是 xlsx"));
        let mut book = Workbook::new();
        book.add_worksheet().write_string(0, 0, "姓名").unwrap();
        let said = refused(&book.save_to_buffer().unwrap());
        assert!(said.starts_with("没有找到表头。同一行里要有“姓名”“签到时间”"), "{said}");
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
        assert_eq!(SIGNED.read(&book.save_to_buffer().unwrap()).unwrap().rows.len(), 0);
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
