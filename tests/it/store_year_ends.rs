//! YearEnds in the database: a year frozen, published, objected to, final and corrected, on both databases.

use crate::store_database::*;
use lectern::domain::policy::AssessmentScope;
use lectern::domain::year_end::*;
use lectern::domain::*;
use lectern::store::year_end::{NewCorrection, NewYearEnd};
use lectern::store::{self, Store, StoreError, certificate, report_issue, verification, year_end};
use sqlx::AssertSqlSafe;

on_both! {
    what_is_open_to_objections_is_public_before_what_is_final,
    a_year_goes_from_the_freeze_to_certificates_day_by_day,
    each_stage_waits_for_what_it_needs,
    an_office_settles_the_tiers_up_to_its_own_and_leaves_the_others_to_those_above,
    a_second_freeze_is_refused_until_the_first_is_given_up,
    later_facts_change_nothing_that_was_frozen,
    a_recount_takes_what_is_known_by_then_and_moves_the_ranks,
    a_correction_stands_beside_the_result_and_revokes_what_says_otherwise,
    every_stage_is_there_for_whoever_opens_the_database_anew,
    no_word_of_a_year_end_is_changed_or_taken_away,
}

const POLICY: &str = "zhejiang-2019";

struct World {
    places: Places,
    /// Whose office settles the year.
    region: RegionId,
    studios: Vec<StudioId>,
    hosts: Vec<AccountId>,
    office: AccountId,
}

/// Noon of a day in China.
fn noon(day: &str) -> Time {
    Time::parse(&format!("{day}T12:00:00+08:00")).unwrap()
}

async fn world(store: &Store) -> World {
    world_of(store, Tier::County).await
}

/// Studios of a county of this tier, settled by its office.
async fn world_of(store: &Store, tier: Tier) -> World {
    let places = places(store).await;
    let region = if tier == Tier::Province { places.province } else { places.county };
    let office = account(store, "songyaqin", "宋雅琴", places.school).await;
    let (mut studios, mut hosts) = (Vec::new(), Vec::new());
    for (login, name) in [("zhouwenlan", "周文澜"), ("linyutong", "林雨桐"), ("shenweihua", "沈卫华")] {
        let host = account(store, login, name, places.school).await;
        let form = NewStudio { tier, ..studio_form(&format!("{name}名师工作室"), places.county) };
        let id = store::studio::create(store, form, noon("2025-01-01")).await.unwrap().id;
        member(store, id, host, MemberRole::Host, "2025-01-01").await;
        studios.push(id);
        hosts.push(host);
    }
    World { places, region, studios, hosts, office }
}

/// Ten core members, of whom the Policy asks for at least so many: points.
async fn with_members(store: &Store, world: &World, studio: StudioId) {
    for number in 0..10 {
        let login = format!("{}-{number}", &studio.as_str()[8..]);
        let core = account(store, &login, &format!("带头人{number}"), world.places.school).await;
        member(store, studio, core, MemberRole::Core, "2025-01-01").await;
    }
}

fn new(world: &World) -> NewYearEnd {
    NewYearEnd {
        region: world.region,
        policy: POLICY.into(),
        scope: AssessmentScope::Year,
        year: 2026,
        reason: String::new(),
    }
}

async fn frozen(store: &Store, world: &World) -> YearEndId {
    year_end::freeze(store, new(world), world.office, noon("2027-01-05")).await.unwrap().id
}

async fn published(store: &Store, world: &World) -> YearEndId {
    let id = frozen(store, world).await;
    let until = (day("2027-01-12"), "请各工作室核对".to_owned());
    year_end::publish(store, id, until, world.office, noon("2027-01-06")).await.unwrap();
    id
}

async fn final_one(store: &Store, world: &World) -> YearEndId {
    let id = published(store, world).await;
    year_end::settle(store, id, String::new(), world.office, noon("2027-01-13")).await.unwrap();
    id
}

async fn object(store: &Store, world: &World, id: YearEndId, at: usize, when: &str) -> Result<ObjectionId, StoreError> {
    let new = NewObjection {
        year_end: id,
        studio: world.studios[at],
        reason: "11 月的研修没有计入".into(),
        attachment: None,
        by: world.hosts[at],
    };
    year_end::object(store, new, noon(when)).await.map(|one| one.id)
}

async fn answered(store: &Store, world: &World, id: ObjectionId, answer: Answer, when: &str) -> year_end::Objection {
    let said = (answer, "已核对".to_owned());
    year_end::answer(store, id, said, world.office, noon(when)).await.unwrap()
}

