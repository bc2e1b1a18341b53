//! What is done with a WebSocket, and what comes of it in words.

use bytes::Bytes;
use ws_core::{CloseCode, CloseFrame, CloseInfo, Message, MessageKind, SendError, Side};
use ws_driver::{Error, Event, Part};

use super::frames::shown;

/// One call.
#[derive(Clone, Debug)]
pub enum Command {
    /// `recv`
    Recv,
    /// `recv_event`
    Event,
    /// `recv_part`
    Part,
    /// `recv_part` until a message has ended.
    Parts,
    /// `send`
    Send(Message),
    /// `feed`
    Feed(Message),
    /// `try_send`
    TrySend(Message),
    /// `send` of a `Prepared` message, framed just now.
    Prepared(Message),
    /// `send_part`
    SendPart(MessageKind, Bytes, bool),
    /// `set_compression`
    Compression(bool),
    /// `ping`
    Ping(Bytes),
    /// `try_ping`
    TryPing(Bytes),
    /// `pong`
    Pong(Bytes),
    /// `try_pong`
    TryPong(Bytes),
    /// `flush`
    Flush,
    /// `close`
    Close(CloseFrame),
    /// `start_close`
    StartClose(CloseFrame),
}

impl Command {
    /// What has to be done yet when the call was dropped while it waited: what is queued must not be queued again. Only
    /// to be used where there was room in the queue; otherwise the message is not queued yet.
    #[must_use]
    pub fn after_drop(self) -> Self {
        match self {
            Self::Send(_) | Self::Prepared(_) | Self::Ping(_) | Self::Pong(_) => Self::Flush,
            Self::SendPart(_, _, true) => Self::Flush,
            again => again,
        }
    }
}

/// `text hello`
pub fn message(message: &Message) -> String {
    let kind = if message.as_text().is_some() { "text" } else { "binary" };
    format!("{kind}{}", shown(message.as_bytes()))
}

/// `text hello`, `ping x`
pub fn event(event: &Event) -> String {
    match event {
        Event::Message(it) => message(it),
        Event::Ping(payload) => format!("ping{}", shown(payload)),
        Event::Pong(payload) => format!("pong{}", shown(payload)),
        Event::Close(frame) => format!("close {}", closing(frame)),
        other => format!("{other:?}"),
    }
}

/// `a part of text hel`, `the last part of text lo`
pub fn part(part: &Part) -> String {
    let which = if part.last { "the last part" } else { "a part" };
    format!("{which} of {}{}", kind(part), shown(&part.data))
}

/// `in parts: text hello`; all of them together.
pub fn parts(all: &Part) -> String {
    format!("in parts: {}{}", kind(all), shown(&all.data))
}

fn kind(part: &Part) -> &'static str {
    if part.kind == MessageKind::Text { "text" } else { "binary" }
}

/// `sent 1000, received 1001 bye, local first`
pub fn close_info(info: &CloseInfo) -> String {
    let frame =
        |frame: &Option<CloseFrame>| frame.as_ref().map_or_else(|| "nothing".to_owned(), closing);
    let first = match info.first {
        None => "nobody",
        Some(Side::Local) => "local",
        Some(Side::Remote) => "remote",
    };
    format!("sent {}, received {}, {first} first", frame(&info.sent), frame(&info.received))
}

/// `1001 bye`, or `empty`
fn closing(frame: &CloseFrame) -> String {
    match frame {
        CloseFrame { code: CloseCode::NO_STATUS_RECEIVED, .. } => "empty".to_owned(),
        CloseFrame { code, reason } => format!("{code}{}", shown(reason.as_bytes())),
    }
}

/// What a call came to; `None` when it would have to wait.
pub fn outcome<T>(result: Result<T, Error>, say: impl FnOnce(T) -> String) -> Option<String> {
    match result {
        Ok(value) => Some(say(value)),
        Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => None,
        Err(error) => Some(error.name().to_owned()),
    }
}

/// `ok`, or the error's name.
pub fn refusal(result: Result<(), SendError>) -> String {
    result.map_or_else(|error| error.name().to_owned(), done)
}

/// `ok`
pub fn done((): ()) -> String {
    "ok".to_owned()
}

/// What came, or `end`.
pub fn received<T>(what: Option<&T>, say: impl FnOnce(&T) -> String) -> String {
    what.map_or_else(|| "end".to_owned(), say)
}

/// A close frame of this side.
pub fn close_frame(code: u16, reason: &'static str) -> CloseFrame {
    match code {
        0 => CloseFrame::EMPTY,
        code => CloseFrame::new(CloseCode::new(code), reason),
    }
}
