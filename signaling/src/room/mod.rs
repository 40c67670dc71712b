//! A Session's in-memory state: a pure machine from messages to effects.
//!
//! Every entry either refuses and leaves the state as it was, or changes it and says what to do. The state is cheap to
//! clone, so a driver that could not record a decision can go back to the state before it.

mod arrival;
mod chat;
mod checkin;
mod floor;
mod ledger;
mod line;
mod media;
mod participant;
mod people;
mod permission;
mod poll;
mod publication;
mod rate;
mod recording;
mod seats;
mod slots;
mod speakers;
mod spotlight;
mod stream;
#[cfg(test)]
mod tests;
mod watching;

use crate::Moment;
use crate::effect::{CastView, CheckInCause, Effect, Effects, LeaveCause, MediaEffect, PresenceFact};
use crate::protocol::client::ClientMessage;
use crate::protocol::server::{ServerMessage, SessionView};
use crate::protocol::{CloseCode, ParticipantId, PublicationId, RESUME_WITHIN_SECONDS, Refusal};
use participant::People;
use publication::Publication;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

pub use checkin::{Given, PastCheckIns};
pub use line::{LineFigures, bars};
pub use participant::Identity;
pub use people::PresentPerson;
pub use poll::{PastPoll, PastPolls};
pub use recording::CaptureFigures;
pub use seats::{PlaceCard, RosterPerson, Seat, Sitter, Taking};
pub use watching::{Watched, Watching};

/// A Session in which nobody has been for so long was forgotten, and ends by itself: longer than any lesson and its break.
const EMPTY_FOR: Duration = Duration::from_secs(6 * 3600);
const RESUME_WITHIN: Duration = Duration::from_secs(RESUME_WITHIN_SECONDS);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    Audio,
    Video,
}

/// One live m-line of a client's Peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaLine {
    pub mid: String,
    pub kind: MediaKind,
    /// The client sends on it; otherwise it is a Slot that receives.
    pub sends: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomLimits {
    /// Most Participants at one time, those who may still resume included. A host comes in all the same.
    pub capacity: usize,
    /// Most who watch over WebRTC at one time and may not publish; others are sent to the live stream.
    pub webrtc_viewers: usize,
}

impl Default for RoomLimits {
    /// A roster of 2,000 is a `welcome` of about 400 kB, the most that a slow line should be asked to load.
    fn default() -> Self {
        Self { capacity: 2000, webrtc_viewers: usize::MAX }
    }
}

/// What a Room begins with.
#[derive(Debug, Clone)]
pub struct Opening {
    pub session: SessionView,
    pub limits: RoomLimits,
    /// Random: the Room draws its lots from it.
    pub seed: u64,
}

/// What the ledger knows of a Session that was live before the server started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    /// The last Participant, so that no number is used twice.
    pub last_participant: ParticipantId,
    /// Those who may not come back.
    pub removed_keys: BTreeSet<String>,
    pub check_ins: PastCheckIns,
    pub polls: PastPolls,
    /// Who was seated: seats go on, as nobody should have to scan again because a server was restarted.
    pub seats: Vec<Seat>,
    /// The last number of each place.
    pub seat_numbers: BTreeMap<String, u32>,
}

#[derive(Debug, Clone)]
pub struct Room {
    session: SessionView,
    limits: RoomLimits,
    participants: People,
    publications: BTreeMap<PublicationId, Publication>,
    chat: chat::Chat,
    capture: recording::Capture,
    /// What the live stream was told to show.
    cast: CastView,
    speakers: speakers::Speakers,
    seats: Arc<seats::Seats>,
    check_ins: checkin::CheckIns,
    polls: poll::Polls,
    /// The keys of those whom the host put out.
    removed_keys: BTreeSet<String>,
    last_participant: u32,
    last_publication: u32,
    /// What came of the last attempt to write presence lines.
    ledger_written: bool,
    /// When somebody was here last, while nobody is.
    empty_since: Option<Moment>,
    /// The last time that it was told.
    seen: Moment,
    closed: Option<Refusal>,
}

impl Room {
    /// The Room of a Session that goes live now.
    #[must_use]
    pub fn open(now: Moment, opening: Opening) -> (Self, Vec<Effect>) {
        let room = Self::continued(now, opening, Before::default());
        (room, vec![Effect::Ledger(PresenceFact::SessionStarted)])
    }

    /// The Room of a Session that was live before the server started.
    #[must_use]
    pub fn continued(now: Moment, opening: Opening, before: Before) -> Self {
        let mut room = Self {
            session: opening.session,
            limits: opening.limits,
            participants: People::default(),
            publications: BTreeMap::new(),
            chat: chat::Chat::default(),
            capture: recording::Capture::default(),
            cast: CastView::default(),
            speakers: speakers::Speakers::default(),
            seats: Arc::default(),
            check_ins: checkin::CheckIns::new(before.check_ins, opening.seed),
            polls: poll::Polls::new(before.polls),
            removed_keys: before.removed_keys,
            last_participant: before.last_participant.0,
            last_publication: 0,
            ledger_written: true,
            empty_since: Some(now),
            seen: now,
            closed: None,
        };
        room.restore_seats(now, before.seats, &before.seat_numbers);
        room
    }

