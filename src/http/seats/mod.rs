//! Seats: who scanned a code says who it is, and is checked in.

mod codes;
mod pass;
mod refusal;
mod who;

pub(super) use codes::{Codes, Point, Shown};
pub(super) use pass::{PASS_LIVES_SECONDS, Pass, with_phone};
pub use refusal::SeatRefusal;
pub(super) use who::signed_in;

use super::auth::Visitor;
use super::body::Json;
use super::error::{ApiError, Refused};
use super::per_address::PerAddress;
use super::shapes::{
    PlaceName, SeatAnswer, SeatCheckInForm, SeatForm, SeatPage, SeatPollForm, SeatPollView, SeatState,
};
use super::state::AppState;
use crate::domain::presence::{Person, PresenceKind};
use crate::domain::{Activity, SessionId, Time};
use crate::live::SessionHandle;
use crate::store::{self, StoreError};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::StatusCode;
use axum_extra::extract::cookie::CookieJar;
use lectern_signaling::effect::{SeatedDetail, UnseatedDetail};
use lectern_signaling::protocol::check_in::{CheckIn, CheckInStanding};
use lectern_signaling::protocol::server::PlaceView;
use lectern_signaling::protocol::{Refusal, SITE, SeatHow, UnseatCause};
use lectern_signaling::room::{Given, Seat, Sitter, Taking};
use pass::SeatToken;
use std::net::SocketAddr;

/// Phones of one school that scan or take a seat at the same moment, and of all.
const AT_ONCE: (usize, usize) = (64, 512);

/// Places for requests of phones.
pub(super) struct Scanning(PerAddress);

impl Default for Scanning {
    fn default() -> Self {
        Self(PerAddress::new(AT_ONCE.0, AT_ONCE.1))
    }
}

impl Scanning {
    pub(super) fn take(&self, address: std::net::IpAddr) -> Option<super::per_address::Place> {
        self.0.take(address)
    }
}

