//! What is given out once and printed as often as somebody likes: certificates, and notices that were approved.

use super::super::auth::SignedIn;
use super::super::body::{Id, Query};
use super::super::error::{ApiError, Refused};
use super::super::shapes::CertificatesSearch;
use super::super::state::AppState;
use super::super::year_ends::{HolderOf, SettlerOf};
use super::pdf::{Paper, Seal};
use super::{File, Format, Made, Site, words};
use crate::domain::year_end::{CertificateKind, STATEMENT};
use crate::domain::{Activity, Notice, NoticeId, NoticeState};
use crate::store::certificate::Certificate;
use crate::store::report_issue::{Issue, NewIssue, Subject};
use crate::store::year_end::YearEnd;
use crate::store::{self, Noun};
use axum::extract::State;
use axum::response::Response;

/// A certificate to print, with the code by which it is verified. Of a revoked one there is none.
#[utoipa::path(get, path = "/api/certificates/{id}/pdf", tag = "year-end", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>), (status = 403, body = Refused),
    (status = 409, description = "It was revoked, or there is no font", body = Refused)))]
pub(in super::super) async fn certificate_file(
    State(app): State<AppState>,
    holder: HolderOf,
    site: Site,
) -> Result<Response, ApiError> {
    let one = holder.0;
    if one.revoked.is_some() {
        return Err(ApiError::conflict("certificate_revoked", "这份证书已经撤销，不能再打印。"));
    }
    if !app.exports.has_font() {
        return Err(super::no_font());
    }
    let name = format!("{} {}", one.title, one.number_word());
    let (paper, seal) = certificate_to_print(&one, &site);
    File { format: Format::Pdf, name, seal: Some(seal) }.give(&app, |_| Made::Paper(paper)).await
}

/// So many are one file: a printer's tray, and some seconds of work.
const AT_ONCE: usize = 500;

/// All certificates of a kind that hold, one a page, by number; 500 a file.
#[utoipa::path(get, path = "/api/year-ends/{id}/certificates/pdf", tag = "year-end",
    params(("id" = String, Path), CertificatesSearch),
    responses((status = 200, body = Vec<u8>), (status = 403, body = Refused), (status = 404, body = Refused),
    (status = 409, description = "There is no font", body = Refused)))]
pub(in super::super) async fn certificates_file(
    State(app): State<AppState>,
    settler: SettlerOf<YearEnd>,
    Query(search): Query<CertificatesSearch>,
    site: Site,
) -> Result<Response, ApiError> {
    let mut found = store::certificate::of_year_end(&app.store, settler.noun.id).await?;
    found.retain(|one| one.kind == search.kind && one.revoked.is_none());
    found.sort_by_key(|one| (one.number.year, one.number.number));
    let part = search.part.unwrap_or(1).max(1);
    let from = (part as usize - 1).saturating_mul(AT_ONCE);
    let papers: Vec<_> = found.iter().skip(from).take(AT_ONCE).map(|one| certificate_to_print(one, &site)).collect();
    if papers.is_empty() {
        return Err(ApiError::Missing(Noun::Certificate));
    }
    if !app.exports.has_font() {
        return Err(super::no_font());
    }
    let name = format!("{}{} {}", settler.noun.region_name, search.kind.word(), part);
    File { format: Format::Pdf, name, seal: None }.give(&app, |_| Made::Papers(papers)).await
}

/// What stands on it, and what it is verified by: the same code and the same moment, however often it is printed.
fn certificate_to_print(one: &Certificate, site: &Site) -> (Paper, Seal) {
    let (statements, facts): (Vec<_>, Vec<_>) = one.figures.iter().partition(|(label, _)| label == STATEMENT);
    let paper = Paper {
        heading: one.kind.word().to_owned(),
        title: match one.kind {
            CertificateKind::Grade => one.studio_name.clone(),
            CertificateKind::Credits => one.account.as_ref().map(|person| person.name.clone()).unwrap_or_default(),
        },
        facts: facts.into_iter().map(|(label, value)| format!("{label}：{value}")).collect(),
        body: statements.into_iter().map(|(_, sentence)| sentence.clone()).collect(),
        signed: vec![one.region_name.clone(), words::chinese_day(one.given.at)],
        framed: true,
        ..Paper::default()
    };
    let url = site.page(&format!("/verify/{}", one.id));
    let seal = Seal { code: one.id, url, made_at: one.given.at, made_by: one.given.by_name.clone(), verb: "颁发" };
    (paper, seal)
}

