//! Where received bytes are read to.
//!
//! ```text
//!             start        end         buf.len()   buf.capacity()
//! | consumed  |  received  |  scratch  |   spare   |
//!             '- filled() -'
//! ```
//!
//! Scratch has been initialised, spare has not. `space_mut` lends the front of scratch, and `commit`
//! makes it received; `buf_mut` gives up the scratch and appends to what was received. To consume bytes
//! is to move `start`; when all are consumed, everything up to `buf.len()` is scratch again.
//!
//! [`split_to`](RecvBuf::split_to) cuts consumed and received bytes off the front. They share the memory
//! with `buf`, which then begins behind them, and the room gets less. When those handles are gone,
//! `make_room` moves back to the front, and takes a few received bytes along.

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// The buffer that bytes from the peer are read into; a `Vec<u8>`, [`Bytes`](bytes::Bytes) or a slice
/// becomes one, for bytes that were read already.
///
/// There are two ways to read into it, because runtimes differ:
///
/// * [`buf_mut`](Self::buf_mut) gives spare capacity as a [`BufMut`]; whatever is appended
///   counts as received. For readers that fill uninitialised memory.
/// * [`space_mut`](Self::space_mut) gives an initialised slice; [`commit`](Self::commit) then
///   says how much of it was filled. For readers that take a `&mut [u8]`. The slice has to be
///   zeroed, though only once and not before every read; so it is small at first, and grows while
///   reads fill it.
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
#[derive(Debug)]
pub struct RecvBuf {
    buf: BytesMut,
    /// How many bytes at the front of `buf` have been consumed.
    start: usize,
    /// How many bytes at the end of `buf` are initialised but not yet received.
    scratch: usize,
    /// How many bytes there may be in all, if what is behind them belongs somewhere else.
    max_len: usize,
    /// What was appended beyond `max_len`.
    behind: Option<Box<BytesMut>>,
    /// How much is initialised for a read.
    offer: u32,
    /// How long the last frame was, with its head.
    frame_len: u32,
    /// How much room the memory had when it was new.
    window: u32,
    /// How many received bytes a caller has taken away since this was asked last; all of them, if the buffer
    /// is another one.
    removed: u32,
}

