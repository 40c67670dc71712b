//! YearEnds as the pages get them.

use super::super::auth::SignedIn;
use super::super::authority::Authority;
use super::super::error::ApiError;
use super::super::scorecards::points_word;
use super::super::shapes::{
    CertificateView, CorrectedView, CriterionChangeView, CutOffView, DifferenceView, GradeCountView, GradeRuleView,
    LeftOutView, Named, ObjectionView, OutcomeView, PublicRow, PublicationCard, PublicationView, ResultCorrectionView,
    SpanView, StudioYearEndView, YearChangeView, YearEndCard, YearEndRow, YearEndView,
};
use super::super::state::AppState;
use super::super::{attachments, cards, policies};
use crate::domain::StudioId;
use crate::domain::policy::Policy;
use crate::domain::scorecard::CycleYear;
use crate::domain::year_end::{
    LEAST_DAYS, LeftOut, MOST_DAYS, ObjectionState, Outcome, Standing, Stood, YearEndStage, differences,
};
use crate::store;
use crate::store::certificate::{self, Certificate};
use crate::store::scorecard::{Kept, Summary};
use crate::store::year_end::{self, Correction, NotSettled, Objection, Row, YearEnd};
use std::collections::{BTreeMap, HashSet};

/// With whose eyes it is looked at.
#[derive(Clone, Copy)]
pub(super) enum Seen<'a> {
    Office(&'a SignedIn),
    Hosts(&'a [StudioId]),
}

impl Seen<'_> {
    fn owns(self, studio: StudioId) -> bool {
        matches!(self, Self::Hosts(own) if own.contains(&studio))
    }

    fn is_office(self) -> bool {
        matches!(self, Self::Office(_))
    }
}

pub(super) fn card(app: &AppState, one: &YearEnd, may_decide: bool) -> Result<YearEndCard, ApiError> {
    let rules = one.rules(&app.store)?;
    let today = app.clock.now().day();
    let span = one.published.as_ref().map(|(span, _)| *span);
    Ok(YearEndCard {
        id: one.id,
        region: one.region,
        region_name: one.region_name.clone(),
        policy: policies::name(&rules),
        scope: one.scope,
        year: one.year,
        year_word: rules.span_word(one.covered()),
        assessment: rules.assessment_word(one.covered()),
        stage: one.course().stage(),
        on: one.on,
        studios: one.studios,
        open: one.open,
        published: span.map(|span| SpanView { from: span.from, to: span.to }),
        over: span.is_some_and(|span| today > span.to),
        may_decide,
    })
}

pub(super) async fn page(app: &AppState, one: YearEnd, seen: Seen<'_>) -> Result<YearEndView, ApiError> {
    let rules = one.rules(&app.store)?;
    let today = app.clock.now().day();
    let rows = year_end::rows(&app.store, &one).await?;
    let studios: Vec<StudioId> = rows.iter().map(|row| row.settled.studio).collect();
    let current = if seen.is_office() { super::current(app, &one, &studios).await? } else { Default::default() };
    let all = year_end::objections(&app.store, one.id).await?;
    let open: HashSet<StudioId> =
        all.iter().filter(|one| one.state() == ObjectionState::Open).map(|one| one.studio).collect();
    let may_object = one.course().may_object(today).is_ok();
    let may_object = rows.iter().filter(|row| may_object && seen.owns(row.settled.studio));
    let may_object = may_object.filter(|row| !open.contains(&row.settled.studio));
    let may_object = may_object.map(|row| Named::new(row.settled.studio, row.entry.name.as_str())).collect();
    let mut objections = Vec::new();
    let authority = match seen {
        Seen::Office(me) => Some(Authority::of(app, me).await?),
        Seen::Hosts(_) => None,
    };
    for one in all.into_iter().filter(|one| seen.is_office() || seen.owns(one.studio)) {
        let may_answer = match &authority {
            Some(authority) => {
                let years = rules.years_of(one.covered);
                super::decides_about(app, authority, (one.studio, years)).await.is_ok()
            }
            None => false,
        };
        objections.push(objection(&rules, one, may_answer));
    }
    let certificates = certificate::of_year_end(&app.store, one.id).await?.into_iter();
    let certificates = certificates.filter(|one| seen.is_office() || seen.owns(one.studio));
    let listed = rows.iter().map(|row| year_row((&one, &rules), row, current.get(&row.settled.studio), seen)).collect();
    let cut_off = cut_off((&one, &rules), &rows);
    let left_out = if seen.is_office() { year_end::left_out(&app.store, one.id).await? } else { Vec::new() };
    Ok(YearEndView {
        card: card(app, &one, seen.is_office())?,
        left_out: left_out_view(&rules, left_out),
        frozen: cards::word(one.frozen),
        published: one.published.map(|(_, word)| cards::word(word)),
        settled: one.settled.map(cards::word),
        withdrawn: one.withdrawn.map(cards::word),
        counts: counts(&rules, &rows),
        cut_off,
        rows: listed,
        grades: grades(&rules),
        objections,
        certificates: certificates.map(certificate).collect(),
        may_object,
        compared_at: current.values().map(|one| one.made_at).min(),
        least_days: LEAST_DAYS,
        most_days: MOST_DAYS,
        today,
    })
}

