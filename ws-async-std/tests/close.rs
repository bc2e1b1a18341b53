//! A closed WebSocket is closed on the wire too, however long it is kept.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use async_std::task;
use ws_async_std::{Error, Message, WebSocket};

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// What the server's `recv` gives for some bytes of a client that goes on listening. The client has
/// to see the end of the stream while the server still holds its WebSocket.
fn received(frame: &'static [u8]) -> Result<Option<Message>, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let client = thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(REQUEST.as_bytes()).unwrap();
        stream.write_all(frame).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        stream
    });
    let stream = listener.accept().unwrap().0;
    let mut ws: WebSocket<_> =
        task::block_on(ws_async_std::accept(async_std::net::TcpStream::from(stream))).unwrap();
    let received = task::block_on(ws.recv());
    client.join().unwrap();
    drop(ws);
    received
}

#[test]
fn after_a_closing_handshake() {
    // Close 1000, masked with zeros.
    assert!(matches!(received(b"\x88\x82\0\0\0\0\x03\xe8"), Ok(None)));
}

#[test]
fn after_a_broken_rule() {
    // A text message that is not masked.
    assert!(matches!(received(b"\x81\x01a"), Err(Error::Protocol(_))));
}
