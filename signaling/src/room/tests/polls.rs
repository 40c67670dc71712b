//! 投票, from all sides.

use super::*;
use crate::effect::{CaptureEffect, PollFact, PollOpened};
use crate::protocol::poll::{OpenPoll, Poll, PollCounts, PollResult};

/// What is kept outside of the Room, as the facts say.
#[derive(Debug, Default)]
pub(super) struct Kept {
    rows: BTreeMap<u32, Row>,
}

#[derive(Debug, Clone)]
struct Row {
    card: PollOpened,
    answers: BTreeMap<String, Vec<u8>>,
    result: Option<(Moment, PollCounts)>,
    shown: bool,
}

impl Kept {
    pub(super) fn note(&mut self, effects: &[Effect]) {
        for effect in effects {
            let Effect::Poll(fact) = effect else { continue };
            match fact {
                PollFact::Opened(card) => {
                    let row = Row { card: card.clone(), answers: BTreeMap::new(), result: None, shown: true };
                    self.rows.insert(card.number, row);
                }
                PollFact::Answered { number, person, choices } => {
                    let answers = &mut self.rows.get_mut(number).expect("was opened").answers;
                    answers.remove(person);
                    if !choices.is_empty() {
                        answers.insert(person.clone(), choices.clone());
                    }
                }
                PollFact::Closed { number, closed, counts } => {
                    let row = self.rows.get_mut(number).expect("was opened");
                    (row.result, row.shown) = (Some((*closed, counts.clone())), true);
                    row.answers.clear();
                }
                PollFact::PutAway { number } => self.rows.get_mut(number).expect("was opened").shown = false,
                PollFact::Withdrawn { number } => drop(self.rows.remove(number)),
            }
        }
    }

    /// As they are told to a Room that goes on.
    pub(super) fn polls(&self) -> PastPolls {
        let last = self.rows.last_key_value();
        let current = last.filter(|(_, row)| row.shown).map(|(_, row)| PastPoll {
            card: row.card.clone(),
            answers: row.answers.clone(),
            result: row.result.clone(),
        });
        PastPolls { last: last.map_or(0, |(number, _)| *number), count: self.rows.len() as u32, current }
    }
}

fn wish(question: &str, options: &[&str]) -> OpenPoll {
    OpenPoll { question: question.into(), options: options.iter().map(|one| (*one).into()).collect(), several: false }
}

fn open(options: &[&str]) -> ClientMessage {
    ClientMessage::OpenPoll(wish("这节课的导入怎么样？", options))
}

fn several(options: &[&str]) -> ClientMessage {
    ClientMessage::OpenPoll(OpenPoll { several: true, ..wish("哪些环节可以用到自己的课上？", options) })
}

fn choose(number: u32, choices: &[u8]) -> ClientMessage {
    ClientMessage::AnswerPoll { number, choices: choices.into() }
}

fn close(number: u32) -> ClientMessage {
    ClientMessage::ClosePoll { number }
}

/// What the last effects told everybody; the outer `None`: nothing.
fn told(talk: &Talk) -> Option<Option<Poll>> {
    talk.broadcasts().into_iter().rev().find_map(|message| match message {
        ServerMessage::Poll { poll } => Some(poll.clone()),
        _ => None,
    })
}

fn told_to(talk: &Talk, who: ParticipantId) -> Option<Poll> {
    talk.sent_to(who).into_iter().rev().find_map(|message| match message {
        ServerMessage::Poll { poll } => poll.clone(),
        _ => None,
    })
}

fn answered(talk: &Talk, who: ParticipantId) -> Option<Vec<u8>> {
    talk.sent_to(who).into_iter().rev().find_map(|message| match message {
        ServerMessage::PollAnswered { choices, .. } => Some(choices.clone()),
        _ => None,
    })
}

fn counts(talk: &Talk, who: ParticipantId) -> Option<PollCounts> {
    talk.sent_to(who).into_iter().rev().find_map(|message| match message {
        ServerMessage::PollCounts { counts, .. } => Some(counts.clone()),
        _ => None,
    })
}

fn came_to(votes: &[u32], answered: u32, present: u32) -> PollCounts {
    PollCounts { votes: votes.into(), answered, present }
}

fn facts(talk: &Talk) -> Vec<PollFact> {
    let facts = talk.effects.iter().filter_map(|effect| match effect {
        Effect::Poll(fact) => Some(fact.clone()),
        _ => None,
    });
    facts.collect()
}

