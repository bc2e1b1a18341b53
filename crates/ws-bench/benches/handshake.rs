//! Times and allocations of the opening handshake: `ws-core`, the floor, tungstenite.

mod peers;

use divan::AllocProfiler;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A browser's request is accepted.
#[divan::bench_group]
mod accept {
    use divan::Bencher;
    use ws_bench::{floor, server::Server, wire};
    use ws_core::{DeflateConfig, ServerConfig};

    use crate::peers;

    #[divan::bench]
    fn ws_core(bencher: Bencher<'_, '_>) {
        accept(bencher, ServerConfig::new());
    }

    /// With a subprotocol to choose, origins to compare and compression to negotiate.
    #[divan::bench]
    fn ws_core_negotiating(bencher: Bencher<'_, '_>) {
        let config = ServerConfig::new()
            .subprotocols(["chat.v2", "chat"])
            .origins(["https://www.example.com"])
            .deflate(DeflateConfig::default());
        accept(bencher, config);
    }

    fn accept(bencher: Bencher<'_, '_>, config: ServerConfig) {
        let mut server = Server::new(config);
        assert!(server.accept(wire::BROWSER_REQUEST, usize::MAX).is_ok());
        bencher.bench_local(|| {
            server.accept(divan::black_box(wire::BROWSER_REQUEST), usize::MAX).map(<[u8]>::len)
        });
    }

    #[divan::bench]
    fn floor() -> Option<(usize, [u8; 28])> {
        floor::accept(divan::black_box(wire::BROWSER_REQUEST), divan::black_box(wire::KEY))
    }

    #[divan::bench]
    fn tungstenite(bencher: Bencher<'_, '_>) {
        let mut written = peers::accept(wire::BROWSER_REQUEST, Vec::new());
        assert!(written.starts_with(b"HTTP/1.1 101 "));
        bencher.bench_local(|| {
            let request = divan::black_box(wire::BROWSER_REQUEST);
            written = peers::accept(request, std::mem::take(&mut written));
        });
    }
}

/// A client opens a WebSocket. The answer is made on the spot; `answer` is what that costs.
#[divan::bench_group]
mod connect {
    use divan::Bencher;
    use ws_bench::{client, floor, stream::Answering, wire};

    use crate::peers;

    #[divan::bench]
    fn ws_core(bencher: Bencher<'_, '_>) {
        let config = client::config();
        let mut peer = Answering::default();
        assert!(matches!(client::connect(&config, &mut peer), Ok(Some(_))));
        bencher.bench_local(|| {
            peer.reset();
            client::connect(&config, &mut peer)
        });
    }

    #[divan::bench]
    fn floor(bencher: Bencher<'_, '_>) {
        let mut peer = Answering::default();
        assert!(floor::connect(&mut peer).is_some());
        bencher.bench_local(|| {
            peer.reset();
            floor::connect(&mut peer)
        });
    }

    #[divan::bench]
    fn tungstenite(bencher: Bencher<'_, '_>) {
        let mut peer = Answering::default();
        assert!(peers::connect(&mut peer).is_some());
        bencher.bench_local(|| {
            peer.reset();
            peers::connect(&mut peer)
        });
    }

    #[divan::bench]
    fn answer(bencher: Bencher<'_, '_>) {
        let mut answer = Vec::new();
        bencher.bench_local(|| {
            answer.clear();
            wire::answer_to(divan::black_box(wire::KEY), &mut answer);
        });
    }
}

/// A head that comes whole, and one that comes byte by byte.
#[divan::bench_group]
mod delivery {
    use divan::{Bencher, counter::BytesCount};
    use ws_bench::{server::Server, wire};

    const LENS: [usize; 2] = [wire::BROWSER_REQUEST.len(), 16 * 1024];

    #[divan::bench(args = LENS)]
    fn whole(bencher: Bencher<'_, '_>, len: usize) {
        deliver(bencher, len, usize::MAX);
    }

    #[divan::bench(args = LENS)]
    fn byte_by_byte(bencher: Bencher<'_, '_>, len: usize) {
        deliver(bencher, len, 1);
    }

    fn deliver(bencher: Bencher<'_, '_>, len: usize, chunk_len: usize) {
        let request = wire::request_of(len);
        let mut server = Server::default();
        assert!(server.accept(&request, chunk_len).is_ok());
        bencher
            .counter(BytesCount::new(request.len()))
            .bench_local(|| server.accept(divan::black_box(&request), chunk_len).map(<[u8]>::len));
    }
}

/// A head of 20 MB, refused as soon as it passes the limit.
#[divan::bench_group]
mod refuse {
    use divan::Bencher;
    use ws_bench::{server::Server, wire};

    #[divan::bench]
    fn head_of_20_mb(bencher: Bencher<'_, '_>) {
        let head = wire::request_of(20_000_000);
        let mut server = Server::default();
        assert!(server.serve(&head[..]).error.is_some());
        bencher.bench_local(|| server.serve(divan::black_box(&head[..])));
    }
}
