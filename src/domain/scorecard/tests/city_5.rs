//! A cycle under the fifth plan, a city's studios of four; all values are worked out by hand.

use super::story::{Story, many};
use crate::domain::scorecard::ScoreState::{Impossible, Met, NotYet, Waiting};
use crate::domain::{Level, MemberRole};

const LEAD: &str = "叶青";
/// September began before the cycle did.
const MONTHS: [&str; 11] = [
    "2026-10", "2026-11", "2026-12", "2027-01", "2027-02", "2027-03", "2027-04", "2027-05", "2027-06", "2027-07",
    "2027-08",
];

/// The cycle begins in the middle of September.
fn begin() -> Story {
    let mut story = Story::begin("city-5", "2026-09-15");
    story.host(LEAD).trainees(&many("学员", 4));
    story
}

fn seminars(story: &mut Story, months: &[&str]) {
    for month in months {
        _ = story.day(&format!("{month}-05")).seminar("研讨");
        _ = story.day(&format!("{month}-25")).seminar("研讨");
    }
}

#[test]
fn about_four_are_three_to_five() {
    let mut story = begin();
    assert_eq!((story.on("2026-09-15").state("S4-5-00"), story.on("2026-09-15").state("S4-5-03")), (Met, Met));
    story.day("2026-09-30").leaves("学员4");
    assert_eq!(story.on("2026-10-01").state("S4-5-03"), Met);
    story.day("2026-10-31").leaves("学员3");
    assert_eq!(story.on("2026-11-01").sentence("S4-5-03"), "现有 2 人，应为 4 人左右，还差 1 人");
    (5..=7).for_each(|number| story.day("2026-12-01").joins(&format!("学员{number}"), MemberRole::Trainee));
    assert_eq!(story.on("2026-12-01").state("S4-5-03"), Met);
    story.day("2027-01-01").joins("学员8", MemberRole::Trainee);
    assert_eq!(story.on("2027-01-01").sentence("S4-5-03"), "现有 6 人，应为 4 人左右，多了 1 人");
}

#[test]
fn the_month_in_which_the_cycle_began_is_not_asked() {
    let mut story = begin();
    seminars(&mut story, &MONTHS[..4]);
    _ = story.day("2027-02-05").seminar("只有一次");
    let card = story.on("2027-02-27");
    assert_eq!((card.state("S4-5-04"), card.numbers("S4-5-04")), (NotYet, (4, 11)));
    let card = story.on("2027-02-28");
    assert_eq!((card.state("S4-5-04"), card.card.result.lost), (Impossible, true));
    assert_eq!(card.sentence("S4-5-04"), "11 个月中 4 个月达标；2 月只有 1 次，已补不回来");
    _ = story.day("2027-02-28").seminar("月底");
    seminars(&mut story, &MONTHS[5..]);
    assert_eq!(
        (story.on("2027-08-30").state("S4-5-04"), story.on("2027-08-31").sentence("S4-5-04")),
        (Met, "11 个月都达标")
    );
    // The second year asks for all twelve.
    assert_eq!(story.on("2027-09-01").numbers("S4-5-04"), (0, 12));
}

#[test]
fn twenty_class_hours_are_900_minutes() {
    let mut story = begin();
    for number in 1..=9 {
        let lesson = story.day(&format!("2026-11-{number:02}")).open_lesson("课").by(&["学员1"]);
        _ = lesson.present_for(&[LEAD], 99);
    }
    // 891 minutes are 19 class hours and 36 minutes. A stranger's lesson is no member's.
    _ = story.day("2026-11-20").open_lesson("外校的课").by(&["外人"]).present_for(&[LEAD], 90);
    assert_eq!(story.on("2026-11-30").person("S4-5-06", 0, LEAD), (19, 20, NotYet));
    _ = story.day("2026-12-01").lesson_review("评课").by(&["学员2"]).present_for(&[LEAD], 8);
    assert_eq!(story.on("2026-12-01").person("S4-5-06", 0, LEAD), (19, 20, NotYet));
    _ = story.day("2026-12-02").lesson_review("评课").by(&["学员2"]).present_for(&[LEAD], 1);
    assert_eq!(story.on("2026-12-02").person("S4-5-06", 0, LEAD), (20, 20, Met));
}

