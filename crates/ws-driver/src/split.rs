//! The halves of a WebSocket, for two tasks or two threads.
//!
//! The receiver also writes: pongs, and the answer to a close. So both halves share the sending half
//! of the connection, behind a lock that is held while something is queued or written. The receiver
//! never waits for that lock: when it is taken, what it has to say is parked, and whoever lets go of
//! the lock looks there. And both halves are woken when the stream can be written or read: a stream
//! remembers only one of them, and one of TLS may have to be written before it can be read.

use std::{
    fmt,
    future::poll_fn,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use ws_core::{
    CloseFrame, CloseInfo, Message, MessageKind, Negotiated, Prepared, Reply, SendError, Sender,
};

use crate::{
    Error, Event, Part, WebSocket,
    hold::{Hold, Own, Shared, lock},
    inbound::{Inbound, Outlet, Written},
    outbound::{lend_memory, poll_feed, poll_write_out, sent_whole},
    runtime::{Reads, Runtime, Writes},
    wire::Wire,
};

/// The receiving half of a WebSocket.
pub struct ReceiveHalf<I: Hold, R: Runtime> {
    inbound: Inbound<I, R>,
    negotiated: Negotiated,
    both: Arc<Both<I, R>>,
}

/// The sending half of a WebSocket. It is of use as long as the other half receives: pongs and the
/// peer's close come in there.
pub struct SendHalf<I: Hold, R: Runtime> {
    both: Arc<Both<I, R>>,
}

/// What both halves hold.
struct Both<I: Hold, R: Runtime> {
    writer: Mutex<Writer<I, R>>,
    parked: Mutex<Parked>,
    /// The sending half has begun to close.
    closing: AtomicBool,
    wakers: Arc<Wakers>,
}

struct Writer<I: Hold, R: Runtime> {
    wire: Wire<I, R>,
    sender: Sender,
}

/// What the receiver leaves for whoever is using the writer.
#[derive(Default)]
struct Parked {
    /// What it has to say.
    reply: Reply,
    /// It wanted to write, and has to be woken to do so: what is written in its stead may not be
    /// everything.
    turned_away: bool,
}

/// The tasks that wait for the stream to be written.
#[derive(Default)]
struct Wakers {
    receiver: Mutex<Option<Waker>>,
    sender: Mutex<Option<Waker>>,
}

impl Wakers {
    fn wake_receiver(&self) {
        let waker = lock(&self.receiver).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_receiver();
        let waker = lock(&self.sender).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

fn remember(slot: &Mutex<Option<Waker>>, cx: &Context<'_>) {
    let mut slot = lock(slot);
    if !slot.as_ref().is_some_and(|known| known.will_wake(cx.waker())) {
        *slot = Some(cx.waker().clone());
    }
}

impl<T, R: Reads<T> + Writes<T>> WebSocket<T, R> {
    /// Takes the WebSocket apart for two tasks. Pings are answered by the receiving half.
    pub fn split(self) -> (SendHalf<Shared<T>, R>, ReceiveHalf<Shared<T>, R>) {
        self.split_with(|io| {
            let io = Arc::new(Mutex::new(io));
            (Shared(Arc::clone(&io)), Shared(io))
        })
    }

    /// The same with a handle of the stream for each half, made by `clone`: for streams that block,
    /// where reading must not keep anybody from writing.
    ///
    /// # Errors
    ///
    /// Those of `clone`.
    #[expect(clippy::type_complexity, reason = "it is the two halves, and no more")]
    pub fn split_cloned<E>(
        self,
        clone: impl FnOnce(&T) -> Result<T, E>,
    ) -> Result<(SendHalf<Own<T>, R>, ReceiveHalf<Own<T>, R>), E> {
        let other = clone(self.get_ref())?;
        Ok(self.split_with(|io| (Own(io), Own(other))))
    }

    fn split_with<I: Hold<Stream = T>>(
        self,
        share: impl FnOnce(T) -> (I, I),
    ) -> (SendHalf<I, R>, ReceiveHalf<I, R>) {
        let Self { inbound, sender, negotiated, .. } = self;
        let closing = sender.close_frame().is_some();
        let mut writing = None;
        let inbound = inbound.over(|wire| {
            let unflushed = wire.is_unflushed();
            let (write, read) = share(wire.into_inner().0);
            writing = Some(Wire::resume(write, unflushed));
            Wire::new(read)
        });
        let Some(wire) = writing else { unreachable!("the closure has been called") };
        let both = Arc::new(Both {
            writer: Mutex::new(Writer { wire, sender }),
            parked: Mutex::default(),
            closing: AtomicBool::new(closing),
            wakers: Arc::default(),
        });
        (SendHalf { both: Arc::clone(&both) }, ReceiveHalf { inbound, negotiated, both })
    }
}

impl<I: Hold, R: Writes<I::Stream>> Both<I, R> {
    /// Does something with the writer, and then what was parked meanwhile.
    fn with_writer<O>(&self, then: impl FnOnce(&mut Writer<I, R>) -> O) -> O {
        let mut then = Some(then);
        let mut output = None;
        loop {
            let mut writer = lock(&self.writer);
            if self.unpark(&mut writer.sender) {
                // What it could not write, the receiver is woken for.
                let _ =
                    self.poll_write_as(&mut writer, &mut Context::from_waker(&self.waker()), None);
            }
            if let Some(then) = then.take() {
                output = Some(then(&mut writer));
            }
            drop(writer);
            let mut parked = lock(&self.parked);
            if !parked.reply.is_empty() {
                continue;
            }
            let turned_away = std::mem::take(&mut parked.turned_away);
            drop(parked);
            if turned_away {
                self.wakers.wake_receiver();
            }
            if let Some(output) = output {
                return output;
            }
        }
    }

    /// The writer, unless the other half is using it. That one wakes the receiver when it lets go.
    fn try_writer(&self) -> Option<MutexGuard<'_, Writer<I, R>>> {
        let try_lock = || match self.writer.try_lock() {
            Ok(writer) => Some(writer),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        try_lock().or_else(|| {
            lock(&self.parked).turned_away = true;
            // Whoever let go before that could be seen has not looked.
            try_lock()
        })
    }

    /// Says what was parked, if there is something.
    fn unpark(&self, sender: &mut Sender) -> bool {
        let reply = std::mem::take(&mut lock(&self.parked).reply);
        let parked = !reply.is_empty();
        if parked {
            sender.reply(reply);
        }
        parked
    }

    /// Writes everything that waits. What is parked meanwhile goes in between, so that a pong need
    /// not wait for the end of a long message.
    fn poll_write_as(
        &self,
        writer: &mut Writer<I, R>,
        cx: &mut Context<'_>,
        until: Option<Instant>,
    ) -> Poll<io::Result<()>> {
        let Writer { wire, sender } = writer;
        poll_write_out(sender, wire, cx, until, |sender| {
            self.unpark(sender);
        })
    }

    /// Wakes both halves.
    fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.wakers))
    }
}

