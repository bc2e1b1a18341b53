//! Requests that are not upgraded, in axum's variants.
//!
//! Each is a response, with the status and the text of the rule that was broken. More than one rule may
//! share a variant: [`rule`](WebSocketUpgradeRejection::rule) tells them apart.

use std::{error::Error, fmt};

use axum_core::{
    body::Body,
    response::{IntoResponse, Response},
};
use ws_hyper::{
    Rejection,
    hyper::body::Bytes,
    ws_tokio::{http::StatusCode, rules::RequestRule},
};

/// A type for each variant, as axum has it.
macro_rules! rejections {
    ($($(#[$doc:meta])* $Name:ident,)*) => {
        /// Why a request is not upgraded, and the response that says so.
        #[derive(Debug)]
        #[non_exhaustive]
        pub enum WebSocketUpgradeRejection {
            $($(#[$doc])* $Name($Name),)*
        }

        impl WebSocketUpgradeRejection {
            /// The rejection as `ws-hyper` knows it.
            pub fn get_ref(&self) -> &Rejection {
                match self {
                    $(Self::$Name(it) => &it.0,)*
                }
            }

            /// The rejection as `ws-hyper` knows it.
            pub fn into_inner(self) -> Rejection {
                match self {
                    $(Self::$Name(it) => it.0,)*
                }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $Name(Rejection);

            impl $Name {
                /// The text of the response.
                pub fn body_text(&self) -> String {
                    text(&self.0)
                }

                /// The status of the response.
                pub fn status(&self) -> StatusCode {
                    self.0.status()
                }
            }

            impl fmt::Display for $Name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }

            impl Error for $Name {
                fn source(&self) -> Option<&(dyn Error + 'static)> {
                    self.0.source()
                }
            }

            impl IntoResponse for $Name {
                fn into_response(self) -> Response {
                    self.0.into_response::<Bytes>().map(Body::from)
                }
            }

            impl From<$Name> for WebSocketUpgradeRejection {
                fn from(rejection: $Name) -> Self {
                    Self::$Name(rejection)
                }
            }
        )*
    };
}

rejections! {
    /// The method is not GET: 405.
    MethodNotGet,
    /// HTTP/2: the method is not CONNECT: 405.
    MethodNotConnect,
    /// `upgrade` is not among the tokens of Connection: 426.
    InvalidConnectionHeader,
    /// `websocket` is not among the protocols of Upgrade: 426.
    InvalidUpgradeHeader,
    /// HTTP/2: `:protocol` is not `websocket`: 501.
    InvalidProtocolPseudoheader,
    /// Sec-WebSocket-Version is missing, or there are several: 400. Or it is not 13: 426.
    InvalidWebSocketVersionHeader,
    /// There is no Sec-WebSocket-Key: 400.
    WebSocketKeyHeaderMissing,
    /// The request is good, and its connection cannot be had: something has taken it before. 500.
    ConnectionNotUpgradable,
    /// Any other rule is broken: the key, the origin, a list that is none, a body.
    RuleBroken,
}

impl WebSocketUpgradeRejection {
    pub(crate) fn new(rejection: Rejection) -> Self {
        use RequestRule::{
            BadVersion, DuplicateVersion, Method, MissingKey, MissingVersion, NoConnection,
            NoProtocol, NoUpgrade, NotConnect, OtherProtocol,
        };

        match rejection.rule() {
            None => ConnectionNotUpgradable(rejection).into(),
            Some(Method) => MethodNotGet(rejection).into(),
            Some(NoConnection) => InvalidConnectionHeader(rejection).into(),
            Some(NoUpgrade) => InvalidUpgradeHeader(rejection).into(),
            Some(MissingVersion | DuplicateVersion | BadVersion) => {
                InvalidWebSocketVersionHeader(rejection).into()
            }
            Some(MissingKey) => WebSocketKeyHeaderMissing(rejection).into(),
            Some(NotConnect) => MethodNotConnect(rejection).into(),
            Some(NoProtocol | OtherProtocol) => InvalidProtocolPseudoheader(rejection).into(),
            Some(_) => RuleBroken(rejection).into(),
        }
    }

    /// The rule that was broken; `None` when the connection cannot be had.
    pub fn rule(&self) -> Option<RequestRule> {
        self.get_ref().rule()
    }

    /// A stable name in kebab-case: that of the rule, or `not-upgradable`.
    pub fn name(&self) -> &'static str {
        self.get_ref().name()
    }

    /// The text of the response.
    pub fn body_text(&self) -> String {
        text(self.get_ref())
    }

    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        self.get_ref().status()
    }

    /// The response, when the rejection is still wanted.
    pub(crate) fn to_response(&self) -> Response {
        self.get_ref().to_response::<Bytes>().map(Body::from)
    }
}

impl fmt::Display for WebSocketUpgradeRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get_ref().fmt(f)
    }
}

impl Error for WebSocketUpgradeRejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.get_ref().source()
    }
}

impl IntoResponse for WebSocketUpgradeRejection {
    fn into_response(self) -> Response {
        self.into_inner().into_response::<Bytes>().map(Body::from)
    }
}

fn text(rejection: &Rejection) -> String {
    String::from_utf8_lossy(rejection.to_response::<Bytes>().body()).into_owned()
}
