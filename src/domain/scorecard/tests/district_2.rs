//! Years under the second plan, a district's; all values are worked out by hand.

use super::story::{Story, day};
use crate::domain::MemberRole;
use crate::domain::participation::Attended;
use crate::domain::scorecard::ScoreState::{Impossible, Met, NotYet, Waiting};

const HOST: &str = "沈一舟";
const MEMBERS: [&str; 5] = ["安宁", "白露", "岑溪", "戴月", "方圆"];

/// Two of the five teach at the host's school.
fn begin() -> Story {
    let mut story = Story::begin("district-2", "2024-01-01");
    story.host(HOST).advisers(&["顾问甲"]).core(&MEMBERS).at_school(&MEMBERS[2..], "第二小学");
    story
}

/// The host hears so many lessons of members in a month, one a day.
fn hears(story: &mut Story, month: &str, lessons: usize) {
    for number in 1..=lessons {
        let (day, by) = (format!("{month}-{number:02}"), MEMBERS[number % MEMBERS.len()]);
        _ = story.day(&day).open_lesson(&format!("{day} {by}")).by(&[by]).present_for(&[HOST], 40);
    }
}

#[test]
fn one_host_one_adviser_and_five_to_seven_members() {
    let mut story = begin();
    let state = |story: &Story, day: &str| story.on(day).state("S4-2-02");
    assert_eq!(state(&story, "2024-01-10"), Met);
    assert_eq!((story.on("2024-01-10").state("S4-2-08"), story.on("2024-01-10").numbers("S4-2-08")), (Met, (2, 2)));
    story.day("2024-02-01").joins("葛青", MemberRole::Core);
    story.day("2024-02-01").joins("何川", MemberRole::Core);
    assert_eq!(state(&story, "2024-02-01"), Met);
    // Seven, and four of them of the host's school.
    assert_eq!(story.on("2024-02-01").sentence("S4-2-08"), "现有 4 人，不超过 2 人，多了 2 人");
    story.at_school(&["葛青", "何川"], "第三小学");
    assert_eq!(story.on("2024-02-01").state("S4-2-08"), Met);
    story.day("2024-03-01").joins("江海", MemberRole::Core);
    assert_eq!(state(&story, "2024-03-01"), NotYet);
    story.day("2024-03-31").leaves("江海");
    assert_eq!(state(&story, "2024-04-01"), Met);
    story.day("2024-05-01").joins("顾问乙", MemberRole::Adviser);
    let card = story.on("2024-05-01");
    assert_eq!(
        card.sentence("S4-2-02"),
        "主持人：现有 1 人，应为 1 人；顾问：现有 2 人，应为 1 人，多了 1 人；成员：现有 7 人，应为 5–7 人"
    );
    ["葛青", "何川", "安宁"].iter().for_each(|name| story.day("2024-05-31").leaves(name));
    assert_eq!(story.on("2024-06-01").score("S4-2-02").parts[2].done, 4);
}

#[test]
fn twenty_lessons_are_heard_in_each_semester() {
    let mut story = begin();
    hears(&mut story, "2024-10", 19);
    _ = story.day("2025-01-31").open_lesson("一月三十一日").by(&["安宁"]).present(&[HOST]);
    let heard = |story: &Story, day: &str| -> Vec<u32> {
        story.on(day).score("S4-2-10").parts[0].subjects.iter().map(|subject| subject.measured).collect()
    };
    assert_eq!(heard(&story, "2025-01-30"), [19, 0]);
    assert_eq!((heard(&story, "2025-01-31"), story.on("2025-01-31").numbers("S4-2-10")), (vec![20, 0], (1, 2)));
    // The first of February is the spring's.
    _ = story.day("2025-02-01").open_lesson("二月一日").by(&["白露"]).present(&[HOST]);
    hears(&mut story, "2025-03", 18);
    // A member's seminar, not a member's, her own, and one that she missed.
    _ = story.day("2025-03-19").seminar("研讨").by(&["安宁"]).present(&[HOST]);
    _ = story.day("2025-03-20").open_lesson("外校的课").by(&["外人"]).present(&[HOST]);
    _ = story.day("2025-03-21").open_lesson("自己的课").by(&[HOST]).present(&[HOST]);
    _ = story.day("2025-03-22").open_lesson("没去的课").by(&["岑溪"]).absent(&[HOST]);
    assert_eq!((heard(&story, "2025-03-22"), story.on("2025-03-22").state("S4-2-10")), (vec![20, 19], NotYet));
    _ = story.day("2025-03-25").open_lesson("待核的课").by(&["戴月"]).unknown(&[HOST]);
    assert_eq!(story.on("2025-03-25").state("S4-2-10"), Waiting);
    assert_eq!(story.on("2025-08-31").state("S4-2-10"), Waiting);
    let mut missed = story.clone();
    let missed = missed.verdict("待核的课", HOST, Attended::Absent);
    let states = ["2025-08-31", "2025-09-01"].map(|day| missed.on(day).state("S4-2-10"));
    assert_eq!(states, [NotYet, Impossible]);
    let card = story.verdict("待核的课", HOST, Attended::Present).on("2025-08-31");
    assert_eq!((card.state("S4-2-10"), card.numbers("S4-2-10")), (Met, (2, 2)));
}

