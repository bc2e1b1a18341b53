//! What the states of a server's handshake share.

use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};

use super::{
    request_rules::Upgrade,
    server_config::{ServerConfig, ServerOptions},
    shutdown,
    violation::Violation,
};
use crate::{
    codec::{RecvBuf, SendQueue},
    connection::Tracked,
};

/// Configuration, buffers, deadline, and how many requests have been answered.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) config: ServerConfig,
    pub(super) recv: RecvBuf,
    pub(super) send: SendQueue,
    pub(super) deadline: Option<Instant>,
    pub(super) answered: usize,
    pub(super) tracked: Option<Box<Tracked>>,
}

/// What a look at a request has shown.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) verdict: Result<Upgrade, Violation>,
    pub(super) is_upgrade: bool,
    pub(super) asked: Asked,
}

/// What a request says about its answer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// The connection has to close: the request says so, or has a body that is not read.
    pub(super) close: bool,
    /// The answer has no body.
    pub(super) head: bool,
}

impl Exchange {
    #[inline]
    pub(super) fn new(config: ServerConfig, recv: RecvBuf, send: SendQueue) -> Self {
        let tracked = config.options().web_socket.tracker.as_ref().map(shutdown::track);
        Self { config, recv, send, deadline: None, answered: 0, tracked }
    }

    /// By when it has to be over.
    pub(super) fn deadline(&self) -> Option<Instant> {
        shutdown::sooner(self.deadline, self.tracked.as_deref())
    }

    pub(super) fn options(&self) -> &ServerOptions {
        self.config.options()
    }

    /// Lets the hook of the configuration see an answer, and the request, which is built for it alone.
    pub(super) fn decorate<'r>(
        &self,
        request: impl FnOnce() -> Option<&'r Request<()>>,
        response: &mut Response<Bytes>,
    ) {
        if let Some(decorator) = &self.options().decorator {
            decorator(request(), response);
        }
    }

    pub(super) fn into_buffers(self) -> (RecvBuf, SendQueue) {
        (self.recv, self.send)
    }
}
