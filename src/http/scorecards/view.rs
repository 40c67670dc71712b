//! A Scorecard beside the words of its Policy.

use super::super::policies;
use super::super::shapes::{
    ChoiceScoreView, CriterionView, CycleResultView, CycleYearView, GroundView, Named, PartScoreView, ResultView,
    ScoreSectionView, ScorecardView, ShareView, SpanView, StateCountsView, SubjectView, TodoView, VetoScoreView,
    YearAheadView, YearName,
};
use crate::domain::participation::{Assessed as AssessedYear, Facts, ends_cycle, year_ahead, year_of};
use crate::domain::policy::{AssessmentScope, Criterion, Part, Policy, Section, Source};
use crate::domain::scorecard::{
    ChoiceScore, CycleYear, Ground, Outlook, PartScore, Score, ScoreState, Scorecard, Share, SubjectScore, Todo, shares,
};
use crate::domain::{AccountId, ChoiceId, Day, SeriesId, Studio, Time};
use crate::store::scorecard::Assessed;
use std::collections::{BTreeMap, HashMap};

/// What a page needs besides the Scorecard itself.
pub(super) struct Around {
    /// When the Scorecard stood so.
    pub(super) now: Time,
    /// Whoever asks keeps the Studio, and so reads the reports of its Sessions.
    pub(super) keeps: bool,
    pub(super) may_manage: bool,
    pub(super) may_decide: bool,
    pub(super) series: HashMap<SeriesId, String>,
    /// By id.
    pub(super) schools: BTreeMap<String, String>,
    /// The last one of each Choice.
    pub(super) choices: HashMap<String, ChoiceId>,
}

pub(super) fn scorecard(assessed: &Assessed, card: &Scorecard, todo: Vec<Todo>, around: &Around) -> ScorecardView {
    let Assessed { studio, policy, facts, .. } = assessed;
    let names = names(facts);
    let scores: HashMap<&str, &Score> = card.criteria.iter().map(|score| (score.criterion.as_str(), score)).collect();
    // Of a cycle those in which something is asked over it.
    let asked = |section: &&Section| {
        let mut criteria = policy.criteria.iter().filter(|one| one.section == section.id);
        card.scope.is_year() || criteria.any(|one| scores.contains_key(one.id.as_str()))
    };
    let sections = policy.sections.iter().filter(asked).map(|section| ScoreSectionView {
        id: section.id.clone(),
        title: section.title.clone(),
        part: section.part.clone(),
        criteria: policy
            .criteria
            .iter()
            .filter(|one| one.section == section.id)
            .filter_map(|one| Some(criterion(assessed, card, one, scores.get(one.id.as_str())?, around)))
            .collect(),
    });
    let choices = policy.choices.iter().filter_map(|rule| {
        let score = card.choices.iter().find(|score| score.choice == rule.id)?;
        Some(choice(policy, rule, score, around))
    });
    let todo = todo.into_iter().map(|one| TodoView {
        criterion: one.criterion,
        title: one.title,
        sentence: one.sentence,
        people: one.people.iter().filter_map(|id| Some(Named::new(id, names.get(id)?.as_str()))).collect(),
        urgency: one.urgency,
    });
    ScorecardView {
        studio: Named::new(studio.id, &studio.name),
        policy: policies::name(policy),
        scope: card.scope,
        year: card.year,
        year_word: policy.span_word(card.covered()),
        span: SpanView { from: card.span.from, to: card.span.to },
        on: card.on,
        as_of: around.now,
        days_left: days_left(studio.last_working_day(card.span.to), card.on),
        last_day: studio.last_day,
        final_year: card.final_year,
        final_assessment: ends_cycle(policy, studio.cycle_start, card.year)
            .then(|| policy.assessment_title(AssessmentScope::Cycle).to_owned()),
        cycle_years: card.years.iter().map(|one| cycle_year(policy, one)).collect(),
        years: years(policy, studio, around.now.day()),
        ahead: ahead(policy, studio, around.now.day())
            .filter(|_| card.covered() == year_of(policy.year, around.now.day()).into()),
        result: result(policy, facts, card),
        counts: counts(card),
        sections: sections.collect(),
        choices: choices.collect(),
        todo: todo.collect(),
        veto_rules: policies::vetoes(policy),
        may_manage: around.may_manage,
        may_decide: around.may_decide,
    }
}

