//! Three years under the rules of the Hangjin banner; all values are worked out by hand.

use super::story::{Story, many};
use crate::domain::scorecard::ScoreState::{Impossible, Met, NotYet, Waiting};
use crate::domain::{Level, MemberRole};

const HOST: &str = "白云峰";
const MEMBERS: [&str; 8] = ["乌兰", "其其格", "张桂兰", "李志远", "娜仁", "王海", "赵敏", "高翔"];

/// 8 members, 5 of them from other schools; 10 trainees.
fn begin() -> Story {
    let mut story = Story::begin("hangjin-2024", "2024-01-01");
    story.host(HOST).core(&MEMBERS).trainees(&many("学员", 10)).at_school(&MEMBERS[..5], "锡尼镇小学");
    story
}

/// Each gives a research lesson for the whole banner, which the office has confirmed.
fn teach(story: &mut Story, day: &str, names: &[&str]) {
    names.iter().for_each(|name| _ = story.day(day).open_lesson(name).by(&[name]).level(Level::County));
}

fn everybody() -> Vec<&'static str> {
    [HOST].into_iter().chain(MEMBERS).collect()
}

#[test]
fn eight_members_are_exactly_eight() {
    let mut story = begin();
    story.day("2024-02-01").joins("第九人", MemberRole::Core);
    let (before, after) = (story.on("2024-01-31"), story.on("2024-02-01"));
    assert_eq!((before.state("S2-05"), after.state("S2-05")), (Met, NotYet));
    assert_eq!(after.sentence("S2-05"), "现有 9 人，应为 8 人，多了 1 人");
    story.day("2024-03-31").leaves("第九人");
    assert_eq!((story.on("2024-03-31").state("S2-05"), story.on("2024-04-01").state("S2-05")), (NotYet, Met));
    // 以内 has the 10 in it.
    assert_eq!(story.on("2024-04-01").state("S2-07"), Met);
    story.day("2024-04-02").joins("学员11", MemberRole::Trainee);
    assert_eq!(story.on("2024-04-02").sentence("S2-07"), "现有 11 人，不超过 10 人，多了 1 人");
    assert_eq!((story.on("2024-04-02").state("S2-06"), story.on("2024-04-02").numbers("S2-06")), (Met, (5, 5)));
    assert_eq!(story.at_school(&["乌兰"], "青禾县实验小学").on("2024-04-02").state("S2-06"), NotYet);
}

#[test]
fn the_first_year_asks_for_its_whole_semester_only() {
    let mut story = begin();
    assert_eq!(story.on("2024-02-01").numbers("S2-09"), (0, 9));
    teach(&mut story, "2024-03-20", &everybody()[..8]);
    _ = story.day("2024-04-10").open_lesson("高翔").by(&["高翔"]).claims(Level::County);
    let card = story.on("2024-06-30");
    assert_eq!((card.state("S2-09"), card.numbers("S2-09")), (Waiting, (8, 9)));
    assert_eq!(card.sentence("S2-09"), "9 名主持人和成员中 8 人已主讲；等确认：高翔");
    // No school year both begins after the cycle did and ends in 2024.
    assert_eq!((card.score("S2-08").required, card.sentence("S2-08")), (false, "今年没有完整的学年，不作要求"));
    // S2-05, S2-06, S2-07 hold, and 8/9 of S2-09: 35/36.
    assert_eq!((card.card.points, card.card.result.missing), (9722, 1));
    let mut lost = story.clone();
    lost.facts.activities.last_mut().unwrap().level = Level::School;
    assert_eq!((lost.on("2024-08-31").state("S2-09"), lost.on("2024-09-01").state("S2-09")), (NotYet, Impossible));
    assert_eq!(
        lost.on("2024-09-01").sentence("S2-09"),
        "9 名主持人和成员中 8 人已达标；没有达标：高翔（4月10日只是校级），已补不回来"
    );
    let card = story.confirm("高翔").on("2024-12-31");
    assert_eq!((card.grade(), card.card.points), (Some("passed"), 10_000));
}

/// Everybody teaches in both semesters of the school year 2024; 高翔 leaves in March, 高娃 comes in June.
fn school_year() -> Story {
    let mut story = begin();
    teach(&mut story, "2024-10-16", &everybody());
    story.day("2025-03-31").leaves("高翔");
    teach(&mut story, "2025-04-16", &everybody()[..8]);
    story.day("2025-06-10").joins("高娃", MemberRole::Core);
    story
}

