//! Streams in memory: what is read is there already, what is written stays there.

use std::io::{BufRead, Read, Result, Write};

use memchr::memmem;

use crate::wire;

/// Gives out `incoming` and keeps what is written.
#[derive(Debug)]
pub struct Canned<'a> {
    incoming: &'a [u8],
    written: Vec<u8>,
}

impl<'a> Canned<'a> {
    /// A stream that reads `incoming` and writes over what is in `written`.
    pub fn new(incoming: &'a [u8], mut written: Vec<u8>) -> Self {
        written.clear();
        Self { incoming, written }
    }

    /// What was written.
    pub fn into_written(self) -> Vec<u8> {
        self.written
    }
}

impl Read for Canned<'_> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        self.incoming.read(buf)
    }
}

impl Write for Canned<'_> {
    fn write(&mut self, buf: &[u8]) -> Result<usize> {
        self.written.write(buf)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// A server that takes any request and answers 101.
///
/// A client draws its key at random, so the answer has to be made on the spot. That is work of the
/// server, not of the client that is measured: [`answer`](Self::answer) alone is measured as well.
#[derive(Debug, Default)]
pub struct Answering {
    request: Vec<u8>,
    answer: Vec<u8>,
    read: usize,
}

impl Answering {
    /// Forgets the last request and its answer, and keeps their memory.
    pub fn reset(&mut self) {
        self.request.clear();
        self.answer.clear();
        self.read = 0;
    }

    /// The answer to the request that was written.
    pub fn answer(&mut self) -> &[u8] {
        if self.answer.is_empty() {
            let field = b"Sec-WebSocket-Key: ";
            let at = memmem::find(&self.request, field).map_or(0, |at| at + field.len());
            let key = self.request.get(at..at + wire::KEY.len()).unwrap_or_default();
            wire::answer_to(key, &mut self.answer);
        }
        &self.answer
    }
}

impl BufRead for Answering {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        let read = self.read;
        Ok(&self.answer()[read..])
    }

    fn consume(&mut self, n: usize) {
        self.read += n;
    }
}

impl Read for Answering {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let n = self.fill_buf()?.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}

impl Write for Answering {
    fn write(&mut self, buf: &[u8]) -> Result<usize> {
        self.request.write(buf)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
