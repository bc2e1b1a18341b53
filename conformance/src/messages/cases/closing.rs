//! The closing handshake, and its races.

use std::time::Duration;

use ws_core::{FrameRule, Role};

use crate::messages::{
    case::Case,
    frames::{CLOSE, Frame, binary, close, continuation, ping, text},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    [by_the_peer(role), by_this_side(role), races(role), without(role), refused(role)].concat()
}

fn by_the_peer(role: Role) -> Vec<Case> {
    let mut all = vec![
        Case::new(role, "close/by the peer")
            .peer(&close(1000, "bye"))
            .peer_closes()
            .recv_end()
            .wire(["close 1000"])
            .info("sent 1000, received 1000 bye, remote first")
            .send("late", "closing")
            .try_send("late", "closing")
            .feed("late", "closing")
            .ping(b"late", "closing")
            .start_close(1000, "", "closing")
            .close(1000, "", "sent 1000, received 1000 bye, remote first")
            .shut(true)
            .silent(),
        Case::new(role, "close/by the peer, empty")
            .peer(&Frame::new(CLOSE, ""))
            .peer_closes()
            .recv_end()
            .wire(["close"])
            .info("sent empty, received empty, remote first"),
        Case::new(role, "close/by the peer, behind data")
            .peer(&text("a"))
            .peer(&ping("p"))
            .peer(&binary("b"))
            .peer(&close(1001, ""))
            .peer_closes()
            .recv("text a")
            .recv("binary b")
            .recv_end()
            .wire(["pong p", "close 1001"]),
        Case::new(role, "close/by the peer, data behind it")
            .peer(&close(1000, ""))
            .peer(&text("too late"))
            .peer(&ping("too late"))
            .peer(&text("not even right").rsv(7))
            .peer_closes()
            .recv_end()
            .wire(["close 1000"])
            .info("sent 1000, received 1000, remote first"),
        Case::new(role, "close/by the peer, inside its message")
            .peer(&text("unfinished").more())
            .peer(&close(1000, ""))
            .peer_closes()
            .recv_end()
            .wire(["close 1000"]),
        Case::new(role, "close/by the peer, longest reason")
            .peer(&close(3000, [b'r'; 123]))
            .peer_closes()
            .recv_end()
            .wire(["close 3000"]),
        Case::new(role, "close/by the peer, with something queued")
            .feed("queued", "ok")
            .peer(&close(1000, ""))
            .peer_closes()
            .recv_end()
            .wire(["text queued", "close 1000"]),
    ];
    for code in [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000,
        4999,
    ] {
        all.push(
            Case::new(role, format!("close/by the peer, {code}"))
                .peer(&close(code, "\u{fc}"))
                .peer_closes()
                .recv_end()
                .wire([close(code, "")])
                .info(format!(r"sent {code}, received {code} \xc3\xbc, remote first")),
        );
    }
    // RFC 6455 7.1.1: the server closes the stream first, and the client waits for that, but does not keep what it
    // knows to itself.
    let case = Case::new(role, "close/by the peer, who does not close the stream");
    let info = "sent 1000, received 1000, remote first";
    all.push(match role {
        Role::Server => case
            .peer(&close(1000, ""))
            .recv("end")
            .wire(["close 1000"])
            .close(1000, "", info)
            .shut(true),
        Role::Client => case
            .slow()
            .coming_back()
            .config(|config| config.close_timeout = Duration::from_millis(20))
            .peer(&close(1000, ""))
            .recv("end")
            .wire(["close 1000"])
            .shut(false)
            .close_patiently(1000, "", info)
            .shut(true)
            .recv_end(),
    });
    if role == Role::Client {
        all.push(
            Case::new(role, "close/by the peer, who closes the stream later")
                .slow()
                .coming_back()
                .peer(&close(1000, ""))
                .recv("end")
                .wire(["close 1000"])
                .shut(false)
                .close(1000, "", "waits")
                .peer_closes()
                .close(1000, "", info)
                .shut(true),
        );
    }
    all.push(
        Case::new(role, "close/by the peer, as an event")
            .peer(&text("a"))
            .peer(&close(1001, "bye"))
            .event("text a")
            .event("close 1001 bye")
            .event("end")
            .wire(["close 1001"]),
    );
    all
}

