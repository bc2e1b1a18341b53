//! Accepting without looking at the request: `poll_accept`, and what it leaves to be taken.

use bytes::Buf;
use ws_core::{HandshakeError, ServerConfig, ServerHandshake};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const REQUEST: &[u8] = b"GET /room HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n\r\n";
const FRAME: &[u8] = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";

/// With and without what takes the longer way: a hook, and a request that is kept.
fn configs() -> [(ServerConfig, bool, bool); 4] {
    [(false, false), (false, true), (true, false), (true, true)].map(|(decorated, kept)| {
        let mut config = ServerConfig::new().keep_alive(true).keep_request(kept);
        if decorated {
            config = config.decorate(|_, response| {
                response.headers_mut().insert("server", http::HeaderValue::from_static("ours"));
            });
        }
        (config, decorated, kept)
    })
}

#[test]
fn it_is_accepted_once_the_head_is_whole() -> Result {
    for (config, decorated, kept) in configs() {
        for split in [1, 7, REQUEST.len() - 1, REQUEST.len()] {
            let mut handshake = ServerHandshake::new(&config);
            for chunk in REQUEST.chunks(split) {
                assert!(!handshake.poll_accept()?);
                handshake.recv_buf().extend_from_slice(chunk);
            }
            handshake.recv_buf().extend_from_slice(FRAME);
            // As often as one likes.
            for _ in 0..2 {
                assert!(handshake.poll_accept()?);
            }
            assert!(!handshake.is_closed(), "there is a connection");
            assert!(handshake.poll().is_err(), "there is no other request");

            let answer = String::from_utf8(handshake.send_queue().chunk().to_vec())?;
            assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
            assert_eq!(answer.contains("server: ours"), decorated, "{answer}");
            let request = handshake.take_request();
            assert_eq!(request.is_some(), kept);
            assert!(request.is_none_or(|request| request.uri() == "/room"));
            assert!(handshake.take_request().is_none());

            let mut connection = handshake.take_connection().ok_or("not accepted")?;
            assert_eq!(connection.leftover(), FRAME);
            assert_eq!(connection.send_queue().chunk(), answer.as_bytes());
        }
    }
    Ok(())
}

#[test]
fn what_is_refused_is_no_connection_and_the_next_request_may_be() -> Result {
    for (config, ..) in configs() {
        let mut handshake = ServerHandshake::new(&config);
        handshake.recv_buf().extend_from_slice(b"GET / HTTP/1.1\r\nHost: ws.example\r\n\r\n");
        handshake.recv_buf().extend_from_slice(REQUEST);
        assert!(matches!(handshake.poll_accept(), Err(HandshakeError::Rejected(_))));
        let refusal = handshake.send_queue().remaining();
        assert!(refusal > 0 && !handshake.is_closed());
        assert!(handshake.take_request().is_none());
        handshake.send_queue().advance(refusal);
        assert!(handshake.poll_accept()?);
        assert!(handshake.send_queue().chunk().starts_with(b"HTTP/1.1 101 "));
    }
    Ok(())
}

#[test]
fn nothing_accepted_is_no_connection() {
    let mut handshake = ServerHandshake::new(&ServerConfig::new());
    assert!(matches!(handshake.poll_accept(), Ok(false)));
    handshake.handle_eof();
    assert!(matches!(handshake.poll_accept(), Err(HandshakeError::Closed)));
    assert!(handshake.is_closed());
    assert!(handshake.take_connection().is_none());
}

#[test]
fn a_pending_request_gives_the_handshake_back() -> Result {
    for (config, decorated, kept) in configs() {
        for with in [false, true] {
            let mut handshake = ServerHandshake::new(&config);
            handshake.recv_buf().extend_from_slice(REQUEST);
            handshake.recv_buf().extend_from_slice(FRAME);
            let pending = handshake.poll()?.ok_or("not complete")?;
            let accepted = if with {
                pending.accepted_with(|response| {
                    response.headers_mut().insert("x-seen", http::HeaderValue::from_static("1"));
                })
            } else {
                pending.accepted()
            };
            let mut accepted = accepted.map_err(|refused| refused.error)?;
            assert!(accepted.poll_accept()?);
            let answer = String::from_utf8(accepted.send_queue().chunk().to_vec())?;
            assert_eq!(answer.contains("server: ours"), decorated, "{answer}");
            assert_eq!(answer.contains("x-seen: 1"), with, "{answer}");
            assert_eq!(accepted.take_request().is_some(), kept);
            let connection = accepted.take_connection().ok_or("not accepted")?;
            assert_eq!(connection.leftover(), FRAME);
        }
    }
    Ok(())
}
