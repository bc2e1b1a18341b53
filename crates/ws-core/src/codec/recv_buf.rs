//! Where received bytes are read to.

use bytes::{Buf, Bytes, BytesMut};

/// The buffer that bytes from the peer are read into.
///
/// There are two ways to read into it, because runtimes differ:
///
/// * [`buf_mut`](Self::buf_mut) gives a [`BytesMut`] with spare capacity; whatever is appended
///   counts as received. For readers that fill uninitialised memory.
/// * [`space_mut`](Self::space_mut) gives an initialised slice; [`commit`](Self::commit) then
///   says how much of it was filled. For readers that take a `&mut [u8]`. The slice is zeroed
///   once, not before every read.
///
/// ```
/// # use std::io::Read;
/// # fn main() -> std::io::Result<()> {
/// let mut socket: &[u8] = b"GET / HTTP/1.1\r\n";
/// let mut recv = ws_core::RecvBuf::new();
/// let n = socket.read(recv.space_mut())?;
/// recv.commit(n);
/// assert_eq!(recv.filled(), b"GET / HTTP/1.1\r\n");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct RecvBuf {
    buf: BytesMut,
    /// How many bytes at the end of `buf` are initialised but not yet received.
    scratch: usize,
}

impl RecvBuf {
    /// An empty buffer that has not allocated anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty buffer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { buf: BytesMut::with_capacity(capacity), scratch: 0 }
    }

    /// Room for the next read, as a [`BytesMut`] whose spare capacity is at least 1 KiB.
    pub fn buf_mut(&mut self) -> &mut BytesMut {
        self.drop_scratch();
        self.make_room();
        &mut self.buf
    }

    /// Room for the next read, as an initialised slice of at least 1 KiB.
    pub fn space_mut(&mut self) -> &mut [u8] {
        let filled = self.len();
        if self.scratch < MIN_SPACE {
            self.make_room();
            let capacity = self.buf.capacity();
            self.buf.resize(capacity, 0);
            self.scratch = capacity - filled;
        }
        &mut self.buf[filled..]
    }

    /// Counts the first `n` bytes of the slice that [`space_mut`](Self::space_mut) gave as
    /// received. More than the slice held counts as the whole slice: a reader that lies about
    /// its length can hand over zeros, never memory that is not there.
    #[inline]
    pub fn commit(&mut self, n: usize) {
        self.scratch -= n.min(self.scratch);
    }

    /// Appends `bytes`, as if they had been read.
    #[inline]
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.drop_scratch();
        self.buf.extend_from_slice(bytes);
    }

    /// Removes the first `n` received bytes; at most all of them.
    #[inline]
    pub fn consume(&mut self, n: usize) {
        self.buf.advance(n.min(self.len()));
    }

    /// Forgets what was received and keeps the memory.
    pub fn clear(&mut self) {
        self.buf.clear();
        self.scratch = 0;
    }

    /// The received bytes, without copying them.
    pub fn into_bytes(mut self) -> Bytes {
        self.buf.truncate(self.len());
        self.buf.freeze()
    }

    /// What has been received and not consumed.
    #[inline]
    pub fn filled(&self) -> &[u8] {
        &self.buf[..self.len()]
    }

    /// How many bytes have been received and not consumed.
    #[inline]
    pub fn len(&self) -> usize {
        self.buf.len() - self.scratch
    }

    /// Whether there are no received bytes.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes the buffer could hold without growing.
    pub fn capacity(&self) -> usize {
        self.buf.capacity()
    }

    #[inline]
    fn drop_scratch(&mut self) {
        if self.scratch > 0 {
            self.buf.truncate(self.len());
            self.scratch = 0;
        }
    }

    fn make_room(&mut self) {
        if self.buf.capacity() - self.buf.len() < MIN_SPACE {
            self.buf.reserve(if self.buf.is_empty() { FIRST_SPACE } else { MIN_SPACE });
        }
    }
}

impl From<BytesMut> for RecvBuf {
    fn from(buf: BytesMut) -> Self {
        Self { buf, scratch: 0 }
    }
}

impl From<Bytes> for RecvBuf {
    /// Copies only when the bytes are shared with somebody else.
    fn from(bytes: Bytes) -> Self {
        BytesMut::from(bytes).into()
    }
}

impl From<Vec<u8>> for RecvBuf {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<&[u8]> for RecvBuf {
    fn from(bytes: &[u8]) -> Self {
        BytesMut::from(bytes).into()
    }
}

impl<const N: usize> From<&[u8; N]> for RecvBuf {
    fn from(bytes: &[u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

/// A read is offered at least this much room.
const MIN_SPACE: usize = 1024;

/// The first allocation: a browser's request with its cookies fits.
const FIRST_SPACE: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_reading_agree() {
        let mut recv = RecvBuf::new();
        recv.space_mut()[..3].copy_from_slice(b"abc");
        recv.commit(3);
        recv.buf_mut().extend_from_slice(b"def");
        recv.space_mut()[..1].copy_from_slice(b"g");
        recv.commit(1);
        recv.consume(2);
        recv.extend_from_slice(b"h");
        assert_eq!(recv.filled(), b"cdefgh");
        assert_eq!(recv.into_bytes(), "cdefgh");
    }

    #[test]
    fn a_lying_reader_gets_no_more_than_the_slice() {
        let mut recv = RecvBuf::new();
        let len = recv.space_mut().len();
        recv.commit(usize::MAX);
        assert_eq!(recv.len(), len);
        recv.consume(usize::MAX);
        assert!(recv.is_empty());
    }

    #[test]
    fn an_emptied_buffer_is_used_again() {
        let mut recv = RecvBuf::new();
        recv.extend_from_slice(&[0; 600]);
        let capacity = recv.buf_mut().capacity();
        for _ in 0..100 {
            recv.clear();
            recv.buf_mut().extend_from_slice(&[0; 600]);
            recv.consume(600);
        }
        assert!(recv.capacity() <= capacity);
    }
}