/// By reason; of a cycle also by the years that are missing.
pub(super) fn left_out_view(rules: &Policy, all: Vec<NotSettled>) -> Vec<LeftOutView> {
    let mut by_reason: BTreeMap<(LeftOut, Vec<i32>), Vec<Named>> = BTreeMap::new();
    for one in all {
        by_reason.entry((one.reason, one.years)).or_default().push(Named::new(one.studio, one.name));
    }
    let told = by_reason.into_iter().map(|((reason, years), studios)| {
        let years: Vec<String> = years.into_iter().map(|year| rules.span_word(year.into())).collect();
        let which = if years.is_empty() { String::new() } else { format!("：{}", years.join("、")) };
        LeftOutView { reason: format!("{}{which}", reason.word()), studios }
    });
    told.collect()
}

/// None where the Studio is not in it.
pub(super) async fn of_studio(
    app: &AppState,
    one: YearEnd,
    studio: StudioId,
    (hosts, keeps): (bool, bool),
) -> Result<Option<StudioYearEndView>, ApiError> {
    let rules = one.rules(&app.store)?;
    let rows = year_end::rows(&app.store, &one).await?;
    let Some(row) = rows.iter().find(|row| row.settled.studio == studio) else { return Ok(None) };
    let own = [studio];
    let objections: Vec<Objection> = match keeps {
        true => year_end::objections(&app.store, one.id).await?,
        false => Vec::new(),
    };
    let objections: Vec<Objection> = objections.into_iter().filter(|one| one.studio == studio).collect();
    let open = objections.iter().any(|one| one.state() == ObjectionState::Open);
    let certificates = certificate::of_year_end(&app.store, one.id).await?.into_iter();
    let certificates = certificates.filter(|one| one.studio == studio && (keeps || one.account.is_none()));
    let may_object = hosts && !open && one.course().may_object(app.clock.now().day()).is_ok();
    Ok(Some(StudioYearEndView {
        card: card(app, &one, false)?,
        row: year_row((&one, &rules), row, None, Seen::Hosts(if hosts { &own } else { &[] })),
        objections: objections.into_iter().map(|one| objection(&rules, one, false)).collect(),
        certificates: certificates.map(certificate).collect(),
        may_object,
    }))
}

