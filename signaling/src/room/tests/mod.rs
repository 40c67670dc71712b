//! Conversations with a Room.

mod any_order;
mod check_ins;
mod coming_and_going;
mod floor;
mod lesson;
mod lines;
mod polls;
mod publishing;
mod recording;
mod seats;
mod slots;
mod speakers;
mod stream;

use super::*;
use crate::protocol::server::{ChatLine, ParticipantView, SlotView, Welcome};
use crate::protocol::{ParticipantKind, SessionRole, Source};

/// A Room with a clock and everything it did.
pub(super) struct Talk {
    pub(super) room: Room,
    pub(super) now: Moment,
    pub(super) effects: Vec<Effect>,
    frame: u64,
}

impl Talk {
    pub(super) fn new() -> Self {
        Self::with_capacity(100)
    }

    pub(super) fn with_capacity(capacity: usize) -> Self {
        let session = SessionView {
            id: "s1".into(),
            title: "分数的初步认识".into(),
            started_ms: 1000,
            spotlight: None,
            recording: Default::default(),
        };
        let (room, effects) = Room::open(
            Moment(1000),
            Opening { session, limits: RoomLimits { capacity, ..RoomLimits::default() }, seed: 1 },
        );
        assert_eq!(effects, [Effect::Ledger(PresenceFact::SessionStarted)]);
        Self { room, now: Moment(1000), effects: Vec::new(), frame: 0 }
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    pub(super) fn join(&mut self, identity: Identity) -> ParticipantId {
        self.try_join(identity).expect("comes in")
    }

    pub(super) fn try_join(&mut self, identity: Identity) -> Result<ParticipantId, Refusal> {
        let token = format!("token of {}", self.room.last_participant + 1);
        let (id, effects) = self.room.join(self.now, identity, 1, token)?;
        self.effects = effects;
        Ok(id)
    }

    pub(super) fn resume(&mut self, who: ParticipantId, identity: &Identity) -> Result<ParticipantId, Refusal> {
        let (id, effects) = self.room.resume(self.now, identity, 1, &format!("token of {}", who.0))?;
        self.effects = effects;
        Ok(id)
    }

    pub(super) fn lose(&mut self, who: ParticipantId) {
        self.effects = self.room.connection_lost(self.now, who);
    }

    /// Says something slowly enough never to be too fast.
    pub(super) fn says(&mut self, who: ParticipantId, message: ClientMessage) -> Result<&[Effect], Refusal> {
        self.wait(1);
        self.says_at_once(who, message)
    }

    pub(super) fn says_at_once(&mut self, who: ParticipantId, message: ClientMessage) -> Result<&[Effect], Refusal> {
        self.frame += 1;
        self.effects = self.room.apply(self.now, who, message, self.frame)?;
        Ok(&self.effects)
    }

    pub(super) fn refused(&mut self, who: ParticipantId, message: ClientMessage) -> Refusal {
        let before = format!("{:?}", self.without_rates());
        let refusal = self.says(who, message).expect_err("must be refused");
        assert_eq!(before, format!("{:?}", self.without_rates()), "a refusal leaves the state as it was");
        refusal
    }

    /// Without what counts refusals and moves on with time alone.
    fn without_rates(&self) -> Room {
        let mut room = self.room.clone();
        room.seen = Moment(0);
        let everybody: Vec<ParticipantId> = room.participants.keys().copied().collect();
        for participant in everybody {
            let participant = room.participants.get_mut(&participant).expect("is here");
            participant.frames = rate::Bucket::full(Moment(0), rate::FRAME_RATE);
            participant.chat = rate::Bucket::full(Moment(0), rate::CHAT_RATE);
            participant.answers = rate::Bucket::full(Moment(0), rate::ANSWER_RATE);
        }
        // A wrong code is refused, and counted.
        room.check_ins.open.iter_mut().for_each(|open| open.wrong_codes.clear());
        room
    }

    /// A browser's offer is answered: microphone, camera, screen, screen audio; three audio and `video` video slots.
    pub(super) fn negotiated(&mut self, who: ParticipantId, video: usize) {
        self.effects = self.room.media_negotiated(who, browser_lines(video));
    }

    pub(super) fn publishes(&mut self, who: ParticipantId, source: Source) -> PublicationId {
        self.says(who, ClientMessage::Publish { source, mid: mid_of(source).into() }).expect("publishes");
        self.room.find_publication(who, source).expect("is published")
    }

    /// What was sent to this Participant alone.
    pub(super) fn sent_to(&self, who: ParticipantId) -> Vec<&ServerMessage> {
        let sent = self.effects.iter().filter_map(|effect| match effect {
            Effect::Send { to, message } if *to == who => Some(message),
            _ => None,
        });
        sent.collect()
    }

    pub(super) fn facts(&self) -> Vec<&PresenceFact> {
        let facts = self.effects.iter().filter_map(|effect| match effect {
            Effect::Ledger(fact) => Some(fact),
            _ => None,
        });
        facts.collect()
    }

    pub(super) fn broadcasts(&self) -> Vec<&ServerMessage> {
        let broadcasts = self.effects.iter().filter_map(|effect| match effect {
            Effect::Broadcast { message, .. } => Some(message),
            _ => None,
        });
        broadcasts.collect()
    }

    pub(super) fn media(&self) -> Vec<&MediaEffect> {
        let media = self.effects.iter().filter_map(|effect| match effect {
            Effect::Media(effect) => Some(effect),
            _ => None,
        });
        media.collect()
    }

    pub(super) fn welcome(&self, who: ParticipantId) -> &Welcome {
        let welcome = self.sent_to(who).into_iter().find_map(|m| match m {
            ServerMessage::Welcome(welcome) => Some(&**welcome),
            _ => None,
        });
        welcome.expect("was welcomed")
    }

    /// The roster and the history that followed the welcome.
    pub(super) fn state_told(&self, who: ParticipantId) -> (Vec<ParticipantView>, Vec<ChatLine>) {
        let (mut people, mut chat) = (Vec::new(), Vec::new());
        for message in self.sent_to(who) {
            match message {
                ServerMessage::Roster { participants, .. } => people.extend(participants.iter().cloned()),
                ServerMessage::ChatHistory { lines, .. } => chat.extend(lines.iter().cloned()),
                _ => {}
            }
        }
        (people, chat)
    }

    pub(super) fn slots_told(&self, who: ParticipantId) -> Option<&[SlotView]> {
        self.sent_to(who).into_iter().rev().find_map(|m| match m {
            ServerMessage::Slots { slots } => Some(slots.as_slice()),
            _ => None,
        })
    }

    /// mid → Publication of the slots that show something.
    pub(super) fn shown(&self, who: ParticipantId) -> BTreeMap<String, PublicationId> {
        let lines = self.room.participants.get(&who).and_then(|p| p.lines.as_ref()).expect("has a Peer");
        lines.slots.iter().filter_map(|s| Some((s.mid.clone(), s.shows?))).collect()
    }

    pub(super) fn assert_ledger_first(&self) {
        let kept = |effect: &Effect| matches!(effect, Effect::Ledger(_) | Effect::Poll(_));
        let first_other = self.effects.iter().position(|e| !kept(e));
        let last_ledger = self.effects.iter().rposition(kept);
        assert!(
            last_ledger < first_other || last_ledger.is_none() || first_other.is_none(),
            "the record comes first: {:?}",
            self.effects
        );
    }
}

pub(super) fn person(name: &str, role: SessionRole) -> Identity {
    Identity {
        kind: ParticipantKind::Account,
        role,
        account: Some(format!("account-{name}")),
        key: format!("account:{name}"),
        name: name.into(),
        school: Some("石桥小学".into()),
        rural: true,
        core: false,
        device: None,
    }
}

pub(super) fn host() -> Identity {
    person("陈老师", SessionRole::Host)
}

pub(super) fn viewer(name: &str) -> Identity {
    person(name, SessionRole::Viewer)
}

pub(super) fn machine(kind: ParticipantKind) -> Identity {
    Identity { kind, account: None, key: format!("machine:{kind:?}"), ..person("推流", SessionRole::Presenter) }
}

pub(super) fn mid_of(source: Source) -> &'static str {
    match source {
        Source::Microphone => "0",
        Source::Camera => "1",
        Source::Screen => "2",
        Source::ScreenAudio => "3",
    }
}

pub(super) fn browser_lines(video: usize) -> Vec<MediaLine> {
    let line = |mid: String, kind, sends| MediaLine { mid, kind, sends };
    let mut lines = vec![
        line("0".into(), MediaKind::Audio, true),
        line("1".into(), MediaKind::Video, true),
        line("2".into(), MediaKind::Video, true),
        line("3".into(), MediaKind::Audio, true),
    ];
    lines.extend((0..3).map(|n| line(format!("a{n}"), MediaKind::Audio, false)));
    lines.extend((0..video).map(|n| line(format!("v{n}"), MediaKind::Video, false)));
    lines
}

pub(super) fn shows<const N: usize>(pairs: [(&str, PublicationId); N]) -> BTreeMap<String, PublicationId> {
    pairs.into_iter().map(|(mid, id)| (mid.to_owned(), id)).collect()
}
