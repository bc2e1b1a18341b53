//! Peers that break a rule: they are told which, once, and nothing else is taken from them.

use ws_core::{FrameRule, Role};

use crate::messages::{
    case::Case,
    frames::{
        CLOSE, CONTINUATION, Form, Frame, PING, PONG, TEXT, binary, close, continuation, ping, text,
    },
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    let mut all = Vec::new();
    let mut broken = |name: &str, frames: &[Frame], rule: FrameRule| {
        let case = Case::new(role, format!("broken/{name}"));
        let case = frames.iter().fold(case, Case::peer);
        // What follows is of no account.
        all.push(case.peer(&text("too late")).peer(&close(1000, "")).broken(rule));
    };
    for (name, rsv) in [("first", 4), ("second", 2), ("third", 1), ("every", 7)] {
        let rule = FrameRule::ReservedBit;
        broken(&format!("{name} reserved bit"), &[text("x").rsv(rsv)], rule);
        broken(&format!("{name} reserved bit of a ping"), &[ping("x").rsv(rsv)], rule);
        let frames = [text("x").more(), continuation("y").rsv(rsv)];
        broken(&format!("{name} reserved bit of a continuation"), &frames, rule);
    }
    for opcode in [0x3, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf] {
        for payload in ["", "x"] {
            let frame = Frame::new(opcode, payload);
            let name = format!("opcode {opcode:x}, {} octets", payload.len());
            broken(&name, &[frame], FrameRule::ReservedOpcode);
        }
    }
    for opcode in [CLOSE, PING, PONG] {
        let name = Frame::new(opcode, "").to_string();
        let rule = FrameRule::FragmentedControl;
        broken(&format!("a fragmented {name}"), &[Frame::new(opcode, "").more()], rule);
        let long = Frame::new(opcode, [b'x'; 126]);
        broken(&format!("a {name} of 126 octets"), &[long], FrameRule::LongControl);
        let short = Frame::new(opcode, b"\x03\xe8").form(Form::Two);
        broken(&format!("a {name} in long form"), &[short], FrameRule::LongControl);
    }
    let wrong_mask = match role {
        Role::Server => FrameRule::Unmasked,
        Role::Client => FrameRule::Masked,
    };
    for opcode in [TEXT, 2, CLOSE, PING, PONG] {
        let frame = Frame::new(opcode, "").wrong_mask();
        broken(&format!("the mask of opcode {opcode:x}"), &[frame], wrong_mask);
    }
    broken(
        "the mask of a continuation",
        &[text("a").more(), continuation("b").wrong_mask()],
        wrong_mask,
    );
    for (payload, form) in
        [(0, Form::Two), (125, Form::Two), (125, Form::Eight), (65_535, Form::Eight)]
    {
        let frame = binary(vec![0; payload]).form(form);
        broken(&format!("{payload} octets in {form:?}"), &[frame], FrameRule::LongLength);
    }
    let rule = FrameRule::UnexpectedContinuation;
    broken("a continuation of nothing", &[continuation("x")], rule);
    broken("a continuation of nothing, not the last", &[continuation("x").more()], rule);
    broken("an empty continuation of nothing", &[Frame::new(CONTINUATION, "")], rule);
    let rule = FrameRule::InterleavedMessage;
    broken("text inside text", &[text("a").more(), text("b")], rule);
    broken("bytes inside text", &[text("a").more(), binary("b").more()], rule);
    broken("text inside bytes", &[binary("a").more(), text("b")], rule);
    let rule = FrameRule::CloseLength;
    broken("half a close code", &[Frame::new(CLOSE, "x")], rule);
    let rule = FrameRule::CloseReason;
    broken("a reason that is not UTF-8", &[close(1000, b"\xff")], rule);
    broken("a reason that ends inside a character", &[close(1000, b"abc\xe2\x82")], rule);
    for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        broken(&format!("close code {code}"), &[close(code, "")], FrameRule::CloseCode);
        broken(
            &format!("close code {code} with a reason"),
            &[close(code, "x")],
            FrameRule::CloseCode,
        );
    }

    // What came before stands.
    all.push(
        Case::new(role, "broken/after a message")
            .peer(&text("fine"))
            .peer(&text("x").rsv(4))
            .recv("text fine")
            .broken(FrameRule::ReservedBit),
    );
    all.push(
        Case::new(role, "broken/with something queued")
            .feed("queued", "ok")
            .peer(&text("x").rsv(4))
            .peer_closes()
            .recv("reserved-bit")
            .wire(["text queued".to_owned(), crate::messages::frames::told(FrameRule::ReservedBit)])
            .shut(true)
            .recv_end(),
    );
    for (name, payload) in [
        ("a lone continuation", &b"ab\x80cd"[..]),
        ("an overlong form", b"ab\xc0\xafcd"),
        ("a surrogate", b"ab\xed\xa0\x80cd"),
        ("too large", b"ab\xf4\x90\x80\x80cd"),
        ("ff", b"\xff"),
        ("cut off by ascii", b"\xe2\x82a"),
    ] {
        // At the first octet that cannot be, though the frame claims more.
        let frame = text(payload).claiming(200);
        let case = Case::new(role, format!("utf8/{name}")).peer(&frame);
        all.push(case.broken(FrameRule::InvalidUtf8));
    }
    for (name, frames) in [
        ("at the end of a message", vec![text(b"ab\xe2\x82")]),
        ("at the end of fragments", vec![text(b"ab\xf0").more(), continuation(b"\x9f\xa6")]),
        ("across fragments", vec![text(b"ab\xf0\x9f").more(), continuation(b"\x41")]),
        (
            "across an empty fragment",
            vec![text(b"\xc3").more(), continuation("").more(), continuation("a")],
        ),
    ] {
        let case = Case::new(role, format!("utf8/{name}"));
        let case = frames.iter().fold(case, Case::peer);
        all.push(case.broken(FrameRule::InvalidUtf8));
    }
    all.push(
        Case::new(role, "utf8/bytes need not be any")
            .peer(&binary(b"\xff\xfe"))
            .recv(r"binary \xff\xfe")
            .peer(&ping(b"\xff"))
            .waits()
            .wire([r"pong \xff"]),
    );
    all
}
