//! The half that receives.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::Request;
use ws_core::{CloseInfo, Incoming, Message, Negotiated};

use super::both::Both;
use crate::{
    Error, Event, Part,
    hold::{Hold, lock},
    inbound::Inbound,
    runtime::{Reads, Runtime, Writes},
};

/// The receiving half of a WebSocket.
pub struct RecvHalf<I: Hold, R: Runtime> {
    pub(crate) inbound: Inbound<I, R>,
    pub(super) negotiated: Negotiated,
    pub(super) request: Option<Box<Request<()>>>,
    pub(super) both: Arc<Both<I, R>>,
}

impl<I: Hold, R: Reads<I::Stream> + Writes<I::Stream>> RecvHalf<I, R> {
    crate::__receiving!(async [async]);
    crate::surface::polling::receiving!();

    fn driven(&mut self) -> &mut Self {
        self
    }

    /// Polls so that both halves are woken. A stream that is read may have to be written for that,
    /// as TLS is, or may remember one task only: the sender must not be forgotten then.
    fn poll_incoming(&mut self, cx: &mut Context<'_>, parts: bool) -> Poll<Option<Incoming>> {
        self.both.wakers.receiver.remember(cx);
        let waker = self.both.waker();
        let mut cx = Context::from_waker(&waker);
        let polled = self.inbound.poll_incoming(&mut self.both, &mut cx, parts);
        self.inbound.wire.rest();
        polled
    }

    /// The negotiated subprotocol.
    pub fn subprotocol(&self) -> Option<&str> {
        self.negotiated.subprotocol()
    }

    /// The request that opened it, as in [`WebSocket::request`](crate::WebSocket::request).
    pub fn request(&self) -> Option<&Request<()>> {
        self.request.as_deref()
    }

    /// Everything that was negotiated.
    pub fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// How it ended, or how far closing has come.
    pub fn close_info(&self) -> CloseInfo {
        self.both.close_info()
    }

    /// How long the last ping of ours took to be answered.
    pub fn round_trip(&self) -> Option<Duration> {
        lock(&self.both.clock).round_trip()
    }
}

impl<I: Hold, R: Runtime> fmt::Debug for RecvHalf<I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvHalf").field("negotiated", &self.negotiated).finish_non_exhaustive()
    }
}
