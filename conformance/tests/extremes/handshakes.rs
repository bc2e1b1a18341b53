//! The handshakes of the core.

use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes};
use conformance::{
    fill::fill,
    messages::reader::Reader,
    random::Random,
    sample::{NOT_OPENING, switching, upgrade, without_key},
};
use http::{Response, StatusCode};
use ws_core::{
    Accepted, ClientConfig, ClientHandshake, CloseFrame, Connection, Established, HandshakeError,
    Limits, Polled, RecvBuf, Rejected, Role, SendQueue, ServerConfig, ServerHandshake,
    UpgradeRequest, WebSocketConfig,
};

use super::{
    connection::check_order,
    input,
    settings::{CLIENT, Choice, LIMITS, SERVER, WEB_SOCKET, alone, set, together, told},
    watch::{Now, watched},
};

/// What a handshake is set to: limits, its own settings, and those of the connection.
type All<const N: usize> = (Choice<5>, Choice<N>, Choice<14>);

/// Every setting alone and many together.
fn every<const N: usize>(mut run: impl FnMut(u64, All<N>)) {
    let (none, own) = ([None; 14], [None; N]);
    let of_limits = alone().map(|limits| (limits, own, none));
    let of_handshake = alone().map(|own| ([None; 5], own, none));
    let of_connection = alone().map(|connection| ([None; 5], own, connection));
    let mut random = Random::new(11);
    let mix = (0..200).map(|_| {
        let random = &mut random;
        (together(random), together(random), together(random))
    });
    let all = of_limits.chain(of_handshake).chain(of_connection).chain(mix);
    for (at, all) in all.enumerate() {
        for again in 0..10 {
            run(at as u64 * 10 + again + 1, all);
        }
    }
}

fn limits(choice: Choice<5>) -> Limits {
    set(&LIMITS, choice, Limits::new())
}

fn say<C, const N: usize>(
    now: &Now,
    seed: u64,
    all: All<N>,
    own: &[super::settings::Setting<C>; N],
) {
    let (limits, web_socket) = (told(&LIMITS, all.0), told(&WEB_SOCKET, all.2));
    now.say(format!("seed {seed}, {limits} {} {web_socket}", told(own, all.1)));
}

#[test]
fn servers() {
    watched(|now| {
        every(|seed, all| {
            say(now, seed, all, &SERVER);
            let web_socket = set(&WEB_SOCKET, all.2, WebSocketConfig::new());
            let config = ServerConfig::new().limits(limits(all.0)).web_socket(web_socket);
            serve(&mut Random::new(seed), &set(&SERVER, all.1, config));
        });
    });
}

#[test]
fn clients() {
    watched(|now| {
        every(|seed, all| {
            say(now, seed, all, &CLIENT);
            let web_socket = set(&WEB_SOCKET, all.2, WebSocketConfig::new());
            let config = ClientConfig::new().limits(limits(all.0)).web_socket(web_socket);
            connect(&mut Random::new(seed), &set(&CLIENT, all.1, config));
        });
    });
}

/// Requests of every kind, one behind the other, and frames.
fn requests(random: &mut Random) -> Vec<u8> {
    let mut all = Vec::new();
    for _ in 0..1 + random.below(4) {
        all.extend(match random.below(10) {
            0..4 => upgrade(
                "Sec-WebSocket-Protocol: b, a\r\nSec-WebSocket-Extensions: \
                             permessage-deflate; client_max_window_bits\r\n",
            ),
            4 => upgrade(&format!("X: {}\r\n", "x".repeat(random.below(10_000)))),
            5 => without_key(""),
            6 => without_key("Content-Length: 5\r\nConnection: close\r\n"),
            7 => b"GET / HTTP/1.0\r\n\r\n".to_vec(),
            8 => upgrade(&"A: b\r\n".repeat(random.below(200))),
            _ => vec![random.below(256) as u8; random.below(30)],
        });
    }
    all.extend(input::frames(random, Role::Server, false));
    all
}

