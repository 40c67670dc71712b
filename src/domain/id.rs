//! Ids: sixteen lowercase base32 characters, a different type for each noun.

use super::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// How many random bytes make an id: 80 bits, so that a billion ids collide with a chance of one in two million.
pub const ID_BYTES: usize = 10;
/// How many characters an id has.
pub const ID_CHARS: usize = 16;

/// RFC 4648 section 6 alphabet in lower case; an id can be read aloud and typed without shift.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("编号应为 16 位小写字母和数字 2–7")]
pub struct BadId;

fn encode(bytes: [u8; ID_BYTES]) -> [u8; ID_CHARS] {
    let mut text = [0; ID_CHARS];
    let mut bits = 0_u32;
    let mut held = 0_u32;
    let mut at = 0;
    for byte in bytes {
        bits = (bits << 8) | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text[at] = ALPHABET[((bits >> held) & 31) as usize];
            at += 1;
        }
        bits &= (1 << held) - 1;
    }
    text
}

fn parse(text: &str) -> Result<[u8; ID_CHARS], BadId> {
    let bytes: [u8; ID_CHARS] = text.as_bytes().try_into().map_err(|_| BadId)?;
    if bytes.iter().all(|byte| ALPHABET.contains(byte)) { Ok(bytes) } else { Err(BadId) }
}

/// What all ids have in common, so that the store can make and read any of them.
pub trait Id: Copy + Send + Sync + 'static {
    /// An id from random bytes that the caller supplies.
    fn from_random(bytes: [u8; ID_BYTES]) -> Self;
    /// Reads an id from text that came from outside.
    fn parse(text: &str) -> Result<Self, BadId>;
    fn as_str(&self) -> &str;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; ID_CHARS]);

        impl $name {
            #[must_use]
            pub fn from_random(bytes: [u8; ID_BYTES]) -> Self {
                Self(encode(bytes))
            }

            pub fn parse(text: &str) -> Result<Self, BadId> {
                parse(text).map(Self)
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).expect("made of the alphabet, which is ASCII")
            }
        }

        impl Id for $name {
            fn from_random(bytes: [u8; ID_BYTES]) -> Self {
                Self::from_random(bytes)
            }

            fn parse(text: &str) -> Result<Self, BadId> {
                Self::parse(text)
            }

            fn as_str(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::parse(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    RegionId,
    SchoolId,
    AccountId,
    StudioId,
    MembershipId,
    SeriesId,
    ActivityId,
    SessionId,
    ClassroomId,
    PrintedCodeId,
    LoginId,
    AttachmentId,
    CalendarFeedId,
    LeaveId,
    AppealId,
    PhotoId,
    NoticeId,
    EvidenceId,
    MentorId,
    HelpedSchoolId,
    StationId,
    LessonReviewId,
    ChoiceId,
    VetoId,
    YearEndId,
    ObjectionId,
    RecruitmentId,
    ApplicationId,
    TransferId,
    AnnouncementId,
    RecordingId,
    ResourceId,
    CommentId,
    LessonPlanId,
    /// Names one report that was given out; it is printed and read aloud.
    IssueId,
    /// Names one PresenceEvent for ever; the same id written twice is one event.
    EventId,
}

impl EventId {
    /// Ids of the same second lie beside each other in an index, so that lines which are written together change few of
    /// its pages. 48 random bits: among 5,000 ids of one second two are the same with a chance of one in twenty million.
    #[must_use]
    pub fn at(wall: Time, random: [u8; 6]) -> Self {
        let second = wall.micros().div_euclid(1_000_000).to_be_bytes();
        let mut bytes = [0; ID_BYTES];
        bytes[..4].copy_from_slice(&second[4..]);
        bytes[4..].copy_from_slice(&random);
        Self(encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_base32_of_rfc_4648() {
        // Base32 of the ten bytes "foobarfoob" by RFC 4648, in lower case.
        assert_eq!(StudioId::from_random(*b"foobarfoob").as_str(), "mzxw6ytbojtg633c");
        assert_eq!(StudioId::from_random([0xff; 10]).as_str(), "7777777777777777");
    }

    #[test]
    fn an_id_reads_back_and_nothing_else_does() {
        let id = AccountId::from_random([7; 10]);
        assert_eq!(AccountId::parse(id.as_str()), Ok(id));
        for bad in ["", "short", "MZXW6YTBOJTG633C", "mzxw6ytbojtg6331", "mzxw6ytbojtg633cc", "讲台讲台讲"] {
            assert_eq!(AccountId::parse(bad), Err(BadId), "{bad}");
        }
    }

    #[test]
    fn events_of_one_second_share_the_beginning_of_their_ids() {
        let at = |second, random| EventId::at(Time::from_seconds(second), [random; 6]);
        let (first, second, later) = (at(1_790_000_000, 1), at(1_790_000_000, 255), at(1_790_000_001, 1));
        assert_ne!(first, second);
        assert_eq!(first.as_str()[..6], second.as_str()[..6]);
        assert_ne!(first, later);
        assert_eq!(EventId::parse(first.as_str()), Ok(first));
    }
}
