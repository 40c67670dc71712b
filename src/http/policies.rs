//! Policies as people read them: each rule with the sentence that it comes from.

use super::auth::SignedIn;
use super::body::{Id, Query};
use super::error::{ApiError, Refused};
use super::shapes::{
    ChoiceRuleView, ClauseView, CriterionRuleView, GradeRuleView, PartRuleView, PolicyCard, PolicyName, PolicyPage,
    PolicySearch, Rows, SectionRulesView, SlotView, SourceView, TermView, VetoRuleView,
};
use super::state::AppState;
use crate::domain::policy::{Comparison, Criterion, Measure, Policy, Scope, Source};
use crate::store::fact::RESOURCE_SLOT;
use crate::store::{self, Noun};
use axum::extract::State;

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
    let sections = policy.sections.iter().map(|section| SectionRulesView {
        id: section.id.clone(),
        title: section.title.clone(),
        part: section.part.clone(),
        criteria: policy
            .criteria
            .iter()
            .filter(|one| one.section == section.id)
            .map(|one| rules(policy, one))
            .collect(),
    });
    let choices = policy.choices.iter().map(|one| ChoiceRuleView {
        id: one.id.clone(),
        section: one.section.clone(),
        title: one.title.clone(),
        choose: one.choose,
        of: one.of.clone(),
        sources: sources(&one.sources),
    });
    let grades = policy.grades.iter().map(|one| GradeRuleView {
        id: one.id.clone(),
        title: one.title.clone(),
        when: one.when.word().to_owned(),
        reviewed: one.reviewed,
        passes: one.passes,
        sources: sources(&one.sources),
        note: one.note.clone(),
    });
    let slots = policy.slots.keys().map(String::as_str);
    let attendance = policy.attendance.clauses().into_iter();
    PolicyPage {
        card: card(policy),
        notes: policy.notes.clone(),
        class_hour_minutes: policy.class_hour_minutes,
        slots: slots.map(|key| slot(policy, key)).collect(),
        sections: sections.collect(),
        choices: choices.collect(),
        grades: grades.collect(),
        vetoes: vetoes(policy),
        terms: terms(policy),
        attendance: attendance.map(|clause| ClauseView { term: clause.term, text: clause.text }).collect(),
    }
}

fn rules(policy: &Policy, one: &Criterion) -> CriterionRuleView {
    let parts = one.parts.iter().map(|part| PartRuleView {
        title: part.title.clone(),
        rule: rule(part.is, &part.unit),
        short: short(part.is),
        unit: part.unit.clone(),
    });
    CriterionRuleView {
        id: one.id.clone(),
        title: one.title.clone(),
        class: one.class,
        class_word: one.class.word().to_owned(),
        required: one.required,
        weight: one.weight,
        scope: scope(policy, &one.scope),
        period: one.period.word().to_owned(),
        parts: parts.collect(),
        slots: slots(policy, one),
        sources: sources(&one.sources),
        note: one.note.clone(),
    }
}

pub(super) fn vetoes(policy: &Policy) -> Vec<VetoRuleView> {
    let view = |one: &crate::domain::policy::Veto| VetoRuleView {
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
    keys.map(|key| slot(policy, key)).collect()
}

pub(super) fn slot(policy: &Policy, key: &str) -> SlotView {
    let known = policy.slots.get(key).cloned();
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

/// 不少于 5 次
pub(super) fn rule(is: Comparison, unit: &str) -> String {
    match is {
        Comparison::AtLeast(least) => format!("不少于 {least} {unit}"),
        Comparison::AtMost(most) => format!("不超过 {most} {unit}"),
        Comparison::Exactly(number) => format!("{number} {unit}"),
        Comparison::Between(least, most) => format!("{least} 到 {most} {unit}"),
        Comparison::About(number) => format!("{number} {unit}左右"),
    }
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

fn terms(policy: &Policy) -> Vec<TermView> {
    let term = |kind: &str, title: &str, text: String, from: &[Source]| TermView {
        kind: kind.to_owned(),
        title: title.to_owned(),
        text,
        sources: sources(from),
    };
    let mut terms = vec![term("周期", "考核周期", format!("{} 年", policy.cycle.years), &policy.cycle.sources)];
    if let Some(one) = &policy.ranking {
        let text = format!("{}工作室前 {} 名", one.tier.word(), one.cut_off);
        terms.push(term("排名", "择优", text, &one.sources));
    }
    if let Some(one) = &policy.credits {
        let whom = policy.populations.get(&one.population).map_or("", |of| of.title.as_str());
        terms.push(term("学分", "考核合格", format!("{whom}每人 {} 学分", one.amount), &one.sources));
    }
    for one in &policy.money {
        let amount = one.yuan.map_or_else(String::new, |yuan| format!(" {yuan} 元"));
        terms.push(term("经费", &one.title, format!("{}{amount}，{}", one.to, one.when.word()), &one.sources));
    }
    for one in &policy.deadlines {
        let day = one.day.map_or_else(String::new, |day| format!("{day} 日"));
        terms.push(term("时间", &one.title, format!("{} 月{day}", one.month), &one.sources));
    }
    for one in &policy.conditions {
        terms.push(term("条件", &one.title, one.role.word().to_owned(), &one.sources));
    }
    for one in &policy.capacities {
        terms.push(term("规模", &one.title, rule(one.is, &one.unit), &one.sources));
    }
    for one in &policy.statements {
        terms.push(term("规定", &one.title, one.kept_by.word().to_owned(), &one.sources));
    }
    terms
}
