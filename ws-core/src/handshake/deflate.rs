//! Negotiating permessage-deflate (RFC 7692 5 and 7.1).

use std::{
    fmt::{self, Write as _},
    str::FromStr,
};

use super::{
    argument_error::ArgumentError,
    extension::{Extension, Value, extensions},
};
use crate::negotiated::DeflateParams;

/// The extension's registered name (RFC 7692 7).
pub(crate) const NAME: &str = "permessage-deflate";

/// What browsers offer, to the letter: the most frequent line of all, and known to be well formed.
pub(crate) const BROWSER_OFFER: &[u8] = b"permessage-deflate; client_max_window_bits";

/// What a server does with an offer of permessage-deflate.
///
/// A server answers the first offer it can meet. It never uses more than the client asked for.
///
/// ```
/// use ws_core::{DeflateConfig, ServerConfig};
///
/// let small = DeflateConfig::new().server_max_window_bits(10);
/// # #[cfg(feature = "deflate")]
/// let config = ServerConfig::new().deflate(small);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeflateConfig {
    /// Base-2 logarithm of the largest window the server compresses with, 9 to 15; 15 by default.
    /// Values outside are taken as the nearest one. An offer that asks for 8 is declined: zlib
    /// cannot compress with a window that small.
    pub server_max_window_bits: u8,
    /// Base-2 logarithm of the largest window the server inflates with, 8 to 15; 15 by default. An
    /// offer that does not let the server limit the client's window is declined below 15.
    pub client_max_window_bits: u8,
    /// Forget the server's compression context after every message, even if the client did not ask.
    pub server_no_context_takeover: bool,
    /// Make the client forget its compression context after every message.
    pub client_no_context_takeover: bool,
}

impl Default for DeflateConfig {
    fn default() -> Self {
        Self {
            server_max_window_bits: MAX_BITS,
            client_max_window_bits: MAX_BITS,
            server_no_context_takeover: false,
            client_no_context_takeover: false,
        }
    }
}

impl DeflateConfig {
    /// The largest windows, with the context kept.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`server_max_window_bits`](Self#structfield.server_max_window_bits).
    #[must_use]
    pub fn server_max_window_bits(mut self, bits: u8) -> Self {
        self.server_max_window_bits = bits;
        self
    }

    /// Sets [`client_max_window_bits`](Self#structfield.client_max_window_bits).
    #[must_use]
    pub fn client_max_window_bits(mut self, bits: u8) -> Self {
        self.client_max_window_bits = bits;
        self
    }

    /// Sets [`server_no_context_takeover`](Self#structfield.server_no_context_takeover).
    #[must_use]
    pub fn server_no_context_takeover(mut self, forget: bool) -> Self {
        self.server_no_context_takeover = forget;
        self
    }

    /// Sets [`client_no_context_takeover`](Self#structfield.client_no_context_takeover).
    #[must_use]
    pub fn client_no_context_takeover(mut self, forget: bool) -> Self {
        self.client_no_context_takeover = forget;
        self
    }

    /// The parameters to answer this offer with, or `None` to decline it.
    pub(crate) fn answer(&self, offer: &Extension<'_>) -> Option<DeflateParams> {
        // "A server MUST decline an extension negotiation offer for this extension if any of the
        // following conditions are met": an unknown parameter, an invalid value, a parameter twice,
        // or parameters that cannot be supported. RFC 7692 7
        self.meet(&Params::parse(extension_of(offer)?, true)?)
    }

    /// The parameters to answer [`BROWSER_OFFER`] with, or `None` to decline it.
    pub(crate) fn answer_browser(&self) -> Option<DeflateParams> {
        self.meet(&Params { client_bits: ClientBits::NoValue, ..Params::default() })
    }

