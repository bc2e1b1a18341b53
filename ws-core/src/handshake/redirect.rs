//! What a client was sent on by.

use std::fmt;

use http::StatusCode;

/// A redirect that was followed: which URL answered so, and with which status.
///
/// ```
/// use ws_core::UpgradeResponse;
///
/// fn way(response: &UpgradeResponse) -> Vec<String> {
///     response.redirects().iter().map(ToString::to_string).collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    status: StatusCode,
    url: String,
}

impl Redirect {
    /// For those who follow redirects.
    #[doc(hidden)]
    #[must_use]
    pub fn new(status: StatusCode, url: String) -> Self {
        Self { status, url }
    }

    /// The status: 301, 302, 303, 307 or 308.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The URL that answered so, without user name and password.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// `301 from ws://h/`
impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.status.as_u16(), self.url)
    }
}
