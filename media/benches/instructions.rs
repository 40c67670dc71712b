//! Performs one operation of the hot path so many times, for callgrind to count its instructions: see
//! `tests/instructions.py`.
#![expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
#![expect(clippy::print_stdout, reason = "it is a program that says what there is to count")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails has to stop")]

#[path = "../src/testing/client.rs"]
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
mod client;
#[path = "support/lines.rs"]
mod lines;
#[path = "../src/testing/offer.rs"]
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
mod offer;
#[path = "support/operations.rs"]
mod operations;

use lectern_media::ids;
use operations::Operation;

/// Counting begins and ends with this function.
#[inline(never)]
fn counted_operation(operation: &mut dyn Operation) {
    operation.perform();
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let (Some(name), Some(Ok(times))) = (arguments.next(), arguments.next().map(|times| times.parse::<u32>())) else {
        for (name, unit, make) in operations::ALL {
            println!("{name}\t{unit}\t{}", make().units());
        }
        return;
    };
    let (_, _, make) = operations::ALL.into_iter().find(|(known, ..)| *known == name).unwrap();
    let mut operation = make();
    for _ in 0..times {
        operation.prepare();
        counted_operation(&mut *operation);
    }
}
