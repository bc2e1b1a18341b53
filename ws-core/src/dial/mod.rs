//! How a client gets to a server.

mod attempts;
mod redirect;
mod url;

pub use self::{
    attempts::{Attempt, Attempts},
    redirect::{RedirectError, Redirects},
    url::{Url, UrlError},
};
