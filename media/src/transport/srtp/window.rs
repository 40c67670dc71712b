//! The extended packet index of one SSRC, and which indices were used already (RFC 3711 §3.3).

use crate::prefetch;

/// Indices that are remembered behind the highest: at 300 packets/s almost 7 s, so that late repairs pass and RTX
/// probes that repeat old packets do not.
const WINDOW: u64 = 2048;
const WORDS: usize = (WINDOW / 64) as usize;

/// A sliding window over 48-bit (SRTP) or 31-bit (SRTCP) indices.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    highest: Option<u64>,
    seen: [u64; WORDS],
}

impl Window {
    pub(crate) const fn new() -> Self {
        Self { highest: None, seen: [0; WORDS] }
    }

    /// The index that a 16-bit sequence number most likely has (RFC 3711 §3.3.1). `None` when it would lie before the
    /// very first packet of the key.
    pub(crate) fn estimate(&self, sequence: u16) -> Option<u64> {
        let Some(highest) = self.highest else { return Some(u64::from(sequence)) };
        // The wrapped difference to the highest is right for anything nearer than half the sequence space.
        let ahead = i64::from(sequence.wrapping_sub(highest as u16) as i16);
        highest.checked_add_signed(ahead).filter(|index| *index < 1 << 48)
    }

    /// Whether `index` was neither used nor is too old to know.
    pub(crate) fn is_fresh(&self, index: u64) -> bool {
        match self.highest {
            None => true,
            Some(highest) if index > highest => true,
            Some(highest) => highest - index < WINDOW && !self.bit(index),
        }
    }

    /// Marks a fresh index as used.
    pub(crate) fn mark(&mut self, index: u64) {
        if let Some(highest) = self.highest
            && index > highest
        {
            if index - highest >= WINDOW {
                self.seen = [0; WORDS];
            } else {
                (highest + 1..index).for_each(|skipped| self.clear(skipped));
            }
        }
        self.seen[Self::word(index)] |= 1 << (index % 64);
        self.highest = Some(self.highest.map_or(index, |highest| highest.max(index)));
    }

    const fn word(index: u64) -> usize {
        ((index % WINDOW) / 64) as usize
    }

    const fn bit(&self, index: u64) -> bool {
        self.seen[Self::word(index)] & (1 << (index % 64)) != 0
    }

    fn clear(&mut self, index: u64) {
        self.seen[Self::word(index)] &= !(1 << (index % 64));
    }
}

/// Indices behind the highest whose packets may be sealed again, byte for byte: more than a second of sound. Who asks for
/// older ones, as a receiver of pictures without RTX does over a long line, gets more from then on.
const REPEATABLE: u64 = 64;
const MOST_REPEATABLE: u64 = 256;

/// What is known of one SSRC.
#[derive(Debug)]
struct Entry {
    ssrc: u32,
    window: Box<Window>,
    /// The end of the authentication tag of each of the last indices that we sealed.
    tags: Box<[u32]>,
}

impl Entry {
    fn is_recent(&self, index: u64, span: u64) -> bool {
        self.window.highest.is_some_and(|highest| index <= highest && highest - index < span)
    }

    fn keep_tags(&mut self, span: u64) {
        let (old, highest) = (self.tags.len() as u64, self.window.highest.unwrap_or(0));
        let mut tags = vec![0; span as usize].into_boxed_slice();
        for index in (highest + 1).saturating_sub(old)..=highest {
            if old > 0 {
                tags[(index % span) as usize] = self.tags[(index % old) as usize];
            }
        }
        self.tags = tags;
    }
}

/// The windows of a bounded number of SSRCs.
#[derive(Debug)]
pub(crate) struct Windows {
    entries: Vec<Entry>,
    limit: usize,
    /// Where the last look-up ended: packets come in runs of one SSRC.
    last: usize,
}

/// A place among the [`Windows`], or the finding that the SSRC has none yet.
pub(crate) type Place = Option<usize>;