#[test]
fn the_lectures_of_two_advisers_are_added_over_the_cycle() {
    let mut story = begin();
    _ = story.day("2024-05-10").lecture("讲座一").by(&["顾问甲"]);
    story.day("2024-12-31").leaves("顾问甲");
    story.day("2025-01-01").joins("顾问乙", MemberRole::Adviser);
    // Who has left gives it as a guest.
    _ = story.day("2025-03-01").lecture("旧友").by(&["顾问甲"]);
    _ = story.day("2025-05-10").lecture("讲座二").by(&["顾问乙"]);
    assert_eq!(
        (story.on("2025-12-31").numbers("S4-2-11"), story.on("2025-12-31").score("S4-2-11").required),
        ((2, 3), false)
    );
    let card = story.on("2026-12-30");
    assert_eq!((card.state("S4-2-11"), card.score("S4-2-11").required), (NotYet, true));
    // A lecture of the last day counts; after it none does.
    assert_eq!(story.on("2026-12-31").state("S4-2-11"), NotYet);
    assert_eq!(story.of_year(2026, "2027-01-01").state("S4-2-11"), Impossible);
    _ = story.day("2026-12-31").lecture("讲座三").by(&["顾问乙"]);
    assert_eq!((story.on("2026-12-31").state("S4-2-11"), story.on("2026-12-31").numbers("S4-2-11")), (Met, (3, 3)));
}

#[test]
fn ten_thousand_characters_may_be_several_notes() {
    let mut story = begin();
    story.day("2024-11-01").evidence("book", "书").of("安宁").accepted();
    story.day("2024-11-20").evidence("reading_notes", "心得一").of("安宁").accepted_for(6000);
    story.day("2025-04-20").evidence("reading_notes", "心得二").of("安宁").accepted_for(3999);
    let card = story.on("2025-04-20");
    assert_eq!(
        (card.person("S4-2-12", 0, "安宁"), card.person("S4-2-12", 1, "安宁")),
        ((1, 1, Met), (9999, 10_000, NotYet))
    );
    story.day("2025-04-21").evidence("reading_notes", "心得三").of("安宁").accepted_for(1);
    assert_eq!(story.on("2025-04-21").person("S4-2-12", 1, "安宁"), (10_000, 10_000, Met));
    // The school year 2023 began before the cycle, so that 2024 asks for none.
    assert!(!story.on("2024-12-31").score("S4-2-12").required);
    // The others' notes are missing, and may come in when the school year is over.
    assert_eq!((story.on("2025-08-31").state("S4-2-12"), story.on("2025-09-01").state("S4-2-12")), (NotYet, NotYet));
    story.day("2025-12-10").freezes(2025);
    assert_eq!(story.on("2025-12-10").state("S4-2-12"), Impossible);
}

