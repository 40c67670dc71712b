//! 公示 of applicants in the database: nobody is a member before they are named, and no list is longer than the places.

use crate::store_database::*;
use lectern::domain::application::{
    ApplicationItem, NewApplicationAnswer, NewApplicationObjection, Standing, item_slots, standing, stops,
};
use lectern::domain::*;
use lectern::store::{self, Store, StoreError, application, recruitment};
use sqlx::AssertSqlSafe;
use std::time::Duration;

on_both! {
    a_core_member_is_named_after_the_week_and_not_before,
    an_objection_that_is_upheld_refuses_the_application_and_frees_its_place,
    who_is_public_takes_a_place_of_the_recruitment_and_of_the_policy,
    a_host_gets_the_studio_only_when_named,
    two_new_studios_that_are_public_need_a_place_and_a_name_each,
    who_is_to_be_named_in_a_studio_that_closes_is_refused,
    whom_no_naming_can_take_the_office_denies_and_the_place_is_free,
    a_denial_ends_the_days_and_open_objections_lapse,
    a_host_who_has_moved_to_another_school_is_not_named,
    no_row_of_a_publicity_is_changed_or_taken_away,
}

struct World {
    places: Places,
    studio: StudioId,
    host: AccountId,
    office: AccountId,
    teacher: AccountId,
}

async fn world(store: &Store) -> World {
    let places = places(store).await;
    let new = NewStudio { policy: Some("district-2".into()), ..studio_form("周文澜名师工作室", places.county) };
    let studio = store::studio::create(store, new, now()).await.unwrap().id;
    let host = account(store, "zhouwenlan", "周文澜", places.school).await;
    let office = account(store, "songyaqin", "宋雅琴", places.school).await;
    let teacher = account(store, "chenxiaomei", "陈晓梅", places.school).await;
    let new = NewMembership { studio, account: host, role: MemberRole::Host, from: day("2026-01-01"), to: None };
    begin(store, new).await.unwrap();
    World { places, studio, host, office, teacher }
}

async fn opened(store: &Store, world: &World, policy: &str, role: MemberRole, places: u32) -> RecruitmentId {
    let host = role == MemberRole::Host;
    let new = NewRecruitment {
        policy: policy.into(),
        role,
        studio: (!host).then_some(world.studio),
        region: world.places.county,
        tier: host.then_some(Tier::County),
        kind: host.then_some(StudioKind::Studio),
        title: "招募".into(),
        content: String::new(),
        places,
        most_choices: 1,
        school_consents: true,
        office_approves: true,
        opens: now().day(),
        closes: now().day().plus(10),
    };
    recruitment::open(store, new, world.office, now()).await.unwrap().id
}

async fn paper(store: &Store, author: AccountId) -> AttachmentId {
    let new = store::attachment::NewAttachment {
        digest: [7; 32],
        name: "证书.pdf".into(),
        media_type: MediaType::Pdf,
        size: 10,
        author,
    };
    store::attachment::create(store, new, now()).await.unwrap().id
}

/// Sent with three papers for all that the Policy asks for.
async fn sent(store: &Store, recruitment: RecruitmentId, by: AccountId, name: &str) -> Application {
    let found = recruitment::get(store, recruitment).await.unwrap();
    let file = paper(store, by).await;
    let policy = store::policy::in_force(store, &found.policy, now().day()).unwrap();
    let item = |slot: &str| ApplicationItem { slot: slot.to_owned(), title: "证明".into(), attachment: Some(file) };
    let slots = item_slots(&policy, found.role);
    let form = ApplicationForm {
        sex: Some(Sex::Female),
        born: Some(day("1990-05-01")),
        phone: "13800000001".into(),
        education: "研究生".into(),
        stage: Some(SchoolStage::Primary),
        subject: "小学语文".into(),
        title: "高级教师".into(),
        teaching_years: Some(16),
        honours: "市级教学能手、学科带头人，__区中小学学科首席教师".into(),
        summary: "业绩".into(),
        plan: "计划".into(),
        studio_name: name.to_owned(),
        items: slots.iter().flat_map(|(slot, _)| (0..3).map(|_| item(slot))).collect(),
        ..ApplicationForm::default()
    };
    let draft = ApplicationDraft { form, choices: found.studio.into_iter().collect() };
    let saved = application::save(store, recruitment, by, draft, now()).await.unwrap();
    application::send(store, saved.id, by, now()).await.unwrap()
}

