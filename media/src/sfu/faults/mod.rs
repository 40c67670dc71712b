//! One client with right keys and bad manners: whatever it sends, as much as it can, the others lose nothing and the
//! memory of the Sfu stays bounded.

mod scene;

use super::*;
use crate::ids::Layer;
use crate::rtp::compound::{self, SenderInfo};
use crate::rtp::ntp::NtpTime;
use crate::rtp::rtcp::ReportBlock;
use crate::testing::house::{House, Member};
use crate::testing::offer::{
    MID_EXTENSION, OfferLine, REPAIRED_RID_EXTENSION, RID_EXTENSION, VP8, VP8_RTX, mid, offer,
};
use crate::testing::source::Source;
use crate::testing::{ClientConfig, MS, Seeded, TestClient};
use scene::Scene;

const SOUND: u32 = 1001;
const PICTURE: u32 = 2001;
const LIARS_SOUND: u32 = 3001;
const LIARS_PICTURE: u32 = 4001;
/// Rounds of 10 ms in which the liar has its way.
const ROUNDS: u64 = 200;

#[test]
fn thousands_of_ssrcs() {
    let scene = Scene::new().endure(|scene, round| {
        for n in 0..60 {
            let ssrc = 100_000 + (round * 60 + n) as u32;
            let kind = [VP8, VP8_RTX, 111, 77][n as usize % 4];
            let packet = scene.packet((kind, ssrc), &[(MID_EXTENSION, b"1")], &[0x10, 0, 0, 0, 1, 2, 3]);
            scene.rtp(&packet);
            let mut report = Vec::new();
            compound::receiver_report(&mut report, ssrc, &[]);
            scene.rtcp(&report);
        }
    });
    assert!(scene.house.sfu.totals().drops.of(DropReason::SrtpTooManySsrcs) > 10_000);
}

#[test]
fn layers_and_lines_that_were_never_offered() {
    let scene = Scene::new().endure(|scene, round| {
        for n in 0..100 {
            let (mid, rid) = (scene.noise(16), scene.noise(16));
            let ssrc = 5000 + (n % 50) as u32;
            let named = [
                (MID_EXTENSION, if mid.is_empty() || n % 3 == 0 { b"2" } else { mid.as_slice() }),
                (RID_EXTENSION, if rid.is_empty() || n % 5 == 0 { b"l" } else { rid.as_slice() }),
                (REPAIRED_RID_EXTENSION, if round % 2 == 0 { b"h" } else { b"nosuchlayer" }),
            ];
            let packet = scene.packet((VP8, ssrc), &named[..1 + n as usize % 3], &[0x10, 0, 0, 0, 9]);
            scene.rtp(&packet);
        }
    });
    assert!(scene.house.sfu.totals().media.dropped(crate::router::DropReason::UnknownRid) > 1000);
}

#[test]
fn senders_reports_from_nowhere() {
    Scene::new().endure(|scene, round| {
        let others = [SOUND, PICTURE, PICTURE + 1, LIARS_PICTURE];
        for n in 0..20 {
            let mut report = Vec::new();
            let ntp = NtpTime([0, 1, u64::MAX, scene.random.next()][n % 4]);
            let info = SenderInfo { ntp, rtp: scene.random.next() as u32, packets: u32::MAX, octets: u32::MAX };
            let ssrc = if n % 2 == 0 { LIARS_PICTURE } else { others[n % 4] };
            compound::sender_report(&mut report, ssrc, &info);
            compound::description(&mut report, ssrc, &[b'x'; 255]);
            scene.rtcp(&report);
        }
        // A goodbye in the name of everybody, and an application's own packet.
        let names: Vec<u8> = others.iter().flat_map(|ssrc| ssrc.to_be_bytes()).collect();
        scene.rtcp(&[&[0x84, 203, 0, 4][..], &names].concat());
        scene.rtcp(&[&[0x9f, 204, 0, 2, 0, 0, 0, 1][..], &(round as u32).to_be_bytes()].concat());
    });
}

