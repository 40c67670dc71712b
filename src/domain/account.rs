//! Account: one real-name person who can sign in.

use super::invalid::{Checks, Invalid};
use super::words::words;
use super::{AccountId, RegionId, SchoolId, Time};
use serde::{Deserialize, Serialize};

words! {
    /// What an Account may do outside its studios.
    pub enum AccountRole {
        /// Runs the whole installation.
        Admin = "admin" / "平台管理员",
        /// Works at the station of a Region and sees exactly that tree.
        Office = "office" / "工作站管理员",
        Teacher = "teacher" / "教师",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub login_name: String,
    /// The person's real name.
    pub name: String,
    pub role: AccountRole,
    /// The Region that an Office account supervises; none for the others.
    pub scope: Option<RegionId>,
    pub school: Option<SchoolId>,
    /// Professional title, such as 一级教师.
    pub title: String,
    pub subject: String,
    pub disabled: bool,
    pub created_at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    pub login_name: String,
    pub name: String,
    pub role: AccountRole,
    pub scope: Option<RegionId>,
    pub school: Option<SchoolId>,
    pub title: String,
    pub subject: String,
    /// PHC string from `password::hash`.
    pub password_hash: String,
}

impl Account {
    /// Holds when what can be changed of an Account still fits together.
    pub fn check(&self) -> Result<(), Invalid> {
        check(&mut Checks::new(), &self.name, (&self.title, &self.subject), self.role, (self.scope, self.school))
    }
}

impl NewAccount {
    pub fn check(&self) -> Result<(), Invalid> {
        let mut checks = Checks::new();
        checks.that(
            login_name_fits(&self.login_name),
            "login_name",
            "登录名用 3–32 位小写字母、数字、点、横线或下划线。",
        );
        check(&mut checks, &self.name, (&self.title, &self.subject), self.role, (self.scope, self.school))
    }
}

fn check(
    checks: &mut Checks,
    name: &str,
    (title, subject): (&str, &str),
    role: AccountRole,
    (scope, school): (Option<RegionId>, Option<SchoolId>),
) -> Result<(), Invalid> {
    checks
        .text(name, "name", "姓名", 30)
        .optional_text(title, "title", "职称", 30)
        .optional_text(subject, "subject", "学科", 30)
        .that((role == AccountRole::Office) == scope.is_some(), "scope", "只有工作站管理员需要选择管辖区域。")
        .that(role != AccountRole::Teacher || school.is_some(), "school", "请选择教师所在的学校。")
        .done()
}

fn login_name_fits(name: &str) -> bool {
    (3..=32).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'))
}

/// A name as short lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    pub id: AccountId,
    pub name: String,
}
