//! Lesson reviews (评课): one of a person about an Activity, never changed.

use super::row::{Columns as _, rows_in};
use super::{Store, StoreError, random};
use crate::domain::{AccountId, ActivityId, LessonReviewId, NewLessonReview, PersonName, StudioId, Time};
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
