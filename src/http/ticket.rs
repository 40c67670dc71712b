//! A ticket lets its bearer into one Session in one role until it expires: `lct1.<payload>.<signature>`.
//!
//! Tickets are checked without the database, so any server that has the key can let people in.

use super::key::{SigningKey, random};
use super::seal::Seal;
use crate::domain::presence::Person;
use crate::domain::{AccountId, ClassroomId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lectern_signaling::protocol::ParticipantKind;
/// Whoever makes a ticket says the role; the shell need not know signaling for that.
pub use lectern_signaling::protocol::SessionRole;
use lectern_signaling::room::Identity;
use serde::{Deserialize, Serialize};

const TICKET: Seal = Seal { prefix: "lct1", purpose: "ticket" };

/// What a ticket says. The payload is readable by its bearer and signed by the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub session: String,
    pub subject: Subject,
    pub role: SessionRole,
    /// Seconds since 1970 UTC.
    pub exp: i64,
    /// Makes two tickets for one person differ.
    pub nonce: String,
}

/// Who comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Account {
        id: String,
        name: String,
        school: Option<String>,
        rural: bool,
        /// On the core roster of the Studio.
        #[serde(default)]
        core: bool,
    },
    Guest {
        name: String,
        school: String,
        rural: bool,
    },
    /// A shared device with many people in front of it.
    Classroom {
        id: ClassroomId,
        name: String,
        school: String,
        rural: bool,
    },
    /// A WHIP client.
    Encoder {
        name: String,
    },
    /// A WHEP client.
    Player {
        name: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    #[error("进入凭证无效，请重新打开课堂链接。")]
    Invalid,
    #[error("进入凭证已过期，请重新打开课堂链接。")]
    Expired,
}

impl Ticket {
    #[must_use]
    pub fn new(session: String, subject: Subject, role: SessionRole, exp: i64) -> Self {
        Self { session, subject, role, exp, nonce: URL_SAFE_NO_PAD.encode(random::<9>()) }
    }

    /// Lets a WHIP client publish.
    #[must_use]
    pub fn for_encoder(session: String, name: String, exp: i64) -> Self {
        Self::new(session, Subject::Encoder { name }, SessionRole::Presenter, exp)
    }

    /// Lets a WHEP client watch.
    #[must_use]
    pub fn for_player(session: String, name: String, exp: i64) -> Self {
        Self::new(session, Subject::Player { name }, SessionRole::Viewer, exp)
    }

    #[must_use]
    pub fn seal(&self, key: &SigningKey) -> String {
        TICKET.seal(self, key)
    }

    /// `now` is in seconds since 1970 UTC.
    pub fn open(text: &str, key: &SigningKey, now: i64) -> Result<Self, TicketError> {
        let ticket: Self = TICKET.open(text, key).ok_or(TicketError::Invalid)?;
        if ticket.exp <= now { Err(TicketError::Expired) } else { Ok(ticket) }
    }
}

impl Ticket {
    /// Who the bearer is to the Room.
    #[must_use]
    pub fn identity(&self) -> Identity {
        let account = match &self.subject {
            Subject::Account { id, .. } => Some(id.clone()),
            _ => None,
        };
        Identity {
            kind: self.subject.kind(),
            role: self.role,
            account,
            key: self.key(),
            name: self.subject.name().to_owned(),
            school: self.subject.school().map(str::to_owned),
            rural: self.subject.rural(),
            core: matches!(self.subject, Subject::Account { core: true, .. }),
            device: None,
        }
    }

    /// The same for the same person, as the ledger names people. An encoder or player is its token.
    fn key(&self) -> String {
        match &self.subject {
            Subject::Account { id, .. } => match AccountId::parse(id) {
                Ok(id) => Person::Account(id).key(),
                Err(_) => id.clone(),
            },
            Subject::Guest { name, school, .. } => Person::Guest { name: name.clone(), school: school.clone() }.key(),
            Subject::Classroom { id, .. } => Person::Classroom(*id).key(),
            Subject::Encoder { .. } => format!("encoder:{}", self.nonce),
            Subject::Player { .. } => format!("player:{}", self.nonce),
        }
    }
}

impl Subject {
    #[must_use]
    pub fn kind(&self) -> ParticipantKind {
        match self {
            Self::Account { .. } => ParticipantKind::Account,
            Self::Guest { .. } => ParticipantKind::Guest,
            Self::Classroom { .. } => ParticipantKind::Classroom,
            Self::Encoder { .. } => ParticipantKind::Encoder,
            Self::Player { .. } => ParticipantKind::Player,
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        let (Self::Account { name, .. }
        | Self::Guest { name, .. }
        | Self::Classroom { name, .. }
        | Self::Encoder { name }
        | Self::Player { name }) = self;
        name
    }

    #[must_use]
    pub fn school(&self) -> Option<&str> {
        match self {
            Self::Account { school, .. } => school.as_deref(),
            Self::Guest { school, .. } | Self::Classroom { school, .. } => Some(school),
            Self::Encoder { .. } | Self::Player { .. } => None,
        }
    }

    #[must_use]
    pub fn rural(&self) -> bool {
        let (Self::Account { rural, .. } | Self::Guest { rural, .. } | Self::Classroom { rural, .. }) = self else {
            return false;
        };
        *rural
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::new(&[3; 32])
    }

    fn ticket() -> Ticket {
        let subject = Subject::Guest { name: "王芳".into(), school: "石桥小学".into(), rural: true };
        Ticket::new("s1".into(), subject, SessionRole::Viewer, 1000)
    }

    #[test]
    fn a_sealed_ticket_opens_to_itself() {
        assert_eq!(
            Ticket::open(&ticket().seal(&key()), &key(), 999).as_ref().map(|t| &t.session),
            Ok(&"s1".to_owned())
        );
    }

    #[test]
    fn a_ticket_is_over_at_its_second() {
        assert_eq!(Ticket::open(&ticket().seal(&key()), &key(), 1000), Err(TicketError::Expired));
    }

    #[test]
    fn any_changed_byte_makes_a_ticket_invalid() {
        let sealed = ticket().seal(&key());
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            // The last base64 digit carries unused bits; decoding refuses them, so every position counts.
            assert_eq!(Ticket::open(&changed, &key(), 0), Err(TicketError::Invalid), "byte {at}");
        }
    }

    #[test]
    fn a_ticket_of_another_server_is_invalid() {
        assert_eq!(Ticket::open(&ticket().seal(&SigningKey::new(&[4; 32])), &key(), 0), Err(TicketError::Invalid));
    }

    #[test]
    fn nonsense_is_invalid_and_never_panics() {
        for text in ["", ".", "..", "lct1..", "lct1.e30.", "lct2.e30.AAAA", &"x".repeat(100_000)] {
            assert_eq!(Ticket::open(text, &key(), 0), Err(TicketError::Invalid));
        }
    }
}
