//! A cycle of three calendar years under the banner's plan, settled as a whole; all values are worked out by hand.

use super::super::{ScoreState, Scorecard, score_cycle};
use super::story::{Story, day};
use crate::domain::YearEndId;
use crate::domain::participation::{Decided, FrozenFact, GradeFact, SettledFact, YearResult};
use crate::domain::policy::{AssessmentScope, Covered, built_in};

const MEMBERS: [&str; 2] = ["安宁", "白露"];

fn result(grade: &str, points: u32) -> YearResult {
    YearResult { grade: Some(grade.to_owned()), passes: grade != "failed", points }
}

fn settles(story: &mut Story, year: i32, on: &str, result: YearResult) {
    let year_end = YearEndId::from_random([u8::try_from(year % 100).unwrap(); 10]);
    let results = vec![Decided { day: day(on), what: result }];
    story.facts.settled.push(SettledFact { year, year_end, results });
}

/// What the cycle asks is there; nobody has settled a year.
fn asked() -> Story {
    let mut story = Story::begin("hangjin-2024", "2025-01-01");
    story.host("沈一舟").core(&MEMBERS);
    story.day("2025-02-01").evidence("work_plan", "工作方案").accepted();
    story.day("2027-05-01").evidence("region_topic", "自治区课题").accepted();
    story.day("2027-06-01").evidence("essays", "论文集").accepted();
    for name in MEMBERS {
        story.day("2025-03-01").evidence("own_topic", &format!("{name} 课题")).of(name).accepted();
    }
    story
}

/// Three years have passed, the last one on 12 January 2028.
fn passed() -> Story {
    let mut story = asked();
    settles(&mut story, 2025, "2026-01-12", result("passed", 9000));
    settles(&mut story, 2026, "2027-01-12", result("excellent", 10_000));
    settles(&mut story, 2027, "2028-01-12", result("passed", 8501));
    story
}

fn cycle(story: &Story, on: &str) -> Scorecard {
    score_cycle(&story.policy, &story.facts, 2027, day(on)).unwrap()
}

fn told(card: &Scorecard) -> (Option<&str>, bool, u32, bool) {
    let result = &card.result;
    (result.grade.as_deref(), result.passes, result.missing, result.lost)
}

#[test]
fn three_years_that_passed_and_all_that_the_cycle_asks_pass_it() {
    let card = cycle(&passed(), "2028-01-20");
    assert_eq!(told(&card), (Some("passed"), true, 0, false));
    // (90 + 100 + 85.01) / 3 is 91.67.
    assert_eq!((card.points, card.covered()), (9167, Covered::cycle(2027)));
    assert_eq!((card.span.from, card.span.to), (day("2025-01-01"), day("2027-12-31")));
    let criteria: Vec<&str> = card.criteria.iter().map(|score| score.criterion.as_str()).collect();
    assert_eq!(criteria, ["S2-L70", "S2-03", "S2-09b"]);
    assert!(card.criteria.iter().all(|score| score.required && score.state == ScoreState::Met));
    let years: Vec<_> = card.years.iter().map(|one| (one.year, one.result.as_ref().unwrap())).collect();
    let grades: Vec<_> = years.iter().map(|(year, one)| (*year, one.outcome.grade.as_deref().unwrap())).collect();
    assert_eq!(grades, [(2025, "passed"), (2026, "excellent"), (2027, "passed")]);
    assert_eq!(years[1].1.year_end, YearEndId::from_random([26; 10]));
}

#[test]
fn a_year_that_failed_fails_the_cycle_and_a_correction_of_it_counts_from_its_day() {
    let mut story = passed();
    story.facts.settled[1].results[0].what = result("failed", 4000);
    let card = cycle(&story, "2028-01-20");
    assert_eq!((told(&card), card.points), ((Some("failed"), false, 1, true), 7167));
    story.facts.settled[1].results.push(Decided { day: day("2028-02-01"), what: result("passed", 4000) });
    assert_eq!(told(&cycle(&story, "2028-01-31")), (Some("failed"), false, 1, true));
    assert_eq!(told(&cycle(&story, "2028-02-01")), (Some("passed"), true, 0, false));
}

