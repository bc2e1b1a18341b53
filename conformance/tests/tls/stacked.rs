//! TLS to a proxy, and inside it TLS to the server.

use std::{io::ErrorKind, sync::Arc};

use rustls::version::{TLS12, TLS13};
use ws_core::RecvBuf;
use ws_driver::{MaybeTls, Peer, TlsHandshake};

use crate::{
    authority::Authority,
    pair::{Server, Wire, queued, read, shake, write},
};

/// A stream to a server behind a proxy, and both of them.
struct Stacked {
    stream: MaybeTls<Wire>,
    proxy: Server,
    server: Server,
}

impl Stacked {
    fn open() -> Self {
        let authority = Authority::new("A");
        let mut proxy = Server::new(authority.issue(&["proxy.example"]).server(&TLS12));
        let server = Server::new(authority.issue(&["h.example"]).server(&TLS13));
        let client = Arc::new(authority.client(&TLS12));
        let session = shake(&client, "proxy.example", &mut proxy, usize::MAX).unwrap();
        let mut stream = MaybeTls::plain(Wire::default());
        stream.push(session, Peer::Proxy);
        // Of the server nothing is known yet.
        assert!(stream.has_session() && !stream.is_tls());
        assert_eq!((stream.alpn_protocol(), stream.peer_certificates()), (None, None));

        let mut this = Self { stream, proxy, server };
        let client = authority.client(&TLS13).into();
        let mut handshake = TlsHandshake::new(&client, "h.example", RecvBuf::new()).unwrap();
        loop {
            let done = handshake.poll().unwrap();
            write(&mut this.stream, &queued(&mut handshake)).unwrap();
            this.pass_up();
            if done {
                break;
            }
            this.pass_down(&[]);
            let (said, result) = read(&mut this.stream);
            assert_eq!(result.unwrap_err().kind(), ErrorKind::WouldBlock);
            handshake.recv_buf().extend_from_slice(&said);
        }
        this.stream.push(handshake.into_session(), Peer::Origin);
        this
    }

    /// The proxy passes on what the client has sent.
    fn pass_up(&mut self) {
        self.proxy.take(&self.stream.socket_mut().take_written());
        self.server.take(&std::mem::take(&mut self.proxy.received));
    }

    /// The proxy passes on what the server says, `data` among it.
    fn pass_down(&mut self, data: &[u8]) {
        let mut said = self.server.said();
        if !data.is_empty() {
            said.extend(self.server.send(data));
        }
        let said = self.proxy.send(&said);
        self.stream.socket_mut().coming.extend(said);
    }
}

#[test]
fn a_session_in_a_session() {
    let data: Vec<u8> = (0..100_000_u32).map(|at| (at % 251) as u8).collect();
    for (portion, halting) in [(1000, true), (usize::MAX, false)] {
        let mut open = Stacked::open();
        assert!(open.stream.is_tls());
        assert_eq!(open.stream.alpn_protocol(), Some(&b"http/1.1"[..]));
        let version = open.stream.tls_session().unwrap().protocol_version();
        assert_eq!(version, Some(rustls::ProtocolVersion::TLSv1_3));
        open.stream.socket_mut().portion = portion;
        open.stream.socket_mut().halting = halting;
        open.pass_down(&data);
        let (read, result) = read(&mut open.stream);
        assert_eq!(result.unwrap_err().kind(), ErrorKind::WouldBlock);
        assert!(read == data);
        assert_eq!(write(&mut open.stream, &data).unwrap(), data.len());
        open.pass_up();
        assert!(open.server.received == data);
    }
}

#[test]
fn both_sessions_are_closed() {
    let mut open = Stacked::open();
    let (wire, session) = open.stream.split_mut();
    session.unwrap().shutdown(wire).unwrap();
    open.pass_up();
    for server in [&mut open.proxy, &mut open.server] {
        assert!(server.connection.process_new_packets().unwrap().peer_has_closed());
    }
}

#[test]
fn an_end_of_the_outer_session_is_not_that_of_the_inner() {
    let mut open = Stacked::open();
    open.pass_down(b"last");
    open.proxy.connection.send_close_notify();
    let said = open.proxy.said();
    open.stream.socket_mut().coming.extend(said);
    let (data, result) = read(&mut open.stream);
    assert_eq!(data, b"last");
    assert_eq!(result.unwrap_err().kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn an_error_of_the_outer_session_goes_through_the_inner() {
    let mut open = Stacked::open();
    open.pass_down(b"");
    let mut said = open.proxy.send(b"changed");
    *said.last_mut().unwrap() ^= 1;
    open.stream.socket_mut().coming.extend(said);
    for _ in 0..2 {
        let error = read(&mut open.stream).1.unwrap_err();
        assert_eq!(ws_driver::TlsError::of_io(&error).unwrap().name(), "tls-protocol");
    }
}
