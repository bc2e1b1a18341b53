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
    event::{DialEvent, DialObserver},
    unreached::Unreached,
};
use crate::{runtime::Runtime, wire::sooner};

/// Starts what is due with `connect`, and takes the first that answers.
pub(super) async fn race<R: Runtime, S, C>(
    attempts: Attempts,
    connect: impl Fn(SocketAddr) -> C,
    until: Option<Instant>,
    observer: &DialObserver,
) -> Result<S, Unreached>
where
    C: Future<Output = io::Result<S>> + Send,
{
    let mut race = Race { attempts, running: Vec::new(), unreached: Unreached::default() };
    let mut timer = R::Timer::default();
    poll_fn(|cx| race.poll::<R, S>(cx, &mut timer, until, &connect, observer)).await
}

struct Race<C> {
    attempts: Attempts,
    running: Vec<(SocketAddr, Pin<Box<C>>)>,
    unreached: Unreached,
}

impl<C> Race<C> {
    fn poll<R: Runtime, S>(
        &mut self,
        cx: &mut Context<'_>,
        timer: &mut R::Timer,
        until: Option<Instant>,
        connect: impl Fn(SocketAddr) -> C,
        observer: &DialObserver,
    ) -> Poll<Result<S, Unreached>>
    where
        C: Future<Output = io::Result<S>>,
    {
        loop {
            if let Some((address, socket)) = self.poll_running(cx, observer) {
                observer.tell(&DialEvent::Connected(address));
                return Poll::Ready(Ok(socket));
            }
            let now = Instant::now();
            let due = match self.attempts.poll(now) {
                Attempt::Start(address) => {
                    observer.tell(&DialEvent::Connect(address));
                    self.running.push((address, Box::pin(connect(address))));
                    continue;
                }
                Attempt::Wait(due) => due,
                Attempt::Exhausted => return Poll::Ready(Err(std::mem::take(&mut self.unreached))),
            };
            if until.is_some_and(|until| until <= now) {
                return Poll::Ready(Err(std::mem::take(&mut self.unreached)));
            }
            let Some(at) = sooner(due, until) else { return Poll::Pending };
            if let Err(error) = ready!(R::poll_timer(timer, cx, at)) {
                return Poll::Ready(Err(error.into()));
            }
        }
    }

    /// Looks at all that are under way.
    fn poll_running<S>(
        &mut self,
        cx: &mut Context<'_>,
        observer: &DialObserver,
    ) -> Option<(SocketAddr, S)>
    where
        C: Future<Output = io::Result<S>>,
    {
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
