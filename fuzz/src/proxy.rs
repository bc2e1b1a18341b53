//! Any bytes as what a proxy answers, whole and cut anywhere: the same outcome, and no more kept than the
//! limits say. The first byte says what the proxy speaks, the second where the rest is cut.
#![no_main]

use bytes::Buf;
use libfuzzer_sys::fuzz_target;
use ws_core::{Proxy, ProxyError, ProxyHandshake};

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

fuzz_target!(|data: &[u8]| {
    let [kind, seed, answer @ ..] = data else { return };
    let url = PROXIES[usize::from(*kind) % PROXIES.len()];
    let whole = run(url, answer, |rest| rest);
    assert_eq!(whole, run(url, answer, |_| 1));
    let mut state = u64::from(*seed) + 1;
    let random = |rest: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1 + (state >> 33) as usize % rest.min(64)
    };
    assert_eq!(whole, run(url, answer, random));
});

/// What came of it, what was sent, and what is left over.
fn run(
    url: &str,
    answer: &[u8],
    mut cut: impl FnMut(usize) -> usize,
) -> (String, Vec<u8>, Vec<u8>) {
    let proxy = Proxy::parse(url).expect("one of ours");
    let host = if proxy.resolves_names() { "ws.example" } else { "192.0.2.1" };
    let mut handshake = ProxyHandshake::new(&proxy, host, 443).expect("one of ours");
    let mut sent = Vec::new();
    let mut rest = answer;
    let mut is_ended = false;
    loop {
        let outcome = handshake.poll();
        let queue = handshake.send_queue();
        while queue.has_remaining() {
            sent.extend_from_slice(queue.chunk());
            queue.advance(queue.chunk().len());
        }
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
        let (piece, behind) = rest.split_at(cut(rest.len()));
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
