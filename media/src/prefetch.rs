//! Asks the processor to fetch what will be needed soon, while it still works on something else.
//!
//! A picture goes to one receiver after the other, each with numbers and keys of its own, which have left the cache since the
//! picture before. Fetched one by one, when they are needed, they cost as much as the cipher (docs/benchmarks.md).

/// Values are fetched up to this many cache lines.
const MOST_LINES: usize = 16;
const LINE: usize = 64;

/// Has the value fetched into the cache, where the processor can be asked for that. It is not read.
#[inline]
pub(crate) fn soon<T: ?Sized>(value: &T) {
    let lines = size_of_val(value).div_ceil(LINE).min(MOST_LINES);
    let start = std::ptr::from_ref(value).cast::<i8>();
    for line in 0..lines {
        fetch(start.wrapping_add(line * LINE));
    }
}

#[inline]
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "the standard library offers the instruction in no other way")]
fn fetch(at: *const i8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a hint; whatever the address, nothing is read, written or faulted on.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(at) }
}

#[inline]
#[cfg(not(target_arch = "x86_64"))]
fn fetch(_at: *const i8) {}
