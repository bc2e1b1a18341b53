//! Accepting, without and with a look at the request.

use std::time::Instant;

use bytes::Buf;
use http::Response;
use ws_core::{HandshakeError, Limits, Polled, RequestRule, ServerConfig, ServerHandshake};

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
                let Polled::Pending(waiting) = handshake.poll_accept() else {
                    return Err("it does not wait".into());
                };
                handshake = waiting;
                handshake.recv_buf().extend_from_slice(chunk);
            }
            handshake.recv_buf().extend_from_slice(FRAME);
            let Polled::Ready(mut accepted) = handshake.poll_accept() else {
                return Err("not accepted".into());
            };
            let answer = String::from_utf8(accepted.send_queue().chunk().to_vec())?;
            assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
            assert_eq!(answer.contains("Server: ours"), decorated, "{answer}");
            let request = accepted.take_request();
            assert_eq!(request.is_some(), kept);
            assert!(request.is_none_or(|request| request.uri() == "/room"));
            assert!(accepted.take_request().is_none());

            let mut connection = accepted.into_connection();
            assert_eq!(connection.leftover(), FRAME);
            assert_eq!(connection.send_queue().chunk(), answer.as_bytes());
        }
    }
    Ok(())
}

/// Limits may be set above what an `http::Uri` can hold.
#[test]
fn a_target_is_no_longer_than_a_request_can_tell() -> Result {
    let limits = Limits::new().max_request_line_len(70_000).max_head_len(80_000);
    for kept in [false, true] {
        let config = ServerConfig::new().limits(limits).keep_request(kept);
        for (len, fits) in [(65_533, true), (65_534, true), (65_535, false), (65_536, false)] {
            let mut request = format!("GET /{} HTTP/1.1", "a".repeat(len - 1)).into_bytes();
            request.extend_from_slice(&REQUEST[b"GET /room HTTP/1.1".len()..]);
            match ServerHandshake::with_buffered(&config, request).poll_accept() {
                Polled::Ready(_) => assert!(fits, "{len}"),
                Polled::Failed(rejected) => {
                    assert!(!fits, "{len}");
                    let HandshakeError::Rejected(rejection) = rejected.into_error() else {
                        return Err("another error".into());
                    };
                    assert_eq!(rejection.rule(), RequestRule::RequestLineTooLong);
                }
                Polled::Pending(_) => return Err("it waits".into()),
            }
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
        let Polled::Failed(mut rejected) = handshake.poll_accept() else {
            return Err("it is not rejected".into());
        };
        assert!(matches!(rejected.error, HandshakeError::Rejected(_)));
        let refusal = rejected.send_queue().remaining();
        assert!(refusal > 0 && !rejected.is_closed());
        // What has not been written goes out in front of the next answer.
        let mut next = rejected.next().ok_or("it is closed")?;
        next.send_queue().advance(refusal);
        let Polled::Ready(mut accepted) = next.poll_accept() else {
            return Err("not accepted".into());
        };
        assert!(accepted.send_queue().chunk().starts_with(b"HTTP/1.1 101 "));
    }
    Ok(())
}

#[test]
fn the_next_request_has_a_deadline_of_its_own() -> Result {
    let (config, now) = (ServerConfig::new().keep_alive(true), Instant::now());
    let mut handshake = ServerHandshake::new(&config);
    handshake.set_deadline(Some(now));
    handshake.recv_buf().extend_from_slice(b"GET / HTTP/1.1\r\nHost: ws.example\r\n\r\n");
    let Polled::Failed(rejected) = handshake.poll_accept() else {
        return Err("it is not rejected".into());
    };
    assert_eq!(rejected.deadline(), Some(now));
    let mut next = rejected.next().ok_or("it is closed")?;
    assert_eq!(next.poll_timeout(now), None);
    Ok(())
}

/// A name of the same length is another one.
#[test]
fn no_field_takes_the_place_of_another() -> Result {
    let request = std::str::from_utf8(REQUEST)?;
    let others = ["Xost", "Xpgrade", "Xonnection", "Xec-WebSocket-Key", "Xec-WebSocket-Version"];
    for other in others {
        let own = request.lines().find_map(|line| {
            let (name, _) = line.split_once(':')?;
            (name.len() == other.len() && name[1..] == other[1..]).then_some(name)
        });
        let changed = request.replace(&format!("{}:", own.ok_or(other)?), &format!("{other}:"));
        let mut handshake = ServerHandshake::new(&ServerConfig::new());
        handshake.recv_buf().extend_from_slice(changed.as_bytes());
        let Polled::Failed(rejected) = handshake.poll_accept() else { return Err(other.into()) };
        assert!(matches!(rejected.error, HandshakeError::Rejected(_)), "{other}");
    }
    Ok(())
}

/// Neither does one that nothing depends on.
#[test]
fn no_field_is_taken_for_one_that_may_be_left_out() -> Result {
    let config = ServerConfig::new().subprotocols(["a"]).origins(["https://a.example"])?;
    #[cfg(feature = "deflate")]
    let config = config.deflate(ws_core::DeflateConfig::default());
    let request = std::str::from_utf8(REQUEST)?;
    for others in [
        "Xec-WebSocket-Protocol: a\r\nXec-WebSocket-Extensions: permessage-deflate\r\n",
        "Xec-WebSocket-Protocol: ,;\r\nXec-WebSocket-Extensions: ,;=\r\n",
        "Xrigin: https://b.example\r\nXxpect: 200-ok\r\n",
        "Xontent-Length: 5\r\nXransfer-Encoding: chunked\r\n",
    ] {
        let mut handshake = ServerHandshake::new(&config);
        let request = request.replace("\r\n\r\n", &format!("\r\n{others}\r\n"));
        handshake.recv_buf().extend_from_slice(request.as_bytes());
        let Polled::Ready(accepted) = handshake.poll_accept() else { return Err(others.into()) };
        let negotiated = accepted.negotiated();
        assert!(negotiated.subprotocol().is_none() && negotiated.deflate().is_none(), "{others}");
    }
    Ok(())
}

/// "A server that receives an Expect field-value of "100-continue" [...] SHOULD send" one. RFC 9110 10.1.1
#[test]
fn who_waits_to_continue_is_told_to() -> Result {
    let request =
        std::str::from_utf8(REQUEST)?.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    for looks in [false, true] {
        let mut handshake = ServerHandshake::new(&ServerConfig::new());
        handshake.recv_buf().extend_from_slice(request.as_bytes());
        let mut accepted = if looks {
            let Polled::Ready(request) = handshake.poll() else { return Err("no request".into()) };
            request.accept().map_err(|_| "not accepted")?
        } else {
            let Polled::Ready(accepted) = handshake.poll_accept() else {
                return Err("not accepted".into());
            };
            accepted
        };
        let answer = String::from_utf8(accepted.send_queue().chunk().to_vec())?;
        assert!(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 "), "{answer}");
    }
    Ok(())
}

/// The answer to who offers none of them names those there are.
#[test]
fn subprotocols_are_named_to_who_does_not_know_them() -> Result {
    let config = ServerConfig::new().subprotocols(["chat", "talk"]).require_subprotocol(true);
    let mut handshake = ServerHandshake::new(&config);
    handshake.recv_buf().extend_from_slice(REQUEST);
    let Polled::Failed(mut rejected) = handshake.poll_accept() else {
        return Err("it is accepted".into());
    };
    let answer = String::from_utf8(rejected.send_queue().chunk().to_vec())?;
    assert!(answer.trim_end().ends_with(": chat, talk"), "{answer}");
    let mut handshake = ServerHandshake::new(&config);
    handshake.recv_buf().extend_from_slice(b"GET / HTTP/1.1\r\nHost: ws.example\r\n\r\n");
    let Polled::Failed(mut rejected) = handshake.poll_accept() else {
        return Err("it is accepted".into());
    };
    let answer = String::from_utf8(rejected.send_queue().chunk().to_vec())?;
    assert!(!answer.contains("chat"), "{answer}");
    Ok(())
}

/// Whoever asks again and again is done when the limit says so.
#[test]
fn attempts_are_counted() -> Result {
    let mut handshake = ServerHandshake::new(&ServerConfig::new().keep_alive(true).max_attempts(3));
    for attempt in 1..=3 {
        handshake.recv_buf().extend_from_slice(b"GET / HTTP/1.1\r\nHost: ws.example\r\n\r\n");
        let Polled::Failed(rejected) = handshake.poll_accept() else {
            return Err("accepted".into());
        };
        assert_eq!(rejected.is_closed(), attempt == 3, "{attempt}");
        let Some(next) = rejected.next() else { break };
        handshake = next;
    }
    Ok(())
}

/// What has come is not lost with a handshake that is given up.
#[test]
fn a_handshake_gives_its_buffers_back() {
    let mut handshake = ServerHandshake::new(&ServerConfig::new());
    handshake.recv_buf().extend_from_slice(b"GET / H");
    handshake.send_queue().extend_from_slice(b"HTTP");
    let (recv, send) = handshake.into_buffers();
    assert_eq!((recv.filled(), send.chunk()), (&b"GET / H"[..], &b"HTTP"[..]));
}

/// RFC 9110 6.4.1 and 8.6.
#[test]
fn an_answer_that_has_no_body_goes_without() -> Result {
    for (status, body) in [(204, ""), (304, ""), (403, "Content-Length: 4\r\n")] {
        let mut handshake = ServerHandshake::new(&ServerConfig::new());
        handshake.recv_buf().extend_from_slice(REQUEST);
        let Polled::Ready(request) = handshake.poll() else { return Err("no request".into()) };
        let mut rejected = request.reject_with(Response::builder().status(status).body("nope")?);
        let answer = String::from_utf8(rejected.send_queue().chunk().to_vec())?;
        assert_eq!(answer.ends_with("nope"), !body.is_empty(), "{answer}");
        assert_eq!(answer.contains("Content-Length"), !body.is_empty(), "{answer}");
        assert!(answer.contains(body), "{answer}");
    }
    Ok(())
}

/// What may still come of a request must not meet a socket that is closed, or the answer may be lost.
#[test]
fn the_rest_of_a_request_is_waited_for() -> Result {
    let end = "Host: ws.example\r\n";
    for (head, lingers) in [
        (format!("GET / HTTP/1.1\r\n{end}"), false),
        (format!("GET / HTTP/1.1\r\n{end}Content-Length: 5\r\n"), true),
        (format!("GET / HTTP/1.1\r\n{end}Connection: close\r\n"), true),
        (format!("GET / HTTP/1.0\r\n{end}"), true),
    ] {
        for keep_alive in [false, true] {
            let config = ServerConfig::new().keep_alive(keep_alive);
            let mut handshake = ServerHandshake::new(&config);
            handshake.recv_buf().extend_from_slice(format!("{head}\r\n").as_bytes());
            let Polled::Failed(rejected) = handshake.poll_accept() else {
                return Err("it is not rejected".into());
            };
            assert_eq!(rejected.must_linger(), lingers, "{head}");
            assert_eq!(rejected.is_closed(), lingers || !keep_alive, "{head}");
            let mut rejected = rejected;
            rejected.recv_buf().extend_from_slice(b"rest");
            assert_eq!(rejected.into_buffers().0.filled(), b"rest");
        }
    }
    Ok(())
}

#[test]
fn nothing_that_came_is_no_connection() {
    let handshake = ServerHandshake::new(&ServerConfig::new());
    let Polled::Pending(mut handshake) = handshake.poll_accept() else {
        panic!("there is nothing to look at")
    };
    handshake.handle_eof();
    let Polled::Failed(mut rejected) = handshake.poll_accept() else {
        panic!("there is nothing to accept")
    };
    assert!(matches!(rejected.error, HandshakeError::Closed));
    assert!(rejected.send_queue().is_empty() && rejected.is_closed());
    assert!(rejected.next().is_none());
}

#[test]
fn a_request_in_hand_is_accepted_with_and_without_a_hook() -> Result {
    for (config, decorated, kept) in configs() {
        for with in [false, true] {
            let mut handshake = ServerHandshake::new(&config);
            handshake.recv_buf().extend_from_slice(REQUEST);
            handshake.recv_buf().extend_from_slice(FRAME);
            let Polled::Ready(request) = handshake.poll() else { return Err("not whole".into()) };
            let accepted = if with {
                request.accept_with(|response| {
                    response.headers_mut().insert("x-seen", http::HeaderValue::from_static("1"));
                })
            } else {
                request.accept()
            };
            let mut accepted = accepted.map_err(|rejected| rejected.error)?;
            let answer = String::from_utf8(accepted.send_queue().chunk().to_vec())?;
            assert_eq!(answer.contains("Server: ours"), decorated, "{answer}");
            assert_eq!(answer.contains("X-Seen: 1"), with, "{answer}");
            assert_eq!(accepted.take_request().is_some(), kept);
            assert_eq!(accepted.into_connection().leftover(), FRAME);
        }
    }
    Ok(())
}

/// A target as long as limits allow, but longer than an `http::Uri`, must not become another one.
#[test]
fn a_target_is_refused_rather_than_forgotten() -> Result {
    let mut limits = Limits::default();
    (limits.max_request_line_len, limits.max_head_len) = (1 << 20, 1 << 20);
    for (config, ..) in configs() {
        let config = config.limits(limits);
        for (len, fits) in [(65_534, true), (65_535, false), (100_000, false)] {
            let target = format!("/{}", "a".repeat(len - 1));
            let request = std::str::from_utf8(REQUEST)?.replacen("/room", &target, 1);
            match ServerHandshake::with_buffered(&config, request.as_bytes()).poll_accept() {
                Polled::Ready(mut accepted) => {
                    assert!(fits, "{len}");
                    assert!(accepted.take_request().is_none_or(|it| it.uri() == target.as_str()));
                }
                Polled::Failed(rejected) => {
                    assert!(!fits, "{len}: {}", rejected.error);
                    assert_eq!(rejected.error.name(), "request-line-too-long");
                }
                Polled::Pending(_) => return Err("it waits".into()),
            }
        }
        for target in ["http://%77s.example/", "http://a%2fb/x"] {
            let request = std::str::from_utf8(REQUEST)?.replacen("/room", target, 1);
            let polled = ServerHandshake::with_buffered(&config, request.as_bytes()).poll();
            let Polled::Failed(rejected) = polled else { return Err("it is a request".into()) };
            assert_eq!(rejected.error.status().map(|status| status.as_u16()), Some(400));
        }
    }
    Ok(())
}

#[test]
fn a_later_minor_version_is_the_one_spoken_here() -> Result {
    let later = String::from_utf8(REQUEST.to_vec())?.replace("HTTP/1.1", "HTTP/1.7");
    for (config, _, kept) in configs() {
        for split in [1, later.len()] {
            let mut handshake = ServerHandshake::new(&config);
            let mut found = None;
            for chunk in later.as_bytes().chunks(split) {
                handshake.recv_buf().extend_from_slice(chunk);
                match handshake.poll() {
                    Polled::Pending(waiting) => handshake = waiting,
                    Polled::Ready(request) => {
                        found = Some(request);
                        break;
                    }
                    Polled::Failed(rejected) => return Err(rejected.into_error().into()),
                }
            }
            let request = found.ok_or("no request")?;
            assert_eq!(request.request().version(), http::Version::HTTP_11);
            assert!(request.is_upgrade());
            let mut accepted = request.accept().map_err(|rejected| rejected.into_error())?;
            assert!(accepted.send_queue().chunk().starts_with(b"HTTP/1.1 101 "));
            assert_eq!(accepted.take_request().is_some(), kept);
        }
    }
    Ok(())
}
