//! Classrooms (集体观看): a School's shared device, with its own link, and the people who are to sit in front of it.

use super::auth::{KeeperOf, OfStudio, Visitor};
use super::body::Json;
use super::cards;
use super::error::{ApiError, Refused};
use super::seal::{tagged, untagged};
use super::seats::{Point, SeatRefusal};
use super::sessions::{NOTICE, TICKET_LIVES};
use super::shapes::{
    ClassroomForm, ClassroomLink, ClassroomState, ClassroomView, CodeAnswer, RosterName, Rows, SchoolName, TicketAnswer,
};
use super::state::AppState;
use super::ticket::{SessionRole, Subject, Ticket};
use crate::domain::presence::Person;
use crate::domain::{Activity, ActivityState, ClassroomId, NewClassroom, SessionId, StudioId};
use crate::live::{SessionHandle, places};
use crate::store::card::{self, ActivityCard, Look};
use crate::store::classroom::SchoolRoom;
use crate::store::{self, Noun};
use axum::extract::{Path, State};
use axum::http::StatusCode;

const LINK: &str = "classroom link";

/// A Classroom and the Activity that it takes part in.
pub(super) struct ClassroomOf {
    room: SchoolRoom,
    activity: Activity,
}

impl OfStudio for ClassroomOf {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = ClassroomId::parse(id).map_err(|_| ApiError::Missing(Noun::Classroom))?;
        let room = store::classroom::get(&app.store, id).await?;
        let activity = store::activity::get(&app.store, room.classroom.activity).await?;
        Ok(Self { room, activity })
    }

    fn studio(&self) -> StudioId {
        self.activity.studio
    }
}

/// The Classrooms of the Activity, the closed ones too.
#[utoipa::path(get, path = "/api/activities/{id}/classrooms", tag = "classrooms", params(("id" = String, Path)),
    responses((status = 200, body = Rows<ClassroomView>), (status = 403, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    keeper: KeeperOf<Activity>,
) -> Result<axum::Json<Rows<ClassroomView>>, ApiError> {
    let found = store::classroom::of_activity(&app.store, keeper.noun.id).await?;
    let live = live_room(&app, &keeper.noun).await?;
    let mut rows = Vec::with_capacity(found.len());
    for room in found {
        let present = is_present(live.as_ref(), room.classroom.id).await;
        rows.push(view(&app, room, present));
    }
    Ok(axum::Json(Rows { rows }))
}

/// A Classroom of a School, with the link for its device.
#[utoipa::path(post, path = "/api/activities/{id}/classrooms", tag = "classrooms", params(("id" = String, Path)),
    request_body = ClassroomForm, responses((status = 201, body = ClassroomView), (status = 403, body = Refused),
    (status = 409, description = "The Activity is over", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    keeper: KeeperOf<Activity>,
    Json(form): Json<ClassroomForm>,
) -> Result<(StatusCode, axum::Json<ClassroomView>), ApiError> {
    let activity = keeper.noun;
    let new = NewClassroom { activity: activity.id, school: form.school, name: form.name, expected: form.expected };
    let room = store::classroom::create(&app.store, new, app.clock.now()).await?;
    if let Some(live) = live_room(&app, &activity).await? {
        live.know_places(places(&app.store, &activity, app.clock.now()).await?).await;
    }
    Ok((StatusCode::CREATED, axum::Json(view(&app, room, false))))
}

/// It takes nobody in any more: who sits there leaves, its device is put out. Closing it twice is no error.
#[utoipa::path(post, path = "/api/classrooms/{id}/closing", tag = "classrooms", params(("id" = String, Path)),
    responses((status = 200, body = ClassroomView), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn close(
    State(app): State<AppState>,
    keeper: KeeperOf<ClassroomOf>,
) -> Result<axum::Json<ClassroomView>, ApiError> {
    let ClassroomOf { room, activity } = keeper.noun;
    let id = room.classroom.id;
    // First on record that it is closed: whoever asks for a ticket afterwards is refused.
    let room = store::classroom::close(&app.store, id, app.clock.now()).await?;
    if let Some(live) = live_room(&app, &activity).await? {
        live.close_classroom(Person::Classroom(id).key()).await?;
    }
    Ok(axum::Json(view(&app, room, false)))
}

/// What the device of a Classroom shows before it comes in.
#[utoipa::path(get, path = "/api/classroom-links/{token}", tag = "classrooms", params(("token" = String, Path)),
    responses((status = 200, body = ClassroomLink), (status = 404, body = Refused)))]
pub(super) async fn link(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<axum::Json<ClassroomLink>, ApiError> {
    let room = linked(&app, &token).await?;
    let look = Look { account: visitor.0.map(|me| me.profile.account.id), now: app.clock.now() };
    let card = card::of_activity(&app.store, look, room.classroom.activity).await?;
    let session = live_session(&card);
    let state = match (room.classroom.closed_at, card.activity.state) {
        (Some(_), _) => ClassroomState::Closed,
        (None, ActivityState::Planned) => ClassroomState::Waiting,
        (None, ActivityState::Live) => ClassroomState::Live,
        (None, ActivityState::Ended | ActivityState::Cancelled) => ClassroomState::Ended,
    };
    let begun = card.session.as_ref().map_or(card.activity.planned_start, |found| found.session.started_at);
    let mut people = store::membership::roster_on(&app.store, card.activity.studio, begun.day()).await?;
    people.retain(|one| one.school.as_ref().is_some_and(|school| school.id == room.school.id));
    people.dedup_by_key(|one| one.account.id);
    let late = store::policy::parameters(&app.store, &card.studio, begun.day()).late();
    let late_after =
        card.session.as_ref().map(|found| card.activity.planned_start.max(found.session.started_at) + late);
    Ok(axum::Json(ClassroomLink {
        id: room.classroom.id,
        name: room.classroom.name,
        school: SchoolName { id: room.school.id, name: room.school.name, rural: room.school.rural },
        expected: room.classroom.expected,
        people: people.into_iter().map(|one| RosterName { name: one.account.name }).collect(),
        activity: cards::activity(card),
        session,
        state,
        late_after,
        recording_notice: NOTICE.to_owned(),
    }))
}

/// A ticket with which the device stands for its Classroom. Another device that does takes over.
#[utoipa::path(post, path = "/api/classroom-links/{token}/tickets", tag = "classrooms",
    params(("token" = String, Path)), responses((status = 201, body = TicketAnswer), (status = 404, body = Refused),
    (status = 409, description = "Not live, or closed", body = Refused)))]
