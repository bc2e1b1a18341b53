//! What a client wants of the way to a server.

use std::{
    fmt,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use ws_core::{Proxy, ProxyRules, Url};

use super::event::{DialEvent, DialObserver};
use crate::{
    Error,
    tls::{TlsConfig, TlsError},
    watch::StepWatch,
};

/// How a client gets to a server: by which addresses, over which proxy, with which certificates, and
/// whether it follows redirects.
///
/// The default looks up the host with the runtime's resolver, uses no proxy, verifies certificates with the
/// roots that a feature brought, and follows no redirect.
///
/// ```
/// use ws_driver::DialConfig;
/// use ws_core::Proxy;
///
/// let config = DialConfig::new()
///     .proxy(Proxy::parse("socks5h://ada:lovelace@proxy.example")?)
///     .redirects(5);
/// assert!(!format!("{config:?}").contains("lovelace"));
/// # Ok::<(), ws_core::ProxyUrlError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a configuration does nothing by itself"]
pub struct DialConfig {
    proxy: Proxying,
    pub(crate) max_redirects: usize,
    pub(crate) addresses: Option<Arc<[SocketAddr]>>,
    pub(crate) resolver: Option<Resolver>,
    pub(crate) local: Option<SocketAddr>,
    pub(crate) attempt_delay: Option<Duration>,
    pub(crate) observer: DialObserver,
    http2: bool,
    tls: Option<TlsConfig>,
    proxy_tls: Option<TlsConfig>,
}

#[derive(Clone, Debug, Default)]
enum Proxying {
    #[default]
    None,
    Always(Proxy),
    Environment,
}

/// Looks up hosts in place of the runtime.
#[derive(Clone)]
pub(crate) struct Resolver(Arc<dyn Fn(String, u16) -> LookUp + Send + Sync>);

type LookUp = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

impl DialConfig {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Connects over a proxy, whatever the host.
    pub fn proxy(self, proxy: Proxy) -> Self {
        Self { proxy: Proxying::Always(proxy), ..self }
    }

    /// Connects over the proxy that the environment names for the URL, if any: see [`ProxyRules`] for the
    /// variables. They are read at each connection.
    pub fn proxy_from_env(self) -> Self {
        Self { proxy: Proxying::Environment, ..self }
    }

    /// Follows up to `max` redirects: 301, 302, 303, 307 and 308, and never from `wss` to `ws`. None, by
    /// default. [`UpgradeResponse::redirects`](ws_core::UpgradeResponse::redirects) has those that were
    /// followed.
    ///
    /// Authorization, Cookie and Proxy-Authorization are sent to the origin of the first URL only.
    pub fn redirects(self, max: usize) -> Self {
        Self { max_redirects: max, ..self }
    }

    /// Connects to these addresses, in place of those that a look-up of the host, or of the proxy if there is
    /// one, would find. A redirect to another host is looked up.
    pub fn addresses(self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self { addresses: Some(addresses.into_iter().collect()), ..self }
    }

    /// Looks up hosts with a function from name and port to addresses. It is not asked for what is an
    /// address already.
    pub fn resolver<L>(self, look_up: impl Fn(String, u16) -> L + Send + Sync + 'static) -> Self
    where
        L: Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
    {
        let resolver = move |host, port| -> LookUp { Box::pin(look_up(host, port)) };
        Self { resolver: Some(Resolver(Arc::new(resolver))), ..self }
    }

    /// Connects from this address of the machine. Only addresses of its family are then tried.
    pub fn local_address(self, address: IpAddr) -> Self {
        Self { local: Some(SocketAddr::new(address, 0)), ..self }
    }

    /// How long an address is waited for before the next one is tried beside it: 250 ms by default, and at
    /// least 10 ms (RFC 8305 5).
    pub fn attempt_delay(self, delay: Duration) -> Self {
        Self { attempt_delay: Some(delay), ..self }
    }

    /// Tells a function of each step.
    pub fn on_event(self, hook: impl Fn(&DialEvent<'_>) + Send + Sync + 'static) -> Self {
        Self { observer: DialObserver::new(hook), ..self }
    }

    /// Does TLS in this way, rather than with the default: an `Arc` of a `ClientConfig` of rustls, or one
    /// that becomes it. It holds for the server, and for a proxy unless there is a
    /// [`proxy_tls`](Self::proxy_tls).
    #[cfg(feature = "rustls")]
    pub fn tls(self, config: impl Into<TlsConfig>) -> Self {
        Self { tls: Some(config.into()), ..self }
    }

    /// Does TLS with a proxy in this way.
    #[cfg(feature = "rustls")]
    pub fn proxy_tls(self, config: impl Into<TlsConfig>) -> Self {
        Self { proxy_tls: Some(config.into()), ..self }
    }

    /// Whether to offer HTTP/2 to a server that is reached over TLS, before HTTP/1.1 (RFC 7301). Only for who
    /// [dials](crate::dial) and then looks at what was chosen: [`Connect`](crate::Connect) speaks HTTP/1.1.
    #[doc(hidden)]
    pub fn offer_http2(self, http2: bool) -> Self {
        Self { http2, ..self }
    }

    /// The same, with somebody who watches how far the handshake has come.
    pub(crate) fn watched(&self, watch: StepWatch) -> Self {
        Self { observer: self.observer.watched(watch), ..self.clone() }
    }

    /// The proxy for `url`.
    pub(crate) fn proxy_for(&self, url: &Url) -> Result<Option<Proxy>, Error> {
        Ok(match &self.proxy {
            Proxying::None => None,
            Proxying::Always(proxy) => Some(proxy.clone()),
            Proxying::Environment => {
                let rules = ProxyRules::from_variables(|name| std::env::var(name).ok())?;
                rules.proxy_for(url).cloned()
            }
        })
    }

    /// How TLS with the server is done.
    pub(crate) fn tls_to_origin(&self) -> Result<TlsConfig, TlsError> {
        self.tls_of_both().map(|tls| tls.with_http2(self.http2))
    }

    fn tls_of_both(&self) -> Result<TlsConfig, TlsError> {
        self.tls.clone().map_or_else(TlsConfig::by_features, Ok)
    }

    /// How TLS with a proxy is done.
    pub(crate) fn tls_to_proxy(&self) -> Result<TlsConfig, TlsError> {
        self.proxy_tls.clone().map_or_else(|| self.tls_of_both(), Ok)
    }
}

impl Resolver {
    pub(crate) fn look_up(&self, host: String, port: u16) -> LookUp {
        (self.0)(host, port)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything is named here, so that what is new does not compile before somebody has thought about its default:
    /// what a server or the environment may decide is off.
    #[test]
    fn cve_2018_21035_what_others_decide_is_off() {
        let DialConfig {
            proxy: Proxying::None,
            max_redirects: 0,
            addresses: None,
            resolver: None,
            local: None,
            attempt_delay: None,
            observer: _,
            http2: false,
            tls: None,
            proxy_tls: None,
        } = DialConfig::default()
        else {
            unreachable!("a default has changed")
        };
    }

    /// What is called is not shown, and whether there is something is.
    #[test]
    fn hooks_are_shown_as_such() {
        let shown = format!("{:?}", DialConfig::new());
        assert!(shown.contains("DialObserver(none)") && shown.contains("resolver: None"));
        let look_up = |_, _| std::future::ready(Ok(Vec::new()));
        let shown = format!("{:?}", DialConfig::new().on_event(|_| {}).resolver(look_up));
        assert!(shown.contains("DialObserver(set)") && shown.contains("Resolver(..)"));
    }
}
