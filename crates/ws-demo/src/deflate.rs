//! The options about compression, for servers and for clients.

use lexopt::{Error, Parser, ValueExt};
use ws_core::{ClientWindow, DeflateConfig, DeflateOffer, WebSocketConfig};

/// What the command line says about permessage-deflate (RFC 7692).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Compression {
    wanted: bool,
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    client_max_window_bits: Option<u8>,
    level: Option<u8>,
    min_len: Option<usize>,
}

impl Compression {
    /// `--deflate[=PARAMS]`, where PARAMS is what stands behind the extension's name on the wire.
    pub(crate) fn agree(&mut self, parser: &mut Parser) -> Result<(), Error> {
        self.wanted = true;
        match parser.optional_value() {
            Some(params) => self.read(&params.string()?).map_err(Error::from),
            None => Ok(()),
        }
    }

    /// `--no-context-takeover`
    pub(crate) fn forget_contexts(&mut self) {
        self.wanted = true;
        self.server_no_context_takeover = true;
        self.client_no_context_takeover = true;
    }

    /// `--max-window-bits N`
    pub(crate) fn limit_windows(&mut self, parser: &mut Parser) -> Result<(), Error> {
        self.wanted = true;
        let bits = Some(bits(&parser.value()?.string()?)?);
        (self.server_max_window_bits, self.client_max_window_bits) = (bits, bits);
        Ok(())
    }

    /// `--deflate-level N`
    pub(crate) fn level(&mut self, parser: &mut Parser) -> Result<(), Error> {
        let level = parser.value()?.parse().ok().filter(|level| *level <= 9);
        self.level = Some(level.ok_or("--deflate-level takes 0 to 9")?);
        Ok(())
    }

    /// `--min-deflate BYTES`
    pub(crate) fn min_len(&mut self, parser: &mut Parser) -> Result<(), Error> {
        self.min_len = Some(parser.value()?.parse()?);
        Ok(())
    }

    /// What a server agrees to.
    pub(crate) fn config(&self) -> Option<DeflateConfig> {
        let default = DeflateConfig::default();
        self.wanted.then_some(DeflateConfig {
            server_no_context_takeover: self.server_no_context_takeover,
            client_no_context_takeover: self.client_no_context_takeover,
            server_max_window_bits: self
                .server_max_window_bits
                .unwrap_or(default.server_max_window_bits),
            client_max_window_bits: self
                .client_max_window_bits
                .unwrap_or(default.client_max_window_bits),
        })
    }

    /// What a client offers.
    pub(crate) fn offer(&self) -> Option<DeflateOffer> {
        self.wanted.then_some(DeflateOffer {
            server_no_context_takeover: self.server_no_context_takeover,
            client_no_context_takeover: self.client_no_context_takeover,
            server_max_window_bits: self.server_max_window_bits,
            client_max_window_bits: match self.client_max_window_bits {
                Some(bits) => ClientWindow::Bits(bits),
                None => ClientWindow::Any,
            },
        })
    }

    /// How messages are compressed then.
    pub(crate) fn tune(&self, config: &mut WebSocketConfig) {
        if let Some(level) = self.level {
            config.deflate_level = level;
        }
        if let Some(len) = self.min_len {
            config.min_deflate_len = len;
        }
    }

    fn read(&mut self, params: &str) -> Result<(), String> {
        for param in params.split(';').map(str::trim).filter(|param| !param.is_empty()) {
            match param.split_once('=').map_or((param, None), |(name, value)| (name, Some(value))) {
                ("server_no_context_takeover", None) => self.server_no_context_takeover = true,
                ("client_no_context_takeover", None) => self.client_no_context_takeover = true,
                // What a client offers without saying so.
                ("client_max_window_bits", None) => {}
                ("server_max_window_bits", Some(value)) => {
                    self.server_max_window_bits = Some(bits(value)?);
                }
                ("client_max_window_bits", Some(value)) => {
                    self.client_max_window_bits = Some(bits(value)?);
                }
                _ => return Err(format!("permessage-deflate has no parameter {param:?}")),
            }
        }
        Ok(())
    }
}

/// Each end compresses with one of the two windows, and zlib with none of 8 bits.
fn bits(value: &str) -> Result<u8, String> {
    let bits = value.parse().ok().filter(|bits| (9..=15).contains(bits));
    bits.ok_or_else(|| format!("a window has 9 to 15 bits, not {value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(params: &str) -> Result<Compression, String> {
        let mut compression = Compression { wanted: true, ..Compression::default() };
        compression.read(params).map(|()| compression)
    }

    #[test]
    fn parameters_are_those_of_the_rfc() {
        let all = read(
            "server_no_context_takeover; server_max_window_bits=10 ;client_max_window_bits=9;",
        );
        let all = all.unwrap();
        let config = all.config().unwrap();
        assert!(config.server_no_context_takeover && !config.client_no_context_takeover);
        assert_eq!((config.server_max_window_bits, config.client_max_window_bits), (10, 9));
        let offer = all.offer().unwrap();
        assert_eq!(offer.server_max_window_bits, Some(10));
        assert_eq!(offer.client_max_window_bits, ClientWindow::Bits(9));
        let none = read("client_max_window_bits").unwrap();
        assert_eq!(none.offer(), Some(DeflateOffer::default()));
        assert_eq!(none.config(), Some(DeflateConfig::default()));
        assert_eq!(Compression::default().offer(), None);
    }

    #[test]
    fn what_is_not_a_parameter_is_said() {
        assert!(read("server_max_window_bits").unwrap_err().contains("no parameter"));
        assert!(read("server_max_window_bits=16").unwrap_err().contains("9 to 15"));
        assert!(read("client_max_window_bits=8").unwrap_err().contains("9 to 15"));
        assert!(read("what").unwrap_err().contains("\"what\""));
    }
}
