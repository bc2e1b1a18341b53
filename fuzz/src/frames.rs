//! Any bytes as frames, whole and in pieces, to both roles: the same messages, and memory that
//! stays within the limits.
#![no_main]

use bytes::Buf;
use libfuzzer_sys::fuzz_target;
use ws_core::{Connection, Incoming, Negotiated, RecvBuf, Role, WebSocketConfig};

fuzz_target!(|data: &[u8]| {
    for role in [Role::Client, Role::Server] {
        let whole = run(role, data, data.len().max(1));
        assert_eq!(whole, run(role, data, 1));
        assert_eq!(whole, run(role, data, 5));
    }
});

fn run(role: Role, data: &[u8], step: usize) -> (Vec<String>, Vec<u8>) {
    let config =
        WebSocketConfig::new().max_frame_len(40_000).max_message_len(60_000).max_fragments(10);
    let mut connection = Connection::new(role, Negotiated::default(), RecvBuf::new(), &config);
    let mut heard = Vec::new();
    for piece in data.chunks(step) {
        let mut piece = piece;
        while !piece.is_empty() {
            let space = connection.receiver().recv_buf().space_mut();
            let n = piece.len().min(space.len());
            space[..n].copy_from_slice(&piece[..n]);
            connection.receiver().recv_buf().commit(n);
            piece = &piece[n..];
            loop {
                match connection.poll() {
                    Ok(Some(Incoming::Message(_))) => {
                        heard.push(format!("{:?}", connection.receiver().take_message().unwrap()));
                    }
                    Ok(Some(other)) => {
                        heard.push(format!("{other:?} {:?}", connection.receiver().payload()));
                    }
                    Ok(None) => break,
                    Err(rule) => {
                        heard.push(rule.name().into());
                        // What the peer is told does not depend on the pieces, but for pongs that
                        // newer ones have replaced.
                        return (heard, Vec::new());
                    }
                }
            }
        }
    }
    assert!(connection.receiver().recv_buf().capacity() <= 256 * 1024);
    let mut told = Vec::new();
    let queue = connection.send_queue();
    while queue.has_remaining() {
        let n = queue.chunk().len();
        told.extend_from_slice(queue.chunk());
        queue.advance(n);
    }
    // Masks differ from run to run.
    (heard, if role == Role::Server { told } else { Vec::new() })
}
