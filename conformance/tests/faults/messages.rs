//! What is said in a session.

use std::sync::LazyLock;

use ws_core::Message;

/// How long the messages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Size {
    /// Few octets, where each of them is an operation.
    Short,
    /// As messages are.
    Usual,
    /// Longer than what is written or read at a time.
    Long,
}

/// What the server says first, in two parts.
pub(crate) const GREETING: [&str; 2] = ["how do ", "you do"];

/// What a server that is the partner says at once behind that: it has been read while something else is being sent.
pub(crate) const NEWS: &str = "by the way";

/// The payload of each side's ping.
pub(crate) const PING: &[u8] = b"still there?";

impl Size {
    /// How many octets a read gives at most.
    pub(crate) fn reads(self) -> &'static [usize] {
        match self {
            Self::Short | Self::Usual => &[1, 2, 3, 7, usize::MAX],
            Self::Long => &[usize::MAX],
        }
    }

    /// What the client says, one after the other, and the server after it. The second is sent in parts.
    pub(crate) fn messages(self) -> &'static [Message] {
        static MESSAGES: LazyLock<[Vec<Message>; 3]> = LazyLock::new(|| {
            let of = |lens: &[usize]| lens.iter().enumerate().map(message).collect();
            [of(&[16, 30]), of(&[16, 200, 125]), of(&[16, 200, 70 * 1024])]
        });
        &MESSAGES[self as usize]
    }
}

fn message((number, len): (usize, &usize)) -> Message {
    let octets = (0..*len).map(|at| b'a' + ((at * 7 + at / 64 + number) % 26) as u8);
    match number % 2 {
        0 => Message::text(octets.map(char::from).collect::<String>()),
        _ => Message::binary(octets.collect::<Vec<_>>()),
    }
}

/// The greeting as a message.
pub(crate) fn greeting() -> Message {
    Message::text(GREETING.concat())
}
