//! Messages in parts, both ways.

use ws_core::{FrameRule, Role};

use crate::messages::{
    case::Case,
    frames::{binary, close, continuation, ping, text},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    vec![
        Case::new(role, "parts/out")
            .send_part(b"ab", false, "ok")
            .send("between", "unfinished-message")
            .prepared("between", "unfinished-message")
            .ping(b"between", "ok")
            .send_part(b"", false, "ok")
            .peer(&ping("p"))
            .waits()
            .send_part(b"cd", true, "ok")
            .send("next", "ok")
            .wire([
                "binary+ ab",
                "ping between",
                "continuation+",
                "pong p",
                "continuation cd",
                "text next",
            ]),
        Case::new(role, "parts/out, only one")
            .send_part(b"ab", true, "ok")
            .wire(["binary ab"])
            .send_part(b"", true, "ok")
            .wire(["binary"]),
        Case::new(role, "parts/out, closed before the end")
            .send_part(b"ab", false, "ok")
            .start_close(1000, "", "ok")
            .send_part(b"cd", true, "closing")
            .flush("ok")
            .wire(["binary+ ab", "close 1000"]),
        Case::new(role, "parts/out, a text whose characters are cut")
            .send_text_part(b"\xe2", false)
            .send_text_part(b"\x82\xac", true)
            .wire([r"text+ \xe2", r"continuation \x82\xac"]),
        Case::new(role, "parts/in, frame by frame")
            .whole()
            .peer(&text("ab").more())
            .part("a part of text ab")
            .peer(&ping("p"))
            .part("waits")
            .peer(&continuation("").more())
            .part("a part of text")
            .peer(&continuation("cd"))
            .part("the last part of text cd")
            .peer(&binary(""))
            .part("the last part of binary")
            .part("waits")
            .wire(["pong p"]),
        Case::new(role, "parts/in, then whole messages")
            .whole()
            .peer(&text("ab"))
            .part("the last part of text ab")
            .peer(&text("cd").more())
            .peer(&continuation("ef"))
            .recv("text cdef")
            .peer(&binary("g"))
            .part("the last part of binary g")
            .peer(&close(1000, ""))
            .peer_closes()
            .part("end")
            .part("end")
            .recv("end"),
        Case::new(role, "parts/in, text is checked")
            .whole()
            .peer(&text(b"ab\xe2").more())
            .part(r"a part of text ab\xe2")
            .peer(&continuation("x"))
            .peer_closes()
            .part(FrameRule::InvalidUtf8.name())
            .part("end"),
        Case::new(role, "parts/in, no longer than a message may be")
            .whole()
            .config(|config| config.max_message_len = 3)
            .peer(&text("ab").more())
            .part("a part of text ab")
            .head(&continuation("cd"))
            .peer_closes()
            .part(FrameRule::MessageTooLarge.name()),
    ]
}
