//! HTTP/1.1 heads: finding where one ends, and taking it apart.
//!
//! Finding the end is done once: [`HeadScanner`] remembers where it stopped, so a head that comes
//! byte by byte costs no more looks at each byte than one that comes whole. Only a complete head is
//! parsed, by `httparse`. Every line end is checked to be CR LF: by the scanner, or, when a buffer looks
//! like one whole head, after parsing, which has told where the lines are.

use std::mem::MaybeUninit;

use httparse::{Header, ParserConfig};

use super::list::{is_token, is_token_byte};

/// How large a head may be, in bytes and fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadLimits {
    pub(crate) start_line: usize,
    pub(crate) field: usize,
    pub(crate) head: usize,
    pub(crate) fields: usize,
    /// Lines may end without a CR.
    pub(crate) bare_line_feeds: bool,
}

impl Default for HeadLimits {
    fn default() -> Self {
        Self {
            start_line: 8 * 1024,
            field: 8 * 1024,
            head: 16 * 1024,
            fields: 100,
            bare_line_feeds: false,
        }
    }
}

/// Which kind of head is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadKind {
    Request,
    Response,
}

/// Why bytes are not a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadError {
    /// Not the grammar of RFC 9112.
    Malformed,
    /// A version that is well formed and not HTTP/1.x.
    Version,
    /// A target that is no path and no URI, in a request that is well formed otherwise.
    Target,
    StartLineTooLong,
    FieldTooLong,
    TooLarge,
    TooManyFields,
}

/// Where a complete head lies in the buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeadSpan {
    /// First byte of the start line, behind an empty line that was skipped.
    pub(crate) start: usize,
    /// First byte behind the blank line.
    pub(crate) end: usize,
    /// Number of field lines.
    pub(crate) fields: usize,
    /// The buffer only looks like this: the line ends are checked after parsing.
    pub(crate) presumed: bool,
}

impl HeadSpan {
    /// Recognises what most first reads bring: a head and nothing else, too short for a line of it
    /// to be too long. It is parsed at once, and scanned only if that fails.
    pub(crate) fn presume(buf: &[u8], kind: HeadKind, limits: &HeadLimits) -> Option<Self> {
        let max_len = limits.head.min(limits.start_line).min(limits.field);
        let presumed = buf.len() <= max_len
            && limits.fields >= STACK_FIELDS
            && buf.ends_with(b"\r\n\r\n")
            && plausible_start(buf, kind, false);
        let span = Self { start: 0, end: buf.len(), fields: STACK_FIELDS, presumed };
        presumed.then_some(span)
    }

    /// The bytes of the head in the buffer that it was found in.
    pub(crate) fn of(self, buf: &[u8]) -> &[u8] {
        &buf[self.start..self.end]
    }

    /// The bytes of the head, to be changed.
    pub(crate) fn of_mut(self, buf: &mut [u8]) -> &mut [u8] {
        &mut buf[self.start..self.end]
    }
}

/// Looks for the end of a head, across any number of reads.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HeadScanner {
    start: usize,
    scanned: usize,
    line_start: usize,
    /// Complete lines so far, the start line included.
    lines: usize,
    /// While the buffer is not longer than this and no line ends, no limit is reached.
    quiet_len: usize,
}

impl HeadScanner {
    /// Whether the bytes that came since the last call are few, end no line and reach no limit. They
    /// have been looked at then, and there is nothing to tell.
    #[inline]
    pub(crate) fn is_quiet(&mut self, buf: &[u8]) -> bool {
        let Some(new) = buf.get(self.scanned..) else { return false };
        let quiet = buf.len() <= self.quiet_len && new.len() <= FEW && !new.contains(&b'\n');
        if quiet {
            self.scanned = buf.len();
        }
        quiet
    }

