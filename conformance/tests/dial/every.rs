//! Every adapter, behind what they have in common: a test that is generic over it runs with all of them.

use std::{
    future::Future,
    net::SocketAddr,
    pin::pin,
    task::{Context, Poll, Waker},
};

use ws_driver::Dials;

/// An adapter.
pub(crate) trait Live: 'static {
    type Dials: Dials<Stream: Unpin>;

    const NAME: &'static str;

    /// Whether it blocks the thread.
    const BLOCKS: bool;

    /// Runs a future on this thread.
    fn block_on<F: Future>(future: F) -> F::Output;

    fn about(stream: &Stream<Self>) -> About;
}

pub(crate) type Stream<L> = <<L as Live>::Dials as Dials>::Stream;

/// What a stream knows of itself.
pub(crate) struct About {
    pub(crate) is_tls: bool,
    pub(crate) alpn: Option<Vec<u8>>,
    pub(crate) certificates: Option<Vec<Vec<u8>>>,
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
    pub(crate) nodelay: bool,
}

macro_rules! live {
    ($Live:ident, $name:literal, $Dials:ty, $blocks:literal, $future:ident, $block_on:expr) => {
        pub(crate) enum $Live {}

        impl Live for $Live {
            type Dials = $Dials;

            const NAME: &'static str = $name;
            const BLOCKS: bool = $blocks;

            fn block_on<F: Future>($future: F) -> F::Output {
                $block_on
            }

            fn about(stream: &Stream<Self>) -> About {
                let certificates = stream.peer_certificates();
                About {
                    is_tls: stream.is_tls(),
                    alpn: stream.alpn_protocol().map(<[u8]>::to_vec),
                    certificates: certificates
                        .map(|all| all.iter().map(|one| one.as_ref().to_vec()).collect()),
                    peer: stream.peer_addr().unwrap(),
                    local: stream.get_ref().local_addr().unwrap(),
                    nodelay: stream.get_ref().nodelay().unwrap(),
                }
            }
        }
    };
}

live!(Tokio, "tokio", ws_tokio::Tokio, false, future, {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap().block_on(future)
});
live!(Smol, "smol", ws_smol::Sockets, false, future, smol::block_on(future));
live!(AsyncStd, "async-std", ws_async_std::Sockets, false, future, {
    async_std::task::block_on(future)
});
live!(Blocking, "blocking", ws_blocking::Blocking, true, future, {
    // It blocks in the socket's own calls.
    let mut future = pin!(future);
    loop {
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        if let Poll::Ready(output) = polled {
            break output;
        }
    }
});

/// Makes a test of a function that is generic over the adapter: one for each adapter.
macro_rules! every {
    ($($test:ident),* $(,)?) => {
        $(every!($test: tokio Tokio, smol Smol, async_std AsyncStd, blocking Blocking);)*
    };
    ($test:ident: $($name:ident $Live:ident),*) => {
        mod $test {
            $(
                #[test]
                fn $name() {
                    super::$test::<crate::every::$Live>();
                }
            )*
        }
    };
}
