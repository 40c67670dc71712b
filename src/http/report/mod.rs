//! Reports: on one Session, on a Studio's year, on oneself; read as JSON, taken away as files.

mod annual_book;
mod assessment;
mod book;
mod csv;
mod given;
mod pack;
mod pdf;
mod polls;
mod proof_book;
mod region_book;
mod scorecard_book;
mod session_book;
mod view;
mod words;
mod xlsx;
mod year_book;

pub(super) use assessment::*;
pub(super) use given::*;
pub(super) use pack::*;
pub use pdf::FontError;
pub(super) use view::verification;

use super::auth::{KeeperOf, Occurrence, SignedIn};
use super::body::{Query, path_parameter};
use super::disposition::FileName;
use super::error::{ApiError, Refused};
use super::logins::Https;
use super::shapes::{ReportView, YearReportView, YearSearch};
use super::state::AppState;
use crate::domain::presence::{Head, hex};
use crate::domain::{Day, SessionId, Studio, Time};
use crate::store;
use crate::store::report_issue::{KeptHead, NewIssue, Subject};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use book::Book;
pub(super) use book::{Cell, Sheet, columns};
use pdf::{FontPlace, Paper, Seal};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Files being made at a time: each takes a core for up to two seconds, and up to 100 MB.
const AT_ONCE: usize = 2;
/// Longer nobody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(15);

/// The desk at which files are made.
pub struct Exports {
    turns: Arc<Semaphore>,
    /// One pack at a time, beside them: it lies on the disk while it is put together.
    packing: Arc<Semaphore>,
    font: FontPlace,
    public_url: OnceLock<String>,
}

impl Default for Exports {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            packing: Arc::new(Semaphore::new(1)),
            font: FontPlace::default(),
            public_url: OnceLock::new(),
        }
    }
}

impl Exports {
    /// The font for PDF files that the options name.
    pub fn use_font(&self, path: PathBuf) -> Result<(), FontError> {
        self.font.set(path)
    }

    /// The address that the options name for printed codes. It is named once, before anybody asks.
    pub fn use_public_url(&self, url: String) {
        self.public_url.get_or_init(|| url);
    }

    /// Is there a Chinese font? Without one there are no PDF files.
    #[must_use]
    pub fn has_font(&self) -> bool {
        self.font.get().is_some()
    }

    /// Waits for a turn, which lasts as long as what it gives.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        waited_for(&self.turns).await
    }

    /// The same for a pack.
    async fn packing(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        waited_for(&self.packing).await
    }

    /// Runs `work` on a thread of its own, when it is its turn. The turn lasts as long as the work, which goes on when nobody
    /// waits for it any more.
    pub(super) async fn make<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = self.turn().await?;
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(ApiError::inside)?
    }
}

async fn waited_for(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, ApiError> {
    let turn = tokio::time::timeout(PATIENCE, Arc::clone(turns).acquire_owned()).await;
    turn.map_err(|_| ApiError::Busy)?.map_err(|_| ApiError::Busy)
}

/// What a report is asked for as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Xlsx,
    Csv,
    Pdf,
}

impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match path_parameter(parts, state, "format").await?.as_str() {
            "xlsx" => Ok(Self::Xlsx),
            "csv" => Ok(Self::Csv),
            "pdf" => Ok(Self::Pdf),
            _ => Err(ApiError::NoSuchRoute),
        }
    }
}

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Pdf => "pdf",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Pdf => "application/pdf",
        }
    }

    /// What a PDF is verified by: it is written down before it is given out. Other files have no seal.
    async fn seal(
        self,
        app: &AppState,
        me: &SignedIn,
        site: &Site,
        issue: impl FnOnce() -> NewIssue,
    ) -> Result<Option<Seal>, ApiError> {
        if self != Self::Pdf {
            return Ok(None);
        }
        if !app.exports.has_font() {
            return Err(no_font());
        }
        let issue = issue();
        let made_at = issue.made_at;
        let code = store::report_issue::record(&app.store, issue).await?;
        let url = site.page(&format!("/verify/{code}"));
        Ok(Some(Seal { code, url, made_at, made_by: me.profile.account.name.clone(), verb: "导出" }))
    }
}

fn no_font() -> ApiError {
    ApiError::conflict("no_font", "服务器上没有中文字体，暂时不能导出 PDF。表格可以照常导出；请联系管理员安装字体。")
}

/// The report on one Session, for its hosts and their office.
#[utoipa::path(get, path = "/api/sessions/{id}/report", tag = "reports", params(("id" = String, Path)),
    responses((status = 200, body = ReportView), (status = 403, body = Refused)))]
pub(super) async fn of_session(
    State(app): State<AppState>,
    keeper: KeeperOf<Occurrence>,
) -> Result<axum::Json<ReportView>, ApiError> {
    let report = store::report::of_session(&app.store, keeper.noun.session.id).await?;
    let polls = store::poll::of_session(&app.store, keeper.noun.session.id).await?;
    Ok(axum::Json(view::report(report, polls)))
}

