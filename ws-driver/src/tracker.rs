//! Ending everything together, with the timer of a runtime.
//!
//! ```text
//! shut_down ---> the core's tracker rings; WebSockets and handshakes mind the time by themselves
//!    |
//!    '--- waits until nothing is left, or the deadline has passed, and GRACE
//!
//! run ---------> polls its future, and drops it when the deadline has passed, and half of GRACE
//! ```

use std::{
    fmt,
    future::{Future, poll_fn},
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use ws_core::{CloseFrame, SendError, ShutdownOutcome, Tracked, Tracks};

use crate::{bell::Bell, runtime::Runtime};

/// Ends WebSockets, handshakes and tasks together: the core's [`Tracker`](ws_core::Tracker), with what has to be
/// waited for. Clones are the same tracker.
///
/// Dropping a future of [`shut_down`](Self::shut_down) takes nothing back: the shutdown goes on, and nobody waits
/// for it.
pub struct Tracker<R> {
    core: ws_core::Tracker,
    runtime: PhantomData<fn() -> R>,
}

impl<R: Runtime> Tracker<R> {
    /// A tracker of nothing.
    pub fn new() -> Self {
        ws_core::Tracker::new().into()
    }

    /// Shuts down with 1001: see [`shut_down_with`](Self::shut_down_with).
    pub async fn shut_down(&self, timeout: Duration) -> ShutdownOutcome {
        // 1001 can be sent.
        let _ = self.core.shut_down(CloseFrame::GOING_AWAY, deadline(timeout));
        self.gone().await
    }

    /// Sends this close frame to every WebSocket, cuts after `timeout` those that have not answered, refuses
    /// handshakes, and waits until all of it is gone: until the deadline, and half a second more for those who have
    /// to notice it.
    ///
    /// # Errors
    ///
    /// As [`ws_core::Tracker::shut_down`]. Nothing has begun then.
    pub async fn shut_down_with(
        &self,
        frame: CloseFrame,
        timeout: Duration,
    ) -> Result<ShutdownOutcome, SendError> {
        self.core.shut_down(frame, deadline(timeout))?;
        Ok(self.gone().await)
    }

    /// Waits until a shutdown begins.
    pub fn shutting_down(&self) -> impl Future<Output = ()> + Send + use<R> {
        let core = self.core.clone();
        let mut tracked = core.track(Tracks::Nothing);
        poll_fn(move |cx| {
            Bell::listen(&mut tracked, cx);
            if core.is_shutting_down() { Poll::Ready(()) } else { Poll::Pending }
        })
    }

    /// The future, which is dropped when the deadline of a shutdown has passed, and a quarter of a second for it
    /// to end by itself. It is waited for from this call on.
    pub fn run<F: Future>(&self, future: F) -> Run<F, R> {
        let running = Running { future: Box::pin(future), tracked: self.core.track(Tracks::Task) };
        Run { running: Some(running), timer: R::Timer::default() }
    }

    /// Whether a shutdown has begun.
    pub fn is_shutting_down(&self) -> bool {
        self.core.is_shutting_down()
    }

    /// How many WebSockets there are, open ones and those that are being opened.
    pub fn len(&self) -> usize {
        self.core.len()
    }

    /// Whether there is no WebSocket.
    pub fn is_empty(&self) -> bool {
        self.core.is_empty()
    }

    /// Waits until nothing is left, but not for long after the deadline.
    async fn gone(&self) -> ShutdownOutcome {
        let mut tracked = self.core.track(Tracks::Nothing);
        let mut timer = R::Timer::default();
        poll_fn(|cx| {
            Bell::listen(&mut tracked, cx);
            if self.core.is_idle() {
                return Poll::Ready(());
            }
            poll_deadline::<R>(&mut timer, cx, self.core.deadline(), GRACE)
        })
        .await;
        self.core.outcome()
    }
}

impl<R: Runtime> Default for Tracker<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> Clone for Tracker<R> {
    fn clone(&self) -> Self {
        Self { core: self.core.clone(), runtime: PhantomData }
    }
}

impl<R> From<ws_core::Tracker> for Tracker<R> {
    fn from(core: ws_core::Tracker) -> Self {
        Self { core, runtime: PhantomData }
    }
}

impl<R> AsRef<ws_core::Tracker> for Tracker<R> {
    fn as_ref(&self) -> &ws_core::Tracker {
        &self.core
    }
}

impl<R> fmt::Debug for Tracker<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.fmt(f)
    }
}

/// A future that ends by the deadline of a shutdown, from [`Tracker::run`]: `None` if it was dropped then.
#[must_use = "nothing is done unless it is awaited"]
pub struct Run<F, R: Runtime> {
    /// `None` once it is over.
    running: Option<Running<F>>,
    timer: R::Timer,
}

/// The future is dropped first, and then it is not counted any more.
struct Running<F> {
    future: Pin<Box<F>>,
    tracked: Tracked,
}

impl<F: Future, R: Runtime> Future for Run<F, R> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { running, timer } = self.get_mut();
        let Some(Running { future, tracked }) = running else { return Poll::Ready(None) };
        let output = match future.as_mut().poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => {
                Bell::listen(tracked, cx);
                let deadline = tracked.tracker().deadline();
                if poll_deadline::<R>(timer, cx, deadline, GRACE / 2).is_pending() {
                    return Poll::Pending;
                }
                None
            }
        };
        *running = None;
        Poll::Ready(output)
    }
}

impl<F, R: Runtime> fmt::Debug for Run<F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").finish_non_exhaustive()
    }
}

/// Waits until `grace` after the deadline. Without a timer that is not waited for.
fn poll_deadline<R: Runtime>(
    timer: &mut R::Timer,
    cx: &mut Context<'_>,
    deadline: Option<Instant>,
    grace: Duration,
) -> Poll<()> {
    let Some(at) = deadline.and_then(|deadline| deadline.checked_add(grace)) else {
        return Poll::Pending;
    };
    // Some runtimes do not look at timers for a task that has been busy.
    if at <= Instant::now() {
        return Poll::Ready(());
    }
    R::poll_timer(timer, cx, at).map(drop)
}

/// When a shutdown that begins now is over; `None` if that cannot be said, it is so long.
fn deadline(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

/// How long after the deadline everybody has to notice it.
const GRACE: Duration = Duration::from_millis(500);
