//! What this side compresses, and what it does not.

use ws_core::{DeflatePool, Role};

use super::{HELLO, noise, own, peers};
use crate::messages::{
    case::Case,
    frames::{Frame, binary, continuation, text},
};

pub(super) fn cases(role: Role) -> Vec<Case> {
    let mut all = messages(role);
    all.extend(contexts(role));
    all.extend(fragments(role));
    all
}

fn case(role: Role, name: &str) -> Case {
    Case::new(role, format!("deflate/out/{name}"))
}

fn deflated(frame: Frame) -> Frame {
    frame.compressed()
}

fn messages(role: Role) -> Vec<Case> {
    let long = "x".repeat(64);
    let mut all = vec![
        case(role, "only what is long enough")
            .deflate("")
            .send(&long[1..], "ok")
            .wire([text(&long[1..])])
            .send(&*long, "ok")
            .wire([deflated(text(&long))])
            .send(vec![7; 63], "ok")
            .send(vec![7; 64], "ok")
            .send("", "ok")
            .wire([binary([7; 63]), deflated(binary([7; 64])), text("")]),
        case(role, "everything, empty messages too")
            .deflate("")
            .config(|config| config.min_deflate_len = 0)
            .send("", "ok")
            .send("", "ok")
            .send("a", "ok")
            .send("", "ok")
            .send(vec![0], "ok")
            .wire([
                "deflated text",
                "deflated text",
                "deflated text a",
                "deflated text",
                r"deflated binary \x00",
            ]),
        case(role, "nothing that is too short")
            .deflate("")
            .config(|config| config.min_deflate_len = usize::MAX)
            .send(&*long, "ok")
            .send_part(b"part", false, "ok")
            .send_part(b"part", true, "ok")
            .wire([
                text(&long).to_string(),
                "deflated binary+ part".to_owned(),
                "deflated continuation part".to_owned(),
            ]),
        case(role, "not negotiated")
            .send(&*long, "ok")
            .compression(true)
            .send(&*long, "ok")
            .prepared(&*long, "ok")
            .wire([text(&long), text(&long), text(&long)]),
        case(role, "not wanted")
            .deflate("")
            .send(&*long, "ok")
            .compression(false)
            .send(&*long, "ok")
            .prepared(&*long, "ok")
            .send_part(b"part", true, "ok")
            .compression(true)
            .send(&*long, "ok")
            .wire([
                deflated(text(&long)),
                text(&long),
                text(&long),
                binary("part"),
                deflated(text(&long)),
            ]),
        case(role, "not wanted any more, or again, inside a message")
            .deflate("")
            .send_part(b"a", false, "ok")
            .compression(false)
            .send_part(b"b", false, "ok")
            .send_part(b"c", true, "ok")
            .send_part(b"d", false, "ok")
            .compression(true)
            .send_part(b"e", true, "ok")
            .send(&*long, "ok")
            .wire([
                "deflated binary+ a".to_owned(),
                "deflated continuation+ b".to_owned(),
                "deflated continuation c".to_owned(),
                "binary+ d".to_owned(),
                "continuation e".to_owned(),
                deflated(text(&long)).to_string(),
            ]),
        case(role, "a batch")
            .deflate("")
            .config(|config| config.min_deflate_len = 3)
            .feed("one", "ok")
            .feed("to", "ok")
            .try_send("three", "ok")
            .ping(b"p", "ok")
            .feed("four", "ok")
            .flush("ok")
            .wire([
                "deflated text one",
                "text to",
                "deflated text three",
                "ping p",
                "deflated text four",
            ])
            .feed("five", "ok")
            .peer(&text(HELLO).compressed())
            .recv("text Hello")
            .waits()
            .wire(["deflated text five"]),
    ];
    for level in [0, 1, 6, 9, 200] {
        let case = case(role, &format!("level {level}")).deflate("");
        let case = case.config(|config| config.deflate_level = level);
        all.push((0..2).fold(case, |case, _| {
            case.send(&*long, "ok")
                .send(noise(200), "ok")
                .wire([deflated(text(&long)), deflated(binary(noise(200)))])
        }));
    }
    all
}

