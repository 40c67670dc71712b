//! Forwarding allocates nothing once media flows: not per packet, not per report, not per repair.
//!
//! Once for the router alone, whose viewers ask for something again after every picture, and once for the whole Sfu on lines
//! that lose: from sealed datagrams to sealed datagrams. What is not media may allocate: it comes every few seconds.

#![expect(clippy::unwrap_used, reason = "the whole file is a test")]

#[path = "../benches/support/lines.rs"]
mod lines;
use lectern_media::egress::Egress;
use lectern_media::ids::Want;
use lectern_media::router::{Crossing, Router, RouterConfig};
use lectern_media::sdp::{Codec, Flow};
use lectern_media::{Layer, Mid, PeerId, ShardNumber, TrackId};
use lines::{camera, line, negotiated};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static COUNTS: AtomicBool = AtomicBool::new(false);

fn count(counts: bool) {
    COUNTS.store(counts, Ordering::Relaxed);
}

fn allocations() -> u64 {
    ALLOCATIONS.load(Ordering::Relaxed)
}

#[expect(unsafe_code, reason = "an allocator that counts is the only way to see allocations")]
// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(u64::from(COUNTS.load(Ordering::Relaxed)), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(u64::from(COUNTS.load(Ordering::Relaxed)), Ordering::Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(Default)]
struct Counter {
    packets: u64,
    compounds: u64,
    /// Newest sequence number that each viewer got.
    newest: [u16; 32],
}

impl Egress for Counter {
    fn send_rtp(&mut self, to: PeerId, header: &[u8], _shared: &[u8]) {
        self.packets += 1;
        if header[1] & 0x7f == 96 {
            self.newest[to.0 as usize] = u16::from_be_bytes([header[2], header[3]]);
        }
    }

    fn send_rtcp(&mut self, _to: PeerId, _compound: &[u8]) {
        self.compounds += 1;
    }
}

const VIEWERS: u64 = 20;

fn is_near(viewer: u64) -> bool {
    viewer.is_multiple_of(2)
}

fn shard(number: usize) -> ShardNumber {
    ShardNumber::new(number).unwrap()
}

struct Stage {
    router: Router,
    /// Another shard, with every other viewer.
    far: Router,
    crossings: Vec<(ShardNumber, Crossing)>,
    now: Instant,
    out: Counter,
    sequence: u16,
    transport_seq: u16,
    packet: Vec<u8>,
}

impl Stage {
    fn new(codec: Codec) -> Self {
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        let now = Instant::now();
        let config = RouterConfig { seed: 1, started: now, started_unix: Duration::from_secs(1_800_000_000) };
        let (mut router, mut far) = (Router::new(config), Router::new(RouterConfig { seed: 2, ..config }));
        router.add_peer(now, PeerId(1), &negotiated(vec![camera(codec)])).unwrap();
        router.publish(now, PeerId(1), Mid::new("1").unwrap(), TrackId(1)).unwrap();
        for viewer in 2..2 + VIEWERS {
            let mut slot = line("v", Flow::Downlink, codec);
            let mid = slot.mid;
            let here = is_near(viewer);
            let router = if here { &mut router } else { &mut far };
            let (ssrc, repair) = router.allocate_ssrcs();
            slot.own_ssrcs = Some((ssrc, Some(repair)));
            router.add_peer(now, PeerId(viewer), &negotiated(vec![slot])).unwrap();
            if !here {
                router.expect_track(now, (shard(0), TrackId(1)), PeerId(viewer), mid).unwrap();
            }
            router.assign_slot(now, PeerId(viewer), mid, Some(TrackId(1)), Want::main(Layer::High)).unwrap();
        }
        let (out, crossings) = (Counter::default(), Vec::with_capacity(100));
        Self { router, far, crossings, now, out, sequence: 9, transport_seq: 0, packet: vec![0; 1200] }
    }

    fn cross(&mut self) {
        let Self { router, far, crossings, now, out, .. } = self;
        for _ in 0..2 {
            for router in [&mut *router, &mut *far] {
                router.cross(|to, crossing| {
                    crossings.push((to, crossing));
                    true
                });
            }
            for (to, crossing) in crossings.drain(..) {
                let (from, router) = if to == shard(0) { (shard(1), &mut *router) } else { (shard(0), &mut *far) };
                router.handle_crossing(*now, from, &crossing, out);
            }
        }
    }

