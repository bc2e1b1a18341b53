//! What stands for watching where it has been left out.

use std::time::Duration;

use http::StatusCode;
use ws_core::{
    ClientConfig, Connection, HandshakeError, HandshakeStep, Role, ServerConfig, WebSocketConfig,
};

use crate::Error;

/// Watches a handshake, if the feature `observer` is on. It is not.
#[derive(Debug, Default)]
pub struct HandshakeWatch {}

impl HandshakeWatch {
    /// Watches nothing.
    #[inline(always)]
    pub fn server(_config: &ServerConfig, _step: HandshakeStep) -> Self {
        Self {}
    }

    /// Watches nothing.
    #[inline(always)]
    pub fn client(_config: &ClientConfig, _step: HandshakeStep) -> Self {
        Self {}
    }

    /// Does nothing.
    #[inline(always)]
    pub fn step(&mut self, _step: HandshakeStep) {}

    /// Does nothing.
    #[inline(always)]
    pub fn opens_with(&mut self, _status: StatusCode) {}

    /// Does nothing.
    #[inline(always)]
    pub fn rejected(&mut self, _rule: &'static str, _status: StatusCode) {}

    /// Does nothing.
    #[inline(always)]
    pub fn failed(&mut self, _error: &HandshakeError) {}

    /// Does nothing.
    #[inline(always)]
    pub fn failed_as(&mut self, _error: &'static str) {}

    /// Does nothing.
    #[doc(hidden)]
    #[inline(always)]
    pub fn failed_with(&mut self, _error: &Error) {}

    #[inline(always)]
    pub(crate) fn is_on(&self) -> bool {
        false
    }

    #[inline(always)]
    pub(crate) fn steps(&self) -> StepWatch {
        StepWatch {}
    }

    #[inline(always)]
    pub(crate) fn opened(self, _config: &WebSocketConfig, _role: Role) -> Watch {
        Watch {}
    }
}

/// Watches how far a handshake has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepWatch {}

impl StepWatch {
    #[inline(always)]
    pub(crate) fn step(&self, _step: HandshakeStep) {}
}

/// Watches a WebSocket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {}

impl Watch {
    #[inline(always)]
    pub(crate) fn attach(&self, _connection: &mut Connection) {}

    #[inline(always)]
    pub(crate) fn pong_received(&self, _round_trip: Option<Duration>) {}

    #[inline(always)]
    pub(crate) fn pong_missed(&self) {}

    #[inline(always)]
    pub(crate) fn failed(&self, _error: &Error) {}

    #[inline(always)]
    pub(crate) fn unwritable(&self) {}

    #[inline(always)]
    pub(crate) fn taken_apart(&self) {}

    #[inline(always)]
    pub(crate) fn over(&self) {}
}
