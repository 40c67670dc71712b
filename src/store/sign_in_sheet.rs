//! Sign-in sheets: whose names they may hold, and what they say as lines of the ledger.

use super::attendance::expected as expected_keys;
use super::row::{Columns as _, sql};
use super::session::SESSION;
use super::{Store, StoreError, account, activity, ledger, page, random, session};
use crate::domain::attendance::{SheetPerson, Signed};
use crate::domain::presence::{NewEvent, PresenceInterval, PresenceKind};
use crate::domain::{AccountId, Activity, ActivityRefusal, ActivityState, EventId, Session, SessionId, Time};
use ring::digest::{SHA256, digest};
use serde_json::json;
use sqlx::AnyConnection;

/// Names bound by one statement.
const NAMES_AT_ONCE: usize = 500;

/// Everybody who was expected at the Activity, by name.
pub async fn expected(store: &Store, activity: &Activity) -> Result<Vec<SheetPerson>, StoreError> {
    let mut connection = store.read().await?;
    let keys = expected_keys(&mut connection, activity, activity.planned_start.day()).await?;
    let ids = keys.iter().filter_map(|key| AccountId::parse(key).ok());
    let profiles = account::of_ids(&mut connection, ids).await?;
    let mut people: Vec<SheetPerson> = profiles.into_values().map(person).collect();
    people.sort_by(|a, b| a.name.cmp(&b.name).then(a.account.cmp(&b.account)));
    Ok(people)
}

/// Everybody with one of these names.
pub async fn called(store: &Store, names: &[String]) -> Result<Vec<SheetPerson>, StoreError> {
    let mut connection = store.read().await?;
    let mut ids = Vec::new();
    for some in names.chunks(NAMES_AT_ONCE) {
        let statement = sql!("select id from account where name in ({})", page::placeholders(1, some.len()));
        let query = some.iter().fold(sqlx::query(statement), |query, name| query.bind(name.as_str()));
        for row in query.fetch_all(&mut *connection).await? {
            ids.push(row.id("id")?);
        }
    }
    let profiles = account::of_ids(&mut connection, ids).await?;
    Ok(profiles.into_values().map(person).collect())
}

fn person(profile: account::Profile) -> SheetPerson {
    let (school, rural) = profile.school.map_or((None, false), |school| (Some(school.name), school.rural));
    SheetPerson { account: profile.account.id, name: profile.account.name, school, rural }
}

/// When the Activity was planned, and when it was held if that is known.
pub async fn span(store: &Store, activity: &Activity) -> Result<PresenceInterval, StoreError> {
    let held = latest(&mut *store.read().await?, activity).await?;
    let (from, to) = held.map_or((activity.planned_start, activity.planned_end), |held| {
        let ended = held.ended_at.unwrap_or(activity.planned_end);
        (held.started_at.min(activity.planned_start), ended.max(activity.planned_end))
    });
    Ok(PresenceInterval { from, to })
}

async fn latest(connection: &mut AnyConnection, activity: &Activity) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query(sql!(
        "select {SESSION} from session s where s.activity = $1 order by s.started_at desc, s.id limit 1"
    ))
    .bind(activity.id.as_str())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(session::read).transpose()
}

/// Writes the stays to the ledger of the Activity's Session, which is told afterwards where there was none. How many lines
/// are new: a stay that is known already changes nothing.
pub async fn apply(
    store: &Store,
    activity: &Activity,
    signed: &[Signed],
    by: AccountId,
    now: Time,
) -> Result<(SessionId, usize), StoreError> {
    let known = latest(&mut *store.read().await?, activity).await?;
    let session = match known {
        Some(session) => session,
        None => tell_afterwards(store, activity, by).await?,
    };
    let lines = ledger::events(store, session.id).await?;
    let monotonic_us = lines.last().map_or(0, |line| line.monotonic_us);
    let writer = Writer { session: session.id, by, now, monotonic_us };
    let mut events = Vec::with_capacity(2 * signed.len() + 2);
    // Nobody held it: without lines of its own its course would begin when the sheet was taken.
    let untold = lines.is_empty();
    if untold {
        events.push(writer.session(PresenceKind::SessionStarted, session.started_at));
    }
    for one in signed {
        events.extend(writer.stay(one));
    }
    if untold {
        events.push(writer.session(PresenceKind::SessionEnded, session.ended_at.unwrap_or(activity.planned_end)));
    }
    let appended = ledger::append(store, session.id, events).await?;
    Ok((session.id, appended.written))
}

/// The Session of an Activity that took place without the server: as it was planned.
async fn tell_afterwards(store: &Store, activity: &Activity, by: AccountId) -> Result<Session, StoreError> {
    let (id, activity): (SessionId, Activity) = (random::id()?, activity.clone());
    store
        .write(move |connection| {
            Box::pin(async move {
                // Two who import at once make one Session.
                if let Some(session) = latest(connection, &activity).await? {
                    return Ok(session);
                }
                if activity::find(connection, activity.id).await?.state == ActivityState::Cancelled {
                    return Err(ActivityRefusal::Cancelled.into());
                }
                activity::set_state(connection, activity.id, ActivityState::Ended).await?;
                let (from, to) = (activity.planned_start, activity.planned_end);
                sqlx::query(
                    "insert into session (id, activity, started_at, ended_at, started_by) values ($1, $2, $3, $4, $5)",
                )
                .bind(id.as_str())
                .bind(activity.id.as_str())
                .bind(from.micros())
                .bind(to.micros())
                .bind(by.as_str())
                .execute(connection)
                .await?;
                Ok(Session { id, activity: activity.id, started_at: from, ended_at: Some(to), started_by: Some(by) })
            })
        })
        .await
}

struct Writer {
    session: SessionId,
    by: AccountId,
    now: Time,
    monotonic_us: i64,
}

impl Writer {
    /// The same fact has the same id, whichever file tells it, and how often.
    fn id(&self, kind: PresenceKind, person: &str, at: Time) -> EventId {
        let fact = format!("sheet\n{}\n{}\n{person}\n{}", self.session, kind.code(), at.micros());
        let hash = digest(&SHA256, fact.as_bytes());
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&hash.as_ref()[..10]);
        EventId::from_random(bytes)
    }

    fn session(&self, kind: PresenceKind, at: Time) -> NewEvent {
        NewEvent {
            id: self.id(kind, "", at),
            kind,
            participant: None,
            person: None,
            detail: json!({ "at_us": at.micros() }).to_string(),
            monotonic_us: self.monotonic_us,
            wall: self.now,
        }
    }

    fn stay(&self, one: &Signed) -> [NewEvent; 2] {
        let by = self.by.to_string();
        let line = |kind, at: Time, detail: serde_json::Value| NewEvent {
            id: self.id(kind, &one.person.key(), at),
            kind,
            participant: None,
            person: Some(one.person.clone()),
            detail: detail.to_string(),
            monotonic_us: self.monotonic_us,
            wall: self.now,
        };
        let (from, to) = (one.stay.from, one.stay.to);
        let seated = json!({
            "place": "site", "name": one.name, "school": one.school, "rural": one.rural, "signed_in": false, "how": "sheet",
            "by": by, "at_us": from.micros(),
        });
        let unseated = json!({ "place": "site", "cause": "sheet", "by": by, "at_us": to.micros() });
        [line(PresenceKind::Seated, from, seated), line(PresenceKind::Unseated, to, unseated)]
    }
}
