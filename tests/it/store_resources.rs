//! Resources in the database: found by whom they are for, ranked by where the words stand, and counted.

use crate::store_database::*;
use lectern::domain::resource::subtitles::Cue;
use lectern::domain::resource::{Chapter, Part, Presenter, ResourceKind, ResourceStep, Visibility, Words};
use lectern::domain::*;
use lectern::store::replay::Report;
use lectern::store::resource::{self, Content, Filter, NewResource, NewStep, Reader};
use lectern::store::{self, Page, Store, StoreError};
use std::time::Duration;

on_both! {
    words_are_found_where_they_stand_and_the_title_counts_most,
    what_is_published_is_found_by_whom_it_is_for,
    figures_count_people_days_and_others_plans,
    steps_are_only_added_and_taken_in_order,
    nobody_decides_about_what_they_nominated_nor_after_a_higher_office,
    a_lower_office_does_not_lift_what_a_higher_one_holds,
    what_is_published_is_not_made_wider_without_the_office,
    new_words_leave_what_was_said_as_it_stands,
    nobody_watches_more_by_reporting_more_often,
    what_was_held_or_published_since_the_sweep_looked_keeps_its_files,
    what_was_captured_may_go_when_its_film_was_kept_long_enough,
    uploads_at_once_stay_within_the_quota,
    what_is_related_is_the_most_watched_of_the_latest,
    a_lesson_plan_holds_a_hundred,
}

struct World {
    places: Places,
    studio: StudioId,
    host: AccountId,
}

async fn world(store: &Store) -> World {
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let host = account(store, "zhouwenlan", "周文澜", places.school).await;
    World { places, studio, host }
}

fn words(title: &str, presenter: &str) -> Words {
    Words {
        title: title.into(),
        summary: String::new(),
        subject: Some("小学语文".into()),
        stage: None,
        series: None,
        presenters: vec![Presenter { account: None, name: presenter.into() }],
    }
}

async fn made(store: &Store, world: &World, words: Words, content: Content) -> ResourceId {
    let new = NewResource {
        id: next_id(),
        studio: world.studio,
        kind: ResourceKind::MicroLesson,
        words,
        activity: None,
        recording: None,
        duration_ms: Some(100_000),
        files: Vec::new(),
        content,
        created_by: Some(world.host),
        quota: None,
    };
    resource::create(store, new, now()).await.unwrap().id
}

fn step(step: ResourceStep, by: AccountId) -> NewStep {
    NewStep { step, reason: "理由".into(), by, tier: None, visibility: None }
}

async fn published(store: &Store, world: &World, title: &str, visibility: Visibility, content: Content) -> ResourceId {
    let id = made(store, world, words(title, "王芳"), content).await;
    let publish = NewStep { visibility: Some(visibility), ..step(ResourceStep::Published, world.host) };
    resource::step(store, id, publish, now()).await.unwrap();
    id
}

async fn found(store: &Store, reader: &Reader, search: &str) -> Vec<String> {
    let filter = Filter { search: search.into(), ..Filter::default() };
    let page = resource::search(store, reader, &filter, Page::default()).await.unwrap();
    assert_eq!(page.total, page.rows.len() as u64);
    page.rows.into_iter().map(|one| one.resource.title).collect()
}

fn said(text: &str, from_ms: u64) -> Cue {
    Cue { part: Part { from_ms, to_ms: from_ms + 1000 }, text: text.into() }
}

