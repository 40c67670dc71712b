//! RTP and RTCP of authenticated clients, as the router gets them.

use super::offers::{BROWSER, ROUTER, answered};
use super::{byte, steps};
use crate::egress::Egress;
use crate::ids::{Layer, Mid, PeerId, TrackId, Want};
use crate::router::Router;
use crate::rtp::header::RtpPacket;
use crate::rtp::{h264, rtcp, transport_cc, vp8};
use crate::sdp::{Flow, Kind, MediaLine, Offer};
use crate::testing::{MS, start};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Ids of the browser's header extensions.
const TRANSPORT_CC: u8 = 3;
const MID: u8 = 4;
const RID: u8 = 10;
/// H.264 of the browser's offer.
const H264: u8 = 102;
const OPUS: u8 = 111;

/// Two members before anything was sent; see [`Stage::step`].
pub fn rtp(input: &[u8]) {
    if let Ok(packet) = RtpPacket::parse(input) {
        packet.extensions().for_each(drop);
    }
    let _ = (h264::begins_keyframe(input), vp8::begins_keyframe(input));
    vp8::Shift { picture_id: 9, tl0: 9 }.apply(&mut input.to_vec());
    Stage::new().play(input);
}

/// Two members who see each other; see [`Stage::step`].
pub fn rtcp(input: &[u8]) {
    if let Ok(packets) = rtcp::parse(input) {
        packets.for_each(drop);
    }
    let _ = transport_cc::read(input, |_, _| {});
    let mut stage = Stage::new();
    stage.flow(6);
    stage.play(input);
}

/// Two members, each with a browser's lines, whose tracks fill each other's slots.
pub(super) struct Stage {
    router: Router,
    now: Instant,
    pub(super) out: Checked,
    pub(super) lines: Vec<MediaLine>,
    sent: u16,
}

const MEMBERS: [PeerId; 2] = [PeerId(1), PeerId(2)];

impl Stage {
    pub(super) fn new() -> Self {
        static OFFER: OnceLock<Offer> = OnceLock::new();
        let offer = OFFER.get_or_init(|| Offer::parse(BROWSER).unwrap());
        let (mut router, now) = (Router::new(ROUTER()), start());
        let mut lines = Vec::new();
        for member in MEMBERS {
            let (_, agreed) = answered(&mut router, offer, Flow::Uplink).unwrap();
            router.add_peer(now, member, &agreed).unwrap();
            for (number, line) in agreed.lines.iter().enumerate().filter(|(_, line)| line.flow == Flow::Uplink) {
                router.publish(now, member, line.mid, track(member, number)).unwrap();
            }
            lines = agreed.lines;
        }
        for (member, other) in [(MEMBERS[0], MEMBERS[1]), (MEMBERS[1], MEMBERS[0])] {
            for kind in [Kind::Audio, Kind::Video] {
                let slots = lines.iter().filter(|line| line.flow == Flow::Downlink && line.kind == kind);
                let of_kind = |(_, line): &(usize, &MediaLine)| line.flow == Flow::Uplink && line.kind == kind;
                let tracks = lines.iter().enumerate().filter(of_kind);
                for (slot, (number, _)) in slots.zip(tracks) {
                    let shown = Some(track(other, number));
                    router.assign_slot(now, member, slot.mid, shown, Want::main(Layer::High)).unwrap();
                }
            }
        }
        Self { router, now, out: Checked::default(), lines, sent: 0 }
    }

    pub(super) fn play(&mut self, input: &[u8]) {
        steps(input).for_each(|(what, bytes)| self.step(what, bytes));
        self.wait(Duration::from_millis(3000));
    }

    /// Packets of either member, time, and what the Room may ask for meanwhile.
    fn step(&mut self, what: u8, bytes: &[u8]) {
        let member = MEMBERS[usize::from(what & 1)];
        let number = usize::from(byte(bytes, 0)) % self.lines.len();
        let (mid, now) = (self.lines[number].mid, self.now);
        let other = track(MEMBERS[usize::from(byte(bytes, 1)) % 2], usize::from(byte(bytes, 1) / 2) % self.lines.len());
        match what / 2 % 8 {
            0 | 1 => self.router.handle_rtp(now, member, bytes, &mut self.out),
            2 | 3 => self.router.handle_rtcp(now, member, bytes, &mut self.out),
            4 => self.wait(MS * (1 + u32::from(byte(bytes, 0)))),
            5 => {
                let max = [Layer::Low, Layer::Mid, Layer::High][usize::from(byte(bytes, 2)) % 3];
                let shown = (byte(bytes, 1) < 200).then_some(other);
                let _ = self.router.assign_slot(now, member, mid, shown, Want::main(max));
            }
            6 => self.router.set_muted(now, other, byte(bytes, 0).is_multiple_of(2)),
            _ => {
                self.router.unpublish(now, other);
                let _ = self.router.publish(now, member, mid, other);
            }
        }
        self.forward();
        while self.router.poll_event().is_some() {}
    }

