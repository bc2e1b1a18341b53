//! What a peer can make this side allocate, counted by the allocator.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::io::Write;

use allocation_counter::{AllocationInfo, measure};
use conformance::{
    core_subject::{client_failure, drain, request},
    every_runtime,
    messages::bare::{done, ends},
    pipe::Pipe,
    sample::{bad, good, upgrade},
};
use ws_core::{
    ClientConfig, ClientHandshake, Limits, Polled, RecvBuf, SendQueue, ServerConfig,
    ServerHandshake,
};
use ws_driver::{Reads, Writes};

fn accept(
    config: &ServerConfig,
    input: &[u8],
    recv: RecvBuf,
    send: SendQueue,
) -> (RecvBuf, SendQueue) {
    let mut server = ServerHandshake::from_buffers(config, recv, send);
    server.recv_buf().extend_from_slice(input);
    let connection = request(server).accept().unwrap().into_connection();
    let (mut recv, mut send, ..) = connection.into_parts();
    assert!(!send.is_empty());
    recv.clear();
    send.clear();
    (recv, send)
}

#[test]
fn an_accept_with_recycled_buffers_allocates_nothing() {
    let config =
        ServerConfig::new().subprotocols(["superchat", "chat"]).origins(["http://a"]).unwrap();
    for (what, input) in [
        ("plain", good()),
        ("subprotocol", upgrade("Sec-WebSocket-Protocol: x, chat\r\n")),
        ("origin", upgrade("Origin: http://a\r\nCookie: a=b\r\n")),
    ] {
        let (mut recv, mut send) = (RecvBuf::new(), SendQueue::new());
        for _ in 0..100 {
            (recv, send) = accept(&config, &input, recv, send);
        }
        let mut buffers = Some((recv, send));
        let info = measure(|| {
            for _ in 0..1000 {
                let (recv, send) = buffers.take().unwrap();
                buffers = Some(accept(&config, &input, recv, send));
            }
        });
        assert_eq!(info.count_total, 0, "{what}: {info:?}");
    }
}

fn adapters<R: Reads<Pipe> + Writes<Pipe>>() {
    let config =
        ServerConfig::new().subprotocols(["superchat", "chat"]).origins(["http://a"]).unwrap();
    let run = || {
        let [mut client, server] = ends(4096);
        client.write_all(&upgrade("Origin: http://a\r\n")).unwrap();
        let mut opened = None;
        let info = measure(|| opened = Some(done(ws_driver::accept::<_, R>(server, &config))));
        assert!(opened.unwrap().is_ok());
        info
    };
    run();
    let info = run();
    assert_eq!(info.count_total, 0, "{}: {info:?}", std::any::type_name::<R>());
}

#[test]
fn an_accept_on_a_busy_thread_allocates_nothing() {
    every_runtime!(adapters);
}

#[test]
fn a_handshake_that_waits_has_allocated_nothing() {
    let config = ServerConfig::new();
    assert_eq!(measure(|| drop(ServerHandshake::new(&config))).count_total, 0);
}

/// Rows of handshakes leave nothing behind (CVE-2021-42340).
#[test]
fn handshakes_leave_nothing_behind() {
    let config = ServerConfig::new().keep_alive(true);
    let round = || {
        accept(&config, &good(), RecvBuf::new(), SendQueue::new());
        let server = ServerHandshake::with_buffered(&config, bad().as_slice());
        assert!(request(server).accept().is_err());
        let mut client = ClientHandshake::new(&ClientConfig::new(), "h", "/").unwrap();
        client.recv_buf().extend_from_slice(b"HTTP/1.1 401 x\r\nContent-Length: 2\r\n\r\nno");
        client_failure(client);
    };
    round();
    let info = measure(|| (0..20_000).for_each(|_| round()));
    assert_eq!((info.count_current, info.bytes_current), (0, 0), "{info:?}");
}

/// What is read, and the most that is held at any time, until the handshake gives up.
#[derive(Debug, Default)]
struct Cost {
    read: usize,
    capacity: usize,
    error: Option<&'static str>,
    held: AllocationInfo,
}

const MOST: usize = 64 << 20;

/// Repeats `unit` behind `start`.
fn fill(space: &mut [u8], start: &[u8], unit: &[u8], from: usize) {
    for (at, octet) in (from..).zip(space) {
        *octet = match start.get(at) {
            Some(octet) => *octet,
            None => unit[(at - start.len()) % unit.len()],
        };
    }
}

