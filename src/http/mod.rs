//! The HTTP edge: a file per noun, with access in each handler's signature.

mod accounts;
mod activities;
pub mod addresses;
mod announcements;
mod applications;
mod aside;
mod attachments;
mod attendance;
mod audit;
mod auth;
mod authority;
mod body;
mod calendars;
mod capacities;
mod cards;
mod cases;
pub mod certificate;
mod classrooms;
pub mod clock;
mod closings;
mod cookie;
mod disposition;
mod error;
mod evidence;
mod health;
pub mod hls;
mod home;
pub mod key;
mod lesson_reviews;
mod line_checks;
mod logins;
mod memberships;
mod mentoring;
mod notices;
mod observe;
mod openapi;
mod password;
mod people;
pub mod per_address;
mod photos;
mod policies;
mod presenters;
mod printed_codes;
mod range;
mod recruitments;
mod regions;
mod reminders;
mod report;
mod resources;
mod roster_sheets;
mod rulings;
mod scans;
mod schools;
mod scorecards;
mod seal;
mod seats;
mod series;
mod sessions;
pub mod shapes;
mod sign_in_sheets;
mod socket;
mod state;
mod stations;
mod studios;
mod table_file;
pub mod ticket;
mod transfers;
mod upload;
mod verifications;
mod web;
mod whip;
mod year_ends;

pub use error::{ApiError, Need, Refused};
pub use report::{Exports, FontError};
pub use seats::SeatRefusal;
pub use state::{AppState, Library};

use axum::extract::{DefaultBodyLimit, Extension};
use axum::http::StatusCode;
use axum::{Router, middleware};
use logins::Https;
use std::time::Duration;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The largest body anybody may send: an SDP offer of a browser with many slots is about 30 kB, forms are far smaller.
const MAX_BODY_BYTES: usize = 128 * 1024;
/// No handler takes nearly as long; a client that trickles its body is let go.
const PATIENCE: Duration = Duration::from_secs(30);
/// 200 MB on a line that carries 450 kbit/s upwards.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(3600);
/// A year of forty Activities on a busy machine takes a minute.
const PACK_PATIENCE: Duration = Duration::from_secs(180);

/// 2 GB on a line that carries 3 Mbit/s upwards.
const VIDEO_PATIENCE: Duration = Duration::from_secs(2 * 3600);

/// Every route there is. Registering and describing are one act: a route that is not in the OpenAPI document can't exist.
fn routes() -> OpenApiRouter<AppState> {
    pages_and_api().merge(hls::routes())
}

/// Everything but live HLS.
fn pages_and_api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .merge(prompt().route_layer(patient_for(PATIENCE)))
        .merge(uploads().route_layer(patient_for(UPLOAD_PATIENCE)))
        .merge(
            resources::large_uploads()
                .route_layer(DefaultBodyLimit::max(resources::MOST_TAKEN))
                .route_layer(patient_for(VIDEO_PATIENCE)),
        )
        .merge(packs().route_layer(patient_for(PACK_PATIENCE)))
}

fn patient_for(patience: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, patience)
}

/// What takes a file.
fn uploads() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(attachments::create))
        .merge(resources::small_uploads())
        .route_layer(DefaultBodyLimit::max(attachments::MOST_TAKEN))
}

/// What puts many files into one.
fn packs() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(report::activity_pack)).routes(routes!(report::year_pack))
}

