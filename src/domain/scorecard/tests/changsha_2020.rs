//! A year of an alliance in Changsha; all values are worked out by hand.

use super::story::{Story, many};
use crate::domain::MemberRole;
use crate::domain::scorecard::ScoreState::{Impossible, Met, NotYet, Waiting};

/// One expert and 7 core teachers in January; a second expert and the eighth in March.
fn march() -> Story {
    let mut story = Story::begin("changsha-2020", "2021-01-01");
    story.host("首席").advisers(&["专家一"]).core(&many("核心", 7)).trainees(&many("成员", 30));
    story.day("2021-03-01").joins("专家二", MemberRole::Adviser);
    story.day("2021-03-01").joins("核心8", MemberRole::Core);
    story
}

#[test]
fn about_ten_are_eight_to_twelve() {
    let mut story = march();
    let card = story.on("2021-02-28");
    assert_eq!((card.state("S3-02"), card.numbers("S3-02")), (NotYet, (1, 2)));
    assert_eq!((card.state("S3-03"), card.sentence("S3-03")), (NotYet, "现有 7 人，应为 10 人左右，还差 1 人"));
    // 1/2, 7/10 and nothing, of four.
    assert_eq!((card.card.points, card.card.result.missing), (3000, 4));
    let card = story.on("2021-03-01");
    assert_eq!((card.state("S3-02"), card.state("S3-03")), (Met, Met));
    (9..=12).for_each(|number| story.day("2021-06-01").joins(&format!("核心{number}"), MemberRole::Core));
    assert_eq!(story.on("2021-06-01").state("S3-03"), Met);
    story.day("2021-07-01").joins("核心13", MemberRole::Core);
    let card = story.on("2021-07-01");
    assert_eq!((card.state("S3-03"), card.sentence("S3-03")), (NotYet, "现有 13 人，应为 10 人左右，多了 1 人"));
    story.day("2021-09-30").leaves("核心13");
    assert_eq!((story.on("2021-09-30").state("S3-03"), story.on("2021-10-01").state("S3-03")), (NotYet, Met));
}

#[test]
fn the_report_of_the_year_waits_for_its_reviewer() {
    let mut story = march();
    // 91 of 365 days are less than a quarter, 92 are more.
    let risk = |day| story.on(day).score("S3-05").at_risk;
    assert_eq!((risk("2021-04-01"), risk("2021-04-02")), (false, true));
    story.day("2021-01-20").evidence("year_plan", "2021 年计划").accepted();
    story.day("2021-12-10").evidence("annual_report", "2021 年年报");
    let card = story.on("2021-12-31");
    assert_eq!((card.state("S3-05"), card.grade(), card.card.result.lost), (Waiting, Some("failed"), false));
    story.refuse("2021 年年报");
    assert_eq!(
        (story.on("2021-12-31").state("S3-05"), story.of_year(2021, "2022-01-01").state("S3-05")),
        (NotYet, NotYet)
    );
    story.accept("2021 年年报");
    let card = story.on("2021-12-31");
    assert_eq!((card.grade(), card.card.points), (Some("passed"), 10_000));
    // The next year asks for its own report; the third is the last.
    assert_eq!(story.on("2022-01-01").numbers("S3-05"), (0, 1));
    // The house rules of the alliance are asked for in its last year.
    assert!(!card.score("S3-L63.2").required && story.of_year(2023, "2023-12-31").score("S3-L63.2").required);
    let last = |year| story.of_year(year, "2021-12-31").card.final_year;
    assert_eq!([2021, 2022, 2023].map(last), [false, false, true]);
}

#[test]
fn the_plan_of_a_year_is_that_years() {
    let mut story = march();
    story.day("2021-01-20").evidence("year_plan", "2021 年计划").accepted();
    story.day("2021-12-10").evidence("annual_report", "2021 年年报").accepted();
    let state = |story: &Story, day: &str| story.on(day).state("S3-L63");
    assert_eq!((state(&story, "2021-01-19"), state(&story, "2021-01-20")), (NotYet, Met));
    assert_eq!((state(&story, "2022-01-01"), story.on("2022-01-01").numbers("S3-L63")), (NotYet, (0, 1)));
    story.refuse("2021 年计划");
    assert_eq!(state(&story, "2021-12-31"), NotYet);
    // 3 of 4. A paper of the year may come in after it, until the year is frozen.
    let card = story.of_year(2021, "2022-01-10");
    assert_eq!((card.grade(), card.card.points, card.state("S3-L63")), (Some("failed"), 7500, NotYet));
    assert_eq!(card.sentence("S3-L63"), "0/1 份，还差 1 份，可补交材料");
    story.day("2022-01-11").freezes(2021);
    assert_eq!(story.of_year(2021, "2022-01-11").all(Impossible), ["S3-L63"]);
    // The next year's plan is not this year's, one of the last day is.
    story.day("2022-01-01").evidence("year_plan", "2022 年计划").accepted();
    assert_eq!(story.of_year(2021, "2022-01-11").state("S3-L63"), Impossible);
    story.day("2021-12-31").evidence("year_plan", "补交的计划").accepted();
    assert_eq!((story.on("2021-12-31").grade(), story.on("2021-12-31").card.points), (Some("passed"), 10_000));
}
