//! Verification: does what a report goes back to still stand, and does it still give the same?

use super::report_issue::{Issue, KeptHead, Subject};
use super::year_end::Word;
use super::{Store, StoreError, account, certificate, ledger, notice, proof, report, scorecard, studio, year_end};
use crate::domain::attendance::{AttendanceParameters, YearReport};
use crate::domain::policy::Covered;
use crate::domain::presence::{Head, PresenceEvent, PresenceKind, hex, verify as verify_chain};
use crate::domain::year_end::YearEndRefusal;
use crate::domain::{NoticeState, SessionId, StudioId};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Every chain is whole up to its head, and the head is the one that was kept; none where no chain was asked.
    pub intact: Option<bool>,
    /// What it goes back to gives the same today, with the names and rosters of now.
    pub same: bool,
    /// Corrections that came afterwards.
    pub corrections_since: u32,
    /// It was taken back since.
    pub revoked: Option<Word>,
    /// Of a notice that holds: its Activity has another day, time, place or presenters now.
    pub outdated: bool,
}

/// Goes through every line up to the kept heads, or looks up again what has no lines.
pub async fn of(store: &Store, issue: &Issue) -> Result<Found, StoreError> {
    let content = &issue.content;
    let mut found = Found { intact: None, same: false, corrections_since: 0, revoked: None, outdated: false };
    let digest = match content.subject {
        Subject::Session(_) | Subject::Year(..) | Subject::Person(..) => of_lines(store, issue, &mut found).await?,
        Subject::Scorecard(id, covered) => scorecard_digest(store, issue, (id, covered)).await?,
        Subject::Notice(id) => {
            let notice = notice::get(store, id).await?;
            if notice.state() == NoticeState::Withdrawn {
                let word = notice.withdrawal.clone();
                found.revoked = word.map(|one| Word { reason: one.reason, by_name: one.by_name, at: one.at });
            }
            found.outdated = notice.is_outdated();
            Some(notice::digest(&notice))
        }
        Subject::Certificate(..) => {
            let certificate = certificate::get(store, issue.id).await?;
            found.revoked = certificate.revoked;
            Some(certificate::digest(&certificate.title, &certificate.figures))
        }
        Subject::Annual(id) => {
            let year_end = year_end::get(store, id).await?;
            let rows = year_end::rows(store, &year_end).await?;
            let since = |at| at > content.made_at;
            let corrections = rows.iter().flat_map(|row| &row.corrections).filter(|one| since(one.word.at));
            found.corrections_since = u32::try_from(corrections.count()).unwrap_or(u32::MAX);
            found.revoked = year_end.withdrawn;
            Some(year_end::digest(&rows))
        }
    };
    found.same = digest.as_ref() == Some(&content.digest);
    Ok(found)
}

/// The Scorecard of the same day, from what is known now.
async fn scorecard_digest(
    store: &Store,
    issue: &Issue,
    (id, covered): (StudioId, Covered),
) -> Result<Option<String>, StoreError> {
    let studio = studio::get(store, id).await?;
    match scorecard::of_studio(store, studio, covered, issue.content.made_at.day()).await {
        Ok(assessed) => Ok(assessed.map(|one| scorecard::digest(&one.card))),
        // The Studio has such a cycle no more.
        Err(StoreError::YearEnd(YearEndRefusal::NoCycle)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn of_lines(store: &Store, issue: &Issue, found: &mut Found) -> Result<Option<String>, StoreError> {
    let content = &issue.content;
    let usual = AttendanceParameters::default();
    let parameters = content.parameters.as_ref().unwrap_or(&usual);
    let mut reports = Vec::new();
    // In a year each Session was judged by the parameters of its own day.
    let given = matches!(content.subject, Subject::Session(_)).then_some(parameters);
    found.intact = Some(true);
    for kept in &content.heads {
        let events = lines(store, kept, found).await?;
        if !matches!(content.subject, Subject::Person(..)) {
            reports.push(report::of_lines(store, kept.0, events, given).await?);
        }
    }
    Ok(match content.subject {
        Subject::Session(_) => reports.pop().map(|report| report.digest()),
        Subject::Year(id, year) => {
            let studio = studio::get(store, id).await?;
            Some(YearReport::of((id, studio.name), year, parameters, reports).digest())
        }
        Subject::Person(id, year) => {
            let profile = account::get(store, id).await?;
            Some(proof::of_heads(store, &profile, year, &content.heads).await?.digest())
        }
        Subject::Scorecard(..) | Subject::Notice(_) | Subject::Certificate(..) | Subject::Annual(_) => None,
    })
}

/// The lines up to the kept head, and in `found` whether they are still those.
async fn lines(store: &Store, kept: &KeptHead, found: &mut Found) -> Result<Vec<PresenceEvent>, StoreError> {
    let (session, sequence, hash): &(SessionId, i64, String) = kept;
    let mut events = ledger::events(store, *session).await?;
    let since = events.iter().filter(|event| event.sequence > *sequence && event.kind == PresenceKind::Corrected);
    found.corrections_since += u32::try_from(since.count()).unwrap_or(u32::MAX);
    events.retain(|event| event.sequence <= *sequence);
    let checking = tokio::task::spawn_blocking(move || (verify_chain(Head::START, &events), events));
    let (verdict, events) = checking.await.map_err(|_| StoreError::Busy)?;
    let whole = verdict.is_ok_and(|head| head.sequence == *sequence && hex(&head.hash) == *hash);
    found.intact = found.intact.map(|intact| intact && whole);
    Ok(events)
}
