//! Proofs: one person's records of a year, each with the end of its Session's chain.

use super::account::Profile;
use super::report::days_of;
use super::report_issue::KeptHead;
use super::row::sql;
use super::session::SESSION;
use super::{Store, StoreError, activity, attendance, ledger, policy, session, studio};
use crate::domain::attendance::{AttendanceParameters, Proof, ProofRow};
use crate::domain::presence::Head;
use crate::domain::{AccountId, Session};
use sqlx::AnyConnection;

/// The Sessions of the year that are over and that the person was in or expected in.
pub async fn of_account(store: &Store, profile: &Profile, year: i32) -> Result<Proof, StoreError> {
    let mut connection = store.read().await?;
    let sessions = sessions(&mut connection, profile.account.id, year).await?;
    let mut with_heads = Vec::with_capacity(sessions.len());
    for session in sessions {
        let head = ledger::read_head(&mut connection, session.id).await?;
        with_heads.push((session, head));
    }
    of_sessions(store, &mut connection, profile, year, with_heads).await
}

/// The same from the lines up to these heads.
pub(super) async fn of_heads(
    store: &Store,
    profile: &Profile,
    year: i32,
    heads: &[KeptHead],
) -> Result<Proof, StoreError> {
    let mut connection = store.read().await?;
    let mut with_heads = Vec::with_capacity(heads.len());
    for (id, sequence, _) in heads {
        let session = session::find(&mut connection, *id).await?;
        let head = ledger::head_at(&mut connection, *id, *sequence).await?;
        with_heads.push((session, head));
    }
    of_sessions(store, &mut connection, profile, year, with_heads).await
}

async fn sessions(connection: &mut AnyConnection, me: AccountId, year: i32) -> Result<Vec<Session>, StoreError> {
    let Some((from, to)) = days_of(year) else { return Ok(Vec::new()) };
    let concerning = attendance::concerning();
    let rows = sqlx::query(sql!(
        "select {SESSION} {concerning} and s.ended_at is not null and s.started_at >= $2 and s.started_at < $3
         order by s.started_at, s.id"
    ))
    .bind(me.as_str())
    .bind(from.start().micros())
    .bind(to.start().micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(session::read).collect()
}

async fn of_sessions(
    store: &Store,
    connection: &mut AnyConnection,
    profile: &Profile,
    year: i32,
    sessions: Vec<(Session, Head)>,
) -> Result<Proof, StoreError> {
    let me = profile.account.id;
    let mut rows = Vec::with_capacity(sessions.len());
    // Each is judged by those of its Studio; told are those of the last one.
    let mut parameters = AttendanceParameters::default();
    for (session, head) in sessions {
        let activity = activity::find(connection, session.activity).await?;
        let studio = studio::of_ids(connection, &[activity.studio]).await?.remove(&activity.studio);
        if let Some(studio) = &studio {
            parameters = policy::parameters(store, studio, session.started_at.day());
        }
        let record = attendance::record_of(store, connection, session.clone(), me, head.sequence).await?;
        rows.extend(record.map(|record| ProofRow {
            session: session.id,
            title: activity.title,
            studio_name: studio.map(|studio| studio.name).unwrap_or_default(),
            started_at: session.started_at,
            ended_at: session.ended_at,
            record,
            head,
        }));
    }
    Ok(Proof {
        account: me,
        name: profile.account.name.clone(),
        school: profile.school.as_ref().map(|school| school.name.clone()),
        year,
        parameters,
        rows,
    })
}
