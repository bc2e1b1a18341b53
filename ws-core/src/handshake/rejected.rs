//! A request, or what was none, that has been rejected.

use std::time::Instant;

use super::{
    error::HandshakeError,
    exchange::{Asked, Exchange},
    rejection::{self, Draft},
};
use crate::{
    codec::{RecvBuf, SendQueue, head::HeadSpan},
    connection::Tracked,
};

/// There is no WebSocket. The answer, if there is one, is in the send queue: write it, and then go on with
/// [`next`](Self::next) or close.
#[derive(Debug)]
#[must_use = "the answer has to be written"]
pub struct Rejected {
    /// Why.
    pub error: HandshakeError,
    exchange: Exchange,
    /// Another request may come.
    stays_open: bool,
    /// More of this one may be on its way.
    pub(super) lingers: bool,
}

impl Rejected {
    /// Finishes and queues an answer.
    pub(super) fn answer(mut exchange: Exchange, draft: Draft, asked: Asked) -> Box<Self> {
        exchange.answered += 1;
        let options = exchange.options();
        let may_stay =
            options.may_stay_open() && !asked.close && exchange.answered < options.max_attempts;
        let rejection = draft.finish(may_stay, asked.head);
        exchange.send.write(|out| rejection::write(&rejection.response, out));
        let stays_open = rejection.keep_alive;
        let error = HandshakeError::Rejected(rejection.into());
        Box::new(Self { error, exchange, stays_open, lingers: false })
    }

    /// Answers the request whose head lies at `span`.
    pub(super) fn answer_request(
        exchange: Exchange,
        span: HeadSpan,
        draft: Draft,
        asked: Asked,
    ) -> Box<Self> {
        let mut rejected = Self::answer(exchange, draft, asked);
        rejected.exchange.recv.consume(span.end);
        rejected.lingers = asked.close;
        rejected
    }

    /// There is nothing to answer, or nobody.
    pub(super) fn silent(error: HandshakeError, exchange: Exchange) -> Box<Self> {
        Box::new(Self { error, exchange, stays_open: false, lingers: false })
    }

    /// What to write.
    pub fn send_queue(&mut self) -> &mut SendQueue {
        &mut self.exchange.send
    }

    /// The instant by which it has to be written.
    pub fn deadline(&self) -> Option<Instant> {
        self.exchange.deadline()
    }

    /// How it is tracked, as [`ServerHandshake::tracked`](crate::ServerHandshake::tracked).
    pub fn tracked(&mut self) -> Option<&mut Tracked> {
        self.exchange.tracked.as_deref_mut()
    }

    /// Whether the connection has to be closed when the answer has been written: there will be no other
    /// request.
    pub fn is_closed(&self) -> bool {
        !self.stays_open
    }

    /// Whether more of the rejected request may be on its way. Closing the socket then could reset it,
    /// and the answer be lost: read and drop some bytes before closing (RFC 9112 9.6).
    pub fn must_linger(&self) -> bool {
        self.lingers
    }

    /// What the next attempt goes on with, if there may be one.
    pub(super) fn into_exchange(self) -> Option<Exchange> {
        self.stays_open.then_some(Exchange { deadline: None, ..self.exchange })
    }

    /// Where to read to what is dropped, when [`must_linger`](Self::must_linger).
    pub fn recv_buf(&mut self) -> &mut RecvBuf {
        &mut self.exchange.recv
    }

    /// Gives away the buffers: what was received and not used, and what was not written.
    pub fn into_buffers(self) -> (RecvBuf, SendQueue) {
        self.exchange.into_buffers()
    }

    /// The error alone, for callers that do not go on. It holds the bytes behind the rejected request,
    /// if the connection stays open.
    #[must_use]
    pub fn into_error(self) -> HandshakeError {
        let mut error = self.error;
        if let (HandshakeError::Rejected(rejection), true) = (&mut error, self.stays_open) {
            rejection.leftover = self.exchange.recv.into_bytes();
        }
        error
    }
}
