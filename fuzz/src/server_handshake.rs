//! Any bytes as requests, whole and in pieces: the same answers, which are heads that httparse takes and no larger than
//! a rejection can be, and the same bytes left over. The first byte says how they are cut.

use ws_core::{DeflateConfig, Polled, ServerConfig, ServerHandshake};

use crate::{head::Parsed, pieces::Cut, wire::drain};

/// Runs one input.
pub fn run(data: &[u8]) {
    let [how, data @ ..] = data else { return };
    let config = ServerConfig::new()
        .subprotocols(["chat", "superchat"])
        .same_origin()
        .deflate(DeflateConfig::default())
        .keep_alive(true);
    let whole = answer(&config, data, Cut::Whole);
    let cuts = [Cut::Every(1), Cut::Every(7), Cut::Random(u64::from(*how))];
    assert_eq!(whole, answer(&config, data, cuts[usize::from(*how) % cuts.len()]));
    check(&whole.0);
}

/// The answers, and what is left over behind the requests.
fn answer(config: &ServerConfig, data: &[u8], cut: Cut) -> (Vec<u8>, Vec<u8>) {
    let mut handshake = ServerHandshake::new(config);
    let mut answers = Vec::new();
    let mut pieces = cut.of(data);
    loop {
        handshake = match handshake.poll() {
            Polled::Ready(pending) => {
                assert!(pending.offered_subprotocols().count() <= data.len());
                match pending.accept() {
                    Ok(accepted) => {
                        let mut connection = accepted.into_connection();
                        drain(connection.send_queue(), &mut answers);
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
            Polled::Pending(mut handshake) => {
                // An answer that is not the last, such as a 100.
                drain(handshake.send_queue(), &mut answers);
                let Some(piece) = pieces.next() else { return (answers, Vec::new()) };
                handshake.recv_buf().extend_from_slice(piece);
                handshake
            }
            Polled::Failed(mut rejected) => {
                drain(rejected.send_queue(), &mut answers);
                return (answers, Vec::new());
            }
        };
    }
}

/// Each answer is a head, and a body as long as that says.
fn check(mut answers: &[u8]) {
    while !answers.is_empty() {
        let Parsed::Whole(head, len) = Parsed::response(answers) else {
            panic!("{}", answers.escape_ascii())
        };
        let body_len = head.fields.get(http::header::CONTENT_LENGTH);
        let body_len = body_len.map_or(0, |it| it.to_str().unwrap_or("").parse().unwrap_or(0));
        answers = &answers[len..];
        // An answer to HEAD has no body, whatever its length would be.
        if !answers.starts_with(b"HTTP/1.1 ") {
            answers = answers.get(body_len..).unwrap_or_default();
        }
    }
}
