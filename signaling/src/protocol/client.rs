//! What a client may say.

use super::check_in::OpenCheckIn;
use super::poll::OpenPoll;
use super::{LayerName, LineMode, ParticipantId, Source};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One frame from a client. `id` is chosen by the client, rises within a Connection, and is echoed as `re` in the one
/// `ok`, `answer`, `pong`, `line_details`, `welcome` or `refused` that every frame gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ClientFrame {
    #[ts(type = "number")]
    pub id: u64,
    #[serde(flatten)]
    pub message: ClientMessage,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// Must be the first frame of a Connection. `resume` is the token of an earlier `welcome`; `device` is the same random
    /// text from every tab of one browser.
    Hello {
        protocol: u16,
        ticket: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        resume: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        device: Option<String>,
    },
    Leave,
    /// The client always offers. Send m-lines are `sendonly`, slots are `recvonly`; a later offer may add m-lines or restart ICE.
    Offer {
        sdp: String,
        /// It is of the Peer that was answered before. Where that Peer is gone it is refused with `peer_gone`, as nothing
        /// could ever flow to a client that takes the new one for the old.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(optional, as = "Option<bool>")]
        continues: bool,
    },
    /// From now on I watch the live stream over HLS: my Peer is closed, and the answer tells where the stream is. A later `offer`
    /// goes back to WebRTC.
    Hls,
    /// Segments of the stream that were loaded since this was said before, at most 16. Nobody else can know their proofs.
    Fetched {
        pieces: Vec<FetchedPiece>,
    },
    /// Promise to send `source` on the m-line `mid` of the last answered offer.
    Publish {
        source: Source,
        mid: String,
    },
    Unpublish {
        source: Source,
    },
    /// Mute or unmute one's own Publication.
    Mute {
        source: Source,
        muted: bool,
    },
    /// What the client wants to see in its video slots; the whole wish each time. Slots not named show nothing.
    /// Until the first wish the server chooses for every slot. Audio slots are always the server's choice.
    Slots {
        slots: Vec<SlotWish>,
    },
    Chat {
        text: String,
    },
    RaiseHand,
    LowerHand,
    /// Host: let this Participant publish.
    Admit {
        participant: ParticipantId,
    },
    /// Host: take back the right to publish, and lower the hand.
    Dismiss {
        participant: ParticipantId,
    },
    /// Host: mute somebody's Publication. Only its owner can unmute.
    MuteParticipant {
        participant: ParticipantId,
        source: Source,
    },
    /// Host: mute every microphone but those of hosts and encoders.
    MuteAll,
    /// Host: put somebody out for the rest of the Session.
    Remove {
        participant: ParticipantId,
    },
    /// Host: end the Session for everyone.
    End,
    /// Every 15 s, and when it changes: is the page visible, is the sound on?
    Watching {
        visible: bool,
        sound: bool,
    },
    /// How much of the line the person wants to spend. Kept over a resume.
    LineMode {
        mode: LineMode,
    },
    /// Host: show this Participant to everybody, in the first camera slot that is left to the server; `null`: nobody.
    Spotlight {
        participant: Option<ParticipantId>,
    },
    /// Host: record (录制), or do not (不录制). What was recorded stays.
    Record {
        on: bool,
    },
    /// Host: marks this moment of the Recording; it becomes a chapter.
    Mark {
        text: String,
    },
    /// Every 10 s: what the page measured since its last report.
    LineReport(LineReport),
    /// Host: asks for everything that is known about a Participant's line.
    LineDetails {
        participant: ParticipantId,
    },
    /// Classroom: so many people are in front of the device, as somebody in charge counted.
    Headcount {
        count: u32,
    },
    /// Host: annuls a seat. Nothing of it counts, and the person may take another.
    Strike {
        place: String,
        seat: u32,
        reason: String,
    },
    /// Host: seats somebody of the Studio's roster by hand.
    SeatPerson {
        place: String,
        account: String,
    },
    /// Host: asks everybody, or some, to say that they are here. One check-in is open at a time.
    OpenCheckIn(OpenCheckIn),
    /// Host: so many seconds more, 30 to 600.
    ExtendCheckIn {
        number: u32,
        seconds: u32,
    },
    /// Host: ends it before its time.
    CloseCheckIn {
        number: u32,
    },
    /// Host: reminds those who have not answered.
    RemindCheckIn {
        number: u32,
    },
    /// Host: answers for somebody who cannot.
    AnswerFor {
        number: u32,
        participant: ParticipantId,
    },
    /// Host: asks by itself whether everybody is still there, after half to one and a half times so many minutes each time;
    /// `null`: no more.
    Prompts {
        every_minutes: Option<u32>,
    },
    /// I am here. `code`: the four digits, where they are asked for.
    AnswerCheckIn {
        number: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        code: Option<String>,
    },
    /// Host: asks everybody a question. One poll is open at a time, and 30 are in a Session.
    OpenPoll(OpenPoll),
    /// What I choose, by the places of the options from 0; again while it is open to choose otherwise.
    AnswerPoll {
        number: u32,
        choices: Vec<u8>,
    },
    /// Host: ends it; from now on everybody sees what came of it.
    ClosePoll {
        number: u32,
    },
    /// Host: nobody is shown the result any more.
    PutAwayPoll {
        number: u32,
    },
    Ping,
}

/// One segment of the live stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FetchedPiece {
    #[ts(type = "number")]
    pub number: u64,
    /// The eight bytes that it begins with, in hexadecimal digits.
    pub proof: String,
}

/// What a client wants in one video slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SlotWish {
    pub mid: String,
    /// `null`: the server chooses.
    pub show: Option<SlotTarget>,
    /// The largest layer worth sending, from the size on screen.
    pub max_layer: LayerName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SlotTarget {
    pub participant: ParticipantId,
    pub source: Source,
}

/// What a page saw of its video and heard of its sound since its last report, over all slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct LineReport {
    /// Times that a picture stood still.
    pub freezes: u32,
    /// For how long, together.
    pub freeze_ms: u32,
    /// Sound that was made up for what did not come, in thousandths of all samples.
    pub concealed_permille: u16,
    /// Pictures a second of the slot that shows most.
    pub decoded_fps: u16,
}
