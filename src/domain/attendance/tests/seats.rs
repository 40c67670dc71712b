//! Seats in Classrooms and on site: what they come to.

use super::model::{Second, Step, bridged, painted, steps};
use super::*;
use AttendanceStatus::{Absent, Present, Unknown};
use PresenceKind::{CheckInAnswered, Checkpoint, Left, Lost, Resumed, Seated, SessionEnded, SessionStarted, Unseated};
use proptest::prelude::*;

/// Classrooms, as persons and as Participants.
const ROOM: u8 = 200;
const OTHER: u8 = 201;

fn key(classroom: u8) -> String {
    person_of(classroom).key()
}

impl Story {
    fn sits(&mut self, person: u8, place: &str) {
        self.write(Seated, Some((0, person)), &format!("{{\"place\":\"{place}\"}}"));
    }

    fn rises(&mut self, person: u8, place: &str, cause: &str) {
        let detail = format!("{{\"place\":\"{place}\",\"cause\":\"{cause}\",\"reason\":\"不在教室。\"}}");
        self.write(Unseated, Some((0, person)), &detail);
    }

    fn of_under(&self, person: u8, parameters: &AttendanceParameters) -> AttendanceRecord {
        let all = records(&self.lines, &self.timetable(), parameters, &[], &[]);
        all.into_iter().find(|record| record.person == person_of(person).key()).unwrap()
    }
}

