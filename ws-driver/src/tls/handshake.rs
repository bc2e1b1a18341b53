//! How a TLS session begins.

use std::io::{self, Write};

use rustls::{ClientConnection, pki_types::ServerName};
use ws_core::{RecvBuf, SendQueue};

use super::{TlsCause, TlsConfig, TlsError, TlsSession, reason::Circumstances};

/// The beginning of a session, as a machine: what comes is read to [`recv_buf`](Self::recv_buf), what is in
/// [`send_queue`](Self::send_queue) is to be written, [`poll`](Self::poll) goes on.
#[derive(Debug)]
pub struct TlsHandshake {
    connection: ClientConnection,
    config: TlsConfig,
    host: String,
    has_certificate: bool,
    has_begun: bool,
    /// Nothing more will come.
    ended: bool,
    recv: RecvBuf,
    send: SendQueue,
    /// Why it failed. It is said whenever it is asked for.
    failed: Option<TlsError>,
}

impl TlsHandshake {
    /// Begins a session with `host`, a name or an address, without brackets. `received` is what has come
    /// from there already.
    ///
    /// # Errors
    ///
    /// [`TlsError::ServerName`], or whatever rustls has against the configuration.
    pub fn new(config: &TlsConfig, host: &str, received: RecvBuf) -> Result<Self, TlsError> {
        // A zone says which way an address is, not whose it is.
        let host = host.split_once('%').map_or(host, |(address, _)| address);
        let name = server_name(host).ok_or_else(|| TlsError::ServerName(host.to_owned()))?;
        let shared = config.get_ref();
        let connection = ClientConnection::new_with_alpn(shared.clone(), name, config.alpn_offer())
            .map_err(|error| TlsError::Protocol(TlsCause::new(error)))?;
        let mut this = Self {
            connection,
            config: config.clone(),
            host: host.to_owned(),
            has_certificate: shared.client_auth_cert_resolver.has_certs(),
            has_begun: false,
            ended: false,
            recv: received,
            send: SendQueue::new(),
            failed: None,
        };
        this.queue();
        Ok(this)
    }

    /// What has come; to be read to.
    pub fn recv_buf(&mut self) -> &mut RecvBuf {
        &mut self.recv
    }

    /// What is to be written. An alert is in there when [`poll`](Self::poll) has failed.
    pub fn send_queue(&mut self) -> &mut SendQueue {
        &mut self.send
    }

    /// Goes on. It is `true` once the server has been verified, and everything that remains to be said is
    /// in the queue.
    ///
    /// # Errors
    ///
    /// Why there is no session. The same again whenever it is asked.
    pub fn poll(&mut self) -> Result<bool, TlsError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let polled = self.advance();
        self.queue();
        if let Err(error) = &polled {
            self.failed = Some(error.clone());
        }
        polled
    }

    /// Nothing more will come.
    pub fn handle_eof(&mut self) {
        self.ended = true;
    }

    /// The session. What came behind the handshake is kept in it.
    pub fn into_session(self) -> TlsSession {
        TlsSession::new(self.connection, self.recv, self.has_certificate)
    }

    fn advance(&mut self) -> Result<bool, TlsError> {
        while self.connection.is_handshaking() {
            if self.recv.is_empty() {
                return if self.ended { Err(TlsError::Truncated) } else { Ok(false) };
            }
            let read = self.connection.read_tls(&mut self.recv.filled());
            self.recv.consume(read.map_err(|error| TlsError::Protocol(TlsCause::new(error)))?);
            if let Err(error) = self.connection.process_new_packets() {
                let circumstances = Circumstances {
                    host: &self.host,
                    has_certificate: self.has_certificate,
                    has_begun: self.has_begun,
                };
                return Err(circumstances.reason(error, &self.connection));
            }
            self.has_begun |= self.connection.protocol_version().is_some();
        }
        match self.connection.alpn_protocol() {
            None => Ok(true),
            Some(protocol) if self.config.takes(protocol) => Ok(true),
            Some(other) => Err(TlsError::Alpn(String::from_utf8_lossy(other).into_owned())),
        }
    }

    /// Brings what is to be said into the queue.
    fn queue(&mut self) {
        let mut queue = Queue(&mut self.send);
        while self.connection.wants_write() {
            if !matches!(self.connection.write_tls(&mut queue), Ok(n) if n > 0) {
                return; // a queue takes everything
            }
        }
    }
}

/// The name that a certificate has to be for. One with a dot behind it is that name.
fn server_name(host: &str) -> Option<ServerName<'static>> {
    let host = host.strip_suffix('.').unwrap_or(host);
    ServerName::try_from(host.to_owned()).ok()
}

struct Queue<'a>(&'a mut SendQueue);

impl Write for Queue<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