/// Everything else.
fn prompt() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(logins::create))
        .routes(routes!(logins::end))
        .routes(routes!(logins::me))
        .routes(routes!(attendance::parameters))
        .routes(routes!(attendance::mine))
        .routes(routes!(home::read))
        .routes(routes!(reminders::mine))
        .routes(routes!(regions::list, regions::create))
        .routes(routes!(regions::read, regions::change))
        .routes(routes!(schools::list, schools::create))
        .routes(routes!(schools::change))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::read, accounts::change))
        .routes(routes!(accounts::school_moves))
        .routes(routes!(people::list))
        .routes(routes!(studios::list, studios::create))
        .routes(routes!(studios::read, studios::change))
        .routes(routes!(studios::move_tier))
        .routes(routes!(studios::change_programme))
        .routes(routes!(closings::close))
        .routes(routes!(closings::reopen))
        .routes(routes!(memberships::create))
        .routes(routes!(memberships::change))
        .routes(routes!(series::list, series::create))
        .routes(routes!(activities::list, activities::create))
        .routes(routes!(activities::read, activities::change))
        .routes(routes!(activities::cancel))
        .routes(routes!(sessions::go_live))
        .routes(routes!(sessions::read))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::ticket))
        .routes(routes!(sessions::encoder))
        .routes(routes!(socket::connect))
        .routes(routes!(classrooms::list, classrooms::create))
        .routes(routes!(classrooms::close))
        .routes(routes!(classrooms::link))
        .routes(routes!(classrooms::ticket))
        .routes(routes!(classrooms::code))
        .routes(routes!(printed_codes::list, printed_codes::create))
        .routes(routes!(printed_codes::close))
        .routes(routes!(scans::create_code))
        .routes(routes!(scans::create))
        .routes(routes!(seats::create))
        .routes(routes!(seats::read))
        .routes(routes!(seats::leave))
        .routes(routes!(seats::answer_from_seat))
        .routes(routes!(seats::choose_from_seat))
        .routes(routes!(attendance::of_session))
        .routes(routes!(attachments::read))
        .routes(routes!(cases::leaves, cases::ask_leave))
        .routes(routes!(cases::decide_leave))
        .routes(routes!(cases::withdraw_leave))
        .routes(routes!(cases::appeals, cases::ask_appeal))
        .routes(routes!(cases::decide_appeal))
        .routes(routes!(cases::correct))
        .routes(routes!(cases::waiting))
        .routes(routes!(cases::mine))
        .routes(routes!(calendars::mine, calendars::renew, calendars::end))
        .routes(routes!(calendars::feed))
        .routes(routes!(calendars::of_activity))
        .routes(routes!(audit::of_session))
        .routes(routes!(audit::mine))
        .routes(routes!(photos::list, photos::add))
        .routes(routes!(notices::of_activity, notices::send))
        .routes(routes!(notices::draft, notices::save_draft))
        .routes(routes!(notices::waiting))
        .routes(routes!(notices::decide))
        .routes(routes!(notices::withdraw))
        .routes(routes!(report::of_session))
        .routes(routes!(report::session_file))
        .routes(routes!(report::of_year))
        .routes(routes!(report::year_file))
        .routes(routes!(report::my_file))
        .routes(routes!(report::scorecard_file))
        .routes(routes!(report::region_file))
        .routes(routes!(report::annual_file))
        .routes(routes!(report::certificate_file))
        .routes(routes!(report::certificates_file))
        .routes(routes!(report::notice_file))
        .routes(routes!(verifications::read))
        .routes(routes!(policies::list))
        .routes(routes!(policies::read))
        .routes(routes!(scorecards::read))
        .routes(routes!(scorecards::what_if))
        .routes(routes!(scorecards::of_region))
        .routes(routes!(evidence::of_studio, evidence::create))
        .routes(routes!(evidence::waiting))
        .routes(routes!(evidence::decide))
        .routes(routes!(evidence::withdraw))
        .routes(routes!(mentoring::mentors, mentoring::add_mentor))
        .routes(routes!(mentoring::end_mentor))
        .routes(routes!(mentoring::helped, mentoring::add_helped))
        .routes(routes!(mentoring::end_helped))
        .routes(routes!(lesson_reviews::list, lesson_reviews::create))
        .routes(routes!(rulings::level, rulings::decide_level))
        .routes(routes!(rulings::counting, rulings::decide_counting))
        .routes(routes!(presenters::read, presenters::correct))
        .routes(routes!(rulings::choices, rulings::choose))
        .routes(routes!(rulings::decide_choice))
        .routes(routes!(rulings::vetoes, rulings::find_veto))
        .routes(routes!(rulings::lift_veto))
        .routes(routes!(rulings::grades, rulings::grade))
        .routes(routes!(year_ends::of_region, year_ends::freeze))
        .routes(routes!(year_ends::read))
        .routes(routes!(year_ends::frozen_scorecard))
        .routes(routes!(year_ends::publish))
        .routes(routes!(year_ends::object))
        .routes(routes!(year_ends::answer))
        .routes(routes!(year_ends::settle))
        .routes(routes!(year_ends::withdraw))
        .routes(routes!(year_ends::correct))
        .routes(routes!(year_ends::give))
        .routes(routes!(year_ends::revoke))
        .routes(routes!(year_ends::renew))
        .routes(routes!(year_ends::my_certificates))
        .routes(routes!(year_ends::of_studio))
        .routes(routes!(year_ends::publications))
        .routes(routes!(year_ends::publication))
        .routes(routes!(recruitments::list))
        .routes(routes!(recruitments::read))
        .routes(routes!(recruitments::open_for_studio))
        .routes(routes!(recruitments::open_for_region))
        .routes(routes!(recruitments::change))
        .routes(routes!(applications::save))
        .routes(routes!(applications::of_recruitment))
        .routes(routes!(applications::waiting))
        .routes(routes!(applications::mine))
        .routes(routes!(applications::read))
        .routes(routes!(applications::send))
        .routes(routes!(applications::withdraw))
        .routes(routes!(applications::review))
        .routes(routes!(transfers::ask))
        .routes(routes!(transfers::of_studio))
        .routes(routes!(transfers::waiting))
        .routes(routes!(transfers::decide))
        .routes(routes!(transfers::withdraw))
        .routes(routes!(transfers::mine))
        .routes(routes!(capacities::of_region))
        .routes(routes!(stations::list, stations::open))
        .routes(routes!(stations::close))
        .routes(routes!(announcements::list))
        .routes(routes!(announcements::publish))
        .routes(routes!(announcements::withdraw))
        .merge(applications::routes())
        .merge(sign_in_sheets::routes())
        .merge(roster_sheets::routes())
        .merge(resources::routes())
        .routes(routes!(line_checks::create))
        .routes(routes!(line_checks::read, line_checks::end))
        .routes(routes!(line_checks::download, line_checks::upload))
        .merge(whip::routes())
        .routes(routes!(openapi::read))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
}

/// The OpenAPI document, as JSON.
#[must_use]
pub fn document() -> String {
    let document = routes().into_openapi();
    document.to_pretty_json().expect("the document is made of strings and numbers")
}

/// Text. What is compressed already costs time, and a video's length and ranges would be lost.
fn compresses() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("application/vnd.openxmlformats"))
        .and(NotForContentType::const_new("application/zip"))
}

/// The whole site, for one of the two ports.
pub fn site(app: &AppState, https: bool) -> Router {
    let observed = middleware::from_fn_with_state(app.clone(), observe::observe);
    let (router, _) = pages_and_api().split_for_parts();
    let router = router
        .fallback(web::serve)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(observed.clone())
        .layer(CompressionLayer::new().compress_when(compresses()))
        .layer(middleware::from_fn(web::with_safety_headers))
        .layer(Extension(Https(https)));
    // Thousands of small requests a second: counted like all, and past everything that pages and forms need. A playlist
    // that is compressed anew for each viewer would cost more than everything else about it.
    let (crowd, _) = hls::routes().split_for_parts();
    let crowd = crowd.method_not_allowed_fallback(async || ApiError::MethodNotAllowed).layer(observed);
    router.merge(crowd).with_state(app.clone())
}