/// What the receiving half does with the sending half.
impl<I: Hold, R: Writes<I::Stream>> Outlet<I, R> for Arc<Both<I, R>> {
    fn reply(&mut self, reply: Reply) {
        lock(&self.parked).reply.merge(reply);
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn over(&mut self) {
        // Whoever waits to write will see that the stream is closed.
        Arc::clone(&self.wakers).wake();
    }

    /// Says what the receiver has to say, and writes what waits, unless the writer is busy: it will
    /// do it then.
    fn poll_write_out(
        &mut self,
        _wire: &mut Wire<I, R>,
        cx: &mut Context<'_>,
        until: Option<Instant>,
    ) -> Poll<io::Result<Written>> {
        loop {
            let Some(mut writer) = self.try_writer() else {
                return Poll::Ready(Ok(Written::Elsewhere));
            };
            let written = self.poll_write_as(&mut writer, cx, until);
            drop(writer);
            if lock(&self.parked).reply.is_empty() {
                return written.map_ok(|()| Written::All);
            }
        }
    }
}

impl<I: Hold, R: Writes<I::Stream>> SendHalf<I, R> {
    /// Sends a message, and waits until the stream has taken it.
    ///
    /// # Errors
    ///
    /// [`Error::Send`] when nothing can be sent any more, [`Error::Io`].
    pub async fn send(&mut self, message: impl Into<Message>) -> Result<(), Error> {
        self.feed(message).await?;
        self.flush().await
    }

