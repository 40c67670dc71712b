//! Lives as they happen, each with what the record must say of it.

use super::*;
use AttendanceStatus::{Absent, Excused, Present, Unknown};
use PresenceKind::{Joined, Left, Lost, Resumed, SessionStarted};

#[test]
fn who_was_there_all_along_saw_it_all() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(90 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!((record.status, record.late, record.left_early, record.open), (Present, false, false, false));
    assert_eq!((minutes(&record), record.minutes()), (vec![(0.0, 90.0)], 90));
    assert_eq!(record.reason, "看了 90 分钟，全场 90 分钟，达到 30 分钟。");
}

#[test]
fn two_tabs_count_once() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(10 * MINUTE);
    story.joins(2, 1);
    story.passes(10 * MINUTE);
    story.goes(1, Left);
    story.passes(10 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!((minutes(&record), record.devices), (vec![(0.0, 30.0)], 2));
}

#[test]
fn a_wifi_drop_of_40_s_is_one_interval() {
    // The socket never noticed: only media stood still.
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(20 * MINUTE);
    story.page(1).media = false;
    story.passes(40);
    story.page(1).media = true;
    story.passes(20 * MINUTE);
    story.ends();
    assert_eq!(story.of(1).intervals.len(), 1);
    // And where it did.
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(20 * MINUTE);
    story.goes(1, Lost);
    story.passes(40);
    story.goes(1, Resumed);
    story.passes(20 * MINUTE + 20);
    story.ends();
    let record = story.of(1);
    assert_eq!((minutes(&record), record.minutes()), (vec![(0.0, 41.0)], 41));
    assert_eq!(gaps(&record), [(GapKind::Bridged, 40)]);
    assert_eq!(
        record.reason,
        "看了 41 分钟，全场 41 分钟，达到全场的 60%（25 分钟）。断线 40 秒，不超过 90 秒，已接上。"
    );
}

#[test]
fn who_comes_back_right_before_a_checkpoint_is_connected_all_the_same() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(20 * MINUTE);
    story.goes(1, Lost);
    story.passes(43);
    story.goes(1, Resumed);
    // The checkpoint comes 2 s later; the page's first word, that it is visible, took longer than half of them.
    story.second += 2;
    let late = CheckpointDetail { media_ms: Some(2_000), visible_ms: 800, ..CheckpointDetail::default() };
    story.checkpoint(1, late);
    story.passes(20 * MINUTE);
    story.ends();
    assert_eq!(story.of(1).intervals.len(), 1);
}

#[test]
fn an_absence_of_10_min_is_two_intervals() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(20 * MINUTE);
    story.goes(1, Left);
    story.passes(10 * MINUTE);
    story.joins(2, 1);
    story.passes(30 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!(minutes(&record), [(0.0, 20.0), (30.0, 60.0)]);
    assert_eq!((gaps(&record), record.minutes()), (vec![(GapKind::Away, 600)], 50));
    assert_eq!(record.unverified, Duration::ZERO, "who left was away, and nobody has to ask");
}

#[test]
fn a_tab_hidden_all_along_is_unverified() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.page(1).visible = false;
    story.passes(90 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!((record.status, record.seen, record.minutes()), (Unknown, Duration::ZERO, 0));
    assert_eq!(gaps(&record), [(GapKind::Hidden, 5400)]);
    assert_eq!(
        record.reason,
        "已确认看了 0 分钟，出席要 30 分钟，还差 30 分钟。另有 90 分钟页面在后台，不能确认在看。不按缺席算，等待核对。"
    );
}

#[test]
fn a_page_that_gets_no_media_proves_nothing() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.page(1).media = false;
    story.passes(90 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!((record.status, gaps(&record)), (Unknown, vec![(GapKind::Unproven, 5400)]));
}

#[test]
fn a_short_look_at_another_tab_is_not_bridged() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(20 * MINUTE);
    story.page(1).visible = false;
    story.passes(60);
    story.page(1).visible = true;
    story.passes(20 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!((record.minutes(), gaps(&record)), (40, vec![(GapKind::Hidden, 60)]));
}

