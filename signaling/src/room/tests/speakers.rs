//! Who is heard, and who is told to speak.

use super::*;

/// A Room of so many presenters with open microphones and one who listens.
fn table(speakers: usize) -> (Talk, Vec<(ParticipantId, PublicationId)>, ParticipantId) {
    let mut talk = Talk::new();
    let seats = (0..speakers)
        .map(|n| {
            let id = talk.join(person(&format!("老师{n}"), SessionRole::Presenter));
            talk.negotiated(id, 1);
            (id, talk.publishes(id, Source::Microphone))
        })
        .collect();
    let listener = talk.join(viewer("王芳"));
    talk.negotiated(listener, 1);
    (talk, seats, listener)
}

impl Talk {
    /// For so long these microphones are as loud as said, told every 200 ms. What happened is kept together.
    fn sounds(&mut self, ms: u64, levels: &[(PublicationId, u8)]) {
        let until = self.now.plus(Duration::from_millis(ms));
        let mut effects = Vec::new();
        while self.now < until {
            for &(publication, level) in levels {
                effects.extend(self.room.media_loudness(self.now, publication, level));
            }
            self.now = self.now.plus(Duration::from_millis(200));
            effects.extend(self.room.handle_timeout(self.now));
        }
        self.effects = effects;
    }

    fn hears(&self, who: ParticipantId) -> BTreeSet<PublicationId> {
        self.shown(who).into_values().collect()
    }

    fn speakers_told(&self) -> Vec<Vec<ParticipantId>> {
        let told = self.broadcasts().into_iter().filter_map(|message| match message {
            ServerMessage::Speakers { speakers } => Some(speakers.clone()),
            _ => None,
        });
        told.collect()
    }
}

fn set<const N: usize>(all: &[(ParticipantId, PublicationId)], of: [usize; N]) -> BTreeSet<PublicationId> {
    of.into_iter().map(|n| all[n].1).collect()
}

#[test]
fn with_three_microphones_nothing_ever_moves() {
    let (mut talk, all, listener) = table(3);
    let before = talk.shown(listener);
    for n in [2, 0, 1, 2] {
        talk.sounds(5_000, &[(all[n].1, 20)]);
        assert!(talk.media().is_empty() && talk.slots_told(listener).is_none());
    }
    assert_eq!(talk.shown(listener), before);
}

#[test]
fn who_speaks_takes_the_slot_of_one_who_is_silent_at_once() {
    let (mut talk, all, listener) = table(6);
    assert_eq!(talk.hears(listener), set(&all, [0, 1, 2]));
    talk.sounds(3_000, &[(all[0].1, 30), (all[1].1, 30)]);
    talk.sounds(200, &[(all[0].1, 30), (all[1].1, 30), (all[5].1, 40)]);
    assert_eq!(talk.hears(listener), set(&all, [0, 1, 5]));
    let slots = talk.slots_told(listener).expect("told");
    assert_eq!(slots.iter().filter(|s| s.participant == Some(all[5].0)).count(), 1);
    // Those who sit hear three others.
    assert_eq!(talk.hears(all[5].0).len(), 3);
    assert!(!talk.hears(all[5].0).contains(&all[5].1));
    assert!(talk.hears(all[0].0).is_superset(&set(&all, [1, 5])));
    talk.sounds(30_000, &[(all[5].1, 127)]);
    assert_eq!(talk.hears(listener), set(&all, [0, 1, 5]), "silence alone moves nothing");
}

#[test]
fn a_slot_is_kept_until_its_speaker_is_clearly_beaten_for_a_while() {
    let (mut talk, all, listener) = table(4);
    let debate = |fourth| [(all[0].1, 30), (all[1].1, 32), (all[2].1, 34), (all[3].1, fourth)];
    talk.sounds(4_000, &debate(127));
    talk.sounds(10_000, &debate(30));
    assert_eq!(talk.hears(listener), set(&all, [0, 1, 2]), "a little louder is not enough");
    talk.sounds(800, &debate(20));
    talk.sounds(1_000, &debate(34));
    talk.sounds(800, &debate(20));
    assert_eq!(talk.hears(listener), set(&all, [0, 1, 2]), "a cough is not enough");
    talk.sounds(1_000, &debate(34));
    talk.sounds(1_400, &debate(20));
    assert_eq!(talk.hears(listener), set(&all, [0, 1, 3]), "the weakest gives way");
    talk.sounds(10_000, &debate(30));
    assert_eq!(talk.hears(listener), set(&all, [0, 1, 3]), "and does not come back by the same noise");
}

#[test]
fn a_pause_between_sentences_keeps_the_slot() {
    let (mut talk, all, listener) = table(4);
    let others = [(all[1].1, 30), (all[2].1, 30)];
    talk.sounds(2_000, &[(all[0].1, 30), others[0], others[1]]);
    talk.sounds(600, &[(all[0].1, 127), others[0], others[1], (all[3].1, 40)]);
    talk.sounds(1_000, &[(all[0].1, 30), others[0], others[1], (all[3].1, 40)]);
    assert_eq!(talk.hears(listener), set(&all, [0, 1, 2]));
}