pub(super) async fn ticket(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<(StatusCode, axum::Json<TicketAnswer>), ApiError> {
    let (room, session) = open_room(&app, &token).await?;
    let SchoolRoom { classroom, school } = room;
    let subject =
        Subject::Classroom { id: classroom.id, name: classroom.name, school: school.name, rural: school.rural };
    let expires_at = app.clock.now() + TICKET_LIVES;
    let role = SessionRole::Viewer;
    let ticket = Ticket::new(session.to_string(), subject, role, expires_at.micros().div_euclid(1_000_000));
    let answer = TicketAnswer {
        ticket: ticket.seal(&app.key),
        socket: format!("/api/sessions/{session}/socket"),
        expires_at,
        role,
        participant_name: ticket.subject.name().to_owned(),
    };
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

/// The code that the Classroom's device shows now, while it is connected.
#[utoipa::path(post, path = "/api/classroom-links/{token}/codes", tag = "classrooms",
    params(("token" = String, Path)), responses((status = 201, body = CodeAnswer), (status = 404, body = Refused),
    (status = 409, description = "The device is not in the Room", body = Refused)))]
pub(super) async fn code(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<(StatusCode, axum::Json<CodeAnswer>), ApiError> {
    let (room, session) = open_room(&app, &token).await?;
    let id = room.classroom.id;
    let live = app.live.get(session).ok_or(ApiError::SessionEnded)?;
    let device = device_of(&live, id).await.ok_or(SeatRefusal::ClassroomAway)?;
    let shown = app.codes.show(app.clock.now(), session, Point::Classroom(id), Some(device));
    Ok((StatusCode::CREATED, axum::Json(super::scans::shown(shown))))
}

/// The Classroom of a link.
async fn linked(app: &AppState, token: &str) -> Result<SchoolRoom, ApiError> {
    let id = untagged(&app.key, LINK, token).and_then(|id| ClassroomId::parse(id).ok());
    Ok(store::classroom::get(&app.store, id.ok_or(ApiError::Missing(Noun::Classroom))?).await?)
}

/// The Classroom of a link, which takes people in now, and the Session that it is in.
async fn open_room(app: &AppState, token: &str) -> Result<(SchoolRoom, SessionId), ApiError> {
    if app.is_draining() {
        return Err(ApiError::Draining);
    }
    let room = linked(app, token).await?;
    if room.classroom.closed_at.is_some() {
        return Err(SeatRefusal::ClassroomClosed.into());
    }
    let look = Look { account: None, now: app.clock.now() };
    let card = card::of_activity(&app.store, look, room.classroom.activity).await?;
    Ok((room, live_session_or_why(&card)?))
}

/// The Session of an Activity that is live now.
pub(super) fn live_session(card: &ActivityCard) -> Option<SessionId> {
    card.session.as_ref().filter(|found| found.session.live()).map(|found| found.session.id)
}

pub(super) fn live_session_or_why(card: &ActivityCard) -> Result<SessionId, ApiError> {
    match (live_session(card), card.activity.state) {
        (Some(session), _) => Ok(session),
        (None, ActivityState::Planned) => Err(SeatRefusal::NotBegun.into()),
        (None, _) => Err(ApiError::SessionEnded),
    }
}

async fn live_room(app: &AppState, activity: &Activity) -> Result<Option<SessionHandle>, ApiError> {
    if activity.state != ActivityState::Live {
        return Ok(None);
    }
    let look = Look { account: None, now: app.clock.now() };
    let card = card::of_activity(&app.store, look, activity.id).await?;
    Ok(live_session(&card).and_then(|session| app.live.get(session)))
}

/// The Classroom's device, while it is connected.
pub(super) async fn device_of(
    live: &SessionHandle,
    id: ClassroomId,
) -> Option<lectern_signaling::protocol::ParticipantId> {
    let place = Person::Classroom(id).key();
    live.look(move |room| room.connected_device(&place)).await.ok().flatten()
}

async fn is_present(live: Option<&SessionHandle>, id: ClassroomId) -> bool {
    match live {
        Some(live) => device_of(live, id).await.is_some(),
        None => false,
    }
}

fn view(app: &AppState, room: SchoolRoom, present: bool) -> ClassroomView {
    let SchoolRoom { classroom, school } = room;
    let closed = classroom.closed_at.is_some();
    ClassroomView {
        id: classroom.id,
        name: classroom.name,
        school: SchoolName { id: school.id, name: school.name, rural: school.rural },
        expected: classroom.expected,
        closed,
        present,
        link: (!closed).then(|| format!("/classroom/{}", tagged(&app.key, LINK, classroom.id.as_str()))),
    }
}
