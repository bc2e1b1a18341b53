//! Opening a WebSocket at a URL.

/// The functions and types that connect.
#[doc(hidden)]
#[macro_export]
macro_rules! __connect {
    ($mode:tt [$($async:tt)?] $Dials:ty, $Socket:ty) => {
        /// Opens a WebSocket at a `ws` or `wss` URL.
        ///
        #[doc = $crate::__connect_doc!($mode)]
        ///
        /// One deadline covers looking up the host, connecting, the proxy if there is one, TLS, the handshake
        /// and redirects: ten seconds, or [`timeout`](Connect::timeout). All addresses of the host are tried
        /// (RFC 8305). `wss` takes the feature `rustls`, with a provider of cryptography and roots:
        /// see the crate's features.
        ///
        #[doc = $crate::__lookup_doc!($mode)]
        ///
        /// User name and password in the URL become Basic credentials (RFC 7617), unless the
        /// configuration has a field Authorization. An IPv6 address may have a zone:
        /// `ws://[fe80::1%25eth0]/`. An international host name takes the feature `idna`.
        ///
        /// # Errors
        ///
        /// [`Error::Url`] for something that is no URL or has another scheme; [`Error::Io`] when
        /// nobody can be connected to, with the host, the port, and each address that was tried;
        /// [`Error::Tls`], [`Error::Proxy`], [`Error::Redirect`]; otherwise as [`handshake()`]: a path that
        /// must not be sent is [`HandshakeError::Argument`](handshake::HandshakeError::Argument), and the
        /// deadline [`HandshakeError::TimedOut`](handshake::HandshakeError::TimedOut) with what was being
        /// done.
        #[doc(alias = "wss")]
        #[doc(alias = "tls")]
        pub fn connect(url: impl AsRef<str>) -> Connect {
            Connect($crate::Connect::new(url.as_ref()))
        }

        /// Like [`connect`], with a configuration that several handshakes share: subprotocols, header
        /// fields, limits, a deadline.
        pub fn connect_with(url: impl AsRef<str>, config: &ClientConfig) -> Connect {
            connect(url).config(config)
        }

        /// A WebSocket that is to be opened at a URL, from [`connect`].
        ///
        /// What is set here for one connection can be shared by many: as a [`ClientConfig`] what concerns the
        /// handshake, as a [`DialConfig`] what concerns the way to the server.
        #[derive(Clone, Debug)]
        #[must_use = "nothing is done yet"]
        pub struct Connect($crate::Connect<$Dials>);

        impl Connect {
            /// With these settings of the handshake and the WebSocket, in place of those so far.
            pub fn config(self, config: &ClientConfig) -> Self {
                Self(self.0.config(config.clone()))
            }

            /// With these settings of the way to the server, in place of those so far.
            pub fn dial(self, config: &DialConfig) -> Self {
                Self(self.0.dial(config.clone()))
            }

            /// Offers subprotocols: [`ClientConfig::subprotocols`].
            pub fn subprotocols<I: IntoIterator<Item: AsRef<str>>>(self, names: I) -> Self {
                Self(self.0.with_config(|config| config.subprotocols(names)))
            }

            /// Adds a field to the request: [`ClientConfig::header`].
            pub fn header<N: handshake::FieldName, V: AsRef<[u8]>>(self, name: N, value: V) -> Self {
                Self(self.0.with_config(|config| config.header(name, value)))
            }

            /// Offers permessage-deflate: [`ClientConfig::deflate`].
            #[cfg(feature = "deflate")]
            pub fn deflate(self, offer: deflate::DeflateOffer) -> Self {
                Self(self.0.with_config(|config| config.deflate(offer)))
            }

            /// Sets how long everything may take: [`ClientConfig::timeout`].
            pub fn timeout(self, timeout: impl Into<Option<::std::time::Duration>>) -> Self {
                let timeout = timeout.into();
                Self(self.0.with_config(|config| config.timeout(timeout)))
            }

            /// Sets limits and times of the WebSocket: [`ClientConfig::web_socket`].
            pub fn web_socket(self, config: WebSocketConfig) -> Self {
                Self(self.0.with_config(|client| client.web_socket(config)))
            }

            /// Does TLS in this way: [`DialConfig::tls`].
            #[cfg(feature = "rustls")]
            pub fn tls(self, config: impl Into<tls::TlsConfig>) -> Self {
                Self(self.0.with_dial(|dial| dial.tls(config)))
            }

            /// Connects over a proxy: [`DialConfig::proxy`].
            pub fn proxy(self, proxy: dial::Proxy) -> Self {
                Self(self.0.with_dial(|dial| dial.proxy(proxy)))
            }

            /// Connects over the proxy that the environment names: [`DialConfig::proxy_from_env`].
            pub fn proxy_from_env(self) -> Self {
                Self(self.0.with_dial(DialConfig::proxy_from_env))
            }

            /// Follows up to `max` redirects: [`DialConfig::redirects`].
            pub fn redirects(self, max: usize) -> Self {
                Self(self.0.with_dial(|dial| dial.redirects(max)))
            }

            /// Connects to these addresses: [`DialConfig::addresses`].
            pub fn addresses(
                self,
                addresses: impl IntoIterator<Item = ::std::net::SocketAddr>,
            ) -> Self {
                Self(self.0.with_dial(|dial| dial.addresses(addresses)))
            }

            /// Connects from this address of the machine: [`DialConfig::local_address`].
            pub fn local_address(self, address: ::std::net::IpAddr) -> Self {
                Self(self.0.with_dial(|dial| dial.local_address(address)))
            }

            $crate::__resolver!($mode);

            /// Tells a function of each step: [`DialConfig::on_event`].
            pub fn on_event(
                self,
                hook: impl Fn(&dial::DialEvent<'_>) + Send + Sync + 'static,
            ) -> Self {
                Self(self.0.with_dial(|dial| dial.on_event(hook)))
            }

            /// One connection after the other, whenever [`Reconnect::next`] is called.
            pub fn reconnect(self, config: dial::BackoffConfig) -> Reconnect {
                Reconnect($crate::Reconnect::new(self.0, config))
            }
        }

        $crate::__open!($mode, $Socket);

        /// One WebSocket after the other to the same URL, from [`Connect::reconnect`].
        ///
        /// Between them it waits, longer and longer as long as no connection holds
        /// ([`BackoffConfig`](dial::BackoffConfig)). It tries again after what may pass
        /// ([`Error::is_transient`]), and gives out all other errors.
        #[derive(Debug)]
        pub struct Reconnect($crate::Reconnect<$Dials>);

        impl Reconnect {
            /// Opens the next WebSocket; call it when there is none yet, and when the last one has ended.
            /// The time between two calls is how long a connection has held.
            ///
            /// # Errors
            ///
            /// Those of [`connect`] that are not transient, and the last one when there have been as many
            /// attempts as the configuration allows.
            #[expect(clippy::should_implement_trait, reason = "it has errors, and no end")]
            pub $($async)? fn next(
                &mut self,
            ) -> Result<dial::Session<WebSocket<MaybeTlsStream<$Socket>>>, Error> {
                let session = $crate::__finish!($mode, self.0.next());
                session.map(|session| session.map(WebSocket))
            }
        }
    };
}

/// How a [`Connect`] is opened.
#[doc(hidden)]
#[macro_export]
macro_rules! __open {
    (async, $Socket:ty) => {
        impl ::std::future::IntoFuture for Connect {
            type Output =
                Result<(WebSocket<MaybeTlsStream<$Socket>>, handshake::UpgradeResponse), Error>;
            type IntoFuture =
                ::std::pin::Pin<Box<dyn ::std::future::Future<Output = Self::Output> + Send>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(async move {
                    self.0.open().await.map(|(ws, response)| (WebSocket(ws), response))
                })
            }
        }
    };
    (blocking, $Socket:ty) => {
        impl Connect {
            /// Opens the WebSocket. Gives it and the server's 101.
            ///
            /// # Errors
            ///
            /// See [`connect`].
            pub fn open(
                self,
            ) -> Result<(WebSocket<MaybeTlsStream<$Socket>>, handshake::UpgradeResponse), Error>
            {
                let opened = $crate::__finish!(blocking, self.0.open());
                opened.map(|(ws, response)| (WebSocket(ws), response))
            }
        }
    };
}

