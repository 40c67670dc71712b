//! The store as the presence ledger of live Sessions.

use crate::domain::{SessionId, Time};
use crate::live::{LedgerError, Lines, Pending, PresenceLedger};
use crate::store::{self, Store, StoreError};

pub(super) struct StoreLedger(pub(super) Store);

impl PresenceLedger for StoreLedger {
    fn append(&self, session: SessionId, lines: Lines) -> Pending<Result<(), LedgerError>> {
        let store = self.0.clone();
        Box::pin(async move {
            store::ledger::append_with(&store, session, lines.events, lines.polls)
                .await
                .map_err(|error| said(&error))?;
            Ok(())
        })
    }

    fn end(&self, session: SessionId, at: Time) -> Pending<Result<(), LedgerError>> {
        let store = self.0.clone();
        Box::pin(async move {
            store::session::end(&store, session, at).await.map_err(|error| said(&error))?;
            Ok(())
        })
    }
}

/// A broken line may have broken after COMMIT; every other error comes before it.
fn said(error: &StoreError) -> LedgerError {
    match error {
        StoreError::Database { .. } | StoreError::NotCommitted { .. } => LedgerError::Unknown(error.to_string()),
        _ => LedgerError::NotWritten(error.to_string()),
    }
}
