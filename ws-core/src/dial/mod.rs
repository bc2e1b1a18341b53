//! How a client gets to a server.

mod url;

pub use self::url::{Url, UrlError};
