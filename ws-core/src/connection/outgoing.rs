//! What can be sent whole.

use super::{prepared::Prepared, send_error::SendError, sender::Sender};
use crate::message::Message;

/// What the `send`, `feed` and `try_send` of an adapter take: anything that becomes a [`Message`], and
/// [`Prepared`] messages, which were framed once for many, by value or by reference.
///
/// ```
/// use ws_core::{IntoOutgoing, Message, Prepared};
///
/// fn can_be_sent(_: impl IntoOutgoing) {}
///
/// can_be_sent("text");
/// can_be_sent(b"bytes");
/// can_be_sent(Message::text("a message"));
/// can_be_sent(&Prepared::new("for everybody"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no message and does not become one",
    label = "text, bytes, a `Message` or a `&Prepared` can be sent"
)]
pub trait IntoOutgoing: sealed::IntoOutgoing {
    /// What is queued.
    type Outgoing: Outgoing;

    /// Makes it ready to be queued.
    fn into_outgoing(self) -> Self::Outgoing;
}

impl<M: Into<Message>> IntoOutgoing for M {
    type Outgoing = Message;

    fn into_outgoing(self) -> Message {
        self.into()
    }
}

impl IntoOutgoing for Prepared {
    type Outgoing = Self;

    fn into_outgoing(self) -> Self {
        self
    }
}

impl<'a> IntoOutgoing for &'a Prepared {
    type Outgoing = &'a Prepared;

    fn into_outgoing(self) -> Self {
        self
    }
}

/// Something that the sending half of a connection can queue, again and again until there is room.
pub trait Outgoing: sealed::Outgoing {
    /// Queues it.
    ///
    /// # Errors
    ///
    /// As [`Sender::send`].
    fn queue(&self, sender: &mut Sender) -> Result<(), SendError>;
}

impl Outgoing for Message {
    fn queue(&self, sender: &mut Sender) -> Result<(), SendError> {
        sender.send(self)
    }
}

impl Outgoing for Prepared {
    fn queue(&self, sender: &mut Sender) -> Result<(), SendError> {
        sender.send_prepared(self)
    }
}

impl Outgoing for &Prepared {
    fn queue(&self, sender: &mut Sender) -> Result<(), SendError> {
        sender.send_prepared(self)
    }
}

mod sealed {
    use crate::{connection::prepared::Prepared, message::Message};

    pub trait IntoOutgoing {}
    impl<M: Into<Message>> IntoOutgoing for M {}
    impl IntoOutgoing for Prepared {}
    impl IntoOutgoing for &Prepared {}

    pub trait Outgoing {}
    impl Outgoing for Message {}
    impl Outgoing for Prepared {}
    impl Outgoing for &Prepared {}
}
