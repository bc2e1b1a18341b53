//! How a client gets to a server.

mod attempts;
mod backoff;
mod http_date;
mod proxy;
mod redirect;
mod retry_after;
mod url;

pub use self::{
    attempts::{Attempt, Attempts},
    backoff::{Backoff, BackoffConfig},
    proxy::{
        MalformedAnswer, Proxy, ProxyError, ProxyHandshake, ProxyKind, ProxyRules, ProxyStep,
        ProxyUrlError, Socks4Reply, Socks5Reply,
    },
    redirect::{RedirectError, Redirects},
    retry_after::{is_transient_status, retry_after},
    url::{Url, UrlError},
};
