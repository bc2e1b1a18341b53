//! Asking a proxy for a connection, as a machine without I/O.

use std::fmt;

use super::{
    connect::Connect, destination::Destination, error::ProxyError, kind::ProxyKind,
    settings::Proxy, socks4, socks5::Socks5, step::ProxyStep,
};
use crate::codec::{RecvBuf, SendQueue};

/// Asks a proxy for a connection to a server.
///
/// ```
/// use bytes::Buf;
/// use ws_core::{Proxy, ProxyHandshake};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let proxy = Proxy::parse("http://proxy.example:3128")?;
/// let mut handshake = ProxyHandshake::new(&proxy, "ws.example", 443)?;
/// let request = b"CONNECT ws.example:443 HTTP/1.1\r\nHost: ws.example:443\r\n\r\n";
/// assert_eq!(handshake.send_queue().chunk(), request); // to be written
///
/// // What a proxy might answer:
/// handshake.recv_buf().extend_from_slice(b"HTTP/1.1 200 OK\r\n\r\n");
/// assert!(handshake.poll()?);
/// let leftover = handshake.into_leftover(); // the beginning of what the server says
/// assert!(leftover.is_empty());
/// # Ok(())
/// # }
/// ```
///
/// Connect to [`Proxy::host`] and [`Proxy::port`], do TLS there if [`Proxy::is_secure`], and then write
/// what is in [`send_queue`](Self::send_queue), read into [`recv_buf`](Self::recv_buf), and
/// [`poll`](Self::poll) after each read, until that gives `true`. There may be something new to write after
/// each poll: SOCKS 5 takes several round trips. The stream is then one to the server.
///
/// User name and password are sent to the proxy only, and `Debug` does not show them.
pub struct ProxyHandshake {
    machine: Machine,
    recv: RecvBuf,
    send: SendQueue,
    eof: bool,
}

/// What is being waited for.
enum Machine {
    Connect(Connect),
    Socks4,
    Socks5(Socks5),
    /// The connection is there.
    Connected,
    /// An error has been given out.
    Failed,
}

impl ProxyHandshake {
    /// Queues the first thing to be sent. `host` is the server: a name, an IPv4 address, or an IPv6
    /// address without brackets, as [`Url::host`](crate::Url::host) gives it; a zone is not sent. Where
    /// the proxy does not [resolve names](Proxy::resolves_names) it has to be an address.
    ///
    /// # Errors
    ///
    /// Anything that must not be sent, or cannot be: [`Host`](ProxyError::Host),
    /// [`AddressNeeded`](ProxyError::AddressNeeded), [`TooLong`](ProxyError::TooLong),
    /// [`Credentials`](ProxyError::Credentials), [`Header`](ProxyError::Header),
    /// [`HeaderValue`](ProxyError::HeaderValue) and [`ReservedHeader`](ProxyError::ReservedHeader).
    pub fn new(proxy: &Proxy, host: &str, port: u16) -> Result<Self, ProxyError> {
        let destination = Destination::new(host, port)?;
        let mut send = SendQueue::new();
        let machine = send.write(|out| {
            Ok::<_, ProxyError>(match proxy.kind() {
                ProxyKind::Http | ProxyKind::Https => {
                    Machine::Connect(Connect::new(proxy, &destination, out)?)
                }
                ProxyKind::Socks4 | ProxyKind::Socks4a => {
                    socks4::write_request(proxy, &destination, out)?;
                    Machine::Socks4
                }
                ProxyKind::Socks5 | ProxyKind::Socks5h => {
                    Machine::Socks5(Socks5::new(proxy, destination, out)?)
                }
            })
        })?;
        Ok(Self { machine, recv: RecvBuf::new(), send, eof: false })
    }

    /// Where to read to.
    pub fn recv_buf(&mut self) -> &mut RecvBuf {
        &mut self.recv
    }

    /// What to write.
    pub fn send_queue(&mut self) -> &mut SendQueue {
        &mut self.send
    }

    /// Looks at what has been received; `true` once the connection is there.
    ///
    /// # Errors
    ///
    /// What the proxy said instead: [`Refused`](ProxyError::Refused), [`Socks4`](ProxyError::Socks4),
    /// [`Socks5`](ProxyError::Socks5), [`NoAcceptableMethod`](ProxyError::NoAcceptableMethod) or
    /// [`AuthenticationRefused`](ProxyError::AuthenticationRefused); and [`Malformed`](ProxyError::Malformed),
    /// [`TooLarge`](ProxyError::TooLarge) or [`Truncated`](ProxyError::Truncated) where that was no answer.
    /// After an error it is [`Done`](ProxyError::Done).
    pub fn poll(&mut self) -> Result<bool, ProxyError> {
        let outcome = match &mut self.machine {
            Machine::Connect(connect) => connect.poll(&mut self.recv, self.eof),
            Machine::Socks4 => socks4::read_reply(&mut self.recv, self.eof),
            Machine::Socks5(socks5) => socks5.poll(&mut self.recv, &mut self.send, self.eof),
            Machine::Connected => Ok(true),
            Machine::Failed => Err(ProxyError::Done),
        };
        match outcome {
            Ok(false) => {}
            Ok(true) => self.machine = Machine::Connected,
            Err(_) => self.machine = Machine::Failed,
        }
        outcome
    }

    /// The proxy sends no more; or the time is up, and what there is of a
    /// [refusal](ProxyStep::Refusal) is to be given out.
    pub fn handle_eof(&mut self) {
        self.eof = true;
    }

    /// What it waits for; `None` when there is an outcome.
    pub fn step(&self) -> Option<ProxyStep> {
        match &self.machine {
            Machine::Connect(connect) => Some(connect.step()),
            Machine::Socks4 => Some(ProxyStep::Connection),
            Machine::Socks5(socks5) => Some(socks5.step()),
            Machine::Connected | Machine::Failed => None,
        }
    }

    /// What came behind the proxy's answer: the server's, if the connection is there.
    pub fn into_leftover(self) -> RecvBuf {
        self.recv
    }
}

impl fmt::Debug for ProxyHandshake {
    /// Without the bytes: a proxy may send back what it was told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyHandshake").field("step", &self.step()).finish_non_exhaustive()
    }
}
