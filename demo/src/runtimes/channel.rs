//! An open WebSocket as the commands see it: called from a thread that may wait, whatever it runs
//! on.

use std::io;

use bytes::Bytes;
use ws_core::{CloseCode, CloseFrame, CloseInfo, Message, MessageKind, Negotiated};
use ws_driver::{Error, Event, Part};

/// An open WebSocket. Where nothing else is said, errors are those of the adapter's own functions
/// of the same name.
pub(crate) trait Channel: Send {
    /// What was negotiated.
    fn negotiated(&self) -> &Negotiated;

    /// How many bytes came behind the head and have not been looked at.
    fn leftover_len(&self) -> usize;

    /// The next message, ping or pong.
    fn recv_event(&mut self) -> Result<Option<Event>, Error>;

    /// Sends a message.
    fn send(&mut self, message: Message) -> Result<(), Error>;

    /// Sends a part of a message.
    fn send_part(&mut self, kind: MessageKind, part: Bytes, last: bool) -> Result<(), Error>;

    /// Sends a ping.
    fn ping(&mut self, payload: Bytes) -> Result<(), Error>;

    /// Echoes until the peer closes.
    fn echo(&mut self) -> Result<(), Error>;

    /// Closes, and waits for the peer to do so.
    fn close(&mut self, frame: CloseFrame) -> Result<CloseInfo, Error>;

    /// How it ended.
    fn close_info(&self) -> CloseInfo;

    /// Takes it apart for two threads.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    fn split(self: Box<Self>) -> io::Result<(Box<dyn Sending>, Box<dyn Receiving>)>;

    /// The next message.
    fn recv(&mut self) -> Result<Option<Message>, Error> {
        loop {
            match self.recv_event()? {
                Some(Event::Message(message)) => return Ok(Some(message)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }
}

/// The half of a WebSocket that sends.
pub(crate) trait Sending: Send {
    /// Sends a message.
    fn send(&mut self, message: Message) -> Result<(), Error>;

    /// Sends a part of a message.
    fn send_part(&mut self, kind: MessageKind, part: Bytes, last: bool) -> Result<(), Error>;

    /// Sends a close frame.
    fn close(&mut self, frame: CloseFrame) -> Result<(), Error>;
}

/// The half of a WebSocket that receives.
pub(crate) trait Receiving: Send {
    /// The next part of a message, as soon as it comes.
    fn recv_part(&mut self) -> Result<Option<Part>, Error>;

    /// How it ended.
    fn close_info(&self) -> CloseInfo;
}

/// The close frame of an end that is done.
pub(crate) fn goodbye() -> CloseFrame {
    CloseFrame::new(CloseCode::NORMAL_CLOSURE, "")
}
