//! Every adapter, behind what they have in common: a program that is generic over it runs with all of them.

use std::{future::Future, net::TcpStream};

use ws_core::{Message, Negotiated, Role, WebSocketConfig};
use ws_driver::{Error, Hold, Reads, RecvHalf, SendHalf, WebSocket, Writes};

/// An adapter.
pub(crate) trait Live: Clone + Send + Sync + 'static {
    type Stream: Send + Unpin + 'static;
    type Runtime: Reads<Self::Stream>
        + Writes<Self::Stream, Timer: Send>
        + Reads<Self::Half>
        + Writes<Self::Half, Timer: Send>;
    /// What a half has of the stream.
    type Half: Send + Unpin + 'static;
    type Hold: Hold<Stream = Self::Half> + Send + Unpin + 'static;

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
                        super::$test::<crate::over::$Live>(role);
                    }
                }
            )*
        }
    };
}
