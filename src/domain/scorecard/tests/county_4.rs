//! A school year under the fourth plan, a county's 1+10+N; all values are worked out by hand.

use super::story::{Story, many};
use crate::domain::participation::Attended;
use crate::domain::scorecard::ScoreState::{Impossible, Met, NotYet, Waiting};
use crate::domain::{Level, MemberRole};

const LEAD: &str = "苏明";
const MONTHS: [&str; 12] = [
    "2026-09", "2026-10", "2026-11", "2026-12", "2027-01", "2027-02", "2027-03", "2027-04", "2027-05", "2027-06",
    "2027-07", "2027-08",
];

fn begin() -> Story {
    let mut story = Story::begin("county-4", "2026-09-01");
    story.host(LEAD).trainees(&many("学员", 10));
    story.about("学员1", |member| member.new_teacher = true).about("学员2", |member| member.backbone = true);
    story
}

/// Two seminars in each month, on the 10th and the 20th.
fn seminars(story: &mut Story, months: &[&str]) {
    for month in months {
        _ = story.day(&format!("{month}-10")).seminar("研讨");
        _ = story.day(&format!("{month}-20")).seminar("研讨");
    }
}

/// Everything that the first year asks for.
fn year() -> Story {
    let mut story = begin();
    seminars(&mut story, &MONTHS);
    for (at, name) in many("学员", 10).iter().enumerate() {
        for (lesson, month) in ["2026-11", "2027-04"].iter().enumerate() {
            let lesson = story.day(&format!("{month}-{:02}", at + 1)).open_lesson(&format!("{name}的课{lesson}"));
            _ = lesson.by(&[name]).present_for(&[LEAD], 40);
        }
        story.day("2026-09-20").guides(name, &format!("{name}的徒弟"));
        story.day("2026-09-20").guides(name, &format!("{name}的学生"));
        story.day("2026-09-25").evidence("year_plan", "计划").of(name).accepted();
        story.day("2027-07-01").evidence("year_summary", "总结").of(name).accepted();
        story.day("2027-01-15").evidence("book", "专著").of(name).accepted();
        story.day("2027-05-15").evidence("design", "教学设计").of(name).accepted_for(2);
    }
    _ = story.day("2026-10-15").open_lesson("名师的课一").by(&[LEAD]).level(Level::County);
    _ = story.day("2027-03-15").showcase("名师的课二").by(&[LEAD]).level(Level::City);
    _ = story.day("2027-03-16").lecture("名师讲座").by(&[LEAD]);
    _ = story.day("2027-05-20").showcase("全县展示").by(&[LEAD]).level(Level::County).present(&many("学员", 10));
    story.day("2027-06-01").evidence("lead_paper", "论文").of(LEAD).accepted();
    story.day("2026-09-10").evidence("year_plan", "名师计划").of(LEAD).accepted();
    story.day("2027-07-10").evidence("year_summary", "名师总结").of(LEAD).accepted();
    story
}

#[test]
fn one_lead_ten_trainees_of_whom_one_is_new_and_one_a_backbone() {
    let mut story = begin();
    let states = |story: &Story, day: &str| (story.on(day).state("S4-4-01"), story.on(day).state("S4-4-02"));
    assert_eq!(states(&story, "2026-09-01"), (Met, Met));
    story.day("2026-09-30").leaves("学员2");
    assert_eq!(states(&story, "2026-10-01"), (NotYet, NotYet));
    assert_eq!(
        story.on("2026-10-01").sentence("S4-4-02"),
        "新入职教师：现有 1 人，不少于 1 人；县级骨干教师或学科带头人：现有 0 人，不少于 1 人，还差 1 人"
    );
    story.day("2026-10-10").joins("学员11", MemberRole::Trainee);
    story.about("学员11", |member| member.backbone = true);
    assert_eq!(states(&story, "2026-10-10"), (Met, Met));
    story.day("2026-10-20").joins("学员12", MemberRole::Trainee);
    assert_eq!(states(&story, "2026-10-20"), (NotYet, Met));
}

#[test]
fn a_year_that_is_done_passes_without_what_the_cycle_asks() {
    let story = year();
    let card = story.on("2027-08-31");
    assert_eq!((card.grade(), card.card.points, card.card.result.missing), (Some("passed"), 10_000, 0));
    let of_the_cycle = ["S4-4-06", "S4-4-07b", "S4-4-L251", "S4-4-07c", "S4-4-08.2", "S4-4-10"];
    assert!(of_the_cycle.iter().all(|id| !card.score(id).required && card.state(id) == NotYet));
    let mut story = story;
    story.day("2029-09-30").freezes(2028);
    let [last, over, frozen] = ["2029-08-31", "2029-09-01", "2029-09-30"].map(|on| story.of_year(2028, on));
    assert!(of_the_cycle.iter().all(|id| last.score(id).required && last.state(id) == NotYet));
    // Papers of the cycle may come in until its last year is frozen.
    assert!(of_the_cycle.iter().all(|id| over.state(id) == NotYet && frozen.state(id) == Impossible));
    // 20 lessons of 40 minutes and nothing else: 800 minutes are 17 class hours of 45.
    assert_eq!(card.person("S4-4-05", 0, LEAD), (17, 15, Met));
}