/// All words of consent, the School's with the days of its own publicity.
async fn consented(store: &Store, world: &World, sent: Application) -> Result<Application, StoreError> {
    let found = recruitment::get(store, sent.recruitment).await.unwrap();
    let (host, steps) = if found.role == MemberRole::Host { (0, 2) } else { (1, 3) };
    let mut last = sent;
    for step in 0..steps {
        let (by, school) = if step < host { (world.host, false) } else { (world.office, step == host) };
        let attachment = if school { Some(paper(store, world.office).await) } else { None };
        let week = (Some(now().day().plus(-8)), Some(now().day().plus(-1)));
        let new = NewReview { attachment, notice: if school { week } else { (None, None) }, ..says(&last, by) };
        last = application::review(store, last.id, new, now()).await?;
    }
    Ok(last)
}

fn says(application: &Application, by: AccountId) -> NewReview {
    let sending = application.last().unwrap();
    NewReview {
        marks: MemberMarks::default(),
        in_place: false,
        seen: (sending.ordinal, u32::try_from(sending.reviews.len()).unwrap()),
        verdict: ReviewVerdict::Granted,
        reason: String::new(),
        attachment: None,
        notice: (None, None),
        from: None,
        by,
    }
}

fn later(days: u64) -> Time {
    now() + Duration::from_secs(days * 86_400)
}

async fn stands(store: &Store, world: &World, id: ApplicationId) -> Standing {
    let found = application::get(store, id).await.unwrap();
    let tree = store::region::tree(store).await.unwrap();
    let rules = recruitment::get(store, found.recruitment).await.unwrap();
    standing(&rules, found.last().unwrap(), &stops(&rules, world.places.county, &tree))
}

async fn core_of(store: &Store, studio: StudioId) -> Vec<(AccountId, Day)> {
    let members = store::membership::of_studio(store, studio).await.unwrap();
    let core = members.into_iter().map(|one| one.membership).filter(|one| one.role == MemberRole::Core);
    core.map(|one| (one.account, one.from)).collect()
}

async fn who_is_to_be_named_in_a_studio_that_closes_is_refused(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let recruitment = opened(store, &world, "district-2", MemberRole::Core, 2).await;
    let sent = sent(store, recruitment, world.teacher, "").await;
    let id = consented(store, &world, sent).await.unwrap().id;
    assert_eq!(stands(store, &world, id).await, Standing::Publicised);
    let new = NewClosing { kind: ClosingKind::Shut, last_day: now().day(), reason: "一年没有活动".into() };
    let by = Officer { account: world.office, tier: OfficeTier::County };
    store::studio_closing::close(store, world.studio, new, by, now()).await.unwrap();
    assert_eq!(stands(store, &world, id).await, Standing::Refused);
    assert_eq!(public_ids(store, later(1)).await, []);
    let refused = application::get(store, id).await.unwrap();
    let publicity = refused.last().unwrap().publicity.as_ref().unwrap();
    let denial = publicity.denial.as_ref().unwrap();
    assert!(denial.reason.contains("停办"), "{denial:?}");
    assert_eq!((denial.by.id, denial.at), (world.office, now()));
    assert_eq!(publicity.objections, [], "nobody objected");
    assert_eq!(application::objected_by(store, world.office).await.unwrap(), []);
    assert_eq!(names(store, &world, id, later(8)).await.unwrap_err().code(), "nothing_waits");
}

async fn denies(store: &Store, world: &World, id: ApplicationId, at: Time) -> Result<Application, StoreError> {
    application::deny(store, id, (1, "没有名额".into()), world.office, at).await
}

