//! Stand-ins for the ledger and the media plane, and a house with both under a clock that tests turn.

use super::{
    CaptureError, Casts, Going, LedgerError, Lines, LiveClock, LiveShelf, MediaError, MediaEvent, MediaPlane,
    MediaTotals, PeerFigures, Pending, PresenceLedger, RecordingSwitch, Recordings, Registry, RegistryParts,
    SessionHandle, StreamLink,
};
use crate::domain::poll::PollEntry;
use crate::domain::presence::{Head, NewEvent, PresenceEvent, PresenceKind};
use crate::domain::{SessionId, Time};
use lectern_media::driver::RecordingFigures;
use lectern_media::hls::CastView;
use lectern_media::ids::{Mid, PeerId, Rank, TrackId, Want};
use lectern_media::record::{Event, TrackFacts};
use lectern_media::router::CheckedLine;
use lectern_media::sdp::{Flow, LocalTransport};
use lectern_signaling::room::RoomLimits;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// What the next appends do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    NotWritten,
    /// The line breaks after COMMIT.
    WrittenButUnknown,
    /// Never answers.
    Hangs,
}

#[derive(Default)]
pub(crate) struct Book {
    pub(crate) lines: Vec<NewEvent>,
    pub(crate) polls: Vec<PollEntry>,
    pub(crate) ended: Vec<(SessionId, Time)>,
    pub(crate) faults: VecDeque<Fault>,
    /// Every append fails until this is taken back.
    pub(crate) broken: bool,
    pub(crate) appends: usize,
}

/// A ledger in memory.
#[derive(Clone, Default)]
pub(crate) struct FakeLedger(pub(crate) Arc<Mutex<Book>>);

impl PresenceLedger for FakeLedger {
    fn append(&self, _: SessionId, lines: Lines) -> Pending<Result<(), LedgerError>> {
        let book = self.0.clone();
        Box::pin(async move {
            // A commit takes time; whoever does not wait for it is caught by the tests.
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            let fault = {
                let mut book = book.lock().unwrap();
                book.appends += 1;
                if book.broken { Some(Fault::NotWritten) } else { book.faults.pop_front() }
            };
            match fault {
                Some(Fault::NotWritten) => return Err(LedgerError::NotWritten("full".into())),
                Some(Fault::Hangs) => std::future::pending().await,
                Some(Fault::WrittenButUnknown) | None => {}
            }
            let mut book = book.lock().unwrap();
            let known: HashSet<_> = book.lines.iter().map(|line| line.id).collect();
            book.polls.extend(lines.polls);
            book.lines.extend(lines.events.into_iter().filter(|event| !known.contains(&event.id)));
            if fault.is_some() { Err(LedgerError::Unknown("broke".into())) } else { Ok(()) }
        })
    }

    fn end(&self, session: SessionId, at: Time) -> Pending<Result<(), LedgerError>> {
        self.0.lock().unwrap().ended.push((session, at));
        Box::pin(async { Ok(()) })
    }
}

impl FakeLedger {
    /// Kind and participant of each line, checkpoints left out.
    pub(crate) fn story(&self) -> Vec<(PresenceKind, Option<u32>)> {
        let book = self.0.lock().unwrap();
        let lines = book.lines.iter().filter(|line| line.kind != PresenceKind::Checkpoint);
        lines.map(|line| (line.kind, line.participant)).collect()
    }

    pub(crate) fn of_kind(&self, kind: PresenceKind) -> Vec<NewEvent> {
        self.0.lock().unwrap().lines.iter().filter(|line| line.kind == kind).cloned().collect()
    }

    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.0.lock().unwrap().faults.extend(faults);
    }

    pub(crate) fn set_broken(&self, broken: bool) {
        self.0.lock().unwrap().broken = broken;
    }

    /// The lines as the store would have sealed them.
    pub(crate) fn sealed(&self, session: SessionId) -> Vec<PresenceEvent> {
        let mut head = Head::START;
        let seal = |line: &NewEvent| {
            let event = PresenceEvent::seal(session, head, line.clone());
            head = event.head();
            event
        };
        self.0.lock().unwrap().lines.iter().map(seal).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    Open(PeerId, Flow),
    Reoffer(PeerId),
    Close(PeerId),
    Publish(PeerId, String, TrackId),
    Unpublish(TrackId),
    Mute(TrackId, bool),
    Assign(PeerId, String, Option<TrackId>, Rank),
    CheckLine(PeerId, u64),
}

