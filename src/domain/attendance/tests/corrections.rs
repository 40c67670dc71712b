//! What a Correction does to a record, and what it leaves alone.

use super::model::{steps, told};
use super::*;
use AttendanceStatus::{Absent, Excused, Present, Unknown};
use proptest::prelude::*;

impl Story {
    pub(super) fn corrects(&mut self, person: u8, status: AttendanceStatus, late: bool, reason: &str) {
        let detail = CorrectedDetail {
            verdict: Verdict { status, late, left_early: false },
            reason: reason.to_owned(),
            by: AccountId::from_random([99; 10]),
            by_name: "王敏".to_owned(),
            appeal: None,
            attachments: Vec::new(),
        };
        let key = AccountId::from_random([person; 10]);
        self.write(PresenceKind::Corrected, None, &serde_json::to_string(&detail).unwrap());
        let line = self.lines.pop().unwrap();
        let head = self.lines.last().map_or(Head::START, PresenceEvent::head);
        let new = NewEvent {
            id: line.id,
            kind: line.kind,
            participant: None,
            person: Some(Person::Account(key)),
            detail: line.detail,
            // Another run of the server, the next day.
            monotonic_us: 12,
            wall: line.wall + Duration::from_secs(86_400),
        };
        self.lines.push(PresenceEvent::seal(line.session, head, new));
    }
}

/// 41 of 90 minutes behind another page: nobody knows.
fn unclear() -> Story {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(20 * MINUTE);
    story.page(1).visible = false;
    story.passes(70 * MINUTE);
    story.ends();
    story
}

#[test]
fn a_correction_shows_what_was_before_and_why() {
    let mut story = unclear();
    let measured = story.of(1);
    assert_eq!(measured.status, Unknown);
    story.corrects(1, Present, true, "签到表上有签名。");
    let record = story.of(1);
    assert_eq!((record.status, record.late, record.left_early), (Present, true, false));
    assert_eq!(record.reason, "王敏于 11月21日 16:00 更正为出席，迟到：签到表上有签名。");
    let correction = record.correction.clone().unwrap();
    assert_eq!((correction.before, correction.reason_before.as_str()), (measured.verdict(), measured.reason.as_str()));
    let same =
        AttendanceRecord { correction: None, reason: measured.reason.clone(), status: Unknown, late: false, ..record };
    assert_eq!(same, measured, "nothing that was measured changed");
}

#[test]
fn an_unknown_that_nobody_decides_stays_unknown() {
    let record = unclear().of(1);
    assert_eq!((record.status, record.correction), (Unknown, None));
}

#[test]
fn a_later_correction_replaces_an_earlier_one_and_before_stays_what_was_measured() {
    let mut story = unclear();
    story.corrects(1, Present, false, "记得他来了");
    story.corrects(1, Absent, false, "认错了人");
    let record = story.of(1);
    assert_eq!((record.status, record.correction.unwrap().before.status), (Absent, Unknown));
}

#[test]
fn who_left_no_line_at_all_can_be_corrected() {
    let mut story = unclear();
    story.corrects(2, Present, false, "停电，用手机听完");
    let record = story.of(2);
    assert_eq!((record.status, record.seen, record.devices), (Present, Duration::ZERO, 0));
    assert_eq!(record.correction.unwrap().before.status, Absent);
}

#[test]
fn a_correction_that_can_not_be_read_corrects_nothing() {
    let mut story = unclear();
    story.write(PresenceKind::Corrected, Some((1, 1)), r#"{"status":"here","by":"x"}"#);
    assert_eq!(story.of(1).status, Unknown);
}

#[test]
fn only_what_leaves_nothing_open_may_be_decided() {
    let check = |status, late| Verdict { status, late, left_early: false }.check().is_ok();
    assert!(check(Present, true) && check(Absent, false) && check(Excused, false));
    assert!(!check(Unknown, false) && !check(Absent, true) && !check(Excused, true));
    assert!(check_reason(" ").is_err() && check_reason(&"长".repeat(301)).is_err() && check_reason("断电").is_ok());
}

proptest! {
    #[test]
    fn corrections_never_change_what_was_measured(
        steps in steps(),
        corrected in prop::collection::vec((0_u8..3, 0_usize..3, any::<bool>()), 1..5),
    ) {
        let mut story = told(&steps, true);
        let measured = story.records();
        for (person, status, late) in corrected {
            story.corrects(person, [Present, Absent, Excused][status], late, "核对");
        }
        for record in story.records() {
            let Some(before) = measured.iter().find(|one| one.person == record.person) else {
                prop_assert_eq!((record.seen, record.unverified, record.first), (Duration::ZERO, Duration::ZERO, None));
                continue;
            };
            let verdict = record.correction.as_ref().map_or(record.verdict(), |correction| correction.before);
            let reason = record.correction.as_ref().map_or(&record.reason, |correction| &correction.reason_before);
            let Verdict { status, late, left_early } = verdict;
            let restored =
                AttendanceRecord { status, late, left_early, reason: reason.clone(), correction: None, ..record };
            prop_assert_eq!(&restored, before);
        }
    }
}