fn serve(random: &mut Random, config: &ServerConfig) {
    let (start, mut input) = (Instant::now(), requests(random));
    let mut written = Vec::new();
    let mut machine = ServerHandshake::new(config);
    machine.set_deadline(config.handshake_timeout().and_then(|time| start.checked_add(time)));
    for _ in 0..random.below(60) {
        match random.below(12) {
            0..4 => feed(random, &mut input, machine.recv_buf()),
            4..8 => {
                let polled = if random.below(4) > 0 {
                    match machine.poll() {
                        Polled::Pending(machine) => Polled::Pending(machine),
                        Polled::Failed(rejected) => Polled::Failed(rejected),
                        Polled::Ready(request) => match answer(random, request) {
                            Ok(accepted) => Polled::Ready(accepted),
                            Err(rejected) => {
                                assert!(matches!(rejected.error, HandshakeError::Rejected(_)));
                                Polled::Failed(rejected)
                            }
                        },
                    }
                } else {
                    machine.poll_accept()
                };
                machine = match polled {
                    Polled::Pending(machine) => machine,
                    Polled::Ready(mut accepted) => {
                        let _ = (accepted.take_request(), accepted.negotiated());
                        return use_connection(random, accepted.into_connection(), written);
                    }
                    Polled::Failed(mut rejected) => {
                        assert!(!rejected.error.to_string().is_empty());
                        take(random, rejected.send_queue(), &mut written);
                        let _ = (rejected.is_closed(), rejected.must_linger());
                        match rejected.next() {
                            Some(machine) => machine,
                            None => return,
                        }
                    }
                };
            }
            8 => pass(random, start, |now| {
                machine.poll_timeout(now);
                machine.handle_timeout(now);
            }),
            9 => misuse(random, machine.recv_buf()),
            10 if random.below(5) == 0 => machine.handle_eof(),
            _ => take(random, machine.send_queue(), &mut written),
        }
    }
    written.extend_from_slice(&drained(machine.send_queue()));
    assert!(written.is_empty() || written.starts_with(b"HTTP/1.1 "));
    let _ = machine.into_buffers();
}

/// Answers a request in some way.
fn answer(random: &mut Random, mut request: UpgradeRequest) -> Result<Accepted, Box<Rejected>> {
    let _ = (request.request().uri(), request.is_upgrade(), request.violation());
    let _ = (request.negotiated(), request.offered_subprotocols().count());
    if random.below(4) == 0 {
        let _ = request.select_subprotocol(*random.pick(&[None, Some("a"), Some("\r\n")]));
    }
    let decorate = |response: &mut Response<Bytes>| {
        response.headers_mut().insert("x", http::HeaderValue::from_static("y"));
    };
    match random.below(6) {
        0 | 1 => request.accept(),
        2 | 3 => request.accept_with(decorate),
        4 => Err(request.reject()),
        _ => {
            let mut response = Response::new(Bytes::from(vec![b'x'; random.below(3) * 500]));
            let status =
                StatusCode::from_u16(*random.pick(&[100, 101, 200, 204, 304, 404, 599, 999]));
            *response.status_mut() = status.unwrap_or_default();
            Err(request.reject_with(response))
        }
    }
}

/// What comes behind a handshake.
fn use_connection(random: &mut Random, mut connection: Connection, mut written: Vec<u8>) {
    let (role, extensions) = (connection.role(), connection.negotiated().extensions());
    while let Ok(Some(_)) = connection.poll() {
        let _ = connection.receiver().take_message();
    }
    let _ = connection.sender().send(&"x".repeat(random.below(200)).into());
    let _ = connection.sender().close(CloseFrame::NORMAL);
    written.extend_from_slice(&drained(connection.send_queue()));
    // A client's request may be gone already, but a server's answer is as long as it is right.
    let head = written.windows(4).rposition(|end| end == b"\r\n\r\n").map_or(0, |at| at + 4);
    let shown = Reader::new(role, extensions.as_deref()).read_all(&written[head..]);
    check_order(&shown, false);
    assert!(shown.last().is_some_and(|frame| frame.starts_with("close")), "{shown:?}");
}

