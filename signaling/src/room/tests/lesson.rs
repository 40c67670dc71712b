//! A lesson: twelve on camera, any number listening, pages of slots, pins and the spotlight.

use super::*;
use crate::protocol::LayerName;
use crate::protocol::client::{SlotTarget, SlotWish};

/// The host first; everybody sends camera and microphone and has so many video slots.
fn lesson(people: usize, video: usize) -> (Talk, Vec<ParticipantId>) {
    let mut talk = Talk::new();
    let everybody: Vec<ParticipantId> = (0..people)
        .map(|n| {
            let role = if n == 0 { SessionRole::Host } else { SessionRole::Presenter };
            let id = talk.join(person(&format!("老师{n}"), role));
            talk.negotiated(id, video);
            talk.publishes(id, Source::Microphone);
            talk.publishes(id, Source::Camera);
            id
        })
        .collect();
    (talk, everybody)
}

impl Talk {
    /// Whose camera each video slot shows, in order.
    fn seen(&self, who: ParticipantId) -> Vec<Option<ParticipantId>> {
        let lines = self.room.participants.get(&who).and_then(|p| p.lines.as_ref()).expect("has a Peer");
        let video = lines.slots.iter().filter(|slot| slot.kind == MediaKind::Video);
        video.map(|slot| Some(self.room.publications.get(&slot.shows?)?.participant)).collect()
    }

    fn pages_to(&mut self, who: ParticipantId, people: &[ParticipantId]) {
        let slots = people.iter().enumerate().map(|(n, &participant)| SlotWish {
            mid: format!("v{n}"),
            show: Some(SlotTarget { participant, source: Source::Camera }),
            max_layer: LayerName::Low,
        });
        let slots = slots.collect();
        self.says(who, ClientMessage::Slots { slots }).expect("may look");
    }
}

#[test]
fn twelve_see_each_other_without_a_wish() {
    let (talk, all) = lesson(12, 11);
    for &one in &all {
        let seen: BTreeSet<_> = talk.seen(one).into_iter().flatten().collect();
        let others: BTreeSet<_> = all.iter().copied().filter(|&id| id != one).collect();
        assert_eq!(seen, others);
        let heard = talk.shown(one).into_iter().filter(|(mid, _)| mid.starts_with('a')).count();
        assert_eq!(heard, 3);
    }
}

#[test]
fn a_listener_pages_through_twelve_in_slots_of_nine() {
    let (mut talk, all) = lesson(12, 9);
    let listener = talk.join(viewer("王芳"));
    talk.negotiated(listener, 9);
    talk.pages_to(listener, &all[..9]);
    assert_eq!(talk.seen(listener), all[..9].iter().map(|&id| Some(id)).collect::<Vec<_>>());
    talk.pages_to(listener, &all[9..]);
    let mut second: Vec<_> = all[9..].iter().map(|&id| Some(id)).collect();
    second.resize(9, None);
    assert_eq!(talk.seen(listener), second, "slots that are not named show nothing");
    let orders = talk.media().len();
    assert_eq!(orders, 9, "three change and six end");
    // A hidden page hears on.
    talk.says(listener, ClientMessage::Slots { slots: Vec::new() }).unwrap();
    assert_eq!(talk.shown(listener).into_keys().collect::<Vec<_>>(), ["a0", "a1", "a2"]);
}

#[test]
fn the_spotlight_is_the_first_camera_of_everybody_who_left_it_to_the_server() {
    let (mut talk, all) = lesson(12, 2);
    let (host, star) = (all[0], all[7]);
    let listener = talk.join(viewer("王芳"));
    talk.negotiated(listener, 2);
    assert_eq!(talk.seen(listener)[0], Some(host));
    talk.pages_to(all[3], &[all[5], all[6]]);

    talk.says(host, ClientMessage::Spotlight { participant: Some(star) }).unwrap();
    assert!(talk.broadcasts().contains(&&ServerMessage::Spotlight { participant: Some(star) }));
    assert_eq!(talk.seen(listener), [Some(star), Some(host)]);
    assert_eq!(talk.seen(host)[0], Some(star));
    assert!(!talk.seen(star).contains(&Some(star)), "nobody is shown to oneself");
    assert_eq!(talk.seen(all[3]), [Some(all[5]), Some(all[6])], "a pin is stronger");

    let screen = talk.publishes(host, Source::Screen);
    assert!(talk.shown(listener).values().any(|&p| p == screen), "the screen comes first");
    assert!(talk.seen(listener).contains(&Some(star)));
    let late = talk.join(viewer("李强"));
    assert_eq!(talk.welcome(late).session.spotlight, Some(star));

    talk.says(star, ClientMessage::Leave).unwrap();
    assert!(talk.broadcasts().contains(&&ServerMessage::Spotlight { participant: None }));
    assert_eq!(talk.room.session().spotlight, None);
}

#[test]
fn only_a_host_turns_the_spotlight_and_only_on_somebody() {
    let (mut talk, all) = lesson(3, 2);
    assert_eq!(talk.refused(all[1], ClientMessage::Spotlight { participant: Some(all[1]) }), Refusal::NotTheHost);
    let nobody = ClientMessage::Spotlight { participant: Some(ParticipantId(99)) };
    assert_eq!(talk.refused(all[0], nobody), Refusal::NoSuchParticipant);
    talk.says(all[0], ClientMessage::Spotlight { participant: None }).unwrap();
    assert!(talk.broadcasts().is_empty(), "it is out already");
}

#[test]
fn a_page_outlives_a_lost_connection() {
    let (mut talk, all) = lesson(12, 9);
    let one = all[4];
    talk.pages_to(one, &all[5..12]);
    let seen = talk.seen(one);
    talk.lose(one);
    talk.resume(one, &person("老师4", SessionRole::Presenter)).unwrap();
    talk.negotiated(one, 9);
    assert_eq!(talk.seen(one), seen);
}