    /// One message of a Participant's Connection; `re` is the id of its frame.
    pub fn apply(
        &mut self,
        now: Moment,
        from: ParticipantId,
        message: ClientMessage,
        re: u64,
    ) -> Result<Vec<Effect>, Refusal> {
        self.require_open()?;
        self.seen = self.seen.max(now);
        let participant = self.participants.get_mut(&from).ok_or(Refusal::NoSuchParticipant)?;
        if !participant.frames.take(now) {
            return Err(Refusal::TooFast);
        }
        let mut effects = Effects::default();
        let out = &mut effects;
        match message {
            ClientMessage::Hello { .. } => return Err(Refusal::AlreadyHere),
            ClientMessage::Leave => return self.leave(from, Some(re)),
            ClientMessage::Offer { sdp, continues } => self.offer(from, sdp, continues, re, out)?,
            ClientMessage::Hls => self.watch_stream(from, re, out)?,
            ClientMessage::Fetched { pieces } => self.fetched(now, from, &pieces, re, out)?,
            ClientMessage::Publish { source, mid } => self.publish(from, source, &mid, re, out)?,
            ClientMessage::Unpublish { source } => self.unpublish(from, source, re, out)?,
            ClientMessage::Mute { source, muted } => self.mute(from, source, muted, re, out)?,
            ClientMessage::Slots { slots } => self.wish(from, &slots, re, out)?,
            ClientMessage::Chat { text } => self.chat(now, from, &text, re, out)?,
            ClientMessage::RaiseHand => self.raise_hand(now, from, re, out)?,
            ClientMessage::LowerHand => self.lower_hand(from, re, out)?,
            ClientMessage::Admit { participant } => self.admit(from, participant, re, out)?,
            ClientMessage::Dismiss { participant } => self.dismiss(from, participant, re, out)?,
            ClientMessage::MuteParticipant { participant, source } => {
                self.mute_participant(from, participant, source, re, out)?;
            }
            ClientMessage::MuteAll => self.mute_all(from, re, out)?,
            ClientMessage::Remove { participant } => self.remove(from, participant, re, out)?,
            ClientMessage::End => {
                self.require_host(from)?;
                return self.end(Some((from, re)));
            }
            ClientMessage::Watching { visible, sound } => {
                participant.watch.says(now, Watching { visible, sound });
                out.ok(from, re);
            }
            ClientMessage::LineMode { mode } => self.line_mode(from, mode, re, out)?,
            ClientMessage::Spotlight { participant } => self.spotlight(from, participant, re, out)?,
            ClientMessage::Record { on } => self.record(from, on, re, out)?,
            ClientMessage::Mark { text } => self.mark(from, &text, re, out)?,
            ClientMessage::LineReport(report) => self.line_report(now, from, report, re, out)?,
            ClientMessage::LineDetails { participant } => self.line_details(from, participant, re, out)?,
            ClientMessage::Headcount { count } => self.headcount(from, count, re, out)?,
            ClientMessage::Strike { place, seat, reason } => self.strike(from, (&place, seat), &reason, re, out)?,
            ClientMessage::SeatPerson { place, account } => self.seat_person(now, from, place, &account, re, out)?,
            ClientMessage::OpenCheckIn(_)
            | ClientMessage::ExtendCheckIn { .. }
            | ClientMessage::CloseCheckIn { .. }
            | ClientMessage::RemindCheckIn { .. }
            | ClientMessage::AnswerFor { .. }
            | ClientMessage::Prompts { .. }
            | ClientMessage::AnswerCheckIn { .. } => self.check_in_message(now, from, message, re, out)?,
            ClientMessage::OpenPoll(_)
            | ClientMessage::AnswerPoll { .. }
            | ClientMessage::ClosePoll { .. }
            | ClientMessage::PutAwayPoll { .. } => self.poll_message(now, from, message, re, out)?,
            ClientMessage::Ping => out.send(from, ServerMessage::Pong { re, at_ms: now.0 }),
        }
        Ok(effects.into_vec())
    }

    /// Ends the Session for everyone. `asked` is the host's frame, if it was asked for over a Connection.
    pub fn end(&mut self, asked: Option<(ParticipantId, u64)>) -> Result<Vec<Effect>, Refusal> {
        self.require_open()?;
        let mut out = Effects::default();
        self.record_check_in_cut_short(CheckInCause::SessionEnded, &mut out);
        self.record_poll_closed(&mut out);
        self.record_all_left(LeaveCause::SessionEnded, &mut out);
        self.record_all_unseated(&mut out);
        out.record(PresenceFact::SessionEnded);
        if let Some((host, re)) = asked {
            out.ok(host, re);
        }
        self.close(
            Closing {
                refusal: Refusal::SessionEnded,
                message: ServerMessage::SessionEnded,
                code: CloseCode::SessionEnded,
            },
            &mut out,
        );
        out.end_session();
        Ok(out.into_vec())
    }

