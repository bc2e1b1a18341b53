//! A network of one stream: whoever is looked up is at the other end of it.

use std::{
    cell::RefCell,
    future::poll_fn,
    io,
    marker::PhantomData,
    net::{Ipv4Addr, SocketAddr},
    time::Instant,
};

use conformance::pipe::Pipe;
use ws_driver::Dials;

use crate::live::Live;

/// Dials as the adapter does, but for sockets. A look-up and a connection are operations of the stream, too.
pub(crate) struct InMemory<L>(PhantomData<L>);

thread_local! {
    static STREAM: RefCell<Option<Pipe>> = const { RefCell::new(None) };
}

/// The stream that is connected next on this thread.
pub(crate) fn lay(pipe: Pipe) {
    STREAM.set(Some(pipe));
}

/// Nobody has connected: the stream is gone.
pub(crate) fn clear() {
    STREAM.set(None);
}

impl<L: Live> Dials for InMemory<L> {
    type Runtime = L::Runtime;
    type Socket = Pipe;
    type Stream = L::Stream;

    async fn look_up(_: String, port: u16, until: Option<Instant>) -> io::Result<Vec<SocketAddr>> {
        let pipe = STREAM.with_borrow(Clone::clone);
        let mut pipe = pipe.ok_or(io::ErrorKind::NotFound)?;
        poll_fn(|cx| L::poll_step(&mut pipe, cx, until)).await?;
        Ok(vec![SocketAddr::new(Ipv4Addr::new(192, 0, 2, 1).into(), port)])
    }

    async fn connect(
        _: SocketAddr,
        _: Option<SocketAddr>,
        until: Option<Instant>,
    ) -> io::Result<Pipe> {
        let mut pipe = STREAM.take().ok_or(io::ErrorKind::ConnectionRefused)?;
        poll_fn(|cx| L::poll_step(&mut pipe, cx, until)).await?;
        Ok(pipe)
    }
}
