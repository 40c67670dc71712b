//! 签到, 随机点名 and prompts, from all sides.

use super::*;
use crate::effect::{AnswerHow, CheckInOpened};
use crate::protocol::check_in::{CheckIn, CheckInMethod, CheckInPurpose, CheckInStanding, OpenCheckIn};
use CheckInMethod::{Code, Qr, Tap};
use CheckInPurpose::{Call, Roll, StillHere};
use CheckInStanding::{Answered, Asked, NotAsked};

fn wish(purpose: CheckInPurpose, method: CheckInMethod) -> OpenCheckIn {
    OpenCheckIn { purpose, method, seconds: 60, count: 1, place: None }
}

fn open(purpose: CheckInPurpose, method: CheckInMethod) -> ClientMessage {
    ClientMessage::OpenCheckIn(wish(purpose, method))
}

fn call(count: u32) -> ClientMessage {
    ClientMessage::OpenCheckIn(OpenCheckIn { count, ..wish(Call, Tap) })
}

fn answer(number: u32) -> ClientMessage {
    ClientMessage::AnswerCheckIn { number, code: None }
}

fn with_code(number: u32, code: &str) -> ClientMessage {
    ClientMessage::AnswerCheckIn { number, code: Some(code.into()) }
}

/// What the last effects told this Participant about the open check-in; the outer `None`: nothing.
fn told(talk: &Talk, who: ParticipantId) -> Option<Option<CheckIn>> {
    let mut all = talk.effects.iter().filter_map(|effect| match effect {
        Effect::Send { to, message: ServerMessage::CheckIn { check_in } } if *to == who => Some(check_in.clone()),
        Effect::Broadcast { message: ServerMessage::CheckIn { check_in }, .. } => Some(check_in.clone()),
        _ => None,
    });
    all.next_back()
}

fn standing(talk: &Talk, who: ParticipantId) -> Option<CheckInStanding> {
    Some(told(talk, who)??.you)
}

/// Answered, expected, and the names of those who are missing, as a host was told last.
fn counts(talk: &Talk, host: ParticipantId) -> Option<(u32, u32, Vec<String>)> {
    talk.sent_to(host).into_iter().rev().find_map(|message| match message {
        ServerMessage::CheckInCounts { answered, expected, missing, .. }
        | ServerMessage::CheckInResult { answered, expected, missing, .. } => {
            Some((*answered, *expected, missing.iter().map(|one| one.name.clone()).collect()))
        }
        _ => None,
    })
}

fn code(talk: &Talk, host: ParticipantId) -> Option<String> {
    talk.sent_to(host).into_iter().find_map(|message| match message {
        ServerMessage::CheckInCounts { code, .. } => code.clone(),
        _ => None,
    })
}

fn opened(talk: &Talk) -> Option<CheckInOpened> {
    talk.facts().into_iter().find_map(|fact| match fact {
        PresenceFact::CheckInOpened(opened) => Some(opened.clone()),
        _ => None,
    })
}

fn closed(talk: &Talk) -> Option<(CheckInCause, u32, u32)> {
    talk.facts().into_iter().find_map(|fact| match fact {
        PresenceFact::CheckInClosed { cause, answered, expected, .. } => Some((*cause, *answered, *expected)),
        _ => None,
    })
}

/// A host and so many viewers.
fn class(viewers: usize) -> (Talk, ParticipantId, Vec<ParticipantId>) {
    let mut talk = Talk::new();
    let host = talk.join(host());
    let viewers = (0..viewers).map(|n| talk.join(viewer(&format!("{n:03}")))).collect();
    (talk, host, viewers)
}

impl Talk {
    fn time_passes(&mut self, seconds: u64) {
        self.wait(seconds);
        self.effects = self.room.handle_timeout(self.now);
    }
}

