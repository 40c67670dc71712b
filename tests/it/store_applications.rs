//! Applications in the database: words that stand, places that are not given twice, all or nothing.

use crate::store_database::*;
use lectern::domain::application::{ApplicationItem, Standing};
use lectern::domain::*;
use lectern::store::{self, Store, StoreError, application, recruitment};
use sqlx::AssertSqlSafe;

on_both! {
    three_words_begin_a_membership,
    the_ninth_core_member_is_not_taken_in,
    no_word_of_an_application_is_changed_or_taken_away,
    a_trainee_who_becomes_core_ends_the_day_before,
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
    let new =
        NewStudio { policy: Some("hangjin-2024".into()), ..studio_form("周文澜名师工作室", places.county) };
    let studio = store::studio::create(store, new, now()).await.unwrap().id;
    let host = account(store, "zhouwenlan", "周文澜", places.school).await;
    let office = account(store, "songyaqin", "宋雅琴", places.school).await;
    let teacher = account(store, "chenxiaomei", "陈晓梅", places.school).await;
    joins(store, studio, host, MemberRole::Host).await;
    World { places, studio, host, office, teacher }
}

async fn joins(store: &Store, studio: StudioId, account: AccountId, role: MemberRole) {
    let new = NewMembership { studio, account, role, from: day("2026-01-01"), to: None };
    begin(store, new).await.unwrap();
}