#[test]
fn an_essay_that_nobody_has_read_may_have_all_the_characters() {
    let mut story = begin();
    story.day("2024-11-20").evidence("reading_notes", "心得一").of("安宁").accepted_for(6000);
    story.day("2025-04-20").evidence("reading_notes", "心得二").of("安宁");
    story.day("2025-04-20").evidence("reading_notes", "心得三").of("安宁");
    story.day("2025-04-20").evidence("paper", "论文").of("安宁");
    let card = story.on("2025-04-20");
    let notes = |name: &str| {
        let mut subjects = card.score("S4-2-12").parts[1].subjects.iter();
        let one = subjects.find(|subject| subject.name.as_deref() == Some(name)).unwrap();
        (one.measured, one.waiting, one.state)
    };
    assert_eq!((notes("安宁"), notes("白露")), ((6000, 4000, Waiting), (0, 0, NotYet)));
    assert_eq!(card.score("S4-2-14").parts[0].subjects[0].waiting, 1, "a paper is one");
    assert_eq!(story.refuse("心得二").refuse("心得三").on("2025-04-20").person("S4-2-12", 1, "安宁").2, NotYet);
}

#[test]
fn two_open_lessons_are_asked_of_who_joined_in_june() {
    let mut story = begin();
    hears(&mut story, "2024-10", 20);
    // Four each.
    assert_eq!((story.on("2025-05-31").state("S4-2-13"), story.on("2025-05-31").numbers("S4-2-13")), (Met, (5, 5)));
    story.day("2025-06-01").joins("葛青", MemberRole::Core);
    assert_eq!(story.on("2025-06-01").person("S4-2-13", 0, "葛青"), (0, 2, NotYet));
    _ = story.day("2025-06-20").open_lesson("课一").by(&["葛青"]);
    assert_eq!(story.on("2025-08-31").person("S4-2-13", 0, "葛青"), (1, 2, NotYet));
    assert_eq!(story.on("2025-09-01").person("S4-2-13", 0, "葛青"), (1, 2, Impossible));
    _ = story.day("2025-08-31").open_lesson("课二").by(&["葛青"]);
    assert_eq!((story.on("2025-08-31").state("S4-2-13"), story.on("2025-08-31").numbers("S4-2-13")), (Met, (6, 6)));
}

#[test]
fn host_and_members_hand_in_what_they_did_at_the_end_of_the_year() {
    let mut story = begin();
    MEMBERS.iter().for_each(|name| _ = story.day("2024-12-20").evidence("year_summary", name).of(name).accepted());
    let card = story.on("2024-12-31");
    assert_eq!((card.state("S4-2-L163"), card.numbers("S4-2-L163")), (NotYet, (5, 6)));
    let after = story.of_year(2024, "2025-01-01");
    assert_eq!(after.sentence("S4-2-L163"), "6 名主持人和成员中 5 人已达标；还差：沈一舟，可补交材料");
    assert_eq!((after.grade(), after.state("S4-2-L163")), (Some("failed"), NotYet));
    let to_do = |card: &super::story::Card| card.todo.iter().any(|todo| todo.criterion == "S4-2-L163");
    assert!(to_do(&card) && to_do(&after), "on the last day, and as long as it may be handed in");
    _ = story.day("2024-12-31").evidence("year_summary", HOST).of(HOST).accepted();
    assert_eq!(story.on("2024-12-31").state("S4-2-L163"), Met);
}

/// What a school year asks for, and no more: the host hears twenty lesson reviews in each of its semesters.
fn school_year(story: &mut Story, year: i32) {
    for (on, lessons) in [(format!("{year}-10"), 20), (format!("{}-03", year + 1), 20)] {
        for number in 1..=lessons {
            let (day, by) = (format!("{on}-{number:02}"), MEMBERS[number % MEMBERS.len()]);
            _ = story.day(&day).lesson_review(&format!("{day} 评课")).by(&[by]).present_for(&[HOST], 40);
        }
    }
    for name in MEMBERS {
        for (number, month) in [format!("{year}-11"), format!("{}-04", year + 1)].iter().enumerate() {
            _ = story.day(&format!("{month}-15")).open_lesson(&format!("{name} {year} 课{number}")).by(&[name]);
        }
        for (slot, count) in [("book", 1), ("reading_notes", 10_000), ("paper", 1)] {
            let (on, title) = (format!("{}-05-20", year + 1), format!("{name} {year} {slot}"));
            story.day(&on).evidence(slot, &title).of(name).accepted_for(count);
        }
    }
}

