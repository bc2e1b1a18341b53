//! Harm before a WebSocket is open.

use std::{net::SocketAddr, time::Duration};

use super::{
    kind::Kind,
    peer::{Peer, request},
};
use crate::promise::Cost;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "/says-nothing",
        ends: &["timeout"],
        cost: Cost::Handshake,
        script: |server, _| Peer::connect(server)?.await_end(),
    },
    Kind {
        name: "/slow-loris",
        ends: &["timeout"],
        cost: Cost::Handshake,
        script: |server, name| drip(server, &request(name, "")),
    },
    Kind {
        name: "/endless-fields",
        ends: &["head-too-large", "too-many-fields"],
        cost: Cost::Handshake,
        script: |server, name| {
            let mut peer = Peer::connect(server)?;
            let head = request(name, &"X: aaaaaaaa\r\n".repeat(100_000));
            peer.say(head.as_bytes())?;
            peer.await_end()
        },
    },
    Kind {
        name: "/endless-line",
        ends: &["request-line-too-long"],
        cost: Cost::Handshake,
        script: |server, _| {
            let mut peer = Peer::connect(server)?;
            peer.say(&[b'a'; 1 << 20])?;
            peer.await_end()
        },
    },
    Kind {
        name: "/half-a-head",
        ends: &["truncated"],
        cost: Cost::Handshake,
        script: |server, name| {
            let mut peer = Peer::connect(server)?;
            let head = request(name, "");
            peer.say(&head.as_bytes()[..head.len() / 2])?;
            peer.shut_down();
            peer.await_end()
        },
    },
    Kind {
        name: "/not-http",
        ends: &["malformed-head"],
        cost: Cost::Handshake,
        script: |server, _| {
            let mut peer = Peer::connect(server)?;
            peer.say(
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a ClientHello, and so on\r\n\r\n",
            )?;
            peer.await_end()
        },
    },
];

/// Says an octet at a time, and never gets to the end in the time that the server has.
fn drip(server: SocketAddr, head: &str) -> std::io::Result<()> {
    let mut peer = Peer::connect(server)?;
    for octet in head.bytes().take(head.len() - 1) {
        if !peer.say(&[octet])? || peer.is_over_after(Duration::from_millis(20)) {
            return Ok(());
        }
    }
    peer.await_end()
}