#[test]
fn reports_of_what_was_never_sent() {
    let mut scene = Scene::new();
    let (mine, others) = (scene.slots(scene.liar), scene.slots(scene.viewer));
    let liar = scene.liar;
    let scene = scene.endure(|scene, _| {
        for ssrc in mine.iter().chain(&others) {
            let block = ReportBlock {
                ssrc: *ssrc,
                fraction_lost: scene.random.next() as u8,
                cumulative_lost: scene.random.next() as i32,
                highest_sequence: [0, u32::MAX, scene.random.next() as u32][scene.any(3) as usize],
                jitter: u32::MAX,
                last_report: scene.random.next() as u32,
                delay: scene.random.next() as u32,
            };
            let mut report = Vec::new();
            compound::receiver_report(&mut report, 1, &[block; 31]);
            scene.rtcp(&report);
        }
        let least = [0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0, 0, 0, 0, 0, 0, 9];
        let most = [0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0xff, 0xff, 0xff, 0, 0, 0, 9];
        scene.rtcp(&least);
        scene.rtcp(&most);
    });
    let media = scene.house.sfu.stats(liar).unwrap().media;
    assert!(media.packets_confirmed <= media.packets_sent);
    assert!(media.media_ms <= 6000, "{} ms of media in less than six seconds", media.media_ms);
}

#[test]
fn transport_feedback_that_claims_everything_or_nothing() {
    let liar = PeerId(3);
    let scene = Scene::new().endure(|scene, round| {
        for n in 0..20 {
            let base = scene.random.next() as u16;
            let count: u16 = [1, 255, 4096, 65_535][n % 4];
            let mut packet = vec![0x8f, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2];
            packet.extend(base.to_be_bytes());
            packet.extend(count.to_be_bytes());
            packet.extend([round as u8, 0xff, round as u8, n as u8]);
            let status: u16 = [0, 1, 2][n % 3];
            let mut left = count;
            while left > 0 {
                let run = left.min(0x1fff);
                packet.extend((status << 13 | run).to_be_bytes());
                left -= run;
            }
            // Arrivals in the same instant, or far apart, or not there at all.
            let deltas = if n % 5 == 0 { 0 } else { usize::from(count.min(900)) * usize::from(status) };
            packet.extend(std::iter::repeat_n([0, 0xff, 0x80][n % 3], deltas));
            packet.resize(packet.len().next_multiple_of(4), 0);
            let words = (packet.len() / 4 - 1) as u16;
            packet[2..4].copy_from_slice(&words.to_be_bytes());
            scene.rtcp(&packet);
        }
    });
    let media = scene.house.sfu.stats(liar).unwrap().media;
    assert!(media.packets_confirmed <= media.packets_sent);
}

#[test]
fn repairs_asked_for_without_end() {
    let mut scene = Scene::new();
    let (mine, others) = (scene.slots(scene.liar), scene.slots(scene.viewer));
    let (liar, before) = (scene.liar, scene.house.sfu.stats(scene.liar).unwrap().media);
    let scene = scene.endure(|scene, _| {
        for ssrc in mine.iter().chain(&others) {
            let mut ask = Vec::new();
            compound::nack(&mut ask, 1, *ssrc, 0..=u16::MAX);
            // A datagram holds about 300 pairs.
            ask.truncate(12 + 4 * 300);
            let words = (ask.len() / 4 - 1) as u16;
            ask[2..4].copy_from_slice(&words.to_be_bytes());
            let from = scene.any(60_000) as u16;
            for (n, pair) in ask[12..].chunks_exact_mut(4).enumerate() {
                pair[..2].copy_from_slice(&from.wrapping_add(17 * n as u16).to_be_bytes());
                pair[2..].fill(0xff);
            }
            scene.rtcp(&ask);
        }
    });
    let after = scene.house.sfu.stats(liar).unwrap().media;
    let (media, repairs) = (after.bytes_sent - before.bytes_sent, after.repair_bytes_sent - before.repair_bytes_sent);
    assert!(repairs < media / 2 + (64 << 10), "{repairs} bytes of repairs for {media} of media");
}

#[test]
fn keyframes_asked_for_without_end() {
    let mut scene = Scene::new();
    let (mine, others) = (scene.slots(scene.liar), scene.slots(scene.viewer));
    let before = scene.keyframes();
    let mut scene = scene.endure(|scene, round| {
        for ssrc in mine.iter().chain(&others).chain(&[PICTURE, 0, u32::MAX]) {
            let mut ask = Vec::new();
            compound::pli(&mut ask, 1, *ssrc);
            let mut request = vec![0x84, 206, 1, 44, 0, 0, 0, 1, 0, 0, 0, 0];
            (0..149).for_each(|n| request.extend([&ssrc.to_be_bytes()[..], &[round as u8, n, 0, 0]].concat()));
            scene.rtcp(&ask);
            scene.rtcp(&request);
        }
    });
    let (made, seconds) = (scene.keyframes() - before, ROUNDS as u32 / 100 + 1);
    assert!(made <= 2 * seconds + 1, "{made} keyframes in {seconds} s");
}

