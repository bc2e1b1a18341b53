//! Every adapter, behind what they have in common: a program that is generic over it runs with all of them.

use std::{
    future::Future,
    net::TcpStream,
    pin::pin,
    task::{Context, Poll, Waker},
};

use smol::Async;
use ws_core::{Message, Negotiated, Role, WebSocketConfig};
use ws_driver::{
    Error, FuturesIo, Hold, Own, Reads, RecvHalf, SendHalf, Shared, WebSocket, Writes,
};

/// An adapter.
pub(crate) trait Live: Clone + Send + Sync + 'static {
    type Stream: Send + Unpin + 'static;
    type Runtime: Reads<Self::Stream> + Writes<Self::Stream, Timer: Send>;
    type Hold: Hold<Stream = Self::Stream> + Send + Unpin + 'static;

    const NAME: &'static str;

    fn new() -> Self;

    fn stream(&self, stream: TcpStream) -> Self::Stream;

    /// Runs a future on this thread. Other threads may do the same meanwhile.
    fn block_on<F: Future>(&self, future: F) -> F::Output;

    fn split(ws: Ws<Self>) -> (Sending<Self>, Receiving<Self>);

    /// An open WebSocket.
    fn open(&self, stream: TcpStream, role: Role, config: &WebSocketConfig) -> Ws<Self> {
        WebSocket::from_upgraded(self.stream(stream), role, Negotiated::default(), config)
    }
}

/// A WebSocket of an adapter, and its halves.
pub(crate) type Ws<L> = WebSocket<<L as Live>::Stream, <L as Live>::Runtime>;
pub(crate) type Sending<L> = SendHalf<<L as Live>::Hold, <L as Live>::Runtime>;
pub(crate) type Receiving<L> = RecvHalf<<L as Live>::Hold, <L as Live>::Runtime>;

/// A WebSocket that receives, whole or as a half.
pub(crate) enum Ear<L: Live> {
    Whole(Ws<L>),
    Half(Sending<L>, Receiving<L>),
}

impl<L: Live> Ear<L> {
    pub(crate) fn new(ws: Ws<L>, split: bool) -> Self {
        if split {
            let (sender, receiver) = L::split(ws);
            return Self::Half(sender, receiver);
        }
        Self::Whole(ws)
    }

    pub(crate) async fn recv(&mut self) -> Result<Option<Message>, Error> {
        match self {
            Self::Whole(ws) => ws.recv().await,
            Self::Half(_, receiver) => receiver.recv().await,
        }
    }

    pub(crate) fn queue_len(&self) -> usize {
        match self {
            Self::Whole(ws) => ws.queue_len(),
            Self::Half(sender, _) => sender.queue_len(),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Tokio(std::sync::Arc<tokio::runtime::Runtime>);

impl Live for Tokio {
    type Stream = tokio::net::TcpStream;
    type Runtime = ws_tokio::Tokio;
    type Hold = Shared<Self::Stream>;

    const NAME: &'static str = "tokio";

    fn new() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        Self(builder.worker_threads(1).enable_all().build().unwrap().into())
    }

    fn stream(&self, stream: TcpStream) -> Self::Stream {
        stream.set_nonblocking(true).unwrap();
        let _entered = self.0.enter();
        tokio::net::TcpStream::from_std(stream).unwrap()
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
    type Stream = smol::net::TcpStream;
    type Runtime = FuturesIo;
    type Hold = Shared<Self::Stream>;

    const NAME: &'static str = "smol";

    fn new() -> Self {
        Self
    }

    fn stream(&self, stream: TcpStream) -> Self::Stream {
        Async::new(stream).unwrap().into()
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
    type Stream = async_std::net::TcpStream;
    type Runtime = ws_async_std::FuturesIo;
    type Hold = Shared<Self::Stream>;

    const NAME: &'static str = "async-std";

    fn new() -> Self {
        Self
    }

    fn stream(&self, stream: TcpStream) -> Self::Stream {
        stream.into()
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
    type Stream = TcpStream;
    type Runtime = ws_blocking::Blocking;
    type Hold = Own<Self::Stream>;

    const NAME: &'static str = "blocking";

    fn new() -> Self {
        Self
    }

    fn stream(&self, stream: TcpStream) -> Self::Stream {
        stream
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
        ws.split_cloned(TcpStream::try_clone).unwrap()
    }
}

pub(crate) const ROLES: [Role; 2] = [Role::Client, Role::Server];

/// Makes a test of a function that is generic over the adapter and takes a role: one for each adapter, all roles.
macro_rules! every {
    ($test:ident) => {
        every!($test, tokio Tokio, smol Smol, async_std AsyncStd, blocking Blocking);
    };
    ($test:ident, asynchronous) => {
        every!($test, tokio Tokio, smol Smol, async_std AsyncStd);
    };
    ($test:ident, $($name:ident $Live:ident),*) => {
        mod $test {
            $(
                #[test]
                fn $name() {
                    for role in crate::every::ROLES {
                        super::$test::<crate::every::$Live>(role);
                    }
                }
            )*
        }
    };
}
