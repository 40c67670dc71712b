//! Decisions about leaves and appeals, as rows tell them.

use super::StoreError;
use super::row::Columns as _;
use crate::domain::Decision;
use crate::domain::attendance::Verdict;
use sqlx::any::AnyRow;

/// The decision in a row of `d.granted, d.reason as decision_reason, d.decided_by, d.decided_at` and the name of who
/// decided, `decided_by_name`; none where nobody has.
pub(super) fn read(row: &AnyRow, verdict: Option<Verdict>) -> Result<Option<Decision>, StoreError> {
    let Some(by) = row.optional_id("decided_by")? else { return Ok(None) };
    Ok(Some(Decision {
        granted: row.flag("granted")?,
        reason: row.text("decision_reason")?,
        by,
        by_name: row.text("decided_by_name")?,
        at: row.time("decided_at")?,
        verdict,
    }))
}
