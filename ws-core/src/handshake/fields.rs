//! The fields of a head, wherever they come from, and the slots for those a handshake is about.
//!
//! There is a fixed number of slots, so a head with many fields costs time and no memory.

use http::HeaderMap;

use crate::codec::list::{is_name, is_token, members};

/// The fields of a head, from slices that were just parsed or from a map that another HTTP stack made.
pub(crate) trait Fields<'a>: Copy {
    /// Name and value of each field. Lines of one name are in order, and no value has white space
    /// around it.
    fn iter(self) -> impl Iterator<Item = (&'a str, &'a [u8])>;

    /// The values of the lines with this name.
    fn lines(self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// What the lines with this name say together, if there are any: "the combined field value consists of
    /// the list of corresponding field line values within that section, concatenated in order, with each
    /// field line value separated by a comma." RFC 9110 5.2
    fn joined(self, name: &'static str) -> Option<Vec<u8>> {
        let lines: Vec<_> = self.lines(name).collect();
        (!lines.is_empty()).then(|| lines.join(&b", "[..]))
    }
}

impl<'a> Fields<'a> for &'a [httparse::Header<'a>] {
    fn iter(self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        <[_]>::iter(self).map(|field| (field.name, field.value))
    }
}

impl<'a> Fields<'a> for &'a HeaderMap {
    fn iter(self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        HeaderMap::iter(self).map(|(name, value)| (name.as_str(), value.as_bytes()))
    }
}

/// A field that may be present once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct One<'a> {
    pub(crate) value: Option<&'a [u8]>,
    pub(crate) repeated: bool,
}

impl<'a> One<'a> {
    pub(crate) fn add(&mut self, value: &'a [u8]) {
        self.repeated |= self.value.is_some();
        self.value.get_or_insert(value);
    }

    /// The values of all lines of this field, which is called `name`. The head is looked through
    /// again only when there are several.
    pub(crate) fn lines(
        self,
        fields: impl Fields<'a>,
        name: &'static str,
    ) -> impl Iterator<Item = &'a [u8]> {
        let (one, others) = if self.repeated { (None, usize::MAX) } else { (self.value, 0) };
        one.into_iter().chain(fields.lines(name).take(others))
    }
}

/// The lines of a list of tokens, merged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options<'a> {
    /// The first value, for error messages.
    pub(crate) value: Option<&'a [u8]>,
    /// The option that was looked for is there.
    pub(crate) found: bool,
    /// `close` is there (of use in Connection).
    pub(crate) close: bool,
    /// A member is not what the grammar allows.
    pub(crate) malformed: bool,
}

impl<'a> Options<'a> {
    /// Adds a line of Connection: `#connection-option`, a token each (RFC 9110 7.6.1).
    pub(crate) fn add_connection(&mut self, value: &'a [u8]) {
        self.value.get_or_insert(value);
        // Alone, as most send it.
        if is_name(value, b"upgrade") {
            self.found = true;
            return;
        }
        for member in members(value) {
            if is_name(member, b"upgrade") {
                self.found = true;
            } else if is_name(member, b"close") {
                self.close = true;
            } else {
                self.malformed |= !is_token(member);
            }
        }
    }

    /// Adds a line of Upgrade: `#( protocol-name [ "/" protocol-version ] )` (RFC 9110 7.8).
    pub(crate) fn add_upgrade(&mut self, value: &'a [u8]) {
        self.value.get_or_insert(value);
        // Alone, as nearly everybody sends it.
        if is_name(value, b"websocket") {
            self.found = true;
            return;
        }
        for member in members(value) {
            if is_name(member, b"websocket") {
                self.found = true;
            } else {
                let mut parts = member.splitn(2, |&byte| byte == b'/');
                self.malformed |= !parts.all(is_token);
            }
        }
    }

    /// Whether the option is there and the list is well formed.
    pub(crate) fn has(&self) -> bool {
        self.found && !self.malformed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_well_formed_or_has_nothing() {
        for (value, upgrade, connection) in [
            ("websocket, Upgrade", true, true),
            ("h2c/1.0, websocket, upgrade", true, false),
            ("websocket, upgrade, a b", false, false),
            ("a b, websocket, upgrade, c", false, false),
            ("websocket, upgrade, a/b c", false, false),
            ("/, websocket, upgrade", false, false),
            ("a, b", false, false),
        ] {
            let mut options = Options::default();
            options.add_upgrade(value.as_bytes());
            assert_eq!(options.has(), upgrade, "{value}");
            let mut options = Options::default();
            options.add_connection(value.as_bytes());
            assert_eq!(options.has(), connection, "{value}");
        }
    }
}
