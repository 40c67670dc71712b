//! Years under the second plan, a district's; all values are worked out by hand.

use super::story::Story;
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
    assert_eq!(missed.verdict("待核的课", HOST, Attended::Absent).on("2025-08-31").state("S4-2-10"), Impossible);
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
    assert_eq!(story.on("2026-12-31").state("S4-2-11"), Impossible);
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
    assert_eq!(story.on("2025-08-31").state("S4-2-12"), Impossible);
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
    assert_eq!(story.on("2025-08-31").person("S4-2-13", 0, "葛青"), (1, 2, Impossible));
    _ = story.day("2025-08-31").open_lesson("课二").by(&["葛青"]);
    assert_eq!((story.on("2025-08-31").state("S4-2-13"), story.on("2025-08-31").numbers("S4-2-13")), (Met, (6, 6)));
}

#[test]
fn host_and_members_hand_in_what_they_did_at_the_end_of_the_year() {
    let mut story = begin();
    MEMBERS.iter().for_each(|name| _ = story.day("2024-12-20").evidence("year_summary", name).of(name).accepted());
    let card = story.on("2024-12-31");
    assert_eq!((card.state("S4-2-L163"), card.numbers("S4-2-L163")), (Impossible, (5, 6)));
    _ = story.day("2024-12-31").evidence("year_summary", HOST).of(HOST).accepted();
    assert_eq!(story.on("2024-12-31").state("S4-2-L163"), Met);
}
