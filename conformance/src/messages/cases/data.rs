//! Messages, whole and in fragments.

use ws_core::{Message, Role};

use crate::messages::{
    case::Case,
    frames::{binary, continuation, text},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    let mut all = vec![
        Case::new(role, "data/one of each")
            .peer(&text("hello"))
            .peer(&binary(b"\x00\xff"))
            .peer(&text(""))
            .peer(&binary(""))
            .recv("text hello")
            .recv(r"binary \x00\xff")
            .recv("text")
            .recv("binary")
            .waits()
            .silent(),
        Case::new(role, "data/text in fragments, cut inside a character")
            .peer(&text("a\u{e9}\u{20ac}\u{1f980}".as_bytes().split_at(2).0).more())
            .peer(&continuation(b"\xa9\xe2").more())
            .peer(&continuation(b"\x82\xac\xf0\x9f").more())
            .peer(&continuation(b"\xa6").more())
            .peer(&continuation(b"\x80"))
            .recv_frame(&text("a\u{e9}\u{20ac}\u{1f980}"))
            .waits(),
        Case::new(role, "data/empty fragments")
            .peer(&text("").more())
            .peer(&continuation("").more())
            .peer(&continuation("ab").more())
            .peer(&continuation("").more())
            .peer(&continuation(""))
            .peer(&binary("").more())
            .peer(&continuation(""))
            .recv("text ab")
            .recv("binary")
            .waits(),
        Case::new(role, "data/one octet in each fragment")
            .peer(&binary("0").more())
            .peer(&continuation("1").more())
            .peer(&continuation("2").more())
            .peer(&continuation("3"))
            .peer(&text("next"))
            .recv("binary 0123")
            .recv("text next"),
        Case::new(role, "data/an echo")
            .peer(&text("hello"))
            .recv("text hello")
            .send("hello", "ok")
            .wire(["text hello"])
            .send(Message::binary(&b"\x01"[..]), "ok")
            .wire([r"binary \x01"])
            .send("", "ok")
            .wire(["text"])
            .waits(),
        Case::new(role, "data/a batch")
            .feed("one", "ok")
            .feed("two", "ok")
            .try_send("three", "ok")
            .flush("ok")
            .wire(["text one", "text two", "text three"])
            .feed("four", "ok")
            .waits()
            .wire(["text four"]),
        Case::new(role, "data/framed once for many")
            .prepared("all of you", "ok")
            .wire(["text all of you"])
            .prepared(vec![7; 60_000], "ok")
            .wire([binary([7; 60_000])])
            .waits(),
    ];
    for len in [125, 126, 127, 4096, 4097, 65_535, 65_536, 100_000] {
        let payload: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
        let frame = binary(&payload);
        let ascii: String = (0..len).map(|i| char::from(b'a' + (i % 23) as u8)).collect();
        let (first, second) = payload.split_at(len / 3);
        all.push(
            Case::new(role, format!("long/{len} octets"))
                .config(|config| config.fragment_len = None)
                .peer(&frame)
                .peer(&text(&ascii))
                .peer(&binary(first).more())
                .peer(&continuation(second))
                .recv_frame(&frame)
                .recv_frame(&text(&ascii))
                .recv_frame(&frame)
                .waits()
                .send(payload.clone(), "ok")
                .wire([&frame])
                .send(ascii.clone(), "ok")
                .wire([text(&ascii)]),
        );
    }
    let long = vec![9; 2500];
    all.push(
        Case::new(role, "data/long messages are sent in fragments")
            .config(|config| config.fragment_len = Some(1000))
            .send(long.clone(), "ok")
            .wire([
                binary(&long[..1000]).more(),
                continuation(&long[..1000]).more(),
                continuation(&long[..500]),
            ])
            .send(long[..1000].to_vec(), "ok")
            .wire([binary(&long[..1000])])
            .send(long[..2000].to_vec(), "ok")
            .wire([binary(&long[..1000]).more(), continuation(&long[..1000])]),
    );
    all
}
