//! Futures that are dropped wherever they wait.

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::pin,
    task::Poll,
    thread,
    time::Duration,
};

use ws_core::Proxy as ProxyUrl;
use ws_driver::DialConfig;

use crate::{
    NEWEST,
    authority::Authority,
    client::connect,
    every::Live,
    proxy::{Proxy, Speaks},
    server::Server,
};

/// What comes of a future that is polled so many times at most, whenever it wants to be.
async fn polled<O>(times: usize, future: impl Future<Output = O>) -> Option<O> {
    let (mut future, mut polls) = (pin!(future), 0);
    poll_fn(|cx| {
        polls += 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polls >= times => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Over a proxy, with TLS behind it and in front of it, whose names take a moment to be looked up.
fn nothing_is_left_behind<L: Live>() {
    let authority = Authority::new("A");
    let tls = |name| Some(authority.issue(&[name]).server(NEWEST));
    for scheme in ["http", "https", "socks5h"] {
        let server = Server::new(tls("h.example"));
        let (speaks, proxy_tls) = match scheme {
            "http" => (Speaks::Http(""), None),
            "https" => (Speaks::Http(""), tls("p.example")),
            _ => (Speaks::Socks5(None), None),
        };
        let proxy = Proxy::new(speaks, proxy_tls, server.address);
        let address: SocketAddr = proxy.address;
        let dial = DialConfig::new()
            .proxy(ProxyUrl::parse(&format!("{scheme}://p.example")).unwrap())
            .tls(authority.client(NEWEST))
            .resolver(move |_, _| async move {
                if !L::BLOCKS {
                    futures_lite::future::yield_now().await;
                }
                Ok(vec![address])
            });
        let connect = connect::<L>("wss://h.example/", &dial);
        // It is dropped before the first poll, too.
        drop(connect.open());
        let mut times = 1;
        while L::block_on(polled(times, connect.open())).is_none_or(|it| it.map(drop).is_err()) {
            times += 1;
            assert!(times < 1000, "{} {scheme}", L::NAME);
        }
        if !L::BLOCKS {
            // A busy machine has more ready at once.
            assert!(times > 2, "{} {scheme}: {times} polls", L::NAME);
        }
        // Both ends of all of them come to an end.
        for _ in 0..1000 {
            let (at_proxy, at_server) = (proxy.seen(), server.seen());
            let is_over = at_proxy.begun == at_proxy.ended
                && at_server.peers.len() == at_server.ended
                && at_proxy.outgoing.len() == at_server.ended;
            if is_over && !at_server.heads.is_empty() {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let (at_proxy, at_server) = (proxy.seen(), server.seen());
        let what = format!("{} {scheme}", L::NAME);
        assert_eq!(at_proxy.begun, at_proxy.ended, "{what}");
        assert_eq!(at_proxy.outgoing.len(), at_server.ended, "{what}");
        // The last one was open; and nobody has closed any with a handshake.
        assert!(!at_server.heads.is_empty() && at_server.clean == 0, "{what}");
    }
}

every!(nothing_is_left_behind);