    fn meet(&self, offer: &Params) -> Option<DeflateParams> {
        let own_max = self.server_max_window_bits.clamp(MIN_OWN_BITS, MAX_BITS);
        let server_bits = offer.server_bits.map_or(own_max, |bits| bits.min(own_max));
        let client_max = self.client_max_window_bits.clamp(MIN_BITS, MAX_BITS);
        let client_bits = match offer.client_bits {
            ClientBits::Absent if client_max < MAX_BITS => return None,
            ClientBits::Absent | ClientBits::NoValue => client_max,
            ClientBits::Value(bits) => bits.min(client_max),
        };
        (server_bits >= MIN_OWN_BITS).then_some(DeflateParams {
            server_no_context_takeover: offer.server_no_context || self.server_no_context_takeover,
            client_no_context_takeover: offer.client_no_context || self.client_no_context_takeover,
            server_max_window_bits: server_bits,
            client_max_window_bits: client_bits,
            server_bits_named: offer.server_bits.is_some() || server_bits < MAX_BITS,
            client_bits_named: client_bits < MAX_BITS,
        })
    }
}

/// An offer of permessage-deflate that a client makes. The default is what browsers send.
///
/// ```
/// use ws_core::{ClientConfig, ClientWindow, DeflateOffer};
///
/// // Offers a small window first, and whatever the server likes second.
/// let small = DeflateOffer::new().server_max_window_bits(10);
/// # #[cfg(feature = "deflate")]
/// let config = ClientConfig::new().deflate(small).deflate(DeflateOffer::new());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeflateOffer {
    /// Ask the server to compress with a window of at most this many bits, 8 to 15.
    pub server_max_window_bits: Option<u8>,
    /// What is said about the client's own window.
    pub client_max_window_bits: ClientWindow,
    /// Ask the server to forget its compression context after every message.
    pub server_no_context_takeover: bool,
    /// Tell the server that the client forgets its own.
    pub client_no_context_takeover: bool,
}

/// What an offer says about the window that the client compresses with (RFC 7692 7.1.2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientWindow {
    /// Nothing: the server cannot limit it.
    Omitted,
    /// The parameter without a value: the server may limit it.
    #[default]
    Any,
    /// At most this many bits, 9 to 15; the server may limit it further.
    Bits(u8),
}

impl DeflateOffer {
    /// What browsers offer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`server_max_window_bits`](Self#structfield.server_max_window_bits).
    #[must_use]
    pub fn server_max_window_bits(mut self, bits: impl Into<Option<u8>>) -> Self {
        self.server_max_window_bits = bits.into();
        self
    }

    /// Sets [`client_max_window_bits`](Self#structfield.client_max_window_bits).
    #[must_use]
    pub fn client_max_window_bits(mut self, window: ClientWindow) -> Self {
        self.client_max_window_bits = window;
        self
    }

    /// Sets [`server_no_context_takeover`](Self#structfield.server_no_context_takeover).
    #[must_use]
    pub fn server_no_context_takeover(mut self, forget: bool) -> Self {
        self.server_no_context_takeover = forget;
        self
    }

    /// Sets [`client_no_context_takeover`](Self#structfield.client_no_context_takeover).
    #[must_use]
    pub fn client_no_context_takeover(mut self, forget: bool) -> Self {
        self.client_no_context_takeover = forget;
        self
    }

    pub(crate) fn check(&self) -> Result<(), ArgumentError> {
        let server_ok =
            self.server_max_window_bits.is_none_or(|bits| (MIN_BITS..=MAX_BITS).contains(&bits));
        let client_ok = match self.client_max_window_bits {
            ClientWindow::Bits(bits) => (MIN_OWN_BITS..=MAX_BITS).contains(&bits),
            ClientWindow::Omitted | ClientWindow::Any => true,
        };
        match (server_ok, client_ok, self.server_max_window_bits, self.client_max_window_bits) {
            (false, _, Some(bits), _) | (_, false, _, ClientWindow::Bits(bits)) => {
                Err(ArgumentError::Deflate(bits))
            }
            _ => Ok(()),
        }
    }

