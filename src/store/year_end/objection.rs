//! Objections of hosts, and what an office answers.

use super::super::attachment::{self, ATTACHMENT};
use super::super::row::{Columns as _, sql};
use super::super::scorecard::summary;
use super::super::{Noun, Store, StoreError, fact, random};
use super::read::find;
use super::{Word, YearEnd};
use crate::domain::policy::Covered;
use crate::domain::scorecard::score_of;
use crate::domain::year_end::{Answer, NewObjection, ObjectionState, Outcome, YearEndRefusal, check_reason};
use crate::domain::{AccountId, Attachment, CaseRefusal, ObjectionId, StudioId, Time, YearEndId};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    pub id: ObjectionId,
    pub year_end: YearEndId,
    /// The assessed year, or the cycle.
    pub covered: Covered,
    pub studio: StudioId,
    pub studio_name: String,
    pub by: AccountId,
    pub given: Word,
    pub attachment: Option<Attachment>,
    pub answer: Option<ObjectionAnswer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectionAnswer {
    pub state: ObjectionState,
    /// What stands from then on, where it was upheld.
    pub outcome: Option<Outcome>,
    pub word: Word,
}

impl Objection {
    #[must_use]
    pub fn state(&self) -> ObjectionState {
        self.answer.as_ref().map_or(ObjectionState::Open, |answer| answer.state)
    }
}

const OBJECTION: &str = "o.year_end, y.scope, y.year, o.studio, e.name as studio_name, o.id as objection, o.attachment, o.reason, g.name as by_name,
        o.given_by, o.given_at, a.state, a.grade, a.passes, a.points, a.reason as a_reason, b.name as a_by_name, a.answered_at
    from year_end_objection o join year_end y on y.id = o.year_end
        join year_end_entry e on e.year_end = o.year_end and e.studio = o.studio
        join account g on g.id = o.given_by
        left join year_end_answer a on a.objection = o.id
        left join account b on b.id = a.answered_by
        left join attachment t on t.id = o.attachment";

/// The Studios for which this file goes with an objection.
pub(in crate::store) const STUDIOS_OF_ATTACHMENT: &str =
    "select o.studio from year_end_objection o where o.attachment = $1";

pub async fn object(store: &Store, new: NewObjection, now: Time) -> Result<Objection, StoreError> {
    check_reason(&new.reason)?;
    let id: ObjectionId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                find(connection, new.year_end).await?.course().may_object(now.day())?;
                let listed = sqlx::query("select studio from year_end_entry where year_end = $1 and studio = $2")
                    .bind(new.year_end.as_str())
                    .bind(new.studio.as_str())
                    .fetch_optional(&mut *connection)
                    .await?;
                if listed.is_none() {
                    return Err(YearEndRefusal::NotInList.into());
                }
                let before = of(connection, new.year_end).await?;
                let own = || before.iter().filter(|one| one.studio == new.studio);
                if own().any(|one| one.answer.is_none()) {
                    return Err(YearEndRefusal::ObjectionTaken.into());
                }
                if let Some(file) = new.attachment
                    && attachment::find(connection, file).await?.author != new.by
                {
                    return Err(CaseRefusal::ForeignAttachment.into());
                }
                sqlx::query(
                    "insert into year_end_objection (id, year_end, studio, ordinal, reason, attachment, given_by, given_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(id.as_str())
                .bind(new.year_end.as_str())
                .bind(new.studio.as_str())
                .bind(i64::try_from(own().count()).unwrap_or(i64::MAX) + 1)
                .bind(new.reason.trim())
                .bind(new.attachment.as_ref().map(crate::domain::AttachmentId::as_str))
                .bind(new.by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                one(connection, id).await
            })
        })
        .await
}

/// What stands after an answer.
struct Upheld {
    outcome: Outcome,
    counted: Option<Counted>,
}

/// What was counted anew: the digest of what it followed from, how the criteria stood, and the whole Scorecard.
struct Counted {
    basis: String,
    summary: String,
    content: String,
}

