//! A cycle of five years under the third plan, a city's; all values are worked out by hand.

use super::story::{Story, many};
use crate::domain::scorecard::ScoreState::{Impossible, Met, NotYet, Waiting};
use crate::domain::{Level, MemberRole};

const HOST: &str = "秦川";

fn begin() -> Story {
    let mut story = Story::begin("city-3", "2024-01-01");
    story.host(HOST).core(&many("成员", 6)).advisers(&["导师一"]);
    story
}

/// 10 lesson reviews, a demonstration lesson and a lecture in one month.
fn semester(story: &mut Story, month: &str) {
    for number in 1..=10 {
        let review = story.day(&format!("{month}-{number:02}")).lesson_review(&format!("{month} 评课{number}"));
        _ = review.by(&["成员1"]).reviewed_by(&[HOST]);
    }
    _ = story.day(&format!("{month}-20")).open_lesson(&format!("{month} 示范课")).by(&[HOST]).level(Level::County);
    _ = story.day(&format!("{month}-21")).lecture(&format!("{month} 讲座")).by(&[HOST]);
}

/// The plan of a year, as it was filed.
fn plan(story: &mut Story, year: i32) {
    story.day(&format!("{year}-01-20")).evidence("year_plan", &format!("{year} 年计划")).accepted();
}

/// Every semester from spring 2024 to spring 2028.
fn five_years() -> Story {
    let mut story = begin();
    for year in 2024..=2028 {
        semester(&mut story, &format!("{year}-03"));
        plan(&mut story, year);
    }
    for slot in ["long_plan", "growth_plan", "members_plan"] {
        story.day("2024-02-01").evidence(slot, slot).accepted();
    }
    for year in 2024..=2027 {
        semester(&mut story, &format!("{year}-10"));
    }
    story.day("2025-06-01").evidence("city_topic", "课题").accepted();
    story.day("2026-06-01").evidence("paper", "论文一").accepted();
    story.day("2027-06-01").evidence("paper", "论文二").accepted();
    story.day("2026-09-01").evidence("promoted", "成员1成长").accepted();
    story
}

#[test]
fn six_to_ten_members_and_one_or_two_tutors() {
    let mut story = begin();
    assert_eq!((story.on("2024-01-10").state("S4-3-01"), story.on("2024-01-10").state("S4-3-02")), (Met, Met));
    story.day("2024-01-31").leaves("成员6");
    assert_eq!(story.on("2024-02-01").sentence("S4-3-01"), "现有 5 人，应为 6–10 人，还差 1 人");
    (7..=11).for_each(|number| story.day("2024-03-01").joins(&format!("成员{number}"), MemberRole::Core));
    assert_eq!(story.on("2024-03-01").state("S4-3-01"), Met);
    story.day("2024-04-01").joins("成员12", MemberRole::Core);
    assert_eq!(story.on("2024-04-01").sentence("S4-3-01"), "现有 11 人，应为 6–10 人，多了 1 人");
    story.day("2024-05-01").joins("导师二", MemberRole::Adviser);
    assert_eq!(story.on("2024-05-01").state("S4-3-02"), Met);
    story.day("2024-06-01").joins("导师三", MemberRole::Adviser);
    assert_eq!(story.on("2024-06-01").state("S4-3-02"), NotYet);
}

#[test]
fn ten_reviews_are_given_and_not_only_heard() {
    let mut story = begin();
    for number in 1..=9 {
        let review = story.day(&format!("2024-03-{number:02}")).lesson_review("评课");
        _ = review.by(&["成员1"]).reviewed_by(&[HOST]).present(&[HOST]);
    }
    _ = story.day("2024-03-10").lesson_review("只听").by(&["成员2"]).present(&[HOST]);
    _ = story.day("2024-03-10").lecture("讲座不是课").by(&["成员2"]).reviewed_by(&[HOST]);
    let card = story.on("2024-03-10");
    assert_eq!((card.state("S4-3-03"), card.numbers("S4-3-03")), (NotYet, (9, 10)));
    // A review after an open lesson is one too.
    _ = story.day("2024-08-31").open_lesson("第十节").by(&["成员3"]).reviewed_by(&[HOST]);
    assert_eq!((story.on("2024-08-30").state("S4-3-03"), story.on("2024-08-31").state("S4-3-03")), (NotYet, Met));
}

#[test]
fn a_semester_without_a_demonstration_is_lost() {
    let mut story = begin();
    semester(&mut story, "2024-03");
    assert_eq!(story.on("2024-12-30").all(NotYet), ["S4-3-L197", "S4-3-L197.2", "S4-3-06", "S4-3-07"]);
    plan(&mut story, 2024);
    // Spring 2024 is the only whole semester that ends in 2024.
    let card = story.on("2024-12-31");
    assert_eq!((card.grade(), card.card.points), (Some("passed"), 10_000));
    _ = story.day("2024-11-20").open_lesson("示范课").by(&[HOST]).claims(Level::City);
    let card = story.on("2025-01-31");
    assert_eq!((card.state("S4-3-04"), card.state("S4-3-05")), (NotYet, NotYet));
    let after = story.on("2025-02-01");
    assert_eq!((after.state("S4-3-04"), after.state("S4-3-05")), (NotYet, Impossible));
    let waiting = |card: &super::story::Card| card.score("S4-3-04").parts[0].subjects[0].state;
    assert_eq!(waiting(&card), Waiting);
    assert_eq!(waiting(&{ story.confirm("示范课").on("2025-01-31") }), Met);
    // The school's level is not enough.
    story.day("2025-01-31").rules("示范课", Some(Level::School));
    assert_eq!(
        (story.on("2025-01-31").state("S4-3-04"), story.on("2025-02-01").state("S4-3-04")),
        (NotYet, Impossible)
    );
}

#[test]
fn the_cycle_is_over_in_its_fifth_year() {
    let mut story = five_years();
    let year = |story: &Story, year: i32| story.of_year(year, &format!("{year}-12-31"));
    let last = |number| year(&story, number).card.final_year;
    assert_eq!([2024, 2025, 2026, 2027, 2028, 2029].map(last), [false, false, false, false, true, false]);
    for number in 2024..=2027 {
        let card = year(&story, number);
        assert_eq!((card.grade(), card.score("S4-3-07").required), (Some("passed"), false), "{number}");
    }
    let card = year(&story, 2027);
    assert_eq!((card.state("S4-3-06"), card.state("S4-3-07"), card.card.points), (Met, NotYet, 10_000));
    assert_eq!(card.sentence("S4-3-07"), "1/2 人，还差 1 人；周期到 2028年12月31日结束，今年不计入结果");
    let card = story.on("2028-12-30");
    assert_eq!((card.state("S4-3-07"), card.score("S4-3-07").required), (NotYet, true));
    // Eight hold, and one of two people: 8.5 of 9.
    assert_eq!((card.all(NotYet), card.card.points), (vec!["S4-3-07"], 9444));
    assert_eq!((year(&story, 2028).state("S4-3-07"), year(&story, 2028).grade()), (NotYet, Some("failed")));
    story.day("2028-12-31").evidence("promoted", "成员2成长").accepted();
    assert_eq!((year(&story, 2028).grade(), year(&story, 2028).card.points), (Some("passed"), 10_000));
    // The next cycle begins with nothing.
    assert_eq!(
        (story.on("2029-01-31").numbers("S4-3-06"), story.on("2029-01-31").numbers("S4-3-07")),
        ((0, 1), (0, 2))
    );
}
