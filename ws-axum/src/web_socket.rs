//! An open WebSocket.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use axum_core::Error;
use futures_core::{FusedStream, Stream};
use futures_sink::Sink;
use ws_hyper::{
    Upgraded,
    ws_tokio::{self, CloseInfo, Event, Prepared, SendError, bytes::Bytes, http::HeaderValue},
};

use crate::{
    close::{CloseCode, CloseFrame},
    message::Message,
    utf8_bytes::Utf8Bytes,
};

/// An open WebSocket: a stream and a sink of [`Message`]s.
///
/// Pings and the peer's close are answered whenever something is received, so keep receiving. One that is
/// dropped closes nothing: the peer finds the connection at its end, without a close frame.
///
/// Every future may be dropped at any time: nothing that was received is lost, and a message is either
/// queued whole or not at all.
#[derive(Debug)]
pub struct WebSocket {
    inner: ws_tokio::WebSocket<Upgraded>,
    protocol: Option<HeaderValue>,
    /// A ping that waits until the one before it is on its way.
    ping: Option<Bytes>,
    write_buffer_size: usize,
}

impl WebSocket {
    pub(crate) fn new(inner: ws_tokio::WebSocket<Upgraded>, write_buffer_size: usize) -> Self {
        // A subprotocol is a token, so it is a value of a field.
        let protocol = inner.subprotocol().and_then(|name| HeaderValue::from_str(name).ok());
        Self { inner, protocol, ping: None, write_buffer_size }
    }

    /// Receives the next message, ping, pong or close frame; `None` when the closing handshake is over.
    ///
    /// # Errors
    ///
    /// A [`ws_tokio::Error`] when the peer broke a rule (it has been told), went away without closing, or
    /// was too slow, and for errors of the connection: [`cause`](crate::cause) shows it. Afterwards `None`.
    pub async fn recv(&mut self) -> Option<Result<Message, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Sends a message or a control frame, and waits until the connection has taken it.
    ///
    /// A close frame begins the closing handshake: receive until `None`, or call
    /// [`close_with`](Self::close_with), which does. A second one is not sent, and is no error.
    ///
    /// # Errors
    ///
    /// A [`ws_tokio::Error`] when nothing can be sent any more, for a control frame that is too long or has
    /// a code that may not be sent, when the peer takes nothing for too long, and for errors of the
    /// connection.
    pub async fn send(&mut self, message: Message) -> Result<(), Error> {
        poll_fn(|cx| Pin::new(&mut *self).poll_ready(cx)).await?;
        Pin::new(&mut *self).start_send(message)?;
        poll_fn(|cx| Pin::new(&mut *self).poll_flush(cx)).await
    }

    /// Sends a message that was framed, and compressed, once for many.
    ///
    /// ```
    /// use ws_axum::{Error, Prepared, WebSocket};
    ///
    /// async fn to_all(room: &mut [WebSocket], news: &str) -> Result<(), Error> {
    ///     let news = Prepared::new(news);
    ///     for socket in room {
    ///         socket.send_prepared(&news).await?;
    ///     }
    ///     Ok(())
    /// }
    /// # let _ = to_all;
    /// ```
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_prepared(&mut self, message: &Prepared) -> Result<(), Error> {
        self.inner.send(message).await.map_err(Error::new)
    }

    /// Closes: sends a close frame, waits for the peer's, and closes the connection (RFC 6455 7.1.2).
    /// Messages that still come are thrown away. Gives who said what, and who was first.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send), and when the peer does not answer in
    /// [`close_timeout`](ws_tokio::WebSocketConfig::close_timeout).
    pub async fn close_with(
        &mut self,
        code: CloseCode,
        reason: impl Into<Utf8Bytes>,
    ) -> Result<CloseInfo, Error> {
        self.inner.close_with(code.into(), reason.into()).await.map_err(Error::new)
    }

    /// The subprotocol that was negotiated.
    pub fn protocol(&self) -> Option<&HeaderValue> {
        self.protocol.as_ref()
    }

    /// How it ended, or how far closing has come: who said what, and who was first.
    pub fn close_info(&self) -> CloseInfo {
        self.inner.close_info()
    }

