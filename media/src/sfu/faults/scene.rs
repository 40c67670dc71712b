//! Who is there while somebody misbehaves.

use super::*;

const SECOND: Duration = Duration::from_secs(1);
/// What an attack may cost while it finds every limit of its peer, and what it may cost from then on.
const MOST_HELD: i64 = 10 << 20;
const MOST_CREEP: i64 = 128 << 10;

/// A host and its viewer; a liar, who publishes and watches the host too, and somebody who watches the liar.
pub(super) struct Scene {
    pub(super) house: House,
    pub(super) random: Seeded,
    pub(super) host: PeerId,
    pub(super) viewer: PeerId,
    pub(super) liar: PeerId,
    /// The numbers of the liar's packets, where it does not lie about them.
    pub(super) sequence: u16,
    /// What the liar really sent lately.
    pub(super) sent: Vec<Vec<u8>>,
}

impl Scene {
    pub(super) fn new() -> Self {
        let mut house = House::new(21);
        let host = house.join(1, &[OfferLine::AudioUp(SOUND), OfferLine::VideoUp(PICTURE)]);
        let viewer = house.join(2, &[OfferLine::AudioDown, OfferLine::VideoDown]);
        let both = [
            OfferLine::AudioUp(LIARS_SOUND),
            OfferLine::VideoUp(LIARS_PICTURE),
            OfferLine::LayersUp,
            OfferLine::AudioDown,
            OfferLine::VideoDown,
        ];
        let liar = house.join(3, &both);
        let onlooker = house.join(4, &[OfferLine::AudioDown, OfferLine::VideoDown, OfferLine::VideoDown]);
        for (peer, line, track) in [(host, 0, 1), (host, 1, 2), (liar, 0, 3), (liar, 1, 4), (liar, 2, 5)] {
            house.sfu.publish(house.now, peer, mid(line), TrackId(track)).unwrap();
        }
        let views = [(viewer, 0, 1), (viewer, 1, 2), (liar, 3, 1), (liar, 4, 2)];
        for (peer, line, track) in views.into_iter().chain([(onlooker, 0, 3), (onlooker, 1, 4), (onlooker, 2, 5)]) {
            let shown = Some(TrackId(track));
            house.sfu.assign_slot(house.now, peer, mid(line), shown, Want::main(Layer::High)).unwrap();
        }
        for peer in [liar, onlooker] {
            house.member(peer).watches = false;
        }
        house.run(SECOND);
        house.member(host).sources = vec![Source::new(SOUND, false, 65_500), Source::new(PICTURE, true, 65_300)];
        house.member(liar).sources = vec![Source::new(LIARS_SOUND, false, 100), Source::new(LIARS_PICTURE, true, 100)];
        house.run(2 * SECOND);
        Self { house, random: Seeded(4), host, viewer, liar, sequence: 1000, sent: Vec::new() }
    }

    /// Lets the liar have its way, and looks at everybody else.
    pub(super) fn endure(mut self, attack: impl Fn(&mut Self, u64)) -> Self {
        let (begun, before) = (self.house.now, self.house.held);
        let mut settled = 0;
        for round in 0..ROUNDS {
            attack(&mut self, round);
            self.house.run(10 * MS);
            if round == ROUNDS / 2 {
                settled = self.house.held;
            }
        }
        let (taken, creep) = (self.house.held - before, self.house.held - settled);
        assert!(taken < MOST_HELD, "{taken} bytes");
        assert!(creep < MOST_CREEP, "{creep} bytes");
        self.house.run(SECOND);
        let now = self.house.now;
        let Member { client, sink, .. } = self.house.member(self.viewer);
        assert_eq!((client.garbled, sink.repeats, sink.keyframe_requests), (0, 0, 0));
        assert_eq!(sink.lost(), 0);
        assert_eq!(sink.sound_gaps(), 0.0);
        assert!(sink.longest_freeze(begun, now) < 100 * MS, "{:?}", sink.longest_freeze(begun, now));
        self
    }

    pub(super) fn arrive(&mut self, mut datagram: Vec<u8>) {
        let from = self.house.member(self.liar).client.addr;
        self.house.hand_over(from, &mut datagram);
    }

    /// Seals and sends; what even the client's library refuses is not sent.
    pub(super) fn rtp(&mut self, packet: &[u8]) {
        if let Ok(sealed) = self.house.member(self.liar).client.try_seal_rtp(packet) {
            self.arrive(sealed);
        }
    }

    pub(super) fn rtcp(&mut self, compound: &[u8]) {
        if let Ok(sealed) = self.house.member(self.liar).client.try_seal_rtcp(compound) {
            self.arrive(sealed);
        }
    }

    /// A packet with extension elements, under the next number of the liar's.
    pub(super) fn packet(&mut self, (kind, ssrc): (u8, u32), elements: &[(u8, &[u8])], payload: &[u8]) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut block: Vec<u8> = Vec::new();
        for (id, value) in elements {
            block.push(id << 4 | (value.len() as u8 - 1));
            block.extend(*value);
        }
        block.resize(block.len().next_multiple_of(4), 0);
        let mut out = vec![0x90, kind];
        out.extend(self.sequence.to_be_bytes());
        out.extend(u32::from(self.sequence).wrapping_mul(900).to_be_bytes());
        out.extend(ssrc.to_be_bytes());
        out.extend([0xbe, 0xde]);
        out.extend((block.len() as u16 / 4).to_be_bytes());
        [out, block, payload.to_vec()].concat()
    }

    pub(super) fn any(&mut self, below: u64) -> u64 {
        self.random.next() % below
    }

    pub(super) fn noise(&mut self, most: u64) -> Vec<u8> {
        let len = self.any(most);
        (0..len).map(|_| self.random.next() as u8).collect()
    }

    /// The SSRCs under which a member is sent to.
    pub(super) fn slots(&mut self, of: PeerId) -> Vec<u32> {
        let answer = self.house.member(of).answer.clone();
        let lines = answer.lines().filter_map(|line| line.strip_prefix("a=ssrc:"));
        lines.filter_map(|line| line.split(' ').next()?.parse().ok()).collect()
    }

    pub(super) fn keyframes(&mut self) -> u32 {
        let host = self.host;
        self.house.member(host).sources[1].keyframes
    }
}
