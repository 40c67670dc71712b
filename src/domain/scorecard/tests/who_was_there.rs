//! Who counts for what: by the plan, by a review, by the record; and where the Studio is at home.

use super::measures::{ONE, criterion, one, part, policy};
use super::story::Story;
use crate::domain::MemberRole;
use crate::domain::participation::Home;
use crate::domain::policy::Taking;
use crate::domain::scorecard::ScoreState::{Met, NotYet};

fn taking(taking: Taking) -> Story {
    let measure = format!(r#"{{ count = "activities", taking = "{}" }}"#, taking.code());
    let mut story = Story::under(&one("each:core", "year", &measure, ONE, "次"), "2026-01-01");
    story.core(&["何志强", "马海燕", "孙立群", "郑小云"]);
    story
}

#[test]
fn whom_the_plan_names_counts_unless_the_record_says_away() {
    let all = ["何志强", "马海燕", "孙立群", "郑小云"];
    for part in [Taking::Presenting, Taking::Hosting, Taking::Attending] {
        let mut story = taking(part);
        let seminar = story.day("2026-03-19").seminar("甲").by(&all);
        _ = seminar.absent(&["何志强"]).excused(&["马海燕"]).unknown(&["孙立群"]);
        let card = story.on("2026-03-19");
        assert_eq!(all.map(|name| card.person("it", 0, name).0), [0, 0, 1, 1], "{part:?}");
        story.verdict("甲", "何志强", crate::domain::participation::Attended::Present);
        assert_eq!(story.on("2026-03-19").person("it", 0, "何志强").2, Met);
    }
    let mut story = taking(Taking::Hosting);
    _ = story.day("2026-03-19").seminar("甲").hosted_by(&all).absent(&["何志强"]);
    assert_eq!(all.map(|name| story.on("2026-03-19").person("it", 0, name).0), [0, 1, 1, 1]);
    let mut story = taking(Taking::Reviewing);
    _ = story.day("2026-03-19").open_lesson("甲").reviewed_by(&all).absent(&["何志强"]).excused(&["马海燕"]);
    assert_eq!(all.map(|name| story.on("2026-03-19").person("it", 0, name).0), [0, 0, 1, 1]);
}

#[test]
fn a_lecture_is_given_by_an_adviser_who_came() {
    let measure = r#"{ count = "activities", presented_by = "adviser" }"#;
    let mut story = Story::under(&one("studio", "year", measure, "{ at_least = 5 }", "次"), "2026-01-01");
    story.advisers(&["顾问甲"]);
    _ = story.day("2026-03-19").lecture("没有记录").by(&["顾问甲"]);
    _ = story.day("2026-03-20").lecture("没有来").by(&["顾问甲"]).absent(&["顾问甲"]);
    assert_eq!(story.on("2026-03-20").numbers("it"), (1, 5));
}

#[test]
fn who_presented_below_the_level_is_told_so() {
    let measure = r#"{ count = "activities", level = "city", taking = "presenting" }"#;
    let mut story = Story::under(&one("each:core", "year", measure, ONE, "次"), "2026-01-01");
    story.core(&["何志强", "马海燕", "孙立群"]);
    _ = story.day("2026-03-19").lecture("市级").by(&["孙立群"]).level(crate::domain::Level::City);
    let card = story.on("2026-03-19");
    assert_eq!(card.sentence("it"), "3 名带头人中 1 人已主讲；还差：何志强、马海燕");
    assert_eq!(card.titles(), ["2 位带头人还没主讲"]);
    _ = story.day("2026-04-20").lecture("县级").by(&["何志强"]).level(crate::domain::Level::County);
    let card = story.on("2026-04-20");
    assert_eq!(card.sentence("it"), "3 名带头人中 1 人已达标；还差：何志强（4月20日只是县级）、马海燕");
    assert_eq!(card.titles(), ["2 位带头人还没达标：it"]);
}

#[test]
fn the_studio_is_at_home_where_its_host_of_the_day_teaches() {
    let members = r#"{ count = "members", population = "core", origin = "host_school" }"#;
    let rules = policy("calendar", 3, &criterion("it", "studio", "now", &part(members, "{ exactly = 1 }", "人")));
    let mut story = Story::under(&rules, "2026-01-01");
    story.host("周文澜").core(&["何志强", "马海燕", "孙立群"]);
    story.at_school(&["周文澜", "何志强"], "第一小学").at_school(&["马海燕", "孙立群"], "第二小学");
    story.day("2026-05-31").leaves("周文澜");
    // The next host is known before she is there.
    story.day("2026-07-01").joins("林雨桐", MemberRole::Host);
    story.at_school(&["林雨桐"], "第二小学");
    let counted = |day: &str| (story.on(day).numbers("it").0, story.on(day).state("it"));
    assert_eq!(["2026-05-31", "2026-06-30"].map(counted), [(1, Met), (1, Met)]);
    assert_eq!(counted("2026-07-01"), (2, NotYet));
    let home = |day| Home::on(super::story::day(day), &story.facts.studio, &story.facts.members);
    assert_eq!(home("2025-12-31"), Home { city: story.facts.studio.city, school: None }, "nobody was host yet");
}

#[test]
fn a_member_comes_from_where_they_teach_on_the_day() {
    let rule = |origin: &str| format!(r#"{{ count = "members", population = "core", origin = "{origin}" }}"#);
    for (origin, may, june) in [("rural", 1, 0), ("host_school", 0, 1), ("other_school", 2, 1)] {
        let asked = part(&rule(origin), "{ at_least = 1 }", "人");
        let rules = policy("calendar", 3, &criterion("it", "studio", "now", &asked));
        let mut story = Story::under(&rules, "2026-01-01");
        story.host("周文澜").core(&["何志强", "马海燕"]).at_school(&["周文澜"], "第一小学");
        story.at_school(&["何志强", "马海燕"], "青山小学").rural(&["何志强"]);
        story.day("2026-06-01").moves("何志强", "第一小学", false);
        let counted = |day| story.on(day).numbers("it").0;
        assert_eq!((counted("2026-05-31"), counted("2026-06-01")), (may, june), "{origin}");
    }
}

#[test]
fn where_a_host_went_who_has_left_is_not_the_studios_home() {
    let members = r#"{ count = "members", population = "core", origin = "host_school" }"#;
    let rules = policy("calendar", 3, &criterion("it", "studio", "now", &part(members, "{ exactly = 1 }", "人")));
    let mut story = Story::under(&rules, "2026-01-01");
    story.host("周文澜").core(&["何志强"]).at_school(&["周文澜", "何志强"], "第一小学");
    story.day("2026-05-31").leaves("周文澜");
    story.day("2026-07-01").moves("周文澜", "第二小学", false);
    assert_eq!(story.on("2026-08-01").state("it"), Met);
}