#[test]
fn a_sleeping_laptop_is_not_seen_and_not_absent() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(15 * MINUTE);
    // The lid closes; 45 s later the socket is given up.
    story.page(1).media = false;
    story.page(1).visible = false;
    story.passes(45);
    story.goes(1, Lost);
    story.passes(120);
    story.goes(1, Left);
    story.passes(40 * MINUTE);
    story.joins(2, 1);
    story.passes(10 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!((record.status, record.minutes()), (Unknown, 25));
    assert!(record.reason.contains("还差 5 分钟。另有 42 分钟线路中断，服务器没有收到记录"), "{}", record.reason);
}

#[test]
fn who_slept_to_the_end_and_saw_too_little_is_absent() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(15 * MINUTE);
    story.goes(1, Lost);
    story.passes(120);
    story.goes(1, Left);
    story.passes(60 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!((record.status, record.minutes()), (Absent, 15));
    assert_eq!(record.reason, "看了 15 分钟，全场 77 分钟，出席要 30 分钟，还差 15 分钟。");
}

#[test]
fn a_leave_after_the_end_adds_nothing() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(60 * MINUTE);
    story.write(PresenceKind::SessionEnded, None, "{}");
    story.passes(30 * MINUTE);
    story.goes(1, Left);
    let record = story.of(1);
    assert_eq!((minutes(&record), record.whole), (vec![(0.0, 60.0)], Duration::from_secs(3600)));
}

#[test]
fn the_clock_of_the_client_has_no_say() {
    // A client may claim any span, and say it as often as it likes: the server writes the lines and measures between them.
    for claimed in [0, 15_000, 3_600_000, u64::MAX] {
        let mut story = Story::begin();
        story.joins(1, 1);
        story.page(1).connected = false;
        for _ in 0..80 {
            story.passes(15);
            let checkpoint = CheckpointDetail {
                media_ms: Some(15_000),
                visible_ms: claimed,
                sound_ms: claimed,
                ..CheckpointDetail::default()
            };
            story.checkpoint(1, checkpoint);
            story.checkpoint(1, checkpoint);
        }
        story.ends();
        assert_eq!(story.of(1).minutes(), if claimed == 0 { 0 } else { 20 }, "{claimed}");
    }
}

#[test]
fn hasty_and_premature_checkpoints_earn_real_time_once() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.page(1).connected = false;
    for second in 0..600 {
        story.passes(1);
        let ahead = if second % 2 == 0 { 300 } else { 0 };
        story.monotonic_off += ahead;
        story.checkpoint(
            1,
            CheckpointDetail { media_ms: Some(15_000), visible_ms: 15_000, ..CheckpointDetail::default() },
        );
        story.monotonic_off -= ahead;
    }
    story.ends();
    let record = story.of(1);
    assert!(record.seen <= Duration::from_secs(600), "{:?}", record.seen);
}

#[test]
fn a_server_clock_that_jumps_an_hour_changes_no_minutes() {
    for jump in [3600, -3600] {
        let mut story = Story::begin();
        story.joins(1, 1);
        story.passes(20 * MINUTE);
        story.wall_off = jump;
        story.passes(20 * MINUTE);
        story.goes(1, Lost);
        story.passes(30);
        story.goes(1, Resumed);
        story.passes(50 * MINUTE - 30);
        story.ends();
        let record = story.of(1);
        assert_eq!((minutes(&record), record.minutes()), (vec![(0.0, 90.0)], 90), "{jump}");
        assert_eq!((record.status, record.late, record.left_early), (Present, false, false));
    }
}

