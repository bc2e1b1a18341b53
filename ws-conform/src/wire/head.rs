//! Heads of HTTP/1, as they were sent.

/// A start line and fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Without its line end.
    pub(crate) start_line: String,
    /// Names and values, in order, white space around values taken off.
    pub(crate) fields: Vec<(String, String)>,
    /// How many octets it has, the blank line included.
    pub(crate) len: usize,
}

/// The longest head that is waited for.
pub(crate) const MAX_HEAD_LEN: usize = 256 * 1024;

impl Head {
    /// The head at the beginning, `None` while there is no blank line.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn parse(octets: &[u8]) -> Result<Option<Self>, String> {
        let Some(end) = octets.windows(4).position(|four| four == b"\r\n\r\n") else {
            if octets.len() > MAX_HEAD_LEN {
                return Err(format!("a head of more than {MAX_HEAD_LEN} octets"));
            }
            return Ok(None);
        };
        let text: String = octets[..end].iter().copied().map(char::from).collect();
        let mut lines = text.split("\r\n");
        let start_line = lines.next().unwrap_or_default().to_owned();
        let mut fields = Vec::new();
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                return Err(format!("{line:?} is no field"));
            };
            if name.is_empty() || !name.bytes().all(is_token_octet) {
                return Err(format!("{name:?} is no name of a field"));
            }
            if value.contains(['\r', '\n', '\0']) {
                return Err(format!("the value of {name} has a CR, LF or NUL in it"));
            }
            fields.push((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()));
        }
        Ok(Some(Self { start_line, fields, len: end + 4 }))
    }

    /// The status of a response, which begins with `HTTP/1.` and a digit.
    pub(crate) fn status(&self) -> Option<u16> {
        let rest = self.start_line.strip_prefix("HTTP/1.")?;
        let mut parts = rest.split(' ');
        let minor = parts.next()?;
        let status = parts.next()?;
        let digits =
            |text: &str, len| text.len() == len && text.bytes().all(|c| c.is_ascii_digit());
        (digits(minor, 1) && digits(status, 3)).then(|| status.parse().ok())?
    }

    /// The values of all lines of a name.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.fields.iter().filter(move |(each, _)| each.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    /// Whether a list has a member, in any case.
    pub(crate) fn has_member(&self, name: &str, member: &str) -> bool {
        let members = self.values(name).flat_map(|value| value.split(','));
        members.into_iter().any(|each| each.trim_matches([' ', '\t']).eq_ignore_ascii_case(member))
    }
}

/// How long a body is. RFC 9112 6.3
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyLen {
    /// So many octets.
    Known(usize),
    /// In chunks.
    Chunked,
    /// Until the connection ends.
    UntilEnd,
}

impl BodyLen {
    /// That of a response to a request with this method.
    ///
    /// # Errors
    ///
    /// What is wrong with the fields.
    pub(crate) fn of(response: &Head, is_to_head: bool) -> Result<Self, String> {
        let status = response.status().unwrap_or_default();
        if is_to_head || (100..200).contains(&status) || matches!(status, 204 | 304) {
            return Ok(Self::Known(0));
        }
        if response.has_member("Transfer-Encoding", "chunked") {
            return Ok(Self::Chunked);
        }
        let lens: Vec<_> = response.values("Content-Length").collect();
        match lens[..] {
            [] => Ok(Self::UntilEnd),
            [len] if len.bytes().all(|c| c.is_ascii_digit()) => {
                len.parse().map(Self::Known).map_err(|_| format!("Content-Length: {len}"))
            }
            _ => Err(format!("Content-Length: {lens:?}")),
        }
    }

    /// How many octets of `body` are the body, `None` while it has not ended.
    pub(crate) fn end_in(self, body: &[u8], has_ended: bool) -> Option<usize> {
        match self {
            Self::Known(len) => (body.len() >= len).then_some(len),
            Self::UntilEnd => has_ended.then_some(body.len()),
            Self::Chunked if body.starts_with(b"0\r\n\r\n") => Some(5),
            Self::Chunked => {
                let last = b"\r\n0\r\n\r\n";
                let at = body.windows(last.len()).position(|window| window == last)?;
                Some(at + last.len())
            }
        }
    }
}

/// RFC 9110 5.6.2
pub(crate) fn is_token_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        Head::parse(text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn heads_are_read() {
        let parsed = head("HTTP/1.1 101 x\r\nConnection: a ,Upgrade\r\nX:\r\n\r\nrest");
        assert_eq!((parsed.status(), parsed.len), (Some(101), 46));
        assert!(parsed.has_member("connection", "upgrade") && !parsed.has_member("X", "upgrade"));
        assert_eq!(Head::parse(b"HTTP/1.1 101 x\r\nA: b\r\n"), Ok(None));
        for bad in ["a b: c", ": c", "abc", "a: \0"] {
            assert!(Head::parse(format!("HTTP/1.1 101 x\r\n{bad}\r\n\r\n").as_bytes()).is_err());
        }
        for bad in ["HTTP/2 101", "HTTP/1.1 1010", "HTTP/1.1", "HTTP/1.1 +10 x"] {
            assert_eq!(head(&format!("{bad}\r\n\r\n")).status(), None);
        }
    }

    #[test]
    fn bodies_end_where_their_framing_says() {
        let of =
            |fields: &str| BodyLen::of(&head(&format!("HTTP/1.1 400 x\r\n{fields}\r\n")), false);
        assert_eq!(of("Content-Length: 3\r\n"), Ok(BodyLen::Known(3)));
        assert_eq!(of(""), Ok(BodyLen::UntilEnd));
        assert!(of("Content-Length: 3\r\nContent-Length: 3\r\n").is_err());
        assert_eq!(BodyLen::Known(3).end_in(b"ab", true), None);
        assert_eq!(BodyLen::Chunked.end_in(b"1\r\na\r\n0\r\n\r\nX", false), Some(11));
        assert_eq!(BodyLen::UntilEnd.end_in(b"ab", true), Some(2));
    }
}
