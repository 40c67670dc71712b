//! One Session on two shards.

use super::*;
use crate::testing::{sink::Sink, source::Source};

fn homes(spread_above: u32) -> Vec<(Home, HomeEvents)> {
    let configs =
        (0..2).map(|_| ShardConfig::new("127.0.0.1:0".parse().unwrap(), vec![Ipv4Addr::LOCALHOST.into()], identity()));
    Shards::spawn(configs.collect(), spread_above, None).unwrap()
}

/// Opens a client at a home, and gives it a socket to where the answer says.
async fn join(home: &Home, id: u64, lines: &[OfferLine], means: Flow) -> SocketClient {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    let mut client = TestClient::new(ClientConfig::new(socket.local_addr().unwrap().port()));
    let answer = home.open_peer(PeerId(id), offer(&client, lines), means).await.unwrap();
    let port: u16 = answered(&answer, "candidate").split(' ').nth(5).unwrap().parse().unwrap();
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    socket.connect(server).unwrap();
    client.start(Instant::now(), answered(&answer, "ice-ufrag"), answered(&answer, "ice-pwd"));
    let mut joined = SocketClient { client, socket, server };
    joined.work_until(|client| client.is_connected());
    joined
}

async fn stop(homes: &[(Home, HomeEvents)]) {
    for (home, _) in homes {
        home.shard().stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn receivers_above_the_limit_sit_on_another_shard_and_see_the_same() {
    let homes = homes(0);
    let (first, second) = (&homes[0].0, &homes[1].0);
    let (sound, picture) = (TrackId(1), TrackId(2));
    let mut host = join(first, 1, &[OfferLine::AudioUp(70), OfferLine::VideoUp(80)], Flow::Uplink).await;
    assert_eq!(host.server, first.shard().local_addr(), "who publishes comes home");
    let mut viewers = Vec::new();
    for id in 2..6 {
        viewers.push(join(first, id, &[OfferLine::AudioDown, OfferLine::VideoDown], Flow::Downlink).await);
    }
    let far = |viewer: &&SocketClient| viewer.server == second.shard().local_addr();
    assert!((1..4).contains(&viewers.iter().filter(far).count()));
    first.publish(PeerId(1), mid(0), sound).await.unwrap();
    first.publish(PeerId(1), mid(1), picture).await.unwrap();
    for id in 2..6 {
        first.assign_slot(PeerId(id), mid(0), Some(sound), Want::main(Layer::High)).await.unwrap();
        first.assign_slot(PeerId(id), mid(1), Some(picture), Want::main(Layer::High)).await.unwrap();
    }

    let mut sources = [Source::new(70, false, 65_500), Source::new(80, true, 65_400)];
    let mut sinks: Vec<Sink> = viewers.iter().map(|_| Sink::default()).collect();
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        let now = Instant::now();
        let reports: Vec<Vec<u8>> = host.client.rtcp.drain(..).collect();
        for source in &mut sources {
            let repairs: Vec<Vec<u8>> = reports.iter().flat_map(|report| source.hear(report)).collect();
            for packet in source.tick(now).iter().chain(&repairs) {
                host.client.send_rtp(packet);
            }
        }
        host.work_once();
        for (viewer, sink) in viewers.iter_mut().zip(&mut sinks) {
            let packets: Vec<Vec<u8>> = viewer.client.rtp.drain(..).collect();
            packets.iter().for_each(|packet| sink.take(now, packet));
            for feedback in sink.tick(now) {
                viewer.client.send_rtcp(&feedback);
            }
            viewer.work_once();
        }
    }
    for (sink, viewer) in sinks.iter().zip(&viewers) {
        assert!(sink.shown.len() > 60, "{} pictures at {}", sink.shown.len(), viewer.server);
        assert!(sink.sounds.len() > 120, "{} sounds at {}", sink.sounds.len(), viewer.server);
        assert_eq!((sink.repeats, viewer.client.garbled), (0, 0));
    }
    assert_eq!(first.all_stats().await.unwrap().len(), 5, "of all who are at home here, wherever they sit");
    assert_eq!(second.all_stats().await.unwrap().len(), 0);
    let (here, there) = (first.totals().await.unwrap(), second.totals().await.unwrap());
    assert!(here.media.relayed_out > 500 && here.media.relay_lost == 0, "{:?}", here.media);
    assert_eq!((here.media.relayed_out, here.drops.sum()), (there.media.relayed_in, 0));
    assert_eq!(there.media.packets_received, 0);
    stop(&homes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sits_elsewhere_may_publish_and_leave() {
    let mut homes = homes(0);
    let (first, second) = (homes[0].0.clone(), homes[1].0.clone());
    let mut people = Vec::new();
    for id in 1..5 {
        people.push(join(&first, id, &[OfferLine::AudioUp(id as u32), OfferLine::AudioDown], Flow::Downlink).await);
    }
    let elsewhere = people.iter().position(|one| one.server == second.shard().local_addr()).unwrap();
    let speaker = PeerId(elsewhere as u64 + 1);
    first.publish(speaker, mid(0), TrackId(9)).await.unwrap();
    for id in (1..5).map(PeerId).filter(|id| *id != speaker) {
        first.assign_slot(id, mid(1), Some(TrackId(9)), Want::main(Layer::High)).await.unwrap();
    }
    let mut source = Source::new(speaker.0 as u32, false, 1);
    let until = Instant::now() + Duration::from_secs(1);
    while Instant::now() < until {
        for packet in source.tick(Instant::now()) {
            people[elsewhere].client.send_rtp(&packet);
        }
        people.iter_mut().for_each(SocketClient::work_once);
    }
    for (_, listener) in people.iter().enumerate().filter(|(at, _)| *at != elsewhere) {
        assert!(listener.client.rtp.len() > 30, "{} at {}", listener.client.rtp.len(), listener.server);
    }
    first.set_muted(TrackId(9), true).await.unwrap();
    first.unpublish(TrackId(9)).await.unwrap();
    let gone = first.assign_slot(PeerId(1), mid(1), Some(TrackId(9)), Want::main(Layer::High)).await;
    assert!(matches!(gone, Err(ShardError::Sfu(_))), "{gone:?}");
    first.close_peer(speaker).await.unwrap();
    let events = &mut homes[1].1;
    let closed = SfuEvent::Closed { peer: speaker, reason: CloseReason::Asked };
    tokio::time::timeout(Duration::from_secs(10), async { while events.recv().await != Some(closed) {} })
        .await
        .unwrap();
    assert_eq!(first.all_stats().await.unwrap().len(), 3);
    stop(&homes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn below_the_limit_everybody_is_at_home() {
    let homes = homes(1000);
    for id in 1..7 {
        let client = join(&homes[1].0, id, &[OfferLine::AudioDown], Flow::Downlink).await;
        assert_eq!(client.server, homes[1].0.shard().local_addr());
    }
    stop(&homes).await;
}
