//! Roster sheets.

use super::Named;
use crate::domain::{AccountId, Day};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RosterSearch {
    /// The roster of that day; today's where none is given.
    #[param(value_type = Option<String>)]
    pub day: Option<Day>,
}

/// What a person answered about a row; the form's `choices` is a JSON list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
pub struct RosterChoiceForm {
    /// As the sheet counts: the first row is 1.
    pub row: u32,
    #[serde(flatten)]
    pub choice: RosterChoiceKind,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "choice", rename_all = "snake_case")]
pub enum RosterChoiceKind {
    /// This text stands in the column of that header.
    Use { column: String, text: String },
    /// It is this person.
    Same { person: AccountId },
    /// It is none of those who are known.
    Other,
    /// The person works at the school of the sheet now.
    Moved,
    /// The person is still where the account says.
    NotMoved,
}

/// A row that is not written as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RosterLookView {
    pub row: u32,
    pub name: String,
    /// Of a complete number only the ends.
    pub phone: String,
    pub school: String,
    pub role: String,
    pub from: String,
    /// The headers of the cells in question.
    pub columns: Vec<String>,
    /// A question, not an error.
    pub asks: bool,
    pub sentence: String,
    /// A text that would do in the column.
    pub proposal: Option<String>,
    /// People who may be meant: id and school.
    pub people: Vec<Named>,
    /// Asks whether the person works at the school of the sheet now.
    pub moved: bool,
}

/// An account that was made, with the password that is told only here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct NewAccountView {
    pub row: u32,
    pub name: String,
    pub school: String,
    pub login_name: String,
    pub password: String,
}

/// A file that comes with an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct FileInAnswer {
    pub name: String,
    /// xlsx, in base64.
    pub content: String,
}

/// What a roster sheet says, row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
pub struct RosterAnswer {
    /// The name of the sheet that was read.
    pub sheet: String,
    /// How many rows there are below the header.
    pub rows: u32,
    /// How many are good.
    pub good: u32,
    /// Of these: people who are on the roster and of whom something changes.
    pub updates: u32,
    /// Of these: nothing changes.
    pub idle: u32,
    /// Of these: people who get an account.
    pub new_accounts: u32,
    pub looks: Vec<RosterLookView>,
    /// Of these: people whom the Policy has no place for. While there are any, nothing is written.
    pub over_quota: u32,
    /// Rows that changed something; 0 when it was only checked.
    pub written: u32,
    /// Whoever sent the sheet may add accounts and change them, in some of the schools.
    pub may_change_accounts: bool,
    /// Once, when they are made.
    pub accounts: Vec<NewAccountView>,
    /// When it was only checked, the rows of `looks` with what to do; afterwards the new accounts with their passwords.
    pub file: Option<FileInAnswer>,
}
