//! User name and password in a URL (RFC 3986 3.2.1).

use std::fmt;

use super::{error::UrlError, percent};
use crate::codec::basic::can_be_basic;

/// User name and password, decoded.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct UserInfo {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl UserInfo {
    /// `None` when there is nothing in it.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, UrlError> {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        if user.is_empty() && password.is_empty() {
            return Ok(None);
        }
        let (user, password) = (decode(user)?, decode(password)?);
        // A browser takes a backslash for a slash, so that the host would be another one.
        if !can_be_basic(&user, &password) || text.contains('\\') {
            return Err(UrlError::UserInfo);
        }
        Ok(Some(Self { user, password }))
    }
}

fn decode(text: &str) -> Result<String, UrlError> {
    String::from_utf8(percent::decode(text)).map_err(|_| UrlError::UserInfo)
}

impl fmt::Debug for UserInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A token is often given as the user name.
        f.write_str("UserInfo(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_and_not_shown() {
        let user_info = UserInfo::parse("alice:secret").unwrap().unwrap();
        assert_eq!(format!("{user_info:?}"), "UserInfo(..)");
    }
}
