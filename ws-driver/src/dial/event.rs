//! What can be told of a client on its way to a server.

use std::{fmt, io, net::SocketAddr, sync::Arc, time::Duration};

use http::StatusCode;
use ws_core::{HandshakeStep, Proxy, Url};

use crate::{Error, watch::StepWatch};

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

impl DialEvent<'_> {
    /// The step that begins with it.
    fn step(&self) -> Option<HandshakeStep> {
        Some(match self {
            Self::LookUp(..) => HandshakeStep::LookUp,
            Self::Addresses(_) => HandshakeStep::Connect,
            Self::Tls(_) => HandshakeStep::Tls,
            Self::Proxy(_) => HandshakeStep::Proxy,
            Self::Handshake(_) => HandshakeStep::SendRequest,
            _ => return None,
        })
    }
}

/// Whoever wants to know of [`DialEvent`]s.
#[derive(Clone, Default)]
pub struct DialObserver {
    hook: Option<Arc<Hook>>,
    watch: StepWatch,
}

type Hook = dyn Fn(&DialEvent<'_>) + Send + Sync;

impl DialObserver {
    pub(crate) fn new(hook: impl Fn(&DialEvent<'_>) + Send + Sync + 'static) -> Self {
        Self { hook: Some(Arc::new(hook)), watch: StepWatch::default() }
    }

    /// The same, with somebody who watches how far the handshake has come.
    pub(crate) fn watched(&self, watch: StepWatch) -> Self {
        Self { hook: self.hook.clone(), watch }
    }

    /// Tells of an event, if somebody wants to know.
    pub fn tell(&self, event: &DialEvent<'_>) {
        if let Some(step) = event.step() {
            self.watch.step(step);
        }
        if let Some(hook) = &self.hook {
            hook(event);
        }
    }
}

impl fmt::Debug for DialObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.hook.is_some() { "DialObserver(set)" } else { "DialObserver(none)" };
        f.write_str(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_a_step_says_which() {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        let url = Url::parse("ws://h/").unwrap();
        let proxy = Proxy::parse("http://p:3128").unwrap();
        for (event, step) in [
            (DialEvent::LookUp("h", 80), Some(HandshakeStep::LookUp)),
            (DialEvent::Addresses(&[]), Some(HandshakeStep::Connect)),
            (DialEvent::Connect(address), None),
            (DialEvent::Connected(address), None),
            (DialEvent::Tls("h"), Some(HandshakeStep::Tls)),
            (DialEvent::Proxy(&proxy), Some(HandshakeStep::Proxy)),
            (DialEvent::Redirect(StatusCode::FOUND, &url), None),
            (DialEvent::Handshake(&url), Some(HandshakeStep::SendRequest)),
        ] {
            assert_eq!(event.step(), step, "{event:?}");
        }
    }
}