fn summaries(story: &mut Story, year: i32) {
    for name in MEMBERS.iter().chain([&HOST]) {
        let title = format!("{name} {year} 总结");
        story.day(&format!("{year}-12-20")).evidence("year_summary", &title).of(name).accepted();
    }
}

/// The second year of the cycle.
fn second_year() -> Story {
    let mut story = begin();
    school_year(&mut story, 2024);
    summaries(&mut story, 2025);
    story
}

/// The last one, with what three years ask for.
fn last_year() -> Story {
    let mut story = begin();
    school_year(&mut story, 2025);
    summaries(&mut story, 2026);
    story.day("2024-01-20").evidence("work_plan", "工作和培训计划").accepted();
    for name in MEMBERS {
        story.day("2024-02-01").evidence("three_year_plan", &format!("{name} 成长计划")).of(name).accepted();
    }
    (2024..=2026).for_each(|year| _ = story.day(&format!("{year}-06-06")).lecture("专题").by(&["顾问甲"]));
    story
}

#[test]
fn the_second_year_passes_without_what_the_cycle_asks() {
    let story = second_year();
    let card = story.on("2025-12-31");
    assert_eq!((card.grade(), card.card.points, card.card.result.missing), (Some("passed"), 10_000, 0));
    let required: Vec<&str> = card.card.criteria.iter().filter(|s| s.required).map(|s| s.criterion.as_str()).collect();
    assert_eq!(required, ["S4-2-02", "S4-2-08", "S4-2-10", "S4-2-12", "S4-2-13", "S4-2-14", "S4-2-L163"]);
    assert!(["S4-2-L155", "S4-2-11", "S4-2-14b"].iter().all(|id| card.state(id) == NotYet));
    // Before the summaries 6 of 7: 8571.4.
    let card = story.on("2025-12-19");
    assert_eq!((card.grade(), card.card.points, card.all(NotYet).len()), (Some("failed"), 8571, 4));
    // The first year asks for the roster, one semester and the summaries: 2 of 4.
    assert_eq!((story.on("2024-12-31").card.points, story.on("2024-12-31").all(Impossible)), (5000, vec!["S4-2-10"]));
}

#[test]
fn one_short_of_each_fails_the_year() {
    let points = |criterion: &str, change: &dyn Fn(&mut Story)| {
        let mut story = second_year();
        change(&mut story);
        let card = story.on("2025-12-31");
        assert_eq!((card.grade(), card.card.result.missing), (Some("failed"), 1), "{criterion}");
        assert_ne!(card.state(criterion), Met);
        card.card.points
    };
    // One semester of two: 6 + 1/2 of 7 are 13/14, 9285.7.
    let heard = |story: &mut Story| _ = story.verdict("2025-03-20 评课", HOST, Attended::Absent);
    assert_eq!(points("S4-2-10", &heard), 9285);
    // All have a book, and 4 of 5 have all characters: 6 + 9/10 of 7 are 69/70, 9857.1.
    let notes = |story: &mut Story| story.day("2025-05-21").decides("岑溪 2024 reading_notes", Some(9_999));
    assert_eq!(points("S4-2-12", &notes), 9857);
    // 4 of 5 members: 6 + 4/5 of 7 are 34/35, 9714.2.
    let lesson = |story: &mut Story| story.facts.activities.retain(|one| one.title != "戴月 2024 课1");
    assert_eq!(points("S4-2-13", &lesson), 9714);
    assert_eq!(points("S4-2-14", &|story| _ = story.refuse("方圆 2024 paper")), 9714);
    // 5 of 6: 6 + 5/6 of 7 are 41/42, 9761.9.
    assert_eq!(points("S4-2-L163", &|story| _ = story.refuse("白露 2025 总结")), 9761);
    // 4 members of 5 to 7 beside host and adviser: 6 + 14/15 of 7 are 104/105, 9904.7.
    assert_eq!(points("S4-2-02", &|story| story.day("2025-12-30").leaves("白露")), 9904);
    // 3 of at most 2 of the host's own school: 6 + 2/3 of 7 are 20/21, 9523.8.
    assert_eq!(points("S4-2-08", &|story| _ = story.at_school(&["方圆"], "青禾县实验小学")), 9523);
}