impl RecvBuf {
    /// An empty buffer that has not allocated anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty buffer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        BytesMut::with_capacity(capacity).into()
    }

    /// Room for the next read: spare capacity of at least 1 KiB, or as much as may still come.
    #[inline]
    pub fn buf_mut(&mut self) -> impl BufMut {
        self.drop_scratch();
        if !self.is_new() {
            self.make_room();
        }
        let portion = self.portion(self.buf.capacity() - self.buf.len());
        (&mut self.buf).limit(portion)
    }

    /// Room for the next read, as an initialised slice of at least 1 KiB, or as much as may still
    /// come.
    pub fn space_mut(&mut self) -> &mut [u8] {
        if self.scratch < MIN_SPACE.min(self.room()) {
            self.drop_scratch();
            self.make_room();
            let end = self.buf.len();
            self.scratch = self.portion(self.buf.capacity() - end).min(self.offer as usize);
            self.buf.resize(end + self.scratch, 0);
        }
        let end = self.end();
        let len = self.portion(self.scratch);
        &mut self.buf[end..end + len]
    }

    /// Counts the first `n` bytes of the slice that [`space_mut`](Self::space_mut) gave as
    /// received. More than the slice held counts as the whole slice: a reader that lies about
    /// its length can hand over zeros, never memory that is not there.
    #[inline]
    pub fn commit(&mut self, n: usize) {
        let offered = self.portion(self.scratch);
        // There is probably more; or much less came than was made ready for it.
        if n >= offered && offered > 0 {
            self.offer = (2 * self.offer).min(MAX_OFFER);
        } else if n < self.offer as usize / 4 {
            self.offer = (self.offer / 2).max(MIN_OFFER);
        }
        self.scratch -= n.min(offered);
    }

    /// Expects a read of about `len` bytes, at least 2 KiB and at most 64 KiB: for callers that
    /// read into initialised slices and know what comes.
    pub fn hint_read_len(&mut self, len: usize) {
        self.offer = len.clamp(MIN_OFFER as usize, MAX_OFFER as usize) as u32;
    }

    /// Expects frames as long as the last one, which took `len` bytes with its head.
    #[inline]
    pub(crate) fn expect_frames(&mut self, len: usize) {
        self.frame_len = at_most_u32(len);
    }

    /// Appends `bytes`, as if they had been read.
    #[inline]
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.drop_scratch();
        if bytes.len() > self.room() {
            return self.extend_beyond(bytes);
        }
        self.buf.extend_from_slice(bytes);
    }

    /// Appends more than the frame has that is read to its own place. The rest comes behind that.
    #[cold]
    fn extend_beyond(&mut self, bytes: &[u8]) {
        let (frame, behind) = bytes.split_at(self.room());
        self.buf.extend_from_slice(frame);
        self.behind.get_or_insert_default().extend_from_slice(behind);
    }

    /// Removes the first `n` received bytes; at most all of them.
    pub fn consume(&mut self, n: usize) {
        self.removed = self.removed.saturating_add(at_most_u32(n.min(self.len())));
        self.skip(n);
    }

    /// [`consume`](Self::consume) for those who know what the bytes were.
    #[inline]
    pub(crate) fn skip(&mut self, n: usize) {
        self.start += n.min(self.len());
        if self.is_empty() {
            // From the front again; whatever is there has been initialised.
            (self.start, self.scratch) = (0, self.buf.len());
        }
    }

    /// Forgets what was received and keeps the memory.
    pub fn clear(&mut self) {
        self.removed = u32::MAX;
        self.behind = None;
        self.buf.clear();
        (self.start, self.scratch) = (0, 0);
    }

    /// The received bytes, without copying them.
    pub fn into_bytes(mut self) -> Bytes {
        self.drop_scratch();
        self.drop_consumed();
        if let Some(behind) = self.behind {
            self.buf.extend_from_slice(&behind);
        }
        self.buf.freeze()
    }

    /// What has been received and not consumed.
    #[inline]
    pub fn filled(&self) -> &[u8] {
        &self.buf[self.start..self.end()]
    }

    /// How many bytes have been received and not consumed.
    #[inline]
    pub fn len(&self) -> usize {
        self.end() - self.start
    }

    /// Where the received bytes end.
    #[inline]
    fn end(&self) -> usize {
        self.buf.len() - self.scratch
    }

    /// Whether there are no received bytes.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes the buffer could hold without growing.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.buf.capacity() - self.start
    }

    /// How many more bytes may come.
    fn room(&self) -> usize {
        self.max_len.saturating_sub(self.len())
    }

    /// How much of `spare` to offer a read: so much that frames as long as the last one end where the
    /// read does. What comes of a frame that has no room behind it would have to be moved.
    #[inline]
    fn portion(&self, spare: usize) -> usize {
        let frame_len = self.frame_len as usize;
        let is_usual = self.max_len == UNLIMITED && self.buf.is_empty();
        if is_usual && frame_len < MIN_WHOLE && spare >= READ_LEN {
            return READ_LEN;
        }
        self.portion_of_frames(frame_len, spare)
    }

    fn portion_of_frames(&self, frame_len: usize, spare: usize) -> usize {
        if self.max_len != UNLIMITED || frame_len > MAX_WHOLE {
            return spare.min(self.room());
        }
        let goal = frame_len.max(READ_LEN);
        let mut most = (self.len() + spare).min(goal);
        if frame_len >= MIN_WHOLE {
            // A read that fills its room looks as if there were more, and the socket would be asked once more.
            most = (most - most % frame_len + 1).min(self.len() + spare);
        }
        // No room would look like the end of the stream, and little is not worth a read.
        if most >= self.len() + MIN_SPACE {
            return most - self.len();
        }
        spare.min(goal)
    }

    #[inline]
    fn drop_scratch(&mut self) {
        if self.scratch > 0 {
            self.buf.truncate(self.end());
            self.scratch = 0;
        }
    }

    #[inline]
    fn drop_consumed(&mut self) {
        if self.start > 0 {
            self.buf.advance(std::mem::take(&mut self.start));
        }
    }

    /// Whether nothing is in memory that is as good as new: going back to its front would hardly give more room.
    #[inline]
    fn is_new(&self) -> bool {
        let capacity = self.buf.capacity();
        let most = (self.window as usize).saturating_sub(MAX_LEFT).max(self.frame_len as usize);
        self.buf.is_empty() && capacity >= most.max(READ_LEN)
    }

    fn make_room(&mut self) {
        self.drop_consumed();
        if self.len() <= MAX_CARRIED {
            // The front of the memory is in the cache. It is free if what was taken from it is gone;
            // only from there on is there as much room as when the memory was new.
            let _at_the_front =
                self.buf.try_reclaim((self.window as usize).saturating_sub(self.len()));
        }
        let wanted = self.wanted();
        if self.buf.capacity() - self.len() >= wanted {
            return;
        }
        match self.max_len {
            UNLIMITED if self.buf.is_empty() => self.buf.reserve(wanted.max(FIRST_SPACE)),
            UNLIMITED => self.buf.reserve(wanted),
            _ => self.grow(),
        }
        self.window = at_most_u32(self.buf.capacity());
    }

    /// How much room a read has to have: for the rest of a frame as long as the last one.
    fn wanted(&self) -> usize {
        let rest = match self.frame_len as usize {
            frame_len @ MIN_WHOLE..=MAX_WHOLE => (frame_len + 1).saturating_sub(self.len()),
            _ => 0,
        };
        rest.max(MIN_SPACE).min(self.room())
    }

    /// Makes room for what is still to come. Grows with what has come, never with what was only
    /// announced: to four times as much, so that little is copied.
    fn grow(&mut self) {
        let most = self.buf.len().saturating_mul(3).saturating_add(FIRST_SPACE);
        self.buf.reserve(self.room().min(most));
    }

    /// The received bytes, to be changed in place.
    #[inline]
    pub(crate) fn filled_mut(&mut self) -> &mut [u8] {
        let end = self.end();
        &mut self.buf[self.start..end]
    }

    /// Takes the first `n` bytes out, sharing the memory.
    #[inline]
    pub(crate) fn split_to(&mut self, n: usize) -> Bytes {
        // With nothing left, the next read is to ask for room, and may get the front of the memory.
        if n == self.len() {
            self.drop_scratch();
        }
        // What has been consumed goes along, and is then left out: that takes one step less.
        let consumed = std::mem::take(&mut self.start);
        let mut taken = self.buf.split_to(consumed + n).freeze();
        taken.advance(consumed);
        taken
    }

    /// Takes `max_len` bytes at most from now on, including those that have come.
    pub(crate) fn limit(&mut self, max_len: Option<usize>) {
        self.drop_scratch();
        self.max_len = max_len.unwrap_or(UNLIMITED);
    }

    /// Like [`limit`](Self::limit) for a long message: makes room now, while there is little to move.
    pub(crate) fn collect(&mut self, max_len: usize) {
        self.limit(Some(max_len));
        self.drop_consumed();
        if self.len() > MAX_MOVED && self.buf.capacity() < max_len {
            self.grow();
        }
    }

    /// Puts `buf` in the place of what was received, and takes `max_len` bytes at most from now on;
    /// gives out what was there.
    pub(crate) fn replace(&mut self, buf: BytesMut, max_len: Option<usize>) -> BytesMut {
        self.limit(max_len);
        self.drop_consumed();
        let taken = std::mem::replace(&mut self.buf, buf);
        if let (None, Some(behind)) = (max_len, self.behind.take()) {
            self.extend_from_slice(&behind);
        }
        taken
    }

    /// Takes any number of bytes again, behind those that have come.
    pub(crate) fn unlimit(&mut self) {
        self.limit(None);
        if let Some(behind) = self.behind.take() {
            self.extend_from_slice(&behind);
        }
    }

    /// How many bytes at the front [`consume`](Self::consume) and [`clear`](Self::clear) have removed since
    /// this was asked last.
    pub(crate) fn take_removed(&mut self) -> usize {
        match std::mem::take(&mut self.removed) {
            u32::MAX => usize::MAX,
            removed => removed as usize,
        }
    }

    /// Frees the memory of a long message, if one is being read to its own place.
    pub(crate) fn give_up_message(&mut self) {
        if self.max_len != UNLIMITED {
            self.replace(BytesMut::new(), None);
        }
    }

    /// Takes the memory away if hardly anything is in it, so that it can be used elsewhere. A few
    /// bytes, such as a part of a head, go into memory of their own size: a peer that sends those
    /// and then nothing more holds no more than that.
    #[inline]
    pub fn detach_buffer(&mut self) -> Option<BytesMut> {
        if self.buf.capacity() == 0 || self.len() > MAX_MOVED { None } else { self.detach() }
    }

    fn detach(&mut self) -> Option<BytesMut> {
        let few = if self.is_empty() { BytesMut::new() } else { self.filled().into() };
        if self.is_empty() || self.buf.capacity() >= MIN_SPACE {
            (self.start, self.scratch) = (0, 0);
            let mut memory = std::mem::replace(&mut self.buf, few);
            memory.clear();
            return Some(memory);
        }
        None
    }

    /// Whether it has no memory to speak of, and can use some.
    #[inline]
    pub fn wants_buffer(&self) -> bool {
        self.capacity() < MIN_SPACE && self.len() <= MAX_MOVED
    }

    /// Gives it memory to use, unless it has some. Returns the memory that it does not need, which may
    /// be its own, nearly used up.
    #[inline]
    pub fn attach_buffer(&mut self, mut memory: BytesMut) -> BytesMut {
        if self.wants_buffer() && memory.is_empty() {
            if !self.is_empty() {
                memory.extend_from_slice(self.filled());
            }
            (self.start, self.scratch) = (0, 0);
            std::mem::swap(&mut self.buf, &mut memory);
            self.window = at_most_u32(self.buf.capacity());
        }
        memory
    }
}