    /// One frame of five packets on each of two layers, 33 ms; now and then a packet is missing.
    fn frame(&mut self, key: bool, vp8: bool) {
        for part in 0..5u8 {
            self.sequence = self.sequence.wrapping_add(1);
            for (rid, ssrc) in [(b'l', 7u32), (b'h', 8)] {
                self.transport_seq = self.transport_seq.wrapping_add(1);
                if self.sequence.is_multiple_of(97) {
                    continue;
                }
                self.write(rid, ssrc, (key, vp8, part));
                self.router.handle_rtp(self.now, PeerId(1), &self.packet, &mut self.out);
            }
        }
        self.cross();
        while self.router.forward_next(self.now, &mut self.out) {}
        while self.far.forward_next(self.now, &mut self.out) {}
        self.ask_for_repairs();
        for _ in 0..33 {
            self.now += Duration::from_millis(1);
            self.router.handle_timeout(self.now, &mut self.out);
            self.far.handle_timeout(self.now, &mut self.out);
            self.cross();
        }
        while self.router.poll_event().is_some() {}
        while self.far.poll_event().is_some() {}
    }

    fn write(&mut self, rid: u8, ssrc: u32, (key, vp8, part): (bool, bool, u8)) {
        let packet = &mut self.packet;
        let timestamp = u32::from(self.sequence / 5) * 2970;
        packet[..2].copy_from_slice(&[0x90, 96]);
        packet[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        packet[4..8].copy_from_slice(&timestamp.to_be_bytes());
        packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
        packet[12..24].copy_from_slice(&[0xbe, 0xde, 0, 2, 0x10, b'1', 0x20, rid, 0x41, 0, 0, 0]);
        packet[21..23].copy_from_slice(&self.transport_seq.to_be_bytes());
        packet[24..30].copy_from_slice(&[28, 0x01, 0, 0, 0, 0]);
        if vp8 {
            packet[24..30].copy_from_slice(&[0x80 | u8::from(part == 0) << 4, 0xc0, 0x81, part, 1, u8::from(!key)]);
        } else if key && part == 0 {
            packet[24] = 0x67;
        }
    }

    /// Every viewer asks for something again, and for a keyframe.
    fn ask_for_repairs(&mut self) {
        for viewer in 2..2 + VIEWERS {
            let router = if is_near(viewer) { &mut self.router } else { &mut self.far };
            let (ssrc, _) = router.slot_ssrcs(PeerId(viewer), Mid::new("v").unwrap()).unwrap();
            let lost = self.out.newest[viewer as usize].wrapping_sub(7);
            let mut nack = [0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
            nack[8..12].copy_from_slice(&ssrc.to_be_bytes());
            nack[12..14].copy_from_slice(&lost.to_be_bytes());
            router.handle_rtcp(self.now, PeerId(viewer), &nack, &mut self.out);
            let mut pli = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0];
            pli[8..12].copy_from_slice(&ssrc.to_be_bytes());
            router.handle_rtcp(self.now, PeerId(viewer), &pli, &mut self.out);
        }
    }
}

/// One test, so that nothing else allocates meanwhile.
#[test]
fn nothing_is_allocated_once_media_flows() {
    for vp8 in [false, true] {
        let mut stage = Stage::new(if vp8 { Codec::Vp8 } else { Codec::H264 });
        for frame in 0..300 {
            stage.frame(frame % 30 == 0, vp8);
        }
        let (before, packets) = (allocations(), stage.out.packets);
        let repairs = stage.router.totals().repairs_sent;
        count(true);
        for frame in 0..300 {
            stage.frame(frame % 30 == 0, vp8);
        }
        count(false);
        assert!(stage.out.packets - packets > 25_000, "{} packets", stage.out.packets - packets);
        assert!(stage.router.totals().repairs_sent > repairs, "repairs were measured too");
        assert!(stage.far.totals().repairs_sent > 100 && stage.far.totals().relayed_in > 2500);
        assert!(stage.router.totals().nacks_sent > 0 && stage.out.compounds > 100);
        assert_eq!(allocations() - before, 0, "vp8: {vp8}");
    }
}
