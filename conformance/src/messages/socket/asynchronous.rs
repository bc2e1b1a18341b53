//! The adapters with an `.await`.

use std::{
    fmt,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use ws_core::{CloseInfo, Negotiated, Role, WebSocketConfig};
use ws_driver::Parts;

use super::{Adapter, Pace, Socket, WAITS};
use crate::messages::{command::Command, line::Line};

/// Where futures are polled.
trait Place {
    /// Polls.
    fn within<O>(&self, poll: impl FnOnce() -> O) -> O {
        poll()
    }

    /// Lets time pass, for timers too.
    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// `ws-tokio`, on a current-thread runtime.
#[cfg(feature = "tokio")]
#[derive(Debug)]
pub struct Tokio {
    runtime: tokio::runtime::Runtime,
}

#[cfg(feature = "tokio")]
impl Tokio {
    /// Starts a runtime of its own.
    #[expect(clippy::expect_used, reason = "without a runtime there is nothing to test")]
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        Self { runtime: runtime.expect("a runtime of the current thread") }
    }
}

#[cfg(feature = "tokio")]
impl Default for Tokio {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "tokio")]
impl Place for Tokio {
    fn within<O>(&self, poll: impl FnOnce() -> O) -> O {
        let _entered = self.runtime.enter();
        poll()
    }

    fn sleep(&self, time: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }
}

/// `ws-smol`. The reactor runs on a thread of its own.
#[cfg(feature = "smol")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Smol;

#[cfg(feature = "smol")]
impl Place for Smol {}

/// `ws-async-std`. The reactor runs on a thread of its own.
#[cfg(feature = "async-std")]
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStd;

#[cfg(feature = "async-std")]
impl Place for AsyncStd {}

macro_rules! adapter {
    ($Adapter:ident, $name:literal, $adapter:ident) => {
        impl Adapter for $Adapter {
            fn name(&self) -> &'static str {
                $name
            }

            fn open<'a>(
                &'a self,
                io: Line,
                role: Role,
                leftover: Bytes,
                negotiated: Negotiated,
                config: &WebSocketConfig,
            ) -> Box<dyn Socket + 'a> {
                let far = io.far();
                let parts = Parts::new(io, role, negotiated).leftover(leftover);
                let ws = $adapter::WebSocket::from_parts(parts, config);
                Box::new(Asynchronous { ws, place: self, far, parts: Vec::new() })
            }
        }

        impl Socket for Asynchronous<'_, $adapter::WebSocket<Line>, $Adapter> {
            fn call(&mut self, command: &Command, pace: &mut Pace) -> String {
                let mut command = command.clone();
                loop {
                    match self.poll_call(&command, pace) {
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

        impl Asynchronous<'_, $adapter::WebSocket<Line>, $Adapter> {
            /// Polls a call as long as something wakes it.
            fn poll_call(&mut self, command: &Command, pace: &mut Pace) -> Polled {
                let Self { ws, place, far, parts } = self;
                let since = Instant::now();
                let mut call = pin!(async { perform!(ws, command, parts, [.await]) });
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
                    if far.is_waited_for() && !far.wakes(&waker) {
                        panic!(
                            "{command:?} waits for the far side, and the line does not know whom to wake"
                        );
                    }
                    while !flag.is_up() {
                        if pace.is_over(since) {
                            if !far.is_waited_for() {
                                panic!("{command:?} is pending, and nobody will wake it");
                            }
                            return Polled::Waits;
                        }
                        place.sleep(Duration::from_millis(1));
                    }
                }
            }
        }
    };
}

#[cfg(feature = "tokio")]
adapter!(Tokio, "ws-tokio", ws_tokio);
#[cfg(feature = "smol")]
adapter!(Smol, "ws-smol", ws_smol);
#[cfg(feature = "async-std")]
adapter!(AsyncStd, "ws-async-std", ws_async_std);

/// The adapter's own type, whose methods are called.
struct Asynchronous<'a, W, P> {
    ws: W,
    place: &'a P,
    far: crate::messages::line::Far,
    /// Of a message that is received in parts.
    parts: Vec<u8>,
}

/// How polling a call ended.
enum Polled {
    Done(String),
    Waits,
    Dropped,
}

/// Remembers that somebody was woken.
struct Flag(AtomicBool);

impl Flag {
    fn is_up(&self) -> bool {
        self.0.load(Ordering::Acquire)
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
