//! A client under test, and a server of rustls, in memory.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind, IoSlice, Read, Write},
    sync::Arc,
};

use bytes::Buf;
use rustls::{ClientConfig, ServerConfig, ServerConnection};
use ws_core::RecvBuf;
use ws_driver::{MaybeTls, Peer, TlsError, TlsHandshake, TlsSession};

/// The server.
pub(crate) struct Server {
    pub(crate) connection: ServerConnection,
    /// What it has received inside TLS.
    pub(crate) received: Vec<u8>,
    /// Why it gave up.
    pub(crate) failed: Option<rustls::Error>,
}

impl Server {
    pub(crate) fn new(config: ServerConfig) -> Self {
        Self::sharing(&Arc::new(config))
    }

    pub(crate) fn sharing(config: &Arc<ServerConfig>) -> Self {
        let connection = ServerConnection::new(config.clone()).unwrap();
        Self { connection, received: Vec::new(), failed: None }
    }

    /// Takes what the client has sent.
    pub(crate) fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.failed.is_none() {
            self.connection.read_tls(&mut bytes).unwrap();
            self.failed = self.connection.process_new_packets().err();
            match self.connection.reader().read_to_end(&mut self.received) {
                Ok(_) => {}
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
    }

    /// What it wants to send.
    pub(crate) fn said(&mut self) -> Vec<u8> {
        let mut said = Vec::new();
        while self.connection.wants_write() {
            self.connection.write_tls(&mut said).unwrap();
        }
        said
    }

    /// Sends `data` inside TLS.
    pub(crate) fn send(&mut self, data: &[u8]) -> Vec<u8> {
        self.connection.set_buffer_limit(None);
        self.connection.writer().write_all(data).unwrap();
        self.said()
    }
}

/// The client's side of a handshake, as the driver runs it; it reads `portion` octets at most at a time.
pub(crate) fn shake(
    config: &Arc<ClientConfig>,
    host: &str,
    server: &mut Server,
    portion: usize,
) -> Result<TlsSession, TlsError> {
    let mut handshake = TlsHandshake::new(&config.clone().into(), host, RecvBuf::new())?;
    let mut coming = VecDeque::new();
    loop {
        let polled = handshake.poll();
        server.take(&queued(&mut handshake));
        if polled? {
            let rest: Vec<u8> = coming.into_iter().collect();
            handshake.recv_buf().extend_from_slice(&rest);
            return Ok(handshake.into_session());
        }
        coming.extend(server.said());
        if coming.is_empty() {
            handshake.handle_eof();
            continue;
        }
        let portion: Vec<u8> = coming.drain(..portion.min(coming.len())).collect();
        handshake.recv_buf().extend_from_slice(&portion);
    }
}

/// What a handshake wants to send.
pub(crate) fn queued(handshake: &mut TlsHandshake) -> Vec<u8> {
    let queue = handshake.send_queue();
    queue.copy_to_bytes(queue.remaining()).to_vec()
}

/// A client in a session, over a wire.
pub(crate) fn connect(config: ClientConfig, host: &str, server: &mut Server) -> MaybeTls<Wire> {
    let session = shake(&Arc::new(config), host, server, usize::MAX).unwrap();
    let mut stream = MaybeTls::plain(Wire::default());
    stream.push(session, Peer::Origin);
    stream
}

/// The client's socket.
#[derive(Debug)]
pub(crate) struct Wire {
    /// What comes.
    pub(crate) coming: VecDeque<u8>,
    /// Nothing comes after that.
    pub(crate) ended: bool,
    /// What was written.
    pub(crate) written: Vec<u8>,
    /// How many octets it takes at a time.
    pub(crate) portion: usize,
    /// How many octets it takes before it would have to wait.
    pub(crate) room: usize,
    /// Whether every other call has to wait.
    pub(crate) halting: bool,
    halted: bool,
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            coming: VecDeque::new(),
            ended: false,
            written: Vec::new(),
            portion: usize::MAX,
            room: usize::MAX,
            halting: false,
            halted: false,
        }
    }
}

impl Wire {
    /// What was written since this was asked last.
    pub(crate) fn take_written(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.written)
    }

    fn halt(&mut self) -> io::Result<()> {
        self.halted = self.halting && !self.halted;
        if self.halted { Err(ErrorKind::WouldBlock.into()) } else { Ok(()) }
    }
}

impl Read for Wire {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.halt()?;
        if self.coming.is_empty() && !self.ended {
            return Err(ErrorKind::WouldBlock.into());
        }
        let n = self.portion.min(buf.len());
        self.coming.read(&mut buf[..n])
    }
}

impl Write for Wire {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.halt()?;
        let n = buf.len().min(self.portion).min(self.room);
        if n == 0 && !buf.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.room -= n;
        self.written.extend_from_slice(&buf[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.halt()
    }
}

/// Reads everything that is to be had.
pub(crate) fn read(stream: &mut MaybeTls<Wire>) -> (Vec<u8>, io::Result<()>) {
    let mut data = Vec::new();
    loop {
        let (wire, session) = stream.split_mut();
        let read = session.unwrap().read(wire, |chunk| {
            data.extend_from_slice(chunk);
            chunk.len()
        });
        match read {
            Ok(0) => return (data, Ok(())),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock && stream.socket().halted => {}
            Err(error) => return (data, Err(error)),
        }
    }
}

/// Writes everything, or as much as there is room for.
pub(crate) fn write(stream: &mut MaybeTls<Wire>, mut data: &[u8]) -> io::Result<usize> {
    let mut taken = 0;
    loop {
        let (wire, session) = stream.split_mut();
        let session = session.unwrap();
        let wrote = match data {
            [] => session.flush(wire).map(|()| 0),
            data => session.write(wire, &[IoSlice::new(data)]),
        };
        match wrote {
            Ok(0) => return Ok(taken),
            Ok(n) => (taken, data) = (taken + n, &data[n..]),
            Err(error) if error.kind() == ErrorKind::WouldBlock && stream.socket().halted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(taken),
            Err(error) => return Err(error),
        }
    }
}

/// The kind of an error.
#[track_caller]
pub(crate) fn kind(result: io::Result<()>) -> ErrorKind {
    result.unwrap_err().kind()
}
