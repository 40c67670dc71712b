//! Policy: a programme's rules as versioned data, each with its verbatim source quote.
//!
//! A Policy says what is counted for whom in which period and how the result follows; `participation` says what was done,
//! `scorecard` brings both together.

mod built_in;
mod check;
mod chinese;
mod condition;
mod cycle;
mod explain;
mod parse;
mod place;
mod rule;
mod sentence;
#[cfg(test)]
mod tests;

pub use built_in::{built_in, built_in_files, document};
pub use condition::{Condition, ConditionCheck, Education, SlotCount, TeacherTitle};
pub use cycle::{AssessmentScope, Covered, Cycle, FinalAssessment};
pub use explain::{Article, Chapter, Explained, explain};
pub use parse::PolicyError;
pub use rule::{Comparison, Filter, Measure, Origin, Part, Rate, Scope, Taking};

use super::attendance::AttendanceParameters;
use super::words::words;
use super::{ActivityKind, Day, Level, MemberRole, StudioKind, Tier};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One version of one programme's rules. Never edited once it is in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The programme, such as `zhejiang-2019`.
    pub key: String,
    pub version: u32,
    pub title: String,
    pub issuer: String,
    /// The file in `policies/sources/` that all quotes are taken from.
    pub document: String,
    /// The first day that is assessed by this version, and the last one; none while it goes on.
    pub effective_from: Day,
    #[serde(default)]
    pub effective_to: Option<Day>,
    /// Whose studios it is for; empty: any.
    #[serde(default)]
    pub tiers: Vec<Tier>,
    #[serde(default)]
    pub kinds: Vec<StudioKind>,
    pub cycle: Cycle,
    /// What one assessment covers.
    pub year: YearKind,
    /// How long a 课时 is.
    pub class_hour_minutes: u32,
    /// How far 左右 reaches, in percent of the number, and at least one.
    pub about_percent: u32,
    pub attendance: AttendanceParameters,
    /// What the document leaves open and this file decides for all its rules.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Who is meant by a word of the programme, by key.
    pub populations: BTreeMap<String, Population>,
    /// What Evidence is handed in for, by key: 结题证书 …
    #[serde(default)]
    pub slots: BTreeMap<String, String>,
    /// Parts of the scorecard, in the order in which they are read.
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
    #[serde(rename = "criterion", default)]
    pub criteria: Vec<Criterion>,
    #[serde(rename = "choice", default)]
    pub choices: Vec<Choice>,
    /// From the best to the worst; the first whose conditions hold is the result.
    #[serde(rename = "grade", default)]
    pub grades: Vec<Grade>,
    #[serde(rename = "veto", default)]
    pub vetoes: Vec<Veto>,
    #[serde(default)]
    pub ranking: Option<Ranking>,
    #[serde(default)]
    pub credits: Option<Credits>,
    #[serde(rename = "money", default)]
    pub money: Vec<Money>,
    #[serde(rename = "deadline", default)]
    pub deadlines: Vec<Deadline>,
    /// What an applicant must show.
    #[serde(rename = "condition", default)]
    pub conditions: Vec<Condition>,
    /// 公示 of applicants before they are recommended or named.
    #[serde(rename = "publicity", default)]
    pub publicity: Vec<PublicityRule>,
    /// What a whole Region must have.
    #[serde(rename = "capacity", default)]
    pub capacities: Vec<Capacity>,
    /// What the programme says and the server does by a feature of its own.
    #[serde(rename = "statement", default)]
    pub statements: Vec<Statement>,
}

/// Where a rule stands in the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Id of the threshold, such as `S1-12`; `S1-12.2` where one more entry rests on a part of its sentence.
    pub id: String,
    pub quote: String,
    /// The part of the document, as its headings count: 三(1)3.
    pub part: String,
    /// The line of the document.
    pub line: u32,
}

words! {
    /// Which twelve months one assessment covers.
    pub enum YearKind {
        /// 1 January to 31 December.
        Calendar = "calendar" / "年度",
        /// 1 September to 31 August.
        School = "school" / "学年",
    }
}

