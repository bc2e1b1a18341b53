//! What can be told of a client on its way to a server.

use std::{fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use http::StatusCode;
use ws_core::{Proxy, Url};

use crate::Error;

/// A step on the way to an open WebSocket, for logs and traces.
///
/// Nothing in it holds a password, unless a server puts one into a URL that it redirects to.
#[derive(Debug)]
#[non_exhaustive]
pub enum DialEvent<'a> {
    /// A host is looked up, and its port.
    LookUp(&'a str, u16),
    /// These are the addresses that will be tried.
    Addresses(&'a [SocketAddr]),
    /// An address is being connected to.
    Connect(SocketAddr),
    /// An address could not be connected to. Others may be under way, or follow.
    Unreached(SocketAddr, &'a io::Error),
    /// This address has answered, and is the one that is taken.
    Connected(SocketAddr),
    /// TLS begins, with a host: the proxy or the server.
    Tls(&'a str),
    /// A proxy is asked for a connection to the host.
    Proxy(&'a Proxy),
    /// The upgrade request goes out to this URL.
    Handshake(&'a Url),
    /// The server has answered with this status that the client should go to another URL.
    Redirect(StatusCode, &'a Url),
    /// There will be another attempt after this time, because of this. `None` is for the first attempt of a call:
    /// the one before has led to a connection, was given out as an error, or was dropped.
    Retry(Duration, Option<&'a Error>),
}

/// Whoever wants to know of [`DialEvent`]s.
#[derive(Clone, Default)]
pub struct Observer(Option<Arc<Hook>>);

type Hook = dyn Fn(&DialEvent<'_>) + Send + Sync;

impl Observer {
    pub(crate) fn new(hook: impl Fn(&DialEvent<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    /// Tells of an event, if somebody wants to know.
    pub fn tell(&self, event: &DialEvent<'_>) {
        if let Some(hook) = &self.0 {
            hook(event);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.0.is_some() { "Observer(set)" } else { "Observer(none)" };
        f.write_str(state)
    }
}
