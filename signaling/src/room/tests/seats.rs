//! Seats: Classrooms, the site, and who sits where.

use super::*;
use crate::effect::{HeadcountDetail, LeaveCause, SeatedDetail, UnseatedDetail};
use crate::protocol::server::{PlaceView, SeatView};
use crate::protocol::{SITE, SeatHow, UnseatCause};

const ROOM: &str = "classroom:a";

pub(super) fn classroom(n: &str) -> Identity {
    Identity {
        kind: ParticipantKind::Classroom,
        role: SessionRole::Viewer,
        account: None,
        key: format!("classroom:{n}"),
        name: "多媒体教室".into(),
        school: Some("石桥小学".into()),
        rural: true,
        core: false,
        device: None,
    }
}

pub(super) fn sitter(name: &str) -> Sitter {
    Sitter {
        key: format!("account:{name}"),
        name: name.into(),
        school: Some("石桥小学".into()),
        rural: true,
        signed_in: true,
    }
}

pub(super) fn taking(place: &str, name: &str) -> Taking {
    Taking { place: place.into(), who: sitter(name), how: SeatHow::Scan, by: None, device: None }
}

fn card(id: &str, expected: Option<u32>) -> PlaceCard {
    PlaceCard { id: id.into(), name: "多媒体教室".into(), school: Some("石桥小学".into()), expected }
}

impl Talk {
    fn sits(&mut self, place: &str, name: &str) -> Result<(), Refusal> {
        self.wait(1);
        self.effects = self.room.seat(self.now, taking(place, name))?;
        self.assert_ledger_first();
        Ok(())
    }

    fn places_told(&self, to: ParticipantId) -> Vec<PlaceView> {
        let told = self.sent_to(to).into_iter().filter_map(|message| match message {
            ServerMessage::Place { place } => Some(place.clone()),
            _ => None,
        });
        told.collect()
    }

    fn seats_told(&self, to: ParticipantId) -> Vec<SeatView> {
        let told = self.sent_to(to).into_iter().filter_map(|message| match message {
            ServerMessage::Seats { seats, .. } => Some(seats.clone()),
            _ => None,
        });
        told.flatten().collect()
    }

    /// Who lost a seat by the last effects, and why.
    fn unseated(&self) -> Vec<(String, UnseatCause)> {
        let facts = self.facts().into_iter().filter_map(|fact| match fact {
            PresenceFact::Unseated { person, detail } => Some((person.clone(), detail.cause)),
            _ => None,
        });
        facts.collect()
    }
}

/// A host, a Classroom, and two who sit in it.
fn lesson() -> (Talk, ParticipantId, ParticipantId) {
    let mut talk = Talk::new();
    let host = talk.join(host());
    let device = talk.join(classroom("a"));
    talk.sits(ROOM, "王芳").unwrap();
    talk.sits(ROOM, "李强").unwrap();
    (talk, host, device)
}

fn both(cause: UnseatCause) -> Vec<(String, UnseatCause)> {
    vec![("account:王芳".into(), cause), ("account:李强".into(), cause)]
}

#[test]
fn a_seat_is_on_record_before_hosts_and_the_classroom_hear_of_it() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    let device = talk.join(classroom("a"));
    let other = talk.join(classroom("b"));
    let viewer = talk.join(viewer("赵敏"));
    talk.sits(ROOM, "王芳").unwrap();
    let detail = SeatedDetail {
        place: ROOM.into(),
        number: 1,
        name: "王芳".into(),
        school: Some("石桥小学".into()),
        rural: true,
        signed_in: true,
        how: SeatHow::Scan,
        by: None,
        device: None,
    };
    assert_eq!(talk.facts(), [&PresenceFact::Seated { person: "account:王芳".into(), detail }]);
    for to in [host, device] {
        let first = talk.sent_to(to)[0].clone();
        let ServerMessage::SeatTaken { place, seat } = first else { panic!("{first:?}") };
        assert_eq!((place.as_str(), seat.number, seat.name.as_str()), (ROOM, 1, "王芳"));
        assert_eq!(talk.places_told(to).last().map(|place| place.seated), Some(1));
    }
    assert!(talk.sent_to(other).is_empty() && talk.sent_to(viewer).is_empty());
    let everybody = talk.broadcasts();
    assert!(
        matches!(&everybody[..], [ServerMessage::ParticipantChanged { participant }] if participant.seated == 1),
        "{everybody:?}"
    );
}