impl YearKind {
    /// 2026 年度, 2026—2027 学年
    #[must_use]
    pub fn named(self, year: i32) -> String {
        match self {
            Self::Calendar => format!("{year} 年度"),
            Self::School => format!("{year}—{} 学年", year + 1),
        }
    }
}

words! {
    /// What a number is counted over. Shorter ones must hold each time; the ones that end within the assessed year count.
    pub enum PeriodKind {
        Month = "month" / "每月",
        /// 1 September to 31 January, 1 February to 31 August.
        Semester = "semester" / "每学期",
        SchoolYear = "school_year" / "每学年",
        Year = "year" / "每年",
        Cycle = "cycle" / "周期内",
        /// As it stands on the day.
        Now = "now" / "现有",
    }
}

words! {
    /// How a rule is known to be kept.
    pub enum Class {
        Measured = "A" / "自动统计",
        Onsite = "H" / "现场签到",
        Confirmed = "M" / "统计后确认",
        Evidence = "E" / "佐证材料",
        Roster = "C" / "名单",
        Programme = "R" / "项目规定",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// What the programme calls them: 学科（专业）带头人.
    pub title: String,
    pub roles: Vec<MemberRole>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub id: String,
    pub title: String,
    /// 办法第三部分第 3 条
    #[serde(default)]
    pub part: String,
}

/// One rule that a scorecard tells of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Unique in the Policy; the threshold's id where there is one.
    pub id: String,
    pub section: String,
    pub title: String,
    pub class: Class,
    pub sources: Vec<Source>,
    pub scope: Scope,
    pub period: PeriodKind,
    #[serde(default)]
    pub logic: Logic,
    /// What is counted; usually one.
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
    /// Its share of the points that studios are ranked by.
    #[serde(default = "one")]
    pub weight: u32,
    /// Must hold for a passing grade. Those of a Choice are not required by themselves.
    #[serde(default = "yes")]
    pub required: bool,
    /// What the document leaves open and this file decides.
    #[serde(default)]
    pub note: Option<String>,
}

words! {
    pub enum Logic {
        All = "all" / "都要",
        Any = "any" / "任一",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro makes the enum")]
impl Default for Logic {
    fn default() -> Self {
        Self::All
    }
}

/// So many of these criteria, which the Studio chooses and the Region confirms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub id: String,
    pub section: String,
    pub title: String,
    pub sources: Vec<Source>,
    pub choose: u32,
    pub of: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    pub id: String,
    /// 优秀
    pub title: String,
    pub when: GradeWhen,
    /// A person says so besides: the document does not tell what makes it.
    #[serde(default)]
    pub reviewed: bool,
    /// The Studio has passed.
    pub passes: bool,
    #[serde(default)]
    pub sources: Vec<Source>,
    #[serde(default)]
    pub note: Option<String>,
}

words! {
    pub enum GradeWhen {
        /// Every required Criterion and every Choice holds, and there is no veto.
        AllRequired = "all_required" / "必达指标全部达标",
        Otherwise = "otherwise" / "其余",
    }
}

/// What alone makes a Studio fail, once an office has found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Veto {
    pub id: String,
    pub title: String,
    pub quote: String,
    pub line: u32,
    /// What follows from it besides the worst grade.
    #[serde(default)]
    pub consequence: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// The last rank that is chosen.
    pub cut_off: u32,
    pub tier: Tier,
    pub sources: Vec<Source>,
}

/// 学分, on passing the year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credits {
    pub amount: u32,
    pub population: String,
    /// Only for Studios of this tier.
    #[serde(default)]
    pub tier: Option<Tier>,
    pub sources: Vec<Source>,
}

/// An amount of money, and what it hangs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    pub title: String,
    /// None where the document names no amount.
    #[serde(default)]
    pub yuan: Option<u32>,
    /// For whom: 每个工作室.
    pub to: String,
    pub when: MoneyWhen,
    pub sources: Vec<Source>,
}