/// A host and so many viewers.
fn class(viewers: usize) -> (Talk, ParticipantId, Vec<ParticipantId>) {
    let mut talk = Talk::new();
    let host = talk.join(host());
    let viewers = (0..viewers).map(|n| talk.join(viewer(&format!("{n:03}")))).collect();
    (talk, host, viewers)
}

#[test]
fn a_poll_is_kept_before_anybody_sees_it_and_is_the_same_for_all() {
    let (mut talk, host, viewers) = class(2);
    let message = ClientMessage::OpenPoll(wish("  这节课的导入\n怎么样？ ", &[" 很好 ", "还可以"]));
    talk.says(host, message).unwrap();
    talk.assert_ledger_first();
    let [PollFact::Opened(card)] = &facts(&talk)[..] else { panic!("{:?}", talk.effects) };
    assert_eq!((card.number, card.question.as_str()), (1, "这节课的导入 怎么样？"));
    assert_eq!(card.options, ["很好", "还可以"]);
    let poll = told(&talk).flatten().expect("everybody is told");
    assert_eq!((poll.number, poll.options.len(), poll.result), (1, 2, None));
    assert_eq!(counts(&talk, host), Some(came_to(&[0, 0], 0, 2)));
    assert_eq!(counts(&talk, viewers[0]), None, "the counts are the host's");
    assert!(matches!(talk.sent_to(host)[0], ServerMessage::Ok { .. }), "the answer comes first");
}

#[test]
fn a_person_counts_once_on_two_devices_and_may_choose_otherwise() {
    let (mut talk, host, viewers) = class(2);
    let phone = talk.join(viewer("000"));
    talk.says(host, open(&["很好", "还可以", "再想想"])).unwrap();
    talk.says(viewers[0], choose(1, &[0])).unwrap();
    talk.assert_ledger_first();
    let fact = PollFact::Answered { number: 1, person: "account:000".into(), choices: vec![0] };
    assert_eq!(facts(&talk), [fact]);
    assert_eq!([viewers[0], phone].map(|who| answered(&talk, who)), [Some(vec![0]), Some(vec![0])]);
    assert_eq!(answered(&talk, viewers[1]), None, "nobody else hears of it");
    assert_eq!(counts(&talk, host), Some(came_to(&[1, 0, 0], 1, 2)));
    talk.says(phone, choose(1, &[2])).unwrap();
    assert_eq!(counts(&talk, host), Some(came_to(&[0, 0, 1], 1, 2)));
    talk.says(phone, choose(1, &[2])).unwrap();
    assert!(facts(&talk).is_empty(), "choosing the same again is done already");
    talk.says(host, close(1)).unwrap();
    let counts = came_to(&[0, 0, 1], 1, 2);
    assert_eq!(told(&talk).flatten().unwrap().result, Some(PollResult { closed_ms: talk.now.0, counts }));
}

#[test]
fn only_where_several_may_be_chosen_are_several_taken() {
    let (mut talk, host, viewers) = class(1);
    talk.says(host, open(&["很好", "还可以"])).unwrap();
    for bad in [&[0, 1][..], &[], &[2], &[7], &[9], &[255]] {
        assert_eq!(talk.refused(viewers[0], choose(1, bad)), Refusal::PollChoice, "{bad:?}");
    }
    talk.says(host, close(1)).unwrap();
    talk.says(host, several(&["导入", "提问", "板书"])).unwrap();
    talk.says(viewers[0], choose(2, &[2, 0, 2])).unwrap();
    assert_eq!(answered(&talk, viewers[0]), Some(vec![0, 2]));
    assert_eq!(counts(&talk, host), Some(came_to(&[1, 0, 1], 1, 1)));
    assert_eq!(talk.refused(viewers[0], choose(2, &[0, 3])), Refusal::PollChoice);
}

#[test]
fn hosts_and_machines_ask_and_do_not_answer() {
    let (mut talk, host, viewers) = class(1);
    let classroom = Identity { kind: ParticipantKind::Classroom, key: "classroom:1".into(), ..viewer("大教室") };
    let classroom = talk.join(classroom);
    talk.says(host, open(&["是", "否"])).unwrap();
    assert_eq!(talk.refused(host, choose(1, &[0])), Refusal::NotAVoter);
    assert_eq!(talk.refused(classroom, choose(1, &[0])), Refusal::NotAVoter);
    let guest =
        Identity {
            kind: ParticipantKind::Guest, account: None, key: "guest:王芳@石桥小学".into(), ..viewer("王芳")
        };
    let guest = talk.join(guest);
    talk.says(guest, choose(1, &[1])).unwrap();
    assert_eq!(counts(&talk, host), Some(came_to(&[0, 1], 1, 2)), "a guest is a person like others");
    for (who, message) in
        [(viewers[0], open(&["是", "否"])), (viewers[0], close(1)), (guest, ClientMessage::PutAwayPoll { number: 1 })]
    {
        assert_eq!(talk.refused(who, message), Refusal::NotTheHost);
    }
}

