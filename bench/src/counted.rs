//! The servers of the benchmarks with an allocator that counts.

use std::{alloc::System, process::ExitCode};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOC: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    bench::main(|| {
        let stats = ALLOC.stats();
        stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
    })
}
