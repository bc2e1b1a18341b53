//! What stands for TLS where it has been left out: types without values.

use std::io::{self, IoSlice, Read, Write};

use ws_core::{RecvBuf, SendQueue};

use super::{Peer, TlsError};

/// How TLS is done. Without the feature `rustls` there is no such value.
#[derive(Clone, Debug)]
pub enum TlsConfig {}

impl TlsConfig {
    /// Always fails: TLS has been left out.
    ///
    /// # Errors
    ///
    /// [`TlsError::Disabled`].
    pub fn by_features() -> Result<Self, TlsError> {
        Err(TlsError::Disabled)
    }

    pub(crate) fn with_http2(self, _http2: bool) -> Self {
        self
    }
}

/// The beginning of a session. Without the feature `rustls` there is no such value.
#[derive(Debug)]
pub enum TlsHandshake {}

#[expect(
    missing_docs,
    reason = "they cannot be called; the feature `rustls` has the documentation"
)]
impl TlsHandshake {
    pub fn new(config: &TlsConfig, _host: &str, _received: RecvBuf) -> Result<Self, TlsError> {
        match *config {}
    }

    pub fn recv_buf(&mut self) -> &mut RecvBuf {
        match *self {}
    }

    pub fn send_queue(&mut self) -> &mut SendQueue {
        match *self {}
    }

    pub fn poll(&mut self) -> Result<bool, TlsError> {
        match *self {}
    }

    pub fn handle_eof(&mut self) {
        match *self {}
    }

    pub fn into_session(self) -> TlsSession {
        match self {}
    }
}

/// A session. Without the feature `rustls` there is no such value.
#[derive(Debug)]
pub enum TlsSession {}

#[expect(
    missing_docs,
    reason = "they cannot be called; the feature `rustls` has the documentation"
)]
impl TlsSession {
    pub fn read<I: Read + Write>(
        &mut self,
        _io: &mut I,
        _take: impl FnMut(&[u8]) -> usize,
    ) -> io::Result<usize> {
        match *self {}
    }

    pub fn write<I: Read + Write>(
        &mut self,
        _io: &mut I,
        _bufs: &[IoSlice<'_>],
    ) -> io::Result<usize> {
        match *self {}
    }

    pub fn flush<I: Read + Write>(&mut self, _io: &mut I) -> io::Result<()> {
        match *self {}
    }

    pub fn shutdown<I: Read + Write>(&mut self, _io: &mut I) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn stack(&mut self, _peer: Peer, _below: Option<Box<Self>>) {
        match *self {}
    }

    pub(super) fn peer(&self) -> Peer {
        match *self {}
    }

    pub(super) fn alpn_protocol(&self) -> Option<&[u8]> {
        match *self {}
    }
}
