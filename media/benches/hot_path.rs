//! What the steps of the hot path cost by the clock: `cargo bench -p lectern-media --bench hot_path`.
#![expect(clippy::disallowed_methods, reason = "it measures time")]
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

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lectern_media::ids;
use std::time::{Duration, Instant};

fn hot_path(criterion: &mut Criterion) {
    for (name, unit, make) in operations::ALL {
        let mut operation = make();
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(operation.units()));
        group.bench_function(unit, |bencher| {
            bencher.iter_custom(|times| {
                let mut taken = Duration::ZERO;
                for _ in 0..times {
                    operation.prepare();
                    let begun = Instant::now();
                    operation.perform();
                    taken += begun.elapsed();
                }
                taken
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = hot_path
}
criterion_main!(benches);