#[derive(Default)]
pub(crate) struct Shelf {
    pub(crate) commands: Vec<Command>,
    pub(crate) figures: HashMap<PeerId, PeerFigures>,
    pub(crate) asked_figures: usize,
    pub(crate) checked_line: Option<CheckedLine>,
    pub(crate) no_figures: bool,
    pub(crate) load: u32,
    /// So many commands are refused as busy.
    pub(crate) busy: usize,
    /// Offers of a Peer that is not the first one's.
    pub(crate) changed: bool,
}

/// Nothing is recorded.
pub(crate) struct Unrecorded;

impl Recordings for Unrecorded {
    fn begin(&self, _: SessionId, _: Time) -> Pending<Result<(), CaptureError>> {
        Box::pin(async { Ok(()) })
    }

    fn add(&self, _: SessionId, _: TrackId, _: TrackFacts) -> Pending<Result<(), CaptureError>> {
        Box::pin(async { Ok(()) })
    }

    fn note(&self, _: SessionId, _: Event) -> Pending<Result<(), CaptureError>> {
        Box::pin(async { Ok(()) })
    }

    fn close(&self, _: SessionId, _: Time) -> Pending<Result<(), CaptureError>> {
        Box::pin(async { Ok(()) })
    }

    fn figures(&self, _: SessionId) -> Option<RecordingFigures> {
        None
    }
}

/// No live streams.
pub(crate) struct Uncast;

impl Casts for Uncast {
    fn show(&self, _: SessionId, _: Time, _: CastView) {}

    fn close(&self, _: SessionId) {}

    fn shelf(&self, _: SessionId) -> Option<LiveShelf> {
        None
    }

    fn link(&self, _: SessionId, _: Time) -> Option<StreamLink> {
        None
    }
}

/// A media plane that answers with the m-lines that the "offer" names: `audio 0 send`, `video 7 slot`.
#[derive(Clone, Default)]
pub(crate) struct FakePlane(pub(crate) Arc<Mutex<Shelf>>);

pub(crate) const MEMBER_OFFER: &str = "audio 0 send\nvideo 1 send\naudio 2 slot\nvideo 3 slot";

fn answer(offer: &str) -> Result<String, MediaError> {
    if offer.starts_with("no codec") {
        return Err(MediaError::NoCommonCodec);
    }
    let mut sdp = String::from("v=0\r\n");
    for line in offer.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [kind, mid, way] = words[..] else { return Err(MediaError::BadOffer(line.to_owned())) };
        let direction = if way == "send" { "recvonly" } else { "sendonly" };
        sdp.push_str(&format!("m={kind} 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:{mid}\r\na={direction}\r\n"));
    }
    Ok(sdp)
}

impl FakePlane {
    pub(crate) fn commands(&self) -> Vec<Command> {
        self.0.lock().unwrap().commands.clone()
    }

    fn take<T: Send + 'static>(&self, command: Command, done: Result<T, MediaError>) -> Pending<Result<T, MediaError>> {
        let shelf = self.0.clone();
        Box::pin(async move {
            {
                let mut shelf = shelf.lock().unwrap();
                if shelf.busy > 0 {
                    shelf.busy -= 1;
                    return Err(MediaError::Busy);
                }
                shelf.commands.push(command);
            }
            tokio::task::yield_now().await;
            done
        })
    }
}

impl MediaPlane for FakePlane {
    fn open(&self, peer: PeerId, offer: String, means: Flow) -> Pending<Result<String, MediaError>> {
        self.take(Command::Open(peer, means), answer(&offer))
    }

    fn reoffer(&self, peer: PeerId, offer: String) -> Pending<Result<String, MediaError>> {
        let changed = self.0.lock().unwrap().changed;
        self.take(Command::Reoffer(peer), if changed { Err(MediaError::Changed) } else { answer(&offer) })
    }