#[test]
fn who_is_seated_in_a_classroom_answers_from_the_phone() {
    let (mut talk, host, _) = class(1);
    talk.join(seats::classroom("1"));
    talk.room.seat(talk.now, seats::taking("classroom:1", "王芳")).unwrap();
    talk.says(host, open(&["是", "否"])).unwrap();
    assert_eq!(counts(&talk, host), Some(came_to(&[0, 0], 0, 2)));
    talk.wait(1);
    talk.effects = talk.room.choose_of(talk.now, "account:王芳", 1, &[1]).unwrap();
    assert_eq!(counts(&talk, host), Some(came_to(&[0, 1], 1, 2)));
    assert_eq!(talk.room.choices_of("account:王芳"), Some(vec![1]));
    assert_eq!(talk.room.choose_of(talk.now, "account:王芳", 2, &[1]).unwrap_err(), Refusal::NoPoll);
}

#[test]
fn who_comes_late_or_back_sees_the_poll_the_own_answer_and_the_last_result() {
    let (mut talk, host_id, viewers) = class(1);
    talk.says(host_id, open(&["是", "否"])).unwrap();
    talk.says(viewers[0], choose(1, &[1])).unwrap();
    let late = talk.join(viewer("late"));
    assert!(told_to(&talk, late).is_some_and(|poll| poll.number == 1 && poll.result.is_none()));
    assert_eq!((answered(&talk, late), counts(&talk, late)), (None, None));
    talk.lose(viewers[0]);
    talk.resume(viewers[0], &viewer("000")).unwrap();
    assert_eq!(answered(&talk, viewers[0]), Some(vec![1]));
    let other_host = talk.join(host());
    assert_eq!(counts(&talk, other_host), Some(came_to(&[0, 1], 1, 2)));
    talk.says(host_id, close(1)).unwrap();
    let later = talk.join(viewer("later"));
    let result = told_to(&talk, later).and_then(|poll| poll.result).expect("the last result");
    assert_eq!(result.counts, came_to(&[0, 1], 1, 2));
    assert_eq!(talk.refused(later, choose(1, &[0])), Refusal::NoPoll, "too late");
    talk.says(host_id, ClientMessage::PutAwayPoll { number: 1 }).unwrap();
    assert_eq!(told(&talk), Some(None));
    assert_eq!(facts(&talk), [PollFact::PutAway { number: 1 }]);
    let last = talk.join(viewer("last"));
    assert_eq!(told_to(&talk, last), None);
    talk.says(host_id, ClientMessage::PutAwayPoll { number: 1 }).unwrap();
    assert!(facts(&talk).is_empty() && told(&talk).is_none(), "it is put away already");
}

#[test]
fn who_chose_what_is_forgotten_when_the_poll_is_closed() {
    let (mut talk, host, viewers) = class(2);
    talk.says(host, open(&["是", "否"])).unwrap();
    talk.says(viewers[0], choose(1, &[1])).unwrap();
    talk.says(viewers[1], ClientMessage::Leave).unwrap();
    talk.says(host, close(1)).unwrap();
    assert_eq!(talk.room.choices_of("account:000"), None);
    let text = format!("{:?}", talk.room.polls);
    assert!(!text.contains("account:"), "{text}");
    let [PollFact::Closed { counts, .. }] = &facts(&talk)[..] else { panic!("{:?}", talk.effects) };
    assert_eq!(*counts, came_to(&[0, 1], 1, 1), "who has left without an answer is not counted");
}

#[test]
fn who_answered_and_left_still_counts() {
    let (mut talk, host, viewers) = class(2);
    talk.says(host, open(&["是", "否"])).unwrap();
    talk.says(viewers[0], choose(1, &[1])).unwrap();
    talk.says(viewers[0], ClientMessage::Leave).unwrap();
    talk.says(host, close(1)).unwrap();
    let counts = told(&talk).flatten().unwrap().result.unwrap().counts;
    assert_eq!(counts, came_to(&[0, 1], 1, 2));
}

