//! Presence as the ledger has it: of everybody in one Session, and of oneself in all.

use super::auth::{KeeperOf, Occurrence, SignedIn};
use super::body::{PageQuery, Query};
use super::cards;
use super::error::{ApiError, Refused};
use super::shapes::{AttendanceView, PageOf, PersonKind, PresenceView, Rows};
use super::state::AppState;
use crate::domain::presence::Person;
use crate::store::attendance::{self, Attendee};
use axum::extract::State;

/// Who was in the Session and when, for its hosts and their office.
#[utoipa::path(get, path = "/api/sessions/{id}/presence", tag = "attendance", params(("id" = String, Path)),
    responses((status = 200, body = Rows<PresenceView>), (status = 403, body = Refused)))]
pub(super) async fn of_session(
    State(app): State<AppState>,
    keeper: KeeperOf<Occurrence>,
) -> Result<axum::Json<Rows<PresenceView>>, ApiError> {
    let found = attendance::of_session(&app.store, keeper.noun.session.id).await?;
    Ok(axum::Json(Rows { rows: found.into_iter().map(presence).collect() }))
}

/// The Sessions that the person who asks was in, the newest first.
#[utoipa::path(get, path = "/api/me/attendance", tag = "attendance", params(PageQuery),
    responses((status = 200, body = PageOf<AttendanceView>), (status = 401, body = Refused)))]
pub(super) async fn mine(
    State(app): State<AppState>,
    me: SignedIn,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<PageOf<AttendanceView>>, ApiError> {
    let now = app.clock.now();
    let found = attendance::of_account(&app.store, me.profile.account.id, now, page.page()).await?;
    let total = found.total;
    let (number, size) = (found.page.number, found.page.size);
    let rows = found.rows.into_iter().filter_map(|row| {
        // A row exists because of a Session; one without is nothing to show.
        let session = row.card.session.as_ref()?.session.clone();
        Some(AttendanceView {
            session: session.id,
            started_at: session.started_at,
            ended_at: session.ended_at,
            planned_start: row.card.activity.planned_start,
            planned_end: row.card.activity.planned_end,
            activity: cards::activity(row.card),
            intervals: cards::intervals(&row.intervals),
            open: row.open,
            minutes: row.minutes,
        })
    });
    Ok(axum::Json(PageOf { rows: rows.collect(), total, page: number, size }))
}

fn presence(attendee: Attendee) -> PresenceView {
    let (kind, account, school) = match attendee.person {
        Person::Account(id) => (PersonKind::Account, Some(id), attendee.school.as_ref().map(|s| s.name.clone())),
        Person::Guest { school, .. } => (PersonKind::Guest, None, Some(school)),
    };
    PresenceView {
        kind,
        account,
        name: attendee.name,
        school,
        rural: attendee.school.is_some_and(|school| school.rural),
        intervals: cards::intervals(&attendee.intervals),
        open: attendee.open,
        minutes: attendee.minutes,
    }
}
