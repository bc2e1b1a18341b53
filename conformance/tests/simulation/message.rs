//! Messages that can be told apart.

use std::sync::LazyLock;

use bytes::Bytes;
use conformance::random::Random;
use ws_core::{Message, MessageKind, Text};

use crate::{plan::Lens, world::World};

/// A length up to `max`: mostly short, and often one at which something changes.
pub(crate) fn len(world: &World, lens: Lens, max: usize) -> usize {
    let kind = match lens {
        Lens::Short => world.below(5),
        Lens::Any => world.below(8),
        Lens::Long => 6 + world.below(2),
    };
    let len = match kind {
        0 => 0,
        1..4 => world.below(120),
        4 => 120 + world.below(12),
        5 => world.below(5000),
        6 => 65_530 + world.below(12),
        _ => world.below(300_000),
    };
    len.min(max)
}

/// A message with this number, in octets that are its own.
pub(crate) fn new(kind: MessageKind, number: usize, len: usize) -> Message {
    let mut octets = format!("{number}:{len}:").into_bytes();
    octets.truncate(len);
    match kind {
        MessageKind::Binary => {
            // Neither the same everywhere nor without any pattern.
            let start = number * 131 % NOISE.len();
            while octets.len() < len {
                let piece = &NOISE[start..];
                octets.extend_from_slice(&piece[..piece.len().min(len - octets.len())]);
                octets.resize(len.min(octets.len() + 100), b'.');
            }
            Message::binary(octets)
        }
        MessageKind::Text => {
            let start = number % 7;
            while octets.len() < len {
                let piece = &WORDS.as_bytes()[10 * start..];
                octets.extend_from_slice(&piece[..piece.len().min(len - octets.len())]);
            }
            // A character that was cut makes way for others.
            let valid = match std::str::from_utf8(&octets) {
                Ok(_) => len,
                Err(error) => error.valid_up_to(),
            };
            octets[valid..].fill(b'*');
            let text = Text::try_from(Bytes::from(octets));
            Message::Text(text.unwrap_or_else(|error| panic!("a text with {error}")))
        }
    }
}

/// Ten octets each, seven kinds, again and again.
static WORDS: LazyLock<String> = LazyLock::new(|| {
    let words = [
        "abcdefghi ",
        "\u{e4}\u{f6}\u{fc}\u{df} x",
        "\u{20ac}\u{20ac}\u{20ac} ",
        "\u{1f44b}\u{1f44b}xy",
    ];
    (0..420).map(|number| words[number * number % 11 % 4]).collect()
});

static NOISE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut random = Random::new(7);
    (0..4096).map(|_| random.below(256) as u8).collect()
});
