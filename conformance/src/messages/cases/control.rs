//! Pings and pongs, between messages and in the middle of them.

use ws_core::Role;

use crate::messages::{
    case::Case,
    frames::{Frame, binary, continuation, ping, pong, text},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    let longest = [b'p'; 125];
    let mut all = vec![
        Case::new(role, "control/pings are answered")
            .peer(&ping("one"))
            .waits()
            .wire(["pong one"])
            .peer(&ping(""))
            .waits()
            .wire(["pong"])
            .peer(&ping(longest))
            .waits()
            .wire([pong(longest)]),
        Case::new(role, "control/pings that come together are all answered")
            .peer(&ping("1"))
            .peer(&ping("2"))
            .peer(&ping("3"))
            .waits()
            .wire(["pong 1", "pong 2", "pong 3"]),
        Case::new(role, "control/a ping is answered before what follows it is looked at for long")
            .peer(&ping("x"))
            .peer(&text("a"))
            .recv("text a")
            .send("b", "ok")
            .wire(["pong x", "text b"]),
        Case::new(role, "control/pongs that nobody asked for")
            .peer(&pong(""))
            .peer(&pong("hello"))
            .peer(&pong(longest))
            .waits()
            .silent(),
        Case::new(role, "control/everything can be seen")
            .peer(&ping("a"))
            .peer(&pong("b"))
            .peer(&text("c").more())
            .peer(&ping(""))
            .peer(&continuation("d"))
            .event("ping a")
            .event("pong b")
            .event("ping")
            .event("text cd")
            .event("waits")
            .wire(["pong a", "pong"]),
        Case::new(role, "control/pings of this side")
            .ping(b"are you there", "ok")
            .wire(["ping are you there"])
            .peer(&pong("are you there"))
            .event("pong are you there")
            .ping(b"", "ok")
            .wire(["ping"])
            .ping(&[0; 126], "control-too-long")
            .send("still fine", "ok")
            .wire(["text still fine"])
            .measured(false),
        Case::new(role, "control/pongs of this side that nobody asked for")
            .pong(b"alive", "ok")
            .wire(["pong alive"])
            .pong(&[0; 126], "control-too-long")
            .try_pong(b"1", "ok")
            .try_pong(b"2", "ok")
            .silent()
            .flush("ok")
            .wire(["pong 2"]),
        Case::new(role, "control/a pong that nobody asked for leaves the answer to a ping alone")
            .peer(&ping("x"))
            .peer(&text("a"))
            .recv("text a")
            .try_pong(b"1", "ok")
            .try_pong(b"2", "ok")
            .flush("ok")
            .wire(["pong x", "pong 2"]),
        Case::new(role, "control/a ping without waiting")
            .try_ping(b"1", "ok")
            .try_ping(b"2", "queue-full")
            .silent()
            .flush("ok")
            .wire(["ping 1"])
            .try_ping(b"2", "ok")
            .waits()
            .wire(["ping 2"])
            .try_ping(&[0; 126], "control-too-long"),
        Case::new(role, "control/pings are left to the application")
            .config(|config| config.auto_pong = false)
            .peer(&ping("a"))
            .event("ping a")
            .event("waits")
            .silent()
            .pong(b"a", "ok")
            .wire(["pong a"]),
        Case::new(role, "control/octets of a ping are any octets")
            .peer(&ping(b"\x00\xff\xfe\x81"))
            .event(r"ping \x00\xff\xfe\x81")
            .event("waits")
            .wire([r"pong \x00\xff\xfe\x81"]),
    ];
    // Three fragments, and at each of three places nothing, a ping or a pong.
    for pattern in 0..27 {
        let at = |place: u32| -> Option<Frame> {
            let name = place.to_string();
            match pattern / 3_i32.pow(place) % 3 {
                0 => None,
                1 => Some(ping(name)),
                _ => Some(pong(name)),
            }
        };
        for (kind, first) in
            [("text", text("\u{20ac}".as_bytes().split_at(1).0)), ("binary", binary("\x01"))]
        {
            let whole = match kind {
                "text" => text("\u{20ac}").to_string(),
                _ => binary(b"\x01\x82\xac").to_string(),
            };
            let mut case =
                Case::new(role, format!("interleaved/{kind} {pattern}")).peer(&first.more());
            for (place, frame) in
                [continuation(b"\x82").more(), continuation(b"\xac")].into_iter().enumerate()
            {
                if let Some(control) = at(place as u32) {
                    case = case.peer(&control);
                }
                case = case.peer(&frame);
            }
            if let Some(control) = at(2) {
                case = case.peer(&control);
            }
            let pongs: Vec<_> = (0..3)
                .filter_map(at)
                .filter(|frame| frame.opcode == crate::messages::frames::PING)
                .map(|frame| pong(frame.payload))
                .collect();
            all.push(case.recv(whole).waits().wire(pongs));
        }
    }
    all
}
