//! UTF-8, cut at every place.

use super::data::cut;
use super::draft::{Draft, about, echo, text};
use crate::grade::Grade::{Information, Must};
use crate::script::Step;
use crate::wire::frame::{CLOSE, CONTINUATION, Frame, TEXT};

const CODES: &[u16] = &[1007];

pub(super) fn drafts() -> Vec<Draft> {
    [good(), bad(), cuts(), early()].concat()
}

fn good() -> Vec<Draft> {
    let rule = about(Must, "RFC 6455 8.1", "Text is UTF-8, and any of it is taken.");
    let each = [
        ("nul", "U+0000", "\0"),
        ("two", "the first and the last of two octets", "\u{80}\u{7ff}"),
        (
            "three",
            "the first and the last of three octets, but for surrogates",
            "\u{800}\u{d7ff}\u{e000}\u{ffff}",
        ),
        ("four", "the first and the last of four octets", "\u{10000}\u{10ffff}"),
    ];
    let mut drafts: Vec<_> = each
        .iter()
        .map(|(name, title, word)| {
            let steps = [Step::Send(vec![text(word)]), echo(word)];
            rule.case(format!("utf8/good-{name}"), format!("text: {title}"), steps)
        })
        .collect();
    let bom = about(
        Information,
        "RFC 3629 6",
        "A byte order mark at the beginning is a character of the text, or a signature that is taken off.",
    );
    let word = "\u{feff}x";
    drafts.push(bom.case(
        "utf8/good-bom",
        "text: a byte order mark first",
        [Step::Send(vec![text(word)]), echo(word)],
    ));
    let word = "\u{3ba}\u{1f79}\u{10ffff}";
    for at in 1..word.len() {
        let [first, second] = [&word.as_bytes()[..at], &word.as_bytes()[at..]];
        let frames = vec![Frame::new(TEXT, first).unfinished(), Frame::new(CONTINUATION, second)];
        let title =
            format!("characters of two, three and four octets in fragments, cut behind octet {at}");
        drafts.push(rule.case(
            format!("utf8/good-cut-{at}"),
            title,
            [Step::Send(frames), echo(word)],
        ));
    }
    let cut = cut(&["a", "\u{10ffff}", "b"]);
    drafts.push(rule.case(
        "utf8/good-bytewise",
        "text, an octet at a time",
        [Step::Dribble(cut, 1), echo("a\u{10ffff}b")],
    ));
    drafts
}

/// What is no UTF-8, and why.
const BAD: [(&str, &str, &[u8]); 14] = [
    ("lone", "a continuation octet alone", b"a\x80b"),
    ("open", "the first of two octets, and then a letter", b"a\xc3b"),
    ("end", "the first of two octets at the end", b"a\xc3"),
    ("end-3", "two of three octets at the end", b"a\xe1\xbd"),
    ("end-4", "three of four octets at the end", b"a\xf0\x9f\x98"),
    ("overlong-2", "an overlong slash of two octets", b"a\xc0\xafb"),
    ("overlong-3", "an overlong slash of three octets", b"a\xe0\x80\xafb"),
    ("overlong-4", "an overlong slash of four octets", b"a\xf0\x80\x80\xafb"),
    ("surrogate", "the first surrogate", b"a\xed\xa0\x80b"),
    ("surrogates", "a pair of surrogates", b"a\xed\xa0\x80\xed\xb0\x80b"),
    ("above", "U+110000", b"a\xf4\x90\x80\x80b"),
    ("f5", "an octet 0xf5", b"a\xf5\x80\x80\x80b"),
    ("fe", "an octet 0xfe", b"a\xfeb"),
    ("ff", "an octet 0xff", b"a\xffb"),
];

fn bad() -> Vec<Draft> {
    let rule = about(Must, "RFC 6455 8.1", "Text that is no UTF-8 fails the connection.");
    let reason = about(
        Must,
        "RFC 6455 5.5.1",
        "The reason of a close is UTF-8; what is sent for one that is not is up to who receives it.",
    );
    let mut drafts = Vec::new();
    for (name, title, octets) in BAD {
        let steps = [Step::Send(vec![Frame::new(TEXT, octets)]), Step::Fails(CODES)];
        drafts.push(rule.case(format!("utf8/bad-{name}"), format!("no text: {title}"), steps));
        let close = [&1000_u16.to_be_bytes()[..], octets].concat();
        let steps = [Step::Send(vec![Frame::new(CLOSE, close)]), Step::FailsOrNot(&[1007, 1002])];
        let mut draft = reason.case(
            format!("utf8/reason-{name}"),
            format!("no text, as a reason: {title}"),
            steps,
        );
        draft.grade = Information;
        drafts.push(draft);
    }
    drafts
}

/// Every one of these in two fragments, cut at every place.
fn cuts() -> Vec<Draft> {
    let rule = about(
        Must,
        "RFC 6455 8.1",
        "Text that is no UTF-8 fails the connection, wherever it is cut into fragments.",
    );
    let mut drafts = Vec::new();
    for (name, title, octets) in BAD {
        for at in 1..octets.len() {
            let frames = vec![
                Frame::new(TEXT, &octets[..at]).unfinished(),
                Frame::new(CONTINUATION, &octets[at..]),
            ];
            let title = format!("no text: {title}, cut behind octet {at}");
            let steps = [Step::Send(frames), Step::Fails(CODES)];
            drafts.push(rule.case(format!("utf8/bad-{name}-cut-{at}"), title, steps));
        }
    }
    drafts
}

/// Whether it is noticed before the message ends.
fn early() -> Vec<Draft> {
    let rule = about(
        Information,
        "RFC 6455 8.1",
        "Text that is no UTF-8 may be noticed at once, or at the end of its message.",
    );
    let first = vec![Frame::new(TEXT, b"\xff").unfinished()];
    let inside = Frame::new(TEXT, vec![0xff; 40]);
    let mut drafts = vec![rule.case(
        "utf8/early-fragment",
        "no text in a fragment, and nothing behind it",
        [Step::Send(first), Step::FailsOrNot(CODES)],
    )];
    drafts.push(rule.case(
        "utf8/early-octets",
        "no text in the first half of a frame, and nothing behind it",
        [Step::Part(inside, 20), Step::FailsOrNot(CODES)],
    ));
    drafts
}
