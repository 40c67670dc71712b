//! Account: one real-name person who can sign in.

use super::invalid::{Checks, Invalid};
use super::words::words;
use super::{AccountId, RegionId, SchoolId, Time};
use serde::{Deserialize, Serialize};

/// Of a mobile number.
const PHONE_DIGITS: usize = 11;

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
    /// A mobile number of eleven digits, by which people of one name are told apart.
    pub phone: Option<String>,
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
    pub phone: Option<String>,
    /// PHC string from `password::hash`.
    pub password_hash: String,
}

impl Account {
    /// Holds when what can be changed of an Account still fits together.
    pub fn check(&self) -> Result<(), Invalid> {
        check(
            Checks::new().phone(self.phone.as_deref()),
            &self.name,
            (&self.title, &self.subject),
            self.role,
            (self.scope, self.school),
        )
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
        check(
            checks.phone(self.phone.as_deref()),
            &self.name,
            (&self.title, &self.subject),
            self.role,
            (self.scope, self.school),
        )
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

impl Checks {
    /// A phone that there need not be.
    fn phone(&mut self, phone: Option<&str>) -> &mut Self {
        let wrong = phone.and_then(|phone| match read_phone(phone) {
            Ok(read) if read == phone => None,
            Ok(_) => Some("手机号只写 11 位数字，请修改。".to_owned()),
            Err(sentence) => Some(sentence),
        });
        self.that(wrong.is_none(), "phone", wrong.unwrap_or_default())
    }
}

fn login_name_fits(name: &str) -> bool {
    (3..=32).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'))
}

/// A mobile number of eleven digits, as it is kept, or what to do about it.
pub fn read_phone(written: &str) -> Result<String, String> {
    let plain: String = written.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{3000}')).collect();
    let plain = plain.strip_prefix("+86").unwrap_or(&plain);
    if !plain.bytes().all(|b| b.is_ascii_digit()) {
        return Err("手机号只写 11 位数字，请修改。".to_owned());
    }
    match plain.len() {
        PHONE_DIGITS if plain.starts_with('1') => Ok(plain.to_owned()),
        PHONE_DIGITS => Err("手机号应以 1 开头，请核对。".to_owned()),
        less @ 0..PHONE_DIGITS => Err(format!("手机号少 {} 位，应为 11 位。", PHONE_DIGITS - less)),
        more => Err(format!("手机号多 {} 位，应为 11 位。", more - PHONE_DIGITS)),
    }
}

/// A name as short lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    pub id: AccountId,
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_read_as_people_write_them() {
        for good in ["13873100226", "138 7310 0226", "+86 138-7310-0226"] {
            assert_eq!(read_phone(good).as_deref(), Ok("13873100226"), "{good}");
        }
        assert_eq!(read_phone("1387310"), Err("手机号少 4 位，应为 11 位。".into()));
        assert_eq!(read_phone("138731002261"), Err("手机号多 1 位，应为 11 位。".into()));
        assert_eq!(read_phone("23873100226"), Err("手机号应以 1 开头，请核对。".into()));
        assert_eq!(read_phone("1387310022X"), Err("手机号只写 11 位数字，请修改。".into()));
    }
}
