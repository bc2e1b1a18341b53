//! Everything ends: peers that answer, and all those that do not.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use conformance::messages::frames::{CLOSE, binary, close, text};
use ws_core::{
    ClientConfig, CloseCode, CloseFrame, HandshakeError, Message, Role, SendError, ServerConfig,
    Side, Timeout, Tracker, WebSocketConfig,
};
use ws_driver::Error;

use crate::{
    every::{Ear, Live},
    peer::{Peer, Within, open, spawn},
};

const MS: Duration = Duration::from_millis(1);

/// Longer than anything here takes that does not hang.
const LONG: Duration = Duration::from_secs(15);

fn config(tracker: &Tracker) -> WebSocketConfig {
    WebSocketConfig::new().tracker(tracker).close_timeout(LONG)
}

/// Shuts down in a moment, when the others wait.
fn shut_down_soon(tracker: &Tracker, timeout: Duration) -> Within<Instant> {
    let tracker = tracker.clone();
    spawn(move || {
        thread::sleep(80 * MS);
        shut_down(&tracker, timeout)
    })
}

/// Shuts down, and says when that began.
fn shut_down(tracker: &Tracker, timeout: Duration) -> Instant {
    let now = Instant::now();
    tracker.shut_down(CloseFrame::GOING_AWAY, Some(now + timeout)).unwrap();
    now
}

/// That so many have ended cleanly, and so many in other ways, and nothing is left.
#[track_caller]
fn assert_outcome(tracker: &Tracker, clean: usize, cut: usize, what: &str) {
    let outcome = tracker.outcome();
    assert_eq!(
        (outcome.clean, outcome.cut, outcome.held, tracker.len()),
        (clean, cut, 0, 0),
        "{what}"
    );
}

/// A peer that answers the close, and then lets the stream end as its role demands.
fn answers(mut peer: Peer, role: Role) -> Within<Vec<u8>> {
    spawn(move || {
        let payload = peer.read_until(CLOSE).unwrap();
        peer.send(&close(1001, "")).unwrap();
        if role == Role::Server {
            // The server closes first.
            assert_eq!(peer.socket.read(&mut [0]).unwrap(), 0);
        }
        payload
    })
}

fn a_peer_that_answers_is_gone_at_once<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let what = format!("{} {role:?} {split}", L::NAME);
        let tracker = Tracker::new();
        let (ws, peer) = open(&live, role, &config(&tracker));
        let answered = answers(peer, role);
        let mut ws = Ear::<L>::new(ws, split);
        let begun = shut_down_soon(&tracker, LONG);
        assert_eq!(live.block_on(ws.recv()).unwrap(), None, "{what}");
        assert_eq!(answered.join(), 1001_u16.to_be_bytes(), "{what}");
        let info = match &ws {
            Ear::Whole(ws) => ws.close_info(),
            Ear::Half(_, receiver) => receiver.close_info(),
        };
        assert_eq!((info.first, info.is_clean()), (Some(Side::Local), true), "{what}");
        assert_eq!(info.sent, Some(CloseFrame::GOING_AWAY), "{what}");
        assert_eq!(tracker.len(), 1, "{what}");
        drop(ws);
        assert!(begun.join().elapsed() < LONG, "{what}");
        assert_outcome(&tracker, 1, 0, &what);
    }
}

/// It says nothing, it says what nobody asked for, or it says the answer too slowly.
fn a_peer_that_does_not_answer_is_cut<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        for way in ["mute", "talks", "trickles"] {
            let what = format!("{} {role:?} {split} {way}", L::NAME);
            let tracker = Tracker::new();
            let (ws, mut peer) = open(&live, role, &config(&tracker));
            let kept = peer.clone();
            thread::spawn(move || match way {
                "mute" => {}
                "talks" => while peer.send(&text("blah")).is_ok() {},
                _ => {
                    peer.read_until(CLOSE).unwrap();
                    for octet in close(1001, "a long story").encode(role) {
                        if peer.socket.write_all(&[octet]).is_err() {
                            return;
                        }
                        thread::sleep(100 * MS);
                    }
                }
            });
            let mut ws = Ear::<L>::new(ws, split);
            let timeout = 500 * MS;
            let begun = shut_down_soon(&tracker, timeout);
            let error = loop {
                match live.block_on(ws.recv()) {
                    Ok(Some(message)) => assert_eq!(message, Message::text("blah"), "{what}"),
                    Ok(None) => panic!("{what}: closed"),
                    Err(error) => break error,
                }
            };
            assert!(matches!(error, Error::TimedOut(Timeout::Shutdown)), "{what}: {error:?}");
            assert!(begun.join().elapsed() >= timeout, "{what}");
            drop(ws);
            assert_outcome(&tracker, 0, 1, &what);
            drop(kept);
        }
    }
}