pub(super) fn year_row(
    (year_end, rules): (&YearEnd, &Policy),
    row: &Row,
    current: Option<&Kept>,
    seen: Seen<'_>,
) -> YearEndRow {
    let Row { entry, settled, corrections } = row;
    let answered = entry.frozen.answered.is_some();
    YearEndRow {
        studio: Named::new(settled.studio, entry.name.as_str()),
        hosts: entry.hosts.clone(),
        region: entry.region_name.clone(),
        tier: entry.frozen.tier,
        outcome: outcome(rules, &settled.outcome),
        rank: settled.ranked.rank,
        tied: settled.ranked.tied,
        within: settled.ranked.within,
        frozen: answered.then(|| outcome(rules, &entry.frozen.outcome)),
        corrections: corrections.iter().map(|one| correction(rules, one)).collect(),
        follows: row.follows(year_end, rules).map(str::to_owned),
        difference: current.and_then(|current| difference(rules, row, current)),
        own: seen.owns(settled.studio),
        digest: entry.basis.clone(),
    }
}

fn correction(rules: &Policy, one: &Correction) -> ResultCorrectionView {
    ResultCorrectionView {
        grade_title: title(rules, Some(&one.grade)).unwrap_or_default(),
        passes: one.passes,
        word: cards::word(one.word.clone()),
    }
}

fn difference(rules: &Policy, row: &Row, current: &Kept) -> Option<DifferenceView> {
    let grade = current.summary.grade.clone();
    let passes = rules.grades.iter().any(|rule| grade.as_ref() == Some(&rule.id) && rule.passes);
    let now = Outcome { grade, passes, points: current.points };
    let found = differences(&stood(row.entry.counted.clone(), &row.entry.summary), &stood(now, &current.summary))?;
    let named = |id: &str| {
        let rule = rules.criteria.iter().find(|rule| rule.id == id);
        Named::new(id, rule.map_or(id, |rule| rule.title.as_str()))
    };
    let words = |one: &Standing| format!("{}，{} / {}", one.state.word(), one.done, one.of);
    let changes = found.changes.iter().map(|one| CriterionChangeView {
        criterion: named(&one.before.criterion),
        before: words(&one.before),
        now: words(&one.now),
    });
    let years = found.years.iter().map(|one| YearChangeView {
        word: rules.span_word(one.before.year.into()),
        before: year_outcome(rules, &one.before),
        now: year_outcome(rules, &one.now),
    });
    Some(DifferenceView {
        now: found.outcome.map(|one| outcome(rules, &one)),
        changes: changes.collect(),
        years: years.collect(),
    })
}

/// None of a year without a final result.
fn year_outcome(rules: &Policy, year: &CycleYear) -> Option<OutcomeView> {
    let one = &year.result.as_ref()?.outcome;
    Some(outcome(rules, &Outcome { grade: one.grade.clone(), passes: one.passes, points: one.points }))
}

fn stood(outcome: Outcome, summary: &Summary) -> Stood {
    let standing = |cell: &store::scorecard::Cell| Standing {
        criterion: cell.criterion.clone(),
        state: cell.state,
        done: cell.done,
        of: cell.of,
    };
    let criteria = summary.cells.iter().map(standing).collect();
    Stood { outcome, criteria, years: summary.years.clone() }
}

pub(super) fn objection(rules: &Policy, one: Objection, may_answer: bool) -> ObjectionView {
    let state = one.state();
    let (word, upheld) = match one.answer {
        Some(answer) => (Some(cards::word(answer.word)), answer.outcome.map(|one| outcome(rules, &one))),
        None => (None, None),
    };
    ObjectionView {
        id: one.id,
        studio: Named::new(one.studio, one.studio_name),
        given: cards::word(one.given),
        attachment: one.attachment.map(attachments::view),
        state,
        answer: word,
        outcome: upheld,
        may_answer: may_answer && state == ObjectionState::Open,
    }
}

pub(super) fn certificate(one: Certificate) -> CertificateView {
    CertificateView {
        id: one.id,
        kind: one.kind,
        number: one.number_word(),
        title: one.title,
        studio: Named::new(one.studio, one.studio_name),
        person: one.account.map(|person| Named::new(person.id, person.name)),
        given: cards::word(one.given),
        revoked: one.revoked.map(cards::word),
    }
}

fn outcome(rules: &Policy, one: &Outcome) -> OutcomeView {
    OutcomeView {
        grade: one.grade.clone(),
        grade_title: title(rules, one.grade.as_deref()),
        passes: one.passes,
        points_word: points_word(one.points),
    }
}

