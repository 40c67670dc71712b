//! Attendance as the ledger tells it: for one Session everybody's record, for one person the Sessions that concern them.

use super::card::{self, ActivityCard, Look, SessionCard};
use super::report::Subject;
use super::row::{Columns as _, day_of, number_of, sql};
use super::session::SESSION;
use super::session_record::{self, Found};
use super::{Page, Paged, Store, StoreError, account, activity, school_history, session};
use crate::domain::attendance::{AttendanceParameters, AttendanceRecord, Timetable, on_shared_devices};
use crate::domain::presence::Person;
use crate::domain::{AccountId, Activity, Day, School, Session, SessionId, Time};
use sqlx::AnyConnection;

/// One person in one Session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    pub person: Person,
    pub name: String,
    /// None for guests, whose school is only the text in `person`.
    pub school: Option<School>,
    pub record: AttendanceRecord,
    /// Somebody else came from the same device too.
    pub shares_device: bool,
}

/// One Session of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendanceRow {
    /// Its `session` is the one attended.
    pub card: ActivityCard,
    pub record: AttendanceRecord,
}

/// Whose absence from an Activity of the Studio is told: the members who have a part in its work. Followers and advisers come
/// when they like.
const EXPECTED_ROLES: &str = "('host', 'core', 'trainee')";

/// Everybody who was in the Session or expected there, by name, and what their records were judged by.
pub async fn of_session(store: &Store, id: SessionId) -> Result<(AttendanceParameters, Vec<Attendee>), StoreError> {
    let mut connection = store.read().await?;
    let session = session::find(&mut connection, id).await?;
    let subject = Subject::of(store, &mut connection, session).await?;
    let Found { events, records, .. } = session_record::of(store, &mut connection, &subject).await?;
    let sharing = on_shared_devices(&events);
    let known: Vec<(Person, AttendanceRecord)> =
        records.into_iter().filter_map(|record| Some((Person::from_key(&record.person)?, record))).collect();
    let accounts = known.iter().filter_map(|(person, _)| match person {
        Person::Account(account) => Some(*account),
        Person::Guest { .. } | Person::Classroom(_) => None,
    });
    let mut profiles = account::of_ids(&mut connection, accounts).await?;
    school_history::as_of(&mut connection, &mut profiles, subject.session.started_at.day()).await?;
    let mut attendees = Vec::with_capacity(known.len());
    for (person, record) in known {
        let (name, school) = match &person {
            Person::Account(account) => match profiles.get(account) {
                Some(profile) => (profile.account.name.clone(), profile.school.clone()),
                None => continue,
            },
            Person::Guest { name, .. } => (name.clone(), None),
            // It has no record.
            Person::Classroom(_) => continue,
        };
        let shares_device = sharing.contains(&record.person);
        attendees.push(Attendee { person, name, school, record, shares_device });
    }
    attendees.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.person.cmp(&b.person)));
    Ok((subject.parameters, attendees))
}

/// The Sessions that the person was in, and those that are over and expected them, the newest first.
pub async fn of_account(
    store: &Store,
    account: AccountId,
    now: Time,
    page: Page,
) -> Result<Paged<AttendanceRow>, StoreError> {
    let which = concerning();
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!("select {SESSION} {which} order by s.started_at desc, s.id limit $2 offset $3"))
        .bind(account.as_str())
        .bind(page.limit())
        .bind(page.offset())
        .fetch_all(&mut *connection)
        .await?;
    let total = sqlx::query(sql!("select count(*) as total {which}"))
        .bind(account.as_str())
        .fetch_one(&mut *connection)
        .await?
        .number("total")?;
    let sessions: Vec<Session> = rows.iter().map(session::read).collect::<Result<_, _>>()?;
    let mut activities = Vec::with_capacity(sessions.len());
    for session in &sessions {
        activities.push(activity::find(&mut connection, session.activity).await?);
    }
    let cards = card::decorate(&mut connection, Look { account: Some(account), now }, activities).await?;
    let mut found = Vec::with_capacity(sessions.len());
    for (session, mut card) in sessions.into_iter().zip(cards) {
        let people = card.session.take().filter(|one| one.session.id == session.id).map_or(0, |one| one.people);
        let record = record_of(store, &mut connection, session.clone(), account, i64::MAX).await?;
        card.session = Some(SessionCard { session, people });
        found.extend(record.map(|record| AttendanceRow { card, record }));
    }
    Ok(page.of(total, found))
}

/// The record of one person, as the lines up to the one of that sequence give it. One who neither came nor was expected was
/// absent.
pub(super) async fn record_of(
    store: &Store,
    connection: &mut AnyConnection,
    session: Session,
    account: AccountId,
    last: i64,
) -> Result<Option<AttendanceRecord>, StoreError> {
    let mut subject = Subject::of(store, connection, session).await?;
    let person = account.to_string();
    let found = session_record::up_to(store, connection, &subject, last).await?;
    if let Some(record) = found.records.into_iter().find(|record| record.person == person) {
        return Ok(Some(record));
    }
    subject.expected = vec![person.clone()];
    let made = session_record::made(&subject, found.events).await?;
    Ok(made.records.into_iter().find(|record| record.person == person))
}

/// The Sessions, called `s`, that the account `$1` was in, and those that are over and expected it.
pub(super) fn concerning() -> String {
    let day = day_of("s.started_at");
    format!(
        "from session s join activity a on a.id = s.activity
         where (s.id in (select e.session from presence_event e where e.person = $1 and e.kind <> 'checkpoint')
         or s.ended_at is not null and (
             exists (select 1 from presenter p where p.activity = a.id and p.account = $1)
             or exists (select 1 from membership m where m.studio = a.studio and m.account = $1
                 and m.role in {EXPECTED_ROLES} and m.from_day <= {day} and (m.to_day is null or m.to_day >= {day}))))"
    )
}

/// The keys of those who were expected: the roster of the Studio on that day, and the presenters.
pub(super) async fn expected(
    connection: &mut AnyConnection,
    activity: &Activity,
    day: Day,
) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query(sql!(
        "select account from membership
         where studio = $1 and role in {EXPECTED_ROLES} and from_day <= $2 and (to_day is null or to_day >= $2)
         union select account from presenter where activity = $3 order by account"
    ))
    .bind(activity.studio.as_str())
    .bind(number_of(day))
    .bind(activity.id.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.id::<AccountId>("account")?.to_string())).collect()
}

pub(super) fn timetable(session: &Session, activity: &Activity) -> Timetable {
    Timetable {
        started_at: session.started_at,
        ended_at: session.ended_at,
        planned_start: activity.planned_start,
        planned_end: activity.planned_end,
    }
}
