//! The pending output.
//!
//! ```text
//! inline    | head 1 | frame 2 | head 3 | frame 4 | frame 5 |    heads and small payloads, copied
//!           |   4    |        20        |       tail        |
//! handles   (4, payload 1)     (20, payload 3)                   large payloads, by their handle
//!
//! written   head 1, payload 1, frame 2, head 3, payload 3, frame 4, frame 5
//! ```
//!
//! Each handle knows how many inline bytes go before it and behind the handle before; `tail` counts
//! those behind the last. Writing takes bytes off the front of both.

use std::{collections::VecDeque, fmt, io::IoSlice};

use bytes::{Buf, Bytes, BytesMut};

/// The pending output: bytes to be written to the peer, in order.
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
#[derive(Default)]
pub struct SendQueue {
    /// Heads and small payloads, one behind the other. Memory that comes and goes with every message: in a box, which
    /// is a word to move.
    inline: Option<Box<BytesMut>>,
    /// Large payloads, if there ever was one.
    handles: Option<Box<Handles>>,
    /// The inline bytes behind the last handle.
    tail: usize,
    /// The length of everything.
    len: usize,
    /// How much has left the queue since the beginning.
    written: u64,
}

/// Large payloads by handle, each with the number of inline bytes that go before it.
#[derive(Default)]
struct Handles(VecDeque<(usize, Bytes)>);

impl SendQueue {
    /// An empty queue that has not allocated anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// The length of the pending output in bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How many bytes have left the queue since the beginning.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Where the queue ends now, counted like [`written`](Self::written).
    pub(crate) fn end(&self) -> u64 {
        self.written + self.len as u64
    }

    /// Appends `bytes`, for what is sent before there is a WebSocket.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.write(|out| out.extend_from_slice(bytes));
    }

    /// Whether there is no pending output.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the pending output lies in several pieces. A single piece costs the system less when
    /// it is not written as a list.
    #[inline]
    pub fn is_scattered(&self) -> bool {
        self.chunk().len() < self.len
    }

    /// Drops the pending output and keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        if let Some(inline) = &mut self.inline {
            inline.clear();
        }
        if let Some(handles) = &mut self.handles {
            handles.0.clear();
        }
        self.tail = 0;
        self.written += self.len as u64;
        self.len = 0;
    }

    /// Takes the memory away if nothing is in it, so that it can be used elsewhere meanwhile.
    #[inline]
    pub fn detach_buffer(&mut self) -> Option<Box<BytesMut>> {
        if self.len > 0 {
            return None;
        }
        if self.handles.is_some() {
            self.handles = None;
        }
        self.inline.take()
    }

    /// Whether it has memory to queue in, empty or not.
    #[inline]
    pub fn has_buffer(&self) -> bool {
        self.inline.is_some()
    }

    /// Gives it memory to use, unless it has some.
    #[inline]
    pub fn attach_buffer(&mut self, memory: Box<BytesMut>) {
        if !self.has_buffer() && memory.is_empty() {
            self.inline = Some(memory);
        }
    }

    /// Appends bytes by writing them into the queue's own memory.
    pub(crate) fn write<R>(&mut self, write: impl FnOnce(&mut BytesMut) -> R) -> R {
        let inline = self.inline.get_or_insert_default();
        let before = inline.len();
        let result = write(inline);
        let written = inline.len() - before;
        self.tail += written;
        self.len += written;
        result
    }

    #[inline]
    fn inline(&self) -> &[u8] {
        self.inline.as_deref().map_or(&[], |inline| inline)
    }

    /// Takes bytes off the front, and not all.
    fn advance_within(&mut self, mut n: usize) {
        assert!(n <= self.len, "advanced by {n} of {} bytes", self.len);
        self.len -= n;
        self.written += n as u64;
        let mut skip = |n| {
            if let Some(inline) = &mut self.inline {
                inline.advance(n);
            }
        };
        if let Some(Handles(handles)) = self.handles.as_deref_mut() {
            while let Some((before, bytes)) = handles.front_mut() {
                let taken = n.min(*before);
                skip(taken);
                *before -= taken;
                n -= taken;
                if n < bytes.len() {
                    bytes.advance(n);
                    return;
                }
                n -= bytes.len();
                handles.pop_front();
            }
        }
        skip(n);
        self.tail -= n;
    }

    /// Appends bytes by their handle.
    pub(crate) fn push(&mut self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        self.len += bytes.len();
        let before = std::mem::take(&mut self.tail);
        self.handles.get_or_insert_default().0.push_back((before, bytes));
    }
}

