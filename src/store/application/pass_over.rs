//! Passing over: an Application does not wait for a Studio that is closed; who closed it says no in the host's place, or as the office.

use super::super::{StoreError, recruitment, studio, studio_closing};
use super::review::insert;
use super::write::stops_of;
use super::{find, ids_waiting_for, publicity};
use crate::domain::application::{Standing, chosen, standing};
use crate::domain::{ApplicationId, PersonName, RegionTree, Review, ReviewVerdict, Step, StudioId, Time};
use sqlx::AnyConnection;

/// All that wait with this Studio among their choices.
pub(in crate::store) async fn pass_over_waiting(
    connection: &mut AnyConnection,
    studio: StudioId,
    tree: &RegionTree,
    now: Time,
) -> Result<(), StoreError> {
    for id in ids_waiting_for(connection, &[studio]).await? {
        pass_over(connection, id, tree, now).await?;
    }
    Ok(())
}

/// Goes on to the next choice while the Studio that is asked is closed. Whom the host of one has taken already is refused, also
/// where it is public that they are to be named.
pub(super) async fn pass_over(
    connection: &mut AnyConnection,
    id: ApplicationId,
    tree: &RegionTree,
    now: Time,
) -> Result<(), StoreError> {
    loop {
        let application = find(connection, id).await?;
        let recruitment = recruitment::find(connection, application.recruitment).await?;
        let stops = stops_of(connection, &recruitment, &application, tree).await?;
        let sending = application.last().filter(|sending| sending.withdrawn_at.is_none());
        let Some(sending) = sending else { return Ok(()) };
        let stop = match standing(&recruitment, sending, &stops) {
            Standing::Waiting(stop) => Some(stop),
            Standing::Publicised => None,
            _ => return Ok(()),
        };
        let Some(asked) = stop.and_then(|stop| stop.studio).or(chosen(&sending.reviews)) else { return Ok(()) };
        let found = studio::of_ids(connection, &[asked]).await?.remove(&asked);
        let Some(last_day) = found.and_then(|found| found.last_day) else { return Ok(()) };
        let Some(by) = studio_closing::closer(connection, asked).await? else { return Ok(()) };
        let reason = format!("工作室停办，最后一天是 {last_day}。");
        let Some(stop) = stop else {
            return publicity::insert_denial(connection, (id, sending.ordinal), (by, &reason), now).await;
        };
        // No School says no here: it is the office's own word.
        let review = Review {
            step: if stop.step == Step::School { Step::Office } else { stop.step },
            studio: stop.studio,
            verdict: ReviewVerdict::Refused,
            reason,
            attachment: None,
            notice: None,
            in_place: stop.step == Step::Host,
            membership: None,
            by: PersonName { id: by, name: String::new() },
            at: now,
        };
        let so_far = u32::try_from(sending.reviews.len()).unwrap_or(u32::MAX);
        insert(connection, id, (sending.ordinal, so_far.saturating_add(1)), &review, None).await?;
    }
}
