//! Studio: a 名师工作室, a network studio or an alliance, at one of three tiers.

use super::invalid::{Checks, Invalid};
use super::words::words;
use super::{Day, PersonName, RegionId, StudioId, Time};
use serde::{Deserialize, Serialize};

words! {
    pub enum Tier {
        Province = "province" / "省级",
        City = "city" / "市级",
        County = "county" / "县级",
    }
}

words! {
    pub enum StudioKind {
        Studio = "studio" / "名师工作室",
        Network = "network" / "名师网络工作室",
        Alliance = "alliance" / "联盟",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Studio {
    pub id: StudioId,
    pub name: String,
    pub tier: Tier,
    pub kind: StudioKind,
    pub subject: String,
    pub region: RegionId,
    /// The day on which the assessed cycle began.
    pub cycle_start: Day,
    /// Key of the Policy the studio is assessed under, such as `zhejiang-2019`.
    pub policy: Option<String>,
    pub introduction: String,
    pub created_at: Time,
    /// On which it works, where it is closed.
    #[serde(default)]
    pub last_day: Option<Day>,
}

/// A promotion or a demotion, from the day on which it was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierMove {
    pub from: Tier,
    pub to: Tier,
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
}

impl TierMove {
    pub fn check(from: Tier, to: Tier, reason: &str) -> Result<(), Invalid> {
        Checks::new()
            .that(from != to, "tier", format!("工作室现在就是{}，请选择别的层级。", from.word()))
            .text(reason, "reason", "理由", 300)
            .done()
    }
}

/// Under which Policy a Studio came, and since when its cycle goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammeChange {
    pub from: (Option<String>, Day),
    pub to: (String, Day),
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
}

impl ProgrammeChange {
    pub fn check(studio: &Studio, (policy, cycle_start): (&str, Day), reason: &str, today: Day) -> Result<(), Invalid> {
        let same = studio.policy.as_deref() == Some(policy) && studio.cycle_start == cycle_start;
        Checks::new()
            .that(!policy.is_empty(), "policy", "请选择考核办法。")
            .that(!same, "policy", "工作室现在就是这个办法和这个周期。")
            .that(
                (2000..=today.year() + 1).contains(&cycle_start.year()),
                "cycle_start",
                "周期从 2000 年到明年之间开始。",
            )
            .text(reason, "reason", "理由", 300)
            .done()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewStudio {
    pub name: String,
    pub tier: Tier,
    pub kind: StudioKind,
    pub subject: String,
    pub region: RegionId,
    pub cycle_start: Day,
    #[serde(default)]
    pub policy: Option<String>,
    #[serde(default)]
    pub introduction: String,
}

impl NewStudio {
    pub fn check(&self) -> Result<(), Invalid> {
        let policy = self.policy.as_deref().unwrap_or_default();
        let key = policy.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        Checks::new()
            .text(&self.name, "name", "工作室名称", 60)
            .text(&self.subject, "subject", "学科", 30)
            .optional_text(&self.introduction, "introduction", "简介", 2000)
            .that(key && policy.len() <= 40, "policy", "考核办法代号只用小写字母、数字和横线。")
            .done()
    }
}