async fn words_are_found_where_they_stand_and_the_title_counts_most(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let everything = Reader { all: true, ..Reader::default() };
    let talk: Vec<Cue> = (0..50).map(|n| said("我们读草船借箭，再读一遍草船借箭", n * 2000)).collect();
    let talk = Content { subtitles: talk, ..Content::default() };
    let chapters =
        Content { chapters: vec![Chapter { ms: 5000, title: "草船借箭的人物".into() }], ..Content::default() };
    published(store, &world, "单元整体教学", Visibility::Public, talk).await;
    published(store, &world, "人物描写", Visibility::Public, chapters).await;
    published(store, &world, "《草船借箭》第二课时", Visibility::Public, Content::default()).await;
    let ranked = ["《草船借箭》第二课时", "人物描写", "单元整体教学"];
    assert_eq!(found(store, &everything, "草船借箭").await, ranked);
    assert_eq!(found(store, &everything, "草船").await, ranked);
    assert_eq!(found(store, &everything, "箭").await, ranked, "one character, at the end of a run");
    assert_eq!(found(store, &everything, "借箭 第二课时").await, ranked[..1], "all words, in whatever line");
    assert_eq!(found(store, &everything, "王芳").await.len(), 3);
    assert_eq!(found(store, &everything, "周文澜 语文 描写").await, ["人物描写"]);
    for nothing in ["船草", "数学", "\" or 1=1 --", "草船借箭*的:|&!()'", "《》"] {
        assert_eq!(found(store, &everything, nothing).await.len(), 0, "{nothing}");
    }
    let filter = Filter { search: "草船".into(), ..Filter::default() };
    let page = resource::search(store, &everything, &filter, Page::new(2, 2)).await.unwrap();
    let hit = page.rows[0].hit.clone().unwrap();
    assert_eq!((page.total, hit.ms), (3, 0));
    // A new title, and no old one.
    let id = resource::search(store, &everything, &filter, Page::default()).await.unwrap().rows[0].resource.id;
    let change = resource::Change { words: Some(words("空城计", "王芳")), ..Default::default() };
    resource::change(store, id, change).await.unwrap();
    assert_eq!(found(store, &everything, "草船借箭").await, ranked[1..]);
    assert_eq!(found(store, &everything, "空城计").await, ["空城计"]);
}

async fn what_is_published_is_found_by_whom_it_is_for(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let none = Content::default;
    let draft = made(store, &world, words("草稿", "王芳"), none()).await;
    for (title, visibility) in
        [("内部", Visibility::Studio), ("全县", Visibility::Region), ("公开", Visibility::Public)]
    {
        published(store, &world, title, visibility, none()).await;
    }
    let sorted = async |reader: Reader| {
        let mut titles = found(store, &reader, "").await;
        titles.sort();
        titles
    };
    let (all, region) = (["全县", "公开", "内部"], ["全县", "公开"]);
    let Places { county, city, .. } = world.places;
    let none = Reader::default;
    assert_eq!(sorted(none()).await, ["公开"]);
    assert_eq!(sorted(Reader { regions: vec![county, city], ..none() }).await, region);
    assert_eq!(sorted(Reader { regions: vec![city], ..none() }).await, ["公开"], "of the city, not of the county");
    assert_eq!(sorted(Reader { studios: vec![world.studio], ..none() }).await, all);
    assert_eq!(sorted(Reader { supervised: vec![city, county], ..none() }).await, all);
    assert_eq!(sorted(Reader { all: true, ..none() }).await, all);
    let one = resource::get(store, draft).await.unwrap();
    let related = resource::related(store, &none(), &one, 6).await.unwrap();
    assert_eq!(related.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["公开"], "of the same subject");
}

