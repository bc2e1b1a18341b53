//! Deadlines and keep-alive.

use std::{
    io::Write as _,
    thread,
    time::{Duration, Instant},
};

use conformance::messages::frames::{BINARY, PING, binary, ping, pong, text};
use ws_core::{Message, Role, Timeout, WebSocketConfig};
use ws_driver::Error;

use crate::{
    every::{Ear, Live},
    peer::{BUSY, Peer, assert_took, open, spawn, timed},
};

const MS: Duration = Duration::from_millis(1);

fn keep_alive() -> WebSocketConfig {
    WebSocketConfig::new().ping_interval(60 * MS).pong_timeout(300 * MS)
}

/// A pong stands behind a long frame, which keeps coming.
fn bytes_that_come_put_off_the_pong<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let (ws, mut peer) = open(&live, role, &keep_alive());
        let mut ws = Ear::<L>::new(ws, split);
        let sent = spawn(move || {
            let octets = [
                binary(vec![7; 100_000]).encode(role),
                pong([0, 0, 0, 0, 0, 0, 0, 1]).encode(role),
            ];
            for piece in octets.concat().chunks(2000) {
                peer.socket.write_all(piece).unwrap();
                thread::sleep(15 * MS);
            }
            peer
        });
        let message = live.block_on(ws.recv()).unwrap().unwrap();
        assert_eq!(message.len(), 100_000);
        sent.join();
    }
}

/// A peer that reads slowly, and answers every ping when it has read it.
fn read_slowly(mut peer: Peer) {
    thread::spawn(move || {
        while let Ok((opcode, _, payload)) = peer.read() {
            match opcode {
                PING => peer.send(&pong(payload)).unwrap(),
                // 16 MB/s.
                _ => thread::sleep(4 * MS),
            }
        }
    });
}

/// A ping waits behind a long message of ours, which the peer reads slowly.
fn what_is_written_slowly_is_a_sign_of_life<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let config = keep_alive().idle_timeout(400 * MS).close_timeout(700 * MS);
        let (mut ws, peer) = open(&live, role, &config);
        read_slowly(peer);
        let long = Message::binary(vec![1; 24 << 20]);
        if split {
            let (mut sender, mut receiver) = L::split(ws);
            let other = live.clone();
            let received = spawn(move || other.block_on(receiver.recv()));
            live.block_on(sender.send(long)).unwrap();
            live.block_on(sender.close()).unwrap();
            // The peer does not answer a close, but it is there until then.
            let error = received.join().unwrap_err();
            assert!(matches!(error, Error::TimedOut(Timeout::Close)), "{error}");
        } else {
            live.block_on(ws.send(long)).unwrap();
        }
    }
}

/// A peer that answers only the latest ping (RFC 6455 5.5.3).
fn a_pong_to_a_later_ping_settles_the_earlier_ones<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let config = WebSocketConfig::new().ping_interval(50 * MS).pong_timeout(1000 * MS);
        let (ws, mut peer) = open(&live, role, &config);
        let mut ws = Ear::<L>::new(ws, split);
        let answered = spawn(move || {
            for _ in 0..8 {
                let mut last = Vec::new();
                for _ in 0..3 {
                    last = peer.read_until(PING).unwrap();
                }
                peer.send(&pong(last)).unwrap();
            }
            peer.send(&text("done")).unwrap();
            peer
        });
        assert_eq!(live.block_on(ws.recv()).unwrap(), Some(Message::text("done")));
        answered.join();
    }
}

/// So does one to a ping of the application's.
fn a_pong_to_a_ping_of_the_application_settles_ours<L: Live>(role: Role) {
    let live = L::new();
    let config = WebSocketConfig::new().ping_interval(500 * MS).pong_timeout(300 * MS);
    let (ws, mut peer) = open(&live, role, &config);
    let (mut sender, mut receiver) = L::split(ws);
    let other = live.clone();
    let received = spawn(move || other.block_on(receiver.recv()));
    // Ours would be overdue before the next one, if it were not settled.
    for _ in 0..2 {
        // One of ours, and then the application's.
        assert_eq!(peer.read_until(PING).unwrap().len(), 8);
        live.block_on(sender.ping("mine")).unwrap();
        while peer.read_until(PING).unwrap() != b"mine" {}
        peer.send(&pong("mine")).unwrap();
    }
    peer.send(&text("done")).unwrap();
    assert_eq!(received.join().unwrap(), Some(Message::text("done")));
}

fn pings_go_on_without_a_limit_for_pongs<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let (ws, mut peer) = open(&live, role, &WebSocketConfig::new().ping_interval(40 * MS));
        let mut ws = Ear::<L>::new(ws, split);
        let pinged = spawn(move || {
            for number in 1..=4 {
                assert_eq!(peer.read_until(PING).unwrap(), [0, 0, 0, 0, 0, 0, 0, number]);
            }
            peer.send(&text("done")).unwrap();
            peer
        });
        assert_eq!(live.block_on(ws.recv()).unwrap(), Some(Message::text("done")));
        pinged.join();
    }
}

