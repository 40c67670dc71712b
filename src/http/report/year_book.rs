//! What stands in the files of a Studio's year.

use super::book::{Book, Cell, Column, Sheet, columns};
use super::pdf::{Paper, PaperTable};
use super::session_book::{clause_lines, parameters};
use super::words;
use crate::domain::attendance::{Known, YearCell, YearPerson, YearReport, YearTotals};

pub(super) fn book(report: &YearReport) -> Book {
    Book {
        title: format!("{} {} 年出席汇总", report.studio_name, report.year),
        sheets: vec![
            summary(report),
            people(report),
            sessions(report),
            matrix(report),
            parameters(&report.parameters.clauses()),
        ],
    }
}

pub(super) fn figures(report: &YearReport) -> Vec<(String, String)> {
    let one = &report.figures;
    let figures = [
        ("活动", format!("{} 场，{} 分钟", one.sessions, one.minutes)),
        ("参加", format!("{} 人，{} 人次", one.people, one.presences)),
        ("不少于 10 人的活动", format!("{} 场", one.sessions_of_ten)),
        ("核心成员过半的活动", format!("{} 场", one.sessions_of_half_core)),
        ("乡村学校", format!("{} 所，{} 位乡村教师", one.rural_schools, one.rural_people)),
    ];
    figures.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
}

fn summary(report: &YearReport) -> Sheet {
    let one = &report.figures;
    let row = |label: &str, value: Cell, note: &str| vec![Cell::text(label), value, Cell::text(note)];
    let rows = vec![
        row("工作室", Cell::text(&report.studio_name), ""),
        row("年份", Cell::Number(f64::from(report.year)), ""),
        row("活动", Cell::count(one.sessions), "已结束的，场"),
        row("活动时长", Cell::count(one.minutes), "分钟"),
        row("参加人数", Cell::count(one.people), "至少出席一场的人"),
        row("参加人次", Cell::count(one.presences), ""),
        row("不少于 10 人的活动", Cell::count(one.sessions_of_ten), "场"),
        row("核心成员过半的活动", Cell::count(one.sessions_of_half_core), "场，按当天名单"),
        row("乡村学校", Cell::count(one.rural_schools), "有人出席的，所"),
        row("乡村教师", Cell::count(one.rural_people), "至少出席一场的"),
        row("出席规则", Cell::text(format!("第 {} 版", report.parameters.version)), "见“口径”"),
        row("报告指纹", Cell::text(report.digest()), "SHA-256"),
    ];
    Sheet { name: "汇总", columns: columns(&[("项目", 22.0), ("数值", 42.0), ("说明", 30.0)]), rows }
}

pub(super) fn people(report: &YearReport) -> Sheet {
    let headers = [
        ("姓名", 10.0),
        ("身份", 12.0),
        ("学校", 24.0),
        ("乡村", 6.0),
        ("区域", 18.0),
        ("应到场次", 9.0),
        ("出席", 7.0),
        ("迟到", 7.0),
        ("早退", 7.0),
        ("请假", 7.0),
        ("缺席", 7.0),
        ("待核", 7.0),
        ("出席率", 8.0),
        ("在场分钟", 10.0),
    ];
    let rows = report.people.iter().map(|one| {
        let totals = &one.totals;
        let mut row = who(&one.known);
        row.extend(
            [
                totals.listed,
                totals.present,
                totals.late,
                totals.left_early,
                totals.excused,
                totals.absent,
                totals.unknown,
            ]
            .map(Cell::count),
        );
        row.push(share(totals));
        row.push(Cell::count(totals.minutes));
        row
    });
    Sheet { name: "人员", columns: columns(&headers), rows: rows.collect() }
}

fn share(totals: &YearTotals) -> Cell {
    if totals.listed == 0 { Cell::Empty } else { Cell::Share(f64::from(totals.present) / f64::from(totals.listed)) }
}

fn who(known: &Known) -> Vec<Cell> {
    let school = known.school.as_ref();
    vec![
        Cell::text(&known.name),
        Cell::text(known.role_word()),
        Cell::text(school.map_or("", |school| &school.name)),
        Cell::yes(school.is_some_and(|school| school.rural)),
        Cell::text(school.and_then(|school| school.region.as_deref()).unwrap_or("")),
    ]
}