async fn figures_count_people_days_and_others_plans(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let id = published(store, &world, "公开课", Visibility::Public, Content::default()).await;
    let other = account(store, "linxiaoyu", "林小雨", world.places.school).await;
    member(store, world.studio, world.host, MemberRole::Host, "2026-01-01").await;
    let report = |from_ms, to_ms| Report {
        parts: vec![Part { from_ms, to_ms }],
        position_ms: to_ms,
        speed_permille: 1000,
        duration_ms: Some(100_000),
    };
    for (who, from, to, at) in [
        (other, 0, 8000, now()),
        (other, 4000, 12_000, now() + Duration::from_secs(15)),
        (other, 0, 100_000, now() + Duration::from_secs(86_400)),
        (world.host, 0, 5000, now()),
    ] {
        store::replay::report(store, id, who, report(from, to), at).await.unwrap();
    }
    let seen = store::replay::of_person(store, id, other).await.unwrap();
    assert_eq!(
        (seen.parts.as_slice(), seen.position_ms),
        ([Part { from_ms: 0, to_ms: 100_000 }].as_slice(), Some(100_000))
    );
    for (who, stars) in [(other, 4), (world.host, 1)] {
        let rating = store::comment::Rating { stars, text: None };
        store::comment::rate(store, id, who, rating, now()).await.unwrap();
        let plan = store::lesson_plan::create(store, who, "备课".into(), now()).await.unwrap().id;
        store::lesson_plan::collect(store, who, plan, id, now()).await.unwrap();
        store::lesson_plan::collect(store, who, plan, id, now()).await.unwrap();
    }
    let figures = store::replay::figures(store, &[id]).await.unwrap()[&id];
    assert_eq!((figures.clicks, figures.viewers, figures.watched_ms), (2, 2, 117_000));
    assert_eq!((figures.used, figures.ratings, figures.rating_average()), (1, 1, Some(40)));
    // Nobody watches an hour within a second.
    let long = Report { duration_ms: Some(7_200_000), ..report(0, 3_600_000) };
    let day_three = now() + Duration::from_secs(3 * 86_400);
    store::replay::report(store, id, other, long, day_three).await.unwrap();
    assert_eq!(store::replay::figures(store, &[id]).await.unwrap()[&id].watched_ms, 117_000);
}

async fn steps_are_only_added_and_taken_in_order(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let id = published(store, &world, "公开课", Visibility::Studio, Content::default()).await;
    let early = resource::step(store, id, step(ResourceStep::Selected, world.host), now()).await.unwrap_err();
    assert!(matches!(early, StoreError::Resource(ResourceRefusal::State(_))), "{early:?}");
    resource::step(store, id, step(ResourceStep::Withdrawn, world.host), now()).await.unwrap();
    let taken = resource::steps(store, id).await.unwrap();
    assert_eq!(
        taken.iter().map(|one| one.step).collect::<Vec<_>>(),
        [ResourceStep::Published, ResourceStep::Withdrawn]
    );
    let intruder = fresh.intruder().await;
    for statement in ["update resource_step set reason = 'x'", "delete from resource_step"] {
        let refused = sqlx::query(statement).execute(&intruder).await.unwrap_err();
        assert!(refused.to_string().contains("resource_insert_only"), "{refused}");
    }
}

async fn nobody_decides_about_what_they_nominated_nor_after_a_higher_office(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let office = account(store, "songyaqin", "宋雅琴", world.places.school).await;
    let id = published(store, &world, "公开课", Visibility::Public, Content::default()).await;
    resource::step(store, id, step(ResourceStep::Nominated, world.host), now()).await.unwrap();
    let select = |by, tier| NewStep { tier: Some(tier), ..step(ResourceStep::Selected, by) };
    let own = resource::step(store, id, select(world.host, OfficeTier::Platform), now()).await.unwrap_err();
    assert!(matches!(own, StoreError::Resource(ResourceRefusal::OwnNomination)), "{own:?}");
    resource::step(store, id, select(office, OfficeTier::City), now()).await.unwrap();
    let lower = NewStep { tier: Some(OfficeTier::County), ..step(ResourceStep::NotSelected, office) };
    let lower = resource::step(store, id, lower, now()).await.unwrap_err();
    assert!(matches!(lower, StoreError::DecidedAbove(_)), "{lower:?}");
}

async fn a_lower_office_does_not_lift_what_a_higher_one_holds(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let office = account(store, "songyaqin", "宋雅琴", world.places.school).await;
    let id = published(store, &world, "公开课", Visibility::Public, Content::default()).await;
    let taken = async |what, tier| {
        let new = NewStep { tier: Some(tier), ..step(what, office) };
        resource::step(store, id, new, now()).await.map(|one| one.legal_hold)
    };
    taken(ResourceStep::Held, OfficeTier::City).await.unwrap();
    let lower = taken(ResourceStep::Released, OfficeTier::County).await.unwrap_err();
    assert!(matches!(lower, StoreError::DecidedAbove(_)), "{lower:?}");
    assert!(!taken(ResourceStep::Released, OfficeTier::Platform).await.unwrap());
    // The last one that held it counts.
    taken(ResourceStep::Held, OfficeTier::County).await.unwrap();
    assert!(!taken(ResourceStep::Released, OfficeTier::County).await.unwrap());
}