/// An approved notice to print, with its number and the code by which it is verified.
#[utoipa::path(get, path = "/api/notices/{id}/pdf", tag = "notices", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>), (status = 401, body = Refused), (status = 404, body = Refused),
    (status = 409, description = "It was taken back, or there is no font", body = Refused)))]
pub(in super::super) async fn notice_file(
    State(app): State<AppState>,
    _me: SignedIn,
    Id(id): Id,
    site: Site,
) -> Result<Response, ApiError> {
    let missing = || ApiError::Missing(Noun::Notice);
    let notice = store::notice::get(&app.store, NoticeId::parse(&id).map_err(|_| missing())?).await?;
    if notice.state() == NoticeState::Withdrawn {
        return Err(ApiError::conflict("notice_withdrawn", "这份通知已经撤回，不能再打印。"));
    }
    if !app.exports.has_font() {
        return Err(super::no_font());
    }
    let issued = issue_notice(&app, &notice).await?.ok_or_else(missing)?;
    let (name, paper, seal) = notice_to_print(&notice, issued, &site);
    File { format: Format::Pdf, name, seal: Some(seal) }.give(&app, |_| Made::Paper(paper)).await
}

/// What an approved notice says, written down once: what becomes of the Activity afterwards does not change it. None of one that
/// does not hold.
pub(in super::super) async fn issue_notice(app: &AppState, notice: &Notice) -> Result<Option<Issue>, ApiError> {
    let Some(decision) = notice.decision.as_ref().filter(|_| notice.state() == NoticeState::Approved) else {
        return Ok(None);
    };
    let Some(number) = decision.number else { return Ok(None) };
    let region = store::region::get(&app.store, number.region).await?.name;
    let number = format!("{region}{number}");
    let activity = store::activity::get(&app.store, notice.activity).await?;
    let studio = store::studio::get(&app.store, activity.studio).await?;
    let issue = NewIssue {
        subject: Subject::Notice(notice.id),
        title: format!("{number} {}", activity.title),
        parameters: None,
        figures: notice_figures(&number, &studio.name, &activity),
        heads: Vec::new(),
        digest: store::notice::digest(notice),
        made_at: decision.at,
        made_by: decision.by,
    };
    Ok(Some(store::report_issue::record_notice(&app.store, notice.id, issue).await?))
}

/// The name of the file, what stands on it, and what it is verified by.
pub(super) fn notice_to_print(notice: &Notice, issued: Issue, site: &Site) -> (String, Paper, Seal) {
    let issue = issued.content;
    let figure = |wanted: &str| issue.figures.iter().find(|(label, _)| label == wanted).map_or("", |(_, value)| value);
    let number = figure(NUMBER);
    // The Region as it was called when the number was given.
    let region = number.split_once('〔').map_or("", |(region, _)| region);
    let paper = Paper {
        heading: "通知".to_owned(),
        title: format!("关于“{}”的通知", figure(ACTIVITY)),
        facts: issue.figures.iter().map(|(label, value)| format!("{label}：{value}")).collect(),
        body: notice.content.lines().map(str::to_owned).collect(),
        signed: vec![region.to_owned(), words::chinese_day(issue.made_at)],
        ..Paper::default()
    };
    let url = site.page(&format!("/verify/{}", issued.id));
    let seal = Seal { code: issued.id, url, made_at: issue.made_at, made_by: issued.maker, verb: "批准" };
    (format!("通知 {number}"), paper, seal)
}

const NUMBER: &str = "编号";
const ACTIVITY: &str = "活动";

fn notice_figures(number: &str, studio: &str, activity: &Activity) -> Vec<(String, String)> {
    let mut figures = vec![
        (NUMBER, number.to_owned()),
        (ACTIVITY, activity.title.clone()),
        ("工作室", studio.to_owned()),
        ("时间", words::span(activity.planned_start, activity.planned_end)),
        ("形式", activity.mode.word().to_owned()),
    ];
    if !activity.place.is_empty() {
        figures.push(("地点", activity.place.clone()));
    }
    figures.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
}
