//! Whether messages are compressed, and how.

/// What both sides negotiate before they exchange messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    /// Nothing.
    None,
    /// permessage-deflate; both keep their context from one message to the next.
    Kept,
    /// permessage-deflate; both begin every message anew.
    Forgotten,
    /// permessage-deflate; both keep their context, in windows of [`NARROW_WINDOW_BITS`].
    Narrow,
}

impl Compression {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Kept, Self::Forgotten, Self::Narrow];

    /// What a case is called that is tried with this.
    pub(crate) fn name(self, case: &str) -> String {
        match self {
            Self::None => case.to_owned(),
            Self::Kept => format!("{case}, compressed"),
            Self::Forgotten => format!("{case}, compressed without context"),
            Self::Narrow => format!("{case}, compressed in small windows"),
        }
    }

    /// Whether messages are compressed.
    pub(crate) fn is_some(self) -> bool {
        self != Self::None
    }

    /// Whether a message may refer to the one before.
    pub(crate) fn keeps_context(self) -> bool {
        matches!(self, Self::Kept | Self::Narrow)
    }

    /// The options of our client or server. Short messages are compressed, too.
    pub(crate) fn args(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Kept => &["--deflate", "--min-deflate", "0"],
            Self::Forgotten => &["--no-context-takeover", "--min-deflate", "0"],
            Self::Narrow => &["--max-window-bits", NARROW_WINDOW_BITS, "--min-deflate", "0"],
        }
    }

    /// What the programs of the peers are told.
    pub(crate) fn peer_args(self) -> &'static [&'static str] {
        if self.is_some() { &["--deflate"] } else { &[] }
    }

    /// The extensions that a server agrees to.
    pub(crate) fn answer(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Kept => "permessage-deflate",
            Self::Forgotten => {
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            }
            Self::Narrow => {
                "permessage-deflate; server_max_window_bits=10; client_max_window_bits=10"
            }
        }
    }

    /// Whether a list of extensions is what was to be negotiated, in any order. A window of 15 bits
    /// is what there is anyway; some name it.
    pub(crate) fn fits(self, extensions: &str) -> bool {
        let params = |list| {
            let all = str::split(list, ';').map(str::trim);
            let mut params: Vec<&str> = all.filter(|param| !param.ends_with("=15")).collect();
            params.sort_unstable();
            params
        };
        params(extensions) == params(self.answer())
    }
}

/// Any width but the default of 15 and the 8 that zlib cannot do.
pub(crate) const NARROW_WINDOW_BITS: &str = "10";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_agreed_on_is_told_apart() {
        let reordered = "permessage-deflate;client_max_window_bits=10 ; server_max_window_bits=10";
        for (extensions, fits) in [
            ("none", Some(Compression::None)),
            ("permessage-deflate", Some(Compression::Kept)),
            ("permessage-deflate; server_max_window_bits=15", Some(Compression::Kept)),
            (Compression::Forgotten.answer(), Some(Compression::Forgotten)),
            ("permessage-deflate; server_no_context_takeover", None),
            (reordered, Some(Compression::Narrow)),
            ("permessage-deflate; server_max_window_bits=10", None),
            ("", None),
        ] {
            for each in Compression::ALL {
                assert_eq!(each.fits(extensions), Some(each) == fits, "{extensions}, {each:?}");
            }
        }
    }

    #[test]
    fn small_windows_are_those_of_the_handshakes() {
        assert_eq!(Compression::Narrow.answer().matches(NARROW_WINDOW_BITS).count(), 2);
    }
}
