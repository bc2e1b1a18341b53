//! What breaks a rule of permessage-deflate. RFC 7692

use super::draft::{Draft, about};
use crate::grade::Grade::{self, Must, Security, Should};
use crate::script::Step;
use crate::wire::frame::{BINARY, CONTINUATION, Frame, PING, TEXT};

/// What browsers offer, without a word on windows: then no answer can ask this side to change its own.
pub(super) const OFFER: &str = "permessage-deflate";

pub(super) fn drafts() -> Vec<Draft> {
    let fails = || Step::Fails(&[1002, 1007]);
    let compressed = |octets: &[u8]| Frame::new(BINARY, octets).reserving(4);
    let case = |name: &str, title: &str, grade: Grade, section, text, steps: Vec<Step>| {
        let name = format!("compressed/{name}");
        let mut draft = about(grade, section, text).case(name, title, steps);
        draft.script.extension = Some(OFFER);
        draft
    };
    let bits = "RSV1 is for the first frame of a compressed message, and for no other frame.";
    let broken = "A message that cannot be inflated is none, and should fail the connection.";
    let mut bomb = case(
        "bomb",
        "a message that inflates to far more than is taken",
        Security,
        "RFC 7692 8",
        "The limit for messages is one for what they are when they are inflated, while they are.",
        vec![
            Step::Send(vec![compressed(&zeros(BOMB_LEN))]),
            Step::Fails(&[1009, 1008, 1002, 1007]),
        ],
    );
    bomb.needs_limit = true;
    vec![
        case(
            "rsv1-ping",
            "a ping with RSV1",
            Must,
            "RFC 7692 6",
            bits,
            vec![Step::Send(vec![Frame::new(PING, "x").reserving(4)]), fails()],
        ),
        case(
            "rsv1-continuation",
            "a continuation with RSV1",
            Must,
            "RFC 7692 6",
            bits,
            vec![
                Step::Send(vec![
                    compressed(b"\xf2\x48\xcd\xc9\xc9\x07\x00").unfinished(),
                    Frame::new(CONTINUATION, "").reserving(4),
                ]),
                fails(),
            ],
        ),
        case(
            "rsv2",
            "a message with RSV2",
            Must,
            "RFC 6455 5.2",
            "A reserved bit that no extension has given a meaning fails the connection.",
            vec![Step::Send(vec![Frame::new(TEXT, "x").reserving(2)]), fails()],
        ),
        case(
            "broken-block",
            "a block of a type that is none",
            Should,
            "RFC 7692 7.2.2",
            broken,
            vec![Step::Send(vec![compressed(&[0x07, 0, 0])]), fails()],
        ),
        case(
            "broken-distance",
            "a distance before the beginning",
            Should,
            "RFC 7692 7.2.2",
            broken,
            vec![Step::Send(vec![compressed(&before_the_beginning())]), fails()],
        ),
        case(
            "broken-text",
            "a text message that is no text once it is inflated",
            Must,
            "RFC 6455 8.1",
            "Text that is no UTF-8 fails the connection, compressed or not.",
            vec![Step::Compressed(TEXT, b"a\xff\xfeb".to_vec(), usize::MAX), Step::Fails(&[1007])],
        ),
        bomb,
    ]
}

/// 64 MiB, in less than half a MiB when it is sent.
const BOMB_LEN: usize = 1 << 26;

/// So many zeros, in one block with the codes that RFC 1951 3.2.6 fixes: a zero, and then 258 times the same over and over.
fn zeros(len: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b010, 3);
    // Codes are written from their first bit on, so they are turned around here. A zero is 00110000.
    bits.push(0b0000_1100, 8);
    for _ in 0..len / 258 {
        // A length of 258 is 11000101, a distance of 1 is 00000.
        bits.push(0b1010_0011, 8);
        bits.push(0, 5);
    }
    // The end of the block is 0000000, and an empty stored block stands behind it, without its last four octets.
    bits.push(0, 7);
    bits.push(0, 3);
    bits.octets
}

/// Three octets that are those at a distance of one, where there is none yet.
fn before_the_beginning() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b010, 3);
    // A length of 3 is 0000001, a distance of 1 is 00000.
    bits.push(0b100_0000, 7);
    bits.push(0, 5);
    bits.push(0, 7);
    bits.push(0, 3);
    bits.octets
}

#[derive(Debug, Default)]
struct Bits {
    octets: Vec<u8>,
    used: u32,
}

impl Bits {
    fn push(&mut self, bits: u32, count: u32) {
        for at in 0..count {
            if self.used % 8 == 0 {
                self.octets.push(0);
            }
            let bit = u8::try_from(bits >> at & 1).unwrap_or_default();
            if let Some(last) = self.octets.last_mut() {
                *last |= bit << (self.used % 8);
            }
            self.used = (self.used + 1) % 8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_fill_octets_from_the_low_end() {
        let mut bits = Bits::default();
        bits.push(0b011, 3);
        bits.push(0b0000_1100, 8);
        assert_eq!(bits.octets, [0b0110_0011, 0]);
        assert!(zeros(BOMB_LEN).len() < 1 << 19);
    }
}
