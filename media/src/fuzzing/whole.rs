//! The whole Sfu, with a publisher and a viewer whose keys are known.

use super::{byte, steps};
use crate::ids::{Layer, PeerId, TrackId, Want};
use crate::sdp::Flow;
use crate::testing::MS;
use crate::testing::house::House;
use crate::testing::offer::{OfferLine, mid};
use crate::testing::source::Source;
use std::net::SocketAddr;
use std::time::Duration;

const SOUND: u32 = 1001;
const PICTURE: u32 = 2001;
const HOST: PeerId = PeerId(1);
const VIEWER: PeerId = PeerId(2);
const NEWCOMER: PeerId = PeerId(3);

/// Datagrams of clients and strangers, time, and what the Room may ask for meanwhile.
pub fn sfu(input: &[u8]) {
    let mut house = watched();
    for (what, bytes) in steps(input) {
        step(&mut house, what % 16, bytes);
    }
    house.run(100 * MS);
}

fn watched() -> House {
    let mut house = House::new(5);
    house.join(HOST.0, &[OfferLine::AudioUp(SOUND), OfferLine::VideoUp(PICTURE)]);
    house.join(VIEWER.0, &[OfferLine::AudioDown, OfferLine::VideoDown]);
    for line in [0, 1] {
        let track = TrackId(line as u64);
        house.sfu.publish(house.now, HOST, mid(line), track).unwrap();
        house.sfu.assign_slot(house.now, VIEWER, mid(line), Some(track), Want::main(Layer::High)).unwrap();
    }
    house.run(Duration::from_millis(400));
    let host = house.member(HOST);
    assert!(host.client.is_connected());
    host.sources = vec![Source::new(SOUND, false, 65_500), Source::new(PICTURE, true, 65_300)];
    // What arrives is whatever was fuzzed: nobody judges it.
    house.member(VIEWER).watches = false;
    house.run(100 * MS);
    house
}

fn step(house: &mut House, what: u8, bytes: &[u8]) {
    let who = if what.is_multiple_of(2) { HOST } else { VIEWER };
    let now = house.now;
    match what {
        0 | 1 => {
            let from = house.member(who).client.addr;
            arrive(house, from, bytes);
        }
        2 => arrive(house, SocketAddr::from(([10, 9, 9, 9], 9)), bytes),
        3..=6 => {
            let client = &mut house.member(who).client;
            let rtcp = matches!(what, 5 | 6);
            let sealed = if rtcp { client.try_seal_rtcp(bytes) } else { client.try_seal_rtp(bytes) };
            let from = client.addr;
            if let Ok(sealed) = sealed {
                arrive(house, from, &sealed);
            }
        }
        7 | 8 => house.run(MS * (1 + u32::from(byte(bytes, 0)))),
        9 => drop(house.sfu.reoffer(now, who_of(bytes), &String::from_utf8_lossy(bytes.get(1..).unwrap_or(&[])))),
        10 => drop(house.sfu.open(now, NEWCOMER, &String::from_utf8_lossy(bytes), Flow::Downlink)),
        11 => drop(house.sfu.restart_ice(who_of(bytes), "otherufrag", "anotherPasswordOfTheClient")),
        12 => {
            let track = (byte(bytes, 2) < 4).then_some(TrackId(u64::from(byte(bytes, 2))));
            let line = mid(usize::from(byte(bytes, 1)));
            let _ = house.sfu.assign_slot(now, who_of(bytes), line, track, Want::main(Layer::High));
        }
        13 => {
            house.sfu.unpublish(now, TrackId(u64::from(byte(bytes, 1))));
            let line = mid(usize::from(byte(bytes, 2)));
            let _ = house.sfu.publish(now, who_of(bytes), line, TrackId(u64::from(byte(bytes, 1))));
        }
        14 => house.sfu.set_muted(now, TrackId(u64::from(byte(bytes, 1))), byte(bytes, 0).is_multiple_of(2)),
        _ => house.sfu.close(now, who_of(bytes)),
    }
}

fn who_of(bytes: &[u8]) -> PeerId {
    PeerId(1 + u64::from(byte(bytes, 0) % 4))
}

fn arrive(house: &mut House, from: SocketAddr, bytes: &[u8]) {
    house.hand_over(from, &mut bytes.to_vec());
    while house.sfu.poll_transmits(house.now).is_some() {}
}
