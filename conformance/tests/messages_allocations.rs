//! What an open WebSocket allocates, counted by the allocator: nothing for small messages once there are buffers, nothing
//! for what a peer only announces, and nothing that stays.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::io::Write as _;

use allocation_counter::measure;
use bytes::Bytes;
use conformance::{
    every_runtime,
    messages::{
        bare::{self, done, ends, poll},
        deflate::{Deflate, Way},
        frames::{Form, Frame, binary, close, continuation, text, told},
        reader::read_all,
    },
    pipe::{Pipe, Script},
    sample::good,
};
use ws_core::{
    Connection, FrameHead, FrameRule, Message, Negotiated, Opcode, Prepared, RecvBuf, Role,
    ServerConfig, Text, Tracker, WebSocketConfig,
};
use ws_driver::{Error, Parts, Reads, Runtime, WebSocket, Writes};

fn open<R: Runtime>(io: Pipe, role: Role) -> WebSocket<Pipe, R> {
    bare::open(io, role, Negotiated::default(), &WebSocketConfig::default())
}

/// A client and a server, with room for so many octets each way.
fn pair<R: Runtime>(room: usize) -> [WebSocket<Pipe, R>; 2] {
    let [client, server] = ends(room);
    [open(client, Role::Client), open(server, Role::Server)]
}

fn small_messages<R: Reads<Pipe> + Writes<Pipe>>() {
    let [mut client, mut server] = pair::<R>(1 << 17);
    let mut allocated = |len: usize, rounds: usize| {
        let text = Message::Text(Text::try_from(Bytes::from(vec![b'a'; len])).unwrap());
        let binary = Message::Binary(Bytes::from(vec![0xff; len]));
        let prepared = Prepared::new(text.clone());
        let mut round = || {
            for message in [&text, &binary] {
                done(client.send(message.clone())).unwrap();
                assert_eq!(done(server.recv()).unwrap().as_ref(), Some(message));
                done(server.send(message.clone())).unwrap();
                assert_eq!(done(client.recv()).unwrap().as_ref(), Some(message));
            }
            done(server.send(&prepared)).unwrap();
            assert_eq!(done(client.recv()).unwrap().as_ref(), Some(&text));
            for _ in 0..3 {
                done(client.feed(text.clone())).unwrap();
            }
            done(client.flush()).unwrap();
            for _ in 0..3 {
                done(server.recv()).unwrap().unwrap();
            }
        };
        // What is made of a vector is shared from its first clone on, and that takes memory.
        round();
        measure(|| (0..rounds).for_each(|_| round()))
    };
    // Long ones first, so that every buffer has been used. The longest fills 4 KiB with its head.
    allocated(4092, 4 * window_rounds(4092));
    for len in [4092, 4000, 1000].into_iter().chain((0..=300).rev()) {
        let rounds = match len {
            4000 | 1000 | 126 | 125 | 16 | 0 => 2 * window_rounds(len),
            _ => 10,
        };
        let info = allocated(len, rounds);
        assert_eq!(info.count_total, 0, "{} octets, {}: {info:?}", len, std::any::type_name::<R>());
    }
}

/// Long enough for a window to be used up and come back: the server hears five messages in a round.
fn window_rounds(len: usize) -> usize {
    (65 << 10) / (5 * (6 + len)) + 1
}

#[test]
fn a_small_message_allocates_nothing() {
    every_runtime!(small_messages);
}

/// Nothing is held where nothing is under way, before the first message, between messages and after a long one.
fn idle<R: Reads<Pipe> + Writes<Pipe>>() {
    let mut ends = None;
    let room = 3 << 20;
    // The pipe's own memory, the pool's and the allocator's bookkeeping are there before it counts.
    let long = Message::Binary(Bytes::from(vec![7; 2 << 20]));
    let exchange = |client: &mut WebSocket<Pipe, R>, server: &mut WebSocket<Pipe, R>| {
        done(client.send("hello")).unwrap();
        done(server.recv()).unwrap();
        done(client.send(long.clone())).unwrap();
        assert_eq!(done(server.recv()).unwrap().as_ref().map(Message::len), Some(long.len()));
        done(server.send(long.clone())).unwrap();
        assert_eq!(done(client.recv()).unwrap().as_ref().map(Message::len), Some(long.len()));
        assert!(poll(client.recv()).is_pending() && poll(server.recv()).is_pending());
    };
    {
        let [mut client, mut server] = pair::<R>(room);
        exchange(&mut client, &mut server);
    }
    let lines = pair::<R>(room);
    let info = measure(|| {
        let [mut client, mut server] = lines.map(|ws| {
            let Parts { io, role, .. } = ws.into_parts();
            open::<R>(io, role)
        });
        assert!(poll(client.recv()).is_pending() && poll(server.recv()).is_pending());
        exchange(&mut client, &mut server);
        ends = Some((client, server));
    });
    let held = info.bytes_current;
    // A pooled buffer may have gone with a long message: the pool holds less, never more.
    assert!(held <= 0, "{}: {info:?}", std::any::type_name::<R>());
    drop(ends);
}

