//! A server that is done with its buffers accepts in them again without allocating.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use ws_bench::{server::Server, wire};
use ws_core::{DeflateConfig, ServerConfig};

#[global_allocator]
static ALLOC: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// One test, because the counters are those of the whole process.
#[test]
fn an_accept_allocates_nothing() {
    let negotiating = ServerConfig::new()
        .subprotocols(["chat.v2", "chat"])
        .origins(["https://www.example.com"])
        .deflate(DeflateConfig::default());
    let large = wire::request_of(16 * 1024);
    for config in [ServerConfig::new(), ServerConfig::new().same_origin(), negotiating] {
        for request in [wire::BROWSER_REQUEST, &large] {
            for chunk_len in [usize::MAX, 512, 1] {
                let mut server = Server::new(config.clone());
                // The buffers grow to what this request takes.
                for _ in 0..3 {
                    assert!(server.accept(request, chunk_len).is_ok());
                }
                let region = Region::new(ALLOC);
                for _ in 0..100 {
                    assert!(server.accept(request, chunk_len).is_ok());
                }
                let change = region.change();
                let count = change.allocations + change.reallocations + change.deallocations;
                assert_eq!(count, 0, "{config:?}, {chunk_len}: {change:?}");
            }
        }
    }

    let head = wire::request_of(20_000_000);
    let region = Region::new(ALLOC);
    assert!(Server::default().serve(&head[..]).error.is_some());
    let allocated = region.change().bytes_allocated;
    assert!(allocated <= 64 * 1024, "a refused head of 20 MB took {allocated} bytes");
}
