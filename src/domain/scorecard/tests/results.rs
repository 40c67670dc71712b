//! What follows from all criteria together, under a small Policy.

use super::measures::{ONE, criterion, part, policy};
use super::story::{Story, day};
use crate::domain::scorecard::ScoreState::{Impossible, Met, NotYet};
use crate::domain::scorecard::*;
use crate::domain::*;

#[test]
fn a_veto_within_the_year_gives_the_worst_grade() {
    let grades = r#"
[[grade]]
id = "excellent"
title = "优秀"
when = "all_required"
reviewed = true
passes = true
[[grade]]
id = "good"
title = "合格"
when = "all_required"
passes = true
[[grade]]
id = "bad"
title = "不合格"
when = "otherwise"
passes = false
[[veto]]
id = "ethics"
title = "师德问题"
quote = ""
line = 1
"#;
    let text = policy(
        "calendar",
        3,
        &(criterion("it", "studio", "year", &part(r#"{ count = "activities" }"#, ONE, "次")) + grades),
    );
    let mut story = Story::under(&text, "2026-01-01");
    assert_eq!((story.on("2026-02-01").grade(), story.on("2026-02-01").card.points), (Some("bad"), 0));
    story.day("2026-03-01").seminar("甲");
    let card = story.on("2026-03-01");
    assert_eq!((card.grade(), card.card.result.passes, card.card.points), (Some("good"), true, 10_000));
    story.day("2027-01-10").graded("excellent");
    story.facts.grades[0].year = 2026;
    assert_eq!(story.of_year(2026, "2027-01-10").grade(), Some("excellent"));
    // On its last day the year did not know yet.
    assert_eq!(story.of_year(2026, "2027-01-09").grade(), Some("good"));
    story.day("2026-11-01").veto("ethics", "查实");
    story.facts.vetoes[0].found = day("2026-11-05");
    assert_eq!(story.on("2026-11-04").grade(), Some("good"));
    let result = story.on("2026-11-05").card.result;
    assert_eq!((result.grade.as_deref(), result.passes, result.lost), (Some("bad"), false, true));
    assert_eq!(result.vetoes, ["ethics"]);
}

#[test]
fn a_plan_shows_what_it_would_change() {
    let text = policy(
        "calendar",
        3,
        &(criterion(
            "five",
            "studio",
            "year",
            &part(r#"{ count = "activities", kinds = ["seminar"] }"#, "{ at_least = 2 }", "次"),
        ) + &criterion(
            "host",
            "each:core",
            "year",
            &part(r#"{ count = "activities", taking = "hosting" }"#, ONE, "次"),
        ) + &criterion(
            "size",
            "studio",
            "year",
            &part(r#"{ count = "people_each_time" }"#, "{ at_least = 10 }", "人"),
        )),
    );
    let mut story = Story::under(&text, "2026-01-01");
    story.core(&["何志强"]);
    story.day("2026-03-01").seminar("甲").guests(12);
    assert_eq!(story.on("2026-03-02").sentence("five"), "1/2 次；下一次需要不少于 10 人");
    let him = story.account("何志强");
    let planned = Planned {
        day: day("2026-11-27"),
        kind: ActivityKind::Seminar,
        mode: Mode::Online,
        level: Level::School,
        series: None,
        presenters: vec![him],
        hosts: vec![],
        reviewers: vec![],
        helped: None,
        present: vec![him],
        guests: 8,
        rural_guests: 0,
        minutes: 90,
    };
    let seen = what_if(&story.policy, &story.facts, std::slice::from_ref(&planned), 2026, day("2026-11-20"));
    let changes: Vec<_> = seen.changes.iter().map(|c| (c.criterion.as_str(), c.before.state, c.after.state)).collect();
    assert_eq!(changes, [("five", NotYet, Met), ("host", NotYet, Met), ("size", Met, Impossible)]);
    let enough = Planned { guests: 9, ..planned };
    let seen = what_if(&story.policy, &story.facts, &[enough], 2026, day("2026-11-20"));
    assert_eq!(seen.after.criteria[2].state, Met);
    assert_eq!(story.facts.activities.len(), 1);
}
