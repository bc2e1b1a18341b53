//! What a peer compresses, and this side inflates.

use ws_core::Role;

use super::{AGAIN, HELLO, LAST, STORED, TWO_BLOCKS, noise, own, peers};
use crate::messages::{
    case::Case,
    deflate::{Deflate, TAIL, Way, deflated},
    frames::{binary, continuation, ping, pong, text},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    let mut all = blocks(role);
    all.extend(fragments(role));
    all.extend(contexts(role));
    all.extend(in_parts(role));
    all
}

fn blocks(role: Role) -> Vec<Case> {
    let case = |name: &str| Case::new(role, format!("deflate/in/{name}")).deflate("");
    let mut all = Vec::new();
    for (name, payload) in [
        ("a message", &HELLO[..]),
        ("a block that is not compressed", &STORED),
        ("two blocks", &TWO_BLOCKS),
        ("a last block", &LAST),
        ("a last block and nothing behind it", &LAST[..7]),
        ("an empty block that is the last", &[&STORED[..10], &[0x01]].concat()),
        ("an empty block more", &[&HELLO[..], &TAIL, &[0x00]].concat()),
    ] {
        all.push(
            case(name)
                .peer(&text(payload).compressed())
                .peer(&binary(payload).compressed())
                .recv("text Hello")
                .recv("binary Hello")
                .waits()
                .silent(),
        );
    }
    all.extend([
        case("empty messages")
            .peer(&text([0x00]).compressed())
            .peer(&binary([0x02, 0x00]).compressed())
            .peer(&text([0x03, 0x00]).compressed())
            .peer(&text([0x00]).compressed())
            .peer(&text(HELLO).compressed())
            .recv("text")
            .recv("binary")
            .recv("text")
            .recv("text")
            .recv("text Hello"),
        case("something behind a last block")
            .peer(&text([&LAST[..7], &HELLO[..]].concat()).compressed())
            .peer(&text([&LAST[..7], &LAST[..]].concat()).compressed())
            .peer(&text(HELLO).compressed())
            .recv("text HelloHello")
            .recv("text HelloHello")
            .recv("text Hello"),
        case("last blocks in every message")
            .peer(&text(LAST).compressed())
            .peer(&text(LAST).compressed())
            .peer(&text(&LAST[..7]).compressed())
            .peer(&text(LAST).compressed())
            .recv("text Hello")
            .recv("text Hello")
            .recv("text Hello")
            .recv("text Hello"),
        case("some are compressed and some are not")
            .peer(&text("plain").more())
            .peer(&continuation("er"))
            .peer(&text(HELLO).compressed())
            .peer(&binary(HELLO))
            .peer(&text(AGAIN).compressed())
            .recv("text plainer")
            .recv("text Hello")
            .recv_frame(&binary(HELLO))
            .recv("text Hello"),
        case("an echo")
            .config(|config| config.min_deflate_len = 0)
            .peer(&text(HELLO).compressed())
            .recv("text Hello")
            .send("Hello", "ok")
            .wire(["deflated text Hello"])
            .peer(&text(AGAIN).compressed())
            .recv("text Hello")
            .send("Hello", "ok")
            .wire(["deflated text Hello"]),
    ]);
    all
}

fn fragments(role: Role) -> Vec<Case> {
    let case = |name: &str| Case::new(role, format!("deflate/in/{name}")).deflate("");
    let words = "to and fro and to and fro and to and fro and to";
    let mut all = vec![
        case("fragments with pings between them")
            .peer(&text(&HELLO[..3]).more().compressed())
            .peer(&ping("1"))
            .peer(&continuation(&HELLO[3..4]).more())
            .peer(&pong("2"))
            .peer(&ping("3"))
            .peer(&continuation(&HELLO[4..]))
            .peer(&text(AGAIN).compressed())
            .event("ping 1")
            .event("pong 2")
            .event("ping 3")
            .event("text Hello")
            .event("text Hello")
            .waits()
            .wire(["pong 1", "pong 3"]),
        case("empty fragments")
            .peer(&text("").more().compressed())
            .peer(&continuation("").more())
            .peer(&continuation(HELLO).more())
            .peer(&continuation(""))
            .peer(&text(HELLO).compressed())
            .recv("text Hello")
            .recv("text Hello"),
        case("one octet in each fragment")
            .peer(&text(&HELLO[..1]).more().compressed())
            .peer(&continuation(&HELLO[1..2]).more())
            .peer(&continuation(&HELLO[2..3]).more())
            .peer(&continuation(&HELLO[3..4]).more())
            .peer(&continuation(&HELLO[4..5]).more())
            .peer(&continuation(&HELLO[5..6]).more())
            .peer(&continuation(&HELLO[6..]))
            .recv("text Hello")
            .waits(),
        case("a last block in a fragment, and in the next one")
            .peer(&text(&LAST[..7]).more().compressed())
            .peer(&continuation(LAST))
            .recv("text HelloHello"),
        case("a character in two fragments")
            .peer(&text(Deflate::new(PLAIN).part(b"a\xe2\x82")).more().compressed())
            .peer(&continuation(deflated(b"\xac")))
            .recv_frame(&text("a\u{20ac}")),
    ];
    let payload = deflated(words);
    for at in [1, payload.len() / 2, payload.len() - 1] {
        all.push(
            case(&format!("two fragments, cut at {at}"))
                .peer(&text(&payload[..at]).more().compressed())
                .peer(&ping(""))
                .peer(&continuation(&payload[at..]))
                .recv(format!("text {words}"))
                .waits()
                .wire(["pong"]),
        );
    }
    all
}

