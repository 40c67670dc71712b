//! Cycles: the years that are assessed together, and whether the programme settles them as a whole at their end.

use super::{Policy, Source, YearKind};
use crate::domain::Day;
use crate::domain::participation::first_day;
use crate::domain::words::words;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    pub years: u32,
    pub sources: Vec<Source>,
    /// None where the document settles years alone.
    #[serde(default)]
    pub final_assessment: Option<FinalAssessment>,
}

/// The whole cycle is settled at its end, beside its years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalAssessment {
    /// 终结性考核
    pub title: String,
    pub sources: Vec<Source>,
}

words! {
    /// What one assessment covers: a year, or the whole cycle.
    pub enum AssessmentScope {
        Year = "year" / "年度考核",
        Cycle = "cycle" / "终结性考核",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro makes the enum")]
impl Default for AssessmentScope {
    fn default() -> Self {
        Self::Year
    }
}

impl AssessmentScope {
    #[must_use]
    pub fn is_year(&self) -> bool {
        *self == Self::Year
    }
}

/// One assessment of a Studio under its Policy: a year, or the cycle that ends with that year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Covered {
    pub scope: AssessmentScope,
    /// In which the year begins; of a cycle its last one.
    pub year: i32,
}

impl From<i32> for Covered {
    fn from(year: i32) -> Self {
        Self { scope: AssessmentScope::Year, year }
    }
}

impl Covered {
    #[must_use]
    pub const fn cycle(year: i32) -> Self {
        Self { scope: AssessmentScope::Cycle, year }
    }
}

impl Policy {
    /// The years that it covers, of a whole cycle from its first.
    #[must_use]
    pub fn years_of(&self, covered: Covered) -> std::ops::RangeInclusive<i32> {
        let years = match covered.scope {
            AssessmentScope::Year => 1,
            AssessmentScope::Cycle => i32::try_from(self.cycle.years).unwrap_or(1).max(1),
        };
        covered.year.saturating_sub(years - 1)..=covered.year
    }

    /// 2026 年度, 2024-09—2027-08
    #[must_use]
    pub fn span_word(&self, covered: Covered) -> String {
        let years = self.years_of(covered);
        match (covered.scope, self.year) {
            (AssessmentScope::Year, kind) => kind.named(covered.year),
            (AssessmentScope::Cycle, YearKind::Calendar) => format!("{}-01—{}-12", years.start(), years.end()),
            (AssessmentScope::Cycle, YearKind::School) => format!("{}-09—{}-08", years.start(), years.end() + 1),
        }
    }

    /// 考核, 终结性考核: what the programme calls it.
    #[must_use]
    pub fn assessment_title(&self, scope: AssessmentScope) -> &str {
        match (scope, &self.cycle.final_assessment) {
            (AssessmentScope::Year, _) => "考核",
            (AssessmentScope::Cycle, Some(one)) => &one.title,
            (AssessmentScope::Cycle, None) => scope.word(),
        }
    }

    /// 2026 年度考核, 2024-09—2027-08 终结性考核
    #[must_use]
    pub fn assessment_word(&self, covered: Covered) -> String {
        let (span, title) = (self.span_word(covered), self.assessment_title(covered.scope));
        match covered.scope {
            AssessmentScope::Year => format!("{span}{title}"),
            AssessmentScope::Cycle => format!("{span} {title}"),
        }
    }

    /// What follows from the final result of a cycle, for a Studio with this last day, or none; nothing follows from that of a year.
    #[must_use]
    pub fn follows(&self, covered: Covered, passes: bool, last_day: Option<Day>) -> Option<&'static str> {
        let next_cycle = first_day(self.year, covered.year.saturating_add(1));
        match (covered.scope, passes) {
            (AssessmentScope::Year, _) => None,
            (AssessmentScope::Cycle, false) => Some("不再命名"),
            (AssessmentScope::Cycle, true) if last_day.is_some_and(|last| last < next_cycle) => Some("已停办"),
            (AssessmentScope::Cycle, true) => Some("可进入下一周期（继续命名）"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::built_in;
    use super::*;

    #[test]
    fn who_works_no_longer_than_the_cycle_does_not_go_on_into_the_next_one() {
        let follows = |key: &str, covered, passes, last_day: Option<&str>| {
            let policy = built_in().iter().find(|policy| policy.key == key).unwrap();
            policy.follows(covered, passes, last_day.map(|day| Day::parse(day).unwrap()))
        };
        let goes_on = Some("可进入下一周期（继续命名）");
        let calendar = |passes, last_day| follows("hangjin-2024", Covered::cycle(2026), passes, last_day);
        assert_eq!(calendar(true, None), goes_on);
        assert_eq!(calendar(true, Some("2026-12-31")), Some("已停办"));
        assert_eq!(calendar(true, Some("2027-01-01")), goes_on);
        assert_eq!(calendar(false, Some("2026-12-31")), Some("不再命名"));
        // A school year ends in August.
        let school = |last_day| follows("county-4", Covered::cycle(2026), true, Some(last_day));
        assert_eq!([school("2027-08-31"), school("2027-09-01")], [Some("已停办"), goes_on]);
        assert_eq!(follows("hangjin-2024", 2026.into(), true, Some("2026-12-31")), None);
    }
}
