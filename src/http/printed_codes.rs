//! Printed codes: on paper at the site of an Activity, good from a moment to a moment.

use super::auth::{KeeperOf, OfStudio};
use super::body::Json;
use super::error::{ApiError, Refused};
use super::seal::{tagged, untagged};
use super::shapes::{PrintedCodeForm, PrintedCodeView, Rows};
use super::state::AppState;
use crate::domain::{Activity, NewPrintedCode, PrintedCode, PrintedCodeId, StudioId};
use crate::store::{self, Noun};
use axum::extract::State;
use axum::http::StatusCode;

const PURPOSE: &str = "printed code";
/// Tells it from the codes on screens, which are shorter.
const MARK: char = 'p';

/// A printed code and the Activity whose site it is for.
pub(super) struct PrintedCodeOf {
    code: PrintedCode,
    activity: Activity,
}

impl OfStudio for PrintedCodeOf {
    async fn load(app: &AppState, id: &str) -> Result<Self, ApiError> {
        let id = PrintedCodeId::parse(id).map_err(|_| ApiError::Missing(Noun::PrintedCode))?;
        let code = store::printed_code::get(&app.store, id).await?;
        let activity = store::activity::get(&app.store, code.activity).await?;
        Ok(Self { code, activity })
    }

    fn studio(&self) -> StudioId {
        self.activity.studio
    }
}

#[utoipa::path(get, path = "/api/activities/{id}/printed-codes", tag = "classrooms", params(("id" = String, Path)),
    responses((status = 200, body = Rows<PrintedCodeView>), (status = 403, body = Refused)))]
pub(super) async fn list(
    State(app): State<AppState>,
    keeper: KeeperOf<Activity>,
) -> Result<axum::Json<Rows<PrintedCodeView>>, ApiError> {
    let found = store::printed_code::of_activity(&app.store, keeper.noun.id).await?;
    Ok(axum::Json(Rows { rows: found.into_iter().map(|code| view(&app, code)).collect() }))
}

/// A code to print, with which people check in at the site.
#[utoipa::path(post, path = "/api/activities/{id}/printed-codes", tag = "classrooms", params(("id" = String, Path)),
    request_body = PrintedCodeForm, responses((status = 201, body = PrintedCodeView), (status = 403, body = Refused),
    (status = 409, description = "The Activity is over", body = Refused), (status = 422, body = Refused)))]
pub(super) async fn create(
    State(app): State<AppState>,
    keeper: KeeperOf<Activity>,
    Json(form): Json<PrintedCodeForm>,
) -> Result<(StatusCode, axum::Json<PrintedCodeView>), ApiError> {
    let new = NewPrintedCode { activity: keeper.noun.id, from: form.from, to: form.to };
    let code = store::printed_code::create(&app.store, new, app.clock.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(view(&app, code))))
}

/// Nobody checks in with it any more. Closing it twice is no error.
#[utoipa::path(post, path = "/api/printed-codes/{id}/closing", tag = "classrooms", params(("id" = String, Path)),
    responses((status = 200, body = PrintedCodeView), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn close(
    State(app): State<AppState>,
    keeper: KeeperOf<PrintedCodeOf>,
) -> Result<axum::Json<PrintedCodeView>, ApiError> {
    let closed = store::printed_code::close(&app.store, keeper.noun.code.id, app.clock.now()).await?;
    Ok(axum::Json(view(&app, closed)))
}

/// The printed code that a phone scanned, if it is one.
pub(super) fn scanned(app: &AppState, text: &str) -> Option<PrintedCodeId> {
    PrintedCodeId::parse(untagged(&app.key, PURPOSE, text.strip_prefix(MARK)?)?).ok()
}

fn view(app: &AppState, code: PrintedCode) -> PrintedCodeView {
    PrintedCodeView {
        id: code.id,
        path: format!("/s/{MARK}{}", tagged(&app.key, PURPOSE, code.id.as_str())),
        from: code.from,
        to: code.to,
        closed: code.closed_at.is_some(),
    }
}
