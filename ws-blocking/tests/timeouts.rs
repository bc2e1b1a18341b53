//! The timeouts of the owner's socket, and ours.

#![expect(clippy::unwrap_used, reason = "a peer that cannot be set up fails the test")]

use std::{
    io::{ErrorKind, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use ws_blocking::{
    Error, WebSocket, WebSocketConfig,
    handshake::{Negotiated, Role},
};

const SHORT: Duration = Duration::from_millis(100);

fn pair(config: &WebSocketConfig) -> (WebSocket<TcpStream>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let io = listener.accept().unwrap().0;
    (WebSocket::from_upgraded(io, Role::Server, Negotiated::default(), config), peer)
}

fn would_block(result: Result<impl std::fmt::Debug, Error>) -> bool {
    matches!(result, Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock)
}

/// A socket shows the timeouts that its owner has set, whatever deadlines there were in between; and a new setting holds from
/// the next call on.
#[test]
fn the_owners_timeouts_stay_the_owners() {
    let config = WebSocketConfig::new().ping_interval(SHORT / 4).idle_timeout(60 * SHORT);
    let (mut ws, mut peer) = pair(&config);
    for timeout in [None, Some(2 * SHORT), Some(SHORT)] {
        ws.get_ref().set_read_timeout(timeout).unwrap();
        ws.get_ref().set_write_timeout(timeout).unwrap();
        peer.write_all(b"\x81\x82\0\0\0\0hi").unwrap();
        assert_eq!(ws.recv().unwrap(), Some("hi".into()));
        ws.send("hi").unwrap();
        assert_eq!(ws.get_ref().read_timeout().unwrap(), timeout);
        assert_eq!(ws.get_ref().write_timeout().unwrap(), timeout);
        if let Some(timeout) = timeout {
            let start = Instant::now();
            assert!(would_block(ws.recv()), "nothing came");
            let took = start.elapsed();
            assert!(took >= timeout && took < timeout + 10 * SHORT, "{took:?}");
            assert_eq!(ws.get_ref().read_timeout().unwrap(), Some(timeout));
        }
    }
}

#[test]
fn the_owners_timeouts_stay_the_owners_in_halves() {
    let (ws, mut peer) = pair(&WebSocketConfig::new().ping_interval(SHORT / 4));
    let socket = ws.get_ref().try_clone().unwrap();
    let (mut sender, mut receiver) = ws.split(TcpStream::try_clone).unwrap();
    for timeout in [None, Some(2 * SHORT)] {
        socket.set_read_timeout(timeout).unwrap();
        socket.set_write_timeout(timeout).unwrap();
        peer.write_all(b"\x81\x82\0\0\0\0hi").unwrap();
        assert_eq!(receiver.recv().unwrap(), Some("hi".into()));
        sender.send("hi").unwrap();
        assert_eq!(socket.read_timeout().unwrap(), timeout);
        assert_eq!(socket.write_timeout().unwrap(), timeout);
    }
}
