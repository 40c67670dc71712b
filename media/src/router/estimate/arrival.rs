//! Packets that were sent together, and how much longer the next ones took: the raw matter of the delay-based estimate.

/// Packets sent within this time are one group (draft-ietf-rmcat-gcc-02 §5.2): their own queueing says nothing of the line.
const BURST_US: i64 = 5_000;
/// A group that piled up behind something on the way does not grow longer than this.
const MOST_PILE_US: i64 = 100_000;
/// A clock that jumps by more has been set.
const MOST_JUMP_US: i64 = 3_000_000;

#[derive(Debug, Default)]
pub(super) struct Groups {
    before: Option<Group>,
    current: Option<Group>,
}

/// Times in µs: sent by our clock, arrived by the receiver's.
#[derive(Debug, Clone, Copy)]
struct Group {
    first_sent: i64,
    sent: i64,
    first_arrived: i64,
    arrived: i64,
}

/// From one group to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) sent: i64,
    pub(super) arrived: i64,
    /// When the later group had arrived.
    pub(super) at: i64,
    /// How long the first packet of the later group took; only differences mean something, as the clocks differ.
    pub(super) transit: i64,
    /// The same of the last packet: with what the group itself queued up.
    pub(super) whole: i64,
}

impl Groups {
    /// Packets come in the order of their transport-wide numbers.
    pub(super) fn take(&mut self, sent: i64, arrived: i64) -> Option<Step> {
        let fresh = Group { first_sent: sent, sent, first_arrived: arrived, arrived };
        let Some(current) = &mut self.current else {
            self.current = Some(fresh);
            return None;
        };
        if (arrived - current.arrived).abs() > MOST_JUMP_US + (sent - current.sent).abs() {
            *self = Self { before: None, current: Some(fresh) };
            return None;
        }
        if sent < current.first_sent {
            return None;
        }
        if current.has(sent, arrived) {
            current.sent = current.sent.max(sent);
            current.arrived = current.arrived.max(arrived);
            return None;
        }
        let whole = *current;
        let step = self.before.map(|before| Step {
            sent: whole.sent - before.sent,
            arrived: whole.arrived - before.arrived,
            at: whole.arrived,
            transit: whole.first_arrived - whole.first_sent,
            whole: whole.arrived - whole.sent,
        });
        (self.before, self.current) = (Some(whole), Some(fresh));
        step
    }
}

impl Group {
    fn has(&self, sent: i64, arrived: i64) -> bool {
        let later = arrived - self.arrived;
        let caught_up = later < sent - self.sent && later <= BURST_US && arrived - self.first_arrived < MOST_PILE_US;
        sent - self.first_sent <= BURST_US || caught_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_one_group_and_the_next_tells_how_much_longer_it_took() {
        let mut groups = Groups::default();
        let mut steps = Vec::new();
        for frame in 0..4i64 {
            for packet in 0..5 {
                let sent = 33_000 * frame + 100 * packet;
                let longer = 2_000 * frame;
                steps.extend(groups.take(sent, 900_000 + sent + longer + 1_000 * packet));
            }
        }
        let expected = |frame: i64| Step {
            sent: 33_000,
            arrived: 35_000,
            at: 900_000 + 33_000 * frame + 2_000 * frame + 4_400,
            transit: 900_000 + 2_000 * frame,
            whole: 900_000 + 2_000 * frame + 4_000,
        };
        assert_eq!(steps, [expected(1), expected(2)]);
    }

    #[test]
    fn a_clock_that_was_set_is_no_delay() {
        let mut groups = Groups::default();
        let arrivals = (0..100i64).map(|n| (20_000 * n, 20_000 * n + if n > 50 { 9_000_000 } else { 0 }));
        let steps: Vec<Step> = arrivals.filter_map(|(sent, arrived)| groups.take(sent, arrived)).collect();
        assert!(steps.len() > 90 && steps.iter().all(|step| step.sent == step.arrived));
    }
}
