//! Reports, feedback and what is counted from them.

use super::world::*;
use crate::ids::{Layer, PeerId, TrackId};
use crate::router::RouterEvent;
use crate::rtp::header::RtpPacket;
use crate::rtp::rtcp::{self, ReportBlock, Rtcp};
use crate::rtp::transport_cc::{self, About};
use crate::rtp::{compound, ntp::NtpTime};
use crate::sdp::Codec;
use std::time::Duration;

fn watched(seed: u64) -> (World, PeerId, PeerId) {
    let mut world = World::new(seed);
    let host = world.presenter(1, Codec::H264);
    let viewer = world.viewer(2, &[codec_slot(Codec::H264, 102)]);
    world.look(viewer, "a", 10, Layer::High);
    world.look(viewer, "v", 11, Layer::High);
    (world, host, viewer)
}

/// NTP time at which the receiver believes the newest packet of a slot was sampled, and the true time.
fn sampled(world: &World, viewer: PeerId, slot: &str) -> (NtpTime, u64) {
    let view = world.view(viewer, slot);
    let got = view.got.last_key_value().unwrap().1;
    (view.reports.last().unwrap().0.ntp_at(got.timestamp), got.stamp().captured_us)
}

fn assert_in_sync(world: &World, viewer: PeerId) {
    let (sound, sound_true) = sampled(world, viewer, "a");
    let (picture, picture_true) = sampled(world, viewer, "v");
    let told_us = (picture.since(sound) as i128 * 1_000_000) >> 32;
    let true_us = i128::from(picture_true) - i128::from(sound_true);
    assert!((told_us - true_us).abs() < 1000, "{told_us} µs told, {true_us} µs true");
}

#[test]
fn sound_and_picture_stay_together() {
    let (mut world, host, viewer) = watched(60);
    world.run(3500);
    assert_in_sync(&world, viewer);
    world.look(viewer, "v", 11, Layer::Low);
    world.run(3000);
    assert_in_sync(&world, viewer);
    world.router.set_muted(world.now, TrackId(10), true);
    world.run(2000);
    world.router.set_muted(world.now, TrackId(10), false);
    world.run(2000);
    assert_in_sync(&world, viewer);
    let other = world.presenter(5, Codec::H264);
    world.run(2000);
    world.look(viewer, "a", 50, Layer::High);
    world.look(viewer, "v", 51, Layer::High);
    world.run(2500);
    assert_in_sync(&world, viewer);
    assert_ne!(host, other);
    world.view(viewer, "v").assert_time_goes_on();
    world.view(viewer, "a").assert_time_goes_on();
}

#[test]
fn a_publisher_without_sender_reports_is_reported_by_arrival() {
    let (mut world, host, viewer) = watched(61);
    world.camera(host).reports = false;
    world.microphone(host).reports = false;
    world.run(5000);
    assert!(world.view(viewer, "v").reports.is_empty());
    world.run(3000);
    assert!(!world.view(viewer, "v").reports.is_empty());
}

#[test]
fn every_compound_to_a_viewer_begins_with_a_report_and_a_name() {
    let (mut world, _, viewer) = watched(62);
    world.run(3000);
    assert!(world.viewers[&viewer].rtcp.len() >= 4);
    for compound in &world.viewers[&viewer].rtcp {
        assert!(matches!(compound[1], 200 | 201));
        assert!(compound.windows(8).any(|bytes| bytes == b"lectern-"));
    }
}

#[test]
fn publishers_get_reception_reports_and_transport_feedback() {
    let (mut world, host, _) = watched(63);
    world.loss_up = 10;
    let mut told = std::collections::BTreeMap::new();
    let mut blocks = Vec::new();
    world.viewers.insert(host, Viewer::default());
    world.run(5000);
    for bytes in &world.viewers[&host].rtcp {
        for packet in rtcp::parse(bytes).unwrap() {
            match packet {
                Rtcp::ReceiverReport { blocks: found } => blocks.extend(found.report_blocks()),
                Rtcp::TransportCc { body } => {
                    let mut tell =
                        |number, arrived: Option<i64>| assert_eq!(told.insert(number, arrived.is_some()), None);
                    transport_cc::read(body, &mut tell).unwrap();
                }
                _ => {}
            }
        }
    }
    let video = world.camera(host).transport_seq;
    let arrived = told.values().filter(|arrived| **arrived).count();
    let share = arrived * 100 / told.len();
    assert!((85..=95).contains(&share), "{share} %");
    assert!(told.len() > usize::from(video) * 9 / 10);
    let lossy: Vec<_> = blocks.iter().filter(|block| block.fraction_lost > 0).collect();
    assert!(!lossy.is_empty());
    assert!(blocks.iter().any(|block| block.last_report != 0));
    assert!(blocks.iter().all(|block| block.jitter < 4500), "{blocks:?}");
}