fn sessions(report: &YearReport) -> Sheet {
    let headers = [
        ("开始", 17.0),
        ("活动", 36.0),
        ("类型", 9.0),
        ("形式", 12.0),
        ("分钟", 8.0),
        ("参加人数", 9.0),
        ("核心成员出席", 13.0),
        ("核心成员", 10.0),
        ("核心成员出席率", 15.0),
        ("乡村学校", 9.0),
        ("乡村教师", 9.0),
        ("人均在场分钟", 13.0),
        ("请假", 7.0),
        ("缺席", 7.0),
        ("待核", 7.0),
    ];
    let rows = report.sessions.iter().map(|session| {
        let one = &session.figures;
        vec![
            Cell::Moment(session.started_at),
            Cell::text(&session.occasion.title),
            Cell::text(session.occasion.kind.word()),
            Cell::text(session.occasion.mode.word()),
            Cell::count(session.minutes),
            Cell::count(one.people),
            Cell::count(one.core_present),
            Cell::count(one.core_roster),
            one.core_permille().map_or(Cell::Empty, |permille| Cell::Share(f64::from(permille) / 1000.0)),
            Cell::count(one.rural_schools),
            Cell::count(one.rural_people),
            Cell::count(one.mean_minutes),
            Cell::count(one.excused),
            Cell::count(one.absent),
            Cell::count(one.unknown),
        ]
    });
    Sheet { name: "活动", columns: columns(&headers), rows: rows.collect() }
}

/// Each person beside each Session: the verdict and the minutes.
fn matrix(report: &YearReport) -> Sheet {
    let mut headers = columns(&[("姓名", 10.0), ("身份", 12.0), ("学校", 24.0)]);
    headers.extend(report.sessions.iter().map(|session| Column {
        header: format!("{} {}", &words::day(session.started_at)[5..], session.occasion.title),
        width: 14.0,
    }));
    let rows = report.people.iter().map(|one| {
        let mut row = who(&one.known);
        row.truncate(3);
        row.extend(one.cells.iter().map(|cell| cell.map_or(Cell::Empty, |cell| Cell::text(cell_words(cell)))));
        row
    });
    Sheet { name: "逐场", columns: headers, rows: rows.collect() }
}

fn cell_words(cell: YearCell) -> String {
    let verdict = words::verdict(cell.status, cell.late, cell.left_early, false);
    if cell.minutes > 0 { format!("{verdict} {} 分钟", cell.minutes) } else { verdict }
}

pub(super) fn paper(report: &YearReport) -> Paper {
    let sessions = report.sessions.iter().map(|session| {
        let one = &session.figures;
        vec![
            words::moment(session.started_at),
            session.occasion.title.clone(),
            session.occasion.kind.word().to_owned(),
            one.people.to_string(),
            format!("{} / {}", one.core_present, one.core_roster),
            one.rural_schools.to_string(),
            one.mean_minutes.to_string(),
        ]
    });
    let session_columns = [
        ("开始", 30.0),
        ("活动", 76.0),
        ("类型", 18.0),
        ("人数", 14.0),
        ("核心成员", 18.0),
        ("乡村学校", 16.0),
        ("人均分钟", 16.0),
    ];
    let people = report.people.iter().map(person_row);
    let people_columns = [
        ("姓名", 22.0),
        ("身份", 24.0),
        ("学校", 54.0),
        ("应到", 12.0),
        ("出席", 12.0),
        ("迟到", 12.0),
        ("早退", 12.0),
        ("请假", 12.0),
        ("缺席", 12.0),
        ("分钟", 16.0),
    ];
    let mut notes = vec![format!("出席规则第 {} 版：", report.parameters.version)];
    notes.extend(clause_lines(&report.parameters.clauses()));
    notes.push(format!("报告指纹 {}", report.digest()));
    Paper {
        heading: "年度出席汇总".to_owned(),
        title: format!("{} {} 年", report.studio_name, report.year),
        facts: vec!["只列已经结束的活动。每场按当天的名单计算。".to_owned()],
        figures: figures(report),
        tables: vec![
            PaperTable { title: "活动".to_owned(), columns: session_columns.to_vec(), rows: sessions.collect() },
            PaperTable { title: "人员".to_owned(), columns: people_columns.to_vec(), rows: people.collect() },
        ],
        notes,
        ..Paper::default()
    }
}

fn person_row(one: &YearPerson) -> Vec<String> {
    let totals = &one.totals;
    let school = one.known.school.as_ref();
    let counts = [totals.listed, totals.present, totals.late, totals.left_early, totals.excused, totals.absent];
    let mut row = vec![
        one.known.name.clone(),
        one.known.role_word().to_owned(),
        school.map_or_else(String::new, |school| {
            format!("{}{}", school.name, if school.rural { "（乡村）" } else { "" })
        }),
    ];
    row.extend(counts.map(|count| count.to_string()));
    row.push(totals.minutes.to_string());
    row
}
