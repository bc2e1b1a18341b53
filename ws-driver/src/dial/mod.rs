//! The way from a URL to a stream: addresses, a proxy, TLS.

mod config;
mod dials;
mod drive;
mod event;
mod race;
mod unreached;
mod within;

use std::{io, net::SocketAddr, time::Instant};

use ws_core::{
    Attempts, HandshakeError, HandshakeStep, Proxy, ProxyHandshake, ProxyKind, RecvBuf, Url,
};

pub use self::{
    config::DialConfig,
    dials::Dials,
    event::{DialEvent, DialObserver},
    unreached::Unreached,
};
use self::{drive::drive, unreached::Place};
use crate::{
    Error,
    tls::{MaybeTls, Peer, TlsConfig, TlsError, TlsHandshake},
    watch::HandshakeWatch,
};

/// Connects to the host of `url` and no further: over proxies, and with TLS if it is `wss`, as [`Connect`] does
/// before its handshake. Gives the stream, and bytes that have come over it.
///
/// # Errors
///
/// As [`Connect::open`], before its handshake.
///
/// [`Connect`]: crate::Connect
/// [`Connect::open`]: crate::Connect::open
pub async fn dial<D: Dials>(
    url: &Url,
    config: &DialConfig,
    deadline: Option<Instant>,
) -> Result<(D::Stream, RecvBuf), Error> {
    dial_to::<D>(url, config, deadline, true).await
}

/// Like [`dial`], for somebody who watches the attempt, and tells a failure.
///
/// # Errors
///
/// As [`dial`].
#[doc(hidden)]
pub async fn dial_watched<D: Dials>(
    url: &Url,
    config: &DialConfig,
    deadline: Option<Instant>,
    watch: &HandshakeWatch,
) -> Result<(D::Stream, RecvBuf), Error> {
    if watch.is_on() {
        dial::<D>(url, &config.watched(watch.steps()), deadline).await
    } else {
        dial::<D>(url, config, deadline).await
    }
}

/// A stream to the host of `url`, and bytes that have come over it. `is_first` tells the URL of the caller's
/// from one that a server has sent the client to.
///
/// # Errors
///
/// Those of each step, with what it was about.
pub(crate) async fn dial_to<D: Dials>(
    url: &Url,
    config: &DialConfig,
    deadline: Option<Instant>,
    is_first: bool,
) -> Result<(D::Stream, RecvBuf), Error> {
    // Whatever is wrong with the configuration is known before anybody is asked for anything.
    let tls = if url.is_secure() { Some(config.tls_to_origin()?) } else { None };
    let Some(proxy) = config.proxy_for(url)? else {
        let addresses = config.addresses.as_deref().filter(|_| is_first);
        let place = Place { addresses, ..Place::host(url.host(), url.port()) };
        let socket = connect::<D>(&place, config, deadline).await?;
        let mut way = Way::<D>::new(socket, config, deadline);
        if let Some(tls) = tls {
            way = way.tls(&tls, &place).await?;
        }
        return Ok(way.end());
    };
    let proxy_tls = if proxy.is_secure() { Some(config.tls_to_proxy()?) } else { None };
    let origin = Place::host(url.host(), url.port());
    let addresses = config.addresses.as_deref();
    let place = Place { addresses, ..Place::proxy(proxy.host(), proxy.port()) };
    let target = target::<D>(&proxy, &origin, config, deadline).await?;
    let machine = ProxyHandshake::new(&proxy, &target, url.port())?;
    let socket = connect::<D>(&place, config, deadline).await?;
    let mut way = Way::<D>::new(socket, config, deadline);
    if let Some(tls) = proxy_tls {
        way = way.tls(&tls, &place).await?;
    }
    way = way.proxy(machine, &proxy, &place).await?;
    if let Some(tls) = tls {
        way = way.tls(&tls, &origin).await?;
    }
    Ok(way.end())
}

/// What a proxy is asked to connect to: the host, or its address where the proxy looks up no names.
async fn target<D: Dials>(
    proxy: &Proxy,
    origin: &Place<'_>,
    config: &DialConfig,
    deadline: Option<Instant>,
) -> Result<String, Error> {
    if proxy.resolves_names() {
        return Ok(origin.host.to_owned());
    }
    let addresses = look_up::<D>(origin, config, deadline).await?;
    // SOCKS4 has room for four octets.
    let fits = |address: &&SocketAddr| address.is_ipv4() || proxy.kind() != ProxyKind::Socks4;
    match addresses.iter().find(fits).or(addresses.first()) {
        Some(address) => Ok(address.ip().to_string()),
        None => Err(origin.failed(Unreached::default().into())),
    }
}

