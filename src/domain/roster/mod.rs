//! Roster sheet: a Studio's members as a table that people fill in, checked row by row before anything is written.
//!
//! A row is good, or it has to be changed, or a person has to answer a question about it. What is written for good rows is
//! told as plans; the same sheet again has none.

mod cells;
mod nearest;
mod person;
mod read;

pub use cells::{read_day, role};
pub use read::read_roster;

use super::case::Decider;
use super::sheet::SheetCell;
use super::{AccountId, Day, MemberMark, MemberMarks, MemberRole, Membership, MembershipId, SchoolId};
use std::collections::HashMap;

/// The columns of the sheet, by their headers.
pub const NAME: &str = "姓名";
pub const PHONE: &str = "手机号";
pub const SCHOOL: &str = "学校";
pub const RURAL: &str = "城/乡";
pub const ROLE: &str = "身份";
pub const FROM: &str = "加入日期";
pub const TITLE: &str = "职称";
pub const SUBJECT: &str = "学科";
pub const NOTE: &str = "备注";
pub const NEW_TEACHER: &str = "新入职教师";
pub const BACKBONE: &str = "骨干教师";

/// New accounts that one sheet may bring: each first password takes a core for tens of milliseconds.
pub const MOST_NEW: usize = 200;

/// A row below the header.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RosterRow {
    /// As the sheet counts: the first row is 1.
    pub row: u32,
    pub name: SheetCell,
    pub phone: SheetCell,
    pub school: SheetCell,
    pub rural: SheetCell,
    pub role: SheetCell,
    pub from: SheetCell,
    pub title: SheetCell,
    pub subject: SheetCell,
    pub new_teacher: SheetCell,
    pub backbone: SheetCell,
}

/// Somebody with an Account whom a row may mean: of that name, or with that phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterPerson {
    pub account: AccountId,
    pub name: String,
    pub phone: Option<String>,
    pub school: Option<SchoolId>,
    pub title: String,
    pub subject: String,
    pub disabled: bool,
    /// Whoever sends the sheet may change this Account.
    pub may_change: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterSchool {
    pub id: SchoolId,
    pub name: String,
    /// Of its Region.
    pub region: String,
    pub rural: bool,
    /// In the tree of the Studio's Region: of several with one name this one is meant.
    pub near: bool,
    /// Whoever sends the sheet may add Accounts to it.
    pub may_fill: bool,
}

/// What a person answered about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterChoice {
    /// This text stands in that column.
    Use { column: String, text: String },
    /// It is this person.
    Same(AccountId),
    /// It is none of those who are known.
    Other,
    /// The person works at the school of the sheet now.
    Moved,
    /// The person is still where the Account says.
    NotMoved,
}

/// What a sheet is read against.
#[derive(Debug, Clone, Copy)]
pub struct RosterRules<'a> {
    pub today: Day,
    pub people: &'a [RosterPerson],
    pub schools: &'a [RosterSchool],
    /// All Memberships of the Studio, past ones too.
    pub members: &'a [Membership],
    /// What their people are marked as.
    pub marks: &'a HashMap<MembershipId, MemberMarks>,
    /// The marks that the Policy keeps places for; columns of others say nothing.
    pub asks: &'a [MemberMark],
    /// As whom the sheet is sent.
    pub keeper: Decider,
    /// By row.
    pub choices: &'a [(u32, RosterChoice)],
}

/// Who a good row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Known(AccountId, AccountFill),
    New(NewPerson),
}

/// What the sheet knows better about an Account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFill {
    pub phone: Option<String>,
    pub school: Option<SchoolId>,
    pub title: Option<String>,
    pub subject: Option<String>,
}

/// Somebody who gets an Account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    pub name: String,
    pub phone: String,
    pub school: SchoolId,
    pub title: String,
    pub subject: String,
}

/// What becomes of the Membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Keep,
    /// The same Membership, with other marks.
    Mark {
        of: MembershipId,
    },
    Begin,
    /// Another role: the one that goes on ends the day before.
    Change {
        ends: MembershipId,
    },
}

/// What is written for a good row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterPlan {
    pub row: u32,
    pub who: Who,
    pub role: MemberRole,
    pub from: Day,
    pub step: Step,
    pub marks: MemberMarks,
}

impl RosterPlan {
    /// Nothing is to be written: the roster says the same already.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.step == Step::Keep && matches!(&self.who, Who::Known(_, fill) if *fill == AccountFill::default())
    }

    /// Somebody who is on the roster already.
    #[must_use]
    pub fn updates(&self) -> bool {
        !self.is_idle() && self.step != Step::Begin
    }
}

/// What a person has to do about a row that is not good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLook {
    pub row: u32,
    /// The headers of the cells in question.
    pub columns: Vec<&'static str>,
    pub sentence: String,
    pub remedy: Remedy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// The file has to be mended.
    Mend,
    /// This text in the column would do.
    Use(String),
    /// Is it one of these, by Account and school?
    Whom(Vec<(AccountId, Option<String>)>),
    /// Has the person moved to the school of the sheet?
    Moved,
}

impl Remedy {
    /// A question, not an error.
    #[must_use]
    pub fn asks(&self) -> bool {
        matches!(self, Self::Whom(_) | Self::Moved)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RosterRead {
    pub plans: Vec<RosterPlan>,
    pub looks: Vec<RosterLook>,
}

impl RosterRead {
    /// These rows are not good: the Policy has no place left for them.
    pub fn refuse(&mut self, over: Vec<(u32, String)>) {
        self.plans.retain(|plan| over.iter().all(|(row, _)| *row != plan.row));
        let look = |(row, sentence)| RosterLook { row, columns: vec![ROLE], sentence, remedy: Remedy::Mend };
        self.looks.extend(over.into_iter().map(look));
        self.looks.sort_by_key(|look| look.row);
    }
}

#[cfg(test)]
mod tests;
