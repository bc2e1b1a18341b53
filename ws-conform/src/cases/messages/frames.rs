//! Frames that break a rule.

use super::draft::{Draft, about, echo, text};
use crate::grade::Grade::{Information, Must, Robustness, Should};
use crate::script::Step;
use crate::wire::frame::{BINARY, CLOSE, CONTINUATION, DeclaredLen, Frame, PING, PONG, TEXT};

const CODES: &[u16] = &[1002];

pub(super) fn drafts(side: &str) -> Vec<Draft> {
    [masks(side), reserved(), opcodes(), controls(), order(), lens()].concat()
}

/// Client's frames without a mask, server's with one.
fn masks(side: &str) -> Vec<Draft> {
    let is_server = side == "server";
    let rule = match is_server {
        true => about(
            Must,
            "RFC 6455 5.1",
            "A server closes the connection when a frame is not masked.",
        ),
        false => {
            about(Must, "RFC 6455 5.1", "A client closes the connection when a frame is masked.")
        }
    };
    let how = if is_server { "without a mask" } else { "with a mask" };
    let wrong = |frame: Frame| frame.with_mask(!is_server);
    let fails = || Step::Fails(CODES);
    let case = |name: &str, title: &str, frame: Frame| {
        let title = format!("{title} {how}");
        rule.case(format!("mask/{name}"), title, [Step::Send(vec![wrong(frame)]), fails()])
    };
    let later = Step::Send(vec![text("a").unfinished(), wrong(Frame::new(CONTINUATION, "b"))]);
    vec![
        case("text", "a text message", text("Hello")),
        case("empty", "an empty text message", text("")),
        case("binary", "a binary message", Frame::new(BINARY, "Hello")),
        case("ping", "a ping", Frame::new(PING, "p")),
        case("pong", "a pong", Frame::new(PONG, "p")),
        // What is sent back to a close frame is a close frame, too.
        rule.case("mask/continuation", format!("a second fragment {how}"), [later, fails()]),
    ]
}

fn reserved() -> Vec<Draft> {
    let rule = about(
        Must,
        "RFC 6455 5.2",
        "A reserved bit that no extension has given a meaning fails the connection.",
    );
    let mut drafts = Vec::new();
    for bits in 1..=7 {
        let name = format!("{}{}{}", bits >> 2, bits >> 1 & 1, bits & 1);
        let step = Step::Send(vec![text("Hello").reserving(bits)]);
        let title = format!("a text message with the reserved bits {name}");
        drafts.push(rule.case(format!("reserved/text-{name}"), title, [step, Step::Fails(CODES)]));
    }
    let others = [
        ("ping", vec![Frame::new(PING, "p").reserving(4)]),
        ("pong", vec![Frame::new(PONG, "p").reserving(4)]),
        ("close", vec![Frame::close(1000, "").reserving(4)]),
        ("continuation", vec![text("a").unfinished(), Frame::new(CONTINUATION, "b").reserving(4)]),
        ("empty", vec![text("").reserving(1)]),
    ];
    for (name, frames) in others {
        let title = format!("a reserved bit: {name}");
        let is_close = name == "close";
        // A close is answered either way; with which code is up to who answers.
        let end = if is_close { Step::FailsOrNot(CODES) } else { Step::Fails(CODES) };
        let mut draft = rule.case(format!("reserved/{name}"), title, [Step::Send(frames), end]);
        draft.grade = if is_close { Information } else { Must };
        drafts.push(draft);
    }
    drafts
}

fn opcodes() -> Vec<Draft> {
    let rule = about(Must, "RFC 6455 5.2", "An unknown opcode fails the connection.");
    let unknown = (3..=7).chain(11..=15);
    let mut drafts: Vec<_> = unknown
        .map(|opcode| {
            let step = Step::Send(vec![Frame::new(opcode, "x")]);
            let title = format!("a frame with the opcode {opcode}");
            rule.case(format!("opcode/{opcode}"), title, [step, Step::Fails(CODES)])
        })
        .collect();
    let within = Step::Send(vec![text("a").unfinished(), Frame::new(3, "x")]);
    let aloud = about(
        Should,
        "RFC 6455 7.1.7",
        "Who fails a connection says why in a Close frame; whether it does is asked in this case alone.",
    );
    let step = Step::Send(vec![Frame::new(3, "x")]);
    drafts.push(aloud.case(
        "opcode/3-aloud",
        "a frame with the opcode 3: whether the failure is explained",
        [step, Step::FailsAloud(CODES)],
    ));
    drafts.push(rule.case(
        "opcode/3-within",
        "the opcode 3 between fragments",
        [within, Step::Fails(CODES)],
    ));
    drafts
}

