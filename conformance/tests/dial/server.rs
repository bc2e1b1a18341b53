//! A WebSocket server on threads, with TLS or without, that keeps all that it gets.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use ws_blocking::Untimed;

/// A server that is there until the process ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

/// What came to a server.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// From where connections came.
    pub(crate) peers: Vec<SocketAddr>,
    /// The heads of requests.
    pub(crate) heads: Vec<String>,
    /// Everything, of all connections, as it was inside TLS.
    pub(crate) octets: Vec<u8>,
    /// How many connections have ended, in whatever way.
    pub(crate) ended: usize,
    /// How many WebSockets were closed with a handshake.
    pub(crate) clean: usize,
}

/// What a server does about a request.
pub(crate) enum Answer {
    /// Opens the WebSocket, and sends back what comes.
    Open,
    /// Says this, and closes.
    Say(String),
    /// Says this, and waits for the client to go.
    Hold(String),
}

impl Server {
    /// Opens whatever is asked for.
    pub(crate) fn new(tls: Option<ServerConfig>) -> Self {
        Self::answering(tls, |_| Answer::Open)
    }

    /// Answers requests, of which it is told the head.
    pub(crate) fn answering(
        tls: Option<ServerConfig>,
        answer: impl Fn(&str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), tls, answer)
    }

    pub(crate) fn on(
        listener: TcpListener,
        tls: Option<ServerConfig>,
        answer: impl Fn(&str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (sees, answer, tls) = (seen.clone(), Arc::new(answer), tls.map(Arc::new));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, sees, answer, tls) =
                    (stream.unwrap(), sees.clone(), answer.clone(), tls.clone());
                sees.lock().unwrap().peers.push(stream.peer_addr().unwrap());
                thread::spawn(move || {
                    stream.set_nodelay(true).unwrap();
                    let mut rest = stream.try_clone().unwrap();
                    let served = match tls {
                        Some(tls) => {
                            let connection = ServerConnection::new(tls).unwrap();
                            serve(StreamOwned::new(connection, stream), &sees, &*answer)
                        }
                        None => serve(stream, &sees, &*answer),
                    };
                    // What is unread when a socket is closed resets the connection, and that takes along what was said
                    // last.
                    if served.is_err() {
                        let _ = rest.shutdown(Shutdown::Write);
                        let _ = rest.set_read_timeout(Some(Duration::from_secs(5)));
                        let _ = io::copy(&mut rest, &mut io::sink());
                    }
                    drop(rest);
                    sees.lock().unwrap().ended += 1;
                });
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}/room", self.address)
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    /// What it has seen once all connections have ended, of which there are so many.
    #[track_caller]
    pub(crate) fn after(&self, connections: usize) -> Seen {
        for _ in 0..1000 {
            let seen = self.seen();
            if seen.ended >= connections {
                assert_eq!((seen.peers.len(), seen.ended), (connections, connections));
                return seen;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{} of {connections} connections have ended", self.seen().ended);
    }
}

fn serve<S: Read + Write>(
    stream: S,
    seen: &Arc<Mutex<Seen>>,
    answer: &(dyn Fn(&str) -> Answer + Send + Sync),
) -> io::Result<()> {
    let mut stream = Kept { stream, seen: seen.clone() };
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        stream.read_exact(&mut octet)?;
        head.extend(octet);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    seen.lock().unwrap().heads.push(text.clone());
    match answer(&text) {
        Answer::Open => {
            let config = ws_blocking::ServerConfig::new();
            let accepted = ws_blocking::accept_buffered(Untimed(stream), &head[..], &config);
            let mut ws = accepted.map_err(io::Error::from)?;
            while let Some(message) = ws.recv().map_err(io::Error::from)? {
                ws.send(message).map_err(io::Error::from)?;
            }
            seen.lock().unwrap().clean += usize::from(ws.close_info().is_clean());
            Ok(())
        }
        Answer::Say(text) => {
            stream.write_all(text.as_bytes())?;
            stream.flush()
        }
        Answer::Hold(text) => {
            stream.write_all(text.as_bytes())?;
            stream.flush()?;
            stream.read_to_end(&mut Vec::new()).map(drop)
        }
    }
}

/// Keeps what is read.
struct Kept<S> {
    stream: S,
    seen: Arc<Mutex<Seen>>,
}

impl<S: Read> Read for Kept<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(buf)?;
        self.seen.lock().unwrap().octets.extend_from_slice(&buf[..n]);
        Ok(n)
    }
}

impl<S: Write> Write for Kept<S> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.stream.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
