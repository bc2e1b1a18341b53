//! What has been read from a socket and is still to go to rustls.
//!
//! rustls takes 4 KiB at a time. Where less comes it is read to rustls' own memory; where more comes, to the thread's,
//! with fewer calls of the system.

use std::{
    cell::Cell,
    io::{self, Read},
};

/// Records that have come and that rustls has not taken yet.
///
/// The memory is the thread's, and stays initialised. Whoever has records keeps it until they are gone.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// Not empty.
    records: Option<Box<Records>>,
    /// The socket had more than rustls takes at a time when it was read last, and will again.
    is_much: bool,
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

    /// Reads from the socket to `buf`, or as much as it has and as there is room for. Nothing may be left.
    #[inline]
    pub(super) fn read_from(&mut self, io: &mut impl Read, buf: &mut [u8]) -> io::Result<usize> {
        if self.is_much {
            self.fill(io, buf.len())?;
            return self.read(buf);
        }
        let read = io.read(buf)?;
        self.is_much = read == buf.len();
        Ok(read)
    }

    fn fill(&mut self, io: &mut impl Read, piece: usize) -> io::Result<()> {
        let mut records = take();
        let read = io.read(&mut records.memory);
        match read {
            Ok(n @ 1..) => {
                // A reader that lies about its length is believed as far as there is memory.
                records.end = n.min(records.memory.len());
                self.is_much = n > piece;
                self.records = Some(records);
            }
            _ => put(records),
        }
        read.map(|_| ())
    }

    /// Moves records to `buf`; says how many bytes.
    #[inline]
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

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_none()
    }
}

thread_local! {
    static SPARE: Cell<Option<Box<Records>>> = const { Cell::new(None) };
}

#[inline]
fn take() -> Box<Records> {
    // At the end of a thread there is no memory for later any more.
    SPARE
        .try_with(Cell::take)
        .ok()
        .flatten()
        .unwrap_or_else(|| Records { memory: vec![0; LEN], start: 0, end: 0 }.into())
}

#[inline]
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

    /// The socket is read so many times, and gives so much each time.
    struct Socket<'a>(&'a [u8], Vec<usize>);

    impl Read for Socket<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = self.0.read(buf)?;
            self.1.push(n);
            Ok(n)
        }
    }

    fn next(received: &mut Received, socket: &mut Socket<'_>, piece: &mut [u8]) -> usize {
        if received.is_empty() {
            return received.read_from(socket, piece).unwrap();
        }
        received.read(piece).unwrap()
    }

    #[test]
    fn much_is_read_at_once_and_given_in_pieces() {
        let mut socket = Socket(&[7; 30_000], Vec::new());
        let mut received = Received::default();
        let mut piece = [0; 4096];
        let mut given = Vec::new();
        loop {
            let n = next(&mut received, &mut socket, &mut piece);
            given.push(n);
            if n == 0 {
                break;
            }
        }
        assert_eq!(socket.1, [4096, LEN, 30_000 - 4096 - LEN, 0]);
        assert_eq!(given, [4096, 4096, 4096, 4096, 4096, 4096, 4096, 1328, 0]);
        assert!(received.is_empty());
    }

    #[test]
    fn little_goes_straight_to_where_it_is_wanted() {
        let mut socket = Socket(&[7; 10_000], Vec::new());
        let mut received = Received { records: None, is_much: true };
        let mut piece = [0; 4096];
        for n in [4096, 4096, 1808] {
            assert_eq!(next(&mut received, &mut socket, &mut piece), n);
        }
        socket.0 = &[8; 100];
        assert_eq!(next(&mut received, &mut socket, &mut piece), 100);
        assert!(!received.is_much);
        socket.0 = &[9; 200];
        assert_eq!(next(&mut received, &mut socket, &mut piece), 200);
        assert_eq!(
            (socket.1.as_slice(), piece[..2].to_vec()),
            (&[10_000, 100, 200][..], vec![9, 9])
        );
    }

    #[test]
    fn memory_that_is_not_needed_is_used_by_the_next_one() {
        let much = || Received { records: None, is_much: true };
        let mut piece = [0; 1];
        let mut first = much();
        assert_eq!(first.read_from(&mut &b"abc"[..], &mut piece).unwrap(), 1);
        let at = first.records.as_ref().unwrap().memory.as_ptr();
        let mut second = Received::from_rest(b"de");
        let mut rest = [0; 4];
        assert_eq!((first.read(&mut rest).unwrap(), &rest), (2, b"bc\0\0"));
        first.read_from(&mut &b"fg"[..], &mut piece).unwrap();
        assert_eq!(first.records.as_ref().unwrap().memory.as_ptr(), at);
        assert_eq!(second.read(&mut rest).unwrap(), 2);
        second.is_much = true;
        assert!(second.read_from(&mut &b""[..], &mut rest).is_ok_and(|n| n == 0));
        assert!(second.is_empty());
        // It is kept, unless it is longer than the usual.
        for (len, is_kept) in [(LEN, true), (LEN + 1, false)] {
            let _ = SPARE.take();
            let mut received = Received::from_rest(&vec![0; len]);
            assert_eq!(received.read(&mut vec![0; len]).unwrap(), len);
            assert_eq!(SPARE.take().is_some(), is_kept, "{len}");
        }
    }
}
