//! Whoever listens to one connection: what the two halves tell.
//!
//! Each half has one of these. Without the feature `observer` they have no size, and nothing is counted.

#[cfg(not(feature = "observer"))]
mod off;
#[cfg(feature = "observer")]
mod on;

#[cfg(not(feature = "observer"))]
pub(super) use self::off::{RecvTap, SendTap};
#[cfg(feature = "observer")]
pub use self::on::Tap;
#[cfg(feature = "observer")]
pub(super) use self::on::{RecvTap, SendTap};
