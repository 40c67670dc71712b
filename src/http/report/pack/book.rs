//! The tables of a pack besides the report: check-ins, polls, lesson reviews with who listened, and Recordings.

use super::super::book::{Book, Cell, Sheet, columns};
use super::super::{Site, polls};
use crate::domain::attendance::ReportRow;
use crate::store::pack::{Contents, Footage};
use std::time::Duration;

/// The Recordings of an Activity, as somebody outside finds them.
pub(super) struct Links(Vec<Link>);

pub(super) struct Link {
    pub(super) title: String,
    /// `1:02:03`
    pub(super) length: String,
    pub(super) url: String,
}

impl Links {
    pub(super) fn of(footage: Option<&[Footage]>, site: &Site) -> Self {
        let link = |one: &Footage| Link {
            title: one.title.clone(),
            length: clock_of(one.duration_ms),
            url: site.page(&one.path),
        };
        Self(footage.unwrap_or_default().iter().map(link).collect())
    }

    pub(super) fn all(&self) -> &[Link] {
        &self.0
    }
}

/// Those that have anything in them.
pub(super) fn books(contents: &Contents, links: &Links) -> Vec<(&'static str, Book)> {
    let title = &contents.activity.title;
    let named = |name: &'static str, sheets: Vec<Sheet>| {
        let book = Book { title: format!("{name} {title}"), sheets };
        (name, book)
    };
    let mut books = Vec::new();
    if !contents.report.check_ins.is_empty() {
        books.push(named("签到记录", vec![check_ins(contents), answers(contents)]));
    }
    if !contents.polls.is_empty() {
        books.push(named("投票记录", vec![polls::sheet(&contents.polls)]));
    }
    let mut sheets = vec![listeners(contents)];
    if !contents.reviews.is_empty() {
        sheets.insert(0, reviews(contents));
    }
    books.push(named("听课评课记录", sheets));
    if !links.0.is_empty() {
        books.push(named("音像资料", vec![recordings(links)]));
    }
    books
}

fn check_ins(contents: &Contents) -> Sheet {
    let rows = contents.report.check_ins.iter().map(|mark| {
        vec![Cell::Moment(mark.at), Cell::text(mark.title()), Cell::count(mark.expected), Cell::count(mark.answered)]
    });
    let headers = [("时间", 17.0), ("名称", 16.0), ("应答人数", 10.0), ("已答人数", 10.0)];
    Sheet { name: "签到", columns: columns(&headers), rows: rows.collect() }
}

fn answers(contents: &Contents) -> Sheet {
    let rows = contents.report.rows.iter().filter(|row| row.record.check_ins.asked > 0).map(|row| {
        let asked = &row.record.check_ins;
        vec![
            Cell::text(&row.known.name),
            Cell::text(row.role_word()),
            Cell::text(school(row)),
            Cell::count(asked.asked),
            Cell::count(asked.answered),
        ]
    });
    let headers = [("姓名", 10.0), ("身份", 12.0), ("学校", 24.0), ("应签到", 8.0), ("已签到", 8.0)];
    Sheet { name: "逐人", columns: columns(&headers), rows: rows.collect() }
}

fn reviews(contents: &Contents) -> Sheet {
    let rows = contents.reviews.iter().map(|one| {
        let id = one.reviewer.id.to_string();
        let row = contents.report.rows.iter().find(|row| row.record.person == id);
        vec![
            Cell::text(&one.reviewer.name),
            Cell::text(row.map_or("", school)),
            Cell::text(&one.lesson),
            row.map_or(Cell::Empty, |row| Cell::count(row.record.minutes())),
            Cell::text(&one.strengths),
            Cell::text(&one.advice),
            Cell::Moment(one.at),
        ]
    });
    let headers = [
        ("评课人", 10.0),
        ("学校", 24.0),
        ("课题", 24.0),
        ("听课分钟", 9.0),
        ("优点", 60.0),
        ("建议", 60.0),
        ("写于", 17.0),
    ];
    Sheet { name: "评课", columns: columns(&headers), rows: rows.collect() }
}

/// Everybody who was there, and for how long.
fn listeners(contents: &Contents) -> Sheet {
    let rows = contents.report.rows.iter().filter(|row| row.is_present()).map(|row| {
        let minutes = row.record.minutes();
        vec![
            Cell::text(&row.known.name),
            Cell::text(row.role_word()),
            Cell::text(school(row)),
            Cell::count(minutes),
            Cell::Points(hours(minutes, contents.class_hour_minutes)),
        ]
    });
    let headers = [("姓名", 10.0), ("身份", 12.0), ("学校", 24.0), ("在场分钟", 9.0), ("课时", 8.0)];
    Sheet { name: "听课", columns: columns(&headers), rows: rows.collect() }
}

fn recordings(links: &Links) -> Sheet {
    let rows = links.0.iter().map(|one| vec![Cell::text(&one.title), Cell::text(&one.length), Cell::text(&one.url)]);
    let headers = [("名称", 40.0), ("时长", 10.0), ("地址", 60.0)];
    Sheet { name: "音像资料", columns: columns(&headers), rows: rows.collect() }
}

fn school(row: &ReportRow) -> &str {
    row.known.school.as_ref().map_or("", |school| &school.name)
}

/// In tenths of a 课时, the rest cut off.
pub(super) fn hours(minutes: u64, class_hour_minutes: u32) -> f64 {
    let tenths = minutes * 10 / u64::from(class_hour_minutes.max(1));
    #[expect(clippy::cast_precision_loss, reason = "tenths of hours of one Activity")]
    let hours = tenths as f64 / 10.0;
    hours
}

/// `1:02:03`
pub(super) fn clock_of(ms: u64) -> String {
    let seconds = Duration::from_millis(ms).as_secs();
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
