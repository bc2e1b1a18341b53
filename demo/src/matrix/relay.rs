//! A relay between a client and a server that keeps what they say.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

/// What was said over one connection.
#[derive(Debug)]
pub(super) struct Exchange {
    /// By the client.
    pub(super) request: Vec<u8>,
    /// By the server.
    pub(super) response: Vec<u8>,
}

/// Passes one connection on to a server. Whatever runtimes the two ends are on, what it keeps is
/// what was on the wire.
#[derive(Debug)]
pub(super) struct Relay {
    address: SocketAddr,
    thread: JoinHandle<io::Result<Exchange>>,
}

impl Relay {
    /// Waits for a client on a port of its own.
    ///
    /// # Errors
    ///
    /// When there is none to be had.
    pub(super) fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((server.ip(), 0))?;
        let address = listener.local_addr()?;
        Ok(Self { address, thread: thread::spawn(move || pass_on(&listener, server)) })
    }

    /// What was said, once both have closed.
    ///
    /// # Errors
    ///
    /// When they could not be connected.
    pub(super) fn finish(self) -> io::Result<Exchange> {
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the relay panicked")))
    }

    /// Where to connect to.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

fn pass_on(listener: &TcpListener, server: SocketAddr) -> io::Result<Exchange> {
    let (client, _) = listener.accept()?;
    let server = TcpStream::connect(server)?;
    thread::scope(|scope| {
        let request = scope.spawn(|| copy(&client, &server));
        let response = copy(&server, &client);
        let request = request.join().unwrap_or_default();
        Ok(Exchange { request, response })
    })
}

/// Copies until either end is gone, and keeps a copy.
fn copy(mut from: &TcpStream, mut to: &TcpStream) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut buf = [0; 4096];
    while let Ok(n @ 1..) = from.read(&mut buf) {
        kept.extend_from_slice(&buf[..n]);
        if to.write_all(&buf[..n]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
    kept
}
