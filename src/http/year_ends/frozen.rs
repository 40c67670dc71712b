//! The Scorecard of a Studio as it was frozen, or as an answer counted it anew: what the numbers of a settled year open to.

use super::super::body::Query;
use super::super::error::{ApiError, Refused};
use super::super::shapes::{FrozenScorecardSearch, FrozenScorecardView};
use super::super::state::AppState;
use super::super::{cards, scorecards};
use super::access::ReaderOf;
use super::view;
use crate::domain::Time;
use crate::domain::participation::VetoFact;
use crate::domain::year_end::YearEndRefusal;
use crate::store::ruling::{self, VetoFound};
use crate::store::{StoreError, fact, year_end};
use axum::extract::State;

/// The whole Scorecard that stands for a Studio, read-only: as it was frozen, or as the last answer to an objection counted it
/// anew. For the office that settles the year, and once it is published for the Studio's own people.
#[utoipa::path(get, path = "/api/year-ends/{id}/studios/{studio}/scorecard", tag = "year-end",
    params(("id" = String, Path), ("studio" = String, Path), FrozenScorecardSearch),
    responses((status = 200, body = FrozenScorecardView), (status = 403, body = Refused), (status = 404, body = Refused),
    (status = 409, description = "Not in the list", body = Refused)))]
pub(in super::super) async fn frozen_scorecard(
    State(app): State<AppState>,
    reader: ReaderOf,
    Query(search): Query<FrozenScorecardSearch>,
) -> Result<axum::Json<FrozenScorecardView>, ApiError> {
    let ReaderOf { me, year_end, studio } = reader;
    let anew = match search.before {
        true => None,
        false => year_end::scorecard_counted_anew(&app.store, year_end.id, studio.id).await?,
    };
    let (card, counted_anew) = match anew {
        Some((card, word)) => (card, Some(word)),
        None => (year_end::frozen_scorecard(&app.store, year_end.id, studio.id).await?, None),
    };
    let rows = year_end::rows(&app.store, &year_end).await?;
    let row =
        rows.iter().find(|row| row.settled.studio == studio.id).ok_or(StoreError::from(YearEndRefusal::NotInList))?;
    let rules = year_end.rules(&app.store)?;
    let keeps = me.keeps(&app, &studio).await?;
    let own = if me.hosted(&app, &studio).await? { vec![studio.id] } else { Vec::new() };
    let row = view::year_row((&year_end, &rules), row, None, view::Seen::Hosts(&own));
    // As the list has it, whatever became of the Studio since.
    let studio = year_end::studio_as_frozen(&app.store, &year_end, studio.id).await?;
    let at = counted_anew.as_ref().map_or(year_end.frozen.at, |word| word.at);
    let mut gathered = fact::gather(&app.store, vec![studio.clone()]).await?;
    let mut facts = gathered.pop().ok_or(StoreError::from(YearEndRefusal::NotInList))?.facts;
    facts.vetoes = vetoes(ruling::vetoes_of(&app.store, studio.id).await?, &year_end.policy, at);
    let scorecard = scorecards::frozen(&app, (studio, rules, facts, card), keeps, at).await?;
    Ok(axum::Json(FrozenScorecardView {
        card: view::card(&app, &year_end, false)?,
        row,
        frozen: cards::word(year_end.frozen),
        counted_anew: counted_anew.map(cards::word),
        scorecard,
    }))
}

/// Those that held at that time, also where they were taken back since.
fn vetoes(all: Vec<VetoFound>, policy: &str, at: Time) -> Vec<VetoFact> {
    let held = |one: &VetoFound| one.at <= at && one.lifted.as_ref().is_none_or(|lifted| lifted.at > at);
    let held = all.into_iter().filter(|one| one.policy == policy && held(one));
    held.map(|one| VetoFact { veto: one.veto, day: one.day, found: one.at.day(), reason: one.reason }).collect()
}
