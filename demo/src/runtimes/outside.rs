//! Calling an asynchronous WebSocket from outside of its runtime.

use std::{future::Future, io};

use bytes::Bytes;
use ws_core::{CloseFrame, CloseInfo, Message, MessageKind, Negotiated};
use ws_driver::{
    Error, Event, Part, Reads, RecvHalf, Runtime, SendHalf, Shared, WebSocket, Writes,
};

use super::channel::{Channel, Receiving, Sending};
use crate::echo::echo;

/// Something that runs a future to its end while the thread waits.
pub(crate) trait BlockOn: Clone + Send + 'static {
    fn block_on<F: Future>(&self, future: F) -> F::Output;
}

/// A WebSocket, or a half of one, and what runs its futures.
pub(crate) struct Outside<W, B> {
    inner: W,
    executor: B,
}

impl<W, B: BlockOn> Outside<W, B> {
    pub(crate) fn new(inner: W, executor: &B) -> Self {
        Self { inner, executor: executor.clone() }
    }
}

impl<T, R, B> Channel for Outside<WebSocket<T, R>, B>
where
    T: Send + 'static,
    R: Reads<T> + Writes<T> + Runtime<Timer: Send>,
    B: BlockOn,
{
    fn negotiated(&self) -> &Negotiated {
        self.inner.negotiated()
    }

    fn leftover_len(&self) -> usize {
        self.inner.leftover().len()
    }

    fn recv_event(&mut self) -> Result<Option<Event>, Error> {
        self.executor.block_on(self.inner.recv_event())
    }

    fn send(&mut self, message: Message) -> Result<(), Error> {
        self.executor.block_on(self.inner.send(message))
    }

    fn send_part(&mut self, kind: MessageKind, part: Bytes, last: bool) -> Result<(), Error> {
        self.executor.block_on(self.inner.send_part(Part::new(kind, part, last)))
    }

    fn ping(&mut self, payload: Bytes) -> Result<(), Error> {
        self.executor.block_on(self.inner.ping(payload))
    }

    fn echo(&mut self) -> Result<(), Error> {
        self.executor.block_on(echo(&mut self.inner, None))
    }

    fn close(&mut self, frame: CloseFrame) -> Result<CloseInfo, Error> {
        self.executor.block_on(self.inner.close_with(frame.code, frame.reason))
    }

    fn close_info(&self) -> CloseInfo {
        self.inner.close_info()
    }

    fn split(self: Box<Self>) -> io::Result<(Box<dyn Sending>, Box<dyn Receiving>)> {
        let Self { inner, executor } = *self;
        let (sender, receiver) = inner.split();
        let sender = Outside::new(sender, &executor);
        Ok((Box::new(sender), Box::new(Outside::new(receiver, &executor))))
    }
}

impl<T, R, B> Sending for Outside<SendHalf<Shared<T>, R>, B>
where
    T: Send + 'static,
    R: Writes<T> + Runtime<Timer: Send>,
    B: BlockOn,
{
    fn send(&mut self, message: Message) -> Result<(), Error> {
        self.executor.block_on(self.inner.send(message))
    }

    fn send_part(&mut self, kind: MessageKind, part: Bytes, last: bool) -> Result<(), Error> {
        self.executor.block_on(self.inner.send_part(Part::new(kind, part, last)))
    }

    fn close(&mut self, frame: CloseFrame) -> Result<(), Error> {
        self.executor.block_on(self.inner.close_with(frame.code, frame.reason))
    }
}

impl<T, R, B> Receiving for Outside<RecvHalf<Shared<T>, R>, B>
where
    T: Send + 'static,
    R: Reads<T> + Writes<T> + Runtime<Timer: Send>,
    B: BlockOn,
{
    fn recv_part(&mut self) -> Result<Option<Part>, Error> {
        self.executor.block_on(self.inner.recv_part())
    }

    fn close_info(&self) -> CloseInfo {
        self.inner.close_info()
    }
}
