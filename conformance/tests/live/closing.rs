//! How connections end: each direction by itself, with the reason that the peer gives, and at once.

use std::{future::poll_fn, io::Write as _, thread, time::Duration};

use conformance::messages::frames::{BINARY, CLOSE, binary, close, text};
use futures_util::{SinkExt, StreamExt as _};
use ws_core::{CloseCode, Message, Role, SendError, Side, WebSocketConfig};
use ws_driver::{ByteStream, Error, Event};

use crate::{
    every::Live,
    peer::{Peer, open, spawn, timed},
};

const MS: Duration = Duration::from_millis(1);

/// A peer that answers a question with 100,000 bytes, when the question has come to its end.
fn answers_late(mut peer: Peer) -> crate::peer::Within<Vec<u8>> {
    spawn(move || {
        let (_, _, question) = peer.read().unwrap();
        assert_eq!(peer.read().unwrap().0, CLOSE);
        for _ in 0..100 {
            peer.send(&binary([7; 1000])).unwrap();
            thread::sleep(MS);
        }
        peer.send(&close(1000, "")).unwrap();
        question
    })
}

fn a_byte_stream_closes_one_direction<L: Live>(role: Role) {
    let live = L::new();
    let (ws, peer) = open(&live, role, &WebSocketConfig::new());
    let asked = answers_late(peer);
    let mut stream = ByteStream::new(ws);
    let answer = live.block_on(async {
        poll_fn(|cx| stream.poll_write(cx, b"question")).await.unwrap();
        poll_fn(|cx| stream.poll_close(cx)).await.unwrap();
        let (mut all, mut buf) = (Vec::new(), [0; 4096]);
        loop {
            match poll_fn(|cx| stream.poll_read(cx, &mut buf)).await.unwrap() {
                0 => return all,
                n => all.extend_from_slice(&buf[..n]),
            }
        }
    });
    assert_eq!(answer, [7; 100_000], "{}", L::NAME);
    assert_eq!(asked.join(), b"question");
    assert!(stream.into_inner().0.close_info().is_clean());
}

fn a_sink_closes_one_direction<L: Live>(role: Role) {
    let live = L::new();
    let (mut ws, peer) = open(&live, role, &WebSocketConfig::new());
    let asked = answers_late(peer);
    live.block_on(async {
        SinkExt::send(&mut ws, Message::binary(&b"question"[..])).await.unwrap();
        SinkExt::close(&mut ws).await.unwrap();
        let mut len = 0;
        while let Some(message) = ws.next().await {
            len += message.unwrap().len();
        }
        assert_eq!(len, 100_000, "{}", L::NAME);
    });
    assert_eq!(asked.join(), b"question");
    assert!(ws.close_info().is_clean());
}

/// A frame, a message and fragments beyond what a WebSocket may have pass as bytes.
fn a_byte_stream_has_no_limits<L: Live>(role: Role) {
    let live = L::new();
    let config = WebSocketConfig::new()
        .max_frame_len(1000)
        .max_message_len(1000)
        .max_fragments(2)
        .close_timeout(50 * MS);
    let (ws, mut peer) = open(&live, role, &config);
    let mut stream = ByteStream::new(ws);
    let sent = spawn(move || {
        peer.send(&binary([1; 300_000]).more()).unwrap();
        for _ in 0..10 {
            peer.send(&conformance::messages::frames::continuation([1; 10_000]).more()).unwrap();
        }
        peer.send(&conformance::messages::frames::continuation("")).unwrap();
        peer.send(&binary([1; 500])).unwrap();
        peer.send(&binary([1; 1001])).unwrap();
        peer
    });
    let live_len = async {
        let (mut len, mut buf) = (0, [0; 500]);
        while len < 400_500 {
            len += poll_fn(|cx| stream.poll_read(cx, &mut buf)).await.unwrap();
        }
        len
    };
    assert_eq!(live.block_on(live_len), 400_500);
    // They hold again for what comes as messages, and say by how much.
    let (mut ws, _) = stream.into_inner();
    let error = live.block_on(ws.recv()).unwrap_err();
    assert!(error.to_string().contains("1001, and the limit is 1000"), "{error}");
    sent.join();
}

