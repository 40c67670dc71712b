//! Classroom: one shared device with many people in front of it; and the printed codes of an Activity's site.

use super::invalid::{Checks, Invalid};
use super::{ActivityId, ClassroomId, PrintedCodeId, SchoolId, Time};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classroom {
    pub id: ClassroomId,
    pub activity: ActivityId,
    pub school: SchoolId,
    pub name: String,
    /// How many people were announced.
    pub expected: Option<u32>,
    pub created_at: Time,
    /// It takes nobody in any more.
    pub closed_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClassroom {
    pub activity: ActivityId,
    pub school: SchoolId,
    pub name: String,
    pub expected: Option<u32>,
}

/// As many as can be seated at one place.
const MOST_EXPECTED: u32 = 500;

impl NewClassroom {
    pub fn check(&self) -> Result<(), Invalid> {
        Checks::new()
            .text(&self.name, "name", "教室名称", 30)
            .that(
                self.expected.is_none_or(|count| (1..=MOST_EXPECTED).contains(&count)),
                "expected",
                format!("预计人数在 1 到 {MOST_EXPECTED} 之间，也可以不填。"),
            )
            .done()
    }
}

/// Valid from a moment to a moment, as paper cannot change every few seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedCode {
    pub id: PrintedCodeId,
    pub activity: ActivityId,
    pub from: Time,
    pub to: Time,
    pub created_at: Time,
    pub closed_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrintedCode {
    pub activity: ActivityId,
    pub from: Time,
    pub to: Time,
}

/// Longer would be a code for everybody and every day.
const LONGEST: Duration = Duration::from_secs(12 * 3600);

impl NewPrintedCode {
    pub fn check(&self) -> Result<(), Invalid> {
        let span = self.to.since(self.from);
        Checks::new()
            .that(!span.is_zero(), "to", "结束时间应晚于开始时间。")
            .that(span <= LONGEST, "to", "一张签到码最长用 12 小时。")
            .done()
    }
}

impl PrintedCode {
    /// Half-open, as all spans are.
    #[must_use]
    pub fn counts_at(&self, now: Time) -> bool {
        self.closed_at.is_none() && self.from <= now && now < self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_code_counts_from_its_first_moment_until_it_ends_or_is_closed() {
        let at = Time::from_seconds;
        let mut code = PrintedCode {
            id: PrintedCodeId::from_random([1; 10]),
            activity: ActivityId::from_random([2; 10]),
            from: at(100),
            to: at(200),
            created_at: at(0),
            closed_at: None,
        };
        assert_eq!([99, 100, 199, 200].map(|now| code.counts_at(at(now))), [false, true, true, false]);
        code.closed_at = Some(at(120));
        assert!(!code.counts_at(at(150)));
    }

    #[test]
    fn a_printed_code_is_not_for_every_day() {
        let new = |to| NewPrintedCode {
            activity: ActivityId::from_random([2; 10]),
            from: Time::from_seconds(0),
            to: Time::from_seconds(to),
        };
        assert!(new(12 * 3600).check().is_ok());
        assert!(new(12 * 3600 + 1).check().is_err() && new(0).check().is_err());
    }

    #[test]
    fn a_classroom_expects_somebody_or_does_not_say() {
        let new = |expected| NewClassroom {
            activity: ActivityId::from_random([2; 10]),
            school: SchoolId::from_random([3; 10]),
            name: "多媒体教室".into(),
            expected,
        };
        assert!(new(None).check().is_ok() && new(Some(500)).check().is_ok());
        assert!(new(Some(0)).check().is_err() && new(Some(501)).check().is_err());
    }
}
