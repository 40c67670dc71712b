//! Signaling protocol v1: JSON text frames over one websocket per Connection.

pub mod check_in;
pub mod client;
mod close;
mod frame;
pub mod poll;
pub mod refusal;
pub mod server;
pub mod text;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use close::CloseCode;
pub use frame::{decode, encode};
pub use refusal::{Refusal, RefusalFrame};

/// The version a client names in `hello`. A server speaks exactly one.
pub const PROTOCOL_VERSION: u16 = 1;
/// Largest frame a client may send. An SDP offer of a browser with 12 slots is about 20 kB.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;
/// Longest chat line, in Unicode scalar values.
pub const MAX_CHAT_CHARS: usize = 500;
/// How long a Participant whose Connection dropped may resume.
pub const RESUME_WITHIN_SECONDS: u64 = 120;

/// One Participant in one Session; 1, 2, 3 … in order of arrival, never used again within the Session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
pub struct ParticipantId(pub u32);

/// One Publication in one Session; never used again within the Session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct PublicationId(pub u32);

/// What a Publication carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Microphone,
    Camera,
    Screen,
    ScreenAudio,
}

/// Whether the Session is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RecordingSwitch {
    /// Nothing was recorded so far.
    #[default]
    Off,
    On,
    /// A host paused it (不录制).
    Paused,
}

/// A simulcast layer: `low` is the quarter, `mid` the half, `high` the full picture. A Track without simulcast is `high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LayerName {
    Low,
    Mid,
    High,
}

/// How a Participant came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantKind {
    Account,
    Guest,
    Classroom,
    /// A WHIP encoder: publishes, sees nothing.
    Encoder,
    /// A WHEP player: sees, says nothing.
    Player,
}

impl ParticipantKind {
    /// Somebody; all others are machines, or a device with people in front of it.
    #[must_use]
    pub const fn is_person(self) -> bool {
        matches!(self, Self::Account | Self::Guest)
    }
}

/// What a Participant may do in this Session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionRole {
    /// Controls the Session and may publish.
    Host,
    /// May publish from the start.
    Presenter,
    /// Watches; may be admitted to speak.
    Viewer,
}

/// The place of those who meet on site.
pub const SITE: &str = "site";
/// Longest reason of a strike, in Unicode scalar values.
pub const MAX_REASON_CHARS: usize = 200;
/// Most people that can be counted in a Classroom.
pub const MAX_HEADCOUNT: u32 = 2000;

/// Why a seat is empty again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UnseatCause {
    /// The person left.
    Asked,
    /// A host annulled it: it counts nothing.
    Struck,
    /// The Classroom's device left, or stayed away for too long.
    ClassroomLeft,
    /// The Classroom was closed.
    ClassroomClosed,
    /// A host put the person, or the Classroom, out of the Session.
    Removed,
    SessionEnded,
    /// A sign-in sheet says so.
    Sheet,
}

/// How a person came to a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatHow {
    /// By a code that changes every few seconds.
    Scan,
    /// By a printed code.
    Printed,
    /// A host seated the person.
    Host,
    /// By a sign-in sheet.
    Sheet,
}

/// How much of the line a person wants to spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LineMode {
    /// As much as the line carries.
    #[default]
    Auto,
    /// Every picture at `low`; a screen can still be read there.
    Saving,
    /// No video.
    SoundOnly,
}

/// How far the server had to step down for a receiver's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LineStep {
    /// Everything wished for flows.
    #[default]
    Full,
    /// Some camera is on a lower layer than wished for, or waits.
    Reduced,
    /// Cameras wait, the screen flows.
    ScreenOnly,
    SoundOnly,
}

/// What a Peer's media travels over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LineTransport {
    Udp,
    Tcp,
    /// The live stream, which is fetched.
    Hls,
    /// No media now.
    #[default]
    None,
}
