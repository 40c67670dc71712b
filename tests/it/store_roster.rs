//! What good rows of a roster sheet write: all of it, or nothing.

use crate::store_database::*;
use lectern::domain::roster::{AccountFill, NewPerson, RosterPlan, Step, Who};
use lectern::domain::*;
use lectern::store::roster_sheet::{Applied, Made, Planned, apply, people, roster_on};
use lectern::store::{self, Store, StoreError};

on_both! {
    rows_are_written_together_or_not_at_all,
    a_login_name_that_is_taken_gets_an_ending,
    people_are_found_by_name_and_by_phone,
}

fn newcomer(row: u32, phone: &str, school: SchoolId) -> Planned {
    let new = NewPerson {
        name: "彭长林".into(),
        phone: phone.into(),
        school,
        title: "一级教师".into(),
        subject: String::new(),
    };
    let plan = RosterPlan {
        row,
        who: Who::New(new),
        role: MemberRole::Trainee,
        from: day("2026-09-01"),
        step: Step::Begin,
        marks: MemberMarks::default(),
    };
    Planned { plan, password_hash: Some("not a hash".into()) }
}

pub(crate) fn known(row: u32, account: AccountId, fill: AccountFill, role: MemberRole, step: Step) -> Planned {
    let plan = RosterPlan {
        row,
        who: Who::Known(account, fill),
        role,
        from: day("2026-09-01"),
        step,
        marks: MemberMarks::default(),
    };
    Planned { plan, password_hash: None }
}

fn written(applied: Applied) -> Vec<Made> {
    match applied {
        Applied::Written(made) => made,
        Applied::OverQuota(rows) => panic!("{rows:?}"),
    }
}

/// Whoever sends the sheet.
async fn by(store: &Store) -> DaysNote {
    let found = people(store, &["李建国".to_owned()], &[]).await.unwrap();
    DaysNote { by: found[0].account.id, reason: "导入成员名单".into(), at: now() }
}

async fn rows_are_written_together_or_not_at_all(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    let li = account(store, "lijianguo", "李建国", places.school).await;
    let new = NewMembership { studio, account: li, role: MemberRole::Core, from: day("2025-09-01"), to: None };
    let core = begin(store, new).await.unwrap();
    let fill = AccountFill { phone: Some("13800000001".into()), ..AccountFill::default() };
    let change = known(2, li, fill, MemberRole::Host, Step::Change { ends: core.id });
    // The second newcomer has the phone of the first.
    let twice =
        vec![change.clone(), newcomer(3, "13873100226", places.school), newcomer(4, "13873100226", places.school)];
    let error = apply(store, studio, twice, by(store).await).await.unwrap_err();
    assert!(matches!(&error, StoreError::Conflict(rule) if rule.name == "account_phone_taken"), "{error:?}");
    assert_eq!(store::membership::get(store, core.id).await.unwrap().to, None);
    assert_eq!(store::account::get(store, li).await.unwrap().account.phone, None);

    let both = vec![change.clone(), newcomer(3, "13873100226", places.school)];
    let made = written(apply(store, studio, both, by(store).await).await.unwrap());
    assert_eq!((made.len(), made[0].row, made[0].login_name.as_str()), (1, 3, "13873100226"));
    let roster = roster_on(store, studio, day("2026-11-20")).await.unwrap();
    let told: Vec<_> = roster
        .iter()
        .map(|one| (one.profile.account.name.as_str(), one.membership.role, one.profile.account.phone.as_deref()))
        .collect();
    let host = ("李建国", MemberRole::Host, Some("13800000001"));
    assert_eq!(told, [host, ("彭长林", MemberRole::Trainee, Some("13873100226"))]);
    assert_eq!(roster_on(store, studio, day("2026-08-31")).await.unwrap()[0].membership.role, MemberRole::Core);
    let error = apply(store, studio, vec![change], by(store).await).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "it has ended already: {error:?}");
}

async fn a_login_name_that_is_taken_gets_an_ending(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let studio = studio(store, "周文澜小学语文名师工作室", places.county).await;
    account(store, "13873100226", "李建国", places.school).await;
    let one = vec![newcomer(2, "13873100226", places.school)];
    let made = written(apply(store, studio, one, by(store).await).await.unwrap());
    assert_eq!(made[0].login_name, "13873100226-2");
}

async fn people_are_found_by_name_and_by_phone(fresh: Fresh) {
    let store = &fresh.store;
    let places = places(store).await;
    let mut new = teacher("lijianguo", "李建国", places.school);
    new.phone = Some("13800000001".into());
    let li = store::account::create(store, new, now()).await.unwrap().id;
    let han = account(store, "hanmei", "韩梅", places.school).await;
    account(store, "other", "王芳", places.school).await;
    let names: Vec<String> = ["韩梅", "李建国"].map(str::to_owned).to_vec();
    let found = people(store, &names, &["13800000001".to_owned()]).await.unwrap();
    let mut ids: Vec<AccountId> = found.iter().map(|one| one.account.id).collect();
    let mut wanted = vec![li, han];
    ids.sort();
    wanted.sort();
    assert_eq!(ids, wanted, "each once");
}
