//! Processor time of one thread, by user and system.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// The first thread of this process with that name.
pub(crate) fn thread_called(name: &str) -> Option<u64> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let mut ids = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok());
    ids.find(|id| std::fs::read_to_string(format!("/proc/self/task/{id}/comm")).is_ok_and(|comm| comm.trim() == name))
}

pub(crate) fn this_thread() -> u64 {
    let link = std::fs::read_link("/proc/thread-self").unwrap();
    link.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

#[derive(Clone, Copy, Default)]
pub(crate) struct ThreadTime {
    /// By the scheduler, exact.
    running: Duration,
    /// By the timer tick: good enough for a proportion.
    user_ticks: u64,
    system_ticks: u64,
}

impl ThreadTime {
    pub(crate) fn of(thread: u64) -> Self {
        let read = |file: &str| std::fs::read_to_string(format!("/proc/self/task/{thread}/{file}")).unwrap();
        let running = read("schedstat").split(' ').next().unwrap().parse().unwrap();
        let stat = read("stat");
        let fields: Vec<&str> = stat[stat.rfind(')').unwrap() + 2..].split(' ').collect();
        let (user_ticks, system_ticks) = (fields[11].parse().unwrap(), fields[12].parse().unwrap());
        Self { running: Duration::from_nanos(running), user_ticks, system_ticks }
    }

    /// Of a core.
    pub(crate) fn share_of(self, duration: Duration) -> f64 {
        self.running.as_secs_f64() / duration.as_secs_f64()
    }

    pub(crate) fn per(self, packets: u64) -> PerPacket {
        let total = self.running.as_secs_f64() * 1e6 / packets as f64;
        let user = total * self.user_ticks as f64 / (self.user_ticks + self.system_ticks).max(1) as f64;
        PerPacket { user, system: total - user }
    }
}

impl Add for ThreadTime {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            running: self.running + other.running,
            user_ticks: self.user_ticks + other.user_ticks,
            system_ticks: self.system_ticks + other.system_ticks,
        }
    }
}

impl Sub for ThreadTime {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            running: self.running - before.running,
            user_ticks: self.user_ticks - before.user_ticks,
            system_ticks: self.system_ticks - before.system_ticks,
        }
    }
}

/// Microseconds.
#[derive(Clone, Copy)]
pub(crate) struct PerPacket {
    user: f64,
    system: f64,
}

impl PerPacket {
    pub(crate) fn total(self) -> f64 {
        self.user + self.system
    }
}

impl fmt::Display for PerPacket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} µs a packet ({:.2} user, {:.2} system)", self.total(), self.user, self.system)
    }
}
