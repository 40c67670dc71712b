//! The last stage, and what stands beside it: final or given up, and corrections.

use super::super::{Store, StoreError, certificate};
use super::YearEnd;
use super::read::{entries, find, settled};
use crate::domain::year_end::{CertificateKind, Settled, YearEndRefusal, YearEndStage, check_reason, check_remark};
use crate::domain::{AccountId, StudioId, Time, YearEndId};
use sqlx::AnyConnection;

#[derive(Debug, Clone)]
pub struct NewCorrection {
    pub year_end: YearEndId,
    pub studio: StudioId,
    /// By the id of the Policy.
    pub grade: String,
    pub reason: String,
}

/// What the publication left standing becomes the result.
pub async fn settle(
    store: &Store,
    id: YearEndId,
    reason: String,
    by: AccountId,
    now: Time,
) -> Result<YearEnd, StoreError> {
    check_remark(&reason)?;
    let year_end = super::get(store, id).await?;
    let ranking = year_end.ranking(year_end.rules(store)?.as_ref()).cloned();
    store
        .write(move |connection| {
            Box::pin(async move {
                find(connection, id).await?.course().may_settle(now.day())?;
                close(connection, id, YearEndStage::Final, (&reason, by, now)).await?;
                let entries = entries(connection, id).await?;
                for one in settled(&entries, ranking.as_ref()) {
                    write_result(connection, id, &one).await?;
                }
                find(connection, id).await
            })
        })
        .await
}

async fn write_result(connection: &mut AnyConnection, id: YearEndId, one: &Settled) -> Result<(), StoreError> {
    sqlx::query(
        "insert into year_end_result (year_end, studio, grade, passes, points, rank, tied, in_cut_off)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id.as_str())
    .bind(one.studio.as_str())
    .bind(one.outcome.grade.as_deref())
    .bind(i64::from(one.outcome.passes))
    .bind(i64::from(one.outcome.points))
    .bind(i64::from(one.ranked.rank))
    .bind(i64::from(one.ranked.tied))
    .bind(one.ranked.within.map(i64::from))
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives it up before it is final: its Studios may be settled anew.
pub async fn withdraw(
    store: &Store,
    id: YearEndId,
    reason: String,
    by: AccountId,
    now: Time,
) -> Result<YearEnd, StoreError> {
    check_reason(&reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                find(connection, id).await?.course().may_withdraw()?;
                close(connection, id, YearEndStage::Withdrawn, (&reason, by, now)).await?;
                find(connection, id).await
            })
        })
        .await
}

async fn close(
    connection: &mut AnyConnection,
    id: YearEndId,
    stage: YearEndStage,
    (reason, by, now): (&str, AccountId, Time),
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into year_end_closed (year_end, stage, reason, closed_by, closed_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(id.as_str())
    .bind(stage.code())
    .bind(reason.trim())
    .bind(by.as_str())
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Stands beside the final result. The certificates that say otherwise are revoked by it.
pub async fn correct(store: &Store, new: NewCorrection, by: AccountId, now: Time) -> Result<(), StoreError> {
    check_reason(&new.reason)?;
    let year_end = super::get(store, new.year_end).await?;
    year_end.course().is_final()?;
    let rules = year_end.rules(store)?;
    let rule = rules.grades.iter().find(|rule| rule.id == new.grade).ok_or(YearEndRefusal::UnknownGrade)?;
    let passes = rule.passes;
    let rows = super::rows(store, &year_end).await?;
    let row = rows.iter().find(|row| row.settled.studio == new.studio).ok_or(YearEndRefusal::NotInList)?;
    if row.grade() == Some(&new.grade) {
        return Err(YearEndRefusal::SameGrade.into());
    }
    let ordinal = i64::try_from(row.corrections.len()).unwrap_or(i64::MAX) + 1;
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into year_end_correction (year_end, studio, ordinal, grade, passes, reason, corrected_by,
                         corrected_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(new.year_end.as_str())
                .bind(new.studio.as_str())
                .bind(ordinal)
                .bind(new.grade.as_str())
                .bind(i64::from(passes))
                .bind(new.reason.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                // Credits hang on the pass alone.
                let kinds: &[CertificateKind] = if passes { &[CertificateKind::Grade] } else { CertificateKind::ALL };
                for kind in kinds {
                    certificate::revoke_of(connection, (new.year_end, new.studio, *kind), (&new.reason, by, now))
                        .await?;
                }
                Ok(())
            })
        })
        .await
}
