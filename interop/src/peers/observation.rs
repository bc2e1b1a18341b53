//! What a program said about its handshake.

use std::fmt;
use std::str::Lines;

/// One handshake as one program saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Observation {
    /// Whether the connection was opened; a refusal or an ordinary answer otherwise.
    pub(crate) is_open: bool,
    /// The status of the answer; `None` from a client that hides it.
    pub(crate) status: Option<u16>,
    /// The header fields of the answer, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The negotiated subprotocol.
    pub(crate) subprotocol: Option<String>,
    /// The negotiated extensions, as the answer listed them.
    pub(crate) extensions: Option<String>,
    /// The body of an answer that opened nothing.
    pub(crate) body: String,
}

impl Observation {
    /// Reads what the programs of the `interop` folder print.
    ///
    /// # Errors
    ///
    /// When it does not begin with `open` or `refused`.
    pub(crate) fn of_peer(output: &str) -> Result<Self, String> {
        let mut lines = output.lines();
        let mut seen = match lines.next() {
            Some("open") => Self { is_open: true, ..Self::default() },
            Some("refused") => Self::default(),
            other => return Err(format!("began with {other:?}, expected `open` or `refused`")),
        };
        for line in lines {
            match line.split_once(": ") {
                Some(("status", value)) => seen.status = value.parse().ok(),
                Some(("header", field)) => seen.headers.extend(parse_field(field)),
                Some(("body", value)) => value.clone_into(&mut seen.body),
                _ => seen.note(line),
            }
        }
        Ok(seen)
    }

    /// Reads an HTTP answer: status line, header fields, an empty line and a body.
    ///
    /// # Errors
    ///
    /// When it does not begin with the status line of an HTTP/1.1 answer.
    pub(crate) fn of_answer(output: &str) -> Result<Self, String> {
        let mut seen = Self::default();
        let mut lines = output.lines();
        seen.read_head(&mut lines)?;
        seen.body = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
        seen.is_open = seen.status == Some(101);
        seen.subprotocol = seen.header("sec-websocket-protocol").map(str::to_owned);
        seen.extensions = seen.header("sec-websocket-extensions").map(str::to_owned);
        Ok(seen)
    }

    /// Reads what the demo's client prints: an answer, and when it opened the connection `open` and
    /// what was negotiated.
    ///
    /// # Errors
    ///
    /// As for [`Observation::of_answer`].
    pub(crate) fn of_demo(output: &str) -> Result<Self, String> {
        let mut seen = Self::default();
        let mut lines = output.lines();
        seen.is_open = seen.read_head(&mut lines)?;
        for line in lines {
            match line {
                "open" if !seen.is_open && seen.status == Some(101) => seen.is_open = true,
                _ if seen.is_open => seen.note(line),
                _ => {
                    seen.body.push_str(line);
                    seen.body.push('\n');
                }
            }
        }
        Ok(seen)
    }

    /// The value of a header field; its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|field| field.0 == name).map(|field| field.1.as_str())
    }

    /// Takes the status line and the fields behind it; true when a line `open` ended them rather
    /// than an empty one.
    fn read_head(&mut self, lines: &mut Lines<'_>) -> Result<bool, String> {
        let first = lines.next().unwrap_or_default();
        let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        if status.is_none() {
            return Err(format!("began with `{first}`, expected the status line of an answer"));
        }
        self.status = status;
        for line in lines {
            match parse_field(line) {
                Some(field) => self.headers.push(field),
                None => return Ok(line == "open"),
            }
        }
        Ok(false)
    }

    /// Takes a line that says what was negotiated.
    fn note(&mut self, line: &str) {
        let value = |text: &str| match text.trim() {
            "" | "-" | "none" => None,
            text => Some(text.to_owned()),
        };
        match line.split_once(':') {
            Some(("subprotocol", text)) => self.subprotocol = value(text),
            Some(("extensions", text)) => self.extensions = value(text),
            _ => {}
        }
    }
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_open { "open" } else { "not open" })?;
        if let Some(status) = self.status {
            write!(f, ", status {status}")?;
        }
        if let Some(name) = &self.subprotocol {
            write!(f, ", subprotocol {name}")?;
        }
        if let Some(list) = &self.extensions {
            write!(f, ", extensions {list}")?;
        }
        match self.body.lines().next() {
            Some(line) => write!(f, ", body `{line}`"),
            None => Ok(()),
        }
    }
}

fn parse_field(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.to_ascii_lowercase(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_tells_what_it_saw() {
        let text = "open\nstatus: 101\nheader: server: a: b\nsubprotocol: chat.v2\n\
                    extensions: permessage-deflate\n";
        let seen = Observation::of_peer(text).unwrap();
        assert_eq!(seen.header("server"), Some("a: b"));
        assert_eq!(
            seen.to_string(),
            "open, status 101, subprotocol chat.v2, extensions permessage-deflate"
        );
        assert!(Observation::of_peer("error: no\n").is_err());
    }

    #[test]
    fn an_answer_ends_with_its_body() {
        let seen =
            Observation::of_answer("HTTP/1.1 401 Unauthorized\r\nA: b\r\n\r\nwho?\r\n").unwrap();
        assert_eq!((seen.is_open, seen.status, seen.header("a")), (false, Some(401), Some("b")));
        assert_eq!(seen.body, "who?");
    }

    #[test]
    fn the_demo_tells_what_was_agreed_on() {
        let head = "HTTP/1.1 101 Switching Protocols\nupgrade: websocket\n";
        for gap in ["", "\n"] {
            let text =
                format!("{head}{gap}open\nsubprotocol: chat.v2\nextensions: none\nleftover: 0\n");
            let seen = Observation::of_demo(&text).unwrap();
            assert_eq!(seen.to_string(), "open, status 101, subprotocol chat.v2");
        }
        let seen = Observation::of_demo("HTTP/1.1 404 Not Found\na: b\n\nnobody\nhere\n").unwrap();
        assert_eq!((seen.status, &*seen.body), (Some(404), "nobody\nhere\n"));
    }
}
