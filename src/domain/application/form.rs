//! What an applicant fills in: the fields of the programmes' 申报表.

use super::super::words::words;
use super::super::{AttachmentId, Checks, Day, Invalid, MemberRole, read_phone};
use serde::{Deserialize, Serialize};

/// Youngest and oldest that can be meant: others are slips of the hand.
const AGES: std::ops::RangeInclusive<i32> = 18..=80;
const MOST_ITEMS: usize = 40;
const LONGEST_TEXT: usize = 2000;

words! {
    pub enum Sex {
        Female = "female" / "女",
        Male = "male" / "男",
    }
}

words! {
    /// 学段
    pub enum SchoolStage {
        Preschool = "preschool" / "学前",
        Primary = "primary" / "小学",
        Junior = "junior" / "初中",
        Senior = "senior" / "高中",
        Vocational = "vocational" / "中职",
        Special = "special" / "特殊教育",
    }
}

impl SchoolStage {
    /// A Studio's subject often begins with its stage: 小学语文 is 语文 at a 小学.
    #[must_use]
    pub fn split(subject: &str) -> (Option<Self>, &str) {
        let subject = subject.trim();
        let found = Self::ALL.iter().find_map(|&stage| Some((stage, subject.strip_prefix(stage.word())?.trim())));
        match found {
            Some((stage, rest)) if !rest.is_empty() => (Some(stage), rest),
            _ => (None, subject),
        }
    }
}

/// Name and School are those of the Account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplicationForm {
    pub sex: Option<Sex>,
    pub born: Option<Day>,
    pub phone: String,
    /// 学历
    pub education: String,
    pub stage: Option<SchoolStage>,
    pub subject: String,
    /// 职称
    pub title: String,
    /// 职务
    pub post: String,
    /// 教龄, whole years in front of classes.
    pub teaching_years: Option<u32>,
    pub honours: String,
    /// 主要业绩
    pub summary: String,
    /// 研修计划, of a host 工作室建设设想.
    pub plan: String,
    /// Of a new Studio.
    pub studio_name: String,
    /// Proofs for the conditions that only a paper shows.
    pub items: Vec<ApplicationItem>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplicationItem {
    /// What it is a proof for, as the Policy names it.
    pub slot: String,
    pub title: String,
    pub attachment: Option<AttachmentId>,
}

impl ApplicationForm {
    /// What can be kept as a draft: nothing need be there, and nothing is too long.
    pub fn check_draft(&self) -> Result<(), Invalid> {
        self.fits(&mut Checks::new()).done()
    }

    /// What can be sent.
    pub fn check(&self, role: MemberRole, today: Day) -> Result<(), Invalid> {
        let mut checks = Checks::new();
        let aged = self.born.is_some_and(|born| AGES.contains(&years_between(born, today)));
        let phone = read_phone(&self.phone);
        checks
            .that(self.sex.is_some(), "sex", "请选择性别。")
            .that(self.born.is_some(), "born", "请填写出生日期。")
            .that(self.born.is_none() || aged, "born", "出生日期好像不对，请核对。")
            .that(!self.phone.trim().is_empty(), "phone", "请填写手机号。")
            .that(phone.is_ok(), "phone", phone.err().unwrap_or_default())
            .text(&self.education, "education", "学历", 30)
            .that(self.stage.is_some(), "stage", "请选择学段。")
            .text(&self.subject, "subject", "任教学科", 30)
            .text(&self.title, "title", "职称", 30)
            .that(self.teaching_years.is_some(), "teaching_years", "请填写教龄。")
            .that(self.teaching_years.is_none_or(|years| years <= 60), "teaching_years", "教龄好像不对，请核对。")
            .that(!self.summary.trim().is_empty(), "summary", "请填写主要业绩。")
            .that(!self.plan.trim().is_empty(), "plan", "请填写计划。");
        if role == MemberRole::Host {
            checks.text(&self.studio_name, "studio_name", "工作室名称", 60);
        }
        let proven = self.items.iter().all(|item| item.attachment.is_some() && !item.title.trim().is_empty());
        checks.that(proven, "items", "每一项证明材料都要写名称、传附件；不用的请删去。");
        self.fits(&mut checks).done()
    }

    fn fits<'c>(&self, checks: &'c mut Checks) -> &'c mut Checks {
        let items = self.items.iter().all(|item| item.title.chars().count() <= 100 && item.slot.len() <= 60);
        checks
            .optional_text(&self.phone, "phone", "手机号", 20)
            .optional_text(&self.education, "education", "学历", 30)
            .optional_text(&self.subject, "subject", "任教学科", 30)
            .optional_text(&self.title, "title", "职称", 30)
            .optional_text(&self.post, "post", "职务", 30)
            .optional_text(&self.honours, "honours", "荣誉", LONGEST_TEXT)
            .optional_text(&self.summary, "summary", "主要业绩", LONGEST_TEXT)
            .optional_text(&self.plan, "plan", "计划", LONGEST_TEXT)
            .optional_text(&self.studio_name, "studio_name", "工作室名称", 60)
            .that(items, "items", "材料名称最多 100 字。")
            .that(self.items.len() <= MOST_ITEMS, "items", format!("证明材料最多 {MOST_ITEMS} 项。"))
    }
}

/// Whole years from one day to another, as birthdays count them.
pub(super) fn years_between(from: Day, to: Day) -> i32 {
    let of_month = |day: Day| day.number() - Day::first_of(day.month()).number();
    let months = to.month() - from.month() - i32::from(of_month(to) < of_month(from));
    months.div_euclid(12)
}
