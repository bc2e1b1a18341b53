//! Everything that an adapter offers, from the name of its runtime.

/// Gives an adapter its functions and types.
///
/// It takes how the adapter waits (`async` or `blocking`), its runtime marker, what its streams have
/// to be, and the type and the functions that [`connect`](crate::connect) looks up and dials with: from host
/// and port to addresses, and from one address, and for blocking ones the instant to give up, to a stream.
///
/// ```ignore
/// ws_driver::adapter!(async, Tokio, [AsyncRead + AsyncWrite + Unpin], TcpStream, look_up, dial);
/// ```
///
/// The adapter also has `pub use ws_driver::{bytes, http, ws_core};`, which the macro's code names.
/// A blocking adapter brings two functions for the macro to wait with: `crate::wait::{at_once,
/// queued}` and `crate::block_on::block_on`.
#[macro_export]
macro_rules! adapter {
    (async, $Runtime:ty, [$($bound:tt)*], $Stream:ty, $look_up:path, $dial:path) => {
        $crate::__adapter!(async [async] $Runtime, Shared, [$($bound)*], $Stream, $look_up, $dial);
        $crate::__asynchronous!($Runtime, [$($bound)*]);
    };
    (blocking, $Runtime:ty, [$($bound:tt)*], $Stream:ty, $look_up:path, $dial:path) => {
        $crate::__adapter!(blocking [] $Runtime, Own, [$($bound)*], $Stream, $look_up, $dial);
    };
}

/// What both kinds of adapter have.
#[doc(hidden)]
#[macro_export]
macro_rules! __adapter {
    (
        $mode:tt [$($async:tt)?]
        $Runtime:ty, $Hold:ident, [$($bound:tt)*], $Stream:ty, $look_up:path, $dial:path
    ) => {
        $crate::__names!();
        $crate::__functions!($mode [$($async)?] [$($bound)*], $Stream, $look_up, $dial);
        $crate::__web_socket!($mode [$($async)?] $Runtime, [$($bound)*]);
        $crate::__halves!($mode [$($async)?] $Runtime, $Hold, [$($bound)*]);
        $crate::__acceptor!($mode [$($async)?] $Runtime, [$($bound)*]);
        $crate::__byte_stream!($Runtime, [$($bound)*]);
    };
}

/// The names that an adapter passes on: what everybody meets at the root, the rest in modules.
#[doc(hidden)]
#[macro_export]
macro_rules! __names {
    () => {
        pub use $crate::{
            Error, Event, Part,
            ws_core::{
                ClientConfig, CloseCode, CloseInfo, Message, MessageKind, Prepared, SendError,
                ServerConfig, Text, Verifier, WebSocketConfig, is_upgrade, respond,
                upgrade_request,
            },
        };

        /// What a handshake consists of: what was asked, answered and negotiated, and why it failed.
        pub mod handshake {
            pub use $crate::{
                Parts,
                ws_core::{
                    ArgumentError, Declined, FieldName, HandshakeError, HandshakeStep,
                    InvalidResponse, Lenient, Limits, Negotiated, ParsedRequest, Preference,
                    RandomError, RecvBuf, Rejection, Role, UpgradeResponse, Url, UrlError,
                    Violation, credentials,
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

        /// TLS for clients, by rustls: why it failed, and with the feature `rustls` that crate itself.
        pub mod tls {
            #[cfg(feature = "rustls")]
            pub use $crate::rustls;
            pub use $crate::{TlsCause, TlsError};
        }

        /// Close frames, timeouts, and what can be sent.
        pub mod message {
            pub use $crate::ws_core::{
                CloseFrame, IntoOutgoing, Outgoing, Side, TextError, Timeout,
            };
        }
    };
}
