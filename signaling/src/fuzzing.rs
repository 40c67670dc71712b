//! What the fuzzer feeds, and the replay of its corpus: a Session in which everybody may say anything.
//!
//! Each line of an input is one step: who or what, and the text of a frame. The Room may refuse, but not panic, and what
//! it says must be readable.

use crate::Moment;
use crate::effect::Effect;
use crate::protocol::server::{ServerMessage, SessionView};
use crate::protocol::{
    LayerName, LineStep, ParticipantId, ParticipantKind, PublicationId, SeatHow, SessionRole, decode, encode,
};
use crate::room::{Identity, LineFigures, MediaKind, MediaLine, Opening, Room, RoomLimits, Sitter, Taking};
use std::collections::BTreeMap;
use std::time::Duration;

/// Steps beyond these are left out, so that no input takes long.
const MOST_STEPS: usize = 300;

/// `1` to `9` and a frame: this Participant says it. The rest is what happens around the Room, with a number: `w` seconds
/// pass, `j` somebody joins, `m` an encoder joins, `l` a Connection is lost, `r` it resumes, `n` an offer is answered, `c` a Peer closes,
/// `x` the media plane refuses a Publication, `y` a layer flows, `s` somebody speaks, `d` the lines are measured, `k` a Classroom joins,
/// `t` somebody takes a seat in it, `u` gives it up, `z` a Classroom is closed.
pub fn signaling(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut hall = Hall::new();
    for line in text.lines().take(MOST_STEPS) {
        let mut chars = line.chars();
        let Some(what) = chars.next() else { continue };
        hall.step(what, chars.as_str());
    }
    let effects = hall.room.stop();
    heard(effects);
}

struct Hall {
    room: Room,
    now: Moment,
    joined: u32,
}

impl Hall {
    fn new() -> Self {
        let session = SessionView {
            id: "s".into(),
            title: "分数".into(),
            started_ms: 1000,
            spotlight: None,
            recording: Default::default(),
        };
        let now = Moment(1000);
        let (room, _) =
            Room::open(now, Opening { session, limits: RoomLimits { capacity: 12, ..RoomLimits::default() }, seed: 5 });
        let mut hall = Self { room, now, joined: 0 };
        for role in [SessionRole::Host, SessionRole::Presenter, SessionRole::Viewer, SessionRole::Viewer] {
            hall.join(role);
        }
        (1..=4).for_each(|who| hall.negotiated(ParticipantId(who), 3));
        hall
    }

    fn step(&mut self, what: char, rest: &str) {
        let number: u32 = rest.trim().parse().unwrap_or(0);
        let who = ParticipantId(number);
        match what {
            '1'..='9' => self.say(ParticipantId(what as u32 - '0' as u32), rest),
            'w' => {
                self.now = self.now.plus(Duration::from_secs(u64::from(number)));
                let effects = self.room.handle_timeout(self.now);
                heard(effects);
            }
            'j' => self.join(if number.is_multiple_of(3) { SessionRole::Host } else { SessionRole::Viewer }),
            'm' => {
                let encoder = identity(&format!("machine:{number}"), ParticipantKind::Encoder, SessionRole::Presenter);
                if let Ok((_, effects)) = self.room.join_without_connection(self.now, encoder) {
                    heard(effects);
                }
            }
            'l' => {
                let effects = self.room.connection_lost(self.now, who);
                heard(effects);
            }
            'r' => {
                let Some(identity) = self.room.identity(who).cloned() else { return };
                if let Ok((_, effects)) = self.room.resume(self.now, &identity, 1, &token(number)) {
                    heard(effects);
                }
            }
            'n' => self.negotiated(who, number as usize % 5),
            'c' => {
                let effects = self.room.media_closed(who);
                heard(effects);
            }
            'x' => {
                let effects = self.room.media_refused(PublicationId(number));
                heard(effects);
            }
            'y' => {
                let effects = self.room.media_layer(who, "v0", (number.is_multiple_of(2)).then_some(LayerName::Low));
                heard(effects);
            }
            's' => {
                let level = (number / 16 % 128) as u8;
                let effects = self.room.media_loudness(self.now, PublicationId(number % 16), level);
                heard(effects);
            }
            'd' => self.measured(number),
            'k' | 't' | 'u' | 'z' => self.seats(what, number),
            _ => {}
        }
    }

    fn say(&mut self, who: ParticipantId, text: &str) {
        let frame = match decode(text) {
            Ok(frame) => frame,
            Err(refusal) => return assert!(serde_json::to_string(&refusal).is_ok()),
        };
        let again = serde_json::to_string(&frame).map(|text| decode(&text));
        assert!(again.is_ok_and(|again| again.is_ok_and(|again| again == frame)), "a frame survives its text");
        // Slow enough that not all of it is too fast.
        self.now = self.now.plus(Duration::from_millis(40));
        if let Ok(effects) = self.room.apply(self.now, who, frame.message, frame.id) {
            heard(effects);
        }
    }