#[test]
fn two_accounts_from_one_device_are_flagged() {
    let mut story = Story::begin();
    story.joins_from(1, 1, "a");
    story.joins_from(2, 2, "a");
    story.joins_from(3, 3, "b");
    story.joins_from(4, 3, "b");
    story.passes(60 * MINUTE);
    story.ends();
    let flagged = on_shared_devices(&story.lines);
    let key = |person| AccountId::from_random([person; 10]).to_string();
    assert_eq!(flagged, [key(1), key(2)].into(), "the same person in two tabs is nothing to look at");
    assert_eq!((story.of(1).status, story.of(3).devices), (Present, 1), "and it is no verdict");
}

#[test]
fn a_host_reload_leaves_no_hole() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.joins(2, 2);
    story.passes(30 * MINUTE + 7);
    story.goes(1, Lost);
    story.passes(3);
    story.goes(1, Resumed);
    story.passes(30 * MINUTE - 10);
    story.ends();
    assert_eq!(minutes(&story.of(1)), [(0.0, 60.0)]);
    assert_eq!(minutes(&story.of(2)), [(0.0, 60.0)], "nobody else notices");
}

/// The server stops for a while in the middle, by a crash, and its clocks begin anew.
fn interrupted(stopped: i64) -> Story {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.joins(2, 2);
    story.passes(30 * MINUTE);
    let known = (story.second + story.monotonic_off) * 1_000_000;
    story.goes(1, Left);
    story.goes(2, Left);
    story.here.clear();
    story.second += stopped;
    story.monotonic_off = -story.second + 4;
    story.write(SessionStarted, None, &format!("{{\"known_us\":{known}}}"));
    story.passes(10);
    story.joins(3, 1);
    story.passes(30 * MINUTE - 10);
    story.ends();
    story
}

#[test]
fn a_session_that_was_paused_is_shorter_by_the_pause() {
    let story = interrupted(20 * MINUTE);
    let record = story.of(1);
    assert_eq!(record.whole, Duration::from_secs(60 * 60));
    assert_eq!((record.minutes(), minutes(&record)), (60, vec![(0.0, 30.0), (50.0, 80.0)]));
    assert_eq!(gaps(&record), [(GapKind::Bridged, 10)], "nobody could be there in the pause");
    assert_eq!((story.of(2).minutes(), story.of(2).left_early), (30, true));
}

#[test]
fn what_the_server_did_not_live_to_write_is_told_as_such() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(40 * MINUTE + 8);
    let mut timetable = story.timetable();
    timetable.ended_at = Some(Time::from_seconds(START + 60 * MINUTE));
    let all = records(&story.lines, &timetable, &AttendanceParameters::default(), &[], &[]);
    assert_eq!((minutes(&all[0]), all[0].open), (vec![(0.0, 40.0)], true));
    assert!(all[0].reason.ends_with("按最后一次确认的时间截止。"), "{}", all[0].reason);
}

#[test]
fn three_hundred_who_rejoin_at_once_keep_their_minutes() {
    let mut story = Story::begin();
    for n in 1..=100 {
        story.joins(n, n as u8);
    }
    story.passes(20 * MINUTE);
    for n in 1..=100 {
        story.goes(n, Lost);
    }
    story.passes(25);
    for n in 1..=100 {
        // In three tabs each.
        for tab in 1..=3 {
            story.joins_from(n + 100 * tab, n as u8, &format!("device-{n}"));
        }
    }
    story.passes(20 * MINUTE - 25);
    story.ends();
    let all = story.records();
    assert_eq!(all.len(), 100);
    assert!(all.iter().all(|r| (r.minutes(), r.intervals.len(), r.devices) == (40, 1, 1)), "{:?}", all[0]);
}

#[test]
fn late_and_early_are_marks_and_no_absence() {
    let mut story = Story::begin();
    story.passes(17 * MINUTE);
    story.joins(1, 1);
    story.passes(51 * MINUTE);
    story.goes(1, Left);
    story.passes(22 * MINUTE);
    story.ends();
    let record = story.of(1);
    assert_eq!((record.status, record.late, record.left_early), (Present, true, true));
    assert!(
        record.reason.ends_with("晚到 17 分钟，超过 10 分钟。提前 22 分钟离开，超过 10 分钟。"),
        "{}",
        record.reason
    );
}

