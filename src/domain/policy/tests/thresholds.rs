//! Every threshold that was read out of the programmes' documents is carried by a Policy, with its words and its numbers.

use crate::domain::policy::{
    Comparison, ConditionCheck, Criterion, Measure, MoneyWhen, Part, PeriodKind, Policy, Scope, Source, built_in,
    document,
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Threshold {
    id: String,
    programme: String,
    file: String,
    quote: String,
    op: String,
    value: Value,
    scope: String,
    period: String,
    cls: String,
}

/// What an entry of a Policy says, as far as a threshold can ask for it.
struct Carrier<'a> {
    sources: &'a [Source],
    numbers: Vec<u32>,
    criterion: Option<&'a Criterion>,
    /// A statement has no numbers.
    numbered: bool,
}

/// Where a Policy reads a threshold otherwise, and why.
const OTHERWISE: &[(&str, &str)] = &[
    ("S4-1-07", "1-2 papers: more than 2 are no fault"),
    ("S4-2-06", "1-2 papers: more than 2 are no fault"),
    ("S4-3-07", "2-3 people: more than 3 are no fault"),
    ("S4-2-08", "1-2 are a privilege: none is no fault"),
    ("S2-10b", "two halves, which stand in the title"),
    ("S4-1-05", "all members are 100 %"),
    ("S2-09", "for the whole banner: an office confirms it"),
    ("S2-02", "about 500, of whom more are no fault: from 450 on"),
    ("S4-4-04", "for the whole county: an office confirms it"),
    ("S4-5-05", "for the whole city: an office confirms it"),
];

fn thresholds() -> Vec<Threshold> {
    serde_json::from_str(include_str!("../../../../policies/thresholds.json")).unwrap()
}

fn carriers(policy: &Policy) -> Vec<Carrier<'_>> {
    let mut all: Vec<Carrier<'_>> = Vec::new();
    let entry = |sources, numbers| Carrier { sources, numbers, criterion: None, numbered: true };
    all.push(entry(&policy.cycle.sources, vec![policy.cycle.years]));
    let settled = policy.cycle.final_assessment.iter();
    all.extend(settled.map(|one| Carrier { numbered: false, ..entry(&one.sources, Vec::new()) }));
    all.extend(policy.criteria.iter().map(|one| Carrier {
        sources: &one.sources,
        numbers: one.parts.iter().flat_map(part_numbers).collect(),
        criterion: Some(one),
        numbered: true,
    }));
    all.extend(policy.choices.iter().map(|one| entry(&one.sources, vec![one.choose])));
    let grades = u32::try_from(policy.grades.len()).unwrap();
    all.extend(policy.grades.iter().map(|one| entry(&one.sources, vec![grades])));
    all.extend(policy.ranking.iter().map(|one| entry(&one.sources, vec![one.cut_off])));
    all.extend(policy.credits.iter().map(|one| entry(&one.sources, vec![one.amount])));
    let cut_off = policy.ranking.as_ref().map(|ranking| ranking.cut_off);
    all.extend(policy.money.iter().map(|one| {
        let amount = if one.when == MoneyWhen::Ranked { cut_off } else { one.yuan };
        entry(&one.sources, amount.into_iter().collect())
    }));
    all.extend(
        policy.deadlines.iter().map(|one| entry(&one.sources, one.day.into_iter().chain([one.month]).collect())),
    );
    all.extend(policy.conditions.iter().map(|one| {
        let ways = u32::try_from(one.any.len()).unwrap();
        entry(&one.sources, one.any.iter().flat_map(check_numbers).chain([ways]).collect())
    }));
    all.extend(policy.publicity.iter().map(|one| entry(&one.sources, vec![one.days])));
    all.extend(policy.capacities.iter().map(|one| entry(&one.sources, numbers(one.is))));
    all.extend(policy.statements.iter().map(|one| Carrier { numbered: false, ..entry(&one.sources, Vec::new()) }));
    all
}

