//! The adapters over TLS.

use std::{
    future::Future,
    net::TcpStream,
    pin::pin,
    task::{Context, Poll, Waker},
};

use smol::Async;
use ws_blocking::{MaybeTlsStream, SharedStream};
use ws_driver::{FuturesIo, MaybeTls, Own, Peer, Shared};

use crate::{
    every::{Live, Receiving, Sending, Ws},
    tunnel,
};

/// TLS over a socket, to somebody who passes on to `plain` what comes.
fn over<S>(plain: TcpStream, convert: impl FnOnce(TcpStream) -> S) -> MaybeTls<S> {
    let (socket, session) = tunnel::to(plain);
    let mut stream = MaybeTls::plain(convert(socket));
    stream.push(session, Peer::Origin);
    stream
}

#[derive(Clone)]
pub(crate) struct Tokio(std::sync::Arc<tokio::runtime::Runtime>);

impl Live for Tokio {
    type Stream = ws_tokio::MaybeTlsStream<tokio::net::TcpStream>;
    type Runtime = ws_tokio::Tokio;
    type Half = Self::Stream;
    type Hold = Shared<Self::Half>;

    const NAME: &'static str = "tokio";

    fn new() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        Self(builder.worker_threads(1).enable_all().build().unwrap().into())
    }

    fn stream(&self, stream: TcpStream) -> Self::Stream {
        over(stream, |socket| {
            socket.set_nonblocking(true).unwrap();
            let _entered = self.0.enter();
            tokio::net::TcpStream::from_std(socket).unwrap()
        })
        .into()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    fn split(ws: Ws<Self>) -> (Sending<Self>, Receiving<Self>) {
        ws.split()
    }
}

#[derive(Clone)]
pub(crate) struct Smol;

impl Live for Smol {
    type Stream = ws_smol::MaybeTlsStream<smol::net::TcpStream>;
    type Runtime = FuturesIo;
    type Half = Self::Stream;
    type Hold = Shared<Self::Half>;

    const NAME: &'static str = "smol";

    fn new() -> Self {
        Self
    }

    fn stream(&self, stream: TcpStream) -> Self::Stream {
        over(stream, |socket| Async::new(socket).unwrap().into()).into()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(future)
    }

    fn split(ws: Ws<Self>) -> (Sending<Self>, Receiving<Self>) {
        ws.split()
    }
}

#[derive(Clone)]
pub(crate) struct AsyncStd;

impl Live for AsyncStd {
    type Stream = ws_async_std::MaybeTlsStream<async_std::net::TcpStream>;
    type Runtime = ws_async_std::FuturesIo;
    type Half = Self::Stream;
    type Hold = Shared<Self::Half>;

    const NAME: &'static str = "async-std";

    fn new() -> Self {
        Self
    }

    fn stream(&self, stream: TcpStream) -> Self::Stream {
        over(stream, Into::into).into()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        async_std::task::block_on(future)
    }

    fn split(ws: Ws<Self>) -> (Sending<Self>, Receiving<Self>) {
        ws.split()
    }
}

#[derive(Clone)]
pub(crate) struct Blocking;

impl Live for Blocking {
    type Stream = MaybeTlsStream<TcpStream>;
    type Runtime = ws_blocking::Blocking;
    type Half = SharedStream<Self::Stream>;
    type Hold = Own<Self::Half>;

    const NAME: &'static str = "blocking";

    fn new() -> Self {
        Self
    }

    fn stream(&self, stream: TcpStream) -> Self::Stream {
        over(stream, |socket| socket).into()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        // It blocks in the socket's own calls.
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) =
                future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            {
                return output;
            }
        }
    }

    fn split(ws: Ws<Self>) -> (Sending<Self>, Receiving<Self>) {
        let ws = ws_blocking::WebSocket::from(ws);
        let halves = ws.split_shared(|stream| stream.get_ref().try_clone()).unwrap();
        (halves.0.into(), halves.1.into())
    }
}
