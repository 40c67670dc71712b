//! A cycle under the fifth plan, a city's studios of four; all values are worked out by hand.

use super::story::{Story, day, many};
use crate::domain::participation::Attended;
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
    let card = story.on("2027-02-28");
    assert_eq!((card.state("S4-5-04"), card.numbers("S4-5-04")), (NotYet, (4, 11)));
    let card = story.on("2027-03-01");
    assert_eq!((card.state("S4-5-04"), card.card.result.lost), (Impossible, true));
    assert_eq!(card.sentence("S4-5-04"), "11 个月中 4 个月达标；2 月只有 1 次，已补不回来；3 月还差 2 次");
    // One of the last day of February counts.
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
    assert_eq!(card(2028, "2029-08-31").state("S4-5-14"), NotYet, "the last day counts");
    let over = card(2028, "2029-09-01");
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

/// The months of a school year that is asked in full.
fn months(year: i32) -> Vec<String> {
    (8..20).map(|month| format!("{}-{:02}", year + month / 12, month % 12 + 1)).collect()
}

/// What each school year asks for, and no more than that: the two seminars of each of these months come besides.
fn fill(story: &mut Story, year: i32, months: &[&str]) {
    let (autumn, spring) = (year, year + 1);
    seminars(story, months);
    for (at, name) in many("学员", 4).iter().enumerate() {
        // Two lessons and three lesson reviews that the lead attends: 5 × 45 minutes, of four 20 class hours.
        for number in 1..=5 {
            let (on, title) = (format!("{autumn}-11-{:02}", 5 * at + number), format!("{name} {year} {number}"));
            let playing = story.day(&on);
            let playing = if number <= 2 { playing.open_lesson(&title) } else { playing.lesson_review(&title) };
            _ = playing.by(&[name]).present_for(&[LEAD], 45);
        }
        let mut paper = |on: String, slot: &str, count: u32| {
            let title = format!("{name} {year} {slot}");
            _ = story.day(&on).evidence(slot, &title).of(name).accepted_for(count);
        };
        paper(format!("{autumn}-09-28"), "year_plan", 1);
        paper(format!("{spring}-01-15"), "book", 1);
        paper(format!("{spring}-05-15"), "paper", 1);
        paper(format!("{spring}-05-20"), "design", 2);
        paper(format!("{spring}-07-05"), "year_summary", 1);
    }
    _ = story.day(&format!("{autumn}-10-15")).lecture(&format!("名师讲堂 {year}")).by(&[LEAD]);
    _ = story.day(&format!("{spring}-03-15")).lecture(&format!("校本培训 {year}")).by(&[LEAD]);
    let lesson = story.day(&format!("{autumn}-10-20")).open_lesson(&format!("市级公开课 {year}")).by(&[LEAD]);
    _ = lesson.level(Level::City);
    let showcase = story.day(&format!("{spring}-04-20")).showcase(&format!("市级展示 {year}")).by(&[LEAD]);
    _ = showcase.level(Level::City).present(&many("学员", 4));
    for (on, slot) in [("09-25", "year_plan"), ("06-01", "lead_paper"), ("07-10", "year_summary")] {
        let on = format!("{}-{on}", if slot == "year_plan" { autumn } else { spring });
        story.day(&on).evidence(slot, &format!("名师 {year} {slot}")).of(LEAD).accepted();
    }
}

/// Two young teachers each, from the first autumn on.
fn guide(story: &mut Story) {
    for name in many("学员", 4) {
        ["徒弟", "学生"].iter().for_each(|whom| story.day("2026-09-20").guides(&name, &format!("{name}的{whom}")));
    }
}

fn first_year() -> Story {
    let mut story = begin();
    guide(&mut story);
    fill(&mut story, 2026, &MONTHS);
    story
}

