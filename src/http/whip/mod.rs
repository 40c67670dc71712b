//! WHIP (RFC 9725) and WHEP: encoders publish and players watch with one HTTP exchange and a bearer token.
//!
//! Both are the same exchange: the client offers, the server answers. What differs is what the token is for. The server
//! is ICE-lite and sends all its candidates with the answer, so trickled candidates of clients have nothing to tell it.

mod fragment;
mod resources;

pub(super) use resources::Resources;

use super::error::{ApiError, Need, Problem, Refused};
use super::sessions::parse;
use super::state::AppState;
use super::ticket::{Subject, Ticket, TicketError};
use crate::domain::SessionId;
use crate::store;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use fragment::Credentials;
use resources::Resource;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

/// What a token is good for here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Whip,
    Whep,
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(whip, whip_options))
        .routes(routes!(whip_patch, whip_delete, whip_resource_options))
        .routes(routes!(whep, whep_options))
        .routes(routes!(whep_patch, whep_delete, whep_resource_options))
        .route_layer(middleware::from_fn(for_any_page))
}

/// An encoder publishes: its SDP offer in, the answer out.
#[utoipa::path(post, path = "/api/sessions/{id}/whip", tag = "whip", params(("id" = String, Path)),
    request_body(content = String, content_type = "application/sdp"), security(("ticket" = [])), responses(
    (status = 201, description = "The SDP answer; `Location` is the resource, `ETag` the ICE session",
        body = String, content_type = "application/sdp"),
    (status = 400, body = Refused), (status = 401, body = Refused), (status = 403, body = Refused),
    (status = 404, body = Refused), (status = 406, body = Refused), (status = 409, body = Refused),
    (status = 415, body = Refused), (status = 422, body = Refused)))]
async fn whip(
    app: State<AppState>,
    path: Path<String>,
    headers: HeaderMap,
    offer: String,
) -> Result<Response, Problem> {
    create(Way::Whip, &app, &path, &headers, offer).await
}

/// A player watches: its SDP offer in, the answer out.
#[utoipa::path(post, path = "/api/sessions/{id}/whep", tag = "whip", params(("id" = String, Path)),
    request_body(content = String, content_type = "application/sdp"), security(("ticket" = [])), responses(
    (status = 201, description = "The SDP answer; `Location` is the resource, `ETag` the ICE session",
        body = String, content_type = "application/sdp"),
    (status = 400, body = Refused), (status = 401, body = Refused), (status = 403, body = Refused),
    (status = 404, body = Refused), (status = 406, body = Refused), (status = 409, body = Refused),
    (status = 415, body = Refused), (status = 422, body = Refused)))]
async fn whep(
    app: State<AppState>,
    path: Path<String>,
    headers: HeaderMap,
    offer: String,
) -> Result<Response, Problem> {
    create(Way::Whep, &app, &path, &headers, offer).await
}

/// Trickled candidates are taken note of; new ICE credentials with `If-Match: *` restart ICE.
#[utoipa::path(patch, path = "/api/sessions/{id}/whip/{resource}", tag = "whip",
    params(("id" = String, Path), ("resource" = String, Path)), security(("ticket" = [])),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag"), responses(
    (status = 200, description = "ICE restarted", body = String, content_type = "application/trickle-ice-sdpfrag"),
    (status = 204), (status = 401, body = Refused), (status = 404, body = Refused), (status = 412, body = Refused),
    (status = 415, body = Refused), (status = 428, body = Refused)))]
async fn whip_patch(
    app: State<AppState>,
    Path((id, resource)): Path<(String, String)>,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Problem> {
    patch(Way::Whip, &app, (&id, &resource), &headers, &body).await
}

/// Trickled candidates are taken note of; new ICE credentials with `If-Match: *` restart ICE.
#[utoipa::path(patch, path = "/api/sessions/{id}/whep/{resource}", tag = "whip",
    params(("id" = String, Path), ("resource" = String, Path)), security(("ticket" = [])),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag"), responses(
    (status = 200, description = "ICE restarted", body = String, content_type = "application/trickle-ice-sdpfrag"),
    (status = 204), (status = 401, body = Refused), (status = 404, body = Refused), (status = 412, body = Refused),
    (status = 415, body = Refused), (status = 428, body = Refused)))]
async fn whep_patch(
    app: State<AppState>,
    Path((id, resource)): Path<(String, String)>,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Problem> {
    patch(Way::Whep, &app, (&id, &resource), &headers, &body).await
}

/// The encoder stops.
#[utoipa::path(delete, path = "/api/sessions/{id}/whip/{resource}", tag = "whip",
    params(("id" = String, Path), ("resource" = String, Path)), security(("ticket" = [])),
    responses((status = 200), (status = 401, body = Refused), (status = 404, body = Refused)))]
