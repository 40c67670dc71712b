//! Line checks: what is found of a line that is wide, narrow, lossy, slow or silent.

use super::*;
use crate::testing::house::House;
use crate::testing::offer::OfferLine;
use crate::testing::{Line, MS};

const SECOND: Duration = Duration::from_secs(1);
const MOST_BPS: u64 = 2_000_000;

struct Check {
    house: House,
    peer: PeerId,
    began: Instant,
}

impl Check {
    fn new(line: Line) -> Self {
        let mut house = House::new(3);
        let peer = house.join(1, &[OfferLine::AudioDown, OfferLine::VideoDown]);
        house.set_line(peer, line);
        house.sfu.check_line(house.now, peer, MOST_BPS).unwrap();
        let began = house.now;
        Self { house, peer, began }
    }

    fn found(&self) -> Option<CheckedLine> {
        self.house.sfu.checked_line(self.house.now, self.peer)
    }

    /// What is found in the end of a line.
    fn of(line: Line) -> CheckedLine {
        let mut check = Self::new(line);
        check.house.run(12 * SECOND);
        let found = check.found().unwrap();
        assert!(found.over);
        found
    }

    fn offered_bps(&mut self, from: Duration, to: Duration) -> u64 {
        let client = self.house.member(self.peer).client.addr;
        self.house.network.offered_bps(client, self.began + from, self.began + to)
    }
}

fn narrow(rate: u64) -> Line {
    Line { rate_down: Some(rate), ..Line::default() }
}

#[test]
fn a_wide_line_carries_all_that_is_tried() {
    let found = Check::of(narrow(20_000_000));
    assert_eq!((found.estimate_bps, found.limited), (Some(MOST_BPS), false));
    assert_eq!(found.loss_permille, Some(0));
    let trip = found.round_trip.unwrap();
    assert!((40 * MS..70 * MS).contains(&trip), "{trip:?}");
    assert!(found.jitter.unwrap() < 3 * MS, "{:?}", found.jitter);
}

#[test]
fn a_narrow_line_is_measured_without_calling_its_full_queue_loss() {
    for (rate, least) in [(1_200_000, 800_000), (400_000, 270_000), (200_000, 130_000), (80_000, 40_000)] {
        let found = Check::of(narrow(rate));
        let estimate = found.estimate_bps.unwrap();
        assert!((least..rate + rate / 10).contains(&estimate), "{rate}: {found:?}");
        assert!(found.limited && found.loss_permille.unwrap() <= 10, "{rate}: {found:?}");
    }
}

#[test]
fn a_lossy_line_is_told_by_its_losses() {
    for loss in [3.0, 10.0] {
        let line = Line { loss_down: loss, rate_down: Some(20_000_000), ..Line::default() };
        let found = Check::of(line);
        let lost = f64::from(found.loss_permille.unwrap()) / 10.0;
        assert!((lost - loss).abs() < 1.5, "{loss} %: {lost} %");
        assert!(found.estimate_bps.unwrap() > 1_000_000, "{found:?}");
    }
}

#[test]
fn a_slow_and_unsteady_line_is_told_by_its_times() {
    let line = Line { delay: 150 * MS, jitter: 30 * MS, rate_down: Some(20_000_000), ..Line::default() };
    let found = Check::of(line);
    let trip = found.round_trip.unwrap();
    assert!((300 * MS..380 * MS).contains(&trip), "{trip:?}");
    assert!(found.jitter.unwrap() > MS, "{:?}", found.jitter);
}

#[test]
fn nothing_is_sent_before_the_client_is_there_and_nothing_after_six_seconds() {
    let mut check = Check::new(Line { delay: 200 * MS, rate_down: Some(20_000_000), ..Line::default() });
    check.house.run(300 * MS);
    assert_eq!(check.found(), None, "not connected yet");
    check.house.run(3 * SECOND);
    let early = check.found().unwrap();
    assert!(!early.over);
    check.house.run(9 * SECOND);
    assert!(check.found().unwrap().over);
    assert!(check.offered_bps(4 * SECOND, 6 * SECOND) > 1_800_000);
    let after = check.offered_bps(11 * SECOND, 12 * SECOND);
    assert!(after < 5_000, "{after}");
}

#[test]
fn a_client_that_tells_nothing_is_not_flooded() {
    let mut check = Check::new(narrow(20_000_000));
    check.house.member(check.peer).sink.transport.silent = true;
    check.house.run(9 * SECOND);
    let found = check.found().unwrap();
    assert_eq!((found.estimate_bps, found.loss_permille), (None, None));
    let offered = check.offered_bps(2 * SECOND, 8 * SECOND);
    assert!(offered < 60_000, "{offered}");
}

#[test]
fn whoever_sends_no_video_line_is_not_measured() {
    let mut house = House::new(5);
    let peer = house.join(1, &[OfferLine::AudioDown]);
    house.sfu.check_line(house.now, peer, MOST_BPS).unwrap();
    house.run(3 * SECOND);
    assert_eq!(house.sfu.checked_line(house.now, peer), None);
    assert_eq!(house.sfu.check_line(house.now, PeerId(9), MOST_BPS), Err(SfuError::NoSuchPeer));
}
