//! The seeds of the corpora: small real inputs, made by the code's own builders. Run by hand when a format changes:
//! `cargo test -p lectern-media write_the_seeds -- --ignored`.

use super::super::offers::BROWSER;
use super::super::routes::Stage;
use super::super::transports::{Pair, sessions};
use super::corpus;
use crate::ids::PeerId;
use crate::rtp::compound::{self, SenderInfo};
use crate::rtp::ntp::NtpTime;
use crate::rtp::rtcp::ReportBlock;
use crate::rtp::transport_cc::{self, About};
use crate::testing::offer::{OfferLine, offer};
use crate::testing::{ClientConfig, TestClient};
use crate::transport::srtp::Profile;
use std::fs;

fn write(target: &str, name: &str, input: &[u8]) {
    fs::create_dir_all(corpus(target)).unwrap();
    fs::write(corpus(target).join(name), &input[..input.len().min(4096)]).unwrap();
}

fn step(what: u8, bytes: &[u8]) -> Vec<u8> {
    [&[what][..], &(bytes.len() as u16).to_be_bytes(), bytes].concat()
}

#[test]
#[ignore = "writes files of the repository"]
fn write_the_seeds() {
    stun();
    dtls();
    srtp();
    sdp();
    media();
    sfu();
    frames();
}

fn frames() {
    let framed = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat();
    let stream = [framed(&[1; 20]), framed(&[0x80; 300]), framed(&[22]), framed(&[0x90; 12])].concat();
    write("rfc4571", "whole", &[&[0][..], &stream].concat());
    write("rfc4571", "torn", &[&[3, 1, 7, 255][..], &stream].concat());
    write("rfc4571", "byte-by-byte", &[&[1, 1][..], &stream].concat());
    write("rfc4571", "no-frame", &[&[0][..], b"GET / HTTP/1.1\r\n\r\n"].concat());
    write("rfc4571", "empty-frame", &[&[1, 2][..], &framed(&[1; 5]), &[0, 0], &framed(&[1; 5])].concat());
    write("rfc4571", "unfinished", &[&[1, 90][..], &framed(&[3; 200]), &[4, 0, 1]].concat());
}