async fn opened(store: &Store, world: &World) -> RecruitmentId {
    let new = NewRecruitment {
        policy: "hangjin-2024".into(),
        role: MemberRole::Core,
        studio: Some(world.studio),
        region: world.places.county,
        tier: None,
        kind: None,
        title: "成员招募".into(),
        content: String::new(),
        places: 8,
        most_choices: 1,
        school_consents: true,
        office_approves: true,
        opens: now().day(),
        closes: now().day().plus(10),
    };
    recruitment::open(store, new, world.host, now()).await.unwrap().id
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

/// Sent by this teacher, with all papers that the Policy asks for.
async fn sent(store: &Store, world: &World, recruitment: RecruitmentId, by: AccountId) -> Application {
    let file = paper(store, by).await;
    let slots = store::policy::in_force(store, "hangjin-2024", now().day()).unwrap();
    let slots = lectern::domain::application::item_slots(&slots, MemberRole::Core);
    let item = |(slot, _): (String, String)| ApplicationItem { slot, title: "证明".into(), attachment: Some(file) };
    let form = ApplicationForm {
        sex: Some(Sex::Female),
        born: Some(day("1990-05-01")),
        phone: "13800000001".into(),
        education: "研究生".into(),
        stage: Some(SchoolStage::Primary),
        subject: "小学语文".into(),
        title: "一级教师".into(),
        teaching_years: Some(12),
        summary: "业绩".into(),
        plan: "计划".into(),
        items: slots.into_iter().map(item).collect(),
        ..ApplicationForm::default()
    };
    let draft = ApplicationDraft { form, choices: vec![world.studio] };
    let saved = application::save(store, recruitment, by, draft, now()).await.unwrap();
    application::send(store, saved.id, by, now()).await.unwrap()
}

fn says(application: &Application, by: AccountId, attachment: Option<AttachmentId>) -> NewReview {
    let sending = application.last().unwrap();
    NewReview {
        marks: MemberMarks::default(),
        in_place: false,
        seen: (sending.ordinal, u32::try_from(sending.reviews.len()).unwrap()),
        verdict: ReviewVerdict::Granted,
        reason: String::new(),
        attachment,
        notice: (None, None),
        from: None,
        by,
    }
}

/// Host, School and office consent.
async fn granted(store: &Store, world: &World, sent: Application) -> Result<Application, StoreError> {
    let chosen = application::review(store, sent.id, says(&sent, world.host, None), now()).await?;
    let stamped = paper(store, world.office).await;
    let agreed = application::review(store, sent.id, says(&chosen, world.office, Some(stamped)), now()).await?;
    application::review(store, sent.id, says(&agreed, world.office, None), now()).await
}

async fn core_of(store: &Store, studio: StudioId) -> Vec<(AccountId, Day, Option<Day>)> {
    let members = store::membership::of_studio(store, studio).await.unwrap();
    let core = members.into_iter().map(|one| one.membership).filter(|one| one.role == MemberRole::Core);
    core.map(|one| (one.account, one.from, one.to)).collect()
}

async fn three_words_begin_a_membership(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let recruitment = opened(store, &world).await;
    let sent = sent(store, &world, recruitment, world.teacher).await;
    assert_eq!(application::waiting_for(store, &[world.studio]).await.unwrap().len(), 1);
    let province = Some(world.places.province);
    assert_eq!(application::waiting_in(store, province, None).await.unwrap().len(), 1);
    assert_eq!(application::waiting_in(store, province, Some(&sent)).await.unwrap(), [], "what comes after it");
    let stale = says(&sent, world.host, None);
    let done = granted(store, &world, sent).await.unwrap();
    assert!(done.last().unwrap().reviews[2].membership.is_some());
    assert_eq!(core_of(store, world.studio).await, [(world.teacher, now().day(), None)]);
    assert_eq!(application::taken(store, &[recruitment]).await.unwrap()[&recruitment], 1);
    assert_eq!(application::waiting_in(store, province, None).await.unwrap(), []);
    let late = application::review(store, done.id, stale, now()).await.unwrap_err();
    assert_eq!(late.code(), "application_moved_on");
    let tree = store::region::tree(store).await.unwrap();
    let rules = recruitment::get(store, recruitment).await.unwrap();
    let stops = lectern::domain::application::stops(&rules, world.places.county, &tree);
    let stands = lectern::domain::application::standing(&rules, done.last().unwrap(), &stops);
    assert_eq!(stands, Standing::Accepted);
}

async fn the_ninth_core_member_is_not_taken_in(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    // 8 人，其中外学校教师不少于 5 人: five of another school, two of the host's.
    let other = NewSchool { name: "临溪小学".into(), region: world.places.county, rural: false };
    let other = store::school::create(store, other).await.unwrap().id;
    for n in 0..7 {
        let school = if n < 5 { other } else { world.places.school };
        let member = account(store, &format!("member{n}"), "成员", school).await;
        joins(store, world.studio, member, MemberRole::Core).await;
    }
    let recruitment = opened(store, &world).await;
    let eighth = sent(store, &world, recruitment, world.teacher).await;
    granted(store, &world, eighth).await.unwrap();
    let ninth = account(store, "lina", "李娜", other).await;
    let ninth = sent(store, &world, recruitment, ninth).await;
    let id = ninth.id;
    let full = granted(store, &world, ninth).await.unwrap_err();
    assert_eq!(full.code(), "quota_full");
    assert_eq!(full.sentence(), "成员已有 8 人，办法规定最多 8 人。");
    let left = application::get(store, id).await.unwrap();
    assert_eq!(left.last().unwrap().reviews.len(), 2, "the word that did not fit was not kept");
    assert_eq!(core_of(store, world.studio).await.len(), 8);
}

async fn no_word_of_an_application_is_changed_or_taken_away(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    let recruitment = opened(store, &world).await;
    recruitment::change(store, recruitment, (now().day(), "提前截止".into()), world.host, now()).await.unwrap();
    let sent = sent(store, &world, recruitment, world.teacher).await;
    let done = granted(store, &world, sent).await.unwrap();
    let rows = fresh.intruder().await;
    let stand = [
        ("recruitment", "title"),
        ("recruitment_changed", "reason"),
        ("application_sent", "content"),
        ("application_choice", "studio"),
        ("application_attachment", "attachment"),
        ("application_reviewed", "reason"),
    ];
    for (table, column) in stand {
        for statement in [format!("update {table} set {column} = 'x'"), format!("delete from {table}")] {
            let refused = sqlx::query(AssertSqlSafe(statement)).execute(&rows).await.unwrap_err();
            assert!(refused.to_string().contains("application_insert_only"), "{refused}");
        }
    }
    assert_eq!(application::get(store, done.id).await.unwrap(), done);
}

async fn a_trainee_who_becomes_core_ends_the_day_before(fresh: Fresh) {
    let store = &fresh.store;
    let world = world(store).await;
    joins(store, world.studio, world.teacher, MemberRole::Trainee).await;
    let recruitment = opened(store, &world).await;
    let sent = sent(store, &world, recruitment, world.teacher).await;
    granted(store, &world, sent).await.unwrap();
    let members = store::membership::of_studio(store, world.studio).await.unwrap();
    let trainee = members.iter().find(|one| one.membership.role == MemberRole::Trainee).unwrap();
    assert_eq!(trainee.membership.to, Some(now().day().plus(-1)));
    assert_eq!(core_of(store, world.studio).await, [(world.teacher, now().day(), None)]);
    let again = application::save(store, recruitment, world.teacher, ApplicationDraft::default(), now()).await;
    assert_eq!(again.unwrap_err().code(), "application_settled");
}
