//! An m-line on which a peer sends: its layers, who publishes on it and who looks at it.

use super::keyframes::Wish;
use super::layer::LAYERS;
use super::loss::Outlook;
use super::loudness::Loudness;
use super::peer::Peer;
use super::relay::Far;
use super::stats::DropReason;
use super::stream::{Arrival, Stream, StreamNeeds, Taken};
use super::table::Table;
use crate::ids::{Layer, TrackId};
use crate::rtp::header::RtpPacket;
use crate::sdp::{Kind, MediaLine};
use std::time::{Duration, Instant};

/// A layer that is silent for this long makes its receivers fall to another one.
const LAYER_SILENCE: Duration = Duration::from_secs(1);
/// A new SSRC takes the place of one that was silent for this long.
const LATCH: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Uplink {
    pub(crate) publisher: Publisher,
    pub(crate) line: MediaLine,
    pub(crate) track: Option<TrackId>,
    pub(crate) muted: bool,
    pub(crate) layers: [Option<Box<Stream>>; 3],
    /// Keys of the slots that want the track.
    pub(crate) slots: Vec<usize>,
    /// For each layer, the other shards that get its packets.
    pub(crate) crosses: [u64; 3],
    /// RFC 6464 byte of the last packet that had one.
    pub(crate) level: Option<u8>,
    pub(crate) loudness: Loudness,
    /// The owner has been told that the track flows.
    pub(crate) told_active: bool,
    pub(crate) last_arrival: Option<Instant>,
}

/// Who sends.
#[derive(Debug)]
pub(crate) enum Publisher {
    /// Key of a peer of this shard.
    Here(usize),
    /// A peer of another shard.
    Far(Box<Far>),
}

impl Publisher {
    /// Server time minus the publisher's, in 32.32 NTP seconds.
    pub(crate) fn clock_offset(&self, peers: &Table<Peer>) -> Option<i64> {
        match self {
            Self::Here(peer) => peers[*peer].clock_offset,
            Self::Far(far) => far.clock_offset(),
        }
    }
}

/// Which part of a line an SSRC carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) layer: Layer,
    pub(crate) repair: bool,
}

/// What became of a packet that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) index: u64,
    pub(crate) fate: Fate,
    /// The layer began or came back, or its numbers were restarted.
    pub(crate) changed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Forward,
    /// Counts as a sequence number, but has nothing in it.
    Empty,
    Withheld(DropReason),
}

impl Uplink {
    pub(crate) fn new(publisher: Publisher, line: MediaLine) -> Self {
        Self {
            publisher,
            line,
            track: None,
            muted: false,
            layers: [None, None, None],
            slots: Vec::new(),
            crosses: [0; 3],
            level: None,
            loudness: Loudness::default(),
            told_active: false,
            last_arrival: None,
        }
    }

    pub(crate) fn stream(&self, layer: Layer) -> Option<&Stream> {
        self.layers[layer as usize].as_deref()
    }

    /// Somebody gets what comes, here or on another shard.
    pub(crate) fn is_watched(&self) -> bool {
        !self.slots.is_empty() || self.crosses != [0; 3]
    }

    pub(crate) fn flowing(&self) -> [bool; 3] {
        LAYERS.map(|layer| self.stream(layer).is_some_and(|stream| stream.flowing))
    }

    /// The layer that a rid names; a line without rids has only one.
    pub(crate) fn layer_of(&self, rid: Option<&[u8]>) -> Option<Layer> {
        if self.line.rids.is_empty() {
            return Some(Layer::High);
        }
        let rid = rid?;
        self.line.rids.iter().find(|known| known.rid.as_bytes() == rid).map(|known| known.layer)
    }

    pub(crate) fn is_repair(&self, payload_type: u8) -> Option<bool> {
        self.line.codecs.iter().find_map(|codec| {
            if codec.payload_type == payload_type {
                Some(false)
            } else {
                (codec.rtx_payload_type == Some(payload_type)).then_some(true)
            }
        })
    }

    /// Makes room for a new SSRC in this part.
    pub(crate) fn yield_part(&mut self, now: Instant, part: Part, ssrc: u32) -> Result<(), DropReason> {
        let place = &mut self.layers[part.layer as usize];
        match place {
            // Without a primary there is nothing to repair.
            None if part.repair => return Err(DropReason::StrayRepair),
            None => {}
            Some(stream) if part.repair => stream.repair_ssrc = Some(ssrc),
            Some(stream) if now.saturating_duration_since(stream.last_arrival) < LATCH => {
                return Err(DropReason::Contended);
            }
            Some(_) => *place = None,
        }
        Ok(())
    }

