//! The server's half of `ws-core`.

use std::io::Read;

use bytes::Buf;
use ws_core::{HandshakeError, Polled, RecvBuf, SendQueue, ServerConfig, ServerHandshake};

/// A server that accepts one connection after the other in the same buffers.
#[derive(Debug, Default)]
pub struct Server {
    config: ServerConfig,
    recv: RecvBuf,
    send: SendQueue,
    written: Vec<u8>,
}

impl Server {
    /// A server with this configuration and buffers that have yet to grow.
    pub fn new(config: ServerConfig) -> Self {
        Self { config, ..Self::default() }
    }

    /// Accepts a request that arrives in pieces of `chunk_len` bytes; gives the answer.
    ///
    /// # Errors
    ///
    /// The request is refused.
    #[inline(never)]
    pub fn accept(&mut self, request: &[u8], chunk_len: usize) -> Result<&[u8], HandshakeError> {
        let recv = std::mem::take(&mut self.recv);
        let send = std::mem::take(&mut self.send);
        let mut handshake = ServerHandshake::from_buffers(&self.config, recv, send);
        let mut chunks = request.chunks(chunk_len);
        let accepted = loop {
            match chunks.next() {
                Some(chunk) => handshake.recv_buf().extend_from_slice(chunk),
                None => handshake.handle_eof(),
            }
            handshake = match handshake.poll_accept() {
                Polled::Pending(handshake) => handshake,
                Polled::Ready(accepted) => break accepted,
                Polled::Failed(rejected) => return Err(rejected.into_error()),
            };
        };
        (self.recv, self.send, ..) = accepted.into_connection().into_parts();
        self.written.clear();
        while self.send.has_remaining() {
            let chunk = self.send.chunk();
            self.written.extend_from_slice(chunk);
            self.send.advance(chunk.len());
        }
        self.recv.clear();
        Ok(&self.written)
    }

    /// Reads from `peer`, whatever it has to say, until the handshake fails or opens.
    ///
    /// Gives how many bytes were read, how large the buffer for them became, and the outcome.
    #[inline(never)]
    pub fn serve(&mut self, mut peer: impl Read) -> Served {
        let mut handshake = ServerHandshake::new(&self.config);
        let mut read_len = 0;
        loop {
            let recv = handshake.recv_buf();
            match peer.read(recv.space_mut()) {
                Ok(0) | Err(_) => handshake.handle_eof(),
                Ok(n) => {
                    recv.commit(n);
                    read_len += n;
                }
            }
            let buffer_len = handshake.recv_buf().capacity();
            handshake = match handshake.poll() {
                Polled::Pending(handshake) => handshake,
                Polled::Ready(_) => return Served { read_len, buffer_len, error: None },
                Polled::Failed(rejected) => {
                    return Served { read_len, buffer_len, error: Some(rejected.into_error()) };
                }
            };
        }
    }
}

/// What came of [`Server::serve`].
#[derive(Debug)]
pub struct Served {
    /// How many bytes were read.
    pub read_len: usize,
    /// How many bytes the receive buffer can hold.
    pub buffer_len: usize,
    /// Why the handshake failed, if it did.
    pub error: Option<HandshakeError>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    #[test]
    fn every_piece_length_gives_the_same_answer() {
        let mut server = Server::new(ServerConfig::new().subprotocols(["chat"]));
        let whole = server.accept(wire::BROWSER_REQUEST, usize::MAX).unwrap().to_vec();
        assert!(whole.windows(28).any(|window| window == wire::ACCEPT));
        for chunk_len in [1, 7, 512] {
            assert_eq!(server.accept(wire::BROWSER_REQUEST, chunk_len).unwrap(), whole);
        }
    }

    #[test]
    fn the_largest_head_is_accepted_and_no_more_than_that_is_kept() {
        let mut server = Server::default();
        assert!(server.accept(&wire::request_of(16 * 1024), usize::MAX).is_ok());
        let served = server.serve(&wire::request_of(20_000_000)[..]);
        assert_eq!(served.error.map(|error| error.name()), Some("head-too-large"));
        assert!(served.read_len <= 64 * 1024, "{}", served.read_len);
        assert!(served.buffer_len <= 64 * 1024, "{}", served.buffer_len);
    }
}
