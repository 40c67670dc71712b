//! Codes that hosts show, and what comes of a phone that scans one.

use super::auth::{HostOf, Occurrence, Visitor};
use super::body::Json;
use super::cards;
use super::classrooms::{device_of, live_session_or_why};
use super::error::{ApiError, Refused};
use super::logins::Https;
use super::printed_codes;
use super::seats::{PASS_LIVES_SECONDS, Pass, Point, SeatRefusal, Shown, signed_in, with_phone};
use super::sessions::NOTICE;
use super::shapes::{CodeAnswer, CodeForm, CodePoint, PlaceName, ScanAnswer, ScanForm, ScanPoint, ScannedBy};
use super::socket::device_mark;
use super::state::AppState;
use crate::domain::{Activity, PrintedCodeId, SessionId, Time};
use crate::store;
use crate::store::card::{self, ActivityCard, Look};
use axum::extract::{ConnectInfo, Extension, State};
use axum::http::StatusCode;
use axum_extra::extract::cookie::CookieJar;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::net::SocketAddr;
use std::time::Duration;

/// The code that a host's phone shows now: for checking in or out at the site, or for answering a check-in.
#[utoipa::path(post, path = "/api/sessions/{id}/codes", tag = "seats", params(("id" = String, Path)),
    request_body = CodeForm, responses((status = 201, body = CodeAnswer), (status = 403, body = Refused),
    (status = 409, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create_code(
    State(app): State<AppState>,
    host: HostOf<Occurrence>,
    Json(form): Json<CodeForm>,
) -> Result<(StatusCode, axum::Json<CodeAnswer>), ApiError> {
    let session = host.noun.session.id;
    if app.live.get(session).is_none() {
        return Err(ApiError::SessionEnded);
    }
    let point = match (form.point, form.number) {
        (CodePoint::SiteIn, _) => Point::SiteIn,
        (CodePoint::SiteOut, _) => Point::SiteOut,
        (CodePoint::CheckIn, Some(number)) => Point::CheckIn(number),
        (CodePoint::CheckIn, None) => return Err(ApiError::field("number", "请写明是第几次签到。")),
    };
    let shown_now = app.codes.show(app.clock.now(), session, point, None);
    Ok((StatusCode::CREATED, axum::Json(shown(shown_now))))
}

/// A phone scanned a code. The answer says for what it is good, and gives a pass with which the same phone may take a seat
/// within 5 minutes.
#[utoipa::path(post, path = "/api/scans", tag = "seats", request_body = ScanForm, responses(
    (status = 201, body = ScanAnswer), (status = 404, description = "No such code", body = Refused),
    (status = 409, description = "Late, used, or not valid now", body = Refused), (status = 422, body = Refused),
    (status = 429, description = "Too many from this address at once", body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    visitor: Visitor,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Extension(Https(https)): Extension<Https>,
    jar: CookieJar,
    Json(form): Json<ScanForm>,
) -> Result<(StatusCode, CookieJar, axum::Json<ScanAnswer>), ApiError> {
    let _place = app.scanning.take(from.ip()).ok_or(ApiError::TooManyHere)?;
    if app.is_draining() {
        return Err(ApiError::Draining);
    }
    let now = app.clock.now();
    let look = Look { account: visitor.0.as_ref().map(|me| me.profile.account.id), now };
    let Scanned { session, point, card, printed } = match printed_codes::scanned(&app, &form.code) {
        Some(id) => on_paper(&app, look, id).await?,
        None => on_a_screen(&app, look, &form.code).await?,
    };
    let live = app.live.get(session).ok_or(ApiError::SessionEnded)?;
    let device = device_mark(session, &form.device);
    let device = device.ok_or_else(|| ApiError::field("device", "请用手机浏览器打开这个页面。"))?;
    if !printed && app.codes.is_used(&form.code, &device) {
        return Err(SeatRefusal::CodeUsed.into());
    }
    let me = visitor.0.as_ref().map(signed_in);
    let key = me.as_ref().map(|who| who.key.clone());
    let seated = live.look(move |room| key.is_some_and(|key| room.seat_of(&key).is_some())).await?;
    let once = if printed { URL_SAFE_NO_PAD.encode(super::key::random::<12>()) } else { form.code };
    let (jar, phone) = with_phone(jar, https);
    let exp = app.clock.seconds() + PASS_LIVES_SECONDS;
    let pass = Pass { session, point, printed, once, device, phone, exp };
    let answer = ScanAnswer {
        pass: pass.seal(&app.key),
        point: point_of(point),
        place: place_of(&app, point, &card.activity).await?,
        session,
        pass_expires_at: Time::from_seconds(exp),
        me: me.map(|who| ScannedBy { name: who.name, school: who.school }),
        guests: card.activity.guests_allowed,
        seated,
        recording_notice: NOTICE.to_owned(),
        activity: cards::activity(card),
    };
    Ok((StatusCode::CREATED, jar, axum::Json(answer)))
}

/// What a code was good for.
struct Scanned {
    session: SessionId,
    point: Point,
    card: ActivityCard,
    printed: bool,
}

async fn on_paper(app: &AppState, look: Look, id: PrintedCodeId) -> Result<Scanned, ApiError> {
    let code = store::printed_code::get(&app.store, id).await?;
    if code.closed_at.is_some() {
        return Err(SeatRefusal::PrintedCodeClosed.into());
    }
    if !code.counts_at(look.now) {
        return Err(SeatRefusal::PrintedCodeNotValidNow { from: minute(code.from), to: minute(code.to) }.into());
    }
    let card = card::of_activity(&app.store, look, code.activity).await?;
    Ok(Scanned { session: live_session_or_why(&card)?, point: Point::SiteIn, card, printed: true })
}

async fn on_a_screen(app: &AppState, look: Look, text: &str) -> Result<Scanned, ApiError> {
    let code = app.codes.read(look.now, text)?;
    let live = app.live.get(code.session).ok_or(ApiError::SessionEnded)?;
    if let Point::Classroom(id) = code.point
        && device_of(&live, id).await != code.device
    {
        // The device left, or another one took over and shows codes of its own.
        return Err(SeatRefusal::CodeExpired.into());
    }
    let card = card::of_session(&app.store, look, code.session).await?;
    Ok(Scanned { session: code.session, point: code.point, card, printed: false })
}

/// Where one would sit.
async fn place_of(app: &AppState, point: Point, activity: &Activity) -> Result<Option<PlaceName>, ApiError> {
    Ok(match point {
        Point::Classroom(id) => {
            let room = store::classroom::get(&app.store, id).await?;
            Some(PlaceName { name: room.classroom.name, school: Some(room.school.name) })
        }
        Point::SiteIn | Point::SiteOut => Some(PlaceName { name: activity.place.clone(), school: None }),
        Point::CheckIn(_) => None,
    })
}

fn point_of(point: Point) -> ScanPoint {
    match point {
        Point::Classroom(_) => ScanPoint::Classroom,
        Point::SiteIn => ScanPoint::SiteIn,
        Point::SiteOut => ScanPoint::SiteOut,
        Point::CheckIn(_) => ScanPoint::CheckIn,
    }
}

pub(super) fn shown(shown: Shown) -> CodeAnswer {
    let next_in_ms = u64::try_from(shown.next_in.as_millis()).unwrap_or(u64::MAX);
    CodeAnswer { path: format!("/s/{}", shown.code), code: shown.code, expires_at: shown.expires_at, next_in_ms }
}

/// `3 月 2 日 14:30`, as people in China read it.
fn minute(at: Time) -> String {
    let day = at.day().to_string();
    let mut parts = day.split('-').skip(1).map(|part| part.trim_start_matches('0'));
    let (month, date) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let minutes = at.since(at.day().start()).as_secs() / Duration::from_secs(60).as_secs();
    format!("{month} 月 {date} 日 {:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_told_as_on_the_wall() {
        assert_eq!(minute(Time::parse("2026-03-02T09:05:30+08:00").unwrap()), "3 月 2 日 09:05");
    }
}