fn cycle_year(policy: &Policy, one: &CycleYear) -> CycleYearView {
    let title = |id: &String| policy.grades.iter().find(|rule| rule.id == *id).map(|rule| rule.title.clone());
    CycleYearView {
        year: one.year,
        word: policy.span_word(one.year.into()),
        result: one.result.as_ref().map(|one| CycleResultView {
            year_end: one.year_end,
            grade_title: one.outcome.grade.as_ref().and_then(title),
            passes: one.outcome.passes,
            points_word: points_word(one.outcome.points),
        }),
    }
}

pub(super) fn days_left(last: Day, on: Day) -> u32 {
    u32::try_from(i64::from(last.number()) - i64::from(on.number())).unwrap_or(0)
}

/// 71.5
pub(in super::super) fn points_word(points: u32) -> String {
    format!("{}.{}", points / 100, points % 100 / 10)
}

/// From the one in which the cycle began to the last one that something of today counts for, or of the Studio's last day.
fn years(policy: &Policy, studio: &Studio, today: Day) -> Vec<YearName> {
    let day = studio.last_working_day(today);
    let (first, current) = (year_of(policy.year, studio.cycle_start), year_of(policy.year, day));
    let (first, last) = (first.max(current - 10).min(current), next(policy, studio, today).unwrap_or(current));
    (first..=last).rev().map(|year| YearName { year, word: policy.year.named(year) }).collect()
}

/// The next year, with the criteria whose period runs today and counts for it.
fn ahead(policy: &Policy, studio: &Studio, today: Day) -> Option<YearAheadView> {
    let year = next(policy, studio, today)?;
    let assessed = AssessedYear::of(policy, studio.cycle_start, year);
    let running = policy.criteria.iter().filter(|one| assessed.runs_ahead(one.period, today));
    let criteria = running.map(|one| Named::new(&one.id, one.title.as_str())).collect();
    Some(YearAheadView { year, word: policy.year.named(year), criteria })
}

fn next(policy: &Policy, studio: &Studio, today: Day) -> Option<i32> {
    year_ahead(policy, studio.cycle_start, today).filter(|year| studio.is_assessed_in(policy.year, *year))
}

fn names(facts: &Facts) -> HashMap<AccountId, String> {
    facts.members.iter().map(|one| (one.account, one.name.clone())).collect()
}

fn result(policy: &Policy, facts: &Facts, card: &Scorecard) -> ResultView {
    let result = &card.result;
    let grade = result.grade.as_ref().and_then(|id| policy.grades.iter().find(|one| one.id == *id));
    let found = facts.vetoes.iter().filter(|one| result.vetoes.contains(&one.veto));
    let vetoes: Vec<_> = found
        .filter(|one| card.span.has(one.day))
        .map(|one| VetoScoreView {
            title: policy.vetoes.iter().find(|rule| rule.id == one.veto).map_or_else(String::new, |r| r.title.clone()),
            veto: one.veto.clone(),
            day: one.day,
            reason: one.reason.clone(),
        })
        .collect();
    let credits = policy.credits_of(facts.studio.tier);
    let credits = credits.filter(|_| card.scope.is_year() && card.outlook() == Outlook::Passing);
    let over = card.span.to < card.on;
    let takes_papers = over && lacks_papers(policy, card);
    let sentence = match (result.passes, result.lost, result.vetoes.is_empty()) {
        (true, ..) => grade.map_or_else(|| "可合格".to_owned(), |one| one.title.clone()),
        (false, _, false) => "一票否决".to_owned(),
        (false, true, true) if over => format!("未合格，{}", missing(card)),
        (false, true, true) => format!("已不可能合格，{}", missing(card)),
        (false, false, true) if takes_papers => format!("未合格，{}，可补交材料", missing(card)),
        (false, false, true) => format!("还不合格，{}", missing(card)),
    };
    ResultView {
        grade: result.grade.clone(),
        grade_title: grade.map(|one| one.title.clone()),
        passes: result.passes,
        missing: result.missing,
        lost: result.lost,
        outlook: card.outlook(),
        sentence,
        vetoes,
        points: card.points,
        points_word: points_word(card.points),
        shares: shares(policy, facts.studio.cycle_start, card).into_iter().map(|one| share(policy, one)).collect(),
        credits: credits.map(|one| one.amount),
    }
}