words! {
    pub enum MoneyWhen {
        Always = "always" / "固定拨付",
        Passed = "passed" / "考核合格",
        Ranked = "ranked" / "进入名次",
        Founded = "founded" / "成立时一次",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    pub id: String,
    pub title: String,
    pub month: u32,
    /// None: some time in the month.
    #[serde(default)]
    pub day: Option<u32>,
    /// It comes again each year.
    #[serde(default = "yes")]
    pub yearly: bool,
    pub sources: Vec<Source>,
}

words! {
    /// Who makes the names of applicants public.
    pub enum PublicityBy {
        /// The School does so in its own house before it recommends, and the office records when.
        School = "school" / "校内公示",
        /// The office that decides, on a page for everybody, before it names.
        Office = "office" / "审定后公示",
    }
}

/// So many days everybody may read who applies for these roles, and object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicityRule {
    pub by: PublicityBy,
    pub roles: Vec<MemberRole>,
    /// Both ends count.
    pub days: u32,
    pub sources: Vec<Source>,
    /// What the document leaves open and this file decides.
    #[serde(default)]
    pub note: Option<String>,
}

/// How many of something a Region has or means to have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    pub id: String,
    pub title: String,
    pub count: CapacityOf,
    pub is: Comparison,
    pub unit: String,
    pub sources: Vec<Source>,
    #[serde(default)]
    pub note: Option<String>,
}

words! {
    pub enum CapacityOf {
        Studios = "studios" / "工作室",
        /// Studios whose subject is 校园长.
        PrincipalStudios = "principal_studios" / "名校（园）长工作室",
        HeadTeacherStudios = "head_teacher_studios" / "名班主任工作室",
        TeacherStudios = "teacher_studios" / "名教师工作室",
        Stations = "stations" / "名师工作站",
        Core = "core" / "学科带头人",
        Trainees = "trainees" / "骨干学员",
        /// Different people who attended.
        People = "people" / "参加研修的教师",
    }
}

/// A rule of the programme that no number of a Studio answers, and the feature that keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub title: String,
    pub kept_by: Feature,
    pub sources: Vec<Source>,
}

words! {
    /// What of the server keeps a rule.
    pub enum Feature {
        Assessment = "assessment" / "年度与终结性考核",
        Notice = "notice" / "电子通知",
        ResourceRanking = "resource_ranking" / "成果评选",
        ContentGate = "content_gate" / "内容审核与操作记录",
        Security = "security" / "安全与权限",
        ProgrammeSpan = "programme_span" / "项目期限",
    }
}

impl Policy {
    /// Does anything that it counts rest on whether an Activity of this kind has this level?
    #[must_use]
    pub fn asks_level(&self, kind: ActivityKind, level: Level) -> bool {
        let mut parts = self.criteria.iter().flat_map(|criterion| &criterion.parts);
        parts.any(|part| part.measure.filter().is_some_and(|filter| filter.asks_level(kind, level)))
    }

    /// How many days applicants for this role are made public by the School or the office; none where the programme doesn't ask it.
    #[must_use]
    pub fn publicity_days(&self, by: PublicityBy, role: MemberRole) -> Option<u32> {
        self.publicity.iter().find(|one| one.by == by && one.roles.contains(&role)).map(|one| one.days)
    }

    /// 学分 that people of a Studio of this tier get when it passes.
    #[must_use]
    pub fn credits_of(&self, tier: Tier) -> Option<&Credits> {
        self.credits.as_ref().filter(|one| one.tier.is_none_or(|only| only == tier))
    }

    /// What Evidence of the slot is counted in, wherever it counts.
    pub fn units_of_slot<'a>(&'a self, slot: &'a str) -> impl Iterator<Item = &'a str> {
        let parts = self.criteria.iter().flat_map(|criterion| &criterion.parts);
        let counting =
            parts.filter(move |part| matches!(&part.measure, Measure::Evidence { slot: counted } if counted == slot));
        counting.map(|part| part.unit.as_str())
    }

    /// Criteria that a Choice names are asked for only through it.
    #[must_use]
    pub fn is_chosen_from(&self, criterion: &str) -> bool {
        self.choices.iter().any(|choice| choice.of.iter().any(|one| one == criterion))
    }
}

const fn one() -> u32 {
    1
}

const fn yes() -> bool {
    true
}
