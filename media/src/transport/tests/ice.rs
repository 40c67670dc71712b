//! Who is heard, and where media goes.

use super::*;
use crate::transport::path::{MAX_PATHS, Paths};
use crate::transport::stun::BindingRequest;

#[test]
fn a_wrong_password_gets_no_answer_and_no_path() {
    let mut pair = Pair::new(ClientConfig::new(1000), 1);
    let wrong = pair.client.binding_request(UFRAG, "not-the-password-of-the-server");
    assert_eq!(pair.deliver(&wrong), Input::Dropped(DropReason::StunWrongPassword));
    let stranger = pair.client.binding_request("nobody", PWD);
    assert_eq!(pair.deliver(&stranger), Input::Dropped(DropReason::StunUnknownUser));
    let mut spoilt = pair.client.binding_request(UFRAG, PWD);
    spoilt[30] ^= 1;
    assert_eq!(pair.deliver(&spoilt), Input::Dropped(DropReason::StunMalformed));
    assert!(pair.transport.poll_transmit().is_none());
    assert_eq!(pair.transport.path(), None);
    assert!(!pair.transport.hears(Path::udp(pair.client.addr).origin()));
}

#[test]
fn requests_cut_anywhere_are_dropped() {
    let pair = Pair::new(ClientConfig::new(1000), 1);
    let request = pair.client.binding_request(UFRAG, PWD);
    for len in 0..request.len() {
        assert!(BindingRequest::parse(&request[..len]).is_err());
    }
    assert!(BindingRequest::parse(&request).is_ok());
}

#[test]
fn dtls_and_media_of_a_stranger_are_dropped() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    let stranger = Path::udp("10.9.9.9:9".parse().unwrap());
    let sealed = pair.client.seal_rtp(&rtp(5, 1, b"hello"));
    assert_eq!(pair.deliver_from(stranger, &sealed), Input::Dropped(DropReason::UnknownSource));
    assert_eq!(pair.deliver_from(stranger, &[22, 0xfe, 0xfd]), Input::Dropped(DropReason::UnknownSource));
}

#[test]
fn a_nomination_moves_the_media_path() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    let moved = Path::udp("10.0.0.2:1001".parse().unwrap());
    pair.client.nominate = false;
    let plain = pair.client.binding_request(UFRAG, PWD);
    pair.deliver_from(moved, &plain);
    assert_eq!(pair.transport.remote_addr(), Some(pair.client.addr));
    pair.client.nominate = true;
    let nominating = pair.client.binding_request(UFRAG, PWD);
    pair.deliver_from(moved, &nominating);
    assert_eq!(pair.transport.path(), Some(moved));
    let sealed = pair.client.seal_rtp(&rtp(5, 1, b"hello"));
    assert!(matches!(pair.deliver_from(moved, &sealed), Input::Rtp(_)));
}

#[test]
fn a_client_has_a_bounded_number_of_addresses() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    pair.client.nominate = false;
    let request = pair.client.binding_request(UFRAG, PWD);
    for port in 2000..3000 {
        pair.deliver_from(Path::udp(SocketAddr::from(([10, 0, 0, 2], port))), &request);
        while pair.transport.poll_transmit().is_some() {}
    }
    assert_eq!(pair.transport.paths.len(), MAX_PATHS);
    assert!(pair.transport.hears(Path::udp(pair.client.addr).origin()), "the selected one stays");
}

#[test]
fn consent_ends_half_a_minute_after_the_last_check() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    pair.run(60_000 * MS);
    assert!(pair.transport.is_connected());
    pair.client.fall_silent();
    pair.run(27_000 * MS);
    assert!(pair.transport.is_connected());
    pair.run(4_000 * MS);
    assert_eq!(pair.events[1..], [TransportEvent::Closed(CloseReason::ConsentLost)]);
}

#[test]
fn a_client_that_never_comes_is_given_up() {
    let mut pair = Pair::new(ClientConfig::new(1000), 1);
    pair.network.set_line(pair.client.addr, Line { loss_up: 100.0, ..Line::default() });
    pair.run(31_000 * MS);
    assert_eq!(pair.events, [TransportEvent::Closed(CloseReason::ConnectTimeout)]);
}

#[test]
fn an_ice_restart_keeps_the_keys() {
    let mut pair = Pair::connected(ClientConfig::new(1000));
    pair.client.ufrag = "clientagain".to_owned();
    let remote = RemoteTransport {
        ice_ufrag: pair.client.ufrag.clone(),
        ice_pwd: pair.client.pwd.clone(),
        fingerprint_sha256: certificate_fingerprint(),
    };
    let local = Credentials { ufrag: "again".to_owned(), pwd: "another-password-of-the-server".to_owned() };
    pair.transport.restart_ice(local.clone(), &remote);
    assert_eq!(pair.transport.local_ufrags().collect::<Vec<_>>(), ["again", UFRAG]);
    pair.client.start(pair.now, &local.ufrag, &local.pwd);
    pair.client.send_rtp(&rtp(5, 1, b"hello"));
    pair.run(5000 * MS);
    assert_eq!(pair.transport.local_ufrags().collect::<Vec<_>>(), ["again"], "the old credentials are gone");
    assert_eq!(pair.opened, [rtp(5, 1, b"hello")]);
    assert_eq!(pair.events, [TransportEvent::Connected]);
}

#[test]
fn after_a_restart_the_first_way_that_works_is_used_until_one_is_nominated() {
    let now = start();
    let [old, new] = [1, 2].map(|port| Path::udp(SocketAddr::from(([10, 0, 0, 9], port))));
    let mut paths = Paths::default();
    paths.checked(now, old, true);
    paths.checked(now, new, false);
    assert_eq!(paths.selected(), Some(old));
    paths.choose_anew();
    paths.checked(now, new, false);
    assert_eq!(paths.selected(), Some(new));
    paths.checked(now, old, true);
    assert_eq!(paths.selected(), Some(old));
}
