//! What is to be written to the peer.

use std::io::IoSlice;

use bytes::{Buf, BytesMut};

/// The bytes that wait to be written, in order.
///
/// Read it through [`Buf`]: write [`chunk`](Buf::chunk) (or
/// [`chunks_vectored`](Buf::chunks_vectored)), then [`advance`](Buf::advance) by what the
/// transport took.
///
/// ```
/// # use std::io::Write;
/// use bytes::Buf;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config = ws_core::ClientConfig::new();
/// let mut handshake = ws_core::ClientHandshake::new(&config, "www.example.com", "/chat")?;
/// let queue = handshake.send_queue();
/// let mut socket = Vec::new();
/// while queue.has_remaining() {
///     let n = socket.write(queue.chunk())?;
///     queue.advance(n);
/// }
/// assert!(socket.starts_with(b"GET /chat HTTP/1.1\r\nHost: www.example.com\r\n"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct SendQueue {
    heads: BytesMut,
}

impl SendQueue {
    /// An empty queue that has not allocated anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing waits to be written.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Forgets what waits and keeps the memory.
    pub fn clear(&mut self) {
        self.heads.clear();
    }

    /// Where heads are written to.
    pub(crate) fn heads_mut(&mut self) -> &mut BytesMut {
        &mut self.heads
    }
}

impl Buf for SendQueue {
    fn remaining(&self) -> usize {
        self.heads.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.heads.chunk()
    }

    fn advance(&mut self, n: usize) {
        self.heads.advance(n);
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        self.heads.chunks_vectored(slices)
    }
}
