//! The body of a response, by its framing (RFC 9112 6.3).

use bytes::{Bytes, BytesMut};

use super::{
    RecvBuf,
    list::{members, trim},
};

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// This many bytes. A length that no integer holds counts as the largest one.
    Length(u64),
    Chunked,
    /// Everything until the peer closes.
    ToEof,
}

impl Framing {
    /// The framing of a response with this status and these fields; `None` for a Content-Length
    /// that is not one number.
    pub(crate) fn of_response<'a>(
        status: u16,
        fields: impl Iterator<Item = (&'a str, &'a [u8])>,
    ) -> Option<Self> {
        // "Any response to a HEAD request and any response with a 1xx (Informational), 204 (No
        // Content), or 304 (Not Modified) status code is always terminated by the first empty line
        // after the header fields". RFC 9112 6.3(1)
        if matches!(status, 100..=199 | 204 | 304) {
            return Some(Self::Length(0));
        }
        let mut last_coding = None;
        let mut length = None;
        for (name, value) in fields {
            if name.eq_ignore_ascii_case("transfer-encoding") {
                last_coding = Some(members(value).last().unwrap_or_default());
            } else if name.eq_ignore_ascii_case("content-length") {
                let this = content_length(value)?;
                // "If a message is received without Transfer-Encoding and with an invalid
                // Content-Length header field, then the message framing is invalid". 6.3(5)
                if length.is_some_and(|other| other != this) {
                    return None;
                }
                length = Some(this);
            }
        }
        Some(match (last_coding, length) {
            // "If a message is received with both a Transfer-Encoding and a Content-Length header
            // field, the Transfer-Encoding overrides the Content-Length." 6.3(3)
            (Some(coding), _) if coding.eq_ignore_ascii_case(b"chunked") => Self::Chunked,
            (Some(_), _) | (None, None) => Self::ToEof,
            (None, Some(length)) => Self::Length(length),
        })
    }
}

