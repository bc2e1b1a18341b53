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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::{
        client_config::ClientOptions, lenient::Lenient, origin::OriginPolicy,
        server_config::ServerOptions,
    };

    /// QtWebSockets had limits that were none unless somebody set them. Everything is named here, so that what is
    /// new does not compile before somebody has thought about its default.
    #[test]
    fn cve_2018_21035_each_limit_has_a_default() {
        let ServerOptions {
            limits,
            timeout,
            max_attempts,
            // Off: each would cost something, or let something in.
            keep_alive: false,
            keep_request: false,
            deflate: None,
            lenient,
            answer_timeout: _,
            // SECURITY.md says why there is no policy.
            origins: OriginPolicy::Any,
            require_origin: false,
            subprotocols: _,
            preference: _,
            require_subprotocol: _,
            decorator: None,
            web_socket: _,
        } = ServerOptions::default()
        else {
            unreachable!("a default has changed")
        };
        assert!((1..=100).contains(&max_attempts));
        assert_are_limits(limits, timeout);
        assert_eq!(lenient, Lenient::new());

        let ClientOptions {
            limits,
            timeout,
            body_timeout,
            lenient,
            web_socket: _,
            subprotocols: _,
            headers: _,
            credentials: None,
            keeps_credentials: false,
            invalid: None,
            decorator: None,
            deflate: _,
        } = ClientOptions::default()
        else {
            unreachable!("a default has changed")
        };
        assert_are_limits(limits, timeout);
        assert!(body_timeout <= DEFAULT_TIMEOUT && !body_timeout.is_zero());
        assert_eq!(lenient, Lenient::new());
    }

    fn assert_are_limits(limits: Limits, timeout: Option<Duration>) {
        let Limits { max_request_line_len, max_field_len, max_head_len, max_fields, max_body_len } =
            limits;
        for len in [max_request_line_len, max_field_len, max_head_len, max_body_len] {
            assert!((1..=1 << 16).contains(&len), "{len}");
        }
        assert!((1..=1000).contains(&max_fields));
        assert!(timeout.is_some_and(|it| !it.is_zero() && it <= Duration::from_secs(60)));
    }
}
