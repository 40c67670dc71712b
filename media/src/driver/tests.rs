#![expect(clippy::disallowed_methods, reason = "these tests run on real sockets and the real clock")]

use super::*;
use crate::ids::Layer;
use crate::testing::offer::{OfferLine, answered, mid, offer};
use crate::testing::{ClientConfig, TestClient, identity};
use crate::transport::CloseReason;
use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::Duration;

fn shard(bind: &str, advertise: &[IpAddr]) -> (Shard, mpsc::Receiver<SfuEvent>) {
    spawn(ShardConfig::new(bind.parse().unwrap(), advertise.to_vec(), identity())).unwrap()
}

fn spawn(config: ShardConfig) -> Result<(Shard, mpsc::Receiver<SfuEvent>), SpawnError> {
    Shard::spawn(vec![config]).map(|mut all| all.remove(0))
}

/// A client on a real socket.
struct SocketClient {
    client: TestClient,
    socket: UdpSocket,
    server: SocketAddr,
}

impl SocketClient {
    async fn join(shard: &Shard, id: u64, lines: &[OfferLine], server: SocketAddr) -> Self {
        let local: IpAddr = if server.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
        let socket = UdpSocket::bind((local, 0)).unwrap();
        // A connected socket hears only the address that it speaks to: answers have to leave from there.
        socket.connect(server).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut client = TestClient::new(ClientConfig::new(socket.local_addr().unwrap().port()));
        let answer = shard.open_peer(PeerId(id), offer(&client, lines), Flow::Uplink).await.unwrap();
        client.start(Instant::now(), answered(&answer, "ice-ufrag"), answered(&answer, "ice-pwd"));
        Self { client, socket, server }
    }

    /// Sends what the client has to send, and takes all that came.
    fn work_once(&mut self) {
        let mut buffer = [0; 2000];
        while let Some(datagram) = self.client.poll_transmit() {
            self.socket.send(&datagram).unwrap();
        }
        while let Ok(len) = self.socket.recv(&mut buffer) {
            self.client.handle(Instant::now(), &buffer[..len]);
        }
        self.client.handle_timeout(Instant::now());
    }

    /// Lets the client work until `done`, at most ten seconds.
    fn work_until(&mut self, mut done: impl FnMut(&mut TestClient) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut buffer = [0; 2000];
        while !done(&mut self.client) {
            assert!(Instant::now() < deadline, "nothing more came from {}", self.server);
            while let Some(datagram) = self.client.poll_transmit() {
                self.socket.send(&datagram).unwrap();
            }
            if let Ok(len) = self.socket.recv(&mut buffer) {
                self.client.handle(Instant::now(), &buffer[..len]);
            }
            self.client.handle_timeout(Instant::now());
        }
        while let Some(datagram) = self.client.poll_transmit() {
            self.socket.send(&datagram).unwrap();
        }
    }
}

