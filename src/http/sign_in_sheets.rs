//! Sign-in sheets: who was on site by a list on paper, taken in as an xlsx file, checked first, then written to the ledger.

use super::aside::aside;
use super::auth::{KeeperOf, SignedIn};
use super::body::Query;
use super::disposition::FileName;
use super::error::{ApiError, Refused};
use super::report::{Cell, Sheet, columns, one_sheet};
use super::shapes::{SheetAnswer, SheetErrorView, SheetRowView, SheetSearch};
use super::state::AppState;
use super::table_file::{MEDIA_TYPE, MOST_BODY_BYTES, Table, TableForm, uploaded};
use crate::domain::attendance::{FROM, NAME, NOTE, SCHOOL, SheetRead, SheetRow, SheetRules, Signed, TO, read_sheet};
use crate::domain::presence::Person;
use crate::domain::{Activity, ActivityState, Mode};
use crate::store;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const FORM: TableForm =
    TableForm { required: &[NAME, FROM], optional: &[SCHOOL, TO], also: &[("单位", SCHOOL)], formulas: true };

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
        (header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
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
    let file = uploaded(form).await?.file;
    let rows = rows(app.exports.make(move || Ok(FORM.read(&file)?)).await?);
    let names: Vec<String> = rows.iter().map(|row| row.name.text()).collect();
    let people = store::sign_in_sheet::called(&app.store, &names).await?;
    let span = store::sign_in_sheet::span(&app.store, &activity).await?;
    let (count, guests_allowed) = (rows.len(), activity.guests_allowed);
    let read = aside(move || read_sheet(&rows, SheetRules { people: &people, span, guests_allowed })).await?;
    let mut answer = told(count, &read);
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

fn rows(table: Table) -> Vec<SheetRow> {
    let rows = table.rows.into_iter().map(|mut row| SheetRow {
        row: row.row,
        name: row.take(NAME),
        school: row.take(SCHOOL),
        from: row.take(FROM),
        to: row.take(TO),
    });
    // Somebody of the template who did not sign has a name and a school alone.
    let signed = |row: &SheetRow| !row.from.is_empty() || !row.to.is_empty();
    rows.filter(|row| signed(row) || (row.name.is_empty() && !row.school.is_empty())).collect()
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
