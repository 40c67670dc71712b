//! Clients that change their network, lose a connection, or fall silent on one of their addresses.

use super::*;
use crate::transport::Via;

const AGAIN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 8, 8, 8)), 40_000);

/// How long nothing was shown around `since`, as far as it is known now.
fn gap(house: &mut House, viewer: PeerId, since: Instant) -> Duration {
    let now = house.now;
    house.member(viewer).sink.longest_freeze(since - SECOND, now)
}

fn check_at_once(house: &mut House, peer: PeerId) {
    let now = house.now;
    let (ufrag, pwd) = house.member(peer).client.server.clone().unwrap();
    house.member(peer).client.start(now, &ufrag, &pwd);
}

fn only_connected(house: &House, peers: usize) {
    assert_eq!(
        house.events.iter().filter(|e| matches!(e, SfuEvent::Connected { .. })).count(),
        peers,
        "one handshake each"
    );
    assert!(!house.events.iter().any(|e| matches!(e, SfuEvent::Closed { .. })));
}

#[test]
fn media_follows_a_new_address_with_its_first_check() {
    for publisher_moves in [false, true] {
        let (mut house, host, viewers) = broadcast(1, 1);
        house.run(3 * SECOND);
        let moving = if publisher_moves { host } else { viewers[0] };
        let moved = house.now;
        house.member(moving).client.addr = AGAIN;
        // A browser that sees its network change checks at once.
        check_at_once(&mut house, moving);
        house.run(3 * SECOND);
        let gap = gap(&mut house, viewers[0], moved);
        assert!(gap < 400 * MS, "{gap:?}, publisher moves: {publisher_moves}");
        only_connected(&house, 2);
    }
}

#[test]
fn media_follows_a_rebound_address_within_a_check_interval() {
    let (mut house, _, viewers) = broadcast(1, 1);
    house.run(3 * SECOND);
    let moved = house.now;
    // The client knows nothing: its router gave it another port.
    house.member(viewers[0]).client.addr = AGAIN;
    house.run(6 * SECOND);
    let gap = gap(&mut house, viewers[0], moved);
    assert!(gap < 2900 * MS, "{gap:?}");
    only_connected(&house, 2);
}

#[test]
fn the_break_of_a_move_is_no_full_line() {
    for break_ms in [200, 400, 600] {
        let (mut house, _, viewers) = broadcast(1, 1);
        house.run(5 * SECOND);
        // Gone from the old address; what is sent there is lost until the first check from the new one.
        house.member(viewers[0]).client.addr = AGAIN;
        house.run(break_ms * MS);
        check_at_once(&mut house, viewers[0]);
        for _ in 0..20 {
            house.run(100 * MS);
            let step = house.sfu.stats(viewers[0]).unwrap().media.line_step;
            assert_eq!(step, crate::ids::LineStep::Full, "after a break of {break_ms} ms");
        }
    }
}

#[test]
fn an_ice_restart_from_another_network_keeps_keys_and_tracks() {
    let (mut house, host, viewers) = broadcast(1, 1);
    house.run(3 * SECOND);
    let moved = house.now;
    for (peer, name, port) in [(host, "hostagain", 1), (viewers[0], "vieweragain", 2)] {
        let lines: &[OfferLine] = match peer == host {
            true => &[OfferLine::AudioUp(SOUND), OfferLine::VideoUp(PICTURE)],
            false => &[OfferLine::AudioDown, OfferLine::VideoDown],
        };
        house.member(peer).client.ufrag = name.to_owned();
        house.member(peer).client.addr = SocketAddr::from(([10, 9, 9, 9], port));
        let text = offer(&house.member(peer).client, lines);
        let answer = house.sfu.reoffer(house.now, peer, &text).unwrap();
        let now = house.now;
        house.member(peer).client.start(now, answered(&answer, "ice-ufrag"), answered(&answer, "ice-pwd"));
    }
    house.run(40 * SECOND);
    let gap = gap(&mut house, viewers[0], moved);
    assert!(gap < 500 * MS, "{gap:?}");
    only_connected(&house, 2);
    assert_eq!((house.sfu.by_ufrag.len(), house.sfu.by_origin.len()), (2, 2), "nothing old is left");
}

