//! Any bytes as an answer, whole and in pieces: the same verdict, with the same response. `{A}` stands for the
//! right accept value, so that the way to an open WebSocket can be found. The first byte says how they are cut.

use ws_core::{
    ClientConfig, ClientHandshake, DeflateOffer, Established, HandshakeError, Polled,
    ServerHandshake,
};

use crate::{pieces::Cut, wire::drain};

const MAX_BODY_LEN: usize = 64 * 1024;

/// Runs one input.
pub fn run(data: &[u8]) {
    let [how, data @ ..] = data else { return };
    let whole = verdict(data, Cut::Whole);
    let cuts = [Cut::Every(1), Cut::Every(7), Cut::Random(u64::from(*how))];
    assert_eq!(whole, verdict(data, cuts[usize::from(*how) % cuts.len()]));
}

/// The outcome, and what is behind the head or the body.
fn verdict(data: &[u8], cut: Cut) -> (String, Vec<u8>) {
    let config =
        ClientConfig::new().subprotocols(["chat", "superchat"]).deflate(DeflateOffer::default());
    let mut handshake = ClientHandshake::new(&config, "h", "/").expect("it can be asked");
    let data = complete(data, handshake.key());
    let mut pieces = cut.of(&data);
    while let Some(piece) = pieces.next() {
        handshake.recv_buf().extend_from_slice(piece);
        handshake = match handshake.poll() {
            Polled::Pending(handshake) => handshake,
            outcome => {
                let (verdict, mut leftover) = told(outcome);
                leftover.extend(pieces.flatten());
                let is_read_on = verdict.ends_with("read");
                return (verdict, if is_read_on { leftover } else { Vec::new() });
            }
        };
    }
    handshake.handle_eof();
    told(handshake.poll())
}

fn told(outcome: Polled<ClientHandshake, Established, HandshakeError>) -> (String, Vec<u8>) {
    match outcome {
        Polled::Ready(established) => {
            let connection = established.connection;
            let verdict = format!("{:?} read", connection.negotiated());
            (verdict, connection.leftover().to_vec())
        }
        Polled::Pending(_) => panic!("it goes on behind the end"),
        Polled::Failed(HandshakeError::Declined(declined)) => {
            let response = declined.response();
            assert!(response.body().len() <= MAX_BODY_LEN);
            // The key, and so what stands for `{A}` in it, may differ from run to run.
            let len = response.body().len();
            let is_read = if declined.body_complete() { "read" } else { "cut" };
            let fields = response.headers().len();
            let verdict = format!("{} {fields} {len} {is_read}", response.status());
            (verdict, declined.leftover().to_vec())
        }
        Polled::Failed(error) => (error.name().into(), Vec::new()),
    }
}

/// With the right value in the place of the first `{A}`.
fn complete(data: &[u8], key: &str) -> Vec<u8> {
    let Some(at) = data.windows(3).position(|window| window == b"{A}") else {
        return data.to_vec();
    };
    [&data[..at], &accept(key), &data[at + 3..]].concat()
}

/// What a server of ours answers to a key.
pub(crate) fn accept(key: &str) -> Vec<u8> {
    let request = format!(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    );
    let server = ServerHandshake::with_buffered(&Default::default(), request.as_bytes());
    let Polled::Ready(mut accepted) = server.poll_accept() else { panic!("not a key: {key}") };
    let mut answer = Vec::new();
    drain(accepted.send_queue(), &mut answer);
    let name = b"Sec-WebSocket-Accept: ";
    let at = answer.windows(name.len()).position(|window| window == name);
    let start = at.expect("a 101 has it") + name.len();
    answer[start..start + 28].to_vec()
}