#[test]
fn a_check_in_asks_those_who_are_here_and_not_its_host() {
    let (mut talk, host, viewers) = class(2);
    talk.room.join_without_connection(talk.now, machine(ParticipantKind::Player)).unwrap();
    let classroom = Identity { kind: ParticipantKind::Classroom, key: "classroom:1".into(), ..viewer("大教室") };
    let classroom = talk.join(classroom);
    talk.says(host, open(Roll, Tap)).unwrap();
    talk.assert_ledger_first();
    let fact = opened(&talk).expect("is on record");
    assert_eq!((fact.number, fact.seconds, fact.candidates), (1, 60, None));
    assert_eq!(fact.expected, ["account:000", "account:001"]);
    let asked = [host, classroom, viewers[0]].map(|who| standing(&talk, who));
    assert_eq!(asked, [Some(NotAsked), Some(NotAsked), Some(Asked)]);
    assert_eq!(counts(&talk, host), Some((0, 2, vec!["000".into(), "001".into()])));
    assert_eq!(counts(&talk, viewers[0]), None, "the counts are the host's");
    assert!(matches!(talk.sent_to(host)[0], ServerMessage::Ok { .. }), "the answer comes first");
}

#[test]
fn an_answer_is_on_record_before_anybody_hears_of_it() {
    let (mut talk, host, viewers) = class(2);
    talk.says(host, open(Roll, Tap)).unwrap();
    talk.says(viewers[0], answer(1)).unwrap();
    talk.assert_ledger_first();
    let fact = PresenceFact::CheckInAnswered {
        number: 1,
        person: "account:000".into(),
        participant: Some(viewers[0]),
        how: AnswerHow::Tap,
        by: None,
    };
    assert_eq!(talk.facts(), [&fact]);
    assert_eq!(standing(&talk, viewers[0]), Some(Answered));
    assert_eq!(told(&talk, viewers[1]), None);
    assert_eq!(counts(&talk, host), Some((1, 2, vec!["001".into()])));
    talk.says(viewers[0], answer(1)).unwrap();
    assert!(talk.facts().is_empty(), "answering again is done already");
}

#[test]
fn two_devices_of_one_person_are_asked_once_and_answer_together() {
    let (mut talk, host, viewers) = class(1);
    let phone = talk.join(viewer("000"));
    talk.says(host, open(Roll, Tap)).unwrap();
    assert_eq!(opened(&talk).unwrap().expected, ["account:000"]);
    talk.says(phone, answer(1)).unwrap();
    assert_eq!([viewers[0], phone].map(|who| standing(&talk, who)), [Some(Answered); 2]);
    assert_eq!(counts(&talk, host), Some((1, 1, Vec::new())));
}

#[test]
fn who_comes_later_sees_it_and_is_not_asked() {
    let (mut talk, host, _) = class(1);
    talk.says(host, open(Roll, Tap)).unwrap();
    let late = talk.join(viewer("晚到"));
    assert_eq!(standing(&talk, late), Some(NotAsked));
    assert_eq!(talk.refused(late, answer(1)), Refusal::NotAsked);
    assert_eq!(talk.refused(host, answer(1)), Refusal::NotAsked);
    let second = talk.join(super::host());
    assert_eq!(counts(&talk, second), Some((0, 1, vec!["000".into()])), "another host hears how it goes");
}

#[test]
fn a_reload_shows_whether_i_answered() {
    let (mut talk, host, viewers) = class(2);
    talk.says(host, open(Roll, Tap)).unwrap();
    talk.says(viewers[0], answer(1)).unwrap();
    for (who, name, stands) in [(viewers[0], "000", Answered), (viewers[1], "001", Asked)] {
        talk.lose(who);
        talk.resume(who, &viewer(name)).unwrap();
        assert_eq!(standing(&talk, who), Some(stands));
    }
    talk.says(viewers[1], ClientMessage::Leave).unwrap();
    let again = talk.join(viewer("001"));
    assert_eq!(standing(&talk, again), Some(Asked), "the person is asked, not the tab");
    talk.says(again, answer(1)).unwrap();
    assert_eq!(talk.facts().len(), 1);
}

#[test]
fn who_is_away_when_it_opens_is_not_asked() {
    let (mut talk, host, viewers) = class(2);
    talk.lose(viewers[1]);
    talk.says(host, open(Roll, Tap)).unwrap();
    assert_eq!(opened(&talk).unwrap().expected, ["account:000"]);
}