async fn whip_delete(
    app: State<AppState>,
    Path((id, resource)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    delete(Way::Whip, &app, (&id, &resource), &headers).await
}

/// The player stops.
#[utoipa::path(delete, path = "/api/sessions/{id}/whep/{resource}", tag = "whip",
    params(("id" = String, Path), ("resource" = String, Path)), security(("ticket" = [])),
    responses((status = 200), (status = 401, body = Refused), (status = 404, body = Refused)))]
async fn whep_delete(
    app: State<AppState>,
    Path((id, resource)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    delete(Way::Whep, &app, (&id, &resource), &headers).await
}

/// What may be sent here (RFC 9725 section 4.2); also the preflight of other sites' players.
#[utoipa::path(options, path = "/api/sessions/{id}/whip", tag = "whip", params(("id" = String, Path)),
    responses((status = 204)))]
async fn whip_options() -> Response {
    options("OPTIONS, POST", HeaderName::from_static("accept-post"), SDP)
}

/// What may be sent here; also the preflight of other sites' players.
#[utoipa::path(options, path = "/api/sessions/{id}/whep", tag = "whip", params(("id" = String, Path)),
    responses((status = 204)))]
async fn whep_options() -> Response {
    options("OPTIONS, POST", HeaderName::from_static("accept-post"), SDP)
}

#[utoipa::path(options, path = "/api/sessions/{id}/whip/{resource}", tag = "whip",
    params(("id" = String, Path), ("resource" = String, Path)), responses((status = 204)))]
async fn whip_resource_options() -> Response {
    options("OPTIONS, PATCH, DELETE", HeaderName::from_static("accept-patch"), FRAGMENT)
}

#[utoipa::path(options, path = "/api/sessions/{id}/whep/{resource}", tag = "whip",
    params(("id" = String, Path), ("resource" = String, Path)), responses((status = 204)))]
async fn whep_resource_options() -> Response {
    options("OPTIONS, PATCH, DELETE", HeaderName::from_static("accept-patch"), FRAGMENT)
}

async fn create(way: Way, app: &AppState, id: &str, headers: &HeaderMap, offer: String) -> Result<Response, Problem> {
    let (session, ticket) = bearer(way, app, id, headers)?;
    require_type(headers, SDP)?;
    require_accepts(headers, SDP)?;
    let Some(offered) = Credentials::of(&offer) else {
        return Err(ApiError::BadOffer("缺少 ICE 参数，请检查推流或播放软件。".to_owned()).into());
    };
    if app.is_draining() {
        return Err(ApiError::Draining.into());
    }
    if !store::session::get(&app.store, session).await.map_err(ApiError::from)?.live() {
        return Err(ApiError::SessionEnded.into());
    }
    let room = app.live.get(session).ok_or(ApiError::SessionEnded)?;
    let (participant, answer) = room.enter_with_offer(ticket.identity(), offer).await?;
    let ours = Credentials::of(&answer).ok_or_else(|| ApiError::inside(NoCredentials))?;
    let etag = etag_of(&ours.ufrag);
    let mid = fragment::first_mid(&answer);
    let resource = app.resources.keep(Resource { session, participant, way, etag: etag.clone(), mid, offered });
    tracing::info!(session = %session, participant = participant.0, way = way.name(), "came in over http");

    let location = format!("/api/sessions/{session}/{}/{resource}", way.name());
    let mut response = (StatusCode::CREATED, answer).into_response();
    let to = response.headers_mut();
    to.insert(header::CONTENT_TYPE, HeaderValue::from_static(SDP));
    to.insert(header::LOCATION, value(&location)?);
    to.insert(header::ETAG, value(&etag)?);
    to.insert("accept-patch", HeaderValue::from_static(FRAGMENT));
    Ok(response)
}