/// The report on one Session as a file: `xlsx`, `csv` or `pdf`. A PDF is written down when it is given out, and can be
/// verified by its code; of a Session that goes on there is none.
#[utoipa::path(get, path = "/api/sessions/{id}/report/{format}", tag = "reports",
    params(("id" = String, Path), ("format" = String, Path)), responses((status = 200, body = Vec<u8>),
    (status = 403, body = Refused), (status = 409, description = "The Session goes on, or there is no font", body = Refused)))]
pub(super) async fn session_file(
    State(app): State<AppState>,
    keeper: KeeperOf<Occurrence>,
    me: SignedIn,
    format: Format,
    site: Site,
) -> Result<Response, ApiError> {
    let report = store::report::of_session(&app.store, keeper.noun.session.id).await?;
    let polls = store::poll::of_session(&app.store, keeper.noun.session.id).await?;
    let name = format!("出席报告 {} {}", words::day(report.held.from), report.occasion.title);
    if format == Format::Pdf && report.ongoing {
        return Err(ApiError::conflict("session_goes_on", "直播还在进行，结束以后再导出 PDF。"));
    }
    let issue = || NewIssue {
        subject: Subject::Session(report.occasion.session),
        title: report.occasion.title.clone(),
        parameters: Some(report.parameters.clone()),
        figures: session_book::figures(&report),
        heads: vec![kept(report.occasion.session, report.head)],
        digest: report.digest(),
        made_at: app.clock.now(),
        made_by: me.profile.account.id,
    };
    let seal = format.seal(&app, &me, &site, issue).await?;
    File { format, name, seal }
        .give(&app, move |part| match part {
            Part::Book => Made::Book(session_book::book(&report, &polls)),
            Part::Sheet => Made::Sheet(session_book::roster(&report)),
            Part::Paper => Made::Paper(session_book::paper(&report)),
        })
        .await
}

/// A Studio's year: its Sessions that are over beside its people.
#[utoipa::path(get, path = "/api/studios/{id}/attendance", tag = "reports", params(("id" = String, Path), YearSearch),
    responses((status = 200, body = YearReportView), (status = 403, body = Refused)))]
pub(super) async fn of_year(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    Query(search): Query<YearSearch>,
) -> Result<axum::Json<YearReportView>, ApiError> {
    let year = year(&search, app.clock.now())?;
    let report = store::report::of_year(&app.store, &keeper.noun, year).await?;
    Ok(axum::Json(view::year(report)))
}

/// A Studio's year as a file: `xlsx`, `csv` (the people) or `pdf`.
#[utoipa::path(get, path = "/api/studios/{id}/attendance/{format}", tag = "reports",
    params(("id" = String, Path), ("format" = String, Path), YearSearch),
    responses((status = 200, body = Vec<u8>), (status = 403, body = Refused), (status = 409, body = Refused)))]
pub(super) async fn year_file(
    State(app): State<AppState>,
    keeper: KeeperOf<Studio>,
    me: SignedIn,
    format: Format,
    Query(search): Query<YearSearch>,
    site: Site,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let year = year(&search, now)?;
    let report = store::report::of_year(&app.store, &keeper.noun, year).await?;
    let name = format!("{} {year} 年出席汇总", report.studio_name);
    let issue = || NewIssue {
        subject: Subject::Year(report.studio, year),
        title: name.clone(),
        parameters: Some(report.parameters.clone()),
        figures: year_book::figures(&report),
        heads: report.sessions.iter().map(|one| kept(one.occasion.session, one.head)).collect(),
        digest: report.digest(),
        made_at: now,
        made_by: me.profile.account.id,
    };
    let seal = format.seal(&app, &me, &site, issue).await?;
    File { format, name, seal }
        .give(&app, move |part| match part {
            Part::Book => Made::Book(year_book::book(&report)),
            Part::Sheet => Made::Sheet(year_book::people(&report)),
            Part::Paper => Made::Paper(year_book::paper(&report)),
        })
        .await
}

/// One's own attendance of a year as a file; as `pdf` it is a proof that can be verified.
#[utoipa::path(get, path = "/api/me/attendance/{format}", tag = "reports", params(("format" = String, Path), YearSearch),
    responses((status = 200, body = Vec<u8>), (status = 401, body = Refused), (status = 409, body = Refused)))]
