//! Compressed messages on their way out: in parts, behind a full queue, between pings, and cut short by a close.

use ws_core::Role;

use super::{HELLO, noise, own};
use crate::messages::{
    case::Case,
    frames::{Frame, binary, close, continuation, ping, text},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    let mut all = parts(role);
    all.extend(queue(role));
    all.extend(closing(role));
    all
}

fn parts(role: Role) -> Vec<Case> {
    let mut all = Vec::new();
    for params in [String::new(), own(role, "no_context_takeover")] {
        let case =
            |name: &str| Case::new(role, format!("deflate/parts/{name}{params}")).deflate(&params);
        all.extend([
            case("each can be inflated when it has come")
                .send_part(b"first", false, "ok")
                .flush("ok")
                .wire(["deflated binary+ first"])
                .send_part(b"", false, "ok")
                .flush("ok")
                .wire(["deflated continuation+"])
                .send_part(b"first and second", false, "ok")
                .flush("ok")
                .wire(["deflated continuation+ first and second"])
                .send_part(b"", true, "ok")
                .wire(["deflated continuation"])
                .send_part(b"", false, "ok")
                .send_part(b"", true, "ok")
                .send_part(b"next", false, "ok")
                .send_part(b"first", true, "ok")
                .wire([
                    "deflated binary+",
                    "deflated continuation",
                    "deflated binary+ next",
                    "deflated continuation first",
                ]),
            case("with pings between them")
                .send_part(b"ab", false, "ok")
                .send("between", "unfinished-message")
                .prepared("between", "unfinished-message")
                .ping(b"between", "ok")
                .wire(["deflated binary+ ab", "ping between"])
                .peer(&ping("p"))
                .waits()
                .send_part(b"ab", true, "ok")
                .wire(["pong p", "deflated continuation ab"]),
            case("with messages between them")
                .send_part(b"ab", false, "ok")
                .peer(&text(HELLO).compressed())
                .recv("text Hello")
                .flush("ok")
                .wire(["deflated binary+ ab"])
                .send_part(b"ab", true, "ok")
                .prepared("x".repeat(70), "ok")
                .send_part(b"ab", false, "ok")
                .send_part(b"ab", true, "ok")
                .wire([
                    "deflated continuation ab".to_owned(),
                    text("x".repeat(70)).compressed().to_string(),
                    "deflated binary+ ab".to_owned(),
                    "deflated continuation ab".to_owned(),
                ]),
            case("a text whose characters are cut")
                .send_text_part(b"\xe2", false)
                .send_text_part(b"\x82\xac", true)
                .wire([r"deflated text+ \xe2", r"deflated continuation \x82\xac"]),
            case("only one, and short").send_part(b"short", true, "ok").wire(["binary short"]),
        ]);
    }
    all.push(
        Case::new(role, "deflate/parts/long ones are sent in fragments")
            .deflate("")
            .config(|config| config.fragment_len = Some(3))
            .send_part(b"abcd", false, "ok")
            .send_part(b"efghijk", true, "ok")
            .wire([
                "deflated binary+ abc",
                "deflated continuation+ d",
                "deflated continuation+ efg",
                "deflated continuation+ hij",
                "deflated continuation k",
            ]),
    );
    all
}

/// A message of noise in fragments of the given length.
fn pieces(octets: &[u8], len: usize) -> Vec<Frame> {
    let all = octets.chunks(len).count();
    let frame = |(i, chunk): (usize, &[u8])| {
        let frame = if i == 0 { binary(chunk) } else { continuation(chunk) };
        if i + 1 == all { frame.compressed() } else { frame.compressed().more() }
    };
    octets.chunks(len).enumerate().map(frame).collect()
}

