//! Peers that mark or compress messages as they must not.

use ws_core::{FrameRule, Role};

use super::{AGAIN, HELLO, LAST, STORED, own, peers};
use crate::messages::{
    case::Case,
    deflate::{Deflate, TAIL, Way, deflated},
    frames::{Frame, PONG, RSV1, binary, close, continuation, ping, text, told},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    let mut all = marks(role);
    all.extend(streams(role));
    all.extend(references(role));
    all.extend(texts(role));
    all
}

fn broken(case: Case, frames: &[Frame], rule: FrameRule) -> Case {
    let case = frames.iter().fold(case, Case::peer);
    // What follows is of no account.
    case.peer(&text(HELLO).compressed()).peer(&close(1000, "")).broken(rule)
}

/// "An endpoint MUST NOT set the "Per-Message Compressed" bit of control frames and non-first fragments of a data
/// message." RFC 7692 6.1
fn marks(role: Role) -> Vec<Case> {
    let mut all = Vec::new();
    for (name, frames) in [
        ("a ping", vec![ping("x").compressed()]),
        ("a pong", vec![Frame::new(PONG, HELLO).compressed()]),
        ("a close", vec![close(1000, "").compressed()]),
        ("a continuation", vec![text("x").more(), continuation("y").compressed()]),
        (
            "a continuation of a compressed message",
            vec![text(&HELLO[..3]).more().compressed(), continuation(&HELLO[3..]).compressed()],
        ),
        (
            "a ping inside a message",
            vec![text(&HELLO[..3]).more().compressed(), ping("x").compressed()],
        ),
        ("the second bit", vec![text(HELLO).rsv(2)]),
        ("the third bit", vec![text(HELLO).rsv(1)]),
        ("the first and the second bit", vec![text(HELLO).rsv(RSV1 | 2)]),
        ("all bits", vec![binary(HELLO).rsv(7)]),
    ] {
        let case = Case::new(role, format!("deflate/mark/{name}")).deflate("");
        all.push(broken(case, &frames, FrameRule::ReservedBit));
    }
    for frame in [text(HELLO), binary(&HELLO[..2]).more(), binary("")] {
        let case = Case::new(role, format!("deflate/mark/not negotiated: {frame}"));
        all.push(broken(case, &[frame.compressed()], FrameRule::ReservedBit));
    }
    // What is right but for the mark.
    let rule = FrameRule::InterleavedMessage;
    let frames = [text(&HELLO[..3]).more().compressed(), text(HELLO).compressed()];
    let case = Case::new(role, "deflate/mark/a message inside a message").deflate("");
    all.push(broken(case, &frames, rule));
    all
}

