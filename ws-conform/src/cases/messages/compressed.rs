//! Messages that are compressed, and come back. RFC 7692

use super::deflate::OFFER;
use super::draft::{Draft, about};
use crate::grade::Grade::{Must, Robustness, Should};
use crate::script::Step;
use crate::wire::frame::{BINARY, CONTINUATION, Frame, PING, TEXT};

pub(super) fn drafts(side: &str) -> Vec<Draft> {
    let all = [messages(), raw(), contexts(side), windows(side)].concat();
    let compressed = |mut draft: Draft| {
        draft.name = format!("compressed/{}", draft.name);
        draft.script.extension.get_or_insert(OFFER);
        draft
    };
    all.into_iter().map(compressed).collect()
}

/// Whole, and nobody's fragments.
const WHOLE: usize = usize::MAX;

fn sent(opcode: u8, message: &[u8], len: usize) -> [Step; 2] {
    [Step::Compressed(opcode, message.to_vec(), len), Step::Echo(vec![(opcode, message.to_vec())])]
}

/// Messages of all kinds.
fn messages() -> Vec<Draft> {
    let rule = about(
        Must,
        "RFC 7692 6.2",
        "A message with RSV1 is what it is when it is inflated; what is sent back is compressed as was agreed upon, or not at all.",
    );
    let case = |name: &str, title: &str, opcode, message: &[u8], len| {
        rule.case(name, title, sent(opcode, message, len))
    };
    let prose = prose(3000);
    let mixed = [
        sent(TEXT, &prose, WHOLE).to_vec(),
        vec![
            Step::Send(vec![Frame::new(TEXT, "plain")]),
            Step::Echo(vec![(TEXT, b"plain".to_vec())]),
        ],
        sent(TEXT, &prose, WHOLE).to_vec(),
    ];
    let awaited = [
        Step::Compressed(BINARY, digits(1000), 100),
        Step::Pong(b"between".to_vec()),
        Step::Echo(vec![(BINARY, digits(1000))]),
    ];
    vec![
        case("text", "a compressed text message", TEXT, &prose, WHOLE),
        case("binary", "a compressed binary message", BINARY, &prose, WHOLE),
        case("empty", "a compressed message that is empty", TEXT, b"", WHOLE),
        case("one-octet", "a compressed message of one octet", BINARY, b"\x80", WHOLE),
        case(
            "incompressible",
            "a compressed message of octets that never repeat",
            BINARY,
            &digits(5000),
            WHOLE,
        ),
        about(Robustness, "RFC 6455 10.4", "Limits are allowed, but common sizes are taken.").case(
            "long",
            "a compressed message of 200,000 octets",
            sent(BINARY, &self::prose(200_000), WHOLE),
        ),
        case("fragments", "a compressed message in fragments of 50 octets", TEXT, &prose, 50),
        case(
            "fragments-of-1",
            "a compressed message in fragments of one octet",
            TEXT,
            &prose[..200],
            1,
        ),
        rule.case(
            "ping-between",
            "a compressed message in fragments, with a ping between two of them",
            awaited,
        ),
        rule.case(
            "mixed",
            "a compressed message, one that is not, and the first one again",
            mixed.concat(),
        ),
    ]
}

