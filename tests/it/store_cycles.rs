//! Cycles in the database: settled as a whole beside their years, on both databases.

use crate::store_database::*;
use lectern::domain::policy::{AssessmentScope, Covered};
use lectern::domain::year_end::*;
use lectern::domain::*;
use lectern::store::report_issue::{self, Issue, NewIssue, Subject};
use lectern::store::year_end::{NewCorrection, NewYearEnd, YearEnd};
use lectern::store::{self, Store, StoreError, scorecard, verification, year_end};

on_both! {
    a_cycle_is_frozen_from_the_final_results_of_its_years,
    who_was_not_settled_in_all_years_is_left_out_with_the_years,
    a_cycle_and_its_last_year_are_settled_and_given_up_apart,
    a_paper_of_a_cycle_is_held_against_the_cycle_and_not_against_its_last_year,
    a_paper_of_a_cycle_that_the_studio_has_no_more_differs,
}

struct World {
    county: RegionId,
    studios: Vec<StudioId>,
    office: AccountId,
}

fn noon(day: &str) -> Time {
    Time::parse(&format!("{day}T12:00:00+08:00")).unwrap()
}

/// Three Studios of a county whose cycle goes over 2024, 2025 and 2026.
async fn world(store: &Store) -> World {
    let places = places(store).await;
    let office = account(store, "songyaqin", "宋雅琴", places.school).await;
    let mut studios = Vec::new();
    for name in ["周文澜", "林雨桐", "沈卫华"] {
        let form = NewStudio {
            cycle_start: day("2024-01-01"),
            policy: Some("hangjin-2024".into()),
            tier: Tier::County,
            ..studio_form(&format!("{name}名师工作室"), places.county)
        };
        studios.push(store::studio::create(store, form, noon("2024-01-01")).await.unwrap().id);
    }
    World { county: places.county, studios, office }
}

async fn put_under(store: &Store, id: StudioId, cycle_start: &str, policy: Option<&'static str>) {
    let cycle_start = day(cycle_start);
    let edit = move |studio: Studio| NewStudio {
        name: studio.name,
        tier: studio.tier,
        kind: studio.kind,
        subject: studio.subject,
        region: studio.region,
        cycle_start,
        policy: policy.map(str::to_owned),
        introduction: studio.introduction,
    };
    store::studio::update(store, id, edit).await.unwrap();
}

async fn freeze(store: &Store, world: &World, covered: Covered, when: &str) -> Result<YearEnd, StoreError> {
    let Covered { scope, year } = covered;
    let new = NewYearEnd { region: world.county, policy: "hangjin-2024".into(), scope, year, reason: String::new() };
    year_end::freeze(store, new, world.office, noon(when)).await
}

/// Freezes it on the fifth of January 2027, and makes it final on the thirteenth.
async fn settled(store: &Store, world: &World, covered: Covered) -> YearEndId {
    let id = freeze(store, world, covered, "2027-01-05").await.unwrap().id;
    let until = (day("2027-01-12"), String::new());
    year_end::publish(store, id, until, world.office, noon("2027-01-05")).await.unwrap();
    year_end::settle(store, id, String::new(), world.office, noon("2027-01-13")).await.unwrap();
    id
}

