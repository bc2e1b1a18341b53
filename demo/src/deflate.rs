//! The options about compression, for servers and for clients.

use lexopt::{Error, Parser, ValueExt};
use ws_core::{ClientWindow, DeflateConfig, DeflateOffer, Role, WebSocketConfig};

/// What the command line says about permessage-deflate (RFC 7692).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compression {
    role: Role,
    wanted: bool,
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    client_max_window_bits: Option<u8>,
    /// The server may choose the client's window. What is offered unasked does say so; of parameters
    /// that were written out, the one that does may be missing.
    client_window_is_open: bool,
    level: Option<u8>,
    min_len: Option<usize>,
}

impl Compression {
    /// Nothing is compressed, unless something is said.
    pub(crate) fn new(role: Role) -> Self {
        Self {
            role,
            wanted: false,
            server_no_context_takeover: false,
            client_no_context_takeover: false,
            server_max_window_bits: None,
            client_max_window_bits: None,
            client_window_is_open: true,
            level: None,
            min_len: None,
        }
    }

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
        let value = parser.value()?.string()?;
        self.limit_window(Role::Server, &value)?;
        self.limit_window(Role::Client, &value)?;
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

    /// Checks that no option is without effect.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match (self.wanted, self.level, self.min_len) {
            (false, Some(_), _) => Err("--deflate-level is nothing without --deflate".into()),
            (false, _, Some(_)) => Err("--min-deflate is nothing without --deflate".into()),
            _ => Ok(()),
        }
    }

    /// What a server agrees to.
    pub(crate) fn config(&self) -> Option<DeflateConfig> {
        let default = DeflateConfig::default();
        self.wanted.then_some(
            DeflateConfig::new()
                .server_no_context_takeover(self.server_no_context_takeover)
                .client_no_context_takeover(self.client_no_context_takeover)
                .server_max_window_bits(
                    self.server_max_window_bits.unwrap_or(default.server_max_window_bits),
                )
                .client_max_window_bits(
                    self.client_max_window_bits.unwrap_or(default.client_max_window_bits),
                ),
        )
    }

    /// What a client offers.
    pub(crate) fn offer(&self) -> Option<DeflateOffer> {
        self.wanted.then_some(
            DeflateOffer::new()
                .server_no_context_takeover(self.server_no_context_takeover)
                .client_no_context_takeover(self.client_no_context_takeover)
                .server_max_window_bits(self.server_max_window_bits)
                .client_max_window_bits(match self.client_max_window_bits {
                    Some(bits) => ClientWindow::Bits(bits),
                    None if self.client_window_is_open => ClientWindow::Any,
                    None => ClientWindow::Omitted,
                }),
        )
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
        let mut names = Vec::new();
        for param in params.split(';').map(str::trim).filter(|param| !param.is_empty()) {
            let (name, value) = match param.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (param, None),
            };
            match (name, value) {
                (SERVER_NO_CONTEXT, None) => self.server_no_context_takeover = true,
                (CLIENT_NO_CONTEXT, None) => self.client_no_context_takeover = true,
                // Offers may have it without a value, answers may not. RFC 7692 7.1.2.2
                (CLIENT_WINDOW, None) if self.role == Role::Client => {}
                (SERVER_WINDOW | CLIENT_WINDOW, None) => {
                    return Err(format!("{name} wants a value"));
                }
                (SERVER_WINDOW, Some(value)) => self.limit_window(Role::Server, value)?,
                (CLIENT_WINDOW, Some(value)) => self.limit_window(Role::Client, value)?,
                _ => return Err(format!("permessage-deflate has no parameter {param:?}")),
            }
            if names.contains(&name) {
                return Err(format!("{name} is there twice"));
            }
            names.push(name);
        }
        self.client_window_is_open = names.contains(&CLIENT_WINDOW);
        Ok(())
    }

    /// Sets the window that a side compresses with.
    fn limit_window(&mut self, of: Role, value: &str) -> Result<(), String> {
        let (name, window) = match of {
            Role::Server => (SERVER_WINDOW, &mut self.server_max_window_bits),
            Role::Client => (CLIENT_WINDOW, &mut self.client_max_window_bits),
        };
        // zlib inflates with windows of 8 bits, and does not compress with them.
        let least = if of == self.role { 9 } else { 8 };
        let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let bits = unquoted.unwrap_or(value);
        let bits = (least..=15).find(|n| n.to_string() == bits);
        let bits = bits.ok_or_else(|| format!("{name} takes {least} to 15 here, not {value:?}"))?;
        match window.replace(bits) {
            Some(other) if other != bits => {
                Err(format!("{name} cannot be both {other} and {bits}"))
            }
            _ => Ok(()),
        }
    }
}

