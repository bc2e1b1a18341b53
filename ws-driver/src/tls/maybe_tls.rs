//! A socket, with TLS over it or without.

use super::{Peer, TlsSession};

/// A socket and the TLS sessions over it: none, one, or two where a proxy is reached over TLS, too.
///
/// Without TLS it is as large as the socket and a pointer.
#[derive(Debug)]
pub struct MaybeTls<S> {
    socket: S,
    /// The session nearest to the program; it knows those below.
    session: Option<Box<TlsSession>>,
}

impl<S> MaybeTls<S> {
    /// A socket without TLS.
    pub fn plain(socket: S) -> Self {
        Self { socket, session: None }
    }

    /// Puts a session over what there is.
    pub fn push(&mut self, mut session: TlsSession, peer: Peer) {
        session.stack(peer, self.session.take());
        self.session = Some(Box::new(session));
    }

    /// The socket.
    pub fn socket(&self) -> &S {
        &self.socket
    }

    /// The socket. What is read from it or written to it is missing in TLS.
    pub fn socket_mut(&mut self) -> &mut S {
        &mut self.socket
    }

    /// The socket, without what TLS was about to write or has read.
    pub fn into_socket(self) -> S {
        self.socket
    }

    /// The socket, and the session that has to be asked in its place.
    pub fn split_mut(&mut self) -> (&mut S, Option<&mut TlsSession>) {
        (&mut self.socket, self.session.as_deref_mut())
    }

    /// Whether bytes go through TLS, be it only as far as to a proxy.
    pub fn has_session(&self) -> bool {
        self.session.is_some()
    }

    /// Whether the server is reached over TLS. TLS that ends at a proxy does not count.
    pub fn is_tls(&self) -> bool {
        self.origin().is_some()
    }

    /// The application protocol that the server chose (RFC 7301).
    pub fn alpn_protocol(&self) -> Option<&[u8]> {
        self.origin()?.alpn_protocol()
    }

    fn origin(&self) -> Option<&TlsSession> {
        self.session.as_deref().filter(|session| session.peer() == Peer::Origin)
    }
}

#[cfg(feature = "rustls")]
impl<S> MaybeTls<S> {
    /// The server's certificates, its own first.
    pub fn peer_certificates(&self) -> Option<&[rustls::pki_types::CertificateDer<'static>]> {
        self.origin()?.connection().peer_certificates()
    }

    /// The session with the server.
    pub fn tls_session(&self) -> Option<&rustls::ClientConnection> {
        self.origin().map(TlsSession::connection)
    }
}
