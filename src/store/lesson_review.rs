//! Lesson reviews (评课): one of a person about an Activity, never changed.

use super::report::Subject;
use super::row::{Columns as _, number_of, rows_in, sql};
use super::session::{self, SESSION};
use super::{Store, StoreError, random, session_record};
use crate::domain::attendance::AttendanceStatus;
use crate::domain::{
    AccountId, Activity, ActivityId, Day, LessonReviewId, NewLessonReview, PersonName, Session, StudioId, Time,
};
use sqlx::AnyConnection;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonReview {
    pub id: LessonReviewId,
    pub reviewer: PersonName,
    pub lesson: String,
    pub strengths: String,
    pub advice: String,
    pub at: Time,
}

pub async fn create(store: &Store, new: NewLessonReview, now: Time) -> Result<(), StoreError> {
    new.check()?;
    let id: LessonReviewId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into lesson_review (id, activity, reviewer, lesson, strengths, advice, made_at)
                     values ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(id.as_str())
                .bind(new.activity.as_str())
                .bind(new.reviewer.as_str())
                .bind(new.lesson.trim())
                .bind(new.strengths.trim())
                .bind(new.advice.trim())
                .bind(now.micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}

/// Was the person in a Session of the Activity, and not away by their record of those that are over? Who was in none may be an adviser of
/// the Studio on the day.
pub async fn may_write(store: &Store, activity: &Activity, account: AccountId, day: Day) -> Result<bool, StoreError> {
    let sessions = sessions_with(&mut *store.read().await?, activity.id, account).await?;
    if sessions.is_empty() {
        return is_adviser(store, activity.studio, account, day).await;
    }
    if sessions.iter().any(Session::live) {
        return Ok(true);
    }
    for session in sessions {
        let mut connection = store.read().await?;
        let subject = Subject::of(store, &mut connection, session).await?;
        let records = session_record::of(store, &mut connection, &subject).await?.records;
        let mut own = records.iter().filter(|record| record.person == account.as_str());
        if own.any(|record| matches!(record.status, AttendanceStatus::Present | AttendanceStatus::Unknown)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The Sessions of the Activity in whose ledger this person has a line.
async fn sessions_with(
    connection: &mut AnyConnection,
    activity: ActivityId,
    account: AccountId,
) -> Result<Vec<Session>, StoreError> {
    let rows = sqlx::query(sql!(
        "select {SESSION} from session s where s.activity = $1 and exists (
             select 1 from presence_event e where e.session = s.id and e.person = $2 and e.kind <> 'checkpoint')
         order by s.started_at, s.id"
    ))
    .bind(activity.as_str())
    .bind(account.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(session::read).collect()
}

async fn is_adviser(store: &Store, studio: StudioId, account: AccountId, day: Day) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "select count(*) as times from membership where studio = $1 and account = $2 and role = 'adviser'
             and from_day <= $3 and (to_day is null or to_day >= $3)",
    )
    .bind(studio.as_str())
    .bind(account.as_str())
    .bind(number_of(day))
    .fetch_one(&mut *store.read().await?)
    .await?;
    Ok(row.number("times")? > 0)
}

/// In the order in which they were written.
pub async fn of_activity(store: &Store, activity: ActivityId) -> Result<Vec<LessonReview>, StoreError> {
    let rows = sqlx::query(
        "select r.id, r.reviewer, a.name, r.lesson, r.strengths, r.advice, r.made_at
         from lesson_review r join account a on a.id = r.reviewer where r.activity = $1 order by r.made_at, r.id",
    )
    .bind(activity.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(LessonReview {
                id: row.id("id")?,
                reviewer: PersonName { id: row.id("reviewer")?, name: row.text("name")? },
                lesson: row.text("lesson")?,
                strengths: row.text("strengths")?,
                advice: row.text("advice")?,
                at: row.time("made_at")?,
            })
        })
        .collect()
}

/// Who reviewed which Activity of these Studios.
pub(super) async fn reviewers(
    connection: &mut AnyConnection,
    studios: &[StudioId],
) -> Result<Vec<(ActivityId, AccountId)>, StoreError> {
    let head =
        "select r.activity, r.reviewer from lesson_review r join activity a on a.id = r.activity where a.studio in";
    let rows = rows_in(connection, head, studios, "order by r.activity, r.made_at, r.id").await?;
    rows.iter().map(|row| Ok((row.id("activity")?, row.id("reviewer")?))).collect()
}
