//! Calendars (iCalendar, RFC 5545): a person's Activities under a secret address that calendar programs fetch, and one
//! Activity as a file.

use super::auth::{SignedIn, Visitor};
use super::body::Id;
use super::disposition::FileName;
use super::error::{ApiError, Refused};
use super::report::Site;
use super::seal::{tagged, untagged};
use super::shapes::CalendarView;
use super::state::AppState;
use crate::domain::{Activity, ActivityId, ActivityState, CalendarFeedId, Time};
use crate::store::card::{self, Look};
use crate::store::{self, Noun};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use icalendar::{Calendar, Component as _, Event, EventLike as _, EventStatus};
use time::OffsetDateTime;

const FEED: &str = "calendar feed";
/// Calendar programs that know these properties ask once an hour.
const EVERY: &str = "PT1H";

/// The address of one's own calendar, if one was made.
#[utoipa::path(get, path = "/api/me/calendar", tag = "activities", responses((status = 200, body = CalendarView)))]
pub(super) async fn mine(State(app): State<AppState>, me: SignedIn) -> Result<axum::Json<CalendarView>, ApiError> {
    let feed = store::calendar_feed::of_account(&app.store, me.profile.account.id).await?;
    Ok(axum::Json(view(&app, feed)))
}

/// A fresh address. The one before ends: whoever had it reads nothing more.
#[utoipa::path(post, path = "/api/me/calendar", tag = "activities", responses((status = 201, body = CalendarView)))]
pub(super) async fn renew(
    State(app): State<AppState>,
    me: SignedIn,
) -> Result<(StatusCode, axum::Json<CalendarView>), ApiError> {
    let feed = store::calendar_feed::renew(&app.store, me.profile.account.id, app.clock.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(view(&app, Some(feed)))))
}

/// Ends the address; doing so twice is no error.
#[utoipa::path(delete, path = "/api/me/calendar", tag = "activities", responses((status = 204)))]
pub(super) async fn end(State(app): State<AppState>, me: SignedIn) -> Result<StatusCode, ApiError> {
    store::calendar_feed::end(&app.store, me.profile.account.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a calendar program fetches. Open to whoever has the address.
#[utoipa::path(get, path = "/api/calendars/{token}", tag = "activities", params(("token" = String, Path)),
    responses((status = 200, content_type = "text/calendar"), (status = 404, body = Refused)))]
pub(super) async fn feed(
    State(app): State<AppState>,
    site: Site,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let missing = || ApiError::Missing(Noun::Calendar);
    let token = token.strip_suffix(".ics").unwrap_or(&token);
    let feed = untagged(&app.key, FEED, token).and_then(|id| CalendarFeedId::parse(id).ok()).ok_or_else(missing)?;
    let owner = store::calendar_feed::owner(&app.store, feed).await?.ok_or_else(missing)?;
    let found = store::calendar_feed::activities(&app.store, owner, app.clock.now()).await?;
    let mut calendar = Calendar::new();
    calendar.name("讲台 · 我的活动").append_property(("REFRESH-INTERVAL;VALUE=DURATION", EVERY));
    calendar.append_property(("X-PUBLISHED-TTL", EVERY));
    calendar.extend(found.iter().map(|(activity, studio)| event(&site, activity, studio)));
    Ok(([(header::CACHE_CONTROL, "private, max-age=300")], written(&calendar, FileName::inline)).into_response())
}

/// One Activity, to be put into a calendar by hand. Somebody who is not signed in gets it where guests are allowed.
#[utoipa::path(get, path = "/api/activities/{id}/calendar", tag = "activities", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/calendar"), (status = 401, body = Refused),
    (status = 404, body = Refused)))]
pub(super) async fn of_activity(
    State(app): State<AppState>,
    site: Site,
    visitor: Visitor,
    Id(id): Id,
) -> Result<Response, ApiError> {
    let id = ActivityId::parse(&id).map_err(|_| ApiError::Missing(Noun::Activity))?;
    let card = card::of_activity(&app.store, Look { account: None, now: app.clock.now() }, id).await?;
    if visitor.0.is_none() && !card.activity.guests_allowed {
        return Err(ApiError::SignInFirst);
    }
    let mut calendar = Calendar::new();
    calendar.push(event(&site, &card.activity, &card.studio.name));
    Ok(written(&calendar, FileName::attachment).into_response())
}

fn view(app: &AppState, feed: Option<CalendarFeedId>) -> CalendarView {
    CalendarView { link: feed.map(|feed| format!("/api/calendars/{}.ics", tagged(&app.key, FEED, feed.as_str()))) }
}

fn written(calendar: &Calendar, shown: fn(FileName<'static>) -> HeaderValue) -> Response {
    let name = FileName { plain: "lectern", name: "讲台活动", ending: "ics" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8")),
        (header::CONTENT_DISPOSITION, shown(name)),
    ];
    (headers, calendar.to_string()).into_response()
}

/// RFC 5545 section 3.6.1. A name that stays the same lets calendar programs move an event, and a cancelled one stays with its
/// state.
fn event(site: &Site, activity: &Activity, studio: &str) -> Event {
    let mut lines = vec![format!("{} · {} · {studio}", activity.kind.word(), activity.mode.word())];
    lines.extend([&activity.audience, &activity.summary].into_iter().filter(|text| !text.is_empty()).cloned());
    if let Some(reason) = &activity.cancel_reason {
        lines.push(format!("已取消：{reason}"));
    }
    let url = site.page(&format!("/activities/{}", activity.id));
    lines.push(url.clone());
    let mut event = Event::with_uid(&format!("{}@lectern", activity.id));
    event
        .summary(&activity.title)
        .description(&lines.join("\n"))
        .url(&url)
        .add_property("DTSTAMP", stamp(activity.created_at))
        .starts(moment(activity.planned_start))
        .ends(moment(activity.planned_end))
        .status(match activity.state {
            ActivityState::Cancelled => EventStatus::Cancelled,
            ActivityState::Planned | ActivityState::Live | ActivityState::Ended => EventStatus::Confirmed,
        });
    if !activity.place.is_empty() {
        event.location(&activity.place);
    }
    event.done()
}

fn moment(time: Time) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.micros().div_euclid(1_000_000)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// RFC 5545 section 3.3.5, form 2.
fn stamp(time: Time) -> String {
    let at = moment(time);
    let (month, day) = (u8::from(at.month()), at.day());
    format!("{:04}{month:02}{day:02}T{:02}{:02}{:02}Z", at.year(), at.hour(), at.minute(), at.second())
}
