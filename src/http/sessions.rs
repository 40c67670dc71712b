//! Sessions: going live, coming in, ending.

use super::auth::{HostOf, Occurrence, SignedIn, Visitor};
use super::body::{Id, Json};
use super::cards;
use super::error::{ApiError, Need, Refused};
use super::shapes::{EncoderAnswer, GuestForm, SessionAnswer, SessionPage, SessionState, TicketAnswer, TicketForm};
use super::state::AppState;
use super::ticket::{Subject, Ticket};
use crate::domain::recording::records_by_itself;
use crate::domain::{Activity, ActivityRole, Checks, MemberRole, Session, SessionId, Time};
use crate::live::{Going, RecordingSwitch, places};
use crate::store::card::{self, ActivityCard, Look};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;
use lectern_signaling::protocol::{Refusal, SessionRole};
use std::time::Duration;

/// A ticket outlasts the longest lesson of a day, because a dropped client shows it again when it comes back.
pub(super) const TICKET_LIVES: Duration = Duration::from_secs(6 * 3600);
/// Somebody sets an encoder up in the morning for the whole day.
const ENCODER_TOKEN_LIVES: Duration = Duration::from_secs(12 * 3600);

/// Told before anybody comes in.
pub(super) const NOTICE: &str = "进入后，服务器会记下您实际收看的时间，用于活动考勤，随活动档案长期保存。不取位置，不拍照。讲课和发言会录制，是否在录，课堂上方一直标明。";

/// 开始直播: the Activity's Session begins now.
#[utoipa::path(post, path = "/api/activities/{id}/go-live", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 201, body = SessionAnswer), (status = 403, body = Refused),
    (status = 409, description = "Already live, ended or cancelled", body = Refused),
    (status = 503, description = "As many Sessions as the server takes are live", body = Refused)))]
pub(super) async fn go_live(
    State(app): State<AppState>,
    host: HostOf<Activity>,
) -> Result<(StatusCode, axum::Json<SessionAnswer>), ApiError> {
    if app.is_draining() {
        return Err(ApiError::Draining);
    }
    // Before the Activity is on record as live: afterwards there must be a Room for it.
    let place = app.live.reserve().map_err(|refusal| match refusal {
        Refusal::Full => ApiError::TooManySessions,
        other => other.into(),
    })?;
    let by = host.me.profile.account.id;
    let known = places(&app.store, &host.noun, app.clock.now()).await?;
    let session = store::session::go_live(&app.store, host.noun.id, Some(by), app.clock.now()).await?;
    let recording = if records_by_itself(host.noun.kind) { RecordingSwitch::On } else { RecordingSwitch::Off };
    let going = Going { id: session.id, title: host.noun.title, started_at: session.started_at, recording };
    // Refused only by a server that has begun to stop: the Session is stored, and its Room opens at the next start.
    place.go_live(going)?.know_places(known).await;
    tracing::info!(session = %session.id, activity = %session.activity, "went live");
    let session = page(&app, Some(&host.me), session.id).await?;
    Ok((StatusCode::CREATED, axum::Json(SessionAnswer { session })))
}

