//! After the peer has ended the stream without a close frame, everything that sends fails at once, and says why.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::task::Poll;

use conformance::{
    every_runtime,
    messages::{
        bare::{self, done, poll},
        cases::ROLES,
        frames::{binary, text},
    },
    pipe::{Peer, Pipe, Script},
};
use ws_core::{CloseCode, Message, Negotiated, Prepared, Role, SendError, WebSocketConfig};
use ws_driver::{Error, Part, Reads, WebSocket, Writes};

/// What has come, and what waits to be written, when the stream ends.
#[derive(Clone, Copy, Debug)]
enum Before {
    Nothing,
    HalfAHead,
    HalfAMessage,
    OutputThatNobodyTakes,
}

const BEFORE: [Before; 4] =
    [Before::Nothing, Before::HalfAHead, Before::HalfAMessage, Before::OutputThatNobodyTakes];

/// A WebSocket whose peer is about to end the stream, with the end already there.
fn ended<R: Reads<Pipe> + Writes<Pipe>>(role: Role, before: Before) -> (WebSocket<Pipe, R>, Peer) {
    let input = match before {
        Before::Nothing | Before::OutputThatNobodyTakes => Vec::new(),
        Before::HalfAHead => binary([7; 300]).head(role)[..3].to_vec(),
        Before::HalfAMessage => text("a").more().encode(role),
    };
    let script = Script::new().nonblocking().capacity(100);
    let (io, peer) = Pipe::new(script);
    let mut ws = bare::open::<R>(io, role, Negotiated::default(), &WebSocketConfig::default());
    if let Before::OutputThatNobodyTakes = before {
        // A message in frames, of which only the first begins to go out.
        done(ws.feed(vec![7; 250_000])).unwrap();
        assert!(poll(ws.flush()).is_pending());
    }
    peer.send(input);
    peer.close();
    (ws, peer)
}

/// Hears of the end.
macro_rules! end {
    ($ws:ident, $peer:ident, $what:expr) => {
        let mut heard = poll($ws.recv());
        if heard.is_pending() {
            // The output is given a last chance, and tokio's time stands still where nothing else runs.
            $peer.unlimit();
            heard = poll($ws.recv());
        }
        assert!(matches!(heard, Poll::Ready(Err(Error::Disconnected))), "{:?}: {heard:?}", $what);
    };
}

/// Each call of what sends, whole or half.
macro_rules! nothing_can_be_sent {
    ($ws:ident, $what:expr) => {{
        for len in [0, 1, 125, 126, 4096, 65_536, 262_145, 20 << 20] {
            let message = Message::binary(vec![7; len]);
            is_disconnect(Err($ws.try_send(message.clone()).unwrap_err().into()), $what);
            is_disconnect(done($ws.send(message.clone())), $what);
            is_disconnect(done($ws.feed(&Prepared::new(message))), $what);
        }
        is_disconnect(done($ws.send_part(Part::text("a", false))), $what);
        is_disconnect(done($ws.ping("a")), $what);
        is_disconnect(done($ws.pong("a")), $what);
        is_disconnect(Err($ws.try_ping("a").unwrap_err().into()), $what);
        is_disconnect(Err($ws.try_pong("a").unwrap_err().into()), $what);
        is_disconnect(done($ws.close()).map(drop), $what);
        is_disconnect(done($ws.close_with(CloseCode::GOING_AWAY, "bye")).map(drop), $what);
    }};
}

#[track_caller]
fn is_disconnect(outcome: Result<(), Error>, what: (Role, Before)) {
    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::Send(SendError::Disconnected)), "{what:?}: {error:?}");
    assert_eq!((error.name(), error.is_disconnect()), ("disconnected", true), "{what:?}");
}

fn whole<R: Reads<Pipe> + Writes<Pipe>>() {
    for role in ROLES {
        for before in BEFORE {
            let what = (role, before);
            let (mut ws, peer) = ended::<R>(role, before);
            end!(ws, peer, what);
            nothing_can_be_sent!(ws, what);
            is_disconnect(Err(ws.start_close().unwrap_err().into()), what);
            let closed = ws.start_close_with(CloseCode::GOING_AWAY, "bye");
            is_disconnect(Err(closed.unwrap_err().into()), what);
            assert_eq!(done(ws.recv()).unwrap(), None);
            assert_eq!(ws.close_info().sent, None);
        }
    }
}

fn half<R: Reads<Pipe> + Writes<Pipe>>() {
    for role in ROLES {
        for before in BEFORE {
            let what = (role, before);
            let (ws, peer) = ended::<R>(role, before);
            let (mut sender, mut receiver) = ws.split();
            end!(receiver, peer, what);
            nothing_can_be_sent!(sender, what);
            assert_eq!(done(receiver.recv()).unwrap(), None);
            assert_eq!(sender.close_info().sent, None);
            // Nor when they are together again.
            let Ok(mut ws) = receiver.unsplit(sender) else { unreachable!("they belong together") };
            is_disconnect(Err(ws.start_close().unwrap_err().into()), what);
        }
    }
}

#[test]
fn nothing_can_be_sent_behind_the_end() {
    every_runtime!(whole);
}

#[test]
fn nothing_can_be_sent_by_a_half_behind_the_end() {
    every_runtime!(half);
}