#[test]
fn one_is_open_at_a_time_and_the_next_takes_the_place_of_the_last_result() {
    let (mut talk, host, _) = class(1);
    talk.says(host, open(&["是", "否"])).unwrap();
    assert_eq!(talk.refused(host, open(&["甲", "乙"])), Refusal::PollOpen);
    assert_eq!(talk.refused(host, ClientMessage::PutAwayPoll { number: 1 }), Refusal::PollOpen);
    assert_eq!(talk.refused(host, close(2)), Refusal::NoPoll);
    talk.says(host, close(1)).unwrap();
    assert_eq!(talk.refused(host, close(1)), Refusal::NoPoll);
    talk.says(host, open(&["甲", "乙"])).unwrap();
    assert_eq!(told(&talk).flatten().map(|poll| poll.number), Some(2));
}

#[test]
fn thirty_polls_are_enough_for_one_session() {
    let (mut talk, host, _) = class(1);
    for number in 1..=30 {
        talk.says(host, open(&["是", "否"])).unwrap();
        talk.says(host, close(number)).unwrap();
    }
    assert_eq!(talk.refused(host, open(&["是", "否"])), Refusal::TooManyPolls);
}

#[test]
fn a_question_and_its_options_have_their_lengths_and_differ() {
    let (mut talk, host, _) = class(1);
    let ask = |question: &str, options: &[&str]| ClientMessage::OpenPoll(wish(question, options));
    let (long, longest) = ("问".repeat(121), "问".repeat(120));
    let (long_option, longest_option) = ("选".repeat(41), "选".repeat(40));
    let seven: Vec<String> = (0..7).map(|n| n.to_string()).collect();
    let seven: Vec<&str> = seven.iter().map(String::as_str).collect();
    let bad = [
        (ask(" \n", &["是", "否"]), Refusal::PollQuestion),
        (ask(&long, &["是", "否"]), Refusal::PollQuestion),
        (ask("问", &["是"]), Refusal::PollOptions),
        (ask("问", &seven), Refusal::PollOptions),
        (ask("问", &["是", " \u{202E}"]), Refusal::PollOptions),
        (ask("问", &["是", &long_option]), Refusal::PollOptions),
        (ask("问", &["是", " 是"]), Refusal::PollOptionTwice),
    ];
    for (message, refusal) in bad {
        assert_eq!(talk.refused(host, message), refusal);
    }
    talk.says(host, ask(&longest, &[&longest_option, "否"])).unwrap();
}

#[test]
fn hosts_hear_the_counts_at_most_twice_a_second() {
    let (mut talk, host, viewers) = class(40);
    talk.says(host, open(&["是", "否"])).unwrap();
    let mut heard = 0;
    for (n, &who) in viewers.iter().enumerate() {
        talk.now = talk.now.plus(Duration::from_millis(50));
        talk.says_at_once(who, choose(1, &[u8::from(n % 2 == 0)])).unwrap();
        heard += usize::from(counts(&talk, host).is_some());
        talk.effects = talk.room.handle_timeout(talk.now);
        heard += usize::from(counts(&talk, host).is_some());
    }
    assert!((3..=5).contains(&heard), "{heard} in two seconds");
    talk.says_at_once(viewers[0], choose(1, &[0])).unwrap();
    assert_eq!(counts(&talk, host), None, "too soon");
    let due = talk.room.polls.due().expect("the last ones are still to be told");
    assert!(talk.room.next_timeout() <= Some(due));
    talk.now = due;
    talk.effects = talk.room.handle_timeout(due);
    assert_eq!(counts(&talk, host), Some(came_to(&[21, 19], 40, 40)));
    assert_eq!(talk.room.polls.due(), None);
}

#[test]
fn nobody_changes_an_answer_as_fast_as_a_script() {
    let (mut talk, host, viewers) = class(1);
    talk.says(host, open(&["是", "否"])).unwrap();
    let taken = (0..20).filter(|n| talk.says_at_once(viewers[0], choose(1, &[n % 2])).is_ok()).count();
    assert_eq!(taken, 10);
}

#[test]
fn the_end_of_the_session_closes_the_open_poll() {
    let (mut talk, host, viewers) = class(2);
    talk.says(host, open(&["是", "否"])).unwrap();
    talk.says(viewers[0], choose(1, &[0])).unwrap();
    talk.says(host, ClientMessage::End).unwrap();
    talk.assert_ledger_first();
    let [PollFact::Closed { number: 1, counts, .. }] = &facts(&talk)[..] else { panic!("{:?}", talk.effects) };
    assert_eq!(*counts, came_to(&[1, 0], 1, 2));
}