/// A message is under way to a peer that takes nothing.
fn a_peer_that_reads_nothing_is_cut<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let what = format!("{} {role:?} {split}", L::NAME);
        let tracker = Tracker::new();
        let (mut ws, peer) = open(&live, role, &config(&tracker));
        let timeout = 300 * MS;
        let (other, begins) = (tracker.clone(), peer.clone());
        let begun = spawn(move || {
            // The message is under way.
            begins.socket.peek(&mut [0]).unwrap();
            shut_down(&other, timeout)
        });
        let long = Message::binary(vec![7; 32 << 20]);
        if split {
            let (mut sender, mut receiver) = L::split(ws);
            let other = live.clone();
            let sent = spawn(move || other.block_on(sender.send(long)));
            let error = live.block_on(receiver.recv()).unwrap_err();
            assert!(matches!(error, Error::TimedOut(Timeout::Shutdown)), "{what}: {error:?}");
            let error = sent.join().unwrap_err();
            let expected = matches!(error, Error::Send(SendError::TimedOut(Timeout::Shutdown)));
            assert!(expected, "{what}: {error:?}");
        } else {
            let error = live.block_on(ws.send(long)).unwrap_err();
            assert!(matches!(error, Error::TimedOut(Timeout::Shutdown)), "{what}: {error:?}");
            drop(ws);
        }
        assert!(begun.join().elapsed() >= timeout, "{what}");
        assert_outcome(&tracker, 0, 1, &what);
        drop(peer);
    }
}

/// A peer answers the close, and keeps the stream.
fn a_peer_that_keeps_the_stream_is_cut<L: Live>(role: Role) {
    let live = L::new();
    for begins in [false, true] {
        let what = format!("{} {role:?} {begins}", L::NAME);
        let tracker = Tracker::new();
        let (mut ws, mut peer) = open(&live, role, &config(&tracker));
        let answered = spawn(move || {
            peer.read_until(CLOSE).unwrap();
            peer.send(&close(1000, "")).unwrap();
            peer
        });
        if begins {
            // It has been closing for a while when everything ends.
            let begun = shut_down_soon(&tracker, 300 * MS);
            assert!(live.block_on(ws.close()).unwrap().is_clean(), "{what}");
            assert!(begun.join().elapsed() < LONG, "{what}");
        } else {
            shut_down(&tracker, 300 * MS);
            assert!(live.block_on(ws.close()).unwrap().is_clean(), "{what}");
        }
        drop(ws);
        assert_outcome(&tracker, 1, 0, &what);
        answered.join();
    }
}

fn who_closes_already_has_only_the_deadline<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let what = format!("{} {role:?} {split}", L::NAME);
        let tracker = Tracker::new();
        let (mut ws, mut peer) = open(&live, role, &config(&tracker));
        let timeout = 300 * MS;
        let begun = shut_down_soon(&tracker, timeout);
        let error = if split {
            let (mut sender, mut receiver) = L::split(ws);
            live.block_on(sender.close()).unwrap();
            live.block_on(receiver.recv()).map(drop).unwrap_err()
        } else {
            live.block_on(ws.close()).map(drop).unwrap_err()
        };
        assert!(matches!(error, Error::TimedOut(Timeout::Shutdown)), "{what}: {error:?}");
        assert!(begun.join().elapsed() >= timeout, "{what}");
        assert_eq!(peer.read_until(CLOSE).unwrap(), 1000_u16.to_be_bytes(), "{what}");
        peer.read().unwrap_err();
    }
}

