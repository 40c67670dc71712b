//! 查看原始记录: the lines of a Session, folded and in words, with everything that was asked for and decided.

use super::aside::aside;
use super::attachments;
use super::auth::{KeeperOf, Occurrence, SignedIn};
use super::body::{Id, PageQuery, Query};
use super::cards;
use super::cases;
use super::error::{ApiError, Refused};
use super::shapes::{
    AuditCorrectionView, AuditPage, AuditPerson, AuditRow, AuditSearch, CaseView, DaysChangedView, DaysView, Rows,
};
use super::state::AppState;
use crate::domain::attendance::{AuditCorrection, AuditLine, Verdict, audit};
use crate::domain::presence::{Head, Person, verify};
use crate::domain::{MembershipDays, SessionId};
use crate::store::attendance::{self, Attendee};
use crate::store::card::{self, Look};
use crate::store::case::Case;
use crate::store::membership::DaysChanged;
use crate::store::{self, Noun, Page, appeal, leave, ledger};
use axum::extract::State;
use std::collections::BTreeMap;

/// Whose lines are shown, and to whom.
struct Reader {
    me: SignedIn,
    /// Only this person's lines and those of the whole Session.
    only: Option<String>,
    /// The person concerned, not somebody who keeps the Studio.
    own: bool,
}

