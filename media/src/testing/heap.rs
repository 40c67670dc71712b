//! Counts the heap of the thread that asks, so that a test can say what grew and how often memory was asked for.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator that counts is the only way to see the heap")]
// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        count_allocation();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        count_allocation();
        unsafe { System.realloc(at, layout, size) }
    }
}

fn count(bytes: i64) {
    // A thread that ends frees its last memory when its locals are gone already.
    let _ = LIVE.try_with(|live| live.set(live.get() + bytes));
}

fn count_allocation() {
    let _ = ALLOCATIONS.try_with(|times| times.set(times.get() + 1));
}

/// How often this thread asked for memory.
pub(crate) fn allocations() -> u64 {
    ALLOCATIONS.with(Cell::get)
}

/// Bytes that this thread took and did not give back. Only the difference of two readings means something.
pub(crate) fn live() -> i64 {
    LIVE.with(Cell::get)
}
