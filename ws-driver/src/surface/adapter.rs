//! Everything that an adapter offers, from the name of its runtime.

/// Gives an adapter its functions and types.
///
/// It takes how the adapter waits (`async` or `blocking`), its runtime marker, what its streams have
/// to be, and what it connects with ([`Dials`](crate::Dials)) and its socket.
///
/// ```ignore
/// ws_driver::adapter!(async, Tokio, [AsyncRead + AsyncWrite + Unpin], Tokio, TcpStream);
/// ```
///
/// The adapter also has `pub use ws_driver::{bytes, http, ws_core};`, which the macro's code names.
/// A blocking adapter brings two functions for the macro to wait with: `crate::wait::{at_once,
/// queued}` and `crate::block_on::block_on`.
#[macro_export]
macro_rules! adapter {
    (async, $Runtime:ty, [$($bound:tt)*], $Dials:ty, $Socket:ty) => {
        $crate::__adapter!(async [async] $Runtime, Shared, [$($bound)*], $Dials, $Socket);
        $crate::__asynchronous!($Runtime, [$($bound)*]);
    };
    (blocking, $Runtime:ty, [$($bound:tt)*], $Dials:ty, $Socket:ty) => {
        $crate::__adapter!(blocking [] $Runtime, Own, [$($bound)*], $Dials, $Socket);
    };
}

/// What both kinds of adapter have.
#[doc(hidden)]
#[macro_export]
macro_rules! __adapter {
    (
        $mode:tt [$($async:tt)?] $Runtime:ty, $Hold:ident, [$($bound:tt)*], $Dials:ty, $Socket:ty
    ) => {
        $crate::__names!();
        $crate::__functions!($mode [$($async)?] [$($bound)*]);
        $crate::__connect!($mode [$($async)?] $Dials, $Socket);
        $crate::__web_socket!($mode [$($async)?] $Runtime, [$($bound)*]);
        $crate::__halves!($mode [$($async)?] $Runtime, $Hold, [$($bound)*]);
        $crate::__acceptor!($mode [$($async)?] $Runtime, [$($bound)*]);
        $crate::__byte_stream!($Runtime, [$($bound)*]);
        $crate::__tracker!($mode [$($async)?] $Runtime);
    };
}

/// The names that an adapter passes on: what everybody meets at the root, the rest in modules.
#[doc(hidden)]
#[macro_export]
macro_rules! __names {
    () => {
        pub use $crate::{
            DialConfig, Error, Event, Part,
            ws_core::{
                ClientConfig, CloseCode, CloseInfo, Message, MessageKind, Prepared, SendError,
                ServerConfig, Text, Verifier, WebSocketConfig, is_upgrade, respond,
                upgrade_request,
            },
        };

        /// What a handshake consists of: what was asked, answered and negotiated, and why it failed.
        pub mod handshake {
            pub use $crate::{
                HandshakeWatch, Parts, UnsentAnswer,
                ws_core::{
                    ArgumentError, Declined, ErrorBox, FieldName, HandshakeError, HandshakeStep,
                    InvalidResponse, Lenient, Limits, Negotiated, ParsedRequest, Preference,
                    RandomError, RecvBuf, Rejection, Role, UpgradeResponse, Url, UrlError,
                    Violation, credentials,
                },
            };
        }

        /// The way to a server: proxies, what happens on the way, and connections that come back.
        pub mod dial {
            pub use $crate::{
                DialEvent, Session,
                ws_core::{
                    BackoffConfig, Proxy, ProxyError, ProxyKind, ProxyRules, ProxyUrlError,
                    Redirect, RedirectError,
                },
            };
        }

        /// Compression of messages: permessage-deflate (RFC 7692).
        ///
        /// Negotiating it takes the feature `deflate`: `ServerConfig::deflate` and
        /// `ClientConfig::deflate`.
        pub mod deflate {
            pub use $crate::ws_core::{
                ClientWindow, DeflateConfig, DeflateOffer, DeflateParams, DeflatePool,
            };
        }

        /// The rules that a peer can break, one variant each, with the section of the RFC that
        /// states it.
        pub mod rules {
            pub use $crate::ws_core::{FrameRule, FrameViolation, RequestRule, ResponseRule};
        }

        /// Who is told what happens to handshakes and WebSockets: see [`Observer`](observe::Observer), and
        /// `ServerConfig::observer`, `ClientConfig::observer`, `WebSocketConfig::observer`.
        #[cfg(feature = "observer")]
        pub mod observe {
            #[cfg(feature = "metrics")]
            pub use $crate::MetricsObserver;
            pub use $crate::ws_core::{
                HandshakeOutcome, Observed, ObservedEnd, ObservedHandshake, ObservedMessage,
                ObservedStep, Observer, SharedObserver, Totals,
            };
        }

        /// TLS for clients, by rustls: why it failed, and with the feature `rustls` that crate itself.
        pub mod tls {
            #[cfg(feature = "rustls")]
            pub use $crate::rustls;
            pub use $crate::{TlsCause, TlsConfig, TlsError};
        }

        /// Close frames, timeouts, and what can be sent.
        pub mod message {
            pub use $crate::ws_core::{
                CloseFrame, IntoOutgoing, Outgoing, ShutdownOutcome, Side, TextError, Timeout,
            };
        }
    };
}
