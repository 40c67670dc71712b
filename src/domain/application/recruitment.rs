//! Recruitment: who is sought, under which Policy, how many, until when.

use super::super::policy::Policy;
use super::super::{
    Checks, Day, Invalid, MemberRole, PersonName, RecruitmentId, RegionId, StudioId, StudioKind, Tier, Time,
};
use super::quota::bounds;

/// Studios that one applicant may name.
pub const MOST_CHOICES: u32 = 5;
const MOST_PLACES: u32 = 1000;
const LONGEST_CONTENT: usize = 3000;
const LONGEST_REASON: usize = 300;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecruitment {
    /// Key of the Policy.
    pub policy: String,
    pub role: MemberRole,
    /// Whose host opened it, or for which alone it is; none: any Studio of the Region and below, or for new ones.
    pub studio: Option<StudioId>,
    /// Of a Studio, the one that it lies in.
    pub region: RegionId,
    /// Of the Studios that hosts get.
    pub tier: Option<Tier>,
    pub kind: Option<StudioKind>,
    pub title: String,
    pub content: String,
    /// New Studios in all; otherwise for each Studio.
    pub places: u32,
    /// How many Studios an applicant may name.
    pub most_choices: u32,
    pub school_consents: bool,
    pub office_approves: bool,
    /// The first and the last day on which an Application may be sent.
    pub opens: Day,
    pub closes: Day,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recruitment {
    pub id: RecruitmentId,
    pub policy: String,
    pub role: MemberRole,
    pub studio: Option<StudioId>,
    pub region: RegionId,
    pub tier: Option<Tier>,
    pub kind: Option<StudioKind>,
    pub title: String,
    pub content: String,
    pub places: u32,
    pub most_choices: u32,
    pub school_consents: bool,
    pub office_approves: bool,
    pub opens: Day,
    /// As it was changed last.
    pub closes: Day,
    pub opened_by: PersonName,
    pub opened_at: Time,
    pub changes: Vec<RecruitmentChange>,
}

/// The closing day was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecruitmentChange {
    pub closes: Day,
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
}

impl NewRecruitment {
    pub fn check(&self, policy: &Policy, today: Day) -> Result<(), Invalid> {
        let host = self.role == MemberRole::Host;
        let whole = self.school_consents && self.office_approves;
        let choices = if self.studio.is_some() { 1..=1 } else { 1..=MOST_CHOICES };
        let most = bounds(policy, self.role).map(|(_, most)| most).filter(|_| !host);
        let tier = self.tier.is_none_or(|tier| policy.tiers.is_empty() || policy.tiers.contains(&tier));
        let kind = self.kind.is_none_or(|kind| policy.kinds.is_empty() || policy.kinds.contains(&kind));
        let mut checks = Checks::new();
        if let Some(most) = most {
            let sentence = format!("办法规定每个工作室的{}最多 {most} 人。", role_title(policy, self.role));
            checks.that(self.places <= most, "places", sentence);
        }
        checks
            .that(self.role != MemberRole::Adviser, "role", "导师由工作室聘请，不用招募。")
            .that(!host || self.studio.is_none(), "role", "招募主持人由工作站发起。")
            .that(host == self.tier.is_some(), "tier", "招募主持人时选择工作室的级别。")
            .that(host == self.kind.is_some(), "kind", "招募主持人时选择工作室的类型。")
            .that(tier, "tier", "这个办法不用于这一级工作室。")
            .that(kind, "kind", "这个办法不用于这类工作室。")
            .text(&self.title, "title", "名称", 60)
            .optional_text(&self.content, "content", "说明", LONGEST_CONTENT)
            .that((1..=MOST_PLACES).contains(&self.places), "places", format!("名额应在 1 到 {MOST_PLACES} 之间。"))
            .that(
                host || choices.contains(&self.most_choices),
                "most_choices",
                format!("志愿数应在 {} 到 {} 之间。", choices.start(), choices.end()),
            )
            .that(
                whole || !matches!(self.role, MemberRole::Host | MemberRole::Core),
                "school_consents",
                "主持人和核心成员要经过学校和工作站。",
            )
            .that(self.opens <= self.closes, "closes", "截止日期不能早于开始日期。")
            .that(today <= self.closes, "closes", "截止日期已经过了。")
            .that(self.closes <= today.plus(366), "closes", "截止日期最晚在一年以内。")
            .done()
    }
}

impl Recruitment {
    #[must_use]
    pub fn is_open(&self, day: Day) -> bool {
        self.opens <= day && day <= self.closes
    }

    /// May the closing day be moved there? To end at once it is moved to yesterday.
    pub fn check_change(&self, closes: Day, reason: &str, today: Day) -> Result<(), Invalid> {
        Checks::new()
            .that(today.plus(-1) <= closes, "closes", "截止日期不能早于昨天。")
            .that(closes <= today.plus(366), "closes", "截止日期最晚在一年以内。")
            .that(closes != self.closes, "closes", "截止日期没有变。")
            .that(!reason.trim().is_empty(), "reason", "请写明原因。")
            .optional_text(reason, "reason", "原因", LONGEST_REASON)
            .done()
    }
}

/// What the programme calls somebody of this role: 学科（专业）带头人.
#[must_use]
pub fn role_title(policy: &Policy, role: MemberRole) -> &str {
    let of_role = policy.populations.values().find(|one| one.roles == [role]);
    of_role.map_or(role.word(), |one| one.title.as_str())
}