fn title(rules: &Policy, grade: Option<&str>) -> Option<String> {
    rules.grades.iter().find(|rule| Some(rule.id.as_str()) == grade).map(|rule| rule.title.clone())
}

fn grades(rules: &Policy) -> Vec<GradeRuleView> {
    let grade = |one: &crate::domain::policy::Grade| GradeRuleView {
        id: one.id.clone(),
        title: one.title.clone(),
        reviewed: one.reviewed,
        passes: one.passes,
    };
    rules.grades.iter().map(grade).collect()
}

/// How many Studios have each grade, corrections included.
fn counts(rules: &Policy, rows: &[Row]) -> Vec<GradeCountView> {
    let count = |id: &str| rows.iter().filter(|row| row.grade() == Some(id)).count();
    let grade = |one: &crate::domain::policy::Grade| GradeCountView {
        title: one.title.clone(),
        passes: one.passes,
        studios: u32::try_from(count(&one.id)).unwrap_or(u32::MAX),
    };
    rules.grades.iter().map(grade).collect()
}

fn cut_off((year_end, rules): (&YearEnd, &Policy), rows: &[Row]) -> Option<CutOffView> {
    let rule = year_end.ranking(rules)?;
    let of_tier = || rows.iter().filter(|row| row.entry.frozen.tier == rule.tier);
    let within = of_tier().filter(|row| row.settled.ranked.within == Some(true));
    let last = within.clone().map(|row| row.settled.ranked.rank).max()?;
    let sharing = of_tier().filter(|row| row.settled.ranked.rank == last).count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Some(CutOffView {
        tier: rule.tier,
        cut_off: rule.cut_off,
        within: number(within.count()),
        sharing: number(sharing),
    })
}

/// None of what is not published.
pub(super) fn publication_card(app: &AppState, one: &YearEnd) -> Result<Option<PublicationCard>, ApiError> {
    let Some((span, _)) = &one.published else { return Ok(None) };
    let rules = one.rules(&app.store)?;
    Ok(Some(PublicationCard {
        id: one.id,
        title: format!("{} {}", one.region_name, rules.assessment_word(one.covered())),
        policy_title: rules.title.clone(),
        region_name: one.region_name.clone(),
        scope: one.scope,
        year_word: rules.span_word(one.covered()),
        stage: one.course().stage(),
        span: SpanView { from: span.from, to: span.to },
        over: app.clock.now().day() > span.to,
        settled_on: one.settled.as_ref().map(|word| word.at.day()),
        studios: one.studios,
    }))
}

pub(super) async fn publication(app: &AppState, one: &YearEnd) -> Result<Option<PublicationView>, ApiError> {
    let Some(card) = publication_card(app, one)? else { return Ok(None) };
    if card.stage == YearEndStage::Withdrawn {
        return Ok(Some(PublicationView { card, rows: Vec::new(), counts: Vec::new(), cut_off: None }));
    }
    let rules = one.rules(&app.store)?;
    let rows = year_end::rows(&app.store, one).await?;
    let public = rows.iter().map(|row| PublicRow {
        studio: row.entry.name.clone(),
        hosts: row.entry.hosts.clone(),
        region: row.entry.region_name.clone(),
        tier: row.entry.frozen.tier,
        grade_title: title(&rules, row.settled.outcome.grade.as_deref()),
        rank: row.settled.ranked.rank,
        tied: row.settled.ranked.tied,
        within: row.settled.ranked.within,
        follows: row.follows(one, &rules).map(str::to_owned),
        corrected: row.corrections.last().map(|one| CorrectedView {
            grade_title: title(&rules, Some(&one.grade)).unwrap_or_default(),
            on: one.word.at.day(),
        }),
    });
    let (counts, cut_off) = (counts(&rules, &rows), cut_off((one, &rules), &rows));
    Ok(Some(PublicationView { card, rows: public.collect(), counts, cut_off }))
}
