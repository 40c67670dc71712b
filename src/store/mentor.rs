//! Mentors: who guides whom in a Studio.

use super::row::{Columns as _, number_of, rows_in, sql};
use super::{Noun, Store, StoreError, random, studio};
use crate::domain::{AccountId, Day, Invalid, MentorId, NewMentor, PersonName, StudioId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentor {
    pub id: MentorId,
    pub studio: StudioId,
    pub mentor: PersonName,
    pub mentee_account: Option<AccountId>,
    /// The account's name where there is one.
    pub mentee: String,
    pub from: Day,
    pub to: Option<Day>,
}

const MENTOR: &str = "select m.id, m.studio, m.mentor, g.name as mentor_name, m.mentee_account,
        coalesce(e.name, m.mentee) as mentee_name, m.from_day, m.to_day
    from mentor m join account g on g.id = m.mentor left join account e on e.id = m.mentee_account";

pub async fn create(store: &Store, new: NewMentor, by: AccountId, now: Time) -> Result<Mentor, StoreError> {
    new.check()?;
    let id: MentorId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                studio::must_work(connection, new.studio, Some(new.from)).await?;
                sqlx::query(
                    "insert into mentor (id, studio, mentor, mentee_account, mentee, from_day, to_day, made_by, made_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                )
                .bind(id.as_str())
                .bind(new.studio.as_str())
                .bind(new.mentor.as_str())
                .bind(new.mentee_account.as_ref().map(AccountId::as_str))
                .bind(new.mentee.trim())
                .bind(number_of(new.from))
                .bind(new.to.map(number_of))
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn get(store: &Store, id: MentorId) -> Result<Mentor, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// Present and former ones, in the order in which they began.
pub async fn of_studio(store: &Store, studio: StudioId) -> Result<Vec<Mentor>, StoreError> {
    of_studios(&mut *store.read().await?, &[studio]).await
}

pub(super) async fn of_studios(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<Vec<Mentor>, StoreError> {
    let head = format!("{MENTOR} where m.studio in");
    rows_in(connection, &head, studios, "order by m.from_day, m.id").await?.iter().map(read).collect()
}

/// Sets the last day, or takes it away again.
pub async fn set_end(store: &Store, id: MentorId, to: Option<Day>) -> Result<Mentor, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                let mut found = find(connection, id).await?;
                if to.is_some_and(|to| to < found.from) {
                    return Err(Invalid::one("to", "结束日期不能早于开始日期。").into());
                }
                found.to = to;
                sqlx::query("update mentor set to_day = $2 where id = $1")
                    .bind(id.as_str())
                    .bind(to.map(number_of))
                    .execute(connection)
                    .await?;
                Ok(found)
            })
        })
        .await
}

async fn find(connection: &mut AnyConnection, id: MentorId) -> Result<Mentor, StoreError> {
    let row = sqlx::query(sql!("{MENTOR} where m.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Mentor))?)
}

fn read(row: &AnyRow) -> Result<Mentor, StoreError> {
    Ok(Mentor {
        id: row.id("id")?,
        studio: row.id("studio")?,
        mentor: PersonName { id: row.id("mentor")?, name: row.text("mentor_name")? },
        mentee_account: row.optional_id("mentee_account")?,
        mentee: row.text("mentee_name")?,
        from: row.day("from_day")?,
        to: row.optional_day("to_day")?,
    })
}
