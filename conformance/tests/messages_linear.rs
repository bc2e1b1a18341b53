//! Work on an open WebSocket grows with the octets that come, however they are cut, in both roles.
//!
//! CVE-2023-43669 was about a head that was read anew with each octet; whatever else is collected piece by piece can have
//! the same fault.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use bytes::Buf as _;
use conformance::{
    linear::{assert_linear, time},
    messages::{
        deflate::{Deflate, Way},
        frames::{Frame, binary, continuation, ping, text},
    },
    random::Random,
};
use ws_core::{Connection, Incoming, Negotiated, RecvBuf, Role, WebSocketConfig};

const DEFLATE: &str = "permessage-deflate";

/// How a message is received.
#[derive(Clone, Copy, Debug)]
enum How {
    Whole,
    InParts,
}

/// Feeds octets one by one, and takes what comes of them; how much of messages that was.
fn feed(role: Role, how: How, octets: &[u8]) -> usize {
    let config = WebSocketConfig::new().max_fragments(u32::MAX);
    let negotiated = Negotiated::new(None, Some(DEFLATE.parse().unwrap()));
    let mut ws = Connection::new(role, negotiated, RecvBuf::new(), &config);
    let mut len = 0;
    for octet in octets {
        ws.receiver().recv_buf().space_mut()[0] = *octet;
        ws.receiver().recv_buf().commit(1);
        loop {
            let polled = match how {
                How::Whole => ws.poll(),
                How::InParts => ws.poll_part(),
            };
            match polled.unwrap() {
                None => break,
                Some(Incoming::Message(_) | Incoming::Part { .. }) => {
                    len += ws.receiver().take_payload().len();
                }
                Some(_) => {}
            }
        }
        // The answers go out.
        let pending = ws.send_queue().remaining();
        ws.send_queue().advance(pending);
    }
    len
}

/// What comes `times` as long: the octets of the peer, and how much of messages they are.
fn input(what: &str, role: Role, times: usize) -> (Vec<u8>, usize) {
    let n = times * 40_000;
    let encode = |frames: &[Frame]| -> Vec<u8> {
        frames.iter().flat_map(|frame| frame.encode(role)).collect()
    };
    let pieces = |first: Frame, len: usize, count: usize| {
        let mut frames = vec![first.more()];
        frames.resize(count, continuation(vec![b'a'; len]).more());
        frames.push(continuation(""));
        encode(&frames)
    };
    match what {
        "one frame" => (encode(&[binary(vec![7; n])]), n),
        "one text" => (encode(&[text("\u{20ac}".repeat(n / 3))]), n / 3 * 3),
        "fragments of one octet" => {
            let count = n / 8;
            (pieces(text("a"), 1, count), count)
        }
        "fragments of nothing" => (pieces(text(""), 0, n / 8), 0),
        "messages of one octet" => (encode(&vec![text("a"); n / 8]), n / 8),
        "pings inside a message" => {
            let mut frames = vec![text("a").more()];
            frames.resize(n / 8, ping("x"));
            frames.push(continuation("b"));
            (encode(&frames), 2)
        }
        "what cannot be compressed" => {
            let mut random = Random::new(7);
            let noise: Vec<u8> = (0..n).map(|_| random.below(256) as u8).collect();
            let payload = Deflate::new(Way { bits: 15, takeover: true }).message(&noise);
            (encode(&[binary(payload).compressed()]), n)
        }
        _ => {
            // Each by itself, so that each has the same length.
            let mut deflate = Deflate::new(Way { bits: 15, takeover: false });
            let frame = text(deflate.message("abcd")).compressed();
            (encode(&vec![frame; n / 16]), n / 16 * 4)
        }
    }
}

fn grows_with_the_octets(how: How) {
    for role in [Role::Server, Role::Client] {
        for what in [
            "one frame",
            "one text",
            "fragments of one octet",
            "fragments of nothing",
            "messages of one octet",
            "pings inside a message",
            "what cannot be compressed",
            "compressed messages",
        ] {
            let inputs = [1, 2].map(|times| input(what, role, times));
            // As many octets, whatever they come to.
            let len = inputs[0].0.len();
            let octets = &inputs[1].0;
            assert!(octets.len() >= 2 * len - 16 && octets.len() <= 2 * len + len / 16, "{what}");
            assert_linear(&format!("{what}, {role:?}, {how:?}"), |times| {
                let (octets, len) = &inputs[times - 1];
                time(|| assert_eq!(feed(role, how, octets), *len, "{what}"))
            });
        }
    }
}

#[test]
fn cve_2023_43669_messages_are_read_once() {
    grows_with_the_octets(How::Whole);
}

#[test]
fn cve_2023_43669_messages_in_parts_are_read_once() {
    grows_with_the_octets(How::InParts);
}
