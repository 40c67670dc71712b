//! School: where teachers work, in a Region, rural or not.

use super::invalid::{Checks, Invalid};
use super::{AccountId, Day, PersonName, RegionId, SchoolId, Time};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct School {
    pub id: SchoolId,
    pub name: String,
    pub region: RegionId,
    pub rural: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSchool {
    pub name: String,
    pub region: RegionId,
    pub rural: bool,
}

impl NewSchool {
    pub fn check(&self) -> Result<(), Invalid> {
        Checks::new().text(&self.name, "name", "学校名称", 60).done()
    }
}

/// From when on something about a School is so, and who says it: where somebody teaches, whether it is rural.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// None: from the day on which it is said.
    pub day: Option<Day>,
    pub by: AccountId,
    pub at: Time,
}

impl Since {
    /// The first year that is asked about: what is so since its first day always was.
    const FIRST_YEAR: i32 = 2000;

    #[must_use]
    pub fn first_day(&self) -> Day {
        self.day.unwrap_or_else(|| self.at.day())
    }

    /// Today's School is the one that is known; nothing is said of days to come.
    pub fn check(&self) -> Result<(), Invalid> {
        let day = self.first_day();
        let fits = Self::FIRST_YEAR <= day.year() && day <= self.at.day();
        Checks::new().that(fits, "since", "起始日期要在 2000 年以后，最晚是今天。").done()
    }
}

/// 调动: from that day on somebody teaches at another School, or it was known wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolMove {
    pub from: Option<String>,
    pub to: Option<String>,
    pub day: Day,
    pub by: PersonName,
    pub at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_school_is_told_of_days_that_have_come() {
        let by = AccountId::from_random([1; 10]);
        let day = |text: &str| Day::parse(text).unwrap();
        let since = |named: Option<&str>| Since { day: named.map(day), by, at: day("2026-11-23").start() };
        assert_eq!(since(None).first_day(), day("2026-11-23"));
        for (named, fits) in [
            (None, true),
            (Some("2026-11-23"), true),
            (Some("2026-11-24"), false),
            (Some("2000-01-01"), true),
            (Some("1999-12-31"), false),
        ] {
            assert_eq!(since(named).check().is_ok(), fits, "{named:?}");
        }
    }
}
