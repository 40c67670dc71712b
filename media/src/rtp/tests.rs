use super::header::{HeaderFields, MAX_HEADER, RtpError, RtpPacket};
use super::ntp::{MediaClock, NtpTime};
use super::rtcp::{self, ReportBlock, Rtcp};
use super::transport_cc::{self, About};
use super::{compound, h264, sequence, vp8};
use crate::ids::Mid;
use proptest::prelude::*;
use std::time::Duration;

fn packet(flags: u8, rest: &[u8]) -> Vec<u8> {
    [&[flags, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3][..], rest].concat()
}

#[test]
fn lengths_that_lie_are_refused() {
    let cases: [(Vec<u8>, RtpError); 12] = [
        (vec![], RtpError::Length),
        (packet(0x80, &[])[..11].to_vec(), RtpError::Length),
        (packet(0x80, &[0; 2048]), RtpError::Length),
        (packet(0x40, &[0; 20]), RtpError::Version),
        (packet(0x83, &[0; 11]), RtpError::Csrc),
        (packet(0x90, &[0xbe, 0xde, 0]), RtpError::Extension),
        (packet(0x90, &[0xbe, 0xde, 0, 2, 0, 0, 0, 0]), RtpError::Extension),
        (packet(0x90, &[0xbe, 0xde, 0, 1, 0x1f, 0, 0, 0]), RtpError::Extension),
        (packet(0x90, &[0x10, 0x00, 0, 1, 1, 3, 0, 0]), RtpError::Extension),
        (packet(0x90, &[0x10, 0x00, 0, 1, 0, 0, 0, 7]), RtpError::Extension),
        (packet(0xa0, &[1, 2, 3, 0]), RtpError::Padding),
        (packet(0xa0, &[1, 2, 3, 5]), RtpError::Padding),
    ];
    for (bytes, error) in cases {
        assert_eq!(RtpPacket::parse(&bytes), Err(error), "{bytes:?}");
    }
    assert_eq!(RtpPacket::parse(&packet(0xa0, &[])), Err(RtpError::Padding));
}

#[test]
fn padding_and_contributing_sources_are_no_payload() {
    let all_padding = packet(0xa0, &[0, 0, 0, 4]);
    assert!(RtpPacket::parse(&all_padding).unwrap().payload.is_empty());
    let sources = packet(0x82, &[0, 0, 0, 9, 0, 0, 0, 8, 42]);
    assert_eq!(RtpPacket::parse(&sources).unwrap().payload, [42]);
}

#[test]
fn unknown_extension_profiles_are_skipped_over() {
    let bytes = packet(0x90, &[0x12, 0x34, 0, 1, 0xff, 0xff, 0xff, 0xff, 42]);
    let parsed = RtpPacket::parse(&bytes).unwrap();
    assert_eq!((parsed.extensions().count(), parsed.payload), (0, &[42][..]));
}

