//! Listening in: connections passed on to a server, and the heads of what is said over them kept.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// What was said over one connection, by the client and by the server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) client: Said,
    pub(crate) server: Said,
}

/// What one end said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Its request or its answer.
    pub(crate) head: String,
    /// Its frames, as far as they came.
    pub(crate) frames: Vec<Frame>,
}

/// A frame without its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// FIN, the reserved bits, and the opcode.
    pub(crate) first: u8,
    /// Bytes of the payload.
    pub(crate) len: u64,
}

/// A port that stands for a server.
#[derive(Debug)]
pub(crate) struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    is_over: AtomicBool,
    conversations: Mutex<Vec<JoinHandle<Conversation>>>,
    /// Both ends of each connection.
    streams: Mutex<Vec<TcpStream>>,
}

impl Relay {
    /// Listens on a port of its own for the server at `address`.
    ///
    /// # Errors
    ///
    /// When there is no port, or `address` is none.
    pub(crate) fn start(address: &str) -> Result<Self, String> {
        let server: SocketAddr =
            address.parse().map_err(|error| format!("no address {address}: {error}"))?;
        let listener = TcpListener::bind((server.ip(), 0)).map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let shared = Arc::new(Shared::default());
        let kept = Arc::clone(&shared);
        let accepting = thread::spawn(move || accept(&listener, server, &kept));
        Ok(Self { address, shared, accepting })
    }

    /// Where to connect to.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// What was said over each connection, in the order of connecting. What is still open is closed.
    pub(crate) fn finish(self) -> Vec<Conversation> {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // The thread that accepts has to be woken to see that.
        drop(TcpStream::connect(self.address));
        let _ = self.accepting.join();
        for stream in &*lock(&self.shared.streams) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let conversations = std::mem::take(&mut *lock(&self.shared.conversations));
        conversations.into_iter().map(|one| one.join().unwrap_or_default()).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, server: SocketAddr, shared: &Shared) {
    for client in listener.incoming().flatten() {
        if shared.is_over.load(Ordering::SeqCst) {
            return;
        }
        let Ok(server) = TcpStream::connect(server) else { continue };
        let both = [&client, &server].map(|stream| {
            let _ = stream.set_nodelay(true);
            stream.try_clone()
        });
        lock(&shared.streams).extend(both.into_iter().flatten());
        lock(&shared.conversations).push(thread::spawn(move || pass_on(&client, &server)));
    }
}

fn pass_on(client: &TcpStream, server: &TcpStream) -> Conversation {
    thread::scope(|scope| {
        let request = scope.spawn(|| copy(client, server));
        let server = copy(server, client);
        Conversation { client: request.join().unwrap_or_default(), server }
    })
}

/// Copies until either end is gone, and listens in.
fn copy(mut from: &TcpStream, mut to: &TcpStream) -> Said {
    let mut ear = Ear::default();
    let mut buffer = vec![0; 1 << 16];
    while let Ok(len @ 1..) = from.read(&mut buffer) {
        ear.hear(&buffer[..len]);
        if to.write_all(&buffer[..len]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
    ear.said
}

/// Tells heads from payloads.
#[derive(Debug, Default)]
struct Ear {
    said: Said,
    /// Of a head that is not complete yet.
    pending: Vec<u8>,
    /// Of a payload.
    missing: u64,
    has_head: bool,
}

impl Ear {
    fn hear(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = usize::try_from(self.missing).unwrap_or(usize::MAX).min(bytes.len());
            self.missing -= skipped as u64;
            bytes = &bytes[skipped..];
            let Some((&byte, rest)) = bytes.split_first() else { return };
            bytes = rest;
            self.pending.push(byte);
            if !self.has_head {
                if self.pending.ends_with(b"\r\n\r\n") {
                    self.has_head = true;
                    let head = std::mem::take(&mut self.pending);
                    self.said.head = String::from_utf8_lossy(&head).into_owned();
                }
            } else if let Some((frame, masked)) = frame(&self.pending) {
                self.missing = frame.len.saturating_add(if masked { 4 } else { 0 });
                self.said.frames.push(frame);
                self.pending.clear();
            }
        }
    }
}

/// A frame whose length has come, and whether a mask follows. RFC 6455 5.2
fn frame(head: &[u8]) -> Option<(Frame, bool)> {
    let [first, second, length @ ..] = head else { return None };
    let len = match (second & 0x7F, length.len()) {
        (len @ ..126, _) => u64::from(len),
        (126, 2) | (127, 8) => length.iter().fold(0, |len, byte| len << 8 | u64::from(*byte)),
        _ => return None,
    };
    Some((Frame { first: *first, len }, second & 0x80 != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "GET / HTTP/1.1\r\n\r\n";

    fn stream() -> (Vec<u8>, Said) {
        let mut bytes = HEAD.as_bytes().to_vec();
        bytes.extend_from_slice(b"\xc1\x82masked");
        bytes.extend_from_slice(b"\x89\x00");
        bytes.extend_from_slice(&[&b"\x02\x7e\x01\x00"[..], &[7; 256]].concat());
        bytes.extend_from_slice(b"\x80\x7f\x00\x00\x00\x00\x00\x00\x00\x01?");
        let frame = |(first, len)| Frame { first, len };
        let frames = [(0xC1, 2), (0x89, 0), (0x02, 256), (0x80, 1)].map(frame).to_vec();
        (bytes, Said { head: HEAD.to_owned(), frames })
    }

    #[test]
    fn heads_are_heard_however_they_come() {
        let (bytes, said) = stream();
        for size in [1, 2, 7, bytes.len()] {
            let mut ear = Ear::default();
            bytes.chunks(size).for_each(|chunk| ear.hear(chunk));
            assert_eq!(ear.said, said, "{size}");
        }
    }

    #[test]
    fn both_ends_are_passed_on() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let relay = Relay::start(&listener.local_addr().unwrap().to_string()).unwrap();
        let mut client = TcpStream::connect(relay.address()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let (bytes, said) = stream();
        client.write_all(&bytes).unwrap();
        let mut passed = vec![0; bytes.len()];
        server.read_exact(&mut passed).unwrap();
        assert_eq!(passed, bytes);
        server.write_all(b"HTTP/1.1 101 Yes\r\n\r\n\x81\x00").unwrap();
        drop(server);
        assert_eq!(client.read_to_end(&mut passed).unwrap(), 22);
        // The client is still there.
        let conversations = relay.finish();
        assert_eq!(conversations.len(), 1);
        assert_eq!(conversations[0].client, said);
        assert_eq!(conversations[0].server.frames, [Frame { first: 0x81, len: 0 }]);
    }
}
