//! What stands in the files of a Session's report.

use super::book::{Book, Cell, Sheet, columns};
use super::pdf::{Paper, PaperTable};
use super::{polls, words};
use crate::domain::attendance::{AttendanceReport, Clause, Gap, GapKind, ReportRow};
use crate::domain::poll::Poll;

pub(super) const ROSTER: &str = "名单";

/// With the polls of the Session, where there were any.
pub(super) fn book(report: &AttendanceReport, asked: &[Poll]) -> Book {
    let mut sheets = vec![summary(report), roster(report)];
    if !asked.is_empty() {
        sheets.push(polls::sheet(asked));
    }
    sheets.extend([spans(report), parameters(&report.parameters.clauses())]);
    Book { title: format!("出席报告 {}", report.occasion.title), sheets }
}

/// Label and value, as reports print them.
pub(super) fn figures(report: &AttendanceReport) -> Vec<(String, String)> {
    let one = &report.figures;
    let mut figures = vec![
        ("参加人数".to_owned(), format!("{} 人", one.people)),
        ("名单人数".to_owned(), format!("{} 人", one.listed)),
    ];
    if let Some(share) = one.core_percent_text() {
        figures.push(("核心成员出席".to_owned(), format!("{} / {} 人，{share}", one.core_present, one.core_roster)));
    }
    figures.extend([
        ("乡村学校".to_owned(), format!("{} 所，{} 位乡村教师", one.rural_schools, one.rural_people)),
        ("人均在场".to_owned(), format!("{} 分钟", one.mean_minutes)),
    ]);
    if one.classrooms > 0 {
        let words = format!("{} 间，{} 人", one.classrooms, one.classroom_people);
        figures.push(("集体观看教室".to_owned(), words));
    }
    figures.extend([
        ("迟到、早退".to_owned(), format!("{} 人、{} 人", one.late, one.left_early)),
        ("请假".to_owned(), format!("{} 人", one.excused)),
        ("缺席".to_owned(), format!("{} 人", one.absent)),
        ("待核".to_owned(), format!("{} 人", one.unknown)),
    ]);
    figures
}

fn summary(report: &AttendanceReport) -> Sheet {
    let (occasion, one) = (&report.occasion, &report.figures);
    let row = |label: &str, value: Cell, note: &str| vec![Cell::text(label), value, Cell::text(note)];
    let count = |number: u32| Cell::count(number);
    let mut rows = vec![
        row("活动", Cell::text(&occasion.title), ""),
        row("工作室", Cell::text(&occasion.studio_name), ""),
        row("类型", Cell::text(occasion.kind.word()), ""),
        row("形式", Cell::text(occasion.mode.word()), ""),
        row("级别", Cell::text(occasion.level.word()), ""),
        row("主讲人", Cell::text(occasion.presenters.join("、")), ""),
        row("计划开始", Cell::Moment(report.planned.from), ""),
        row("计划结束", Cell::Moment(report.planned.to), ""),
        row("实际开始", Cell::Moment(report.held.from), ""),
        row("实际结束", Cell::Moment(report.held.to), if report.ongoing { "还在进行，这是到现在为止" } else { "" }),
        row("参加人数", count(one.people), "出席的人，主持人也算"),
        row("名单人数", count(one.listed), "来了的和应到的"),
        row("核心成员出席", count(one.core_present), ""),
        row("核心成员", count(one.core_roster), "按当天名单"),
    ];
    if let Some(permille) = one.core_permille() {
        rows.push(row("核心成员出席率", Cell::Share(f64::from(permille) / 1000.0), ""));
    }
    rows.extend([
        row("乡村学校", count(one.rural_schools), "有人出席的乡村学校，所"),
        row("乡村教师", count(one.rural_people), "出席的"),
        row("人均在场分钟", count(one.mean_minutes), "出席的人"),
        row("集体观看教室", count(one.classrooms), "间"),
        row("集体观看人数", count(one.classroom_people), "出席的"),
        row("迟到", count(one.late), "仍算出席"),
        row("早退", count(one.left_early), "仍算出席"),
        row("请假", count(one.excused), ""),
        row("缺席", count(one.absent), ""),
        row("待核", count(one.unknown), "不按缺席算"),
        row("人工更正", count(report.corrections), "次"),
    ]);
    for mark in &report.check_ins {
        let note = format!("{}，应答 {} 人", words::clock(mark.at), mark.expected);
        rows.push(row(&mark.title(), count(mark.answered), &note));
    }
    for room in &report.classrooms {
        let counted = room.headcount.map_or_else(String::new, |count| format!("，清点 {count} 人"));
        let note =
            format!("{}就座人数{counted}", room.school.as_deref().map_or_else(String::new, |s| format!("{s}，")));
        rows.push(row(&room.name, count(room.seated), &note));
    }
    rows.extend([
        row("出席规则", Cell::text(format!("第 {} 版", report.parameters.version)), "见“口径”"),
        row("考勤明细末行", Cell::count(u64::try_from(report.head.sequence).unwrap_or(0)), ""),
        row("报告指纹", Cell::text(report.digest()), "SHA-256"),
    ]);
    Sheet { name: "汇总", columns: columns(&[("项目", 18.0), ("数值", 42.0), ("说明", 30.0)]), rows }
}