fn streams(role: Role) -> Vec<Case> {
    let mut all = Vec::new();
    let mut case = |name: &str, frames: &[Frame]| {
        let case = Case::new(role, format!("deflate/stream/{name}")).deflate("");
        all.push(broken(case, frames, FrameRule::InvalidDeflate));
    };
    for (name, payload) in [
        ("nothing at all", &[][..]),
        ("a block of the reserved kind", &[0x06]),
        ("a last block of the reserved kind", &[0x07, 0x00]),
        ("a reserved kind behind a block", &[&HELLO[..], &TAIL, &[0x06]].concat()),
        ("lengths that differ", &[0x00, 0x05, 0x00, 0xff, 0xff, 0x48]),
        ("a stored block that ends too soon", &STORED[..7]),
        ("a stored block that swallows what ends the message", &[0x00, 0x09, 0x00, 0xf6, 0xff]),
        ("a stored block that ends behind it", &[0x00, 0x04, 0x00, 0xfb, 0xff]),
        ("a distance to before the beginning", &AGAIN),
        ("a distance behind a last block", &[&LAST[..7], &AGAIN[..]].concat()),
        ("bad code lengths", &[0x04, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ("more codes than there are", &[0xfc, 0xff, 0xff, 0xff]),
        ("codes that are cut off in the middle", &[0xdc, 0x2e, 0x00]),
        ("a length that there is not", &[0x1a, 0x03]),
        ("a distance that there is not", &[0x02, 0x3e]),
        ("a tail that was left on", &[&HELLO[..], &TAIL].concat()),
        ("a part of the tail", &[&HELLO[..], &TAIL[..2]].concat()),
        ("garbage behind it", &[&HELLO[..], b"garbage"].concat()),
        ("garbage behind a last block", &[&LAST[..7], b"\xff\xff"].concat()),
        ("text", b"this is not compressed at all"),
    ] {
        case(name, &[text(payload).compressed()]);
    }
    for at in 1..HELLO.len() {
        case(&format!("cut off at {at}"), &[text(&HELLO[..at]).compressed()]);
        let frames = [text(&HELLO[..at]).more().compressed(), continuation("")];
        case(&format!("cut off at {at} between fragments"), &frames);
    }
    // What came before stands, and so does what is not compressed.
    all.push(
        Case::new(role, "deflate/stream/after messages")
            .deflate("")
            .peer(&text(HELLO).compressed())
            .peer(&text("plain"))
            .peer(&text([0x06]).compressed())
            .recv("text Hello")
            .recv("text plain")
            .broken(FrameRule::InvalidDeflate),
    );
    // At the first octet that cannot be, though the frame claims more.
    all.push(
        Case::new(role, "deflate/stream/long before its end")
            .deflate("")
            .peer(&text([0x06, 0x00]).compressed().claiming(200))
            .broken(FrameRule::InvalidDeflate),
    );
    let first = binary(Deflate::new(PLAIN).part("some")).more().compressed();
    all.push(
        Case::new(role, "deflate/stream/in parts")
            .deflate("")
            .peer(&first)
            .peer(&continuation([0x06]))
            .peer_closes()
            .parts(FrameRule::InvalidDeflate.name())
            .wire([told(FrameRule::InvalidDeflate)])
            .parts("end"),
    );
    all
}

/// References to what has been forgotten, or should have been.
fn references(role: Role) -> Vec<Case> {
    let refers = |name: &str, params: &str, first: &[u8]| {
        Case::new(role, format!("deflate/reference/{name}"))
            .deflate(params)
            .peer(&text(first).compressed())
            .recv("text Hello")
            .peer(&text(AGAIN).compressed())
            .broken(FrameRule::InvalidDeflate)
    };
    vec![
        refers("without takeover", &peers(role, "no_context_takeover"), &HELLO),
        refers(
            "without takeover both ways",
            &[peers(role, "no_context_takeover"), own(role, "no_context_takeover")].concat(),
            &HELLO,
        ),
        refers("behind a last block", "", &LAST),
        Case::new(role, "deflate/reference/to a message that was not compressed")
            .deflate("")
            .peer(&text("Hello"))
            .recv("text Hello")
            .peer(&text(AGAIN).compressed())
            .broken(FrameRule::InvalidDeflate),
    ]
}

/// Text is checked as it inflates.
fn texts(role: Role) -> Vec<Case> {
    let mut all = Vec::new();
    for (name, payload) in [
        ("a lone continuation", &b"ab\x80cd"[..]),
        ("a surrogate", b"ab\xed\xa0\x80cd"),
        ("the end inside a character", b"ab\xe2\x82"),
    ] {
        let case = Case::new(role, format!("deflate/utf8/{name}")).deflate("");
        let frame = text(deflated(payload)).compressed();
        all.push(broken(case, &[frame], FrameRule::InvalidUtf8));
    }
    let mut deflate = Deflate::new(PLAIN);
    let frames = [
        text(deflate.part(b"ab\xf0\x9f")).more().compressed(),
        continuation(deflate.message(b"A")),
    ];
    let case = Case::new(role, "deflate/utf8/across fragments").deflate("");
    all.push(broken(case, &frames, FrameRule::InvalidUtf8));
    let mut deflate = Deflate::new(PLAIN);
    all.push(
        Case::new(role, "deflate/utf8/the end inside a character that was begun twice")
            .deflate("")
            .peer(&text(deflate.part(b"\xe2")).more().compressed())
            .peer(&ping(""))
            .peer(&continuation(deflate.part(b"\x82")).more())
            .waits()
            .wire(["pong"])
            .peer(&continuation(deflate.message(b"")))
            .broken(FrameRule::InvalidUtf8),
    );
    // Before the frame has ended.
    let payload = Deflate::new(PLAIN).part(b"good \xff");
    all.push(
        Case::new(role, "deflate/utf8/long before its end")
            .deflate("")
            .peer(&text(payload).compressed().claiming(500))
            .broken(FrameRule::InvalidUtf8),
    );
    // What comes first is told, however it comes.
    let payload = [&Deflate::new(PLAIN).part(b"good \xff")[..], &[0x06]].concat();
    all.push(
        Case::new(role, "deflate/utf8/before what cannot be inflated")
            .deflate("")
            .peer(&text(payload).compressed())
            .broken(FrameRule::InvalidUtf8),
    );
    all.push(
        Case::new(role, "deflate/utf8/before the limit")
            .deflate("")
            .config(|config| config.max_message_len = 10)
            .peer(&text(deflated(b"123456789\xffand more")).compressed())
            .broken(FrameRule::InvalidUtf8),
    );
    all.push(
        Case::new(role, "deflate/utf8/bytes need not be any")
            .deflate("")
            .peer(&binary(deflated(b"\xff\xfe")).compressed())
            .recv(r"binary \xff\xfe"),
    );
    all
}

const PLAIN: Way = Way { bits: 15, takeover: true };
