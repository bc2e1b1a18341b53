//! What the states of a client's handshake share.

use std::time::Instant;

use bytes::Buf as _;

use super::{
    client_config::{ClientConfig, ClientOptions},
    input_end::InputEnd,
    key::{self, Accept},
    request::CheckedRequest,
    shutdown,
};
use crate::{
    codec::{RecvBuf, SendQueue},
    connection::Tracked,
};

/// Configuration, request, buffers and time.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) config: ClientConfig,
    pub(super) request: CheckedRequest,
    /// What answers the key of the request.
    pub(super) accept: Accept,
    pub(super) recv: RecvBuf,
    pub(super) send: SendQueue,
    pub(super) deadline: Option<Instant>,
    /// Why nothing more comes, if that is so.
    pub(super) end: Option<InputEnd>,
    pub(super) tracked: Option<Box<Tracked>>,
}

impl Attempt {
    /// Queues the request.
    pub(super) fn new(config: ClientConfig, request: CheckedRequest) -> Self {
        let mut send = SendQueue::new();
        send.write(|out| request.write(config.options(), out));
        let mut recv = RecvBuf::new();
        recv.hint_read_len(READ_LEN);
        let accept = key::accept(request.key().map_or(&[], |key| key.as_slice()));
        let tracked = config.options().web_socket.tracker.as_ref().map(shutdown::track);
        Self { config, request, accept, recv, send, deadline: None, end: None, tracked }
    }

    pub(super) fn options(&self) -> &ClientOptions {
        self.config.options()
    }

    /// Whether the request has not been written yet.
    pub(super) fn is_unsent(&self) -> bool {
        self.send.has_remaining()
    }
}

/// A server may begin to send at once: what comes together with its head is read together with it.
const READ_LEN: usize = 20 * 1024;
