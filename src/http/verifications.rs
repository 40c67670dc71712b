//! Verifications: whoever holds a report on paper looks up what it said, and whether the ledger still says the same.

use super::body::Id;
use super::error::{ApiError, Refused};
use super::report;
use super::shapes::VerificationView;
use super::state::AppState;
use crate::domain::IssueId;
use crate::store::{self, Noun};
use axum::extract::State;

/// What the report of this code said, who gave it out when, and what the same lines give today. Open: the code is on the
/// paper, and cannot be guessed.
#[utoipa::path(get, path = "/api/verifications/{id}", tag = "reports", params(("id" = String, Path)),
    responses((status = 200, body = VerificationView), (status = 404, body = Refused)))]
pub(super) async fn read(State(app): State<AppState>, Id(code): Id) -> Result<axum::Json<VerificationView>, ApiError> {
    let issue = store::report_issue::get(&app.store, parse(&code)?).await?;
    let _turn = app.exports.turn().await?;
    let found = store::verification::of(&app.store, &issue).await?;
    Ok(axum::Json(report::verification(issue, found)))
}

/// As it is printed, in groups, or typed by hand.
fn parse(code: &str) -> Result<IssueId, ApiError> {
    let plain: String = code.chars().filter(|c| !matches!(c, '-' | ' ')).flat_map(char::to_lowercase).collect();
    IssueId::parse(&plain).map_err(|_| ApiError::Missing(Noun::Issue))
}
