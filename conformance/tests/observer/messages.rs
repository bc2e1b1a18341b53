//! What happens to an open WebSocket, in the order in which it happens: every adapter, both roles.

use std::{io, time::Duration};

use bytes::Bytes;
use conformance::{
    messages::{
        case::Case,
        cases::ROLES,
        command::Command,
        deflate::deflated,
        frames::{self, binary, close, continuation, ping, pong, text},
        run::{Manner, check},
        socket::{self, Pace},
    },
    pipe::{Pipe, Script},
};
use ws_core::{FrameRule, Message, MessageKind, Negotiated, Role, WebSocketConfig};
use ws_driver::Parts;

use crate::recorder::Recorder;

const SHORT: Duration = Duration::from_millis(30);
const LONG: Duration = Duration::from_secs(60);

/// The length of the head of a small frame that comes, and of one that goes.
fn heads(role: Role) -> (u64, u64) {
    match role {
        Role::Client => (2, 6),
        Role::Server => (6, 2),
    }
}

/// Runs the case that `make` makes for each role, over each adapter, in some manners, and compares what is told.
#[track_caller]
fn assert_told(make: impl Fn(Role) -> Case, expected: impl Fn(Role) -> Vec<String>) {
    for role in ROLES {
        for adapter in socket::all() {
            let case = make(role);
            if case.comes_back && adapter.blocks() {
                continue;
            }
            let mut manners = vec![Manner::plain()];
            if !case.is_slow {
                if !case.is_whole {
                    manners.push(Manner::cut(conformance::delivery::Delivery::Bytewise));
                }
                manners.push(Manner::over(Script::new().max_write(1)));
            }
            for manner in manners {
                let recorder = Recorder::default();
                let mut case = case.clone();
                case.config = case.config.observer(recorder.clone());
                if let Err(failure) = check(&*adapter, &case, &manner) {
                    panic!("{failure}");
                }
                let who = format!("{} {role:?} {}, {manner}", adapter.name(), case.name);
                recorder.assert_told(&expected(role), &who);
            }
        }
    }
}

fn strings<const N: usize>(all: [&str; N]) -> Vec<String> {
    all.map(str::to_owned).to_vec()
}

#[test]
fn an_echo_and_the_peer_closes() {
    assert_told(
        |role| {
            Case::new(role, "the peer closes")
                .peer(&text("hello"))
                .recv("text hello")
                .send("hello", "ok")
                .peer(&close(1001, "bye"))
                .peer_closes()
                .recv_end()
        },
        |role| {
            let (came, went) = heads(role);
            let (came, went) = (came + 5, went + 5);
            vec![
                "open".to_owned(),
                format!("got text 5 in {came}"),
                format!("sent text 5 in {went}"),
                format!(
                    "closed: well; sent 1001, received 1001 bye, remote first; \
                     got 1 of 5 in {came}, sent 1 of 5 in {went}"
                ),
            ]
        },
    );
}

#[test]
fn this_end_closes() {
    assert_told(
        |role| {
            Case::new(role, "this end closes")
                .start_close(4000, "enough", "ok")
                .flush("ok")
                .peer(&binary("late"))
                .peer(&close(4000, ""))
                .peer_closes()
                .recv("binary late")
                .recv_end()
        },
        |role| {
            let came = heads(role).0 + 4;
            vec![
                "open".to_owned(),
                format!("got binary 4 in {came}"),
                format!(
                    "closed: well; sent 4000 enough, received 4000, local first; \
                     got 1 of 4 in {came}, sent none"
                ),
            ]
        },
    );
}

#[test]
fn a_broken_rule() {
    for rule in [FrameRule::ReservedBit, FrameRule::InvalidUtf8] {
        let frame = || match rule {
            FrameRule::ReservedBit => text("x").rsv(2),
            _ => text(b"\xff"),
        };
        let told = frames::told(rule);
        let told = told.strip_prefix("close ").unwrap();
        assert_told(
            |role| Case::new(role, rule.name()).peer(&frame()).broken(rule),
            |_| {
                let (rule, sent) = (rule.name(), told);
                let end = format!("{rule}; sent {sent}, received nothing, local first");
                vec!["open".to_owned(), format!("closed: {end}; got none, sent none")]
            },
        );
    }
}