pub async fn answer(
    store: &Store,
    id: ObjectionId,
    (answer, reason): (Answer, String),
    by: AccountId,
    now: Time,
) -> Result<Objection, StoreError> {
    check_reason(&reason)?;
    let objection = get(store, id).await?;
    let year_end = super::get(store, objection.year_end).await?;
    let state = answer.state();
    let upheld = match answer {
        Answer::Reject => None,
        Answer::Grade(grade) => Some(graded(store, &year_end, objection.studio, grade).await?),
        Answer::Recompute => Some(recomputed(store, &year_end, objection.studio, now).await?),
    };
    store
        .write(move |connection| {
            Box::pin(async move {
                find(connection, objection.year_end).await?.course().may_answer()?;
                if one(connection, id).await?.answer.is_some() {
                    return Err(YearEndRefusal::Answered.into());
                }
                let outcome = upheld.as_ref().map(|one| &one.outcome);
                let counted = upheld.as_ref().and_then(|one| one.counted.as_ref());
                sqlx::query(
                    "insert into year_end_answer (objection, state, basis, grade, passes, points, summary, content, reason,
                         answered_by, answered_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                )
                .bind(id.as_str())
                .bind(state.code())
                .bind(counted.map(|one| one.basis.as_str()))
                .bind(outcome.and_then(|one| one.grade.as_deref()))
                .bind(outcome.map(|one| i64::from(one.passes)))
                .bind(outcome.map(|one| i64::from(one.points)))
                .bind(counted.map(|one| one.summary.as_str()))
                .bind(counted.map(|one| one.content.as_str()))
                .bind(reason.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                one(connection, id).await
            })
        })
        .await
}

/// The grade that an office says, with the points that stand.
async fn graded(store: &Store, year_end: &YearEnd, studio: StudioId, grade: String) -> Result<Upheld, StoreError> {
    let rules = year_end.rules(store)?;
    let rule = rules.grades.iter().find(|rule| rule.id == grade).ok_or(YearEndRefusal::UnknownGrade)?;
    let rows = super::rows(store, year_end).await?;
    let row = rows.iter().find(|row| row.settled.studio == studio).ok_or(YearEndRefusal::NotInList)?;
    let outcome = Outcome { grade: Some(grade), passes: rule.passes, points: row.settled.outcome.points };
    Ok(Upheld { outcome, counted: None })
}

/// By the version of the Policy that was frozen, from what is known now.
async fn recomputed(store: &Store, year_end: &YearEnd, id: StudioId, now: Time) -> Result<Upheld, StoreError> {
    let (rules, covered) = (year_end.rules(store)?, year_end.covered());
    let gathered = fact::of_studio(store, super::studio_as_frozen(store, year_end, id).await?).await?;
    let counting = tokio::task::spawn_blocking(move || {
        let card = score_of(&rules, &gathered.facts, covered, now.day()).ok_or(YearEndRefusal::NoCycle)?;
        let counted = Counted {
            basis: gathered.digest.clone(),
            summary: serde_json::to_string(&summary(&card, &gathered.facts)).expect("plain data"),
            content: serde_json::to_string(&card).expect("plain data"),
        };
        let outcome = Outcome { grade: card.result.grade, passes: card.result.passes, points: card.points };
        Ok(Upheld { outcome, counted: Some(counted) })
    });
    counting.await.map_err(|_| StoreError::Busy)?
}

pub async fn get(store: &Store, id: ObjectionId) -> Result<Objection, StoreError> {
    one(&mut *store.read().await?, id).await
}

/// All of a YearEnd, the oldest first.
pub async fn of_year_end(store: &Store, id: YearEndId) -> Result<Vec<Objection>, StoreError> {
    of(&mut *store.read().await?, id).await
}

async fn of(connection: &mut AnyConnection, id: YearEndId) -> Result<Vec<Objection>, StoreError> {
    let rows = sqlx::query(sql!("select {ATTACHMENT}, {OBJECTION} where o.year_end = $1 order by o.given_at, o.id"))
        .bind(id.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

async fn one(connection: &mut AnyConnection, id: ObjectionId) -> Result<Objection, StoreError> {
    let row = sqlx::query(sql!("select {ATTACHMENT}, {OBJECTION} where o.id = $1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Objection))?)
}

fn read(row: &AnyRow) -> Result<Objection, StoreError> {
    let answer = match row.optional_text("state")? {
        None => None,
        Some(_) => Some(ObjectionAnswer {
            state: row.coded("state")?,
            outcome: match row.optional_number("points")? {
                Some(_) => Some(super::read::outcome(row)?),
                None => None,
            },
            word: Word { reason: row.text("a_reason")?, by_name: row.text("a_by_name")?, at: row.time("answered_at")? },
        }),
    };
    let attachment = match row.optional_text("attachment")? {
        Some(_) => Some(attachment::read(row)?),
        None => None,
    };
    Ok(Objection {
        id: row.id("objection")?,
        year_end: row.id("year_end")?,
        covered: Covered {
            scope: row.coded("scope")?,
            year: i32::try_from(row.number("year")?).map_err(|_| StoreError::Unreadable { column: "year" })?,
        },
        studio: row.id("studio")?,
        studio_name: row.text("studio_name")?,
        by: row.id("given_by")?,
        given: Word { reason: row.text("reason")?, by_name: row.text("by_name")?, at: row.time("given_at")? },
        attachment,
        answer,
    })
}