fn by_this_side(role: Role) -> Vec<Case> {
    vec![
        Case::new(role, "close/by this side")
            .start_close(1000, "bye", "ok")
            .flush("ok")
            .wire(["close 1000 bye"])
            .shut(false)
            .send("late", "closing")
            .start_close(1001, "", "closing")
            .info("sent 1000 bye, received nothing, local first")
            .peer(&close(1000, ""))
            .peer_closes()
            .recv_end()
            .silent()
            .close(1001, "", "sent 1000 bye, received 1000, local first")
            .shut(true)
            .info("sent 1000 bye, received 1000, local first"),
        Case::new(role, "close/by this side, in one call")
            .peer(&close(1000, "me too"))
            .peer_closes()
            .close(3001, "bye", "sent 3001 bye, received 1000 me too, local first")
            .wire(["close 3001 bye"])
            .shut(true)
            .recv_end(),
        Case::new(role, "close/by this side, empty")
            .start_close(0, "", "ok")
            .flush("ok")
            .wire(["close"])
            .peer(&Frame::new(CLOSE, ""))
            .peer_closes()
            .recv_end()
            .info("sent empty, received empty, local first"),
        Case::new(role, "close/by this side, behind data")
            .feed("one", "ok")
            .feed(vec![5; 200_000], "ok")
            .start_close(1000, "", "ok")
            .flush("ok")
            .wire([
                text("one"),
                binary([5; 65_536]).more(),
                continuation([5; 65_536]).more(),
                continuation([5; 65_536]).more(),
                continuation([5; 200_000 - 3 * 65_536]),
                close(1000, ""),
            ])
            .peer(&close(1000, ""))
            .peer_closes()
            .recv_end(),
        Case::new(role, "close/by this side, while the peer goes on")
            .start_close(1001, "", "ok")
            .peer(&text("in flight"))
            .peer(&ping("too"))
            .peer(&binary("1").more())
            .peer(&continuation("2"))
            .recv("text in flight")
            .recv("binary 12")
            .peer(&close(1001, ""))
            .peer_closes()
            .recv_end()
            // Nothing follows a close frame, no pong either.
            .wire(["close 1001"]),
        Case::new(role, "close/by this side, what comes meanwhile is thrown away")
            .peer(&text("in flight"))
            .peer(&binary("too"))
            .peer(&close(1000, ""))
            .peer_closes()
            .close(1000, "", "sent 1000, received 1000, local first")
            .wire(["close 1000"]),
        Case::new(role, "close/by this side, and the peer breaks a rule")
            .start_close(1000, "", "ok")
            .peer(&text("x").rsv(4))
            .peer_closes()
            .recv(FrameRule::ReservedBit.name())
            .wire(["close 1000"])
            .recv_end()
            .info("sent 1000, received nothing, local first"),
        Case::new(role, "close/by this side, dropped and called again")
            .coming_back()
            .close(1000, "", "waits")
            .wire(["close 1000"])
            .peer(&text("late"))
            .close(1000, "", "waits")
            .peer(&close(1000, ""))
            .peer_closes()
            .close(1000, "", "sent 1000, received 1000, local first")
            .silent(),
    ]
}