fn contexts(role: Role) -> Vec<Case> {
    let long = "to and fro ".repeat(9);
    let mut all = Vec::new();
    let repeated = |case: Case| {
        (0..3).fold(case, |case, _| {
            case.send(&*long, "ok")
                .prepared(&*long, "ok")
                .send(&*long, "ok")
                .wire(vec![deflated(text(&long)); 3])
                // Nothing is written between these, and so nothing is given back.
                .feed(&*long, "ok")
                .feed(&*long, "ok")
                .try_send(&*long, "ok")
                .flush("ok")
                .wire(vec![deflated(text(&long)); 3])
        })
    };
    let (own_forgets, peers_forgets) =
        (own(role, "no_context_takeover"), peers(role, "no_context_takeover"));
    all.push(repeated(case(role, "a context that is taken over").deflate(&peers_forgets)));
    all.push(repeated(case(role, "a context that is not taken over").deflate(&own_forgets)));
    let pool = DeflatePool::new(2);
    all.push(
        repeated(case(role, "compressors from a pool").deflate(&own_forgets))
            .config(|config| config.deflate_pool = Some(pool.clone())),
    );
    all.push(
        repeated(case(role, "a pool where the context is kept").deflate(&peers_forgets))
            .config(|config| config.deflate_pool = Some(pool)),
    );
    // One that goes to others as well is between two of this connection's own, and in the middle of a batch.
    all.push(
        case(role, "framed once for many, between others")
            .deflate("")
            .feed(&*long, "ok")
            .prepared(vec![b'o'; 70], "ok")
            .feed(&*long, "ok")
            .try_send(&*long, "ok")
            .prepared("short", "ok")
            .prepared(&*long, "ok")
            .send(&*long, "ok")
            .wire([
                deflated(text(&long)),
                deflated(binary([b'o'; 70])),
                deflated(text(&long)),
                deflated(text(&long)),
                text("short"),
                deflated(text(&long)),
                deflated(text(&long)),
            ]),
    );
    for bits in [9, 10, 12, 15] {
        // What repeats itself from farther away than the window reaches, and from as far.
        let noise = noise(1 << bits);
        let message = [&noise[..], &noise, &noise[..300], &noise[..300]].concat();
        let case = case(role, &format!("a window of {bits} bits")).large();
        let case = case.deflate(own(role, &format!("max_window_bits={bits}")));
        let case = case.config(|config| config.fragment_len = None);
        all.push((0..2).fold(case, |case, _| {
            case.send(message.clone(), "ok")
                .prepared(message.clone(), "ok")
                .wire([deflated(binary(&message)), deflated(binary(&message))])
        }));
    }
    all
}

fn fragments(role: Role) -> Vec<Case> {
    let mut all = Vec::new();
    for (name, message) in [("what shrinks", vec![9; 2500]), ("noise", noise(2500))] {
        for params in [String::new(), own(role, "no_context_takeover")] {
            let [a, b, c] = [0..1000, 1000..2000, 2000..2500].map(|range| &message[range]);
            all.push(
                case(role, &format!("long messages are sent in fragments: {name}{params}"))
                    .deflate(params)
                    .config(|config| config.fragment_len = Some(1000))
                    .send(message.clone(), "ok")
                    .wire([
                        deflated(binary(a)).more(),
                        deflated(continuation(b)).more(),
                        deflated(continuation(c)),
                    ])
                    .send(a.to_vec(), "ok")
                    .wire([deflated(binary(a))])
                    // One that was framed already has one frame.
                    .prepared(a.to_vec(), "ok")
                    .send([a, b].concat(), "ok")
                    .wire([
                        deflated(binary(a)),
                        deflated(binary(a)).more(),
                        deflated(continuation(b)),
                    ]),
            );
        }
    }
    all
}
