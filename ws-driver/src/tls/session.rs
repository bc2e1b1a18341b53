//! A TLS session that is open.

use std::io::{self, BufRead, ErrorKind, IoSlice, Read, Write};

use rustls::ClientConnection;
use ws_core::RecvBuf;

use super::{Peer, TlsCause, TlsError, reason::Circumstances, received::Received};
use crate::pool;

/// An open session, over a socket or over another session.
///
/// It is lent the socket for each call, as `Read` and `Write`. Where the socket says
/// [`WouldBlock`](ErrorKind::WouldBlock) so does the session, and goes on there the next time.
#[derive(Debug)]
pub struct TlsSession {
    connection: ClientConnection,
    received: Received,
    has_certificate: bool,
    peer: Peer,
    /// The session that this one is in.
    below: Option<Box<TlsSession>>,
    /// Why it failed.
    failed: Option<Box<TlsError>>,
    /// Nothing more is going to be written.
    closed: bool,
    /// What is to be written came up while reading, and nobody else has taken it over.
    answering: bool,
}

impl TlsSession {
    pub(super) fn new(
        mut connection: ClientConnection,
        mut rest: RecvBuf,
        has_certificate: bool,
    ) -> Self {
        let received = Received::from_rest(rest.filled());
        rest.clear();
        rest.detach_buffer().into_iter().for_each(pool::put_memory);
        connection.set_buffer_limit(Some(MAX_WAITING));
        Self {
            connection,
            received,
            has_certificate,
            peer: Peer::Origin,
            below: None,
            failed: None,
            closed: false,
            answering: false,
        }
    }

    pub(super) fn stack(&mut self, peer: Peer, below: Option<Box<Self>>) {
        (self.peer, self.below) = (peer, below);
    }

    /// Gives what there is to `take`, in pieces, which says how many bytes it took of each, and takes no more
    /// when that were not all; says how many that were, and 0 at the end. The end is a close_notify.
    ///
    /// What it has to answer by itself it writes, if that need not wait. It is
    /// [`Interrupted`](ErrorKind::Interrupted) when a lot came that was not for the program.
    ///
    /// # Errors
    ///
    /// Those of the socket; [`UnexpectedEof`](ErrorKind::UnexpectedEof) for an end without close_notify; a
    /// [`TlsError`] as [`InvalidData`](ErrorKind::InvalidData), now and from then on.
    pub fn read<I: Read + Write>(
        &mut self,
        io: &mut I,
        mut take: impl FnMut(&[u8]) -> usize,
    ) -> io::Result<usize> {
        // To ask for what is not there makes an error, each time.
        let mut asks = !self.connection.wants_read();
        for _ in 0..MAX_READS {
            if asks {
                match self.connection.reader().fill_buf() {
                    Ok([]) => return Ok(0),
                    Ok(_) => return Ok(self.give(io, &mut take)),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(_) => {
                        return Err(io::Error::new(ErrorKind::UnexpectedEof, NO_CLOSE_NOTIFY));
                    }
                }
            }
            self.check()?;
            let is_end = self.read_records(io)? == 0;
            asks = is_end || !self.connection.wants_read();
        }
        Err(ErrorKind::Interrupted.into())
    }

    /// Writes some bytes and says how many. None is taken while records wait to be written; those that are
    /// taken may wait for the next call, or for [`flush`](Self::flush).
    ///
    /// # Errors
    ///
    /// Those of the socket; a [`TlsError`] from when the session has failed;
    /// [`BrokenPipe`](ErrorKind::BrokenPipe) after [`shutdown`](Self::shutdown).
    pub fn write<I: Read + Write>(
        &mut self,
        io: &mut I,
        bufs: &[IoSlice<'_>],
    ) -> io::Result<usize> {
        if self.closed {
            return Err(ErrorKind::BrokenPipe.into());
        }
        self.write_first(io)?;
        let n = self.connection.writer().write_vectored(bufs)?;
        if n > 0 && !self.connection.wants_write() {
            // rustls takes bytes and forgets them once the keys of TLS 1.2 are used up.
            return Err(ErrorKind::BrokenPipe.into());
        }
        match self.write_records(io) {
            Err(error) if !would_block(&error) => Err(error),
            _ => Ok(n),
        }
    }

    /// Writes everything that waits, and flushes the socket.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub fn flush<I: Read + Write>(&mut self, io: &mut I) -> io::Result<()> {
        self.write_first(io)?;
        self.below(io).flush()
    }

    /// Says that nothing more will be written: a close_notify in this session, and in those below it. The
    /// socket is flushed, and not shut down.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write).
    pub fn shutdown<I: Read + Write>(&mut self, io: &mut I) -> io::Result<()> {
        if self.failed.is_none() && !self.closed {
            self.closed = true;
            self.connection.send_close_notify();
        }
        self.write_first(io)?;
        match &mut self.below {
            Some(below) => below.shutdown(io),
            None => io.flush(),
        }
    }

    pub(super) fn peer(&self) -> Peer {
        self.peer
    }

    pub(super) fn alpn_protocol(&self) -> Option<&[u8]> {
        self.connection.alpn_protocol()
    }

