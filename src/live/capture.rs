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
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Orders that may wait: chat and Tracks of the busiest Session for many seconds.
const WAITING: usize = 512;
/// What could not begin is begun again after this.
const BEGIN_AGAIN: Duration = Duration::from_secs(2);
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
    /// Who came and went. Left out where much else waits, as chat is: it must not keep a Track from being captured.
    Here(Vec<Event>),
    Close(Time),
}

/// The way from one actor to where Recordings are made.
pub(super) struct CaptureLine {
    recordings: Arc<dyn Recordings>,
    session: SessionId,
    orders: mpsc::Sender<Order>,
    /// It should be there, and is not.
    failing: Arc<AtomicBool>,
    worker: JoinHandle<()>,
}

impl CaptureLine {
    pub(super) fn open(recordings: Arc<dyn Recordings>, session: SessionId) -> Self {
        let (orders, inbox) = mpsc::channel(WAITING);
        let failing = Arc::<AtomicBool>::default();
        let worker = tokio::spawn(work(recordings.clone(), session, inbox, failing.clone()));
        Self { recordings, session, orders, failing, worker }
    }

    pub(super) fn order(&self, order: Order) {
        let little = matches!(order, Order::Here(_) | Order::Note(Event::Chat { .. }));
        if little && self.orders.capacity() < WAITING / 2 {
            tracing::warn!(session = %self.session, "a Recording is behind: it lacks chat, or who came and went");
            return;
        }
        if self.orders.try_send(order).is_err() {
            tracing::error!(session = %self.session, "a Recording is too far behind: something was not captured");
        }
    }

    pub(super) fn figures(&self) -> Option<CaptureFigures> {
        if self.failing.load(Ordering::Relaxed) {
            return Some(CaptureFigures { should_flow: true, ..CaptureFigures::default() });
        }
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
                Trouble::LowRoom => RecordingTrouble::LowRoom,
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

async fn work(
    recordings: Arc<dyn Recordings>,
    session: SessionId,
    mut inbox: mpsc::Receiver<Order>,
    failing: Arc<AtomicBool>,
) {
    while let Some(order) = inbox.recv().await {
        let done = match order {
            Order::Begin(at) => {
                begin(&*recordings, session, at, &failing).await;
                Ok(())
            }
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

/// Until it has begun: what is ordered meanwhile waits.
async fn begin(recordings: &dyn Recordings, session: SessionId, at: Time, failing: &AtomicBool) {
    while let Err(error) = recordings.begin(session, at).await {
        if !failing.swap(true, Ordering::Relaxed) {
            tracing::error!(%session, %error, "a Recording does not begin");
        }
        tokio::time::sleep(BEGIN_AGAIN).await;
    }
    failing.store(false, Ordering::Relaxed);
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Refuses to begin so often, and keeps what it was told.
    struct Flaky {
        refuses: Mutex<u32>,
        told: Arc<Mutex<Vec<String>>>,
    }

    impl Flaky {
        fn tell(&self, what: String) -> Pending<Result<(), CaptureError>> {
            self.told.lock().unwrap().push(what);
            Box::pin(async { Ok(()) })
        }
    }

    impl Recordings for Flaky {
        fn begin(&self, _: SessionId, _: Time) -> Pending<Result<(), CaptureError>> {
            let mut refuses = self.refuses.lock().unwrap();
            if *refuses > 0 {
                *refuses -= 1;
                return Box::pin(async { Err(CaptureError("busy".into())) });
            }
            self.tell("begin".into())
        }

        fn add(&self, _: SessionId, track: TrackId, _: TrackFacts) -> Pending<Result<(), CaptureError>> {
            self.tell(format!("add {}", track.0))
        }

        fn note(&self, _: SessionId, _: Event) -> Pending<Result<(), CaptureError>> {
            self.tell("note".into())
        }

        fn close(&self, _: SessionId, _: Time) -> Pending<Result<(), CaptureError>> {
            self.tell("close".into())
        }

        fn figures(&self, _: SessionId) -> Option<RecordingFigures> {
            None
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_begin_is_begun_again_with_all_its_tracks_and_hosts_are_warned_meanwhile() {
        let told = Arc::<Mutex<Vec<String>>>::default();
        let recordings = Arc::new(Flaky { refuses: Mutex::new(3), told: told.clone() });
        let clock = LiveClock::new(|| Time::from_micros(0));
        let line = CaptureLine::open(recordings, SessionId::from_random([7; 10]));
        line.order(Order::Begin(Time::from_micros(0)));
        let facts = TrackFacts { source: Source::Camera, participant: 1, name: "周文澜".into() };
        line.order(Order::Add(TrackId(5), facts));
        tokio::time::sleep(BEGIN_AGAIN / 2).await;
        let figures = line.figures().expect("it should be there");
        assert_eq!((figures.should_flow, figures.written_ms_ago), (true, None), "the alarm counts from here on");
        tokio::time::sleep(BEGIN_AGAIN * 3).await;
        assert_eq!(line.figures(), None, "as the recorder tells it");
        line.finish(true, &clock).await;
        assert_eq!(*told.lock().unwrap(), ["begin", "add 5", "close"]);
    }
}
