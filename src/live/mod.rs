//! Live Sessions: one actor per Session owns its Room, records presence before anyone hears of it, drives the media plane
//! and feeds the Connections. The only door to signaling and media.

mod capture;
mod casts;
mod clock;
mod events;
mod figures;
mod ledger;
mod lone_peer;
mod media;
mod outbox;
mod places;
mod polls;
mod recovery;
mod registry;
mod session;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use capture::{CaptureError, Recordings};
pub use casts::{Casts, StreamLink};
pub use clock::{LiveClock, Reading};
pub use figures::{Distribution, LineTally};
/// Where the segments of a live stream are fetched from.
pub use lectern_media::driver::LiveShelf;
/// What a line check found, for whoever shows it.
pub use lectern_media::router::CheckedLine;
/// How a Session that goes live is recorded.
pub use lectern_signaling::protocol::RecordingSwitch;
/// The app sets these; it knows no signaling otherwise.
pub use lectern_signaling::room::RoomLimits;
pub use ledger::{LedgerError, Lines, PresenceLedger};
pub use lone_peer::LonePeer;
pub use media::{Delivered, MediaError, MediaEvent, MediaEvents, MediaPlane, MediaTotals, PeerFigures};
pub use outbox::{Outbox, OutboxReader, Outgoing, outbox};
pub use places::{Places, places};
pub use recovery::{Recovered, recover};
pub use registry::{Going, LiveTotals, Registry, RegistryParts, Reservation};
pub use session::{Arrival, Member, SessionHandle};

use std::pin::Pin;

/// A future behind a trait object.
pub type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;