#[test]
fn a_lecture_is_both_the_years_and_the_school_years() {
    let mut story = begin();
    _ = story.day("2026-11-10").lecture("名师讲堂").by(&[LEAD]);
    let card = story.on("2026-11-10");
    assert_eq!(
        (card.score("S4-5-05").parts[1].state, card.state("S4-5-05"), card.numbers("S4-5-09")),
        (Met, NotYet, (1, 2))
    );
    assert_eq!(
        card.sentence("S4-5-05"),
        "公开教学展示：1 名领衔名师中 0 人已达标；还差：叶青（0/2 次）；专题讲座：1 名领衔名师都已主讲"
    );
    _ = story.day("2027-03-10").lecture("继续教育").by(&[LEAD]);
    _ = story.day("2027-03-10").open_lesson("校内的课").by(&[LEAD]);
    _ = story.day("2027-03-11").open_lesson("课").by(&[LEAD]).level(Level::City);
    _ = story.day("2027-03-12").showcase("展示").by(&[LEAD]).claims(Level::City);
    assert_eq!(story.on("2027-03-12").person("S4-5-05", 0, LEAD), (1, 2, Waiting));
    let card = story.confirm("展示").on("2027-03-12");
    assert_eq!((card.state("S4-5-05"), card.state("S4-5-09")), (Met, Met));
    // The day before the cycle is before everything.
    assert_eq!(story.on("2026-09-15").numbers("S4-5-09"), (0, 2));
}

#[test]
fn three_courses_are_given_over_three_school_years() {
    let mut story = begin();
    _ = story.day("2026-12-10").lecture("培训一").by(&many("学员", 4));
    _ = story.day("2027-12-10").seminar("培训二").by(&many("学员", 4));
    _ = story.day("2029-03-10").lecture("培训三").by(&many("学员", 3));
    let card = |year: i32, day: &str| story.of_year(year, day);
    let last = |year| card(year, "2029-08-31").card.final_year;
    assert_eq!([2026, 2027, 2028, 2029].map(last), [false, false, true, false]);
    assert_eq!(
        (card(2027, "2028-08-31").numbers("S4-5-14"), card(2027, "2028-08-31").score("S4-5-14").required),
        ((0, 4), false)
    );
    let late = card(2028, "2029-03-10");
    assert_eq!(
        (late.state("S4-5-14"), late.numbers("S4-5-14"), late.score("S4-5-14").required),
        (NotYet, (3, 4), true)
    );
    assert_eq!(late.sentence("S4-5-14"), "4 名学员中 3 人已达标；还差：学员4（2/3 次）");
    let over = card(2028, "2029-08-31");
    assert_eq!((over.state("S4-5-14"), over.grade(), over.card.result.lost), (Impossible, Some("failed"), true));
}

#[test]
fn the_lead_hands_in_a_plan_and_a_summary_of_each_school_year() {
    let mut story = begin();
    story.day("2026-09-20").evidence("year_plan", "名师计划").of(LEAD).accepted();
    story.day("2027-07-05").evidence("year_summary", "学员总结").of("学员1").accepted();
    let card = story.on("2027-08-30");
    assert_eq!((card.person("S4-5-L369", 0, LEAD), card.person("S4-5-L369", 1, LEAD)), ((1, 1, Met), (0, 1, NotYet)));
    assert_eq!((card.state("S4-5-L369"), card.numbers("S4-5-08c.3")), (NotYet, (1, 4)));
    story.day("2027-08-31").evidence("year_summary", "名师总结").of(LEAD).accepted();
    assert_eq!(story.on("2027-08-31").state("S4-5-L369"), Met);
    // The three years' plan is asked for in the last of them.
    let required = |year| story.of_year(year, "2029-08-31").score("S4-5-L323").required;
    assert_eq!([2026, 2027, 2028].map(required), [false, false, true]);
}