#[test]
fn a_client_that_lost_udp_goes_on_by_tcp_and_comes_back() {
    let (mut house, _, viewers) = broadcast(1, 1);
    house.run(3 * SECOND);
    let (over_udp, moved) = (house.member(viewers[0]).client.addr, house.now);
    (house.member(viewers[0]).via, house.member(viewers[0]).client.addr) = (Via::Tcp(7), AGAIN);
    check_at_once(&mut house, viewers[0]);
    house.run(3 * SECOND);
    assert!(gap(&mut house, viewers[0], moved) < 400 * MS);
    let by_tcp = Origin { remote: AGAIN, via: Via::Tcp(7) };
    assert_eq!(house.sfu.peers[&viewers[0]].transport.path().unwrap().origin(), by_tcp);

    assert!(house.sfu.stats(viewers[0]).unwrap().over_tcp);

    // The connection breaks: what was nominated before is used again while its consent lasts.
    house.sfu.handle_disconnected(by_tcp);
    assert_eq!(house.sfu.peers[&viewers[0]].transport.path(), Some(Path::udp(over_udp)));
    (house.member(viewers[0]).via, house.member(viewers[0]).client.addr) = (Via::Udp, over_udp);
    let moved = house.now;
    house.run(2 * SECOND);
    assert!(gap(&mut house, viewers[0], moved) < 400 * MS);
    only_connected(&house, 2);
}

#[test]
fn a_peer_whose_only_connection_broke_is_sent_nothing_and_may_come_back() {
    let (mut house, host, viewers) = broadcast(1, 1);
    let viewer = viewers[0];
    (house.member(viewer).via, house.member(viewer).client.addr) = (Via::Tcp(7), AGAIN);
    check_at_once(&mut house, viewer);
    // The address before has lost its consent by then.
    house.run(40 * SECOND);
    assert_eq!(house.sfu.by_origin.len(), 2);
    house.sfu.handle_disconnected(Origin { remote: AGAIN, via: Via::Tcp(7) });
    assert!(!house.sfu.by_origin.values().any(|peer| *peer == viewer));
    house.member(viewer).client.fall_silent();
    let (sent, refused) =
        (house.sfu.stats(viewer).unwrap().media_sent_at, house.sfu.totals().drops.of(DropReason::SealNoConsent));
    house.run(SECOND);
    assert!(house.sfu.totals().drops.of(DropReason::SealNoConsent) > refused + 40);
    assert!(house.sfu.stats(viewer).unwrap().media_sent_at <= sent, "not counted as watched");

    house.member(viewer).via = Via::Tcp(8);
    check_at_once(&mut house, viewer);
    let (back, before) = (house.now, house.member(viewer).sink.shown.len());
    house.run(2 * SECOND);
    assert!(house.member(viewer).sink.shown.len() > before + 30, "{:?}", house.now - back);
    only_connected(&house, 2);
    house.sfu.close(house.now, viewer);
    assert_eq!(house.sfu.poll_abandoned(), Some(8));
    assert_eq!(house.sfu.poll_abandoned(), None);
    let _ = host;
}

#[test]
fn nothing_goes_to_an_address_that_was_silent_for_half_a_minute() {
    let (mut house, _, viewers) = broadcast(1, 1);
    house.run(SECOND);
    let viewer = viewers[0];
    let first = house.member(viewer).client.addr;
    let (ufrag, pwd) = house.member(viewer).client.server.clone().unwrap();
    // From now on only another address is checked, and never nominated: the client is broken, or hostile.
    house.member(viewer).client.fall_silent();
    house.member(viewer).client.nominate = false;
    let silent_since = house.now;
    let mut last_sent = house.now;
    let mut elsewhere = false;
    while house.now < silent_since + 40 * SECOND {
        if (house.now - silent_since).as_millis().is_multiple_of(2500) {
            let mut request = house.member(viewer).client.binding_request(&ufrag, &pwd);
            house.sfu.handle_datagram(house.now, Path::udp(AGAIN), &mut request);
        }
        let before = house.sent[&first];
        house.run(MS);
        if house.sent[&first] > before {
            last_sent = house.now;
        }
        elsewhere |= house.sent.get(&AGAIN).is_some_and(|sent| *sent > 100);
    }
    let silent_for = last_sent - silent_since;
    assert!(silent_for > 27 * SECOND && silent_for < 31 * SECOND, "{silent_for:?}");
    assert!(elsewhere, "the address that consents is used");
}