/// All that the last of the three years asks for, with what the cycle does.
fn last_year() -> Story {
    let mut story = begin();
    guide(&mut story);
    let asked = months(2028);
    fill(&mut story, 2028, &asked.iter().map(String::as_str).collect::<Vec<_>>());
    for (on, slot) in [("2026-09-18", "lead_plan"), ("2028-06-01", "topic_done"), ("2029-06-20", "collection")] {
        story.day(on).evidence(slot, slot).of(LEAD).accepted();
    }
    for name in many("学员", 4) {
        story.day("2026-09-18").evidence("three_year_plan", &format!("{name} 规划")).of(&name).accepted();
        story.day("2029-04-01").evidence("topic_joined", &format!("{name} 课题")).of(&name).accepted();
        for year in 2027..=2029 {
            let (on, title) = (format!("{year}-05-10"), format!("{name} 核心 {year}"));
            story.day(&on).evidence("core_paper", &title).of(&name).accepted();
        }
        for year in 2026..=2028 {
            _ = story.day(&format!("{year}-12-12")).lecture(&format!("{name} 课程 {year}")).by(&[&name]);
        }
    }
    story
}

const OF_THE_CYCLE: [&str; 6] = ["S4-5-07", "S4-5-08b", "S4-5-L323", "S4-5-08c", "S4-5-12", "S4-5-14"];

#[test]
fn a_year_that_is_done_passes_without_what_the_cycle_asks() {
    let card = first_year().on("2027-08-31");
    assert_eq!((card.grade(), card.card.points, card.card.result.missing), (Some("passed"), 10_000, 0));
    let required: Vec<_> = card.card.criteria.iter().filter(|score| score.required).collect();
    assert_eq!((card.card.criteria.len(), required.len()), (19, 13));
    assert!(required.iter().all(|score| score.state == Met));
    assert!(OF_THE_CYCLE.iter().all(|id| !card.score(id).required && card.state(id) == NotYet));
    assert_eq!(card.person("S4-5-06", 0, LEAD), (20, 20, Met));
    // The summaries of July were the last that was missing, but for the seminars of July and August: 9 of 11 months.
    let july = first_year().on("2027-07-10");
    assert_eq!((july.all(NotYet).len(), july.card.result.missing, july.numbers("S4-5-04")), (7, 1, (9, 11)));
    // 12 + 9/11 of 13 are 141/143: 9860.1.
    assert_eq!((july.card.points, july.grade()), (9860, Some("failed")));
    // The day on which the cycle begins has 2 of 13: the lead and the four.
    assert_eq!((begin().on("2026-09-15").card.points, begin().on("2026-09-15").card.result.missing), (1538, 11));
}

#[test]
fn the_leads_paper_is_asked_for_each_school_year() {
    let mut story = first_year();
    let state = |story: &Story, day: &str| story.on(day).state("S4-5-08");
    assert_eq!((state(&story, "2027-05-31"), state(&story, "2027-06-01")), (NotYet, Met));
    story.refuse("名师 2026 lead_paper");
    let card = story.of_year(2026, "2027-09-01");
    assert_eq!((state(&story, "2027-08-31"), card.state("S4-5-08")), (NotYet, NotYet));
    // 12 of 13: 9230.7.
    assert_eq!((card.grade(), card.card.points, card.card.result.missing), (Some("failed"), 9230, 1));
    // A trainee's is not hers; one that nobody has decided on may still be.
    story.day("2027-08-30").evidence("lead_paper", "学员的论文").of("学员1").accepted();
    assert_eq!(state(&story, "2027-08-31"), NotYet);
    story.day("2027-08-31").evidence("lead_paper", "八月的论文").of(LEAD);
    assert_eq!((state(&story, "2027-08-31"), story.on("2027-08-31").card.result.lost), (Waiting, false));
    assert_eq!(story.accept("八月的论文").on("2027-08-31").grade(), Some("passed"));
    // The next year asks for another.
    assert_eq!((state(&story, "2027-09-01"), story.on("2027-09-01").numbers("S4-5-08")), (NotYet, (0, 1)));
}