async fn whom_no_naming_can_take_the_office_denies_and_the_place_is_free(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let recruitment = opened(store, &world, "hangjin-2024", MemberRole::Host, 1).await;
    let first = sent(store, recruitment, world.teacher, "陈晓梅名师工作室").await;
    let first = consented(store, &world, first).await.unwrap().id;
    // Meanwhile they host elsewhere, under the same programme.
    let new = NewStudio { policy: Some("hangjin-2024".into()), ..studio_form("别的工作室", world.places.county) };
    let studio = store::studio::create(store, new, now()).await.unwrap().id;
    let new =
        NewMembership { studio, account: world.teacher, role: MemberRole::Host, from: day("2026-01-01"), to: None };
    begin(store, new).await.unwrap();
    assert_eq!(names(store, &world, first, later(9)).await.unwrap_err().code(), "roster_changed");
    let lina = account(store, "lina", "李娜", world.places.school).await;
    let second = sent(store, recruitment, lina, "李娜名师工作室").await;
    let id = second.id;
    assert_eq!(consented(store, &world, second).await.unwrap_err().code(), "quota_full", "the place counts as taken");
    assert_eq!(application::waiting_in(store, None, None).await.unwrap().len(), 2);

    let unseen = application::deny(store, first, (2, "没有名额".into()), world.office, later(9)).await.unwrap_err();
    assert_eq!(unseen.code(), "application_moved_on");
    let empty = application::deny(store, first, (1, " ".into()), world.office, later(9)).await.unwrap_err();
    assert!(matches!(&empty, StoreError::Invalid(invalid) if invalid.fields.contains_key("reason")), "{empty:?}");
    let denied = denies(store, &world, first, later(9)).await.unwrap();
    let denial = denied.last().unwrap().publicity.as_ref().unwrap().denial.as_ref().unwrap();
    assert_eq!((denial.reason.as_str(), denial.by.id, denial.at), ("没有名额", world.office, later(9)));
    assert_eq!(stands(store, &world, first).await, Standing::Refused);
    assert_eq!(names(store, &world, first, later(9)).await.unwrap_err().code(), "nothing_waits");
    assert_eq!(denies(store, &world, first, later(9)).await.unwrap_err().code(), "nothing_waits");
    let waiting = application::waiting_in(store, None, None).await.unwrap();
    assert_eq!(waiting.iter().map(|one| one.id).collect::<Vec<_>>(), [id], "nobody is asked about the first any more");
    assert!(application::publicised(store, &[recruitment]).await.unwrap().is_empty());
    let again = application::get(store, id).await.unwrap();
    let public = application::review(store, id, says(&again, world.office), now()).await.unwrap();
    assert!(public.last().unwrap().publicity.is_some(), "the place is free");
}

async fn a_denial_ends_the_days_and_open_objections_lapse(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let recruitment = opened(store, &world, "district-2", MemberRole::Core, 1).await;
    let sent = sent(store, recruitment, world.teacher, "").await;
    assert_eq!(denies(store, &world, sent.id, now()).await.unwrap_err().code(), "nothing_waits", "not public yet");
    let id = consented(store, &world, sent).await.unwrap().id;
    let said = objects(store, id, world.host, now()).await.unwrap();
    denies(store, &world, id, later(1)).await.unwrap();
    assert_eq!(stands(store, &world, id).await, Standing::Refused);
    assert_eq!(public_ids(store, later(1)).await, []);
    assert_eq!(answers(store, &world, said, true).await.unwrap_err().code(), "objection_answered");
    let lina = account(store, "lina", "李娜", world.places.school).await;
    assert_eq!(objects(store, id, lina, later(1)).await.unwrap_err().code(), "objection_too_late");
    let late = application::withdraw(store, id, world.teacher, later(2)).await.unwrap_err();
    assert_eq!(late.code(), "application_settled");
}

async fn a_host_who_has_moved_to_another_school_is_not_named(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let recruitment = opened(store, &world, "hangjin-2024", MemberRole::Host, 1).await;
    let sent = sent(store, recruitment, world.teacher, "陈晓梅名师工作室").await;
    let id = consented(store, &world, sent).await.unwrap().id;
    let new = NewSchool { name: "临溪小学".into(), region: world.places.city, rural: false };
    let school = store::school::create(store, new).await.unwrap().id;
    let moved = move |old| Ok(Account { school: Some(school), ..old });
    store::account::update(store, world.teacher, moved, None, since(world.office)).await.unwrap();
    let refused = names(store, &world, id, later(9)).await.unwrap_err();
    assert_eq!(refused.code(), "roster_changed");
    assert!(refused.sentence().contains("不予命名"), "{}", refused.sentence());
    assert_eq!(store::membership::all_of_account(store, world.teacher).await.unwrap(), []);
    let back = move |old| Ok(Account { school: Some(world.places.school), ..old });
    store::account::update(store, world.teacher, back, None, since(world.office)).await.unwrap();
    names(store, &world, id, later(9)).await.unwrap();
}

async fn names(store: &Store, world: &World, id: ApplicationId, day: Time) -> Result<Application, StoreError> {
    application::name(store, id, (1, day.day()), world.office, day).await
}

