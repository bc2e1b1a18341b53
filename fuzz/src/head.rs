//! Heads as httparse sees them, with nothing of ours around it.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use httparse::{Error, Status};

/// A head.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) status: u16,
    pub(crate) fields: HeaderMap,
}

/// What httparse says of some bytes.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// A head of this length.
    Whole(Head, usize),
    Part,
    Wrong(Error),
}

impl Parsed {
    pub(crate) fn request(data: &[u8]) -> Self {
        Self::of(&lower_version(data, |line| line.len().checked_sub(8)), |data| {
            let mut slots = [httparse::EMPTY_HEADER; SLOTS];
            let mut request = httparse::Request::new(&mut slots);
            let Status::Complete(len) = request.parse(data)? else { return Ok(Status::Partial) };
            let mut head = Head { fields: map(request.headers), ..Head::default() };
            head.method = request.method.unwrap_or_default().to_owned();
            head.target = request.path.unwrap_or_default().to_owned();
            Ok(Status::Complete((head, len)))
        })
    }

    pub(crate) fn response(data: &[u8]) -> Self {
        Self::of(&lower_version(data, |_| Some(0)), |data| {
            let mut slots = [httparse::EMPTY_HEADER; SLOTS];
            let mut response = httparse::Response::new(&mut slots);
            let Status::Complete(len) = response.parse(data)? else { return Ok(Status::Partial) };
            let fields = map(response.headers);
            let status = response.code.unwrap_or_default();
            Ok(Status::Complete((Head { status, fields, ..Head::default() }, len)))
        })
    }

    fn of(data: &[u8], parse: impl FnOnce(&[u8]) -> Result<Status<(Head, usize)>, Error>) -> Self {
        match parse(data) {
            Ok(Status::Complete((head, len))) => Self::Whole(head, len),
            Ok(Status::Partial) => Self::Part,
            Err(error) => Self::Wrong(error),
        }
    }
}

/// What httparse takes and we do not: lines that end without a CR, and more empty lines in front than `max_empty`.
pub(crate) fn only_we(head: &[u8], max_empty: usize) -> bool {
    let is_bare = |(at, &byte): (usize, &u8)| byte == b'\n' && !head[..at].ends_with(b"\r");
    let empty = head.chunks(2).take_while(|line| line == b"\r\n").count();
    head.iter().enumerate().any(is_bare) || empty > max_empty
}

/// What we take and httparse does not: a later minor version of HTTP/1, which is read as HTTP/1.1. So it is given that.
fn lower_version(data: &[u8], at: impl FnOnce(&[u8]) -> Option<usize>) -> Cow<'_, [u8]> {
    let start = if data.starts_with(b"\r\n") { 2 } else { 0 };
    let end = data[start..].windows(2).position(|pair| pair == b"\r\n");
    let line = &data[start..end.map_or(data.len(), |end| start + end)];
    let Some(at) = at(line) else { return data.into() };
    match line.get(at..at + 8) {
        Some([b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'2'..=b'9']) => {
            let mut data = data.to_vec();
            data[start + at + 7] = b'1';
            data.into()
        }
        _ => data.into(),
    }
}

fn map(fields: &[httparse::Header<'_>]) -> HeaderMap {
    let field = |field: &httparse::Header<'_>| {
        let name = HeaderName::from_bytes(field.name.as_bytes()).expect("a token");
        (name, HeaderValue::from_bytes(field.value).expect("no control character"))
    };
    let mut map = HeaderMap::new();
    for (name, value) in fields.iter().map(field) {
        map.append(name, value);
    }
    map
}

/// More than our limit.
const SLOTS: usize = 200;