#[test]
fn a_veto_in_the_first_year_fails_the_cycle_in_the_last() {
    let mut story = passed();
    story.day("2025-04-01").veto("accident", "事故");
    let card = cycle(&story, "2028-01-20");
    assert_eq!(told(&card), (Some("failed"), false, 0, true));
    assert_eq!(card.result.vetoes, ["accident"]);
    story.facts.vetoes[0].day = day("2024-12-31");
    assert_eq!(told(&cycle(&story, "2028-01-20")), (Some("passed"), true, 0, false), "it was before the cycle");
}

#[test]
fn a_year_that_is_not_settled_is_missing_and_nothing_is_lost() {
    let story = passed();
    let card = cycle(&story, "2028-01-11");
    assert_eq!(told(&card), (Some("failed"), false, 1, false));
    // (90 + 100) / 3 is 63.33.
    assert_eq!((&card.years[2].result, card.points), (&None, 6333));
}

#[test]
fn what_the_cycle_asks_and_is_not_there_fails_it_though_its_years_passed() {
    let mut story = passed();
    story.refuse("白露 课题");
    let card = cycle(&story, "2028-01-20");
    assert_eq!(told(&card), (Some("failed"), false, 1, false), "papers may still come in");
    assert_eq!((card.criteria[2].state, card.criteria[2].progress()), (ScoreState::NotYet, (1, 2)));
    // The freeze of a year closes the year, that of the cycle the cycle.
    story.facts.frozen.push(FrozenFact { scope: AssessmentScope::Year, year: 2027, day: day("2028-01-05") });
    assert_eq!(cycle(&story, "2028-01-20").criteria[2].state, ScoreState::NotYet);
    story.facts.frozen.push(FrozenFact { scope: AssessmentScope::Cycle, year: 2027, day: day("2028-01-15") });
    let card = cycle(&story, "2028-01-20");
    assert_eq!((told(&card), card.criteria[2].state), ((Some("failed"), false, 1, true), ScoreState::Impossible));
}

#[test]
fn the_best_grade_of_a_cycle_is_given_by_a_word_about_the_cycle_alone() {
    let mut story = passed();
    let word = |scope, on| GradeFact { grade: "excellent".into(), scope, year: 2027, day: day(on) };
    story.facts.grades.push(word(AssessmentScope::Year, "2028-01-10"));
    assert_eq!(cycle(&story, "2028-01-20").result.grade.as_deref(), Some("passed"));
    story.facts.grades.push(word(AssessmentScope::Cycle, "2028-01-18"));
    assert_eq!(cycle(&story, "2028-01-17").result.grade.as_deref(), Some("passed"));
    assert_eq!(cycle(&story, "2028-01-18").result.grade.as_deref(), Some("excellent"));
    // And says nothing about the year.
    story.facts.grades.remove(0);
    assert_ne!(story.of_year(2027, "2028-01-20").grade(), Some("excellent"));
    story.facts.settled[0].results[0].what = result("failed", 0);
    assert_eq!(cycle(&story, "2028-01-20").result.grade.as_deref(), Some("failed"));
}

#[test]
fn only_the_last_year_of_a_cycle_under_a_programme_that_settles_cycles_has_one() {
    let story = passed();
    let on = day("2028-01-20");
    for year in [2024, 2025, 2026, 2028] {
        assert_eq!(score_cycle(&story.policy, &story.facts, year, on), None, "{year}");
    }
    let settling: Vec<&str> = built_in()
        .iter()
        .filter(|policy| policy.cycle.final_assessment.is_some())
        .map(|policy| policy.key.as_str())
        .collect();
    assert_eq!(settling, ["hangjin-2024", "county-1", "district-2", "county-4", "city-5"]);
    let five = built_in().iter().find(|policy| policy.cycle.years == 5).unwrap();
    let mut asked = (2025..2035).map(|year| score_cycle(five, &story.facts, year, day("2036-01-01")));
    assert!(asked.all(|card| card.is_none()));
}

#[test]
fn a_cycle_is_named_by_its_months_and_by_what_the_programme_calls_it() {
    let named = |key: &str| {
        let policy = built_in().iter().find(|policy| policy.key == key).unwrap();
        [policy.assessment_word(2026.into()), policy.assessment_word(Covered::cycle(2026))]
    };
    assert_eq!(named("hangjin-2024"), ["2026 年度考核", "2024-01—2026-12 终结性考核"]);
    assert_eq!(named("county-1"), ["2026—2027 学年考核", "2024-09—2027-08 终结性评价"]);
}