impl fmt::Debug for SendQueue {
    /// Without the bytes, which may hold credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendQueue").field("len", &self.len).finish_non_exhaustive()
    }
}

impl Buf for SendQueue {
    #[inline]
    fn remaining(&self) -> usize {
        self.len
    }

    #[inline]
    fn chunk(&self) -> &[u8] {
        let inline = self.inline();
        match self.handles.as_ref().and_then(|handles| handles.0.front()) {
            Some((0, bytes)) => bytes,
            Some((len, _)) => &inline[..*len],
            None => inline,
        }
    }

    #[inline]
    fn advance(&mut self, n: usize) {
        if n == self.len {
            // Back to the front of the memory, which is then of use as a whole.
            self.clear();
        } else {
            self.advance_within(n);
        }
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut inline = self.inline();
        let mut filled = 0;
        let handles = self.handles.iter().flat_map(|handles| &handles.0);
        let runs = handles.map(|(len, bytes)| (*len, &bytes[..]));
        for (len, bytes) in runs.chain([(self.tail, &[][..])]) {
            let (run, rest) = inline.split_at(len);
            inline = rest;
            for slice in [run, bytes] {
                if filled == slices.len() {
                    return filled;
                }
                if !slice.is_empty() {
                    slices[filled] = IoSlice::new(slice);
                    filled += 1;
                }
            }
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixed() -> SendQueue {
        let mut queue = SendQueue::new();
        queue.write(|out| out.extend_from_slice(b"ab"));
        queue.push(Bytes::from_static(b"cde"));
        queue.push(Bytes::from_static(b"f"));
        queue.write(|out| out.extend_from_slice(b"gh"));
        queue.write(|out| out.extend_from_slice(b"i"));
        queue
    }

    #[test]
    fn comes_out_as_it_went_in_whatever_the_steps() {
        for step in 1..=9 {
            let mut queue = mixed();
            let mut out = Vec::new();
            while queue.has_remaining() {
                let n = step.min(queue.remaining());
                let mut slices = [IoSlice::new(&[]); 8];
                let filled = queue.chunks_vectored(&mut slices);
                let flat: Vec<u8> =
                    slices[..filled].iter().flat_map(|s| s.iter().copied()).collect();
                assert_eq!(flat.len(), queue.remaining());
                assert!(flat.starts_with(queue.chunk()));
                out.extend_from_slice(&flat[..n]);
                queue.advance(n);
            }
            assert_eq!(out, b"abcdefghi");
            assert!(queue.is_empty());
        }
    }

    #[test]
    fn one_piece_is_not_scattered() {
        let mut queue = SendQueue::new();
        assert!(!queue.is_scattered());
        queue.write(|out| out.extend_from_slice(b"ab"));
        assert!(!queue.is_scattered());
        queue.push(Bytes::from_static(b"cde"));
        assert!(queue.is_scattered());
        queue.advance(2);
        assert!(!queue.is_scattered());
    }

    #[test]
    fn what_is_in_it_is_not_shown() {
        assert_eq!(format!("{:?}", mixed()), "SendQueue { len: 9, .. }");
    }

    #[test]
    fn too_few_slices_take_the_front() {
        let queue = mixed();
        let mut slices = [IoSlice::new(&[]); 2];
        assert_eq!(queue.chunks_vectored(&mut slices), 2);
        assert_eq!((&*slices[0], &*slices[1]), (&b"ab"[..], &b"cde"[..]));
    }

    #[test]
    fn nothing_is_added_by_an_empty_handle() {
        let mut queue = mixed();
        queue.push(Bytes::new());
        let mut slices = [IoSlice::new(&[]); 8];
        assert_eq!((queue.len, queue.chunks_vectored(&mut slices)), (9, 4));
        let mut empty = SendQueue::new();
        empty.push(Bytes::new());
        assert!(!empty.has_remaining() && empty.chunk().is_empty());
    }

    #[test]
    fn memory_is_lent_only_while_it_is_empty() {
        let mut queue = mixed();
        assert!(queue.detach_buffer().is_none());
        queue.advance(9);
        let memory = queue.detach_buffer().unwrap();
        assert!(!queue.has_buffer());
        queue.attach_buffer(Box::new(BytesMut::from(&b"old"[..])));
        assert!(!queue.has_buffer());
        queue.attach_buffer(memory);
        assert!(queue.has_buffer() && !queue.has_remaining());
    }
}
