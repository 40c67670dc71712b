//! The estimate alone, fed by a line of so many bits per second.

use super::*;
use crate::testing::Seeded;

const FRAME_US: u64 = 33_000;
const FEEDBACK_US: u64 = 99_000;
const PACKET: usize = 1_000;

/// A bottleneck with a queue, a delay behind it, and chance.
struct Road {
    bps: f64,
    queue_us: u64,
    delay_us: u64,
    loss: f64,
    jitter_us: u64,
    free_at: u64,
    random: Seeded,
}

impl Road {
    fn new(bps: f64) -> Self {
        Self { bps, queue_us: 300_000, delay_us: 20_000, loss: 0.0, jitter_us: 0, free_at: 0, random: Seeded(5) }
    }

    fn carry(&mut self, now: u64, bytes: usize) -> Option<i64> {
        let free = self.free_at.max(now);
        if free - now > self.queue_us {
            return None;
        }
        self.free_at = free + (bytes as f64 * 8e6 / self.bps) as u64;
        let jitter = self.random.next() % (self.jitter_us + 1);
        let lost = self.random.chance(self.loss);
        // The receiver's clock is another.
        (!lost).then(|| (self.free_at + self.delay_us + jitter) as i64 + 77_000_000)
    }
}

struct Drive {
    estimate: Estimate,
    now: u64,
    owed: f64,
    flying: Vec<(u64, Option<i64>)>,
}

impl Drive {
    fn new() -> Self {
        Self { estimate: Estimate::new(0), now: 0, owed: 0.0, flying: Vec::new() }
    }

    /// Sends with a rate of the caller's choice for a while; gives the estimate after every feedback.
    fn run(&mut self, road: &mut Road, us: u64, mut rate: impl FnMut(u64) -> u64) -> Vec<u64> {
        let mut seen = Vec::new();
        let until = self.now + us;
        while self.now < until {
            self.now += FRAME_US;
            self.owed += rate(self.estimate.bps()) as f64 * FRAME_US as f64 / 8e6;
            while self.owed >= PACKET as f64 {
                self.owed -= PACKET as f64;
                self.flying.push((self.now, road.carry(self.now, PACKET)));
            }
            if self.now.is_multiple_of(FEEDBACK_US) {
                self.feed_back();
                seen.push(self.estimate.bps());
            }
        }
        seen
    }

    fn feed_back(&mut self) {
        let now = self.now;
        let came = |at: &Option<i64>| at.is_some_and(|at| at as u64 - 77_000_000 + 20_000 <= now);
        let Some(newest) = self.flying.iter().rposition(|(_, at)| came(at)) else { return };
        for (sent, at) in self.flying.drain(..=newest) {
            match at {
                Some(at) => self.estimate.arrived(now, Arrived { sent, at, bytes: PACKET }),
                None => self.estimate.lost(sent, PACKET),
            }
        }
        self.estimate.conclude(now, Duration::from_millis(60), 1.5);
    }
}

fn seconds(n: u64) -> u64 {
    n * 1_000_000
}

#[test]
fn an_overfull_line_is_found_at_once_and_its_rate_is_kept() {
    for bps in [80_000.0, 400_000.0, 2_000_000.0] {
        let (mut drive, mut road) = (Drive::new(), Road::new(bps));
        let first = drive.run(&mut road, seconds(2), |_| 2_500_000);
        let found = first.iter().position(|estimate| *estimate < (1.25 * bps) as u64).expect("it is found");
        assert!(found <= 15, "{bps}: after {found} messages, {first:?}");
        let later = drive.run(&mut road, seconds(20), |estimate| estimate);
        let steady = &later[50..];
        let mean = steady.iter().sum::<u64>() as f64 / steady.len() as f64;
        assert!((0.6..1.2).contains(&(mean / bps)), "{bps}: {mean}");
    }
}

#[test]
fn a_line_with_room_is_never_called_full() {
    let (mut drive, mut road) = (Drive::new(), Road::new(3_000_000.0));
    road.jitter_us = 8_000;
    let seen = drive.run(&mut road, seconds(60), |_| 700_000);
    assert!(seen.iter().all(|estimate| *estimate >= START_BPS * 6 / 10), "{:?}", seen.iter().min());
    assert!(drive.estimate.view(drive.now).clear);
    assert_eq!(drive.estimate.acked_bps().map(|bps| (600_000..800_000).contains(&bps)), Some(true));
}

#[test]
fn loss_that_a_lower_rate_does_not_cure_is_borne() {
    for loss in [2.0, 5.0, 10.0] {
        let (mut drive, mut road) = (Drive::new(), Road::new(3_000_000.0));
        road.loss = loss;
        let seen = drive.run(&mut road, seconds(60), |estimate| estimate.min(800_000));
        let late = &seen[300..];
        let mean = late.iter().sum::<u64>() / late.len() as u64;
        assert!(mean > 600_000, "{loss} %: {mean}");
    }
}

#[test]
fn a_line_that_drops_without_queueing_is_found_by_its_losses() {
    let (mut drive, mut road) = (Drive::new(), Road::new(500_000.0));
    road.queue_us = 40_000;
    drive.run(&mut road, seconds(4), |_| 1_500_000);
    let bps = drive.estimate.bps();
    assert!((300_000..650_000).contains(&bps), "{bps}");
}

#[test]
fn without_feedback_for_long_the_rate_is_halved_every_second() {
    let mut drive = Drive::new();
    drive.run(&mut Road::new(3_000_000.0), seconds(5), |_| 900_000);
    let (before, since) = (drive.estimate.bps(), drive.now);
    let trip = Duration::from_millis(50);
    for ms in (0..6_500).step_by(50) {
        drive.estimate.silence(since + ms * 1000, since, trip);
    }
    let after = drive.estimate.bps();
    assert!((before / 9..before / 7).contains(&after), "{before} -> {after}");
}

#[test]
fn the_clock_of_the_feedback_goes_on_when_its_24_bits_do_not() {
    let mut estimate = Estimate::new(0);
    let first = estimate.unwrap(0xff_fffe);
    assert_eq!(estimate.unwrap(3) - first, 5 * REFERENCE_US);
    assert_eq!(estimate.unwrap(0xff_ffff) - first, REFERENCE_US, "a message that was overtaken");
}
