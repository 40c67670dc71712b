//! Lines: what they are asked to carry, how they are measured, and who hears of it.

use super::*;
use crate::effect::Rank;
use crate::protocol::client::{LineReport, SlotTarget, SlotWish};
use crate::protocol::server::{LineBars, LineDetails};
use crate::protocol::{LayerName, LineMode, LineStep, LineTransport};

fn good() -> LineFigures {
    LineFigures { transport: LineTransport::Udp, sent_kbps: 900, round_trip_ms: Some(30), ..LineFigures::default() }
}

/// A host with camera, microphone and screen, and a viewer of two pictures.
fn lesson() -> (Talk, ParticipantId, ParticipantId) {
    let mut talk = Talk::new();
    let host = talk.join(host());
    talk.negotiated(host, 1);
    for source in [Source::Screen, Source::Camera, Source::Microphone] {
        talk.publishes(host, source);
    }
    let viewer = talk.join(viewer("王芳"));
    talk.negotiated(viewer, 2);
    (talk, host, viewer)
}

impl Talk {
    /// (source, paused) of the slots that show something, as told last.
    fn paused(&self, who: ParticipantId) -> Option<Vec<(Source, bool)>> {
        let slots = self.slots_told(who)?;
        Some(slots.iter().filter_map(|s| Some((s.source?, s.paused))).collect())
    }

    /// mid → what the media plane was told.
    fn orders(&self) -> BTreeMap<String, (bool, LayerName, Rank)> {
        let orders = self.media().into_iter().filter_map(|effect| match effect {
            MediaEffect::AssignSlot { mid, publication, max_layer, rank, .. } => {
                Some((mid.clone(), (publication.is_some(), *max_layer, *rank)))
            }
            _ => None,
        });
        orders.collect()
    }

    fn measures(&mut self, lines: &[(ParticipantId, LineFigures)]) {
        self.wait(3);
        self.effects = self.room.media_lines(self.now, &lines.iter().copied().collect());
    }

    fn lines_told(&self, who: ParticipantId) -> Vec<(ParticipantId, u8)> {
        let told = self.sent_to(who).into_iter().filter_map(|message| match message {
            ServerMessage::Lines { lines } => {
                Some(lines.iter().map(|&LineBars { participant, bars }| (participant, bars)))
            }
            _ => None,
        });
        told.flatten().collect()
    }

    fn details(&mut self, host: ParticipantId, of: ParticipantId) -> LineDetails {
        self.says(host, ClientMessage::LineDetails { participant: of }).unwrap();
        let found = self.sent_to(host).into_iter().find_map(|message| match message {
            ServerMessage::LineDetails { details, .. } => Some(details.clone()),
            _ => None,
        });
        found.expect("answered")
    }
}

#[test]
fn screens_come_before_the_hosts_camera_and_that_before_others() {
    let (mut talk, host, _) = lesson();
    let guest = talk.join(person("刘老师", SessionRole::Presenter));
    talk.negotiated(guest, 1);
    talk.publishes(guest, Source::Camera);
    let late = talk.join(viewer("李强"));
    talk.negotiated(late, 3);
    let ranks: Vec<Rank> =
        talk.orders().into_iter().filter(|(mid, _)| mid.starts_with('v')).map(|(_, o)| o.2).collect();
    assert_eq!(ranks, [Rank::Screen, Rank::Main, Rank::Other]);
    let machine = talk.room.join_without_connection(talk.now, machine(ParticipantKind::Encoder)).unwrap().0;
    talk.negotiated(machine, 0);
    let orders: Vec<Rank> = talk.orders().into_values().map(|o| o.2).collect();
    assert!(!orders.contains(&Rank::Screen), "nothing else was ordered anew: {orders:?}");
    talk.says(host, ClientMessage::Spotlight { participant: Some(guest) }).unwrap();
    let moved = talk
        .media()
        .into_iter()
        .filter(|e| matches!(e, MediaEffect::AssignSlot { participant, rank: Rank::Main, .. } if *participant == late));
    assert!(moved.count() >= 1, "who is in the light is the main picture");
}

