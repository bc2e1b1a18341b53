//! Connecting to several addresses, of which the first that answers wins.

use std::{
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};

use ws_core::{Attempt, Attempts};

use super::{
    dials::Dials,
    event::{DialEvent, Observer},
    unreached::Unreached,
};
use crate::{runtime::Runtime, wire::sooner};

/// Starts what is due, and takes the first that answers.
pub(super) async fn race<D: Dials>(
    attempts: Attempts,
    local: Option<SocketAddr>,
    until: Option<Instant>,
    observer: &Observer,
) -> Result<D::Socket, Unreached> {
    let start = |address| {
        let connecting: Connecting<D::Socket> = Box::pin(D::connect(address, local, until));
        connecting
    };
    let mut race = Race { attempts, running: Vec::new(), unreached: Unreached::default() };
    let mut timer = <D::Runtime as Runtime>::Timer::default();
    poll_fn(|cx| race.poll::<D::Runtime>(cx, &mut timer, until, &start, observer)).await
}

type Connecting<S> = Pin<Box<dyn Future<Output = io::Result<S>> + Send>>;

struct Race<S> {
    attempts: Attempts,
    running: Vec<(SocketAddr, Connecting<S>)>,
    unreached: Unreached,
}

impl<S> Race<S> {
    fn poll<R: Runtime>(
        &mut self,
        cx: &mut Context<'_>,
        timer: &mut R::Timer,
        until: Option<Instant>,
        start: impl Fn(SocketAddr) -> Connecting<S>,
        observer: &Observer,
    ) -> Poll<Result<S, Unreached>> {
        loop {
            if let Some((address, socket)) = self.poll_running(cx, observer) {
                observer.tell(&DialEvent::Connected(address));
                return Poll::Ready(Ok(socket));
            }
            let now = Instant::now();
            let due = match self.attempts.poll(now) {
                Attempt::Start(address) => {
                    observer.tell(&DialEvent::Connect(address));
                    self.running.push((address, start(address)));
                    continue;
                }
                Attempt::Wait(due) => due,
                Attempt::Exhausted => return Poll::Ready(Err(std::mem::take(&mut self.unreached))),
            };
            if until.is_some_and(|until| until <= now) {
                for (address, _) in self.running.drain(..) {
                    self.unreached.add(address, io::ErrorKind::TimedOut.into());
                }
                return Poll::Ready(Err(std::mem::take(&mut self.unreached)));
            }
            let Some(at) = sooner(due, until) else { return Poll::Pending };
            if let Err(error) = ready!(R::poll_timer(timer, cx, at)) {
                return Poll::Ready(Err(error.into()));
            }
        }
    }

    /// Looks at all that are under way.
    fn poll_running(
        &mut self,
        cx: &mut Context<'_>,
        observer: &Observer,
    ) -> Option<(SocketAddr, S)> {
        let mut connected = None;
        let Self { attempts, running, unreached } = self;
        running.retain_mut(|(address, connecting)| {
            if connected.is_some() {
                return true;
            }
            match connecting.as_mut().poll(cx) {
                Poll::Pending => return true,
                Poll::Ready(Ok(socket)) => connected = Some((*address, socket)),
                Poll::Ready(Err(error)) => {
                    observer.tell(&DialEvent::Unreached(*address, &error));
                    unreached.add(*address, error);
                    attempts.failed();
                }
            }
            false
        });
        connected
    }
}
