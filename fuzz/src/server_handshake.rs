//! Any bytes as a request, whole and in pieces: the same verdict, an answer that is HTTP, and no
//! CR or LF where the peer could have put one.
#![no_main]

use bytes::Buf;
use libfuzzer_sys::fuzz_target;
use ws_core::{DeflateConfig, Polled, ServerConfig, ServerHandshake};

fuzz_target!(|data: &[u8]| {
    let config = ServerConfig::new()
        .subprotocols(["chat", "superchat"])
        .same_origin()
        .deflate(DeflateConfig::default())
        .keep_alive(true);
    let whole = run(&config, data, data.len().max(1));
    assert_eq!(whole, run(&config, data, 1));
    assert_eq!(whole, run(&config, data, 7));
});

/// The answers, and what is left over behind the requests.
fn run(config: &ServerConfig, data: &[u8], step: usize) -> (Vec<u8>, Vec<u8>) {
    let mut handshake = ServerHandshake::new(config);
    let mut answers = Vec::new();
    let mut pieces = data.chunks(step);
    loop {
        handshake = match handshake.poll() {
            Polled::Ready(pending) => {
                let _ = pending.request();
                let _ = pending.offered_subprotocols().count();
                match pending.accept() {
                    Ok(accepted) => {
                        let mut connection = accepted.into_connection();
                        drain(connection.send_queue(), &mut answers);
                        assert!(answers.windows(8).any(|w| w == b"HTTP/1.1"));
                        let mut leftover = connection.leftover().to_vec();
                        leftover.extend(pieces.flatten());
                        return (answers, leftover);
                    }
                    Err(mut rejected) => {
                        drain(rejected.send_queue(), &mut answers);
                        match rejected.next() {
                            Some(handshake) => handshake,
                            None => return (answers, Vec::new()),
                        }
                    }
                }
            }
            Polled::Pending(mut handshake) => match pieces.next() {
                Some(piece) => {
                    handshake.recv_buf().extend_from_slice(piece);
                    handshake
                }
                None => return (answers, Vec::new()),
            },
            Polled::Failed(mut rejected) => {
                drain(rejected.send_queue(), &mut answers);
                return (answers, Vec::new());
            }
        };
    }
}

fn drain(queue: &mut impl Buf, out: &mut Vec<u8>) {
    while queue.has_remaining() {
        let n = queue.chunk().len();
        out.extend_from_slice(queue.chunk());
        queue.advance(n);
    }
}