#[test]
fn padding_and_repairs_that_make_no_sense() {
    Scene::new().endure(|scene, round| {
        for n in 0..40 {
            let (kind, ssrc) = if n % 2 == 0 { (VP8, LIARS_PICTURE) } else { (VP8_RTX, LIARS_PICTURE + 1) };
            let payload: Vec<u8> = match n % 10 {
                0 | 1 => Vec::new(),
                2 | 3 => vec![round as u8],
                // All of it padding; more of it than there is; none of it.
                4 | 5 => vec![0, 0, 0, 4],
                6 => vec![1, 2, 3, 255],
                7 => vec![1, 2, 3, 0],
                // A repair of a repair, and of what was never sent.
                8 => [&scene.sequence.to_be_bytes()[..], &[0x10, 0, 1]].concat(),
                _ => scene.noise(1200),
            };
            let mut packet = scene.packet((kind, ssrc), &[(MID_EXTENSION, b"1")], &payload);
            if (4..8).contains(&(n % 10)) {
                packet[0] |= 0x20;
            }
            scene.rtp(&packet);
        }
    });
}

#[test]
fn numbers_and_times_that_jump() {
    Scene::new().endure(|scene, round| {
        for n in 0..30 {
            let ssrc = [LIARS_PICTURE, LIARS_SOUND, 6000][n % 3];
            let kind = [VP8, 111, VP8][n % 3];
            let line: &[u8] = [b"1", b"0", b"2"][n % 3];
            let named = [(MID_EXTENSION, line), (RID_EXTENSION, b"h".as_slice())];
            let mut packet = scene.packet((kind, ssrc), &named[..1 + n % 3 / 2], &[0x10, 0, 0, 0, 9, 9]);
            let (sequence, time) = (scene.random.next() as u16, scene.random.next() as u32);
            if round % 3 > 0 {
                packet[2..4].copy_from_slice(&sequence.to_be_bytes());
            }
            if round % 2 > 0 {
                packet[4..8].copy_from_slice(&time.to_be_bytes());
            }
            // Twice in a row, so that the jump is believed.
            let next = sequence.wrapping_add(1).to_be_bytes();
            scene.rtp(&packet);
            packet[2..4].copy_from_slice(&next);
            scene.rtp(&packet);
        }
    });
}

#[test]
fn extension_blocks_of_any_size() {
    Scene::new().endure(|scene, round| {
        for n in 0..30_u16 {
            let words: u16 = [0, 1, 60, 255, 400, 16_000][usize::from(n) % 6];
            let (profile, fill) = [([0xbe, 0xde], 0x1f), ([0x10, 0x0f], 0xff), ([0, 0], 0)][usize::from(n) % 3];
            let there = usize::from(words).min(370) * 4;
            let mut packet = vec![0x90 | (n % 16) as u8, VP8];
            packet.extend((round as u16 * 30 + n).to_be_bytes());
            packet.extend([0, 0, 0, 1]);
            packet.extend(LIARS_PICTURE.to_be_bytes());
            packet.extend(std::iter::repeat_n(7, 4 * usize::from(n % 16)));
            packet.extend(profile);
            packet.extend(words.to_be_bytes());
            packet.extend(std::iter::repeat_n(fill, there));
            packet.extend([0x10, 0, 1, 2]);
            scene.rtp(&packet);
            // And unsealed: nothing of it may be believed before the tag is.
            scene.arrive(packet);
        }
    });
}

#[test]
fn packets_again_and_cut_short() {
    let scene = Scene::new().endure(|scene, round| {
        let packet = scene.packet((VP8, LIARS_PICTURE), &[(MID_EXTENSION, b"1")], &[0x10, 1, 0, 0, 5, 5]);
        let Ok(genuine) = scene.house.member(scene.liar).client.try_seal_rtp(&packet) else { return };
        for n in 0..50 {
            let mut spoilt = genuine.clone();
            match n % 5 {
                0 => spoilt.truncate(genuine.len() - 1 - round as usize % 20),
                1 => spoilt.truncate(20 + n),
                2 => spoilt.push(0),
                3 => spoilt[2 + n % 10] ^= 1 << (round % 8),
                _ => *spoilt.last_mut().unwrap() ^= 1 << (round % 8),
            }
            scene.arrive(spoilt);
        }
        scene.sent.truncate(100);
        scene.sent.insert(0, genuine);
        for n in 0..50 {
            let again = scene.sent[n % scene.sent.len()].clone();
            scene.arrive(again);
        }
    });
    let drops = scene.house.sfu.totals().drops;
    assert!(drops.of(DropReason::SrtpReplayed) > 4000, "{drops:?}");
    assert!(drops.of(DropReason::SrtpForged) > 4000, "{drops:?}");
}

