//! A server that is done with its buffers accepts in them again without allocating.

use allocation_counter::measure;
use bench::{server::Server, wire};
use ws_core::{DeflateConfig, ServerConfig};

#[test]
fn an_accept_allocates_nothing() {
    let negotiating = ServerConfig::new()
        .subprotocols(["chat.v2", "chat"])
        .origins(["https://www.example.com"])
        .unwrap()
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
                let info = measure(|| {
                    for _ in 0..100 {
                        assert!(server.accept(request, chunk_len).is_ok());
                    }
                });
                assert_eq!(info.count_total, 0, "{config:?}, {chunk_len}: {info:?}");
            }
        }
    }

    let head = wire::request_of(20_000_000);
    let info = measure(|| assert!(Server::default().serve(&head[..]).error.is_some()));
    // The buffer, and what the error shows of the head.
    let allocated = info.bytes_total;
    assert!(allocated <= 64 * 1024 + 512, "a refused head of 20 MB took {allocated} bytes");
}