#[test]
fn one_check_in_is_open_at_a_time() {
    let (mut talk, host, viewers) = class(1);
    assert_eq!(talk.refused(viewers[0], open(Roll, Tap)), Refusal::NotTheHost);
    talk.says(host, open(Roll, Tap)).unwrap();
    assert_eq!(talk.refused(host, open(Call, Tap)), Refusal::CheckInOpen);
    talk.says(host, ClientMessage::CloseCheckIn { number: 1 }).unwrap();
    assert_eq!(closed(&talk), Some((CheckInCause::Host, 0, 1)));
    assert_eq!(told(&talk, viewers[0]), Some(None));
    assert_eq!(talk.refused(host, ClientMessage::CloseCheckIn { number: 1 }), Refusal::NoCheckIn);
    assert_eq!(talk.refused(viewers[0], answer(1)), Refusal::NoCheckIn);
    talk.says(host, open(Roll, Tap)).unwrap();
    let now = told(&talk, host).flatten().unwrap();
    assert_eq!((now.number, now.ordinal), (2, 2));
    talk.says(host, ClientMessage::CloseCheckIn { number: 2 }).unwrap();
    talk.says(host, open(StillHere, Tap)).unwrap();
    let now = told(&talk, host).flatten().unwrap();
    assert_eq!((now.number, now.ordinal), (3, 1), "counted apart from 签到");
}

#[test]
fn it_closes_by_itself_when_its_time_is_over() {
    let (mut talk, host, viewers) = class(2);
    talk.says(host, open(Roll, Tap)).unwrap();
    talk.says(viewers[1], answer(1)).unwrap();
    assert_eq!(talk.room.next_timeout(), Some(Moment(talk.now.0 + 59_000)));
    talk.wait(59);
    assert_eq!(talk.refused(viewers[0], answer(1)), Refusal::NoCheckIn, "too late, though nobody has closed it yet");
    talk.time_passes(0);
    talk.assert_ledger_first();
    assert_eq!(closed(&talk), Some((CheckInCause::Time, 1, 2)));
    assert_eq!(counts(&talk, host), Some((1, 2, vec!["000".into()])));
    assert_eq!(told(&talk, viewers[0]), Some(None));
}

#[test]
fn more_time_is_told_to_all() {
    let (mut talk, host, viewers) = class(1);
    talk.says(host, open(Roll, Tap)).unwrap();
    let closes = told(&talk, viewers[0]).flatten().unwrap().closes_ms;
    talk.says(host, ClientMessage::ExtendCheckIn { number: 1, seconds: 90 }).unwrap();
    assert_eq!(told(&talk, viewers[0]).flatten().unwrap().closes_ms, closes + 90_000);
    talk.time_passes(100);
    assert_eq!(closed(&talk), None);
    talk.says(viewers[0], answer(1)).unwrap();
    for seconds in [29, 601] {
        let more = ClientMessage::ExtendCheckIn { number: 1, seconds };
        assert_eq!(talk.refused(host, more), Refusal::Malformed);
    }
}

#[test]
fn only_the_right_code_answers_and_only_five_are_tried() {
    let (mut talk, host, viewers) = class(2);
    talk.says(host, open(Roll, Code)).unwrap();
    let right = code(&talk, host).unwrap();
    assert!(right.len() == 4 && right.bytes().all(|b| b.is_ascii_digit()), "{right}");
    let wrong = if right == "0000" { "0001" } else { "0000" };
    assert_eq!(talk.refused(viewers[0], answer(1)), Refusal::WrongCode);
    for _ in 0..4 {
        assert_eq!(talk.refused(viewers[0], with_code(1, wrong)), Refusal::WrongCode);
    }
    assert_eq!(talk.refused(viewers[0], with_code(1, &right)), Refusal::TooManyCodes);
    talk.says(viewers[1], with_code(1, &format!(" {right}"))).unwrap();
    assert!(matches!(talk.facts()[..], [PresenceFact::CheckInAnswered { how: AnswerHow::Code, .. }]));
    talk.says(host, ClientMessage::AnswerFor { number: 1, participant: viewers[0] }).unwrap();
    let fact = PresenceFact::CheckInAnswered {
        number: 1,
        person: "account:000".into(),
        participant: None,
        how: AnswerHow::Host,
        by: Some("account-陈老师".into()),
    };
    assert_eq!(talk.facts(), [&fact]);
    assert_eq!(standing(&talk, viewers[0]), Some(Answered), "the person sees that the host did it");
}

