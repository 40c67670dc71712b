//! The TypeScript that the web client is written against is generated here, and a stale file fails.

use lectern_signaling::protocol::check_in::{
    CheckIn, CheckInMethod, CheckInPurpose, CheckInStanding, DrawnPerson, MissingPerson, OpenCheckIn,
};
use lectern_signaling::protocol::client::{ClientFrame, ClientMessage, FetchedPiece, LineReport, SlotTarget, SlotWish};
use lectern_signaling::protocol::poll::{
    MAX_OPTION_CHARS, MAX_OPTIONS, MAX_QUESTION_CHARS, MIN_OPTIONS, OpenPoll, Poll, PollCounts, PollResult,
};
use lectern_signaling::protocol::server::{
    ChatLine, FlowingLayer, LineBars, LineDetails, ParticipantView, PlaceView, PublicationView, RecordingLight,
    RecordingTrouble, SeatView, ServerMessage, SessionView, SlotView, Welcome,
};
use lectern_signaling::protocol::{
    CloseCode, LayerName, LineMode, LineStep, LineTransport, MAX_CHAT_CHARS, MAX_FRAME_BYTES, MAX_HEADCOUNT,
    MAX_REASON_CHARS, PROTOCOL_VERSION, ParticipantId, ParticipantKind, PublicationId, RESUME_WITHIN_SECONDS,
    RecordingSwitch, Refusal, RefusalFrame, SITE, SessionRole, Source, UnseatCause,
};
use std::path::Path;
use ts_rs::{Config, TS};

const TARGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/protocol/signaling.ts");

#[test]
fn types_of_the_web_client_are_fresh() {
    let fresh = generate();
    let path = Path::new(TARGET);
    if std::env::var_os("UPDATE_TYPES").is_some() {
        std::fs::write(path, &fresh).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == fresh,
        "web/protocol/signaling.ts is stale: run `UPDATE_TYPES=1 cargo test -p lectern-signaling types` and commit the file"
    );
}

fn generate() -> String {
    let mut out = String::from(
        "// Generated from signaling/src/protocol by `UPDATE_TYPES=1 cargo test -p lectern-signaling types`. Do not edit.\n",
    );
    for (name, value) in [
        ("PROTOCOL_VERSION", u64::from(PROTOCOL_VERSION)),
        ("MAX_FRAME_BYTES", MAX_FRAME_BYTES as u64),
        ("MAX_CHAT_CHARS", MAX_CHAT_CHARS as u64),
        ("RESUME_WITHIN_SECONDS", RESUME_WITHIN_SECONDS),
        ("MAX_REASON_CHARS", MAX_REASON_CHARS as u64),
        ("MAX_HEADCOUNT", u64::from(MAX_HEADCOUNT)),
        ("MAX_QUESTION_CHARS", MAX_QUESTION_CHARS as u64),
        ("MAX_OPTION_CHARS", MAX_OPTION_CHARS as u64),
        ("MIN_OPTIONS", MIN_OPTIONS as u64),
        ("MAX_OPTIONS", MAX_OPTIONS as u64),
    ] {
        out.push_str(&format!("\nexport const {name} = {value};"));
    }
    out.push_str(&format!("\nexport const SITE = \"{SITE}\";"));
    out.push_str("\n\n/** Why the server closed the websocket. */\nexport const CloseCode = {");
    for code in CloseCode::ALL {
        out.push_str(&format!("\n  {}: {},", code.name(), code.code()));
    }
    out.push_str("\n} as const;\n");
    one::<ParticipantId>(&mut out);
    one::<PublicationId>(&mut out);
    one::<Source>(&mut out);
    one::<RecordingSwitch>(&mut out);
    one::<RecordingTrouble>(&mut out);
    one::<RecordingLight>(&mut out);
    one::<LayerName>(&mut out);
    one::<ParticipantKind>(&mut out);
    one::<SessionRole>(&mut out);
    one::<LineMode>(&mut out);
    one::<LineStep>(&mut out);
    one::<LineTransport>(&mut out);
    one::<CheckInPurpose>(&mut out);
    one::<CheckInMethod>(&mut out);
    one::<CheckInStanding>(&mut out);
    one::<ClientFrame>(&mut out);
    one::<ClientMessage>(&mut out);
    one::<FetchedPiece>(&mut out);
    one::<SlotWish>(&mut out);
    one::<SlotTarget>(&mut out);
    one::<LineReport>(&mut out);
    one::<OpenCheckIn>(&mut out);
    one::<OpenPoll>(&mut out);
    one::<ServerMessage>(&mut out);
    one::<Welcome>(&mut out);
    one::<SessionView>(&mut out);
    one::<ParticipantView>(&mut out);
    one::<PlaceView>(&mut out);
    one::<SeatView>(&mut out);
    one::<UnseatCause>(&mut out);
    one::<PublicationView>(&mut out);
    one::<SlotView>(&mut out);
    one::<ChatLine>(&mut out);
    one::<LineBars>(&mut out);
    one::<LineDetails>(&mut out);
    one::<FlowingLayer>(&mut out);
    one::<CheckIn>(&mut out);
    one::<DrawnPerson>(&mut out);
    one::<MissingPerson>(&mut out);
    one::<Poll>(&mut out);
    one::<PollResult>(&mut out);
    one::<PollCounts>(&mut out);
    one::<Refusal>(&mut out);
    one::<RefusalFrame>(&mut out);
    out
}

fn one<T: TS + 'static>(out: &mut String) {
    let config = Config::new();
    out.push('\n');
    out.push_str(&T::docs().unwrap_or_default());
    let declaration = format!("export {}", T::decl(&config));
    for line in declaration.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