/// 结束直播: everybody is told, and the Session takes nobody in any more. Ending it twice is no error.
#[utoipa::path(post, path = "/api/sessions/{id}/end", tag = "sessions", params(("id" = String, Path)),
    responses((status = 200, body = SessionAnswer), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn end(
    State(app): State<AppState>,
    host: HostOf<Occurrence>,
) -> Result<axum::Json<SessionAnswer>, ApiError> {
    let id = host.noun.session.id;
    if let Some(room) = app.live.get(id) {
        match room.end().await {
            // Somebody else ended it at the same moment.
            Ok(()) | Err(Refusal::SessionEnded) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    // The Room stores the end; this covers a Session that has no Room.
    store::session::end(&app.store, id, app.clock.now()).await?;
    tracing::info!(session = %id, "ended by a host");
    Ok(axum::Json(SessionAnswer { session: page(&app, Some(&host.me), id).await? }))
}

/// What is shown before coming in. Somebody who is not signed in sees it where guests are allowed.
#[utoipa::path(get, path = "/api/sessions/{id}", tag = "sessions", params(("id" = String, Path)),
    responses((status = 200, body = SessionPage), (status = 401, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    visitor: Visitor,
    Id(id): Id,
) -> Result<axum::Json<SessionPage>, ApiError> {
    let page = page(&app, visitor.0.as_ref(), parse(&id)?).await?;
    if visitor.0.is_none() && !page.activity.guests_allowed {
        return Err(ApiError::SignInFirst);
    }
    Ok(axum::Json(page))
}

/// A ticket into the Session: for the Account that is signed in or, where the Activity allows it, for a guest with a name
/// and a school.
#[utoipa::path(post, path = "/api/sessions/{id}/tickets", tag = "sessions", params(("id" = String, Path)),
    request_body = TicketForm, responses((status = 201, body = TicketAnswer), (status = 401, body = Refused),
    (status = 403, description = "Guests are not allowed here", body = Refused),
    (status = 409, description = "The Session has ended", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn ticket(
    State(app): State<AppState>,
    visitor: Visitor,
    Id(id): Id,
    Json(form): Json<TicketForm>,
) -> Result<(StatusCode, axum::Json<TicketAnswer>), ApiError> {
    let id = parse(&id)?;
    let card = live_card(&app, visitor.0.as_ref(), id).await?;
    let (subject, role) = match (visitor.0, form.guest) {
        (Some(me), _) => (subject_of(&me, is_core(&app, &me, &card).await?), role_of(&me, card.my_role)),
        (None, None) => return Err(ApiError::SignInFirst),
        (None, Some(_)) if !card.activity.guests_allowed => return Err(ApiError::Forbidden(Need::AccountHere)),
        (None, Some(guest)) => (subject_of_guest(guest)?, SessionRole::Viewer),
    };
    let expires_at = app.clock.now() + TICKET_LIVES;
    let ticket = Ticket::new(id.to_string(), subject, role, seconds(expires_at));
    let answer = TicketAnswer {
        ticket: ticket.seal(&app.key),
        socket: format!("/api/sessions/{id}/socket"),
        expires_at,
        role,
        participant_name: ticket.subject.name().to_owned(),
    };
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

/// A bearer token with which an encoder such as OBS publishes into the Session (WHIP).
#[utoipa::path(post, path = "/api/sessions/{id}/encoders", tag = "sessions", params(("id" = String, Path)), responses(
    (status = 201, body = EncoderAnswer), (status = 403, body = Refused), (status = 409, body = Refused)))]
pub(super) async fn encoder(
    State(app): State<AppState>,
    host: HostOf<Occurrence>,
) -> Result<(StatusCode, axum::Json<EncoderAnswer>), ApiError> {
    let id = host.noun.session.id;
    if !host.noun.session.live() {
        return Err(ApiError::SessionEnded);
    }
    let expires_at = app.clock.now() + ENCODER_TOKEN_LIVES;
    let name = host.me.profile.account.name;
    let token = Ticket::for_encoder(id.to_string(), name, seconds(expires_at)).seal(&app.key);
    let whip = format!("/api/sessions/{id}/whip");
    Ok((StatusCode::CREATED, axum::Json(EncoderAnswer { whip, token, expires_at })))
}

pub(super) fn parse(id: &str) -> Result<SessionId, ApiError> {
    SessionId::parse(id).map_err(|_| ApiError::Missing(Noun::Session))
}

async fn page(app: &AppState, me: Option<&SignedIn>, id: SessionId) -> Result<SessionPage, ApiError> {
    let session = store::session::get(&app.store, id).await?;
    let look = Look { account: me.map(|me| me.profile.account.id), now: app.clock.now() };
    let card = card::of_session(&app.store, look, id).await?;
    Ok(SessionPage {
        id,
        state: if session.live() { SessionState::Live } else { SessionState::Ended },
        started_at: session.started_at,
        ended_at: session.ended_at,
        people: card.session.as_ref().map_or(0, |session| session.people),
        recording_notice: NOTICE.to_owned(),
        activity: cards::activity(card),
    })
}

/// The card of a Session that takes people in.
async fn live_card(app: &AppState, me: Option<&SignedIn>, id: SessionId) -> Result<ActivityCard, ApiError> {
    if app.is_draining() {
        return Err(ApiError::Draining);
    }
    let look = Look { account: me.map(|me| me.profile.account.id), now: app.clock.now() };
    let card = card::of_session(&app.store, look, id).await?;
    if card.session.as_ref().is_some_and(|found| Session::live(&found.session)) {
        return Ok(card);
    }
    Err(ApiError::SessionEnded)
}

/// Is the person on the core roster of the Studio today?
async fn is_core(app: &AppState, me: &SignedIn, card: &ActivityCard) -> Result<bool, ApiError> {
    let today = app.clock.now().day();
    let role = store::membership::role_on(&app.store, card.studio.id, me.profile.account.id, today).await?;
    Ok(role == Some(MemberRole::Core))
}

fn subject_of(me: &SignedIn, core: bool) -> Subject {
    let school = me.profile.school.as_ref();
    Subject::Account {
        id: me.profile.account.id.to_string(),
        name: me.profile.account.name.clone(),
        school: school.map(|school| school.name.clone()),
        rural: school.is_some_and(|school| school.rural),
        core,
    }
}

/// An admin steps in as a host, to help one who is stuck.
fn role_of(me: &SignedIn, role: Option<ActivityRole>) -> SessionRole {
    match role {
        _ if me.is_admin() => SessionRole::Host,
        Some(ActivityRole::Host) => SessionRole::Host,
        Some(ActivityRole::Presenter) => SessionRole::Presenter,
        Some(ActivityRole::Viewer) | None => SessionRole::Viewer,
    }
}

fn subject_of_guest(guest: GuestForm) -> Result<Subject, ApiError> {
    // The ledger writes guests as `name@school`.
    let plain = |text: &str| !text.contains('@');
    Checks::new()
        .text(&guest.name, "name", "姓名", 30)
        .text(&guest.school, "school", "学校名称", 60)
        .that(plain(&guest.name), "name", "姓名里不能有 @。")
        .that(plain(&guest.school), "school", "学校名称里不能有 @。")
        .done()?;
    let trimmed = |text: String| text.trim().to_owned();
    Ok(Subject::Guest { name: trimmed(guest.name), school: trimmed(guest.school), rural: guest.rural })
}

fn seconds(at: Time) -> i64 {
    at.micros().div_euclid(1_000_000)
}
