//! The WebSocket, and its halves, as streams and sinks of messages.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::{FusedStream, Stream};
use futures_sink::Sink;
use ws_core::{CloseFrame, Message, SendError};

use crate::{
    Error, RecvHalf, SendHalf, WebSocket,
    hold::Hold,
    runtime::{Reads, Writes},
};

impl<T: Unpin, R: Reads<T> + Writes<T>> Stream for WebSocket<T, R> {
    type Item = Result<Message, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_recv(cx).map(Result::transpose)
    }
}

impl<T: Unpin, R: Reads<T> + Writes<T>> FusedStream for WebSocket<T, R> {
    fn is_terminated(&self) -> bool {
        self.inbound.is_terminated()
    }
}

/// Closing it sends a close frame with 1000. What the peer sends before its own stays to be received.
impl<T: Unpin, R: Reads<T> + Writes<T>> Sink<Message> for WebSocket<T, R> {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Self::poll_ready(self.get_mut(), cx, 0)
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        // There is room: a message larger than what is left of it passes all the same.
        Ok(self.get_mut().send_unbounded(&message)?)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Self::poll_flush(self.get_mut(), cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let this = self.get_mut();
        match this.start_close() {
            Ok(()) | Err(SendError::Closing) => {}
            Err(error) => return Poll::Ready(Err(error.into())),
        }
        Self::poll_flush(this, cx)
    }
}

impl<I: Hold + Unpin, R: Reads<I::Stream> + Writes<I::Stream>> Stream for RecvHalf<I, R> {
    type Item = Result<Message, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_recv(cx).map(Result::transpose)
    }
}

impl<I: Hold + Unpin, R: Reads<I::Stream> + Writes<I::Stream>> FusedStream for RecvHalf<I, R> {
    fn is_terminated(&self) -> bool {
        self.inbound.is_terminated()
    }
}

/// Closing it sends a close frame with 1000; the receiving half then ends.
impl<I: Hold + Unpin, R: Writes<I::Stream>> Sink<Message> for SendHalf<I, R> {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Self::poll_ready(self.get_mut(), cx, 0)
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        Ok(self.get_mut().send_unbounded(&message)?)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Self::poll_flush(self.get_mut(), cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Self::poll_close(self.get_mut(), cx, &CloseFrame::NORMAL)
    }
}
