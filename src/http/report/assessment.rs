//! Files of assessment: a Studio's Scorecard, a Region's heat table, and the annual report of an office.

use super::super::auth::{InsiderOf, OfficeOf, SignedIn};
use super::super::body::Query;
use super::super::error::{ApiError, Refused};
use super::super::policies;
use super::super::scorecards::{asked, whole_heat_table};
use super::super::shapes::{RegionScorecardSearch, ScorecardSearch};
use super::super::state::AppState;
use super::super::year_ends::SettlerOf;
use super::{File, Format, Made, Part, Site, annual_book, region_book, scorecard_book};
use crate::domain::{Region, Studio};
use crate::store::report_issue::{NewIssue, Subject};
use crate::store::year_end::{self, YearEnd};
use crate::store::{self, scorecard};
use axum::extract::State;
use axum::response::Response;

/// A Studio's Scorecard as a file: `xlsx`, `csv` or `pdf`, which can be verified.
#[utoipa::path(get, path = "/api/studios/{id}/scorecard/{format}", tag = "assessment",
    params(("id" = String, Path), ("format" = String, Path), ScorecardSearch),
    responses((status = 200, body = Vec<u8>), (status = 403, body = Refused),
    (status = 409, description = "No Policy, or no font", body = Refused)))]
pub(in super::super) async fn scorecard_file(
    State(app): State<AppState>,
    insider: InsiderOf<Studio>,
    me: SignedIn,
    format: Format,
    Query(search): Query<ScorecardSearch>,
    site: Site,
) -> Result<Response, ApiError> {
    let studio = insider.noun;
    let now = app.clock.now();
    let (covered, on) = asked(&app, &studio, &search, now)?;
    let assessed = scorecard::of_studio(&app.store, studio, covered, on).await?.ok_or_else(policies::none)?;
    let name = format!("{} {}表", assessed.studio.name, assessed.policy.assessment_word(covered));
    let issue = || NewIssue {
        subject: Subject::Scorecard(assessed.studio.id, covered),
        title: name.clone(),
        parameters: Some(assessed.policy.attendance.clone()),
        figures: scorecard_book::figures(&assessed),
        heads: Vec::new(),
        digest: scorecard::digest(&assessed.card),
        made_at: now,
        made_by: me.profile.account.id,
    };
    let seal = format.seal(&app, &me, &site, issue).await?;
    File { format, name, seal }
        .give(&app, move |part| match part {
            Part::Book => Made::Book(scorecard_book::book(&assessed)),
            Part::Sheet => Made::Sheet(scorecard_book::criteria(&assessed)),
            Part::Paper => Made::Paper(scorecard_book::paper(&assessed)),
        })
        .await
}

/// The heat table of a Region as a file, all of its rows: `xlsx`, or `csv` (each Studio beside each Criterion).
#[utoipa::path(get, path = "/api/regions/{id}/scorecards/{format}", tag = "assessment",
    params(("id" = String, Path), ("format" = String, Path), RegionScorecardSearch),
    responses((status = 200, body = Vec<u8>), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(in super::super) async fn region_file(
    State(app): State<AppState>,
    office: OfficeOf<Region>,
    format: Format,
    Query(search): Query<RegionScorecardSearch>,
) -> Result<Response, ApiError> {
    // It changes from minute to minute: a paper is made of a year that was frozen.
    if format == Format::Pdf {
        return Err(ApiError::NoSuchRoute);
    }
    let table = whole_heat_table(&app, office.noun, search).await?;
    let name = region_book::title(&table);
    File { format, name, seal: None }
        .give(&app, move |part| match part {
            Part::Book | Part::Paper => Made::Book(region_book::book(&table)),
            Part::Sheet => Made::Sheet(region_book::studios(&table)),
        })
        .await
}

/// The annual report of a YearEnd as a file: `xlsx` with all Scorecards, `csv` (the list) or `pdf`, which can be verified.
#[utoipa::path(get, path = "/api/year-ends/{id}/report/{format}", tag = "year-end",
    params(("id" = String, Path), ("format" = String, Path)), responses((status = 200, body = Vec<u8>),
    (status = 403, body = Refused), (status = 409, description = "There is no font", body = Refused)))]
pub(in super::super) async fn annual_file(
    State(app): State<AppState>,
    settler: SettlerOf<YearEnd>,
    me: SignedIn,
    format: Format,
    site: Site,
) -> Result<Response, ApiError> {
    let year_end = settler.noun;
    let rules = year_end.rules(&app.store)?;
    let rows = year_end::rows(&app.store, &year_end).await?;
    let certificates = store::certificate::of_year_end(&app.store, year_end.id).await?;
    let report = annual_book::Annual { year_end, rules, rows, certificates };
    let name = report.title();
    let issue = || NewIssue {
        subject: Subject::Annual(report.year_end.id),
        title: name.clone(),
        parameters: None,
        figures: report.figures(),
        heads: Vec::new(),
        digest: year_end::digest(&report.rows),
        made_at: app.clock.now(),
        made_by: me.profile.account.id,
    };
    let seal = format.seal(&app, &me, &site, issue).await?;
    File { format, name, seal }
        .give(&app, move |part| match part {
            Part::Book => Made::Book(report.book()),
            Part::Sheet => Made::Sheet(report.list()),
            Part::Paper => Made::Paper(report.paper()),
        })
        .await
}