fn connect(random: &mut Random, config: &ClientConfig) {
    let start = Instant::now();
    let mut machine = match ClientHandshake::new(config, "h", "/") {
        Ok(machine) => machine,
        Err(error) => return assert!(matches!(error, HandshakeError::Argument(_)), "{error}"),
    };
    machine.set_deadline(config.handshake_timeout().and_then(|time| start.checked_add(time)));
    let mut input = fill(&answers(random), machine.key());
    input.extend(input::frames(random, Role::Client, false));
    let mut written = Vec::new();
    for _ in 0..random.below(60) {
        match random.below(9) {
            0..4 => feed(random, &mut input, machine.recv_buf()),
            4 => pass(random, start, |now| {
                machine.poll_timeout(now);
                machine.handle_timeout(now);
            }),
            5 => misuse(random, machine.recv_buf()),
            6 if random.below(5) == 0 => machine.handle_eof(),
            7 => take(random, machine.send_queue(), &mut written),
            _ => {
                machine = match machine.poll() {
                    Polled::Pending(machine) => machine,
                    Polled::Ready(established) => {
                        let Established { response, connection, .. } = established;
                        let _ = (response.status(), response.headers().len());
                        return use_connection(random, connection, written);
                    }
                    Polled::Failed(error) => return assert!(!error.to_string().is_empty()),
                };
            }
        }
        let _ = machine.declined();
    }
    written.extend_from_slice(&drained(machine.send_queue()));
    assert!(written.starts_with(b"GET / HTTP/1.1\r\n") && written.ends_with(b"\r\n\r\n"));
}

/// Interim answers, rejections with every kind of body, and 101s.
fn answers(random: &mut Random) -> Vec<u8> {
    let body = "x".repeat(random.below(3) * 700);
    let mut all = Vec::new();
    for _ in 0..1 + random.below(3) {
        all.extend(match random.below(9) {
            0 | 1 => switching("Sec-WebSocket-Protocol: a\r\n"),
            2 => switching("Sec-WebSocket-Extensions: permessage-deflate\r\n"),
            3 => switching(&"A: b\r\n".repeat(random.below(200))),
            4 => b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".to_vec(),
            5 => format!("HTTP/1.1 403 No\r\nContent-Length: {}\r\n\r\n{body}", u64::MAX)
                .into_bytes(),
            6 => format!(
                "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n\
                          fffffffffffffffe\r\nx",
                body.len()
            )
            .into_bytes(),
            7 => format!("HTTP/1.1 500 No\r\n\r\n{body}").into_bytes(),
            _ => random.pick(&NOT_OPENING).to_vec(),
        });
    }
    all
}

fn feed(random: &mut Random, input: &mut Vec<u8>, recv: &mut RecvBuf) {
    let mut n = random.below(input.len() + 1);
    if random.below(3) > 0 {
        let space = recv.space_mut();
        n = n.min(space.len());
        space[..n].copy_from_slice(&input[..n]);
        recv.commit(n);
    } else {
        recv.extend_from_slice(&input[..n]);
    }
    input.drain(..n);
}

/// Bytes are taken away that have been looked at.
fn misuse(random: &mut Random, recv: &mut RecvBuf) {
    match random.below(12) {
        0 => recv.clear(),
        1 => recv.consume(random.below(100)),
        2 => *recv = RecvBuf::new(),
        3 => drop(recv.detach_buffer()),
        _ => recv.hint_read_len(random.below(1 << 20)),
    }
}

fn pass(random: &mut Random, start: Instant, mut then: impl FnMut(Instant)) {
    let far = Duration::from_secs(1 << *random.pick(&[2, 20, 60]));
    then(start.checked_add(far).filter(|_| random.below(3) == 0).unwrap_or(start));
}

fn take(random: &mut Random, queue: &mut SendQueue, written: &mut Vec<u8>) {
    let n = random.below(queue.remaining() + 1);
    written.extend_from_slice(&queue.copy_to_bytes(n));
}

fn drained(queue: &mut SendQueue) -> Bytes {
    queue.copy_to_bytes(queue.remaining())
}
