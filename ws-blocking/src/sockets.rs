//! Looking up and connecting within a deadline, on threads where a call cannot be cut short.

use std::{
    future::{Future, poll_fn},
    io,
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    pin::pin,
    sync::mpsc::{self, RecvTimeoutError},
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use socket2::{Domain, Protocol, Socket, Type};
use ws_driver::{
    DialEvent, DialObserver, Dials, Unreached,
    ws_core::{Attempt, Attempts},
};

use crate::{MaybeTlsStream, runtime::Blocking};

impl Dials for Blocking {
    type Runtime = Self;
    type Socket = TcpStream;
    type Stream = MaybeTlsStream<TcpStream>;

    async fn look_up(
        host: String,
        port: u16,
        until: Option<Instant>,
    ) -> io::Result<Vec<SocketAddr>> {
        let look_up = move || Ok((host, port).to_socket_addrs()?.collect());
        let Some(until) = until else { return look_up() };
        // The operating system looks up the host, which cannot be cut short.
        let (sender, receiver) = mpsc::channel();
        thread::Builder::new().spawn(move || {
            // Nobody may be waiting any more.
            let _ = sender.send(look_up());
        })?;
        match receiver.recv_timeout(left(until)) {
            Ok(found) => found,
            Err(RecvTimeoutError::Timeout) => Err(io::ErrorKind::TimedOut.into()),
            Err(RecvTimeoutError::Disconnected) => Err(io::Error::other("the look-up panicked")),
        }
    }

    async fn connect(
        address: SocketAddr,
        local: Option<SocketAddr>,
        until: Option<Instant>,
    ) -> io::Result<TcpStream> {
        connect(address, local, until)
    }

    async fn race(
        mut attempts: Attempts,
        local: Option<SocketAddr>,
        until: Option<Instant>,
        observer: &DialObserver,
    ) -> Result<TcpStream, Unreached> {
        let mut unreached = Unreached::default();
        let (sender, receiver) = mpsc::channel();
        let is_alone = attempts.remaining() == 1;
        loop {
            let due = match attempts.poll(Instant::now()) {
                Attempt::Start(address) => {
                    observer.tell(&DialEvent::Connect(address));
                    let sender = sender.clone();
                    let connect = move || {
                        // Nobody may be waiting any more, and then the socket is closed.
                        let _ = sender.send((address, connect(address, local, until)));
                    };
                    if is_alone {
                        // There is nobody to compete with.
                        connect();
                    } else if let Err(error) = thread::Builder::new().spawn(connect) {
                        unreached.add(address, error);
                        attempts.failed();
                    }
                    continue;
                }
                Attempt::Wait(due) => due,
                Attempt::Exhausted => return Err(unreached),
            };
            let next = due.into_iter().chain(until).min();
            let come = match next {
                Some(at) => receiver.recv_timeout(left(at)),
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match come {
                Ok((address, Ok(stream))) => {
                    observer.tell(&DialEvent::Connected(address));
                    return Ok(stream);
                }
                Ok((address, Err(error))) => {
                    observer.tell(&DialEvent::Unreached(address, &error));
                    unreached.add(address, error);
                    attempts.failed();
                }
                Err(_) if until.is_some_and(|until| until <= Instant::now()) => {
                    return Err(unreached);
                }
                Err(_) => {}
            }
        }
    }

    async fn sleep(until: Instant) -> io::Result<()> {
        thread::sleep(left(until));
        Ok(())
    }

    /// A look-up that blocks is not cut short; one that is pending is asked again and again until then.
    async fn resolve(
        look_up: impl Future<Output = io::Result<Vec<SocketAddr>>> + Send,
        until: Option<Instant>,
    ) -> io::Result<Vec<SocketAddr>> {
        let mut look_up = pin!(look_up);
        poll_fn(|cx| match look_up.as_mut().poll(cx) {
            Poll::Pending if until.is_some_and(|until| until <= Instant::now()) => {
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            polled => polled,
        })
        .await
    }
}

/// Tries an address for as long as there is time.
fn connect(
    address: SocketAddr,
    local: Option<SocketAddr>,
    until: Option<Instant>,
) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if let Some(local) = local {
        socket.bind(&local.into())?;
    }
    // With a limit it goes on where a signal interrupts it, so there always is one.
    let left = until.map_or(LONGEST, left);
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    connect_within(&socket, address, left)?;
    // A WebSocket writes whole messages: there is nothing to wait for.
    socket.set_tcp_nodelay(true)?;
    Ok(socket.into())
}

/// Connects a socket within `timeout`.
fn connect_within(socket: &Socket, address: SocketAddr, timeout: Duration) -> io::Result<()> {
    let began = Instant::now();
    let connected = socket.connect_timeout(&address.into(), timeout);
    if connected.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::TimedOut) {
        // It waits for whole milliseconds, and may be back before the time is up: then nobody would know that
        // it was the deadline.
        if let Some(rest) = timeout.checked_sub(began.elapsed()).filter(|rest| *rest < MS) {
            thread::sleep(rest);
        }
    }
    connected
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}

const MS: Duration = Duration::from_millis(1);

/// A system gives up after minutes.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
