//! Sign-in sheets: who was on site by a list on paper, taken in as an xlsx file, checked first, then written to the ledger.

mod file;

use super::auth::{KeeperOf, SignedIn};
use super::body::Query;
use super::disposition::FileName;
use super::error::{ApiError, Refused};
use super::report::{Cell, Sheet, columns, one_sheet};
use super::shapes::{SheetAnswer, SheetErrorView, SheetRowView, SheetSearch};
use super::state::AppState;
use crate::domain::attendance::{FROM, NAME, NOTE, SCHOOL, SheetRead, SheetRules, Signed, TO, read_sheet};
use crate::domain::presence::Person;
use crate::domain::{Activity, ActivityState, Mode};
use crate::store;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use file::SheetFileError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The file itself; a sheet of 5000 rows has less than 1 MB.
const MOST_BYTES: usize = 5 * 1024 * 1024;
/// With what a form puts around it.
const MOST_BODY_BYTES: usize = MOST_BYTES + 64 * 1024;

/// A sheet to fill in: the headers, and everybody who was expected.
#[utoipa::path(get, path = "/api/activities/{id}/sign-in-sheet", tag = "reports", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>), (status = 403, body = Refused)))]
pub(super) async fn template(State(app): State<AppState>, keeper: KeeperOf<Activity>) -> Result<Response, ApiError> {
    let activity = keeper.noun;
    let people = store::sign_in_sheet::expected(&app.store, &activity).await?;
    let rows = people.into_iter().map(|one| vec![Cell::text(one.name), Cell::text(one.school.unwrap_or_default())]);
    let headers = [(NAME, 12.0), (SCHOOL, 26.0), (FROM, 18.0), (TO, 18.0), (NOTE, 30.0)];
    let sheet = Sheet { name: "签到表", columns: columns(&headers), rows: rows.collect() };
    let (title, now) = (format!("签到表 {}", activity.title), app.clock.now());
    let name = title.clone();
    let bytes = app.exports.make(move || one_sheet(title, sheet, now)).await?;
    let name = FileName { plain: "report", name: &name, ending: "xlsx" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file::MEDIA_TYPE)),
        (header::CONTENT_DISPOSITION, name.attachment()),
    ];
    Ok((headers, bytes).into_response())
}

/// Takes a filled-in sheet, the form's `file`. With `check=true` it is only told what would count. Rows with an error count
/// nothing; the others do. The same rows again change nothing. An Activity on site that never went live gets its Session.
#[utoipa::path(post, path = "/api/activities/{id}/sign-in-sheet", tag = "reports",
    params(("id" = String, Path), SheetSearch), request_body(content = Vec<u8>, content_type = "multipart/form-data"),
    responses((status = 200, body = SheetAnswer), (status = 403, body = Refused), (status = 409, body = Refused),
    (status = 413, body = Refused), (status = 422, body = Refused)))]
pub(super) async fn take(
    State(app): State<AppState>,
    keeper: KeeperOf<Activity>,
    me: SignedIn,
    Query(search): Query<SheetSearch>,
    form: Multipart,
) -> Result<axum::Json<SheetAnswer>, ApiError> {
    let activity = keeper.noun;
    may_be_told(&activity, app.clock.now())?;
    let bytes = uploaded(form).await?;
    let rows = app.exports.make(move || file::rows(&bytes).map_err(refusal)).await?;
    let names: Vec<String> = rows.iter().filter_map(file::name_of).collect();
    let people = store::sign_in_sheet::called(&app.store, &names).await?;
    let span = store::sign_in_sheet::span(&app.store, &activity).await?;
    let rules = SheetRules { people: &people, span, guests_allowed: activity.guests_allowed };
    let read = read_sheet(&rows, rules);
    let mut answer = told(rows.len(), &read);
    if !search.check && !read.signed.is_empty() {
        let by = me.profile.account.id;
        let (session, written) =
            store::sign_in_sheet::apply(&app.store, &activity, &read.signed, by, app.clock.now()).await?;
        tracing::info!(%session, rows = read.signed.len(), written, "sign-in sheet taken");
        answer.session = Some(session);
        answer.written = u32::try_from(written).unwrap_or(u32::MAX);
    }
    Ok(axum::Json(answer))
}

/// With room for a sheet, which is larger than any other body.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(template, take)).layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
}

fn may_be_told(activity: &Activity, now: crate::domain::Time) -> Result<(), ApiError> {
    let no = |code, sentence: &str| Err(ApiError::conflict(code, sentence));
    match activity.state {
        _ if activity.mode == Mode::Online => no("online_only", "线上活动的考勤由服务器记录，不用签到表。"),
        ActivityState::Cancelled => no("cancelled", "这个活动已取消。"),
        ActivityState::Live => no("live", "活动还在进行，结束以后再导入签到表。"),
        ActivityState::Planned if now < activity.planned_end => {
            no("not_over", "活动还没有结束，结束以后再导入签到表。")
        }
        ActivityState::Planned | ActivityState::Ended => Ok(()),
    }
}

async fn uploaded(mut form: Multipart) -> Result<Vec<u8>, ApiError> {
    let malformed = |error: axum::extract::multipart::MultipartError| match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::Malformed { detail: error.body_text() },
    };
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        if field.name() == Some("file") {
            let bytes = field.bytes().await.map_err(malformed)?;
            return if bytes.len() > MOST_BYTES { Err(ApiError::TooLarge) } else { Ok(bytes.to_vec()) };
        }
    }
    Err(ApiError::field("file", "请选择签到表文件。"))
}

fn refusal(error: SheetFileError) -> ApiError {
    ApiError::field("file", error.to_string())
}

fn told(rows: usize, read: &SheetRead) -> SheetAnswer {
    let row = |one: &Signed| SheetRowView {
        row: one.row,
        name: one.name.clone(),
        school: one.school.clone(),
        from: one.stay.from,
        to: one.stay.to,
        known: matches!(one.person, Person::Account(_)),
    };
    let error = |one: &crate::domain::attendance::SheetError| SheetErrorView {
        row: one.row,
        column: one.column.to_owned(),
        sentence: one.sentence.clone(),
    };
    SheetAnswer {
        rows: u32::try_from(rows).unwrap_or(u32::MAX),
        accepted: read.signed.iter().map(row).collect(),
        errors: read.errors.iter().map(error).collect(),
        written: 0,
        session: None,
    }
}
