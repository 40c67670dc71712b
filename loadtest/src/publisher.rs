//! The thread that gives a publishing member its socket, its clock and its frames.

use crate::clock::{self, Moment};
use crate::member::{Event, Member, Sent};
use crate::source::Source;
use anyhow::Context as _;
use std::io::ErrorKind;
use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;

/// The loop looks at its flags at least this often.
const LONGEST_WAIT: Duration = Duration::from_millis(100);
/// A zero timeout would mean to wait for ever.
const SHORTEST_WAIT: Duration = Duration::from_micros(200);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Connecting,
    Connected,
    Failed,
}

pub(crate) struct Publisher {
    shared: Arc<Shared>,
    state: watch::Receiver<State>,
    thread: Option<JoinHandle<anyhow::Result<()>>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    sent: Mutex<Sent>,
}

impl Publisher {
    /// The member has its answer already.
    pub(crate) fn start(socket: UdpSocket, member: Member, source: Box<dyn Source>) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (state, watched) = watch::channel(State::Connecting);
        let driver = Driver { socket, member, source, began: None, shared: shared.clone(), state };
        let thread = std::thread::Builder::new().name("publisher".to_owned()).spawn(move || driver.run())?;
        Ok(Self { shared, state: watched, thread: Some(thread) })
    }

    pub(crate) async fn connected(&mut self, within: Duration) -> anyhow::Result<()> {
        let reached = self.state.wait_for(|state| *state != State::Connecting);
        let state = *tokio::time::timeout(within, reached).await.context("no media connection in time")??;
        anyhow::ensure!(state == State::Connected, "the media connection failed");
        Ok(())
    }

    /// Returns when the media path is gone.
    pub(crate) async fn failed(&mut self) {
        // The sender goes away with the thread, which is a failure too.
        let _ = self.state.wait_for(|state| *state == State::Failed).await;
    }

    pub(crate) fn sent(&self) -> Sent {
        *self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Blocks for up to a tenth of a second.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.shared.stop.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else { return Ok(()) };
        thread.join().map_err(|_| anyhow::anyhow!("the publisher thread panicked"))?
    }
}

impl Drop for Publisher {
    /// One that is given up on the way in must not go on sending.
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }
}

struct Driver {
    socket: UdpSocket,
    member: Member,
    source: Box<dyn Source>,
    began: Option<Moment>,
    shared: Arc<Shared>,
    state: watch::Sender<State>,
}

impl Driver {
    fn run(mut self) -> anyhow::Result<()> {
        let result = self.turn_until_stopped();
        self.member.close();
        self.flush();
        self.state.send_replace(State::Failed);
        result
    }

    fn turn_until_stopped(&mut self) -> anyhow::Result<()> {
        let mut buffer = [0; 2048];
        while !self.shared.stop.load(Ordering::Relaxed) {
            let now = clock::now();
            self.produce(now)?;
            self.member.handle_timeout(now)?;
            self.flush();
            if !self.events(now) {
                return Ok(());
            }
            *self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner) = self.member.sent();
            let wait = self.wait();
            self.socket.set_read_timeout(Some(wait))?;
            match self.socket.recv_from(&mut buffer) {
                Ok((len, from)) => self.member.handle_datagram(clock::now().at, from, &buffer[..len])?,
                // A refused port shows as an error of the next call: the server may be starting again.
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock
                            | ErrorKind::TimedOut
                            | ErrorKind::Interrupted
                            | ErrorKind::ConnectionRefused
                    ) => {}
                Err(error) => return Err(error).context("receiving"),
            }
        }
        Ok(())
    }

    fn produce(&mut self, now: Moment) -> anyhow::Result<()> {
        let Some(began) = self.began else { return Ok(()) };
        let elapsed = now.at.saturating_duration_since(began.at);
        if self.source.due() <= elapsed {
            let mut frames = Vec::new();
            self.source.produce(elapsed, now, &mut frames)?;
            frames.iter().for_each(|frame| self.member.send(began, frame));
        }
        Ok(())
    }

    fn flush(&mut self) {
        while let Some((to, datagram)) = self.member.poll_transmit() {
            // What a full socket does not take is lost, as on a network.
            let _ = self.socket.send_to(&datagram, to);
        }
    }

    /// False when the path is gone.
    fn events(&mut self, now: Moment) -> bool {
        while let Some(event) = self.member.poll_event() {
            match event {
                Event::Connected => {
                    self.began.get_or_insert(now);
                    self.state.send_replace(State::Connected);
                }
                Event::Failed => return false,
                Event::KeyFrameWanted { layer } => self.source.want_key_frame(layer),
            }
        }
        true
    }

    fn wait(&mut self) -> Duration {
        let now = clock::now().at;
        let frame = self.began.map(|began| began.at + self.source.due());
        let due = [frame, self.member.poll_timeout()].into_iter().flatten().min();
        due.map_or(LONGEST_WAIT, |due| due.saturating_duration_since(now).clamp(SHORTEST_WAIT, LONGEST_WAIT))
    }
}
