//! Where a Session has its place, and how many there are.

use super::{FakeHouse, encoder};
use crate::domain::SessionId;
use crate::live::testing::{Command, FakeLedger, FakePlane, START, Uncast, Unrecorded};
use crate::live::{Going, LiveClock, MediaEvent, MediaPlane, RecordingSwitch, Registry, RegistryParts};
use lectern_signaling::protocol::Refusal;
use lectern_signaling::room::RoomLimits;
use std::sync::Arc;
use tokio::sync::mpsc;

struct TwoShards {
    registry: Registry,
    planes: [FakePlane; 2],
    _events: [mpsc::Sender<MediaEvent>; 2],
    sessions: u8,
}

impl TwoShards {
    fn new() -> Self {
        let planes = [FakePlane::default(), FakePlane::default()];
        let (first, second) = (mpsc::channel(8), mpsc::channel(8));
        let parts = RegistryParts {
            clock: LiveClock::new(|| START),
            ledger: Arc::new(FakeLedger::default()),
            recordings: Arc::new(Unrecorded),
            casts: Arc::new(Uncast),
            limits: RoomLimits::default(),
            sessions: 10,
        };
        let plane = |at: usize| -> Arc<dyn MediaPlane> { Arc::new(planes[at].clone()) };
        let registry = Registry::start(parts, vec![(plane(0), first.1), (plane(1), second.1)]);
        Self { registry, planes, _events: [first.0, second.0], sessions: 0 }
    }

    fn does(&self, plane: usize, load: u32) {
        self.planes[plane].0.lock().unwrap().load = load;
    }

    /// Goes live with an encoder; gives the shard that got it.
    async fn home_of_next(&mut self) -> usize {
        self.sessions += 1;
        let id = SessionId::from_random([self.sessions; 10]);
        let session = self
            .registry
            .go_live(Going { id, title: "课".into(), started_at: START, recording: RecordingSwitch::On })
            .unwrap();
        let opened = |plane: &FakePlane| plane.commands().iter().filter(|c| matches!(c, Command::Open(..))).count();
        let before = self.planes.each_ref().map(opened);
        session.enter_with_offer(encoder(), "audio 0 send".into()).await.unwrap();
        self.planes.iter().zip(before).position(|(plane, before)| opened(plane) > before).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_goes_where_least_is_done() {
    let mut shards = TwoShards::new();
    shards.does(0, 300);
    assert_eq!(shards.home_of_next().await, 1);
    shards.does(1, 700);
    assert_eq!(shards.home_of_next().await, 0, "players are nobody in the Room, and yet they are load");
}

#[tokio::test(start_paused = true)]
async fn sessions_without_media_take_turns() {
    let mut shards = TwoShards::new();
    let mut homes = [0, 0];
    for _ in 0..6 {
        homes[shards.home_of_next().await] += 1;
    }
    assert_eq!(homes, [3, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_reserved_place_is_nobody_elses_until_it_is_given_back() {
    let house = FakeHouse::live();
    let going = |n| Going { id: SessionId::from_random([n; 10]), ..house.going() };
    let place = house.registry.reserve().unwrap();
    assert_eq!(house.registry.go_live(going(2)).err(), Some(Refusal::Full));
    drop(place);
    let place = house.registry.reserve().unwrap();
    place.go_live(going(3)).unwrap();
    assert_eq!(house.registry.reserve().err(), Some(Refusal::Full));
    house.registry.stop().await;
    assert_eq!(house.registry.reserve().err(), Some(Refusal::ServerStopping));
}

#[tokio::test(start_paused = true)]
async fn a_server_takes_no_more_sessions_than_it_was_told() {
    let house = FakeHouse::live();
    let going = |n| Going { id: SessionId::from_random([n; 10]), ..house.going() };
    house.registry.go_live(going(2)).unwrap();
    assert_eq!(house.registry.go_live(going(3)).err(), Some(Refusal::Full));
    assert_eq!(house.registry.totals().sessions, 2);
    house.registry.go_on(going(3), None).expect("what was live before the start goes on beyond the limit");
    assert_eq!(house.registry.totals().sessions, 3);
    house.registry.stop().await;
}
