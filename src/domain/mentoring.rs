//! Mentoring: who guides whom, and which schools a Studio helps, from a day to a day.

use super::invalid::{Checks, Invalid};
use super::{AccountId, Day, SchoolId, StudioId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMentor {
    pub studio: StudioId,
    pub mentor: AccountId,
    pub mentee_account: Option<AccountId>,
    /// The name, for somebody without an account.
    pub mentee: String,
    pub from: Day,
    pub to: Option<Day>,
}

impl NewMentor {
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::new();
        if self.mentee_account.is_none() {
            checks.text(&self.mentee, "mentee", "被指导人的姓名", 30);
        }
        checks
            .that(self.mentee_account != Some(self.mentor), "mentee_account", "不能指导自己。")
            .that(self.to.is_none_or(|to| self.from <= to), "to", "结束日期不能早于开始日期。")
            .done()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHelpedSchool {
    pub studio: StudioId,
    pub school: SchoolId,
    pub from: Day,
    pub to: Option<Day>,
}

impl NewHelpedSchool {
    pub fn check(&self) -> Result<(), Invalid> {
        Checks::new().that(self.to.is_none_or(|to| self.from <= to), "to", "结束日期不能早于开始日期。").done()
    }
}