#[test]
fn each_trainee_hands_in_plan_book_and_paper() {
    let story = first_year();
    let points = |title: &str, criterion: &str| {
        let card = story.clone().refuse(title).of_year(2026, "2027-09-10");
        (card.state(criterion), card.card.points, card.grade() == Some("failed"))
    };
    // 3 of 4 have a plan: 12 + 3/4 of 13 are 51/52, 9807.6.
    assert_eq!(points("学员3 2026 year_plan", "S4-5-08c.2"), (NotYet, 9807, true));
    // Half of S4-5-10 is the book, half the paper: 12 + 7/8 of 13 are 103/104, 9903.8.
    assert_eq!(points("学员2 2026 book", "S4-5-10"), (NotYet, 9903, true));
    assert_eq!(points("学员2 2026 paper", "S4-5-10"), (NotYet, 9903, true));
    let on = |day: &str| story.on(day);
    assert_eq!((on("2026-09-27").numbers("S4-5-08c.2"), on("2026-09-28").numbers("S4-5-08c.2")), ((0, 4), (4, 4)));
    let ten = |day: &str| (on(day).state("S4-5-10"), on(day).person("S4-5-10", 0, "学员1"), on(day).card.points);
    // On 14 May seven hold: 00, 03, 05, 06, 09, 13 and 08c.2. Of eleven months seven, October to April; of L369 the plan, of 10 the
    // book, of 11 two of three parts; of 08 and 08c.3 nothing: 7 + 7/11 + 1/2 + 1/2 + 2/3 of 13. In 66ths 614 of 858: 7156.1.
    assert_eq!(ten("2027-05-14"), (NotYet, (1, 1, Met), 7156));
    assert_eq!(ten("2027-05-15").0, Met);
}

#[test]
fn a_trainee_shows_twice_hands_in_two_and_comes_to_one_of_the_city() {
    let story = first_year();
    let at_end = |story: &Story| {
        let card = story.on("2027-08-31");
        (card.state("S4-5-11"), [0, 1, 2].map(|part| card.person("S4-5-11", part, "学员4").0), card.card.points)
    };
    assert_eq!(at_end(&story), (Met, [2, 2, 1], 10_000));
    // One part of three has 3 of 4: 12 + 11/12 of 13 are 155/156, 9935.8.
    let mut short = story.clone();
    short.facts.activities.retain(|one| one.title != "学员4 2026 2");
    // Without that lesson the lead has 855 minutes, 19 of 20 class hours: 11 + 11/12 + 19/20 are 772/780, 9897.4.
    assert_eq!(at_end(&short), (NotYet, [1, 2, 1], 9897));
    assert_eq!(short.of_year(2026, "2027-09-01").state("S4-5-11"), Impossible);
    _ = short.day("2027-08-31").showcase("校内展示").by(&["学员4"]).present_for(&[LEAD], 45);
    assert_eq!(at_end(&short), (Met, [2, 2, 1], 10_000));
    let mut short = story.clone();
    short.day("2027-05-21").decides("学员4 2026 design", Some(1));
    assert_eq!(at_end(&short), (NotYet, [2, 1, 1], 9935));
    assert_eq!(short.of_year(2026, "2027-09-01").state("S4-5-11"), NotYet, "a design may still be handed in");
    let mut short = story;
    _ = short.verdict("市级展示 2026", "学员4", Attended::Absent);
    let after = |story: &Story| story.of_year(2026, "2027-09-01").state("S4-5-11");
    assert_eq!((at_end(&short), after(&short)), ((NotYet, [2, 2, 0], 9935), Impossible));
    // A level that nobody has confirmed holds the year open; presenting it is taking part.
    _ = short.day("2027-06-10").open_lesson("研究课").by(&["学员4"]).claims(Level::City);
    assert_eq!((at_end(&short).0, after(&short)), (Waiting, Waiting));
    short.day("2027-06-20").rules("研究课", Some(Level::County));
    assert_eq!(after(&short), Impossible);
    short.day("2027-06-21").rules("研究课", Some(Level::Province));
    assert_eq!(at_end(&short), (Met, [3, 2, 1], 10_000));
    assert_eq!(short.on("2027-06-20").person("S4-5-11", 2, "学员4"), (0, 1, NotYet));
}

