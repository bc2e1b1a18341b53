//! Any bytes as an answer, whole and in pieces: the same verdict. `{A}` stands for the right accept
//! value, so that the way to an open WebSocket can be found.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ws_core::{
    ClientConfig, ClientHandshake, DeflateOffer, Established, HandshakeError, Polled, ServerHandshake,
};

fuzz_target!(|data: &[u8]| {
    let whole = run(data, data.len().max(1));
    assert_eq!(whole, run(data, 1));
    assert_eq!(whole, run(data, 7));
});

fn run(data: &[u8], step: usize) -> String {
    let config =
        ClientConfig::new().subprotocols(["chat", "superchat"]).deflate(DeflateOffer::default());
    let Ok(mut handshake) = ClientHandshake::new(&config, "h", "/") else { return String::new() };
    let data = fill(data, handshake.key());
    for piece in data.chunks(step) {
        handshake.recv_buf().extend_from_slice(piece);
        handshake = match handshake.poll() {
            Polled::Pending(handshake) => handshake,
            outcome => return verdict(outcome),
        };
    }
    handshake.handle_eof();
    verdict(handshake.poll())
}

fn verdict(outcome: Polled<ClientHandshake, Established, HandshakeError>) -> String {
    match outcome {
        Polled::Ready(established) => format!("{:?}", established.connection.negotiated()),
        Polled::Pending(_) => "nothing".into(),
        Polled::Failed(HandshakeError::Declined(declined)) => {
            // The key, and so what stands for `{A}` in a body, differs from run to run.
            format!("{} {}", declined.body_complete(), declined.response().body().len())
        }
        Polled::Failed(error) => error.name().into(),
    }
}

fn fill(data: &[u8], key: &str) -> Vec<u8> {
    let Some(at) = data.windows(3).position(|w| w == b"{A}") else { return data.to_vec() };
    let request = format!(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    );
    let server = ServerHandshake::with_buffered(&Default::default(), request.as_bytes());
    let Polled::Ready(mut accepted) = server.poll_accept() else { return data.to_vec() };
    let answer = bytes::Buf::chunk(accepted.send_queue()).to_vec();
    let name = b"Sec-WebSocket-Accept: ";
    let start = answer.windows(name.len()).position(|w| w == name).unwrap_or(0) + name.len();
    [&data[..at], &answer[start..start + 28], &data[at + 3..]].concat()
}
