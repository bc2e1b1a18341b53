//! What compression costs, counted by the allocator: no more than the limit while a message is inflated, nothing where no
//! context is kept, and as much as `docs` say where one is.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use allocation_counter::measure;
use bytes::Bytes;
use conformance::{
    every_runtime,
    messages::{
        bare::{self, done, ends, poll},
        deflate::{Deflate, Way},
        frames::{Frame, binary, continuation},
    },
    pipe::Pipe,
    random::Random,
};
use ws_core::{
    Connection, DeflatePool, FrameRule, Incoming, Message, Negotiated, RecvBuf, Role,
    WebSocketConfig,
};
use ws_driver::{Reads, Runtime, WebSocket, Writes};

fn agreed(params: &str) -> Negotiated {
    Negotiated::new(None, Some(format!("permessage-deflate{params}").parse().unwrap()))
}

fn open<R: Runtime>(io: Pipe, role: Role, params: &str, pool: &Pool) -> WebSocket<Pipe, R> {
    bare::open(io, role, agreed(params), &WebSocketConfig::new().deflate_pool(pool.clone()))
}

type Pool = Option<DeflatePool>;

const PLAIN: Way = Way { bits: 15, takeover: true };

/// What a connection needs beside the message: its context, the window of the stream, and room for what comes at once.
const CONSTANT: i64 = 128 << 10;

/// Zeros, text, noise.
fn samples(len: usize) -> [Vec<u8>; 3] {
    let mut random = Random::new(7);
    let text = include_str!("../../README.md").bytes().cycle().take(len).collect();
    [vec![0; len], text, (0..len).map(|_| random.bits() as u8).collect()]
}

/// The frames of a message, compressed.
fn frames(message: &[u8], fragments: usize) -> Vec<u8> {
    let mut deflate = Deflate::new(PLAIN);
    let pieces: Vec<_> = message.chunks(message.len().div_ceil(fragments)).collect();
    let frame = |(i, piece): (usize, &&[u8])| -> Frame {
        let last = i + 1 == pieces.len();
        let payload = if last { deflate.message(piece) } else { deflate.part(piece) };
        let frame = if i == 0 { binary(payload).compressed() } else { continuation(payload) };
        if last { frame } else { frame.more() }
    };
    pieces.iter().enumerate().map(frame).flat_map(|it| it.encode(Role::Client)).collect()
}

/// What is held after each look, at most, and at any moment, the allocator's view of a vector that grows included.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    now: i64,
    between: i64,
    ever: i64,
}

impl Held {
    fn during(&mut self, operation: impl FnOnce()) {
        let info = measure(operation);
        self.ever = self.ever.max(self.now + info.bytes_max as i64);
        self.now += info.bytes_current;
        self.between = self.between.max(self.now);
    }
}

/// Feeds a client, a window at a time.
fn inflate(octets: &[u8], limit: usize, parts: bool) -> (Held, Result<usize, FrameRule>) {
    let config = WebSocketConfig::new().max_message_len(limit);
    let (mut held, mut total, mut broken) = (Held::default(), 0, None);
    let mut client = None;
    held.during(|| {
        let recv = RecvBuf::new();
        client = Some(Connection::new(Role::Client, agreed(""), recv, &config));
    });
    let client = client.as_mut().unwrap();
    for window in octets.chunks(16 << 10) {
        held.during(|| client.receiver().recv_buf().extend_from_slice(window));
        let mut more = true;
        while more {
            held.during(|| match if parts { client.poll_part() } else { client.poll() } {
                Ok(Some(Incoming::Message(_) | Incoming::Part { .. })) => {
                    total += client.receiver().payload().len();
                }
                Ok(other) => more = other.is_some(),
                Err(rule) => (broken, more) = (Some(rule), false),
            });
        }
        if broken.is_some() {
            break;
        }
    }
    (held, broken.map_or(Ok(total), Err))
}

/// CVE-2026-54490: a bomb costs what an honest message of the longest kind costs.
#[test]
fn inflating_holds_no_more_than_the_limit_and_a_constant() {
    for limit in [1000, 100_000, 1 << 20] {
        for (len, fits) in [(limit, true), (limit + 1, false), (limit + limit / 3, false)] {
            for message in samples(len) {
                for fragments in [1, 7] {
                    let octets = frames(&message, fragments);
                    let (held, got) = inflate(&octets, limit, false);
                    let what = format!("{len} in {} octets, limit {limit}: {held:?}", octets.len());
                    let expected = if fits { Ok(len) } else { Err(FrameRule::MessageTooLarge) };
                    assert_eq!(got, expected, "{what}");
                    let limit = limit as i64;
                    assert!(held.between <= limit + CONSTANT, "{what}");
                    // While a vector moves to a larger place there are two of it.
                    assert!(held.ever <= 2 * limit + CONSTANT, "{what}");
                    let (held, got) = inflate(&octets, limit as usize, true);
                    assert_eq!(got, expected, "{what}");
                    assert!(held.ever <= 2 * CONSTANT, "in parts: {held:?}");
                }
            }
        }
    }
}

/// Blocks that say they are the last, over and over: the inflater begins again each time, in the same place.
#[test]
fn last_blocks_allocate_nothing() {
    for params in ["", "; server_max_window_bits=9"] {
        let frame = binary([0x03, 0x00].repeat(5000)).compressed().encode(Role::Client);
        let info = measure(|| {
            let (recv, config) = (RecvBuf::from(&frame[..]), WebSocketConfig::default());
            let mut client = Connection::new(Role::Client, agreed(params), recv, &config);
            assert!(matches!(client.poll(), Ok(Some(Incoming::Message(_)))));
        });
        assert!(info.count_total < 20, "{params}: {info:?}");
    }
}