    /// The session as rustls has it.
    pub fn connection(&self) -> &ClientConnection {
        &self.connection
    }

    /// Gives what there is, and what records that have come already have. The socket is not asked for more.
    fn give<I: Read + Write>(
        &mut self,
        io: &mut I,
        take: &mut impl FnMut(&[u8]) -> usize,
    ) -> usize {
        let mut given = 0;
        loop {
            let (n, is_all) = self.give_ready(take);
            given += n;
            if !is_all || self.received.is_empty() || self.failed.is_some() {
                return given;
            }
            // Behind a close_notify nothing is read any more. A socket that was not asked has no errors.
            if !matches!(self.read_records(io), Ok(1..)) {
                return given;
            }
        }
    }

    /// Gives what has been decrypted; says how much, and whether that was all. One piece is one record:
    /// there may be many, and short ones.
    fn give_ready(&mut self, take: &mut impl FnMut(&[u8]) -> usize) -> (usize, bool) {
        let mut given = 0;
        while !self.connection.wants_read() {
            let mut reader = self.connection.reader();
            let Ok(data @ [_, ..]) = reader.fill_buf() else { break };
            let (n, len) = (take(data).min(data.len()), data.len());
            reader.consume(n);
            given += n;
            if n < len {
                return (given, false);
            }
        }
        (given, true)
    }

    fn check(&self) -> io::Result<()> {
        self.failed.as_deref().map_or(Ok(()), |error| Err(error.clone().into()))
    }

    /// Reads some records, and answers them; says how many bytes.
    fn read_records<I: Read + Write>(&mut self, io: &mut I) -> io::Result<usize> {
        let was_waiting = self.connection.wants_write() && !self.answering;
        let mut below = Below {
            received: &mut self.received,
            below: self.below.as_deref_mut(),
            io,
            failed: false,
        };
        let mut read = 0;
        match self.connection.read_tls(&mut below) {
            Ok(n) => {
                read = n;
                if let Err(error) = self.connection.process_new_packets() {
                    let circumstances = Circumstances {
                        host: "",
                        has_certificate: self.has_certificate,
                        has_begun: true,
                    };
                    self.failed = Some(circumstances.reason(error, &self.connection).into());
                }
            }
            Err(error) if below.failed => return Err(error),
            Err(error) => self.failed = Some(TlsError::Protocol(TlsCause::new(error)).into()),
        }
        // A socket wakes whoever wrote last: that should be the writer, if there is one.
        if !was_waiting {
            self.answering = self.write_records(io).is_err_and(|error| would_block(&error));
        }
        Ok(read)
    }

    /// Writes what waits, before anything else may be.
    #[inline]
    fn write_first<I: Read + Write>(&mut self, io: &mut I) -> io::Result<()> {
        self.answering = false;
        if !self.connection.wants_write() && self.failed.is_none() {
            return Ok(());
        }
        self.write_waiting(io)
    }

    fn write_waiting<I: Read + Write>(&mut self, io: &mut I) -> io::Result<()> {
        let written = self.write_records(io);
        self.check()?;
        written
    }

    fn write_records<I: Read + Write>(&mut self, io: &mut I) -> io::Result<()> {
        while self.connection.wants_write() {
            let mut below = Below {
                received: &mut self.received,
                below: self.below.as_deref_mut(),
                io,
                failed: false,
            };
            match self.connection.write_tls(&mut below) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn below<'a, I>(&'a mut self, io: &'a mut I) -> Below<'a, I> {
        Below { received: &mut self.received, below: self.below.as_deref_mut(), io, failed: false }
    }
}

/// What a session is over.
struct Below<'a, I> {
    received: &'a mut Received,
    below: Option<&'a mut TlsSession>,
    io: &'a mut I,
    /// It was here that reading failed.
    failed: bool,
}

impl<I: Read + Write> Read for Below<'_, I> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.received.is_empty() {
            let read = match &mut self.below {
                None => self.received.read_from(self.io, buf),
                Some(session) => {
                    let mut rest = buf;
                    // A slice takes as much as fits, and has no errors.
                    session.read(self.io, |data| rest.write(data).unwrap_or(0))
                }
            };
            self.failed |= read.is_err();
            return read;
        }
        self.received.read(buf)
    }
}

impl<I: Read + Write> Write for Below<'_, I> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(buf)])
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        match (&mut self.below, bufs) {
            // What is not a list costs the system less.
            (None, [buf]) => self.io.write(buf),
            (None, bufs) => self.io.write_vectored(bufs),
            (Some(session), bufs) => session.write(self.io, bufs),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.below {
            None => self.io.flush(),
            Some(session) => session.flush(self.io),
        }
    }
}

fn would_block(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// So many bytes are taken to be written at a time: a message of 64 KiB fits with its head.
const MAX_WAITING: usize = 64 * 1024 + 64;

/// How often the socket is read before others get their turn. A record may take five reads.
const MAX_READS: usize = 32;

const NO_CLOSE_NOTIFY: &str =
    "the stream ended without a close_notify of TLS: it may have been cut";