/// Takes the seat that a pass is for, or gives it up where the code was one for checking out: as the person who is
/// signed in, or by name and school.
#[utoipa::path(post, path = "/api/seats", tag = "seats", request_body = SeatForm, responses(
    (status = 201, body = SeatAnswer), (status = 409, description = "Used, late, or seated elsewhere", body = Refused),
    (status = 422, body = Refused), (status = 429, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    visitor: Visitor,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    Json(form): Json<SeatForm>,
) -> Result<(StatusCode, axum::Json<SeatAnswer>), ApiError> {
    let _place = app.scanning.take(from.ip()).ok_or(ApiError::TooManyHere)?;
    let pass = Pass::open(&form.pass, &app.key, app.clock.seconds(), &jar)?;
    let live = app.live.get(pass.session).ok_or(ApiError::SessionEnded)?;
    let session = store::session::get(&app.store, pass.session).await?;
    let activity = store::activity::get(&app.store, session.activity).await?;
    let who = match (&visitor.0, form.guest) {
        (Some(me), _) => signed_in(me),
        (None, Some(guest)) => who::named(&app, &activity, session.started_at.day(), guest).await?,
        (None, None) => return Err(ApiError::SignInFirst),
    };
    let answer = match pass.point {
        Point::Classroom(id) => sit(&app, &live, &pass, Person::Classroom(id).key(), who).await?,
        Point::SiteIn => sit(&app, &live, &pass, SITE.to_owned(), who).await?,
        Point::SiteOut => check_out(&app, &live, &pass, who).await?,
        Point::CheckIn(number) => answer_check_in(&app, &live, &pass, number, who).await?,
    };
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

async fn sit(
    app: &AppState,
    live: &SessionHandle,
    pass: &Pass,
    place: String,
    who: Sitter,
) -> Result<SeatAnswer, ApiError> {
    if let Some((seat, at)) = held(live, &who.key).await? {
        // The answer to the first request got lost on its way.
        let same_phone = seat.device.as_ref() == Some(&pass.device);
        if seat.place == place && live.check_in(who.key.clone()).await?.is_some_and(|open| asks_again(&open, &place)) {
            return answer_at_place(app, live, pass, &who, (seat, at)).await;
        }
        if seat.place == place && (who.signed_in || same_phone) {
            return Ok(answer(app, pass.session, &seat, Some(at)));
        }
        return Err(SeatRefusal::AlreadySeated { at: in_words(&at) }.into());
    }
    let by = [who.key.as_str(), pass.device.as_str()];
    app.codes.use_up(app.clock.now(), &pass.once, by)?;
    let how = if pass.printed { SeatHow::Printed } else { SeatHow::Scan };
    let taking = Taking { place, who: who.clone(), how, by: None, device: Some(pass.device.clone()) };
    match live.seat(taking).await {
        Ok(seat) => {
            let place = held(live, &who.key).await?.map(|(_, at)| at);
            Ok(answer(app, pass.session, &seat, place))
        }
        Err(refusal) => {
            app.codes.give_back(&pass.once, by);
            Err(refusal.into())
        }
    }
}

/// Is this a check-in of those who sit here, which this person has not answered?
fn asks_again(open: &CheckIn, place: &str) -> bool {
    open.place.as_deref() == Some(place) && open.you == CheckInStanding::Asked
}

/// Who scans the code of the own Classroom again, while it is checked anew, is there.
async fn answer_at_place(
    app: &AppState,
    live: &SessionHandle,
    pass: &Pass,
    who: &Sitter,
    (seat, at): (Seat, PlaceView),
) -> Result<SeatAnswer, ApiError> {
    let open = live.check_in(who.key.clone()).await?.ok_or(Refusal::NoCheckIn)?;
    scanned(app, live, pass, open.number, who).await?;
    Ok(answer(app, pass.session, &seat, Some(at)))
}

/// The code of a check-in was scanned: the person is here, wherever.
async fn answer_check_in(
    app: &AppState,
    live: &SessionHandle,
    pass: &Pass,
    number: u32,
    who: Sitter,
) -> Result<SeatAnswer, ApiError> {
    scanned(app, live, pass, number, &who).await?;
    let at = app.clock.now();
    Ok(match held(live, &who.key).await? {
        Some((seat, place)) => SeatAnswer { at, ..answer(app, pass.session, &seat, Some(place)) },
        None => SeatAnswer { seat: None, number: None, name: who.name, school: who.school, place: None, at },
    })
}

async fn scanned(app: &AppState, live: &SessionHandle, pass: &Pass, number: u32, who: &Sitter) -> Result<(), ApiError> {
    let by = [who.key.as_str(), pass.device.as_str()];
    app.codes.use_up(app.clock.now(), &pass.once, by)?;
    let answered = live.answer(who.key.clone(), number, Given::Scanned).await;
    answered.map_err(|refusal| {
        app.codes.give_back(&pass.once, by);
        refusal.into()
    })
}

async fn check_out(app: &AppState, live: &SessionHandle, pass: &Pass, who: Sitter) -> Result<SeatAnswer, ApiError> {
    let (seat, at) =
        held(live, &who.key).await?.filter(|(seat, _)| seat.place == SITE).ok_or(SeatRefusal::NotSeated)?;
    live.unseat(who.key, SITE.to_owned()).await?;
    Ok(SeatAnswer { at: app.clock.now(), ..answer(app, pass.session, &seat, Some(at)) })
}

/// Where the person sits now.
async fn held(live: &SessionHandle, key: &str) -> Result<Option<(Seat, PlaceView)>, Refusal> {
    let key = key.to_owned();
    live.look(move |room| {
        let seat = room.seat_of(&key)?;
        Some((seat.clone(), room.place(&seat.place)?))
    })
    .await
}

fn answer(app: &AppState, session: SessionId, seat: &Seat, place: Option<PlaceView>) -> SeatAnswer {
    SeatAnswer {
        seat: Some(SeatToken::of(session, seat).seal(&app.key)),
        number: Some(seat.number),
        name: seat.who.name.clone(),
        school: seat.who.school.clone(),
        place: place.map(|place| PlaceName { name: place.name, school: place.school }),
        at: time_of(seat),
    }
}

/// How a seat stands, for the phone that took it.
#[utoipa::path(get, path = "/api/seats/{token}", tag = "seats", params(("token" = String, Path)),
    responses((status = 200, body = SeatPage), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<axum::Json<SeatPage>, ApiError> {
    let token = SeatToken::open(&token, &app.key)?;
    Ok(axum::Json(page(&app, &token).await?))
}

/// The person leaves the seat. Leaving it twice is no error.
#[utoipa::path(post, path = "/api/seats/{token}/leaving", tag = "seats", params(("token" = String, Path)),
    responses((status = 200, body = SeatPage), (status = 404, body = Refused), (status = 503, body = Refused)))]
pub(super) async fn leave(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<axum::Json<SeatPage>, ApiError> {
    let token = SeatToken::open(&token, &app.key)?;
    if let Some(live) = app.live.get(token.session)
        && held(&live, &token.key).await?.is_some_and(|(seat, _)| is_seat(&token, &seat))
    {
        live.unseat(token.key.clone(), token.place.clone()).await?;
    }
    Ok(axum::Json(page(&app, &token).await?))
}

/// The person on the seat answers a check-in.
#[utoipa::path(post, path = "/api/seats/{token}/answers", tag = "seats", params(("token" = String, Path)),
    request_body = SeatCheckInForm, responses((status = 200, body = SeatPage), (status = 404, body = Refused),
    (status = 409, description = "No such check-in is open, or not for this person", body = Refused)))]
pub(super) async fn answer_from_seat(
    State(app): State<AppState>,
    Path(token): Path<String>,
    Json(form): Json<SeatCheckInForm>,
) -> Result<axum::Json<SeatPage>, ApiError> {
    let token = SeatToken::open(&token, &app.key)?;
    let live = taken(&app, &token).await?;
    live.answer(token.key.clone(), form.number, Given::Said { code: form.code }).await?;
    Ok(axum::Json(page(&app, &token).await?))
}

