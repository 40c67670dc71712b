//! Different people on one device, for somebody to look at: it is no verdict, a school may have one computer.

use super::super::presence::{PresenceEvent, PresenceKind};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Part of the detail of a `joined` line.
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
    for event in events.iter().filter(|event| event.kind == PresenceKind::Joined) {
        if let (Some(person), Some(device)) = (&event.person, device_of(event)) {
            devices.entry(device).or_default().insert(person);
        }
    }
    let shared = devices.into_values().filter(|people| people.len() > 1).flatten();
    shared.map(str::to_owned).collect()
}
