//! Check-ins beside what was seen.

use super::*;
use AttendanceStatus::{Present, Unknown};
use PresenceKind::{CheckInAnswered, CheckInClosed, CheckInOpened};
use proptest::prelude::*;

impl Story {
    fn opens(&mut self, number: u32, expected: &[u8]) {
        let keys: Vec<String> = expected.iter().map(|&person| key(person)).collect();
        let detail = serde_json::json!({ "number": number, "purpose": "roll", "expected": keys });
        self.write(CheckInOpened, None, &detail.to_string());
    }

    fn answers(&mut self, number: u32, person: u8) {
        let detail = serde_json::json!({ "number": number, "how": "qr" });
        self.write(CheckInAnswered, Some((77, person)), &detail.to_string());
        // A scan is nobody's Connection.
        self.lines.last_mut().unwrap().participant = None;
    }

    fn closes(&mut self, number: u32, cause: &str) {
        self.write(CheckInClosed, None, &serde_json::json!({ "number": number, "cause": cause }).to_string());
    }

    fn under(&self, check_in_percent: u32, person: u8) -> AttendanceRecord {
        let parameters = AttendanceParameters { check_in_percent, ..AttendanceParameters::default() };
        let all = records(&self.lines, &self.timetable(), &parameters, &[], &[]);
        all.into_iter().find(|record| record.person == key(person)).unwrap()
    }
}

fn key(person: u8) -> String {
    AccountId::from_random([person; 10]).to_string()
}

/// Two people for 60 minutes; three check-ins, of which the second answers one.
fn lesson() -> Story {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.joins(2, 2);
    for number in 1..=3 {
        story.passes(15 * MINUTE);
        story.opens(number, &[1, 2]);
        story.answers(number, 1);
        if number == 2 {
            story.answers(number, 2);
        }
        story.closes(number, "time");
    }
    story.passes(15 * MINUTE);
    story.ends();
    story
}

fn told(record: &AttendanceRecord) -> (u32, u32) {
    (record.check_ins.answered, record.check_ins.asked)
}

#[test]
fn check_ins_are_told_and_change_nothing_unless_the_parameters_say_so() {
    let story = lesson();
    let record = story.of(2);
    assert_eq!((told(&record), record.status), ((1, 3), Present));
    assert_eq!(record.reason, "看了 60 分钟，全场 60 分钟，达到 30 分钟。签到 1 / 3。");
    assert_eq!(told(&story.of(1)), (3, 3));
}

#[test]
fn who_answers_less_than_asked_for_is_to_be_looked_at() {
    let story = lesson();
    assert_eq!(story.under(33, 2).status, Present, "a third is more than 33 percent");
    let record = story.under(34, 2);
    assert_eq!((record.status, record.minutes()), (Unknown, 60));
    assert_eq!(
        record.reason,
        "看了 60 分钟，时间已够，签到应答不到 34%，不能确认在看。不按缺席算，等待核对。签到 1 / 3。"
    );
    assert_eq!(story.under(100, 1).status, Present);
}

#[test]
fn answers_alone_make_nobody_present() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.page(1).media = false;
    story.passes(40 * MINUTE);
    story.opens(1, &[1]);
    story.answers(1, 1);
    story.closes(1, "time");
    story.passes(20 * MINUTE);
    story.ends();
    let record = story.under(100, 1);
    assert_eq!((record.status, told(&record)), (Unknown, (1, 1)));
}

#[test]
fn what_the_servers_stop_cut_short_is_held_against_nobody() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.joins(2, 2);
    story.passes(40 * MINUTE);
    story.opens(1, &[1, 2]);
    story.answers(1, 1);
    assert_eq!((told(&story.of(1)), told(&story.of(2))), ((1, 1), (0, 0)), "while it is open");
    story.closes(1, "server_stopped");
    story.ends();
    assert_eq!((told(&story.of(1)), told(&story.of(2))), ((1, 1), (0, 0)));
    let mut ended = story;
    ended.closes(1, "session_ended");
    assert_eq!(told(&ended.of(2)), (0, 1), "the end of the Session is the host's doing");
}

#[test]
fn an_answer_counts_once_however_often_it_is_written() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.opens(1, &[1, 1]);
    story.opens(1, &[1]);
    story.answers(1, 1);
    story.answers(1, 1);
    story.closes(1, "host");
    story.closes(1, "host");
    assert_eq!(told(&story.of(1)), (1, 1));
}

#[test]
fn an_unreadable_line_asks_nobody() {
    let mut story = Story::begin();
    story.joins(1, 1);
    for detail in ["", "{}", "[]", r#"{"number":-1,"expected":[]}"#, r#"{"number":1,"expected":"all"}"#] {
        story.write(CheckInOpened, None, detail);
        story.write(CheckInClosed, None, detail);
    }
    assert_eq!(told(&story.of(1)), (0, 0));
}

#[derive(Debug, Clone)]
enum Step {
    Opens(u32, Vec<u8>),
    Answers(u32, u8),
    Closes(u32, &'static str),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let number = || 1..6_u32;
    let cause = prop::sample::select(vec!["time", "host", "session_ended", "server_stopped"]);
    let step = prop_oneof![
        2 => (number(), prop::collection::vec(1..5_u8, 0..5)).prop_map(|(number, who)| Step::Opens(number, who)),
        4 => (number(), 1..5_u8).prop_map(|(number, who)| Step::Answers(number, who)),
        2 => (number(), cause).prop_map(|(number, cause)| Step::Closes(number, cause)),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Against looking through all steps for each person and number.
    #[test]
    fn check_ins_agree_with_looking_at_each(steps in steps(), percent in 0..=100_u32) {
        let mut story = Story::begin();
        (1..5_u8).for_each(|person| story.joins(u32::from(person), person));
        story.second += 40 * MINUTE;
        let all = CheckpointDetail { media_ms: Some(2_400_000), visible_ms: 2_400_000, ..CheckpointDetail::default() };
        (1..5).for_each(|participant| story.checkpoint(participant, all));
        for step in &steps {
            match step {
                Step::Opens(number, who) => story.opens(*number, who),
                Step::Answers(number, who) => story.answers(*number, *who),
                Step::Closes(number, cause) => story.closes(*number, cause),
            }
        }
        story.ends();
        for person in 1..5_u8 {
            let of = |number: u32| {
                let answered = steps.iter().any(|s| matches!(s, Step::Answers(n, who) if (*n, *who) == (number, person)));
                let expected = steps.iter().any(|s| matches!(s, Step::Opens(n, who) if *n == number && who.contains(&person)));
                let closed = steps.iter().any(|s| matches!(s, Step::Closes(n, cause) if *n == number && *cause != "server_stopped"));
                (answered, answered || (expected && closed))
            };
            let answered = (1..6).filter(|&number| of(number).0).count() as u32;
            let asked = (1..6).filter(|&number| of(number).1).count() as u32;
            let record = story.under(percent, person);
            prop_assert_eq!(told(&record), (answered, asked));
            let enough = asked == 0 || f64::from(answered) / f64::from(asked) >= f64::from(percent) / 100.0 - 1e-9;
            prop_assert_eq!(record.status == Present, enough);
        }
    }
}