/// Without takeover nothing of a compressor or an inflater is there between messages. The process keeps some for the next
/// one, unless that is switched off.
fn forgetful<R: Reads<Pipe> + Writes<Pipe>>() {
    let made = exchanged::<R>(&Some(DeflatePool::new(0)));
    assert!(made > 200 << 10, "nothing was compressed: {made}");
    let taken = exchanged::<R>(&None);
    assert!(taken < 16 << 10, "contexts were made that are there: {taken}");
}

/// The most that was allocated at a time while messages were exchanged, after which nothing is left.
fn exchanged<R: Reads<Pipe> + Writes<Pipe>>(pool: &Pool) -> u64 {
    let params = "; server_no_context_takeover; client_no_context_takeover";
    let text = "to and fro ".repeat(100);
    let exchange = |client: &mut WebSocket<Pipe, R>, server: &mut WebSocket<Pipe, R>| {
        for _ in 0..3 {
            done(client.send(text.clone())).unwrap();
            done(server.send(text.clone())).unwrap();
            done(server.recv()).unwrap().unwrap();
            done(client.recv()).unwrap().unwrap();
        }
        assert!(poll(client.recv()).is_pending() && poll(server.recv()).is_pending());
    };
    let pair = || {
        let [client, server] = ends(1 << 17);
        let open = |io, role| open::<R>(io, role, params, pool);
        (open(client, Role::Client), open(server, Role::Server))
    };
    {
        // The pipe's own memory, the pool's and the allocator's bookkeeping are there before it counts.
        let (mut client, mut server) = pair();
        exchange(&mut client, &mut server);
    }
    let (mut client, mut server) = pair();
    let info = measure(|| exchange(&mut client, &mut server));
    assert_eq!(info.bytes_current, 0, "{}: {info:?}", std::any::type_name::<R>());
    info.bytes_max
}

#[test]
fn an_idle_connection_without_takeover_holds_no_context() {
    every_runtime!(forgetful);
}

/// What one end holds after a compressed message each way, by what was negotiated.
#[test]
fn contexts_that_are_kept_have_a_known_size() {
    let text = Message::text("to and fro ".repeat(100));
    for (params, most) in [
        ("", 430 << 10),
        ("; server_max_window_bits=9; client_max_window_bits=9", 300 << 10),
        ("; server_no_context_takeover", 420 << 10),
        ("; client_no_context_takeover", 420 << 10),
        ("; server_no_context_takeover; client_no_context_takeover", 1 << 10),
    ] {
        for role in [Role::Server, Role::Client] {
            // What goes to a pool is not the connection's.
            let config = WebSocketConfig::new().deflate_pool(DeflatePool::new(0));
            let incoming = binary(Deflate::new(Way { bits: 9, takeover: true }).message("x"));
            let incoming = incoming.compressed().encode(role);
            let (mut nothing, mut sent, mut received) =
                (Held::default(), Held::default(), Held::default());
            let mut ws = None;
            nothing.during(|| {
                let recv = RecvBuf::new();
                ws = Some(Connection::new(role, agreed(params), recv, &config));
            });
            let mut ws = ws.unwrap();
            sent.during(|| {
                use bytes::Buf as _;
                ws.sender().send(&text).unwrap();
                let len = ws.send_queue().remaining();
                ws.send_queue().advance(len);
                drop(ws.sender().detach_buffer());
            });
            received.during(|| {
                ws.receiver().recv_buf().extend_from_slice(&incoming);
                assert!(ws.poll().unwrap().is_some());
                assert!(ws.poll().unwrap().is_none());
                drop(ws.receiver().recv_buf().detach_buffer());
            });
            let all = nothing.now + sent.now + received.now;
            eprintln!(
                "{role:?}, permessage-deflate{params}: {all} bytes, {} to begin with, {} of them the compressor, {} the \
                 inflater",
                nothing.now, sent.now, received.now
            );
            assert!(all <= most, "{params}: {all}");
        }
    }
}

/// Jetty #13029: deflate kept the last message. Large ones, times deflate, leave nothing behind.
fn large<R: Reads<Pipe> + Writes<Pipe>>() {
    for params in ["", "; server_no_context_takeover; client_no_context_takeover"] {
        // Longer than any buffer that a thread keeps.
        let messages = samples(300_000).map(|it| Message::Binary(Bytes::from(it)));
        let [client, server] = ends(1 << 20);
        let mut client = open::<R>(client, Role::Client, params, &None);
        let mut server = open::<R>(server, Role::Server, params, &None);
        let mut exchange = |message: &Message, rounds: usize| {
            for _ in 0..rounds {
                done(client.send(message.clone())).unwrap();
                let got = done(server.recv()).unwrap().unwrap();
                assert!(got == *message);
                done(server.send(got)).unwrap();
                assert!(done(client.recv()).unwrap().unwrap() == *message);
            }
            assert!(poll(client.recv()).is_pending() && poll(server.recv()).is_pending());
        };
        let small = Message::text("to and fro ".repeat(100));
        // The buffers of the thread's pool are as large as they get.
        for message in messages.iter().chain(&messages).chain([&small]) {
            exchange(message, 2);
        }
        for message in &messages {
            let info = measure(|| {
                exchange(message, 2);
                exchange(&small, 3);
            });
            let runtime = std::any::type_name::<R>();
            // Some memory for the next piece, on both ends.
            assert!(info.bytes_current <= 32 << 10, "{runtime}, {params}: {info:?}");
        }
    }
}

#[test]
fn jetty_13029_large_messages_leave_nothing_behind() {
    every_runtime!(large);
}
