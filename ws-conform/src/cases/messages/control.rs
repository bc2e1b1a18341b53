//! Pings and pongs.

use super::draft::{Draft, about, echo, text};
use crate::grade::Grade::{Must, Should};
use crate::script::Step;
use crate::wire::frame::{Frame, PING, PONG};

pub(super) fn drafts() -> Vec<Draft> {
    let answers =
        about(Must, "RFC 6455 5.5.2", "A ping is answered by a pong with the same payload.");
    let ping = |name: &str, title: &str, payload: Vec<u8>| {
        let send = Step::Send(vec![Frame::new(PING, payload.clone())]);
        answers.case(format!("control/{name}"), title, [send, Step::Pong(payload)])
    };
    let unasked = about(Must, "RFC 6455 5.5.3", "A pong that nobody asked for is not answered.");
    let latest =
        about(Should, "RFC 6455 5.5.3", "Of many pings, the last one at least is answered.");
    let pings: Vec<_> = (0..1000).map(|n: i32| Frame::new(PING, n.to_string())).collect();
    let at_once = vec![Frame::new(PONG, "unasked"), Frame::new(PING, "asked")];
    vec![
        ping("ping-empty", "a ping without a payload", Vec::new()),
        ping("ping-1", "a ping with an octet that is no text", vec![0xff]),
        ping("ping-125", "a ping with 125 octets", vec![b'*'; 125]),
        answers.case(
            "control/ping-bytewise",
            "a ping, an octet at a time",
            [Step::Dribble(vec![Frame::new(PING, "slow")], 1), Step::Pong(b"slow".to_vec())],
        ),
        latest.case(
            "control/pings",
            "a thousand pings in one segment",
            [Step::Send(pings), Step::Pong(b"999".to_vec())],
        ),
        unasked.case(
            "control/pong-unasked",
            "a pong and then a ping",
            [Step::Send(at_once), Step::Pong(b"asked".to_vec())],
        ),
        unasked.case(
            "control/pongs-unasked",
            "a thousand pongs and then a message",
            [Step::Send(vec![Frame::new(PONG, "x"); 1000]), Step::Send(vec![text("x")]), echo("x")],
        ),
    ]
}
