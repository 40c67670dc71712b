use super::*;
use crate::ids::Layer;
use crate::testing::house::House;
use crate::testing::offer::{OfferLine, answered, mid, offer};
use crate::testing::source::Source;
use crate::testing::{ClientConfig, Line, MS, Seeded, TestClient, start};

mod ways;

const SOUND: u32 = 1001;
const PICTURE: u32 = 2001;
const SECOND: Duration = Duration::from_secs(1);

/// One publisher of sound and picture, and so many viewers, all connected.
fn broadcast(seed: u64, viewers: u64) -> (House, PeerId, Vec<PeerId>) {
    let mut house = House::new(seed);
    let host = house.join(1, &[OfferLine::AudioUp(SOUND), OfferLine::VideoUp(PICTURE)]);
    let viewers: Vec<PeerId> =
        (0..viewers).map(|n| house.join(2 + n, &[OfferLine::AudioDown, OfferLine::VideoDown])).collect();
    house.sfu.publish(house.now, host, mid(0), TrackId(1)).unwrap();
    house.sfu.publish(house.now, host, mid(1), TrackId(2)).unwrap();
    for viewer in &viewers {
        house.sfu.assign_slot(house.now, *viewer, mid(0), Some(TrackId(1)), Want::main(Layer::High)).unwrap();
        house.sfu.assign_slot(house.now, *viewer, mid(1), Some(TrackId(2)), Want::main(Layer::High)).unwrap();
    }
    house.run(SECOND);
    // The sequence numbers wrap within the first seconds.
    house.member(host).sources = vec![Source::new(SOUND, false, 65_500), Source::new(PICTURE, true, 65_300)];
    (house, host, viewers)
}

#[test]
fn forwarding_allocates_nothing_once_media_flows() {
    let (mut house, host, viewers) = broadcast(3, 6);
    for peer in [host].iter().chain(&viewers) {
        house.set_line(*peer, Line { loss_up: 2.0, loss_down: 3.0, ..Line::default() });
    }
    house.run(8 * SECOND);
    let (before, totals) = (house.allocations, house.sfu.totals());
    house.run(10 * SECOND);
    let after = house.sfu.totals();
    assert!(after.packets_sealed - totals.packets_sealed > 8000, "{}", after.packets_sealed - totals.packets_sealed);
    assert!(after.media.repairs_sent > totals.media.repairs_sent + 100, "repairs were measured too");
    assert!(after.media.nacks_sent > totals.media.nacks_sent, "and what the host was asked for again");
    assert_eq!(house.allocations - before, 0);
}

#[test]
fn what_is_published_is_seen_and_heard() {
    let (mut house, host, viewers) = broadcast(1, 3);
    house.run(10 * SECOND);
    for viewer in &viewers {
        assert!(house.events.contains(&SfuEvent::Connected { peer: *viewer }));
        let stats = house.sfu.stats(*viewer).unwrap();
        assert!(stats.connected && stats.media_sent_at.is_some());
        let (from, to) = (house.now - 9 * SECOND, house.now);
        let member = house.member(*viewer);
        assert_eq!(member.client.garbled, 0);
        assert!(member.sink.shown.len() >= 245, "{} frames", member.sink.shown.len());
        assert!(member.sink.longest_freeze(from, to) < 100 * MS);
        assert!(member.sink.sounds.len() >= 490);
        assert_eq!((member.sink.sound_gaps(), member.sink.repeats), (0.0, 0));
    }
    assert_eq!(house.sfu.totals().drops.sum(), 0, "{:?}", house.sfu.totals().drops);
    assert!(house.sfu.stats(host).unwrap().media_received_at.is_some());
}