    /// The stream said goodbye.
    pub(crate) fn end(&mut self, part: Part) {
        let place = &mut self.layers[part.layer as usize];
        match place {
            Some(stream) if part.repair => stream.repair_ssrc = None,
            _ => *place = None,
        }
    }

    pub(crate) fn accept(
        &mut self,
        now: Instant,
        part: Part,
        packet: &RtpPacket<'_>,
        level: Option<u8>,
        next_generation: &mut u64,
    ) -> Result<Accepted, DropReason> {
        let arrival = self.undo_repair(part, packet, level)?;
        let place = &mut self.layers[part.layer as usize];
        let stream = match place {
            Some(stream) => stream,
            None if part.repair => return Err(DropReason::StrayRepair),
            None => {
                let needs = StreamNeeds::of(self.line.kind, *next_generation, self.line.feedback.nack);
                *next_generation += 1;
                place.insert(Box::new(Stream::new(now, packet.ssrc, &arrival, &needs)))
            }
        };
        let Taken { index, restarted } = stream.take(now, &arrival, next_generation)?;
        let changed = restarted || !stream.flowing;
        stream.flowing = true;
        self.last_arrival = Some(now);
        if arrival.level.is_some() {
            self.level = arrival.level;
        }
        let fate = if self.track.is_none() {
            Fate::Withheld(DropReason::Unpublished)
        } else if self.muted {
            Fate::Withheld(DropReason::Muted)
        } else if arrival.payload.is_empty() {
            Fate::Empty
        } else {
            stream.store(now, index, &arrival);
            Fate::Forward
        };
        Ok(Accepted { index, fate, changed })
    }

    /// RFC 4588 §4: the first two bytes of a repair are the sequence number it stands for.
    fn undo_repair<'a>(
        &self,
        part: Part,
        packet: &RtpPacket<'a>,
        level: Option<u8>,
    ) -> Result<Arrival<'a>, DropReason> {
        let fits = |known: Option<u8>| known == Some(packet.payload_type);
        let wanted =
            |c: &&crate::sdp::CodecSlot| fits(if part.repair { c.rtx_payload_type } else { Some(c.payload_type) });
        let codec = *self.line.codecs.iter().find(wanted).ok_or(DropReason::WrongPayloadType)?;
        let (sequence, payload) = match (part.repair, packet.payload) {
            (false, payload) => (packet.sequence, payload),
            // A probe of nothing but padding.
            (true, []) => return Err(DropReason::PaddingOnly),
            (true, [high, low, payload @ ..]) => (u16::from_be_bytes([*high, *low]), payload),
            (true, _) => return Err(DropReason::StrayRepair),
        };
        let (marker, timestamp) = (packet.marker, packet.timestamp);
        Ok(Arrival { codec, marker, sequence, timestamp, payload, level, repair: part.repair })
    }

    /// Marks layers that fell silent; whether any did. Of a far uplink the home says so.
    pub(crate) fn expire(&mut self, now: Instant) -> bool {
        if matches!(self.publisher, Publisher::Far(_)) {
            return false;
        }
        let mut changed = false;
        for stream in self.layers.iter_mut().flatten() {
            if stream.flowing && now.saturating_duration_since(stream.last_arrival) >= LAYER_SILENCE {
                stream.flowing = false;
                changed = true;
            }
        }
        changed
    }

    pub(crate) fn ask_keyframe(&mut self, layer: Layer, wish: Wish) {
        if let Some(stream) = &mut self.layers[layer as usize] {
            stream.keyframes.ask(wish);
        }
    }

    pub(crate) fn wants_nothing(&self) -> bool {
        self.layers.iter().flatten().all(|s| !s.keyframes.pending() && s.losses.as_ref().is_none_or(|l| l.is_empty()))
    }

    /// Fills `ask` with the sequence numbers of one layer that have to be asked for now.
    pub(crate) fn due_losses(&mut self, now: Instant, layer: Layer, ask: &mut Vec<u16>) -> Option<u32> {
        let stream = self.layers[layer as usize].as_deref_mut()?;
        let outlook = stream.losses.as_mut()?.due(now, ask);
        if outlook == Outlook::GaveUp && self.line.kind == Kind::Video {
            stream.keyframes.ask(Wish::Again);
        }
        (!ask.is_empty()).then_some(stream.ssrc)
    }
}
