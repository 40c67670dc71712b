//! Reports that were given out: what they said, and which lines of the ledger they go back to. Insert-only.

use super::row::{Columns as _, sql};
use super::{Noun, Store, StoreError, random};
use crate::domain::attendance::AttendanceParameters;
use crate::domain::{AccountId, Coded, IssueId, SessionId, StudioId, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Session(SessionId),
    Year(StudioId, i32),
    Person(AccountId, i32),
}

/// The end of a chain at the time: its Session, its sequence, its hash in hex.
pub type KeptHead = (SessionId, i64, String);

#[derive(Debug, Clone, PartialEq)]
pub struct NewIssue {
    pub subject: Subject,
    pub title: String,
    pub parameters: AttendanceParameters,
    /// As printed: what it is called, and its value.
    pub figures: Vec<(String, String)>,
    pub heads: Vec<KeptHead>,
    pub digest: String,
    pub made_at: Time,
    pub made_by: AccountId,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    pub id: IssueId,
    pub content: NewIssue,
    pub maker: String,
    /// Of the Session, of the Studio; none for one person's.
    pub studio: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Session,
    Year,
    Person,
}

impl Kind {
    const fn code(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Year => "year",
            Self::Person => "person",
        }
    }
}

impl Coded for Kind {
    fn from_code(code: &str) -> Option<Self> {
        [Self::Session, Self::Year, Self::Person].into_iter().find(|kind| kind.code() == code)
    }
}

impl Subject {
    fn kind(self) -> Kind {
        match self {
            Self::Session(_) => Kind::Session,
            Self::Year(..) => Kind::Year,
            Self::Person(..) => Kind::Person,
        }
    }

    fn session(self) -> Option<SessionId> {
        if let Self::Session(id) = self { Some(id) } else { None }
    }

    fn studio(self) -> Option<StudioId> {
        if let Self::Year(id, _) = self { Some(id) } else { None }
    }

    fn account(self) -> Option<AccountId> {
        if let Self::Person(id, _) = self { Some(id) } else { None }
    }

    fn year(self) -> Option<i32> {
        match self {
            Self::Session(_) => None,
            Self::Year(_, year) | Self::Person(_, year) => Some(year),
        }
    }
}

/// Writes it down before anybody gets it.
pub async fn record(store: &Store, new: NewIssue) -> Result<IssueId, StoreError> {
    let id: IssueId = random::id()?;
    let (parameters, figures, heads) = (written(&new.parameters), written(&new.figures), written(&new.heads));
    store
        .write(move |connection| {
            Box::pin(async move {
                let subject = new.subject;
                sqlx::query(
                    "insert into report_issue (id, kind, session, studio, account, year, title, parameters, figures,
                         heads, digest, made_at, made_by)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                )
                .bind(id.as_str())
                .bind(subject.kind().code())
                .bind(subject.session().map(|id| id.to_string()))
                .bind(subject.studio().map(|id| id.to_string()))
                .bind(subject.account().map(|id| id.to_string()))
                .bind(subject.year().map(i64::from))
                .bind(new.title)
                .bind(parameters)
                .bind(figures)
                .bind(heads)
                .bind(new.digest)
                .bind(new.made_at.micros())
                .bind(new.made_by.as_str())
                .execute(connection)
                .await?;
                Ok(id)
            })
        })
        .await
}

pub async fn get(store: &Store, id: IssueId) -> Result<Issue, StoreError> {
    let row = sqlx::query(sql!(
        "select i.*, a.name as maker, coalesce(st.name, sa.name) as studio_name
         from report_issue i join account a on a.id = i.made_by
         left join studio st on st.id = i.studio
         left join session s on s.id = i.session
         left join activity ac on ac.id = s.activity
         left join studio sa on sa.id = ac.studio
         where i.id = $1"
    ))
    .bind(id.as_str())
    .fetch_optional(&mut *store.read().await?)
    .await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Issue))?)
}

fn read(row: &AnyRow) -> Result<Issue, StoreError> {
    let year = || {
        let year = row.optional_number("year")?.and_then(|year| i32::try_from(year).ok());
        year.ok_or(StoreError::Unreadable { column: "year" })
    };
    let subject = match row.coded::<Kind>("kind")? {
        Kind::Session => Subject::Session(row.id("session")?),
        Kind::Year => Subject::Year(row.id("studio")?, year()?),
        Kind::Person => Subject::Person(row.id("account")?, year()?),
    };
    Ok(Issue {
        id: row.id("id")?,
        content: NewIssue {
            subject,
            title: row.text("title")?,
            parameters: json(row, "parameters")?,
            figures: json(row, "figures")?,
            heads: json(row, "heads")?,
            digest: row.text("digest")?,
            made_at: row.time("made_at")?,
            made_by: row.id("made_by")?,
        },
        maker: row.text("maker")?,
        studio: row.optional_text("studio_name")?,
    })
}

fn written(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data")
}

fn json<T: DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text).map_err(|_| StoreError::Unreadable { column })
}