#[test]
fn a_stream_that_ends() {
    assert_told(
        |role| {
            Case::new(role, "the end")
                .peer(&text("hel").more())
                .peer_closes()
                .recv("disconnected")
                .recv_end()
        },
        |_| {
            let end = "disconnected; sent nothing, received nothing, nobody first";
            vec!["open".to_owned(), format!("closed: {end}; got none, sent none")]
        },
    );
}

/// What is not whole is no message, and what has been sent of it is not told.
#[test]
fn a_web_socket_that_is_dropped() {
    assert_told(
        |role| Case::new(role, "dropped").peer(&text("hel").more()).waits(),
        |_| {
            let end = "dropped; sent nothing, received nothing, nobody first";
            vec!["open".to_owned(), format!("closed: {end}; got none, sent none")]
        },
    );
    assert_told(
        |role| Case::new(role, "dropped while closing").start_close(1000, "", "ok").flush("ok"),
        |_| {
            let end = "dropped; sent 1000, received nothing, local first";
            vec!["open".to_owned(), format!("closed: {end}; got none, sent none")]
        },
    );
}

#[test]
fn a_queue_without_room_is_told_once_until_there_is_some() {
    assert_told(
        |role| {
            Case::new(role, "full")
                .config(|config| config.max_queue_len = 9)
                .room(0)
                .try_send("12345678", "ok")
                .try_send("1", "queue-full")
                .try_send("", "queue-full")
                .feed("1", "waits")
                .feed("1", "waits")
                .takes_all()
                .flush("ok")
                .room(0)
                .try_send("87654321", "ok")
                .try_send("2", "queue-full")
                .try_send("2", "queue-full")
                .takes_all()
                .send("3", "ok")
        },
        |role| {
            let head = heads(role).1;
            let (long, short) = (8 + head, 1 + head);
            vec![
                "open".to_owned(),
                format!("sent text 8 in {long}"),
                "full".to_owned(),
                format!("sent text 8 in {long}"),
                "full".to_owned(),
                format!("sent text 1 in {short}"),
                format!(
                    "closed: dropped; sent nothing, received nothing, nobody first; \
                     got none, sent 3 of 17 in {}",
                    2 * long + short
                ),
            ]
        },
    );
}

const DROPPED: &str =
    "closed: dropped; sent nothing, received nothing, nobody first; got none, sent none";

#[test]
fn pings_and_pongs_of_the_application() {
    assert_told(
        |role| {
            Case::new(role, "pings")
                .ping(b"x", "ok")
                .peer(&pong("x"))
                .event("pong x")
                .peer(&ping("y"))
                .event("ping y")
                .pong(b"unasked", "ok")
        },
        |_| strings(["open", "ping", "pong", DROPPED]),
    );
}

#[test]
fn pings_of_keep_alive() {
    let number = |n: u8| [0, 0, 0, 0, 0, 0, 0, n];
    assert_told(
        |role| {
            Case::new(role, "measured")
                .slow()
                .coming_back()
                .config(|config| {
                    config.ping_interval = Some(SHORT);
                    config.pong_timeout = Some(LONG);
                })
                .recv_patiently("waits")
                .wire([ping(number(1))])
                .peer(&pong(number(1)))
                .peer(&pong(number(1)))
                .peer(&close(1000, ""))
                .peer_closes()
                .recv("end")
        },
        |_| {
            let end = "well; sent 1000, received 1000, remote first; got none, sent none";
            strings(["open", "ping", "pong, measured", "pong", &format!("closed: {end}")])
        },
    );
}

#[test]
fn a_ping_without_a_pong() {
    assert_told(
        |role| {
            Case::new(role, "missed")
                .slow()
                .coming_back()
                .config(|config| {
                    config.ping_interval = Some(2 * SHORT);
                    config.pong_timeout = Some(SHORT);
                })
                .recv_patiently("waits")
                .wire([ping([0, 0, 0, 0, 0, 0, 0, 1])])
                .recv_patiently("waits")
                .peer_closes()
                .recv_patiently("pong-timeout")
                .recv_end()
        },
        |_| {
            let end = "pong-timeout; sent 1008 timed out, received nothing, local first";
            strings(["open", "ping", "no pong", &format!("closed: {end}; got none, sent none")])
        },
    );
}

