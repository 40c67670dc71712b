//! Keeps the Scorecards of all Studios current, a few Studios at a time, so that tables over a Region are read and not made.

use crate::domain::policy::Covered;
use crate::domain::{Studio, Time};
use crate::store::scorecard::{AT_ONCE, Progress};
use crate::store::{self, Store, StoreError};
use std::collections::BTreeSet;
use std::time::Duration;

/// How old a table may be when nobody asks for a newer one.
const EVERY: Duration = Duration::from_secs(60);
/// Between two rounds the machine has other things to do.
const PAUSE: Duration = Duration::from_secs(5);

/// Looks again every minute, and soon after somebody asks; never ends by itself. While nothing is written and the day is the
/// same there is nothing to look at.
pub async fn keep_current(store: Store, now: impl Fn() -> Time + Send) {
    let mut seen = None;
    loop {
        let asked = store::scorecard::asked(&store, EVERY).await;
        let at = now();
        // What is written during the round is for the next one.
        let state = (at.day(), store.write_totals().writes);
        if asked.is_empty() && seen == Some(state) {
            continue;
        }
        // A year is settled in the months after its end.
        let mut wanted = BTreeSet::from([None, Some(Covered::from(at.day().year() - 1))]);
        wanted.extend(asked.into_iter().map(Some));
        seen = Some(state);
        for covered in wanted {
            match refresh(&store, covered, at).await {
                Ok(0) => {}
                Ok(made) => tracing::info!(made, ?covered, "scorecards made anew"),
                Err(error) => {
                    tracing::warn!(%error, ?covered, "scorecards not made");
                    seen = None;
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One round through all Studios that are assessed; how many Scorecards were made anew. Without a word it is the
/// year that each is in.
pub async fn refresh(store: &Store, covered: Option<Covered>, now: Time) -> Result<usize, StoreError> {
    let studios = store::studio::assessed(store, None).await?;
    let of = studios.len();
    let (mut done, mut made) = (0, 0);
    for some in studios.chunks(AT_ONCE) {
        store::scorecard::set_progress(store, Progress { done, of });
        made += match store::scorecard::refresh(store, some.to_vec(), covered, now).await {
            Ok(made) => made,
            Err(error) => one_by_one(store, some, covered, now, error).await,
        };
        done += some.len();
    }
    store::scorecard::set_progress(store, Progress { done, of });
    Ok(made)
}

/// What one Studio's rows spoil must not keep the others back.
async fn one_by_one(store: &Store, some: &[Studio], covered: Option<Covered>, now: Time, error: StoreError) -> usize {
    tracing::warn!(%error, studios = some.len(), "scorecards are made one by one");
    let mut made = 0;
    for studio in some {
        match store::scorecard::refresh(store, vec![studio.clone()], covered, now).await {
            Ok(one) => made += one,
            Err(error) => tracing::warn!(%error, studio = %studio.id, "scorecard not made"),
        }
    }
    made
}
