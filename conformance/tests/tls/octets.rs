//! Where the octets of a handshake are cut makes no difference, and where they end is said.

use std::{io::Write, sync::Arc};

use ws_core::RecvBuf;
use ws_driver::{MaybeTls, Peer, TlsHandshake};

use crate::{
    authority::{Authority, VERSIONS},
    pair::{Server, Wire, queued, read, shake, write},
};

#[test]
fn handshakes_come_in_any_portions() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["h.example"]);
    for version in VERSIONS {
        for portion in [1, 2, 3, 5, 7, 64, 1000] {
            let mut server = Server::new(identity.server(version));
            let client = Arc::new(authority.client(version));
            let session = shake(&client, "h.example", &mut server, portion).unwrap();
            assert_eq!(session.connection().alpn_protocol(), Some(&b"http/1.1"[..]));
            let mut stream = MaybeTls::plain(Wire::default());
            stream.push(session, Peer::Origin);
            write(&mut stream, b"hello").unwrap();
            server.take(&stream.socket_mut().take_written());
            assert_eq!(server.received, b"hello");
        }
    }
}

/// What comes behind the handshake with its last octets is not lost.
#[test]
fn what_comes_along_is_kept() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["h.example"]);
    let data = [b'x'; 40_000];
    for version in VERSIONS {
        let config = authority.client(version).into();
        let mut handshake = TlsHandshake::new(&config, "h.example", RecvBuf::new()).unwrap();
        let mut config = identity.server(version);
        config.send_half_rtt_data = true;
        let mut server = Server::new(config);
        // It says this as soon as it may.
        server.connection.writer().write_all(&data).unwrap();
        while !handshake.poll().unwrap() {
            server.take(&queued(&mut handshake));
            handshake.recv_buf().extend_from_slice(&server.said());
        }
        assert!(!handshake.recv_buf().is_empty());
        let mut stream = MaybeTls::plain(Wire::default());
        stream.push(handshake.into_session(), Peer::Origin);
        assert!(read(&mut stream).0 == data, "{version:?}");
    }
}

/// The end of the stream at each octet of what a server sends.
#[test]
fn handshakes_that_end_early_are_truncated() {
    let authority = Authority::new("A");
    let identity = authority.issue(&["h.example"]);
    for version in VERSIONS {
        let config = Arc::new(authority.client(version)).into();
        let mut first = TlsHandshake::new(&config, "h.example", RecvBuf::new()).unwrap();
        let mut flight = Vec::new();
        // How long the server's first flight is.
        let mut server = Server::new(identity.server(version));
        server.take(&queued(&mut first));
        flight.extend(server.said());
        for len in 0..flight.len() {
            let mut handshake = TlsHandshake::new(&config, "h.example", RecvBuf::new()).unwrap();
            let mut server = Server::new(identity.server(version));
            server.take(&queued(&mut handshake));
            let said = server.said();
            let Some(part) = said.get(..len) else { continue };
            handshake.recv_buf().extend_from_slice(part);
            match handshake.poll() {
                // The signature's length varies, so the last octets may not have been needed.
                Ok(true) => assert!(len + 8 > flight.len()),
                polled => {
                    assert!(!polled.unwrap());
                    handshake.handle_eof();
                    let error = handshake.poll().unwrap_err();
                    assert_eq!(error.name(), "tls-truncated", "{len}");
                }
            }
        }
    }
}