async fn objects(store: &Store, id: ApplicationId, by: AccountId, at: Time) -> Result<ObjectionId, StoreError> {
    application::object(store, id, NewApplicationObjection { reason: "论文有争议".into(), attachment: None, by }, at)
        .await
}

async fn answers(store: &Store, world: &World, id: ObjectionId, upheld: bool) -> Result<Application, StoreError> {
    let new = NewApplicationAnswer { upheld, reason: "已核实".into(), by: world.office };
    application::answer(store, id, new, later(1)).await
}

async fn public_ids(store: &Store, at: Time) -> Vec<ApplicationId> {
    let found = application::public(store, at.day(), store::Page::default()).await.unwrap();
    assert_eq!(found.total, found.rows.len() as u64);
    found.rows.into_iter().map(|one| one.id).collect()
}

async fn a_core_member_is_named_after_the_week_and_not_before(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let recruitment = opened(store, &world, "district-2", MemberRole::Core, 2).await;
    let sent = sent(store, recruitment, world.teacher, "").await;
    let id = sent.id;
    // The School's consent does not stand without its own week.
    let chosen = application::review(store, id, says(&sent, world.host), now()).await.unwrap();
    let stamped = Some(paper(store, world.office).await);
    let without = NewReview { attachment: stamped, ..says(&chosen, world.office) };
    let StoreError::Invalid(invalid) = application::review(store, id, without.clone(), now()).await.unwrap_err() else {
        panic!("fields")
    };
    assert!(invalid.fields.contains_key("notice_from"), "{invalid:?}");
    let week = (Some(now().day().plus(-7)), Some(now().day().plus(-1)));
    let agreed = application::review(store, id, NewReview { notice: week, ..without }, now()).await.unwrap();
    let notice = agreed.last().unwrap().reviews[1].notice.unwrap();
    assert_eq!((Some(notice.from), Some(notice.to)), week);

    let public = application::review(store, id, says(&agreed, world.office), now()).await.unwrap();
    let span = public.last().unwrap().publicity.as_ref().unwrap().span;
    assert_eq!((span.from, span.to), (now().day(), now().day().plus(6)));
    assert_eq!(stands(store, &world, id).await, Standing::Publicised);
    assert_eq!(core_of(store, world.studio).await, []);
    assert_eq!(public_ids(store, later(6)).await, [id], "the last day counts");
    assert_eq!(public_ids(store, later(7)).await, []);
    assert_eq!(application::publicised(store, &[recruitment]).await.unwrap()[&recruitment], 1);
    assert_eq!(application::waiting_in(store, None, None).await.unwrap().len(), 1, "it waits to be named");

    assert_eq!(names(store, &world, id, later(6)).await.unwrap_err().code(), "publicity_goes_on");
    let said = objects(store, id, world.host, later(6)).await.unwrap();
    assert_eq!(objects(store, id, world.teacher, later(6)).await.unwrap_err().code(), "objection_to_oneself");
    assert_eq!(objects(store, id, world.office, later(7)).await.unwrap_err().code(), "objection_too_late");
    assert_eq!(names(store, &world, id, later(7)).await.unwrap_err().code(), "objections_open");
    answers(store, &world, said, false).await.unwrap();
    assert_eq!(answers(store, &world, said, true).await.unwrap_err().code(), "objection_answered");
    let early = application::name(store, id, (1, span.to), world.office, later(7)).await.unwrap_err();
    assert!(matches!(&early, StoreError::Invalid(invalid) if invalid.fields.contains_key("from")), "{early:?}");
    let named = names(store, &world, id, later(7)).await.unwrap();
    let naming = named.last().unwrap().publicity.as_ref().unwrap().naming.as_ref().unwrap();
    assert_eq!((naming.by.id, naming.at), (world.office, later(7)));
    assert_eq!(core_of(store, world.studio).await, [(world.teacher, now().day().plus(7))]);
    assert_eq!(stands(store, &world, id).await, Standing::Accepted);
    assert_eq!(application::taken(store, &[recruitment]).await.unwrap()[&recruitment], 1);
    assert!(application::publicised(store, &[recruitment]).await.unwrap().is_empty());
    assert_eq!(application::waiting_in(store, None, None).await.unwrap(), []);
    assert_eq!(names(store, &world, id, later(8)).await.unwrap_err().code(), "nothing_waits");
    let late = application::withdraw(store, id, world.teacher, later(8)).await.unwrap_err();
    assert_eq!(late.code(), "application_settled");
}

