//! What somebody reads who wants to know why.

use super::*;
use PresenceKind::{Left, Lost, Resumed};

fn lines(story: &Story) -> Vec<(i64, i64, String)> {
    let measured = story.records().into_iter().map(|record| {
        let verdict = record.correction.as_ref().map_or(record.verdict(), |correction| correction.before);
        (record.person, verdict)
    });
    let all = audit(&story.lines, &measured.collect());
    all.into_iter().map(|line| (line.first, line.last, line.text)).collect()
}

#[test]
fn checkpoints_are_folded_until_something_else_happens() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(60);
    story.goes(1, Lost);
    story.passes(10);
    story.goes(1, Resumed);
    story.page(1).visible = false;
    story.passes(50);
    story.page(1).visible = true;
    story.page(1).media = false;
    story.passes(15);
    story.goes(1, Left);
    story.ends();
    let told: Vec<String> =
        lines(&story).into_iter().map(|(first, last, text)| format!("{first}–{last} {text}")).collect();
    assert_eq!(
        told,
        [
            "1–1 开始，服务器开始记录",
            "2–2 进入，身份是观众，设备 devi",
            "3–6 在场 4 次确认",
            "7–7 线路断了",
            "8–8 线路接上",
            "9–13 在场 5 次确认，其中 4 次页面在后台，1 次没有收到画面和声音",
            "14–14 离开：",
            "15–15 结束",
        ]
    );
}

#[test]
fn two_people_do_not_break_each_others_runs() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.joins(2, 2);
    story.passes(60);
    story.ends();
    let told = lines(&story);
    let runs: Vec<_> = told.iter().filter(|(.., text)| text.starts_with("在场")).collect();
    assert_eq!(runs.len(), 2);
    assert!(runs.iter().all(|(first, last, text)| last - first == 6 && text == "在场 4 次确认"), "{runs:?}");
}

#[test]
fn each_correction_says_what_it_changed() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(60);
    story.goes(1, Left);
    story.passes(80 * MINUTE);
    story.ends();
    story.corrects(1, AttendanceStatus::Present, true, "在教室里一起看");
    story.corrects(1, AttendanceStatus::Excused, false, "认错了人，他请了假");
    let told: Vec<String> = lines(&story).into_iter().map(|(.., text)| text).collect();
    assert_eq!(told[told.len() - 2..], ["由“缺席”更正为“出席，迟到”", "由“出席，迟到”更正为“请假”"]);
}