async fn row(store: &Store, id: YearEndId, studio: StudioId) -> year_end::Row {
    let year_end = year_end::get(store, id).await.unwrap();
    let rows = year_end::rows(store, &year_end).await.unwrap();
    rows.into_iter().find(|row| row.settled.studio == studio).unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> YearEndRefusal {
    match result.unwrap_err() {
        StoreError::YearEnd(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn what_is_open_to_objections_is_public_before_what_is_final(fresh: Fresh) {
    let store = &fresh.store;
    let world = world_of(store, Tier::Province).await;
    let earlier = NewYearEnd { year: 2025, ..new(&world) };
    let running = year_end::freeze(store, earlier, world.office, noon("2027-01-04")).await.unwrap().id;
    let over = frozen(store, &world).await;
    for (id, until, on) in [(running, "2027-01-20", "2027-01-05"), (over, "2027-01-12", "2027-01-06")] {
        year_end::publish(store, id, (day(until), String::new()), world.office, noon(on)).await.unwrap();
    }
    year_end::settle(store, over, String::new(), world.office, noon("2027-01-13")).await.unwrap();
    let first = async |today: &str| {
        let page = store::Page::new(1, 1);
        let found = year_end::public(store, day(today), page).await.unwrap();
        assert_eq!((found.total, found.rows.len()), (2, 1));
        found.rows[0].id
    };
    assert_eq!(first("2027-01-20").await, running);
    assert_eq!(first("2027-01-21").await, over, "the latest");
}

async fn a_year_goes_from_the_freeze_to_certificates_day_by_day(fresh: Fresh) {
    let store = &fresh.store;
    let world = world_of(store, Tier::Province).await;
    with_members(store, &world, world.studios[0]).await;
    let early = year_end::freeze(store, new(&world), world.office, noon("2026-11-30")).await;
    assert_eq!(refused(early), YearEndRefusal::TooEarly { from: day("2026-12-01") });

    let id = frozen(store, &world).await;
    let first = row(store, id, world.studios[0]).await;
    assert_eq!(
        (first.entry.hosts.as_slice(), first.entry.region_name.as_str()),
        (&["周文澜".to_owned()][..], "青禾县")
    );
    assert_eq!((first.settled.ranked.rank, first.settled.ranked.tied), (1, false));
    assert_eq!(first.settled.outcome.grade.as_deref(), Some("failed"));
    let second = row(store, id, world.studios[1]).await;
    assert_eq!((second.settled.ranked.rank, second.settled.ranked.tied), (2, true), "no points, both");
    assert_eq!(second.settled.ranked.within, Some(true), "150 are chosen");

    let until = (day("2027-01-12"), String::new());
    let public = year_end::publish(store, id, until, world.office, noon("2027-01-06")).await.unwrap();
    assert_eq!(public.course().stage(), YearEndStage::Published);
    let page = store::Page::default();
    assert_eq!(year_end::public(store, day("2027-01-06"), page).await.unwrap().total, 1);
    assert_eq!(year_end::of_studio(store, world.studios[2]).await.unwrap()[0].id, id);

    let objection = object(store, &world, id, 0, "2027-01-12").await.unwrap();
    assert_eq!(refused(object(store, &world, id, 0, "2027-01-12").await), YearEndRefusal::ObjectionTaken);
    assert_eq!(refused(object(store, &world, id, 1, "2027-01-13").await), YearEndRefusal::ObjectionTooLate);
    let open = year_end::settle(store, id, String::new(), world.office, noon("2027-01-13")).await;
    assert_eq!(refused(open), YearEndRefusal::OpenObjections { open: 1 });
    let graded = answered(store, &world, objection, Answer::Grade("passed".into()), "2027-01-14").await;
    assert_eq!(graded.state(), ObjectionState::Graded);
    let twice =
        year_end::answer(store, objection, (Answer::Reject, "晚了".into()), world.office, noon("2027-01-14")).await;
    assert_eq!(refused(twice), YearEndRefusal::Answered);

    let settled = year_end::settle(store, id, String::new(), world.office, noon("2027-01-15")).await.unwrap();
    assert_eq!(settled.course().stage(), YearEndStage::Final);
    let first = row(store, id, world.studios[0]).await;
    assert_eq!((first.settled.outcome.passes, first.grade()), (true, Some("passed")));
    assert_eq!(first.entry.frozen.outcome.grade.as_deref(), Some("failed"), "what was frozen stays beside it");

    // What becomes of the roster afterwards is nothing to the year that was frozen.
    let newcomer = account(store, "newcomer", "新来的", world.places.school).await;
    member(store, world.studios[0], newcomer, MemberRole::Core, "2026-06-01").await;
    // The host and ten core members have credits, the Studio has its grade.
    let give = || certificate::give(store, id, world.office, noon("2027-01-16"));
    let (one, other) = tokio::join!(give(), give());
    let (given, empty) = if one.is_ok() { (one, other) } else { (other, one) };
    assert_eq!((given.unwrap(), refused(empty)), (12, YearEndRefusal::NothingToCertify), "two give at once");
    let all = certificate::of_year_end(store, id).await.unwrap();
    assert_eq!(all.iter().map(|one| one.number.number).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    assert_eq!((all[0].kind, all[0].number.to_string()), (CertificateKind::Grade, "评证〔2027〕第1号".to_owned()));
    let again = certificate::give(store, id, world.office, noon("2027-01-16")).await;
    assert_eq!(refused(again), YearEndRefusal::NothingToCertify);
    let own = certificate::of_account(store, world.hosts[0]).await.unwrap();
    assert!(own[0].figures.contains(&("学分".into(), "30 学分".into())), "{:?}", own[0].figures);
    let issue = report_issue::get(store, all[0].id).await.unwrap();
    let found = verification::of(store, &issue).await.unwrap();
    assert_eq!((found.same, found.intact, found.revoked), (true, None, None));
    certificate::revoke(store, all[0].id, "材料不实".into(), world.office, noon("2027-02-01")).await.unwrap();
    let found = verification::of(store, &issue).await.unwrap();
    assert_eq!(found.revoked.map(|word| word.reason), Some("材料不实".to_owned()));
    let given = certificate::give(store, id, world.office, noon("2027-02-02")).await;
    assert_eq!(refused(given), YearEndRefusal::NothingToCertify, "what was revoked is not given again unasked");
    let held = certificate::renew(store, all[1].id, world.office, noon("2027-02-02")).await;
    assert_eq!(refused(held), YearEndRefusal::NothingToCertify, "it holds");
    let given = certificate::renew(store, all[0].id, world.office, noon("2027-02-02")).await.unwrap();
    assert_eq!(given, 1, "a revoked one may be given anew, under the next number");
}

async fn each_stage_waits_for_what_it_needs(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let id = frozen(store, &world).await;
    let settle = |when| year_end::settle(store, id, String::new(), world.office, noon(when));
    assert_eq!(refused(settle("2027-02-01").await), YearEndRefusal::NotPublished);
    assert_eq!(refused(object(store, &world, id, 0, "2027-01-06").await), YearEndRefusal::NotPublished);
    assert_eq!(refused(certificate::give(store, id, world.office, noon("2027-01-06")).await), YearEndRefusal::NotFinal);
    let publish = |until| year_end::publish(store, id, (day(until), String::new()), world.office, noon("2027-01-06"));
    assert_eq!(refused(publish("2027-01-11").await), YearEndRefusal::Length, "six days");
    publish("2027-01-12").await.unwrap();
    assert_eq!(refused(publish("2027-01-20").await), YearEndRefusal::Published);
    assert_eq!(refused(settle("2027-01-12").await), YearEndRefusal::StillPublished { until: day("2027-01-12") });
    settle("2027-01-13").await.unwrap();
    assert_eq!(refused(settle("2027-01-14").await), YearEndRefusal::Final);
    let withdrawn = year_end::withdraw(store, id, "算错了".into(), world.office, noon("2027-01-14")).await;
    assert_eq!(refused(withdrawn), YearEndRefusal::Final);
}

async fn a_second_freeze_is_refused_until_the_first_is_given_up(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let id = frozen(store, &world).await;
    let city = NewYearEnd { region: world.places.city, ..new(&world) };
    let again = year_end::freeze(store, city.clone(), world.office, noon("2027-01-06")).await;
    let YearEndRefusal::Taken { studios, .. } = refused(again) else { panic!("taken") };
    assert_eq!(studios, 3, "a Studio is settled once, whoever does it");
    let other_year = NewYearEnd { year: 2025, ..new(&world) };
    year_end::freeze(store, other_year, world.office, noon("2027-01-06")).await.unwrap();
    let silent = year_end::withdraw(store, id, " ".into(), world.office, noon("2027-01-06")).await;
    assert!(matches!(silent, Err(StoreError::Invalid(_))));
    year_end::withdraw(store, id, "由市里统一评定".into(), world.office, noon("2027-01-06")).await.unwrap();
    let city = year_end::freeze(store, city, world.office, noon("2027-01-07")).await.unwrap();
    assert_eq!(city.studios, 3);
    let of_county = year_end::of_region(store, world.places.county).await.unwrap();
    assert_eq!(of_county.len(), 3, "also what the city settles for it");
    let empty = NewYearEnd { policy: "hangjin-2024".into(), ..new(&world) };
    assert_eq!(refused(year_end::freeze(store, empty, world.office, noon("2027-01-07")).await), YearEndRefusal::Nobody);
}

async fn an_office_settles_the_tiers_up_to_its_own_and_leaves_the_others_to_those_above(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let tier = async |at: usize, tier: Tier| {
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
        store::studio::update(store, world.studios[at], edit).await.unwrap();
    };
    tier(0, Tier::Province).await;
    let id = frozen(store, &world).await;
    let listed = year_end::studios_of(store, id).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(!listed.contains(&world.studios[0]), "the province's is not the county's to settle");
    let left_out = year_end::left_out(store, id).await.unwrap();
    let left_out: Vec<_> = left_out.into_iter().map(|one| (one.studio, one.name, one.reason, one.years)).collect();
    assert_eq!(left_out, [(world.studios[0], "周文澜名师工作室".to_owned(), LeftOut::Above, vec![])]);
    // The province settles its own, and what the county has settled is left to it.
    let province = NewYearEnd { region: world.places.province, ..new(&world) };
    let of_province = year_end::freeze(store, province.clone(), world.office, noon("2027-01-06")).await.unwrap();
    assert_eq!(year_end::studios_of(store, of_province.id).await.unwrap(), [world.studios[0]]);
    let left_out = year_end::left_out(store, of_province.id).await.unwrap();
    assert!(left_out.len() == 2 && left_out.iter().all(|one| one.reason == LeftOut::Taken), "{left_out:?}");
    let again = year_end::freeze(store, province, world.office, noon("2027-01-06")).await;
    assert!(matches!(refused(again), YearEndRefusal::Taken { studios: 3, .. }));
    for at in 0..3 {
        tier(at, Tier::City).await;
    }
    let county = NewYearEnd { year: 2025, ..new(&world) };
    let above = refused(year_end::freeze(store, county, world.office, noon("2027-01-06")).await);
    assert!(matches!(above, YearEndRefusal::Above { studios: 3, .. }), "{above}");
}

async fn later_facts_change_nothing_that_was_frozen(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let id = frozen(store, &world).await;
    let before = row(store, id, world.studios[2]).await;
    with_members(store, &world, world.studios[2]).await;
    let all = store::studio::assessed(store, Some(world.places.county)).await.unwrap();
    store::scorecard::refresh(store, all, Some(2026.into()), noon("2027-01-07")).await.unwrap();
    assert_eq!(row(store, id, world.studios[2]).await, before);
    let kept = store::scorecard::kept(store, &world.studios, POLICY, 2026).await.unwrap();
    assert!(kept[&world.studios[2]].points > before.settled.outcome.points, "today it is more");
}

async fn a_recount_takes_what_is_known_by_then_and_moves_the_ranks(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    with_members(store, &world, world.studios[0]).await;
    let id = published(store, &world).await;
    with_members(store, &world, world.studios[1]).await;
    let objection = object(store, &world, id, 1, "2027-01-08").await.unwrap();
    let upheld = answered(store, &world, objection, Answer::Recompute, "2027-01-09").await;
    let points = upheld.answer.unwrap().outcome.unwrap().points;
    assert!(points > 0);
    let (first, second) = (row(store, id, world.studios[0]).await, row(store, id, world.studios[1]).await);
    assert_eq!((first.settled.outcome.points, second.settled.outcome.points), (points, points));
    assert_eq!((first.settled.ranked.rank, second.settled.ranked.rank, second.settled.ranked.tied), (1, 1, true));
    assert_eq!(row(store, id, world.studios[2]).await.settled.ranked.rank, 3);
    assert_eq!(second.entry.frozen.outcome.points, 0);
    let rejected = object(store, &world, id, 2, "2027-01-09").await.unwrap();
    let rejected = answered(store, &world, rejected, Answer::Reject, "2027-01-10").await;
    assert_eq!((rejected.state(), rejected.answer.unwrap().outcome), (ObjectionState::Rejected, None));
}

async fn a_correction_stands_beside_the_result_and_revokes_what_says_otherwise(fresh: Fresh) {
    let store = &fresh.store;
    let world = world_of(store, Tier::Province).await;
    let id = final_one(store, &world).await;
    let correct = async |grade: &str, when: &str| {
        let new =
            NewCorrection { year_end: id, studio: world.studios[0], grade: grade.into(), reason: "复核".into() };
        year_end::correct(store, new, world.office, noon(when)).await
    };
    assert_eq!(refused(correct("failed", "2027-02-01").await), YearEndRefusal::SameGrade);
    assert_eq!(refused(correct("excellent!", "2027-02-01").await), YearEndRefusal::UnknownGrade);
    let before = row(store, id, world.studios[0]).await.settled;
    correct("passed", "2027-02-01").await.unwrap();
    let corrected = row(store, id, world.studios[0]).await;
    assert_eq!(corrected.settled, before, "the result stays");
    assert_eq!((corrected.passes(), corrected.corrections.len()), (true, 1));
    assert_eq!(certificate::give(store, id, world.office, noon("2027-02-02")).await.unwrap(), 2);
    correct("failed", "2027-02-03").await.unwrap();
    let all = certificate::of_year_end(store, id).await.unwrap();
    assert!(all.iter().all(|one| one.revoked.as_ref().is_some_and(|word| word.reason == "复核")), "{all:?}");
    let stranger = NewCorrection { year_end: id, studio: next_id(), grade: "passed".into(), reason: "复核".into() };
    let stranger = year_end::correct(store, stranger, world.office, noon("2027-02-03")).await;
    assert_eq!(refused(stranger), YearEndRefusal::NotInList);
}

/// As after a kill: nobody closed the store that wrote.
async fn every_stage_is_there_for_whoever_opens_the_database_anew(fresh: Fresh) {
    let world = world(&fresh.store).await;
    let id = frozen(&fresh.store, &world).await;
    let again = Store::open(&fresh.url).await.unwrap();
    assert_eq!(year_end::get(&again, id).await.unwrap().course().stage(), YearEndStage::Frozen);
    let until = (day("2027-01-12"), String::new());
    year_end::publish(&again, id, until, world.office, noon("2027-01-06")).await.unwrap();
    let objection = object(&again, &world, id, 0, "2027-01-07").await.unwrap();
    let third = Store::open(&fresh.url).await.unwrap();
    let found = year_end::get(&third, id).await.unwrap();
    assert_eq!((found.course().stage(), found.open, found.studios), (YearEndStage::Published, 1, 3));
    answered(&third, &world, objection, Answer::Reject, "2027-01-08").await;
    year_end::settle(&third, id, String::new(), world.office, noon("2027-01-13")).await.unwrap();
    let last = Store::open(&fresh.url).await.unwrap();
    let settled = year_end::get(&last, id).await.unwrap();
    assert_eq!(settled.course().stage(), YearEndStage::Final);
    assert_eq!(year_end::rows(&last, &settled).await.unwrap().len(), 3);
}

async fn no_word_of_a_year_end_is_changed_or_taken_away(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let id = published(store, &world).await;
    let objection = object(store, &world, id, 0, "2027-01-07").await.unwrap();
    answered(store, &world, objection, Answer::Grade("passed".into()), "2027-01-08").await;
    year_end::settle(store, id, String::new(), world.office, noon("2027-01-13")).await.unwrap();
    certificate::give(store, id, world.office, noon("2027-01-14")).await.unwrap();
    let new = NewCorrection { year_end: id, studio: world.studios[0], grade: "failed".into(), reason: "复核".into() };
    year_end::correct(store, new, world.office, noon("2027-02-01")).await.unwrap();
    let before = row(store, id, world.studios[0]).await;
    let rows = fresh.intruder().await;
    for (table, column) in [
        ("year_end", "reason"),
        ("year_end_entry", "grade"),
        ("year_end_published", "reason"),
        ("year_end_objection", "reason"),
        ("year_end_answer", "grade"),
        ("year_end_closed", "reason"),
        ("year_end_result", "grade"),
        ("year_end_correction", "reason"),
        ("certificate", "kind"),
        ("certificate_revoked", "reason"),
    ] {
        for statement in [format!("update {table} set {column} = 'x'"), format!("delete from {table}")] {
            let refused = sqlx::query(AssertSqlSafe(statement)).execute(&rows).await.unwrap_err();
            assert!(refused.to_string().contains("year_end_insert_only"), "{table}: {refused}");
        }
    }
    assert_eq!(row(store, id, world.studios[0]).await, before);
}