    /// The parameters that `answer` sets, if it is a legal answer to this offer.
    fn agree(&self, answer: &Params) -> Option<DeflateParams> {
        // "A server accepts an extension negotiation offer that includes the
        // "server_no_context_takeover" extension parameter by including" it. RFC 7692 7.1.1.1
        let kept_contexts = self.server_no_context_takeover && !answer.server_no_context;
        // Likewise its window, "with the same or smaller value as the offer". RFC 7692 7.1.2.1
        let server_bits_ok = match (self.server_max_window_bits, answer.server_bits) {
            (Some(most), Some(bits)) => bits <= most,
            (Some(_), None) => false,
            (None, _) => true,
        };
        let client_bits = match (self.client_max_window_bits, answer.client_bits) {
            (ClientWindow::Omitted, ClientBits::Absent) => MAX_BITS,
            // "If a received extension negotiation offer doesn't have the "client_max_window_bits"
            // extension parameter, the corresponding [...] response to the offer MUST NOT include"
            // it. RFC 7692 7.1.2.2
            (ClientWindow::Omitted, _) | (_, ClientBits::NoValue) => return None,
            (ClientWindow::Any, ClientBits::Absent) => MAX_BITS,
            (ClientWindow::Any, ClientBits::Value(bits)) => bits,
            (ClientWindow::Bits(hint), ClientBits::Absent) => hint,
            (ClientWindow::Bits(hint), ClientBits::Value(bits)) => bits.min(hint),
        };
        if kept_contexts || !server_bits_ok || client_bits < MIN_OWN_BITS {
            return None;
        }
        Some(DeflateParams {
            server_no_context_takeover: answer.server_no_context,
            client_no_context_takeover: answer.client_no_context || self.client_no_context_takeover,
            server_max_window_bits: answer.server_bits.unwrap_or(MAX_BITS),
            client_max_window_bits: client_bits,
            server_bits_named: answer.server_bits.is_some(),
            client_bits_named: matches!(answer.client_bits, ClientBits::Value(_)),
        })
    }
}

impl fmt::Display for DeflateOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAME)?;
        match self.client_max_window_bits {
            ClientWindow::Omitted => {}
            ClientWindow::Any => f.write_str("; client_max_window_bits")?,
            ClientWindow::Bits(bits) => write!(f, "; client_max_window_bits={bits}")?,
        }
        if let Some(bits) = self.server_max_window_bits {
            write!(f, "; server_max_window_bits={bits}")?;
        }
        write_flags(f, self.server_no_context_takeover, self.client_no_context_takeover)
    }
}

/// The value of Sec-WebSocket-Extensions that makes these offers, most preferred first.
pub(crate) fn offer_value(offers: &[DeflateOffer]) -> String {
    let mut value = String::new();
    for (i, offer) in offers.iter().enumerate() {
        let _ = write!(value, "{}{offer}", if i == 0 { "" } else { ", " });
    }
    value
}

/// The parameters that `answer` sets, if it is a legal answer to one of `offers`.
pub(crate) fn agreed(offers: &[DeflateOffer], answer: &Extension<'_>) -> Option<DeflateParams> {
    let answer = Params::parse(*answer, false)?;
    offers.iter().find_map(|offer| offer.agree(&answer))
}

impl FromStr for DeflateParams {
    type Err = ArgumentError;

    /// Reads a server's answer: one extension, as in the Sec-WebSocket-Extensions of a 101.
    ///
    /// # Errors
    ///
    /// [`ArgumentError::DeflateParams`] for anything but a well-formed permessage-deflate.
    fn from_str(answer: &str) -> Result<Self, ArgumentError> {
        let invalid = || ArgumentError::DeflateParams(answer.escape_default().to_string());
        let mut all = extensions(answer.as_bytes());
        let (Some(Ok(extension)), None) = (all.next(), all.next()) else {
            return Err(invalid());
        };
        let params = extension_of(&extension).and_then(|extension| Params::parse(extension, false));
        let params = params.ok_or_else(invalid)?;
        let client_bits = match params.client_bits {
            ClientBits::Value(bits) => Some(bits),
            ClientBits::Absent | ClientBits::NoValue => None,
        };
        Ok(Self {
            server_no_context_takeover: params.server_no_context,
            client_no_context_takeover: params.client_no_context,
            server_max_window_bits: params.server_bits.unwrap_or(MAX_BITS),
            client_max_window_bits: client_bits.unwrap_or(MAX_BITS),
            server_bits_named: params.server_bits.is_some(),
            client_bits_named: client_bits.is_some(),
        })
    }
}