fn stun() {
    let mut client = TestClient::new(ClientConfig::new(1000));
    write("stun", "nominating", &client.binding_request("serverufrag", "a-password-of-the-server-side"));
    write("stun", "wrong-password", &client.binding_request("serverufrag", "another"));
    write("stun", "stranger", &client.binding_request("nobody", "another"));
    client.nominate = false;
    let check = client.binding_request("serverufrag", "a-password-of-the-server-side");
    write("stun", "check", &check);
    // Without MESSAGE-INTEGRITY and FINGERPRINT, which the body puts behind it.
    let mut bare = check[..check.len() - 32].to_vec();
    let len = (bare.len() - 20) as u16;
    bare[2..4].copy_from_slice(&len.to_be_bytes());
    write("stun", "unsigned", &bare);
    write("stun", "header-only", &[&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat());
    write("stun", "indication", &[&[0, 0x11, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat());
    let response = [&[1, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12], &[0, 0x20, 0, 8, 0, 1], &[9; 6]].concat();
    write("stun", "response", &response);
}

fn dtls() {
    let flights = Pair::new().handshake(usize::MAX);
    let hello = &flights[0];
    write("dtls_record", "hello", &[&[0][..], &step(0, hello)].concat());
    let (first, second) = hello.split_at(hello.len() / 2);
    write("dtls_record", "hello-torn", &[&[0][..], &step(0, first), &step(0, second)].concat());
    let all: Vec<u8> = flights.iter().flat_map(|datagram| step(0, datagram)).collect();
    write("dtls_record", "handshake-of-another", &[&[0][..], &all].concat());
    write("dtls_record", "hello-twice", &[&[1][..], &step(0, hello), &step(225, &[]), &step(0, hello)].concat());
    for (far, name) in [(0, "fresh"), (1, "greeted"), (2, "connected"), (3, "parked")] {
        let alert = [21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 26];
        let alert = [&alert[..], &[3; 26]].concat();
        write("dtls_record", &format!("alert-{name}"), &[&[far][..], &step(0, &alert)].concat());
        let fragment = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 5, 0, 20, 11, 0, 1, 0, 0, 1, 0, 0, 9, 0, 0, 8];
        let fragment = [&fragment[..], &[1; 8]].concat();
        write("dtls_record", &format!("fragment-{name}"), &[&[far][..], &step(0, &fragment)].concat());
        let data = [&[23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 1, 0, 30][..], &[5; 30]].concat();
        write("dtls_record", &format!("data-{name}"), &[&[far][..], &step(0, &data), &step(230, &[])].concat());
    }
    let carried: Vec<u8> = (0..6).flat_map(|n| [step(0, &[22, 0xfe, 0xff, n]), step(200, &[])].concat()).collect();
    write("dtls_record", "handshake-around-junk", &[&[1][..], &carried].concat());
}

fn srtp() {
    for (first, profile) in [(0, Profile::AeadAes128Gcm), (1, Profile::Aes128CmHmacSha1_80)] {
        let (_, mut client) = sessions(profile);
        let (mut rtp, mut rtcp) = (Vec::new(), Vec::new());
        let header = [0x90, 96, 0, 9, 0, 0, 0, 1, 0, 0, 0, 7, 0xbe, 0xde, 0, 1, 0x10, b'1', 0, 0];
        client.seal_rtp(&header, b"payload", &mut rtp).unwrap();
        let report = [0x80, 201, 0, 1, 0, 0, 0, 7];
        client.seal_rtcp(&report, &mut rtcp).unwrap();
        let sealed = [&[first][..], &step(0, &rtp), &step(0, &rtp), &step(1, &rtcp), &step(1, &rtcp)].concat();
        write("srtp", &format!("sealed-{first}"), &sealed);
        let cut = [&[first][..], &step(0, &rtp[..rtp.len() - 3]), &step(1, &rtcp[..rtcp.len() - 3])].concat();
        write("srtp", &format!("cut-{first}"), &cut);
        let plain = [&header[..], b"payload"].concat();
        let mut later = plain.clone();
        later[2] = 0xff;
        let opened = [&[first][..], &step(2, &plain), &step(2, &later), &step(3, &report)].concat();
        write("srtp", &format!("opened-{first}"), &opened);
    }
}

fn sdp() {
    let client = TestClient::new(ClientConfig::new(1000));
    let publisher = offer(&client, &[OfferLine::AudioUp(1), OfferLine::VideoUp(2)]);
    let viewer = offer(&client, &[OfferLine::AudioDown, OfferLine::VideoDown]);
    write("sdp", "publisher", publisher.as_bytes());
    write("sdp", "viewer", viewer.as_bytes());
    write("sdp", "again", [publisher.as_str(), &publisher].join("\0").as_bytes());
    write("sdp", "turned", [viewer.as_str(), &viewer.replace("recvonly", "inactive")].join("\0").as_bytes());
    // A whole browser offer is 13 kB; its session part and the camera with three layers are what is special of it.
    let lines: Vec<usize> = BROWSER.match_indices("m=").map(|(at, _)| at).collect();
    let camera = BROWSER[lines[1]..lines[2]].lines().filter(|line| !line.contains("red/") && !line.contains("AV1"));
    let camera: String = camera.map(|line| format!("{line}\r\n")).collect();
    let session: String = BROWSER[..lines[0]].lines().map(|line| format!("{line}\r\n")).collect();
    write("sdp", "simulcast", [session, camera].concat().as_bytes());
    let data =
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=sctp-port:5000\r\n";
    write("sdp", "data-channel", [publisher.as_str(), data].concat().as_bytes());
}

fn media() {
    let mut stage = Stage::new();
    let (first, second): (Vec<_>, Vec<_>) = (stage.frame(PeerId(1)), stage.frame(PeerId(1)));
    let sent = |frame: &[Vec<u8>]| -> Vec<u8> { frame.iter().flat_map(|packet| step(0, packet)).collect() };
    write("rtp", "frames", &[sent(&first), step(8, &[33]), sent(&second)].concat());
    let hole: Vec<Vec<u8>> = second.iter().skip(3).cloned().collect();
    write("rtp", "hole", &[sent(&first), step(8, &[33]), sent(&hole), step(8, &[200])].concat());
    write("rtp", "twice", &[sent(&first), sent(&first)].concat());
    let mut jumped = second.clone();
    jumped.iter_mut().for_each(|packet| packet[2] ^= 0x55);
    write("rtp", "jump", &[sent(&first), sent(&jumped), step(8, &[90]), sent(&jumped)].concat());
    let camera = &first[1];
    let mut padded = camera.clone();
    padded[0] |= 0x20;
    padded.extend([0, 0, 3]);
    let mut repair = camera.clone();
    repair[1] = 103;
    repair[11] ^= 0x80;
    repair.splice(repair.len() - 5..repair.len() - 5, [0, 2]);
    write("rtp", "padding-and-repair", &[step(0, camera), step(0, &padded), step(0, &repair)].concat());
    let room = [step(10, &[4, 0, 1]), step(12, &[0, 2]), step(0, camera), step(12, &[1, 2]), step(14, &[1, 2])];
    write("rtp", "room", &room.concat());
    let sound = first.iter().find(|packet| packet[1] == 111).unwrap();
    write("rtp", "sound", &[step(0, sound), step(1, sound), step(8, &[250]), step(0, sound)].concat());

    stage.flow(6);
    let mine = stage.out.seen.clone();
    for (at, ssrc) in mine.iter().enumerate() {
        let mut compound = Vec::new();
        let block = ReportBlock {
            ssrc: *ssrc,
            fraction_lost: 9,
            cumulative_lost: 3,
            highest_sequence: 70_000,
            jitter: 9,
            last_report: 1,
            delay: 2,
        };
        compound::receiver_report(&mut compound, 5, &[block]);
        compound::nack(&mut compound, 5, *ssrc, [1030, 1031, 1040, 5000].into_iter());
        compound::pli(&mut compound, 5, *ssrc);
        write("rtcp", &format!("report-nack-pli-{at}"), &[step(5, &compound), step(8, &[50])].concat());
    }
    let mut sender = Vec::new();
    let info = SenderInfo { ntp: NtpTime(0xe800_0000_0000_0000), rtp: 99, packets: 1, octets: 2 };
    compound::sender_report(&mut sender, 1010, &info);
    compound::description(&mut sender, 1010, b"name");
    write("rtcp", "sender-report", &[step(4, &sender), step(8, &[250]), step(8, &[250])].concat());
    let mut feedback = Vec::new();
    let about = About { sender: 5, media: 6, base: 0, count: 1 };
    transport_cc::write(&mut feedback, &about, 40, |i| (i % 5 != 0).then_some(i as i64 * 700));
    write("rtcp", "transport-feedback", &step(5, &feedback));
    let fir = [&[0x84, 206, 0, 4, 0, 0, 0, 5, 0, 0, 0, 0][..], &mine[0].to_be_bytes(), &[7, 0, 0, 0]].concat();
    write("rtcp", "full-intra-request", &step(5, &fir));
    let bye = [0x82, 203, 0, 2, 0, 0, 3, 0xf2, 0, 0, 3, 0xf3];
    write("rtcp", "bye", &[step(4, &bye), step(8, &[99])].concat());
    let remb = [0x8f, 206, 0, 5, 0, 0, 0, 5, 0, 0, 0, 0, b'R', b'E', b'M', b'B', 1, 0xff, 0xff, 0xff, 0, 0, 0, 6];
    write("rtcp", "remb", &step(5, &remb));
}

fn sfu() {
    let client = TestClient::new(ClientConfig::new(1001));
    let viewer = offer(&client, &[OfferLine::AudioDown, OfferLine::VideoDown]);
    let packet = [&[0x80, 96, 0xff, 0x40, 0, 0, 0, 1, 0, 0, 7, 0xd1][..], &[0x10, 0, 0, 0, 1, 2, 3]].concat();
    let repair = [&[0x80, 97, 0, 1, 0, 0, 0, 1, 0, 0, 7, 0xd2][..], &[0xff, 0x41, 0x10, 1, 2]].concat();
    write("sfu", "media", &[step(4, &packet), step(7, &[40]), step(4, &repair), step(7, &[40])].concat());
    let report =
        [0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 7, 0xd1, 9, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0];
    write("sfu", "report", &[step(5, &report), step(6, &report), step(8, &[255])].concat());
    let later = [&[1][..], viewer.as_bytes()].concat();
    write("sfu", "later-offer", &[step(9, &later), step(8, &[60])].concat());
    write("sfu", "newcomer", &[step(10, viewer.as_bytes()), step(8, &[200]), step(15, &[2])].concat());
    write("sfu", "ice-restart", &[step(11, &[1]), step(8, &[200]), step(11, &[1])].concat());
    let hello = Pair::new().handshake(1).remove(0);
    write("sfu", "hello-again", &[step(0, &hello), step(1, &hello), step(2, &hello), step(8, &[60])].concat());
    let check = client.binding_request("nobody", "anotherPasswordOfTheClient");
    write("sfu", "strange-check", &[step(2, &check), step(0, &check)].concat());
    let room = [step(12, &[1, 1, 9]), step(12, &[1, 1, 1]), step(14, &[0, 1]), step(13, &[0, 1, 1]), step(15, &[0])];
    write("sfu", "room", &room.concat());
}
