//! More than anybody can take, from who reads nothing.

use super::draft::{Draft, about, echo, text};
use crate::grade::Grade::{Information, Robustness, Security};
use crate::script::Step;
use crate::wire::frame::{BINARY, CONTINUATION, Frame, PING, PONG, TEXT};

pub(super) fn drafts(side: &str) -> Vec<Draft> {
    let served = about(
        Security,
        "RFC 6455 10.4",
        "A peer that sends without reading costs a bounded amount, and nobody else notices.",
    );
    let flood = |name: &str, title: &str, frame: Frame, times: usize| {
        served.case(format!("flood/{name}"), title, [Step::Flood(frame, times), Step::ServesOthers])
    };
    let pings = about(
        Robustness,
        "RFC 6455 5.5.3",
        "Pings that come faster than pongs can be sent are answered in the end, or by the last pong alone.",
    );
    let tiny = about(
        Information,
        "RFC 6455 10.4",
        "A message of very many empty fragments may be taken, or be refused as too much.",
    );
    let fragments = [
        Step::Send(vec![Frame::new(TEXT, "").unfinished()]),
        Step::Flood(Frame::new(CONTINUATION, "").unfinished(), 100_000),
        Step::Send(vec![Frame::new(CONTINUATION, "x")]),
        Step::FailsOrNot(&[1008, 1009, 1002]),
    ];
    let mut drafts = vec![
        flood(
            "pings",
            "50,000 pings of 125 octets, and no pong is read",
            Frame::new(PING, vec![b'*'; 125]),
            50_000,
        ),
        flood(
            "messages",
            "512 messages of 64 KiB, and no echo is read",
            Frame::new(BINARY, vec![b'*'; 65_536]),
            512,
        ),
        flood(
            "unfinished",
            "200,000 fragments of one octet of a message without an end",
            Frame::new(CONTINUATION, "x").unfinished(),
            200_000,
        ),
        pings.case(
            "flood/pings-then-read",
            "2,000 pings, and then all pongs are read",
            [
                Step::Flood(Frame::new(PING, "x"), 2000),
                Step::Send(vec![Frame::new(PING, "last")]),
                Step::Pong(b"last".to_vec()),
            ],
        ),
        served.case(
            "flood/pongs",
            "100,000 pongs, and then a message",
            [Step::Flood(Frame::new(PONG, "x"), 100_000), Step::Send(vec![text("x")]), echo("x")],
        ),
        tiny.case("flood/empty-fragments", "a message of 100,000 empty fragments", fragments),
    ];
    // The stream of fragments needs a first one.
    if let Some(unfinished) = drafts.iter_mut().find(|draft| draft.name == "flood/unfinished") {
        unfinished.script.steps.insert(0, Step::Send(vec![Frame::new(BINARY, "x").unfinished()]));
    }
    // Whom else a client serves is not known.
    if side == "client" {
        for draft in &mut drafts {
            draft.script.steps.retain(|step| !matches!(step, Step::ServesOthers));
        }
    }
    drafts
}
