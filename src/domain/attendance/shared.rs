//! Different people on one device, or seated by one phone, for somebody to look at: it is no verdict, a school may have one computer.

use super::super::presence::{CLASSROOM, PresenceEvent, PresenceKind};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Part of the details of `joined` and `seated` lines.
#[derive(Deserialize)]
struct Came {
    device: Option<String>,
}

/// What tells the device from others within this Session, where the page gave it.
pub(super) fn device_of(event: &PresenceEvent) -> Option<String> {
    serde_json::from_str::<Came>(&event.detail).ok()?.device
}

/// The keys of those who came from a device from which somebody else came too.
#[must_use]
pub fn on_shared_devices(events: &[PresenceEvent]) -> BTreeSet<String> {
    let mut devices: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for event in events.iter().filter(|event| matches!(event.kind, PresenceKind::Joined | PresenceKind::Seated)) {
        // A Classroom's device is there to be shared.
        let person = event.person.as_ref().filter(|person| !person.starts_with(CLASSROOM));
        if let (Some(person), Some(device)) = (person, device_of(event)) {
            devices.entry(device).or_default().insert(person);
        }
    }
    let shared = devices.into_values().filter(|people| people.len() > 1).flatten();
    shared.map(str::to_owned).collect()
}