async fn what_is_published_is_not_made_wider_without_the_office(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let to = |visibility| resource::Change { visibility: Some(visibility), ..Default::default() };
    let draft = made(store, &world, words("草稿", "王芳"), Content::default()).await;
    let wished = resource::change(store, draft, to(Visibility::Public)).await.unwrap();
    assert_eq!(wished.visibility, Visibility::Public, "whoever publishes it is asked then");
    let id = published(store, &world, "公开课", Visibility::Region, Content::default()).await;
    let wider = resource::change(store, id, to(Visibility::Public)).await.unwrap_err();
    assert!(matches!(wider, StoreError::Resource(ResourceRefusal::OfficeConsents)), "{wider:?}");
    assert_eq!(resource::get(store, id).await.unwrap().visibility, Visibility::Region);
    assert_eq!(resource::change(store, id, to(Visibility::Studio)).await.unwrap().visibility, Visibility::Studio);
}

async fn new_words_leave_what_was_said_as_it_stands(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let talk: Vec<Cue> = (0..250).map(|n| said("我们再读一遍", n * 300)).collect();
    let chapters = vec![Chapter { ms: 5000, title: "草船借箭".into() }];
    let content = Content { subtitles: talk, chapters, ..Content::default() };
    let id = made(store, &world, words("旧题", "王芳"), content).await;
    made(store, &world, words("后来的", "赵敏"), Content::default()).await;
    let intruder = fresh.intruder().await;
    let lines = async || -> Vec<(i64, String)> {
        let rows =
            sqlx::query("select line, place from resource_line order by line").fetch_all(&intruder).await.unwrap();
        rows.iter().map(|row| (sqlx::Row::get(row, "line"), sqlx::Row::get(row, "place"))).collect()
    };
    let shown = |lines: Vec<(i64, String)>| -> Vec<(i64, String)> {
        lines.into_iter().filter(|(_, place)| ["chapter", "said"].contains(&place.as_str())).collect()
    };
    let before = lines().await;
    assert_eq!(before.iter().filter(|(_, place)| place == "said").count(), 250);
    let change = resource::Change { words: Some(words("新题", "李明")), ..Default::default() };
    resource::change(store, id, change).await.unwrap();
    let after = lines().await;
    assert_eq!(after.len(), before.len());
    assert_eq!(shown(after), shown(before), "20,000 lines are not written anew for a title");
    resource::step(store, id, step(ResourceStep::Published, world.host), now()).await.unwrap();
    let everything = Reader { all: true, ..Reader::default() };
    for (search, count) in [("旧题", 0), ("新题", 1), ("王芳", 0), ("李明", 1), ("草船借箭", 1), ("读一遍", 1)]
    {
        assert_eq!(found(store, &everything, search).await.len(), count, "{search}");
    }
}

async fn nobody_watches_more_by_reporting_more_often(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let id = published(store, &world, "公开课", Visibility::Public, Content::default()).await;
    let minutes = |from: u64, to: u64| Report {
        parts: vec![Part { from_ms: from * 60_000, to_ms: to * 60_000 }],
        position_ms: to * 60_000,
        speed_permille: 1000,
        duration_ms: Some(7_200_000),
    };
    let watched = async || store::replay::figures(store, &[id]).await.unwrap()[&id].watched_ms / 60_000;
    for (n, told) in (0..20).zip(1..) {
        let at = now() + Duration::from_secs(n);
        store::replay::report(store, id, world.host, minutes(4 * n, 4 * told), at).await.unwrap();
    }
    assert_eq!(watched().await, 4, "what one may tell at first is told once");
    // Whoever watches as long as that is believed.
    let later = now() + Duration::from_secs(3600);
    store::replay::report(store, id, world.host, minutes(0, 100), later).await.unwrap();
    assert_eq!(watched().await, 100);
}

