//! Counts what the thread that asks takes from the heap, so that a test can say what grew.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Only the difference of two readings means something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heap {
    /// Bytes that this thread took and did not give back.
    pub(crate) live: i64,
    /// How often it took some.
    pub(crate) allocations: u64,
}

thread_local! {
    static HEAP: Cell<Heap> = const { Cell::new(Heap { live: 0, allocations: 0 }) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator that counts is the only way to see the heap")]
// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64, 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as i64), 0);
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64, 1);
        unsafe { System.realloc(at, layout, size) }
    }
}

fn count(bytes: i64, allocations: u64) {
    // A thread that ends frees its last memory when its locals are gone already.
    let _ = HEAP.try_with(|heap| {
        let Heap { live, allocations: before } = heap.get();
        heap.set(Heap { live: live + bytes, allocations: before + allocations });
    });
}

pub(crate) fn heap() -> Heap {
    HEAP.with(Cell::get)
}