fn server_cost(start: &[u8], unit: &[u8]) -> Cost {
    let config = ServerConfig::new();
    let mut cost = Cost::default();
    cost.held = measure(|| {
        let mut server = ServerHandshake::new(&config);
        while cost.read < MOST {
            let space = server.recv_buf().space_mut();
            let len = space.len();
            fill(space, start, unit, cost.read);
            server.recv_buf().commit(len);
            cost.read += len;
            cost.capacity = cost.capacity.max(server.recv_buf().capacity());
            server = match server.poll() {
                Polled::Pending(server) => server,
                Polled::Ready(_) => break,
                Polled::Failed(rejected) => {
                    cost.error = Some(rejected.error.name());
                    break;
                }
            };
        }
    });
    cost
}

fn client_cost(start: &[u8], unit: &[u8]) -> Cost {
    let mut cost = Cost::default();
    let mut client = ClientHandshake::new(&ClientConfig::new(), "h", "/").unwrap();
    drain(client.send_queue(), &mut Vec::new());
    cost.held = measure(|| {
        while cost.read < MOST {
            let space = client.recv_buf().space_mut();
            let len = space.len();
            fill(space, start, unit, cost.read);
            client.recv_buf().commit(len);
            cost.read += len;
            cost.capacity = cost.capacity.max(client.recv_buf().capacity());
            client = match client.poll() {
                Polled::Pending(client) => client,
                Polled::Ready(_) => break,
                Polled::Failed(error) => {
                    cost.error = Some(error.name());
                    break;
                }
            };
        }
    });
    cost
}

/// Beside the buffers: an error, an answer.
const CONSTANT: usize = 4096;

/// S-22.
#[test]
fn s_22_limits_hold_for_memory_not_only_for_the_verdict() {
    let limits = Limits::default();
    let head = limits.max_head_len;
    let body = limits.max_body_len;
    let refusal = b"HTTP/1.1 401 x\r\n";
    let chunked = b"HTTP/1.1 401 x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let long = b"HTTP/1.1 401 x\r\nContent-Length: 99999999999\r\n\r\n";
    let cases: [(&str, Cost, usize); 14] = [
        ("request line", server_cost(b"GET /", b"a"), head),
        ("one field", server_cost(b"GET / HTTP/1.1\r\nX: ", b"a"), head),
        ("short fields", server_cost(b"GET / HTTP/1.1\r\n", b"X: a\r\n"), head),
        (
            "long fields",
            server_cost(b"GET / HTTP/1.1\r\n", &[[b'X'; 900].as_slice(), b": a\r\n"].concat()),
            head,
        ),
        ("empty lines", server_cost(b"", b"\r\n"), head),
        ("status line", client_cost(b"HTTP/1.1 101 ", b"a"), head),
        ("an answer's field", client_cost(b"HTTP/1.1 101 x\r\nX: ", b"a"), head),
        ("an answer's fields", client_cost(b"HTTP/1.1 101 x\r\n", b"X: a\r\n"), head),
        ("an answer's empty lines", client_cost(b"", b"\r\n"), head),
        ("interim answers", client_cost(b"", b"HTTP/1.1 103 x\r\n\r\n"), head),
        ("unframed body", client_cost(&[refusal.as_slice(), b"\r\n"].concat(), b"a"), head + body),
        ("long body", client_cost(long, b"a"), head + body),
        ("chunked body", client_cost(chunked, b"10\r\naaaaaaaaaaaaaaaa\r\n"), head + body),
        ("chunk sizes", client_cost(chunked, b"0"), head + body),
    ];
    for (what, cost, limit) in cases {
        assert!(cost.error.is_some(), "{what}: {cost:?}");
        // All interim answers together may be several heads, one at a time.
        let read_limit = if what == "interim answers" { 5 * limit } else { 2 * limit };
        assert!(cost.read <= read_limit, "{what}: {cost:?}");
        assert!(cost.capacity <= 2 * limit, "{what}: {cost:?}");
        // A buffer that moves to a larger place is there twice for a moment.
        assert!(cost.held.bytes_max as usize <= 3 * limit + CONSTANT, "{what}: {cost:?}");
    }
}

/// One octet per read costs no more memory than many.
#[test]
fn s_22_for_a_slow_drip() {
    let mut read = 0;
    let info = measure(|| {
        let mut server = ServerHandshake::new(&ServerConfig::new());
        server.recv_buf().extend_from_slice(b"GET / HTTP/1.1\r\nX: ");
        while let Polled::Pending(waiting) = server.poll() {
            server = waiting;
            server.recv_buf().space_mut()[0] = b'a';
            server.recv_buf().commit(1);
            read += 1;
        }
    });
    let limits = Limits::default();
    assert!(read <= limits.max_field_len + 20, "{read}");
    assert!(info.bytes_max as usize <= 2 * limits.max_head_len + CONSTANT, "{info:?}");
}