    /// Looks at the bytes that came since the last call. `buf` is everything since the head began.
    pub(crate) fn scan(
        &mut self,
        buf: &[u8],
        kind: HeadKind,
        limits: &HeadLimits,
    ) -> Result<Option<HeadSpan>, HeadError> {
        if buf.len() < self.scanned {
            // Received bytes were taken away: it begins anew.
            *self = Self::default();
        }
        if self.lines == 0 && !plausible_start(&buf[self.start..], kind, self.start == 0) {
            return Err(HeadError::Malformed);
        }
        // No more than may belong to the head is looked at.
        let max_len = self.start.saturating_add(limits.head);
        let window = &buf[..buf.len().min(max_len)];
        let scanned = self.scanned;
        for at in memchr::memchr_iter(b'\n', &window[scanned..]) {
            // "a recipient MAY recognize a single LF as a line terminator": we do not, since
            // parsers that disagree about line ends are how requests are smuggled. RFC 9112 2.2
            let line = &window[self.line_start..scanned + at];
            let line = match line {
                [line @ .., b'\r'] => line,
                line if limits.bare_line_feeds => line,
                line => {
                    self.check_line(line.len(), limits)?;
                    return Err(HeadError::Malformed);
                }
            };
            let end = scanned + at + 1;
            if !line.is_empty() {
                self.check_line(line.len(), limits)?;
                self.lines += 1;
                (self.line_start, self.scanned) = (end, end);
            } else if self.lines > 0 {
                let (start, fields) = (self.start, self.lines - 1);
                return Ok(Some(HeadSpan { start, end, fields, presumed: false }));
            } else if kind == HeadKind::Request && self.start == 0 {
                // "a server that is expecting to receive and parse a request-line SHOULD ignore at
                // least one empty line (CRLF) received prior to the request-line." RFC 9112 2.2
                (self.start, self.line_start, self.scanned) = (end, end, end);
                return self.scan(buf, kind, limits);
            } else {
                return Err(HeadError::Malformed);
            }
        }
        // The line goes on: what is there of it counts, except for a CR that may begin its end.
        let open_line = &window[self.line_start..];
        self.check_line(open_line.strip_suffix(b"\r").unwrap_or(open_line).len(), limits)?;
        if buf.len() > max_len {
            return Err(HeadError::TooLarge);
        }
        self.scanned = buf.len();
        if self.lines > 0 {
            let max_line_len = if self.lines > limits.fields { 0 } else { limits.field };
            self.quiet_len = self.line_start.saturating_add(max_line_len).min(max_len);
        }
        Ok(None)
    }

    /// Whether nothing has been looked at.
    pub(crate) fn is_fresh(&self) -> bool {
        self.scanned == 0 && self.start == 0
    }

    /// Whether `buf` holds any byte of a head. An empty line before it does not count.
    pub(crate) fn has_begun(&self, buf: &[u8]) -> bool {
        !matches!(self.unread(buf), [] | b"\r")
    }

    /// What `buf` holds of the head and whatever is behind it.
    pub(crate) fn unread<'b>(&self, buf: &'b [u8]) -> &'b [u8] {
        buf.get(self.start..).unwrap_or_default()
    }

    /// What `buf` holds of the line at which the scanner stopped, and whatever is behind it.
    pub(crate) fn open_line<'b>(&self, buf: &'b [u8]) -> &'b [u8] {
        buf.get(self.line_start..).unwrap_or_default()
    }

    fn check_line(&self, len: usize, limits: &HeadLimits) -> Result<(), HeadError> {
        if self.lines == 0 {
            return if len > limits.start_line { Err(HeadError::StartLineTooLong) } else { Ok(()) };
        }
        if self.lines > limits.fields && len > 0 {
            return Err(HeadError::TooManyFields);
        }
        if len > limits.field { Err(HeadError::FieldTooLong) } else { Ok(()) }
    }
}

/// A request head that has been taken apart.
#[derive(Debug)]
pub(crate) struct RequestHead<'h, 'b> {
    pub(crate) method: &'b str,
    pub(crate) target: &'b str,
    /// Not HTTP/1.0.
    pub(crate) is_http_1_1: bool,
    pub(crate) fields: &'h [Header<'b>],
}

