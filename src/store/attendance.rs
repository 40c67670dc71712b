//! Attendance as the ledger tells it: for one Session everybody's record, for one person the Sessions they were in.

use super::card::{self, ActivityCard, Look, SessionCard};
use super::row::{Columns as _, sql};
use super::session::SESSION;
use super::{Page, Paged, Store, StoreError, account, activity, leave, ledger, session};
use crate::domain::attendance::{AttendanceParameters, AttendanceRecord, Timetable, on_shared_devices, records};
use crate::domain::presence::Person;
use crate::domain::{AccountId, Activity, School, Session, SessionId, Time};
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

/// Everybody who was in the Session, by name.
pub async fn of_session(
    store: &Store,
    id: SessionId,
    parameters: &AttendanceParameters,
) -> Result<Vec<Attendee>, StoreError> {
    let session = session::get(store, id).await?;
    let events = ledger::events(store, id).await?;
    let mut connection = store.read().await?;
    let activity = activity::find(&mut connection, session.activity).await?;
    let excuses = leave::excuses(&mut connection, activity.id).await?;
    let people = records(&events, &timetable(&session, &activity), parameters, &excuses);
    let sharing = on_shared_devices(&events);
    let mut attendees = Vec::with_capacity(people.len());
    for record in people {
        let Some(person) = Person::from_key(&record.person) else { continue };
        let (name, school) = match &person {
            Person::Account(account) => match account::find(&mut connection, *account).await? {
                Some(profile) => (profile.account.name, profile.school),
                None => continue,
            },
            Person::Guest { name, .. } => (name.clone(), None),
        };
        let shares_device = sharing.contains(&record.person);
        attendees.push(Attendee { person, name, school, record, shares_device });
    }
    attendees.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.person.cmp(&b.person)));
    Ok(attendees)
}

/// The Sessions that the person was in or was excused from, the newest first.
pub async fn of_account(
    store: &Store,
    account: AccountId,
    now: Time,
    parameters: &AttendanceParameters,
    page: Page,
) -> Result<Paged<AttendanceRow>, StoreError> {
    const WHICH: &str = "from session s where s.id in (select e.session from presence_event e where e.person = $1)
        or s.activity in (select l.activity from leave_asked l join leave_decided d on d.leave = l.id
            where l.account = $1 and d.granted = 1
                and not exists (select 1 from leave_withdrawn w where w.leave = l.id))";
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!("select {SESSION} {WHICH} order by s.started_at desc, s.id limit $2 offset $3"))
        .bind(account.as_str())
        .bind(page.limit())
        .bind(page.offset())
        .fetch_all(&mut *connection)
        .await?;
    let total = sqlx::query(sql!("select count(*) as total {WHICH}"))
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
        let record = record_of(&mut connection, &session, &card.activity, account, parameters).await?;
        card.session = Some(SessionCard { session, people });
        // The Session was found by this person's lines or leave.
        found.extend(record.map(|record| AttendanceRow { card, record }));
    }
    Ok(page.of(total, found))
}

/// The record of one person, from their own lines and those of the whole Session; none when nothing is known of them.
pub(super) async fn record_of(
    connection: &mut AnyConnection,
    session: &Session,
    activity: &Activity,
    account: AccountId,
    parameters: &AttendanceParameters,
) -> Result<Option<AttendanceRecord>, StoreError> {
    let key = account.to_string();
    let events = ledger::events_of(connection, session.id, &account).await?;
    let mut excuses = leave::excuses(connection, activity.id).await?;
    excuses.retain(|excuse| excuse.person == key);
    let records = records(&events, &timetable(session, activity), parameters, &excuses);
    Ok(records.into_iter().find(|record| record.person == key))
}

fn timetable(session: &Session, activity: &Activity) -> Timetable {
    Timetable {
        started_at: session.started_at,
        ended_at: session.ended_at,
        planned_start: activity.planned_start,
        planned_end: activity.planned_end,
    }
}
