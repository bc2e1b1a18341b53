//! One deadline for the whole way, and an error that says how far it was.

use std::{future::ready, net::SocketAddr, thread, time::Duration};

use ws_core::{HandshakeError, HandshakeStep, Proxy};
use ws_driver::{DialConfig, Error};

use crate::{
    NEWEST,
    authority::Authority,
    client::{MS, assert_late, connect, within},
    every::Live,
    server::{Answer, Server},
    silent::{Dropping, Listening, refusing},
};

const TIMEOUT: Duration = Duration::from_millis(400);

fn assert_late_at<L: Live>(step: HandshakeStep, url: &str, dial: &DialConfig) {
    assert_late::<L>(step, TIMEOUT, &connect::<L>(url, dial).config(within(TIMEOUT)));
}

fn proxy(scheme: &str, address: SocketAddr) -> DialConfig {
    DialConfig::new().proxy(Proxy::parse(&format!("{scheme}://{address}")).unwrap())
}

fn a_look_up_without_an_end<L: Live>() {
    if L::BLOCKS {
        // Nothing can cut short what blocks; but when it comes back, it was late.
        let dial = DialConfig::new().resolver(|_, _| {
            thread::sleep(TIMEOUT + 50 * MS);
            ready(Ok(vec![refusing()]))
        });
        assert_late_at::<L>(HandshakeStep::LookUp, "ws://h.example/", &dial);
    }
    let dial = DialConfig::new().resolver(|_, _| std::future::pending());
    assert_late_at::<L>(HandshakeStep::LookUp, "ws://h.example/", &dial);
    // That of the proxy, and that of the host where the proxy does not look up names.
    for proxy in ["http://p.example", "socks5h://p.example", "socks5://127.0.0.1"] {
        let dial = dial.clone().proxy(Proxy::parse(proxy).unwrap());
        assert_late_at::<L>(HandshakeStep::LookUp, "ws://h.example/", &dial);
    }
}

/// The system's look-up, under a deadline that has passed: it takes some time, be it little.
fn no_time_at_all<L: Live>() {
    for host in ["localhost", "127.0.0.1"] {
        let connect = connect::<L>(&format!("ws://{host}:1/"), &DialConfig::new());
        let error = L::block_on(connect.config(within(Duration::ZERO)).open()).map(drop);
        match error.unwrap_err() {
            Error::Handshake(HandshakeError::TimedOut(HandshakeStep::Connect)) => {}
            Error::Handshake(HandshakeError::TimedOut(HandshakeStep::LookUp)) => {
                assert_eq!(host, "localhost", "{}", L::NAME);
            }
            error => panic!("{} {host}: {error:?}", L::NAME),
        }
    }
}

fn addresses_that_do_not_answer<L: Live>() {
    let [one, two] = [Dropping::new(), Dropping::new()];
    let of_one = format!("ws://{}/", one.address);
    assert_late_at::<L>(HandshakeStep::Connect, &of_one, &DialConfig::new());
    let both = DialConfig::new().addresses([one.address, two.address, refusing()]);
    assert_late_at::<L>(HandshakeStep::Connect, "ws://h.example/", &both);
    assert_late_at::<L>(HandshakeStep::Connect, "ws://h.example/", &proxy("http", one.address));
}

fn a_proxy_that_does_not_answer<L: Live>() {
    for scheme in ["http", "socks4", "socks4a", "socks5", "socks5h"] {
        let peer = Listening::silent();
        let dial = proxy(scheme, peer.address);
        assert_late_at::<L>(HandshakeStep::Proxy, "ws://192.0.2.1/", &dial);
        assert_ne!(*peer.heard.lock().unwrap(), b"", "{} {scheme}", L::NAME);
    }
}

fn a_proxy_that_trickles<L: Live>() {
    for (scheme, first, then) in [
        ("http", &b"HTTP/1.1 200 OK\r\nX: "[..], &b"a"[..]),
        ("http", b"HTTP/1.1 100 Continue\r\nX: ", b"aa\r\nX: "),
        ("socks5", b"\x05\x00\x05\x00\x00\x03\xff", b"a"),
    ] {
        let peer = Listening::saying(first, then);
        let dial = proxy(scheme, peer.address);
        assert_late_at::<L>(HandshakeStep::Proxy, "ws://192.0.2.1/", &dial);
    }
}

fn a_server_that_does_not_begin_tls<L: Live>() {
    let peer = Listening::silent();
    let dial = DialConfig::new().tls(Authority::new("A").client(NEWEST));
    assert_late_at::<L>(HandshakeStep::Tls, &format!("wss://{}/", peer.address), &dial);
    let dial = proxy("https", peer.address).tls(Authority::new("A").client(NEWEST));
    assert_late_at::<L>(HandshakeStep::Tls, "ws://h.example/", &dial);
}

/// The head of a record of 16 KiB, and then an octet at a time.
fn a_server_that_begins_tls_and_trickles<L: Live>() {
    let peer = Listening::saying(b"\x16\x03\x03\x3f\x00\x02\x00\x3e\xfc\x03\x03", b"a");
    let dial = DialConfig::new().tls(Authority::new("A").client(NEWEST));
    assert_late_at::<L>(HandshakeStep::Tls, &format!("wss://{}/", peer.address), &dial);
    let dial = proxy("https", peer.address).tls(Authority::new("A").client(NEWEST));
    assert_late_at::<L>(HandshakeStep::Tls, "ws://h.example/", &dial);
}

fn a_server_that_does_not_answer<L: Live>() {
    let authority = Authority::new("A");
    let tls = authority.issue(&["127.0.0.1"]).server(NEWEST);
    let dial = DialConfig::new().tls(authority.client(NEWEST));
    for (scheme, tls) in [("ws", None), ("wss", Some(tls))] {
        for (said, step) in
            [("", HandshakeStep::AwaitAnswer), ("HTTP/1.1 101 ", HandshakeStep::ReadAnswer)]
        {
            let server = Server::answering(tls.clone(), |_| Answer::Hold(said.to_owned()));
            assert_late_at::<L>(step, &server.url(scheme), &dial);
            assert_eq!(server.after(1).heads.len(), 1, "{} {scheme}", L::NAME);
        }
    }
}

every!(
    a_look_up_without_an_end,
    no_time_at_all,
    addresses_that_do_not_answer,
    a_proxy_that_does_not_answer,
    a_proxy_that_trickles,
    a_server_that_does_not_begin_tls,
    a_server_that_begins_tls_and_trickles,
    a_server_that_does_not_answer,
);