#[test]
fn a_scan_answers_where_a_tap_does_not() {
    let (mut talk, host, viewers) = class(1);
    talk.says(host, open(Roll, Qr)).unwrap();
    assert_eq!(code(&talk, host), None);
    assert_eq!(talk.refused(viewers[0], answer(1)), Refusal::WrongCode);
    talk.effects = talk.room.answer_of(talk.now, "account:000", 1, Given::Scanned).unwrap();
    talk.assert_ledger_first();
    assert!(matches!(talk.facts()[..], [PresenceFact::CheckInAnswered { how: AnswerHow::Qr, participant: None, .. }]));
    assert_eq!(standing(&talk, viewers[0]), Some(Answered), "the desk hears of the phone");
    let stranger = talk.room.answer_of(talk.now, "account:无人", 1, Given::Scanned);
    assert_eq!(stranger, Err(Refusal::NotAsked));
}

#[test]
fn a_host_answers_also_for_one_who_has_left() {
    let (mut talk, host, viewers) = class(1);
    talk.says(host, open(Roll, Tap)).unwrap();
    talk.says(viewers[0], ClientMessage::Leave).unwrap();
    talk.says(host, ClientMessage::AnswerFor { number: 1, participant: viewers[0] }).unwrap();
    assert_eq!(talk.facts().len(), 1);
    let unknown = ClientMessage::AnswerFor { number: 1, participant: ParticipantId(77) };
    assert_eq!(talk.refused(host, unknown), Refusal::NoSuchParticipant);
    assert_eq!(talk.refused(host, ClientMessage::AnswerFor { number: 1, participant: host }), Refusal::NotAsked);
}

#[test]
fn nobody_is_called_twice_before_everybody_had_a_turn() {
    let (mut talk, host, viewers) = class(7);
    let mut turns: BTreeMap<String, u32> = BTreeMap::new();
    let mut number = 0;
    for round in 1..=4_u32 {
        // Seven calls of three are three rounds of seven.
        for _ in 0..7 {
            number += 1;
            talk.says(host, call(3)).unwrap();
            let fact = opened(&talk).unwrap();
            assert_eq!((fact.expected.len(), fact.candidates), (3, Some(7)));
            let different: BTreeSet<&String> = fact.expected.iter().collect();
            assert_eq!(different.len(), 3, "nobody twice in one call");
            let drawn = told(&talk, viewers[0]).flatten().unwrap().drawn;
            let names: Vec<String> = drawn.iter().map(|one| format!("account:{}", one.name)).collect();
            assert_eq!(names, fact.expected, "everybody sees who was drawn, in their order");
            for key in fact.expected {
                *turns.entry(key).or_default() += 1;
                let most = turns.values().max().unwrap();
                let least = if turns.len() == 7 { *turns.values().min().unwrap() } else { 0 };
                assert!(most - least <= 1, "{turns:?}");
            }
            talk.says(host, ClientMessage::CloseCheckIn { number }).unwrap();
        }
        assert!(turns.values().all(|&n| n == 3 * round), "{turns:?}");
    }
}

#[test]
fn everybody_is_drawn_first_equally_often() {
    let mut first: BTreeMap<String, u32> = BTreeMap::new();
    let opening = |seed| {
        let session = SessionView {
            id: "s".into(),
            title: "分数".into(),
            started_ms: 0,
            spotlight: None,
            recording: Default::default(),
        };
        Opening { session, limits: RoomLimits::default(), seed }
    };
    for seed in 0..3000 {
        let (room, _) = Room::open(Moment(0), opening(seed));
        let mut talk = Talk { room, ..Talk::new() };
        let host = talk.join(host());
        for n in 0..6 {
            talk.join(viewer(&n.to_string()));
        }
        talk.says(host, call(1)).unwrap();
        *first.entry(opened(&talk).unwrap().expected.remove(0)).or_default() += 1;
    }
    // Each 500 times; the deviation is 20.
    assert!(first.len() == 6 && first.values().all(|n| (400..600).contains(n)), "{first:?}");
}