fn numbers(is: Comparison) -> Vec<u32> {
    match is {
        Comparison::Between(least, most) => vec![least, most],
        Comparison::AtLeast(n) | Comparison::AtMost(n) | Comparison::Exactly(n) | Comparison::About(n) => vec![n],
    }
}

fn part_numbers(part: &Part) -> Vec<u32> {
    let filter = match &part.measure {
        Measure::Activities(filter)
        | Measure::PeopleEachTime(filter)
        | Measure::Series(filter)
        | Measure::People(filter)
        | Measure::ClassHours(filter)
        | Measure::RateEachTime { filter, .. } => Some(filter),
        _ => None,
    };
    let more = filter.and_then(|filter| filter.people).into_iter();
    let rate = filter.and_then(|filter| filter.rate.as_ref()).map(|rate| rate.percent);
    numbers(part.is).into_iter().chain(more).chain(rate).collect()
}

fn check_numbers(check: &ConditionCheck) -> Vec<u32> {
    match check {
        ConditionCheck::AgeAtMost(n) | ConditionCheck::TeachingYearsAtLeast(n) => vec![*n],
        ConditionCheck::Items(items) => items.iter().map(|one| one.at_least).collect(),
        ConditionCheck::OpenLessons { at_least, .. } => vec![*at_least],
        ConditionCheck::TitleAtLeast(_) | ConditionCheck::EducationAtLeast(_) | ConditionCheck::Honour { .. } => vec![],
    }
}

/// Something is asked for without a number: one of it.
fn asks_for_one(criterion: &Criterion) -> bool {
    criterion.sources.iter().any(|source| digits(&source.quote).is_empty())
}

/// The numbers of `2 / 2 / 1`, `10-15`, `04-16 / 04-30`; a share is a percentage.
fn asked(value: &Value) -> Vec<u32> {
    if let Some(share) = value.as_f64().filter(|share| share.fract() != 0.0) {
        return vec![(share * 100.0) as u32];
    }
    let text = value.to_string().replace("per 3 years", "");
    digits(&text)
}

fn digits(text: &str) -> Vec<u32> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

/// `S4-4-08` of `S4-4-08.2`.
fn base(id: &str) -> &str {
    id.split_once('.').map_or(id, |(base, _)| base)
}

fn otherwise(id: &str) -> bool {
    OTHERWISE.iter().any(|(known, _)| *known == id)
}