/// A response head that has been taken apart.
#[derive(Debug)]
pub(crate) struct ResponseHead<'h, 'b> {
    pub(crate) version_1_1: bool,
    pub(crate) status: u16,
    pub(crate) fields: &'h [Header<'b>],
}

/// Parses the complete head that lies in `buf`, and hands it to `then`.
pub(crate) fn parse_request<R>(
    buf: &[u8],
    span: HeadSpan,
    then: impl FnOnce(RequestHead<'_, '_>) -> R,
) -> Result<R, HeadError> {
    let bytes = span.of(buf);
    with_header_slots(span.fields, |slots| {
        let mut request = httparse::Request::new(&mut []);
        let parsed =
            ParserConfig::default().parse_request_with_uninit_headers(&mut request, bytes, slots);
        check_parsed(parsed, bytes, HeadKind::Request)?;
        check_presumed(span, bytes, request.headers)?;
        match (request.method, request.path, request.version) {
            (Some(method), Some(target), Some(version)) => {
                let is_http_1_1 = version == 1;
                Ok(then(RequestHead { method, target, is_http_1_1, fields: request.headers }))
            }
            _ => Err(HeadError::Malformed),
        }
    })
}

/// Parses the complete head that lies in `buf`, and hands it to `then`.
pub(crate) fn parse_response<R>(
    buf: &[u8],
    span: HeadSpan,
    then: impl FnOnce(ResponseHead<'_, '_>) -> R,
) -> Result<R, HeadError> {
    let bytes = span.of(buf);
    with_header_slots(span.fields, |slots| {
        let mut response = httparse::Response::new(&mut []);
        let parsed =
            ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, slots);
        check_parsed(parsed, bytes, HeadKind::Response)?;
        check_presumed(span, bytes, response.headers)?;
        match (response.code, response.version) {
            (Some(status), Some(version)) => Ok(then(ResponseHead {
                version_1_1: version == 1,
                status,
                fields: response.headers,
            })),
            _ => Err(HeadError::Malformed),
        }
    })
}

/// Makes lines of a head that go on in the next one into one line: "replace each received obs-fold with one or
/// more SP octets prior to interpreting the field value". RFC 9112 5.2. The start line does not go on.
pub(crate) fn unfold(head: &mut [u8]) {
    let Some(start_line) = memchr::memchr(b'\n', head) else { return };
    let mut from = start_line + 1;
    while let Some(at) = memchr::memchr(b'\n', &head[from..]) {
        let end = from + at;
        // Not the end of an empty line: what follows that is no field.
        let is_empty = matches!(&head[from..end], [] | [b'\r']);
        if !is_empty && matches!(head.get(end + 1), Some(b' ' | b'\t')) {
            let line_end = if head[end - 1] == b'\r' { end - 1 } else { end };
            head[line_end..=end].fill(b' ');
        }
        from = end + 1;
    }
}

/// Makes the version HTTP/1.1 if it is a later one of the same kind, and tells whether it was: "A recipient that
/// receives a message with a major version number that it implements and a minor version number higher than what
/// it implements SHOULD process the message as if it was in the highest minor version within that major version
/// to which the recipient is conformant." RFC 9110 2.5
#[cold]
pub(crate) fn lower_minor_version(head: &mut [u8], kind: HeadKind) -> bool {
    let Some((at, [b'1', minor])) = version(head, kind) else { return false };
    let is_later = minor > b'1';
    if is_later {
        head[at + MINOR_AT] = b'1';
    }
    is_later
}

