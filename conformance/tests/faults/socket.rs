//! What a session does with a WebSocket, in one piece or in two.

use ws_core::{CloseInfo, Message};
use ws_driver::{Error, Event, Part, Reads, RecvHalf, SendHalf, Shared, WebSocket, Writes};

use crate::messages::PING;

/// A WebSocket. Each call may be dropped and made again.
pub(crate) trait Socket {
    /// What sends.
    type Sender: Sends;

    fn sender(&mut self) -> &mut Self::Sender;
    async fn recv(&mut self) -> Result<Option<Message>, Error>;
    async fn recv_event(&mut self) -> Result<Option<Event>, Error>;
    async fn close(&mut self) -> Result<CloseInfo, Error>;
    fn close_info(&self) -> CloseInfo;
}

/// What sends, a whole WebSocket or a half of one.
pub(crate) trait Sends {
    async fn feed(&mut self, message: Message) -> Result<(), Error>;
    async fn feed_part(&mut self, part: Part) -> Result<(), Error>;
    async fn feed_ping(&mut self) -> Result<(), Error>;
    async fn flush(&mut self) -> Result<(), Error>;
}

/// Both halves.
pub(crate) struct Halves<T, R: Reads<T> + Writes<T>> {
    sender: SendHalf<Shared<T>, R>,
    receiver: RecvHalf<Shared<T>, R>,
}

impl<T, R: Reads<T> + Writes<T>> From<WebSocket<T, R>> for Halves<T, R> {
    fn from(ws: WebSocket<T, R>) -> Self {
        let (sender, receiver) = ws.split();
        Self { sender, receiver }
    }
}

macro_rules! sends {
    ($Sender:ty) => {
        impl<T, R: Reads<T> + Writes<T>> Sends for $Sender {
            async fn feed(&mut self, message: Message) -> Result<(), Error> {
                <$Sender>::feed(self, message).await
            }

            async fn feed_part(&mut self, part: Part) -> Result<(), Error> {
                <$Sender>::feed_part(self, part).await
            }

            async fn feed_ping(&mut self) -> Result<(), Error> {
                <$Sender>::feed_ping(self, PING).await
            }

            async fn flush(&mut self) -> Result<(), Error> {
                <$Sender>::flush(self).await
            }
        }
    };
}

sends!(WebSocket<T, R>);
sends!(SendHalf<Shared<T>, R>);

impl<T, R: Reads<T> + Writes<T>> Socket for WebSocket<T, R> {
    type Sender = Self;

    fn sender(&mut self) -> &mut Self {
        self
    }

    async fn recv(&mut self) -> Result<Option<Message>, Error> {
        Self::recv(self).await
    }

    async fn recv_event(&mut self) -> Result<Option<Event>, Error> {
        Self::recv_event(self).await
    }

    async fn close(&mut self) -> Result<CloseInfo, Error> {
        Self::close(self).await
    }

    fn close_info(&self) -> CloseInfo {
        Self::close_info(self)
    }
}

impl<T, R: Reads<T> + Writes<T>> Socket for Halves<T, R> {
    type Sender = SendHalf<Shared<T>, R>;

    fn sender(&mut self) -> &mut Self::Sender {
        &mut self.sender
    }

    async fn recv(&mut self) -> Result<Option<Message>, Error> {
        self.receiver.recv().await
    }

    async fn recv_event(&mut self) -> Result<Option<Event>, Error> {
        self.receiver.recv_event().await
    }

    /// The one half says that it closes, the other waits for the peer to say so.
    async fn close(&mut self) -> Result<CloseInfo, Error> {
        self.sender.close().await?;
        while self.receiver.recv().await?.is_some() {}
        Ok(self.receiver.close_info())
    }

    fn close_info(&self) -> CloseInfo {
        self.receiver.close_info()
    }
}
