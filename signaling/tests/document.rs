//! `docs/protocol.md` tells the truth: every example decodes, and nothing is missing.

use lectern_signaling::protocol::client::ClientMessage;
use lectern_signaling::protocol::server::ServerMessage;
use lectern_signaling::protocol::{CloseCode, MAX_CHAT_CHARS, MAX_FRAME_BYTES, RESUME_WITHIN_SECONDS, Refusal, decode};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use ts_rs::{Config, TS};

const DOCUMENT: &str = include_str!("../../docs/protocol.md");

/// The examples in fences of this kind.
fn examples(of: &str) -> Vec<&'static str> {
    let open = format!("```json {of}\n");
    DOCUMENT.split(open.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

fn kind(value: &Value) -> String {
    value["type"].as_str().unwrap_or_default().to_owned()
}

/// The `type` of every variant, from the generated TypeScript.
fn kinds_of<T: TS>() -> BTreeSet<String> {
    let declaration = T::decl(&Config::new());
    let names = declaration.split("\"type\": \"").skip(1).filter_map(|rest| rest.split('"').next());
    names.map(str::to_owned).collect()
}

fn assert_same(example: &str, read: &impl Serialize) {
    let given: Value = serde_json::from_str(example).expect("examples are JSON");
    let said = serde_json::to_value(read).expect("messages are JSON");
    assert_eq!(given, said, "the example has fields that the message does not have");
}

#[test]
fn every_client_message_has_an_example_that_decodes() {
    let mut shown = BTreeSet::new();
    for example in examples("client") {
        let frame = decode(example).unwrap_or_else(|refusal| panic!("{refusal:?}: {example}"));
        assert_same(example, &frame);
        shown.insert(kind(&serde_json::to_value(&frame).expect("JSON")));
    }
    assert_eq!(shown, kinds_of::<ClientMessage>());
}

#[test]
fn every_server_message_has_an_example_that_decodes() {
    let mut shown = BTreeSet::new();
    for example in examples("server") {
        let message: ServerMessage = serde_json::from_str(example).unwrap_or_else(|e| panic!("{e}: {example}"));
        assert_same(example, &message);
        shown.insert(kind(&serde_json::to_value(&message).expect("JSON")));
    }
    assert_eq!(shown, kinds_of::<ServerMessage>());
}

#[test]
fn every_refusal_stands_in_the_table_with_its_sentence() {
    let declaration = Refusal::decl(&Config::new());
    let codes: Vec<&str> = declaration.split('"').skip(1).step_by(2).collect();
    assert!(codes.len() > 20);
    for code in &codes {
        let refusal: Refusal = serde_json::from_value(Value::from(*code)).expect("a code is a refusal");
        let row = format!("| `{code}` | {refusal} | ");
        assert!(DOCUMENT.contains(&row), "missing or stale: {row}");
    }
    let section = DOCUMENT.split("## Refusals").nth(1).and_then(|s| s.split("## ").next()).expect("the section");
    let rows = section.lines().filter(|l| l.starts_with("| `")).count();
    assert_eq!(rows, codes.len(), "the table has rows that are no refusal");
}

#[test]
fn every_close_code_stands_in_the_table() {
    for code in CloseCode::ALL {
        let row = format!("| {} | {} | ", code.code(), code.name());
        assert!(DOCUMENT.contains(&row), "missing: {row}");
    }
}

#[test]
fn the_limits_in_the_document_are_those_in_the_code() {
    assert!(DOCUMENT.contains("64 KiB (65,536 bytes)") && MAX_FRAME_BYTES == 65_536);
    assert!(DOCUMENT.contains("| chat text | 500 characters |") && MAX_CHAT_CHARS == 500);
    assert!(DOCUMENT.contains("coming back as the same Participant | 120 s") && RESUME_WITHIN_SECONDS == 120);
}