/// For those who keep the Studio: of everybody, or of one person.
#[utoipa::path(get, path = "/api/sessions/{id}/audit", tag = "cases",
    params(("id" = String, Path), AuditSearch, PageQuery),
    responses((status = 200, body = AuditPage), (status = 403, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn of_session(
    State(app): State<AppState>,
    keeper: KeeperOf<Occurrence>,
    Query(search): Query<AuditSearch>,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<AuditPage>, ApiError> {
    let only = search.person.filter(|key| !key.is_empty());
    let reader = Reader { me: keeper.me, only, own: false };
    read(&app, keeper.noun.session.id, reader, page.page()).await
}

/// For the person concerned: their own lines and those of the whole Session.
#[utoipa::path(get, path = "/api/me/sessions/{id}/audit", tag = "cases", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = AuditPage), (status = 401, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn mine(
    State(app): State<AppState>,
    me: SignedIn,
    Id(id): Id,
    Query(page): Query<PageQuery>,
) -> Result<axum::Json<AuditPage>, ApiError> {
    let id = SessionId::parse(&id).map_err(|_| ApiError::Missing(Noun::Session))?;
    let only = Some(me.profile.account.id.to_string());
    read(&app, id, Reader { me, only, own: true }, page.page()).await
}

async fn read(app: &AppState, id: SessionId, reader: Reader, page: Page) -> Result<axum::Json<AuditPage>, ApiError> {
    let look = Look { account: Some(reader.me.profile.account.id), now: app.clock.now() };
    let card = card::of_session(&app.store, look, id).await?;
    let (_, mut people) = attendance::of_session(&app.store, id).await?;
    if reader.own {
        people.retain(|one| Some(&one.record.person) == reader.only.as_ref());
    }
    let events = ledger::events(&app.store, id).await?;
    let count = events.len() as i64;
    let (only, measured) = (reader.only.clone(), measured(&people));
    // Two hours of a thousand people are half a million lines, and each is hashed.
    let (lines, intact) = aside(move || {
        let mut lines = audit(&events, &measured);
        lines.retain(|line| match (&only, &line.person) {
            (None, _) => true,
            (Some(key), Some(person)) => key == person,
            // Of encoders and players nobody is the person.
            (Some(_), None) => line.participant.is_none(),
        });
        (lines, verify(Head::START, &events).is_ok())
    })
    .await?;
    let cases = cases_of(app, &reader, &card, id).await?;
    let memberships = memberships_of(app, &reader, &card, id).await?;
    let names: BTreeMap<&str, &str> =
        people.iter().map(|one| (one.record.person.as_str(), one.name.as_str())).collect();
    let from = (page.number as usize - 1) * page.size as usize;
    let total = lines.len() as u64;
    let mut rows = Vec::new();
    for line in lines.into_iter().skip(from).take(page.size as usize) {
        let name =
            line.person.as_deref().map(|key| names.get(key).map_or_else(|| stranger(key), |&name| name.to_owned()));
        rows.push(row(app, line, name, reader.own).await?);
    }
    Ok(axum::Json(AuditPage {
        activity: cards::activity(card),
        session: id,
        cases,
        memberships,
        rows,
        total,
        page: page.number,
        size: page.size,
        lines: count,
        intact,
        people: people.into_iter().map(person).collect(),
    }))
}

/// Leaves and appeals of those whose lines are shown.
async fn cases_of(
    app: &AppState,
    reader: &Reader,
    card: &card::ActivityCard,
    session: SessionId,
) -> Result<Vec<CaseView>, ApiError> {
    let leaves = leave::of_activity(&app.store, card.activity.id).await?.into_iter().map(Case::Leave);
    let appeals = appeal::of_session(&app.store, session).await?.into_iter().map(Case::Appeal);
    let shown = |case: &Case| reader.only.as_ref().is_none_or(|key| case.account().to_string() == *key);
    let found: Vec<Case> = leaves.chain(appeals).filter(shown).collect();
    let axum::Json(Rows { rows }) = cases::rows(app, &reader.me, found).await?;
    Ok(rows)
}

/// What was changed of who was in the Studio on the day of the Session, after it had begun.
async fn memberships_of(
    app: &AppState,
    reader: &Reader,
    card: &card::ActivityCard,
    session: SessionId,
) -> Result<Vec<DaysChangedView>, ApiError> {
    let begun = store::session::get(&app.store, session).await?.started_at;
    let found = store::membership::changes_touching(&app.store, card.activity.studio, begun.day(), begun).await?;
    let shown = |one: &DaysChanged| reader.only.as_ref().is_none_or(|key| one.account.id.to_string() == *key);
    let days = |days: MembershipDays| DaysView { from: days.from, to: days.to };
    let view = |one: DaysChanged| DaysChangedView {
        name: one.account.name,
        role: one.role,
        before: one.before.map(days),
        after: days(one.after),
        reason: one.reason,
        by_name: one.by_name,
        at: one.at,
    };
    Ok(found.into_iter().filter(shown).map(view).collect())
}

/// Everybody's verdict before any Correction.
fn measured(people: &[Attendee]) -> BTreeMap<String, Verdict> {
    let of = |one: &Attendee| {
        let correction = one.record.correction.as_ref();
        (one.record.person.clone(), correction.map_or(one.record.verdict(), |correction| correction.before))
    };
    people.iter().map(of).collect()
}

/// Who has lines, but no record.
fn stranger(key: &str) -> String {
    match Person::from_key(key) {
        Some(Person::Classroom(_)) => "集体观看教室".to_owned(),
        Some(Person::Guest { name, .. }) => name,
        _ => "未登记的人".to_owned(),
    }
}

async fn row(app: &AppState, line: AuditLine, name: Option<String>, own: bool) -> Result<AuditRow, ApiError> {
    let correction = match line.correction {
        Some(correction) => Some(corrected(app, correction, own).await?),
        None => None,
    };
    Ok(AuditRow {
        first: line.first,
        last: line.last,
        count: line.count,
        hash: line.hash[..4].iter().map(|byte| format!("{byte:02x}")).collect(),
        kind: line.kind.code().to_owned(),
        word: line.kind.word().to_owned(),
        from: line.from,
        to: line.to,
        name,
        text: line.text,
        correction,
    })
}

async fn corrected(app: &AppState, said: AuditCorrection, own: bool) -> Result<AuditCorrectionView, ApiError> {
    let AuditCorrection { before, detail } = said;
    let mut proofs = Vec::new();
    // The proof of a decision about several people may show the others.
    for &id in detail.attachments.iter().filter(|_| !own) {
        proofs.push(attachments::view(store::attachment::get(&app.store, id).await?));
    }
    Ok(AuditCorrectionView {
        before: cases::verdict(before),
        after: cases::verdict(detail.verdict),
        by_name: detail.by_name,
        reason: detail.reason,
        appeal: detail.appeal,
        attachments: proofs,
    })
}

fn person(one: Attendee) -> AuditPerson {
    let school = match one.person {
        Person::Guest { school, .. } => Some(school),
        _ => one.school.map(|school| school.name),
    };
    AuditPerson { key: one.record.person.clone(), name: one.name, school, record: cards::record(one.record) }
}