#[test]
fn a_call_of_more_than_are_here_draws_all() {
    let (mut talk, host, _) = class(2);
    talk.says(host, call(20)).unwrap();
    assert_eq!(opened(&talk).unwrap().expected.len(), 2);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let (mut talk, host, _) = class(1);
    let bad = [
        OpenCheckIn { seconds: 29, ..wish(Roll, Tap) },
        OpenCheckIn { seconds: 601, ..wish(Roll, Tap) },
        OpenCheckIn { count: 0, ..wish(Call, Tap) },
        OpenCheckIn { count: 21, ..wish(Call, Tap) },
        wish(Call, Code),
        wish(StillHere, Qr),
    ];
    for wish in bad {
        assert_eq!(talk.refused(host, ClientMessage::OpenCheckIn(wish)), Refusal::Malformed);
    }
    let elsewhere = OpenCheckIn { place: Some("classroom:1".into()), ..wish(Roll, Tap) };
    assert_eq!(talk.refused(host, ClientMessage::OpenCheckIn(elsewhere)), Refusal::NobodyToAsk);
    let mut alone = Talk::new();
    let host = alone.join(super::host());
    assert_eq!(alone.refused(host, open(Roll, Tap)), Refusal::NobodyToAsk);
}

#[test]
fn a_reminder_goes_to_those_who_have_not_answered() {
    let (mut talk, host, viewers) = class(2);
    talk.says(host, open(Roll, Tap)).unwrap();
    talk.says(viewers[0], answer(1)).unwrap();
    talk.says(host, ClientMessage::RemindCheckIn { number: 1 }).unwrap();
    let reminder = [&ServerMessage::CheckInReminder { number: 1 }];
    assert_eq!(talk.sent_to(viewers[1]), reminder);
    assert!(talk.sent_to(viewers[0]).is_empty());
    assert_eq!(talk.refused(host, ClientMessage::RemindCheckIn { number: 1 }), Refusal::TooFast);
    talk.wait(10);
    talk.says(host, ClientMessage::RemindCheckIn { number: 1 }).unwrap();
}

#[test]
fn prompts_come_at_times_that_nobody_can_foresee() {
    let (mut talk, host, viewers) = class(1);
    let set = |every_minutes| ClientMessage::Prompts { every_minutes };
    assert_eq!(talk.refused(viewers[0], set(Some(10))), Refusal::NotTheHost);
    assert_eq!(talk.refused(host, set(Some(0))), Refusal::Malformed);
    talk.says(host, set(Some(10))).unwrap();
    assert!(talk.sent_to(host).contains(&&ServerMessage::Prompts { every_minutes: Some(10) }));
    let mut waits = Vec::new();
    let mut before = talk.now;
    while waits.len() < 40 {
        talk.now = talk.room.next_timeout().expect("is due");
        talk.time_passes(0);
        if let Some(fact) = opened(&talk) {
            assert_eq!((fact.purpose, fact.method, fact.seconds), (StillHere, Tap, 120));
            waits.push(talk.now.since(before).as_secs());
            before = talk.now;
            talk.says(viewers[0], answer(fact.number)).unwrap();
        }
    }
    assert!(waits.iter().all(|wait| (300..=900).contains(wait)), "{waits:?}");
    assert!(waits.iter().any(|&wait| wait < 450) && waits.iter().any(|&wait| wait > 750), "{waits:?}");
    let second = talk.join(super::host());
    assert!(talk.sent_to(second).contains(&&ServerMessage::Prompts { every_minutes: Some(10) }));
    talk.time_passes(120);
    talk.says(host, set(None)).unwrap();
    talk.time_passes(3600);
    assert_eq!(opened(&talk), None);
}

#[test]
fn a_prompt_does_not_come_into_another_check_in() {
    let (mut talk, host, _) = class(1);
    talk.says(host, ClientMessage::Prompts { every_minutes: Some(1) }).unwrap();
    talk.says(host, ClientMessage::OpenCheckIn(OpenCheckIn { seconds: 600, ..wish(Roll, Tap) })).unwrap();
    for _ in 0..590 {
        talk.time_passes(1);
        assert_eq!((opened(&talk), closed(&talk)), (None, None));
    }
    assert!(talk.room.next_timeout().is_some_and(|due| due > talk.now), "and its time goes on");
}

