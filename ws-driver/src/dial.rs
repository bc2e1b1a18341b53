//! Connecting to a host that may have several addresses, within one deadline.

use std::{
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::pin,
    task::Poll,
    time::Instant,
};

use crate::runtime::Runtime;

/// Looks up a host, and tries its addresses one after the other. The time that is left is shared among those
/// that are left, so that one that does not answer leaves time for the next.
///
/// # Errors
///
/// [`TimedOut`](io::ErrorKind::TimedOut) when the time is up, else the error of the last address, with the
/// address in it.
pub(crate) async fn dial<R, T, L, D>(
    host: &str,
    port: u16,
    deadline: Option<Instant>,
    look_up: impl FnOnce(String, u16) -> L,
    dial: impl Fn(SocketAddr, Option<Instant>) -> D,
) -> io::Result<T>
where
    R: Runtime,
    L: Future<Output = io::Result<Vec<SocketAddr>>>,
    D: Future<Output = io::Result<T>>,
{
    let looked_up = within::<R, _>(deadline, look_up(host.to_owned(), port)).await;
    let addresses =
        looked_up.map_err(|error| named(&error, format_args!("{host}, port {port}")))?;
    let mut failure = None;
    for (tried, address) in addresses.iter().enumerate() {
        let share =
            deadline.map(|deadline| share(deadline, Instant::now(), addresses.len() - tried));
        match within::<R, _>(share, dial(*address, share)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = Some(named(&error, format_args!("{host}, {address}"))),
        }
    }
    Err(failure.unwrap_or_else(|| {
        io::Error::new(io::ErrorKind::NotFound, format!("{host} has no address"))
    }))
}

/// The end of an equal share, of the time that is left, for one of so many addresses.
fn share(deadline: Instant, now: Instant, count: usize) -> Instant {
    let left = deadline.saturating_duration_since(now);
    let count = u32::try_from(count).unwrap_or(u32::MAX).max(1);
    now.checked_add(left / count).unwrap_or(deadline)
}

/// What comes of it by then.
async fn within<R: Runtime, O>(
    until: Option<Instant>,
    future: impl Future<Output = io::Result<O>>,
) -> io::Result<O> {
    let (mut future, mut timer) = (pin!(future), R::Timer::default());
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(output);
        }
        match until {
            Some(until) => R::poll_timer(&mut timer, cx, until)
                .map(|waited| waited.and(Err(io::ErrorKind::TimedOut.into()))),
            None => Poll::Pending,
        }
    })
    .await
}

/// The same error, with what could not be reached.
fn named(error: &io::Error, what: std::fmt::Arguments<'_>) -> io::Error {
    io::Error::new(error.kind(), format!("cannot connect to {what}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_time_that_is_left_is_shared() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        assert_eq!(share(now + 10 * second, now, 4), now + 10 * second / 4);
        assert_eq!(share(now + 10 * second, now, 1), now + 10 * second);
        assert_eq!(share(now, now + second, 3), now + second, "it is late");
    }
}