pub(super) fn roster(report: &AttendanceReport) -> Sheet {
    let headers = [
        ("姓名", 10.0),
        ("身份", 12.0),
        ("学校", 24.0),
        ("乡村", 6.0),
        ("区域", 18.0),
        ("方式", 14.0),
        ("在场分钟", 9.0),
        ("第一次", 17.0),
        ("最后一次", 17.0),
        ("中断次数", 9.0),
        ("设备数", 8.0),
        ("应签到", 8.0),
        ("已签到", 8.0),
        ("结果", 8.0),
        ("迟到", 6.0),
        ("早退", 6.0),
        ("说明", 60.0),
        ("更正", 40.0),
    ];
    let rows = report.rows.iter().map(|row| {
        let (known, record) = (&row.known, &row.record);
        let school = known.school.as_ref();
        vec![
            Cell::text(&known.name),
            Cell::text(row.role_word()),
            Cell::text(school.map_or("", |school| &school.name)),
            Cell::yes(row.is_rural()),
            Cell::text(school.and_then(|school| school.region.as_deref()).unwrap_or("")),
            Cell::text(ways(row)),
            Cell::count(record.minutes()),
            Cell::moment(record.first),
            Cell::moment(record.last),
            Cell::count(interruptions(&record.gaps)),
            Cell::count(record.devices),
            Cell::count(row.record.check_ins.asked),
            Cell::count(row.record.check_ins.answered),
            Cell::text(words::verdict(record.status, false, false, record.ongoing)),
            Cell::yes(record.late),
            Cell::yes(record.left_early),
            Cell::text(&record.reason),
            Cell::text(words::correction(record)),
        ]
    });
    Sheet { name: ROSTER, columns: columns(&headers), rows: rows.collect() }
}

/// In words; with the room of somebody who was seated.
pub(super) fn ways(row: &ReportRow) -> String {
    let ways: Vec<&str> = row.ways.iter().map(|way| way.word()).collect();
    if row.places.is_empty() {
        ways.join("、")
    } else {
        format!("{}（{}）", ways.join("、"), row.places.join("、"))
    }
}

/// Those that were not bridged.
fn interruptions(gaps: &[Gap]) -> u64 {
    gaps.iter().filter(|gap| gap.kind != GapKind::Bridged).count() as u64
}

fn spans(report: &AttendanceReport) -> Sheet {
    let mut rows = Vec::new();
    for row in &report.rows {
        let seen = row.record.intervals.iter().map(|one| (one.from, one.to, "在看"));
        let gaps = row.record.gaps.iter().map(|gap| (gap.from, gap.to, gap.kind.word()));
        let mut all: Vec<_> = seen.chain(gaps).collect();
        all.sort_by_key(|(from, to, _)| (*from, *to));
        rows.extend(all.into_iter().map(|(from, to, word)| {
            vec![
                Cell::text(&row.known.name),
                Cell::text(row.known.school.as_ref().map_or("", |school| &school.name)),
                Cell::Moment(from),
                Cell::Moment(to),
                Cell::count(to.since(from).as_secs()),
                Cell::text(word),
            ]
        }));
    }
    let headers = [("姓名", 10.0), ("学校", 24.0), ("从", 17.0), ("到", 17.0), ("秒", 8.0), ("是什么", 22.0)];
    Sheet { name: "时段", columns: columns(&headers), rows }
}

pub(super) fn parameters(clauses: &[Clause]) -> Sheet {
    let rows = clauses
        .iter()
        .map(|clause| vec![Cell::text(clause.term.as_deref().unwrap_or("计时")), Cell::text(&clause.text)]);
    Sheet { name: "口径", columns: columns(&[("名称", 10.0), ("怎样算", 80.0)]), rows: rows.collect() }
}

/// The clauses as lines of a paper.
pub(super) fn clause_lines(clauses: &[Clause]) -> Vec<String> {
    let line = |clause: &Clause| match &clause.term {
        Some(term) => format!("{term}：{}。", clause.text),
        None => clause.text.clone(),
    };
    clauses.iter().map(line).collect()
}

pub(super) fn paper(report: &AttendanceReport) -> Paper {
    let occasion = &report.occasion;
    let mut facts = vec![
        format!("{}　{}　{}", occasion.studio_name, occasion.kind.word(), occasion.mode.word()),
        format!(
            "计划 {}　实际 {}",
            words::span(report.planned.from, report.planned.to),
            words::span(report.held.from, report.held.to)
        ),
    ];
    if !occasion.presenters.is_empty() {
        facts.push(format!("主讲 {}", occasion.presenters.join("、")));
    }
    let rows = report.rows.iter().enumerate().map(|(at, row)| {
        let record = &row.record;
        let school = row.known.school.as_ref();
        let clock = |at: Option<crate::domain::Time>| at.map_or_else(String::new, words::clock);
        vec![
            (at + 1).to_string(),
            row.known.name.clone(),
            row.role_word().to_owned(),
            school.map_or_else(String::new, |school| {
                format!("{}{}", school.name, if school.rural { "（乡村）" } else { "" })
            }),
            ways(row),
            record.minutes().to_string(),
            clock(record.first),
            clock(record.last),
            words::verdict(record.status, record.late, record.left_early, record.ongoing),
        ]
    });
    let columns = [
        ("序", 8.0),
        ("姓名", 20.0),
        ("身份", 22.0),
        ("学校", 52.0),
        ("方式", 28.0),
        ("分钟", 11.0),
        ("首次", 13.0),
        ("末次", 13.0),
        ("结果", 19.0),
    ];
    let mut notes = vec![format!("出席规则第 {} 版：", report.parameters.version)];
    notes.extend(clause_lines(&report.parameters.clauses()));
    if report.corrections > 0 {
        notes.push(format!("其中 {} 处经人工更正。", report.corrections));
    }
    notes.push(format!("考勤明细到第 {} 行，报告指纹 {}", report.head.sequence, report.digest()));
    Paper {
        heading: "出席报告".to_owned(),
        title: occasion.title.clone(),
        facts,
        figures: figures(report),
        tables: vec![PaperTable { title: ROSTER.to_owned(), columns: columns.to_vec(), rows: rows.collect() }],
        notes,
        ..Paper::default()
    }
}