impl fmt::Display for DeflateParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAME)?;
        write_flags(f, self.server_no_context_takeover, self.client_no_context_takeover)?;
        if self.server_bits_named {
            write!(f, "; server_max_window_bits={}", self.server_max_window_bits)?;
        }
        if self.client_bits_named {
            write!(f, "; client_max_window_bits={}", self.client_max_window_bits)?;
        }
        Ok(())
    }
}

fn write_flags(f: &mut fmt::Formatter<'_>, server: bool, client: bool) -> fmt::Result {
    if server {
        f.write_str("; server_no_context_takeover")?;
    }
    if client {
        f.write_str("; client_no_context_takeover")?;
    }
    Ok(())
}

fn extension_of<'a>(offer: &Extension<'a>) -> Option<Extension<'a>> {
    (offer.name == NAME.as_bytes()).then_some(*offer)
}

/// The parameters of an offer or an answer, each well formed and present at most once.
#[derive(Default)]
struct Params {
    server_no_context: bool,
    client_no_context: bool,
    server_bits: Option<u8>,
    client_bits: ClientBits,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum ClientBits {
    #[default]
    Absent,
    NoValue,
    Value(u8),
}

impl Params {
    fn parse(extension: Extension<'_>, is_offer: bool) -> Option<Self> {
        let mut params = Self::default();
        for (name, value) in extension.params() {
            let repeated = match (name, value) {
                (b"server_no_context_takeover", None) => {
                    std::mem::replace(&mut params.server_no_context, true)
                }
                (b"client_no_context_takeover", None) => {
                    std::mem::replace(&mut params.client_no_context, true)
                }
                (b"server_max_window_bits", Some(value)) => {
                    params.server_bits.replace(window_bits(value)?).is_some()
                }
                (b"client_max_window_bits", value) => {
                    let bits = match value {
                        // Only an offer may leave out the value. RFC 7692 7.1.2.2
                        None if is_offer => ClientBits::NoValue,
                        None => return None,
                        Some(value) => ClientBits::Value(window_bits(value)?),
                    };
                    std::mem::replace(&mut params.client_bits, bits) != ClientBits::Absent
                }
                _ => return None,
            };
            if repeated {
                return None;
            }
        }
        Some(params)
    }
}

/// "a decimal integer value without leading zeroes between 8 to 15, inclusive". RFC 7692 7.1.2.1
fn window_bits(value: Value<'_>) -> Option<u8> {
    let mut digits = value.bytes();
    match (digits.next()?, digits.next(), digits.next()) {
        (digit @ b'8'..=b'9', None, _) => Some(digit - b'0'),
        (b'1', Some(digit @ b'0'..=b'5'), None) => Some(digit - b'0' + 10),
        _ => None,
    }
}

/// The smallest window of RFC 7692.
const MIN_BITS: u8 = 8;
/// The smallest window that zlib compresses with in raw deflate.
const MIN_OWN_BITS: u8 = 9;
/// The largest window of deflate, and the one in use without the parameter.
const MAX_BITS: u8 = 15;

#[cfg(test)]
mod tests {
    use super::*;

    fn first(line: &str) -> Extension<'_> {
        extensions(line.as_bytes()).next().unwrap().unwrap()
    }

