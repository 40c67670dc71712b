//! What the kernel tells about a process: its processor time and its memory.

use anyhow::Context as _;
use std::collections::HashMap;
use std::fs;

/// Linux counts processor time for user space in hundredths of a second, whatever its own tick (`USER_HZ`, proc(5)).
const TICK_US: u64 = 10_000;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cpu {
    pub(crate) user_us: u64,
    pub(crate) system_us: u64,
}

impl Cpu {
    pub(crate) fn of(pid: u32) -> anyhow::Result<Self> {
        let stat =
            fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("looking at process {pid}"))?;
        Self::parse(&stat).with_context(|| format!("the times of process {pid} are not readable"))
    }

    fn parse(stat: &str) -> Option<Self> {
        // The name, second, is in brackets and may hold anything; utime and stime are the 14th and 15th field.
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
        let mut micros = || Some(fields.next()?.parse::<u64>().ok()? * TICK_US);
        Some(Self { user_us: micros()?, system_us: micros()? })
    }

    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            user_us: self.user_us.saturating_sub(before.user_us),
            system_us: self.system_us.saturating_sub(before.system_us),
        }
    }

    pub(crate) fn total_us(self) -> u64 {
        self.user_us + self.system_us
    }
}

/// Everything about a process at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Use {
    pub(crate) cpu: Cpu,
    pub(crate) resident_kib: u64,
    threads: HashMap<String, Cpu>,
}

impl Use {
    /// Time of the thread that was busiest since.
    pub(crate) fn busiest_us_since(&self, before: &Self) -> u64 {
        let since = |(thread, cpu): (&String, &Cpu)| {
            cpu.since(before.threads.get(thread).copied().unwrap_or_default()).total_us()
        };
        self.threads.iter().map(since).max().unwrap_or(0)
    }
}

pub(crate) fn look(pid: u32) -> anyhow::Result<Use> {
    let mut threads = HashMap::new();
    for entry in fs::read_dir(format!("/proc/{pid}/task")).with_context(|| format!("looking at process {pid}"))? {
        let entry = entry?;
        // A thread may end meanwhile.
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        if let Some(cpu) = Cpu::parse(&stat) {
            threads.insert(entry.file_name().to_string_lossy().into_owned(), cpu);
        }
    }
    Ok(Use { cpu: Cpu::of(pid)?, resident_kib: resident_kib(pid)?, threads })
}

/// Resident memory in KiB.
pub(crate) fn resident_kib(pid: u32) -> anyhow::Result<u64> {
    let status =
        fs::read_to_string(format!("/proc/{pid}/status")).with_context(|| format!("looking at process {pid}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|value| value.trim().strip_suffix("kB")?.trim().parse().ok()).context("no VmRSS")
}

/// Datagrams that the kernel threw away because the sockets bound to these ports were full.
pub(crate) fn dropped_by_sockets(ports: &[u16]) -> u64 {
    let tables = ["/proc/net/udp", "/proc/net/udp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
    tables.iter().flat_map(|table| table.lines().skip(1)).filter_map(|line| dropped(line, ports)).sum()
}

/// proc(5): `local_address` is the second field, `drops` the last.
fn dropped(line: &str, ports: &[u16]) -> Option<u64> {
    let mut fields = line.split_ascii_whitespace();
    let port = u16::from_str_radix(fields.nth(1)?.rsplit_once(':')?.1, 16).ok()?;
    ports.contains(&port).then(|| fields.next_back()?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_of_the_named_ports_are_read() {
        let line =
            "  77: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9 2 0 41";
        assert_eq!(dropped(line, &[8080]), Some(41));
        assert_eq!(dropped(line, &[8081]), None);
        assert_eq!(dropped("", &[8080]), None);
    }

    #[test]
    fn times_are_found_behind_a_name_with_brackets() {
        let stat = "42 (a) b) (c) S 1 42 42 0 -1 4194304 100 0 0 0 250 75 0 0 20 0 9 0 12345 1 2";
        assert_eq!(Cpu::parse(stat), Some(Cpu { user_us: 2_500_000, system_us: 750_000 }));
        assert_eq!(Cpu::parse("42 (x) S 1"), None);
    }

    #[test]
    fn this_process_has_memory_and_threads() {
        let own = look(std::process::id()).unwrap();
        assert!(own.resident_kib > 500 && !own.threads.is_empty());
        assert_eq!(own.busiest_us_since(&own), 0);
    }
}