#[test]
fn the_picture_is_back_two_seconds_after_a_bad_line_got_well() {
    for seed in 1..=5 {
        let (mut house, _, viewers) = broadcast(seed, 2);
        house.run(5 * SECOND);
        let bad = Line { jitter: 5 * MS, loss_up: 20.0, loss_down: 20.0, ..Line::default() };
        house.set_line(viewers[0], bad);
        house.run(10 * SECOND);
        house.set_line(viewers[0], Line::default());
        let well = house.now;
        house.run(5 * SECOND);
        let to = house.now;
        let moving = house.member(viewers[0]).sink.moving_after(well).expect("the picture moves");
        assert!(moving - well < 2 * SECOND, "seed {seed}: {:?}", moving - well);
        let other = &house.member(viewers[1]).sink;
        assert!(other.longest_freeze(well - 10 * SECOND, to) < 300 * MS, "seed {seed}: the other viewer was disturbed");
    }
}

#[test]
fn five_percent_loss_leaves_less_than_one_percent_of_gaps_in_the_sound() {
    for seed in 1..=5 {
        let (mut house, _, viewers) = broadcast(seed, 1);
        house.set_line(viewers[0], Line { loss_up: 5.0, loss_down: 5.0, ..Line::default() });
        house.run(30 * SECOND);
        let sink = &house.member(viewers[0]).sink;
        assert!(sink.sound_gaps() < 1.0, "seed {seed}: {} %", sink.sound_gaps());
        assert!(sink.sounds.len() > 1450, "seed {seed}: {}", sink.sounds.len());
        assert_eq!(house.member(viewers[0]).client.garbled, 0);
    }
}

#[test]
fn what_is_lost_on_the_way_up_is_asked_for_again() {
    for seed in 1..=3 {
        let (mut house, host, viewers) = broadcast(seed, 1);
        house.set_line(host, Line { loss_up: 5.0, loss_down: 5.0, ..Line::default() });
        house.run(20 * SECOND);
        let repaired: u32 = house.member(host).sources.iter().map(|source| source.repaired).sum();
        assert!(repaired > 50, "seed {seed}: {repaired}");
        let (from, to) = (house.now - 18 * SECOND, house.now);
        let sink = &house.member(viewers[0]).sink;
        assert!(sink.sound_gaps() < 1.0, "seed {seed}: {} %", sink.sound_gaps());
        assert!(sink.longest_freeze(from, to) < SECOND, "seed {seed}: {:?}", sink.longest_freeze(from, to));
    }
}

#[test]
fn a_late_viewer_sees_the_first_keyframe_that_it_causes() {
    let (mut house, host, _) = broadcast(1, 1);
    house.run(3 * SECOND);
    let before = house.member(host).sources[1].keyframes;
    let late = house.join(9, &[OfferLine::AudioDown, OfferLine::VideoDown]);
    house.sfu.assign_slot(house.now, late, mid(0), Some(TrackId(1)), Want::main(Layer::High)).unwrap();
    house.sfu.assign_slot(house.now, late, mid(1), Some(TrackId(2)), Want::main(Layer::High)).unwrap();
    house.run(3 * SECOND);
    assert_eq!(house.member(host).sources[1].keyframes, before + 1);
    assert_eq!(house.member(late).sink.keyframe_requests, 0);
    assert!(house.member(late).sink.shown.len() > 50);
    assert_eq!(house.sfu.totals().drops.of(DropReason::SealNotConnected), 0);
    let wrong = house.sfu.assign_slot(house.now, late, mid(7), Some(TrackId(2)), Want::main(Layer::High));
    assert!(matches!(wrong, Err(SfuError::Router(_))));
}

