//! Classrooms of an Activity.

use super::row::{Columns as _, sql};
use super::{Noun, Store, StoreError, activity, random};
use crate::domain::classroom::{Classroom, NewClassroom};
use crate::domain::{ActivityId, ClassroomId, School, SchoolId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// A Classroom with its School.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolRoom {
    pub classroom: Classroom,
    pub school: School,
}

const ROOM: &str = "select c.id, c.activity, c.school, c.name, c.expected, c.created_at, c.closed_at,
        s.name as school_name, s.region as school_region, s.rural as school_rural
    from classroom c join school s on s.id = c.school";

/// More would be a county's worth of devices in one Activity.
const MOST_CLASSROOMS: i64 = 300;

pub async fn create(store: &Store, new: NewClassroom, now: Time) -> Result<SchoolRoom, StoreError> {
    new.check()?;
    let id: ClassroomId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let others = "select count(*) as total from classroom where activity = $1";
                activity::takes_one_more(connection, new.activity, others, MOST_CLASSROOMS).await?;
                sqlx::query(
                    "insert into classroom (id, activity, school, name, expected, created_at, closed_at)
                     values ($1, $2, $3, $4, $5, $6, null)",
                )
                .bind(id.as_str())
                .bind(new.activity.as_str())
                .bind(new.school.as_str())
                .bind(new.name.trim())
                .bind(new.expected.map(i64::from))
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn get(store: &Store, id: ClassroomId) -> Result<SchoolRoom, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// Of one Activity, the closed ones too, in the order in which they were made.
pub async fn of_activity(store: &Store, activity: ActivityId) -> Result<Vec<SchoolRoom>, StoreError> {
    let rows = sqlx::query(sql!("{ROOM} where c.activity = $1 order by c.created_at, c.id"))
        .bind(activity.as_str())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

/// It takes nobody in any more. Closing it twice is no error: the first time stays.
pub async fn close(store: &Store, id: ClassroomId, now: Time) -> Result<SchoolRoom, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query("update classroom set closed_at = $2 where id = $1 and closed_at is null")
                    .bind(id.as_str())
                    .bind(now.micros())
                    .execute(&mut *connection)
                    .await?;
                find(connection, id).await
            })
        })
        .await
}

async fn find(connection: &mut AnyConnection, id: ClassroomId) -> Result<SchoolRoom, StoreError> {
    let row = sqlx::query(sql!("{ROOM} where c.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Classroom))?)
}

fn read(row: &AnyRow) -> Result<SchoolRoom, StoreError> {
    let school: SchoolId = row.id("school")?;
    let expected = row.optional_number("expected")?;
    let classroom = Classroom {
        id: row.id("id")?,
        activity: row.id("activity")?,
        school,
        name: row.text("name")?,
        expected: expected.map(u32::try_from).transpose().map_err(|_| StoreError::Unreadable { column: "expected" })?,
        created_at: row.time("created_at")?,
        closed_at: row.optional_time("closed_at")?,
    };
    let school = School {
        id: school,
        name: row.text("school_name")?,
        region: row.id("school_region")?,
        rural: row.flag("school_rural")?,
    };
    Ok(SchoolRoom { classroom, school })
}