#[test]
fn an_idle_connection_holds_no_buffer() {
    every_runtime!(idle);
    // Tests have the feature `observer`, with which each half has a pointer more.
    let struct_len = size_of::<Connection>() - 2 * size_of::<usize>();
    assert!(struct_len <= 512, "{struct_len}");
}

fn head(len: u64) -> Vec<u8> {
    let head =
        FrameHead { fin: true, rsv1: false, opcode: Opcode::Binary, mask: Some([1, 2, 3, 4]), len };
    let mut out = [0; FrameHead::MAX_LEN];
    let n = head.encode(&mut out);
    out[..n].to_vec()
}

/// 14 octets that claim 15 MiB; the same behind a fragment, and behind a part of a payload.
fn claims<R: Reads<Pipe> + Writes<Pipe>>() {
    let fragment = b"\x02\x81\0\0\0\0x";
    let mut continued = head(15 << 20);
    continued[0] = 0x80;
    for (what, octets) in [
        ("alone", head(15 << 20)),
        ("with a few octets", [&head(15 << 20)[..], b"abc"].concat()),
        ("behind a fragment", [&fragment[..], &continued].concat()),
        ("a part of the head", head(15 << 20)[..9].to_vec()),
    ] {
        let never_waits = Script::new().nonblocking();
        let run = || {
            let (io, peer) = Pipe::new(never_waits.clone());
            let mut server = open::<R>(io, Role::Server);
            assert!(poll(server.recv()).is_pending());
            peer.send(&octets);
            let info = measure(|| assert!(poll(server.recv()).is_pending()));
            drop(server);
            info
        };
        run();
        let info = run();
        let runtime = std::any::type_name::<R>();
        assert!(info.bytes_current < 1024, "{what}, {runtime}: {info:?}");
        assert!(info.bytes_max < 1024, "{what}, {runtime}: {info:?}");
    }
}

#[test]
fn fourteen_octets_that_claim_15_mib_cost_less_than_1_kib() {
    every_runtime!(claims);
}

/// A message that breaks a rule when 1 MiB of it is there.
struct Broken {
    what: &'static str,
    /// What was negotiated.
    answer: Option<&'static str>,
    frames: Vec<Frame>,
    rule: FrameRule,
}

/// Fragments of 1 MiB in all, and what breaks the rule.
fn broken_messages() -> [Broken; 4] {
    let fragments = |begin: fn(Vec<u8>) -> Frame, len: usize, last: Frame| {
        let rest = (1..(1 << 20) / len).map(|_| continuation(vec![b'a'; len]).more());
        [begin(vec![b'a'; len]).more()].into_iter().chain(rest).chain([last]).collect()
    };
    let (answer, rule) = (None, FrameRule::MessageTooLarge);
    let deflate = "permessage-deflate";
    let mut deflater = Deflate::new(Way::of(Role::Client, deflate));
    let inflated = vec![
        binary(deflater.part(vec![b'a'; 1 << 20])).more().compressed(),
        continuation(deflater.message("a")),
    ];
    [
        Broken {
            what: "too long",
            answer,
            frames: fragments(binary, 65_536, continuation("a")),
            rule,
        },
        Broken {
            what: "too long, in short frames",
            answer,
            frames: fragments(binary, 1024, continuation("a").more()),
            rule,
        },
        Broken {
            what: "not UTF-8",
            answer,
            frames: fragments(text, 32_768, continuation([0xff])),
            rule: FrameRule::InvalidUtf8,
        },
        Broken { what: "inflated", answer: Some(deflate), frames: inflated, rule },
    ]
}

/// What was collected goes when the rule is broken, though the stream is read for a while longer.
fn broken<R: Reads<Pipe> + Writes<Pipe>>() {
    for Broken { what, answer, frames, rule } in broken_messages() {
        let runtime = std::any::type_name::<R>();
        let mut frames: Vec<_> = frames.iter().map(|frame| frame.encode(Role::Server)).collect();
        let last = frames.pop().unwrap();
        let limit = (1 << 20) + usize::from(rule == FrameRule::InvalidUtf8);
        let config = WebSocketConfig::new().max_message_len(limit);
        let negotiated = Negotiated::new(None, answer.map(|answer| answer.parse().unwrap()));
        let (io, peer) = Pipe::new(Script::new().nonblocking().stays_open());
        let mut server = bare::open::<R>(io, Role::Server, negotiated, &config);
        let whole = measure(|| {
            for frame in &frames {
                peer.send(frame);
                assert!(poll(server.recv()).is_pending());
            }
        });
        assert!(whole.bytes_current > 950 << 10, "{what}, {runtime}: {whole:?}");
        peer.send(last);
        let info = measure(|| assert!(poll(server.recv()).is_pending()));
        assert!(peer.is_shut() && !peer.is_dropped(), "{what}, {runtime}");
        // A window may have come for it, and stays in the pool.
        assert!(info.bytes_current < -(1 << 20) + (68 << 10), "{what}, {runtime}: {info:?}");
        assert_eq!(read_all(&peer.written(), Role::Server), [told(rule)], "{what}, {runtime}");
        peer.close();
        let Err(Error::Protocol(violation)) = done(server.recv()) else { unreachable!("{what}") };
        assert_eq!(violation.rule(), rule);
    }
}

