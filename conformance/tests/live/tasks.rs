//! Several tasks on one connection, and several connections on one thread.

use std::{
    io::Write as _,
    thread,
    time::{Duration, Instant},
};

use conformance::messages::frames::{BINARY, CLOSE, TEXT, close, ping, pong, text};
use futures_util::{
    Sink, SinkExt as _, Stream, StreamExt,
    future::{Either, join, select},
    stream,
};
use ws_core::{Message, Role, ServerConfig, WebSocketConfig};
use ws_driver::Error;

use crate::{
    every::Live,
    peer::{Peer, open, spawn},
};

const MESSAGES: usize = 60;
const LEN: usize = 200_000;

/// A peer that takes nothing for a while, then everything, and meanwhile sends pings and texts. Closes when it has all.
fn takes_late(mut peer: Peer) -> crate::peer::Within<usize> {
    let mut talking = peer.clone();
    thread::spawn(move || {
        for _ in 0..100 {
            let sent = talking.send(&ping("p")).and_then(|()| talking.send(&text("blah")));
            if sent.is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
    });
    spawn(move || {
        thread::sleep(Duration::from_millis(300));
        let (mut whole, mut len) = (0, 0);
        while whole < MESSAGES {
            let (opcode, fin, payload) = peer.read().unwrap();
            if opcode == BINARY || opcode == 0 {
                len += payload.len();
                whole += usize::from(fin);
            }
        }
        peer.send(&close(1000, "")).unwrap();
        peer.read_until(CLOSE).unwrap();
        len
    })
}

/// The halves of futures' `split`, on two threads: receiving writes, too, and must not take the other's wake-up.
fn halves_of_futures_are_both_woken<L: Live>(role: Role) {
    let live = L::new();
    for feeds in [false, true] {
        let (ws, peer) = open(&live, role, &WebSocketConfig::new());
        // Not the method of the same name.
        both_are_woken(&live, StreamExt::split(ws), peer, feeds);
        let (ws, peer) = open(&live, role, &WebSocketConfig::new());
        both_are_woken(&live, ws.split(), peer, feeds);
    }
}

fn both_are_woken<L, S, T>(live: &L, (mut sink, mut stream): (S, T), peer: Peer, feeds: bool)
where
    L: Live,
    S: Sink<Message, Error = Error> + Send + Unpin + 'static,
    T: Stream<Item = Result<Message, Error>> + Send + Unpin + 'static,
{
    let taken = takes_late(peer);
    let other = live.clone();
    let received = spawn(move || {
        other.block_on(async move {
            let mut texts = 0;
            while let Some(message) = stream.next().await {
                assert_eq!(message.unwrap(), Message::text("blah"));
                texts += 1;
            }
            texts
        })
    });
    let other = live.clone();
    let sent = spawn(move || {
        other.block_on(async {
            let message = Message::binary(vec![7; LEN]);
            for _ in 0..MESSAGES {
                if feeds {
                    sink.feed(message.clone()).await.unwrap();
                } else {
                    sink.send(message.clone()).await.unwrap();
                }
            }
            let _ = sink.flush().await;
        });
    });
    sent.join();
    assert_eq!(taken.join(), MESSAGES * LEN, "{}", L::NAME);
    assert!(received.join() > 0, "{}", L::NAME);
}

/// `forward`, and a `send_all` beside a stream, in one task.
fn combinators_work<L: Live>(role: Role) {
    let live = L::new();
    let messages = || stream::iter((0..MESSAGES).map(|_| Ok(Message::binary(vec![7; LEN]))));
    for forwards in [false, true] {
        let (ws, peer) = open(&live, role, &WebSocketConfig::new());
        let taken = takes_late(peer);
        let (mut sink, stream) = StreamExt::split(ws);
        let receiving = stream.for_each(|message| async move { drop(message.unwrap()) });
        live.block_on(async {
            if forwards {
                // It closes the sink in the end, and the peer closes, too.
                let (forwarded, ()) = join(messages().forward(sink), receiving).await;
                forwarded.unwrap();
            } else {
                let sending = async {
                    sink.send_all(&mut messages()).await.unwrap();
                };
                join(sending, receiving).await;
            }
        });
        assert_eq!(taken.join(), MESSAGES * LEN, "{}", L::NAME);
    }
}

/// Receiving and a ticker in one `select`, again and again: nothing is lost where a branch is dropped.
fn select_loses_nothing<L: Live>(role: Role) {
    let live = L::new();
    let (mut ws, mut peer) = open(&live, role, &WebSocketConfig::new());
    let sent = spawn(move || {
        for number in 0..50_u8 {
            let octets = conformance::messages::frames::binary([number; 300]).encode(role);
            for piece in octets.chunks(100) {
                peer.socket.write_all(piece).unwrap();
                thread::sleep(Duration::from_millis(1));
            }
        }
        peer.send(&close(1000, "")).unwrap();
        let mut ticks = 0;
        while let Ok((opcode, ..)) = peer.read() {
            ticks += usize::from(opcode == TEXT);
        }
        ticks
    });
    let (mut number, mut ticks) = (0, 0);
    live.block_on(async {
        loop {
            let tick = std::pin::pin!(smol::Timer::after(Duration::from_millis(2)));
            let received = {
                let receiving = std::pin::pin!(ws.recv());
                match select(receiving, tick).await {
                    Either::Left((received, _)) => Some(received.unwrap()),
                    Either::Right(_) => None,
                }
            };
            match received {
                Some(Some(message)) => {
                    assert_eq!(message.as_bytes(), [number; 300]);
                    number += 1;
                }
                Some(None) => break,
                None => {
                    ws.send("tick").await.unwrap();
                    ticks += 1;
                }
            }
        }
    });
    drop(ws);
    assert_eq!((number, sent.join()), (50, ticks), "{}", L::NAME);
}

/// A peer that never stops sending, as fast as it can, things that nobody asked for.
fn greedy(mut peer: Peer, role: Role) {
    thread::spawn(move || {
        let octets = pong("").encode(role).repeat(10_000);
        while peer.socket.write_all(&octets).is_ok() {}
    });
}

/// Greedy peers leave a polite one, and a newcomer, their turns, on one thread.
fn greedy_peers_starve_nobody<L: Live>(role: Role) {
    let live = L::new();
    let config = WebSocketConfig::new();
    let mut wss = Vec::new();
    for _ in 0..2 {
        let (ws, peer) = open(&live, role, &config);
        greedy(peer, role);
        wss.push(ws);
    }
    let (mut polite, mut peer) = open(&live, role, &config);
    let echoed = spawn(move || {
        let mut worst = Duration::ZERO;
        for _ in 0..10 {
            let start = Instant::now();
            peer.send(&text("hello")).unwrap();
            assert_eq!(peer.read_until(TEXT).unwrap(), b"hello");
            worst = worst.max(start.elapsed());
        }
        // Somebody new.
        peer.send(&close(1000, "")).unwrap();
        worst
    });
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let opened = spawn(move || {
        let start = Instant::now();
        ws_blocking::connect(format!("ws://{address}/")).open().unwrap();
        start.elapsed()
    });
    let newcomer = live.stream(listener.accept().unwrap().0);
    live.block_on(async {
        let server_config = ServerConfig::new();
        let polite = async {
            while let Some(message) = polite.recv().await.unwrap() {
                polite.send(message).await.unwrap();
            }
        };
        let accepting = ws_driver::accept::<_, L::Runtime>(newcomer, &server_config);
        let greedy = futures_util::future::join_all(wss.iter_mut().map(ws_driver::WebSocket::recv));
        let done = std::pin::pin!(join(polite, accepting));
        match select(greedy, done).await {
            Either::Left((received, _)) => panic!("{received:?}"),
            Either::Right((((), accepted), _)) => drop(accepted.unwrap()),
        }
    });
    // Some tens of milliseconds, in a debug build on a machine with nothing else to do. Who starves waits for ever.
    let long = Duration::from_secs(10);
    assert!(echoed.join() < long && opened.join() < long, "{}", L::NAME);
}

every!(halves_of_futures_are_both_woken, asynchronous);
every!(combinators_work, asynchronous);
every!(select_loses_nothing, asynchronous);
every!(greedy_peers_starve_nobody, asynchronous);