    /// Queues a message, and waits for room if there is none.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn feed(&mut self, message: impl Into<Message>) -> Result<(), Error> {
        let message = message.into();
        self.command(|sender| sender.send(&message)).await
    }

    /// Queues a message without waiting.
    ///
    /// # Errors
    ///
    /// [`SendError::Full`] when there is no room.
    pub fn try_send(&mut self, message: impl Into<Message>) -> Result<(), SendError> {
        let message = message.into();
        self.both.with_writer(|writer| {
            lend_memory(&mut writer.sender);
            writer.sender.send(&message)
        })
    }

    /// Queues a message that was framed once for many.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn feed_prepared(&mut self, prepared: &Prepared) -> Result<(), Error> {
        self.command(|sender| sender.send_prepared(prepared)).await
    }

    /// Sends a message that was framed once for many.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_prepared(&mut self, prepared: &Prepared) -> Result<(), Error> {
        self.feed_prepared(prepared).await?;
        self.flush().await
    }

    /// Sends a part of a message; the first part decides what it is.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_part(
        &mut self,
        kind: MessageKind,
        part: impl Into<Bytes>,
        last: bool,
    ) -> Result<(), Error> {
        self.feed_part(kind, part, last).await?;
        if last { self.flush().await } else { Ok(()) }
    }

    /// Queues a part of a message; the first part decides what it is.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn feed_part(
        &mut self,
        kind: MessageKind,
        part: impl Into<Bytes>,
        last: bool,
    ) -> Result<(), Error> {
        let part = part.into();
        self.command(|sender| sender.send_part(kind, part.clone(), last)).await
    }

    /// Sends a ping with up to 125 bytes. Its pong comes in at the receiving half.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn ping(&mut self, payload: impl Into<Bytes>) -> Result<(), Error> {
        self.feed_ping(payload).await?;
        self.flush().await
    }

    /// Queues a ping, and waits while there is one in the queue.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn feed_ping(&mut self, payload: impl Into<Bytes>) -> Result<(), Error> {
        let payload = payload.into();
        self.command(|sender| sender.ping(payload.clone())).await
    }

    /// Writes everything that was queued, and makes the stream pass it on.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::flush`].
    pub async fn flush(&mut self) -> Result<(), Error> {
        self.write_out().await?;
        self.both.with_writer(|writer| sent_whole(&mut writer.sender))
    }

    /// Sends a close frame behind what is queued. The receiving half then gives out what still
    /// comes, and ends. When the WebSocket is being closed already, that is left as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Send`] for a frame that cannot be sent, [`Error::Io`].
    pub async fn close(&mut self, frame: CloseFrame) -> Result<(), Error> {
        match self.command(|sender| sender.close(frame.clone())).await {
            Ok(()) | Err(Error::Send(SendError::Closing)) => {}
            Err(error) => return Err(error),
        }
        self.both.closing.store(true, Ordering::Relaxed);
        // The receiving half has a time to watch now, also while the peer takes nothing.
        Arc::clone(&self.both.wakers).wake();
        self.write_out().await
    }

    async fn write_out(&mut self) -> Result<(), Error> {
        poll_fn(|cx| {
            remember(&self.both.wakers.sender, cx);
            let waker = self.both.waker();
            let mut cx = Context::from_waker(&waker);
            let both = &self.both;
            both.with_writer(|writer| both.poll_write_as(writer, &mut cx, None)).map_err(Error::Io)
        })
        .await
    }

    async fn command(
        &mut self,
        mut command: impl FnMut(&mut Sender) -> Result<(), SendError>,
    ) -> Result<(), Error> {
        poll_fn(|cx| {
            remember(&self.both.wakers.sender, cx);
            let waker = self.both.waker();
            let mut cx = Context::from_waker(&waker);
            let both = &self.both;
            both.with_writer(|Writer { sender, wire }| {
                poll_feed(sender, wire, &mut cx, |sender| {
                    both.unpark(sender);
                    command(sender)
                })
            })
        })
        .await
    }
}

