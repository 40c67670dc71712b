//! Packs: everything that stands as evidence of an Activity that was held, brought together.

use super::lesson_review::LessonReview;
use super::report::days_of;
use super::row::{Columns as _, sql};
use super::session::SESSION;
use super::{
    Store, StoreError, activity, lesson_review, notice, photo, policy, poll, region, report, ruling, session, studio,
};
use crate::domain::attendance::AttendanceReport;
use crate::domain::poll::Poll;
use crate::domain::{Activity, ActivityId, Attachment, Level, Notice, NoticeState, Photo, Session, Studio, StudioId};

/// A 课时 where no Policy says otherwise: all programmes that name one say 45 minutes.
const CLASS_HOUR_MINUTES: u32 = 45;

/// What the Evidence pack of one Activity is made from.
#[derive(Debug, Clone)]
pub struct Contents {
    pub activity: Activity,
    pub studio: Studio,
    pub series: Option<String>,
    /// That an office confirmed.
    pub confirmed: Option<Level>,
    /// How long a 课时 is under the Studio's Policy on the day.
    pub class_hour_minutes: u32,
    pub report: AttendanceReport,
    /// The one that holds.
    pub notice: Option<Notice>,
    /// With the Region whose it is.
    pub notice_number: Option<String>,
    pub reviews: Vec<LessonReview>,
    pub polls: Vec<Poll>,
    pub photos: Vec<(Photo, Attachment)>,
    /// Recordings that can be watched, with pictures from them; none where there are no Recordings of it.
    pub footage: Option<Vec<Footage>>,
}

/// A Resource that was recorded in the Activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footage {
    pub title: String,
    /// Of its page, from the root of the site.
    pub path: String,
    pub duration_ms: u64,
    pub frames: Vec<Frame>,
}

/// A picture of the Recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub at_ms: u64,
    /// A JPEG file.
    pub picture: Vec<u8>,
}

/// None where the Activity was not held, or goes on.
pub async fn of_activity(store: &Store, activity: Activity) -> Result<Option<Contents>, StoreError> {
    let Some(session) = held(store, activity.id).await? else { return Ok(None) };
    let studio = studio::get(store, activity.studio).await?;
    let key = studio.policy.as_deref();
    let policy = key.and_then(|key| policy::in_force(store, key, session.started_at.day()));
    let notices = notice::of_activity(store, activity.id).await?;
    let notice = notices.into_iter().rev().find(|notice| notice.state() == NoticeState::Approved);
    let number = notice.as_ref().and_then(|notice| notice.decision.as_ref()?.number);
    let notice_number = match number {
        Some(number) => Some(format!("{}{number}", region::get(store, number.region).await?.name)),
        None => None,
    };
    let ruled = ruling::level_of(store, &activity).await?;
    Ok(Some(Contents {
        series: series(store, &activity).await?,
        confirmed: ruled.filter(|one| one.ruled.granted).map(|one| one.level),
        class_hour_minutes: policy.map_or(CLASS_HOUR_MINUTES, |policy| policy.class_hour_minutes.max(1)),
        report: report::of_session(store, session.id).await?,
        notice,
        notice_number,
        reviews: lesson_review::of_activity(store, activity.id).await?,
        polls: poll::of_session(store, session.id).await?,
        photos: photo::of_session(store, session.id).await?,
        footage: None,
        activity,
        studio,
    }))
}

/// The Studio's Activities of the year that were held, by their beginning.
pub async fn held_in(store: &Store, studio: StudioId, year: i32) -> Result<Vec<Activity>, StoreError> {
    let Some((from, to)) = days_of(year) else { return Ok(Vec::new()) };
    let rows = sqlx::query(
        "select a.id, min(s.started_at) as began from session s join activity a on a.id = s.activity
         where a.studio = $1 and s.started_at >= $2 and s.started_at < $3 and s.ended_at is not null
         group by a.id order by began, a.id",
    )
    .bind(studio.as_str())
    .bind(from.start().micros())
    .bind(to.start().micros())
    .fetch_all(&mut *store.read().await?)
    .await?;
    let ids: Vec<ActivityId> = rows.iter().map(|row| row.id("id")).collect::<Result<_, _>>()?;
    let mut found = activity::by_ids(store, &ids).await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

async fn held(store: &Store, activity: ActivityId) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query(sql!(
        "select {SESSION} from session s where s.activity = $1 and s.ended_at is not null
         order by s.started_at desc, s.id limit 1"
    ))
    .bind(activity.as_str())
    .fetch_optional(&mut *store.read().await?)
    .await?;
    row.as_ref().map(session::read).transpose()
}

async fn series(store: &Store, activity: &Activity) -> Result<Option<String>, StoreError> {
    let Some(id) = activity.series else { return Ok(None) };
    let row = sqlx::query("select title from series where id = $1")
        .bind(id.as_str())
        .fetch_optional(&mut *store.read().await?)
        .await?;
    row.map(|row| row.text("title")).transpose()
}
