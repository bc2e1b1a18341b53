//! Any bytes as what a proxy answers, whole and cut anywhere: the same outcome, and no more kept than the
//! limits say. The first byte says what the proxy speaks, the second where the rest is cut.

use ws_core::{Proxy, ProxyError, ProxyHandshake};

use crate::{pieces::Cut, wire::drain};

const PROXIES: [&str; 9] = [
    "http://h",
    "http://ada:secret@h",
    "https://h",
    "socks4://h",
    "socks4a://secret@h",
    "socks5://h",
    "socks5://ada:secret@h",
    "socks5h://h",
    "socks5h://ada:secret@h",
];

/// Runs one input.
pub fn run(data: &[u8]) {
    let [kind, seed, answer @ ..] = data else { return };
    let url = PROXIES[usize::from(*kind) % PROXIES.len()];
    let whole = ask(url, answer, Cut::Whole);
    let cut = if seed & 1 == 0 { Cut::Every(1) } else { Cut::Random(u64::from(*seed)) };
    assert_eq!(whole, ask(url, answer, cut));
}

/// What came of it, what was sent, and what is left over.
fn ask(url: &str, answer: &[u8], mut cut: Cut) -> (String, Vec<u8>, Vec<u8>) {
    let proxy = Proxy::parse(url).expect("one of ours");
    let host = if proxy.resolves_names() { "ws.example" } else { "192.0.2.1" };
    let mut handshake = ProxyHandshake::new(&proxy, host, 443).expect("one of ours");
    let mut sent = Vec::new();
    let mut rest = answer;
    let mut is_ended = false;
    loop {
        let outcome = handshake.poll();
        drain(handshake.send_queue(), &mut sent);
        let outcome = match outcome {
            Ok(true) => {
                handshake.recv_buf().extend_from_slice(rest);
                return ("connected".into(), sent, handshake.into_leftover().filled().to_vec());
            }
            Ok(false) if is_ended => panic!("it goes on behind the end"),
            Ok(false) => None,
            Err(error) => Some(error),
        };
        if let Some(error) = outcome {
            let echoes = answer.windows(6).any(|bytes| bytes == b"secret");
            assert!(echoes || !error.to_string().contains("secret"), "{error}");
            assert!(error.to_string().is_ascii(), "{error}");
            return (shown(&error), sent, Vec::new());
        }
        // What came in one go, and no more than a head before it.
        assert!(handshake.recv_buf().len() <= 16 * 1024 + 1);
        if rest.is_empty() {
            handshake.handle_eof();
            is_ended = true;
            continue;
        }
        let (piece, behind) = rest.split_at(cut.next_len().min(rest.len()));
        handshake.recv_buf().extend_from_slice(piece);
        rest = behind;
    }
}

fn shown(error: &ProxyError) -> String {
    match error {
        ProxyError::Refused { response, body_complete } => {
            assert!(response.body().len() <= 64 * 1024);
            format!("{response:?} {body_complete}")
        }
        // It shows what has come.
        ProxyError::Malformed(_) => error.name().into(),
        error => error.to_string(),
    }
}