/// The peer has enough of a long message, says why, and goes without reading the rest.
fn had_enough(mut peer: Peer) {
    thread::spawn(move || {
        peer.read().unwrap();
        peer.send(&close(1009, "too much")).unwrap();
        thread::sleep(20 * MS);
    });
}

fn the_reason_of_a_peer_that_goes_is_not_lost<L: Live>(role: Role) {
    let live = L::new();
    for way in ["whole", "queued", "split"] {
        let (mut ws, peer) = open(&live, role, &WebSocketConfig::new().max_queue_len(64 << 20));
        had_enough(peer);
        let what = format!("{} {role:?} {way}", L::NAME);
        let long = Message::binary(vec![1; 32 << 20]);
        let info = match way {
            "whole" => {
                live.block_on(ws.send(long)).unwrap_err();
                assert_eq!(live.block_on(ws.recv()).unwrap(), None, "{what}");
                ws.close_info()
            }
            "queued" => {
                ws.try_send(long).unwrap();
                assert_eq!(live.block_on(ws.recv()).unwrap(), None, "{what}");
                ws.close_info()
            }
            _ => {
                let (mut sender, mut receiver) = L::split(ws);
                let other = live.clone();
                let sent = spawn(move || (other.block_on(sender.send(long)), sender));
                assert_eq!(live.block_on(receiver.recv()).unwrap(), None, "{what}");
                let (sent, sender) = sent.join();
                sent.unwrap_err();
                assert_eq!(sender.close_info(), receiver.close_info(), "{what}");
                receiver.close_info()
            }
        };
        let received = info.received.unwrap();
        assert_eq!(
            (received.code, received.reason.as_str()),
            (CloseCode::MESSAGE_TOO_BIG, "too much")
        );
    }
}

/// What cannot be written is the error if the peer has nothing to say.
fn a_peer_that_goes_without_a_word_is_an_error<L: Live>(role: Role) {
    let live = L::new();
    let (mut ws, mut peer) = open(&live, role, &WebSocketConfig::new().max_queue_len(64 << 20));
    thread::spawn(move || peer.read().unwrap());
    ws.try_send(vec![1; 32 << 20]).unwrap();
    let error = live.block_on(ws.recv()).unwrap_err();
    assert!(error.is_disconnect(), "{}: {error:?}", L::NAME);
    assert_eq!(live.block_on(ws.recv()).unwrap(), None);
    assert_eq!(ws.try_send("more"), Err(SendError::Disconnected));
    assert!(matches!(live.block_on(ws.close()), Err(Error::Send(SendError::Disconnected))));
}

/// The peer closes, and leaves the stream open: that is known at once.
fn the_close_of_the_peer_is_told_at_once<L: Live>(role: Role) {
    let live = L::new();
    for events in [false, true] {
        for split in [false, true] {
            let (mut ws, mut peer) = open(&live, role, &WebSocketConfig::new());
            peer.send(&text("last")).unwrap();
            peer.send(&close(1001, "going")).unwrap();
            let frame = ws_core::CloseFrame::new(CloseCode::GOING_AWAY, "going");
            let expected =
                [Some(Event::Message(Message::text("last"))), Some(Event::Close(frame)), None];
            let (info, took) = if split {
                let (sender, mut receiver) = L::split(ws);
                let took = timed(|| {
                    live.block_on(async {
                        for event in &expected {
                            if events {
                                assert_eq!(receiver.recv_event().await.unwrap(), *event);
                            }
                        }
                        while receiver.recv().await.unwrap().is_some() {}
                    });
                });
                drop(sender);
                (receiver.close_info(), took.1)
            } else {
                let took = timed(|| {
                    live.block_on(async {
                        for event in &expected {
                            if events {
                                assert_eq!(ws.recv_event().await.unwrap(), *event);
                            }
                        }
                        while ws.recv().await.unwrap().is_some() {}
                    });
                });
                (ws.close_info(), took.1)
            };
            assert!(
                took < Duration::from_secs(1),
                "{} {role:?}, split: {split}: {took:?}",
                L::NAME
            );
            assert_eq!((info.is_clean(), info.first), (true, Some(Side::Remote)));
            // The answer was written before.
            assert_eq!(peer.read_until(CLOSE).unwrap(), 1001_u16.to_be_bytes());
        }
    }
}

