//! What a proxy says instead of a connection.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr},
    thread,
    time::{Duration, Instant},
};

use ws_core::{HandshakeError, Proxy as ProxyUrl, ProxyError};
use ws_driver::{DialConfig, Error};

use crate::{
    client::{BUSY, MS, connect, open, within},
    every::Live,
    proxy::{Proxy, Speaks},
    server::Server,
    silent::listen,
};

fn over(scheme: &str, address: SocketAddr) -> DialConfig {
    DialConfig::new().proxy(ProxyUrl::parse(&format!("{scheme}://ada:lovelace@{address}")).unwrap())
}

/// A proxy that says this to the first thing it is told, and then closes, or stays.
fn saying(answer: &'static [u8], stays: bool) -> SocketAddr {
    listen(move |mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        stream.write_all(answer).unwrap();
        if stays {
            thread::park();
        }
        stream.shutdown(Shutdown::Write).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

#[track_caller]
fn refused<L: Live>(dial: &DialConfig, timeout: Option<Duration>) -> ProxyError {
    let config = ws_core::ClientConfig::new().timeout(timeout);
    let connect = connect::<L>("ws://192.0.2.1/", dial).config(config);
    let error = L::block_on(connect.open()).map(drop).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("lovelace"), "{}: {error:?}", L::NAME);
    let Error::Proxy(error) = error else { panic!("{}: {error:?}", L::NAME) };
    error.into_inner()
}

fn a_refusal_comes_out_whole<L: Live>() {
    let address = saying(
        b"HTTP/1.1 403 Not there\r\nX-Why: policy\r\nContent-Length: 12\r\n\r\nask somebody",
        true,
    );
    let error = refused::<L>(&over("http", address), None);
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.status(), 403);
    assert_eq!(refusal.headers()["x-why"], "policy");
    assert_eq!(refusal.body(), "ask somebody");
    assert!(matches!(error, ProxyError::Refused { body_complete: true, .. }), "{}", L::NAME);
    assert_eq!(error.name(), "proxy-refused");

    // To the end of the stream.
    let address = saying(b"HTTP/1.1 502 Bad\r\n\r\nnobody there", false);
    let error = refused::<L>(&over("http", address), None);
    assert_eq!(error.refusal().unwrap().body(), "nobody there", "{}", L::NAME);
    assert!(matches!(error, ProxyError::Refused { body_complete: true, .. }), "{}", L::NAME);
}

/// Its status is what matters, so a body that does not come is waited for a second, with a deadline and without.
fn the_body_of_a_refusal_is_not_waited_for_long<L: Live>() {
    let answer = b"HTTP/1.1 403 Not there\r\nContent-Length: 100\r\n\r\nask";
    for timeout in [Some(20_000 * MS), None] {
        let (sender, receiver) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let began = Instant::now();
            let error = refused::<L>(&over("http", saying(answer, true)), timeout);
            sender.send((error, began.elapsed()))
        });
        let came = receiver.recv_timeout(10_000 * MS);
        let (error, took) = came.unwrap_or_else(|_| panic!("{} {timeout:?}: it hangs", L::NAME));
        assert_eq!(error.refusal().unwrap().body(), "ask", "{}", L::NAME);
        assert!(matches!(error, ProxyError::Refused { body_complete: false, .. }), "{}", L::NAME);
        assert!(took >= 1000 * MS && took < 2000 * MS + BUSY, "{} {timeout:?}: {took:?}", L::NAME);
    }
    // A deadline that is sooner is kept; the refusal is known all the same, if there was time for it.
    let soon = 800 * MS;
    let began = Instant::now();
    let error = refused::<L>(&over("http", saying(answer, true)), Some(soon));
    assert_eq!(error.refusal().unwrap().body(), "ask", "{}", L::NAME);
    assert!(began.elapsed() >= soon && began.elapsed() < soon + BUSY, "{}", L::NAME);
}

/// The first connection is refused, and the second one, with user name and password, is not.
fn a_proxy_that_asks_who_it_is<L: Live>() {
    let server = Server::new(None);
    let basic = Speaks::Http("\r\nProxy-Authorization: Basic YWRhOmxvdmVsYWNl\r\n");
    let proxy = Proxy::new(basic, None, server.address);
    let dial = DialConfig::new().proxy(ProxyUrl::parse(&proxy.address.to_string()).unwrap());
    let error = refused::<L>(&dial, None);
    assert_eq!(error.name(), "proxy-authentication-required", "{}", L::NAME);
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.headers()["proxy-authenticate"], "Basic realm=\"a\"");
    assert_eq!(refusal.body(), "tell me.");
    assert_eq!(server.seen().peers, []);
    open::<L>("ws://h.example/", &over("http", proxy.address)).unwrap();
}