#[test]
fn the_one_camera_that_is_wished_larger_than_all_others_is_pinned() {
    let mut talk = Talk::new();
    let cameras: Vec<ParticipantId> = (0..3)
        .map(|n| {
            let id = talk.join(person(&format!("老师{n}"), SessionRole::Presenter));
            talk.negotiated(id, 1);
            talk.publishes(id, Source::Camera);
            id
        })
        .collect();
    let viewer = talk.join(viewer("王芳"));
    talk.negotiated(viewer, 3);
    let wish = |n: usize, max_layer| SlotWish {
        mid: format!("v{n}"),
        show: Some(SlotTarget { participant: cameras[n], source: Source::Camera }),
        max_layer,
    };
    let even = (0..3).map(|n| wish(n, LayerName::Low)).collect();
    talk.says(viewer, ClientMessage::Slots { slots: even }).unwrap();
    assert!(talk.orders().values().all(|order| *order == (true, LayerName::Low, Rank::Other)));
    let pinned = vec![wish(0, LayerName::Low), wish(1, LayerName::High), wish(2, LayerName::Low)];
    talk.says(viewer, ClientMessage::Slots { slots: pinned }).unwrap();
    assert_eq!(talk.orders(), BTreeMap::from([("v1".to_owned(), (true, LayerName::High, Rank::Main))]));
    talk.says(viewer, ClientMessage::Slots { slots: vec![wish(2, LayerName::Mid)] }).unwrap();
    assert_eq!(talk.orders()["v2"], (true, LayerName::Mid, Rank::Main), "a single wish is a pin");
}

#[test]
fn saving_keeps_every_picture_at_its_lowest_layer() {
    let (mut talk, _, viewer) = lesson();
    talk.says(viewer, ClientMessage::LineMode { mode: LineMode::Saving }).unwrap();
    let orders = [("v0", (true, LayerName::Low, Rank::Screen)), ("v1", (true, LayerName::Low, Rank::Main))];
    assert_eq!(talk.orders(), orders.map(|(mid, order)| (mid.to_owned(), order)).into());
    assert!(talk.sent_to(viewer).contains(&&ServerMessage::YourLine {
        step: LineStep::Full,
        mode: LineMode::Saving,
        estimate_kbps: None
    }));
    assert_eq!(talk.slots_told(viewer), None, "nothing is held back");
    talk.says(viewer, ClientMessage::LineMode { mode: LineMode::Saving }).unwrap();
    assert_eq!(talk.effects.len(), 1, "the same again is done already");
}

#[test]
fn sound_only_stops_every_picture_and_auto_brings_them_back() {
    let (mut talk, _, viewer) = lesson();
    let shown = talk.shown(viewer);
    talk.says(viewer, ClientMessage::LineMode { mode: LineMode::SoundOnly }).unwrap();
    let orders = talk.orders();
    assert_eq!(orders.len(), 2);
    assert!(orders.values().all(|order| !order.0), "{orders:?}");
    assert_eq!(talk.shown(viewer), shown, "the slots keep what they would show");
    let expected = vec![(Source::Microphone, false), (Source::Screen, true), (Source::Camera, true)];
    assert_eq!(talk.paused(viewer), Some(expected));
    talk.says(viewer, ClientMessage::LineMode { mode: LineMode::Auto }).unwrap();
    assert!(talk.orders().len() == 2 && talk.orders().values().all(|order| order.0));
    assert!(talk.paused(viewer).unwrap().iter().all(|(_, paused)| !paused));
}

