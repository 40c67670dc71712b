//! Verification: does the ledger still hold the chains that a report goes back to, and do they still give the same?

use super::report_issue::{Issue, KeptHead, Subject};
use super::{Store, StoreError, account, ledger, proof, report, studio};
use crate::domain::SessionId;
use crate::domain::attendance::YearReport;
use crate::domain::presence::{Head, PresenceEvent, PresenceKind, hex, verify as verify_chain};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Every chain is whole up to its head, and the head is the one that was kept.
    pub intact: bool,
    /// The same lines with the names and rosters of now give the same verdicts.
    pub same: bool,
    /// Corrections that came afterwards.
    pub corrections_since: u32,
}

/// Goes through every line up to the kept heads.
pub async fn of(store: &Store, issue: &Issue) -> Result<Found, StoreError> {
    let content = &issue.content;
    let mut found = Found { intact: true, same: false, corrections_since: 0 };
    let mut reports = Vec::new();
    // In a year each Session was judged by the parameters of its own day.
    let given = matches!(content.subject, Subject::Session(_)).then_some(&content.parameters);
    for kept in &content.heads {
        let events = lines(store, kept, &mut found).await?;
        if !matches!(content.subject, Subject::Person(..)) {
            reports.push(report::of_lines(store, kept.0, events, given).await?);
        }
    }
    let digest = match content.subject {
        Subject::Session(_) => reports.pop().map(|report| report.digest()),
        Subject::Year(id, year) => {
            let studio = studio::get(store, id).await?;
            Some(YearReport::of((id, studio.name), year, &content.parameters, reports).digest())
        }
        Subject::Person(id, year) => {
            let profile = account::get(store, id).await?;
            Some(proof::of_heads(store, &profile, year, &content.heads).await?.digest())
        }
    };
    found.same = digest.as_ref() == Some(&content.digest);
    Ok(found)
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
    found.intact &= verdict.is_ok_and(|head| head.sequence == *sequence && hex(&head.hash) == *hash);
    Ok(events)
}