impl Default for RecvBuf {
    fn default() -> Self {
        BytesMut::new().into()
    }
}

impl From<BytesMut> for RecvBuf {
    fn from(buf: BytesMut) -> Self {
        Self {
            window: at_most_u32(buf.capacity()),
            buf,
            start: 0,
            scratch: 0,
            max_len: UNLIMITED,
            behind: None,
            offer: MIN_OFFER,
            frame_len: 0,
            removed: u32::MAX,
        }
    }
}

impl From<Bytes> for RecvBuf {
    /// Copies only when the bytes are shared.
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

fn at_most_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// No limit: more than there can be.
const UNLIMITED: usize = usize::MAX;

/// A read is offered at least this much room.
const MIN_SPACE: usize = 1024;

/// The first allocation: a browser's request with its cookies fits.
const FIRST_SPACE: usize = 2048;

/// Up to this many bytes are moved when memory changes hands.
const MAX_MOVED: usize = 256;

/// The least and the most that is zeroed for a read. The most is what a socket gives in one go.
const MIN_OFFER: u32 = 2048;
const MAX_OFFER: u32 = 64 * 1024;

/// A read takes no more than this, unless it is for one long frame. It stays in the nearest cache until
/// it has been unmasked and checked, and has room for 16 KiB with a head.
const READ_LEN: usize = 20 * 1024;

/// Frames of between these lengths are read whole. Moving shorter ones takes no time, longer ones are
/// collected in memory of their own.
const MIN_WHOLE: usize = 4 * 1024;
const MAX_WHOLE: usize = 256 * 1024;

/// Up to this much of a frame is moved to the front of the memory for the rest of it to be read there.
const MAX_CARRIED: usize = 4 * 1024;

/// Memory is used on, and not from the front again, until so much of it is behind.
const MAX_LEFT: usize = 2 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_reading_agree() {
        let mut recv = RecvBuf::new();
        recv.space_mut()[..3].copy_from_slice(b"abc");
        recv.commit(3);
        recv.buf_mut().put_slice(b"def");
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
    fn room_is_what_is_left_of_the_memory() {
        let mut recv = RecvBuf::with_capacity(5000);
        recv.extend_from_slice(&[0; 3000]);
        assert_eq!(recv.capacity(), 5000);
        // A reader that is handed more would make it grow.
        assert_eq!(recv.buf_mut().remaining_mut(), 2000);
        assert_eq!((recv.space_mut().len(), recv.capacity()), (2000, 5000));
        recv.consume(1000);
        assert_eq!((recv.capacity(), recv.len()), (4000, 2000));
    }

    #[test]
    fn no_more_is_read_than_belongs_there() {
        for max_len in [1, 5000, READ_LEN, 30_000] {
            let mut recv = RecvBuf::with_capacity(64 * 1024);
            recv.limit(Some(max_len));
            assert_eq!(recv.buf_mut().remaining_mut(), max_len);
            recv.hint_read_len(64 * 1024);
            assert_eq!(recv.space_mut().len(), max_len);
            recv.commit(max_len - 1);
            assert_eq!((recv.space_mut().len(), recv.buf_mut().remaining_mut()), (1, 1));
        }
    }

    #[test]
    fn memory_comes_and_goes_around_a_few_bytes() {
        let mut recv = RecvBuf::new();
        assert!(recv.wants_buffer());
        assert_eq!(recv.detach_buffer(), None);
        recv.attach_buffer(BytesMut::with_capacity(5000));
        recv.extend_from_slice(b"abc");
        for _ in 0..3 {
            let memory = recv.detach_buffer().unwrap();
            assert!(memory.is_empty() && memory.capacity() > 4900);
            assert!(recv.filled() == b"abc" && recv.capacity() < 100);
            assert_eq!(recv.detach_buffer(), None, "there is nothing more to take");
            recv.attach_buffer(memory);
            recv.space_mut()[..1].copy_from_slice(b"d");
            recv.commit(1);
            recv.consume(1);
            assert_eq!(recv.filled(), b"bcd");
            recv.consume(3);
            recv.extend_from_slice(b"abc");
        }
        recv.extend_from_slice(&[0; 300]);
        assert_eq!(recv.detach_buffer(), None, "that would be too much to move");
        recv.consume(recv.len() - MAX_MOVED - 1);
        assert_eq!(recv.detach_buffer(), None, "one is too much");
        recv.consume(1);
        assert!(recv.detach_buffer().is_some() && recv.len() == MAX_MOVED);
    }

    #[test]
    fn the_offer_grows_with_what_comes() {
        let mut recv = RecvBuf::with_capacity(1 << 20);
        let mut read = |fill: fn(usize) -> usize| {
            recv.clear();
            let len = recv.space_mut().len();
            recv.commit(fill(len));
            len
        };
        let full: Vec<_> = (0..7).map(|_| read(|len| len)).collect();
        assert_eq!(full, [2048, 4096, 8192, 16384, READ_LEN, READ_LEN, READ_LEN]);
        let short = [100; 5].map(|_| read(|_| 100));
        assert_eq!(short, [READ_LEN, READ_LEN, 16384, 8192, 4096]);
        recv.hint_read_len(20_000);
        recv.clear();
        assert_eq!(recv.space_mut().len(), 20_000);
    }

    #[test]
    fn long_frames_are_read_whole() {
        let mut recv = RecvBuf::with_capacity(64 * 1024);
        let room = |recv: &mut RecvBuf| recv.buf_mut().remaining_mut();
        for (frame_len, expected) in [
            (125, READ_LEN),
            (5000, 20_001),
            (16_392, 16_393),
            (30_000, 30_001),
            (65_550, 65_551),
            (200_000, 200_001),
        ] {
            recv.clear();
            recv.expect_frames(frame_len);
            assert_eq!(room(&mut recv), expected);
            // What is there already counts; a frame that turns out to be longer is waited for.
            recv.buf_mut().put_bytes(0, 2000);
            assert_eq!(room(&mut recv), expected - 2000);
            recv.buf_mut().put_bytes(0, expected - 2000 - 1);
            assert!(room(&mut recv) >= MIN_SPACE);
        }
        recv.clear();
        recv.expect_frames(MAX_WHOLE + 1);
        assert_eq!(room(&mut recv), recv.capacity());
    }

    #[test]
    fn what_was_taken_and_is_gone_makes_room_at_the_front() {
        let mut recv = RecvBuf::with_capacity(64 * 1024);
        recv.buf_mut().put_bytes(0, 10);
        let front = recv.filled().as_ptr();
        for (kept, partial) in [(false, 0), (false, 300), (true, 300), (false, MAX_CARRIED + 1)] {
            recv.clear();
            recv.buf_mut().put_bytes(1, 6000 + partial);
            let taken = recv.split_to(6000);
            let taken = kept.then_some(taken);
            recv.buf_mut().put_bytes(2, 7);
            let moved = !kept && partial <= MAX_CARRIED;
            assert_eq!(recv.filled().as_ptr() == front, moved, "{kept} {partial}");
            assert_eq!(recv.filled(), [vec![1; partial], vec![2; 7]].concat());
            drop(taken);
        }
    }

    #[test]
    fn memory_is_used_on_while_little_of_it_is_behind() {
        let mut recv = RecvBuf::with_capacity(64 * 1024);
        let mut next = || {
            recv.buf_mut().put_bytes(0, 1000);
            let at = recv.filled().as_ptr().addr();
            drop(recv.split_to(1000));
            at
        };
        let front = next();
        assert_eq!([(); 4].map(|()| next() - front), [1000, 2000, 0, 1000]);
    }

    #[test]
    fn an_emptied_buffer_is_used_again() {
        let mut recv = RecvBuf::new();
        recv.extend_from_slice(&[0; 600]);
        drop(recv.buf_mut());
        let capacity = recv.capacity();
        for _ in 0..100 {
            recv.clear();
            recv.buf_mut().put_slice(&[0; 600]);
            recv.consume(600);
        }
        assert!(recv.capacity() <= capacity);
    }

    #[test]
    fn all_that_came_is_given_away_with_what_is_behind_a_frame() {
        let mut recv = RecvBuf::new();
        recv.replace(BytesMut::from(&b"ab"[..]), Some(4));
        recv.extend_from_slice(b"cdef");
        assert_eq!(recv.filled(), b"abcd");
        recv.consume(1);
        assert_eq!(recv.into_bytes(), "bcdef");
    }

    #[test]
    fn memory_with_something_in_it_is_not_taken() {
        let mut recv = RecvBuf::new();
        recv.attach_buffer(BytesMut::from(&b"old"[..]));
        assert!(recv.wants_buffer() && recv.is_empty());
        recv.attach_buffer(BytesMut::with_capacity(4096));
        assert!(!recv.wants_buffer() && recv.is_empty());
    }
}
