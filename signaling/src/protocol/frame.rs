//! Frames to and from text.

use super::client::ClientFrame;
use super::server::ServerMessage;
use super::{MAX_FRAME_BYTES, PROTOCOL_VERSION, Refusal, RefusalFrame};
use serde::Deserialize;
use serde_json::Value;

/// Reads one text frame of a client. A frame that is refused is answered with its id wherever one can be read.
pub fn decode(text: &str) -> Result<ClientFrame, RefusalFrame> {
    if text.len() > MAX_FRAME_BYTES {
        return Err(Refusal::TooLarge.answering(None));
    }
    serde_json::from_str(text).map_err(|_| why_unreadable(text))
}

/// The text of one server message.
#[must_use]
pub fn encode(message: &ServerMessage) -> String {
    serde_json::to_string(message).expect("server messages are made of strings, numbers and lists")
}

/// What can still be read of a frame that is not a `ClientFrame`.
#[derive(Deserialize)]
struct Remains {
    #[serde(default)]
    id: Value,
    #[serde(default, rename = "type")]
    kind: Value,
    #[serde(default)]
    protocol: Value,
}

fn why_unreadable(text: &str) -> RefusalFrame {
    let Ok(remains) = serde_json::from_str::<Remains>(text) else {
        return Refusal::Malformed.answering(None);
    };
    // The `hello` of a later version may look different; its sender must learn that the version is the reason.
    let later = remains.kind == "hello" && remains.protocol.as_u64().is_some_and(|v| v != u64::from(PROTOCOL_VERSION));
    let refusal = if later { Refusal::WrongVersion } else { Refusal::Malformed };
    refusal.answering(remains.id.as_u64())
}

#[cfg(test)]
mod tests {
    use super::super::client::ClientMessage;
    use super::*;

    fn refused(text: &str) -> (Option<u64>, Refusal) {
        let frame = decode(text).expect_err("must be refused");
        (frame.re, frame.code)
    }

    #[test]
    fn a_frame_survives_the_journey() {
        let frame = decode(r#"{"id":7,"type":"chat","text":"您好","later_field":1}"#).unwrap();
        assert_eq!(frame, ClientFrame { id: 7, message: ClientMessage::Chat { text: "您好".into() } });
    }

    #[test]
    fn a_malformed_frame_is_answered_by_its_id() {
        assert_eq!(refused(r#"{"id":9,"type":"sing"}"#), (Some(9), Refusal::Malformed));
        assert_eq!(refused(r#"{"id":9,"type":"chat"}"#), (Some(9), Refusal::Malformed));
        assert_eq!(refused(r#"{"id":9,"type":"chat","text":5}"#), (Some(9), Refusal::Malformed));
        assert_eq!(refused(r#"{"id":9}"#), (Some(9), Refusal::Malformed));
    }

    #[test]
    fn a_frame_without_a_readable_id_is_answered_without_one() {
        for text in
            ["", "null", "[]", "{", r#"{"id":-1,"type":"ping"}"#, r#"{"type":"ping"}"#, r#"{"id":"7","type":"ping"}"#]
        {
            assert_eq!(refused(text), (None, Refusal::Malformed), "{text}");
        }
        let deep = "[".repeat(50_000);
        assert_eq!(refused(&deep), (None, Refusal::Malformed));
    }

    #[test]
    fn a_later_hello_hears_that_its_version_is_wrong() {
        assert_eq!(refused(r#"{"id":1,"type":"hello","protocol":2,"card":"x"}"#), (Some(1), Refusal::WrongVersion));
        assert_eq!(
            refused(r#"{"id":1,"type":"hello","protocol":70000,"ticket":"x"}"#),
            (Some(1), Refusal::WrongVersion)
        );
    }

    #[test]
    fn an_oversize_frame_is_refused_unread() {
        let text = format!(r#"{{"id":1,"type":"chat","text":"{}"}}"#, "a".repeat(MAX_FRAME_BYTES));
        assert_eq!(refused(&text), (None, Refusal::TooLarge));
    }
}