/// Blocks that compressors of others may make.
fn raw() -> Vec<Draft> {
    let case = |grade, section, text, name: &str, title: &str, octets: &[u8]| {
        let steps = [
            Step::Send(vec![Frame::new(TEXT, octets).reserving(4)]),
            Step::Echo(vec![(TEXT, b"Hello".to_vec())]),
        ];
        about(grade, section, text).case(name, title, steps)
    };
    let stored = "A message may be of blocks that are stored.";
    let blocks = "A message may be of more than one block.";
    let last = "Blocks may have the bit that ends a stream, and others behind them.";
    let hello = b"\xf2\x48\xcd\xc9\xc9\x07\x00";
    vec![
        case(Must, "RFC 7692 7.2.3.3", stored, "stored", "a stored block", STORED),
        case(
            Must,
            "RFC 7692 7.2.3.5",
            blocks,
            "two-blocks",
            "two blocks, an empty one between them",
            b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
        ),
        case(
            Should,
            "RFC 7692 7.2.3.4",
            last,
            "last-block",
            "a block with the bit that ends a stream",
            b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
        ),
        about(Should, "RFC 7692 7.2.3.4", last).case(
            "after-last-block",
            "a block with the bit that ends a stream, and another message",
            [
                Step::Send(vec![
                    Frame::new(TEXT, b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00").reserving(4),
                ]),
                Step::Send(vec![Frame::new(TEXT, hello).reserving(4)]),
                Step::Echo(vec![(TEXT, b"Hello".to_vec()), (TEXT, b"Hello".to_vec())]),
            ],
        ),
        about(
            Must,
            "RFC 7692 6.1",
            "A message is compressed as a whole: fragments are cut out of the octets that came of it.",
        )
        .case(
            "empty-first",
            "an empty fragment with RSV1, and the message behind it",
            [
                Step::Send(vec![
                    Frame::new(TEXT, "").reserving(4).unfinished(),
                    Frame::new(PING, "x"),
                    Frame::new(CONTINUATION, hello),
                ]),
                Step::Echo(vec![(TEXT, b"Hello".to_vec())]),
            ],
        ),
    ]
}

/// Messages that refer to earlier ones, or must not.
fn contexts(side: &str) -> Vec<Draft> {
    let thrice: Vec<_> = [0; 3].iter().flat_map(|_| sent(BINARY, &digits(2000), WHOLE)).collect();
    let flag = |whose: &str| match whose {
        "server" => "permessage-deflate; server_no_context_takeover",
        _ => "permessage-deflate; client_no_context_takeover",
    };
    let other = if side == "server" { "client" } else { "server" };
    let mut kept = about(
        Must,
        "RFC 7692 7.1.1",
        "Unless it was agreed not to, a message may refer to earlier ones, and contexts are kept for that.",
    )
    .case("takeover", "the same message three times, of which the second refers to the first", thrice.clone());
    kept.script.extension = Some(OFFER);
    let mut own = about(
        Must,
        "RFC 7692 7.1.1",
        "Who agreed not to take over contexts does not: each message can be inflated by itself.",
    )
    .case(
        "no-takeover",
        "the same message three times, and each has to come back by itself",
        thrice.clone(),
    );
    own.script.extension = Some(flag(side));
    let mut ours = about(
        Must,
        "RFC 7692 7.1.1",
        "That the other side does not take over contexts changes nothing for its messages.",
    )
    .case(
        "other-no-takeover",
        "the same message three times, each compressed by itself",
        thrice,
    );
    ours.script.extension = Some(flag(other));
    vec![kept, own, ours]
}

/// Windows that are shorter.
fn windows(side: &str) -> Vec<Draft> {
    let rule = about(
        Must,
        "RFC 7692 7.1.2",
        "No distance is longer than the window that was agreed upon.",
    );
    // Half of it is far away from the other half, for short windows.
    let far = digits(3000).repeat(2);
    let twice = [sent(BINARY, &far, WHOLE), sent(BINARY, &far, WHOLE)].concat();
    let of_server = [
        (9, "permessage-deflate; server_max_window_bits=9"),
        (11, "permessage-deflate; server_max_window_bits=11"),
        (15, "permessage-deflate; server_max_window_bits=15"),
    ];
    let of_client = [
        (9, "permessage-deflate; client_max_window_bits=9"),
        (11, "permessage-deflate; client_max_window_bits=11"),
        (15, "permessage-deflate; client_max_window_bits=15"),
    ];
    let whose = if side == "server" { of_server } else { of_client };
    let mut drafts: Vec<_> = whose
        .into_iter()
        .map(|(bits, extension)| {
            let title =
                format!("a message that repeats from afar, to a {side} with a window of 2^{bits}");
            let mut draft = rule.case(format!("window-{bits}"), title, twice.clone());
            draft.script.extension = Some(extension);
            draft
        })
        .collect();
    let mut hint = about(
        Must,
        "RFC 7692 7.1.2",
        "What the other side's messages may refer to can be limited, and is understood then.",
    )
    .case(
        "other-window",
        match side {
            "server" => "a client that lets its window be limited",
            _ => "a server with a window of 2^9",
        },
        twice,
    );
    hint.script.extension = Some(match side {
        "server" => "permessage-deflate; client_max_window_bits",
        _ => "permessage-deflate; server_max_window_bits=9",
    });
    drafts.push(hint);
    drafts
}

/// `Hello` as RFC 7692 7.2.3.3 has it, without the compression.
const STORED: &[u8] = &[0x00, 0x05, 0x00, 0xfa, 0xff, b'H', b'e', b'l', b'l', b'o', 0x00];

/// Numbers as words: they repeat, but not at once.
fn prose(len: usize) -> Vec<u8> {
    let words = (0_usize..).flat_map(|n| format!("message {} of {n}, ", n * n % 97).into_bytes());
    words.take(len).collect()
}

/// Hexadecimal digits without a pattern.
fn digits(len: usize) -> Vec<u8> {
    let mut seed = 1_u32;
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"0123456789abcdef"[seed as usize >> 28]
    };
    (0..len).map(|_| next()).collect()
}
