//! A school year under the first county's plan; all values are worked out by hand.

use super::story::Story;
use crate::domain::participation::Attended;
use crate::domain::scorecard::ScoreState::{Impossible, Met, NotYet, Waiting};
use crate::domain::{Level, MemberRole};

const LEAD: &str = "程远";
const MEMBERS: [&str; 5] = ["陆一", "孟二", "蔡三", "丁四", "范五"];

fn begin() -> Story {
    let mut story = Story::begin("county-1", "2026-09-01");
    story.host(LEAD).core(&MEMBERS);
    story
}

/// Everything that a year asks for; 范五 has a prize instead of a paper.
fn year() -> Story {
    let mut story = begin();
    story.day("2026-09-10").helps("石桥小学");
    for name in MEMBERS {
        story.day("2026-09-20").guides(name, &format!("{name}的徒弟"));
        story.day("2026-09-21").guides(name, &format!("{name}的学生"));
        let slot = if name == "范五" { "city_first_prize" } else { "paper" };
        story.day("2027-03-01").evidence(slot, &format!("{name}的论文")).of(name).accepted();
        story.day("2027-05-10").evidence("write_up", &format!("{name}的案例")).of(name).accepted();
    }
    _ = story.day("2026-10-15").lecture("命题讲座").by(&[LEAD]);
    _ = story.day("2026-10-20").open_lesson("研讨课一").by(&["青年一"]).reviewed_by(&MEMBERS);
    story.day("2026-11-05").evidence("exam_paper", "期中卷").accepted();
    _ = story.day("2026-11-12").outreach("送教一").onsite().present(&MEMBERS);
    _ = story.day("2026-12-18").showcase("主题展示").claims(Level::County);
    _ = story.day("2027-03-23").open_lesson("研讨课二").by(&["青年二"]).reviewed_by(&MEMBERS);
    _ = story.day("2027-04-22").outreach("送教二").onsite().present(&MEMBERS);
    story.day("2027-05-20").evidence("exam_paper", "期末卷").accepted();
    _ = story.day("2027-06-25").report("成果汇报").by(&MEMBERS);
    story
}

#[test]
fn a_year_goes_from_september_to_august() {
    let mut story = year();
    let card = story.on("2026-12-31");
    assert_eq!((card.card.year, card.card.span.to.to_string().as_str()), (2026, "2027-08-31"));
    // The county's level waits for the office; a report and the papers are still to come.
    assert_eq!(card.all(Waiting), ["S4-1-03"]);
    assert_eq!(card.all(Met), ["S4-1-02", "S4-1-06", "S4-1-08"]);
    assert_eq!((card.numbers("S4-1-05"), card.numbers("S4-1-09"), card.numbers("S4-1-11")), ((1, 2), (0, 5), (1, 2)));
    // Three hold; half of S4-1-05 and of S4-1-11: 4 of 10.
    assert_eq!((card.card.points, card.card.result.missing), (4000, 7));
    story.confirm("主题展示");
    let card = story.on("2027-06-24");
    assert_eq!((card.all(NotYet), card.grade()), (vec!["S4-1-04", "S4-1-L51"], Some("failed")));
    let card = story.on("2027-06-25");
    assert_eq!((card.grade(), card.card.points), (Some("passed"), 10_000));
    assert_eq!(story.of_year(2026, "2027-12-01").grade(), Some("passed"));
    assert_eq!(story.on("2027-09-01").numbers("S4-1-05"), (0, 2));
}

#[test]
fn an_outreach_counts_when_all_members_of_the_day_came() {
    let mut story = begin();
    _ = story.day("2026-10-10").outreach("全到").onsite().present(&MEMBERS);
    _ = story.day("2026-10-17").outreach("四人").onsite().present(&MEMBERS[..4]).present(&[LEAD]);
    assert_eq!((story.on("2026-10-17").state("S4-1-05"), story.on("2026-10-17").numbers("S4-1-05")), (NotYet, (1, 2)));
    story.day("2027-06-01").joins("柳青", MemberRole::Core);
    _ = story.day("2027-06-10").outreach("五人").onsite().present(&MEMBERS).unknown(&["柳青"]);
    assert_eq!(story.on("2027-06-10").state("S4-1-05"), Waiting);
    assert_eq!(story.verdict("五人", "柳青", Attended::Absent).on("2027-06-10").state("S4-1-05"), NotYet);
    assert_eq!(story.verdict("五人", "柳青", Attended::Present).on("2027-06-10").numbers("S4-1-05"), (2, 2));
}

#[test]
fn who_joined_in_june_is_asked_in_full_and_who_left_is_not() {
    let mut story = year();
    story.day("2027-06-01").joins("柳青", MemberRole::Core);
    let (before, after) = (story.on("2027-05-31"), story.on("2027-06-01"));
    assert_eq!((before.state("S4-1-08"), after.state("S4-1-08"), after.numbers("S4-1-08")), (Met, NotYet, (5, 6)));
    assert_eq!(after.sentence("S4-1-08"), "6 名工作室成员中 5 人已达标；还差：柳青（0/2 人）");
    // The outreaches of the five were whole on their days.
    assert_eq!(after.state("S4-1-05"), Met);
    // On the last day all of it may still be done; after it papers may still show what was done.
    assert_eq!(story.on("2027-08-31").all(NotYet), ["S4-1-L51", "S4-1-07", "S4-1-08", "S4-1-09", "S4-1-10"]);
    let card = story.of_year(2026, "2027-09-01");
    assert_eq!((card.all(Impossible), card.grade()), (vec!["S4-1-08", "S4-1-09"], Some("failed")));
    assert_eq!((card.state("S4-1-07"), card.state("S4-1-10")), (NotYet, NotYet));
    assert_eq!(card.sentence("S4-1-10"), "6 名工作室成员中 5 人已达标；还差：柳青，可补交材料");
    story.day("2027-08-30").leaves("柳青");
    assert!(story.of_year(2026, "2027-09-01").all(Impossible).is_empty());
}

