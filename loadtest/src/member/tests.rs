//! A publishing member against a server made of the assembled peer connection.

use super::*;
use crate::sdp::{MID_URI, RID_URI, RRID_URI, TRANSPORT_CC_URI};
use crate::source::{Source, Synthetic};
use crate::testing::{Answerer, CLIENT, End, Network};
use bytes::Bytes;
use rand::{SeedableRng, rngs::StdRng};
use rtc::rtcp::payload_feedbacks::full_intra_request::{FirEntry, FullIntraRequest};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers};
use std::collections::{BTreeMap, BTreeSet};

struct Stage {
    network: Network,
    member: Member,
    server: Answerer,
    extensions: BTreeMap<&'static str, u8>,
    began: Moment,
}

impl Stage {
    fn connected(shape: VideoShape) -> Self {
        let mut network = Network::new(StdRng::seed_from_u64(1));
        let mut member = Member::new(network.now.at, CLIENT, shape).unwrap();
        let offer = member.offer(network.now.at).unwrap();
        let (mut server, answer) = Answerer::new(network.now.at, offer, false);
        let parsed = Answer::parse(&answer).unwrap();
        let video = parsed.of_kind(Kind::Video).next().unwrap();
        let uris = [MID_URI, RID_URI, RRID_URI, TRANSPORT_CC_URI];
        let extensions = uris.into_iter().filter_map(|uri| Some((uri, *video.extensions.get(uri)?))).collect();
        member.accept(network.now.at, answer).unwrap();
        for _ in 0..5_000 {
            network.step(&mut member, &mut server);
            if member.poll_event() == Some(Event::Connected) {
                let began = network.now;
                return Self { network, member, server, extensions, began };
            }
        }
        panic!("not connected within 5 s of virtual time");
    }

    fn run(&mut self, millis: u64) {
        for _ in 0..millis {
            self.network.step(&mut self.member, &mut self.server);
        }
    }

    fn picture(&mut self, layer: usize, millis: u64, packets: usize) {
        let payloads = (0..packets).map(|index| Bytes::from(vec![0x41, layer as u8, index as u8, 7])).collect();
        let frame = Frame { lane: Lane::Video(layer), time: Duration::from_millis(millis), payloads, level: None };
        self.member.send(self.began, &frame);
    }

    fn extension(&self, packet: &rtc::rtp::Packet, uri: &str) -> Option<String> {
        let value = packet.header.get_extension(*self.extensions.get(uri)?)?;
        Some(String::from_utf8(value.to_vec()).unwrap())
    }
}

