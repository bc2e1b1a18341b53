//! Whether messages are compressed, and how.

use super::cases::Setup;

/// What both sides agree on before they exchange messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    /// Nothing.
    None,
    /// permessage-deflate; both keep their context from one message to the next.
    Kept,
    /// permessage-deflate; both begin every message anew.
    Forgotten,
}

impl Compression {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::None, Self::Kept, Self::Forgotten];

    /// What a case is called that is tried with this.
    pub(crate) fn name(self, case: &str) -> String {
        match self {
            Self::None => case.to_owned(),
            Self::Kept => format!("{case}, compressed"),
            Self::Forgotten => format!("{case}, compressed without context"),
        }
    }

    /// The options of our client. Short messages are compressed, too.
    pub(crate) fn client_args(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Kept => &["--deflate", "--min-deflate", "0"],
            Self::Forgotten => &["--no-context-takeover", "--min-deflate", "0"],
        }
    }

    /// How our servers are set up, the second of them with limits.
    pub(crate) fn ours(self) -> [Setup; 2] {
        match self {
            Self::None => [Setup::Plain, Setup::Limited],
            Self::Kept => [Setup::Deflate, Setup::LimitedDeflate],
            Self::Forgotten => [Setup::Forgetful, Setup::LimitedDeflate],
        }
    }

    /// How a peer's server is set up: it does what our client asks for.
    pub(crate) fn peers(self) -> Setup {
        match self {
            Self::None => Setup::Plain,
            Self::Kept | Self::Forgotten => Setup::Deflate,
        }
    }

    /// What the programs of the peers are told.
    pub(crate) fn peer_args(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Kept | Self::Forgotten => &["--deflate"],
        }
    }

    /// Whether a list of extensions is what was to be agreed on. The peers' servers name what they
    /// were asked for.
    pub(crate) fn fits(self, extensions: &str) -> bool {
        let forgotten = extensions.contains("server_no_context_takeover");
        match self {
            Self::None => extensions == "none",
            Self::Kept => extensions.starts_with("permessage-deflate") && !forgotten,
            Self::Forgotten => extensions.starts_with("permessage-deflate") && forgotten,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_agreed_on_is_told_apart() {
        for (extensions, fits) in [
            ("none", Compression::None),
            ("permessage-deflate", Compression::Kept),
            ("permessage-deflate; server_no_context_takeover", Compression::Forgotten),
        ] {
            for each in Compression::ALL {
                assert_eq!(each.fits(extensions), each == fits, "{extensions}, {each:?}");
            }
        }
    }
}