#[test]
fn a_paper_of_each_semester_comes_in_it() {
    let mut story = begin();
    assert_eq!(story.on("2027-01-31").sentence("S4-1-11"), "2 个学期中 0 个学期达标；秋季学期还差 1 份");
    let card = story.on("2027-02-01");
    assert_eq!((card.state("S4-1-11"), card.card.result.lost, card.grade()), (NotYet, false, Some("failed")));
    assert_eq!(card.sentence("S4-1-11"), "2 个学期中 0 个学期达标；秋季学期还差 1 份，可补交材料；春季学期还差 1 份");
    assert!(card.todo.iter().any(|todo| todo.criterion == "S4-1-11"));
    // Evidence of a day in January, decided on in February.
    story.day("2027-01-20").evidence("exam_paper", "期末卷");
    let autumn = |story: &Story| story.on("2027-02-10").score("S4-1-11").parts[0].subjects[0].state;
    assert_eq!(autumn(&story), Waiting);
    story.accept("期末卷");
    assert_eq!((autumn(&story), story.on("2027-02-10").state("S4-1-11")), (Met, NotYet));
    // The spring's may come in until the office has frozen the year.
    let of_2026 = |story: &Story, day: &str| story.of_year(2026, day).state("S4-1-11");
    assert_eq!(of_2026(&story, "2027-09-15"), NotYet);
    story.day("2027-09-15").freezes(2026);
    assert_eq!((of_2026(&story, "2027-09-14"), of_2026(&story, "2027-09-15")), (NotYet, Impossible));
    let card = story.of_year(2026, "2027-09-15");
    assert_eq!(card.sentence("S4-1-11"), "2 个学期中 1 个学期达标；春季学期没有，已补不回来");
}

#[test]
fn guidance_is_given_and_not_only_heard() {
    let mut story = begin();
    _ = story.day("2026-10-20").open_lesson("青年的课一").by(&["青年一"]).present(&MEMBERS).reviewed_by(&["孟二"]);
    let card = story.on("2026-10-20");
    assert_eq!((card.person("S4-1-09", 0, "陆一").0, card.person("S4-1-09", 0, "孟二").0), (0, 1));
    // A review counts without a record of having been there.
    _ = story.day("2026-10-27").lesson_review("青年的课二").by(&["青年一"]).reviewed_by(&["陆一", "孟二"]);
    let card = story.on("2026-10-27");
    assert_eq!((card.person("S4-1-09", 0, "陆一"), card.person("S4-1-09", 0, "孟二")), ((1, 2, NotYet), (2, 2, Met)));
    // Whoever was away reviewed nothing, whatever they wrote.
    let lesson =
        story.day("2026-11-03").lesson_review("青年的课三").by(&["青年一"]).reviewed_by(&["陆一", "蔡三", "丁四"]);
    _ = lesson.absent(&["陆一"]).excused(&["蔡三"]).unknown(&["丁四"]);
    let card = story.on("2026-11-03");
    let reviewed = ["陆一", "蔡三", "丁四"].map(|name| card.person("S4-1-09", 0, name).0);
    assert_eq!(reviewed, [1, 0, 1]);
}

#[test]
fn where_nobody_is_on_the_roster_no_rate_is_reached() {
    let mut story = Story::begin("county-1", "2026-09-01");
    story.host(LEAD);
    _ = story.day("2026-11-12").outreach("送教").onsite().present(&[LEAD]).guests(20);
    let card = story.on("2026-11-12");
    assert_eq!((card.state("S4-1-05"), card.numbers("S4-1-05")), (NotYet, (0, 2)));
}

#[test]
fn a_topic_is_asked_of_everybody_within_the_cycle() {
    let mut story = begin();
    MEMBERS.iter().for_each(|name| _ = story.day("2027-03-01").evidence("city_topic", name).of(name).accepted());
    let card = |year, on| story.of_year(year, on);
    assert!(!card(2026, "2027-03-01").score("S4-1-L51").required);
    let last = card(2028, "2029-03-01");
    assert_eq!(
        (last.state("S4-1-L51"), last.numbers("S4-1-L51"), last.score("S4-1-L51").required),
        (Met, (5, 5), true)
    );
}

#[test]
fn a_prize_stands_for_a_paper() {
    let card = year().on("2027-03-01");
    assert_eq!((card.state("S4-1-07"), card.numbers("S4-1-07")), (Met, (4, 5)));
    assert_eq!((card.person("S4-1-07", 0, "范五"), card.person("S4-1-07", 1, "范五")), ((0, 1, NotYet), (1, 1, Met)));
}