#[test]
fn a_seat_earns_what_the_device_proves_while_one_sits() {
    let mut story = Story::begin();
    story.joins(9, ROOM);
    story.passes(10 * MINUTE);
    story.sits(1, &key(ROOM));
    story.passes(20 * MINUTE);
    story.page(9).media = false;
    story.passes(10 * MINUTE);
    story.page(9).media = true;
    story.passes(20 * MINUTE);
    story.rises(1, &key(ROOM), "asked");
    story.passes(30 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!(minutes(&record), [(10.0, 30.0), (40.0, 60.0)]);
    assert_eq!((record.minutes(), record.status, record.left_early, record.devices), (40, Present, true, 0));
    assert_eq!(gaps(&record), [(GapKind::Unproven, 600)]);
    assert_eq!(story.records().len(), 1, "the Classroom has no record of its own");
}

#[test]
fn two_classrooms_are_two_stretches_and_never_added() {
    let mut story = Story::begin();
    story.joins(8, ROOM);
    story.joins(9, OTHER);
    story.sits(1, &key(ROOM));
    story.passes(20 * MINUTE);
    story.rises(1, &key(ROOM), "asked");
    story.passes(10 * MINUTE);
    story.sits(1, &key(OTHER));
    story.sits(2, &key(OTHER));
    story.passes(20 * MINUTE);
    story.goes(9, Left);
    story.rises(1, &key(OTHER), "classroom_left");
    story.rises(2, &key(OTHER), "classroom_left");
    story.passes(10 * MINUTE);
    story.ends();
    assert_eq!(minutes(&story.of(1)), [(0.0, 20.0), (30.0, 50.0)]);
    assert_eq!(gaps(&story.of(1)), [(GapKind::Away, 600)]);
    assert_eq!(minutes(&story.of(2)), [(30.0, 50.0)]);
}

#[test]
fn while_the_device_is_away_its_seats_earn_nothing() {
    let mut story = Story::begin();
    story.joins(9, ROOM);
    story.sits(1, &key(ROOM));
    story.passes(20 * MINUTE);
    story.goes(9, Lost);
    story.passes(40);
    story.goes(9, Resumed);
    story.passes(20 * MINUTE + 20);
    story.goes(9, Lost);
    story.passes(5 * MINUTE);
    // Another device comes with the same link.
    story.joins(10, ROOM);
    story.passes(20 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!(minutes(&record), [(0.0, 41.0), (46.0, 66.0)]);
    assert_eq!(gaps(&record), [(GapKind::Bridged, 40), (GapKind::Lost, 300)]);
}

#[test]
fn a_struck_seat_counts_nothing_and_the_reason_says_so() {
    let mut story = Story::begin();
    story.joins(9, ROOM);
    story.sits(1, &key(ROOM));
    story.passes(60 * MINUTE);
    story.rises(1, &key(ROOM), "struck");
    story.ends();
    let record = story.of(1);
    assert_eq!((record.status, record.minutes(), record.unverified), (Absent, 0, Duration::ZERO));
    assert_eq!(record.reason, "没有计入的时间。有一次签到被主持人划去，不计：不在教室。");
}

#[test]
fn online_and_seated_at_once_counts_once() {
    let mut story = Story::begin();
    story.joins(9, ROOM);
    story.joins(1, 1);
    story.passes(20 * MINUTE);
    story.sits(1, &key(ROOM));
    story.passes(20 * MINUTE);
    story.goes(1, Left);
    story.passes(20 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!((minutes(&record), record.minutes()), (vec![(0.0, 60.0)], 60));
    let mut story = Story::begin();
    story.joins(1, 1);
    story.sits(1, "site");
    story.passes(30 * MINUTE);
    story.ends();
    assert_eq!(story.of(1).minutes(), 30);
}

#[test]
fn on_site_one_is_there_until_checking_out() {
    let mut story = Story::begin();
    story.passes(15 * MINUTE);
    story.sits(1, "site");
    story.sits(2, "site");
    story.passes(35 * MINUTE);
    story.rises(1, "site", "asked");
    story.passes(40 * MINUTE);
    for person in [1, 2] {
        story.rises(person, "site", "session_ended");
    }
    story.ends();
    let out = story.of(1);
    assert_eq!((minutes(&out), out.status, out.late, out.left_early), (vec![(15.0, 50.0)], Present, true, true));
    let stayed = story.of(2);
    assert_eq!((minutes(&stayed), stayed.left_early), (vec![(15.0, 90.0)], false));
    assert_eq!(
        stayed.reason,
        "在场 75 分钟，全场 90 分钟，达到 30 分钟。晚到 15 分钟，超过 10 分钟。现场没有签退，算到活动结束。"
    );
}

#[test]
fn where_checking_out_is_required_the_rest_is_for_somebody_to_look_at() {
    let parameters = AttendanceParameters { check_out_required: true, ..AttendanceParameters::default() };
    let mut story = Story::begin();
    story.sits(1, "site");
    story.sits(2, "site");
    story.passes(40 * MINUTE);
    story.write(CheckInAnswered, Some((0, 2)), "{\"number\":1}");
    story.passes(50 * MINUTE);
    story.ends();
    let record = story.of_under(1, &parameters);
    assert_eq!((record.status, record.minutes(), record.unverified), (Unknown, 0, Duration::from_secs(90 * 60)));
    assert!(record.reason.contains("现场没有签退，签到以后的时间等待核对。"), "{}", record.reason);
    assert!(!record.reason.contains("画面"), "{}", record.reason);
    let answered = story.of_under(2, &parameters);
    assert_eq!(
        (minutes(&answered), answered.status),
        (vec![(0.0, 40.0)], Present),
        "an answer shows that one is there"
    );
}

#[test]
fn a_restart_takes_nobody_from_the_seat() {
    let mut story = Story::begin();
    story.joins(9, ROOM);
    story.sits(1, &key(ROOM));
    story.sits(2, "site");
    story.passes(20 * MINUTE);
    story.goes(9, Left);
    let known = (story.second + story.monotonic_off) * 1_000_000;
    story.second += 2 * MINUTE;
    // The clock of another run.
    story.monotonic_off = 7 - story.second;
    story.write(SessionStarted, None, &format!("{{\"known_us\":{known}}}"));
    story.joins(10, ROOM);
    story.passes(20 * MINUTE);
    story.ends();
    for person in [1, 2] {
        let record = story.of(person);
        assert_eq!((minutes(&record), record.minutes()), (vec![(0.0, 20.0), (22.0, 42.0)], 40), "person {person}");
    }
}

#[test]
fn a_sheet_tells_afterwards_who_was_there_and_when() {
    let told = |second: i64| format!("\"at_us\":{}", (START + second) * 1_000_000);
    let mut story = Story::begin();
    story.lines.clear();
    story.second = 3 * 24 * 3600;
    story.write(SessionStarted, None, &format!("{{{}}}", told(0)));
    story.write(Seated, Some((0, 1)), &format!("{{\"place\":\"site\",\"how\":\"sheet\",{}}}", told(5 * MINUTE)));
    let left = format!("{{\"place\":\"site\",\"cause\":\"sheet\",{}}}", told(80 * MINUTE));
    story.write(Unseated, Some((0, 1)), &left);
    story.write(Seated, Some((0, 2)), &format!("{{\"place\":\"site\",\"how\":\"sheet\",{}}}", told(20 * MINUTE)));
    story.write(SessionEnded, None, &format!("{{{}}}", told(90 * MINUTE)));
    let record = story.of(1);
    assert_eq!((minutes(&record), record.status, record.late), (vec![(5.0, 80.0)], Present, false));
    let late = story.of(2);
    assert_eq!((minutes(&late), late.late, late.whole), (vec![(20.0, 90.0)], true, Duration::from_secs(5400)));

    // Also of a Session that was held, and ended long ago.
    let mut story = Story::begin();
    story.passes(90 * MINUTE);
    story.ends();
    story.passes(24 * 3600);
    story.write(Seated, Some((0, 1)), &format!("{{\"place\":\"site\",\"how\":\"sheet\",{}}}", told(30 * MINUTE)));
    assert_eq!(minutes(&story.of(1)), [(30.0, 90.0)]);
}

#[test]
fn one_phone_that_seats_several_people_is_pointed_out() {
    let mut story = Story::begin();
    story.joins_from(9, ROOM, "wall");
    story.joins_from(1, 4, "wall");
    let seat = |device: &str| format!("{{\"place\":\"site\",\"device\":\"{device}\"}}");
    story.write(Seated, Some((0, 1)), &seat("phone"));
    story.write(Seated, Some((0, 2)), &seat("phone"));
    story.write(Seated, Some((0, 3)), &seat("her own"));
    let expected = [1, 2].map(|person| person_of(person).key());
    assert_eq!(on_shared_devices(&story.lines), expected.into(), "a Classroom's device is there to be shared");
}

/// Sitting down and getting up, second by second: the steps of person 0 on one seat.
fn stays() -> impl Strategy<Value = Vec<(i64, bool)>> {
    prop::collection::vec((0_i64..900, any::<bool>()), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// Device 2 is the Classroom's, device 0 the person's own.
    #[test]
    fn seats_agree_with_looking_at_every_second(steps in steps(), stays in stays()) {
        let steps: Vec<Step> = steps.into_iter().filter(|step| step.device != 1).collect();
        let total = steps.iter().map(|step| step.after).sum::<i64>() + 7;
        let mut story = Story::begin();
        let mut moves: Vec<(i64, bool)> = stays.into_iter().filter(|(at, _)| *at < total).collect();
        moves.sort_by_key(|(at, _)| *at);
        let mut due = moves.iter().peekable();
        for step in &steps {
            let until = story.second + step.after;
            while let Some(&&(at, sits)) = due.peek().filter(|(at, _)| *at <= until) {
                story.second = at;
                if sits { story.sits(0, &key(ROOM)) } else { story.rises(0, &key(ROOM), "asked") }
                due.next();
            }
            story.second = until;
            let who = Some((step.device + 1, if step.device == 2 { ROOM } else { 0 }));
            let checkpoint = CheckpointDetail {
                media_ms: Some(step.media * 1000),
                visible_ms: step.visible * 1000,
                sent_ms: Some(step.sent * 1000),
                ..CheckpointDetail::default()
            };
            let detail = if step.kind == Checkpoint { serde_json::to_string(&checkpoint).unwrap() } else { "{}".into() };
            story.write(step.kind, who, &detail);
        }
        for &(at, sits) in due {
            story.second = at;
            if sits { story.sits(0, &key(ROOM)) } else { story.rises(0, &key(ROOM), "asked") }
        }
        story.second = total;
        story.write(SessionEnded, None, "{}");

        let mut room = painted(&steps, 2, true);
        let mut sits = false;
        let mut next = moves.iter().peekable();
        for (n, second) in (0_i64..).zip(room.iter_mut()) {
            while let Some((_, now)) = next.next_if(|(at, _)| *at <= n) {
                sits = *now;
            }
            if !sits {
                *second = Second::default();
            }
        }
        let expected = bridged(&[painted(&steps, 0, true), room]);
        let count = expected.iter().filter(|&&one| one).count() as u64;
        let all = story.records();
        prop_assert!(all.len() <= 1);
        let seen = all.first().map_or(Duration::ZERO, |record| record.seen);
        prop_assert_eq!(seen, Duration::from_secs(count));
    }
}
