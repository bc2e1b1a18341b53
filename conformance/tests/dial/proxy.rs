//! Proxies on threads, which keep what they are told.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::silent::listen;

/// A proxy that leads to one server, whatever it is asked for.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

/// What came to a proxy.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// What each connection began with, before it was one to the server.
    pub(crate) told: Vec<Vec<u8>>,
    /// From where the connections to the server come.
    pub(crate) outgoing: Vec<SocketAddr>,
    /// How many connections there were.
    pub(crate) begun: usize,
    /// How many of them have ended.
    pub(crate) ended: usize,
}

/// What a proxy speaks, and who is let through.
#[derive(Clone, Copy)]
pub(crate) enum Speaks {
    /// With a line that has to be in the request.
    Http(&'static str),
    Socks4,
    /// With user name and password, as they are sent.
    Socks5(Option<&'static [u8]>),
}

impl Proxy {
    pub(crate) fn new(speaks: Speaks, tls: Option<ServerConfig>, to: SocketAddr) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (sees, tls) = (seen.clone(), tls.map(Arc::new));
        let address = listen(move |stream| {
            sees.lock().unwrap().begun += 1;
            let ear = stream.try_clone().unwrap();
            let _ = match &tls {
                Some(tls) => {
                    let connection = ServerConnection::new(tls.clone()).unwrap();
                    let stream = StreamOwned::new(connection, stream);
                    Client { stream, told: Vec::new() }.serve(&ear, speaks, to, &sees)
                }
                None => Client { stream, told: Vec::new() }.serve(&ear, speaks, to, &sees),
            };
            sees.lock().unwrap().ended += 1;
        });
        Self { address, seen }
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    /// What it has seen once so many connections have ended.
    #[track_caller]
    pub(crate) fn after(&self, connections: usize) -> Seen {
        for _ in 0..1000 {
            let seen = self.seen();
            if seen.ended >= connections {
                return seen;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{} of {connections} connections have ended", self.seen().ended);
    }
}

struct Client<S> {
    stream: S,
    told: Vec<u8>,
}

impl<S: Read + Write> Client<S> {
    fn serve(
        mut self,
        ear: &TcpStream,
        speaks: Speaks,
        to: SocketAddr,
        seen: &Mutex<Seen>,
    ) -> io::Result<()> {
        let answered = self.answer(speaks);
        seen.lock().unwrap().told.push(std::mem::take(&mut self.told));
        let Some(last) = answered? else { return Ok(()) };
        let server = TcpStream::connect(to)?;
        seen.lock().unwrap().outgoing.push(server.local_addr()?);
        self.say(&last)?;
        ear.set_read_timeout(Some(TURN))?;
        server.set_read_timeout(Some(TURN))?;
        self.relay(server)
    }

    /// What it is to be told when there is a connection, if it is to have one.
    fn answer(&mut self, speaks: Speaks) -> io::Result<Option<Vec<u8>>> {
        match speaks {
            Speaks::Http(needed) => {
                while !self.told.ends_with(b"\r\n\r\n") {
                    self.take(1)?;
                }
                if String::from_utf8_lossy(&self.told).contains(needed) {
                    return Ok(Some(b"HTTP/1.1 200 Connection established\r\n\r\n".to_vec()));
                }
                self.say(
                    b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=\"a\"\r\n\
                    Content-Length: 8\r\n\r\ntell me.",
                )?;
                Ok(None)
            }
            Speaks::Socks4 => {
                let request = self.take(8)?;
                while self.take(1)? != [0] {}
                if request[4..7] == [0, 0, 0] {
                    while self.take(1)? != [0] {}
                }
                Ok(Some(vec![0, 90, 0, 0, 0, 0, 0, 0]))
            }
            Speaks::Socks5(login) => {
                let methods = self.take(2)?[1];
                let wanted = if login.is_some() { 2 } else { 0 };
                if !self.take(methods.into())?.contains(&wanted) {
                    self.say(&[5, 255])?;
                    return Ok(None);
                }
                self.say(&[5, wanted])?;
                if let Some(login) = login {
                    let ok = self.take(login.len())? == login;
                    self.say(&[1, u8::from(!ok)])?;
                }
                let head = self.take(5)?;
                let rest = match head[3] {
                    1 => 3,
                    3 => head[4].into(),
                    _ => 15,
                };
                self.take(rest + 2)?;
                Ok(Some(vec![5, 0, 0, 1, 192, 0, 2, 9, 0, 80]))
            }
        }
    }

    fn take(&mut self, len: usize) -> io::Result<Vec<u8>> {
        let mut octets = vec![0; len];
        self.stream.read_exact(&mut octets)?;
        self.told.extend_from_slice(&octets);
        Ok(octets)
    }

    fn say(&mut self, octets: &[u8]) -> io::Result<()> {
        self.stream.write_all(octets)?;
        self.stream.flush()
    }

    /// Brings what comes from one to the other, in turns, until the server has ended.
    fn relay(&mut self, mut server: TcpStream) -> io::Result<()> {
        let (mut octets, mut client_ended) = ([0; 4096], false);
        loop {
            if !client_ended {
                match come(&mut self.stream, &mut octets) {
                    Some(0) => {
                        client_ended = true;
                        server.shutdown(std::net::Shutdown::Write)?;
                    }
                    Some(n) => server.write_all(&octets[..n])?,
                    None => {}
                }
            }
            match come(&mut server, &mut octets) {
                Some(0) => return Ok(()),
                Some(n) => self.say(&octets[..n])?,
                None => {}
            }
        }
    }
}

/// How much has come: nothing yet, or, if it is zero, never any more.
fn come(stream: &mut impl Read, octets: &mut [u8]) -> Option<usize> {
    match stream.read(octets) {
        Ok(n) => Some(n),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) =>
        {
            None
        }
        Err(_) => Some(0),
    }
}

/// How long to wait for one of the two.
const TURN: Duration = Duration::from_millis(2);