    #[test]
    fn window_bits_of_every_number() {
        for n in 0..=300u32 {
            for value in [format!("{n}"), format!("\"{n}\"")] {
                let line = format!("{NAME}; server_max_window_bits={value}");
                let bits = Params::parse(first(&line), true).and_then(|p| p.server_bits);
                let expected = u8::try_from(n).ok().filter(|n| (8..=15).contains(n));
                assert_eq!(bits, expected, "{value}");
            }
        }
    }

    #[test]
    fn the_offer_of_browsers_is_answered_like_any_other() {
        let text = std::str::from_utf8(BROWSER_OFFER).unwrap();
        for bits in 8..=15 {
            for server_no_context_takeover in [false, true] {
                let config = DeflateConfig {
                    server_max_window_bits: bits,
                    client_max_window_bits: bits,
                    server_no_context_takeover,
                    ..DeflateConfig::default()
                };
                assert_eq!(config.answer_browser(), config.answer(&first(text)));
            }
        }
    }

    /// RFC 7692 7.1.1: who asks for it gets it, and who wants it says so.
    #[test]
    fn no_context_is_kept_where_either_side_wants_none() {
        for [offered, configured] in [[false, false], [false, true], [true, false], [true, true]] {
            let wanted = offered || configured;
            for is_server in [false, true] {
                let offer = DeflateOffer {
                    server_no_context_takeover: offered && is_server,
                    client_no_context_takeover: offered && !is_server,
                    ..Default::default()
                };
                let config = DeflateConfig {
                    server_no_context_takeover: configured && is_server,
                    client_no_context_takeover: configured && !is_server,
                    ..Default::default()
                };
                let answer = config.answer(&first(&offer.to_string())).unwrap();
                assert_eq!(answer.server_no_context_takeover, wanted && is_server);
                assert_eq!(answer.client_no_context_takeover, wanted && !is_server);
            }
        }
    }

    /// RFC 7692 7.1.1.1 and 7.1.2.1: the server keeps to what it was asked for.
    #[test]
    fn an_answer_grants_what_was_asked_for() {
        let offer = DeflateOffer::default;
        for (offer, answer, is_legal) in [
            (offer(), "", true),
            (offer(), "; server_no_context_takeover", true),
            (offer().server_no_context_takeover(true), "", false),
            (offer().server_no_context_takeover(true), "; server_no_context_takeover", true),
            (offer().server_max_window_bits(10), "", false),
            (offer().server_max_window_bits(10), "; server_max_window_bits=11", false),
            (offer().server_max_window_bits(10), "; server_max_window_bits=10", true),
            (offer().client_max_window_bits(ClientWindow::Any), "; client_max_window_bits=9", true),
            (
                offer().client_max_window_bits(ClientWindow::Any),
                "; client_max_window_bits=8",
                false,
            ),
            (
                offer().client_max_window_bits(ClientWindow::Omitted),
                "; client_max_window_bits=9",
                false,
            ),
        ] {
            let agreed = agreed(&[offer], &first(&format!("{NAME}{answer}")));
            assert_eq!(agreed.is_some(), is_legal, "{answer}");
        }
    }

    /// And no other one.
    #[test]
    fn each_setting_is_heard() {
        let config = DeflateConfig::default;
        for (set, expected) in [
            (
                config().server_max_window_bits(9),
                DeflateConfig { server_max_window_bits: 9, ..config() },
            ),
            (
                config().client_max_window_bits(10),
                DeflateConfig { client_max_window_bits: 10, ..config() },
            ),
            (
                config().server_no_context_takeover(true),
                DeflateConfig { server_no_context_takeover: true, ..config() },
            ),
            (
                config().client_no_context_takeover(true),
                DeflateConfig { client_no_context_takeover: true, ..config() },
            ),
        ] {
            assert_eq!(set, expected);
            assert_ne!(set, config());
        }
        let offer = DeflateOffer::default;
        let window = ClientWindow::Bits(10);
        for (set, expected) in [
            (
                offer().server_max_window_bits(9),
                DeflateOffer { server_max_window_bits: Some(9), ..offer() },
            ),
            (
                offer().client_max_window_bits(window),
                DeflateOffer { client_max_window_bits: window, ..offer() },
            ),
            (
                offer().server_no_context_takeover(true),
                DeflateOffer { server_no_context_takeover: true, ..offer() },
            ),
            (
                offer().client_no_context_takeover(true),
                DeflateOffer { client_no_context_takeover: true, ..offer() },
            ),
        ] {
            assert_eq!(set, expected);
            assert_ne!(set, offer());
        }
    }