fn replies_of_socks_have_names<L: Live>() {
    for (scheme, answer, name) in [
        ("socks5", &b"\x05\x00\x05\x05\x00\x01\0\0\0\0\0\0"[..], "socks5-connection-refused"),
        ("socks5h", b"\x05\x00\x05\x02\x00\x01\0\0\0\0\0\0", "socks5-not-allowed"),
        ("socks5", b"\x05\x00\x05\x05", "socks5-connection-refused"),
        ("socks5", b"\x05\xff", "proxy-no-acceptable-method"),
        ("socks5", b"\x05\x02\x01\x07", "proxy-authentication-refused"),
        ("socks4", b"\x00\x5b\0\0\0\0\0\0", "socks4-rejected"),
        ("socks4a", b"\x00\x5d\0\0\0\0\0\0", "socks4-other-user"),
    ] {
        let error = refused::<L>(&over(scheme, saying(answer, false)), None);
        assert_eq!(error.name(), name, "{} {scheme}", L::NAME);
    }
}

fn what_is_no_answer<L: Live>() {
    for (scheme, answer) in [
        ("http", &b"SSH-2.0-OpenSSH_9.9\r\n"[..]),
        ("http", b"\x05\x00"),
        ("http", b"\x15\x03\x01\x00\x02\x02\x16"),
        ("socks4", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        ("socks5", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        ("socks5h", b"\x05\x01"),
    ] {
        let error = refused::<L>(&over(scheme, saying(answer, true)), None);
        assert_eq!(error.name(), "proxy-malformed-answer", "{} {scheme} {answer:?}", L::NAME);
        assert!(error.to_string().contains("proxy"), "{} {scheme}: {error}", L::NAME);
    }
}

fn a_proxy_that_closes_says_nothing<L: Live>() {
    for scheme in ["http", "socks4", "socks5"] {
        for answer in [&b""[..], &b"HTTP/1.1 200"[..5], b"\x00", b"\x05"] {
            let speaks_http = answer.starts_with(b"H");
            let is_beginning = answer.is_empty()
                || match scheme {
                    "http" => speaks_http,
                    "socks4" => answer == b"\x00",
                    _ => answer == b"\x05",
                };
            if !is_beginning {
                continue;
            }
            let error = refused::<L>(&over(scheme, saying(answer, false)), None);
            assert_eq!(error.name(), "proxy-truncated", "{} {scheme} {answer:?}", L::NAME);
            assert!(error.to_string().contains("the proxy closed the connection"), "{error}");
        }
    }
    // Gone before it has read anything: a reset, as a rule.
    for _ in 0..5 {
        let address = listen(drop);
        let error = open::<L>("ws://h.example/", &over("http", address)).map(drop).unwrap_err();
        assert!(error.to_string().contains("the proxy"), "{}: {error}", L::NAME);
        assert!(error.is_transient(), "{}: {error}", L::NAME);
    }
}

/// 65 KiB of a head that has no end, from a proxy that is quick.
fn an_answer_without_an_end<L: Live>() {
    let address = listen(|mut stream| {
        let mut said = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while said.is_ok() {
            said = stream.write_all(b"X-Field: abcdefghijklmnopqrstuvwxyz\r\n");
        }
    });
    let error = refused::<L>(&over("http", address), Some(20_000 * MS));
    assert_eq!(error.name(), "proxy-answer-too-large", "{}", L::NAME);
}

/// Before anybody is asked for anything.
fn what_cannot_be_sent_is_not<L: Live>() {
    let address = listen(|_| panic!("somebody has connected"));
    for proxy in [
        ProxyUrl::parse(&format!("http://{address}")).unwrap().header("X", "a\nb"),
        ProxyUrl::parse(&format!("http://{address}")).unwrap().user_info("a:b", "c"),
        ProxyUrl::parse(&format!("socks5://{address}")).unwrap().user_info(&"a".repeat(256), "c"),
    ] {
        let connect = connect::<L>("ws://192.0.2.1/", &DialConfig::new().proxy(proxy));
        let error = L::block_on(connect.config(within(500 * MS)).open()).map(drop).unwrap_err();
        assert!(matches!(error, Error::Proxy(_)), "{}: {error:?}", L::NAME);
        assert!(!matches!(error, Error::Handshake(HandshakeError::TimedOut(_))));
    }
}

every!(
    a_refusal_comes_out_whole,
    the_body_of_a_refusal_is_not_waited_for_long,
    a_proxy_that_asks_who_it_is,
    replies_of_socks_have_names,
    what_is_no_answer,
    a_proxy_that_closes_says_nothing,
    an_answer_without_an_end,
    what_cannot_be_sent_is_not,
);