/// In frames, in parts, skipped after a part: a message is a message.
#[test]
fn messages_in_pieces() {
    assert_told(
        |role| {
            Case::new(role, "pieces")
                .whole()
                .peer(&text("hel").more())
                .peer(&ping(""))
                .peer(&continuation("").more())
                .peer(&continuation("lo"))
                .recv("text hello")
                .peer(&binary("one").more())
                .peer(&continuation("two"))
                .parts("in parts: binary onetwo")
                .peer(&binary("abc").more())
                .part("a part of binary abc")
                .peer(&continuation("def"))
                .peer(&text("next"))
                .recv("text next")
                .send_part(b"12", false, "ok")
                .send_part(b"", false, "ok")
                .send_part(b"3", true, "ok")
                .prepared("all", "ok")
        },
        |role| {
            let (came, went) = heads(role);
            let (all, sent) = (7 * came + 5 + 6 + 6 + 4 + came, 3 * went + 3 + went + 3);
            vec![
                "open".to_owned(),
                format!("got text 5 in {}", 3 * came + 5),
                format!("got binary 6 in {}", 2 * came + 6),
                format!("got binary 6 in {}", 2 * came + 6),
                format!("got text 4 in {}", came + 4),
                format!("sent binary 3 in {}", 3 * went + 3),
                format!("sent text 3 in {}", went + 3),
                format!(
                    "closed: dropped; sent nothing, received nothing, nobody first; \
                     got 4 of 21 in {all}, sent 2 of 6 in {sent}"
                ),
            ]
        },
    );
}

/// Whatever fails first, it is told as the caller hears it.
#[test]
fn a_stream_that_fails() {
    for adapter in socket::all() {
        for op in 0..3 {
            let recorder = Recorder::default();
            let config = WebSocketConfig::new().observer(recorder.clone());
            let script = Script::new().fail_at(op, io::ErrorKind::ConnectionReset).would_block();
            let (io, peer) = Pipe::new(adapter.script(script));
            let parts = Parts::new(io, Role::Server, Negotiated::default());
            let mut socket = adapter.open(parts, &config);
            let mut pace = Pace::new(peer);
            let said = [
                socket.call(&Command::Send(Message::text("a")), &mut pace),
                socket.call(&Command::Recv, &mut pace),
            ];
            drop(socket);
            let told = recorder.told();
            let name = adapter.name();
            let end = told.last().unwrap();
            if said.iter().any(|said| said == "io") {
                assert!(end.starts_with("closed: io; "), "{name} {op}: {said:?} {told:?}");
            } else {
                assert!(end.starts_with("closed: d"), "{name} {op}: {said:?} {told:?}");
            }
        }
    }
}

/// To the octet: what is told of messages is what is on the wire, compressed or not.
#[test]
fn lengths_on_the_wire() {
    const LENS: [usize; 9] = [0, 1, 125, 126, 5000, 65_535, 65_536, 70_000, 200_000];
    for adapter in socket::all() {
        for (role, deflate) in ROLES.into_iter().flat_map(|role| [(role, false), (role, true)]) {
            let who = format!("{} {role:?} {deflate}", adapter.name());
            let recorder = Recorder::default();
            let config = WebSocketConfig::new().observer(recorder.clone());
            let (io, peer) = Pipe::new(adapter.script(Script::new().stays_open().would_block()));
            let params = deflate.then(|| "permessage-deflate".parse().unwrap());
            let parts = Parts::new(io, role, Negotiated::new(None, params));
            let mut socket = adapter.open(parts, &config);
            let mut pace = Pace::new(peer.clone());
            let mut call = |command: Command| {
                assert_eq!(socket.call(&command, &mut pace), "ok", "{who}");
            };
            let (mut expected, mut sum) = (vec!["open".to_owned()], [0, 0, 0]);
            let mut sent = |kind: &str, len: usize| {
                let wire_len = peer.take_written().len();
                if len == 5000 {
                    assert_eq!(wire_len < 2500, deflate, "{who}: {wire_len}");
                }
                expected.push(format!("sent {kind} {len} in {wire_len}"));
                sum = [sum[0] + 1, sum[1] + len, sum[2] + wire_len];
            };
            for len in LENS {
                let payload: Vec<u8> = (0..len).map(|i| b'a' + (i % 7) as u8).collect();
                let message = Message::binary(payload.clone());
                call(Command::Send(message.clone()));
                sent("binary", len);
                call(Command::Prepared(message));
                sent("binary", len);
                let (one, other) = payload.split_at(len / 3);
                let part = |part: &[u8], last| {
                    Command::SendPart(MessageKind::Text, Bytes::copy_from_slice(part), last)
                };
                call(part(one, false));
                call(part(other, true));
                sent("text", len);
            }
            drop(socket);
            let [count, len, wire_len] = sum;
            expected.push(format!(
                "closed: dropped; sent nothing, received nothing, nobody first; \
                 got none, sent {count} of {len} in {wire_len}"
            ));
            recorder.assert_told(&expected, &who);
        }
    }
}