fn what_opens_later_is_told_at_once<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let tracker = Tracker::new();
        let frame = CloseFrame::new(CloseCode::SERVICE_RESTART, "soon");
        tracker.shut_down(frame.clone(), None).unwrap();
        let (ws, peer) = open(&live, role, &config(&tracker));
        let answered = answers(peer, role);
        let mut ws = Ear::<L>::new(ws, split);
        assert_eq!(live.block_on(ws.recv()).unwrap(), None);
        assert_eq!(answered.join(), [&1012_u16.to_be_bytes()[..], b"soon"].concat());
    }
}

/// What is queued goes out before the close, and what the peer has said until it knows comes in.
fn nothing_is_lost_on_the_way<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let tracker = Tracker::new();
        let (mut ws, mut peer) = open(&live, role, &config(&tracker));
        ws.try_send(Message::binary(vec![7; 200_000])).unwrap();
        let got = spawn(move || {
            let mut len = 0;
            let code = loop {
                let (opcode, _, payload) = peer.read().unwrap();
                if opcode == CLOSE {
                    break payload;
                }
                len += payload.len();
            };
            peer.send(&binary([1; 100_000])).unwrap();
            peer.send(&close(1001, "")).unwrap();
            let _ = peer.socket.shutdown(Shutdown::Write);
            let _ = peer.socket.read_to_end(&mut Vec::new());
            (len, code)
        });
        shut_down(&tracker, LONG);
        let mut ws = Ear::<L>::new(ws, split);
        assert_eq!(live.block_on(ws.recv()).unwrap(), Some(Message::binary(vec![1; 100_000])));
        assert_eq!(live.block_on(ws.recv()).unwrap(), None);
        drop(ws);
        assert_eq!(got.join(), (200_000, 1001_u16.to_be_bytes().to_vec()));
        assert_outcome(&tracker, 1, 0, L::NAME);
    }
}

/// A loop that answers what comes, and goes when it cannot: the peer, which never stops talking, gets the close.
fn an_echo_that_is_refused_cuts_nothing_off<L: Live>(role: Role) {
    let live = L::new();
    let tracker = Tracker::new();
    let (mut ws, mut peer) = open(&live, role, &config(&tracker));
    let closed = Arc::new(AtomicBool::new(false));
    let (mut talks, stop) = (peer.clone(), Arc::clone(&closed));
    let talking = spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            talks.send(&text("blah")).unwrap();
            thread::sleep(MS / 4);
        }
        talks.send(&close(1001, "")).unwrap();
    });
    let told = spawn(move || {
        let payload = peer.read_until(CLOSE).unwrap();
        closed.store(true, Ordering::Relaxed);
        if role == Role::Server {
            assert_eq!(peer.socket.read(&mut [0]).unwrap(), 0);
        }
        payload
    });
    shut_down_soon(&tracker, LONG);
    let ended = live.block_on(async {
        while let Some(message) = ws.recv().await? {
            ws.send(message).await?;
        }
        Ok::<_, Error>(())
    });
    drop(ws);
    let expected = matches!(ended, Ok(()) | Err(Error::Send(SendError::Closing)));
    assert!(expected, "{}: {ended:?}", L::NAME);
    talking.join();
    assert_eq!(told.join(), 1001_u16.to_be_bytes());
    assert_outcome(&tracker, 1, 0, L::NAME);
}

/// Shutdowns that begin while a task is about to wait, at whatever moment.
fn no_shutdown_is_missed<L: Live>(role: Role) {
    let live = L::new();
    let rounds = if L::NAME == "blocking" { 20 } else { 300 };
    for round in 0..rounds {
        let tracker = Tracker::new();
        let (ws, mut peer) = open(&live, role, &config(&tracker));
        let other = tracker.clone();
        let begun = spawn(move || {
            for _ in 0..round * 50 {
                std::hint::spin_loop();
            }
            shut_down(&other, LONG)
        });
        let answered = spawn(move || {
            peer.read_until(CLOSE).unwrap();
            peer.send(&close(1001, "")).unwrap();
            peer
        });
        let mut ws = Ear::<L>::new(ws, round % 2 == 0);
        assert_eq!(live.block_on(ws.recv()).unwrap(), None);
        assert!(begun.join().elapsed() < LONG);
        answered.join();
    }
}

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    peer.set_nodelay(true).unwrap();
    (listener.accept().unwrap().0, peer)
}