/// The parameters of RFC 7692 7.1.
const SERVER_NO_CONTEXT: &str = "server_no_context_takeover";
const CLIENT_NO_CONTEXT: &str = "client_no_context_takeover";
const SERVER_WINDOW: &str = "server_max_window_bits";
const CLIENT_WINDOW: &str = "client_max_window_bits";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(role: Role, params: &str) -> Result<Compression, String> {
        let mut compression = Compression { wanted: true, ..Compression::new(role) };
        compression.read(params).map(|()| compression)
    }

    #[test]
    fn a_server_has_the_parameters_of_the_rfc() {
        let params =
            "server_no_context_takeover; server_max_window_bits=10 ;client_max_window_bits=\"8\";";
        let config = read(Role::Server, params).unwrap().config().unwrap();
        assert!(config.server_no_context_takeover && !config.client_no_context_takeover);
        assert_eq!((config.server_max_window_bits, config.client_max_window_bits), (10, 8));
        assert_eq!(read(Role::Server, "").unwrap().config(), Some(DeflateConfig::default()));
        assert_eq!(Compression::new(Role::Server).config(), None);
    }

    #[test]
    fn a_client_offers_what_is_written_and_nothing_else() {
        for params in [
            "",
            "; client_max_window_bits",
            "; client_max_window_bits=9; server_max_window_bits=8",
            "; server_no_context_takeover; client_no_context_takeover",
        ] {
            let offer = read(Role::Client, params).unwrap().offer().unwrap();
            assert_eq!(offer.to_string(), format!("permessage-deflate{params}"));
        }
        let unasked = Compression { wanted: true, ..Compression::new(Role::Client) };
        assert_eq!(unasked.offer(), Some(DeflateOffer::default()));
        assert_eq!(Compression::new(Role::Client).offer(), None);
    }

    #[test]
    fn what_is_not_a_parameter_is_said() {
        for (role, params, error) in [
            (Role::Client, "what", "permessage-deflate has no parameter \"what\""),
            (
                Role::Client,
                "server_no_context_takeover=1",
                "permessage-deflate has no parameter \"server_no_context_takeover=1\"",
            ),
            (Role::Client, "server_max_window_bits", "server_max_window_bits wants a value"),
            (Role::Server, "client_max_window_bits", "client_max_window_bits wants a value"),
            (
                Role::Server,
                "client_no_context_takeover;client_no_context_takeover",
                "client_no_context_takeover is there twice",
            ),
            (
                Role::Client,
                "client_max_window_bits; client_max_window_bits=10",
                "client_max_window_bits is there twice",
            ),
            (
                Role::Server,
                "server_max_window_bits=9;server_max_window_bits=10",
                "server_max_window_bits cannot be both 9 and 10",
            ),
        ] {
            assert_eq!(read(role, params).unwrap_err(), error);
        }
    }

    #[test]
    fn each_side_has_the_windows_it_can_use() {
        for (role, of) in [
            (Role::Server, Role::Server),
            (Role::Server, Role::Client),
            (Role::Client, Role::Server),
            (Role::Client, Role::Client),
        ] {
            let least = if role == of { 9 } else { 8 };
            for bits in 0..=20 {
                let limited = Compression::new(role).limit_window(of, &bits.to_string());
                assert_eq!(limited.is_ok(), (least..=15).contains(&bits), "{role:?} {of:?} {bits}");
            }
            for value in ["", "+9", "09", "9.0", "\"9", " 9"] {
                let error = Compression::new(role).limit_window(of, value).unwrap_err();
                assert!(error.ends_with(&format!("takes {least} to 15 here, not {value:?}")));
            }
        }
    }
}
