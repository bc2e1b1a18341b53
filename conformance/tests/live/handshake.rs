//! Deadlines of the handshake, towards peers that never stop: an octet at a time, or as fast as they can.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use ws_core::{ClientConfig, HandshakeError, Limits, Role, ServerConfig};
use ws_driver::Error;

use crate::{
    every::Live,
    peer::{assert_took, timed},
};

const MS: Duration = Duration::from_millis(1);

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    peer.set_nodelay(true).unwrap();
    (listener.accept().unwrap().0, peer)
}

/// Says `first`, and then the same octet again and again.
fn trickle(mut peer: TcpStream, first: &'static [u8], pause: Duration) {
    thread::spawn(move || {
        let mut said = peer.write_all(first);
        while said.is_ok() {
            said = peer.write_all(b"a");
            thread::sleep(pause);
        }
    });
}

/// Heads that do not come to their end, in either direction, and the body of a rejection.
fn a_head_that_trickles_gets_no_more_time<L: Live>(role: Role) {
    let live = L::new();
    let timeout = 300 * MS;
    for pause in [MS / 5, 10 * MS] {
        let (stream, peer) = pair();
        let what = format!("{} {role:?} {pause:?}", L::NAME);
        let first: &[u8] = match role {
            Role::Server => b"GET / HTTP/1.1\r\nX: ",
            Role::Client => b"HTTP/1.1 101 Switching Protocols\r\nX: ",
        };
        trickle(peer, first, pause);
        let stream = live.stream(stream);
        let (error, took) = timed(|| match role {
            Role::Server => {
                let limits = Limits::new().max_head_len(1 << 20).max_field_len(1 << 20);
                let config = ServerConfig::new().timeout(Some(timeout)).limits(limits);
                live.block_on(ws_driver::accept::<_, L::Runtime>(stream, &config))
                    .map(drop)
                    .unwrap_err()
            }
            Role::Client => {
                let limits = Limits::new().max_head_len(1 << 20).max_field_len(1 << 20);
                let config = ClientConfig::new().timeout(Some(timeout)).limits(limits);
                let opening = ws_driver::handshake::<_, L::Runtime>(stream, "h", "/", &config);
                live.block_on(opening).map(drop).unwrap_err()
            }
        });
        let timed_out = match &error {
            Error::Handshake(HandshakeError::TimedOut(_)) => true,
            error => error.handshake().is_some_and(|error| error.name().contains("timeout")),
        };
        assert!(timed_out, "{what}: {error:?}");
        // A server says 408, and listens for half a second at most.
        assert!(took >= timeout, "{what}: {took:?}");
        assert!(took < 2 * timeout + 700 * MS, "{what}: {took:?}");
    }
}

/// The body of a rejection has a second, and lingering behind one of ours half a second.
fn what_is_a_courtesy_has_its_limit<L: Live>(role: Role) {
    let live = L::new();
    for pause in [MS / 5, 10 * MS] {
        let (stream, mut peer) = pair();
        let what = format!("{} {role:?} {pause:?}", L::NAME);
        let (expected, first): (_, &[u8]) = match role {
            Role::Client => (1000 * MS, b"HTTP/1.1 403 No\r\nContent-Length: 1000000\r\n\r\n"),
            Role::Server => (500 * MS, b"no head at all\r\n\r\n"),
        };
        if role == Role::Server {
            let mut reading = peer.try_clone().unwrap();
            thread::spawn(move || {
                let mut all = Vec::new();
                let _ = reading.read_to_end(&mut all);
            });
        } else {
            peer.set_read_timeout(Some(5 * MS)).unwrap();
            let _ = peer.read(&mut [0; 1]);
        }
        trickle(peer, first, pause);
        let stream = live.stream(stream);
        let (error, took) = timed(|| match role {
            Role::Server => {
                let config = ServerConfig::new();
                live.block_on(ws_driver::accept::<_, L::Runtime>(stream, &config))
                    .map(drop)
                    .unwrap_err()
            }
            Role::Client => {
                let config = ClientConfig::new();
                let opening = ws_driver::handshake::<_, L::Runtime>(stream, "h", "/", &config);
                live.block_on(opening).map(drop).unwrap_err()
            }
        });
        assert!(matches!(error, Error::Handshake(_)), "{what}: {error:?}");
        // 64 KiB are the other limit, which the quick one does not reach.
        assert_took(took + 2 * MS, expected, &what);
    }
}

/// A peer that takes the answer an octet at a time: not more than the deadline either.
fn a_peer_that_takes_octets_gets_no_more_time<L: Live>(role: Role) {
    if role == Role::Client {
        return;
    }
    let live = L::new();
    let timeout = 300 * MS;
    let (stream, mut peer) = pair();
    let request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    peer.write_all(request.as_bytes()).unwrap();
    thread::spawn(move || {
        let mut octet = [0];
        while matches!(peer.read(&mut octet), Ok(1)) {
            thread::sleep(MS / 10);
        }
    });
    // Far more than the system holds.
    let config = ServerConfig::new().timeout(Some(timeout));
    let long = http::HeaderValue::try_from("x".repeat(16 << 20)).unwrap();
    let (error, took) = timed(|| {
        live.block_on(async {
            let acceptor = ws_driver::Acceptor::<_, L::Runtime>::new(live.stream(stream), &config);
            let request = acceptor.next_request().await.unwrap();
            let accepted =
                request.accept_with(|response| drop(response.headers_mut().insert("x", long)));
            accepted.await.map(drop).unwrap_err()
        })
    });
    assert!(
        matches!(error, Error::Handshake(HandshakeError::TimedOut(_))),
        "{}: {error:?}",
        L::NAME
    );
    assert_took(took, timeout, L::NAME);
}

every!(a_head_that_trickles_gets_no_more_time);
every!(what_is_a_courtesy_has_its_limit);
every!(a_peer_that_takes_octets_gets_no_more_time);
