//! One way to run every adapter: a call is started on a pipe, and polled to its end.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response};
use ws_core::{ClientConfig, Negotiated, ServerConfig, UpgradeResponse};
use ws_driver::{Error, Parts};

use crate::{
    pipe::{Peer, Pipe, Script},
    woken::Woken,
};

#[cfg(any(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#[macro_use]
mod program;
#[cfg(feature = "async-std")]
mod async_std;
#[cfg(feature = "blocking")]
mod blocking;
mod every;
#[cfg(feature = "smol")]
mod smol;
#[cfg(feature = "tokio")]
mod tokio;

#[cfg(feature = "async-std")]
pub use self::async_std::AsyncStd;
#[cfg(feature = "blocking")]
pub use self::blocking::{Blocking, NonBlocking};
pub(crate) use self::every::every;
#[cfg(feature = "smol")]
pub use self::smol::Smol;
#[cfg(feature = "tokio")]
pub use self::tokio::Tokio;

/// An adapter under test.
pub trait Adapter: fmt::Debug + Send + Sync {
    /// Stands in front of every failure.
    fn name(&self) -> &'static str;

    /// Whether a call runs to its end the first time it is polled.
    fn blocks(&self) -> bool {
        false
    }

    /// Whether nobody is woken, and the call has to be polled again.
    fn polls(&self) -> bool {
        false
    }

    /// Whether the adapter has this entry point.
    fn offers(&self, call: &Call) -> bool {
        let _ = call;
        true
    }

    /// What the adapter asks of its pipes.
    fn script(&self, script: Script) -> Script {
        script
    }

    /// Starts a call; nothing happens before it is polled.
    fn start(&self, pipe: Pipe, call: Call) -> Attempt<'_>;

    /// Lets time pass, for timers too.
    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// Every adapter this crate is built with.
pub fn all() -> Vec<Box<dyn Adapter>> {
    every!()
}

/// A call under way. Dropping it cancels it.
pub type Attempt<'a> = Box<dyn FnMut(&mut Context<'_>) -> Poll<End> + 'a>;

/// An entry point, and what it is given.
#[derive(Clone, Debug)]
pub enum Call {
    /// `accept_with`.
    Accept(ServerConfig),
    /// `accept_buffered`.
    AcceptBuffered(Vec<u8>, ServerConfig),
    /// `accept_request`.
    AcceptRequest(Box<Request<()>>, Vec<u8>, ServerConfig),
    /// `Acceptor::next_request`, then `UpgradeRequest::accept`, or `UpgradeRequest::reject` where a rule is broken.
    Steps(ServerConfig),
    /// What [`Steps`](Self::Steps) does, again and again, until a request is accepted.
    StepsUntilAccepted(ServerConfig),
    /// `Acceptor::next_request`, then `UpgradeRequest::reject_with`.
    Reject(ServerConfig, Response<Bytes>),
    /// `handshake_with`.
    Handshake(ClientConfig),
}

/// How a call ended.
#[derive(Debug)]
pub struct End {
    /// As the call left it; `None` where the adapter has let go of it.
    pub pipe: Option<Pipe>,
    /// A WebSocket, or none.
    pub result: Result<Opened, Stop>,
}

/// What a WebSocket was made of.
#[derive(Debug)]
pub struct Opened {
    /// Octets behind the head.
    pub leftover: Bytes,
    /// What was agreed.
    pub negotiated: Negotiated,
    /// Server: the request.
    pub request: Option<Request<()>>,
    /// Client: the 101.
    pub response: Option<UpgradeResponse>,
}

/// Why there is no WebSocket.
#[derive(Debug)]
pub enum Stop {
    /// The call failed.
    Error(Error),
    /// A request was refused step by step, and the handshake came back.
    Rejected {
        /// The name of the rule that was broken; `None` when the application refused.
        rule: Option<&'static str>,
        /// The rule's status.
        status: Option<u16>,
        /// The request.
        request: Box<Request<()>>,
        /// Octets behind the request.
        leftover: Bytes,
        /// Whether the handshake says that it is over.
        closed: bool,
    },
}

impl Opened {
    /// Takes a WebSocket apart, and lets go of its stream.
    pub fn new<T>(parts: Parts<T>, response: Option<UpgradeResponse>) -> Self {
        let Parts { leftover, negotiated, request, .. } = parts;
        Self { leftover, negotiated, request, response }
    }
}

/// How far an attempt has come.
#[derive(Debug)]
pub enum Progress {
    /// To its end.
    Ended(Box<End>),
    /// It waits for the peer, and has asked to be woken.
    Waiting,
    /// It waits for nothing that could happen: nobody will wake it.
    Stuck,
    /// It is polled again and again, and nothing comes of it.
    Spinning,
}

/// Polls an attempt as long as something wakes it. When nothing does, time passes until it is woken
/// or `patience` is over.
pub fn drive(
    adapter: &dyn Adapter,
    attempt: &mut Attempt<'_>,
    peer: &Peer,
    patience: Duration,
) -> Progress {
    let start = Instant::now();
    let mut idle = 0;
    let mut traffic = peer.traffic();
    loop {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        if let Poll::Ready(end) = attempt(&mut Context::from_waker(&waker)) {
            return Progress::Ended(Box::new(end));
        }
        let before = std::mem::replace(&mut traffic, peer.traffic());
        idle = if before == traffic { idle + 1 } else { 0 };
        if idle > MAX_IDLE {
            return Progress::Spinning;
        }
        let waits_for_peer = peer.is_starved() || peer.is_stalled();
        if adapter.polls() && !waits_for_peer {
            continue;
        }
        while !woken.is_woken() {
            if start.elapsed() >= patience {
                return if waits_for_peer { Progress::Waiting } else { Progress::Stuck };
            }
            adapter.sleep(Duration::from_millis(1));
            idle = 0;
            if adapter.polls() {
                break;
            }
        }
    }
}

/// So many polls in a row without a pause, and nothing comes of them.
const MAX_IDLE: usize = 1000;
