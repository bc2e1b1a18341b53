//! A request that has been accepted.

use std::time::Instant;

use bytes::{BufMut, Bytes, BytesMut};
use http::{Request, Response};

use super::{
    exchange::Exchange, key::Accept, request_rules::Upgrade, server_config::ServerConfig,
    switching_protocols,
};
use crate::{
    codec::{SendQueue, head::HeadSpan},
    connection::{Connection, Tracked},
    negotiated::Negotiated,
    role::Role,
};

/// A request that has been accepted. The 101 is in the send queue: write it, and go on with the connection,
/// before the queue has been written or afterwards.
#[derive(Debug)]
#[must_use = "the 101 has to be written"]
pub struct Accepted {
    exchange: Exchange,
    negotiated: Negotiated,
    request: Option<Box<Request<()>>>,
}

impl Accepted {
    /// Queues a 101 that no hook sees.
    #[inline]
    pub(super) fn plain(
        mut exchange: Exchange,
        span: HeadSpan,
        accept: &Accept,
        upgrade: Upgrade,
    ) -> Self {
        exchange.send.write(|out| {
            write_continue(&upgrade, out);
            switching_protocols::write_plain(accept, &upgrade.negotiated, out);
        });
        Self::behind(exchange, span, upgrade.negotiated, None)
    }

    /// Queues a 101 that hooks have seen, and keeps the request if that is wanted.
    pub(super) fn decorated(
        mut exchange: Exchange,
        span: HeadSpan,
        accept: &Accept,
        upgrade: &Upgrade,
        (response, negotiated): (Response<Bytes>, Negotiated),
        request: Option<Box<Request<()>>>,
    ) -> Self {
        exchange.send.write(|out| {
            write_continue(upgrade, out);
            switching_protocols::write_decorated(&response, accept, &negotiated, out);
        });
        Self::behind(exchange, span, negotiated, request)
    }

    /// What comes behind the head belongs to the connection.
    #[inline]
    fn behind(
        mut exchange: Exchange,
        span: HeadSpan,
        negotiated: Negotiated,
        request: Option<Box<Request<()>>>,
    ) -> Self {
        exchange.recv.skip(span.end);
        Self { exchange, negotiated, request }
    }

    /// With the request to keep.
    pub(super) fn keeping(self, request: Option<Box<Request<()>>>) -> Self {
        Self { request, ..self }
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

    /// What was negotiated.
    pub fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// The configuration.
    pub fn config(&self) -> &ServerConfig {
        &self.exchange.config
    }

    /// Takes the request, if [`keep_request`](ServerConfig::keep_request) is on.
    pub fn take_request(&mut self) -> Option<Box<Request<()>>> {
        self.request.take()
    }

    /// The connection, in the same buffers: what was read behind the head, and what has not been written.
    #[inline]
    pub fn into_connection(self) -> Connection {
        // The handshake counts until the connection does.
        let Exchange { config, recv, send, tracked: _counts, .. } = self.exchange;
        let config = &config.options().web_socket;
        Connection::from_buffers(Role::Server, self.negotiated, recv, send, config)
    }
}

/// "A server that responds with a final status code before reading the entire request content
/// SHOULD indicate whether it intends to close the connection"; one that goes on sends 100 first.
/// RFC 9110 10.1.1
fn write_continue(upgrade: &Upgrade, out: &mut BytesMut) {
    if upgrade.expects_continue {
        out.put_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
    }
}