/// Waits for a handshake, and says why there is none.
fn refused<L: Live>(live: &L, role: Role, stream: TcpStream, tracker: &Tracker) -> Error {
    let stream = live.stream(stream);
    match role {
        Role::Server => {
            let config = ServerConfig::new().keep_alive(true).timeout(None).tracker(tracker);
            let accepted = ws_driver::accept::<_, L::Runtime>(stream, &config);
            live.block_on(accepted).map(drop).unwrap_err()
        }
        Role::Client => {
            let config = ClientConfig::new().timeout(None).tracker(tracker);
            let opening = ws_driver::handshake::<_, L::Runtime>(stream, "h", "/", &config);
            live.block_on(opening).map(drop).unwrap_err()
        }
    }
}

/// A server that was asked nothing goes at once, a client that has asked waits until the deadline.
fn handshakes_without_a_word_end<L: Live>(role: Role) {
    let live = L::new();
    let what = format!("{} {role:?}", L::NAME);
    let tracker = Tracker::new();
    let (stream, mut peer) = pair();
    let timeout = if role == Role::Server { LONG } else { 300 * MS };
    let begun = shut_down_soon(&tracker, timeout);
    let error = refused(&live, role, stream, &tracker);
    assert!(matches!(error, Error::Handshake(HandshakeError::ShuttingDown)), "{what}: {error:?}");
    let took = begun.join().elapsed();
    assert!(if role == Role::Server { took < LONG } else { took >= timeout }, "{what}: {took:?}");
    assert!(tracker.is_empty(), "{what}");
    if role == Role::Server {
        assert_eq!(peer.read(&mut [0]).unwrap(), 0, "{what}");
    }
}

/// A head that has begun may end within the time; what comes of it is 503 either way.
fn handshakes_that_have_begun_get_503<L: Live>(role: Role) {
    if role == Role::Client {
        return;
    }
    let live = L::new();
    for ends in [false, true] {
        let what = format!("{} {ends}", L::NAME);
        let tracker = Tracker::new();
        let (stream, mut peer) = pair();
        peer.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n").unwrap();
        let timeout = if ends { LONG } else { 400 * MS };
        let begun = shut_down_soon(&tracker, timeout);
        let answer = spawn(move || {
            let began = begun.join();
            if ends {
                thread::sleep(50 * MS);
                peer.write_all(b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n").unwrap();
            }
            let mut answer = String::new();
            peer.read_to_string(&mut answer).unwrap();
            (answer, began)
        });
        let error = refused(&live, role, stream, &tracker);
        assert_eq!(error.name(), "shutting-down", "{what}: {error:?}");
        let (answer, began) = answer.join();
        assert_eq!(answer, REFUSAL, "{what}");
        assert!(ends || began.elapsed() >= timeout, "{what}");
        assert!(tracker.is_empty(), "{what}");
    }
}

const REFUSAL: &str = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n\
     Content-Length: 48\r\nConnection: close\r\n\r\nthe server shuts down and takes no new requests\n";

every!(a_peer_that_answers_is_gone_at_once);
every!(a_peer_that_does_not_answer_is_cut);
every!(a_peer_that_reads_nothing_is_cut);
every!(a_peer_that_keeps_the_stream_is_cut);
every!(who_closes_already_has_only_the_deadline);
every!(what_opens_later_is_told_at_once);
every!(nothing_is_lost_on_the_way);
every!(an_echo_that_is_refused_cuts_nothing_off);
every!(no_shutdown_is_missed);
every!(handshakes_without_a_word_end);
every!(handshakes_that_have_begun_get_503);