fn queue(role: Role) -> Vec<Case> {
    let case = |name: &str| Case::new(role, format!("deflate/queue/{name}")).deflate("");
    let long = noise(200_000);
    let pieces = pieces(&long, 50_000);
    let small = vec![1; 500];
    vec![
        // Pending output counts as it is written, a new message as it is.
        case("full")
            .config(|config| config.max_queue_len = 1000)
            .room(0)
            .try_send(small.clone(), "ok")
            .try_send(small.clone(), "ok")
            .try_send(vec![2; 1000], "queue-full")
            .feed(vec![2; 1000], "waits")
            .flush("waits")
            .silent()
            .takes_all()
            .feed(vec![2; 1000], "ok")
            .flush("ok")
            .wire([
                binary(&small).compressed(),
                binary(&small).compressed(),
                binary([2; 1000]).compressed(),
            ]),
        case("framed once for many")
            .config(|config| config.max_queue_len = 1000)
            .room(0)
            .try_send(small.clone(), "ok")
            .feed(vec![2; 1000], "waits")
            .takes_all()
            .prepared(small.clone(), "ok")
            .send(small.clone(), "ok")
            .wire(vec![binary(&small).compressed(); 3]),
        case("a message larger than the queue")
            .config(|config| {
                config.max_queue_len = 100;
                config.fragment_len = None;
            })
            .room(0)
            .try_send(noise(1000), "ok")
            .try_send("x", "queue-full")
            .feed(noise(1000), "waits")
            .room(500)
            .feed(noise(1000), "waits")
            .takes_all()
            .feed(noise(1000), "ok")
            .flush("ok")
            .wire([binary(noise(1000)).compressed(), binary(noise(1000)).compressed()]),
        case("room for one octet at a time")
            .config(|config| config.min_deflate_len = 0)
            .room(1)
            .feed("ab", "ok")
            .flush("waits")
            .room(1)
            .flush("waits")
            .peer(&text(HELLO).compressed())
            .recv("text Hello")
            .room(1)
            .waits()
            .takes_all()
            .flush("ok")
            .wire(["deflated text ab"]),
        case("a ping inside a message that is half written")
            .large()
            .config(|config| config.fragment_len = Some(50_000))
            .room(60_000)
            .try_send(long.clone(), "ok")
            .flush("waits")
            .peer(&ping("now"))
            .waits()
            .takes_all()
            .flush("ok")
            // The frames that were in the queue go first.
            .wire([
                pieces[0].to_string(),
                pieces[1].to_string(),
                pieces[2].to_string(),
                "pong now".to_owned(),
                pieces[3].to_string(),
            ])
            .send("x".repeat(100), "ok")
            .wire([text("x".repeat(100)).compressed()]),
    ]
}

fn closing(role: Role) -> Vec<Case> {
    let case = |name: &str| Case::new(role, format!("deflate/close/{name}")).deflate("");
    let long = noise(200_000);
    let pieces = pieces(&long, 40_000);
    vec![
        case("by this side, inside a message in parts")
            .send_part(b"ab", false, "ok")
            .start_close(1000, "", "ok")
            .send_part(b"cd", true, "closing")
            .flush("ok")
            .wire(["deflated binary+ ab", "close 1000"])
            .peer(&text(HELLO).compressed())
            .recv("text Hello")
            .peer(&close(1000, ""))
            .peer_closes()
            .recv_end(),
        case("by this side, behind a message in fragments")
            .config(|config| config.fragment_len = Some(100))
            .feed(vec![5; 200], "ok")
            .start_close(1000, "", "ok")
            .flush("ok")
            .wire([
                binary([5; 100]).compressed().more().to_string(),
                continuation([5; 100]).compressed().to_string(),
                "close 1000".to_owned(),
            ]),
        case("by the peer, inside a message of its own")
            .peer(&text(&HELLO[..3]).more().compressed())
            .peer(&close(1000, ""))
            .peer_closes()
            .recv_end()
            .wire(["close 1000"]),
        case("by the peer, inside a message of this side")
            .large()
            .coming_back()
            .config(|config| config.fragment_len = Some(40_000))
            .room(10_000)
            .try_send(long.clone(), "ok")
            .flush("waits")
            .peer(&close(1000, ""))
            .waits()
            .takes_all()
            .peer_closes()
            .recv_end()
            // What is in the queue goes out; the rest of the message would be of no use.
            .wire([pieces[0].to_string(), pieces[1].to_string(), "close 1000".to_owned()]),
        case("the peer goes away inside a message")
            .peer(&text(&HELLO[..3]).more().compressed())
            .peer_closes()
            .recv("disconnected")
            .recv_end(),
        case("the peer goes away inside a frame")
            .peer(&text(&HELLO[..3]).compressed().claiming(7))
            .peer_closes()
            .recv("disconnected")
            .recv_end(),
    ]
}