#[test]
fn screen_audio_keeps_its_place_whoever_speaks() {
    let (mut talk, all, listener) = table(5);
    let lesson = talk.publishes(all[0].0, Source::ScreenAudio);
    assert!(talk.hears(listener).contains(&lesson));
    talk.sounds(4_000, &[(all[3].1, 10), (all[4].1, 10), (all[2].1, 10)]);
    assert!(talk.hears(listener).contains(&lesson));
    assert_eq!(talk.hears(listener).len(), 3);
}

#[test]
fn a_muted_speaker_gives_up_its_seat_and_is_heard_no_more() {
    let (mut talk, all, listener) = table(5);
    talk.sounds(2_000, &[(all[0].1, 30)]);
    talk.says(all[0].0, ClientMessage::Mute { source: Source::Microphone, muted: true }).unwrap();
    assert_eq!(talk.hears(listener), set(&all, [1, 2, 3]));
    assert!(talk.room.media_loudness(talk.now, all[0].1, 10).is_empty(), "a muted microphone says nothing");
    talk.wait(2);
    talk.effects = talk.room.handle_timeout(talk.now);
    assert_eq!(talk.speakers_told(), [Vec::new()]);
}

#[test]
fn speakers_are_told_when_they_begin_and_stop() {
    let (mut talk, all, _) = table(2);
    talk.sounds(3_000, &[(all[1].1, 35)]);
    assert_eq!(talk.speakers_told(), [vec![all[1].0]]);
    talk.sounds(3_000, &[(all[1].1, 52)]);
    assert!(talk.speakers_told().is_empty(), "who speaks may speak softly");
    talk.sounds(3_000, &[(all[1].1, 70)]);
    assert_eq!(talk.speakers_told(), [Vec::new()]);
    talk.sounds(3_000, &[(all[1].1, 52)]);
    assert!(talk.speakers_told().is_empty(), "a whisper of the room is no speech");
    assert_eq!(talk.room.next_timeout(), None, "nothing is due in a silent Room");
}

#[test]
fn the_loudest_is_told_first_and_the_list_does_not_flicker() {
    let (mut talk, all, _) = table(5);
    let level = |n: usize, level| (all[n].1, level);
    talk.sounds(3_000, &[level(0, 30), level(1, 36), level(2, 28), level(3, 45), level(4, 45)]);
    assert_eq!(talk.speakers_told().last(), Some(&vec![all[0].0, all[2].0, all[1].0]), "{:?}", talk.speakers_told());
    talk.sounds(10_000, &[level(0, 31), level(1, 32), level(2, 30)]);
    assert!(talk.speakers_told().is_empty(), "about as loud keeps its place");
    talk.sounds(1_000, &[level(0, 40), level(1, 20), level(2, 30)]);
    assert_eq!(talk.speakers_told().last(), Some(&vec![all[1].0, all[2].0, all[0].0]));
    let mut told = 0;
    for second in 0..20 {
        let loud = |n| if second % 2 == n { 20 } else { 45 };
        talk.sounds(200, &[level(0, loud(0)), level(1, loud(1))]);
        told += talk.speakers_told().len();
    }
    assert!(told <= 9, "at most twice a second: {told}");
}

#[test]
fn a_lost_silence_is_noticed_by_itself() {
    let (mut talk, all, _) = table(2);
    talk.sounds(1_000, &[(all[0].1, 30)]);
    let due = talk.room.next_timeout().expect("speech that is not heard again ends");
    assert!(due.since(talk.now) <= Duration::from_millis(1200));
    talk.effects = talk.room.handle_timeout(due);
    assert_eq!(talk.speakers_told(), [Vec::new()]);
}

#[test]
fn a_speaker_in_a_room_of_five_hundred_moves_one_slot_of_each() {
    let mut talk = Talk::with_capacity(600);
    let speakers: Vec<PublicationId> = (0..5)
        .map(|n| {
            let id = talk.join(person(&format!("老师{n}"), SessionRole::Presenter));
            talk.negotiated(id, 1);
            talk.publishes(id, Source::Microphone)
        })
        .collect();
    for n in 0..500 {
        let id = talk.join(viewer(&format!("学校{n}")));
        talk.negotiated(id, 2);
    }
    talk.sounds(3_000, &[(speakers[0], 30), (speakers[1], 30)]);
    talk.sounds(200, &[(speakers[4], 30)]);
    let assigned = talk.media().len();
    assert!((500..=505).contains(&assigned), "one order for each receiver: {assigned}");
    let told = talk.effects.iter().filter(|e| matches!(e, Effect::Send { .. })).count();
    assert!(told <= 505, "{told}");
}
