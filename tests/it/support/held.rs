//! Activities that were held: an hour online, with the lines that the ledger would have of it.

use lectern::domain::attendance::CheckpointDetail;
use lectern::domain::presence::{NewEvent, Person, PresenceKind};
use lectern::domain::*;
use lectern::store::{self, Store};
use std::time::Duration;

/// An Activity that is yet to be held, at 14:30 of the day.
pub(crate) fn plan(studio: StudioId, kind: ActivityKind, day: &str) -> NewActivity {
    let start = Time::parse(&format!("{day}T14:30:00+08:00")).unwrap();
    NewActivity {
        studio,
        series: None,
        title: format!("{}，{day}", kind.word()),
        summary: String::new(),
        kind,
        mode: Mode::Online,
        level: Level::County,
        audience: String::new(),
        place: String::new(),
        planned_start: start,
        planned_end: start + Duration::from_secs(3600),
        presenters: Vec::new(),
        guests_allowed: true,
    }
}

/// Holds it: these people are there from the beginning to the end.
pub(crate) async fn hold(store: &Store, new: NewActivity, people: &[Person]) -> (ActivityId, SessionId) {
    let (start, end) = (new.planned_start, new.planned_end);
    let activity = store::activity::create(store, new, start).await.unwrap().id;
    let session = store::session::go_live(store, activity, None, start).await.unwrap().id;
    let line = |kind, who: Option<(u32, &Person)>, wall: Time, detail: &str| NewEvent {
        id: store::random_id().unwrap(),
        kind,
        participant: who.map(|(number, _)| number),
        person: who.map(|(_, person)| person.clone()),
        detail: detail.to_owned(),
        monotonic_us: wall.micros(),
        wall,
    };
    let ms = 3_600_000;
    let proof = CheckpointDetail { media_ms: Some(ms), visible_ms: ms, ..CheckpointDetail::default() };
    let proof = serde_json::to_string(&proof).unwrap();
    let there = || (1_u32..).zip(people).map(Some);
    let mut lines = vec![line(PresenceKind::SessionStarted, None, start, "{}")];
    lines.extend(there().map(|who| line(PresenceKind::Joined, who, start, "{}")));
    lines.extend(there().map(|who| line(PresenceKind::Checkpoint, who, end, &proof)));
    lines.push(line(PresenceKind::SessionEnded, None, end, "{}"));
    store::ledger::append(store, session, lines).await.unwrap();
    store::session::end(store, session, end).await.unwrap();
    (activity, session)
}
