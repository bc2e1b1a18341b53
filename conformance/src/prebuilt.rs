//! The caller who brings an own HTTP stack: parses a head, consumes a body, and hands over the
//! request and the rest.
//!
//! A plain reader for well-formed input. It says nothing about requests such a stack would refuse.

use http::{HeaderName, HeaderValue, Method, Request, Uri, Version};

use crate::wire;

/// A parsed request and the octets that follow it.
#[derive(Debug)]
pub struct Prebuilt {
    /// Without its body.
    pub request: Request<()>,
    /// What follows the body.
    pub leftover: Vec<u8>,
}

impl Prebuilt {
    /// Parses one request; `None` where an ordinary HTTP stack would not hand one over.
    pub fn read(input: &[u8]) -> Option<Self> {
        let (head, len) = wire::parse_head(input).ok()?;
        let mut parts = head.start_line.split(' ');
        let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
        // `http::Uri` drops a fragment in silence.
        if parts.next().is_some() || target.contains('#') {
            return None;
        }
        let mut request = Request::new(());
        *request.method_mut() = method.parse::<Method>().ok()?;
        *request.uri_mut() = target.parse::<Uri>().ok()?;
        *request.version_mut() = match version {
            "HTTP/1.1" => Version::HTTP_11,
            "HTTP/1.0" => Version::HTTP_10,
            _ => return None,
        };
        for (name, value) in &head.fields {
            let octets: Vec<u8> = value.chars().map(|c| c as u8).collect();
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            request.headers_mut().append(name, HeaderValue::from_bytes(&octets).ok()?);
        }
        let encodings: Vec<_> = head.values("Transfer-Encoding").collect();
        let lengths: Vec<_> = head.values("Content-Length").collect();
        let rest = &input[len..];
        let leftover = match (encodings.as_slice(), lengths.as_slice()) {
            ([], []) => rest,
            ([], [length]) => rest.get(length.parse::<usize>().ok()?..)?,
            ([coding], []) if coding.eq_ignore_ascii_case("chunked") => behind_chunks(rest)?,
            _ => return None,
        };
        Some(Self { request, leftover: leftover.to_vec() })
    }
}

/// What follows a chunked body without trailers.
fn behind_chunks(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let line = std::str::from_utf8(&rest[..end]).ok()?;
        let len = usize::from_str_radix(line.split(';').next()?, 16).ok()?;
        rest = rest.get(end + 2..)?;
        rest = rest.get(len..)?.strip_prefix(b"\r\n")?;
        if len == 0 {
            return Some(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_consumed() {
        let head = "GET /a?b HTTP/1.1\r\nHost: h\r\nX: \u{e9}\r\n";
        let read = |more: &str| {
            let input: Vec<u8> = format!("{head}{more}").chars().map(|c| c as u8).collect();
            Prebuilt::read(&input)
        };
        let plain = read("\r\nrest").unwrap();
        assert_eq!(plain.request.uri().path(), "/a");
        assert_eq!(plain.request.headers()["x"].as_bytes(), b"\xe9");
        assert_eq!(plain.leftover, b"rest");
        assert_eq!(read("Content-Length: 2\r\n\r\nabrest").unwrap().leftover, b"rest");
        let chunked = "Transfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n0\r\n\r\nrest";
        assert_eq!(read(chunked).unwrap().leftover, b"rest");
        assert!(read("Content-Length: 9\r\n\r\nab").is_none());
        assert!(read("Content-Length: 0\r\nContent-Length: 0\r\n\r\n").is_none());
        assert!(read("no end").is_none());
    }
}
