//! What goes from the receiving half to the sending one.

use bytes::Bytes;

use super::timeout::Timeout;
use crate::{
    close::{CloseCode, CloseFrame},
    codec::FrameRule,
};

/// What the sending half has to send because of what the receiving half got, or did not get.
///
/// At most one of each kind is pending: a newer pong takes the place of an older one (RFC 6455
/// 5.5.3), so a flood of pings costs nothing but the time to read it.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub(super) pong: Option<Bytes>,
    pub(super) ping: Option<Bytes>,
    pub(super) close: Option<CloseCode>,
    pub(super) shutdown: Option<Box<CloseFrame>>,
    pub(super) broken: Option<FrameRule>,
    pub(super) timed_out: Option<Timeout>,
    pub(super) disconnected: bool,
}

impl Reply {
    /// A ping of our own, because it is time.
    pub(super) fn ping(payload: Bytes) -> Self {
        Self { ping: Some(payload), ..Self::default() }
    }

    pub(super) fn pong(payload: Bytes) -> Self {
        Self { pong: Some(payload), ..Self::default() }
    }

    /// "When sending a Close frame in response, the endpoint typically echos the status code it
    /// received." RFC 6455 5.5.1
    pub(super) fn close(code: CloseCode) -> Self {
        Self { close: Some(code), ..Self::default() }
    }

    /// A close of our own, because everything ends.
    pub(super) fn shutdown(frame: CloseFrame) -> Self {
        Self { shutdown: Some(Box::new(frame)), ..Self::default() }
    }

    pub(super) fn broken(rule: FrameRule) -> Self {
        Self { broken: Some(rule), ..Self::default() }
    }

    /// The peer was too slow: fails the connection with 1008.
    pub fn timed_out(timeout: Timeout) -> Self {
        Self { timed_out: Some(timeout), ..Self::default() }
    }

    /// The stream has failed or ended: nothing can be sent any more.
    pub fn disconnected() -> Self {
        Self { disconnected: true, ..Self::default() }
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        let Self { pong, ping, close, shutdown, broken, timed_out, disconnected } = self;
        let quiet = pong.is_none() && ping.is_none() && close.is_none() && broken.is_none();
        quiet && shutdown.is_none() && timed_out.is_none() && !disconnected
    }

    /// Adds a newer reply to this one.
    pub fn merge(&mut self, newer: Self) {
        self.pong = newer.pong.or(self.pong.take());
        self.ping = newer.ping.or(self.ping.take());
        self.close = self.close.or(newer.close);
        self.shutdown = self.shutdown.take().or(newer.shutdown);
        self.broken = self.broken.or(newer.broken);
        self.timed_out = self.timed_out.or(newer.timed_out);
        self.disconnected |= newer.disconnected;
    }
}
