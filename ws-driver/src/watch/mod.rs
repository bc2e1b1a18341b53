//! Telling observers and traces what happens.
//!
//! A [`HandshakeWatch`] is with whatever drives a handshake, and becomes the [`Watch`] of the WebSocket. That is shared
//! by all that is left of the WebSocket, whole or in halves, down to the two halves of the core, which tell it of
//! messages; when the last of them goes, it tells the end. Without the feature `observer` both have no size.

#[cfg(feature = "observer")]
mod handshake;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(not(feature = "observer"))]
mod off;
#[cfg(feature = "observer")]
mod trace;
#[cfg(feature = "observer")]
mod web_socket;

#[cfg(feature = "observer")]
pub use self::handshake::HandshakeWatch;
#[cfg(feature = "metrics")]
pub use self::metrics::MetricsObserver;
#[cfg(not(feature = "observer"))]
pub use self::off::HandshakeWatch;
#[cfg(not(feature = "observer"))]
pub(crate) use self::off::{StepWatch, Watch};
#[cfg(feature = "observer")]
pub(crate) use self::{handshake::StepWatch, web_socket::Watch};
