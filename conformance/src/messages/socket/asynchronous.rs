//! The adapters with an `.await`.

use std::{
    fmt,
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use ws_core::{CloseInfo, WebSocketConfig};
use ws_driver::Parts;

use super::{Adapter, Pace, Socket, WAITS};
use crate::{
    adapter,
    messages::command::Command,
    pipe::{Peer, Pipe},
};

/// Where futures are polled.
trait Place: adapter::Adapter {
    /// Polls.
    fn within<O>(&self, poll: impl FnOnce() -> O) -> O {
        poll()
    }
}

#[cfg(feature = "tokio")]
impl Place for adapter::Tokio {
    fn within<O>(&self, poll: impl FnOnce() -> O) -> O {
        let _entered = self.enter();
        poll()
    }
}

#[cfg(feature = "smol")]
impl Place for adapter::Smol {}

#[cfg(feature = "async-std")]
impl Place for adapter::AsyncStd {}

macro_rules! adapter {
    ($Adapter:ident, $adapter:ident) => {
        impl Adapter for adapter::$Adapter {
            fn open<'a>(
                &'a self,
                parts: Parts<Pipe>,
                config: &WebSocketConfig,
            ) -> Box<dyn Socket + 'a> {
                let peer = parts.io.peer();
                let ws = $adapter::WebSocket::from_parts(parts, config);
                Box::new(Asynchronous { ws, place: self, peer, parts: Vec::new() })
            }
        }

        impl Socket for Asynchronous<'_, $adapter::WebSocket<Pipe>, adapter::$Adapter> {
            fn call(&mut self, command: &Command, pace: &mut Pace) -> String {
                let Self { ws, place, peer, parts } = self;
                let mut command = command.clone();
                loop {
                    let polled = {
                        let call = pin!(async { perform!(ws, &command, parts, [.await]) });
                        poll_call(call, *place, peer, &command, pace)
                    };
                    match polled {
                        Polled::Done(said) => return said,
                        Polled::Waits => return WAITS.to_owned(),
                        Polled::Dropped => command = command.after_drop(),
                    }
                }
            }

            fn close_info(&self) -> CloseInfo {
                self.ws.close_info()
            }

            fn round_trip(&self) -> Option<Duration> {
                self.ws.round_trip()
            }
        }
    };
}

#[cfg(feature = "tokio")]
adapter!(Tokio, ws_tokio);
#[cfg(feature = "smol")]
adapter!(Smol, ws_smol);
#[cfg(feature = "async-std")]
adapter!(AsyncStd, ws_async_std);

/// The adapter's own type, whose methods are called.
struct Asynchronous<'a, W, P> {
    ws: W,
    place: &'a P,
    peer: Peer,
    /// Of a message that is received in parts.
    parts: Vec<u8>,
}

/// How polling a call ended.
enum Polled {
    Done(String),
    Waits,
    Dropped,
}

/// Polls a call as long as something wakes it.
#[expect(clippy::panic, reason = "this is how a test fails")]
fn poll_call(
    mut call: Pin<&mut impl Future<Output = Option<String>>>,
    place: &impl Place,
    peer: &Peer,
    command: &Command,
    pace: &mut Pace,
) -> Polled {
    let since = Instant::now();
    loop {
        let flag = Arc::new(Flag(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&flag));
        let polled = place.within(|| call.as_mut().poll(&mut Context::from_waker(&waker)));
        if let Poll::Ready(said) = polled {
            return said.map_or(Polled::Waits, Polled::Done);
        }
        if flag.is_up() {
            if pace.drops_now() {
                return Polled::Dropped;
            }
            continue;
        }
        if peer.is_waited_for() {
            peer.wake();
            if !flag.lower() {
                panic!("{command:?} waits for the peer, and the pipe does not know whom to wake");
            }
        }
        while !flag.is_up() {
            if pace.is_over(since) {
                if !peer.is_waited_for() {
                    panic!("{command:?} is pending, and nobody will wake it");
                }
                return Polled::Waits;
            }
            place.sleep(Duration::from_millis(1));
        }
    }
}

/// Remembers that somebody was woken.
struct Flag(AtomicBool);

impl Flag {
    fn is_up(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Forgets it, and says whether there was something to forget.
    fn lower(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl<W, P> fmt::Debug for Asynchronous<'_, W, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asynchronous").finish_non_exhaustive()
    }
}