/// 差 7 项; of a cycle 差 2 个年度、3 项
fn missing(card: &Scorecard) -> String {
    let years = card.years.iter().filter(|one| !one.result.as_ref().is_some_and(|one| one.outcome.passes)).count();
    match (years, (card.result.missing as usize).saturating_sub(years)) {
        (0, criteria) => format!("差 {criteria} 项"),
        (years, 0) => format!("差 {years} 个年度"),
        (years, criteria) => format!("差 {years} 个年度、{criteria} 项"),
    }
}

/// Papers may still show that something required was done.
fn lacks_papers(policy: &Policy, card: &Scorecard) -> bool {
    let lacks = |(rule, score): (&Part, &PartScore)| rule.measure.is_of_papers() && score.state == ScoreState::NotYet;
    let rule = |score: &Score| policy.criteria.iter().find(|rule| rule.id == score.criterion);
    let both = card.criteria.iter().filter(|score| score.required).filter_map(|score| Some((rule(score)?, score)));
    both.filter(|(_, score)| score.state == ScoreState::NotYet)
        .any(|(rule, score)| rule.parts.iter().zip(&score.parts).any(lacks))
}

fn share(policy: &Policy, one: Share) -> ShareView {
    let Share { id, weight, done, points, of } = one;
    let criterion = policy.criteria.iter().find(|rule| rule.id == id).map(|rule| &rule.title);
    let choice = || policy.choices.iter().find(|rule| rule.id == id).map(|rule| &rule.title);
    ShareView { title: criterion.or_else(choice).cloned().unwrap_or_default(), id, weight, done, points, of }
}

fn counts(card: &Scorecard) -> StateCountsView {
    let mut counts = StateCountsView::default();
    let criteria = card.criteria.iter().filter(|score| score.required).map(|score| (score.state, score.at_risk));
    for (state, at_risk) in criteria.chain(card.choices.iter().map(|score| (score.state, false))) {
        counts.total += 1;
        match state {
            ScoreState::Met => counts.met += 1,
            ScoreState::Waiting => counts.waiting += 1,
            ScoreState::NotYet if at_risk => counts.at_risk += 1,
            ScoreState::NotYet => counts.not_yet += 1,
            ScoreState::Impossible => counts.impossible += 1,
        }
    }
    counts
}

fn criterion(assessed: &Assessed, card: &Scorecard, rule: &Criterion, score: &Score, around: &Around) -> CriterionView {
    let policy = &assessed.policy;
    let (done, of) = score.progress();
    let unit = match rule.parts.as_slice() {
        [one] => one.unit.clone(),
        _ => "项".to_owned(),
    };
    let choice = policy.choices.iter().find(|choice| choice.of.contains(&rule.id)).map(|choice| choice.id.clone());
    let parts = rule.parts.iter().zip(&score.parts).map(|(rule, part)| part_view(assessed, rule, part, around));
    CriterionView {
        id: rule.id.clone(),
        title: rule.title.clone(),
        quote: quote(&rule.sources),
        sources: policies::sources(&rule.sources),
        class: rule.class,
        class_word: rule.class.word().to_owned(),
        scope: policies::scope(policy, &rule.scope),
        period: rule.period.word().to_owned(),
        state: score.state,
        at_risk: score.at_risk,
        required: score.required,
        taken: card.choices.iter().any(|choice| choice.taken.contains(&rule.id)),
        choice,
        note: rule.note.clone(),
        sentence: score.sentence.clone(),
        done,
        of,
        unit,
        weight: rule.weight,
        slots: policies::slots(policy, rule),
        parts: parts.collect(),
    }
}

