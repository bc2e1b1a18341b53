//! A client over a bare socket. Nothing of the code under test is in here.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use conformance::messages::frames::Frame;
use socket2::SockRef;
use ws_core::Role;

use crate::settings::{PATIENCE, SHORT};

/// A connection.
#[derive(Debug)]
pub(crate) struct Peer(TcpStream);

impl Peer {
    /// Connects, and says nothing.
    ///
    /// # Errors
    ///
    /// There is no server.
    pub(crate) fn connect(server: SocketAddr) -> io::Result<Self> {
        let socket = TcpStream::connect(server)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(Self(socket))
    }

    /// Opens a WebSocket.
    ///
    /// # Errors
    ///
    /// The server does not accept it.
    pub(crate) fn open(server: SocketAddr, path: &str, fields: &str) -> io::Result<Self> {
        let mut peer = Self::connect(server)?;
        peer.0.write_all(request(path, fields).as_bytes())?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut octet = [0];
            peer.0.read_exact(&mut octet)?;
            head.push(octet[0]);
        }
        if head.starts_with(b"HTTP/1.1 101 ") {
            return Ok(peer);
        }
        Err(io::Error::other(String::from_utf8_lossy(&head).into_owned()))
    }

    /// Writes. `false` when the server has ended the connection.
    ///
    /// # Errors
    ///
    /// It does not read, and does not end the connection either.
    pub(crate) fn say(&mut self, octets: &[u8]) -> io::Result<bool> {
        match self.0.write_all(octets) {
            Ok(()) => Ok(true),
            Err(error) => ended(error).map(|()| false),
        }
    }

    /// Writes frames.
    ///
    /// # Errors
    ///
    /// As [`say`](Self::say).
    pub(crate) fn frames(&mut self, frames: impl IntoIterator<Item = Frame>) -> io::Result<bool> {
        let octets: Vec<u8> =
            frames.into_iter().flat_map(|frame| frame.encode(Role::Server)).collect();
        self.say(&octets)
    }

    /// Reads a whole frame of the server, and gives its payload.
    ///
    /// # Errors
    ///
    /// There is none.
    pub(crate) fn hear(&mut self) -> io::Result<Vec<u8>> {
        let mut head = [0; 2];
        self.0.read_exact(&mut head)?;
        let mut len = [0; 8];
        match head[1] {
            126 => self.0.read_exact(&mut len[6..])?,
            127 => self.0.read_exact(&mut len)?,
            short => len[7] = short,
        }
        let mut payload = Vec::new();
        let len = u64::from_be_bytes(len);
        Read::by_ref(&mut self.0).take(len).read_to_end(&mut payload)?;
        if payload.len() as u64 == len { Ok(payload) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    /// Says no more.
    pub(crate) fn shut_down(&self) {
        // Where that fails, the server has ended it.
        let _ = self.0.shutdown(Shutdown::Write);
    }

    /// Reads to the end. `Ok` when the server has ended the connection.
    ///
    /// # Errors
    ///
    /// It has not.
    pub(crate) fn await_end(&mut self) -> io::Result<()> {
        let mut space = [0; 4096];
        loop {
            match self.0.read(&mut space) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => return ended(error),
            }
        }
    }

    /// Whether the server has ended the connection, without waiting for longer than this.
    pub(crate) fn is_over_after(&mut self, time: Duration) -> bool {
        let _ = self.0.set_read_timeout(Some(time));
        let read = self.0.read(&mut [0; 64]);
        let _ = self.0.set_read_timeout(Some(PATIENCE));
        match read {
            Ok(count) => count == 0,
            Err(error) => ended(error).is_ok(),
        }
    }

    /// Says something again and again until nobody takes it any more, reads nothing, and stays until
    /// [`let_go`]: a socket does not tell of an end that is behind what has not been read.
    pub(crate) fn flood(mut self, octets: &[u8], times: usize) {
        let _ = SockRef::from(&self.0).set_recv_buffer_size(4096);
        let _ = self.0.set_write_timeout(Some(SHORT));
        let _ = (0..times).all(|_| self.0.write_all(octets).is_ok());
        HELD.lock().unwrap_or_else(PoisonError::into_inner).push(self);
    }

    /// Goes without a word: the server gets a reset.
    pub(crate) fn reset(self) {
        let _ = SockRef::from(&self.0).set_linger(Some(Duration::ZERO));
    }
}

/// Those who read nothing go, now that the server has had its time.
pub(crate) fn let_go() {
    HELD.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

static HELD: Mutex<Vec<Peer>> = Mutex::new(Vec::new());

/// A request that is right.
pub(crate) fn request(path: &str, fields: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{fields}\r\n"
    )
}

/// What a socket says whose server has ended the connection; anything else is an error, above all a timeout.
fn ended(error: io::Error) -> io::Result<()> {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};
    match error.kind() {
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected => Ok(()),
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            Err(io::Error::new(ErrorKind::TimedOut, "the server does not end the connection"))
        }
        _ => Err(error),
    }
}