#[test]
fn a_paper_of_each_member_is_asked_for_each_school_year() {
    let mut story = second_year();
    let state = |story: &Story, day: &str| story.on(day).state("S4-2-14");
    assert_eq!((state(&story, "2025-05-19"), state(&story, "2025-05-20")), (NotYet, Met));
    story.refuse("方圆 2024 paper");
    assert_eq!((state(&story, "2025-08-31"), state(&story, "2025-09-01")), (NotYet, NotYet));
    assert_eq!(story.on("2025-08-31").sentence("S4-2-14"), "5 名成员中 4 人已达标；还差：方圆");
    assert_eq!(story.on("2025-09-01").sentence("S4-2-14"), "5 名成员中 4 人已达标；还差：方圆，可补交材料");
    assert_eq!(story.on("2025-12-31").grade(), Some("failed"));
    // One of September is the next school year's; one that waits holds it open.
    story.day("2025-09-01").evidence("paper", "九月的论文").of("方圆").accepted();
    assert_eq!(state(&story, "2025-12-31"), NotYet);
    story.day("2025-08-31").evidence("paper", "八月的论文").of("方圆");
    assert_eq!(state(&story, "2025-12-31"), Waiting);
    assert_eq!(story.accept("八月的论文").on("2025-12-31").grade(), Some("passed"));
}

#[test]
fn the_last_year_asks_for_the_plans_and_the_lectures() {
    let story = last_year();
    let card = story.on("2026-12-31");
    assert_eq!((card.grade(), card.card.points, card.card.final_year), (Some("passed"), 10_000, true));
    assert!(card.card.criteria.iter().all(|score| score.required && score.state == Met));
    let on = |id: &str, day: &str| story.on(day).state(id);
    assert_eq!((on("S4-2-L155", "2024-01-19"), on("S4-2-L155", "2024-01-20")), (NotYet, Met));
    assert_eq!((on("S4-2-14b", "2024-01-31"), on("S4-2-14b", "2024-02-01")), (NotYet, Met));
    // Plans may be handed in after the year, lectures not be held.
    let lost = |criterion: &str, change: &dyn Fn(&mut Story)| {
        let mut story = story.clone();
        change(&mut story);
        assert_eq!(story.on("2026-12-31").state(criterion), NotYet);
        let (card, after) =
            (story.of_year(2026, "2027-01-01"), if criterion == "S4-2-11" { Impossible } else { NotYet });
        assert_eq!((card.grade(), card.all(after)), (Some("failed"), vec![criterion]));
        story.day("2027-01-02").freezes(2026);
        assert_eq!(story.of_year(2026, "2027-01-02").all(Impossible), [criterion]);
        card.card.points
    };
    // 9 of 10; 9 + 4/5; 9 + 2/3.
    assert_eq!(lost("S4-2-L155", &|story| _ = story.refuse("工作和培训计划")), 9000);
    assert_eq!(lost("S4-2-14b", &|story| _ = story.refuse("安宁 成长计划")), 9800);
    assert_eq!(lost("S4-2-11", &|story| story.facts.activities.retain(|one| one.day != day("2025-06-06"))), 9666);
}

#[test]
fn the_best_grade_is_given_by_reviewers_to_who_has_passed() {
    let mut story = second_year();
    // A word of the year before says nothing about this one; reviewers speak after the year is over.
    story.day("2024-12-31").graded("excellent");
    assert_eq!(story.on("2025-12-31").grade(), Some("passed"));
    story.day("2026-01-10").graded("excellent");
    story.facts.grades[1].year = 2025;
    let grade = |story: &Story, day: &str| story.of_year(2025, day).grade().map(str::to_owned);
    assert_eq!(grade(&story, "2026-01-09").as_deref(), Some("passed"));
    assert_eq!(grade(&story, "2026-01-10").as_deref(), Some("excellent"));
    // Not where something is missing.
    story.refuse("方圆 2024 paper");
    assert_eq!(grade(&story, "2026-01-10").as_deref(), Some("failed"));
}
