//! What stands in the files of one person's own attendance.

use super::book::{Book, Cell, Sheet, columns};
use super::pdf::{Paper, PaperTable};
use super::session_book::{clause_lines, parameters};
use super::words;
use crate::domain::attendance::Proof;

pub(super) const SESSIONS: &str = "考勤";

pub(super) fn book(proof: &Proof) -> Book {
    Book {
        title: format!("{} {} 年考勤", proof.name, proof.year),
        sheets: vec![sessions(proof), parameters(&proof.parameters.clauses())],
    }
}

pub(super) fn figures(proof: &Proof) -> Vec<(String, String)> {
    let totals = proof.totals();
    let figures = [
        ("活动", format!("{} 场", totals.listed)),
        ("出席", format!("{} 场", totals.present)),
        ("迟到、早退", format!("{} 场、{} 场", totals.late, totals.left_early)),
        ("请假", format!("{} 场", totals.excused)),
        ("缺席", format!("{} 场", totals.absent)),
        ("待核", format!("{} 场", totals.unknown)),
        ("在场", format!("{} 分钟", totals.minutes)),
    ];
    figures.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
}

pub(super) fn sessions(proof: &Proof) -> Sheet {
    let headers = [
        ("开始", 17.0),
        ("活动", 36.0),
        ("工作室", 30.0),
        ("全场分钟", 10.0),
        ("在场分钟", 10.0),
        ("第一次", 17.0),
        ("最后一次", 17.0),
        ("结果", 8.0),
        ("迟到", 6.0),
        ("早退", 6.0),
        ("说明", 60.0),
        ("更正", 40.0),
    ];
    let rows = proof.rows.iter().map(|row| {
        let record = &row.record;
        vec![
            Cell::Moment(row.started_at),
            Cell::text(&row.title),
            Cell::text(&row.studio_name),
            Cell::count(record.whole.as_secs() / 60),
            Cell::count(record.minutes()),
            Cell::moment(record.first),
            Cell::moment(record.last),
            Cell::text(words::verdict(record.status, false, false, record.ongoing)),
            Cell::yes(record.late),
            Cell::yes(record.left_early),
            Cell::text(&record.reason),
            Cell::text(words::correction(record)),
        ]
    });
    Sheet { name: SESSIONS, columns: columns(&headers), rows: rows.collect() }
}

pub(super) fn paper(proof: &Proof) -> Paper {
    let rows = proof.rows.iter().map(|row| {
        let record = &row.record;
        vec![
            words::moment(row.started_at),
            row.title.clone(),
            row.studio_name.clone(),
            format!("{} / {}", record.minutes(), record.whole.as_secs() / 60),
            words::verdict(record.status, record.late, record.left_early, record.ongoing),
        ]
    });
    let columns = [("开始", 30.0), ("活动", 68.0), ("工作室", 50.0), ("在场 / 全场", 20.0), ("结果", 20.0)];
    let mut notes = vec![format!("出席规则第 {} 版：", proof.parameters.version)];
    notes.extend(clause_lines(&proof.parameters.clauses()));
    notes.push(format!("证明指纹 {}", proof.digest()));
    let school = proof.school.as_deref().map_or_else(String::new, |school| format!("，{school}"));
    Paper {
        heading: "考勤证明".to_owned(),
        title: format!("{}{school}", proof.name),
        facts: vec![format!("{} 年参加和应当参加的活动，已经结束的。", proof.year)],
        figures: figures(proof),
        tables: vec![PaperTable { title: "活动".to_owned(), columns: columns.to_vec(), rows: rows.collect() }],
        notes,
        ..Paper::default()
    }
}
