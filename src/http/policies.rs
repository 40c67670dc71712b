//! Policies as people read them: each rule with the sentence that it comes from.

use super::auth::SignedIn;
use super::body::{Id, Query};
use super::error::{ApiError, Refused};
use super::shapes::{
    ArticleView, ChapterView, ClauseView, GradeRuleView, PolicyCard, PolicyName, PolicyPage, PolicySearch, Rows,
    SlotView, SourceView, VetoRuleView,
};
use super::state::AppState;
use crate::domain::Studio;
use crate::domain::attendance::Clause;
use crate::domain::policy::{Article, Comparison, Criterion, Measure, Policy, Scope, Source, Veto, explain};
use crate::store::fact::RESOURCE_SLOT;
use crate::store::{self, Noun};
use axum::extract::State;
use std::sync::Arc;

/// The newest version of every programme.
#[utoipa::path(get, path = "/api/policies", tag = "assessment",
    responses((status = 200, body = Rows<PolicyCard>), (status = 401, body = Refused)))]
pub(super) async fn list(State(app): State<AppState>, _: SignedIn) -> axum::Json<Rows<PolicyCard>> {
    axum::Json(Rows { rows: store::policy::newest(&app.store).iter().map(|policy| card(policy)).collect() })
}

/// One programme, whole: the version that is in force today, or the one that is asked for.
#[utoipa::path(get, path = "/api/policies/{id}", tag = "assessment", params(("id" = String, Path), PolicySearch),
    responses((status = 200, body = PolicyPage), (status = 404, body = Refused)))]
pub(super) async fn read(
    State(app): State<AppState>,
    _: SignedIn,
    Id(key): Id,
    Query(search): Query<PolicySearch>,
) -> Result<axum::Json<PolicyPage>, ApiError> {
    let found = match search.version {
        Some(version) => store::policy::all(&app.store).get(&(key, version)).cloned(),
        None => store::policy::in_force(&app.store, &key, app.clock.now().day()),
    };
    let policy = found.ok_or(ApiError::Missing(Noun::Policy))?;
    Ok(axum::Json(page(&policy)))
}

/// What the Studio is assessed under today.
pub(super) fn of(app: &AppState, studio: &Studio) -> Result<Arc<Policy>, ApiError> {
    let found =
        studio.policy.as_deref().and_then(|key| store::policy::in_force(&app.store, key, app.clock.now().day()));
    found.ok_or_else(none)
}

pub(super) fn none() -> ApiError {
    ApiError::conflict("no_policy", "这个工作室还没有选定考核办法，请联系管它的工作站。")
}

pub(super) fn name(policy: &Policy) -> PolicyName {
    PolicyName {
        key: policy.key.clone(),
        version: policy.version,
        title: policy.title.clone(),
        issuer: policy.issuer.clone(),
    }
}

fn card(policy: &Policy) -> PolicyCard {
    PolicyCard {
        policy: name(policy),
        effective_from: policy.effective_from,
        effective_to: policy.effective_to,
        year: policy.year,
        cycle_years: policy.cycle.years,
        criteria: u32::try_from(policy.criteria.len()).unwrap_or(u32::MAX),
    }
}

fn page(policy: &Policy) -> PolicyPage {
    let told = explain(policy);
    let clause = |one: Clause| ClauseView { term: one.term, text: one.text };
    let article = |one: &Article| ArticleView {
        id: one.id.clone(),
        title: one.title.clone(),
        text: one.text.clone(),
        class_word: one.class.map(str::to_owned),
        sources: sources(&one.sources),
        note: one.note.clone(),
    };
    let chapters = told.chapters.iter().map(|one| ChapterView {
        title: one.title.clone(),
        part: one.part.clone(),
        articles: one.articles.iter().map(article).collect(),
    });
    let grades = policy.grades.iter().map(|one| GradeRuleView {
        id: one.id.clone(),
        title: one.title.clone(),
        reviewed: one.reviewed,
        passes: one.passes,
    });
    PolicyPage {
        card: card(policy),
        chapters: chapters.collect(),
        head: told.head.into_iter().map(clause).collect(),
        slots: policy.slots.keys().map(|key| slot(Some(policy), key)).collect(),
        grades: grades.collect(),
        vetoes: vetoes(policy),
    }
}

pub(super) fn vetoes(policy: &Policy) -> Vec<VetoRuleView> {
    let view = |one: &Veto| VetoRuleView {
        id: one.id.clone(),
        title: one.title.clone(),
        quote: one.quote.clone(),
        line: one.line,
    };
    policy.vetoes.iter().map(view).collect()
}

/// What Evidence a Criterion counts, so that a page can ask for it.
pub(super) fn slots(policy: &Policy, one: &Criterion) -> Vec<SlotView> {
    let keys = one.parts.iter().filter_map(|part| match &part.measure {
        Measure::Evidence { slot } => Some(slot.as_str()),
        Measure::SelectedResources => Some(RESOURCE_SLOT),
        _ => None,
    });
    keys.map(|key| slot(Some(policy), key)).collect()
}

pub(super) fn slot(policy: Option<&Policy>, key: &str) -> SlotView {
    let known = policy.and_then(|policy| policy.slots.get(key)).cloned();
    let title =
        known.unwrap_or_else(|| if key == RESOURCE_SLOT { "入选的精品资源".to_owned() } else { key.to_owned() });
    SlotView { key: key.to_owned(), title }
}

pub(super) fn scope(policy: &Policy, scope: &Scope) -> String {
    match scope {
        Scope::Studio => "工作室".to_owned(),
        Scope::Each(key) => {
            let title = policy.populations.get(key).map_or(key.as_str(), |one| one.title.as_str());
            format!("每位{title}")
        }
    }
}

pub(super) fn sources(sources: &[Source]) -> Vec<SourceView> {
    let view = |one: &Source| SourceView {
        id: one.id.clone(),
        quote: one.quote.clone(),
        part: one.part.clone(),
        line: one.line,
    };
    sources.iter().map(view).collect()
}

/// ≥5
pub(super) fn short(is: Comparison) -> String {
    match is {
        Comparison::AtLeast(least) => format!("≥{least}"),
        Comparison::AtMost(most) => format!("≤{most}"),
        Comparison::Exactly(number) => format!("{number}"),
        Comparison::Between(least, most) => format!("{least}–{most}"),
        Comparison::About(number) => format!("约 {number}"),
    }
}