fn controls() -> Vec<Draft> {
    let rule = about(
        Should,
        "RFC 6455 5.5",
        "Control frames must have 125 octets at most, and no fragments; what to do with others is not said, but a frame that is none cannot be answered.",
    );
    let fails = || Step::Fails(CODES);
    let mut drafts = Vec::new();
    for (name, opcode) in [("ping", PING), ("pong", PONG), ("close", CLOSE)] {
        let payload: Vec<u8> = [&1000_u16.to_be_bytes()[..], &[b'*'; 124]].concat();
        let long = Step::Send(vec![Frame::new(opcode, payload.clone())]);
        drafts.push(rule.case(
            format!("control/{name}-126"),
            format!("a {name} of 126 octets"),
            [long, fails()],
        ));
        let part = Step::Send(vec![Frame::new(opcode, &payload[..2]).unfinished()]);
        drafts.push(rule.case(
            format!("control/{name}-fragment"),
            format!("a {name} that is to be continued"),
            [part, fails()],
        ));
        let huge = Frame::new(opcode, "").declaring(DeclaredLen::Eight(1 << 40));
        let title = format!("a {name} that declares 2^40 octets, and nothing behind");
        let mut draft =
            rule.case(format!("control/{name}-2-40"), title, [Step::Send(vec![huge]), fails()]);
        // One that waits for them breaks no rule, and gets no further.
        draft.grade = Robustness;
        drafts.push(draft);
    }
    drafts
}

fn order() -> Vec<Draft> {
    let rule = about(
        Should,
        "RFC 6455 5.4",
        "A message is one frame, or a first one and continuations of it, and messages must not be inside of each other; what to do with others is not said, but they are no messages.",
    );
    let case = |name: &str, title: &str, frames: Vec<Frame>| {
        rule.case(format!("order/{name}"), title, [Step::Send(frames), Step::Fails(CODES)])
    };
    vec![
        case(
            "continuation-first",
            "a continuation of nothing",
            vec![Frame::new(CONTINUATION, "x")],
        ),
        case(
            "continuation-first-unfinished",
            "a continuation of nothing, to be continued",
            vec![Frame::new(CONTINUATION, "x").unfinished()],
        ),
        case(
            "text-within-text",
            "a text message inside of another",
            vec![text("a").unfinished(), text("b")],
        ),
        case(
            "binary-within-text",
            "a binary message inside of a text message",
            vec![text("a").unfinished(), Frame::new(BINARY, "b")],
        ),
        case(
            "fragment-within",
            "a first fragment inside of a message",
            vec![Frame::new(BINARY, "a").unfinished(), Frame::new(TEXT, "b").unfinished()],
        ),
        rule.case(
            "order/continuation-after",
            "a continuation behind the end of a message",
            [
                Step::Send(vec![text("a").unfinished(), Frame::new(CONTINUATION, "b")]),
                echo("ab"),
                Step::Send(vec![Frame::new(CONTINUATION, "c")]),
                Step::Fails(CODES),
            ],
        ),
    ]
}

fn lens() -> Vec<Draft> {
    let rule = about(
        Information,
        "RFC 6455 5.2",
        "A length is in the shortest of its forms; the rule is for who sends, and who receives may mind.",
    );
    let case = |name: &str, title: &str, len: usize, declared: DeclaredLen| {
        let frame = Frame::new(BINARY, vec![b'*'; len]).declaring(declared);
        rule.case(
            format!("length/{name}"),
            title,
            [Step::Send(vec![frame]), Step::FailsOrNot(CODES)],
        )
    };
    vec![
        case("5-in-16-bits", "five octets, in the form of 16 bits", 5, DeclaredLen::Two(5)),
        case("5-in-64-bits", "five octets, in the form of 64 bits", 5, DeclaredLen::Eight(5)),
        case(
            "65535-in-64-bits",
            "65,535 octets, in the form of 64 bits",
            65_535,
            DeclaredLen::Eight(65_535),
        ),
    ]
}