/// The peer talks all the time, and we never do: a proxy between us would give up.
fn pings_go_out_while_only_the_peer_talks<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let (ws, peer) = open(&live, role, &WebSocketConfig::new().ping_interval(100 * MS));
        let mut ws = Ear::<L>::new(ws, split);
        let mut talking = peer.clone();
        thread::spawn(move || {
            while talking.send(&text("blah")).is_ok() {
                thread::sleep(5 * MS);
            }
        });
        let mut reading = peer;
        let pinged = spawn(move || (0..3).for_each(|_| drop(reading.read_until(PING).unwrap())));
        let start = Instant::now();
        loop {
            live.block_on(ws.recv()).unwrap().unwrap();
            if start.elapsed() > 600 * MS {
                break;
            }
        }
        pinged.join();
    }
}

/// Silence does not count while the application does something else, and not before what has come was read.
fn silence_does_not_count_while_nobody_listens<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let idle = 200 * MS;
        let (ws, mut peer) =
            open(&live, role, &WebSocketConfig::new().idle_timeout(idle).close_timeout(50 * MS));
        let mut ws = Ear::<L>::new(ws, split);
        peer.send(&text("first")).unwrap();
        assert_eq!(live.block_on(ws.recv()).unwrap(), Some(Message::text("first")));
        thread::sleep(2 * idle);
        peer.send(&text("second")).unwrap();
        thread::sleep(2 * idle);
        assert_eq!(live.block_on(ws.recv()).unwrap(), Some(Message::text("second")));
        thread::sleep(2 * idle);
        let (error, took) = timed(|| live.block_on(ws.recv()).unwrap_err());
        assert!(matches!(error, Error::TimedOut(Timeout::Idle)), "{error}");
        drop(peer);
        assert!(took >= idle, "{}: {took:?}", L::NAME);
    }
}

/// A peer that takes nothing does not hold a sender for ever.
fn a_peer_that_takes_nothing_is_left_in_time<L: Live>(role: Role) {
    let live = L::new();
    let time = 300 * MS;
    for (config, timeout) in [
        (WebSocketConfig::new().idle_timeout(time), Timeout::Idle),
        (WebSocketConfig::new().ping_interval(time / 3).pong_timeout(time), Timeout::Pong),
        (WebSocketConfig::new().send_timeout(time), Timeout::Send),
    ] {
        // The peer is listened to no longer than that.
        let config = config.close_timeout(100 * MS);
        for split in [false, true] {
            let (mut ws, peer) = open(&live, role, &config);
            let long = Message::binary(vec![1; 64 << 20]);
            let what = format!("{} {role:?} {timeout:?}, split: {split}", L::NAME);
            if split {
                let (mut sender, mut receiver) = L::split(ws);
                let other = live.clone();
                // The time runs from when the sender begins.
                let begun = Instant::now();
                let sent = spawn(move || (other.block_on(sender.send(long)), sender));
                let error = live.block_on(receiver.recv()).unwrap_err();
                let took = begun.elapsed();
                assert!(
                    matches!(error, Error::TimedOut(found) if found == timeout),
                    "{what}: {error}"
                );
                assert!(took >= time && took < 3 * time + 1200 * MS + BUSY, "{what}: {took:?}");
                let (sent, mut sender) = sent.join();
                // It says why, also later.
                for sent in [sent, live.block_on(sender.send("more"))] {
                    assert_eq!(sent.unwrap_err().name(), timeout.name(), "{what}");
                }
            } else {
                let (sent, took) = timed(|| live.block_on(ws.send(long)));
                let error = sent.unwrap_err();
                assert!(
                    matches!(error, Error::TimedOut(found) if found == timeout),
                    "{what}: {error}"
                );
                assert!(took >= time && took < 3 * time + BUSY, "{what}: {took:?}");
                assert_eq!(
                    live.block_on(ws.send("more")).unwrap_err().name(),
                    timeout.name(),
                    "{what}"
                );
            }
            drop(peer);
        }
    }
}

/// The time for closing begins when the close frame is out; until then progress puts it off.
fn closing_waits_for_what_is_queued<L: Live>(role: Role) {
    let live = L::new();
    // The system holds back a part, which counts as written.
    let close_timeout = 800 * MS;
    let config = WebSocketConfig::new().close_timeout(close_timeout).max_queue_len(64 << 20);
    let (mut ws, mut peer) = open(&live, role, &config);
    let len = 32 << 20;
    let read = spawn(move || {
        let (mut all, start) = (0, Instant::now());
        loop {
            let (opcode, _, payload) = peer.read().unwrap();
            if opcode != BINARY && opcode != 0 {
                assert_eq!(payload, 1000_u16.to_be_bytes());
                break;
            }
            all += payload.len();
            // 16 MB/s.
            thread::sleep(4 * MS);
        }
        assert!(start.elapsed() > close_timeout, "the peer is too quick");
        thread::sleep(close_timeout / 2);
        peer.send(&conformance::messages::frames::close(1000, "")).unwrap();
        (all, peer)
    });
    ws.try_send(vec![1; len]).unwrap();
    let info = live.block_on(ws.close()).unwrap();
    assert!(info.is_clean(), "{info:?}");
    assert_eq!(read.join().0, len);
}