/// The value of a Content-Length field; `None` unless it is one number, or the same number several
/// times (RFC 9110 8.6). Numbers too large for 64 bits give the largest.
pub(crate) fn content_length(value: &[u8]) -> Option<u64> {
    let mut lengths = value.split(|&byte| byte == b',').map(|member| {
        let digits = trim(member);
        (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then(|| {
            digits
                .iter()
                .fold(0u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
        })
    });
    let first = lengths.next()??;
    lengths.all(|other| other == Some(first)).then_some(first)
}

/// How far a body has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    NeedMore,
    Complete,
    /// Over the limit, or its framing is broken: what came so far is all there will be.
    Cut,
}

/// Collects a body up to a limit.
#[derive(Debug)]
pub(crate) struct BodyReader {
    state: State,
    body: BytesMut,
    max_len: usize,
    /// Bytes of chunk extensions and trailers, which are skipped, up to `MAX_OVERHEAD`.
    overhead: usize,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Length(u64),
    ToEof,
    /// In the hexadecimal digits of a chunk's size.
    Size {
        size: u64,
        digits: usize,
    },
    /// Behind the size: an extension, up to the line's end.
    Extension {
        size: u64,
        cr: bool,
    },
    Data(u64),
    DataEnd {
        cr: bool,
    },
    /// Behind the last chunk. `empty`: nothing of this line has come yet.
    Trailer {
        empty: bool,
        cr: bool,
    },
    Ended(Progress),
}

impl BodyReader {
    pub(crate) fn new(framing: Framing, max_len: usize) -> Self {
        let state = match framing {
            // Nobody sends that much, so there is nothing to wait for.
            Framing::Length(u64::MAX) => State::Ended(Progress::Cut),
            Framing::Length(n) => State::Length(n),
            Framing::Chunked => State::Size { size: 0, digits: 0 },
            Framing::ToEof => State::ToEof,
        };
        Self { state, body: BytesMut::new(), max_len, overhead: 0 }
    }

    /// Takes what belongs to the body out of `recv`.
    pub(crate) fn read(&mut self, recv: &mut RecvBuf) -> Progress {
        loop {
            match self.state {
                State::Length(0) => self.state = State::Ended(Progress::Complete),
                State::Length(rest) => {
                    if !self.take(rest, recv, State::Length) {
                        return Progress::NeedMore;
                    }
                }
                State::Data(0) => self.state = State::DataEnd { cr: false },
                State::Data(rest) => {
                    if !self.take(rest, recv, State::Data) {
                        return Progress::NeedMore;
                    }
                }
                State::ToEof => {
                    if !self.take(u64::MAX, recv, |_| State::ToEof) {
                        return Progress::NeedMore;
                    }
                }
                State::Ended(progress) => return progress,
                framing => {
                    let Some(&byte) = recv.filled().first() else { return Progress::NeedMore };
                    self.state = self.next(framing, byte);
                    recv.consume(1);
                }
            }
        }
    }

    /// The peer closed: a body without framing is complete, any other is cut.
    pub(crate) fn end(&mut self) -> Progress {
        let progress = match self.state {
            State::Ended(progress) => progress,
            State::ToEof | State::Length(0) => Progress::Complete,
            _ => Progress::Cut,
        };
        self.state = State::Ended(progress);
        progress
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.body.freeze()
    }

    /// Moves up to `rest` bytes; `false` when there was nothing to move.
    fn take(&mut self, rest: u64, recv: &mut RecvBuf, state: impl FnOnce(u64) -> State) -> bool {
        if recv.is_empty() {
            return false;
        }
        let n = recv.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
        let kept = n.min(self.max_len - self.body.len());
        self.body.extend_from_slice(&recv.filled()[..kept]);
        recv.consume(n);
        self.state = if kept < n { State::Ended(Progress::Cut) } else { state(rest - n as u64) };
        true
    }

    /// The state behind one byte of chunked framing (RFC 9112 7.1).
    fn next(&mut self, state: State, byte: u8) -> State {
        const BROKEN: State = State::Ended(Progress::Cut);
        match (state, byte) {
            (State::Size { size, digits }, _) if byte.is_ascii_hexdigit() => {
                let digit = (byte as char).to_digit(16).unwrap_or_default();
                // Sixteen digits fill 64 bits; no chunk is that large, and nothing may wrap.
                if digits < 15 {
                    State::Size { size: size << 4 | u64::from(digit), digits: digits + 1 }
                } else {
                    BROKEN
                }
            }
            (State::Size { size, digits: 1.. }, b';' | b' ' | b'\t') => {
                State::Extension { size, cr: false }
            }
            (State::Size { size, digits: 1.. }, b'\r') => State::Extension { size, cr: true },
            (State::Extension { size: 0, cr: true }, b'\n') => {
                State::Trailer { empty: true, cr: false }
            }
            (State::Extension { size, cr: true }, b'\n') => State::Data(size),
            (State::Extension { size, cr: false }, _) if byte != b'\n' && self.read_over() => {
                State::Extension { size, cr: byte == b'\r' }
            }
            (State::DataEnd { cr: false }, b'\r') => State::DataEnd { cr: true },
            (State::DataEnd { cr: true }, b'\n') => State::Size { size: 0, digits: 0 },
            (State::Trailer { empty: true, cr: true }, b'\n') => State::Ended(Progress::Complete),
            (State::Trailer { empty: false, cr: true }, b'\n') => {
                State::Trailer { empty: true, cr: false }
            }
            (State::Trailer { empty, cr: false }, _) if byte != b'\n' && self.read_over() => {
                State::Trailer { empty: empty && byte == b'\r', cr: byte == b'\r' }
            }
            _ => BROKEN,
        }
    }

    fn read_over(&mut self) -> bool {
        self.overhead += 1;
        self.overhead <= MAX_OVERHEAD
    }
}

/// Chunk extensions and trailers together may take this many bytes; nobody reads them here.
const MAX_OVERHEAD: usize = 8192;

/// How much of the body of a refusal is kept unless somebody says otherwise.
pub(crate) const DEFAULT_MAX_LEN: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(framing: Framing, max_len: usize, bytes: &[u8]) -> (Progress, Bytes, usize) {
        let run = |step: usize| {
            let mut recv = RecvBuf::new();
            let mut reader = BodyReader::new(framing, max_len);
            let mut progress = reader.read(&mut recv);
            for piece in bytes.chunks(step) {
                recv.extend_from_slice(piece);
                progress = reader.read(&mut recv);
            }
            (progress, reader.into_bytes(), recv.len())
        };
        assert_eq!(run(1), run(bytes.len().max(1)), "{}", bytes.escape_ascii());
        run(1)
    }

    #[test]
    fn chunked() {
        let run = |bytes: &[u8]| read(Framing::Chunked, 100, bytes);
        let (complete, cut, more) = (Progress::Complete, Progress::Cut, Progress::NeedMore);
        assert_eq!(
            run(b"3\r\nden\r\n3;x=y\r\nied\r\n0\r\nT: 1\r\n\r\nrest"),
            (complete, "denied".into(), 4)
        );
        assert_eq!(run(b"00f\r\nklmnopqrstuvwxy\r\n0;l\r\n\r\n").0, complete);
        assert_eq!(run(b"6\r\nden"), (more, "den".into(), 0));
        assert_eq!(run(b"6\r\ndenied\r\nzz\r\n").1, "denied");
        assert_eq!(run(b"6\r\ndenied\r\nzz\r\n").0, cut);
        assert_eq!(run(b"3\r\ndenied\r\n").0, cut);
        assert_eq!(run(b"\r\n").0, cut);
        assert_eq!(run(b"10000000000000000\r\n").0, cut);
        assert_eq!(run(b"0\n\n").0, cut);
    }

    #[test]
    fn extensions_and_trailers_are_bounded() {
        let mut bytes = b"0;".to_vec();
        bytes.resize(10_000, b'x');
        assert_eq!(read(Framing::Chunked, 100, &bytes).0, Progress::Cut);
    }

    #[test]
    fn the_limit_is_exact() {
        for framing in [Framing::Length(5), Framing::ToEof] {
            assert_eq!(read(framing, 5, b"abcde").1, "abcde");
            assert_ne!(read(framing, 5, b"abcde").0, Progress::Cut);
        }
        assert_eq!(read(Framing::Length(6), 5, b"abcdef").0, Progress::Cut);
        assert_eq!(read(Framing::ToEof, 5, b"abcdef").0, Progress::Cut);
    }

    #[test]
    fn lengths() {
        assert_eq!(content_length(b"0"), Some(0));
        assert_eq!(content_length(b"6, 6"), Some(6));
        assert_eq!(content_length(b"18446744073709551616"), Some(u64::MAX));
        for bad in [&b""[..], b"6, 7", b"0x0", b"+1", b"-1", b"1 0", b"0,", b"\"0\""] {
            assert_eq!(content_length(bad), None, "{}", bad.escape_ascii());
        }
    }

    #[test]
    fn what_is_over_stays_as_it_was() {
        for (framing, came, expected) in [
            (Framing::Length(5), &b"hello"[..], Progress::Complete),
            (Framing::Length(5), b"hell", Progress::Cut),
            (Framing::Chunked, b"1\r\n", Progress::Cut),
            (Framing::ToEof, b"hello", Progress::Complete),
        ] {
            let mut recv = RecvBuf::new();
            let mut reader = BodyReader::new(framing, 100);
            recv.extend_from_slice(came);
            reader.read(&mut recv);
            for _ in 0..2 {
                assert_eq!(reader.end(), expected, "{framing:?}");
                assert_eq!(reader.read(&mut recv), expected, "{framing:?}");
            }
        }
    }
}