/// Room for `fields` parsed fields: on the stack for as many as browsers send, else on the heap.
fn with_header_slots<'b, R>(
    fields: usize,
    then: impl FnOnce(&mut [MaybeUninit<Header<'b>>]) -> R,
) -> R {
    if fields <= STACK_FIELDS {
        then(&mut [const { MaybeUninit::uninit() }; STACK_FIELDS])
    } else {
        let mut slots = Vec::with_capacity(fields);
        slots.resize_with(fields, MaybeUninit::uninit);
        then(&mut slots)
    }
}

fn check_parsed(
    parsed: httparse::Result<usize>,
    bytes: &[u8],
    kind: HeadKind,
) -> Result<(), HeadError> {
    match parsed {
        Ok(httparse::Status::Complete(n)) if n == bytes.len() => Ok(()),
        Err(httparse::Error::Version) if names_other_version(bytes, kind) => {
            Err(HeadError::Version)
        }
        Err(_) if kind == HeadKind::Request && has_bad_target(bytes) => Err(HeadError::Target),
        Ok(_) | Err(_) => Err(HeadError::Malformed),
    }
}

/// `httparse` accepts lines that end with a single LF, and those of a presumed head have not been
/// checked. In front of each name there is the end of the line before; that of the last line is known.
fn check_presumed(span: HeadSpan, bytes: &[u8], fields: &[Header<'_>]) -> Result<(), HeadError> {
    let ends_well = |field: &Header<'_>| {
        let name = field.name.as_ptr().addr().wrapping_sub(bytes.as_ptr().addr());
        bytes.get(..name).is_some_and(|before| before.ends_with(b"\r\n"))
    };
    if !span.presumed || fields.iter().all(ends_well) { Ok(()) } else { Err(HeadError::Malformed) }
}

/// Whether the start line is well formed, except for a version that we do not speak.
fn names_other_version(bytes: &[u8], kind: HeadKind) -> bool {
    // One that we speak is not to blame, whatever else is missing.
    version(bytes, kind).is_some_and(|(_, digits)| !matches!(&digits, b"10" | b"11"))
}

/// Where in a start line the version is, if it is well formed, and its two digits.
fn version(head: &[u8], kind: HeadKind) -> Option<(usize, [u8; 2])> {
    let line = until_line_end(head);
    let mut words = line.split(|&byte| byte == b' ');
    let (at, word) = match kind {
        HeadKind::Request => {
            let (method, target, version) = (words.next()?, words.next()?, words.next()?);
            (method.len() + target.len() + 2, version)
        }
        HeadKind::Response => (0, words.next()?),
    };
    let is_whole = kind == HeadKind::Response || words.next().is_none();
    version_digits(word).filter(|_| is_whole).map(|digits| (at, digits))
}

/// The two digits of an HTTP-version. RFC 9112 2.3
pub(super) fn version_digits(word: &[u8]) -> Option<[u8; 2]> {
    match word {
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            Some([*major, *minor])
        }
        _ => None,
    }
}

/// Whether it is the target that `httparse` does not take, in a request line that is well formed.
fn has_bad_target(head: &[u8]) -> bool {
    let mut words = until_line_end(head).splitn(3, |&byte| byte == b' ');
    let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next())
    else {
        return false;
    };
    let line = [b"GET ", target, b" HTTP/1.1\r\n\r\n"].concat();
    is_token(method)
        && matches!(version_digits(version), Some([b'1', _]))
        && !target.is_empty()
        && httparse::Request::new(&mut []).parse(&line).is_err()
}