async fn an_objection_that_is_upheld_refuses_the_application_and_frees_its_place(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let recruitment = opened(store, &world, "district-2", MemberRole::Core, 1).await;
    let first = sent(store, recruitment, world.teacher, "").await;
    let first = consented(store, &world, first).await.unwrap();
    let other = account(store, "lina", "李娜", world.places.school).await;
    let second = sent(store, recruitment, other, "").await;
    let id = second.id;
    assert_eq!(consented(store, &world, second).await.unwrap_err().code(), "quota_full", "the place is public");
    let (one, two) = (objects(store, first.id, world.host, now()).await, objects(store, first.id, other, now()).await);
    assert_eq!(objects(store, first.id, other, now()).await.unwrap_err().code(), "objection_taken");
    let refused = answers(store, &world, one.unwrap(), true).await.unwrap();
    assert_eq!(refused.last().unwrap().publicity.as_ref().unwrap().upheld().unwrap().reason, "已核实");
    assert_eq!(stands(store, &world, first.id).await, Standing::Refused);
    assert_eq!(public_ids(store, now()).await, []);
    assert_eq!(answers(store, &world, two.unwrap(), false).await.unwrap_err().code(), "objection_answered");
    assert_eq!(names(store, &world, first.id, later(7)).await.unwrap_err().code(), "nothing_waits");
    let again = application::get(store, id).await.unwrap();
    let public = application::review(store, id, says(&again, world.office), now()).await.unwrap();
    assert!(public.last().unwrap().publicity.is_some());
    // Whoever withdraws is public no longer, and may come back.
    application::withdraw(store, id, other, later(2)).await.unwrap();
    assert_eq!(public_ids(store, later(2)).await, []);
    assert_eq!(names(store, &world, id, later(7)).await.unwrap_err().code(), "nothing_waits");
    assert_eq!(objects(store, id, world.host, later(2)).await.unwrap_err().code(), "objection_too_late");
    let sent = application::send(store, id, other, later(2)).await.unwrap();
    assert_eq!((sent.sendings.len(), sent.last().unwrap().publicity.is_some()), (2, false));
}

async fn who_is_public_takes_a_place_of_the_recruitment_and_of_the_policy(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let policy = store::policy::in_force(store, "district-2", now().day()).unwrap();
    let (_, most) = lectern::domain::application::bounds(&policy, MemberRole::Core).unwrap();
    let other = NewSchool { name: "临溪小学".into(), region: world.places.county, rural: false };
    let other = store::school::create(store, other).await.unwrap().id;
    for n in 1..most {
        let account = account(store, &format!("member{n}"), "成员", other).await;
        let new =
            NewMembership { studio: world.studio, account, role: MemberRole::Core, from: day("2026-01-01"), to: None };
        begin(store, new).await.unwrap();
    }
    // Of two Recruitments with a place each the Policy has one.
    let mut found = Vec::new();
    for (n, login) in ["lina", "wangfang"].into_iter().enumerate() {
        let recruitment = opened(store, &world, "district-2", MemberRole::Core, most).await;
        let account = account(store, login, &format!("老师{n}"), other).await;
        found.push(sent(store, recruitment, account, "").await);
    }
    let second = found.pop().unwrap();
    let first = consented(store, &world, found.pop().unwrap()).await.unwrap();
    let full = consented(store, &world, second).await.unwrap_err();
    assert_eq!(full.code(), "quota_full");
    assert_eq!(full.sentence(), format!("成员已有 {most} 人，办法规定最多 {most} 人。"));
    // Somebody whom the host brings in by hand meanwhile takes the place: the naming is refused, and nothing is half done.
    let byhand = account(store, "byhand", "赵敏", other).await;
    let new = NewMembership {
        studio: world.studio,
        account: byhand,
        role: MemberRole::Core,
        from: day("2026-01-01"),
        to: None,
    };
    begin(store, new).await.unwrap();
    assert_eq!(names(store, &world, first.id, later(7)).await.unwrap_err().code(), "quota_full");
    assert_eq!(stands(store, &world, first.id).await, Standing::Publicised);
    assert_eq!(core_of(store, world.studio).await.len(), usize::try_from(most).unwrap());
}