    fn join(&mut self, role: SessionRole) {
        let identity = identity(&format!("account:{}", self.joined), ParticipantKind::Account, role);
        self.joined += 1;
        if let Ok((_, effects)) = self.room.join(self.now, identity, 1, token(self.joined)) {
            heard(effects);
        }
    }

    fn negotiated(&mut self, who: ParticipantId, video: usize) {
        let line = |mid: String, kind, sends| MediaLine { mid, kind, sends };
        let kinds = [MediaKind::Audio, MediaKind::Video, MediaKind::Video, MediaKind::Audio];
        let mut lines: Vec<MediaLine> =
            kinds.into_iter().enumerate().map(|(number, kind)| line(number.to_string(), kind, true)).collect();
        lines.extend((0..3).map(|number| line(format!("a{number}"), MediaKind::Audio, false)));
        lines.extend((0..video).map(|number| line(format!("v{number}"), MediaKind::Video, false)));
        let effects = self.room.media_negotiated(who, lines);
        heard(effects);
    }

    fn seats(&mut self, what: char, number: u32) {
        let place = format!("classroom:{}", number % 2);
        let key = format!("account:{}", number / 2 % 8);
        let done = match what {
            'k' => {
                self.joined += 1;
                let classroom = identity(&place, ParticipantKind::Classroom, SessionRole::Viewer);
                self.room.join(self.now, classroom, 1, token(self.joined)).map(|(_, effects)| effects)
            }
            't' => {
                let who = Sitter { key, name: "王芳".into(), school: None, rural: true, signed_in: false };
                let taking = Taking { place, who, how: SeatHow::Scan, by: None, device: None };
                self.room.seat(self.now, taking)
            }
            'u' => self.room.unseat(self.now, &key, &place),
            _ => self.room.close_classroom(self.now, &place),
        };
        heard(done.unwrap_or_default());
    }

    fn measured(&mut self, number: u32) {
        let figures = LineFigures {
            estimate_kbps: Some(number),
            sent_kbps: number,
            received_kbps: number,
            loss_permille: number as u16,
            uplink_loss_permille: number as u16,
            round_trip_ms: Some(number),
            step: LineStep::Reduced,
            ..LineFigures::default()
        };
        let measured: BTreeMap<_, _> = (1..=4).map(|who| (ParticipantId(who), figures)).collect();
        let effects = self.room.media_lines(self.now, &measured);
        heard(effects);
        let effects = self.room.media_line_step(ParticipantId(number % 5), LineStep::SoundOnly, Some(number));
        heard(effects);
    }
}

fn heard(effects: Vec<Effect>) {
    for effect in effects {
        if let Effect::Send { message, .. } | Effect::Broadcast { message, .. } = effect {
            readable(&message);
        }
    }
}

fn readable(message: &ServerMessage) {
    let text = encode(message);
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
}

fn identity(key: &str, kind: ParticipantKind, role: SessionRole) -> Identity {
    Identity {
        kind,
        role,
        account: (kind == ParticipantKind::Account).then(|| key.to_owned()),
        key: key.to_owned(),
        name: "陈老师".to_owned(),
        school: Some("石桥小学".to_owned()),
        rural: true,
        core: false,
        device: None,
    }
}

/// Participants are numbered in the order in which they come.
fn token(number: u32) -> String {
    format!("token of {number}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn every_input_of_the_corpus_is_taken() {
        let corpus: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "fuzz", "corpus", "signaling"].iter().collect();
        let mut seeds = 0;
        for entry in std::fs::read_dir(corpus).unwrap() {
            let file = entry.unwrap().path();
            let input = std::fs::read(&file).unwrap();
            assert!(std::panic::catch_unwind(|| signaling(&input)).is_ok(), "{}", file.display());
            seeds += 1;
        }
        assert!(seeds >= 3);
    }

    /// Seeds that nobody understands any more would test nothing.
    #[test]
    fn the_seeds_of_a_lesson_its_check_ins_and_its_polls_are_understood() {
        let lesson = include_str!("../../fuzz/corpus/signaling/lesson");
        let check_ins = include_str!("../../fuzz/corpus/signaling/check-ins");
        let polls = include_str!("../../fuzz/corpus/signaling/polls");
        for line in lesson
            .lines()
            .chain(check_ins.lines())
            .chain(polls.lines())
            .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()))
        {
            assert!(decode(&line[1..]).is_ok(), "{line}");
        }
    }
}