fn races(role: Role) -> Vec<Case> {
    // What a message of many frames of 40,000 octets has in the queue. Those of a server take no memory there.
    let mut queued = vec![binary([1; 40_000]).more()];
    queued.resize(if role == Role::Client { 2 } else { 7 }, continuation([1; 40_000]).more());
    queued.push(close(1000, ""));
    vec![
        // Each side's close frame is on its way when the other's comes; neither answers.
        Case::new(role, "close/both at once")
            .start_close(1000, "mine", "ok")
            .peer(&close(1001, "yours"))
            .peer_closes()
            .recv_end()
            .wire(["close 1000 mine"])
            .info("sent 1000 mine, received 1001 yours, local first"),
        Case::new(role, "close/both at once, the peer's behind data")
            .start_close(1000, "", "ok")
            .peer(&text("data"))
            .peer(&close(1001, ""))
            .peer_closes()
            .recv("text data")
            .recv_end()
            .wire(["close 1000"])
            .info("sent 1000, received 1001, local first"),
        Case::new(role, "close/both at once, in one call")
            .peer(&text("data"))
            .peer(&close(1001, ""))
            .peer_closes()
            .close(1000, "", "sent 1000, received 1001, local first")
            .wire(["close 1000"]),
        // The peer's close comes while a long message is half written.
        Case::new(role, "close/by the peer, inside a message of this side")
            .coming_back()
            .config(|config| config.fragment_len = Some(40_000))
            .room(10_000)
            .try_send(vec![1; 400_000], "ok")
            .flush("waits")
            .peer(&close(1000, ""))
            .waits()
            .takes_all()
            .peer_closes()
            .recv_end()
            // What is in the queue goes out; the rest of the message would be of no use.
            .wire(queued),
    ]
}

fn without(role: Role) -> Vec<Case> {
    let short = Duration::from_millis(20);
    let mut all = vec![
        Case::new(role, "end/at once").peer_closes().recv("disconnected").recv_end().silent(),
        Case::new(role, "end/behind a message")
            .peer(&text("last words"))
            .peer_closes()
            .recv("text last words")
            .recv("disconnected")
            .recv_end()
            .info("sent nothing, received nothing, nobody first"),
        Case::new(role, "end/between fragments")
            .peer(&text("a").more())
            .peer_closes()
            .recv("disconnected")
            .recv_end(),
        Case::new(role, "end/behind a close of this side")
            .start_close(1000, "", "ok")
            .flush("ok")
            .wire(["close 1000"])
            .peer_closes()
            .recv("disconnected")
            .recv_end()
            .info("sent 1000, received nothing, local first"),
        Case::new(role, "end/behind a close of this side, in one call")
            .peer_closes()
            .close(1000, "", "disconnected")
            .recv_end(),
        // CVE-2024-23672: a peer that never answers must not hold the connection.
        Case::new(role, "close/no answer")
            .slow()
            .coming_back()
            .config(|config| config.close_timeout = short)
            .close_patiently(1000, "", "waits")
            .wire(["close 1000"])
            .close_patiently(1000, "", "close-timeout")
            .recv_end()
            .info("sent 1000, received nothing, local first"),
        Case::new(role, "close/no answer but data")
            .slow()
            .coming_back()
            .config(|config| config.close_timeout = short)
            .start_close(1000, "", "ok")
            .peer(&text("I go on"))
            .recv("text I go on")
            .flush("ok")
            .wire(["close 1000"])
            .recv_patiently("close-timeout")
            .recv_end(),
    ];
    let frame = binary([3; 300]);
    for at in [1, 2, 3, 9] {
        all.push(
            Case::new(role, format!("end/{at} octets into a frame"))
                .octets(frame.encode(role)[..at].to_vec())
                .peer_closes()
                .recv("disconnected")
                .recv_end(),
        );
    }
    all
}

fn refused(role: Role) -> Vec<Case> {
    let case = Case::new(role, "close/frames that cannot be sent");
    let bad = [1, 999, 1004, 1006, 1015, 1016, 2999, 5000];
    let case =
        bad.into_iter().fold(case, |case, code| case.start_close(code, "", "invalid-close-code"));
    vec![
        case.close(1006, "", "invalid-close-code")
            .start_close(1000, LONG, "control-too-long")
            .send("still open", "ok")
            .wire(["text still open"])
            .waits(),
    ]
}

/// A reason of 124 octets.
const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123";
