//! Classrooms and printed codes, and what seats come to, on both databases.

use crate::store_database::*;
use lectern::domain::presence::{NewEvent, Person, PresenceKind};
use lectern::domain::*;
use lectern::store::{self, Noun, StoreError};

on_both! {
    a_classroom_closes_once_and_gives_its_name_back,
    printed_codes_are_made_and_closed,
    an_activity_that_is_over_takes_no_more_places,
    people_are_counted_by_their_seats_not_by_the_device,
    who_was_only_struck_has_not_come,
}

fn room(activity: ActivityId, school: SchoolId) -> NewClassroom {
    NewClassroom { activity, school, name: " 多媒体教室 ".into(), expected: Some(12) }
}

async fn a_classroom_closes_once_and_gives_its_name_back(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let activity = store::session::get(store, session).await.unwrap().activity;
    let school = store::school::list(store, &Default::default(), Default::default()).await.unwrap().rows[0].id;
    let made = store::classroom::create(store, room(activity, school), now()).await.unwrap();
    assert_eq!((made.classroom.name.as_str(), made.school.id), ("多媒体教室", school));
    assert_eq!(store::classroom::get(store, made.classroom.id).await.unwrap(), made);
    let twice = store::classroom::create(store, room(activity, school), now()).await.unwrap_err();
    assert_eq!(twice.sentence(), "这所学校已有同名的教室。");
    let closed = store::classroom::close(store, made.classroom.id, at("20T16:00")).await.unwrap();
    let again = store::classroom::close(store, made.classroom.id, at("20T17:00")).await.unwrap();
    assert_eq!((closed.classroom.closed_at, &again), (Some(at("20T16:00")), &closed));
    let next = store::classroom::create(store, room(activity, school), at("20T18:00")).await.unwrap();
    assert_eq!(store::classroom::of_activity(store, activity).await.unwrap(), [closed, next]);
    let nowhere = store::classroom::create(store, room(activity, next_id()), now()).await.unwrap_err();
    assert!(matches!(nowhere, StoreError::Conflict(_)), "{nowhere:?}");
    let missing = store::classroom::get(store, next_id()).await.unwrap_err();
    assert!(matches!(missing, StoreError::NotFound(Noun::Classroom)));
}

async fn printed_codes_are_made_and_closed(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let activity = store::session::get(store, session).await.unwrap().activity;
    let new = NewPrintedCode { activity, from: at("20T14:00"), to: at("20T15:00") };
    let made = store::printed_code::create(store, new.clone(), now()).await.unwrap();
    assert_eq!(store::printed_code::get(store, made.id).await.unwrap(), made);
    let closed = store::printed_code::close(store, made.id, at("20T14:30")).await.unwrap();
    assert_eq!(closed.closed_at, Some(at("20T14:30")));
    assert_eq!(store::printed_code::of_activity(store, activity).await.unwrap(), [closed]);
    let backwards = NewPrintedCode { from: new.to, to: new.from, ..new };
    let error = store::printed_code::create(store, backwards, now()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Invalid(invalid) if invalid.fields.contains_key("to")), "{error:?}");
}

async fn an_activity_that_is_over_takes_no_more_places(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let activity = store::session::end(store, session, now()).await.unwrap().activity;
    let school = store::school::list(store, &Default::default(), Default::default()).await.unwrap().rows[0].id;
    let refused = store::classroom::create(store, room(activity, school), now()).await.unwrap_err();
    assert_eq!(refused.code(), "activity_ended");
    let new = NewPrintedCode { activity, from: at("20T14:00"), to: at("20T15:00") };
    assert_eq!(store::printed_code::create(store, new, now()).await.unwrap_err().code(), "activity_ended");
}

async fn people_are_counted_by_their_seats_not_by_the_device(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let guest = |name: &str| Person::Guest { name: name.into(), school: "山口小学".into() };
    let line = |kind, participant, person: Person| NewEvent {
        id: next_id(),
        kind,
        participant,
        person: Some(person),
        detail: r#"{"place":"site"}"#.into(),
        monotonic_us: 0,
        wall: now(),
    };
    let lines = vec![
        line(PresenceKind::Joined, Some(1), Person::Classroom(next_id())),
        line(PresenceKind::Joined, Some(2), guest("王小明")),
        line(PresenceKind::Seated, None, guest("王小明")),
        line(PresenceKind::Seated, None, guest("李强")),
        line(PresenceKind::Unseated, None, guest("李强")),
    ];
    store::ledger::append(store, session, lines).await.unwrap();
    let look = store::card::Look { account: None, now: now() };
    let card = store::card::of_session(store, look, session).await.unwrap();
    assert_eq!(card.session.unwrap().people, 2);
    let seats = store::ledger::seat_lines(store, session, &guest("李强").key()).await.unwrap();
    let kinds: Vec<_> = seats.iter().map(|line| line.kind).collect();
    assert_eq!(kinds, [PresenceKind::Seated, PresenceKind::Unseated]);
}

async fn who_was_only_struck_has_not_come(fresh: Fresh) {
    let store = &fresh.store;
    let session = live_session(store).await;
    let line = |kind, name: &str, detail: &str| NewEvent {
        id: next_id(),
        kind,
        participant: None,
        person: Some(Person::Guest { name: name.into(), school: "山口小学".into() }),
        detail: detail.into(),
        monotonic_us: 0,
        wall: now(),
    };
    let seated = |name: &str, place: &str| line(PresenceKind::Seated, name, &format!(r#"{{"place":"{place}"}}"#));
    let unseated = |name: &str, place: &str, cause: &str| {
        line(
            PresenceKind::Unseated,
            name,
            &format!(r#"{{"place":"{place}","cause":"{cause}","reason":"\"cause\":\"struck\""}}"#),
        )
    };
    let lines = vec![
        seated("只被划去", "site"),
        unseated("只被划去", "site", "struck"),
        // Whoever sits there already goes on sitting: one stay, struck.
        seated("签了两次", "site"),
        seated("签了两次", "site"),
        unseated("签了两次", "site", "struck"),
        seated("又来了", "site"),
        unseated("又来了", "site", "struck"),
        seated("又来了", "site"),
        seated("换了地方", "classroom:1"),
        unseated("换了地方", "classroom:1", "asked"),
        seated("换了地方", "site"),
        unseated("换了地方", "site", "struck"),
        seated("也在线上", "site"),
        unseated("也在线上", "site", "struck"),
        line(PresenceKind::Joined, "也在线上", "{}"),
        seated("自己离开", "site"),
        unseated("自己离开", "site", "asked"),
    ];
    store::ledger::append(store, session, lines).await.unwrap();
    let look = store::card::Look { account: None, now: now() };
    let card = store::card::of_session(store, look, session).await.unwrap();
    assert_eq!(card.session.unwrap().people, 4);
}