#[test]
fn id_fifteen_ends_one_byte_elements() {
    let bytes = packet(0x90, &[0xbe, 0xde, 0, 2, 0x10, 7, 0, 0xf3, 0x20, 9, 0, 0, 42]);
    let parsed = RtpPacket::parse(&bytes).unwrap();
    assert_eq!(parsed.extensions().collect::<Vec<_>>(), [(1, &[7][..])]);
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        marker in any::<bool>(), kind in 0..128u8, sequence: u16, timestamp: u32, ssrc: u32,
        mid in prop::option::of((1..20u8, "[a-z0-9]{1,16}")),
        transport_seq in prop::option::of((1..20u8, any::<u16>())),
        audio_level in prop::option::of((1..20u8, any::<u8>())),
        payload in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let mid = mid.map(|(id, text)| (id, Mid::new(&text).unwrap()));
        let fields = HeaderFields { marker, payload_type: kind, sequence, timestamp, ssrc, mid, transport_seq, audio_level };
        let mut header = [0xff; MAX_HEADER];
        let length = fields.write(&mut header);
        let bytes = [&header[..length], &payload].concat();
        let read = RtpPacket::parse(&bytes).unwrap();
        prop_assert_eq!((read.marker, read.payload_type, read.sequence), (marker, kind, sequence));
        prop_assert_eq!((read.timestamp, read.ssrc, read.payload), (timestamp, ssrc, &payload[..]));
        let mut expected = Vec::new();
        expected.extend(mid.map(|(id, mid)| (id, mid.as_str().as_bytes().to_vec())));
        expected.extend(transport_seq.map(|(id, number)| (id, number.to_be_bytes().to_vec())));
        expected.extend(audio_level.map(|(id, level)| (id, vec![level])));
        let found: Vec<_> = read.extensions().map(|(id, value)| (id, value.to_vec())).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn transport_feedback_tells_what_arrived(
        base: u16,
        // 0 is lost, else µs since the packet before; large steps split the feedback.
        steps in prop::collection::vec(prop_oneof![Just(0u64), 1..40_000u64, 1..20_000_000u64], 1..600),
    ) {
        let mut clock = 5_000_000;
        let arrivals: Vec<Option<i64>> =
            steps.iter().map(|step| (*step > 0).then(|| { clock += *step as i64; clock })).collect();
        let mut told = Vec::new();
        let mut from = 0;
        while from < arrivals.len() {
            let mut bytes = Vec::new();
            let about = About { sender: 1, media: 2, base: base.wrapping_add(from as u16), count: 0 };
            let covered = transport_cc::write(&mut bytes, &about, arrivals.len() - from, |i| arrivals[from + i]);
            prop_assert!(covered > 0);
            if bytes.is_empty() {
                prop_assert!(arrivals[from..from + covered].iter().all(Option::is_none));
                told.extend((0..covered).map(|i| (base.wrapping_add((from + i) as u16), None)));
            } else {
                let Some(Rtcp::TransportCc { body }) = rtcp::parse(&bytes).unwrap().next() else { panic!("not feedback") };
                let reference = i64::from(transport_cc::reference(body).unwrap()) * 64_000;
                let status = |number, arrived: Option<i64>| told.push((number, arrived.map(|at| reference + at)));
                transport_cc::read(body, status).unwrap();
            }
            from += covered;
        }
        // Times are told in quarters of a millisecond.
        let at = |at: &Option<i64>| at.map(|at| at / 250 * 250);
        let expected: Vec<_> =
            arrivals.iter().enumerate().map(|(i, arrived)| (base.wrapping_add(i as u16), at(arrived))).collect();
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn a_nack_names_what_was_lost(mut lost in prop::collection::btree_set(0..3000u16, 0..200), base: u16) {
        let rising: Vec<u16> = std::mem::take(&mut lost).into_iter().map(|n| base.wrapping_add(n)).collect();
        let mut bytes = Vec::new();
        compound::nack(&mut bytes, 1, 2, rising.iter().copied());
        if rising.is_empty() {
            prop_assert!(bytes.is_empty());
        } else {
            let Some(Rtcp::Nack { media: 2, pairs }) = rtcp::parse(&bytes).unwrap().next() else { panic!("not a NACK") };
            prop_assert_eq!(pairs.lost().collect::<Vec<_>>(), rising);
        }
    }

    #[test]
    fn the_nearest_number_is_meant(near in (1u64 << 16)..(1 << 40), step in -32_000..32_000i64) {
        let index = near.saturating_add_signed(step);
        prop_assert_eq!(sequence::extend(near, index as u16), index);
    }

    #[test]
    fn media_clocks_go_there_and_back(rtp: u32, ticks in -10_000_000..10_000_000i32, audio: bool) {
        let rate = if audio { 48_000 } else { 90_000 };
        let clock = MediaClock { ntp: NtpTime::from_unix(Duration::from_secs(1_800_000_000)), rtp, rate };
        let at = rtp.wrapping_add(ticks as u32);
        prop_assert_eq!(clock.rtp_at(clock.ntp_at(at)), at);
    }
}

#[test]
fn transport_feedback_reads_as_another_implementation_wrote_it() {
    use rtc_rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
    use rtc_shared::marshal::Unmarshal;
    let arrivals = [Some(64_250), None, Some(64_500), Some(64_750), None, Some(200_000)];
    let mut bytes = Vec::new();
    let about = About { sender: 0x0102_0304, media: 0x0506_0708, base: 65_534, count: 7 };
    assert_eq!(transport_cc::write(&mut bytes, &about, 6, |i| arrivals[i]), 6);
    let read = TransportLayerCc::unmarshal(&mut &bytes[..]).unwrap();
    assert_eq!((read.sender_ssrc, read.media_ssrc), (0x0102_0304, 0x0506_0708));
    assert_eq!((read.base_sequence_number, read.packet_status_count), (65_534, 6));
    assert_eq!((read.reference_time, read.fb_pkt_count), (1, 7));
    let deltas: Vec<i64> = read.recv_deltas.iter().map(|delta| delta.delta).collect();
    assert_eq!(deltas, [250, 250, 250, 135_250]);
}

#[test]
fn reports_read_as_they_were_written() {
    let block = ReportBlock {
        ssrc: 7,
        fraction_lost: 12,
        cumulative_lost: -5,
        highest_sequence: 0x1_0002,
        jitter: 9,
        last_report: 0xaabb_ccdd,
        delay: 65_536,
    };
    let mut bytes = Vec::new();
    let sender = compound::SenderInfo { ntp: NtpTime(0x0102_0304_0506_0708), rtp: 99, packets: 1, octets: 2 };
    compound::sender_report(&mut bytes, 5, &sender);
    compound::receiver_report(&mut bytes, 6, &[block; 40]);
    compound::description(&mut bytes, 5, b"name");
    compound::pli(&mut bytes, 5, 7);
    assert_eq!(bytes.len() % 4, 0);
    let read: Vec<_> = rtcp::parse(&bytes).unwrap().collect();
    assert!(matches!(read[0], Rtcp::SenderReport { ssrc: 5, ntp: NtpTime(0x0102_0304_0506_0708), rtp: 99, .. }));
    let Rtcp::ReceiverReport { blocks } = read[1] else { panic!("{:?}", read[1]) };
    assert_eq!(blocks.report_blocks().collect::<Vec<_>>(), vec![block; 31]);
    assert_eq!(read[2..], [Rtcp::Other, Rtcp::Pli { media: 7 }]);
}

#[test]
fn keyframes_of_h264_are_found_in_every_packing() {
    for (payload, key) in [
        (&[0x67, 1][..], true),
        (&[0x65, 1], true),
        (&[0x41, 1], false),
        (&[0x68, 1], false),
        (&[24, 0, 2, 0x68, 0, 0, 2, 0x67, 0], true),
        (&[24, 0, 2, 0x68, 0, 0, 2, 0x41, 0], false),
        (&[24, 0, 2, 0x67, 0, 0, 9, 0x41, 0], false),
        (&[28, 0x85], true),
        (&[28, 0x05], false),
        (&[28, 0x81], false),
        (&[28], false),
        (&[], false),
    ] {
        assert_eq!(h264::begins_keyframe(payload), key, "{payload:?}");
    }
}

#[test]
fn keyframes_of_vp8_are_found_behind_every_descriptor() {
    for (payload, key) in [
        (&[0x10, 0x00][..], true),
        (&[0x10, 0x01], false),
        (&[0x00, 0x00], false),
        (&[0x11, 0x00], false),
        (&[0x90, 0x80, 0x05, 0x00], true),
        (&[0x90, 0x80, 0x85, 0x05, 0x00], true),
        (&[0x90, 0xf0, 0x85, 0x05, 0x07, 0x20, 0x00], true),
        (&[0x90, 0xf0, 0x85, 0x05, 0x07, 0x20], false),
        (&[0x90, 0x80, 0x85], false),
        (&[0x90], false),
    ] {
        assert_eq!(vp8::begins_keyframe(payload), key, "{payload:?}");
    }
}

#[test]
fn vp8_numbers_are_shifted_in_their_own_width() {
    let mut short = [0x90, 0xc0, 0x7f, 0xff, 0];
    assert_eq!(vp8::Shift { picture_id: 2, tl0: 1 }.apply(&mut short), (Some(1), Some(0)));
    assert_eq!(short, [0x90, 0xc0, 0x01, 0x00, 0]);
    let mut long = [0x90, 0xc0, 0xff, 0xff, 0xff, 0];
    assert_eq!(vp8::Shift { picture_id: 2, tl0: 1 }.apply(&mut long), (Some(1), Some(0)));
    assert_eq!(long, [0x90, 0xc0, 0x80, 0x01, 0x00, 0]);
}