async fn a_cycle_is_frozen_from_the_final_results_of_its_years(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let mut years = Vec::new();
    for year in 2024..=2026 {
        years.push(settled(store, &world, year.into()).await);
    }
    let passed = |year_end| NewCorrection {
        year_end,
        studio: world.studios[0],
        grade: "passed".into(),
        reason: "漏计材料".into(),
    };
    year_end::correct(store, passed(years[1]), world.office, noon("2027-01-14")).await.unwrap();
    let cycle = freeze(store, &world, Covered::cycle(2026), "2027-01-15").await.unwrap();
    assert_eq!((cycle.covered(), cycle.studios), (Covered::cycle(2026), 3));
    let card = year_end::frozen_scorecard(store, cycle.id, world.studios[0]).await.unwrap();
    let told =
        card.years.iter().map(|one| (one.year, one.result.as_ref().map(|one| (one.year_end, one.outcome.passes))));
    let expected = [(2024, false), (2025, true), (2026, false)];
    let expected = expected.iter().zip(&years).map(|(&(year, passes), id)| (year, Some((*id, passes))));
    assert_eq!(told.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    // Three papers and two years are missing.
    assert_eq!((card.result.missing, card.result.passes, card.scope), (2 + 3, false, AssessmentScope::Cycle));
    let rows = year_end::rows(store, &cycle).await.unwrap();
    assert!(rows.iter().all(|row| !row.passes() && row.entry.summary.cells.len() == 3));

    // What stands in it stays; the kept Scorecard of today tells what is otherwise.
    year_end::correct(store, passed(years[0]), world.office, noon("2027-01-16")).await.unwrap();
    let studio = store::studio::get(store, world.studios[0]).await.unwrap();
    let made = scorecard::refresh(store, vec![studio], Some(cycle.covered()), noon("2027-01-16")).await.unwrap();
    let kept = scorecard::kept(store, &world.studios, "hangjin-2024", cycle.covered()).await.unwrap();
    assert_eq!((made, kept[&world.studios[0]].summary.missing), (1, 4));
    assert_eq!(year_end::frozen_scorecard(store, cycle.id, world.studios[0]).await.unwrap(), card);
}

async fn who_was_not_settled_in_all_years_is_left_out_with_the_years(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let tier = async |tier: Tier| {
        let edit = move |studio: Studio| NewStudio {
            name: studio.name,
            tier,
            kind: studio.kind,
            subject: studio.subject,
            region: studio.region,
            cycle_start: studio.cycle_start,
            policy: studio.policy,
            introduction: studio.introduction,
        };
        store::studio::update(store, world.studios[0], edit).await.unwrap();
    };
    tier(Tier::City).await;
    settled(store, &world, 2024.into()).await;
    settled(store, &world, 2025.into()).await;
    tier(Tier::County).await;
    settled(store, &world, 2026.into()).await;
    put_under(store, world.studios[2], "2025-01-01", Some("hangjin-2024")).await;
    let cycle = freeze(store, &world, Covered::cycle(2026), "2027-01-15").await.unwrap();
    assert_eq!(year_end::studios_of(store, cycle.id).await.unwrap(), [world.studios[1]]);
    let left_out = year_end::left_out(store, cycle.id).await.unwrap();
    let told: Vec<_> = left_out.iter().map(|one| (one.studio, one.reason, one.years.as_slice())).collect();
    assert_eq!(told, [(world.studios[0], LeftOut::Unsettled, &[2024, 2025][..])], "another's cycle ends later");
}

async fn a_cycle_and_its_last_year_are_settled_and_given_up_apart(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let refused = async |covered, when| match freeze(store, &world, covered, when).await {
        Err(StoreError::YearEnd(refusal)) => refusal.code(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(Covered::cycle(2026), "2026-11-30").await, "year_end_too_early");
    assert_eq!(refused(Covered::cycle(2026), "2027-01-05").await, "year_end_unsettled");
    for year in 2024..=2026 {
        settled(store, &world, year.into()).await;
    }
    let frozen =
        async |covered: Covered| year_end::is_frozen(store, world.studios[0], "hangjin-2024", covered).await.unwrap();
    assert!(frozen(2026.into()).await && !frozen(Covered::cycle(2026)).await);
    let id = freeze(store, &world, Covered::cycle(2026), "2027-01-15").await.unwrap().id;
    assert!(frozen(Covered::cycle(2026)).await);
    assert_eq!(refused(Covered::cycle(2026), "2027-01-15").await, "year_end_taken");
    year_end::withdraw(store, id, "名单有误".into(), world.office, noon("2027-01-16")).await.unwrap();
    assert!(frozen(2026.into()).await && !frozen(Covered::cycle(2026)).await);
    freeze(store, &world, Covered::cycle(2026), "2027-01-17").await.unwrap();
}

/// A paper of `of` with what stands in the Scorecard of `says`.
async fn printed(store: &Store, (id, of, says): (StudioId, Covered, Covered), by: AccountId, now: Time) -> Issue {
    let studio = store::studio::get(store, id).await.unwrap();
    let assessed = scorecard::of_studio(store, studio, says, now.day()).await.unwrap().unwrap();
    let new = NewIssue {
        subject: Subject::Scorecard(id, of),
        title: "考核表".into(),
        parameters: None,
        figures: Vec::new(),
        heads: Vec::new(),
        digest: scorecard::digest(&assessed.card),
        made_at: now,
        made_by: by,
    };
    let issue = report_issue::record(store, new).await.unwrap();
    report_issue::get(store, issue).await.unwrap()
}

async fn a_paper_of_a_cycle_is_held_against_the_cycle_and_not_against_its_last_year(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let (id, now) = (world.studios[0], noon("2027-01-15"));
    let same = async |of: Covered, says: Covered| {
        let issue = printed(store, (id, of, says), world.office, now).await;
        assert_eq!(issue.content.subject, Subject::Scorecard(id, of));
        verification::of(store, &issue).await.unwrap().same
    };
    let (year, cycle) = (Covered::from(2026), Covered::cycle(2026));
    assert!(same(cycle, cycle).await && same(year, year).await);
    assert!(!same(cycle, year).await && !same(year, cycle).await);
}

async fn a_paper_of_a_cycle_that_the_studio_has_no_more_differs(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let (id, now, cycle) = (world.studios[0], noon("2027-01-15"), Covered::cycle(2026));
    let issue = printed(store, (id, cycle, cycle), world.office, now).await;
    let same = async || verification::of(store, &issue).await.unwrap().same;
    put_under(store, id, "2025-01-01", Some("hangjin-2024")).await;
    assert!(!same().await, "its cycle ends with 2027");
    put_under(store, id, "2024-01-01", Some("zhejiang-2019")).await;
    assert!(!same().await, "its programme settles years alone");
    put_under(store, id, "2024-01-01", None).await;
    assert!(!same().await);
    put_under(store, id, "2024-01-01", Some("hangjin-2024")).await;
    assert!(same().await);
}