#[test]
fn a_thousand_answers_at_once_are_told_to_hosts_twice_a_second() {
    let mut talk = Talk::with_capacity(2000);
    let host = talk.join(host());
    let viewers: Vec<ParticipantId> = (0..1000).map(|n| talk.join(viewer(&format!("{n:04}")))).collect();
    talk.says(host, open(Roll, Tap)).unwrap();
    let (mut effects, mut to_host) = (0, 0);
    for &viewer in &viewers {
        talk.says_at_once(viewer, answer(1)).unwrap();
        talk.now = talk.now.plus(Duration::from_millis(1));
        effects += talk.effects.len();
        to_host += talk.sent_to(host).len();
    }
    assert!(to_host <= 2, "{to_host} in a second");
    assert!(effects <= 3 * 1000 + to_host, "{effects}: a fact, an ok and the own view each");
    let due = talk.room.next_timeout().expect("the last ones are told yet");
    assert!(due.since(talk.now) <= Duration::from_millis(500));
    talk.now = due;
    talk.time_passes(0);
    assert_eq!(counts(&talk, host), Some((1000, 1000, Vec::new())));
}

#[test]
fn of_many_who_are_missing_fifty_are_named() {
    let (mut talk, host, _) = class(80);
    talk.says(host, open(Roll, Tap)).unwrap();
    let (_, expected, missing) = counts(&talk, host).unwrap();
    assert_eq!((expected, missing.len()), (80, 50));
}

#[test]
fn the_end_and_the_stop_of_the_server_close_it_in_the_ledger() {
    let (mut talk, host, _) = class(1);
    talk.says(host, open(Roll, Tap)).unwrap();
    let mut stopped = talk.room.clone();
    talk.says(host, ClientMessage::End).unwrap();
    talk.assert_ledger_first();
    assert_eq!(closed(&talk), Some((CheckInCause::SessionEnded, 0, 1)));
    talk.effects = stopped.stop();
    assert_eq!(closed(&talk), Some((CheckInCause::ServerStopped, 0, 1)));
    assert_eq!(stopped.next_timeout(), None);
}

#[test]
fn a_session_that_goes_on_numbers_on_and_remembers_who_was_called() {
    let (mut talk, host, _) = class(3);
    let mut check_ins = PastCheckIns::default();
    let mut first = BTreeSet::new();
    for number in 1..=2 {
        talk.says(host, call(1)).unwrap();
        let fact = opened(&talk).unwrap();
        check_ins.opened(fact.number, fact.purpose, fact.expected.iter().map(String::as_str));
        first.extend(fact.expected);
        talk.says(host, ClientMessage::CloseCheckIn { number }).unwrap();
    }
    assert_eq!(check_ins, talk.room.check_ins.past, "from the lines it is the same as in the Room");
    let opening = Opening { session: talk.room.session().clone(), limits: RoomLimits::default(), seed: 8 };
    let before = Before { last_participant: ParticipantId(9), check_ins, ..Before::default() };
    let mut talk = Talk { room: Room::continued(talk.now, opening, before), ..talk };
    let host = talk.join(super::host());
    for n in 0..3 {
        talk.join(viewer(&format!("{n:03}")));
    }
    talk.says(host, call(1)).unwrap();
    let fact = opened(&talk).unwrap();
    assert_eq!(fact.number, 3);
    assert!(!first.contains(&fact.expected[0]), "the third has the third turn");
    assert_eq!(told(&talk, host).flatten().unwrap().ordinal, 3);
}

#[test]
fn a_number_that_may_have_been_written_is_not_given_again() {
    let (mut talk, host, _) = class(1);
    let mut before = talk.room.clone();
    talk.says(host, open(Roll, Tap)).unwrap();
    before.skip_numbers_of(&talk.room);
    talk.room = before;
    talk.says(host, open(Roll, Tap)).unwrap();
    let now = told(&talk, host).flatten().unwrap();
    assert_eq!((now.number, now.ordinal), (2, 1));
}