async fn what_was_held_or_published_since_the_sweep_looked_keeps_its_files(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let (last, today) = (now().day(), now().day().plus(1));
    let keep_until = || resource::Change { keep_until: Some(Some(last)), ..Default::default() };
    let withdrawn = async |title: &str| {
        let id = published(store, &world, title, Visibility::Studio, Content::default()).await;
        resource::change(store, id, keep_until()).await.unwrap();
        resource::step(store, id, step(ResourceStep::Withdrawn, world.host), now()).await.unwrap();
        id
    };
    let mut ids = Vec::new();
    for title in ["封存", "重新发布", "延期", "到期"] {
        ids.push(withdrawn(title).await);
    }
    assert_eq!(resource::to_empty(store, last, None).await.unwrap(), [], "the last day is kept");
    let mut looked = resource::to_empty(store, today, None).await.unwrap();
    looked.sort();
    assert_eq!(looked, {
        let mut all = ids.clone();
        all.sort();
        all
    });
    let office = NewStep { tier: Some(OfficeTier::County), ..step(ResourceStep::Held, world.host) };
    resource::step(store, ids[0], office, now()).await.unwrap();
    resource::step(store, ids[1], step(ResourceStep::Published, world.host), now()).await.unwrap();
    let later = resource::Change { keep_until: Some(None), ..Default::default() };
    resource::change(store, ids[2], later).await.unwrap();
    let mut began = Vec::new();
    for id in &ids {
        began.push(resource::begin_emptying(store, *id, today).await.unwrap());
    }
    assert_eq!(began, [false, false, false, true]);
    let gone = resource::change(store, ids[3], keep_until()).await.unwrap_err();
    assert!(matches!(gone, StoreError::Resource(ResourceRefusal::Emptied)), "{gone:?}");
    let again = resource::step(store, ids[3], step(ResourceStep::Published, world.host), now()).await.unwrap_err();
    assert!(matches!(again, StoreError::Resource(ResourceRefusal::Emptied)), "{again:?}");
}

async fn what_is_related_is_the_most_watched_of_the_latest(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let own = published(store, &world, "本课", Visibility::Public, Content::default()).await;
    let mut ids = Vec::new();
    for n in 0..52 {
        let id = made(store, &world, words(&format!("第 {n} 课"), "王芳"), Content::default()).await;
        let publish = NewStep { visibility: Some(Visibility::Public), ..step(ResourceStep::Published, world.host) };
        resource::step(store, id, publish, now() + Duration::from_secs(60 * n)).await.unwrap();
        ids.push(id);
    }
    let report = Report {
        parts: vec![Part { from_ms: 0, to_ms: 5000 }],
        position_ms: 5000,
        speed_permille: 1000,
        duration_ms: Some(100_000),
    };
    for watched in [ids[0], ids[10]] {
        store::replay::report(store, watched, world.host, report.clone(), now()).await.unwrap();
    }
    let everything = Reader { all: true, ..Reader::default() };
    let one = resource::get(store, own).await.unwrap();
    let related = resource::related(store, &everything, &one, 3).await.unwrap();
    assert_eq!(related.iter().map(|one| one.id).collect::<Vec<_>>(), [ids[10], ids[51], ids[50]]);
}

async fn a_lesson_plan_holds_a_hundred(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let plan = store::lesson_plan::create(store, world.host, "备课".into(), now()).await.unwrap().id;
    let mut first = None;
    for n in 0..store::lesson_plan::MOST_COLLECTED {
        let id = made(store, &world, words(&format!("第 {n} 课"), "王芳"), Content::default()).await;
        store::lesson_plan::collect(store, world.host, plan, id, now()).await.unwrap();
        first = first.or(Some(id));
    }
    let one_more = made(store, &world, words("多出来的", "王芳"), Content::default()).await;
    let full = store::lesson_plan::collect(store, world.host, plan, one_more, now()).await.unwrap_err();
    assert!(matches!(full, StoreError::Resource(ResourceRefusal::LessonPlanFull(_))), "{full:?}");
    store::lesson_plan::collect(store, world.host, plan, first.unwrap(), now()).await.unwrap();
}