#[test]
fn every_packet_of_three_layers_names_its_mid_and_rid() {
    let mut stage = Stage::connected(VideoShape::Simulcast);
    for layer in 0..3 {
        stage.picture(layer, 40, 3);
    }
    stage.run(50);
    let mid = stage.member.mid(Kind::Video).unwrap().to_owned();
    let packets = stage.server.arrived.rtp();
    let rids: Vec<String> = packets.iter().map(|packet| stage.extension(packet, RID_URI).unwrap()).collect();
    assert_eq!(rids, ["l", "l", "l", "m", "m", "m", "h", "h", "h"]);
    assert!(packets.iter().all(|packet| stage.extension(packet, MID_URI).as_ref() == Some(&mid)));
    assert_eq!(packets.iter().map(|p| p.header.ssrc).collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(packets.iter().map(|p| p.header.marker).collect::<Vec<_>>(), [false, false, true].repeat(3));
}

#[test]
fn transport_wide_numbers_run_through_all_streams() {
    let mut stage = Stage::connected(VideoShape::Simulcast);
    for layer in 0..3 {
        stage.picture(layer, 40, 2);
    }
    stage.run(50);
    let id = stage.extensions[TRANSPORT_CC_URI];
    let numbers: Vec<Vec<u8>> =
        stage.server.arrived.rtp().iter().map(|p| p.header.get_extension(id).unwrap().to_vec()).collect();
    assert_eq!(numbers, (0..6u16).map(|n| n.to_be_bytes().to_vec()).collect::<Vec<_>>());
}

#[test]
fn a_nack_is_answered_once_on_the_stream_that_names_the_repaired_layer() {
    let mut stage = Stage::connected(VideoShape::Simulcast);
    stage.picture(2, 40, 4);
    stage.run(20);
    let lost = stage.server.arrived.rtp()[1].clone();
    for _ in 0..2 {
        let nacks = nack_pairs_from_sequence_numbers(&[lost.header.sequence_number]);
        let nack = TransportLayerNack { sender_ssrc: 1, media_ssrc: lost.header.ssrc, nacks };
        stage.server.send(stage.network.now.at, RTCMessage::RtcpPacket(String::new(), vec![Box::new(nack)]));
    }
    stage.run(30);
    let packets = stage.server.arrived.rtp();
    let repairs: Vec<_> = packets[4..].iter().collect();
    assert_eq!(repairs.len(), 1, "asked twice within a moment, sent once");
    let repair = repairs[0];
    assert_ne!(repair.header.ssrc, lost.header.ssrc);
    assert_eq!(repair.header.payload_type, crate::sdp::H264_RTX);
    assert_eq!(repair.header.timestamp, lost.header.timestamp);
    assert_eq!(stage.extension(repair, RRID_URI).as_deref(), Some("h"));
    assert_eq!(stage.extension(repair, RID_URI), None);
    assert_eq!(repair.payload[..2], lost.header.sequence_number.to_be_bytes());
    assert_eq!(repair.payload[2..], lost.payload);
    assert_eq!(stage.member.sent().retransmitted, 1);
}

#[test]
fn pli_and_fir_ask_for_a_key_frame_of_their_layer() {
    let mut stage = Stage::connected(VideoShape::Simulcast);
    (0..3).for_each(|layer| stage.picture(layer, 40, 1));
    stage.run(20);
    let ssrcs: Vec<u32> = stage.server.arrived.rtp().iter().map(|p| p.header.ssrc).collect();
    let pli = PictureLossIndication { sender_ssrc: 1, media_ssrc: ssrcs[1] };
    let fir =
        FullIntraRequest { sender_ssrc: 1, media_ssrc: 0, fir: vec![FirEntry { ssrc: ssrcs[2], sequence_number: 1 }] };
    stage.server.send(stage.network.now.at, RTCMessage::RtcpPacket(String::new(), vec![Box::new(pli), Box::new(fir)]));
    stage.run(20);
    let asked: Vec<Event> = std::iter::from_fn(|| stage.member.poll_event()).collect();
    assert_eq!(asked, [Event::KeyFrameWanted { layer: 1 }, Event::KeyFrameWanted { layer: 2 }]);
}

#[test]
fn sender_reports_put_sound_and_picture_on_one_clock() {
    let mut stage = Stage::connected(VideoShape::Single);
    stage.picture(0, 0, 1);
    let sound = Frame {
        lane: Lane::Audio,
        time: Duration::ZERO,
        payloads: vec![Bytes::from_static(&[0xf8, 1])],
        level: Some(20),
    };
    stage.member.send(stage.began, &sound);
    stage.run(2_500);
    let zero: BTreeMap<u32, u32> =
        stage.server.arrived.rtp().iter().map(|p| (p.header.ssrc, p.header.timestamp)).collect();
    let reports = stage.server.arrived.rtcp::<SenderReport>();
    assert!(reports.len() >= 4);
    let rate = |ssrc| {
        if stage.member.streams.iter().any(|s| s.ssrc() == ssrc && s.kind() == Kind::Audio) {
            48_000.0
        } else {
            90_000.0
        }
    };
    for report in reports {
        let media_seconds = f64::from(report.rtp_time.wrapping_sub(zero[&report.ssrc])) / rate(report.ssrc);
        let wall_seconds = report.ntp_time.wrapping_sub(stage.began.ntp()) as f64 / 2f64.powi(32);
        assert!((media_seconds - wall_seconds).abs() < 0.002, "{media_seconds} {wall_seconds}");
        assert_eq!(report.packet_count, 1);
    }
}

#[test]
fn a_key_frame_is_spread_out() {
    let mut stage = Stage::connected(VideoShape::Single);
    stage.picture(0, 0, 100);
    stage.run(7);
    let early = stage.server.arrived.rtp().len();
    assert!(early > 0 && early < 50, "{early}");
    stage.run(30);
    assert_eq!(stage.server.arrived.rtp().len(), 100);
}

#[test]
fn the_synthetic_load_arrives_whole() {
    let mut stage = Stage::connected(VideoShape::Single);
    let mut source = Synthetic::new(0, 1_500_000).unwrap();
    let mut frames = Vec::new();
    for _ in 0..2_000 {
        let elapsed = stage.network.now.at.saturating_duration_since(stage.began.at);
        source.produce(elapsed, stage.network.now, &mut frames).unwrap();
        for frame in frames.drain(..) {
            stage.member.send(stage.began, &frame);
        }
        stage.network.step(&mut stage.member, &mut stage.server);
    }
    stage.run(20);
    assert_eq!(stage.server.arrived.rtp().len() as u64, stage.member.sent().packets);
    assert!(stage.member.sent().packets > 2 * source.packets_per_second() as u64);
    stage.server.advance(stage.network.now);
}