    #[test]
    fn the_default_offer_is_what_browsers_send() {
        assert_eq!(
            DeflateOffer::default().to_string(),
            "permessage-deflate; client_max_window_bits"
        );
    }

    #[test]
    fn an_answer_is_read_and_written_the_same() {
        for answer in [
            "permessage-deflate",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            "permessage-deflate; server_max_window_bits=15; client_max_window_bits=8",
        ] {
            let params: DeflateParams = answer.parse().unwrap();
            assert_eq!(params.to_string(), answer);
        }
        for answer in [
            "",
            "x-webkit-deflate-frame",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate, permessage-deflate",
            "permessage-deflate; what",
        ] {
            assert_eq!(
                answer.parse::<DeflateParams>(),
                Err(ArgumentError::DeflateParams(answer.into()))
            );
        }
    }

    #[test]
    fn offers_outside_the_range_are_the_callers_mistake() {
        for bits in [0, 7, 16, 255] {
            let server = DeflateOffer { server_max_window_bits: Some(bits), ..Default::default() };
            assert_eq!(server.check(), Err(ArgumentError::Deflate(bits)));
            let client = ClientWindow::Bits(bits);
            let client = DeflateOffer { client_max_window_bits: client, ..Default::default() };
            assert_eq!(client.check(), Err(ArgumentError::Deflate(bits)));
        }
    }

    #[test]
    fn an_answer_that_names_no_window_leaves_the_one_that_was_offered() {
        let agreed_on = |window: ClientWindow, answer: &str| {
            let offer = DeflateOffer { client_max_window_bits: window, ..Default::default() };
            let agreed = agreed(&[offer], &first(answer));
            agreed.map(|params| params.client_max_window_bits)
        };
        for (window, without, with_11) in [
            (ClientWindow::Omitted, Some(15), None),
            (ClientWindow::Any, Some(15), Some(11)),
            (ClientWindow::Bits(9), Some(9), Some(9)),
            (ClientWindow::Bits(12), Some(12), Some(11)),
            (ClientWindow::Bits(8), None, None),
        ] {
            assert_eq!(agreed_on(window, NAME), without, "{window:?}");
            let answer = format!("{NAME}; client_max_window_bits=11");
            assert_eq!(agreed_on(window, &answer), with_11, "{window:?}");
        }
    }

    #[test]
    fn every_answer_is_legal_for_the_offer_it_answers() {
        let bits = [8, 9, 12, 15];
        for server in bits {
            for client in bits {
                let config = DeflateConfig {
                    server_max_window_bits: server,
                    client_max_window_bits: client,
                    ..Default::default()
                };
                for offered in [None, Some(8), Some(10), Some(15)] {
                    for window in [ClientWindow::Omitted, ClientWindow::Any, ClientWindow::Bits(10)]
                    {
                        let offer = DeflateOffer {
                            server_max_window_bits: offered,
                            client_max_window_bits: window,
                            ..Default::default()
                        };
                        let text = offer.to_string();
                        let Some(answer) = config.answer(&first(&text)) else { continue };
                        let heard = answer.to_string();
                        let agreed = agreed(&[offer], &first(&heard));
                        // A client that cannot compress with a window of 8 fails: that is legal.
                        if answer.client_max_window_bits >= MIN_OWN_BITS {
                            assert_eq!(agreed, Some(answer), "{text} -> {heard}");
                        }
                    }
                }
            }
        }
    }
}