impl Windows {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { entries: Vec::new(), limit, last: 0 }
    }

    pub(crate) fn find(&mut self, ssrc: u32) -> Place {
        if self.entries.get(self.last).is_some_and(|entry| entry.ssrc == ssrc) {
            return Some(self.last);
        }
        let place = self.entries.iter().position(|entry| entry.ssrc == ssrc)?;
        self.last = place;
        Some(place)
    }

    /// Has fetched what marking the next packets needs, of the SSRCs that are used most.
    pub(crate) fn soon(&self) {
        for entry in self.entries.iter().take(2) {
            prefetch::soon(&*entry.window);
        }
    }

    pub(crate) fn estimate(&self, place: Place, sequence: u16) -> Option<u64> {
        place.map_or(Some(u64::from(sequence)), |at| self.entries[at].window.estimate(sequence))
    }

    pub(crate) fn is_fresh(&self, place: Place, index: u64) -> bool {
        place.is_none_or(|at| self.entries[at].window.is_fresh(index))
    }

    /// Whether a packet of an SSRC at `place` may still be accepted.
    pub(crate) fn has_room(&self, place: Place) -> bool {
        place.is_some() || self.entries.len() < self.limit
    }

    /// Marks `index`; a new SSRC gets its window only now, when its packet proved to be authentic.
    pub(crate) fn mark(&mut self, place: Place, ssrc: u32, index: u64) {
        let at = place.unwrap_or_else(|| {
            self.entries.push(Entry { ssrc, window: Box::new(Window::new()), tags: Box::default() });
            self.entries.len() - 1
        });
        self.entries[at].window.mark(index);
    }

    /// The tag of what was sealed with an index that is not fresh, if that is still known.
    pub(crate) fn sealed_tag(&mut self, place: Place, index: u64) -> Option<u32> {
        let entry = &mut self.entries[place?];
        let kept = entry.tags.len() as u64;
        if entry.is_recent(index, kept) {
            return Some(entry.tags[(index % kept) as usize]);
        }
        if kept == REPEATABLE && entry.is_recent(index, MOST_REPEATABLE) {
            entry.keep_tags(MOST_REPEATABLE);
        }
        None
    }

    /// Remembers the tag of what was sealed with `index`, which is marked.
    pub(crate) fn remember_tag(&mut self, ssrc: u32, index: u64, tag: u32) {
        let Some(at) = self.find(ssrc) else { return };
        let entry = &mut self.entries[at];
        if entry.tags.is_empty() {
            entry.keep_tags(REPEATABLE);
        }
        let kept = entry.tags.len() as u64;
        if entry.is_recent(index, kept) {
            entry.tags[(index % kept) as usize] = tag;
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_follows_the_sequence_number_over_its_wrap() {
        let mut window = Window::new();
        for sequence in [65_534_u16, 65_535, 0, 1] {
            let index = window.estimate(sequence).unwrap();
            window.mark(index);
        }
        assert_eq!(window.highest, Some(65_537));
        assert_eq!(window.estimate(65_535), Some(65_535));
        assert_eq!(window.estimate(2), Some(65_538));
    }

    #[test]
    fn a_packet_from_before_the_first_rollover_has_no_index() {
        let mut window = Window::new();
        window.mark(3);
        assert_eq!(window.estimate(65_530), None);
    }

    #[test]
    fn an_index_is_fresh_once_and_stale_behind_the_window() {
        let mut window = Window::new();
        window.mark(10);
        assert!(!window.is_fresh(10));
        window.mark(10 + WINDOW - 1);
        assert!(!window.is_fresh(10), "still remembered at the edge");
        assert!(window.is_fresh(11), "skipped ones may still come");
        window.mark(10 + WINDOW);
        assert!(!window.is_fresh(10), "too old to know");
        window.mark(10 + 10 * WINDOW);
        assert!(window.is_fresh(10 + 10 * WINDOW - 5), "a jump forgets what it skipped");
    }

    #[test]
    fn skipped_indices_do_not_inherit_marks_from_a_window_ago() {
        let mut window = Window::new();
        (0..WINDOW).for_each(|index| window.mark(index));
        window.mark(WINDOW + 100);
        assert!((WINDOW..WINDOW + 100).all(|index| window.is_fresh(index)));
    }
}
