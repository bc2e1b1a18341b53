//! A strict reader of what the side under test has written, independent of the code under test.
//!
//! Nothing is forgiven here: a peer may send anything, we send what the grammar says.

use std::{fmt, str};

use memchr::memmem;

/// One message head: a start line and its fields, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Without its CRLF.
    pub start_line: String,
    /// Names as sent, values one character per octet.
    pub fields: Vec<(String, String)>,
}

impl Head {
    /// The values of a field, one per line.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.fields
            .iter()
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The members of a list field over all its lines, without empty ones.
    pub fn members<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.values(name)
            .flat_map(|value| value.split(','))
            .map(|member| member.trim_matches([' ', '\t']))
            .filter(|member| !member.is_empty())
    }

    /// Whether a list field has a member, in any case.
    pub fn has_member(&self, name: &str, member: &str) -> bool {
        self.members(name).any(|m| m.eq_ignore_ascii_case(member))
    }
}

/// What a server has written: any number of interim heads, and the final answer once there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Every 1xx except 101.
    pub interims: Vec<(u16, Head)>,
    /// 101, or any status from 200 on.
    pub last: Option<Answer>,
}

/// A final answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 101, or any from 200 on.
    pub status: u16,
    /// Status line and fields.
    pub head: Head,
    /// Every octet behind the head.
    pub rest: Vec<u8>,
}

/// Octets that are no HTTP/1.1 message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Answers {
    /// Reads everything a server has written.
    ///
    /// # Errors
    ///
    /// When a head is incomplete or breaks the grammar of RFC 9112.
    pub fn parse(wire: &[u8]) -> Result<Self, Malformed> {
        let mut answers = Self::default();
        let mut rest = wire;
        while !rest.is_empty() {
            let (head, len) = parse_head(rest)?;
            let status = status_of(&head.start_line)?;
            rest = &rest[len..];
            if (100..200).contains(&status) && status != 101 {
                answers.interims.push((status, head));
            } else {
                answers.last = Some(Answer { status, head, rest: rest.to_vec() });
                break;
            }
        }
        Ok(answers)
    }
}

/// Reads one head; the number is its length with the blank line.
///
/// # Errors
///
/// When the head is incomplete or breaks the grammar of RFC 9112.
pub fn parse_head(octets: &[u8]) -> Result<(Head, usize), Malformed> {
    let end = memmem::find(octets, b"\r\n\r\n")
        .ok_or_else(|| malformed("the head does not end", octets))?;
    let mut lines = Vec::new();
    let mut rest = &octets[..end + 2];
    while let Some(at) = memmem::find(rest, b"\r\n") {
        lines.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    let mut lines = lines.into_iter();
    let start_line = lines.next().ok_or_else(|| malformed("no start line", octets))?;
    if !start_line.iter().all(|&octet| is_value_octet(octet)) {
        return Err(malformed("a start line with a control octet", start_line));
    }
    let fields = lines.map(parse_field).collect::<Result<_, _>>()?;
    Ok((Head { start_line: latin1(start_line), fields }, end + 4))
}

/// The status of a status line.
///
/// # Errors
///
/// When it is anything but `HTTP/1.1`, a space, three digits, a space and a reason.
pub fn status_of(line: &str) -> Result<u16, Malformed> {
    // "status-line = HTTP-version SP status-code SP [ reason-phrase ]" RFC 9112 4
    let parsed = line.strip_prefix("HTTP/1.1 ").and_then(|rest| {
        let (code, after) = rest.split_at_checked(3)?;
        let digits = code.bytes().all(|octet| octet.is_ascii_digit());
        (digits && after.starts_with(' ')).then(|| code.parse().ok()).flatten()
    });
    parsed
        .filter(|status| (100..1000).contains(status))
        .ok_or_else(|| malformed("a bad status line", line.as_bytes()))
}

/// The value of `Sec-WebSocket-Key` in a request.
pub fn key_of(request: &[u8]) -> Option<&[u8]> {
    let name = b"\r\nSec-WebSocket-Key: ";
    let value = &request[memmem::find(request, name)? + name.len()..];
    Some(&value[..memmem::find(value, b"\r\n")?])
}

/// One character per octet.
pub fn latin1(octets: &[u8]) -> String {
    match str::from_utf8(octets) {
        Ok(text) if text.is_ascii() => text.to_owned(),
        _ => octets.iter().copied().map(char::from).collect(),
    }
}

/// Whether an octet may stand in a field name.
pub fn is_token_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet)
}

fn parse_field(line: &[u8]) -> Result<(String, String), Malformed> {
    let colon = line
        .iter()
        .position(|&octet| octet == b':')
        .ok_or_else(|| malformed("a field without a colon", line))?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    if name.is_empty() || !name.iter().all(|&octet| is_token_octet(octet)) {
        return Err(malformed("a field name that is no token", line));
    }
    if !value.iter().all(|&octet| is_value_octet(octet)) {
        return Err(malformed("a field value with a control octet", line));
    }
    let value = latin1(value);
    Ok((latin1(name), value.trim_matches([' ', '\t']).to_owned()))
}

fn is_value_octet(octet: u8) -> bool {
    octet == b'\t' || (octet >= b' ' && octet != 0x7f)
}

fn malformed(what: &str, octets: &[u8]) -> Malformed {
    let shown = &octets[..octets.len().min(80)];
    Malformed(format!("{what}: \"{}\"", shown.escape_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interims_and_the_final_answer_are_told_apart() {
        let wire =
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\nA: b \r\na:c, d\r\n\r\nbody";
        let answers = Answers::parse(wire).unwrap();
        assert_eq!(answers.interims.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [100]);
        let last = answers.last.unwrap();
        assert_eq!((last.status, last.rest.as_slice()), (400, b"body".as_slice()));
        assert_eq!(last.head.members("A").collect::<Vec<_>>(), ["b", "c", "d"]);
        assert_eq!(Answers::parse(b"").unwrap(), Answers::default());
    }

    #[test]
    fn nothing_is_forgiven() {
        let bad: [&[u8]; 13] = [
            b"HTTP/1.1 400 Bad Request\r\n",
            b"HTTP/1.0 400 Bad Request\r\n\r\n",
            b"HTTP/1.1 400\r\n\r\n",
            b"HTTP/1.1 +40 x\r\n\r\n",
            b"HTTP/1.1 099 x\r\n\r\n",
            b"HTTP/1.1  400 x\r\n\r\n",
            b"HTTP/1.1 400 x\nA: b\r\n\r\n",
            b"HTTP/1.1 400 x\r\nA : b\r\n\r\n",
            b"HTTP/1.1 400 x\r\nA: b\r\n c\r\n\r\n",
            b"HTTP/1.1 400 x\r\nA: b\rc\r\n\r\n",
            b"HTTP/1.1 400 x\r\nA: b\0\r\n\r\n",
            b"HTTP/1.1 400 x\r\n: b\r\n\r\n",
            b"HTTP/1.1 400 x\r\nA b\r\n\r\n",
        ];
        for wire in bad {
            assert!(Answers::parse(wire).is_err(), "{}", wire.escape_ascii());
        }
    }
}
