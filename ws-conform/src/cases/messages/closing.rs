//! The end of a WebSocket.

use super::draft::{Draft, about, text};
use crate::grade::Grade::{Information, Must, Robustness, Should};
use crate::script::Step;
use crate::wire::frame::{BINARY, CLOSE, CONTINUATION, Frame, PING, TEXT};

const PROTOCOL: &[u16] = &[1002];

pub(super) fn drafts(side: &str) -> Vec<Draft> {
    let mut drafts = [answered(), codes(), behind(), ends()].concat();
    // It is the server that ends the connection, and clients may wait for that. RFC 6455 7.1.1
    if side == "client" {
        drafts.retain(|draft| draft.name != "close/then-data-without-end");
    }
    drafts
}

fn answered() -> Vec<Draft> {
    let rule = about(
        Must,
        "RFC 6455 5.5.1",
        "A close frame is answered by one, and then the connection ends.",
    );
    let case = |name: &str, title: &str, frame: Frame| {
        rule.case(format!("close/{name}"), title, [Step::Send(vec![frame]), Step::Closes(vec![])])
    };
    let one = about(
        Should,
        "RFC 6455 5.5.1",
        "A close frame has no payload, or a code of two octets first; what to do with others is not said, but a code of one octet is none.",
    );
    let within = vec![text("a").unfinished(), Frame::close(1000, "")];
    vec![
        case("empty", "a close without a code", Frame::new(CLOSE, "")),
        case("1000", "a close with 1000", Frame::close(1000, "")),
        case("reason", "a close with a reason", Frame::close(1000, "going \u{2615}")),
        case(
            "reason-123",
            "a close with a reason of 123 octets",
            Frame::close(1000, &"*".repeat(123)),
        ),
        rule.case(
            "close/bytewise",
            "a close, an octet at a time",
            [Step::Dribble(vec![Frame::close(1000, "x")], 1), Step::Closes(vec![])],
        ),
        rule.case(
            "close/within",
            "a close inside of a message",
            [Step::Send(within), Step::Closes(vec![])],
        ),
        one.case(
            "close/one-octet",
            "a close of one octet",
            [Step::Send(vec![Frame::new(CLOSE, "x")]), Step::Fails(PROTOCOL)],
        ),
    ]
}

fn codes() -> Vec<Draft> {
    let rule = about(
        Must,
        "RFC 6455 7.4",
        "Codes that may be sent are answered; to answer with the same is usual.",
    );
    let open = about(
        Information,
        "RFC 6455 7.4",
        "Codes that no endpoint may send, or that mean nothing yet: the RFC does not say what to do with them.",
    );
    let good = [1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
    let other =
        [0, 999, 1004, 1005, 1006, 1012, 1013, 1014, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
    let send = |code| Step::Send(vec![Frame::close(code, "")]);
    let name = |code: u16| (format!("close/code-{code}"), format!("a close with the code {code}"));
    let good = good.iter().map(|&code| {
        let (name, title) = name(code);
        rule.case(name, title, [send(code), Step::Closes(vec![])])
    });
    let other = other.iter().map(|&code| {
        let (name, title) = name(code);
        open.case(name, title, [send(code), Step::FailsOrNot(PROTOCOL)])
    });
    good.chain(other).collect()
}

/// What comes behind a close frame is not looked at any more.
fn behind() -> Vec<Draft> {
    let rule = about(
        Should,
        "RFC 6455 5.5.1",
        "Behind a close frame there must be nothing more; the close is answered all the same, and what is behind it is no message.",
    );
    let case = |name: &str, title: &str, frames: Vec<Frame>| {
        let all = [vec![Frame::close(1000, "")], frames].concat();
        rule.case(format!("close/then-{name}"), title, [Step::Send(all), Step::Closes(vec![])])
    };
    let endless = about(
        Robustness,
        "RFC 6455 7.1.1",
        "A peer that goes on sending behind its close frame does not hold the connection.",
    );
    let flood = [
        Step::Send(vec![Frame::close(1000, "")]),
        Step::Flood(Frame::new(BINARY, vec![b'*'; 1000]), 100_000),
        Step::Ends,
    ];
    vec![
        case("text", "a close, and a text message behind it", vec![text("late")]),
        case("ping", "a close, and a ping behind it", vec![Frame::new(PING, "late")]),
        case("close", "a close, and another one behind it", vec![Frame::close(1001, "")]),
        case("bad-text", "a close, and what is no text behind it", vec![Frame::new(TEXT, b"\xff")]),
        case("reserved", "a close, and a reserved opcode behind it", vec![Frame::new(3, "")]),
        endless.case(
            "close/then-data-without-end",
            "a close, and messages behind it without an end",
            flood,
        ),
    ]
}

fn ends() -> Vec<Draft> {
    let flows = about(
        Must,
        "RFC 6455 5.5.1",
        "A close is answered while messages are under way; what is half sent may be finished first.",
    );
    // Long enough together, and none of them for anybody's limit.
    let many = vec![Frame::new(BINARY, vec![b'*'; 5000]); 400];
    let gone = about(
        Robustness,
        "RFC 6455 7.1.5",
        "A connection that ends without a close frame is let go of.",
    );
    let half = vec![text("a").unfinished(), Frame::new(CONTINUATION, "b").unfinished()];
    let part = Frame::new(TEXT, "Hello");
    vec![
        flows.case(
            "close/while-data-flows",
            "400 messages of 5,000 octets, and a close behind them",
            [Step::Send(many), Step::Send(vec![Frame::close(1000, "")]), Step::Closes(vec![])],
        ),
        gone.case(
            "end/idle",
            "the end of the stream without a close",
            [Step::HalfClose, Step::Ends],
        ),
        gone.case(
            "end/within-message",
            "the end of the stream inside of a message",
            [Step::Send(half), Step::HalfClose, Step::Ends],
        ),
        gone.case(
            "end/within-frame",
            "the end of the stream inside of a frame",
            [Step::Part(part, 4), Step::HalfClose, Step::Ends],
        ),
        gone.case(
            "end/after-message",
            "a message, and the end of the stream behind it",
            [Step::Send(vec![text("a")]), Step::HalfClose, Step::Ends],
        ),
        gone.case(
            "end/after-close",
            "a close, and the end of the stream behind it",
            [Step::Send(vec![Frame::close(1000, "")]), Step::HalfClose, Step::Ends],
        ),
    ]
}