    /// The WebSocket inside, for what else it knows.
    pub fn get_ref(&self) -> &ws_tokio::WebSocket<Upgraded> {
        &self.inner
    }

    /// The WebSocket inside, for what else it can do: messages in parts, events, `try_send`.
    pub fn get_mut(&mut self) -> &mut ws_tokio::WebSocket<Upgraded> {
        &mut self.inner
    }

    /// The WebSocket inside, which can be split without a lock, and made a stream of bytes.
    pub fn into_inner(mut self) -> ws_tokio::WebSocket<Upgraded> {
        self.retry_ping();
        self.inner
    }

    /// Queues the ping that waits, if there is room now.
    fn retry_ping(&mut self) {
        if let Some(payload) = &self.ping {
            match self.inner.try_ping(payload.clone()) {
                Err(SendError::Full) => {}
                Ok(()) | Err(_) => self.ping = None,
            }
        }
    }

    /// Waits until no ping waits.
    fn poll_ping(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Some(payload) = &self.ping else { return Poll::Ready(Ok(())) };
        let fed = ready!(pin!(self.inner.feed_ping(payload.clone())).poll(cx));
        self.ping = None;
        Poll::Ready(fed.map_err(Error::new))
    }

    fn queue(&mut self, message: Message) -> Result<(), ws_tokio::Error> {
        match message {
            Message::Text(text) => {
                Pin::new(&mut self.inner).start_send(ws_tokio::Message::text(text))
            }
            Message::Binary(bytes) => {
                Pin::new(&mut self.inner).start_send(ws_tokio::Message::Binary(bytes))
            }
            Message::Ping(payload) => match self.inner.try_ping(payload.clone()) {
                Err(SendError::Full) => {
                    self.ping = Some(payload);
                    Ok(())
                }
                queued => Ok(queued?),
            },
            Message::Pong(payload) => Ok(self.inner.try_pong(payload)?),
            Message::Close(frame) => {
                let frame = CloseFrame::to_send(frame);
                match self.inner.start_close_with(frame.code, frame.reason) {
                    Err(SendError::Closing) => Ok(()),
                    closing => Ok(closing?),
                }
            }
        }
    }
}

impl From<ws_tokio::WebSocket<Upgraded>> for WebSocket {
    fn from(inner: ws_tokio::WebSocket<Upgraded>) -> Self {
        Self::new(inner, WRITE_BUFFER_SIZE)
    }
}

impl Stream for WebSocket {
    type Item = Result<Message, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.retry_ping();
        // The future holds nothing that would be lost with it.
        let event = ready!(pin!(self.inner.recv_event()).poll(cx));
        if let Ok(Some(Event::Close(_))) = &event {
            // Many a handler is over with it, so the answer goes out now, as far as the connection takes it.
            let _ = Pin::new(&mut self.inner).poll_flush(cx);
        }
        Poll::Ready(match event {
            Ok(event) => event.and_then(Message::received).map(Ok),
            Err(error) => Some(Err(Error::new(error))),
        })
    }
}

impl FusedStream for WebSocket {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

/// Closing it sends a close frame with code 1000; what the peer sends before its own stays to be received.
impl Sink<Message> for WebSocket {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_ping(cx))?;
        if self.inner.queue_len() > self.write_buffer_size {
            // Writes what the connection takes; there may be room although it does not take all.
            if let Poll::Ready(Err(error)) = Pin::new(&mut self.inner).poll_flush(cx) {
                return Poll::Ready(Err(Error::new(error)));
            }
        }
        match ready!(Pin::new(&mut self.inner).poll_ready(cx)) {
            // What is sent then decides: another close frame is no error.
            Err(ws_tokio::Error::Send(SendError::Closing)) => Poll::Ready(Ok(())),
            ready => Poll::Ready(ready.map_err(Error::new)),
        }
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        self.queue(message).map_err(Error::new)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_ping(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx).map_err(Error::new)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.retry_ping();
        Pin::new(&mut self.inner).poll_close(cx).map_err(Error::new)
    }
}

/// As much may be queued before it is written: 128 KiB, as axum has it.
pub(crate) const WRITE_BUFFER_SIZE: usize = 128 << 10;
