//! Assessment: a Policy held against Facts for one year, as it stands at the end of a day.

use super::measure::EachTime;
use super::{PartScore, Score, ScoreState, Scorecard, SubjectScore};
use super::{choice, compare, grade, measure, points, risk, sentence};
use crate::domain::Day;
use crate::domain::participation::{Assessed, ChosenFact, Facts, MemberFact, Participation, Span, population};
use crate::domain::policy::{AssessmentScope, Criterion, Logic, Measure, Part, PeriodKind, Policy, Scope};

/// How far the Studio is in the assessed year that begins in `year`, at the end of the day `on`.
///
/// After the year is over, or the Studio is closed, its Scorecard stays what it was after the last day, but for Evidence that is
/// handed in for it, and for decisions on what happened before. What the year asks for is not less where the Studio closed within it.
#[must_use]
pub fn score(policy: &Policy, facts: &Facts, year: i32, on: Day) -> Scorecard {
    let assessment = Assessment::new(policy, facts, (AssessmentScope::Year, year), on);
    let criteria: Vec<Score> = policy.criteria.iter().map(|criterion| assessment.score_of(criterion)).collect();
    let choices: Vec<_> = policy.choices.iter().map(|one| choice::score(&assessment, one, &criteria)).collect();
    let result = grade::result(&assessment, &criteria, &choices);
    Scorecard {
        studio: facts.studio.id,
        policy: policy.key.clone(),
        version: policy.version,
        scope: AssessmentScope::Year,
        year,
        span: assessment.assessed.span,
        on,
        final_year: assessment.assessed.final_year,
        result,
        points: points::points(policy, &assessment.assessed, &criteria, &choices),
        criteria,
        choices,
        years: Vec::new(),
    }
}

/// What every Criterion is scored with.
pub(super) struct Assessment<'a> {
    pub(super) policy: &'a Policy,
    pub(super) facts: &'a Facts,
    pub(super) assessed: Assessed,
    /// Whether the year is asked about or the cycle that ends with it.
    pub(super) scope: AssessmentScope,
    /// The last day that is looked at: the day asked for, or the last one of the year, or of the Studio.
    pub(super) on: Day,
    /// The day asked for: what was decided up to it is known, also where the year is over.
    pub(super) known: Day,
    pub(super) done: Participation<'a>,
}

/// For whom and over what one number is counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// None for the Studio.
    pub(super) member: Option<&'a MemberFact>,
    pub(super) span: Span,
    pub(super) period: PeriodKind,
}

impl<'a> Assessment<'a> {
    pub(super) fn new(policy: &'a Policy, facts: &'a Facts, (scope, year): (AssessmentScope, i32), known: Day) -> Self {
        let assessed = Assessed::of(policy, facts.studio.cycle_start, year);
        let on = facts.studio.last_working_day(known.min(assessed.span.to));
        Self { policy, facts, assessed, scope, on, known, done: Participation::over(facts, on, known) }
    }

    /// The last day of the span has passed, and something held today does not count for it any more. On the last day of the year
    /// itself all is open. With a Studio that is closed all its spans end.
    pub(super) fn over(&self, span: Span) -> bool {
        let last = self.facts.studio.last_working_day(span.to);
        last <= self.on && last < self.known
    }

    /// The year, or the whole cycle.
    pub(super) fn whole(&self) -> Span {
        match self.scope {
            AssessmentScope::Year => self.assessed.span,
            AssessmentScope::Cycle => self.assessed.cycle,
        }
    }

    /// It is met by papers, and they are still taken.
    pub(super) fn takes_papers(&self, measure: &Measure) -> bool {
        let covered = (self.scope, self.assessed.year);
        let mut frozen = self.facts.frozen.iter().filter(|one| (one.scope, one.year) == covered);
        measure.is_of_papers() && !frozen.any(|one| one.day <= self.known)
    }

    pub(super) fn begun(&self, span: Span) -> bool {
        span.from <= self.on
    }

