//! Each measure by itself, under a small Policy.

use super::story::{Story, day, many};
use crate::domain::participation::{History, Workplace};
use crate::domain::scorecard::ScoreState::{Impossible, Met, NotYet, Waiting};
use crate::domain::*;

/// A Policy of one section with the criteria that a test is about.
pub(super) fn policy(year: &str, years: u32, rest: &str) -> String {
    let parameters = toml::to_string(&attendance::AttendanceParameters::default()).unwrap();
    format!(
        r#"
key = "small"
version = 1
title = "考核办法"
issuer = "教育局"
document = "small.txt"
effective_from = "2019-01-01"
year = "{year}"
class_hour_minutes = 45
about_percent = 20
cycle = {{ years = {years}, sources = [] }}
[attendance]
{parameters}
[populations]
host = {{ title = "主持人", roles = ["host"] }}
core = {{ title = "带头人", roles = ["core"] }}
trainees = {{ title = "学员", roles = ["trainee"] }}
adviser = {{ title = "顾问", roles = ["adviser"] }}
[[section]]
id = "one"
title = "全部"
{rest}
"#
    )
}

pub(super) fn criterion(id: &str, scope: &str, period: &str, parts: &str) -> String {
    format!(
        r#"
[[criterion]]
id = "{id}"
section = "one"
title = "{id}"
class = "A"
sources = []
scope = "{scope}"
period = "{period}"
{parts}
"#
    )
}

pub(super) fn part(measure: &str, is: &str, unit: &str) -> String {
    format!("[[criterion.part]]\nmeasure = {measure}\nis = {is}\nunit = \"{unit}\"\n")
}

pub(super) fn one(scope: &str, period: &str, measure: &str, is: &str, unit: &str) -> String {
    policy("calendar", 3, &criterion("it", scope, period, &part(measure, is, unit)))
}

const FIVE: &str = "{ at_least = 5 }";
pub(super) const ONE: &str = "{ at_least = 1 }";