#[test]
fn a_peer_is_told_apart_from_strangers() {
    let (mut house, ..) = broadcast(1, 1);
    let stranger = Path::udp("10.66.6.6:6".parse().unwrap());
    let before = house.sfu.totals();
    let client = TestClient::new(ClientConfig::new(7));
    for mut datagram in [
        client.binding_request("nobody", "the-password-of-nobody-at-all"),
        vec![22, 0xfe, 0xfd, 0, 0],
        [vec![0x80, 96], vec![0; 100]].concat(),
        vec![0xff; 40],
        vec![],
    ] {
        house.sfu.handle_datagram(house.now, stranger, &mut datagram);
    }
    let drops = house.sfu.totals().drops;
    assert_eq!(drops.of(DropReason::StunUnknownUser) - before.drops.of(DropReason::StunUnknownUser), 1);
    assert_eq!(drops.of(DropReason::UnknownSource) - before.drops.of(DropReason::UnknownSource), 2);
    assert_eq!(drops.of(DropReason::NotOurs) - before.drops.of(DropReason::NotOurs), 2);
    assert!(house.sfu.poll_transmits(house.now).is_none(), "strangers get no answer");
    assert_eq!((house.sfu.by_origin.len(), house.sfu.peers.len()), (2, 2));
}

#[test]
fn a_wrong_password_is_counted_and_leaves_no_address() {
    let mut house = House::new(1);
    let id = house.join(1, &[OfferLine::AudioDown]);
    let ufrag = answered(&house.member(id).answer, "ice-ufrag").to_owned();
    let mut request = house.member(id).client.binding_request(&ufrag, "not-the-password-of-the-server");
    let path = Path::udp("10.0.0.2:4444".parse().unwrap());
    house.sfu.handle_datagram(house.now, path, &mut request);
    assert_eq!(house.sfu.totals().drops.of(DropReason::StunWrongPassword), 1);
    assert!(house.sfu.by_origin.is_empty());
}

#[test]
fn a_closed_peer_leaves_nothing_behind() {
    let (mut house, host, viewers) = broadcast(1, 1);
    house.run(SECOND);
    house.sfu.close(house.now, viewers[0]);
    house.member(host).client.say_goodbye(start() + 3 * SECOND);
    house.run(SECOND);
    assert!(house.events.contains(&SfuEvent::Closed { peer: viewers[0], reason: CloseReason::Asked }));
    assert!(house.events.contains(&SfuEvent::Closed { peer: host, reason: CloseReason::ByPeer }));
    assert!(house.member(viewers[0]).client.ended, "the client was told");
    let sfu = &house.sfu;
    assert_eq!((sfu.peers.len(), sfu.by_origin.len(), sfu.by_ufrag.len()), (0, 0, 0));
    assert!(sfu.poll_timeout().is_none_or(|due| due > house.now));
}

#[test]
fn a_later_offer_adds_a_slot_and_keeps_what_flows() {
    let (mut house, _, viewers) = broadcast(1, 1);
    house.run(2 * SECOND);
    let before = house.member(viewers[0]).sink.shown.len();
    let lines = [OfferLine::AudioDown, OfferLine::VideoDown, OfferLine::VideoDown];
    let text = offer(&house.member(viewers[0]).client, &lines);
    let answer = house.sfu.reoffer(house.now, viewers[0], &text).unwrap();
    let first = house.member(viewers[0]).answer.clone();
    assert_eq!(answered(&answer, "ice-ufrag"), answered(&first, "ice-ufrag"), "no restart");
    let ssrcs = |answer: &str| answer.lines().filter(|line| line.starts_with("a=ssrc-group")).count();
    assert_eq!((ssrcs(&first), ssrcs(&answer)), (1, 2));
    house.run(2 * SECOND);
    assert!(house.member(viewers[0]).sink.shown.len() > before + 45);
    let fewer = offer(&house.member(viewers[0]).client, &lines[..1]);
    assert!(matches!(house.sfu.reoffer(house.now, viewers[0], &fewer), Err(SfuError::Offer(_))));
}

