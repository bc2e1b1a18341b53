//! The client's half of `ws-core`.

use std::io::{Read, Write};

use bytes::Buf;
use ws_core::{ClientConfig, ClientHandshake, Established, HandshakeError, Polled};

use crate::stream::Answering;

/// Opens a WebSocket on `peer`.
///
/// # Errors
///
/// The handshake fails.
#[inline(never)]
pub fn connect(
    config: &ClientConfig,
    peer: &mut Answering,
) -> Result<Option<Established>, HandshakeError> {
    let mut handshake = ClientHandshake::new(config, "www.example.com", "/chat")?;
    let queue = handshake.send_queue();
    while queue.has_remaining() {
        match peer.write(queue.chunk()) {
            Ok(n) => queue.advance(n),
            Err(_) => return Ok(None),
        }
    }
    loop {
        let recv = handshake.recv_buf();
        match peer.read(recv.space_mut()) {
            Ok(0) | Err(_) => handshake.handle_eof(),
            Ok(n) => recv.commit(n),
        }
        handshake = match handshake.poll() {
            Polled::Pending(handshake) => handshake,
            Polled::Ready(established) => return Ok(Some(established)),
            Polled::Failed(error) => return Err(error),
        };
    }
}

/// The configuration that makes the request as long as the floor's: a user agent and an origin.
pub fn config() -> ClientConfig {
    ClientConfig::new().header("Origin", "https://www.example.com")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connects_again_and_again() {
        let mut peer = Answering::default();
        for _ in 0..3 {
            peer.reset();
            let established = connect(&config(), &mut peer).unwrap().unwrap();
            assert_eq!(established.response.headers().len(), 5);
        }
    }
}
