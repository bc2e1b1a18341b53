//! Harm in an open WebSocket.

use std::{io, iter::repeat_n, net::SocketAddr, sync::LazyLock};

use conformance::messages::{
    deflate::{Deflate, Way},
    frames::{Form, Frame, binary, close, continuation, ping, text},
};

use ws_core::Role;

use super::{kind::Kind, peer::Peer};
use crate::{promise::Cost, settings::STRICT_LEN};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "/reset",
        ends: &["io", "disconnected"],
        cost: Cost::Open,
        script: |server, name| {
            Peer::open(server, name, "")?.reset();
            Ok(())
        },
    },
    Kind {
        name: "/half-open",
        ends: &["idle-timeout"],
        cost: Cost::Open,
        script: |server, name| {
            let mut peer = Peer::open(server, name, "")?;
            peer.say(&[0x82, 0x85, 0, 0])?;
            peer.await_end()
        },
    },
    Kind {
        name: "/half-closed",
        ends: &["disconnected"],
        cost: Cost::Open,
        script: |server, name| {
            let mut peer = Peer::open(server, name, "")?;
            peer.say(&[0x82, 0x85, 0, 0, 0, 0, 1])?;
            peer.shut_down();
            peer.await_end()
        },
    },
    Kind {
        name: "/declares-all-sends-nothing",
        ends: &["idle-timeout"],
        cost: Cost::Open,
        script: |server, name| {
            let mut peer = Peer::open(server, name, "")?;
            peer.frames([binary([]).claiming(STRICT_LEN as u64)])?;
            peer.await_end()
        },
    },
    Kind {
        name: "/all-but-one-octet",
        ends: &["idle-timeout"],
        cost: Cost::Message,
        script: |server, name| {
            static FRAMES: LazyLock<Vec<u8>> = LazyLock::new(|| {
                let part = vec![1; STRICT_LEN / 64];
                let last = continuation(&part[1..]).more();
                let more = repeat_n(continuation(&part).more(), 62);
                encoded([binary(&part).more()].into_iter().chain(more).chain([last]))
            });
            attack(server, name, "", &FRAMES)
        },
    },
    Kind {
        name: "/fragments-of-one-octet",
        ends: &["too-many-fragments"],
        cost: Cost::Message,
        script: |server, name| {
            static FRAMES: LazyLock<Vec<u8>> = LazyLock::new(|| {
                let flood = repeat_n(continuation([1]).more(), 20_000);
                encoded([text([1]).more()].into_iter().chain(flood))
            });
            attack(server, name, "", &FRAMES)
        },
    },
    Kind {
        name: "/empty-fragments",
        ends: &["too-many-fragments"],
        cost: Cost::Message,
        script: |server, name| {
            static FRAMES: LazyLock<Vec<u8>> = LazyLock::new(|| {
                let flood = repeat_n(continuation([]).more(), 20_000);
                encoded([text([]).more()].into_iter().chain(flood))
            });
            attack(server, name, "", &FRAMES)
        },
    },
    Kind {
        name: "/pings-and-reads-nothing",
        ends: &["send-timeout", "idle-timeout"],
        cost: Cost::Queue,
        script: |server, name| {
            static FRAMES: LazyLock<Vec<u8>> =
                LazyLock::new(|| encoded(repeat_n(ping([7; 125]), 1000)));
            Peer::open(server, name, "")?.flood(&FRAMES, 40);
            Ok(())
        },
    },
    Kind {
        name: "/asks-and-reads-nothing",
        ends: &["send-timeout", "idle-timeout"],
        cost: Cost::Queue,
        script: |server, name| {
            static FRAMES: LazyLock<Vec<u8>> =
                LazyLock::new(|| encoded([binary([7; STRICT_LEN / 4])]));
            // More than the buffers of both sockets take.
            Peer::open(server, name, "")?.flood(&FRAMES, 1000);
            Ok(())
        },
    },
    Kind {
        name: "/bomb",
        ends: &["message-too-large"],
        cost: Cost::Deflated,
        script: |server, name| {
            static FRAMES: LazyLock<Vec<u8>> = LazyLock::new(|| {
                let way = Way { bits: 15, takeover: true };
                let bomb = Deflate::new(way).message(vec![0; 8 << 20]);
                encoded([binary(bomb).compressed()])
            });
            attack(server, name, DEFLATE, &FRAMES)
        },
    },
    Kind {
        name: "/inflates-to-nothing",
        ends: &["message-too-large"],
        cost: Cost::Deflated,
        script: |server, name| {
            static FRAMES: LazyLock<Vec<u8>> = LazyLock::new(|| {
                // Stored blocks without an octet. RFC 1951 3.2.4
                let blocks = [0, 0, 0, 0xff, 0xff].repeat(10_000);
                let more = repeat_n(continuation(&blocks).more(), 20);
                let first = binary(&blocks).more().compressed();
                encoded([first].into_iter().chain(more))
            });
            attack(server, name, DEFLATE, &FRAMES)
        },
    },
    Kind {
        name: "/declares-too-much",
        ends: &["frame-too-large"],
        cost: Cost::Open,
        script: |server, name| {
            attack(
                server,
                name,
                "",
                &encoded([binary([1; 200]).form(Form::Eight).claiming(1 << 62)]),
            )
        },
    },
    Kind {
        name: "/declares-a-negative-length",
        ends: &["length-overflow"],
        cost: Cost::Open,
        script: |server, name| {
            attack(
                server,
                name,
                "",
                &encoded([binary([1; 200]).form(Form::Eight).claiming(1 << 63)]),
            )
        },
    },
    Kind {
        name: "/goes-on-after-1002",
        ends: &["unmasked-frame"],
        cost: Cost::Message,
        script: |server, name| {
            let mut peer = Peer::open(server, name, "")?;
            peer.frames([binary([1; 10]).wrong_mask()])?;
            while peer.frames([binary([1; 10_000])])? {}
            Ok(())
        },
    },
    Kind {
        name: "/closes-and-stays",
        ends: &[crate::runtime::CLOSED],
        cost: Cost::Open,
        script: |server, name| attack(server, name, "", &encoded([close(1000, "and stays")])),
    },
];

/// Opens a WebSocket, says something, and waits for the end.
fn attack(server: SocketAddr, name: &str, fields: &str, octets: &[u8]) -> io::Result<()> {
    let mut peer = Peer::open(server, name, fields)?;
    peer.say(octets)?;
    peer.await_end()
}

fn encoded(frames: impl IntoIterator<Item = Frame>) -> Vec<u8> {
    frames.into_iter().flat_map(|frame| frame.encode(Role::Server)).collect()
}

const DEFLATE: &str = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