#[test]
fn a_person_holds_one_seat_at_a_time() {
    let (mut talk, ..) = lesson();
    talk.join(classroom("b"));
    assert_eq!(talk.sits("classroom:b", "王芳"), Err(Refusal::AlreadySeated));
    assert_eq!(talk.sits(ROOM, "王芳"), Err(Refusal::AlreadySeated));
    assert_eq!(talk.room.seat_of("account:王芳").map(|seat| seat.place.as_str()), Some(ROOM));
    talk.effects = talk.room.unseat(talk.now, "account:王芳", ROOM).unwrap();
    assert_eq!(talk.unseated(), [("account:王芳".to_owned(), UnseatCause::Asked)]);
    talk.sits("classroom:b", "王芳").unwrap();
    talk.effects = talk.room.unseat(talk.now, "account:王芳", ROOM).unwrap();
    assert!(talk.effects.is_empty(), "an old page does not take the new seat");
}

#[test]
fn seats_outlast_the_connection_and_a_change_of_device() {
    let (mut talk, host, device) = lesson();
    talk.lose(device);
    assert!(talk.unseated().is_empty());
    talk.resume(device, &classroom("a")).unwrap();
    assert_eq!(talk.seats_told(device).len(), 2);

    let second = talk.join(classroom("a"));
    talk.assert_ledger_first();
    let left = PresenceFact::Left { participant: device, cause: LeaveCause::TakenOver };
    assert_eq!(talk.facts(), [&left, &PresenceFact::Joined { participant: second }]);
    let closed = Effect::Disconnect { participant: device, code: CloseCode::Replaced };
    assert!(talk.effects.contains(&closed), "the old device is told");
    assert!(matches!(talk.sent_to(second)[0], ServerMessage::Welcome(_)), "the welcome comes first");
    assert_eq!(talk.seats_told(second).len(), 2);
    assert_eq!(talk.places_told(host).last().unwrap().participant, Some(second));
    assert_eq!(talk.resume(device, &classroom("a")), Err(Refusal::ResumeExpired));
    assert_eq!(talk.room.participants.get(&second).unwrap().seated, 2);
}

#[test]
fn a_full_room_lets_another_device_of_its_classroom_in() {
    let mut talk = Talk::with_capacity(1);
    talk.join(classroom("a"));
    assert!(talk.try_join(classroom("a")).is_ok());
    assert_eq!(talk.try_join(classroom("b")), Err(Refusal::Full));
}

#[test]
fn seats_close_when_their_classroom_goes() {
    let (mut talk, _, device) = lesson();
    talk.says(device, ClientMessage::Leave).unwrap();
    talk.assert_ledger_first();
    assert_eq!(talk.unseated(), both(UnseatCause::ClassroomLeft));

    let (mut talk, host, device) = lesson();
    talk.lose(device);
    talk.wait(RESUME_WITHIN_SECONDS);
    talk.effects = talk.room.handle_timeout(talk.now);
    talk.assert_ledger_first();
    assert_eq!(talk.unseated(), both(UnseatCause::ClassroomLeft));
    let last = talk.places_told(host).pop().unwrap();
    assert_eq!((last.seated, last.participant), (0, None));

    let (mut talk, host, device) = lesson();
    talk.says(host, ClientMessage::Remove { participant: device }).unwrap();
    talk.assert_ledger_first();
    assert_eq!(talk.unseated(), both(UnseatCause::Removed));
    assert_eq!(talk.sits(ROOM, "王芳"), Err(Refusal::NoSuchPlace));

    let (mut talk, _, device) = lesson();
    talk.effects = talk.room.close_classroom(talk.now, ROOM).unwrap();
    talk.assert_ledger_first();
    assert_eq!(talk.unseated(), both(UnseatCause::ClassroomClosed));
    assert!(talk.effects.contains(&Effect::Disconnect { participant: device, code: CloseCode::Removed }));
    assert_eq!(talk.try_join(classroom("a")), Err(Refusal::RemovedByHost));
}