/// The first line, without its end.
pub(super) fn until_line_end(bytes: &[u8]) -> &[u8] {
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether a head of this kind can begin with these bytes. A peer that speaks TLS, or anything else,
/// is recognised at its first byte, and neither side has to wait for the end of a line.
fn plausible_start(bytes: &[u8], kind: HeadKind, may_be_empty_line: bool) -> bool {
    match (kind, bytes) {
        (_, []) => true,
        (HeadKind::Request, [b'\r', ..]) => may_be_empty_line,
        (HeadKind::Request, [first, ..]) => is_token_byte(*first),
        (HeadKind::Response, _) => bytes.iter().zip(b"HTTP/").all(|(a, b)| a == b),
    }
}

/// All interim answers together may be as large as this many heads. Each is dropped when it has been
/// read, so this bounds time, not memory.
pub(crate) const MAX_INTERIM_HEADS: usize = 4;

/// Where in a version its second digit is.
const MINOR_AT: usize = "HTTP/1.".len();

/// Up to this many bytes are looked at one by one; for more, `memchr` is quicker.
const FEW: usize = 8;

/// Browsers send 12 to 20 fields, behind proxies up to 40; 64 slots are 2 KiB of stack.
const STACK_FIELDS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HeadLimits =
        HeadLimits { start_line: 20, field: 12, head: 50, fields: 3, bare_line_feeds: false };

    #[test]
    fn a_version_is_two_digits() {
        for (word, digits) in [
            ("HTTP/1.1", Some(*b"11")),
            ("HTTP/2.0", Some(*b"20")),
            ("HTTP/1.x", None),
            ("HTTP/x.1", None),
            ("HTTP/x.x", None),
            ("HTTP/1,1", None),
            ("HTTP/1.10", None),
            ("http/1.1", None),
        ] {
            assert_eq!(version_digits(word.as_bytes()), digits, "{word}");
        }
    }

    /// Limits that nothing here reaches.
    const WIDE: HeadLimits =
        HeadLimits { start_line: 900, field: 900, head: 900, fields: 90, bare_line_feeds: false };

    fn scan(bytes: &[u8]) -> Result<Option<HeadSpan>, HeadError> {
        scan_within(bytes, &LIMITS)
    }

    /// Scans `bytes` whole and byte by byte, with the same result.
    fn scan_within(bytes: &[u8], limits: &HeadLimits) -> Result<Option<HeadSpan>, HeadError> {
        let whole = HeadScanner::default().scan(bytes, HeadKind::Request, limits);
        let mut scanner = HeadScanner::default();
        let mut one_by_one = Ok(None);
        for end in 1..=bytes.len() {
            let bytes = &bytes[..end];
            if scanner.is_quiet(bytes) {
                let mut copy = scanner;
                assert_eq!(copy.scan(bytes, HeadKind::Request, limits), Ok(None));
                continue;
            }
            one_by_one = scanner.scan(bytes, HeadKind::Request, limits);
            if one_by_one != Ok(None) {
                break;
            }
        }
        assert_eq!(whole, one_by_one, "{}", bytes.escape_ascii());
        whole
    }

    #[test]
    fn the_split_never_matters() {
        let pieces = ["GET / HTTP/1.1\r\n", "A: b\r\n", "\r\n", "\n", "\r", "A: bcdefghijk"];
        let mut heads = vec![String::new()];
        for _ in 0..5 {
            heads =
                heads.iter().flat_map(|head| pieces.map(|piece| head.clone() + piece)).collect();
            for head in &heads {
                let _ = scan_within(head.as_bytes(), &LIMITS);
                let _ = scan_within(head.as_bytes(), &WIDE);
            }
        }
    }

    /// What is presumed to be a head comes to the same as one that was scanned, or to nothing.
    #[test]
    fn presuming_never_takes_what_scanning_refuses() {
        let wide = HeadLimits { fields: STACK_FIELDS, ..WIDE };
        let pieces = ["A: b\r\n", "A: b\n", "\r\n", "\n", "\r", "A:b \t\r\n", " x\r\n", "A: \r\n"];
        let mut lines = vec![String::new()];
        let mut presumed = 0;
        for _ in 0..4 {
            lines =
                lines.iter().flat_map(|line| pieces.map(|piece| line.clone() + piece)).collect();
            for start in ["GET / HTTP/1.1\r\n", "GET / HTTP/1.1\n", "\r\nGET / HTTP/1.1\r\n"] {
                for lines in &lines {
                    let head = format!("{start}{lines}\r\n");
                    let buf = head.as_bytes();
                    let seen = |head: RequestHead<'_, '_>| {
                        let fields = head.fields.iter();
                        fields.map(|f| (f.name.to_owned(), f.value.to_vec())).collect::<Vec<_>>()
                    };
                    let Some(span) = HeadSpan::presume(buf, HeadKind::Request, &wide) else {
                        continue;
                    };
                    let Ok(found) = parse_request(buf, span, seen) else { continue };
                    presumed += 1;
                    let span = HeadScanner::default().scan(buf, HeadKind::Request, &wide);
                    let Ok(Some(span)) = span else { panic!("{head:?} is no head") };
                    assert_eq!(span.end, buf.len(), "{head:?}");
                    assert_eq!(parse_request(buf, span, seen), Ok(found), "{head:?}");
                }
            }
        }
        assert!(presumed > 20, "{presumed}");
    }

    #[test]
    fn finds_the_end_whatever_the_split() {
        let span = |start, end, fields| Ok(Some(HeadSpan { start, end, fields, presumed: false }));
        assert_eq!(scan(b"GET / HTTP/1.1\r\nA: b\r\n\r\nrest"), span(0, 24, 1));
        assert_eq!(scan(b"\r\nGET / HTTP/1.1\r\n\r\n"), span(2, 20, 0));
        assert_eq!(scan(b"GET / HTTP/1.1\r\nA: b\r\n\r"), Ok(None));
        assert_eq!(scan(b"\r\n"), Ok(None));
    }

    #[test]
    fn refuses_line_ends_that_are_not_crlf() {
        for bytes in [
            &b"GET / HTTP/1.1\n\n"[..],
            b"\nGET / HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nA: b\n\r\n",
            b"GET / HTTP/1.1\r\nA: b\r\n\n",
            b"\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            b" GET / HTTP/1.1\r\n\r\n",
            b"\x16\x03\x01",
        ] {
            assert_eq!(scan(bytes), Err(HeadError::Malformed), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn limits_allow_the_number_given_and_not_one_more() {
        assert!(scan(b"GET /34567 HTTP/1.1\r\n").is_ok());
        assert!(scan(b"GET /345678 HTTP/1.1\r").is_ok());
        assert_eq!(scan(b"GET /3456789 HTTP/1.1"), Err(HeadError::StartLineTooLong));
        assert!(scan(b"GET / HTTP/1.1\r\nA: 456789012\r\n\r\n").is_ok());
        assert_eq!(scan(b"GET / HTTP/1.1\r\nA: 4567890123"), Err(HeadError::FieldTooLong));
        assert!(scan(b"GET / HTTP/1.1\r\nA:1\r\nB:1\r\nC:1\r\n\r\n").is_ok());
        assert_eq!(
            scan(b"GET / HTTP/1.1\r\nA:1\r\nB:1\r\nC:1\r\nD"),
            Err(HeadError::TooManyFields)
        );
        let head = b"GET / HTTP/1.1\r\nA: 456789012\r\nB: 456789012\r\nC:\r\n\r\n";
        assert_eq!(head.len(), 50);
        assert!(matches!(scan(head), Ok(Some(_))));
        assert_eq!(
            scan(b"GET / HTTP/1.1\r\nA: 456789012\r\nB: 456789012\r\nC: 4\r\n\r\n"),
            Err(HeadError::TooLarge)
        );
    }

    #[test]
    fn folded_lines_become_one() {
        let unfolded = |head: &str| {
            let mut bytes = head.as_bytes().to_vec();
            unfold(&mut bytes);
            String::from_utf8(bytes).unwrap_or_default()
        };
        assert_eq!(
            unfolded("S\r\nA: b\r\n c\r\n\td\r\nE: f\r\n\r\n"),
            "S\r\nA: b   c  \td\r\nE: f\r\n\r\n"
        );
        assert_eq!(unfolded("S\nA: b\n c\n\n x"), "S\nA: b  c\n\n x");
        for same in ["S\r\n A: b\r\n\r\n", "S\n A: b\n\n", "S\r\nA: b\r\n\r\n folded", "S", ""] {
            assert_eq!(unfolded(same), same);
        }
    }

    #[test]
    fn lines_may_end_without_a_cr_where_that_is_let_in() {
        let lenient = HeadLimits { bare_line_feeds: true, ..WIDE };
        for head in ["GET / HTTP/1.1\nA: b\n\n", "GET / HTTP/1.1\r\nA: b\n\r\n"] {
            let found = scan_within(head.as_bytes(), &lenient);
            assert!(
                matches!(found, Ok(Some(span)) if span.end == head.len()),
                "{head:?}: {found:?}"
            );
            assert_eq!(scan_within(head.as_bytes(), &WIDE), Err(HeadError::Malformed), "{head:?}");
        }
    }

    #[test]
    fn versions_are_told_from_nonsense() {
        let parse = |line: &str| {
            let head = format!("{line}\r\n\r\n");
            let span = HeadSpan { end: head.len(), ..HeadSpan::default() };
            parse_request(head.as_bytes(), span, |_| ()).map_err(|e| e == HeadError::Version)
        };
        assert_eq!(parse("GET / HTTP/1.1"), Ok(()));
        assert_eq!(parse("GET / HTTP/1.0"), Ok(()));
        for other in ["GET / HTTP/3.0", "GET / HTTP/2.0", "GET / HTTP/0.9", "PRI * HTTP/2.0"] {
            assert_eq!(parse(other), Err(true), "{other}");
        }
        for nonsense in ["GET /", "GET", "GET / HTTP/1.10", "GET / HTTPS/1.1", "GET /  HTTP/2.0"] {
            assert_eq!(parse(nonsense), Err(false), "{nonsense}");
        }
    }

    #[test]
    fn a_later_minor_version_is_the_one_spoken_here() {
        use HeadKind::{Request, Response};

        for (kind, line, lowered) in [
            (Request, "GET / HTTP/1.2", Some("GET / HTTP/1.1")),
            (Request, "GET /?HTTP/1.2 HTTP/1.9", Some("GET /?HTTP/1.2 HTTP/1.1")),
            (Request, "GET / HTTP/1.1", None),
            (Request, "GET / HTTP/1.0", None),
            (Request, "GET / HTTP/2.1", None),
            (Request, "GET / HTTP/0.9", None),
            (Request, "GET / HTTP/1.10", None),
            (Request, "GET / HTTP/1.2 ", None),
            (Request, "GET  HTTP/1.2", Some("GET  HTTP/1.1")),
            (Request, "HTTP/1.2 101 Yes", None),
            (Response, "HTTP/1.2 101 Yes", Some("HTTP/1.1 101 Yes")),
            (Response, "HTTP/1.2", Some("HTTP/1.1")),
            (Response, "HTTP/1.0 200 HTTP/1.2", None),
            (Response, "HTTP/2.0 200 OK", None),
        ] {
            for end in ["\r\n", "\n", "\r\nA: HTTP/1.2\r\n\r\n"] {
                let mut head = format!("{line}{end}").into_bytes();
                assert_eq!(lower_minor_version(&mut head, kind), lowered.is_some(), "{line}");
                let expected = format!("{}{end}", lowered.unwrap_or(line));
                assert_eq!(head.escape_ascii().to_string(), expected.escape_default().to_string());
            }
        }
    }

    #[test]
    fn the_target_is_to_blame_where_everything_else_is_right() {
        for (line, expected) in [
            ("GET /\u{1} HTTP/1.1", true),
            ("GET /\u{1} HTTP/1.0", true),
            ("GET /\u{1} HTTP/2.0", false),
            ("GET /\u{1} HTTP/1", false),
            ("G(T /\u{1} HTTP/1.1", false),
            ("GET /\u{1}", false),
            ("GET  HTTP/1.1", false),
            ("GET / HTTP/1.1", false),
        ] {
            assert_eq!(has_bad_target(format!("{line}\r\n").as_bytes()), expected, "{line:?}");
        }
    }
}