    /// The server stops; the Session itself goes on when it starts again.
    pub fn stop(&mut self) -> Vec<Effect> {
        let mut out = Effects::default();
        if self.closed.is_none() {
            self.record_check_in_cut_short(CheckInCause::ServerStopped, &mut out);
            self.record_all_left(LeaveCause::ServerStopped, &mut out);
            self.close(
                Closing {
                    refusal: Refusal::ServerStopping,
                    message: ServerMessage::ServerStopping,
                    code: CloseCode::ServiceRestart,
                },
                &mut out,
            );
        }
        out.into_vec()
    }

    fn record_all_left(&self, cause: LeaveCause, out: &mut Effects) {
        for &participant in self.participants.keys() {
            out.record(PresenceFact::Left { participant, cause });
        }
    }

    fn close(&mut self, closing: Closing, out: &mut Effects) {
        for &participant in self.participants.keys() {
            out.media(MediaEffect::ClosePeer { participant });
        }
        out.tell_all(closing.message);
        for &participant in self.participants.keys() {
            out.disconnect(participant, closing.code);
        }
        self.publications.clear();
        self.participants.clear();
        self.closed = Some(closing.refusal);
    }

    fn require_open(&self) -> Result<(), Refusal> {
        self.closed.map_or(Ok(()), Err)
    }
}

/// How everybody is told that it is over.
struct Closing {
    refusal: Refusal,
    message: ServerMessage,
    code: CloseCode,
}

/// What the driver needs to know.
impl Room {
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    #[must_use]
    pub fn session(&self) -> &SessionView {
        &self.session
    }

    #[must_use]
    pub fn identity(&self, id: ParticipantId) -> Option<&Identity> {
        self.participants.get(&id).map(|p| &p.identity)
    }

    /// Never gives the numbers again that another state of the same Room has given.
    pub fn skip_numbers_of(&mut self, other: &Self) {
        self.last_participant = self.last_participant.max(other.last_participant);
        self.last_publication = self.last_publication.max(other.last_publication);
        self.skip_seats_of(other);
        self.skip_polls_of(other);
        self.check_ins.past.skip_numbers_of(&other.check_ins.past);
    }

    /// A command that the media plane was too busy for, as it should be given now; `None` when it is out of date.
    #[must_use]
    pub fn still_wanted(&self, effect: &MediaEffect) -> Option<MediaEffect> {
        match effect {
            MediaEffect::Publish { publication, .. } => {
                self.publications.contains_key(publication).then(|| effect.clone())
            }
            MediaEffect::Mute { publication, .. } => {
                let muted = self.publications.get(publication)?.muted;
                Some(MediaEffect::Mute { publication: *publication, muted })
            }
            MediaEffect::AssignSlot { participant, mid, .. } => {
                let lines = self.participants.get(participant)?.lines.as_ref()?;
                let slot = lines.slots.iter().find(|slot| slot.mid == *mid)?;
                Some(slot.assignment(*participant))
            }
            MediaEffect::Offer { .. } | MediaEffect::Unpublish { .. } | MediaEffect::ClosePeer { .. } => None,
        }
    }

    /// Every slot that shows this Publication.
    #[must_use]
    pub fn assignments_of(&self, publication: PublicationId) -> Vec<MediaEffect> {
        let mut assignments = Vec::new();
        for participant in self.participants.values() {
            let slots = participant.lines.iter().flat_map(|lines| &lines.slots);
            let shows = slots.filter(|slot| slot.is_given(publication));
            assignments.extend(shows.map(|slot| slot.assignment(participant.id)));
        }
        assignments
    }

    /// Everyone in the Room, those who may still resume included.
    pub fn present(&self, now: Moment) -> impl Iterator<Item = Present<'_>> {
        self.participants.values().map(move |p| Present {
            id: p.id,
            identity: &p.identity,
            connected: p.away_since.is_none(),
            watched: p.watch.watched(now),
            publishes: self.publications.values().any(|one| one.participant == p.id && !one.muted),
        })
    }

    /// How many people are in the Room: encoders and players are none, two tabs of one person are one, and those who are
    /// seated at a Classroom count in its stead.
    #[must_use]
    pub fn people(&self) -> usize {
        let people = self.participants.values().filter(|p| p.identity.kind.is_person());
        let mut keys: BTreeSet<&str> = people.map(|p| p.identity.key.as_str()).collect();
        keys.extend(self.seated().map(|seat| seat.who.key.as_str()));
        keys.len()
    }
}

/// One Participant as the driver sees it.
#[derive(Debug, Clone, Copy)]
pub struct Present<'a> {
    pub id: ParticipantId,
    pub identity: &'a Identity,
    pub connected: bool,
    pub watched: Watched,
    /// With a Publication that is not muted.
    pub publishes: bool,
}