#[test]
fn the_end_of_the_session_ends_every_seat_and_a_stop_of_the_server_none() {
    let (mut talk, host, _) = lesson();
    talk.says(host, ClientMessage::End).unwrap();
    talk.assert_ledger_first();
    assert_eq!(talk.unseated(), both(UnseatCause::SessionEnded));
    assert_eq!(talk.facts().last(), Some(&&PresenceFact::SessionEnded));
    let (mut talk, ..) = lesson();
    talk.effects = talk.room.stop();
    assert!(talk.unseated().is_empty());
}

#[test]
fn a_host_strikes_a_seat_with_a_reason_and_the_person_may_sit_again() {
    let (mut talk, host, device) = lesson();
    let strike = |seat, reason: &str| ClientMessage::Strike { place: ROOM.into(), seat, reason: reason.into() };
    assert_eq!(talk.refused(device, strike(1, "不在教室")), Refusal::NotTheHost);
    assert_eq!(talk.refused(host, strike(1, " \u{202E} ")), Refusal::ReasonMissing);
    assert_eq!(talk.refused(host, strike(1, &"因".repeat(201))), Refusal::ReasonMissing);
    assert_eq!(talk.refused(host, strike(3, "不在教室")), Refusal::NoSuchSeat);
    let elsewhere = ClientMessage::Strike { place: "classroom:z".into(), seat: 1, reason: "不在教室".into() };
    assert_eq!(talk.refused(host, elsewhere), Refusal::NoSuchPlace);

    talk.says(host, strike(1, " 不在教室 ")).unwrap();
    talk.assert_ledger_first();
    let detail = UnseatedDetail {
        place: ROOM.into(),
        cause: UnseatCause::Struck,
        reason: Some("不在教室".into()),
        by: Some("account-陈老师".into()),
    };
    assert_eq!(talk.facts(), [&PresenceFact::Unseated { person: "account:王芳".into(), detail }]);
    let left = ServerMessage::SeatLeft { place: ROOM.into(), number: 1, cause: UnseatCause::Struck };
    assert!(talk.sent_to(device).contains(&&left));
    talk.sits(ROOM, "王芳").unwrap();
    assert_eq!(talk.room.seat_of("account:王芳").unwrap().number, 3, "no number comes twice");
}

#[test]
fn who_was_put_out_cannot_sit_and_loses_the_seat() {
    let (mut talk, host, _) = lesson();
    let online = talk.join(Identity { key: "account:王芳".into(), ..viewer("王芳") });
    talk.says(host, ClientMessage::Remove { participant: online }).unwrap();
    talk.assert_ledger_first();
    assert_eq!(talk.unseated(), [("account:王芳".to_owned(), UnseatCause::Removed)]);
    assert_eq!(talk.sits(ROOM, "王芳"), Err(Refusal::RemovedByHost));
}

#[test]
fn hosts_seat_people_of_the_roster_by_hand() {
    let mut talk = Talk::new();
    let host = talk.join(host());
    let person = RosterPerson {
        account: "abc".into(),
        key: "abc".into(),
        name: "王芳".into(),
        school: Some("石桥小学".into()),
        rural: true,
        core: false,
    };
    talk.effects = talk.room.know_places(vec![card(SITE, Some(30)), card(ROOM, None)], vec![person]);
    assert_eq!(talk.places_told(host).iter().map(|p| p.expected).collect::<Vec<_>>(), [Some(30), None]);
    let seat = |account: &str| ClientMessage::SeatPerson { place: SITE.into(), account: account.into() };
    assert_eq!(talk.refused(host, seat("xyz")), Refusal::NotOnRoster);
    talk.says(host, seat("abc")).unwrap();
    let facts = talk.facts();
    let [PresenceFact::Seated { person, detail }] = facts[..] else { panic!("{facts:?}") };
    let told = (detail.how, detail.by.as_deref(), detail.signed_in);
    assert_eq!((person.as_str(), told), ("abc", (SeatHow::Host, Some("account-陈老师"), false)));
    assert_eq!(talk.refused(host, seat("abc")), Refusal::AlreadySeated);
}

