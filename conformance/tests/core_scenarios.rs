//! The scenarios of `ws-conform/vectors/scenarios.md` that need no transport, over the core.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "this is how a test fails"
)]

use std::{
    collections::HashSet,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use conformance::{
    core_subject::{client_failure, client_pending, drain, established, failure, pending, request},
    fill::{accept_value, fill},
    sample::{KEY, NOT_OPENING, bad, good, switching, upgrade},
    wire::{Answer, Answers},
};
use http::{Response, StatusCode, header};
use ws_core::{
    ClientConfig, ClientHandshake, HandshakeError, Polled, RecvBuf, Rejected, RequestRule,
    SendQueue, ServerConfig, ServerHandshake, upgrade_request,
};

/// `hello` in a masked text frame.
const FRAME: &[u8] = b"\x81\x857\xfa!=\x7f\x9fMQX";

fn answer(queue: &mut SendQueue) -> Answer {
    let mut wire = Vec::new();
    drain(queue, &mut wire);
    let answers = Answers::parse(&wire).unwrap_or_else(|e| panic!("{e}: {}", wire.escape_ascii()));
    answers.last.unwrap()
}

/// What becomes of a request that opens no WebSocket, or of what is none.
fn refused(server: ServerHandshake) -> Rejected {
    match server.poll() {
        Polled::Ready(request) => *request.accept().unwrap_err(),
        Polled::Failed(rejected) => *rejected,
        Polled::Pending(_) => panic!("it waits"),
    }
}

fn accept_of(answer: &Answer) -> String {
    answer.head.values("Sec-WebSocket-Accept").collect()
}

#[test]
fn s_03_a_pipelined_second_request_survives_the_refusal_of_the_first() {
    let config = ServerConfig::new().keep_alive(true);
    let input = [bad(), good(), FRAME.to_vec()].concat();
    let server = ServerHandshake::with_buffered(&config, input.as_slice());
    let mut refused = request(server).accept().unwrap_err();
    let first = answer(refused.send_queue());
    assert_eq!(first.status, 400);
    assert!(!first.head.has_member("Connection", "close"));
    assert!(!refused.is_closed());
    let mut connection = request(refused.next().unwrap()).accept().unwrap().into_connection();
    let second = answer(connection.send_queue());
    assert_eq!((second.status, accept_of(&second)), (101, accept_value(KEY)));
    assert_eq!(connection.leftover(), FRAME);
}

#[test]
fn s_03_or_the_server_closes() {
    let input = [bad(), good()].concat();
    let server = ServerHandshake::with_buffered(&ServerConfig::new(), input.as_slice());
    let mut refused = request(server).accept().unwrap_err();
    assert!(answer(refused.send_queue()).head.has_member("Connection", "close"));
    assert!(refused.is_closed());
    assert!(refused.next().is_none());
}

/// The error alone keeps what the handshake would have kept.
#[test]
fn s_03_the_error_hands_the_second_request_back() {
    let config = ServerConfig::new().keep_alive(true);
    let input = [bad(), good()].concat();
    let server = ServerHandshake::with_buffered(&config, input.as_slice());
    let error = request(server).accept().unwrap_err().into_error();
    let HandshakeError::Rejected(refusal) = error else { panic!("{error:?}") };
    assert!(refusal.keep_alive());
    assert_eq!(refusal.leftover(), &good());
}

#[test]
fn s_04_a_later_request_after_a_refusal() {
    let config = ServerConfig::new().keep_alive(true);
    let mut server = ServerHandshake::new(&config);
    for _ in 0..3 {
        server.recv_buf().extend_from_slice(&bad());
        let mut refused = request(server).accept().unwrap_err();
        assert_eq!(answer(refused.send_queue()).status, 400);
        server = pending(refused.next().unwrap());
    }
    let key = "AQIDBAUGBwgJCgsMDQ4PEA==";
    let head = String::from_utf8(good()).unwrap().replace(KEY, key);
    server.recv_buf().extend_from_slice(head.as_bytes());
    let mut accepted = request(server).accept().unwrap();
    assert_eq!(accept_of(&answer(accepted.send_queue())), accept_value(key));
}

#[test]
fn keep_alive_ends_after_as_many_attempts_as_allowed() {
    let config = ServerConfig::new().keep_alive(true).max_attempts(3);
    let server = ServerHandshake::with_buffered(&config, bad().repeat(5).as_slice());
    let (mut next, mut said) = (Some(server), Vec::new());
    while let Some(server) = next {
        let mut refused = request(server).accept().unwrap_err();
        said.push(answer(refused.send_queue()).head.has_member("Connection", "close"));
        next = refused.next();
    }
    assert_eq!(said, [false, false, true]);
}

#[test]
fn s_05_content_length_is_computed_last() {
    let hooks: [fn(&mut Response<Bytes>); 3] = [
        |_| {},
        |response| {
            response.headers_mut().insert(header::CONTENT_LENGTH, 77.into());
        },
        |response| {
            let chunked = "chunked".parse().unwrap();
            response.headers_mut().insert(header::TRANSFER_ENCODING, chunked);
            response.headers_mut().append(header::CONTENT_LENGTH, 1.into());
            response.headers_mut().append(header::CONTENT_LENGTH, 2.into());
        },
    ];
    for (index, hook) in hooks.into_iter().enumerate() {
        let config = ServerConfig::new().decorate(move |_, response| {
            *response.status_mut() = StatusCode::FORBIDDEN;
            *response.body_mut() = Bytes::from_static(b"nope");
            hook(response);
        });
        let server = ServerHandshake::with_buffered(&config, bad().as_slice());
        let mut refused = request(server).accept().unwrap_err();
        assert_eq!(refused.error.status(), Some(StatusCode::FORBIDDEN), "hook {index}");
        let sent = answer(refused.send_queue());
        assert_eq!((sent.status, sent.rest.as_slice()), (403, b"nope".as_slice()), "hook {index}");
        assert_eq!(sent.head.values("Content-Length").collect::<Vec<_>>(), ["4"], "hook {index}");
        assert_eq!(sent.head.values("Transfer-Encoding").count(), 0, "hook {index}");
    }
}

/// What the answer says of the connection is what is done with it, whatever a hook wrote there.
#[test]
fn connection_says_what_is_done() {
    let malformed = b"G E T / HTTP/1.1\r\n\r\n".to_vec();
    for (said, keep_alive, input, closes) in [
        ("keep-alive", false, bad(), true),
        ("keep-alive", true, malformed.clone(), true),
        ("close", true, bad(), true),
        ("x, Close", true, bad(), true),
        ("upgrade", true, bad(), false),
        ("keep-alive", true, bad(), false),
        ("", true, bad(), false),
    ] {
        let config = ServerConfig::new().keep_alive(keep_alive).decorate(move |_, response| {
            response.headers_mut().insert(header::CONNECTION, said.parse().unwrap());
        });
        let server = ServerHandshake::with_buffered(&config, input.as_slice());
        let mut refused = refused(server);
        let sent = answer(refused.send_queue());
        assert_eq!(sent.head.has_member("Connection", "close"), closes, "{said:?} {keep_alive}");
        assert_eq!(refused.is_closed(), closes, "{said:?} {keep_alive}");
        assert!(!sent.head.has_member("Connection", "upgrade"), "{said:?}");
    }
}

/// "a server MUST NOT send Content-Length in such a response unless its field value equals the
/// decimal number of octets that would have been sent in the content of a response if the same
/// request had used the GET method." RFC 9110 8.6
#[test]
fn the_length_in_an_answer_to_head_is_that_of_the_body_left_out() {
    let input = b"HEAD /health HTTP/1.1\r\nHost: h\r\n\r\n".as_slice();
    let server = ServerHandshake::with_buffered(&ServerConfig::new(), input);
    let mut refused = request(server).reject_with(Response::new("ok"));
    let sent = answer(refused.send_queue());
    assert_eq!((sent.status, sent.rest.as_slice()), (200, b"".as_slice()));
    let lengths: Vec<_> = sent.head.values("Content-Length").collect();
    assert!(lengths.is_empty() || lengths == ["2"], "{lengths:?}");
}

#[test]
fn s_06_a_hook_can_refuse_a_good_request() {
    let config = ServerConfig::new().subprotocols(["chat"]).decorate(|seen, response| {
        assert!(seen.is_some());
        *response.status_mut() = StatusCode::FORBIDDEN;
    });
    let input = upgrade("Sec-WebSocket-Protocol: chat\r\n");
    let server = ServerHandshake::with_buffered(&config, input.as_slice());
    let mut refused = request(server).accept().unwrap_err();
    let HandshakeError::Rejected(refusal) = &refused.error else { panic!("{:?}", refused.error) };
    assert_eq!(refusal.rule(), RequestRule::Application);
    assert_eq!(refusal.response().status(), StatusCode::FORBIDDEN);
    let sent = answer(refused.send_queue());
    assert_eq!(sent.status, 403);
    for name in ["Sec-WebSocket-Accept", "Upgrade", "Sec-WebSocket-Protocol"] {
        assert_eq!(sent.head.values(name).count(), 0, "{name}");
    }
    assert!(!sent.head.has_member("Connection", "upgrade"));
}

/// The other way round: no hook makes a 101 out of a refusal.
#[test]
fn s_06_a_hook_cannot_accept_a_bad_request() {
    let config = ServerConfig::new()
        .decorate(|_, response| *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS);
    let server = ServerHandshake::with_buffered(&config, bad().as_slice());
    let mut refused = request(server).accept().unwrap_err();
    assert_eq!(refused.error.status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
    let sent = answer(refused.send_queue());
    assert_eq!(sent.status, 500);
    assert_eq!(sent.head.values("Sec-WebSocket-Accept").count(), 0);
}

#[test]
fn s_12_a_malformed_request_then_a_good_one() {
    for keep_alive in [false, true] {
        let config = ServerConfig::new().keep_alive(keep_alive);
        let mut server = ServerHandshake::new(&config);
        server.recv_buf().extend_from_slice(b"G E T / HTTP/1.1\r\n\r\n");
        server.recv_buf().extend_from_slice(&good());
        let mut rejected = failure(server);
        assert_eq!(rejected.error.name(), "malformed-head");
        let sent = answer(rejected.send_queue());
        assert_eq!(sent.status, 400);
        assert!(sent.head.has_member("Connection", "close"));
        assert!(rejected.is_closed());
        assert!(rejected.next().is_none());
    }
}

#[test]
fn s_15_reuse_after_a_failure() {
    let config = ServerConfig::new().subprotocols(["chat"]);
    let first = upgrade("Sec-WebSocket-Protocol: chat\r\n");
    let failures: [(&str, &[u8]); 4] = [
        ("refusal", b"GET / HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Protocol: chat\r\n\r\nrest"),
        ("malformed", b"G E T / HTTP/1.1\r\n\r\nrest"),
        ("truncated", &first[..100]),
        ("timed out", &first[..101]),
    ];
    let (mut recv, mut send) = (RecvBuf::new(), SendQueue::new());
    for (what, input) in failures {
        let mut server = ServerHandshake::from_buffers(&config, recv, send);
        server.recv_buf().extend_from_slice(input);
        let now = Instant::now();
        match what {
            "truncated" => server.handle_eof(),
            "timed out" => {
                server.set_deadline(Some(now));
                server.handle_timeout(now);
            }
            _ => {}
        }
        let mut refused = refused(server);
        drain(refused.send_queue(), &mut Vec::new());
        (recv, send) = refused.into_buffers();
        recv.clear();
        send.clear();

        let mut server = ServerHandshake::from_buffers(&config, recv, send);
        assert_eq!(server.poll_timeout(now), None, "{what}");
        server = pending(server);
        server.recv_buf().extend_from_slice(&good());
        let mut connection = request(server).accept().unwrap().into_connection();
        let sent = answer(connection.send_queue());
        assert_eq!((sent.status, accept_of(&sent)), (101, accept_value(KEY)), "{what}");
        assert_eq!(sent.head.values("Sec-WebSocket-Protocol").count(), 0, "{what}");
        assert_eq!(connection.negotiated().subprotocol(), None, "{what}");
        assert!(connection.leftover().is_empty(), "{what}");
        (recv, send, ..) = connection.into_parts();
        recv.clear();
        send.clear();
    }
}

fn keys(n: usize) -> Vec<[u8; 16]> {
    let config = ClientConfig::new();
    (0..n)
        .map(|_| {
            let client = ClientHandshake::new(&config, "h", "/").unwrap();
            STANDARD.decode(client.key()).unwrap().try_into().expect("16 octets")
        })
        .collect()
}

/// All different, and every bit about as often set as not.
fn assert_random(all: &[[u8; 16]]) {
    let different: HashSet<_> = all.iter().collect();
    assert_eq!(different.len(), all.len());
    for bit in 0..128 {
        let set = all.iter().filter(|key| key[bit / 8] & (1 << (bit % 8)) != 0).count();
        let share = set as f64 / all.len() as f64;
        assert!((0.48..0.52).contains(&share), "bit {bit}: {share}");
    }
}

#[test]
fn s_16_keys_do_not_repeat() {
    assert_random(&keys(100_000));
}

#[test]
fn s_16_keys_do_not_repeat_across_threads() {
    let threads: Vec<_> = (0..8).map(|_| thread::spawn(|| keys(10_000))).collect();
    let all: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_random(&all);
}

#[test]
fn s_16_keys_of_the_pure_function_do_not_repeat() {
    let keys: HashSet<_> = (0..10_000)
        .map(|_| {
            let (request, _) = upgrade_request(&ClientConfig::new(), "h", "/").unwrap();
            request.headers()["sec-websocket-key"].as_bytes().to_vec()
        })
        .collect();
    assert_eq!(keys.len(), 10_000);
}

#[test]
fn s_17_early_frames_are_kept_from_every_entry() {
    let input = [good(), FRAME.to_vec()].concat();
    let config = ServerConfig::new();
    let server = ServerHandshake::with_buffered(&config, input.as_slice());
    let connection = request(server).accept().unwrap().into_connection();
    assert_eq!(connection.leftover(), FRAME);
    for cut in 0..=input.len() {
        let mut server = ServerHandshake::with_buffered(&config, &input[..cut]);
        let mut late = &input[cut..];
        let request = loop {
            server = match server.poll() {
                Polled::Ready(request) => break request,
                Polled::Pending(server) => server,
                Polled::Failed(rejected) => panic!("{rejected:?}"),
            };
            let (now, rest) = late.split_at(1);
            server.recv_buf().extend_from_slice(now);
            late = rest;
        };
        let connection = request.accept().unwrap().into_connection();
        assert_eq!([connection.leftover(), late].concat(), FRAME, "{cut} octets handed over");
    }
}

#[test]
fn s_18_nothing_is_sent_before_the_answer_nothing_after_a_refusal() {
    for input in NOT_OPENING {
        let mut client = ClientHandshake::new(&ClientConfig::new(), "h", "/").unwrap();
        drain(client.send_queue(), &mut Vec::new());
        client.recv_buf().extend_from_slice(input);
        // What has failed has no queue any more.
        let Polled::Pending(mut client) = client.poll() else { continue };
        assert!(client.send_queue().is_empty(), "{}", input.escape_ascii());
        client.handle_eof();
        client_failure(client);
    }
    let mut client = ClientHandshake::new(&ClientConfig::new(), "h", "/").unwrap();
    drain(client.send_queue(), &mut Vec::new());
    let input = fill(&switching(""), client.key());
    client.recv_buf().extend_from_slice(&input);
    let mut connection = established(client).connection;
    assert!(connection.send_queue().is_empty());
}

#[test]
fn s_21_100_continue_is_not_a_trap() {
    let input = upgrade("Expect: 100-continue\r\nContent-Length: 5\r\n");
    let server = ServerHandshake::with_buffered(&ServerConfig::new(), input.as_slice());
    let mut refused = request(server).accept().unwrap_err();
    assert!(matches!(answer(refused.send_queue()).status, 400 | 413 | 417));
    assert!(refused.is_closed());
}

/// S-10 and S-11 without waiting: the deadline is one instant, whatever arrives before it.
#[test]
fn s_10_a_slow_drip_does_not_extend_the_deadline() {
    let start = Instant::now();
    let deadline = start + Duration::from_millis(300);
    let mut server = ServerHandshake::new(&ServerConfig::new());
    server.set_deadline(Some(deadline));
    for (octet, step) in good().iter().zip(1..6) {
        server.recv_buf().extend_from_slice(&[*octet]);
        let now = start + Duration::from_millis(50 * step);
        server.handle_timeout(now);
        server = pending(server);
        assert_eq!(server.poll_timeout(now), Some(deadline));
    }
    server.handle_timeout(deadline);
    let mut rejected = failure(server);
    assert!(matches!(rejected.error, HandshakeError::TimedOut(_)));
    let sent = answer(rejected.send_queue());
    assert_eq!(sent.status, 408);
    assert!(sent.head.has_member("Connection", "close"));
    assert!(rejected.is_closed());

    let mut client = ClientHandshake::new(&ClientConfig::new(), "h", "/").unwrap();
    drain(client.send_queue(), &mut Vec::new());
    client.set_deadline(Some(deadline));
    for step in 1..6 {
        client.recv_buf().extend_from_slice(b"HTTP/1.1 103 x\r\n\r\n");
        let now = start + Duration::from_millis(50 * step);
        client.handle_timeout(now);
        client = client_pending(client);
        assert_eq!(client.poll_timeout(now), Some(deadline));
    }
    client.handle_timeout(deadline);
    assert!(client.send_queue().is_empty());
    assert!(matches!(client_failure(client), HandshakeError::TimedOut(_)));
}

#[test]
fn s_11_nobody_speaks() {
    let now = Instant::now();
    for (answers, input, expected) in [
        (true, "", None),
        (true, "\r\n", None),
        (true, "GET / HT", Some(408)),
        (false, "GET / HT", None),
    ] {
        let config = ServerConfig::new().answer_timeout(answers);
        let mut server = ServerHandshake::with_buffered(&config, input.as_bytes());
        server.set_deadline(Some(now));
        server.handle_timeout(now);
        let mut rejected = failure(server);
        assert!(matches!(rejected.error, HandshakeError::TimedOut(_)), "{input:?}");
        let mut wire = Vec::new();
        drain(rejected.send_queue(), &mut wire);
        let sent = Answers::parse(&wire).unwrap().last.map(|answer| answer.status);
        assert_eq!(sent, expected, "{input:?}");
        assert!(rejected.is_closed(), "{input:?}");
    }
}

/// S-09: status and fields at once, the octets that came at the end.
#[test]
fn s_09_a_refusal_without_framing_on_a_connection_that_stays_open() {
    let start = Instant::now();
    let deadline = start + Duration::from_millis(300);
    for (input, body) in [
        ("HTTP/1.1 401 Unauthorized\r\nX: y\r\n\r\n", ""),
        ("HTTP/1.1 401 Unauthorized\r\nX: y\r\nContent-Length: 60\r\n\r\nabcdef", "abcdef"),
        ("HTTP/1.1 401 Unauthorized\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", "abc"),
    ] {
        let mut client = ClientHandshake::new(&ClientConfig::new(), "h", "/").unwrap();
        client.set_deadline(Some(deadline));
        client.recv_buf().extend_from_slice(input.as_bytes());
        client = client_pending(client);
        let head = client.declined().expect("the head is there");
        assert_eq!((head.status().as_u16(), &head.headers()["x"]), (401, &"y".parse().unwrap()));
        assert_eq!(client.poll_timeout(start), Some(deadline), "{input}");
        client.handle_timeout(deadline);
        let error = client_failure(client);
        let HandshakeError::Declined(declined) = error else { panic!("{input}: {error:?}") };
        assert_eq!(declined.response().status(), StatusCode::UNAUTHORIZED, "{input}");
        assert_eq!(declined.response().body(), body.as_bytes(), "{input}");
        assert!(!declined.body_complete(), "{input}");
    }
}

/// The body is not waited for until the deadline, when that is far.
#[test]
fn s_09_the_body_has_a_time_of_its_own() {
    let start = Instant::now();
    let wait = Duration::from_millis(40);
    let mut client =
        ClientHandshake::new(&ClientConfig::new().body_timeout(wait), "h", "/").unwrap();
    client.set_deadline(Some(start + Duration::from_secs(10)));
    client.recv_buf().extend_from_slice(b"HTTP/1.1 401 x\r\n\r\n");
    client = client_pending(client);
    let until = client.poll_timeout(start).unwrap();
    assert_eq!(until, start + wait);
    client.recv_buf().extend_from_slice(b"more");
    client = client_pending(client);
    assert_eq!(client.poll_timeout(start + wait / 2), Some(until), "progress does not extend it");
    client.handle_timeout(until);
    assert_eq!(client_failure(client).name(), "status-not-101");
}
