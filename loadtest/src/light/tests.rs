//! Light members against a server made of the assembled peer connection.

use super::{Identity, LightPeer};
use crate::sdp::{Answer, H264, H264_RTX, Kind, TRANSPORT_CC_URI};
use crate::source::{Frame, Lane, Source, Stamp, Synthetic};
use crate::testing::{Answerer, CLIENT, Light, Network};
use bytes::{BufMut, BytesMut};
use rand::{SeedableRng, rngs::StdRng};
use rtc::peer_connection::message::RTCMessage;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;
use rtc::rtp::{header::Header, packet::Packet};
use rtc::shared::marshal::MarshalSize;
use std::collections::HashMap;
use std::time::Duration;

struct Stage {
    network: Network,
    viewer: Light,
    server: Answerer,
    transport_cc_id: u8,
    sequence: u16,
    transport_cc: u16,
    sent: HashMap<u16, Packet>,
    repaired: usize,
    rtx_sequence: u16,
}

impl Stage {
    fn connected() -> Self {
        let mut network = Network::new(StdRng::seed_from_u64(2));
        let identity = Identity::new().unwrap();
        let mut peer = LightPeer::viewer(network.now.at, &identity, CLIENT, &[Kind::Audio, Kind::Video]);
        let (mut server, answer) = Answerer::new(network.now.at, peer.offer(network.now.at), true);
        let parsed = Answer::parse(&answer).unwrap();
        let transport_cc_id = parsed.of_kind(Kind::Video).next().unwrap().extensions[TRANSPORT_CC_URI];
        peer.accept(network.now.at, &answer).unwrap();
        let mut viewer = Light::new(peer);
        for _ in 0..5_000 {
            network.step(&mut viewer, &mut server);
            if viewer.peer.milestones.connected.is_some() {
                // The server hears the last flight a little later.
                (0..20).for_each(|_| network.step(&mut viewer, &mut server));
                let (sent, sequence) = (HashMap::new(), 0xffd0);
                return Self {
                    network,
                    viewer,
                    server,
                    transport_cc_id,
                    sequence,
                    transport_cc: 0,
                    sent,
                    repaired: 0,
                    rtx_sequence: 0,
                };
            }
        }
        panic!("not connected within 5 s of virtual time: {:?}", viewer.peer.failure());
    }

    fn send_frame(&mut self, frame: &Frame) {
        let lane = frame.lane;
        for (index, payload) in frame.payloads.iter().enumerate() {
            if lane == Lane::Audio {
                continue;
            }
            let header = Header {
                version: 2,
                marker: index + 1 == frame.payloads.len(),
                payload_type: H264,
                sequence_number: self.sequence,
                timestamp: (frame.time.as_micros() * 90 / 1_000) as u32,
                ssrc: self.server.ssrcs[1].ssrc,
                ..Header::default()
            };
            self.sequence = self.sequence.wrapping_add(1);
            self.send_packet(Packet { header, payload: payload.clone() });
        }
    }

    fn send_packet(&mut self, mut packet: Packet) {
        self.sent.insert(packet.header.sequence_number, packet.clone());
        packet.header.set_extension(self.transport_cc_id, self.transport_cc.to_be_bytes().to_vec().into()).unwrap();
        self.transport_cc = self.transport_cc.wrapping_add(1);
        self.server.send(self.network.now.at, RTCMessage::RtpPacket(String::new(), packet));
    }

    /// What a server does with NACKs: RFC 4588.
    fn repair(&mut self) {
        let nacks = self.server.arrived.rtcp::<TransportLayerNack>();
        let wanted: Vec<u16> = nacks.iter().flat_map(|n| n.nacks.iter().flat_map(|p| p.packet_list())).collect();
        for sequence in wanted.iter().skip(self.repaired) {
            let lost = self.sent[sequence].clone();
            let mut payload = BytesMut::new();
            payload.put_u16(*sequence);
            payload.put_slice(&lost.payload);
            let header = Header {
                payload_type: H264_RTX,
                ssrc: self.server.ssrcs[1].rtx.unwrap(),
                sequence_number: self.rtx_sequence,
                ..lost.header
            };
            self.rtx_sequence = self.rtx_sequence.wrapping_add(1);
            self.server.send(
                self.network.now.at,
                RTCMessage::RtpPacket(String::new(), Packet { header, payload: payload.freeze() }),
            );
        }
        self.repaired = wanted.len();
    }

