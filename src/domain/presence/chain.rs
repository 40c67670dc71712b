//! The hash chain: every line's SHA-256 covers its content and the hash before, so that no line changes unseen.

use super::{Head, PresenceEvent};

pub type Hash = [u8; 32];

/// What the first line of a Session is tied to.
pub const GENESIS: Hash = [0; 32];

/// Names the layout of the hashed bytes; a new layout gets a new name.
const LAYOUT: &[u8] = b"lectern presence 1";

/// As reports, files and people write a hash: in lower case.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl PresenceEvent {
    /// The bytes that the hash covers: each field as its length (8 bytes, big-endian) and its text, an absent field
    /// as the length `u64::MAX` alone, so that no two different lines share their bytes.
    #[must_use]
    pub fn canonical_bytes(&self) -> Vec<u8> {
        let sequence = self.sequence.to_string();
        let participant = self.participant.map(|number| number.to_string());
        let monotonic = self.monotonic_us.to_string();
        let wall = self.wall.micros().to_string();
        let fields: [Option<&[u8]>; 11] = [
            Some(LAYOUT),
            Some(&self.previous_hash),
            Some(self.session.as_str().as_bytes()),
            Some(sequence.as_bytes()),
            Some(self.id.as_str().as_bytes()),
            Some(self.kind.code().as_bytes()),
            participant.as_deref().map(str::as_bytes),
            self.person.as_deref().map(str::as_bytes),
            Some(self.detail.as_bytes()),
            Some(monotonic.as_bytes()),
            Some(wall.as_bytes()),
        ];
        let mut bytes = Vec::with_capacity(256);
        for field in fields {
            let length = field.map_or(u64::MAX, |field| field.len() as u64);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(field.unwrap_or_default());
        }
        bytes
    }

    #[must_use]
    pub fn digest(&self) -> Hash {
        let digest = ring::digest::digest(&ring::digest::SHA256, &self.canonical_bytes());
        digest.as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

/// The first line that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("第 {sequence} 行{fault}")]
pub struct Broken {
    /// The sequence that the chain should have had there.
    pub sequence: i64,
    pub fault: Fault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("缺失")]
    Missing,
    #[error("没有接在前一行之后")]
    Unlinked,
    #[error("内容与指纹不符")]
    Altered,
    /// A column holds what the ledger never writes.
    #[error("读不出来")]
    Unreadable,
    /// The chain holds in itself, and is another one than when its head was kept elsewhere.
    #[error("的指纹与另存的不同")]
    Replaced,
}

/// Checks lines in the order of their sequence, from `head` on, and gives the new head.
pub fn verify(head: Head, events: &[PresenceEvent]) -> Result<Head, Broken> {
    events.iter().try_fold(head, |head, event| {
        let sequence = head.sequence + 1;
        let fault = if event.sequence != sequence {
            Some(Fault::Missing)
        } else if event.previous_hash != head.hash {
            Some(Fault::Unlinked)
        } else if event.digest() != event.hash {
            Some(Fault::Altered)
        } else {
            None
        };
        fault.map_or(Ok(event.head()), |fault| Err(Broken { sequence, fault }))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{NewEvent, Person, PresenceKind};
    use super::*;
    use crate::domain::{EventId, SessionId, Time};

    fn chain(count: u8) -> Vec<PresenceEvent> {
        let session = SessionId::from_random([9; 10]);
        let mut head = Head::START;
        (0..count)
            .map(|n| {
                let new = NewEvent {
                    id: EventId::from_random([n; 10]),
                    kind: PresenceKind::Checkpoint,
                    participant: Some(u32::from(n)),
                    person: Some(Person::Guest { name: "王小明".into(), school: "山口小学".into() }),
                    detail: "{}".into(),
                    monotonic_us: i64::from(n) * 15_000_000,
                    wall: Time::from_seconds(i64::from(n) * 15),
                };
                let event = PresenceEvent::seal(session, head, new);
                head = event.head();
                event
            })
            .collect()
    }

    #[test]
    fn an_untouched_chain_holds() {
        let events = chain(5);
        assert_eq!(verify(Head::START, &events), Ok(events[4].head()));
        assert_eq!(verify(events[1].head(), &events[2..]), Ok(events[4].head()), "also from the middle");
    }

    #[test]
    fn any_changed_field_is_named_by_its_row() {
        let touch: [fn(&mut PresenceEvent); 9] = [
            |e| e.id = EventId::from_random([77; 10]),
            |e| e.session = SessionId::from_random([77; 10]),
            |e| e.kind = PresenceKind::Joined,
            |e| e.participant = None,
            |e| e.person = Some("guest:王小明@别的学校".into()),
            |e| e.person = None,
            |e| e.detail.push(' '),
            |e| e.monotonic_us += 1,
            |e| e.wall = Time::from_micros(e.wall.micros() + 1),
        ];
        for touch in touch {
            let mut events = chain(5);
            touch(&mut events[2]);
            assert_eq!(verify(Head::START, &events), Err(Broken { sequence: 3, fault: Fault::Altered }));
        }
    }

    #[test]
    fn a_row_that_was_resealed_breaks_the_next_one() {
        let mut events = chain(5);
        events[2].detail = "{\"forged\":1}".into();
        events[2].hash = events[2].digest();
        assert_eq!(verify(Head::START, &events), Err(Broken { sequence: 4, fault: Fault::Unlinked }));
    }

    #[test]
    fn a_row_that_was_taken_out_is_missed() {
        let mut events = chain(5);
        events.remove(1);
        assert_eq!(verify(Head::START, &events), Err(Broken { sequence: 2, fault: Fault::Missing }));
    }

    #[test]
    fn text_can_not_move_between_fields() {
        let mut one = chain(1).remove(0);
        let mut other = one.clone();
        one.person = Some("ab".into());
        one.detail = "c".into();
        other.person = Some("a".into());
        other.detail = "bc".into();
        assert_ne!(one.digest(), other.digest());
    }
}