/// The sentences that a rule comes from, each once.
fn quote(sources: &[Source]) -> String {
    let mut quotes: Vec<&str> = Vec::with_capacity(sources.len());
    for source in sources {
        if !quotes.contains(&source.quote.as_str()) {
            quotes.push(&source.quote);
        }
    }
    quotes.join("……")
}

fn part_view(assessed: &Assessed, rule: &Part, score: &PartScore, around: &Around) -> PartScoreView {
    PartScoreView {
        title: rule.title.clone(),
        rule: assessed.policy.number(rule.is, &rule.unit),
        state: score.state,
        done: score.done,
        of: score.of,
        unit: score.unit.clone(),
        subjects: score.subjects.iter().map(|subject| subject_view(&assessed.facts, subject, around)).collect(),
    }
}

fn subject_view(facts: &Facts, score: &SubjectScore, around: &Around) -> SubjectView {
    SubjectView {
        account: score.account,
        name: score.name.clone(),
        from: score.span.from,
        to: score.span.to,
        measured: score.measured,
        of: score.of,
        waiting: score.waiting,
        state: score.state,
        grounds: score.evidence.iter().map(|ground| ground_view(facts, ground, around)).collect(),
    }
}

fn ground_view(facts: &Facts, ground: &Ground, around: &Around) -> GroundView {
    match ground.clone() {
        Ground::Activity { activity, title, day, counts, present, of, note } => {
            let held = facts.activities.iter().find(|one| one.id == activity);
            let sessions = held.filter(|_| around.keeps).map(|one| one.sessions.clone()).unwrap_or_default();
            GroundView::Activity { activity, sessions, title, day, counts, present, of, note }
        }
        Ground::Series { series, activities } => {
            let title = around.series.get(&series).cloned().unwrap_or_default();
            GroundView::Series { series, title, activities }
        }
        Ground::Person { person, name } => {
            let account = AccountId::parse(&person).ok();
            GroundView::Person { account, name: name.unwrap_or_else(|| unlisted(&person)) }
        }
        Ground::Evidence { id, title, counts, note } => GroundView::Evidence { evidence: id, title, counts, note },
        // Handed in as Evidence that it was selected, or in the library itself.
        Ground::Resource { id, title, counts, note } if facts.evidence.iter().any(|one| one.id == id) => {
            GroundView::Evidence { evidence: id, title, counts, note }
        }
        Ground::Resource { id, title, counts, note } => GroundView::Resource { resource: id, title, counts, note },
        Ground::School { school } => {
            let name = around.schools.get(&school).cloned().unwrap_or_default();
            GroundView::School { school, name }
        }
    }
}

/// Who has no Membership: a mentee without an account is written down by name.
fn unlisted(person: &str) -> String {
    if AccountId::parse(person).is_ok() { "非成员".to_owned() } else { person.to_owned() }
}

fn choice(
    policy: &Policy,
    rule: &crate::domain::policy::Choice,
    score: &ChoiceScore,
    around: &Around,
) -> ChoiceScoreView {
    let title =
        |id: &str| policy.criteria.iter().find(|one| one.id == id).map_or(id, |one| one.title.as_str()).to_owned();
    ChoiceScoreView {
        id: rule.id.clone(),
        section: rule.section.clone(),
        title: rule.title.clone(),
        quote: quote(&rule.sources),
        choose: rule.choose,
        of: rule.of.iter().map(|id| Named::new(id, title(id))).collect(),
        taken: score.taken.clone(),
        state: score.state,
        confirmed: score.confirmed,
        sentence: score.sentence.clone(),
        made: around.choices.get(&rule.id).copied(),
    }
}