    fn watch(&mut self, millis: u64, repairs: bool) {
        let mut source = Synthetic::new(0, 800_000).unwrap();
        let began = self.network.now;
        let mut frames = Vec::new();
        for _ in 0..millis {
            let elapsed = self.network.now.at.saturating_duration_since(began.at);
            source.produce(elapsed, self.network.now, &mut frames).unwrap();
            for frame in frames.drain(..) {
                self.send_frame(&frame);
            }
            if repairs {
                self.repair();
            }
            self.network.step(&mut self.viewer, &mut self.server);
        }
        // Time for the last repairs.
        for _ in 0..300 {
            if repairs {
                self.repair();
            }
            self.network.step(&mut self.viewer, &mut self.server);
        }
    }
}

#[test]
fn a_viewer_connects_and_sees_all_that_is_sent() {
    let mut stage = Stage::connected();
    stage.watch(2_000, false);
    let stream = &stage.viewer.peer.streams[0];
    assert_eq!(stream.rtp.received(), stage.sent.len() as u64);
    assert_eq!((stream.rtp.lost(), stage.viewer.peer.seen[0].count.lost()), (0, 0));
    assert!(stage.viewer.peer.milestones.first_key_frame.is_some());
    // The network takes 5 ms and the step in which it is sent one more.
    let latency = &stage.viewer.meters.latency;
    assert!(latency.quantile(0.5).unwrap() <= 7_000 && latency.quantile(0.0).unwrap() >= 4_900);
    assert_eq!(stage.viewer.meters.refused, 0);
    assert!(stage.server.arrived.rtcp::<PictureLossIndication>().is_empty());
}

#[test]
fn losses_are_repaired_and_reported() {
    let mut stage = Stage::connected();
    stage.network.loss_to_client = 100;
    stage.watch(5_000, true);
    let stream = &stage.viewer.peer.streams[0];
    assert!(stage.viewer.meters.retransmitted > 20);
    let lost = (stream.rtp.lost(), stage.viewer.peer.seen[0].count.lost());
    assert_eq!(lost, (0, 0), "one in ten was lost, all were repaired");
    let reports = stage.server.arrived.rtcp::<ReceiverReport>();
    assert!((4..=7).contains(&reports.len()));
    assert_eq!(reports.last().unwrap().reports[0].ssrc, stage.server.ssrcs[1].ssrc);
}

#[test]
fn without_repairs_the_loss_is_counted() {
    let mut stage = Stage::connected();
    stage.network.loss_to_client = 200;
    stage.watch(3_000, false);
    let stream = &stage.viewer.peer.streams[0];
    let lost = stream.rtp.lost() as f64 / stream.rtp.expected() as f64;
    assert!((0.12..0.28).contains(&lost), "{lost}");
    assert!(stage.server.arrived.rtcp::<TransportLayerNack>().len() > 10);
}

#[test]
fn transport_wide_feedback_covers_every_packet() {
    let mut stage = Stage::connected();
    stage.watch(1_500, false);
    let received: usize =
        stage.server.arrived.rtcp::<TransportLayerCc>().iter().map(|report| report.recv_deltas.len()).sum();
    assert_eq!(received, stage.sent.len());
}

#[test]
fn a_viewer_that_sees_no_key_frame_asks_for_one() {
    let mut stage = Stage::connected();
    for number in 0..40u64 {
        let payloads = vec![bytes::Bytes::from_static(&[0x41, 1, 2, 3])];
        stage.send_frame(&Frame {
            lane: Lane::Video(0),
            time: Duration::from_millis(number * 33),
            payloads,
            level: None,
        });
        (0..33).for_each(|_| stage.network.step(&mut stage.viewer, &mut stage.server));
    }
    assert!(stage.viewer.peer.milestones.first_media.is_some());
    assert_eq!(stage.viewer.peer.milestones.first_key_frame, None);
    let asked = stage.server.arrived.rtcp::<PictureLossIndication>();
    assert!((1..=2).contains(&asked.len()), "at 500 ms, then each second: {}", asked.len());
}

#[test]
fn a_sender_report_comes_back_in_the_receiver_report() {
    let mut stage = Stage::connected();
    let ssrc = stage.server.ssrcs[1].ssrc;
    stage.watch(100, false);
    let report = SenderReport { ssrc, ntp_time: 0x1111_2222_3333_4444, ..SenderReport::default() };
    stage.server.send(stage.network.now.at, RTCMessage::RtcpPacket(String::new(), vec![Box::new(report)]));
    (0..1_500).for_each(|_| stage.network.step(&mut stage.viewer, &mut stage.server));
    let block = stage.server.arrived.rtcp::<ReceiverReport>().pop().unwrap().reports[0].clone();
    assert_eq!(block.last_sender_report, 0x2222_3333);
    assert!((10_000..110_000).contains(&block.delay), "{}", block.delay);
}

