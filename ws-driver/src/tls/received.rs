//! What has been read from a socket and is still to go to rustls.

use std::{
    cell::Cell,
    io::{self, Read},
};

/// Records that have come and that rustls has not taken yet: it takes 4 KiB at a time, a socket has more.
///
/// The memory is the thread's, and stays initialised. Whoever has records keeps it until they are gone.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// Not empty.
    records: Option<Box<Records>>,
}

/// Memory with what has been read into it.
#[derive(Debug)]
struct Records {
    memory: Vec<u8>,
    /// Those from here on are left,
    start: usize,
    /// and end here.
    end: usize,
}

impl Received {
    /// Records that came behind something else.
    pub(super) fn from_rest(rest: &[u8]) -> Self {
        let mut received = Self::default();
        if !rest.is_empty() {
            let mut records = take();
            records.memory.resize(rest.len().max(LEN), 0);
            records.memory[..rest.len()].copy_from_slice(rest);
            records.end = rest.len();
            received.records = Some(records);
        }
        received
    }

    /// Reads from the socket as much as it has and as there is room for. Nothing may be left.
    pub(super) fn fill(&mut self, io: &mut impl Read) -> io::Result<usize> {
        let mut records = take();
        let read = io.read(&mut records.memory);
        match read {
            Ok(n @ 1..) => {
                // A reader that lies about its length is believed as far as there is memory.
                records.end = n.min(records.memory.len());
                self.records = Some(records);
            }
            _ => put(records),
        }
        read
    }

    /// Moves records to `buf`; says how many bytes.
    pub(super) fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let Some(mut records) = self.records.take() else { return Ok(0) };
        let n = (&records.memory[records.start..records.end]).read(buf)?;
        records.start += n;
        if records.start == records.end {
            put(records);
        } else {
            self.records = Some(records);
        }
        Ok(n)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_none()
    }
}

thread_local! {
    static SPARE: Cell<Option<Box<Records>>> = const { Cell::new(None) };
}

fn take() -> Box<Records> {
    // At the end of a thread there is no memory for later any more.
    SPARE
        .try_with(Cell::take)
        .ok()
        .flatten()
        .unwrap_or_else(|| Records { memory: vec![0; LEN], start: 0, end: 0 }.into())
}

fn put(mut records: Box<Records>) {
    if records.memory.len() > LEN {
        return;
    }
    (records.start, records.end) = (0, 0);
    let _ = SPARE.try_with(|spare| spare.set(Some(records)));
}

/// A record of 16 KiB, which is the longest, and the beginning of the next one; more would not stay in the
/// nearest cache until it has been decrypted.
const LEN: usize = 20 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_is_read_at_once_and_given_in_pieces() {
        let mut socket = &[7; 30_000][..];
        let mut received = Received::default();
        let mut piece = [0; 4096];
        assert_eq!(received.fill(&mut socket).unwrap(), LEN);
        for _ in 0..LEN / piece.len() {
            assert!(!received.is_empty());
            assert_eq!(received.read(&mut piece).unwrap(), piece.len());
        }
        assert!(received.is_empty());
        assert_eq!(received.fill(&mut socket).unwrap(), 30_000 - LEN);
        assert_eq!(received.read(&mut piece).unwrap(), piece.len());
    }

    #[test]
    fn memory_that_is_not_needed_is_used_by_the_next_one() {
        let mut first = Received::default();
        first.fill(&mut &b"abc"[..]).unwrap();
        let at = first.records.as_ref().unwrap().memory.as_ptr();
        let mut second = Received::from_rest(b"de");
        let mut piece = [0; 4];
        assert_eq!((first.read(&mut piece).unwrap(), &piece), (3, b"abc\0"));
        first.fill(&mut &b"f"[..]).unwrap();
        assert_eq!(first.records.as_ref().unwrap().memory.as_ptr(), at);
        assert_eq!(second.read(&mut piece).unwrap(), 2);
        assert!(second.fill(&mut &b""[..]).is_ok_and(|n| n == 0) && second.is_empty());
    }
}