/// The person on the seat answers a poll, or answers it otherwise.
#[utoipa::path(post, path = "/api/seats/{token}/choices", tag = "seats", params(("token" = String, Path)),
    request_body = SeatPollForm, responses((status = 200, body = SeatPage), (status = 404, body = Refused),
    (status = 409, description = "No such poll is open, or no such option", body = Refused)))]
pub(super) async fn choose_from_seat(
    State(app): State<AppState>,
    Path(token): Path<String>,
    Json(form): Json<SeatPollForm>,
) -> Result<axum::Json<SeatPage>, ApiError> {
    let token = SeatToken::open(&token, &app.key)?;
    let live = taken(&app, &token).await?;
    live.choose(token.key.clone(), form.number, form.choices).await?;
    Ok(axum::Json(page(&app, &token).await?))
}

/// The live Session in which this seat is taken.
async fn taken(app: &AppState, token: &SeatToken) -> Result<SessionHandle, ApiError> {
    let live = app.live.get(token.session).ok_or(ApiError::SessionEnded)?;
    let is_taken = held(&live, &token.key).await?.is_some_and(|(seat, _)| is_seat(token, &seat));
    if is_taken { Ok(live) } else { Err(SeatRefusal::SeatUnknown.into()) }
}

async fn page(app: &AppState, token: &SeatToken) -> Result<SeatPage, ApiError> {
    if let Some(live) = app.live.get(token.session)
        && let Ok(Some((seat, place))) = held(&live, &token.key).await
        && is_seat(token, &seat)
    {
        return Ok(SeatPage {
            state: SeatState::Seated,
            number: seat.number,
            place: PlaceName { name: place.name, school: place.school },
            at: time_of(&seat),
            name: seat.who.name,
            left_at: None,
            reason: None,
            check_in: live.check_in(token.key.clone()).await.ok().flatten(),
            poll: live
                .poll(token.key.clone())
                .await
                .ok()
                .flatten()
                .map(|(poll, choices)| SeatPollView { poll, choices }),
        });
    }
    left(app, token).await
}

/// A seat that is empty again, as the ledger tells.
async fn left(app: &AppState, token: &SeatToken) -> Result<SeatPage, ApiError> {
    let session = store::session::get(&app.store, token.session).await?;
    let activity = store::activity::get(&app.store, session.activity).await?;
    let lines = store::ledger::seat_lines(&app.store, token.session, &token.key).await?;
    let taken = lines.iter().enumerate().find_map(|(at, line)| {
        let detail: SeatedDetail = serde_json::from_str(&line.detail).ok()?;
        let own = line.kind == PresenceKind::Seated && detail.place == token.place && detail.number == token.number;
        own.then_some((at, line.wall, detail.name))
    });
    let (at, wall, name) = taken.ok_or(SeatRefusal::SeatUnknown)?;
    let gone = lines[at..].iter().find(|line| line.kind == PresenceKind::Unseated);
    let why = gone.and_then(|line| serde_json::from_str::<UnseatedDetail>(&line.detail).ok());
    let (state, reason) = match why.as_ref().map(|why| why.cause) {
        Some(UnseatCause::Asked | UnseatCause::Sheet) => (SeatState::Left, None),
        Some(UnseatCause::Struck) => (SeatState::Struck, why.and_then(|why| why.reason)),
        Some(UnseatCause::ClassroomLeft) => (SeatState::Left, Some("教室的设备离开了课堂。".to_owned())),
        Some(UnseatCause::ClassroomClosed) => (SeatState::Left, Some("这间教室已经关闭。".to_owned())),
        Some(UnseatCause::Removed) => (SeatState::Left, Some(Refusal::RemovedByHost.to_string())),
        Some(UnseatCause::SessionEnded) | None => (SeatState::Ended, None),
    };
    Ok(SeatPage {
        state,
        number: token.number,
        name,
        place: place_named(app, &token.place, &activity).await?,
        at: wall,
        left_at: gone.map(|line| line.wall).or(session.ended_at),
        reason,
        check_in: None,
        poll: None,
    })
}

/// Is this the seat that the token names? A person who sat down again has another one.
fn is_seat(token: &SeatToken, seat: &Seat) -> bool {
    (&seat.place, seat.number) == (&token.place, token.number)
}

async fn place_named(app: &AppState, place: &str, activity: &Activity) -> Result<PlaceName, StoreError> {
    match Person::from_key(place) {
        Some(Person::Classroom(id)) => {
            let room = store::classroom::get(&app.store, id).await?;
            Ok(PlaceName { name: room.classroom.name, school: Some(room.school.name) })
        }
        _ => Ok(PlaceName { name: activity.place.clone(), school: None }),
    }
}

fn in_words(place: &PlaceView) -> String {
    match &place.school {
        Some(school) => format!("{school} {}", place.name),
        None => place.name.clone(),
    }
}

fn time_of(seat: &Seat) -> Time {
    Time::from_micros(i64::try_from(seat.at.0.saturating_mul(1000)).unwrap_or(i64::MAX))
}