#[test]
fn a_certificate_other_than_the_answers_is_refused() {
    let mut network = Network::new(StdRng::seed_from_u64(3));
    let identity = Identity::new().unwrap();
    let mut peer = LightPeer::viewer(network.now.at, &identity, CLIENT, &[Kind::Video]);
    let (mut server, answer) = Answerer::new(network.now.at, peer.offer(network.now.at), true);
    let line = answer.lines().find(|line| line.starts_with("a=fingerprint:")).unwrap();
    let forged = answer.replace(line, &format!("a=fingerprint:{}", identity.fingerprint));
    peer.accept(network.now.at, &forged).unwrap();
    let mut viewer = Light::new(peer);
    (0..2_000).for_each(|_| network.step(&mut viewer, &mut server));
    assert_eq!(viewer.peer.milestones.connected, None);
    assert!(
        viewer.peer.failure().is_some_and(|failure| failure.contains("fingerprint")),
        "{:?}",
        viewer.peer.failure()
    );
}

#[test]
fn a_publisher_sends_all_of_its_load_and_hears_key_frame_requests() {
    let mut network = Network::new(StdRng::seed_from_u64(4));
    let identity = Identity::new().unwrap();
    let mut peer = LightPeer::publisher(network.now.at, &identity, CLIENT);
    let (mut server, answer) = Answerer::new(network.now.at, peer.offer(network.now.at), false);
    peer.accept(network.now.at, &answer).unwrap();
    let mut publisher = Light::new(peer);
    (0..1_000).for_each(|_| network.step(&mut publisher, &mut server));
    assert!(publisher.peer.milestones.connected.is_some(), "{:?}", publisher.peer.failure());

    let (mut source, began, mut frames) = (Synthetic::new(3, 2_016_000).unwrap(), network.now, Vec::new());
    for _ in 0..1_000 {
        let elapsed = network.now.at.saturating_duration_since(began.at);
        source.produce(elapsed, network.now, &mut frames).unwrap();
        frames.drain(..).for_each(|frame| publisher.peer.send(&frame));
        publisher.peer.report_sent(network.now, elapsed).unwrap();
        network.step(&mut publisher, &mut server);
    }
    (0..20).for_each(|_| network.step(&mut publisher, &mut server));
    let arrived = server.arrived.rtp();
    assert_eq!(arrived.len() as u64, publisher.peer.uploaded().packets);
    let (pictures, sounds) = source.stamped();
    // The first key frame brings its parameter sets.
    assert_eq!(arrived.len() as u32, pictures + sounds + 1);
    let full = arrived.iter().filter(|packet| packet.header.payload_type == H264 && packet.payload.len() > 1_000);
    assert!(full.clone().all(|packet| packet.header.marshal_size() + packet.payload.len() == 1_200));
    assert!(full.clone().all(|packet| Stamp::of_picture(&packet.payload).is_some_and(|stamp| stamp.publisher == 3)));
    assert_eq!(full.filter(|packet| packet.header.marker).count() as u32, pictures / 7);
    assert!(!server.arrived.rtcp::<SenderReport>().is_empty());

    assert!(!publisher.peer.take_key_frame_wanted());
    let request = PictureLossIndication { sender_ssrc: 1, media_ssrc: arrived[0].header.ssrc };
    server.send(network.now.at, RTCMessage::RtcpPacket(String::new(), vec![Box::new(request)]));
    (0..10).for_each(|_| network.step(&mut publisher, &mut server));
    assert!(publisher.peer.take_key_frame_wanted());
    let last = arrived.last().unwrap().header.clone();
    let nack = TransportLayerNack {
        sender_ssrc: 1,
        media_ssrc: last.ssrc,
        nacks: rtc::rtcp::transport_feedbacks::transport_layer_nack::nack_pairs_from_sequence_numbers(&[
            last.sequence_number
        ]),
    };
    server.send(network.now.at, RTCMessage::RtcpPacket(String::new(), vec![Box::new(nack)]));
    (0..20).for_each(|_| network.step(&mut publisher, &mut server));
    assert_eq!(publisher.peer.uploaded().retransmitted, 1);
}
