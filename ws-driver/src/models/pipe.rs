//! A stream in memory, which is as forgetful as streams are: it remembers one task for each direction, the last that
//! asked, and none after it has been of use to another.

use std::{
    future::poll_fn,
    io,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::Buf;
use ws_core::{Negotiated, RecvBuf, Role, SendQueue, WebSocketConfig};

use crate::{
    Parts, WebSocket,
    hold::lock,
    runtime::{Reads, Runtime, Writes},
    sync::Mutex,
};

/// The runtime of models. Its clock stands still, but for the shortest of times.
pub(super) enum Model {}

/// One end of the stream. What it does is done at once.
pub(super) struct Pipe(Arc<Mutex<State>>);

/// The other end, for a thread that plays the peer.
pub(super) struct Peer(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    incoming: Vec<u8>,
    ended: bool,
    outgoing: Vec<u8>,
    /// How many bytes more can be written.
    room: usize,
    closed: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
    peer: Option<Waker>,
}

/// A server's WebSocket, over a stream with room for so many bytes.
pub(super) fn server(room: usize, config: &WebSocketConfig) -> (WebSocket<Pipe, Model>, Peer) {
    let state = Arc::new(Mutex::new(State { room, ..State::default() }));
    let parts = Parts::new(Pipe(Arc::clone(&state)), Role::Server, Negotiated::default());
    (WebSocket::from_parts(parts, config), Peer(state))
}

impl Peer {
    /// Sends a frame, masked with zeros.
    pub(super) fn send(&self, opcode: u8, payload: &[u8]) {
        let [len, ..] = payload.len().to_le_bytes();
        self.change(|state| {
            state.incoming.extend([0x80 | opcode, 0x80 | len, 0, 0, 0, 0]);
            state.incoming.extend(payload);
        });
        let reader = lock(&self.0).reader.take();
        wake(reader);
    }

    /// Takes so many bytes more.
    pub(super) fn make_room(&self, len: usize) {
        self.change(|state| state.room += len);
        let writer = lock(&self.0).writer.take();
        wake(writer);
    }

    /// Goes away.
    pub(super) fn end(&self) {
        self.change(|state| state.ended = true);
        let reader = lock(&self.0).reader.take();
        wake(reader);
    }

    /// Between what a system knows and what it tells anybody there is time for others.
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut lock(&self.0));
    }

    /// Waits until all of these frames have come, in any order.
    pub(super) async fn expect(&self, frames: &[&[u8]]) {
        poll_fn(|cx| {
            let mut state = lock(&self.0);
            let missing =
                |frame: &&[u8]| !state.outgoing.windows(frame.len()).any(|at| at == *frame);
            if !frames.iter().any(missing) {
                return Poll::Ready(());
            }
            state.peer = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl Runtime for Model {
    type Timer = ();

    fn poll_timer(_: &mut (), _: &mut Context<'_>, at: Instant) -> Poll<io::Result<()>> {
        if at > Instant::now() + Duration::from_secs(1) {
            return Poll::Pending;
        }
        // Whoever is waited for gets on with it.
        loom::thread::yield_now();
        Poll::Ready(Ok(()))
    }
}

impl Reads<Pipe> for Model {
    fn poll_read(
        io: &mut Pipe,
        cx: &mut Context<'_>,
        recv: &mut RecvBuf,
        (): &mut (),
        _: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let mut state = lock(&io.0);
        if state.incoming.is_empty() && !state.ended {
            state.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.reader = None;
        let bytes = std::mem::take(&mut state.incoming);
        recv.extend_from_slice(&bytes);
        Poll::Ready(Ok(bytes.len()))
    }
}

impl Writes<Pipe> for Model {
    fn poll_write(
        io: &mut Pipe,
        cx: &mut Context<'_>,
        send: &mut SendQueue,
        (): &mut (),
        _: Option<Instant>,
    ) -> Poll<io::Result<usize>> {
        let mut state = lock(&io.0);
        if state.closed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let len = send.chunk().len().min(state.room);
        if len == 0 {
            state.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.writer = None;
        state.room -= len;
        state.outgoing.extend(&send.chunk()[..len]);
        send.advance(len);
        let peer = state.peer.take();
        drop(state);
        wake(peer);
        Poll::Ready(Ok(len))
    }

    fn poll_flush(
        _: &mut Pipe,
        _: &mut Context<'_>,
        (): &mut (),
        _: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(
        io: &mut Pipe,
        _: &mut Context<'_>,
        (): &mut (),
        _: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        let mut state = lock(&io.0);
        // Nobody is told: whoever does this knows who else waits.
        state.closed = true;
        let peer = state.peer.take();
        drop(state);
        wake(peer);
        Poll::Ready(Ok(()))
    }
}

fn wake(task: Option<Waker>) {
    if let Some(task) = task {
        task.wake();
    }
}

/// Frames as a server sends them, and opcodes.
pub(super) const HI: &[u8] = b"\x81\x02hi";
pub(super) const PONG: &[u8] = b"\x8a\x01p";
pub(super) const NORMAL: &[u8] = b"\x88\x02\x03\xe8";
pub(super) const GOING_AWAY: &[u8] = b"\x88\x02\x03\xe9";
pub(super) const CLOSE: u8 = 0x8;
pub(super) const PING: u8 = 0x9;