    fn restart_ice(&self, _: PeerId, _: String, _: String) -> Pending<Result<LocalTransport, MediaError>> {
        Box::pin(async { Err(MediaError::Unknown) })
    }

    fn close(&self, peer: PeerId) -> Pending<Result<(), MediaError>> {
        self.take(Command::Close(peer), Ok(()))
    }

    fn publish(&self, peer: PeerId, mid: Mid, track: TrackId) -> Pending<Result<(), MediaError>> {
        self.take(Command::Publish(peer, mid.to_string(), track), Ok(()))
    }

    fn unpublish(&self, track: TrackId) -> Pending<Result<(), MediaError>> {
        self.take(Command::Unpublish(track), Ok(()))
    }

    fn set_muted(&self, track: TrackId, muted: bool) -> Pending<Result<(), MediaError>> {
        self.take(Command::Mute(track, muted), Ok(()))
    }

    fn assign_slot(
        &self,
        peer: PeerId,
        mid: Mid,
        track: Option<TrackId>,
        want: Want,
    ) -> Pending<Result<(), MediaError>> {
        self.take(Command::Assign(peer, mid.to_string(), track, want.rank), Ok(()))
    }

    fn check_line(&self, peer: PeerId, most_bps: u64) -> Pending<Result<(), MediaError>> {
        self.take(Command::CheckLine(peer, most_bps), Ok(()))
    }

    fn checked_line(&self, _: PeerId) -> Pending<Result<Option<CheckedLine>, MediaError>> {
        let found = self.0.lock().unwrap().checked_line;
        Box::pin(async move { Ok(found) })
    }

    fn figures(&self) -> Pending<Result<HashMap<PeerId, PeerFigures>, MediaError>> {
        let mut shelf = self.0.lock().unwrap();
        shelf.asked_figures += 1;
        let figures = if shelf.no_figures { Err(MediaError::Busy) } else { Ok(shelf.figures.clone()) };
        Box::pin(async { figures })
    }

    fn totals(&self) -> Pending<Result<MediaTotals, MediaError>> {
        Box::pin(async { Ok(MediaTotals::default()) })
    }

    fn load(&self) -> u32 {
        self.0.lock().unwrap().load
    }
}

/// A registry over stand-ins, with one Session live.
pub(crate) struct FakeHouse {
    pub(crate) registry: Registry,
    pub(crate) ledger: FakeLedger,
    pub(crate) plane: FakePlane,
    pub(crate) events: mpsc::Sender<MediaEvent>,
    pub(crate) session: SessionId,
}

/// Where the wall clock of tests starts: 2026-11-20 14:30 in China.
pub(crate) const START: Time = Time::from_seconds(1_795_156_200);

impl FakeHouse {
    pub(crate) fn empty() -> Self {
        let (ledger, plane) = (FakeLedger::default(), FakePlane::default());
        let (events, told) = mpsc::channel(64);
        let started = Instant::now();
        let wall = move || Time::from_micros(START.micros() + i64::try_from(started.elapsed().as_micros()).unwrap());
        let parts = RegistryParts {
            clock: LiveClock::new(wall),
            ledger: Arc::new(ledger.clone()),
            recordings: Arc::new(Unrecorded),
            casts: Arc::new(Uncast),
            limits: RoomLimits { capacity: 100, ..RoomLimits::default() },
            sessions: 2,
        };
        let shards: Vec<(Arc<dyn MediaPlane>, _)> = vec![(Arc::new(plane.clone()), told)];
        let registry = Registry::start(parts, shards);
        Self { registry, ledger, plane, events, session: SessionId::from_random([1; 10]) }
    }

    pub(crate) fn live() -> Self {
        let house = Self::empty();
        house.registry.go_live(house.going()).unwrap();
        house
    }

    pub(crate) fn going(&self) -> Going {
        let recording = RecordingSwitch::On;
        Going { id: self.session, title: "分数的初步认识".into(), started_at: START, recording }
    }

    pub(crate) fn handle(&self) -> SessionHandle {
        self.registry.get(self.session).expect("is live")
    }
}
