//! The capture of a Session: what the Room wants captured goes, in order and without anybody waiting for it, to where
//! Recordings are made.

use super::{LiveClock, Pending};
use crate::domain::{SessionId, Time};
use lectern_media::driver::{RecordingFigures, Trouble};
use lectern_media::ids::TrackId;
use lectern_media::record::{Event, Source, TrackFacts};
use lectern_signaling::protocol;
use lectern_signaling::protocol::server::RecordingTrouble;
use lectern_signaling::room::CaptureFigures;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Orders that may wait: chat and Tracks of the busiest Session for many seconds.
const WAITING: usize = 512;
/// A disk that hangs must not keep a Session from ending.
const CLOSES_WITHIN: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the Recording could not be made: {0}")]
pub struct CaptureError(pub String);

/// Where Recordings are made. Orders of one Session come one after the other.
pub trait Recordings: Send + Sync + 'static {
    /// A Recording of this Session begins, or goes on.
    fn begin(&self, session: SessionId, at: Time) -> Pending<Result<(), CaptureError>>;
    fn add(&self, session: SessionId, track: TrackId, facts: TrackFacts) -> Pending<Result<(), CaptureError>>;
    fn note(&self, session: SessionId, event: Event) -> Pending<Result<(), CaptureError>>;
    /// The Session is over: the Recording is closed, and waits to be finished.
    fn close(&self, session: SessionId, at: Time) -> Pending<Result<(), CaptureError>>;
    fn figures(&self, session: SessionId) -> Option<RecordingFigures>;
}

pub(super) enum Order {
    Begin(Time),
    Add(TrackId, TrackFacts),
    Note(Event),
    /// Who came and went. Left out where much else waits: it must not keep a Track from being captured.
    Here(Vec<Event>),
    Close(Time),
}

/// The way from one actor to where Recordings are made.
pub(super) struct CaptureLine {
    recordings: Arc<dyn Recordings>,
    session: SessionId,
    orders: mpsc::Sender<Order>,
    worker: JoinHandle<()>,
}

impl CaptureLine {
    pub(super) fn open(recordings: Arc<dyn Recordings>, session: SessionId) -> Self {
        let (orders, inbox) = mpsc::channel(WAITING);
        let worker = tokio::spawn(work(recordings.clone(), session, inbox));
        Self { recordings, session, orders, worker }
    }

    pub(super) fn order(&self, order: Order) {
        if matches!(order, Order::Here(_)) && self.orders.capacity() < WAITING / 2 {
            tracing::warn!(session = %self.session, "a Recording is behind: it does not tell who came or went");
            return;
        }
        if self.orders.try_send(order).is_err() {
            tracing::error!(session = %self.session, "a Recording is too far behind: something was not captured");
        }
    }

    pub(super) fn figures(&self) -> Option<CaptureFigures> {
        let found = self.recordings.figures(self.session)?;
        let ms = |ago: Duration| u64::try_from(ago.as_millis()).unwrap_or(u64::MAX);
        Some(CaptureFigures {
            bytes: found.bytes,
            written_ms_ago: found.written_ago.map(ms),
            should_flow: found.should_flow,
            trouble: found.trouble.map(|trouble| match trouble {
                Trouble::NoRoom => RecordingTrouble::NoRoom,
                Trouble::Disk => RecordingTrouble::Disk,
                Trouble::TooSlow => RecordingTrouble::TooSlow,
            }),
        })
    }

    /// Waits for what was ordered. `over`: the Session has ended, not only the server.
    pub(super) async fn finish(self, over: bool, clock: &LiveClock) {
        if over {
            self.order(Order::Close(clock.reading().wall));
        }
        drop(self.orders);
        let mut worker = self.worker;
        if tokio::time::timeout(CLOSES_WITHIN, &mut worker).await.is_err() {
            tracing::error!(session = %self.session, "a Recording was not closed in time");
            worker.abort();
        }
    }
}

async fn work(recordings: Arc<dyn Recordings>, session: SessionId, mut inbox: mpsc::Receiver<Order>) {
    while let Some(order) = inbox.recv().await {
        let done = match order {
            Order::Begin(at) => recordings.begin(session, at).await,
            Order::Add(track, facts) => recordings.add(session, track, facts).await,
            Order::Note(event) => recordings.note(session, event).await,
            Order::Here(events) => here(&*recordings, session, events).await,
            Order::Close(at) => recordings.close(session, at).await,
        };
        if let Err(error) = done {
            tracing::error!(%session, %error, "a Recording lacks something");
        }
    }
}

async fn here(recordings: &dyn Recordings, session: SessionId, events: Vec<Event>) -> Result<(), CaptureError> {
    for event in events {
        recordings.note(session, event).await?;
    }
    Ok(())
}

pub(super) fn source(source: protocol::Source) -> Source {
    match source {
        protocol::Source::Microphone => Source::Microphone,
        protocol::Source::Camera => Source::Camera,
        protocol::Source::Screen => Source::Screen,
        protocol::Source::ScreenAudio => Source::ScreenAudio,
    }
}
