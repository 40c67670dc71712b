//! What clients may send wrongly, as a table: each is refused or counted, and nobody else notices.

use crate::ids::{Layer, PeerId, TrackId, Want};
use crate::router;
use crate::sdp::{Flow, MAX_OFFER_BYTES};
use crate::testing::house::House;
use crate::testing::offer::{OfferLine, mid, offer};
use crate::testing::source::Source;
use crate::testing::{ClientConfig, MS, TestClient};
use crate::transport::{DropReason, Path};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const PICTURE: u32 = 2001;

fn watched() -> (House, PeerId, PeerId) {
    let mut house = House::new(9);
    let host = house.join(1, &[OfferLine::VideoUp(PICTURE)]);
    let viewer = house.join(2, &[OfferLine::VideoDown]);
    house.sfu.publish(house.now, host, mid(0), TrackId(1)).unwrap();
    house.sfu.assign_slot(house.now, viewer, mid(0), Some(TrackId(1)), Want::main(Layer::High)).unwrap();
    house.run(SECOND);
    house.member(host).sources = vec![Source::new(PICTURE, true, 100)];
    house.run(2 * SECOND);
    (house, host, viewer)
}

fn packet(flags: u8, number: u8, rest: &[u8]) -> Vec<u8> {
    [&[flags, 96, 0, number, 0, 0, 0, 0, 0, 0, 0, 77][..], rest].concat()
}

#[test]
fn media_that_lies_is_counted_and_the_picture_goes_on() {
    let (mut house, host, viewer) = watched();
    let path = Path::udp(house.member(host).client.addr);
    let begun = house.now;
    // Sealed with the right keys, so that only the content lies.
    let lies = [
        packet(0xa0, 1, &[1, 2, 3, 0]),
        packet(0xa0, 2, &[1, 2, 3, 200]),
        packet(0x90, 3, &[0xbe, 0xde, 0, 1, 0x1f, 0, 0, 0, 9, 9]),
        packet(0x90, 4, &[0x10, 0, 0, 1, 7, 9, 0, 0, 9, 9]),
    ];
    let mut sealed = 0;
    for lie in &lies {
        let Ok(mut datagram) = house.member(host).client.try_seal_rtp(lie) else { continue };
        sealed += 1;
        house.sfu.handle_datagram(house.now, path, &mut datagram);
    }
    assert!(sealed >= 2);
    assert_eq!(house.sfu.totals().media.dropped(router::DropReason::Malformed), sealed);

    let genuine = house.member(host).client.seal_rtp(&packet(0x80, 9, &[0x41; 40]));
    let mut corrupt = genuine.clone();
    *corrupt.last_mut().unwrap() ^= 1;
    for datagram in [corrupt, genuine.clone(), genuine] {
        house.sfu.handle_datagram(house.now, path, &mut datagram.clone());
    }
    let drops = house.sfu.totals().drops;
    assert_eq!((drops.of(DropReason::SrtpForged), drops.of(DropReason::SrtpReplayed)), (1, 1));

    house.run(2 * SECOND);
    let now = house.now;
    let sink = &house.member(viewer).sink;
    assert!(sink.longest_freeze(begun, now) < 150 * MS, "{:?}", sink.longest_freeze(begun, now));
    assert_eq!(house.member(viewer).client.garbled, 0);
}

#[test]
fn offers_that_make_no_sense_are_refused() {
    let mut house = House::new(9);
    let good = offer(&TestClient::new(ClientConfig::new(7)), &[OfferLine::VideoDown]);
    let huge = format!("{good}{}", "a=x\r\n".repeat(MAX_OFFER_BYTES));
    let table = [
        ("empty", String::new()),
        ("huge", huge),
        ("cut short", good[..good.len() / 3].to_owned()),
        ("none of our codecs", good.replace("H264", "H263").replace("VP8", "VP7")),
        ("not text", good.replace("v=0", "\u{0}\u{1}")),
    ];
    for (what, text) in table {
        assert!(house.sfu.open(house.now, PeerId(5), &text, Flow::Uplink).is_err(), "{what}");
        assert!(house.sfu.stats(PeerId(5)).is_none(), "{what}");
    }
}
