//! What is captured of a Room.

use super::*;
use crate::effect::CaptureEffect;
use crate::protocol::RecordingSwitch;

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
