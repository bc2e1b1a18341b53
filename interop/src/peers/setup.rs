//! How servers are set up, ours and those of the peers.

use super::compression::{Compression, NARROW_WINDOW_BITS};

/// How a server is set up: ours knows all but [`Setup::Narrow`], a peer's the first three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setup {
    /// Prefers `chat.v2` to `chat.v1`, knows no extension.
    Plain,
    /// [`Plain`](Self::Plain) with permessage-deflate.
    Deflate,
    /// [`Deflate`](Self::Deflate) with windows of [`NARROW_WINDOW_BITS`].
    Narrow,
    /// Refuses clients that do not offer `chat.v2`, or come from another origin than
    /// `https://app.example`.
    Strict,
    /// Wants the user `user` with the password `pass`.
    Private,
    /// Keeps a connection after an answer that opened nothing.
    Kept,
    /// Echoes, compressed or not.
    Echo(Compression),
    /// [`Echo`](Self::Echo), but takes messages of 1,000 bytes at most, closes after three of them,
    /// and sends pings.
    Limited(Compression),
}

impl Setup {
    /// Those ours is started with.
    pub(crate) fn ours() -> Vec<Self> {
        let mut all = vec![Self::Plain, Self::Deflate, Self::Strict, Self::Private, Self::Kept];
        all.extend(Compression::ALL.map(Self::Echo));
        all.extend(Compression::ALL.map(Self::Limited));
        all
    }

    /// Those a peer's is started with.
    pub(crate) const PEERS: [Self; 3] = [Self::Plain, Self::Deflate, Self::Narrow];

    /// How a peer's server is set up for messages: it does what our client asks for.
    pub(crate) fn of_peer(compression: Compression) -> Self {
        if compression.is_some() { Self::Deflate } else { Self::Plain }
    }

    /// The options that make a server so, for ours and for a peer's.
    pub(crate) fn args(self) -> Vec<&'static str> {
        match self {
            Self::Plain => SUBPROTOCOLS.to_vec(),
            Self::Deflate => [&SUBPROTOCOLS[..], &["--deflate"]].concat(),
            Self::Narrow => [&SUBPROTOCOLS[..], &["--window", NARROW_WINDOW_BITS]].concat(),
            Self::Strict => STRICT.to_vec(),
            Self::Private => vec!["--basic-auth", "user:pass"],
            Self::Kept => vec!["--keep-alive"],
            Self::Echo(compression) => [&SUBPROTOCOLS[..], compression.args()].concat(),
            Self::Limited(compression) => [&LIMITS[..], compression.args()].concat(),
        }
    }
}

const SUBPROTOCOLS: [&str; 4] = ["--subprotocol", "chat.v2", "--subprotocol", "chat.v1"];

const STRICT: [&str; 5] =
    ["--subprotocol", "chat.v2", "--require-subprotocol", "--origin", "https://app.example"];

const LIMITS: [&str; 6] =
    ["--max-message", "1000", "--close-after", "3", "--ping-interval-ms", PING_INTERVAL_MS];

/// The peers' programs are silent for 3.2 s: that is more than twice as much, so a server that does
/// not get its pong gives up meanwhile.
const PING_INTERVAL_MS: &str = "1500";