#[test]
fn handshakes_without_end() {
    let stranger = TestClient::new(ClientConfig::new(4000));
    Scene::new().endure(|scene, round| {
        let check = stranger.binding_request("nosuchpeer", "aPasswordThatIsNotOurs000");
        for n in 0..60_u8 {
            // Hello, fragments of a certificate that never ends, an alert, data; each in the name of a connected peer.
            let mut record =
                match n % 4 {
                    0 => [
                        &[22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, n, 0, 60, 1, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 48][..],
                        &[7; 48],
                    ]
                    .concat(),
                    1 => [
                        &[
                            22,
                            0xfe,
                            0xfd,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            n,
                            0,
                            60,
                            11,
                            1,
                            0,
                            0,
                            0,
                            round as u8,
                            0,
                            n,
                            0,
                            0,
                            0,
                            48,
                        ][..],
                        &[7; 48],
                    ]
                    .concat(),
                    2 => [&[21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, round as u8, n, 0, 26][..], &[3; 26]].concat(),
                    _ => [&[23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, round as u8, n, 4, 0][..], &[3; 1024]].concat(),
                };
            scene.arrive(record.clone());
            let strange = SocketAddr::from(([10, 6, (round % 250) as u8, n], 7));
            scene.house.hand_over(strange, &mut record);
            scene.house.hand_over(strange, &mut check.clone());
        }
    });
}

#[test]
fn clients_that_come_and_go_leave_nothing() {
    let text = offer(&TestClient::new(ClientConfig::new(4000)), &[OfferLine::VideoUp(9), OfferLine::VideoDown]);
    let taken = |scene: &mut Scene, from: u64| {
        let before = crate::testing::heap::live();
        for id in from..from + 2000 {
            let now = scene.house.now;
            scene.house.sfu.open(now, PeerId(id), &text, Flow::Uplink).unwrap();
            scene.house.sfu.assign_slot(now, PeerId(id), mid(1), Some(TrackId(2)), Want::main(Layer::High)).unwrap();
            scene.house.sfu.close(now, PeerId(id));
            while scene.house.sfu.poll_event().is_some() {}
        }
        crate::testing::heap::live() - before
    };
    let mut scene = Scene::new();
    taken(&mut scene, 1000);
    let again = taken(&mut scene, 10_000);
    assert!(again < 16 << 10, "{again} bytes");
    scene.endure(|_, _| {});
}

#[test]
fn a_hundred_join_among_a_thousand_strange_hellos_a_second() {
    let hello = crate::fuzzing::Pair::new().handshake(1).remove(0);
    let mut house = House::new(22);
    let host = house.join(1, &[OfferLine::AudioUp(SOUND)]);
    house.sfu.publish(house.now, host, mid(0), TrackId(1)).unwrap();
    let (mut random, mut taken, mut strange) = (Seeded(9), 0, 0);
    for step in 0..3000 {
        if step % 20 == 0 && step < 2000 {
            let viewer = house.join(2 + step / 20, &[OfferLine::AudioDown]);
            house.sfu.assign_slot(house.now, viewer, mid(0), Some(TrackId(1)), Want::main(Layer::High)).unwrap();
        }
        // From everywhere, and from the address of the clients themselves with other ports.
        let any = random.next();
        let from = if step % 2 == 0 { [10, 0, 0, 2] } else { [10, 6, any as u8, (any >> 8) as u8] };
        let from = SocketAddr::from((from, 2000 + (any >> 16) as u16 % 60_000));
        let before = house.held;
        house.hand_over(from, &mut hello.clone());
        taken += house.held - before;
        strange += 1;
        house.run(MS);
    }
    let connected = house.events.iter().filter(|event| matches!(event, SfuEvent::Connected { .. })).count();
    assert_eq!(connected, 101);
    assert_eq!(house.sfu.totals().drops.of(DropReason::UnknownSource), strange);
    assert_eq!(taken, 0, "strangers take no memory");
}
