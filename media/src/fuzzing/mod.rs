//! What fuzzers feed, and the replay of their corpora: one body for each door that strangers or clients can reach.
//!
//! A body takes any bytes. It may drop, refuse and close, but not panic, and what it lets out must be whole. `fuzz/` runs
//! the bodies with a fuzzer; `tests` runs them over the corpora with every test run.
#![expect(clippy::unwrap_used, reason = "a body that cannot set its stage has to fail")]

mod frames;
mod offers;
mod routes;
#[cfg(test)]
mod tests;
mod transports;
mod whole;

pub use frames::rfc4571;
pub use offers::sdp;
pub use routes::{rtcp, rtp};
#[cfg(test)]
pub(crate) use transports::Pair;
pub use transports::{dtls_record, srtp, stun};
pub use whole::sfu;

/// A body by the name of its target and of its corpus.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: [Target; 8] = [
    ("dtls_record", dtls_record),
    ("rfc4571", rfc4571),
    ("rtcp", rtcp),
    ("rtp", rtp),
    ("sdp", sdp),
    ("sfu", sfu),
    ("srtp", srtp),
    ("stun", stun),
];

/// Steps beyond these are left out, so that no input takes long.
const MOST_STEPS: usize = 200;

/// An input read as steps: a byte that says what, two bytes of length, and so many bytes, or what is left of them.
fn steps(input: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = input;
    let next = move || {
        let [what, high, low, after @ ..] = rest else { return None };
        let (bytes, later) = after.split_at(usize::from(u16::from_be_bytes([*high, *low])).min(after.len()));
        rest = later;
        Some((*what, bytes))
    };
    std::iter::from_fn(next).take(MOST_STEPS)
}

/// A byte of a step, 0 where it has none.
fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}
