//! Attendance as the ledger proves it: of everybody in one Session, and of oneself in all.

use super::auth::{KeeperOf, Occurrence, SignedIn};
use super::body::{PageQuery, Query};
use super::cards;
use super::error::{ApiError, Refused};
use super::shapes::{
    AttendancePage, AttendanceView, ParametersSearch, ParametersView, PersonKind, PresencePage, PresenceView,
};
use super::state::AppState;
use crate::domain::attendance::AttendanceParameters;
use crate::domain::presence::Person;
use crate::store;
use crate::store::attendance::{self, Attendee};
use axum::extract::State;

/// What "attended" means here, or in this Studio today; for everybody, before they come in.
#[utoipa::path(get, path = "/api/attendance-parameters", tag = "attendance", params(ParametersSearch),
    responses((status = 200, body = ParametersView), (status = 404, body = Refused)))]
pub(super) async fn parameters(
    State(app): State<AppState>,
    Query(search): Query<ParametersSearch>,
) -> Result<axum::Json<ParametersView>, ApiError> {
    let parameters = match search.studio {
        Some(id) => {
            let studio = store::studio::get(&app.store, id).await?;
            store::policy::parameters(&app.store, &studio, app.clock.now().day())
        }
        None => AttendanceParameters::default(),
    };
    Ok(axum::Json(cards::parameters(&parameters)))
}

/// Who was in the Session, when, and what it comes to, for its hosts and their office.
#[utoipa::path(get, path = "/api/sessions/{id}/presence", tag = "attendance", params(("id" = String, Path)),
    responses((status = 200, body = PresencePage), (status = 403, body = Refused)))]
pub(super) async fn of_session(
    State(app): State<AppState>,
    keeper: KeeperOf<Occurrence>,
) -> Result<axum::Json<PresencePage>, ApiError> {
    let (parameters, found) = attendance::of_session(&app.store, keeper.noun.session.id).await?;
    let rows = found.into_iter().filter_map(presence).collect();
    Ok(axum::Json(PresencePage { parameters: cards::parameters(&parameters), rows }))
}

/// The Sessions that the person who asks was in, the newest first.
#[utoipa::path(get, path = "/api/me/attendance", tag = "attendance", params(PageQuery),
    responses((status = 200, body = AttendancePage), (status = 401, body = Refused)))]
pub(super) async fn mine(
    State(app): State<AppState>,
    me: SignedIn,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<AttendancePage>, ApiError> {
    let now = app.clock.now();
    let found = attendance::of_account(&app.store, me.profile.account.id, now, page.page()).await?;
    // Each record is judged by its own Studio's; told are those of the latest.
    let latest = found.rows.first().and_then(|row| Some((&row.card.studio, row.card.session.as_ref()?)));
    let parameters = latest.map_or_else(AttendanceParameters::default, |(studio, held)| {
        store::policy::parameters(&app.store, studio, held.session.started_at.day())
    });
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
            record: cards::record(row.record),
        })
    });
    Ok(axum::Json(AttendancePage {
        parameters: cards::parameters(&parameters),
        rows: rows.collect(),
        total,
        page: number,
        size,
    }))
}

fn presence(attendee: Attendee) -> Option<PresenceView> {
    let (kind, account, school) = match attendee.person {
        Person::Account(id) => (PersonKind::Account, Some(id), attendee.school.as_ref().map(|s| s.name.clone())),
        Person::Guest { school, .. } => (PersonKind::Guest, None, Some(school)),
        Person::Classroom(_) => return None,
    };
    Some(PresenceView {
        key: attendee.record.person.clone(),
        kind,
        account,
        name: attendee.name,
        school,
        rural: attendee.school.is_some_and(|school| school.rural),
        record: cards::record(attendee.record),
        shares_device: attendee.shares_device,
    })
}