#[test]
fn an_ice_restart_by_offer_keeps_what_flows() {
    let (mut house, _, viewers) = broadcast(1, 1);
    house.run(2 * SECOND);
    let before = house.member(viewers[0]).sink.shown.len();
    house.member(viewers[0]).client.ufrag = "restarted".to_owned();
    let text = offer(&house.member(viewers[0]).client, &[OfferLine::AudioDown, OfferLine::VideoDown]);
    let answer = house.sfu.reoffer(house.now, viewers[0], &text).unwrap();
    let first = house.member(viewers[0]).answer.clone();
    assert_ne!(answered(&answer, "ice-ufrag"), answered(&first, "ice-ufrag"));
    let now = house.now;
    house.member(viewers[0]).client.start(now, answered(&answer, "ice-ufrag"), answered(&answer, "ice-pwd"));
    house.run(40 * SECOND);
    assert!(house.member(viewers[0]).sink.shown.len() > before + 950);
    assert_eq!(house.sfu.by_ufrag.len(), 2, "one for each peer, the old one is gone");
}

#[test]
fn a_refused_offer_leaves_nothing_behind() {
    let mut sfu = House::new(1).sfu;
    let client = TestClient::new(ClientConfig::new(7));
    let good = offer(&client, &[OfferLine::AudioDown]);
    for bad in ["", "nonsense", &good.replace("opus", "speex"), &good.replace("fingerprint", "finger")] {
        assert!(matches!(sfu.open(start(), PeerId(1), bad, Flow::Uplink), Err(SfuError::Offer(_))));
    }
    assert_eq!((sfu.peers.len(), sfu.by_ufrag.len()), (0, 0));
    assert!(sfu.open(start(), PeerId(1), &good, Flow::Uplink).is_ok());
    assert_eq!(sfu.open(start(), PeerId(1), &good, Flow::Uplink), Err(SfuError::PeerExists));
}

#[test]
fn names_and_passwords_are_long_and_never_the_same() {
    let sfu = House::new(1).sfu;
    let many: Vec<Credentials> = (0..100).map(|_| sfu.new_credentials().unwrap()).collect();
    assert!(many.iter().all(|one| one.ufrag.len() == 8 && one.pwd.len() == 24));
    let unique: std::collections::HashSet<_> = many.iter().map(|one| &one.ufrag).collect();
    assert_eq!(unique.len(), 100);
}

/// Real datagrams of a running broadcast, spoilt in every way that a seeded generator finds, from known and unknown
/// addresses: nothing panics, nothing grows, and the broadcast goes on.
#[test]
fn spoilt_datagrams_do_no_harm() {
    let (mut house, host, viewers) = broadcast(1, 1);
    house.run(SECOND);
    let mut random = Seeded(7);
    let addr = house.member(host).client.addr;
    let ufrag = answered(&house.member(host).answer, "ice-ufrag").to_owned();
    let pwd = answered(&house.member(host).answer, "ice-pwd").to_owned();
    let client = &mut house.member(host).client;
    let mut genuine = vec![client.binding_request(&ufrag, &pwd)];
    for sequence in 0..20_u16 {
        let mut packet = vec![0x80 | (sequence % 32) as u8, 96];
        packet.extend(sequence.to_be_bytes());
        packet.resize(40, sequence as u8);
        if let Ok(sealed) = client.try_seal_rtp(&packet) {
            genuine.push(sealed);
        }
    }
    genuine.push([&[22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 40, 1][..], &[0; 39]].concat());
    genuine.push([&[21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 26][..], &[3; 26]].concat());
    genuine.push([&[0x81, 201, 0, 7][..], &[9; 60]].concat());
    for round in 0..60_000_u64 {
        let mut spoilt = genuine[(random.next() % genuine.len() as u64) as usize].clone();
        for _ in 0..=random.next() % 4 {
            let at = (random.next() % spoilt.len() as u64) as usize;
            match random.next() % 4 {
                0 => spoilt.truncate(at.max(1)),
                1 => spoilt[at] = 0xff,
                2 => spoilt.insert(at, random.next() as u8),
                _ => spoilt[at] ^= 1 << (random.next() % 8),
            }
        }
        if genuine.contains(&spoilt) {
            continue;
        }
        let remote = if round % 2 == 0 { addr } else { SocketAddr::from(([10, 6, 6, 6], (round % 60_000) as u16)) };
        house.sfu.handle_datagram(house.now, Path::udp(remote), &mut spoilt);
        while house.sfu.poll_transmits(house.now).is_some() {}
    }
    assert_eq!(house.sfu.by_origin.len(), 2);
    let before = house.member(viewers[0]).sink.shown.len();
    house.run(3 * SECOND);
    assert!(house.member(viewers[0]).sink.shown.len() > before + 60, "the broadcast goes on");
}

