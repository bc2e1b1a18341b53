//! A connection to the implementation under test: all waiting has an end, and all of it is written down.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::transcript::{Direction, Transcript};
use crate::wire::{frame::Received, head::Head};

/// A connection, and what has come over it.
#[derive(Debug)]
pub(crate) struct Peer {
    stream: TcpStream,
    received: Vec<u8>,
    read_len: usize,
    end: Option<End>,
    pub(crate) transcript: Transcript,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// In good order.
    Closed,
    /// It was reset.
    Reset,
}

/// Why something that was waited for has not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Nothing {
    /// The connection has ended.
    Ended(End),
    /// The time was up.
    Silent,
    /// Something else came.
    Malformed(String),
}

impl Nothing {
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Ended(End::Closed) => "the connection was closed".to_owned(),
            Self::Ended(End::Reset) => "the connection was reset".to_owned(),
            Self::Silent => "nothing came in time".to_owned(),
            Self::Malformed(why) => why.clone(),
        }
    }
}

/// What became of octets that were sent without reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deaf {
    /// All were taken.
    Taken,
    /// No more were taken after a while.
    Stuck,
    /// The connection ended.
    Ended,
}

impl Peer {
    /// Over a connected stream.
    pub(crate) fn new(stream: TcpStream, transcript: Transcript) -> Self {
        // Without it, small pieces would be held back. Where it cannot be set, they are.
        let _ = stream.set_nodelay(true);
        Self { stream, received: Vec::new(), read_len: 0, end: None, transcript }
    }

    /// What has come and was not taken yet.
    pub(crate) fn received(&self) -> &[u8] {
        &self.received[self.read_len..]
    }

    /// How it ended, if it did.
    pub(crate) fn end(&self) -> Option<End> {
        self.end
    }

    /// Takes octets off what has come.
    pub(crate) fn take(&mut self, len: usize) -> Vec<u8> {
        let len = len.min(self.received().len());
        let taken = self.received[self.read_len..self.read_len + len].to_vec();
        self.read_len += len;
        if self.read_len > 1 << 20 || self.read_len == self.received.len() {
            self.received.drain(..self.read_len);
            self.read_len = 0;
        }
        taken
    }

    /// Waits for more.
    ///
    /// # Errors
    ///
    /// When no more comes.
    pub(crate) fn fill(&mut self, until: Instant) -> Result<(), Nothing> {
        if let Some(end) = self.end {
            return Err(Nothing::Ended(end));
        }
        if self.received().len() > MAX_RECEIVED_LEN {
            let why = format!("more than {MAX_RECEIVED_LEN} octets came");
            return Err(Nothing::Malformed(why));
        }
        let mut buffer = [0; 32 * 1024];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let wait = left.max(Duration::from_millis(1));
            // A timeout that is not zero can be set; if not, the read says so.
            let _ = self.stream.set_read_timeout(Some(wait));
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(self.ended(End::Closed)),
                Ok(len) => {
                    self.transcript.octets(Direction::Received, &buffer[..len]);
                    self.received.extend_from_slice(&buffer[..len]);
                    return Ok(());
                }
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock | ErrorKind::TimedOut if left.is_zero() => {
                        return Err(Nothing::Silent);
                    }
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => {}
                    _ => return Err(self.ended(End::Reset)),
                },
            }
        }
    }

    fn ended(&mut self, end: End) -> Nothing {
        self.end = Some(end);
        self.transcript.event(match end {
            End::Closed => "closed by the peer",
            End::Reset => "reset by the peer",
        });
        Nothing::Ended(end)
    }

    /// Waits for the end of the connection, and throws away what comes before it.
    pub(crate) fn await_end(&mut self, until: Instant) -> Option<End> {
        while Instant::now() < until {
            match self.fill(until) {
                Ok(()) => {
                    let len = self.received().len();
                    self.take(len);
                }
                Err(Nothing::Ended(end)) => return Some(end),
                Err(_) => return None,
            }
        }
        None
    }

    /// Sends, and reads what comes meanwhile, so that two that send do not wait for each other. That nobody takes it is
    /// seen in what does not come back.
    pub(crate) fn send(&mut self, octets: &[u8], until: Instant) {
        self.transcript.octets(Direction::Sent, octets);
        let _ = self.stream.set_write_timeout(Some(Duration::from_millis(50)));
        let mut rest = octets;
        while !rest.is_empty() && Instant::now() < until {
            match self.stream.write(rest) {
                Ok(len) => rest = &rest[len..],
                Err(error) if is_timeout(error.kind()) => {
                    let soon = Instant::now() + Duration::from_millis(5);
                    if matches!(self.fill(soon), Err(Nothing::Ended(_) | Nothing::Malformed(_))) {
                        return;
                    }
                }
                Err(_) => return,
            }
        }
    }

    /// Sends, and reads nothing.
    pub(crate) fn send_deaf(&mut self, octets: &[u8], patience: Duration) -> Deaf {
        self.transcript.octets(Direction::Sent, octets);
        let _ = self.stream.set_write_timeout(Some(Duration::from_millis(50)));
        let mut rest = octets;
        let mut stuck_at = Instant::now() + patience;
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(len) => {
                    rest = &rest[len..];
                    stuck_at = Instant::now() + patience;
                }
                Err(error) if is_timeout(error.kind()) => {
                    if Instant::now() > stuck_at {
                        return Deaf::Stuck;
                    }
                }
                Err(_) => return Deaf::Ended,
            }
        }
        Deaf::Taken
    }

    /// Says that this side sends no more.
    pub(crate) fn half_close(&mut self) {
        // The peer may be gone already, which reading tells.
        if self.stream.shutdown(Shutdown::Write).is_ok() {
            self.transcript.event("no more is sent");
        }
    }

    /// Waits for the head of a request or an answer, and takes it.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) fn head(&mut self, until: Instant) -> Result<Head, Nothing> {
        loop {
            match Head::parse(self.received()) {
                Err(why) => return Err(Nothing::Malformed(why)),
                Ok(Some(head)) => {
                    self.take(head.len);
                    return Ok(head);
                }
                Ok(None) => self.fill(until)?,
            }
        }
    }

    /// Waits for a frame, and takes it.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) fn frame(&mut self, until: Instant) -> Result<Received, Nothing> {
        loop {
            match Received::parse(self.received()) {
                Err(why) => return Err(Nothing::Malformed(why)),
                Ok(Some((frame, len))) => {
                    self.take(len);
                    return Ok(frame);
                }
                Ok(None) => self.fill(until)?,
            }
        }
    }
}

fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// Twice what any case asks for.
const MAX_RECEIVED_LEN: usize = 64 * 1024 * 1024;
