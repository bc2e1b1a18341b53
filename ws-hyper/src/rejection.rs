//! Why a request is not upgraded.

use std::{error::Error, fmt};

use hyper::{Response, StatusCode, body::Bytes};
use ws_tokio::{
    handshake::{self, ArgumentError, HandshakeWatch},
    rules::RequestRule,
};

/// A request that does not become a WebSocket, and the response that says so.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// The request breaks a rule, or a hook of yours refused it.
    Request(Box<handshake::Rejection>),
    /// The request is good, and what you want to answer is not: a subprotocol that was not offered, for
    /// instance.
    Argument(ArgumentError),
    /// The request is good, and its connection cannot be had: it was upgraded before, something on the way
    /// here made a new request of it, or it was not read by hyper.
    NotUpgradable,
}

impl Rejection {
    /// A stable name in kebab-case: that of the rule, or `not-upgradable`.
    pub fn name(&self) -> &'static str {
        self.rule().map_or("not-upgradable", RequestRule::name)
    }

    /// The rule that was broken.
    pub fn rule(&self) -> Option<RequestRule> {
        match self {
            Self::Request(rejection) => Some(rejection.rule()),
            Self::Argument(_) => Some(RequestRule::Response),
            Self::NotUpgradable => None,
        }
    }

    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Request(rejection) => rejection.response().status(),
            Self::Argument(_) | Self::NotUpgradable => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn tell(&self, watch: &mut HandshakeWatch) {
        watch.rejected(self.name(), self.status());
    }

    /// The response to send: status, fields, and a line of text, in whatever body your responses have.
    pub fn into_response<B: From<Bytes>>(self) -> Response<B> {
        match self {
            Self::Request(rejection) => rejection.into_response().map(B::from),
            Self::Argument(_) | Self::NotUpgradable => self.to_response(),
        }
    }

    /// The same response, when the rejection is still wanted, for a log.
    pub fn to_response<B: From<Bytes>>(&self) -> Response<B> {
        match self {
            Self::Request(rejection) => rejection.response().clone().map(B::from),
            Self::Argument(_) => of_server(self.status(), RequestRule::Response.message()),
            Self::NotUpgradable => of_server(self.status(), NOT_UPGRADABLE),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(rejection) => rejection.fmt(f),
            Self::Argument(error) => {
                write!(f, "rejected with 500 Internal Server Error: {error}")
            }
            Self::NotUpgradable => f.write_str(
                "rejected with 500 Internal Server Error: hyper does not hand over the connection of \
                 this request, which was upgraded before, or is not the one that hyper has read",
            ),
        }
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Request(rejection) => rejection.source(),
            Self::Argument(error) => error.source(),
            Self::NotUpgradable => None,
        }
    }
}

impl From<Box<handshake::Rejection>> for Rejection {
    fn from(rejection: Box<handshake::Rejection>) -> Self {
        Self::Request(rejection)
    }
}

impl From<ArgumentError> for Rejection {
    fn from(error: ArgumentError) -> Self {
        Self::Argument(error)
    }
}

impl<B: From<Bytes>> From<Rejection> for Response<B> {
    fn from(rejection: Rejection) -> Self {
        rejection.into_response()
    }
}

/// What a client is told of a fault that is not its own.
fn of_server<B: From<Bytes>>(status: StatusCode, text: &str) -> Response<B> {
    let mut response = Response::new(B::from(Bytes::from(format!("{text}\n"))));
    *response.status_mut() = status;
    response
}

const NOT_UPGRADABLE: &str = "the server cannot upgrade this connection";
