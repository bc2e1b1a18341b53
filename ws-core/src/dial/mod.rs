//! How a client gets to a server.

mod redirect;
mod url;

pub use self::{
    redirect::{RedirectError, Redirects},
    url::{Url, UrlError},
};
