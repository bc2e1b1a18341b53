//! `-v`: each step on the way to an open WebSocket, with its time.

use std::{
    fmt,
    io::{self, Write},
    time::Instant,
};

use ws_driver::DialEvent;

use crate::runtimes::Opened;

/// Tells of steps on standard error, with the time since the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    start: Instant,
}

impl Steps {
    /// Time begins now.
    pub(super) fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Tells of a step.
    pub(super) fn tell(self, event: &DialEvent<'_>) {
        if let Some(step) = described(event) {
            self.print(&step);
        }
    }

    /// Tells what was agreed upon.
    pub(super) fn tell_opened(self, opened: &Opened) {
        let Opened { channel, tls, .. } = opened;
        if let Some(tls) = tls {
            self.print(&format_args!("agreed in TLS: {tls}"));
        }
        let negotiated = channel.negotiated();
        let mut agreed = String::new();
        if let Some(subprotocol) = negotiated.subprotocol() {
            agreed += &format!(", {subprotocol}");
        }
        if let Some(extensions) = negotiated.extensions() {
            agreed += &format!(", {extensions}");
        }
        self.print(&format_args!("open{agreed}"));
    }

    fn print(self, step: &dyn fmt::Display) {
        let milliseconds = self.start.elapsed().as_secs_f64() * 1e3;
        // A reader who is gone does not mind.
        let _ = writeln!(io::stderr().lock(), "{milliseconds:8.1} ms  {step}");
    }
}

/// A step in words. Nothing in it holds a password.
fn described(event: &DialEvent<'_>) -> Option<String> {
    Some(match event {
        DialEvent::LookUp(host, port) => format!("look up {}", Host(host, *port)),
        DialEvent::Addresses(addresses) => {
            let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            format!("addresses {}", addresses.join(", "))
        }
        DialEvent::Connect(address) => format!("connect {address}"),
        DialEvent::Unreached(address, error) => format!("not connected {address}: {error}"),
        DialEvent::Connected(address) => format!("connected {address}"),
        DialEvent::Tls(host) => format!("TLS with {host}"),
        DialEvent::Proxy(proxy) => format!("proxy {proxy}"),
        DialEvent::Handshake(url) => format!("request {url}"),
        DialEvent::Redirect(status, url) => format!("redirect {} to {url}", status.as_u16()),
        DialEvent::Retry(delay, cause) => {
            let cause = cause.map(|cause| format!(": {}", super::described(cause)));
            format!("again in {:.1} s{}", delay.as_secs_f64(), cause.unwrap_or_default())
        }
        _ => return None,
    })
}

/// A host and a port, with brackets around an IPv6 address.
struct Host<'a>(&'a str, u16);

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(host, port) = self;
        match host.contains(':') {
            true => write!(f, "[{host}]:{port}"),
            false => write!(f, "{host}:{port}"),
        }
    }
}