#[test]
fn a_stopping_server_leaves_the_poll_open_and_it_goes_on_with_its_answers() {
    let (mut talk, host_id, viewers) = class(2);
    let mut kept = Kept::default();
    talk.says(host_id, open(&["是", "否"])).unwrap();
    kept.note(&talk.effects);
    talk.says(viewers[0], choose(1, &[1])).unwrap();
    kept.note(&talk.effects);
    talk.effects = talk.room.stop();
    assert!(facts(&talk).is_empty());
    let opening = Opening { session: talk.room.session().clone(), limits: RoomLimits::default(), seed: 2 };
    let before = Before { last_participant: ParticipantId(3), polls: kept.polls(), ..Before::default() };
    talk.room = Room::continued(talk.now, opening, before);
    let host_id = talk.join(host());
    assert_eq!(counts(&talk, host_id), Some(came_to(&[0, 1], 1, 1)));
    let back = talk.join(viewer("000"));
    assert_eq!(answered(&talk, back), Some(vec![1]), "the own answer is still there");
    talk.says(back, choose(1, &[0])).unwrap();
    talk.says(host_id, close(1)).unwrap();
    assert_eq!(told(&talk).flatten().unwrap().result.unwrap().counts, came_to(&[1, 0], 1, 1));
    talk.says(host_id, open(&["甲", "乙"])).unwrap();
    assert_eq!(told(&talk).flatten().map(|poll| poll.number), Some(2));
}

#[test]
fn what_may_have_been_written_is_said_otherwise() {
    use ClientMessage::PutAwayPoll;
    let ways: [&[(usize, ClientMessage)]; 7] = [
        &[(0, close(1))],
        &[(0, close(1)), (0, PutAwayPoll { number: 1 })],
        &[(0, close(1)), (0, open(&["甲", "乙"])), (1, choose(2, &[0]))],
        &[(1, choose(1, &[0]))],
        &[(2, choose(1, &[0]))],
        &[(0, close(1)), (0, open(&["甲", "乙"])), (0, close(2)), (0, PutAwayPoll { number: 2 })],
        &[],
    ];
    for way in ways {
        let (mut talk, host, viewers) = class(2);
        let who = [host, viewers[0], viewers[1]];
        let mut kept = Kept::default();
        talk.says(host, open(&["是", "否"])).unwrap();
        kept.note(&talk.effects);
        talk.says(viewers[0], choose(1, &[1])).unwrap();
        kept.note(&talk.effects);
        let before = talk.room.clone();
        for (n, message) in way {
            talk.says(who[*n], message.clone()).unwrap();
            kept.note(&talk.effects);
        }
        kept.note(&before.polls_instead_of(&talk.room));
        let now = kept.polls();
        assert_eq!(now.current, before.polls_kept().current, "{way:?}");
    }
}

#[test]
fn a_result_that_may_have_been_put_away_is_shown_again() {
    let (mut talk, host, _) = class(1);
    let mut kept = Kept::default();
    for message in [open(&["是", "否"]), close(1)] {
        talk.says(host, message).unwrap();
        kept.note(&talk.effects);
    }
    let before = talk.room.clone();
    for message in [ClientMessage::PutAwayPoll { number: 1 }, open(&["甲", "乙"])] {
        talk.says(host, message).unwrap();
        kept.note(&talk.effects);
    }
    kept.note(&before.polls_instead_of(&talk.room));
    assert_eq!(kept.polls(), before.polls_kept());
}

#[test]
fn a_poll_marks_the_recording_while_there_is_one() {
    let (mut talk, host, _) = class(1);
    talk.says(host, open(&["是", "否"])).unwrap();
    let marked =
        |talk: &Talk| talk.effects.iter().any(|one| matches!(one, Effect::Capture(CaptureEffect::Marker { .. })));
    assert!(!marked(&talk), "nothing is recorded");
    talk.says(host, close(1)).unwrap();
    talk.negotiated(host, 1);
    talk.says(host, ClientMessage::Record { on: true }).unwrap();
    talk.publishes(host, Source::Camera);
    talk.says(host, open(&["是", "否"])).unwrap();
    let text = "投票：这节课的导入怎么样？".to_owned();
    let marker = Effect::Capture(CaptureEffect::Marker { text, by: "陈老师".into() });
    assert!(talk.effects.contains(&marker), "{:?}", talk.effects);
}