fn contexts(role: Role) -> Vec<Case> {
    let case = |name: &str| Case::new(role, format!("deflate/in/{name}"));
    let mut all = vec![
        case("a context that is taken over")
            .deflate(own(role, "no_context_takeover"))
            .peer(&text(HELLO).compressed())
            .peer(&text(AGAIN).compressed())
            .peer(&binary(&AGAIN[..2]).more().compressed())
            .peer(&continuation(&AGAIN[2..]))
            .recv("text Hello")
            .recv("text Hello")
            .recv("binary Hello"),
        case("a context that is not taken over")
            .deflate(peers(role, "no_context_takeover"))
            .peer(&text(HELLO).compressed())
            .peer(&text(HELLO).compressed())
            .peer(&text(LAST).compressed())
            .peer(&text(HELLO).compressed())
            .recv("text Hello")
            .recv("text Hello")
            .recv("text Hello")
            .recv("text Hello"),
    ];
    // Twice as much as the window, and references as far back as it goes.
    let text_of = |len: usize| -> Vec<u8> {
        let noise = noise(len / 4);
        noise.iter().chain(&noise).map(|octet| b'a' + octet % 16).collect()
    };
    for bits in 8..=15 {
        let message = text_of(4 << bits);
        let way = Way { bits: u8::max(bits, 9), takeover: true };
        let mut deflate = Deflate::new(way);
        let case = case(&format!("a window of {bits} bits")).large();
        let case = case.deflate(peers(role, &format!("max_window_bits={bits}")));
        all.push((0..3).fold(case, |case, _| {
            let frame = text(deflate.message(&message)).compressed();
            case.peer(&frame).recv_frame(&text(&message))
        }));
    }
    for len in [5000, 70_000] {
        let message = text_of(len);
        let mut deflate = Deflate::new(PLAIN);
        let (first, second) = message.split_at(len / 7);
        all.push(
            case(&format!("long/{} octets", message.len()))
                .deflate("")
                .large()
                .peer(&binary(deflate.message(&message)).compressed())
                .recv_frame(&binary(&message))
                .peer(&text(deflate.part(first)).more().compressed())
                .peer(&ping("in between"))
                .peer(&continuation(deflate.message(second)))
                .recv_frame(&text(&message))
                .peer(&binary(deflate.message(noise(len))).compressed())
                .recv_frame(&binary(noise(len)))
                .waits()
                .wire(["pong in between"]),
        );
    }
    all
}

fn in_parts(role: Role) -> Vec<Case> {
    let case = |name: &str| Case::new(role, format!("deflate/in/parts/{name}")).deflate("");
    let mut deflate = Deflate::new(PLAIN);
    vec![
        case("each when it has come")
            .whole()
            .peer(&text(deflate.part("first")).more().compressed())
            .part("a part of text first")
            .peer(&ping("p"))
            .part("waits")
            .peer(&continuation("").more())
            .part("a part of text")
            .peer(&continuation(deflate.part("second")).more())
            .part("a part of text second")
            .peer(&continuation([0x00]))
            .part("the last part of text")
            .peer(&binary(deflate.message("first")).compressed())
            .part("the last part of binary first")
            .part("waits")
            .wire(["pong p"]),
        case("then whole messages")
            .whole()
            .peer(&text(HELLO).compressed())
            .part("the last part of text Hello")
            .peer(&text(AGAIN).compressed())
            .recv("text Hello")
            .peer(&text("plain"))
            .part("the last part of text plain"),
        case("all of it")
            .peer(&text(&HELLO[..2]).more().compressed())
            .peer(&ping("p"))
            .peer(&continuation(&HELLO[2..]))
            .parts("in parts: text Hello")
            .peer(&binary(AGAIN).compressed())
            .parts("in parts: binary Hello")
            .peer(&text([0x00]).compressed())
            .parts("in parts: text")
            .peer(&text(LAST).compressed())
            .parts("in parts: text Hello")
            .parts("waits")
            .wire(["pong p"]),
        case("much of little")
            .large()
            .peer(&binary(deflated(vec![0; 300_000])).compressed())
            .parts(format!("in parts: {}", binary(vec![0; 300_000])))
            .peer(&text(deflated(vec![b'a'; 300_000])).compressed())
            .recv_frame(&text(vec![b'a'; 300_000])),
    ]
}

const PLAIN: Way = Way { bits: 15, takeover: true };