impl<I: Hold, R: Reads<I::Stream> + Writes<I::Stream>> ReceiveHalf<I, R> {
    /// The next message; `None` when the WebSocket has been closed by a closing handshake.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::recv`].
    pub async fn recv(&mut self) -> Result<Option<Message>, Error> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// The next message, ping or pong.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::recv`].
    pub async fn recv_event(&mut self) -> Result<Option<Event>, Error> {
        poll_fn(|cx| self.poll_for_both(cx, Inbound::poll_event)).await
    }

    /// The next part of a message, as soon as it comes and however long the message is.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::recv`].
    pub async fn recv_part(&mut self) -> Result<Option<Part>, Error> {
        poll_fn(|cx| self.poll_for_both(cx, Inbound::poll_part)).await
    }

    /// [`recv`](Self::recv) as a function to poll.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::recv`].
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Message>, Error>> {
        self.poll_for_both(cx, Inbound::poll_message)
    }

    /// Polls so that both halves are woken. A stream that is read may have to be written for that,
    /// as TLS is, or may remember one task only: the sender must not be forgotten then.
    fn poll_for_both<O>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Inbound<I, R>, &mut Arc<Both<I, R>>, &mut Context<'_>) -> Poll<O>,
    ) -> Poll<O> {
        remember(&self.both.wakers.receiver, cx);
        let waker = self.both.waker();
        poll(&mut self.inbound, &mut self.both, &mut Context::from_waker(&waker))
    }

    /// Everything that was agreed on.
    pub fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// How it ended, as far as it has.
    pub fn close_info(&self) -> CloseInfo {
        let received = self.inbound.receiver.close_frame();
        self.both.with_writer(|writer| writer.sender.close_info(received))
    }

    /// Puts the WebSocket together again.
    ///
    /// # Errors
    ///
    /// Gives both halves back when they are not of the same WebSocket.
    #[expect(
        clippy::result_large_err,
        clippy::type_complexity,
        reason = "the halves are moved back to where they came from"
    )]
    pub fn unsplit(
        self,
        sender: SendHalf<I, R>,
    ) -> Result<WebSocket<I::Stream, R>, (Self, SendHalf<I, R>)> {
        if !Arc::ptr_eq(&self.both, &sender.both) {
            return Err((self, sender));
        }
        drop(sender);
        let Self { inbound, negotiated, both } = self;
        let Some(Both { writer, parked, .. }) = Arc::into_inner(both) else {
            unreachable!("each half has one handle, and there are two halves")
        };
        let Writer { wire: writing, mut sender } =
            writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        sender.reply(parked.into_inner().unwrap_or_else(PoisonError::into_inner).reply);
        let unflushed = writing.is_unflushed();
        let inbound = inbound.over(|reading| {
            let Some(io) = I::join(reading.into_inner(), writing.into_inner()) else {
                unreachable!("nobody else holds the stream")
            };
            Wire::resume(Own(io), unflushed)
        });
        Ok(WebSocket { inbound, sender, negotiated, request: None })
    }

    /// How long the last ping of ours took to be answered.
    pub fn round_trip(&self) -> Option<Duration> {
        self.inbound.clock.round_trip()
    }
}

impl<I: Hold, R: Runtime> fmt::Debug for ReceiveHalf<I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiveHalf").field("negotiated", &self.negotiated).finish_non_exhaustive()
    }
}

impl<I: Hold, R: Runtime> fmt::Debug for SendHalf<I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendHalf").finish_non_exhaustive()
    }
}