#[test]
fn every_threshold_is_carried_once_and_word_for_word() {
    let thresholds = thresholds();
    assert_eq!(thresholds.len(), 143);
    let mut carried: BTreeMap<&str, Vec<(&str, &Source)>> = BTreeMap::new();
    let all: Vec<(&Policy, Vec<Carrier<'_>>)> = built_in().iter().map(|policy| (policy, carriers(policy))).collect();
    for (policy, carriers) in &all {
        for source in carriers.iter().flat_map(|one| one.sources) {
            carried.entry(&source.id).or_default().push((&policy.key, source));
        }
    }
    for threshold in &thresholds {
        let found = carried.get(threshold.id.as_str()).map_or(&[][..], Vec::as_slice);
        let [(key, source)] = found else { panic!("{} is carried {} times", threshold.id, found.len()) };
        assert_eq!((*key, &source.quote), (threshold.programme.as_str(), &threshold.quote), "{}", threshold.id);
        let document = document(&threshold.file).unwrap();
        assert!(document.lines().any(|line| line.contains(&threshold.quote)), "{}", threshold.id);
    }
    let known = |id: &str| thresholds.iter().any(|threshold| threshold.id == id);
    for (id, found) in carried.iter().filter(|(id, _)| !known(base(id))) {
        let [(_, source)] = found.as_slice() else { panic!("{id} is carried {} times", found.len()) };
        assert!(base(id).ends_with(&format!("-L{}", source.line)), "{id} is neither a threshold nor its line");
    }
}

#[test]
fn every_number_is_the_documents() {
    for policy in built_in() {
        let carriers = carriers(policy);
        for threshold in thresholds().iter().filter(|one| one.programme == policy.key && !otherwise(&one.id)) {
            let of = |carrier: &&Carrier<'_>| carrier.sources.iter().any(|source| base(&source.id) == threshold.id);
            let mut left: Vec<u32> = carriers.iter().filter(of).flat_map(|one| one.numbers.clone()).collect();
            let numbered = carriers.iter().filter(of).all(|one| one.numbered);
            for number in asked(&threshold.value).into_iter().filter(|_| numbered) {
                let at = left.iter().position(|one| *one == number);
                let at = at.unwrap_or_else(|| panic!("{}: nobody asks for {number}", threshold.id));
                left.swap_remove(at);
            }
        }
    }
}

#[test]
fn no_criterion_asks_for_a_number_of_its_own() {
    let thresholds = thresholds();
    for criterion in built_in().iter().flat_map(|policy| &policy.criteria) {
        let of = |one: &&Threshold| criterion.sources.iter().any(|source| base(&source.id) == one.id);
        let told: Vec<u32> = thresholds
            .iter()
            .filter(of)
            .flat_map(|one| asked(&one.value).into_iter().chain(digits(&one.quote)).collect::<Vec<_>>())
            .collect();
        for number in criterion.parts.iter().flat_map(part_numbers) {
            let one = number == 1 && asks_for_one(criterion);
            assert!(told.contains(&number) || one || otherwise(&criterion.id), "{} asks for {number}", criterion.id);
        }
    }
}

#[test]
fn comparison_period_scope_and_class_are_the_thresholds() {
    for policy in built_in() {
        let carriers = carriers(policy);
        for threshold in thresholds().iter().filter(|one| one.programme == policy.key && !otherwise(&one.id)) {
            let of = |carrier: &&Carrier<'_>| carrier.sources.iter().any(|source| source.id == threshold.id);
            let Some(criterion) = carriers.iter().find(of).and_then(|carrier| carrier.criterion) else { continue };
            assert_as_asked(criterion, threshold);
        }
    }
}

fn assert_as_asked(criterion: &Criterion, threshold: &Threshold) {
    let id = &threshold.id;
    let compared = |part: &Part| match threshold.op.as_str() {
        ">=" => matches!(part.is, Comparison::AtLeast(_)),
        "<=" => matches!(part.is, Comparison::AtMost(_)),
        range if range.contains("..") => matches!(part.is, Comparison::Between(..)),
        "~" => matches!(part.is, Comparison::About(_)),
        // A number that is named alone is a task (at least) or a quota (exactly), as the note tells; 5—7 stands beside two such.
        "=" => !matches!(part.is, Comparison::AtMost(_) | Comparison::About(_)),
        other => panic!("{id}: {other}"),
    };
    assert!(criterion.parts.iter().all(compared), "{id}: {:?}", criterion.parts);
    let over = &criterion.period;
    let fits = match threshold.period.as_str() {
        "MONTH" => *over == PeriodKind::Month,
        "semester" => *over == PeriodKind::Semester,
        "school year" if id.ends_with("07c") || id.ends_with("08c") => *over == PeriodKind::Cycle,
        "school year" | "school year / term" => *over == PeriodKind::SchoolYear,
        "activity" => *over == PeriodKind::Year,
        "year" => matches!(over, PeriodKind::Year | PeriodKind::Now),
        "cycle" | "3 years" | "3-year cycle" | "5-year cycle" => matches!(over, PeriodKind::Cycle | PeriodKind::Now),
        other => panic!("{id}: {other}"),
    };
    assert!(fits, "{id}: {over:?}");
    let each = matches!(criterion.scope, Scope::Each(_));
    assert!(each || !threshold.scope.contains("EACH"), "{id} asks for each");
    assert!(!each || !threshold.scope.starts_with("studio"), "{id} asks for the studio");
    // One of two ways that is confirmed makes the whole so.
    assert!(criterion.class.code() == threshold.cls || criterion.sources.len() > 1, "{id}: {}", criterion.class.code());
}