/// The answer to a close comes late, and the stream stays open: no more than the timeout in all.
fn closing_takes_no_longer_than_the_timeout<L: Live>(role: Role) {
    let live = L::new();
    let close_timeout = 400 * MS;
    let config = WebSocketConfig::new().close_timeout(close_timeout);
    for answers in [false, true] {
        let (mut ws, mut peer) = open(&live, role, &config);
        let answered = spawn(move || {
            thread::sleep(close_timeout * 3 / 4);
            if answers {
                peer.send(&conformance::messages::frames::close(1000, "")).unwrap();
            }
            peer
        });
        let (closed, took) = timed(|| live.block_on(ws.close()));
        let what = format!("{} {role:?}, answers: {answers}", L::NAME);
        match (answers, closed) {
            (true, Ok(info)) => assert!(info.is_clean()),
            (false, Err(Error::TimedOut(Timeout::Close))) => {}
            (_, other) => panic!("{what}: {other:?}"),
        }
        // A server need not wait for a client that has answered.
        let least =
            if answers && role == Role::Server { close_timeout * 3 / 4 } else { close_timeout };
        assert_took(took, least, &what);
        answered.join();
    }
}

/// A peer that never stops sending gets no more time than one that is mute.
fn a_talkative_peer_is_left_in_time<L: Live>(role: Role) {
    let live = L::new();
    let close_timeout = 300 * MS;
    let config = WebSocketConfig::new().close_timeout(close_timeout);
    for (frame, pause) in
        [(text("blah"), MS), (pong(""), Duration::ZERO), (pong(""), 150 * MS / 1000)]
    {
        for split in [false, true] {
            let (mut ws, mut peer) = open(&live, role, &config);
            // In portions, or a mute peer would be simulated by a slow one.
            let octets = frame.encode(role).repeat(if pause.is_zero() { 1000 } else { 1 });
            thread::spawn(move || {
                while peer.socket.write_all(&octets).is_ok() {
                    thread::sleep(pause);
                }
            });
            let what = format!("{} {role:?} {pause:?}, split: {split}", L::NAME);
            let (ended, took) = if split {
                let (mut sender, mut receiver) = L::split(ws);
                live.block_on(sender.close()).unwrap();
                timed(|| {
                    loop {
                        match live.block_on(receiver.recv()) {
                            Ok(Some(_)) => {}
                            other => break other.map(drop),
                        }
                    }
                })
            } else {
                ws.start_close().unwrap();
                timed(|| {
                    loop {
                        match live.block_on(ws.recv()) {
                            Ok(Some(_)) => {}
                            other => break other.map(drop),
                        }
                    }
                })
            };
            assert!(matches!(ended, Err(Error::TimedOut(Timeout::Close))), "{what}: {ended:?}");
            assert_took(took + 2 * MS, close_timeout, &what);
        }
    }
}

/// Pings come as fast as they are read, and nobody reads the pongs.
fn pongs_do_not_pile_up<L: Live>(role: Role) {
    let live = L::new();
    for split in [false, true] {
        let (ws, mut peer) = open(&live, role, &WebSocketConfig::new());
        let mut ws = Ear::<L>::new(ws, split);
        let sent = spawn(move || {
            // More than the system holds of the answers.
            let batch = ping([b'p'; 125]).encode(role).repeat(1000);
            for _ in 0..200 {
                peer.socket.write_all(&batch).unwrap();
            }
            peer.send(&text("done")).unwrap();
            peer
        });
        assert_eq!(live.block_on(ws.recv()).unwrap(), Some(Message::text("done")));
        let len = ws.queue_len();
        // A half leaves the latest one for whoever writes next.
        let least = if split { 0 } else { 1000 };
        assert!(len >= least && len < 4096 + 200, "{}, split: {split}: {len}", L::NAME);
        sent.join();
    }
}

every!(bytes_that_come_put_off_the_pong);
every!(pongs_do_not_pile_up, asynchronous);
every!(what_is_written_slowly_is_a_sign_of_life);
every!(a_pong_to_a_later_ping_settles_the_earlier_ones);
every!(a_pong_to_a_ping_of_the_application_settles_ours);
every!(pings_go_on_without_a_limit_for_pongs);
every!(pings_go_out_while_only_the_peer_talks);
every!(silence_does_not_count_while_nobody_listens);
every!(a_peer_that_takes_nothing_is_left_in_time);
every!(closing_waits_for_what_is_queued);
every!(closing_takes_no_longer_than_the_timeout);
every!(a_talkative_peer_is_left_in_time);