#[test]
fn ten_minutes_exactly_are_not_late() {
    let mut story = Story::begin();
    story.passes(10 * MINUTE);
    story.joins(1, 1);
    story.passes(80 * MINUTE);
    story.ends();
    assert!(!story.of(1).late);
}

#[test]
fn a_host_who_tries_things_out_before_makes_nobody_late() {
    let mut story = Story::begin();
    story.passes(20 * MINUTE);
    story.joins(1, 1);
    story.passes(90 * MINUTE);
    story.goes(1, Left);
    story.passes(20 * MINUTE);
    story.ends();
    let mut timetable = story.timetable();
    timetable.planned_start = Time::from_seconds(START + 20 * MINUTE);
    timetable.planned_end = Time::from_seconds(START + 110 * MINUTE);
    let all = records(&story.lines, &timetable, &AttendanceParameters::default(), &[], &[]);
    assert_eq!((all[0].late, all[0].left_early, all[0].minutes()), (false, false, 90));
}

#[test]
fn a_session_that_goes_on_condemns_nobody() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(12 * MINUTE);
    let record = story.of(1);
    assert_eq!((record.status, record.ongoing, record.left_early), (Unknown, true, false));
    assert_eq!(record.reason, "正在进行。看了 12 分钟，出席要 30 分钟。");
    story.passes(20 * MINUTE);
    let record = story.of(1);
    assert_eq!((record.status, record.reason.as_str()), (Present, "正在进行。看了 32 分钟，已满足出席要求。"));
}

#[test]
fn a_granted_leave_excuses_who_did_not_come() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(60 * MINUTE);
    story.ends();
    let excuse = |person: u8, granted| Excuse {
        person: AccountId::from_random([person; 10]).to_string(),
        granted,
        reason: "参加县教研会。".into(),
    };
    let excuses = [excuse(1, true), excuse(2, true), excuse(3, false)];
    let all = records(&story.lines, &story.timetable(), &AttendanceParameters::default(), &excuses, &[]);
    let told: Vec<_> = all.iter().map(|record| record.status).collect();
    assert_eq!(told, [Present, Excused], "who came all the same was there; a refused leave is none");
    assert_eq!(all[1].reason, "请假已批准：参加县教研会。");
}

#[test]
fn who_was_expected_has_a_record_without_a_line() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(60 * MINUTE);
    story.ends();
    let expected = [1, 2].map(|person: u8| AccountId::from_random([person; 10]).to_string());
    let all = records(&story.lines, &story.timetable(), &AttendanceParameters::default(), &[], &expected);
    let told: Vec<_> = all.iter().map(|record| (record.status, record.minutes())).collect();
    assert_eq!(told, [(Present, 60), (Absent, 0)]);
    assert_eq!(all[1].reason, "没有看课的记录。");
}

#[test]
fn repeated_lines_change_nothing() {
    let mut story = Story::begin();
    story.joins(1, 1);
    story.passes(20 * MINUTE);
    story.goes(1, Lost);
    story.passes(200);
    story.goes(1, Resumed);
    story.passes(20 * MINUTE);
    story.ends();
    let once = story.records();
    for n in (0..story.lines.len()).rev().filter(|n| n % 3 == 0) {
        let line = story.lines[n].clone();
        if line.kind != SessionStarted && line.kind != Joined {
            story.lines.insert(n, line);
        }
    }
    assert_eq!(story.records(), once);
}

#[test]
fn one_persons_lines_alone_give_the_same_record() {
    let story = interrupted(20 * MINUTE);
    for person in [1, 2] {
        let key = AccountId::from_random([person; 10]).to_string();
        let mut alone = Story { lines: story.lines.clone(), ..Story::begin() };
        alone.lines.retain(|line| line.person.as_ref().is_none_or(|one| *one == key));
        assert_eq!(alone.records(), [story.of(person)]);
    }
}