async fn a_host_gets_the_studio_only_when_named(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let recruitment = opened(store, &world, "hangjin-2024", MemberRole::Host, 1).await;
    let sent = sent(store, recruitment, world.teacher, "陈晓梅名师工作室").await;
    let public = consented(store, &world, sent).await.unwrap();
    let publicity = public.last().unwrap().publicity.clone().unwrap();
    assert_eq!((publicity.studio, publicity.span.days()), (None, 7));
    assert!(public.last().unwrap().reviews.iter().all(|one| one.notice.is_none()), "this programme asks no School");
    let studios = || store::membership::all_of_account(store, world.teacher);
    assert_eq!(studios().await.unwrap(), []);
    assert_eq!(names(store, &world, public.id, later(6)).await.unwrap_err().code(), "publicity_goes_on");
    let named = names(store, &world, public.id, later(9)).await.unwrap();
    let [host] = <[Membership; 1]>::try_from(studios().await.unwrap()).unwrap();
    assert_eq!((host.role, host.from), (MemberRole::Host, now().day().plus(9)));
    assert_eq!(named.last().unwrap().publicity.as_ref().unwrap().naming.as_ref().unwrap().membership, host.id);
    let studio = store::studio::get(store, host.studio).await.unwrap();
    assert_eq!((studio.name.as_str(), studio.cycle_start), ("陈晓梅名师工作室", now().day().plus(9)));
}

async fn two_new_studios_that_are_public_need_a_place_and_a_name_each(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let one = opened(store, &world, "hangjin-2024", MemberRole::Host, 2).await;
    let other = opened(store, &world, "hangjin-2024", MemberRole::Host, 1).await;
    let lina = account(store, "lina", "李娜", world.places.school).await;
    let wang = account(store, "wangfang", "王芳", world.places.school).await;
    let first = sent(store, one, world.teacher, "陈晓梅名师工作室").await;
    consented(store, &world, first).await.unwrap();
    let same_name = sent(store, other, lina, "陈晓梅名师工作室").await;
    let id = same_name.id;
    assert_eq!(consented(store, &world, same_name).await.unwrap_err().code(), "studio_name_taken");
    let twice = sent(store, other, world.teacher, "另一个工作室").await;
    assert_eq!(consented(store, &world, twice).await.unwrap_err().code(), "roster_changed", "one person, one Studio");
    let taken = sent(store, other, wang, "周文澜名师工作室").await;
    assert_eq!(consented(store, &world, taken).await.unwrap_err().code(), "studio_name_taken", "there is one");
    let seen = application::get(store, id).await.unwrap();
    let back = NewReview { verdict: ReviewVerdict::Returned, reason: "请改名".into(), ..says(&seen, world.office) };
    application::review(store, id, back, now()).await.unwrap();
    let second = sent(store, one, lina, "李娜名师工作室").await;
    consented(store, &world, second).await.unwrap();
    let third = sent(store, one, wang, "王芳名师工作室").await;
    assert_eq!(consented(store, &world, third).await.unwrap_err().code(), "quota_full", "both places are public");
    assert_eq!(application::publicised(store, &[one]).await.unwrap()[&one], 2);
}

async fn no_row_of_a_publicity_is_changed_or_taken_away(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let recruitment = opened(store, &world, "district-2", MemberRole::Core, 1).await;
    let sent = sent(store, recruitment, world.teacher, "").await;
    let public = consented(store, &world, sent).await.unwrap();
    let said = objects(store, public.id, world.host, now()).await.unwrap();
    answers(store, &world, said, false).await.unwrap();
    let named = names(store, &world, public.id, later(7)).await.unwrap();
    let other = opened(store, &world, "hangjin-2024", MemberRole::Host, 1).await;
    let lina = account(store, "lina", "李娜", world.places.school).await;
    let denied = self::sent(store, other, lina, "李娜名师工作室").await;
    let denied = consented(store, &world, denied).await.unwrap();
    let denied = denies(store, &world, denied.id, now()).await.unwrap();
    let rows = fresh.intruder().await;
    for (table, column) in [
        ("application_publicised", "to_day"),
        ("application_objection", "reason"),
        ("application_answer", "reason"),
        ("application_named", "named_at"),
        ("application_denied", "reason"),
    ] {
        for statement in [format!("update {table} set {column} = {column}"), format!("delete from {table}")] {
            let refused = sqlx::query(AssertSqlSafe(statement)).execute(&rows).await.unwrap_err();
            assert!(refused.to_string().contains("application_insert_only"), "{refused}");
        }
    }
    assert_eq!(application::get(store, public.id).await.unwrap(), named);
    assert_eq!(application::get(store, denied.id).await.unwrap(), denied);
}
