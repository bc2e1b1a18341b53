//! What goes from the receiving half to the sending one.

use bytes::Bytes;

use crate::{close::CloseCode, codec::FrameRule};

/// What the sending half has to send because of what the receiving half got, or did not get.
///
/// At most one of each kind is pending: a newer pong takes the place of an older one (RFC 6455
/// 5.5.3), so a flood of pings costs nothing but the time to read it.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub(super) pong: Option<Bytes>,
    pub(super) ping: Option<Bytes>,
    pub(super) close: Option<CloseCode>,
    pub(super) broken: Option<FrameRule>,
    pub(super) timed_out: bool,
}

impl Reply {
    /// A ping of our own: [`TimeoutAction::Ping`](super::TimeoutAction::Ping).
    pub fn ping(payload: Bytes) -> Self {
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

    pub(super) fn broken(rule: FrameRule) -> Self {
        Self { broken: Some(rule), ..Self::default() }
    }

    /// The peer was silent for too long: fails the connection with 1008.
    pub fn timed_out() -> Self {
        Self { timed_out: true, ..Self::default() }
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        let Self { pong, ping, close, broken, timed_out } = self;
        pong.is_none() && ping.is_none() && close.is_none() && broken.is_none() && !timed_out
    }

    /// Adds a newer reply to this one.
    pub fn merge(&mut self, newer: Self) {
        self.pong = newer.pong.or(self.pong.take());
        self.ping = newer.ping.or(self.ping.take());
        self.close = self.close.or(newer.close);
        self.broken = self.broken.or(newer.broken);
        self.timed_out |= newer.timed_out;
    }
}
