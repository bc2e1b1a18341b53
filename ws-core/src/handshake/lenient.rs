//! What is let in although the RFCs do not allow it.

use crate::role::Role;

/// What is let in although the RFCs do not allow it, for clients and servers that nobody can change. All of it
/// is off by default, and each switch lets in one thing.
///
/// Set with [`ServerConfig::lenient`](crate::ServerConfig::lenient) and
/// [`ClientConfig::lenient`](crate::ClientConfig::lenient).
///
/// ```
/// use ws_core::{Lenient, ServerConfig};
///
/// let config = ServerConfig::new().lenient(Lenient::new().empty_lists(true));
/// ```
///
/// The names in the table are those of [`by_name`](Self::by_name), for a command line or a file.
///
/// | name | side | lets in | seen from |
/// |---|---|---|---|
/// | `empty-lists` | both | Sec-WebSocket-Protocol (of a client) and Sec-WebSocket-Extensions without a member (RFC 6455 4.3, 9.1) | libwebsockets 1.x, proxies |
/// | `empty-subprotocol` | client | an empty Sec-WebSocket-Protocol in the answer, as if there were none (RFC 6455 4.1) | Kubernetes |
/// | `any-key` | server | a Sec-WebSocket-Key of any other length, up to 128 visible characters; it is answered as it came (RFC 6455 4.2.1) | charging stations |
/// | `missing-connection` | both | no `upgrade` in Connection (RFC 6455 4.1, 4.2.1); other fields still have to ask for a WebSocket | proxies that take it out |
/// | `bare-line-feeds` | both | lines that end without a CR (RFC 9112 2.2) | scripts, embedded devices |
/// | `folded-lines` | client | fields of an answer that go on in the next line, which begins with a space (RFC 9112 5.2) | old servers |
///
/// Where another parser stands between the two ends, `bare-line-feeds` and `missing-connection` can make the
/// two disagree about where a request ends: do not switch them on behind a proxy that others share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "it does nothing by itself"]
#[non_exhaustive]
pub struct Lenient {
    /// Lists without a member.
    pub empty_lists: bool,
    /// An answer that names no subprotocol in the field for it.
    pub empty_subprotocol: bool,
    /// Keys of any length.
    pub any_key: bool,
    /// No `upgrade` in Connection.
    pub missing_connection: bool,
    /// Lines that end without a CR.
    pub bare_line_feeds: bool,
    /// Fields of an answer that go on in the next line.
    pub folded_lines: bool,
}

impl Lenient {
    /// Nothing: as strict as the RFCs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything there is.
    pub fn all() -> Self {
        Self {
            empty_lists: true,
            empty_subprotocol: true,
            any_key: true,
            missing_connection: true,
            bare_line_feeds: true,
            folded_lines: true,
        }
    }

    /// Sets [`empty_lists`](Self#structfield.empty_lists).
    pub fn empty_lists(mut self, on: bool) -> Self {
        self.empty_lists = on;
        self
    }

    /// Sets [`empty_subprotocol`](Self#structfield.empty_subprotocol).
    pub fn empty_subprotocol(mut self, on: bool) -> Self {
        self.empty_subprotocol = on;
        self
    }

    /// Sets [`any_key`](Self#structfield.any_key).
    pub fn any_key(mut self, on: bool) -> Self {
        self.any_key = on;
        self
    }

    /// Sets [`missing_connection`](Self#structfield.missing_connection).
    pub fn missing_connection(mut self, on: bool) -> Self {
        self.missing_connection = on;
        self
    }

    /// Sets [`bare_line_feeds`](Self#structfield.bare_line_feeds).
    pub fn bare_line_feeds(mut self, on: bool) -> Self {
        self.bare_line_feeds = on;
        self
    }

    /// Sets [`folded_lines`](Self#structfield.folded_lines).
    pub fn folded_lines(mut self, on: bool) -> Self {
        self.folded_lines = on;
        self
    }

    /// The names of all switches.
    pub const NAMES: [&'static str; 6] = [
        "empty-lists",
        "empty-subprotocol",
        "any-key",
        "missing-connection",
        "bare-line-feeds",
        "folded-lines",
    ];

    /// The names of the switches that let in something at one of the two ends.
    ///
    /// ```
    /// use ws_core::{Lenient, Role};
    ///
    /// assert!(Lenient::names_for(Role::Server).any(|name| name == "any-key"));
    /// assert!(!Lenient::names_for(Role::Client).any(|name| name == "any-key"));
    /// ```
    pub fn names_for(role: Role) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |name| match *name {
            "any-key" => role == Role::Server,
            "empty-subprotocol" | "folded-lines" => role == Role::Client,
            _ => true,
        })
    }

    /// With the switch of this name on; `None` if there is no such switch.
    pub fn by_name(self, name: &str) -> Option<Self> {
        Some(match name {
            "empty-lists" => self.empty_lists(true),
            "empty-subprotocol" => self.empty_subprotocol(true),
            "any-key" => self.any_key(true),
            "missing-connection" => self.missing_connection(true),
            "bare-line-feeds" => self.bare_line_feeds(true),
            "folded-lines" => self.folded_lines(true),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_switch_of_its_own() {
        let all = Lenient::NAMES.iter().try_fold(Lenient::new(), |some, name| {
            let more = some.by_name(name)?;
            assert_ne!(more, some, "{name}");
            Some(more)
        });
        assert_eq!(all, Some(Lenient::all()));
        assert_eq!(Lenient::new().by_name("everything"), None);
    }

    #[test]
    fn each_end_has_its_switches() {
        let names = |role| Lenient::names_for(role).collect::<Vec<_>>();
        let server = ["empty-lists", "any-key", "missing-connection", "bare-line-feeds"];
        assert_eq!(names(Role::Server), server);
        let mut client = Lenient::NAMES.to_vec();
        client.retain(|name| *name != "any-key");
        assert_eq!(names(Role::Client), client);
    }
}
