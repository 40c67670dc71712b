//! What the server says.

use super::check_in::{CheckIn, CheckInPurpose, MissingPerson};
use super::poll::{Poll, PollCounts};
use super::{
    LayerName, LineMode, LineStep, LineTransport, ParticipantId, ParticipantKind, PublicationId, RecordingSwitch,
    RefusalFrame, SessionRole, Source, UnseatCause,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Times are milliseconds since 1970 UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The answer to `hello`. With the `roster` and `chat_history` frames that follow at once it tells the whole state, so
    /// that a resumed client needs nothing else.
    Welcome(Box<Welcome>),
    /// Everybody in the Room, you too, at most 20 in a frame; follows `welcome`, before anything else is told.
    Roster {
        participants: Vec<ParticipantView>,
        /// No more frames of the roster follow.
        last: bool,
    },
    /// The last 200 lines, the oldest first, at most 20 in a frame; follows `roster`.
    ChatHistory {
        lines: Vec<ChatLine>,
        /// No more frames of the history follow.
        last: bool,
    },
    /// Done; nothing else to say.
    Ok {
        #[ts(type = "number")]
        re: u64,
    },
    Answer {
        #[ts(type = "number")]
        re: u64,
        sdp: String,
    },
    /// The answer to `hls`.
    Hls {
        #[ts(type = "number")]
        re: u64,
        /// The playlist, relative to where the page is from.
        url: String,
        /// Ask again before.
        #[ts(type = "number")]
        expires_ms: u64,
    },
    Refused(RefusalFrame),
    Pong {
        #[ts(type = "number")]
        re: u64,
        #[ts(type = "number")]
        at_ms: u64,
    },
    ParticipantJoined {
        participant: ParticipantView,
    },
    /// Role, hand, right to speak or presence changed; the whole view each time.
    ParticipantChanged {
        participant: ParticipantView,
    },
    ParticipantLeft {
        participant: ParticipantId,
    },
    PublicationAdded {
        publication: PublicationView,
    },
    PublicationChanged {
        publication: PublicationView,
    },
    PublicationRemoved {
        publication: PublicationId,
    },
    /// What each slot of the receiver shows now; the whole map each time.
    Slots {
        slots: Vec<SlotView>,
    },
    Chat {
        line: ChatLine,
    },
    /// Whose voice is heard now, the loudest first; at most 3.
    Speakers {
        speakers: Vec<ParticipantId>,
    },
    /// Whom the host shows to everybody.
    Spotlight {
        participant: Option<ParticipantId>,
    },
    /// Whether the Session is recorded; to everybody, when it changes.
    Recording {
        state: RecordingSwitch,
    },
    /// To hosts: what is really written, every few seconds while it changes.
    RecordingLight {
        light: RecordingLight,
    },
    /// How your line is doing, and what you asked for; when it changes.
    YourLine {
        step: LineStep,
        mode: LineMode,
        /// What the line carries towards you, as the server estimates it.
        estimate_kbps: Option<u32>,
    },
    /// To hosts: the lines that changed, every few seconds; all that are known after a host's `welcome`.
    Lines {
        lines: Vec<LineBars>,
    },
    /// To hosts: whether comings and goings are being written to the presence ledger; when that changes.
    Ledger {
        written: bool,
        #[ts(type = "number")]
        since_ms: u64,
    },
    /// The answer to a host's `line_details`.
    LineDetails {
        #[ts(type = "number")]
        re: u64,
        participant: ParticipantId,
        details: LineDetails,
    },
    /// To hosts, and to the Classroom whose place it is: a place where people are checked in; the whole view each time it
    /// changes. After `welcome` all places, each followed by its `seats`.
    Place {
        place: PlaceView,
    },
    /// The seats of a place, at most 20 in a frame; follows `place` after `welcome`.
    Seats {
        place: String,
        seats: Vec<SeatView>,
        /// No more frames of this place's seats follow.
        last: bool,
    },
    /// To hosts and the Classroom: somebody was seated.
    SeatTaken {
        place: String,
        seat: SeatView,
    },
    /// To hosts and the Classroom: a seat is empty again.
    SeatLeft {
        place: String,
        number: u32,
        cause: UnseatCause,
    },
    /// The check-in that is open now, as it is to you; `null`: none. Also after `welcome`, while one is open.
    CheckIn {
        check_in: Option<CheckIn>,
    },
    /// You have not answered yet.
    CheckInReminder {
        number: u32,
    },
    /// To hosts: how the open check-in goes, at most twice a second.
    CheckInCounts {
        number: u32,
        answered: u32,
        expected: u32,
        /// The first 50, by school and name.
        missing: Vec<MissingPerson>,
        /// The four digits to say or show, where they are asked for.
        code: Option<String>,
    },
    /// To hosts: what came of a check-in that is over.
    CheckInResult {
        number: u32,
        ordinal: u32,
        purpose: CheckInPurpose,
        answered: u32,
        expected: u32,
        /// The first 50, by school and name.
        missing: Vec<MissingPerson>,
    },
    /// To hosts: how often the server asks by itself whether everybody is still there; `null`: not at all.
    Prompts {
        every_minutes: Option<u32>,
    },
    /// The poll that is open, or whose result is shown; `null`: none any more. Also after `welcome`, where there is one.
    Poll {
        poll: Option<Poll>,
    },
    /// You answered so, on whichever device of yours; also after `welcome`, while the poll is open.
    PollAnswered {
        number: u32,
        choices: Vec<u8>,
    },
    /// To hosts: how the open poll goes, at most twice a second.
    PollCounts {
        number: u32,
        #[serde(flatten)]
        counts: PollCounts,
    },
    /// You may publish now.
    Admitted,
    /// You may not publish any more.
    Dismissed,
    /// The host muted this Publication of yours.
    MutedByHost {
        source: Source,
    },
    /// The host put you out. The Connection closes.
    Removed,
    SessionEnded,
    /// The server stops or restarts; the Session goes on. The Connection closes; come back in a few seconds.
    ServerStopping,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Welcome {
    #[ts(type = "number")]
    pub re: u64,
    pub protocol: u16,
    pub you: ParticipantId,
    /// Give this in `hello` to come back as the same Participant.
    pub resume: String,
    #[ts(type = "number")]
    pub resume_within_s: u64,
    /// True when this Connection continues an earlier one. The Peer and the Publications go on, unless they ended meanwhile.
    pub resumed: bool,
    pub session: SessionView,
    /// How many are in the roster that follows.
    pub people: u32,
    pub publications: Vec<PublicationView>,
    #[ts(type = "number")]
    pub now_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionView {
    pub id: String,
    pub title: String,
    #[ts(type = "number")]
    pub started_ms: u64,
    /// Whom the host shows to everybody.
    pub spotlight: Option<ParticipantId>,
    pub recording: RecordingSwitch,
}

/// What of the Recording is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecordingLight {
    #[ts(type = "number")]
    pub bytes: u64,
    /// Since something was written last; `null` before the first time.
    #[ts(type = "number | null")]
    pub written_ms_ago: Option<u64>,
    /// Why nothing is written while something should be, or soon will not be.
    pub trouble: Option<RecordingTrouble>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RecordingTrouble {
    /// For more than 10 s, and it is not known why.
    NotWritten,
    /// The disk is full, or nearly.
    NoRoom,
    /// The disk refuses.
    Disk,
    /// The disk does not keep up; parts are missing.
    TooSlow,
    /// Everything is written, but the disk is nearly full.
    LowRoom,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ParticipantView {
    pub id: ParticipantId,
    pub kind: ParticipantKind,
    pub role: SessionRole,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    /// False while the Connection is away and may still resume.
    pub connected: bool,
    /// May publish: hosts, presenters and admitted viewers.
    pub may_publish: bool,
    #[ts(type = "number | null")]
    pub hand_raised_ms: Option<u64>,
    #[ts(type = "number")]
    pub joined_ms: u64,
    /// How many people are seated at this Classroom; 0 for everybody else.
    pub seated: u32,
}

/// A place where people are checked in: a Classroom, or the site of the Activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlaceView {
    /// `site`, or `classroom:` and the Classroom's id.
    pub id: String,
    pub name: String,
    pub school: Option<String>,
    /// The Classroom's device that is in the Room now, or may still resume.
    pub participant: Option<ParticipantId>,
    /// How many people were announced.
    pub expected: Option<u32>,
    /// How many people somebody in charge counted there.
    pub headcount: Option<u32>,
    pub seated: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SeatView {
    /// 1, 2, 3 … within the place, in order of arrival, never used again.
    pub number: u32,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    /// False where name and school were only typed.
    pub signed_in: bool,
    #[ts(type = "number")]
    pub at_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PublicationView {
    pub id: PublicationId,
    pub participant: ParticipantId,
    pub source: Source,
    pub muted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SlotView {
    pub mid: String,
    pub publication: Option<PublicationId>,
    pub participant: Option<ParticipantId>,
    pub source: Option<Source>,
    /// The layer that flows now; `null` for audio and before the first key frame.
    pub layer: Option<LayerName>,
    /// It would flow, but the line does not carry it or your `line_mode` holds it back.
    pub paused: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChatLine {
    #[ts(type = "number")]
    pub seq: u64,
    pub participant: ParticipantId,
    pub name: String,
    pub role: SessionRole,
    pub text: String,
    #[ts(type = "number")]
    pub at_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LineBars {
    pub participant: ParticipantId,
    /// 4 is good, 1 is bad, 0 is no media now.
    pub bars: u8,
}

/// Everything that is known about a Participant's line. *Sent* is towards the Participant, *received* from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LineDetails {
    pub estimate_kbps: Option<u32>,
    pub sent_kbps: u32,
    pub received_kbps: u32,
    pub loss_percent: f32,
    pub uplink_loss_percent: f32,
    pub round_trip_ms: Option<u32>,
    pub step: LineStep,
    pub mode: LineMode,
    /// What flows into the video slots that show something.
    pub layers: Vec<FlowingLayer>,
    /// Times that a picture stood still since the Participant came in, as its page says.
    pub freezes: u32,
    /// For how long, together.
    pub freeze_ms: u32,
    /// Of the page's last report.
    pub concealed_permille: u16,
    pub transport: LineTransport,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FlowingLayer {
    pub source: Source,
    /// Whose picture it is.
    pub participant: ParticipantId,
    pub layer: Option<LayerName>,
}