#[test]
fn two_or_three_young_teachers_are_guided() {
    let mut story = first_year();
    let own = |story: &Story, day: &str| story.on(day).person("S4-5-13", 0, "学员1");
    assert_eq!((own(&story, "2026-09-19"), own(&story, "2026-09-20")), ((0, 2, NotYet), (2, 2, Met)));
    story.day("2026-12-01").guides("学员1", "第三人");
    assert_eq!(own(&story, "2026-12-01"), (3, 2, Met));
    story.day("2027-02-01").guides("学员1", "第四人");
    assert_eq!(own(&story, "2027-02-01"), (4, 2, NotYet));
    // It can be mended to the last day, and is not lost after it: 3 of 4 trainees, 12 + 3/4 of 13, 9807.6.
    let card = story.on("2027-08-31");
    assert_eq!((card.state("S4-5-13"), card.card.points, card.card.result.lost), (NotYet, 9807, false));
    assert_eq!(card.grade(), Some("failed"));
    let guided = story.facts.mentors.len();
    story.facts.mentors[guided - 1].to = Some(day("2027-08-30"));
    assert_eq!((story.on("2027-08-30").grade(), story.on("2027-08-31").grade()), (Some("failed"), Some("passed")));
    // One ends too many.
    story.facts.mentors.iter_mut().take(2).for_each(|row| row.to = Some(day("2027-08-30")));
    assert_eq!((own(&story, "2027-08-31"), story.on("2027-08-31").grade()), ((1, 2, NotYet), Some("failed")));
}

#[test]
fn the_last_year_asks_for_what_three_years_have_made() {
    let story = last_year();
    let card = story.on("2029-08-31");
    assert_eq!((card.grade(), card.card.points, card.card.final_year), (Some("passed"), 10_000, true));
    assert!(card.card.criteria.iter().all(|score| score.required && score.state == Met));
    // A topic of the second year and a collection of the last count alike.
    let state = |id: &str, day: &str| story.of_year(2028, day).state(id);
    assert_eq!((state("S4-5-07", "2028-05-31"), state("S4-5-07", "2028-06-01")), (NotYet, Met));
    assert_eq!((state("S4-5-08b", "2029-06-19"), state("S4-5-08b", "2029-06-20")), (NotYet, Met));
    assert_eq!((state("S4-5-12", "2029-05-09"), state("S4-5-12", "2029-05-10")), (NotYet, Met));
    let lost = |title: &str, criterion: &str| {
        let mut story = story.clone();
        story.refuse(title);
        assert_eq!(story.of_year(2028, "2029-09-10").state(criterion), NotYet);
        story.day("2029-09-11").freezes(2028);
        let card = story.of_year(2028, "2029-09-11");
        assert_eq!((card.grade(), card.all(Impossible)), (Some("failed"), vec![criterion]));
        card.card.points
    };
    // 18 of 19: 9473.6.
    let whole = [("topic_done", "S4-5-07"), ("collection", "S4-5-08b"), ("lead_plan", "S4-5-L323")];
    assert_eq!(whole.map(|(title, id)| lost(title, id)), [9473; 3]);
    // 18 + 3/4 of 19 are 75/76: 9868.4.
    assert_eq!(lost("学员1 规划", "S4-5-08c"), 9868);
    // Two of three papers: half of it is 3 of 4. 18 + 7/8 of 19 are 151/152: 9934.2.
    assert_eq!(lost("学员1 核心 2028", "S4-5-12"), 9934);
    assert_eq!(lost("学员1 课题", "S4-5-12"), 9934);
}