#[test]
fn nobody_sits_in_a_classroom_without_a_device() {
    let mut talk = Talk::new();
    talk.room.know_places(vec![card(ROOM, None)], Vec::new());
    assert_eq!(talk.sits(ROOM, "王芳"), Err(Refusal::ClassroomAway));
    let device = talk.join(classroom("a"));
    talk.lose(device);
    talk.sits(ROOM, "王芳").unwrap();
}

#[test]
fn a_headcount_comes_from_the_classroom_itself() {
    let (mut talk, host, device) = lesson();
    assert_eq!(talk.refused(host, ClientMessage::Headcount { count: 12 }), Refusal::NotAClassroom);
    assert_eq!(talk.refused(device, ClientMessage::Headcount { count: 2001 }), Refusal::CountTooLarge);
    talk.says(device, ClientMessage::Headcount { count: 12 }).unwrap();
    assert_eq!(talk.facts(), [&PresenceFact::Headcount(HeadcountDetail { place: ROOM.into(), count: 12 })]);
    assert_eq!(talk.places_told(host)[0].headcount, Some(12));
}

#[test]
fn people_are_those_who_sit_not_the_device_they_sit_at() {
    let (mut talk, ..) = lesson();
    assert_eq!(talk.room.people(), 3);
    talk.join(Identity { key: "account:王芳".into(), ..viewer("王芳") });
    assert_eq!(talk.room.people(), 3, "seated, and online too");
}

#[test]
fn after_a_crash_seats_wait_for_their_device_for_a_while() {
    let crashed = || {
        let mut talk = Talk::new();
        let host = talk.join(host());
        let seat = |place: &str, number, name| {
            let Taking { place, who, how, by, device } = taking(place, name);
            Seat { place, number, who, how, by, device, at: Moment(5) }
        };
        let seats = vec![seat(ROOM, 2, "王芳"), seat(SITE, 1, "李强")];
        let last = BTreeMap::from([(ROOM.to_owned(), 7)]);
        talk.room.restore_seats(talk.now, seats, &last);
        (talk, host)
    };
    let (mut talk, _) = crashed();
    talk.wait(14 * 60);
    talk.effects = talk.room.handle_timeout(talk.now);
    assert!(talk.unseated().is_empty());
    let device = talk.join(classroom("a"));
    assert_eq!(talk.seats_told(device)[0].number, 2, "nobody has to scan again");
    talk.wait(3600);
    talk.effects = talk.room.handle_timeout(talk.now);
    assert!(talk.unseated().is_empty());
    talk.sits(ROOM, "赵敏").unwrap();
    assert_eq!(talk.room.seat_of("account:赵敏").unwrap().number, 8);

    let (mut talk, _) = crashed();
    assert_eq!(talk.room.next_timeout(), Some(talk.now.plus(Duration::from_secs(15 * 60))));
    talk.wait(15 * 60);
    talk.effects = talk.room.handle_timeout(talk.now);
    talk.assert_ledger_first();
    assert_eq!(talk.unseated(), [("account:王芳".to_owned(), UnseatCause::ClassroomLeft)], "the site needs no device");
    assert_ne!(talk.room.next_timeout(), Some(talk.now), "once is enough");
}

#[test]
fn a_place_takes_no_more_than_a_hall_holds() {
    let mut talk = Talk::new();
    talk.room.know_places(vec![card(SITE, None)], Vec::new());
    for n in 0..500 {
        talk.sits(SITE, &n.to_string()).unwrap();
    }
    assert_eq!(talk.sits(SITE, "500"), Err(Refusal::Full));
}

#[test]
fn a_session_with_people_on_site_alone_is_not_forgotten() {
    let mut talk = Talk::new();
    talk.room.know_places(vec![card(SITE, None)], Vec::new());
    talk.wait(5 * 3600);
    talk.sits(SITE, "王芳").unwrap();
    talk.wait(2 * 3600);
    talk.effects = talk.room.handle_timeout(talk.now);
    assert!(!talk.room.is_closed());
}