/// The half that receives tells about closing without waiting for the one that writes.
fn asking_does_not_wait_for_writing<L: Live>(role: Role) {
    let live = L::new();
    let (ws, mut peer) = open(&live, role, &WebSocketConfig::new());
    let (mut sender, mut receiver) = L::split(ws);
    let other = live.clone();
    let sent = spawn(move || other.block_on(sender.send(vec![1; 64 << 20])));
    // The writer is stuck.
    thread::sleep(200 * MS);
    peer.send(&text("hello")).unwrap();
    let (info, took) = timed(|| {
        assert_eq!(live.block_on(receiver.recv()).unwrap(), Some(Message::text("hello")));
        receiver.close_info()
    });
    assert_eq!(info.first, None);
    assert!(took < Duration::from_secs(1), "{}: {took:?}", L::NAME);
    drop(peer);
    sent.join().unwrap_err();
}

/// What the peer sees when something is dropped: nothing until both halves are, and then the end of the stream.
fn what_the_peer_sees_of_a_drop<L: Live>(role: Role) {
    let live = L::new();
    let (ws, mut peer) = open(&live, role, &WebSocketConfig::new());
    drop(ws);
    assert!(peer.read().is_err(), "the end, without a close frame");

    let (ws, mut peer) = open(&live, role, &WebSocketConfig::new());
    let (sender, mut receiver) = L::split(ws);
    drop(sender);
    peer.send(&text("still there")).unwrap();
    assert_eq!(live.block_on(receiver.recv()).unwrap(), Some(Message::text("still there")));
    peer.send(&close(1000, "")).unwrap();
    assert_eq!(live.block_on(receiver.recv()).unwrap(), None);
    assert_eq!(peer.read().unwrap().0, CLOSE);

    let (ws, mut peer) = open(&live, role, &WebSocketConfig::new());
    let (mut sender, receiver) = L::split(ws);
    drop(receiver);
    live.block_on(sender.send(vec![1; 10])).unwrap();
    assert_eq!(peer.read().unwrap().0, BINARY);
    drop(sender);
    assert!(peer.read().is_err());
}

/// Messages in a row, of which the rest is cut off by a close of ours: it says so.
fn sending_says_why_it_failed<L: Live>(role: Role) {
    let live = L::new();
    let config = WebSocketConfig::new().close_timeout(50 * MS);
    let (mut ws, mut peer) = open(&live, role, &config);
    peer.socket.write_all(&text("bad").rsv(7).encode(role)).unwrap();
    let rule = live.block_on(ws.recv()).unwrap_err().name();
    let what = format!("{} {role:?}", L::NAME);
    assert_eq!(rule, "reserved-bit", "{what}");
    assert_eq!(live.block_on(ws.send("more")).unwrap_err().name(), rule, "{what}");
    assert_eq!(live.block_on(ws.close()).unwrap().sent.unwrap().code, CloseCode::PROTOCOL_ERROR);
}

every!(a_byte_stream_closes_one_direction);
every!(a_byte_stream_has_no_limits);
every!(a_sink_closes_one_direction);
every!(the_reason_of_a_peer_that_goes_is_not_lost);
every!(a_peer_that_goes_without_a_word_is_an_error);
every!(the_close_of_the_peer_is_told_at_once);
every!(asking_does_not_wait_for_writing);
every!(what_the_peer_sees_of_a_drop);
every!(sending_says_why_it_failed);
