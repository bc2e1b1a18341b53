//! Lengths that are declared and never come.

use std::time::Duration;

use super::draft::{Draft, about};
use crate::grade::Grade::{Information, Must, Robustness, Security};
use crate::script::Step;
use crate::wire::frame::{BINARY, CONTINUATION, DeclaredLen, Frame, TEXT};

pub(super) fn drafts() -> Vec<Draft> {
    let memory = about(
        Security,
        "RFC 6455 10.4",
        "What a peer only declares costs no memory, and nobody else notices.",
    );
    let waits = |name: &str, title: &str, frames: Vec<Frame>| {
        let pause = Step::Pause(Duration::from_millis(200));
        let steps = [Step::Send(frames), pause, Step::ServesOthers];
        memory.case(format!("declared/{name}"), title, steps)
    };
    let declares = |len| Frame::new(BINARY, "").declaring(DeclaredLen::Eight(len));
    let first = about(
        Information,
        "RFC 6455 5.2",
        "The first bit of a length of 64 bits is zero; the rule is for who sends.",
    );
    let sign = |name: &str, title: &str, len| {
        let steps = [Step::Send(vec![declares(len)]), Step::FailsOrNot(&[1002, 1009])];
        first.case(format!("declared/{name}"), title, steps)
    };
    let mut limit = about(
        Must,
        "RFC 6455 10.4",
        "Who has a limit must see to it that no message exceeds it; one that is just as long is taken.",
    );
    let longest =
        limit.case("limit/longest", "the longest message that is taken", [Step::AtLimit(0)]);
    limit.grade = Robustness;
    let longer = limit.case("limit/one-more", "one octet more than is taken", [Step::AtLimit(1)]);
    vec![
        waits("2-31", "a binary message that declares 2^31 octets", vec![declares(1 << 31)]),
        waits("2-32", "a binary message that declares 2^32 octets", vec![declares(1 << 32)]),
        waits("2-40", "a binary message that declares 2^40 octets", vec![declares(1 << 40)]),
        waits(
            "2-63-1",
            "a binary message that declares 2^63-1 octets",
            vec![declares((1 << 63) - 1)],
        ),
        waits("2-63", "a binary message that declares 2^63 octets", vec![declares(1 << 63)]),
        waits("2-64-1", "a binary message that declares 2^64-1 octets", vec![declares(u64::MAX)]),
        waits(
            "continuation-2-63-1",
            "a fragment, and a second one that declares 2^63-1 octets: the sum overflows",
            vec![
                Frame::new(TEXT, "x").unfinished(),
                Frame::new(CONTINUATION, "").declaring(DeclaredLen::Eight((1 << 63) - 1)),
            ],
        ),
        sign("2-63-fails", "a binary message that declares 2^63 octets: whether it fails", 1 << 63),
        sign(
            "2-64-1-fails",
            "a binary message that declares 2^64-1 octets: whether it fails",
            u64::MAX,
        ),
        longest,
        longer,
    ]
}