async fn next_event(events: &mut mpsc::Receiver<SfuEvent>) -> SfuEvent {
    tokio::time::timeout(Duration::from_secs(10), events.recv()).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wildcard_socket_answers_from_the_address_that_was_asked() {
    let (shard, mut events) = shard("0.0.0.0:0", &[Ipv4Addr::LOCALHOST.into()]);
    let port = shard.local_addr().port();
    for (id, address) in [(1, [127, 0, 0, 1]), (2, [127, 0, 0, 2]), (3, [127, 9, 8, 7])] {
        let server = SocketAddr::from((address, port));
        let mut client = SocketClient::join(&shard, id, &[OfferLine::AudioDown], server).await;
        client.work_until(|client| client.is_connected());
        assert_eq!(next_event(&mut events).await, SfuEvent::Connected { peer: PeerId(id) });
    }
    shard.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_socket_of_both_kinds_serves_both_kinds() {
    let (shard, mut events) = shard("[::]:0", &[Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    let port = shard.local_addr().port();
    for (id, address) in [(1, IpAddr::from(Ipv4Addr::LOCALHOST)), (2, Ipv6Addr::LOCALHOST.into())] {
        let mut client = SocketClient::join(&shard, id, &[OfferLine::AudioDown], (address, port).into()).await;
        client.work_until(|client| client.is_connected());
        assert_eq!(next_event(&mut events).await, SfuEvent::Connected { peer: PeerId(id) });
    }
    shard.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn media_goes_from_one_socket_to_another() {
    let (shard, _events) = shard("127.0.0.1:0", &[Ipv4Addr::LOCALHOST.into()]);
    let server = shard.local_addr();
    let mut host = SocketClient::join(&shard, 1, &[OfferLine::AudioUp(77)], server).await;
    let mut viewer = SocketClient::join(&shard, 2, &[OfferLine::AudioDown], server).await;
    host.work_until(|client| client.is_connected());
    viewer.work_until(|client| client.is_connected());
    shard.publish(PeerId(1), mid(0), TrackId(5)).await.unwrap();
    shard.assign_slot(PeerId(2), mid(0), Some(TrackId(5)), Want::main(Layer::High)).await.unwrap();
    for sequence in 0..20_u16 {
        let mut packet = vec![0x80, 111];
        packet.extend(sequence.to_be_bytes());
        packet.extend((u32::from(sequence) * 960).to_be_bytes());
        packet.extend(77_u32.to_be_bytes());
        packet.extend([0x5a; 80]);
        host.client.send_rtp(&packet);
    }
    host.work_until(|_| true);
    viewer.work_until(|client| client.rtp.len() >= 20);
    assert!(viewer.client.rtp.iter().all(|packet| packet.ends_with(&[0x5a; 80])));
    let totals = shard.totals().await.unwrap();
    assert_eq!((totals.peers_connected, totals.drops.sum()), (2, 0));
    assert_eq!(shard.stats_of(vec![PeerId(1), PeerId(2), PeerId(3)]).await.unwrap().len(), 2);
    shard.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_shard_says_goodbye_and_refuses_afterwards() {
    let (shard, mut events) = shard("127.0.0.1:0", &[Ipv4Addr::LOCALHOST.into()]);
    let mut client = SocketClient::join(&shard, 1, &[OfferLine::AudioDown], shard.local_addr()).await;
    client.work_until(|client| client.is_connected());
    assert_eq!(next_event(&mut events).await, SfuEvent::Connected { peer: PeerId(1) });
    shard.stop().await;
    assert_eq!(next_event(&mut events).await, SfuEvent::Closed { peer: PeerId(1), reason: CloseReason::Asked });
    assert_eq!(events.recv().await, None, "the thread is gone");
    client.work_until(|client| client.ended);
    assert!(matches!(shard.totals().await, Err(ShardError::Stopped)));
    shard.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_without_handles_ends() {
    let (shard, mut events) = shard("127.0.0.1:0", &[Ipv4Addr::LOCALHOST.into()]);
    drop(shard);
    let ended = tokio::time::timeout(Duration::from_secs(5), events.recv()).await;
    assert_eq!(ended.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_command_channel_is_said_at_once() {
    let (mut config, advertise) =
        (ShardConfig::new("127.0.0.1:0".parse().unwrap(), Vec::new(), identity()), Vec::new());
    (config.command_capacity, config.advertise) = (2, advertise);
    let (shard, _events) = spawn(config).unwrap();
    // Hold the thread inside a command, so that the others have to wait.
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let (inside, entered) = oneshot::channel();
    let holding = tokio::spawn({
        let shard = shard.clone();
        async move {
            let work = move |_: &mut Sfu, _| {
                inside.send(()).unwrap();
                held.recv().unwrap();
            };
            shard.ask(work).await
        }
    });
    entered.await.unwrap();
    let waiting: Vec<_> = (0..2).map(|_| shard.send(Box::new(|_, _| {}))).collect();
    assert!(waiting.iter().all(Result::is_ok));
    assert!(matches!(shard.totals().await, Err(ShardError::Busy)));
    hold.send(()).unwrap();
    holding.await.unwrap().unwrap();
    shard.stop().await;
}

#[tokio::test]
async fn an_address_that_is_taken_is_refused() {
    let (shard, _events) = shard("127.0.0.1:0", &[]);
    let again = spawn(ShardConfig::new(shard.local_addr(), Vec::new(), identity()));
    assert!(matches!(again, Err(SpawnError::Socket(..))));
    shard.stop().await;
}

mod spread;
#[path = "tests/tcp.rs"]
mod tcp;
