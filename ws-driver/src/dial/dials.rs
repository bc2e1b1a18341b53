//! What a runtime provides to connect with.

use std::{future::Future, io, net::SocketAddr, time::Instant};

use ws_core::Attempts;

use super::{
    event::DialObserver,
    race::race,
    unreached::Unreached,
    within::{sleep, within},
};
use crate::{
    runtime::{Reads, Runtime, Writes},
    tls::MaybeTls,
};

/// How a runtime looks up hosts and connects sockets.
///
/// The instants say when the caller stops waiting. A runtime that wakes up for timers may ignore them; one
/// that blocks must return by then.
pub trait Dials: Sized + Send + 'static {
    /// How what it connects is read and written.
    type Runtime: Runtime<Timer: Send> + Reads<Self::Stream> + Writes<Self::Stream>;

    /// A connected TCP socket.
    type Socket: Send;

    /// A socket, or TLS over one, as the runtime's own traits read and write it.
    type Stream: From<MaybeTls<Self::Socket>> + Into<MaybeTls<Self::Socket>> + Send;

    /// Looks up the addresses of a host. It is a name, or an IPv6 address with a zone.
    ///
    /// # Errors
    ///
    /// Those of the resolver.
    fn look_up(
        host: String,
        port: u16,
        until: Option<Instant>,
    ) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;

    /// Connects to one address, from a `local` one if there is one.
    ///
    /// # Errors
    ///
    /// Those of the socket.
    fn connect(
        address: SocketAddr,
        local: Option<SocketAddr>,
        until: Option<Instant>,
    ) -> impl Future<Output = io::Result<Self::Socket>> + Send;

    /// Connects to whichever address answers first (RFC 8305).
    ///
    /// # Errors
    ///
    /// Each address that came to an end without a connection, and why.
    fn race(
        attempts: Attempts,
        local: Option<SocketAddr>,
        until: Option<Instant>,
        observer: &DialObserver,
    ) -> impl Future<Output = Result<Self::Socket, Unreached>> + Send {
        let connect = move |address| Self::connect(address, local, until);
        race::<Self::Runtime, _, _>(attempts, connect, until, observer)
    }

    /// Waits until then.
    ///
    /// # Errors
    ///
    /// When there is no timer to wait with.
    fn sleep(until: Instant) -> impl Future<Output = io::Result<()>> + Send {
        sleep::<Self::Runtime>(until)
    }

    /// What comes of a look-up of the caller's own by then.
    ///
    /// # Errors
    ///
    /// [`TimedOut`](io::ErrorKind::TimedOut), and those of the look-up.
    fn resolve(
        look_up: impl Future<Output = io::Result<Vec<SocketAddr>>> + Send,
        until: Option<Instant>,
    ) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send {
        within::<Self::Runtime, _>(until, look_up)
    }
}
