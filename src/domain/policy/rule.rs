//! What a Criterion counts, for whom, and what the number is held against.

use super::super::words::words;
use super::super::{ActivityKind, Level, Mode};
use serde::{Deserialize, Serialize};

/// For whom it is counted: `studio`, or `each:core` for every person of that population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    Studio,
    /// The key of a population.
    Each(String),
}

impl TryFrom<String> for Scope {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "studio" => Ok(Self::Studio),
            Some(("each", population)) if !population.is_empty() => Ok(Self::Each(population.to_owned())),
            _ => Err(format!("范围“{text}”应为 studio 或 each:人群")),
        }
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Studio => "studio".to_owned(),
            Scope::Each(population) => format!("each:{population}"),
        }
    }
}

/// One number of a Criterion: `{ count = "activities", at_least = 5, unit = "次" }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What this number is, where a Criterion has several.
    #[serde(default)]
    pub title: Option<String>,
    pub measure: Measure,
    pub is: Comparison,
    /// 次, 人, 件 …
    pub unit: String,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "count", rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// Activities that took place and pass the filter; for a person those in which they took that part.
    Activities(Filter),
    /// Each such Activity by itself: how many of it had the people. Compared Activity by Activity; all must hold.
    PeopleEachTime(Filter),
    /// The same, as percent of this population on the roster of that day.
    RateEachTime { population: String, filter: Filter },
    /// The most such Activities in one Series.
    Series(Filter),
    /// Different people present at such Activities.
    People(Filter),
    /// The person's time in such Activities, in 课时, rounded down once at the end.
    ClassHours(Filter),
    /// People on the roster.
    Members { population: String, origin: Origin },
    /// People whom the person guides; of this population on the roster where one is named, or any young teachers.
    Mentees {
        #[serde(default)]
        population: Option<String>,
    },
    /// Schools or teaching groups that the Studio helps; only rural schools where it says so.
    Helped {
        #[serde(default)]
        rural: bool,
    },
    /// Evidence that a reviewer accepted, in this slot; of the person where the scope is each.
    Evidence { slot: String },
    /// Resources of the Studio that were selected as 精品.
    SelectedResources,
}

impl Measure {
    /// Which Activities it looks at; none where it looks at something else.
    #[must_use]
    pub const fn filter(&self) -> Option<&Filter> {
        match self {
            Self::Activities(filter)
            | Self::PeopleEachTime(filter)
            | Self::RateEachTime { filter, .. }
            | Self::Series(filter)
            | Self::People(filter)
            | Self::ClassHours(filter) => Some(filter),
            Self::Members { .. }
            | Self::Mentees { .. }
            | Self::Helped { .. }
            | Self::Evidence { .. }
            | Self::SelectedResources => None,
        }
    }
}

impl Measure {
    /// Evidence that is handed in may still meet it when its days have passed.
    #[must_use]
    pub const fn is_of_papers(&self) -> bool {
        matches!(self, Self::Evidence { .. } | Self::SelectedResources)
    }
}

impl Filter {
    /// May an Activity of this kind and level count only once its level was confirmed?
    #[must_use]
    pub fn asks_level(&self, kind: ActivityKind, level: Level) -> bool {
        self.level.is_some_and(|asked| asked <= level) && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }
}

/// Which Activities count; what is not said does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    pub kinds: Vec<ActivityKind>,
    pub modes: Vec<Mode>,
    /// At this level or above, as an office has confirmed it.
    pub level: Option<Level>,
    /// What the person in whose scope it is counted did in it; attending where none is given.
    pub taking: Option<Taking>,
    /// Presented by one of this population.
    pub presented_by: Option<String>,
    /// At least so many people were present.
    pub people: Option<u32>,
    /// At least this percent of the population on the roster of that day were present.
    pub rate: Option<Rate>,
    /// For teachers of rural schools: at least one of those present came from one, and does not lead the Studio.
    pub rural: bool,
    /// Held for a school that the Studio helps.
    pub helped: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub population: String,
    pub percent: u32,
}

words! {
    /// The part a person took in an Activity.
    pub enum Taking {
        Attending = "attending" / "参加",
        Presenting = "presenting" / "主讲",
        /// Went live with it, or presented it.
        Hosting = "hosting" / "主持",
        /// Gave a lesson review (评课).
        Reviewing = "reviewing" / "评课",
        /// Attended or reviewed what another presented.
        Guiding = "guiding" / "听课指导",
    }
}

words! {
    /// Where a member comes from.
    pub enum Origin {
        Any = "any" / "全部",
        Rural = "rural" / "乡村学校",
        /// From a rural school, or from another city than the Studio.
        RuralOrOtherCity = "rural_or_other_city" / "乡村学校或外市",
        OtherSchool = "other_school" / "外校",
        HostSchool = "host_school" / "本校",
        NewTeacher = "new_teacher" / "新入职教师",
        Backbone = "backbone" / "县级骨干教师或学科带头人",
    }
}

/// What a number is held against. 以上, 以下, 不少于, 以内 include the number itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    AtLeast(u32),
    AtMost(u32),
    Exactly(u32),
    Between(u32, u32),
    /// 左右, within the Policy's `about_percent`.
    About(u32),
}

impl Comparison {
    /// The least and the most that satisfy it; both do. 左右 reaches `about_percent` of the number, and at least one.
    #[must_use]
    pub fn bounds(self, about_percent: u32) -> (u32, u32) {
        match self {
            Self::AtLeast(least) => (least, u32::MAX),
            Self::AtMost(most) => (0, most),
            Self::Exactly(number) => (number, number),
            Self::Between(least, most) => (least, most),
            Self::About(number) => {
                let reach = u64::from(number) * u64::from(about_percent) / 100;
                let reach = u32::try_from(reach).unwrap_or(u32::MAX).max(1);
                (number.saturating_sub(reach), number.saturating_add(reach))
            }
        }
    }
}
