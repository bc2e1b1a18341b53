//! Peers at their worst.

#![cfg(test)]

use std::{
    io::{self, Read, Write},
    time::{Duration, Instant},
};

use ws_blocking::{
    Untimed, WebSocket, WebSocketConfig,
    handshake::{Negotiated, Role},
};

/// A peer that sends pongs whenever somebody reads, and takes whatever is written.
struct Chatter;

impl Read for Chatter {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        buf[..2].copy_from_slice(b"\x8a\x00");
        Ok(2)
    }
}

impl Write for Chatter {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_peer_that_never_stops_sending_is_left_in_time() {
    let timeout = Duration::from_millis(200);
    let config = WebSocketConfig::new().close_timeout(timeout);
    let mut ws =
        WebSocket::from_upgraded(Untimed(Chatter), Role::Client, Negotiated::default(), &config);
    let start = Instant::now();
    assert_eq!(ws.close().unwrap_err().name(), "close-timeout");
    let took = start.elapsed();
    assert!(took >= timeout && took < 10 * timeout, "{took:?}");
}