    fn forward(&mut self) {
        while self.router.forward_next(self.now, &mut self.out) {}
    }

    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.router.next_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due) + MS;
            self.router.handle_timeout(self.now, &mut self.out);
            self.forward();
        }
        self.now = self.now.max(until);
    }

    /// Real pictures and sound of both members.
    pub(super) fn flow(&mut self, frames: u16) {
        for _ in 0..frames {
            for member in MEMBERS {
                for packet in self.frame(member) {
                    self.router.handle_rtp(self.now, member, &packet, &mut self.out);
                }
            }
            self.wait(33 * MS);
        }
        while self.router.poll_event().is_some() {}
    }

    /// Two packets of a keyframe on each layer, and one of sound.
    pub(super) fn frame(&mut self, member: PeerId) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        self.sent += 2;
        for (number, line) in self.lines.iter().enumerate().filter(|(_, line)| line.flow == Flow::Uplink) {
            let ssrc = 1000 * member.0 as u32 + 10 * number as u32;
            let facts = |part: u16| (self.sent + part, u32::from(self.sent) * 1500);
            if line.kind == Kind::Audio {
                out.push(packet(line.mid, None, (OPUS, ssrc), facts(0), &[0xfc; 20]));
                continue;
            }
            let rids: Vec<Option<&str>> = match line.rids.as_slice() {
                [] => vec![None],
                rids => rids.iter().map(|rid| Some(rid.rid.as_str())).collect(),
            };
            for (layer, rid) in rids.into_iter().enumerate() {
                for (part, payload) in [&[0x67, 0x42, 0xe0, 0x1f, 1][..], &[0x65, 0x88, 1, 2, 3]].iter().enumerate() {
                    out.push(packet(line.mid, rid, (H264, ssrc + layer as u32), facts(part as u16), payload));
                }
            }
        }
        out
    }
}

fn track(member: PeerId, line: usize) -> TrackId {
    TrackId(member.0 * 100 + line as u64)
}

fn packet(
    mid: Mid,
    rid: Option<&str>,
    (kind, ssrc): (u8, u32),
    (sequence, timestamp): (u16, u32),
    payload: &[u8],
) -> Vec<u8> {
    let mut extension = vec![MID << 4 | (mid.as_str().len() as u8 - 1)];
    extension.extend(mid.as_str().as_bytes());
    if let Some(rid) = rid {
        extension.push(RID << 4 | (rid.len() as u8 - 1));
        extension.extend(rid.as_bytes());
    }
    extension.push(TRANSPORT_CC << 4 | 1);
    extension.extend(sequence.to_be_bytes());
    extension.resize(extension.len().next_multiple_of(4), 0);
    let mut out = vec![0x90, kind];
    out.extend(sequence.to_be_bytes());
    out.extend(timestamp.to_be_bytes());
    out.extend(ssrc.to_be_bytes());
    out.extend([0xbe, 0xde]);
    out.extend((extension.len() as u16 / 4).to_be_bytes());
    out.extend(extension);
    out.extend(payload);
    out
}

/// What leaves must be readable, whatever came in.
#[derive(Default)]
pub(super) struct Checked {
    /// SSRCs under which the second member receives; for seeds that name them.
    pub(super) seen: Vec<u32>,
}

impl Egress for Checked {
    fn send_rtp(&mut self, to: PeerId, header: &[u8], payload: &[u8]) {
        let packet = [header, payload].concat();
        let sent = RtpPacket::parse(&packet).expect("what we send is an RTP packet");
        assert_eq!(sent.payload, payload, "a payload is sent whole");
        if to == MEMBERS[1] && !self.seen.contains(&sent.ssrc) {
            self.seen.push(sent.ssrc);
        }
    }

    fn send_rtcp(&mut self, _to: PeerId, compound: &[u8]) {
        let packets = rtcp::parse(compound).expect("what we send is a compound");
        assert!(packets.count() > 0);
    }
}