    /// The members of a population at the end of a span, or today. Who joined within the span is asked in full; who left
    /// before its end is not asked.
    pub(super) fn people(&self, key: &str, span: Span) -> Vec<&'a MemberFact> {
        let Some(of) = self.policy.populations.get(key) else { return vec![] };
        population(self.facts, of, span.to.min(self.on))
    }

    /// Criteria that a Choice names are asked for only through it.
    pub(super) fn is_chosen_from(&self, criterion: &str) -> bool {
        self.policy.is_chosen_from(criterion)
    }

    /// The Studio has taken this Criterion of the Choice on for the assessed year.
    pub(super) fn is_taken(&self, choice: &str, criterion: &str) -> bool {
        self.taken(choice, criterion).next().is_some()
    }

    pub(super) fn taken<'s>(&'s self, choice: &'s str, criterion: &'s str) -> impl Iterator<Item = &'s ChosenFact> {
        let rows = self.facts.chosen.iter().filter(|row| row.year == self.assessed.year && row.day <= self.known);
        rows.filter(move |row| row.choice == choice && row.criterion == criterion)
    }

    /// Not one of a Choice that the Studio has left aside.
    fn is_meant(&self, criterion: &Criterion) -> bool {
        let mut choices = self.policy.choices.iter();
        !self.is_chosen_from(&criterion.id) || choices.any(|choice| self.is_taken(&choice.id, &criterion.id))
    }

    /// Something is asked for by it this year, whether it is required or only makes points.
    pub(super) fn asks(&self, criterion: &Criterion) -> bool {
        self.assessed.asks(criterion.period)
    }

    pub(super) fn score_of(&self, criterion: &Criterion) -> Score {
        let asked = self.asked(criterion);
        let parts: Vec<PartScore> = criterion.parts.iter().map(|part| self.part(part, &asked)).collect();
        let state = compare::each_and_all(&by_subject(criterion.logic, &parts));
        Score {
            criterion: criterion.id.clone(),
            state,
            at_risk: state == ScoreState::NotYet
                && self.is_meant(criterion)
                && risk::at_risk(self, criterion.logic, &parts),
            required: criterion.required && !self.is_chosen_from(&criterion.id) && self.asks(criterion),
            sentence: sentence::of(self, criterion, &parts),
            parts,
        }
    }

    fn asked(&self, criterion: &Criterion) -> Vec<Asked<'a>> {
        let period = criterion.period;
        let mut asked = Vec::new();
        for span in self.assessed.periods(period) {
            match &criterion.scope {
                Scope::Studio => asked.push(Asked { member: None, span, period }),
                Scope::Each(key) => {
                    let people = self.people(key, span).into_iter();
                    asked.extend(people.map(|member| Asked { member: Some(member), span, period }));
                }
            }
        }
        asked
    }

    fn part(&self, part: &Part, asked: &[Asked<'a>]) -> PartScore {
        let subjects = measure::subjects(self, part, asked);
        let (done, of) = match subjects.as_slice() {
            [] if EachTime::of(&part.measure).is_some() => (0, 0),
            [] => (0, compare::target(part.is)),
            [one] => (one.measured, one.of),
            many => (count(many.iter().filter(|subject| subject.state == ScoreState::Met)), count(many.iter())),
        };
        let states: Vec<ScoreState> = subjects.iter().map(|subject| subject.state).collect();
        let state = compare::each_and_all(&states);
        PartScore { state, done, of, unit: unit(part, &subjects), is: part.is, subjects }
    }
}

/// What `done` and `of` are counted in: what the part counts for one subject; people, months … for several.
fn unit(part: &Part, subjects: &[SubjectScore]) -> String {
    let [first, second, ..] = subjects else {
        let each_time = EachTime::of(&part.measure).is_some();
        return if each_time { "次".to_owned() } else { part.unit.clone() };
    };
    let several_spans = subjects.iter().any(|subject| subject.span != first.span);
    let unit = match (several_spans, first.account) {
        (false, _) => "人",
        (true, Some(_)) => "人次",
        (true, None) if first.span.days() <= 31 => "个月",
        (true, None) if second.span.days() <= 215 => "个学期",
        (true, None) => "个学年",
    };
    unit.to_owned()
}

/// The state of each subject over all parts; they have the same subjects in the same order.
pub(super) fn by_subject(logic: Logic, parts: &[PartScore]) -> Vec<ScoreState> {
    let subjects = parts.iter().map(|part| part.subjects.len()).min().unwrap_or(0);
    let of = |at: usize| parts.iter().map(move |part| part.subjects[at].state);
    let join = |at| match logic {
        Logic::All => of(at).max_by_key(|state| compare::badness(*state)),
        Logic::Any => of(at).min_by_key(|state| compare::badness(*state)),
    };
    (0..subjects).filter_map(join).collect()
}

pub(super) fn count<T>(things: impl Iterator<Item = T>) -> u32 {
    u32::try_from(things.count()).unwrap_or(u32::MAX)
}

impl SubjectScore {
    pub(super) fn is_met(&self) -> bool {
        self.state == ScoreState::Met
    }
}
