//! The two ends of a WebSocket that a party has in its hands, whole or not.

use std::{cell::RefCell, pin::Pin, rc::Rc, task::Context, task::Poll};

use bytes::Bytes;
use conformance::pipe::Pipe;
use futures_sink::Sink;
use ws_core::{CloseFrame, CloseInfo, Message, Outgoing, SendError};
use ws_driver::{Error, Event, Part, Reads, RecvHalf, SendHalf, Shared, WebSocket, Writes};

/// To send with.
pub(crate) enum Tx<R: Reads<Pipe> + Writes<Pipe>> {
    Whole(Rc<RefCell<WebSocket<Pipe, R>>>),
    Half(SendHalf<Shared<Pipe>, R>),
}

/// To receive with.
pub(crate) enum Rx<R: Reads<Pipe> + Writes<Pipe>> {
    Whole(Rc<RefCell<WebSocket<Pipe, R>>>),
    Half(Box<RecvHalf<Shared<Pipe>, R>>),
}

/// Does the same with either.
macro_rules! either {
    ($end:expr, $it:ident => $call:expr) => {
        match $end {
            Self::Whole(whole) => {
                let $it = &mut *whole.borrow_mut();
                $call
            }
            Self::Half($it) => $call,
        }
    };
}

impl<R: Reads<Pipe> + Writes<Pipe>> Tx<R> {
    pub(crate) fn poll_feed(
        &mut self,
        cx: &mut Context<'_>,
        message: &impl Outgoing,
    ) -> Poll<Result<(), Error>> {
        either!(self, it => it.poll_feed(cx, message))
    }

    pub(crate) fn poll_feed_part(
        &mut self,
        cx: &mut Context<'_>,
        part: &Part,
    ) -> Poll<Result<(), Error>> {
        either!(self, it => it.poll_feed_part(cx, part))
    }

    pub(crate) fn poll_feed_ping(
        &mut self,
        cx: &mut Context<'_>,
        payload: &Bytes,
    ) -> Poll<Result<(), Error>> {
        either!(self, it => it.poll_feed_ping(cx, payload))
    }

    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        either!(self, it => it.poll_flush(cx))
    }

    /// As a sink: when it is ready, it takes a message.
    pub(crate) fn poll_sink(
        &mut self,
        cx: &mut Context<'_>,
        message: &Message,
    ) -> Poll<Result<(), Error>> {
        either!(self, it => {
            let ready = Sink::poll_ready(Pin::new(&mut *it), cx);
            ready.map_ok(|()| Sink::start_send(Pin::new(&mut *it), message.clone()))
        })
        .map(|sent| sent?)
    }

    pub(crate) fn try_send(&mut self, message: &Message) -> Result<(), SendError> {
        either!(self, it => it.try_feed(message))
    }

    pub(crate) fn try_ping(&mut self, payload: Bytes) -> Result<(), SendError> {
        either!(self, it => it.try_ping(payload))
    }

    pub(crate) fn try_pong(&mut self, payload: Bytes) -> Result<(), SendError> {
        either!(self, it => it.try_pong(payload))
    }

    pub(crate) fn set_compression(&mut self, on: bool) {
        either!(self, it => it.set_compression(on));
    }

    /// Queues a close frame; halves send it, too.
    pub(crate) fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        frame: &CloseFrame,
    ) -> Poll<Result<(), Error>> {
        match self {
            Self::Whole(whole) => {
                Poll::Ready(whole.borrow_mut().queue_close(frame.clone()).map_err(Error::Send))
            }
            Self::Half(half) => half.poll_close(cx, frame),
        }
    }

    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }

    pub(crate) fn close_info(&self) -> CloseInfo {
        match self {
            Self::Whole(whole) => whole.borrow().close_info(),
            Self::Half(half) => half.close_info(),
        }
    }
}

impl<R: Reads<Pipe> + Writes<Pipe>> Rx<R> {
    pub(crate) fn poll_recv(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Message>, Error>> {
        either!(self, it => it.poll_recv(cx))
    }

    pub(crate) fn poll_recv_event(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Event>, Error>> {
        either!(self, it => it.poll_recv_event(cx))
    }

    pub(crate) fn poll_recv_part(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Part>, Error>> {
        either!(self, it => it.poll_recv_part(cx))
    }

    /// Throws away what still comes, if it is whole; a half receives.
    pub(crate) fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match self {
            Self::Whole(whole) => whole.borrow_mut().poll_closed(cx),
            Self::Half(half) => half.poll_recv(cx).map_ok(drop),
        }
    }

    pub(crate) fn close_info(&self) -> CloseInfo {
        match self {
            Self::Whole(whole) => whole.borrow().close_info(),
            Self::Half(half) => half.close_info(),
        }
    }
}
