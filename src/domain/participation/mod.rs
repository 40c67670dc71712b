//! Participation: what a Studio and its people did, gathered from records, rosters and decisions; what a Policy counts.

mod decided;
mod held;
mod history;
mod periods;
mod roster;

pub use decided::{Decided, say, standing};
pub use held::{Held, Participation, Turnout, present_within};
pub use history::History;
pub use periods::{
    Assessed, Span, cycle_of, cycles_to_settle, day_within, ends_cycle, first_day, year_ahead, year_of, years_counting,
};
pub use roster::{Home, from_where, population};

use super::policy::AssessmentScope;
use super::{
    AccountId, ActivityId, ActivityKind, Day, Level, MemberRole, Mode, RegionId, SchoolId, SeriesId, SessionId,
    StudioId, StudioKind, Tier, YearEndId, closing,
};
use serde::{Deserialize, Serialize};

/// All that a scorecard of one Studio follows from, with nothing of any Policy in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub studio: StudioFact,
    /// Everybody who ever was on the roster, a row for each Membership.
    pub members: Vec<MemberFact>,
    /// Activities that took place or are planned, by their day.
    pub activities: Vec<ActivityFact>,
    pub mentors: Vec<MentorFact>,
    pub helped: Vec<HelpedFact>,
    pub evidence: Vec<EvidenceFact>,
    pub resources: Vec<ResourceFact>,
    /// Which criteria of a Choice the Studio took on.
    pub chosen: Vec<ChosenFact>,
    pub vetoes: Vec<VetoFact>,
    /// What reviewers decided where a grade asks for it.
    pub grades: Vec<GradeFact>,
    /// Years that an office has frozen: nothing is handed in for them any more.
    pub frozen: Vec<FrozenFact>,
    /// Years whose result is final; what a cycle comes to follows from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<SettledFact>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudioFact {
    pub id: StudioId,
    pub name: String,
    pub tier: Tier,
    pub kind: StudioKind,
    pub cycle_start: Day,
    /// The one that its Region lies in.
    pub city: Option<RegionId>,
    /// On which it works, where it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<Day>,
}

impl StudioFact {
    /// The last day up to this one on which it works: nobody is in it afterwards, and nothing can be made up for.
    #[must_use]
    pub fn last_working_day(&self, day: Day) -> Day {
        closing::last_working_day(self.last_day, day)
    }
}

/// A Membership with what the rules ask of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFact {
    pub account: AccountId,
    pub name: String,
    pub role: MemberRole,
    pub from: Day,
    pub to: Option<Day>,
    pub workplaces: History<Workplace>,
    /// 新入职教师
    pub new_teacher: bool,
    /// 县级骨干教师或学科带头人
    pub backbone: bool,
}

/// Where somebody teaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Workplace {
    pub school: Option<SchoolId>,
    pub rural: bool,
    pub city: Option<RegionId>,
}

impl ActivityFact {
    /// The level that an office has confirmed by that day.
    #[must_use]
    pub fn confirmed_level(&self, on: Day) -> Option<Level> {
        standing(&self.levels, on).copied().flatten()
    }

    /// Was it held, with nobody's word by that day that it does not count?
    #[must_use]
    pub fn took_place(&self, on: Day) -> bool {
        self.held && standing(&self.counting, on).copied().unwrap_or(true)
    }
}

impl MemberFact {
    #[must_use]
    pub fn on(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    #[must_use]
    pub fn workplace(&self, day: Day) -> Workplace {
        *self.workplaces.on(day)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityFact {
    pub id: ActivityId,
    pub title: String,
    pub kind: ActivityKind,
    pub mode: Mode,
    /// As its keepers told it.
    pub level: Level,
    /// What an office confirmed it to be; none where it did not.
    pub levels: Vec<Decided<Option<Level>>>,
    /// Whether offices let it count; without a word it does.
    pub counting: Vec<Decided<bool>>,
    pub series: Option<SeriesId>,
    pub day: Day,
    /// False while it is only planned, and where nobody came.
    pub held: bool,
    pub sessions: Vec<SessionId>,
    pub presenters: Vec<AccountId>,
    /// Who went live with it.
    pub hosts: Vec<AccountId>,
    /// Who gave a lesson review (评课).
    pub reviewers: Vec<AccountId>,
    /// For which school that the Studio helps it was held.
    pub helped: Option<SchoolId>,
    /// Everybody with a record in one of its Sessions, once; on the way of a guest by their key.
    pub people: Vec<PersonFact>,
}

/// One person in one Activity, over all its Sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFact {
    /// An account id, or `guest:…`.
    pub person: String,
    pub attended: Attended,
    /// Verified minutes, united.
    pub minutes: u32,
    pub rural: bool,
}

/// The verdict of the records, the best one of several Sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attended {
    Present,
    /// 待核: may still become present.
    Unknown,
    Excused,
    Absent,
}

/// Who guides whom, from a day to a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentorFact {
    pub mentor: AccountId,
    /// An account, or a name of somebody who has none.
    pub mentee: String,
    pub from: Day,
    pub to: Option<Day>,
}

/// A school, or a teaching group of one, that the Studio helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpedFact {
    pub school: SchoolId,
    pub rural: History<bool>,
    pub from: Day,
    pub to: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceFact {
    pub id: String,
    pub slot: String,
    /// Whose it is, where it proves something of a person.
    pub account: Option<AccountId>,
    pub title: String,
    /// When what it proves happened.
    pub day: Day,
    /// How many it counts for; none where it was refused.
    pub decisions: Vec<Decided<Option<u32>>>,
}

/// Proposed as 精品, one or several in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceFact {
    pub id: String,
    pub title: String,
    pub day: Day,
    /// How many of it were selected; none where it was refused.
    pub decisions: Vec<Decided<Option<u32>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenFact {
    /// Ids of the Policy.
    pub choice: String,
    pub criterion: String,
    /// The year in which the assessed year begins.
    pub year: i32,
    /// When the Studio took it on.
    pub day: Day,
    /// When an office confirmed it.
    pub confirmed: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VetoFact {
    pub veto: String,
    /// When it happened.
    pub day: Day,
    /// When an office found it.
    pub found: Day,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenFact {
    #[serde(default, skip_serializing_if = "AssessmentScope::is_year")]
    pub scope: AssessmentScope,
    /// The year in which the assessed year begins.
    pub year: i32,
    pub day: Day,
}

/// A reviewer holds the Studio worthy of a grade that the numbers alone do not give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeFact {
    pub grade: String,
    #[serde(default, skip_serializing_if = "AssessmentScope::is_year")]
    pub scope: AssessmentScope,
    /// The year in which the assessed year begins.
    pub year: i32,
    /// When it was decided.
    pub day: Day,
}

/// A year that an office has made final, with the corrections that stand beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledFact {
    pub year: i32,
    pub year_end: YearEndId,
    pub results: Vec<Decided<YearResult>>,
}

/// What a year came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearResult {
    /// The id of the grade; none where the Policy has no grades.
    pub grade: Option<String>,
    pub passes: bool,
    /// Hundredths of points.
    pub points: u32,
}
