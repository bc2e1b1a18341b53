//! What a peer sends: frames that are mostly right, some broken ones, in any pieces.

use conformance::{
    messages::{
        deflate::deflated,
        frames::{Form, Frame, binary, close, continuation, ping, pong, text},
    },
    random::Random,
};
use ws_core::Role;

/// Texts with characters of every length.
pub(crate) const TEXT: &str = "a\u{e9}\u{20ac}\u{1f980}z";

/// So many octets of texts in a row, from somewhere in it on; with `whole` a few more, up to the end of one.
pub(crate) fn texts(from: usize, len: usize, whole: bool) -> Vec<u8> {
    let mut end = from + len;
    while whole && end % TEXT.len() != 0 {
        end += 1;
    }
    (from..end).map(|at| TEXT.as_bytes()[at % TEXT.len()]).collect()
}

/// Frames in a row, as sent to the given role. With `deflate`, some of them are compressed.
pub(crate) fn frames(random: &mut Random, to: Role, deflate: bool) -> Vec<u8> {
    let mut out = Vec::new();
    // What was begun goes on where that was cut.
    let mut rest: Option<Vec<u8>> = None;
    for _ in 0..2 + random.below(10) {
        let mut frame = match (random.below(12), &mut rest) {
            (0, _) => ping(vec![b'p'; random.below(126)]),
            (1, _) => pong(vec![b'p'; random.below(126)]),
            (2, _) if random.below(4) == 0 => close(*random.pick(&[1000, 1001, 4999]), "bye"),
            (2..7, Some(left)) => {
                let n = random.below(left.len() + 1);
                let frame = continuation(left.drain(..n).collect::<Vec<_>>());
                frame.more()
            }
            (_, Some(_)) => continuation(rest.take().unwrap_or_default()),
            (kind, None) => {
                let len = *random.pick(&[0, 1, 5, 125, 126, 1000, 9000, 70_000]);
                let payload = TEXT.repeat(random.below(len + 1) / TEXT.len() + len.min(1));
                let frame = if kind % 2 == 0 { text(&payload) } else { binary(&payload) };
                let compressed = deflate && random.below(2) == 0;
                let frame = if compressed {
                    Frame { payload: deflated(&payload), ..frame.compressed() }
                } else {
                    frame
                };
                if random.below(2) == 0 {
                    frame
                } else {
                    let (mut begun, cut) = (frame.more(), random.below(payload.len() + 1));
                    rest = Some(begun.payload.split_off(cut.min(begun.payload.len())));
                    begun
                }
            }
        };
        if random.below(20) == 0 {
            frame = broken(random, frame);
        }
        out.extend_from_slice(&frame.encode(to));
    }
    out
}

fn broken(random: &mut Random, frame: Frame) -> Frame {
    match random.below(9) {
        0 => frame.rsv(random.below(8) as u8),
        1 => frame.form(Form::Eight),
        2 => frame.wrong_mask(),
        3 => frame.claiming(random.bits() >> random.below(64)),
        4 => Frame { opcode: random.below(16) as u8, ..frame },
        5 => Frame { fin: !frame.fin, ..frame },
        6 => Frame { payload: vec![0xff; random.below(200)], ..frame },
        7 => close(random.bits() as u16, [0xff]),
        _ => Frame { payload: vec![3; random.below(3)], opcode: 8, ..frame },
    }
}
