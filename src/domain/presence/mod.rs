//! PresenceEvent: one line of a Session's ledger, chained to the line before by a hash.

mod chain;

pub use chain::{Broken, Fault, GENESIS, Hash, hex, verify};

use super::words::words;
use super::{AccountId, ClassroomId, EventId, SessionId, Time};
use serde::{Deserialize, Serialize};

words! {
    pub enum PresenceKind {
        /// The first line; again when the Session goes on after the server was stopped.
        SessionStarted = "session_started" / "直播开始",
        Joined = "joined" / "进入",
        /// The Connection is gone; the Participant may resume.
        Lost = "lost" / "掉线",
        Resumed = "resumed" / "接上",
        /// Still there, every 15 s.
        Checkpoint = "checkpoint" / "在场",
        Left = "left" / "离开",
        /// A 签到, a 随机点名 or a prompt begins in the Room.
        CheckInOpened = "check_in_opened" / "发起签到",
        /// A person answers it.
        CheckInAnswered = "check_in_answered" / "签到",
        CheckInClosed = "check_in_closed" / "签到结束",
        /// A person is checked in to a place: a Classroom, or the site of the Activity.
        Seated = "seated" / "就座",
        Unseated = "unseated" / "离座",
        /// How many people somebody in charge counted in a Classroom.
        Headcount = "headcount" / "清点人数",
        /// A person with the right to do so corrected somebody's record.
        Corrected = "corrected" / "更正",
        SessionEnded = "session_ended" / "直播结束",
    }
}

/// Half-open: `from` belongs to it, `to` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceInterval {
    pub from: Time,
    pub to: Time,
}

/// Before the id in the key of a Classroom.
pub const CLASSROOM: &str = "classroom:";

/// Who a Participant is, so that the same person on two devices is one person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Person {
    Account(AccountId),
    /// Guests are told apart by the name and school they gave.
    Guest {
        name: String,
        school: String,
    },
    /// One device with many people in front of it: nobody of its own, and without a record.
    Classroom(ClassroomId),
}

impl Person {
    /// The text that stands for this person in the ledger. An account id never contains a colon.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Account(id) => id.to_string(),
            Self::Guest { name, school } => format!("guest:{}@{}", name.trim(), school.trim()),
            Self::Classroom(id) => format!("{CLASSROOM}{id}"),
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        if let Some(rest) = key.strip_prefix("guest:") {
            let (name, school) = rest.split_once('@')?;
            return Some(Self::Guest { name: name.to_owned(), school: school.to_owned() });
        }
        match key.strip_prefix(CLASSROOM) {
            Some(id) => ClassroomId::parse(id).ok().map(Self::Classroom),
            None => AccountId::parse(key).ok().map(Self::Account),
        }
    }
}

/// What somebody wants written; sequence and hashes come with the writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    pub id: EventId,
    pub kind: PresenceKind,
    /// The Participant's number in the Session; none for what concerns the whole Session.
    pub participant: Option<u32>,
    /// None for encoders and players, and for what concerns the whole Session.
    pub person: Option<Person>,
    /// More about it as a JSON object, such as `{"cause":"asked"}`. Part of the hash as written.
    pub detail: String,
    /// Microseconds on the server's monotonic clock, which only compares within one run of the server.
    pub monotonic_us: i64,
    pub wall: Time,
}

/// One line as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceEvent {
    pub id: EventId,
    pub session: SessionId,
    /// 1, 2, 3 … within the Session, without gaps.
    pub sequence: i64,
    pub kind: PresenceKind,
    pub participant: Option<u32>,
    pub person: Option<String>,
    pub detail: String,
    pub monotonic_us: i64,
    pub wall: Time,
    pub previous_hash: Hash,
    pub hash: Hash,
}

/// The end of a Session's chain: what the next line must be tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub sequence: i64,
    pub hash: Hash,
}

impl Head {
    /// Before the first line.
    pub const START: Self = Self { sequence: 0, hash: GENESIS };
}

impl PresenceEvent {
    /// The line that follows `head`, sealed.
    #[must_use]
    pub fn seal(session: SessionId, head: Head, new: NewEvent) -> Self {
        let mut event = Self {
            id: new.id,
            session,
            sequence: head.sequence + 1,
            kind: new.kind,
            participant: new.participant,
            person: new.person.as_ref().map(Person::key),
            detail: new.detail,
            monotonic_us: new.monotonic_us,
            wall: new.wall,
            previous_hash: head.hash,
            hash: GENESIS,
        };
        event.hash = event.digest();
        event
    }

    #[must_use]
    pub fn head(&self) -> Head {
        Head { sequence: self.sequence, hash: self.hash }
    }
}