#[test]
fn an_ice_restart_without_an_offer_gives_new_credentials() {
    let (mut house, _, viewers) = broadcast(1, 1);
    house.run(SECOND);
    let local = house.sfu.restart_ice(viewers[0], "fragment", "aPasswordOfTheFragment").unwrap();
    assert_eq!(local.fingerprint_sha256, crate::testing::identity().fingerprint_sha256());
    assert_eq!(house.sfu.by_ufrag.len(), 3, "old and new names of one peer, and the other's");
    let (now, before) = (house.now, house.member(viewers[0]).sink.shown.len());
    house.member(viewers[0]).client.ufrag = "fragment".to_owned();
    house.member(viewers[0]).client.start(now, &local.ice_ufrag, &local.ice_pwd);
    house.run(4 * SECOND);
    assert_eq!(house.sfu.by_ufrag.len(), 2);
    assert!(house.member(viewers[0]).sink.shown.len() > before + 90);
    assert!(matches!(house.sfu.restart_ice(PeerId(99), "a", "b"), Err(SfuError::NoSuchPeer)));
}

#[test]
fn a_client_that_never_comes_leaves_nothing_behind() {
    let mut house = House::new(1);
    let id = house.join(1, &[OfferLine::AudioDown]);
    house.sfu.assign_slot(house.now, id, mid(0), None, Want::main(Layer::High)).unwrap();
    house.set_line(id, Line { loss_up: 100.0, ..Line::default() });
    house.run(31 * SECOND);
    assert_eq!(house.events, [SfuEvent::Closed { peer: id, reason: CloseReason::ConnectTimeout }]);
    assert_eq!((house.sfu.peers.len(), house.sfu.by_ufrag.len()), (0, 0));
}

#[test]
fn a_client_with_many_addresses_fills_no_table() {
    let (mut house, host, _) = broadcast(1, 0);
    let answer = house.member(host).answer.clone();
    let client = &mut house.member(host).client;
    client.nominate = false;
    let request = client.binding_request(answered(&answer, "ice-ufrag"), answered(&answer, "ice-pwd"));
    for port in 1..5000 {
        let path = Path::udp(SocketAddr::from(([10, 7, 7, 7], port)));
        house.sfu.handle_datagram(house.now, path, &mut request.clone());
        while house.sfu.poll_transmits(house.now).is_some() {}
    }
    assert!(house.sfu.by_origin.len() <= 16, "{}", house.sfu.by_origin.len());
}

#[test]
fn muting_and_unpublishing_stop_what_flows() {
    let (mut house, _, viewers) = broadcast(1, 1);
    house.run(2 * SECOND);
    house.sfu.set_muted(house.now, TrackId(1), true);
    house.sfu.unpublish(house.now, TrackId(2));
    house.run(200 * MS);
    let seen = |house: &mut House| {
        let sink = &house.member(viewers[0]).sink;
        (sink.sounds.len(), sink.shown.len())
    };
    let before = seen(&mut house);
    house.run(2 * SECOND);
    assert_eq!(seen(&mut house), before);
    house.sfu.set_muted(house.now, TrackId(1), false);
    house.run(2 * SECOND);
    assert!(seen(&mut house).0 > before.0 + 90);
}
