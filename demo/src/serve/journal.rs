//! What became of a connection, as a line on standard error.

use std::{
    fmt,
    io::{self, Write},
    net::SocketAddr,
};

use http::StatusCode;
use ws_core::{CloseFrame, CloseInfo, HandshakeError, Negotiated, Side};
use ws_driver::Error;

/// What became of an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A WebSocket is open.
    Open(Negotiated),
    /// The request was refused: why, and with which status.
    Rejected(&'static str, StatusCode),
    /// The request was an ordinary one: what for, and the status.
    Answered(&'static str, StatusCode),
    /// It failed, under this name.
    Failed(&'static str),
    /// TLS failed, for this reason.
    Tls(String),
    /// The WebSocket was closed by a closing handshake.
    Closed(CloseInfo),
    /// The WebSocket failed, under this name.
    Broken(&'static str, CloseInfo),
}

impl Outcome {
    /// What became of a WebSocket.
    pub(super) fn ended(ended: Result<(), Error>, info: CloseInfo) -> Self {
        match ended {
            Ok(()) => Self::Closed(info),
            Err(error) => Self::Broken(error.name(), info),
        }
    }
}

impl From<&Error> for Outcome {
    fn from(error: &Error) -> Self {
        match error.handshake() {
            Some(HandshakeError::Rejected(refusal)) => {
                Self::Rejected(refusal.rule().name(), refusal.response().status())
            }
            _ => tls_failure(error).map_or(Self::Failed(error.name()), Self::Tls),
        }
    }
}

/// Why TLS failed, if it is that what failed. What comes of a client is shown escaped.
fn tls_failure(error: &Error) -> Option<String> {
    let Error::Io(error) = error else { return None };
    let reason = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(reason.to_string().escape_debug().to_string())
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(negotiated) => {
                write!(f, "open subprotocol={}", negotiated.subprotocol().unwrap_or("none"))?;
                match negotiated.extensions() {
                    Some(extensions) => write!(f, " extensions=\"{extensions}\""),
                    None => Ok(()),
                }
            }
            Self::Rejected(name, status) => write!(f, "refused {name} {}", status.as_u16()),
            Self::Answered(name, status) => write!(f, "answered {name} {}", status.as_u16()),
            Self::Failed(name) => write!(f, "error {name}"),
            Self::Tls(reason) => write!(f, "error tls: {reason}"),
            Self::Closed(info) => {
                let by = if info.first == Some(Side::Local) { "server" } else { "client" };
                write!(f, "closed by={by} {}", Codes(info))
            }
            Self::Broken(name, info) => write!(f, "error {name} {}", Codes(info)),
        }
    }
}

/// The close codes that both ends said.
struct Codes<'a>(&'a CloseInfo);

impl fmt::Display for Codes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = |frame: &Option<CloseFrame>| {
            frame.as_ref().map_or_else(|| "none".to_owned(), |frame| frame.code.to_string())
        };
        write!(f, "received={} sent={}", code(&self.0.received), code(&self.0.sent))
    }
}

/// The line of one connection. Where a connection was kept for several attempts it has the outcome
/// of each.
#[derive(Debug)]
pub(crate) struct Journal {
    line: String,
    is_empty: bool,
}

impl Journal {
    pub(crate) fn new(peer: SocketAddr) -> Self {
        Self { line: peer.to_string(), is_empty: true }
    }

    /// Adds the outcome of an attempt.
    pub(crate) fn note(&mut self, outcome: &Outcome) {
        self.line.push_str(if self.is_empty { " " } else { ", " });
        self.line.push_str(&outcome.to_string());
        self.is_empty = false;
    }

    /// Prints the line of a connection that was attended to.
    pub(crate) fn close(mut self, attended: Result<(), Error>) {
        if let Err(error) = attended {
            self.fail(&error);
        }
        self.line.push('\n');
        // Nobody reads it: no reason to stop serving.
        let _ = io::stderr().lock().write_all(self.line.as_bytes());
    }

    /// Adds why there are no further attempts. That a connection was closed after an answer goes
    /// without saying.
    fn fail(&mut self, error: &Error) {
        let closed = matches!(error.handshake(), Some(HandshakeError::Closed));
        if self.is_empty || !closed {
            self.note(&error.into());
        }
        if let Error::Unsent(unsent) = error {
            self.line.push_str(" unsent: ");
            self.line.push_str(&unsent.source.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use ws_core::CloseCode;

    use ws_core::HandshakeStep;

    use super::*;

    fn journal() -> Journal {
        Journal::new(SocketAddr::from(([127, 0, 0, 1], 5000)))
    }

    #[test]
    fn a_line_tells_every_attempt() {
        let mut journal = journal();
        journal.note(&Outcome::Rejected("missing-key", StatusCode::BAD_REQUEST));
        journal.note(&Outcome::Open(Negotiated::default()));
        assert_eq!(journal.line, "127.0.0.1:5000 refused missing-key 400, open subprotocol=none");
    }

    #[test]
    fn the_end_of_a_websocket_has_its_codes() {
        let ended = |ended, info| Outcome::ended(ended, info).to_string();
        let frame = |code| Some(CloseFrame::new(CloseCode::new(code), ""));
        let mut info = CloseInfo::default();
        (info.sent, info.received, info.first) = (frame(1000), frame(1005), Some(Side::Local));
        assert_eq!(ended(Ok(()), info.clone()), "closed by=server received=1005 sent=1000");
        info.first = Some(Side::Remote);
        assert_eq!(ended(Ok(()), info), "closed by=client received=1005 sent=1000");
        let broken = ended(Err(Error::Disconnected), CloseInfo::default());
        assert_eq!(broken, "error disconnected received=none sent=none");
    }

    #[test]
    fn the_end_of_a_connection_is_told_when_it_is_news() {
        let mut first = journal();
        first.fail(&HandshakeError::Closed.into());
        assert_eq!(first.line, "127.0.0.1:5000 error closed");
        let mut second = journal();
        second.note(&Outcome::Answered("health", StatusCode::OK));
        second.fail(&HandshakeError::Closed.into());
        assert_eq!(second.line, "127.0.0.1:5000 answered health 200");
        second.fail(&HandshakeError::TimedOut(HandshakeStep::AwaitRequest).into());
        assert_eq!(second.line, "127.0.0.1:5000 answered health 200, error timeout");
    }
}