#[test]
fn one_month_that_is_missed_is_missed_for_the_year() {
    let mut story = begin();
    seminars(&mut story, &MONTHS[..6]);
    _ = story.day("2027-03-10").seminar("只有一次");
    let card = story.on("2027-03-31");
    assert_eq!((card.state("S4-4-03"), card.numbers("S4-4-03")), (NotYet, (6, 12)));
    assert_eq!(card.sentence("S4-4-03"), "12 个月中 6 个月达标；3 月还差 1 次");
    let card = story.on("2027-04-01");
    assert_eq!((card.state("S4-4-03"), card.card.result.lost), (Impossible, true));
    seminars(&mut story, &MONTHS[7..]);
    let card = story.on("2027-08-31");
    assert_eq!(card.sentence("S4-4-03"), "12 个月中 11 个月达标；3 月只有 1 次，已补不回来");
    assert_eq!((card.state("S4-4-03"), card.grade()), (Impossible, Some("failed")));
    // A lecture is no seminar; a second seminar on the last of March is one.
    _ = story.day("2027-03-31").lecture("讲座");
    assert_eq!(story.on("2027-08-31").state("S4-4-03"), Impossible);
    _ = story.day("2027-03-31").seminar("第二次");
    assert_eq!(
        (story.on("2027-08-31").state("S4-4-03"), story.on("2027-08-31").sentence("S4-4-03")),
        (Met, "12 个月都达标")
    );
}

#[test]
fn fifteen_class_hours_are_675_minutes() {
    let mut story = begin();
    for number in 1..=14 {
        let lesson = story.day(&format!("2026-10-{number:02}")).open_lesson("课").by(&["学员1"]);
        _ = lesson.present_for(&[LEAD], 45);
    }
    _ = story.day("2026-11-01").open_lesson("短课").by(&["学员2"]).present_for(&[LEAD], 44);
    // 674 minutes. Her own lecture, a seminar that nobody presents and a stranger's lesson are not what she hears of members.
    _ = story.day("2026-11-02").open_lesson("外校的课").by(&["外人"]).present_for(&[LEAD], 90);
    _ = story.day("2026-11-02").lecture("自己讲").by(&[LEAD]).present_for(&[LEAD], 90);
    _ = story.day("2026-11-03").seminar("研讨").present_for(&[LEAD], 90);
    assert_eq!(story.on("2026-11-03").person("S4-4-05", 0, LEAD), (14, 15, NotYet));
    assert_eq!(story.on("2027-08-31").state("S4-4-05"), NotYet);
    assert_eq!(story.of_year(2026, "2027-09-01").state("S4-4-05"), Impossible);
    _ = story.day("2026-11-04").open_lesson("待核的课").by(&["学员3"]).unknown(&[LEAD]);
    assert_eq!(story.on("2026-11-04").state("S4-4-05"), Waiting);
    story.verdict("待核的课", LEAD, Attended::Absent);
    _ = story.day("2026-11-05").open_lesson("一分钟").by(&["学员3"]).present_for(&[LEAD], 1);
    assert_eq!(story.on("2026-11-05").person("S4-4-05", 0, LEAD), (15, 15, Met));
}

#[test]
fn a_trainee_who_joined_in_june_is_asked_in_full() {
    let mut story = year();
    story.day("2027-05-31").leaves("学员10");
    story.day("2027-06-01").joins("学员11", MemberRole::Trainee);
    let card = story.on("2027-06-01");
    assert_eq!((card.state("S4-4-01"), card.numbers("S4-4-08"), card.state("S4-4-08")), (Met, (9, 10), NotYet));
    assert_eq!(
        (card.person("S4-4-09", 0, "学员11"), card.person("S4-4-09", 0, "学员1")),
        ((0, 2, NotYet), (2, 2, Met))
    );
    assert!(story.on("2027-08-31").all(Impossible).is_empty());
    // Papers may still come in; lessons can't be held any more.
    let lost = story.of_year(2026, "2027-09-01");
    assert_eq!(lost.all(Impossible), ["S4-4-09"]);
    assert!(["S4-4-07c.2", "S4-4-07c.3", "S4-4-08"].iter().all(|id| lost.state(id) == NotYet));
    // Whom one guides can still be mended.
    assert_eq!(lost.state("S4-4-11"), NotYet);
}

#[test]
fn two_or_three_young_teachers_are_guided() {
    let mut story = begin();
    let mut state = |number: usize| {
        story.day("2026-09-20").guides("学员1", &format!("青年{number}"));
        story.on("2026-09-20").person("S4-4-11", 0, "学员1")
    };
    assert_eq!([1, 2, 3, 4].map(&mut state), [(1, 2, NotYet), (2, 2, Met), (3, 2, Met), (4, 2, NotYet)]);
}

#[test]
fn a_demonstration_counts_at_the_countys_level_once_that_is_confirmed() {
    let mut story = begin();
    _ = story.day("2026-10-10").showcase("校内展示").by(&["学员1"]).present(&["学员2"]);
    let attended = |story: &Story, name: &str| story.on("2027-05-20").person("S4-4-09", 2, name).2;
    assert_eq!(attended(&story, "学员2"), NotYet);
    _ = story
        .day("2027-05-20")
        .showcase("全县展示")
        .by(&["学员1"])
        .claims(Level::County)
        .present(&["学员2"])
        .absent(&["学员3"]);
    assert_eq!(
        (attended(&story, "学员1"), attended(&story, "学员2"), attended(&story, "学员3")),
        (Waiting, Waiting, NotYet)
    );
    story.confirm("全县展示");
    assert_eq!((attended(&story, "学员1"), attended(&story, "学员2"), attended(&story, "学员3")), (Met, Met, NotYet));
}
