//! Sheets as CSV (RFC 4180): UTF-8 with a byte order mark, by which Excel knows it, and no cell that could be a formula.

use super::book::{Cell, Sheet, looks_like_formula};
use super::words;

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

pub(super) fn write(sheet: &Sheet) -> Vec<u8> {
    let mut out = String::from(BYTE_ORDER_MARK);
    line(&mut out, sheet.columns.iter().map(|column| field(&column.header)));
    for row in &sheet.rows {
        line(&mut out, row.iter().map(cell));
    }
    out.into_bytes()
}

fn line(out: &mut String, fields: impl Iterator<Item = String>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&field);
    }
    out.push_str("\r\n");
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => field(text),
        Cell::Points(points) => format!("{points:.1}"),
        Cell::Number(number) => number.to_string(),
        Cell::Share(share) => format!("{:.1}%", share * 100.0),
        Cell::Moment(at) => words::moment(*at),
    }
}

/// An apostrophe in front keeps a spreadsheet from reading a formula.
fn field(text: &str) -> String {
    let text = if looks_like_formula(text) { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Time;
    use crate::http::report::book::columns;

    #[test]
    fn fields_are_quoted_by_rfc_4180_and_never_formulas() {
        let moment = Time::parse("2026-11-20T14:30:00+08:00").unwrap();
        let texts = ["王,芳", "说\"好\"", "一\n二", "=1+1", "@sum", "-3", "平常"];
        let mut row: Vec<Cell> = texts.into_iter().map(Cell::text).collect();
        row.extend([Cell::Number(41.0), Cell::Share(0.545), Cell::Moment(moment), Cell::Empty]);
        let sheet = Sheet { name: "名单", columns: columns(&[("姓名", 10.0), ("=学校", 10.0)]), rows: vec![row] };
        let text = String::from_utf8(write(&sheet)).unwrap();
        let expected = "\u{FEFF}姓名,'=学校\r\n\"王,芳\",\"说\"\"好\"\"\",\"一\n二\",'=1+1,'@sum,'-3,平常,41,54.5%,2026-11-20 14:30,\r\n";
        assert_eq!(text, expected);
    }
}
