//! How large the messages of a handshake may be, and how long it may take.

use std::time::Duration;

use crate::codec::{body, head::HeadLimits};

/// How large a head, and the body of a rejection, may be. All lengths are in bytes; the number given
/// is still allowed, one more is not.
///
/// The defaults are those of well-known web servers: a request line and a field of 8 KiB (nginx,
/// Apache httpd), 100 fields (Apache httpd), and room for two such lines.
///
/// ```
/// use ws_core::{Limits, ServerConfig};
///
/// let config = ServerConfig::new().limits(Limits::new().max_head_len(4096).max_fields(40));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The request line (or status line), without its CR LF: 8192. Longer ones are answered 414.
    pub max_request_line_len: usize,
    /// One field line, without its CR LF: 8192. Longer ones are answered 431.
    pub max_field_len: usize,
    /// From the first byte of the start line to the end of the blank line: 16384. Larger heads are
    /// answered 431.
    pub max_head_len: usize,
    /// Field lines: 100. More are answered 431.
    pub max_fields: usize,
    /// Client: how much of a rejection's body is kept: 65536 bytes.
    pub max_body_len: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let head = HeadLimits::default();
        Self {
            max_request_line_len: head.start_line,
            max_field_len: head.field,
            max_head_len: head.head,
            max_fields: head.fields,
            max_body_len: body::DEFAULT_MAX_LEN,
        }
    }
}

impl Limits {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`max_request_line_len`](Self#structfield.max_request_line_len).
    #[must_use]
    pub fn max_request_line_len(mut self, len: usize) -> Self {
        self.max_request_line_len = len;
        self
    }

    /// Sets [`max_field_len`](Self#structfield.max_field_len).
    #[must_use]
    pub fn max_field_len(mut self, len: usize) -> Self {
        self.max_field_len = len;
        self
    }

    /// Sets [`max_head_len`](Self#structfield.max_head_len).
    #[must_use]
    pub fn max_head_len(mut self, len: usize) -> Self {
        self.max_head_len = len;
        self
    }

    /// Sets [`max_fields`](Self#structfield.max_fields).
    #[must_use]
    pub fn max_fields(mut self, count: usize) -> Self {
        self.max_fields = count;
        self
    }

    /// Sets [`max_body_len`](Self#structfield.max_body_len).
    #[must_use]
    pub fn max_body_len(mut self, len: usize) -> Self {
        self.max_body_len = len;
        self
    }

    pub(crate) fn head(&self) -> HeadLimits {
        HeadLimits {
            start_line: self.max_request_line_len,
            field: self.max_field_len,
            head: self.max_head_len,
            fields: self.max_fields,
            bare_line_feeds: false,
        }
    }
}

/// Long enough for a slow mobile network, short enough to bound what an idle peer holds. uWebSockets
/// has the same ten seconds.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