/// A socket to whichever address of a place answers first.
async fn connect<D: Dials>(
    place: &Place<'_>,
    config: &DialConfig,
    deadline: Option<Instant>,
) -> Result<D::Socket, Error> {
    let addresses = match place.addresses {
        Some(addresses) => addresses.to_vec(),
        None => look_up::<D>(place, config, deadline).await?,
    };
    let addresses = match config.local {
        Some(local) => of_family(addresses, local).map_err(|error| place.failed(error))?,
        None => addresses,
    };
    config.observer.tell(&DialEvent::Addresses(&addresses));
    let mut attempts = Attempts::new(addresses);
    if let Some(delay) = config.attempt_delay {
        attempts = attempts.delay(delay);
    }
    match D::race(attempts, config.local, deadline, &config.observer).await {
        Ok(socket) => Ok(socket),
        Err(unreached) => {
            in_time(deadline, HandshakeStep::Connect)?;
            Err(place.failed(unreached.into()))
        }
    }
}

/// Those that can be connected to from a local address.
fn of_family(all: Vec<SocketAddr>, local: SocketAddr) -> io::Result<Vec<SocketAddr>> {
    let (usable, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|address| address.is_ipv4() == local.is_ipv4());
    if usable.is_empty() && !others.is_empty() {
        let what = format!("no address of the host is of the family of {}", local.ip());
        return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, what));
    }
    Ok(usable)
}

/// The addresses of a place.
async fn look_up<D: Dials>(
    place: &Place<'_>,
    config: &DialConfig,
    deadline: Option<Instant>,
) -> Result<Vec<SocketAddr>, Error> {
    let Place { host, port, .. } = *place;
    if let Ok(address) = host.parse() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    config.observer.tell(&DialEvent::LookUp(host, port));
    let found = match &config.resolver {
        Some(resolver) => D::resolve(resolver.look_up(host.to_owned(), port), deadline).await,
        None => D::resolve(D::look_up(host.to_owned(), port, deadline), deadline).await,
    };
    // Also when it has found something: a look-up that blocks is not cut short.
    in_time(deadline, HandshakeStep::LookUp)?;
    found.map_err(|error| place.failed(error))
}

/// An error if the time is up.
fn in_time(deadline: Option<Instant>, step: HandshakeStep) -> Result<(), Error> {
    match deadline {
        Some(deadline) if deadline <= Instant::now() => Err(HandshakeError::TimedOut(step).into()),
        _ => Ok(()),
    }
}

/// A connected socket on its way to be a stream to the server.
struct Way<'a, D: Dials> {
    stream: MaybeTls<D::Socket>,
    /// What has come behind the last step.
    received: RecvBuf,
    config: &'a DialConfig,
    deadline: Option<Instant>,
}

impl<'a, D: Dials> Way<'a, D> {
    fn new(socket: D::Socket, config: &'a DialConfig, deadline: Option<Instant>) -> Self {
        Self { stream: MaybeTls::plain(socket), received: RecvBuf::new(), config, deadline }
    }

    /// Begins TLS.
    async fn tls(mut self, config: &TlsConfig, place: &Place<'_>) -> Result<Self, Error> {
        self.config.observer.tell(&DialEvent::Tls(place.host));
        let received = std::mem::take(&mut self.received);
        let of_place = |error| match (error, place.peer) {
            (Error::Tls(error), Peer::Proxy) => TlsError::AtProxy(error.into_inner().into()).into(),
            (error, _) => error,
        };
        let machine = TlsHandshake::new(config, place.host, received);
        let machine = machine.map_err(|error| of_place(error.into()))?;
        let driven = self.drive(machine, place, HandshakeStep::Tls).await;
        let (mut way, machine) = driven.map_err(of_place)?;
        way.stream.push(machine.into_session(), place.peer);
        Ok(way)
    }

    /// Asks the proxy for a connection.
    async fn proxy(
        self,
        machine: ProxyHandshake,
        proxy: &Proxy,
        place: &Place<'_>,
    ) -> Result<Self, Error> {
        self.config.observer.tell(&DialEvent::Proxy(proxy));
        let (way, machine) = self.drive(machine, place, HandshakeStep::Proxy).await?;
        Ok(Self { received: machine.into_leftover(), ..way })
    }

    async fn drive<M: drive::Machine>(
        self,
        mut machine: M,
        place: &Place<'_>,
        step: HandshakeStep,
    ) -> Result<(Self, M), Error> {
        let stream = D::Stream::from(self.stream);
        let driven =
            drive::<_, D::Runtime, _>(stream, &mut machine, self.deadline, step, place).await?;
        Ok((Self { stream: driven.into(), ..self }, machine))
    }

    fn end(self) -> (D::Stream, RecvBuf) {
        (self.stream.into(), self.received)
    }
}
