//! An open WebSocket over a stream.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use http::Request;
use ws_core::{Connection, Negotiated, Role};

/// An open WebSocket.
///
/// `T` is the stream, `R` the runtime it is driven by; adapters have an alias with `R` filled in.
pub struct WebSocket<T, R> {
    io: T,
    connection: Connection,
    request: Option<Box<Request<()>>>,
    runtime: PhantomData<fn() -> R>,
}

impl<T, R> WebSocket<T, R> {
    pub(crate) fn new(io: T, connection: Connection, request: Option<Box<Request<()>>>) -> Self {
        Self { io, connection, request, runtime: PhantomData }
    }

    /// The subprotocol that was agreed on.
    pub fn subprotocol(&self) -> Option<&str> {
        self.negotiated().subprotocol()
    }

    /// The extensions in use, as the value of Sec-WebSocket-Extensions.
    pub fn extensions(&self) -> Option<String> {
        self.negotiated().extensions()
    }

    /// Everything that was agreed on.
    pub fn negotiated(&self) -> &Negotiated {
        self.connection.negotiated()
    }

    /// Which end this is.
    pub fn role(&self) -> Role {
        self.connection.role()
    }

    /// The request that opened it: on a server, if
    /// [`keep_request`](ws_core::ServerConfig::keep_request) is on.
    pub fn request(&self) -> Option<&Request<()>> {
        self.request.as_deref()
    }

    /// Bytes that came behind the head of the handshake: the first frames.
    pub fn leftover(&self) -> &[u8] {
        self.connection.leftover()
    }

    /// The stream.
    pub fn get_ref(&self) -> &T {
        &self.io
    }

    /// The stream. Reading or writing frames past the WebSocket breaks it.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.io
    }

    /// Takes it apart.
    pub fn into_parts(self) -> Parts<T> {
        let (recv, _, role, negotiated) = self.connection.into_parts();
        Parts {
            io: self.io,
            leftover: recv.into_bytes(),
            role,
            negotiated,
            request: self.request.map(|request| *request),
        }
    }
}

impl<T: fmt::Debug, R> fmt::Debug for WebSocket<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket")
            .field("io", &self.io)
            .field("role", &self.role())
            .field("negotiated", self.negotiated())
            .finish_non_exhaustive()
    }
}

/// What a WebSocket is made of.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parts<T> {
    /// The stream.
    pub io: T,
    /// Bytes that were received and not used: the first frames. Moved, not copied.
    pub leftover: Bytes,
    /// Which end this is.
    pub role: Role,
    /// What was agreed on.
    pub negotiated: Negotiated,
    /// The request, if it was kept.
    pub request: Option<Request<()>>,
}
