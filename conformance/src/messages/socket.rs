//! One way to use a WebSocket of every adapter: a call is made, and brought to its end or to where it has to wait.

use std::time::{Duration, Instant};

use ws_core::{CloseInfo, WebSocketConfig};
use ws_driver::Parts;

use super::command::Command;
use crate::{
    adapter,
    pipe::{Peer, Pipe},
};

#[macro_use]
mod perform;
#[cfg(any(feature = "tokio", feature = "smol", feature = "async-std"))]
mod asynchronous;
#[cfg(feature = "blocking")]
mod blocking;

/// An adapter under test, once the handshake is over.
pub trait Adapter: adapter::Adapter {
    /// An open WebSocket.
    fn open<'a>(&'a self, parts: Parts<Pipe>, config: &WebSocketConfig) -> Box<dyn Socket + 'a>;
}

/// A WebSocket under test.
pub trait Socket {
    /// Makes a call and says what came of it: [`WAITS`] when it waits for the peer.
    fn call(&mut self, command: &Command, pace: &mut Pace) -> String;

    /// What the WebSocket says of its end.
    fn close_info(&self) -> CloseInfo;

    /// What the WebSocket says of the last ping.
    fn round_trip(&self) -> Option<Duration>;
}

/// What a call comes to that has to wait for the peer.
pub const WAITS: &str = "waits";

/// How calls are made.
#[derive(Debug)]
pub struct Pace {
    /// Which calls are dropped, and made again.
    pub drops: Drops,
    /// How often a call had to wait and was woken at once so far.
    pub waits: usize,
    /// How long to wait for timers.
    pub patience: Duration,
    /// Patience ends when something has been written.
    pub until_written: bool,
    /// The test's end of the stream.
    pub peer: Peer,
}

/// Which calls are dropped while they wait, and made again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drops {
    /// None.
    #[default]
    Never,
    /// Every one, every time.
    Always,
    /// One, at the wait with this number.
    At(usize),
}

impl Pace {
    /// No drops, no patience.
    pub fn new(peer: Peer) -> Self {
        let (drops, patience) = (Drops::Never, Duration::ZERO);
        Self { drops, waits: 0, patience, until_written: false, peer }
    }

    /// Counts a wait that was woken at once, and says whether the call is dropped now.
    fn drops_now(&mut self) -> bool {
        self.waits += 1;
        match self.drops {
            Drops::Never => false,
            Drops::Always => true,
            Drops::At(wait) => wait + 1 == self.waits,
        }
    }

    /// Whether a call that began at the given time is given up.
    fn is_over(&self, since: Instant) -> bool {
        since.elapsed() >= self.patience || (self.until_written && self.peer.has_written())
    }
}

/// Every adapter this crate is built with.
pub fn all() -> Vec<Box<dyn Adapter>> {
    adapter::every!()
}
