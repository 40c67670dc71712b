//! The record of an Activity (活动记录): what was held, by whom, who came, and what was said of it.

use super::super::pdf::{Paper, PaperTable};
use super::super::{polls, session_book, words};
use super::book::{Links, hours};
use crate::store::pack::Contents;

/// Label and value, as printed and as told to whoever verifies it.
pub(super) fn figures(contents: &Contents) -> Vec<(String, String)> {
    let mut figures = session_book::figures(&contents.report);
    let held = contents.report.held;
    let (minutes, hour) = (held.to.since(held.from).as_secs() / 60, contents.class_hour_minutes);
    figures.push(("课时".to_owned(), format!("{:.1}，{minutes} 分钟", hours(minutes, hour))));
    figures.push(("评课记录".to_owned(), format!("{} 份", contents.reviews.len())));
    if !contents.polls.is_empty() {
        figures.push(("投票".to_owned(), format!("{} 次", contents.polls.len())));
    }
    figures.push(("活动照片".to_owned(), format!("{} 张", contents.photos.len())));
    if let Some(footage) = &contents.footage {
        figures.push(("录像".to_owned(), format!("{} 个", footage.len())));
    }
    figures
}

pub(super) fn paper(contents: &Contents, links: &Links) -> Paper {
    let (report, activity) = (&contents.report, &contents.activity);
    let mut notes = vec![format!("出席规则第 {} 版：", report.parameters.version)];
    notes.extend(session_book::clause_lines(&report.parameters.clauses()));
    if report.corrections > 0 {
        notes.push(format!("其中 {} 处经人工更正。", report.corrections));
    }
    notes.push(format!("考勤明细到第 {} 行，报告指纹 {}", report.head.sequence, report.digest()));
    notes.push(format!("1 课时 {} 分钟，考核时把分钟累计后取整。", contents.class_hour_minutes));
    notes.push("逐人出席、签到、投票和评课全文见同一材料包里的表格；各文件的 SHA-256 见目录。".to_owned());
    Paper {
        heading: "活动记录".to_owned(),
        title: activity.title.clone(),
        facts: facts(contents),
        figures: figures(contents),
        tables: tables(contents, links),
        notes,
        ..Paper::default()
    }
}

fn facts(contents: &Contents) -> Vec<String> {
    let (report, activity) = (&contents.report, &contents.activity);
    let level = match contents.confirmed {
        Some(level) => format!("{}（已确认）", level.word()),
        None => format!("{}（待确认）", activity.level.word()),
    };
    let presenters = report.occasion.presenters.join("、");
    let told = [
        ("工作室", contents.studio.name.clone()),
        ("类型", format!("{}，{}", activity.kind.word(), activity.mode.word())),
        ("级别", level),
        ("计划时间", words::span(report.planned.from, report.planned.to)),
        ("实际时间", words::span(report.held.from, report.held.to)),
        ("主讲", presenters),
        ("系列", contents.series.clone().unwrap_or_default()),
        ("面向", activity.audience.clone()),
        ("地点", activity.place.clone()),
        ("通知", contents.notice_number.clone().unwrap_or_default()),
        ("说明", activity.summary.clone()),
    ];
    let told = told.into_iter().filter(|(_, value)| !value.is_empty());
    told.map(|(label, value)| format!("{label}：{value}")).collect()
}

fn tables(contents: &Contents, links: &Links) -> Vec<PaperTable> {
    let table = |title: &str, columns: &[(&'static str, f32)], rows: Vec<Vec<String>>| {
        (!rows.is_empty()).then(|| PaperTable { title: title.to_owned(), columns: columns.to_vec(), rows })
    };
    let check_ins = contents.report.check_ins.iter();
    let check_ins = check_ins
        .map(|mark| vec![words::moment(mark.at), mark.title(), format!("{} / {} 人", mark.answered, mark.expected)]);
    let reviews = contents.reviews.iter();
    let reviews = reviews
        .map(|one| vec![one.reviewer.name.clone(), one.lesson.clone(), one.strengths.clone(), one.advice.clone()]);
    let rooms = contents.report.classrooms.iter();
    let rooms = rooms.map(|room| {
        let counted = room.headcount.map_or_else(String::new, |count| format!("{count} 人"));
        vec![room.name.clone(), room.school.clone().unwrap_or_default(), format!("{} 人", room.seated), counted]
    });
    let recordings = links.all().iter().map(|one| vec![one.title.clone(), one.length.clone(), one.url.clone()]);
    [
        table("签到", &[("时间", 50.0), ("名称", 60.0), ("已答", 40.0)], check_ins.collect()),
        table("投票", &polls::COLUMNS, polls::rows(&contents.polls)),
        table("集体观看", &[("教室", 60.0), ("学校", 70.0), ("就座", 25.0), ("清点", 25.0)], rooms.collect()),
        table("评课", &[("评课人", 24.0), ("课题", 36.0), ("优点", 62.0), ("建议", 62.0)], reviews.collect()),
        table("音像资料", &[("名称", 70.0), ("时长", 24.0), ("地址", 90.0)], recordings.collect()),
    ]
    .into_iter()
    .flatten()
    .collect()
}
