//! What is negotiated: subprotocol and extensions.

use std::sync::Arc;

use super::{
    deflate::{BROWSER_OFFER, DeflateConfig},
    extension::{Malformed, extensions},
};
use crate::{
    codec::list::{is_token, members},
    negotiated::DeflateParams,
};

/// The field that offers subprotocols and names the one chosen.
pub(crate) const SUBPROTOCOL: &str = "sec-websocket-protocol";

/// The field that offers extensions and names those in use.
pub(crate) const EXTENSIONS: &str = "sec-websocket-extensions";

/// Whose order decides when several subprotocols are known to both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Preference {
    /// The order of [`ServerConfig::subprotocols`](crate::ServerConfig::subprotocols).
    #[default]
    Server,
    /// The order of the client's offer.
    Client,
}

/// The names in the lines of Sec-WebSocket-Protocol, all of them tokens (RFC 6455 11.3.4).
pub(crate) fn subprotocols<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
) -> impl Iterator<Item = &'a [u8]> {
    lines.flat_map(members)
}

/// Checks that the lines of Sec-WebSocket-Protocol hold `1#token`.
pub(crate) fn check_subprotocols<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
    may_be_empty: bool,
) -> Result<(), Malformed> {
    let mut any = may_be_empty;
    let tokens = subprotocols(lines).all(|name| {
        any = true;
        is_token(name)
    });
    if any && tokens { Ok(()) } else { Err(Malformed) }
}

/// The subprotocol that `known` and the offer have in common; names are compared exactly.
pub(crate) fn choose_subprotocol<'a, L: Iterator<Item = &'a [u8]>>(
    lines: impl Fn() -> L,
    known: &[Arc<str>],
    preference: Preference,
) -> Option<Arc<str>> {
    let offered = || subprotocols(lines());
    let chosen = match preference {
        Preference::Server => {
            known.iter().find(|name| offered().any(|offered| offered == name.as_bytes()))
        }
        Preference::Client => {
            offered().find_map(|offered| known.iter().find(|name| offered == name.as_bytes()))
        }
    };
    chosen.cloned()
}

/// Walks every offer of the lines in order and takes the first that can be met. The whole list
/// must be well formed, whether an extension is wanted or not.
pub(crate) fn choose_deflate<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
    config: Option<&DeflateConfig>,
    may_be_empty: bool,
) -> Result<Option<DeflateParams>, Malformed> {
    let mut any = may_be_empty;
    let mut chosen = None;
    for line in lines {
        if line == BROWSER_OFFER {
            any = true;
            chosen = chosen.or_else(|| config.and_then(DeflateConfig::answer_browser));
            continue;
        }
        for extension in extensions(line) {
            let extension = extension?;
            any = true;
            if chosen.is_none() {
                chosen = config.and_then(|config| config.answer(&extension));
            }
        }
    }
    if any { Ok(chosen) } else { Err(Malformed) }
}
