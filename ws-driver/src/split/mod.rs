//! The halves of a WebSocket, for two tasks or two threads.
//!
//! The receiver also writes: pongs, and the answer to a close. So both halves share the sending half
//! of the connection, behind a lock that is held while something is queued or written. The receiver
//! never waits for that lock: when it is taken, its reply is parked, and the half that has the lock
//! looks there after letting go. The clock, and word of the close frames, are behind locks of their own, which
//! are never held while something is written. Both halves are woken when the stream can be written or read: a stream
//! remembers only one of them, and one of TLS may have to be written before it can be read.

use std::sync::{Arc, PoisonError};

mod both;
mod recv_half;
mod send_half;

use self::both::{Both, Writer};
pub use self::{recv_half::RecvHalf, send_half::SendHalf};
use crate::{
    WebSocket,
    hold::{Hold, Own, Shared},
    outbound::Outbound,
    runtime::{Reads, Writes},
    sync::{AtomicBool, Mutex},
    waiters::Waiters,
    wire::Wire,
};

impl<T, R: Reads<T> + Writes<T>> WebSocket<T, R> {
    /// Takes the WebSocket apart for two tasks. Pings are answered by the receiving half.
    pub fn split(self) -> (SendHalf<Shared<T>, R>, RecvHalf<Shared<T>, R>) {
        self.split_with(|io| {
            let io = Arc::new(Mutex::new(io));
            (Shared(Arc::clone(&io)), Shared(io))
        })
    }

    /// Like [`split`](Self::split), with a handle of the stream for each half, made by `clone`: for
    /// streams that block, where a read must not keep the other half from writing.
    ///
    /// # Errors
    ///
    /// Those of `clone`.
    #[expect(clippy::type_complexity, reason = "it is the two halves, and no more")]
    pub fn split_cloned<E>(
        self,
        clone: impl FnOnce(&T) -> Result<T, E>,
    ) -> Result<(SendHalf<Own<T>, R>, RecvHalf<Own<T>, R>), E> {
        let other = clone(self.get_ref())?;
        Ok(self.split_with(|io| (Own(io), Own(other))))
    }

    /// Like [`split`](Self::split), with two handles of another type that `share` makes of the stream: for
    /// streams that block and cannot be cloned.
    pub fn split_into<U>(
        self,
        share: impl FnOnce(T) -> (U, U),
    ) -> (SendHalf<Own<U>, R>, RecvHalf<Own<U>, R>) {
        self.split_with(|io| {
            let (write, read) = share(io);
            (Own(write), Own(read))
        })
    }

    fn split_with<I: Hold>(
        self,
        share: impl FnOnce(T) -> (I, I),
    ) -> (SendHalf<I, R>, RecvHalf<I, R>) {
        let Self { inbound, outbound, negotiated, request, .. } = self;
        let Outbound { sender, clock } = outbound;
        let info = sender.close_info(inbound.receiver.close_frame());
        let (closing, watch) = (info.sent.is_some(), inbound.watch.clone());
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
            clock: Mutex::new(clock),
            info: Mutex::new(info),
            wakers: Arc::default(),
            watch,
        });
        let sender = SendHalf { both: Arc::clone(&both) };
        (sender, RecvHalf { inbound, negotiated, request, both })
    }
}

impl<I: Hold, R: Reads<I::Stream> + Writes<I::Stream>> RecvHalf<I, R> {
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
        let Self { inbound, negotiated, request, both } = self;
        let Some(Both { writer, parked, clock, .. }) = Arc::into_inner(both) else {
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
        let clock = clock.into_inner().unwrap_or_else(PoisonError::into_inner);
        let outbound = Outbound { sender, clock };
        Ok(WebSocket { inbound, outbound, waiters: Waiters::default(), negotiated, request })
    }
}