/// A resolver of the caller's own.
#[doc(hidden)]
#[macro_export]
macro_rules! __resolver {
    (async) => {
        /// Looks up hosts with a function of yours: [`DialConfig::resolver`].
        pub fn resolver<L>(self, look_up: impl Fn(String, u16) -> L + Send + Sync + 'static) -> Self
        where
            L: ::std::future::Future<Output = ::std::io::Result<Vec<::std::net::SocketAddr>>>
                + Send
                + 'static,
        {
            Self(self.0.with_dial(|dial| dial.resolver(look_up)))
        }
    };
    (blocking) => {
        /// Looks up hosts with a function of yours. The deadline does not cut it short.
        pub fn resolver(
            self,
            look_up: impl Fn(String, u16) -> ::std::io::Result<Vec<::std::net::SocketAddr>>
            + Send
            + Sync
            + 'static,
        ) -> Self {
            let look_up = move |host, port| ::std::future::ready(look_up(host, port));
            Self(self.0.with_dial(|dial| dial.resolver(look_up)))
        }
    };
}

/// How a WebSocket is opened.
#[doc(hidden)]
#[macro_export]
macro_rules! __connect_doc {
    (async) => {
        "Await it: that gives the WebSocket and the server's 101."
    };
    (blocking) => {
        "[`open`](Connect::open) gives the WebSocket and the server's 101."
    };
}

/// What a deadline does to looking up a host.
#[doc(hidden)]
#[macro_export]
macro_rules! __lookup_doc {
    (async) => {
        "A look-up that has begun goes on in the background after the deadline has passed, for as long \
         as the resolver takes, on a thread that is for what blocks. A tokio runtime that is dropped \
         waits for that thread; `Runtime::shutdown_background` does not."
    };
    (blocking) => {
        "A look-up under a deadline, and a connection where there are several addresses, take threads of \
         their own. They are left behind when the deadline passes, and end when the operating system gives \
         up."
    };
}
