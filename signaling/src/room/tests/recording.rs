//! What is captured of a Room.

use super::*;
use crate::effect::CaptureEffect;
use crate::protocol::RecordingSwitch;
use crate::protocol::server::RecordingTrouble;
use crate::room::CaptureFigures;

fn captured(talk: &Talk) -> Vec<CaptureEffect> {
    let captures = talk.effects.iter().filter_map(|effect| match effect {
        Effect::Capture(capture) => Some(capture.clone()),
        _ => None,
    });
    captures.collect()
}

#[test]
fn a_recording_tells_who_is_there_at_its_beginning_and_who_comes_and_goes() {
    let mut talk = Talk::new();
    talk.room.session.recording = RecordingSwitch::On;
    let host = talk.join(person("陈老师", SessionRole::Host));
    assert_eq!(captured(&talk), [], "before the first media there is no Recording");
    talk.negotiated(host, 1);
    talk.publishes(host, Source::Microphone);
    let people = vec![(host, "陈老师".to_owned())];
    assert_eq!(captured(&talk)[..2], [CaptureEffect::Begin, CaptureEffect::Joined { people }]);
    let viewer = talk.join(viewer("李强"));
    assert_eq!(captured(&talk), [CaptureEffect::Joined { people: vec![(viewer, "李强".to_owned())] }]);
    talk.says(viewer, ClientMessage::Leave).unwrap();
    assert_eq!(captured(&talk), [CaptureEffect::Left { participant: viewer }]);
}

#[test]
fn what_a_host_switches_before_any_media_outlives_a_restart_by_its_recording() {
    let mut talk = Talk::new();
    talk.room.session.recording = RecordingSwitch::On;
    let host = talk.join(person("陈老师", SessionRole::Host));
    talk.says(host, ClientMessage::Record { on: false }).unwrap();
    assert_eq!(talk.room.session.recording, RecordingSwitch::Paused);
    assert_eq!(captured(&talk)[..2], [CaptureEffect::Begin, CaptureEffect::Pause { by: "陈老师".into() }]);
    talk.negotiated(host, 1);
    let publication = talk.publishes(host, Source::Microphone);
    assert!(
        matches!(&captured(&talk)[..], [CaptureEffect::Track { publication: told, .. }] if *told == publication),
        "known to the Recording, which is paused"
    );
    talk.says(host, ClientMessage::Record { on: true }).unwrap();
    assert_eq!(captured(&talk), [CaptureEffect::Resume { by: "陈老师".into() }]);
}

#[test]
fn little_room_is_told_unless_something_worse_is_to_be_told() {
    let mut talk = Talk::new();
    talk.room.session.recording = RecordingSwitch::On;
    let host = talk.join(person("陈老师", SessionRole::Host));
    talk.negotiated(host, 1);
    talk.publishes(host, Source::Microphone);
    let low = Some(RecordingTrouble::LowRoom);
    let mut told = |after_ms, written_ms_ago| {
        let figures =
            CaptureFigures { bytes: 1, written_ms_ago: Some(written_ms_ago), should_flow: true, trouble: low };
        let effects = talk.room.captured(Moment(after_ms), figures);
        effects.into_iter().find_map(|effect| match effect {
            Effect::Send { message: ServerMessage::RecordingLight { light }, .. } => Some(light.trouble),
            _ => None,
        })
    };
    assert_eq!(told(1_000, 500), Some(low));
    assert_eq!(told(20_000, 12_000), Some(Some(RecordingTrouble::NotWritten)));
    assert_eq!(told(21_000, 100), Some(low));
}

#[test]
fn hosts_know_within_ten_seconds_that_nothing_is_written() {
    // Media stops being written, or never is, just after it was looked.
    for written_before in [Some(0), None] {
        let mut talk = Talk::new();
        talk.room.session.recording = RecordingSwitch::On;
        let host = talk.join(person("陈老师", SessionRole::Host));
        talk.negotiated(host, 1);
        talk.publishes(host, Source::Microphone);
        let began = 1;
        let alarmed = (3_000..).step_by(3_000).find(|&now| {
            let written_ms_ago = written_before.map(|_| now - began);
            let figures = CaptureFigures { bytes: 0, written_ms_ago, should_flow: true, trouble: None };
            let effects = talk.room.captured(Moment(now), figures);
            effects.iter().any(|effect| {
                let Effect::Send { message: ServerMessage::RecordingLight { light }, .. } = effect else {
                    return false;
                };
                light.trouble == Some(RecordingTrouble::NotWritten)
            })
        });
        assert!(alarmed.unwrap() <= began + 10_000, "{alarmed:?}");
    }
}