/// And what comes, whole, in fragments and in parts.
#[test]
fn compressed_messages_that_come() {
    let long = "a".repeat(5000);
    let payload = deflated(&long);
    let (one, other) = payload.split_at(3);
    assert_told(
        |role| {
            Case::new(role, "compressed")
                .deflate("")
                .peer(&text(&payload).compressed())
                .recv(text(&long).to_string())
                .peer(&text(one).compressed().more())
                .peer(&continuation(other))
                .parts(format!("in parts: {}", text(&long)))
        },
        |role| {
            let (head, len) = (heads(role).0, payload.len() as u64);
            let (whole, cut) = (head + len, 2 * head + len);
            vec![
                "open".to_owned(),
                format!("got text 5000 in {whole}"),
                format!("got text 5000 in {cut}"),
                format!(
                    "closed: dropped; sent nothing, received nothing, nobody first; \
                     got 2 of 10000 in {}, sent none",
                    whole + cut
                ),
            ]
        },
    );
}

/// The end is told when the stream is closed, whether or not somebody still holds the WebSocket, and not again.
#[test]
fn the_end_is_told_in_time() {
    for adapter in socket::all() {
        for (frame, said, end) in [
            (close(1000, ""), "end", "closed: well; sent 1000, received 1000, remote first; "),
            (text("x").rsv(2), "reserved-bit", "closed: reserved-bit; sent 1002 "),
        ] {
            let recorder = Recorder::default();
            let config = WebSocketConfig::new().observer(recorder.clone());
            let (io, peer) = Pipe::new(adapter.script(Script::new().stays_open().would_block()));
            let parts = Parts::new(io, Role::Server, Negotiated::default());
            let mut socket = adapter.open(parts, &config);
            let mut pace = Pace::new(peer.clone());
            peer.send(frame.encode(Role::Server));
            peer.close();
            let name = adapter.name();
            assert_eq!(socket.call(&Command::Recv, &mut pace), said, "{name}");
            assert_eq!(socket.call(&Command::Recv, &mut pace), "end", "{name}");
            let told = recorder.told();
            assert!(told.last().unwrap().starts_with(end), "{name}: {told:?}");
            assert_eq!(told.len(), 2, "{name}: {told:?}");
            drop(socket);
            assert_eq!(recorder.told(), told, "{name}");
        }
    }
}

/// Whoever has been told that nothing can be written, and then lets go, has not just dropped it.
#[test]
fn a_write_that_fails_and_nothing_else() {
    for adapter in socket::all() {
        let recorder = Recorder::default();
        let config = WebSocketConfig::new().observer(recorder.clone());
        let script = Script::new().fail_at(0, io::ErrorKind::ConnectionReset).would_block();
        let (io, peer) = Pipe::new(adapter.script(script));
        let parts = Parts::new(io, Role::Server, Negotiated::default());
        let mut socket = adapter.open(parts, &config);
        let said = socket.call(&Command::Send(Message::text("a")), &mut Pace::new(peer));
        assert_eq!(said, "io", "{}", adapter.name());
        drop(socket);
        let end =
            "closed: io; sent nothing, received nothing, nobody first; got none, sent 1 of 1 in 3";
        recorder.assert_told(&["open", "sent text 1 in 3", end], adapter.name());
    }
}