#[test]
fn planned_activities_and_other_kinds_do_not_count() {
    let mut story = Story::under(
        &one("studio", "year", r#"{ count = "activities", kinds = ["seminar"] }"#, FIVE, "次"),
        "2026-01-01",
    );
    story.day("2026-03-19").seminar("甲").guests(3);
    story.day("2026-03-20").lecture("乙").guests(3);
    story.day("2026-03-21").seminar("丙").planned();
    story.day("2025-12-31").seminar("早").guests(3);
    story.day("2027-01-01").seminar("晚").guests(3);
    let card = story.on("2026-03-31");
    assert_eq!((card.numbers("it"), card.state("it")), ((1, 5), NotYet));
    assert_eq!(card.sentence("it"), "1/5 次，还差 4 次");
    assert_eq!(story.on("2026-12-31").state("it"), NotYet);
    let over = story.of_year(2026, "2027-01-01");
    assert_eq!((over.state("it"), over.numbers("it")), (Impossible, (1, 5)));
    // What is held on the last day counts.
    (1..=4).for_each(|number| _ = story.day("2026-12-31").seminar(&format!("末{number}")).guests(3));
    assert_eq!(story.on("2026-12-31").state("it"), Met);
}

#[test]
fn a_level_counts_when_an_office_has_confirmed_it() {
    let measure = r#"{ count = "activities", kinds = ["lecture"], level = "city", taking = "presenting" }"#;
    let mut story = Story::under(&one("each:core", "year", measure, ONE, "次"), "2026-01-01");
    story.core(&["何志强", "马海燕", "孙立群"]);
    story.day("2026-04-01").lecture("甲").by(&["何志强"]).claims(Level::City);
    story.day("2026-04-02").lecture("乙").by(&["马海燕"]).level(Level::County);
    let card = story.on("2026-04-30");
    assert_eq!(card.person("it", 0, "何志强"), (0, 1, Waiting));
    assert_eq!(card.person("it", 0, "马海燕"), (0, 1, NotYet));
    assert_eq!(card.sentence("it"), "3 名带头人中 0 人已达标；还差：孙立群、马海燕（4月2日只是县级）；等确认：何志强");
    story.confirm("甲");
    assert_eq!(story.on("2026-04-30").person("it", 0, "何志强"), (1, 1, Met));
}

#[test]
fn what_is_above_the_level_counts_too() {
    let measure = r#"{ count = "activities", level = "city" }"#;
    let mut story = Story::under(&one("studio", "year", measure, ONE, "次"), "2026-01-01");
    story.day("2026-04-01").showcase("甲").level(Level::Province);
    assert_eq!(story.on("2026-04-30").state("it"), Met);
}

#[test]
fn half_of_the_roster_of_the_day_is_asked_each_time() {
    let measure = r#"{ count = "rate_each_time", population = "core", filter = { kinds = ["seminar"] } }"#;
    let rate = one("studio", "year", measure, "{ at_least = 50 }", "%");
    // Of so many on the roster so many came, and so many are 待核.
    for (of, came, unknown, state) in [
        (10, 5, 0, Met),
        (10, 4, 0, Impossible),
        (11, 5, 0, Impossible),
        (11, 6, 0, Met),
        (11, 5, 1, Waiting),
        (15, 7, 0, Impossible),
        (15, 7, 1, Waiting),
        (15, 8, 0, Met),
        (1, 0, 0, Impossible),
        (1, 1, 0, Met),
    ] {
        let mut story = Story::under(&rate, "2026-01-01");
        let core = many("带头人", of);
        story.core(&core);
        story.day("2026-03-19").seminar("甲").present(&core[..came]).unknown(&core[came..came + unknown]).guests(20);
        assert_eq!(story.on("2026-03-19").state("it"), state, "{came} + {unknown} of {of}");
    }
}

#[test]
fn a_roster_with_nobody_is_not_held_against_an_activity() {
    let measure = r#"{ count = "rate_each_time", population = "core", filter = {} }"#;
    let mut story = Story::under(&one("studio", "year", measure, "{ at_least = 50 }", "%"), "2026-01-01");
    story.day("2026-03-19").seminar("甲").guests(3);
    let card = story.on("2026-03-20");
    assert_eq!((card.state("it"), card.numbers("it")), (NotYet, (0, 0)));
    assert_eq!(card.sentence("it"), "还没有活动");
    story.day("2026-04-01").joins("何志强", MemberRole::Core);
    assert_eq!(story.on("2026-04-02").sentence("it"), "还没有活动；每次需要 1 名带头人中 1 人参加");
}

#[test]
fn every_activity_by_itself_needs_its_people() {
    let mut story = Story::under(
        &one("studio", "year", r#"{ count = "people_each_time" }"#, "{ at_least = 10 }", "人"),
        "2026-01-01",
    );
    story.day("2026-03-19").seminar("甲").guests(10);
    assert_eq!(story.on("2026-03-19").sentence("it"), "1 次都达标");
    story.day("2026-04-19").seminar("乙").guests(8).unknown(&["何志强", "马海燕"]);
    let card = story.on("2026-04-19");
    assert_eq!((card.state("it"), card.numbers("it")), (Waiting, (1, 2)));
    assert_eq!(card.sentence("it"), "2 次中 1 次达标；4月19日 8 人，2 人待核");
    story.day("2026-05-19").seminar("丙").guests(9);
    let card = story.on("2026-05-19");
    assert_eq!((card.state("it"), card.numbers("it")), (Impossible, (1, 3)));
    assert_eq!(card.sentence("it"), "3 次中 1 次达标；4月19日 8 人，2 人待核；5月19日 只有 9 人；如有误请申诉");
}

#[test]
fn the_nearest_to_fifty_people_is_told() {
    let mut story =
        Story::under(&one("studio", "year", r#"{ count = "activities", people = 50 }"#, ONE, "次"), "2026-01-01");
    story.day("2026-09-25").seminar("甲").guests(29);
    story.day("2026-11-20").seminar("乙").guests(47);
    let card = story.on("2026-11-20");
    assert_eq!(card.sentence("it"), "0/1 次；最高 47 人（11月20日），还差 3 人");
    assert_eq!(card.titles(), ["还需 1 次达到 50 人"]);
    assert!(card.score("it").at_risk);
}

#[test]
fn only_the_longest_series_counts() {
    let mut story =
        Story::under(&one("studio", "year", r#"{ count = "series" }"#, "{ at_least = 4 }", "次"), "2026-01-01");
    for (month, theme) in [(1, "甲"), (2, "乙"), (3, "甲"), (4, "乙"), (5, "甲")] {
        story.day(&format!("2026-{month:02}-10")).broadcast("课").series(theme);
    }
    story.day("2026-06-10").broadcast("别的");
    let card = story.on("2026-06-30");
    assert_eq!((card.numbers("it"), card.sentence("it")), ((3, 4), "3/4 次；同一系列还差 1 次"));
    story.day("2026-07-10").broadcast("课").series("甲");
    assert_eq!(story.on("2026-07-10").state("it"), Met);
}

#[test]
fn somebody_at_two_activities_is_one_person() {
    let mut story =
        Story::under(&one("studio", "cycle", r#"{ count = "people" }"#, "{ about = 5 }", "人"), "2026-01-01");
    story.day("2026-03-01").seminar("甲").present(&["何志强", "马海燕"]).unknown(&["孙立群"]);
    story.day("2027-03-01").seminar("乙").present(&["何志强"]).guests(1).absent(&["郑小云"]);
    let card = story.on("2027-03-01");
    assert_eq!((card.numbers("it"), card.state("it")), ((3, 5), Waiting));
    // 5 左右 reaches from 4 to 6; the cycle is not over, so that nothing is asked for yet.
    assert!(!card.score("it").required);
    assert!(story.on("2028-03-01").score("it").required);
}

#[test]
fn class_hours_are_rounded_down_once() {
    let measure = r#"{ count = "class_hours", taking = "guiding", presented_by = "trainees" }"#;
    let mut story = Story::under(&one("each:host", "year", measure, "{ at_least = 3 }", "课时"), "2026-01-01");
    story.host("周文澜").trainees(&["小李"]);
    story.day("2026-03-01").open_lesson("甲").by(&["小李"]).present_for(&["周文澜"], 67);
    story.day("2026-03-08").open_lesson("乙").by(&["小李"]).present_for(&["周文澜"], 67);
    // His own lesson, and a stranger's, are not guiding.
    story.day("2026-03-09").open_lesson("丙").by(&["周文澜"]).present_for(&["周文澜"], 90);
    story.day("2026-03-10").open_lesson("丁").by(&["外人"]).present_for(&["周文澜"], 90);
    // 134 minutes are two 课时 of 45, and 135 three.
    assert_eq!(story.on("2026-03-31").person("it", 0, "周文澜"), (2, 3, NotYet));
    story.day("2026-04-01").open_lesson("戊").by(&["小李"]).present_for(&["周文澜"], 1);
    assert_eq!(story.on("2026-04-30").person("it", 0, "周文澜"), (3, 3, Met));
}

#[test]
fn every_month_must_hold_and_a_missed_one_is_lost() {
    let mut story =
        Story::under(&one("studio", "month", r#"{ count = "activities" }"#, "{ at_least = 2 }", "次"), "2026-01-01");
    for month in 1..=12 {
        for date in [5, 20] {
            if (month, date) != (3, 20) {
                story.day(&format!("2026-{month:02}-{date:02}")).seminar("研讨").guests(4);
            }
        }
    }
    let card = story.on("2026-03-19");
    assert_eq!(card.sentence("it"), "12 个月中 2 个月达标；3 月还差 1 次");
    assert_eq!((card.state("it"), card.numbers("it")), (NotYet, (2, 12)));
    assert_eq!(card.score("it").parts[0].unit, "个月");
    assert_eq!((story.on("2026-03-31").state("it"), story.on("2026-04-01").state("it")), (NotYet, Impossible));
    assert_eq!(story.on("2026-12-31").sentence("it"), "12 个月中 11 个月达标；3 月只有 1 次，已补不回来");
}

#[test]
fn a_month_that_the_cycle_began_in_is_not_asked() {
    let mut story = Story::under(&one("studio", "month", r#"{ count = "activities" }"#, ONE, "次"), "2026-03-02");
    assert_eq!(story.on("2026-05-01").numbers("it"), (0, 9));
    story.facts.studio.cycle_start = day("2026-03-01");
    assert_eq!(story.on("2026-05-01").numbers("it"), (0, 10));
    assert_eq!(story.of_year(2025, "2025-05-01").score("it").parts[0].subjects.len(), 0);
}

#[test]
fn semesters_count_where_they_end() {
    let text = policy(
        "calendar",
        3,
        &criterion(
            "it",
            "each:host",
            "semester",
            &part(r#"{ count = "activities", taking = "presenting" }"#, ONE, "次"),
        ),
    );
    let mut story = Story::under(&text, "2025-09-01");
    story.host("周文澜");
    story.day("2025-11-03").open_lesson("甲").by(&["周文澜"]);
    // The semester of autumn 2025 ends on 31 January 2026, that of spring on 31 August; autumn 2026 ends in 2027.
    let card = story.on("2026-02-10");
    let spans: Vec<String> =
        card.score("it").parts[0].subjects.iter().map(|s| format!("{} {:?}", s.span.to, s.state)).collect();
    assert_eq!(spans, ["2026-01-31 Met", "2026-08-31 NotYet"]);
    assert_eq!((card.numbers("it"), card.score("it").parts[0].unit.as_str()), ((1, 2), "人次"));
    assert_eq!(card.sentence("it"), "春季学期：1 名主持人中 0 人已主讲；还差：周文澜");
}

#[test]
fn either_of_two_is_enough_for_each_person() {
    let parts = format!(
        "logic = \"any\"\n{}{}",
        part(r#"{ count = "evidence", slot = "paper" }"#, ONE, "篇"),
        part(r#"{ count = "evidence", slot = "award" }"#, ONE, "项")
    );
    let mut story = Story::under(&policy("calendar", 3, &criterion("it", "each:core", "year", &parts)), "2026-01-01");
    story.core(&["何志强", "马海燕"]);
    story.day("2026-03-01").evidence("paper", "论文").of("何志强").accepted();
    story.day("2026-03-01").evidence("award", "获奖").of("马海燕");
    let card = story.on("2026-04-01");
    assert_eq!(card.state("it"), Waiting);
    assert_eq!(card.sentence("it"), "2 名带头人中 1 人已达标；等确认：马海燕（满足一项即可）");
    story.day("2026-03-02").evidence("award", "获奖").of("马海燕").accepted();
    assert_eq!(story.on("2026-04-01").state("it"), Met);
}

#[test]
fn evidence_counts_as_the_reviewer_decided() {
    let mut story = Story::under(
        &one("studio", "year", r#"{ count = "evidence", slot = "case" }"#, "{ at_least = 3 }", "个"),
        "2026-01-01",
    );
    story.day("2026-03-01").evidence("case", "甲").accepted();
    story.day("2026-03-02").evidence("case", "乙");
    story.day("2026-03-03").evidence("case", "丙").refused();
    story.day("2026-03-04").evidence("other", "丁").accepted();
    let card = story.on("2026-04-01");
    assert_eq!(card.sentence("it"), "已有 1 个，1 个等确认，还差 1 个");
    assert_eq!(card.titles(), ["补 2 个it"]);
    story.day("2026-03-05").evidence("case", "戊").accepted_for(2);
    assert_eq!(story.on("2026-04-01").state("it"), Met);
}

#[test]
fn rosters_are_told_as_they_stand_and_can_always_be_mended() {
    let range = one(
        "studio",
        "now",
        r#"{ count = "members", population = "core", origin = "any" }"#,
        "{ between = [10, 15] }",
        "人",
    );
    for (count, state, sentence) in [
        (9, NotYet, "现有 9 人，应为 10–15 人，还差 1 人"),
        (10, Met, "现有 10 人，应为 10–15 人"),
        (15, Met, "现有 15 人，应为 10–15 人"),
        (16, NotYet, "现有 16 人，应为 10–15 人，多了 1 人"),
    ] {
        let mut story = Story::under(&range, "2026-01-01");
        story.core(&many("带头人", count));
        let card = story.on("2026-12-31");
        assert_eq!((card.state("it"), card.sentence("it")), (state, sentence));
    }
}

#[test]
fn about_four_is_three_to_five() {
    let about = one(
        "studio",
        "now",
        r#"{ count = "members", population = "trainees", origin = "any" }"#,
        "{ about = 4 }",
        "人",
    );
    for (count, state) in [(2, NotYet), (3, Met), (4, Met), (5, Met), (6, NotYet)] {
        let mut story = Story::under(&about, "2026-01-01");
        story.trainees(&many("学员", count));
        assert_eq!(story.on("2026-06-30").state("it"), state, "{count}");
    }
}

#[test]
fn a_member_from_another_city_or_a_rural_school_counts_once() {
    let measure = r#"{ count = "members", population = "core", origin = "rural_or_other_city" }"#;
    let mut story = Story::under(&one("studio", "now", measure, "{ at_least = 3 }", "人"), "2026-01-01");
    story.core(&["甲", "乙", "丙", "丁"]).rural(&["甲", "乙"]).in_city(&["乙", "丙"], "温州");
    assert_eq!(story.on("2026-06-30").numbers("it"), (3, 3));
    story.about("丙", |member| member.workplaces = History::always(Workplace::default()));
    assert_eq!(story.on("2026-06-30").numbers("it"), (2, 3));
}

#[test]
fn a_school_that_is_not_known_is_neither_the_hosts_nor_another() {
    for (origin, number) in [("host_school", 1), ("other_school", 2), ("any", 4)] {
        let measure = format!(r#"{{ count = "members", population = "core", origin = "{origin}" }}"#);
        let mut story = Story::under(&one("studio", "now", &measure, "{ at_least = 9 }", "人"), "2026-01-01");
        story.host("周文澜").core(&["甲", "乙", "丙", "丁"]).at_school(&["甲", "乙"], "山北小学");
        story.about("丙", |member| member.workplaces = History::always(Workplace::default()));
        assert_eq!(story.on("2026-06-30").numbers("it"), (number, 9), "{origin}");
    }
}

#[test]
fn three_lectures_of_the_adviser_within_the_cycle_are_asked_in_its_last_year() {
    let measure = r#"{ count = "activities", kinds = ["lecture"], presented_by = "adviser" }"#;
    let mut story = Story::under(&one("studio", "cycle", measure, "{ at_least = 3 }", "次"), "2026-03-01");
    story.advisers(&["顾问"]);
    story.day("2026-05-01").lecture("一").by(&["顾问"]);
    story.day("2027-05-01").lecture("二").by(&["顾问"]);
    story.day("2027-06-01").lecture("别人的").by(&["何志强"]);
    story.day("2027-06-02").report("汇报").by(&["顾问"]).excused(&["何志强"]);
    let card = story.on("2027-12-31");
    assert_eq!((card.state("it"), card.numbers("it"), card.score("it").required), (NotYet, (2, 3), false));
    assert_eq!(card.sentence("it"), "2/3 次，还差 1 次；周期到 2028年12月31日结束，今年不计入结果");
    assert_eq!((card.card.points, card.todo.len()), (0, 0));
    assert_eq!(story.on("2028-12-31").state("it"), NotYet);
    let card = story.of_year(2028, "2029-01-01");
    assert_eq!((card.state("it"), card.score("it").required), (Impossible, true));
    assert_eq!(card.sentence("it"), "2/3 次，还差 1 次，时间已过，补不回来");
    // The last year of the cycle is told by where the cycle began, and its first year is short.
    assert_eq!(story.of_year(2026, "2026-12-31").card.span.from, day("2026-03-01"));
}

#[test]
fn who_left_is_not_asked_and_who_joined_is_asked_in_full() {
    let mut story = Story::under(
        &one("each:core", "year", r#"{ count = "activities", taking = "hosting" }"#, ONE, "次"),
        "2026-01-01",
    );
    story.core(&["何志强", "马海燕"]);
    story.day("2026-06-01").joins("孙立群", MemberRole::Core);
    story.day("2026-06-30").leaves("马海燕");
    let names = |text: &str| -> Vec<String> {
        let card = story.on(text);
        card.score("it").parts[0].subjects.iter().filter_map(|subject| subject.name.clone()).collect()
    };
    assert_eq!(names("2026-05-31"), ["何志强", "马海燕"]);
    assert_eq!(names("2026-06-30"), ["何志强", "孙立群", "马海燕"]);
    assert_eq!(names("2026-07-01"), ["何志强", "孙立群"]);
}

#[test]
fn a_day_knows_no_decision_that_came_later() {
    let measure = r#"{ count = "activities", level = "city" }"#;
    let parts = part(measure, ONE, "次");
    let paper = part(r#"{ count = "evidence", slot = "case" }"#, "{ at_least = 2 }", "个");
    let text = policy(
        "calendar",
        3,
        &(criterion("level", "studio", "year", &parts) + &criterion("paper", "studio", "year", &paper)),
    );
    let mut story = Story::under(&text, "2026-01-01");
    story.day("2026-04-01").showcase("甲").claims(Level::City);
    story.day("2026-05-01").rules("甲", Some(Level::County));
    story.day("2026-06-01").rules("甲", Some(Level::Province));
    story.day("2026-07-01").rules("甲", None);
    let level = |on: &str| story.on(on).state("level");
    assert_eq!([level("2026-04-30"), level("2026-05-31"), level("2026-06-30")], [Waiting, NotYet, Met]);
    assert_eq!(level("2026-07-01"), Waiting);
    story.day("2026-03-01").evidence("case", "案例");
    story.day("2026-08-01").decides("案例", Some(2));
    story.day("2026-09-01").decides("案例", Some(1));
    story.day("2027-01-10").decides("案例", Some(2));
    let paper = |on: &str| (story.of_year(2026, on).state("paper"), story.of_year(2026, on).numbers("paper"));
    assert_eq!(paper("2026-07-31"), (NotYet, (0, 2)));
    assert_eq!(paper("2026-08-01"), (Met, (2, 2)));
    assert_eq!(paper("2026-09-01"), (NotYet, (1, 2)));
    // The year is over, and what happened in it is decided after it.
    assert_eq!((paper("2027-01-09"), paper("2027-01-10")), ((NotYet, (1, 2)), (Met, (2, 2))));
}

#[test]
fn only_mentees_on_the_roster_count_where_a_population_is_named() {
    let measure = r#"{ count = "mentees", population = "trainees" }"#;
    for (period, on_their_last_day, after) in [("now", 2, 1), ("year", 2, 2)] {
        let mut story = Story::under(&one("each:host", period, measure, "{ at_least = 9 }", "人"), "2026-01-01");
        story.host("周文澜").trainees(&["学员1", "学员2"]);
        for mentee in ["学员1", "学员2", "青年"] {
            story.day("2026-02-01").guides("周文澜", mentee);
        }
        story.day("2026-03-01").leaves("学员2");
        assert_eq!(story.on("2026-03-01").person("it", 0, "周文澜").0, on_their_last_day);
        assert_eq!(story.on("2026-03-02").person("it", 0, "周文澜").0, after, "{period}");
    }
}

#[test]
fn who_left_before_being_guided_was_no_mentee() {
    let measure = r#"{ count = "mentees", population = "trainees" }"#;
    let mut story = Story::under(&one("each:host", "year", measure, ONE, "人"), "2026-01-01");
    story.host("周文澜").trainees(&["学员1"]);
    story.day("2026-01-31").leaves("学员1");
    story.day("2026-02-01").guides("周文澜", "学员1");
    assert_eq!(story.on("2026-12-30").person("it", 0, "周文澜"), (0, 1, NotYet));
}

#[test]
fn a_school_in_town_is_helped_and_is_not_rural() {
    for (rural, number) in [("", 2), (", rural = true", 1)] {
        let measure = format!(r#"{{ count = "helped"{rural} }}"#);
        let mut story = Story::under(&one("studio", "year", &measure, ONE, "所"), "2026-01-01");
        story.day("2026-02-01").helps("青山小学");
        story.day("2026-02-01").helps("城关小学");
        story.facts.helped[1].rural = History::always(false);
        assert_eq!(story.on("2026-03-01").numbers("it"), (number, 1), "{rural}");
    }
}

#[test]
fn rural_teachers_who_lead_the_studio_are_not_those_it_is_held_for() {
    let measure = r#"{ count = "activities", kinds = ["lesson_review"], rural = true }"#;
    let mut story = Story::under(&one("studio", "year", measure, ONE, "次"), "2026-01-01");
    story.host("周文澜").core(&["何志强"]).advisers(&["顾问"]).trainees(&["学员1"]);
    story.rural(&["周文澜", "何志强", "顾问", "学员1"]);
    story.day("2026-03-01").lesson_review("甲").present(&["周文澜", "何志强", "顾问"]).guests(9);
    assert_eq!(story.on("2026-03-01").state("it"), NotYet);
    story.day("2026-03-02").lesson_review("乙").unknown(&["学员1"]);
    assert_eq!(story.on("2026-03-02").state("it"), Waiting);
    story.verdict("乙", "学员1", participation::Attended::Present);
    assert_eq!(story.on("2026-03-02").state("it"), Met);
    // Who leads no more comes for themselves.
    story.day("2026-04-01").leaves("何志强");
    story.day("2026-04-02").lesson_review("丙").present(&["何志强"]);
    assert_eq!(story.on("2026-04-02").numbers("it"), (2, 1));
}
