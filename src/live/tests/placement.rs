//! Which shard a Session is at home on.

use super::encoder;
use crate::domain::SessionId;
use crate::live::testing::{Command, FakeLedger, FakePlane, START};
use crate::live::{Going, LiveClock, MediaEvent, MediaPlane, Registry, RegistryParts};
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
        let session = self.registry.go_live(Going { id, title: "课".into(), started_at: START }).unwrap();
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
