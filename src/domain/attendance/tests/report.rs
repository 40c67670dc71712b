//! Reports whose figures were worked out by hand.

use super::*;
use crate::domain::{ActivityId, ActivityKind, Level, MemberRole, Mode, StudioId};
use std::collections::BTreeMap;

fn key(person: u8) -> String {
    AccountId::from_random([person; 10]).to_string()
}

fn known(name: &str, role: Option<MemberRole>, rural: bool) -> Known {
    let school = KnownSchool { name: format!("{name}的学校"), rural, region: Some("临江市 / 青禾县".into()) };
    Known { name: name.into(), school: Some(school), role, ..Known::default() }
}

fn people() -> BTreeMap<String, Known> {
    BTreeMap::from([
        (key(1), known("周文澜", Some(MemberRole::Host), false)),
        (key(2), known("李建国", Some(MemberRole::Core), false)),
        (key(3), known("林雨桐", Some(MemberRole::Core), true)),
        (key(4), known("陈晓梅", Some(MemberRole::Trainee), true)),
    ])
}

fn occasion() -> Occasion {
    Occasion {
        session: SessionId::from_random([9; 10]),
        activity: ActivityId::from_random([7; 10]),
        title: "习作单元整体教学".into(),
        kind: ActivityKind::OpenLesson,
        mode: Mode::Online,
        level: Level::County,
        studio: StudioId::from_random([8; 10]),
        studio_name: "周文澜小学语文名师工作室".into(),
        presenters: vec!["周文澜".into()],
    }
}

fn report_of(story: &Story) -> AttendanceReport {
    let expected = [1, 2, 3].map(key);
    let (timetable, parameters) = (story.timetable(), AttendanceParameters::default());
    let records = records(&story.lines, &timetable, &parameters, &[], &expected);
    report(ReportSource {
        occasion: occasion(),
        people: &people(),
        events: &story.lines,
        timetable: &timetable,
        parameters: &parameters,
        records,
        head: story.lines.last().unwrap().head(),
    })
}

/// 60 minutes: the host all along, one core member for 40 minutes, a rural trainee from minute 20, the other core member
/// not at all.
fn hour() -> Story {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.joins(2, 2);
    story.passes(20 * MINUTE);
    story.joins(3, 4);
    story.passes(20 * MINUTE);
    story.goes(2, PresenceKind::Left);
    story.passes(20 * MINUTE);
    story.ends();
    story
}

#[test]
fn the_figures_are_those_worked_out_by_hand() {
    let report = report_of(&hour());
    let figures = &report.figures;
    assert_eq!((figures.people, figures.listed, figures.absent), (3, 4, 1));
    assert_eq!((figures.core_present, figures.core_roster), (1, 2));
    assert_eq!(figures.core_percent_text().as_deref(), Some("50%"));
    assert_eq!((figures.rural_schools, figures.rural_people), (1, 1));
    assert_eq!(figures.mean_minutes, 46, "(60 + 40 + 40) / 3, rounded down");
    assert_eq!((figures.late, figures.left_early), (1, 1));
    let names: Vec<_> = report.rows.iter().map(|row| (row.known.name.as_str(), row.record.minutes())).collect();
    assert_eq!(names, [("周文澜", 60), ("李建国", 40), ("林雨桐", 0), ("陈晓梅", 40)], "by rank, then by name");
}

#[test]
fn the_curve_counts_who_is_there_at_each_minute() {
    let report = report_of(&hour());
    let people: Vec<u32> = report.curve.iter().map(|point| point.people).collect();
    assert_eq!(people.len(), 61);
    assert_eq!([people[0], people[19], people[20], people[39], people[40], people[60]], [2, 2, 3, 3, 2, 2]);
}

#[test]
fn half_a_percent_is_rounded_to_a_tenth() {
    let text =
        |core_present, core_roster| Figures { core_present, core_roster, ..Figures::default() }.core_percent_text();
    assert_eq!(text(6, 11).as_deref(), Some("54.5%"));
    assert_eq!(text(1, 3).as_deref(), Some("33.3%"));
    assert_eq!(text(2, 3).as_deref(), Some("66.7%"));
    assert_eq!(text(0, 0), None, "without a core roster there is no share");
}