#[test]
fn a_mode_and_wishes_outlive_a_lost_connection() {
    let (mut talk, host, lost) = lesson();
    talk.says(lost, ClientMessage::LineMode { mode: LineMode::SoundOnly }).unwrap();
    let wish = SlotWish {
        mid: "v1".into(),
        show: Some(SlotTarget { participant: host, source: Source::Screen }),
        max_layer: LayerName::Mid,
    };
    talk.says(lost, ClientMessage::Slots { slots: vec![wish] }).unwrap();
    let shown = talk.shown(lost);
    talk.lose(lost);
    talk.resume(lost, &viewer("王芳")).unwrap();
    let told =
        talk.sent_to(lost).into_iter().any(|m| matches!(m, ServerMessage::YourLine { mode: LineMode::SoundOnly, .. }));
    assert!(told, "the page learns what it had asked for");
    talk.negotiated(lost, 2);
    assert_eq!(talk.shown(lost), shown);
    talk.says(lost, ClientMessage::LineMode { mode: LineMode::Auto }).unwrap();
    assert_eq!(talk.orders()["v1"], (true, LayerName::Mid, Rank::Screen));

    // The page's Peer fails, and another takes its place.
    talk.effects = talk.room.media_closed(lost);
    talk.negotiated(lost, 2);
    assert_eq!(talk.shown(lost), shown);
}

#[test]
fn each_step_of_the_ladder_is_told_with_what_waits() {
    let (mut talk, _, viewer) = lesson();
    for (mid, layer) in [("v0", LayerName::High), ("v1", LayerName::Mid)] {
        talk.effects = talk.room.media_layer(viewer, mid, Some(layer));
    }
    talk.effects = talk.room.media_layer(viewer, "v1", None);
    assert!(talk.paused(viewer).unwrap().iter().all(|(_, paused)| !paused), "before the step is known it just waits");
    talk.effects = talk.room.media_line_step(viewer, LineStep::ScreenOnly, Some(300));
    let line = ServerMessage::YourLine { step: LineStep::ScreenOnly, mode: LineMode::Auto, estimate_kbps: Some(300) };
    assert_eq!(talk.sent_to(viewer)[0], &line);
    assert_eq!(talk.paused(viewer).unwrap()[1..], [(Source::Screen, false), (Source::Camera, true)]);
    assert!(talk.room.media_line_step(viewer, LineStep::ScreenOnly, Some(310)).is_empty(), "told on change only");
    talk.effects = talk.room.media_line_step(viewer, LineStep::SoundOnly, Some(70));
    talk.effects = talk.room.media_layer(viewer, "v0", None);
    assert_eq!(talk.paused(viewer).unwrap()[1..], [(Source::Screen, true), (Source::Camera, true)]);
    talk.effects = talk.room.media_line_step(viewer, LineStep::Full, Some(2000));
    assert!(talk.paused(viewer).unwrap().iter().all(|(_, paused)| !paused));
}

#[test]
fn a_new_peer_starts_with_everything() {
    let (mut talk, _, viewer) = lesson();
    talk.effects = talk.room.media_line_step(viewer, LineStep::SoundOnly, Some(70));
    talk.effects = talk.room.media_closed(viewer);
    let line = ServerMessage::YourLine { step: LineStep::Full, mode: LineMode::Auto, estimate_kbps: None };
    assert_eq!(talk.sent_to(viewer), [&line]);
}

#[test]
fn the_worst_figure_gives_the_bars() {
    let figures = |change: fn(&mut LineFigures)| {
        let mut figures = good();
        change(&mut figures);
        figures
    };
    let page = |freeze_ms, concealed_permille| LineReport { freeze_ms, concealed_permille, ..LineReport::default() };
    let still = LineReport::default();
    let table = [
        (good(), still, 4),
        (figures(|f| f.transport = LineTransport::None), still, 0),
        (figures(|f| f.transport = LineTransport::Tcp), still, 4),
        (figures(|f| f.loss_permille = 19), still, 4),
        (figures(|f| f.loss_permille = 20), still, 3),
        (figures(|f| f.loss_permille = 50), still, 2),
        (figures(|f| f.loss_permille = 100), still, 1),
        (figures(|f| f.uplink_loss_permille = 60), still, 2),
        (figures(|f| f.round_trip_ms = Some(199)), still, 4),
        (figures(|f| f.round_trip_ms = Some(200)), still, 3),
        (figures(|f| f.round_trip_ms = Some(900)), still, 1),
        (figures(|f| f.round_trip_ms = None), still, 4),
        (figures(|f| f.step = LineStep::Reduced), still, 3),
        (figures(|f| f.step = LineStep::ScreenOnly), still, 2),
        (figures(|f| f.step = LineStep::SoundOnly), still, 1),
        (good(), page(300, 0), 3),
        (good(), page(1500, 0), 2),
        (good(), page(9000, 0), 1),
        (good(), page(0, 60), 2),
        (figures(|f| f.loss_permille = 20), page(3000, 0), 1),
    ];
    for (figures, report, expected) in table {
        assert_eq!(bars(Some(&figures), &report), expected, "{figures:?} {report:?}");
    }
    assert_eq!(bars(None, &still), 0);
}

