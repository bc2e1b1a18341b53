//! What came of a session: values that adapters can be compared by.

use std::io::ErrorKind;

use ws_driver::Error;

/// What came of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Verdict {
    /// What was being done in the end.
    pub(crate) step: Step,
    pub(crate) end: End,
    /// What a call that receives comes to after that, if there is a WebSocket.
    pub(crate) then: Option<End>,
    /// How many messages have been received.
    pub(crate) received: usize,
    /// How many messages have been sent, as far as the party under test knows.
    pub(crate) sent: usize,
    /// How many messages the partner has got.
    pub(crate) delivered: usize,
    /// Whether both sides have closed.
    pub(crate) clean: bool,
}

/// What a party does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// TLS of a server.
    Secure,
    /// From the URL to an open WebSocket, or from a stream to one.
    Open,
    Greet,
    Send(usize),
    Receive(usize),
    Ping,
    Close,
}

/// How a step ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Done,
    /// The name of the error, and of what kind it is where it is the stream's.
    Failed(&'static str, Option<ErrorKind>),
    /// The call was dropped, and cannot be made again.
    Dropped,
    /// It waits for something that never happens.
    Hangs,
    /// A hook has panicked.
    Panicked,
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Io(error) => Some(error.kind()),
            Error::Unsent(unsent) => Some(unsent.source.kind()),
            _ => None,
        };
        Self::Failed(error.name(), kind)
    }
}

impl From<std::io::Error> for End {
    fn from(error: std::io::Error) -> Self {
        Error::from(error).into()
    }
}

impl Verdict {
    pub(crate) const NOTHING: Self = Self {
        step: Step::Open,
        end: End::Done,
        then: None,
        received: 0,
        sent: 0,
        delivered: 0,
        clean: false,
    };

    /// The same, whoever was the first to notice that the peer is gone, or does not move.
    pub(crate) fn whoever_notices(self) -> Self {
        Self { end: self.end.whoever_notices(), then: self.then.map(End::whoever_notices), ..self }
    }
}

impl End {
    fn whoever_notices(self) -> Self {
        match self {
            Self::Failed("io", Some(ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof)) => {
                Self::Failed("disconnected", None)
            }
            Self::Failed("send-timeout", None) => Self::Failed("idle-timeout", None),
            other => other,
        }
    }
}