/// RFC 9725 section 4.3: with the entity tag of the ICE session it is trickle, with `*` it is a restart.
async fn patch(
    way: Way,
    app: &AppState,
    (id, resource): (&str, &str),
    headers: &HeaderMap,
    body: &str,
) -> Result<Response, Problem> {
    let (session, _) = bearer(way, app, id, headers)?;
    let found = app.resources.find(resource).filter(|r| r.session == session && r.way == way);
    let found = found.ok_or(ApiError::NoSuchResource)?;
    require_type(headers, FRAGMENT)?;
    let wanted = headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok()).ok_or(ApiError::PreconditionRequired)?;
    let told = Credentials::of(body);
    if wanted == "*" {
        let Some(fresh) = told.filter(|fresh| *fresh != found.offered) else {
            return Ok(StatusCode::NO_CONTENT.into_response());
        };
        return restart(app, resource, found, fresh).await;
    }
    if wanted != found.etag {
        return Err(ApiError::PreconditionFailed.into());
    }
    match told {
        Some(other) if other != found.offered => {
            Err(ApiError::BadOffer("换了 ICE 参数，要用 If-Match: * 来请求。".to_owned()).into())
        }
        _ => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

async fn restart(app: &AppState, id: &str, old: Resource, fresh: Credentials) -> Result<Response, Problem> {
    let room = app.live.get(old.session).ok_or(ApiError::SessionEnded)?;
    let ours = room.restart_ice(old.participant, fresh.ufrag.clone(), fresh.pwd.clone()).await?;
    let etag = etag_of(&ours.ice_ufrag);
    let credentials = Credentials { ufrag: ours.ice_ufrag.clone(), pwd: ours.ice_pwd.clone() };
    let told = fragment::of_restart(&credentials, ours.candidate_attributes(), &old.mid);
    app.resources.change(id, Resource { etag: etag.clone(), offered: fresh, ..old });
    let mut response = (StatusCode::OK, told).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(FRAGMENT));
    response.headers_mut().insert(header::ETAG, value(&etag)?);
    Ok(response)
}

async fn delete(
    way: Way,
    app: &AppState,
    (id, resource): (&str, &str),
    headers: &HeaderMap,
) -> Result<StatusCode, Problem> {
    let (session, _) = bearer(way, app, id, headers)?;
    let found = app.resources.find(resource).filter(|r| r.session == session && r.way == way);
    let found = found.ok_or(ApiError::NoSuchResource)?;
    app.resources.forget(resource);
    let Some(room) = app.live.get(session) else { return Err(ApiError::NoSuchResource.into()) };
    room.leave_with_offer(found.participant).await?;
    Ok(StatusCode::OK)
}

/// The Session of the path, and the ticket that opens it in this way.
fn bearer(way: Way, app: &AppState, id: &str, headers: &HeaderMap) -> Result<(SessionId, Ticket), ApiError> {
    let shown = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let token = shown.and_then(|v| v.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = token.ok_or(TicketError::Invalid)?;
    let ticket = Ticket::open(token.trim(), &app.key, app.clock.seconds())?;
    let session = parse(id)?;
    if ticket.session != session.as_str() {
        return Err(ApiError::Forbidden(Need::ThisSession));
    }
    match (way, &ticket.subject) {
        (Way::Whip, Subject::Encoder { .. }) | (Way::Whep, Subject::Player { .. }) => Ok((session, ticket)),
        (Way::Whip, _) => Err(ApiError::Forbidden(Need::MayPublish)),
        (Way::Whep, _) => Err(ApiError::Forbidden(Need::MayWatch)),
    }
}

/// Other sites' players may use these routes: the token, not a cookie, says who they are.
async fn for_any_page(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers
        .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("location, etag, link, accept-patch"));
    response
}

fn options(methods: &'static str, accepts: HeaderName, what: &'static str) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static(methods));
    headers.insert(accepts, HeaderValue::from_static(what));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    let allowed = HeaderValue::from_static("authorization, content-type, if-match");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

fn require_type(headers: &HeaderMap, wanted: &'static str) -> Result<(), ApiError> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) { Ok(()) } else { Err(ApiError::UnsupportedMedia { wanted }) }
}

fn require_accepts(headers: &HeaderMap, offered: &'static str) -> Result<(), ApiError> {
    let Some(accept) = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()) else { return Ok(()) };
    let takes = |range: &str| {
        let range = range.split(';').next().unwrap_or_default().trim();
        range == "*/*" || range == "application/*" || range.eq_ignore_ascii_case(offered)
    };
    if accept.split(',').any(takes) { Ok(()) } else { Err(ApiError::NotAcceptable { offered }) }
}

/// The entity tag names the ICE session (RFC 9725 section 4.3.1), and so does the server's user name fragment.
fn etag_of(ufrag: &str) -> String {
    format!("\"{ufrag}\"")
}

fn value(text: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(text).map_err(ApiError::inside)
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Whip => "whip",
            Self::Whep => "whep",
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the answer has no ICE credentials")]
struct NoCredentials;
