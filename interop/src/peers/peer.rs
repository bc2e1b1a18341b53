//! Who takes part.

use super::compression::Compression;

/// An implementation written by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Python's `websockets`.
    Websockets,
    /// npm's `ws`.
    Ws,
    /// The WebSocket client built into Node.
    Builtin,
    /// curl with an upgrade written by hand.
    Curl,
    /// Boost.Beast.
    Beast,
    /// A page in Chromium.
    Chromium,
    /// A socket that breaks the rules, without an implementation behind it.
    Raw,
}

impl Peer {
    /// All of them, in the order of the table.
    pub(crate) const ALL: [Self; 7] = [
        Self::Websockets,
        Self::Ws,
        Self::Builtin,
        Self::Curl,
        Self::Beast,
        Self::Chromium,
        Self::Raw,
    ];

    /// Those who have a server.
    pub(crate) const SERVERS: [Self; 3] = [Self::Websockets, Self::Ws, Self::Beast];

    /// What it is called in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Websockets => "python websockets",
            Self::Ws => "npm ws",
            Self::Builtin => "node built-in",
            Self::Curl => "curl",
            Self::Beast => "Boost.Beast",
            Self::Chromium => "Chromium",
            Self::Raw => "bare socket",
        }
    }

    /// Whether the messages of its client are compressed. Node's own client inflates what comes and
    /// compresses nothing so far, as RFC 7692 6 allows; that may change.
    pub(crate) fn compresses(self, compression: Compression) -> Option<bool> {
        (self != Self::Builtin || !compression.is_some()).then_some(compression.is_some())
    }

    /// Whether it shows its caller the answer that refused it.
    pub(crate) fn shows_answers(self) -> bool {
        self != Self::Builtin
    }
}