pub(super) async fn my_file(
    State(app): State<AppState>,
    me: SignedIn,
    format: Format,
    Query(search): Query<YearSearch>,
    site: Site,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let year = year(&search, now)?;
    let proof = store::proof::of_account(&app.store, &me.profile, year).await?;
    let name = format!("{} {year} 年考勤", proof.name);
    let issue = || NewIssue {
        subject: Subject::Person(proof.account, year),
        title: format!("{} {year} 年考勤证明", proof.name),
        parameters: Some(proof.parameters.clone()),
        figures: proof_book::figures(&proof),
        heads: proof.rows.iter().map(|row| kept(row.session, row.head)).collect(),
        digest: proof.digest(),
        made_at: now,
        made_by: me.profile.account.id,
    };
    let seal = format.seal(&app, &me, &site, issue).await?;
    File { format, name, seal }
        .give(&app, move |part| match part {
            Part::Book => Made::Book(proof_book::book(&proof)),
            Part::Sheet => Made::Sheet(proof_book::sessions(&proof)),
            Part::Paper => Made::Paper(proof_book::paper(&proof)),
        })
        .await
}

fn year(search: &YearSearch, now: Time) -> Result<i32, ApiError> {
    let this = now.day().to_string()[..4].parse().unwrap_or(1970);
    let year = search.year.unwrap_or(this);
    let known = Day::parse(&format!("{year:04}-01-01")).is_ok() && (2000..=this + 1).contains(&year);
    if known { Ok(year) } else { Err(ApiError::field("year", "请选择年份。")) }
}

fn kept(session: SessionId, head: Head) -> KeptHead {
    (session, head.sequence, hex(&head.hash))
}

/// The address that printed codes lead to: the public one of the options, otherwise the one by which the one who asks has
/// reached this server.
pub(super) struct Site(String);

impl Site {
    /// The whole address of one of its pages.
    pub(super) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl FromRequestParts<AppState> for Site {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        if let Some(known) = app.exports.public_url.get() {
            return Ok(Self(known.clone()));
        }
        let said = |name: header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        // HTTP/2 names the host in the address of the request.
        let host = said(header::HOST).or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
        let https = parts.extensions.get::<Https>().is_some_and(|https| https.0);
        // Behind a proxy that speaks TLS for this server.
        let proxied = said(header::HeaderName::from_static("x-forwarded-proto")) == Some("https");
        let scheme = if https || proxied { "https" } else { "http" };
        Ok(Self(format!("{scheme}://{}", host.unwrap_or("localhost"))))
    }
}

struct File {
    format: Format,
    name: String,
    /// Of a PDF.
    seal: Option<Seal>,
}

/// Which of its contents a file is made of.
enum Part {
    Book,
    Sheet,
    Paper,
}

enum Made {
    Book(Book),
    Sheet(Sheet),
    Paper(Paper),
    /// Each with its own seal.
    Papers(Vec<(Paper, Seal)>),
}

impl File {
    async fn give(
        self,
        app: &AppState,
        content: impl FnOnce(Part) -> Made + Send + 'static,
    ) -> Result<Response, ApiError> {
        let Self { format, name, seal } = self;
        let font = app.exports.font.get().map(PathBuf::from);
        let now = app.clock.now();
        let part = match format {
            Format::Xlsx => Part::Book,
            Format::Csv => Part::Sheet,
            Format::Pdf => Part::Paper,
        };
        let make = move || match (content(part), seal, font) {
            (Made::Book(book), ..) => xlsx::write(&book, now).map_err(ApiError::inside),
            (Made::Sheet(sheet), ..) => Ok(csv::write(&sheet)),
            (Made::Paper(paper), Some(seal), Some(font)) => pdf::write(paper, seal, &font).map_err(ApiError::inside),
            (Made::Papers(papers), _, Some(font)) => pdf::write_all(&papers, &font).map_err(ApiError::inside),
            (Made::Paper(_) | Made::Papers(_), ..) => Err(ApiError::Busy),
        };
        let bytes = app.exports.make(make).await?;
        let name = FileName { plain: "report", name: &name, ending: format.ending() };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
            (header::CONTENT_DISPOSITION, name.attachment()),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        Ok((headers, bytes).into_response())
    }
}

/// A book of one sheet, such as a form to fill in.
pub(super) fn one_sheet(title: String, sheet: Sheet, now: Time) -> Result<Vec<u8>, ApiError> {
    xlsx::write(&Book { title, sheets: vec![sheet] }, now).map_err(ApiError::inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn a_turn_lasts_as_long_as_the_work_that_nobody_waits_for() {
        let exports = Exports::default();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (go_on, goes_on) = mpsc::channel();
        let work = move || {
            begun.send(()).unwrap();
            goes_on.recv().unwrap();
            Ok(())
        };
        // The one who asked goes away as soon as the work has begun.
        tokio::select! {
            biased;
            _ = exports.make(work) => panic!("it waits"),
            _ = begins => {}
        }
        assert_eq!(exports.turns.available_permits(), AT_ONCE - 1);
        go_on.send(()).unwrap();
        let all = u32::try_from(AT_ONCE).unwrap();
        drop(exports.turns.acquire_many(all).await.unwrap());
    }
}