#[test]
fn hosts_hear_what_changed_and_nobody_else_does() {
    let (mut talk, host, viewer) = lesson();
    talk.measures(&[(host, good()), (viewer, good())]);
    assert_eq!(talk.lines_told(host), [(host, 4), (viewer, 4)]);
    assert!(talk.sent_to(viewer).is_empty());
    talk.measures(&[(host, good()), (viewer, good())]);
    assert!(talk.effects.is_empty(), "nothing changed");
    talk.measures(&[(host, good()), (viewer, LineFigures { loss_permille: 120, ..good() })]);
    assert_eq!(talk.lines_told(host), [(viewer, 1)]);
    talk.measures(&[(host, good()), (viewer, good())]);
    assert!(talk.effects.is_empty(), "one good measurement is no good line yet");
    talk.measures(&[(host, good()), (viewer, good())]);
    assert_eq!(talk.lines_told(host), [(viewer, 4)]);
    talk.measures(&[(host, good())]);
    assert_eq!(talk.lines_told(host), [(viewer, 0)], "who is missing has no media");

    let second = talk.join(person("张老师", SessionRole::Host));
    assert_eq!(talk.lines_told(second), [(host, 4)], "a host that comes in learns what is known");
}

#[test]
fn what_a_page_reported_long_ago_no_longer_counts() {
    let (mut talk, host, viewer) = lesson();
    let report = LineReport { freezes: 3, freeze_ms: 4000, concealed_permille: 7, decoded_fps: 11 };
    talk.says(viewer, ClientMessage::LineReport(report)).unwrap();
    talk.measures(&[(viewer, good())]);
    assert_eq!(talk.lines_told(host), [(viewer, 1)]);
    talk.wait(30);
    talk.measures(&[(viewer, good())]);
    talk.measures(&[(viewer, good())]);
    assert_eq!(talk.lines_told(host), [(viewer, 4)]);
}

#[test]
fn details_are_for_hosts_and_add_up_what_pages_report() {
    let (mut talk, host, viewer) = lesson();
    assert_eq!(talk.refused(viewer, ClientMessage::LineDetails { participant: host }), Refusal::NotTheHost);
    let nobody = ClientMessage::LineDetails { participant: ParticipantId(99) };
    assert_eq!(talk.refused(host, nobody), Refusal::NoSuchParticipant);
    assert_eq!(talk.details(host, viewer).transport, LineTransport::None, "nothing is known yet");
    for _ in 0..2 {
        let report = LineReport { freezes: 1, freeze_ms: 250, concealed_permille: 4, decoded_fps: 24 };
        talk.says(viewer, ClientMessage::LineReport(report)).unwrap();
    }
    talk.effects = talk.room.media_layer(viewer, "v1", Some(LayerName::Mid));
    let figures = LineFigures { estimate_kbps: Some(740), loss_permille: 15, received_kbps: 31, ..good() };
    talk.measures(&[(viewer, figures)]);
    let details = talk.details(host, viewer);
    assert_eq!((details.estimate_kbps, details.sent_kbps, details.received_kbps), (Some(740), 900, 31));
    assert_eq!((details.loss_percent, details.round_trip_ms), (1.5, Some(30)));
    assert_eq!((details.freezes, details.freeze_ms, details.concealed_permille), (2, 500, 4));
    assert_eq!(details.transport, LineTransport::Udp);
    let layers: Vec<_> = details.layers.iter().map(|l| (l.source, l.participant, l.layer)).collect();
    assert_eq!(layers, [(Source::Screen, host, None), (Source::Camera, host, Some(LayerName::Mid))]);
}