#[test]
fn what_is_lost_on_the_way_up_is_told_whether_it_is_repaired_or_not() {
    for loss in [0, 3, 10, 30] {
        let (mut world, host, viewer) = watched(67 + loss);
        world.loss_up = loss;
        let mut told = Vec::new();
        for _ in 0..20 {
            world.run(1000);
            told.push(u64::from(world.router.peer_stats(host).unwrap().uplink_loss_permille));
        }
        assert!(loss == 0 || world.router.peer_stats(host).unwrap().repaired > 100);
        let mean = told[2..].iter().sum::<u64>() / told[2..].len() as u64;
        assert!(mean.abs_diff(10 * loss) <= 2 + loss, "{loss} %: {told:?}");
        assert_eq!(world.router.peer_stats(viewer).unwrap().uplink_loss_permille, 0, "it sends nothing");
        world.loss_up = 0;
        world.run(4000);
        assert_eq!(world.router.peer_stats(host).unwrap().uplink_loss_permille, 0);
    }
}

#[test]
fn transport_feedback_confirms_delivery_once() {
    let (mut world, _, viewer) = watched(64);
    world.run(5100);
    let mut numbers: Vec<u16> = Vec::new();
    for slot in ["a", "v"] {
        for got in world.view(viewer, slot).got.values() {
            let packet = RtpPacket::parse(&got.bytes).unwrap();
            let value = packet.extensions().find(|(id, _)| *id == TWCC_EXT).unwrap().1;
            numbers.push(u16::from_be_bytes([value[0], value[1]]));
        }
    }
    let before = world.router.peer_stats(viewer).unwrap();
    assert_eq!((before.packets_confirmed, before.media_ms), (0, 0));
    let last = numbers.iter().copied().max().unwrap();
    for _ in 0..3 {
        for block in 0..4 {
            let mut feedback = Vec::new();
            let base = last.wrapping_sub(400).wrapping_add(100 * block);
            let about = About { sender: 1, media: 2, base, count: 0 };
            transport_cc::write(&mut feedback, &about, 100, |i| Some(1000 + i as i64 * 300));
            world.up_rtcp(viewer, &feedback);
        }
    }
    let stats = world.router.peer_stats(viewer).unwrap();
    assert_eq!(stats.packets_confirmed, 400);
    assert!((2000..=4000).contains(&stats.media_ms), "{stats:?}");
    assert!(stats.packets_confirmed <= stats.packets_sent);
}

#[test]
fn receiver_reports_confirm_delivery_and_tell_the_round_trip() {
    let (mut world, _, viewer) = watched(65);
    for _ in 0..5 {
        world.run(1000);
        let ssrc = world.ssrc(viewer, "v");
        let view = world.view(viewer, "v");
        let (report, at) = *view
            .reports
            .last()
            .unwrap_or(&(crate::rtp::ntp::MediaClock { ntp: NtpTime(0), rtp: 0, rate: 1 }, world.now));
        let delay = ((world.now - at).as_micros() * 65536 / 1_000_000) as u32;
        let block = ReportBlock {
            ssrc,
            fraction_lost: 3,
            cumulative_lost: 4,
            highest_sequence: *view.got.last_key_value().unwrap().0 as u32,
            jitter: 0,
            last_report: report.ntp.middle(),
            delay,
        };
        let mut compound = Vec::new();
        compound::receiver_report(&mut compound, 1, &[block]);
        // Half of the round trip is still to come.
        world.now += world.delay;
        world.up_rtcp(viewer, &compound);
    }
    let stats = world.router.peer_stats(viewer).unwrap();
    let trip = stats.round_trip.unwrap();
    assert!(trip.abs_diff(Duration::from_millis(40)) < Duration::from_millis(6), "{trip:?}");
    assert_eq!(stats.packets_lost, 4);
    let picture = world.view(viewer, "v").got.len() as u64;
    assert!(stats.packets_confirmed.abs_diff(picture) < 12, "{} of {picture}", stats.packets_confirmed);
    assert!((4000..=6000).contains(&stats.video_ms));
    assert_eq!(stats.audio_ms, 0);
}

#[test]
fn silence_of_a_track_is_told_once() {
    let (mut world, host, _) = watched(66);
    world.run(1000);
    world.microphone(host).encoders[0].on = false;
    world.run(5000);
    let silent = RouterEvent::TrackSilent { track: TrackId(10) };
    assert_eq!(world.events.iter().filter(|event| **event == silent).count(), 1);
    world.microphone(host).encoders[0].on = true;
    world.run(500);
    let active = RouterEvent::TrackActive { track: TrackId(10) };
    assert_eq!(world.events.iter().filter(|event| **event == active).count(), 2);
}