async fn what_was_captured_may_go_when_its_film_was_kept_long_enough(fresh: Fresh) {
    use lectern::domain::recording::Checks;
    use lectern::store::recording::{self, Outcome};
    let store = &fresh.store;
    let world = world(store).await;
    // Of an Activity each: finished, and what came of it is held, or lost its own files, or is as it was.
    let finished = async |title: &str| {
        let activity = activity(store, world.studio, title, at("20T14:30"), at("20T16:00")).await;
        let session = store::session::go_live(store, activity, None, now()).await.unwrap().id;
        let id = recording::begin(store, session, now()).await.unwrap().id;
        recording::close(store, id, 5000, now()).await.unwrap();
        recording::finished(store, id, Outcome::Finished { duration_ms: 9, checks: Checks::default() }).await.unwrap();
        let new = NewResource {
            id: next_id(),
            studio: world.studio,
            kind: ResourceKind::Recording,
            words: words(title, "王芳"),
            activity: Some(activity),
            recording: Some(id),
            duration_ms: Some(9),
            files: Vec::new(),
            content: Content::default(),
            created_by: None,
            quota: None,
        };
        (id, resource::create(store, new, now()).await.unwrap().id)
    };
    let (plain, _) = finished("到期").await;
    let (held, of_held) = finished("封存").await;
    let (emptied, of_emptied) = finished("已删").await;
    resource::step(store, of_held, step(ResourceStep::Held, world.host), now()).await.unwrap();
    let today = Some(Some(now().day()));
    resource::change(store, of_emptied, resource::Change { keep_until: today, ..Default::default() }).await.unwrap();
    for taken in [ResourceStep::Published, ResourceStep::Withdrawn] {
        let taken = NewStep { visibility: Some(Visibility::Studio), ..step(taken, world.host) };
        resource::step(store, of_emptied, taken, now()).await.unwrap();
    }
    assert!(resource::begin_emptying(store, of_emptied, now().day().plus(1)).await.unwrap());

    let over = async |long_enough| {
        let mut found = recording::captures_over(store, long_enough, None).await.unwrap();
        found.sort();
        found
    };
    let later = now() + Duration::from_secs(1);
    assert_eq!(over(None).await, [emptied]);
    assert_eq!(over(Some(now())).await, [emptied], "not long enough");
    assert_eq!(over(Some(later)).await, {
        let mut both = [plain, emptied];
        both.sort();
        both
    });
    assert!(!recording::let_capture_go(store, held, Some(later), later).await.unwrap());
    assert!(recording::let_capture_go(store, plain, Some(later), later).await.unwrap());
    assert!(!recording::let_capture_go(store, plain, Some(later), later).await.unwrap(), "once");
    assert_eq!(recording::get(store, plain).await.unwrap().capture_gone_at, Some(later));
    assert_eq!(over(Some(later)).await, [emptied]);
}

async fn uploads_at_once_stay_within_the_quota(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let upload = async |name: &str| {
        let file = resource::NewFile {
            name: format!("{name}.pdf"),
            media_type: "application/pdf".into(),
            bytes: 40,
            sha256: [1; 32],
        };
        let new = NewResource {
            id: next_id(),
            studio: world.studio,
            kind: ResourceKind::Courseware,
            words: words(name, "王芳"),
            activity: None,
            recording: None,
            duration_ms: None,
            files: vec![file],
            content: Content::default(),
            created_by: Some(world.host),
            quota: Some(100),
        };
        resource::create(store, new, now()).await
    };
    let made = tokio::join!(upload("一"), upload("二"), upload("三"), upload("四"));
    let refused = [made.0, made.1, made.2, made.3].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert_eq!(refused.iter().map(StoreError::code).collect::<Vec<_>>(), ["quota_used"; 2]);
    assert_eq!(resource::bytes_of_studio(store, world.studio).await.unwrap(), 80);
}