#[test]
fn who_joined_in_june_is_asked_for_the_spring_and_the_school_year() {
    let mut story = school_year();
    // Autumn: 9 of 9. Spring, by the roster of the day: none of 9 yet.
    assert_eq!(story.on("2025-01-31").numbers("S2-09"), (9, 18));
    assert_eq!(story.on("2025-05-31").numbers("S2-09"), (17, 17));
    let card = story.on("2025-06-10");
    assert_eq!((card.state("S2-09"), card.numbers("S2-09")), (NotYet, (17, 18)));
    // Two lessons are two reports (开课); of eight members only the newcomer has none.
    assert_eq!((card.numbers("S2-08"), card.person("S2-08", 0, "高娃")), ((7, 8), (0, 2, NotYet)));
    assert_eq!(card.sentence("S2-08"), "8 名成员中 7 人已达标；还差：高娃（0/2 次）");
    assert_eq!((story.on("2025-08-31").state("S2-08"), story.on("2025-09-01").state("S2-08")), (NotYet, Impossible));
    _ = story.day("2025-06-20").report("读书汇报").by(&["高娃"]);
    teach(&mut story, "2025-07-01", &["高娃"]);
    let card = story.on("2025-08-31");
    assert_eq!((card.state("S2-08"), card.numbers("S2-08")), (Met, (8, 8)));
    assert_eq!((card.state("S2-09"), card.numbers("S2-09")), (Met, (18, 18)));
    assert_eq!(story.on("2025-12-31").grade(), Some("passed"));
}

/// The last year of the cycle, with both semesters and all topics.
fn last_year() -> Story {
    let mut story = begin();
    teach(&mut story, "2025-10-15", &everybody());
    teach(&mut story, "2026-04-15", &everybody());
    story.day("2024-11-01").evidence("region_topic", "课题").accepted();
    story.day("2024-03-01").evidence("work_plan", "方案").accepted();
    story.day("2026-09-01").evidence("essays", "论文集").accepted();
    MEMBERS.iter().for_each(|name| _ = story.day("2025-05-01").evidence("own_topic", name).of(name).accepted());
    story
}

#[test]
fn topics_of_the_cycle_are_required_in_its_last_year() {
    let mut story = last_year();
    story.refuse("王海");
    let required = |year| story.of_year(year, "2026-12-31").score("S2-09b").required;
    assert_eq!([2024, 2025, 2026].map(required), [false, false, true]);
    assert_eq!((story.on("2026-08-31").state("S2-03"), story.on("2026-08-31").numbers("S2-03")), (NotYet, (1, 1)));
    let card = story.on("2026-12-30");
    assert_eq!((card.state("S2-09b"), card.numbers("S2-09b"), card.state("S2-03")), (NotYet, (7, 8), Met));
    let card = story.of_year(2026, "2027-01-10");
    assert_eq!((card.state("S2-09b"), card.grade(), card.card.result.lost), (NotYet, Some("failed"), false));
    story.day("2027-01-11").freezes(2026);
    let card = story.of_year(2026, "2027-01-11");
    assert_eq!((card.state("S2-09b"), card.grade(), card.card.result.lost), (Impossible, Some("failed"), true));
}

#[test]
fn the_best_grade_needs_a_person_and_a_veto_takes_all() {
    let mut story = last_year();
    let card = story.on("2026-12-31");
    assert_eq!((card.grade(), card.card.points), (Some("passed"), 10_000));
    story.day("2026-12-20").graded("excellent");
    assert_eq!(story.on("2026-12-31").grade(), Some("excellent"));
    story.day("2026-12-25").veto("transferred", "调往外旗");
    let card = story.on("2026-12-31");
    assert_eq!((card.grade(), card.card.result.passes, card.card.result.lost), (Some("failed"), false, true));
    // What happens after the year is the next year's.
    story.facts.vetoes[0].day = super::story::day("2027-01-05");
    assert_eq!(story.of_year(2026, "2027-02-01").grade(), Some("excellent"));
}

#[test]
fn the_plan_of_the_studio_is_asked_for_in_the_last_year() {
    let mut story = last_year();
    let state = |story: &Story, day: &str| story.on(day).state("S2-L70");
    assert_eq!((state(&story, "2024-02-29"), state(&story, "2024-03-01")), (NotYet, Met));
    let required = |story: &Story, year| story.of_year(year, "2026-12-31").score("S2-L70").required;
    assert_eq!([2024, 2025, 2026].map(|year| required(&story, year)), [false, false, true]);
    story.refuse("方案");
    assert_eq!((state(&story, "2026-12-31"), story.of_year(2026, "2027-01-01").state("S2-L70")), (NotYet, NotYet));
    // 7 of 8 criteria.
    assert_eq!((story.on("2026-12-31").grade(), story.on("2026-12-31").card.points), (Some("failed"), 8750));
    story.day("2026-12-31").evidence("work_plan", "补交的方案");
    assert_eq!((state(&story, "2026-12-31"), story.on("2026-12-31").numbers("S2-L70")), (Waiting, (0, 1)));
    assert_eq!(story.accept("补交的方案").on("2026-12-31").grade(), Some("passed"));
}
