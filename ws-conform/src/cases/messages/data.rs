//! Messages that are as they should be.

use super::draft::{Draft, about, echo, text};
use crate::grade::Grade::{Must, Robustness};
use crate::script::Step;
use crate::wire::frame::{BINARY, CONTINUATION, Frame, PING, PONG, TEXT};

pub(super) fn drafts() -> Vec<Draft> {
    [lens(), fragments(), between(), pieces()].concat()
}

fn lens() -> Vec<Draft> {
    let rule = about(
        Must,
        "RFC 6455 5.2",
        "A length is in the first of its three forms that can hold it, and each of them is understood.",
    );
    let common =
        about(Robustness, "RFC 6455 10.4", "Limits are allowed, but common sizes are taken.");
    let case = |len: usize| {
        let payload = vec![b'*'; len];
        let steps = [
            Step::Send(vec![Frame::new(BINARY, payload.clone())]),
            Step::Echo(vec![(BINARY, payload)]),
        ];
        let rule = if len > 1000 { common } else { rule };
        rule.case(
            format!("message/binary-{len}"),
            format!("a binary message of {len} octets"),
            steps,
        )
    };
    let mut drafts: Vec<_> = [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 20].map(case).into();
    let empty = [Step::Send(vec![text("")]), echo("")];
    drafts.push(rule.case("message/text-0", "an empty text message", empty));
    let many: Vec<_> = (0..200).map(|n: i32| n.to_string()).collect();
    let rule = about(Must, "RFC 6455 5.4", "Messages come in order, and each is one by itself.");
    let send = Step::Send(many.iter().map(|n| text(n)).collect());
    let back = Step::Echo(many.iter().map(|n| (TEXT, n.clone().into_bytes())).collect());
    drafts.push(rule.case(
        "message/200-at-once",
        "200 short messages in one segment",
        [send, back],
    ));
    drafts
}

fn fragments() -> Vec<Draft> {
    let rule = about(
        Must,
        "RFC 6455 5.4",
        "A message is the fragments from the first to the one with FIN, whatever their lengths.",
    );
    let common = about(
        Robustness,
        "RFC 6455 5.4",
        "Fragments may be as short as they like; a limit for their number is allowed.",
    );
    let of = |name: &str, title: &str, pieces: &[&str]| {
        let send = Step::Send(cut(pieces));
        rule.case(format!("fragments/{name}"), title, [send, echo(&pieces.concat())])
    };
    let single = |count: usize| {
        let pieces = vec!["x"; count];
        let send = Step::Send(cut(&pieces));
        let title = format!("{count} fragments of one octet");
        common.case(format!("fragments/{count}-of-1"), title, [send, echo(&pieces.concat())])
    };
    vec![
        of("two", "two fragments", &["Hel", "lo"]),
        of("empty-first", "an empty fragment first", &["", "Hello"]),
        of("empty-last", "an empty fragment last", &["Hello", ""]),
        of("empty-all", "three empty fragments", &["", "", ""]),
        of("one-octet", "fragments of one octet", &["H", "e", "l", "l", "o"]),
        single(100),
        single(1000),
        single(10_000),
    ]
}

/// A text message in these pieces.
pub(super) fn cut(pieces: &[&str]) -> Vec<Frame> {
    let last = pieces.len().saturating_sub(1);
    let frame = |(at, piece): (usize, &&str)| {
        let opcode = if at == 0 { TEXT } else { CONTINUATION };
        let frame = Frame::new(opcode, *piece);
        if at == last { frame } else { frame.unfinished() }
    };
    pieces.iter().enumerate().map(frame).collect()
}

/// Control frames between fragments.
fn between() -> Vec<Draft> {
    let rule = about(
        Must,
        "RFC 6455 5.5",
        "An endpoint must be able to handle control frames between the fragments of a message.",
    );
    let common = about(
        Robustness,
        "RFC 6455 5.5",
        "Control frames may stand between the fragments of a message; a limit for their number is allowed.",
    );
    let fragments = cut(&["Hel", "lo"]);
    let with = |between: Vec<Frame>| {
        let [first, last] = [fragments[..1].to_vec(), fragments[1..].to_vec()];
        Step::Send([first, between, last].concat())
    };
    let ping = |payload: &str| Frame::new(PING, payload);
    let waits = [
        Step::Send(fragments[..1].to_vec()),
        Step::Send(vec![ping("between")]),
        Step::Pong(b"between".to_vec()),
        Step::Send(fragments[1..].to_vec()),
        echo("Hello"),
    ];
    let many = (0..100).map(|n: i32| ping(&n.to_string())).collect();
    vec![
        rule.case(
            "fragments/ping-between",
            "a ping between two fragments",
            [with(vec![ping("")]), echo("Hello")],
        ),
        rule.case(
            "fragments/pong-awaited",
            "a ping between two fragments, the second is sent behind its pong",
            waits,
        ),
        rule.case(
            "fragments/pong-between",
            "a pong between two fragments",
            [with(vec![Frame::new(PONG, "x")]), echo("Hello")],
        ),
        common.case(
            "fragments/pings-between",
            "a hundred pings between two fragments",
            [with(many), echo("Hello")],
        ),
    ]
}

/// Frames in pieces that have nothing to do with them.
fn pieces() -> Vec<Draft> {
    let rule =
        about(Must, "RFC 6455 5.4", "In which pieces the octets of a frame come means nothing.");
    let frames = || vec![text("Hello"), Frame::new(PING, "p"), Frame::new(BINARY, vec![0; 200])];
    let back = || Step::Echo(vec![(TEXT, b"Hello".to_vec()), (BINARY, vec![0; 200])]);
    [1, 2, 3, 7]
        .map(|len| {
            let title = format!("a text, a ping and a binary message, {len} octets at a time");
            rule.case(format!("pieces/{len}"), title, [Step::Dribble(frames(), len), back()])
        })
        .into()
}