#[test]
fn check_ins_stand_on_the_curve_and_beside_the_people() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.joins(2, 2);
    story.passes(10 * MINUTE);
    let opened = |number: u32, purpose: &str| {
        format!(r#"{{"number":{number},"purpose":"{purpose}","expected":["{}","{}"]}}"#, key(1), key(2))
    };
    story.write(PresenceKind::CheckInOpened, None, &opened(1, "roll"));
    story.write(PresenceKind::CheckInAnswered, Some((2, 2)), r#"{"number":1,"how":"tap"}"#);
    story.write(PresenceKind::CheckInAnswered, Some((2, 2)), r#"{"number":1,"how":"tap"}"#);
    story.passes(10 * MINUTE);
    story.write(PresenceKind::CheckInOpened, None, &opened(2, "call"));
    story.write(PresenceKind::CheckInOpened, None, &opened(3, "roll"));
    story.write(PresenceKind::CheckInAnswered, Some((1, 1)), r#"{"number":3,"how":"tap"}"#);
    story.passes(40 * MINUTE);
    for number in 1..=3 {
        story.write(PresenceKind::CheckInClosed, None, &format!(r#"{{"number":{number},"cause":"time"}}"#));
    }
    story.ends();
    let report = report_of(&story);
    let marks: Vec<_> = report.check_ins.iter().map(|one| (one.title(), one.answered, one.expected)).collect();
    assert_eq!(marks, [("第 1 次签到".into(), 1, 2), ("第 1 次点名".into(), 0, 2), ("第 2 次签到".into(), 1, 2)]);
    assert_eq!(report.check_ins[0].at, Time::from_seconds(START + 10 * MINUTE));
    let told: Vec<_> =
        report.rows.iter().map(|row| (row.record.check_ins.asked, row.record.check_ins.answered)).collect();
    assert_eq!(told, [(3, 1), (3, 1), (0, 0)]);
}

#[test]
fn a_school_that_a_guest_names_is_the_one_of_that_name() {
    let mut story = Story::begin();
    story.joins(1, 4);
    let guest = Person::Guest { name: "王小明".into(), school: "陈晓梅的学校".into() };
    story.write(PresenceKind::Joined, Some((2, 2)), r#"{"rural":true}"#);
    story.lines.last_mut().unwrap().person = Some(guest.key());
    for _ in 0..160 {
        story.passes(15);
        let checkpoint = r#"{"media_ms":15000,"audio_ms":0,"video_ms":0,"sent_ms":0,"visible_ms":15000,"sound_ms":0}"#;
        story.write(PresenceKind::Checkpoint, Some((2, 2)), checkpoint);
        story.lines.last_mut().unwrap().person = Some(guest.key());
    }
    story.ends();
    let report = report_of(&story);
    let guest = report.rows.last().unwrap();
    assert_eq!((guest.known.name.as_str(), guest.role_word(), guest.is_rural()), ("王小明", "访客", true));
    assert_eq!((report.figures.rural_people, report.figures.rural_schools), (2, 1));
}

#[test]
fn seats_tell_how_somebody_took_part() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.write(PresenceKind::Joined, Some((5, 7)), r#"{"kind":"classroom","name":"三楼会议室","school":"上坪小学"}"#);
    story.lines.last_mut().unwrap().person = Some("classroom:aaaa".into());
    let seated = r#"{"place":"classroom:aaaa","name":"某","school":"上坪小学","rural":true,"how":"scan"}"#;
    story.write(PresenceKind::Seated, Some((6, 2)), seated);
    story.write(PresenceKind::Seated, Some((7, 4)), seated);
    story.write(PresenceKind::Unseated, Some((7, 4)), r#"{"place":"classroom:aaaa","cause":"struck"}"#);
    story.write(PresenceKind::Headcount, None, r#"{"place":"classroom:aaaa","count":3}"#);
    story.passes(60 * MINUTE);
    story.ends();
    let report = report_of(&story);
    let room = &report.classrooms[0];
    assert_eq!((room.name.as_str(), room.seated, room.headcount), ("三楼会议室", 1, Some(3)));
    let row = |person: u8| report.rows.iter().find(|row| row.record.person == key(person)).unwrap();
    assert_eq!(row(1).ways, [Way::Online]);
    assert_eq!(
        (row(2).ways.as_slice(), row(2).places.as_slice()),
        ([Way::Classroom].as_slice(), ["三楼会议室".to_owned()].as_slice())
    );
}

#[test]
fn the_same_lines_give_the_same_bytes_and_a_changed_minute_another_digest() {
    let (once, again) = (report_of(&hour()), report_of(&hour()));
    assert_eq!(serde_json::to_string(&once).unwrap(), serde_json::to_string(&again).unwrap());
    assert_eq!(once.digest(), again.digest());
    let mut longer = hour();
    let end = longer.lines.pop().unwrap();
    longer.passes(60);
    longer.write(end.kind, None, "{}");
    assert_ne!(report_of(&longer).digest(), once.digest());
}

#[test]
fn a_year_adds_up_its_sessions() {
    let first = report_of(&hour());
    let mut second = first.clone();
    second.held.from = second.held.from + Duration::from_secs(86_400);
    second.rows.retain(|row| row.known.name != "陈晓梅");
    second.rows[1].record.status = AttendanceStatus::Excused;
    second.figures.people = 1;
    second.figures.core_present = 0;
    let studio = (StudioId::from_random([8; 10]), "周文澜小学语文名师工作室".to_owned());
    let year = YearReport::of(studio, 2026, &AttendanceParameters::default(), vec![second, first]);
    let totals: Vec<_> = year
        .people
        .iter()
        .map(|one| (one.known.name.as_str(), one.totals.listed, one.totals.present, one.totals.minutes))
        .collect();
    assert_eq!(totals, [("周文澜", 2, 2, 120), ("李建国", 2, 1, 80), ("林雨桐", 2, 0, 0), ("陈晓梅", 1, 1, 40)]);
    assert_eq!(year.people[3].cells[1], None, "neither there nor expected");
    let figures = &year.figures;
    assert_eq!((figures.sessions, figures.people, figures.presences), (2, 3, 4));
    assert_eq!((figures.rural_schools, figures.rural_people, figures.minutes), (1, 1, 120));
    assert_eq!((figures.sessions_of_ten, figures.sessions_of_half_core), (0, 1));
}
