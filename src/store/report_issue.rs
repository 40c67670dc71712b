//! Reports that were given out: what they said, and which lines of the ledger they go back to. Insert-only.

use super::row::{Columns as _, sql};
use super::{Noun, Store, StoreError, random};
use crate::domain::attendance::AttendanceParameters;
use crate::domain::policy::{AssessmentScope, Covered};
use crate::domain::{AccountId, Coded, IssueId, NoticeId, SessionId, StudioId, Time, YearEndId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Session(SessionId),
    Year(StudioId, i32),
    Person(AccountId, i32),
    Scorecard(StudioId, Covered),
    Notice(NoticeId),
    Certificate(YearEndId, StudioId),
    Annual(YearEndId),
}

/// The end of a chain at the time: its Session, its sequence, its hash in hex.
pub type KeptHead = (SessionId, i64, String);

#[derive(Debug, Clone, PartialEq)]
pub struct NewIssue {
    pub subject: Subject,
    pub title: String,
    /// None where nothing was judged by them.
    pub parameters: Option<AttendanceParameters>,
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
    /// Of the Session, of the Studio, of the Activity; none for one person's.
    pub studio: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Session,
    Year,
    Person,
    Scorecard,
    Notice,
    Certificate,
    Annual,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Session, Self::Year, Self::Person, Self::Scorecard, Self::Notice, Self::Certificate, Self::Annual];

    const fn code(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Year => "year",
            Self::Person => "person",
            Self::Scorecard => "scorecard",
            Self::Notice => "notice",
            Self::Certificate => "certificate",
            Self::Annual => "annual",
        }
    }
}

impl Coded for Kind {
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Subject {
    fn kind(self) -> Kind {
        match self {
            Self::Session(_) => Kind::Session,
            Self::Year(..) => Kind::Year,
            Self::Person(..) => Kind::Person,
            Self::Scorecard(..) => Kind::Scorecard,
            Self::Notice(_) => Kind::Notice,
            Self::Certificate(..) => Kind::Certificate,
            Self::Annual(_) => Kind::Annual,
        }
    }

    fn session(self) -> Option<SessionId> {
        if let Self::Session(id) = self { Some(id) } else { None }
    }

    fn studio(self) -> Option<StudioId> {
        match self {
            Self::Year(id, _) | Self::Scorecard(id, _) | Self::Certificate(_, id) => Some(id),
            Self::Session(_) | Self::Person(..) | Self::Notice(_) | Self::Annual(_) => None,
        }
    }

    fn account(self) -> Option<AccountId> {
        if let Self::Person(id, _) = self { Some(id) } else { None }
    }

    fn notice(self) -> Option<NoticeId> {
        if let Self::Notice(id) = self { Some(id) } else { None }
    }

    fn year_end(self) -> Option<YearEndId> {
        if let Self::Certificate(id, _) | Self::Annual(id) = self { Some(id) } else { None }
    }

    fn year(self) -> Option<i32> {
        match self {
            Self::Year(_, year) | Self::Person(_, year) | Self::Scorecard(_, Covered { year, .. }) => Some(year),
            _ => None,
        }
    }

    fn scope(self) -> AssessmentScope {
        if let Self::Scorecard(_, covered) = self { covered.scope } else { AssessmentScope::Year }
    }
}

/// Writes it down before anybody gets it.
pub async fn record(store: &Store, new: NewIssue) -> Result<IssueId, StoreError> {
    let id: IssueId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                insert(connection, id, &new).await?;
                Ok(id)
            })
        })
        .await
}

/// A notice is given out once: what was written down of it, then or now.
pub async fn record_notice(store: &Store, notice: NoticeId, new: NewIssue) -> Result<Issue, StoreError> {
    let id: IssueId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let known = sqlx::query("select id from report_issue where kind = 'notice' and notice = $1")
                    .bind(notice.as_str())
                    .fetch_optional(&mut *connection)
                    .await?;
                let id = match known {
                    Some(row) => row.id("id")?,
                    None => insert(connection, id, &new).await.map(|()| id)?,
                };
                find(connection, id).await
            })
        })
        .await
}

pub(super) async fn insert(connection: &mut AnyConnection, id: IssueId, new: &NewIssue) -> Result<(), StoreError> {
    let subject = new.subject;
    sqlx::query(
        "insert into report_issue (id, kind, session, studio, account, notice, year_end, year, title, parameters, figures,
             heads, digest, made_at, made_by, scope)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(id.as_str())
    .bind(subject.kind().code())
    .bind(subject.session().map(|id| id.to_string()))
    .bind(subject.studio().map(|id| id.to_string()))
    .bind(subject.account().map(|id| id.to_string()))
    .bind(subject.notice().map(|id| id.to_string()))
    .bind(subject.year_end().map(|id| id.to_string()))
    .bind(subject.year().map(i64::from))
    .bind(new.title.as_str())
    .bind(written(&new.parameters))
    .bind(written(&new.figures))
    .bind(written(&new.heads))
    .bind(new.digest.as_str())
    .bind(new.made_at.micros())
    .bind(new.made_by.as_str())
    .bind(subject.scope().code())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn get(store: &Store, id: IssueId) -> Result<Issue, StoreError> {
    find(&mut *store.read().await?, id).await
}

async fn find(connection: &mut AnyConnection, id: IssueId) -> Result<Issue, StoreError> {
    let row = sqlx::query(sql!(
        "select i.*, a.name as maker, coalesce(st.name, sa.name) as studio_name
         from report_issue i join account a on a.id = i.made_by
         left join studio st on st.id = i.studio
         left join session s on s.id = i.session
         left join notice n on n.id = i.notice
         left join activity ac on ac.id = coalesce(s.activity, n.activity)
         left join studio sa on sa.id = ac.studio
         where i.id = $1"
    ))
    .bind(id.as_str())
    .fetch_optional(connection)
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
        Kind::Scorecard => Subject::Scorecard(row.id("studio")?, Covered { scope: row.coded("scope")?, year: year()? }),
        Kind::Notice => Subject::Notice(row.id("notice")?),
        Kind::Certificate => Subject::Certificate(row.id("year_end")?, row.id("studio")?),
        Kind::Annual => Subject::Annual(row.id("year_end")?),
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