#[test]
fn a_message_that_breaks_a_rule_is_dropped_at_once() {
    every_runtime!(broken);
}

/// RUSTSEC: `Vec::with_capacity(declared)` (CVE-2022-35922): no length, however large, is allocated for.
#[test]
fn cve_2022_35922_declared_lengths_are_not_allocated() {
    let config = WebSocketConfig::new().max_frame_len(usize::MAX).max_message_len(usize::MAX);
    for role in [Role::Server, Role::Client] {
        for len in [1 << 20, 1 << 40, (1 << 63) - 1] {
            let head = binary("").form(Form::Eight).claiming(len).head(role);
            let info = measure(|| {
                let mut ws = Connection::new(role, Negotiated::default(), RecvBuf::new(), &config);
                ws.receiver().recv_buf().extend_from_slice(&head);
                assert_eq!(ws.poll(), Ok(None));
                ws.receiver().recv_buf().space_mut()[0] = 1;
                ws.receiver().recv_buf().commit(1);
                assert_eq!(ws.poll(), Ok(None));
            });
            assert!(info.bytes_max < 64 << 10, "{role:?}, {len}: {info:?}");
        }
    }
}

/// A million fragments of no or one octet (CVE-2026-48779): memory does not grow with their number.
#[test]
fn cve_2026_48779_fragments_without_payload_cost_nothing() {
    for role in [Role::Server, Role::Client] {
        let config = WebSocketConfig::new().max_fragments(u32::MAX);
        let open = |config: &WebSocketConfig| {
            Connection::new(role, Negotiated::default(), RecvBuf::new(), config)
        };
        let encode = |frame: Frame| frame.more().encode(role);
        let first = encode(binary(""));
        let [nothing, little] = ["", "x"].map(|payload| encode(continuation(payload)));
        let info = measure(|| {
            let mut ws = open(&config);
            ws.receiver().recv_buf().extend_from_slice(&first);
            for n in 0..1_000_000 {
                let octets = if n % 100 == 0 { &little } else { &nothing };
                ws.receiver().recv_buf().extend_from_slice(octets);
                assert_eq!(ws.poll(), Ok(None));
            }
        });
        assert!(info.bytes_max < 64 << 10, "{role:?}: {info:?}");

        // Unless somebody allows it, it does not come to that.
        for octets in [&nothing, &little] {
            let config = WebSocketConfig::default();
            let mut ws = open(&config);
            ws.receiver().recv_buf().extend_from_slice(&first);
            let mut count: u32 = 1;
            let rule = loop {
                ws.receiver().recv_buf().extend_from_slice(octets);
                match ws.poll() {
                    Ok(incoming) => assert_eq!(incoming, None),
                    Err(rule) => break rule,
                }
                count += 1;
            };
            assert_eq!((rule, count), (FrameRule::TooManyFragments, config.max_fragments));
        }
    }
}

/// Upgrades and closes, a hundred thousand of them, leave nothing behind (CVE-2021-42340: Tomcat kept an object for each
/// upgrade): no connection, no buffer, nothing with a tracker.
fn come_and_go<R: Reads<Pipe> + Writes<Pipe>>() {
    let tracker = Tracker::new();
    let config = ServerConfig::new().tracker(&tracker);
    let close = close(1000, "").encode(Role::Server);
    let round = |polite: bool| {
        let [mut client, server] = ends(4096);
        client.write_all(&good()).unwrap();
        let mut ws = done(ws_driver::accept::<_, R>(server, &config)).unwrap();
        if polite {
            client.write_all(&close).unwrap();
            assert_eq!(done(ws.recv()).unwrap(), None);
        }
    };
    let all = |rounds: usize| measure(|| (0..rounds).for_each(|n| round(n % 2 == 0)));
    all(4);
    let info = all(25_000);
    let runtime = std::any::type_name::<R>();
    assert_eq!((info.count_current, info.bytes_current), (0, 0), "{runtime}: {info:?}");
    assert!(tracker.is_empty() && tracker.is_idle());
    // One at a time, and no more than that.
    assert!(info.bytes_max < 256 << 10, "{runtime}: {info:?}");
}

#[test]
fn cve_2021_42340_upgrades_and_closes_leave_nothing_behind() {
    every_runtime!(come_and_go);
}

/// Pings from a peer that does not read the pongs: the pending pongs are bounded.
#[test]
fn a_ping_flood_costs_a_constant() {
    let info = measure(|| {
        let (role, config) = (Role::Server, WebSocketConfig::default());
        let mut server = Connection::new(role, Negotiated::default(), RecvBuf::new(), &config);
        for _ in 0..100_000 {
            let ping = [&[0x89, 0xfd, 0, 0, 0, 0][..], &[b'p'; 125]].concat();
            server.receiver().recv_buf().extend_from_slice(&ping);
            while server.poll().unwrap().is_some() {}
        }
    });
    assert!(info.bytes_max < 32 << 10, "{info:?}");
}
