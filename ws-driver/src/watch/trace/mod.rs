//! Spans and events of `tracing`, if the feature of that name is on.

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;

#[cfg(not(feature = "tracing"))]
pub(super) use self::off::{HandshakeTrace, WebSocketTrace};
#[cfg(feature = "tracing")]
pub(super) use self::on::{HandshakeTrace, WebSocketTrace};
