//! One way to use a WebSocket of every adapter: a call is made, and brought to its end or to where it has to wait.

use std::{
    fmt,
    time::{Duration, Instant},
};

use bytes::Bytes;
use ws_core::{CloseInfo, Negotiated, Role, WebSocketConfig};

use super::{
    command::Command,
    line::{Far, Line, Terms},
};

#[macro_use]
mod perform;
#[cfg(any(feature = "tokio", feature = "smol", feature = "async-std"))]
mod asynchronous;
#[cfg(feature = "blocking")]
mod blocking;

#[cfg(feature = "async-std")]
pub use self::asynchronous::AsyncStd;
#[cfg(feature = "smol")]
pub use self::asynchronous::Smol;
#[cfg(feature = "tokio")]
pub use self::asynchronous::Tokio;
#[cfg(feature = "blocking")]
pub use self::blocking::{Blocking, NonBlocking};

/// An adapter under test.
pub trait Adapter: fmt::Debug + Send + Sync {
    /// Stands in front of every failure.
    fn name(&self) -> &'static str;

    /// Whether calls block until they have come to their end.
    fn blocks(&self) -> bool {
        false
    }

    /// What the adapter asks of its lines.
    fn terms(&self, terms: Terms) -> Terms {
        terms
    }

    /// A WebSocket whose handshake is over.
    fn open<'a>(
        &'a self,
        line: Line,
        role: Role,
        leftover: Bytes,
        negotiated: Negotiated,
        config: &WebSocketConfig,
    ) -> Box<dyn Socket + 'a>;
}

/// A WebSocket under test.
pub trait Socket {
    /// Makes a call and says what came of it: [`WAITS`] when it waits for the far side.
    fn call(&mut self, command: &Command, pace: &mut Pace) -> String;

    /// What the WebSocket says of its end.
    fn close_info(&self) -> CloseInfo;

    /// What the WebSocket says of the last ping.
    fn round_trip(&self) -> Option<Duration>;
}

/// What a call comes to that has to wait for the far side.
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
    pub far: Far,
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
    pub fn new(far: Far) -> Self {
        let (drops, patience) = (Drops::Never, Duration::ZERO);
        Self { drops, waits: 0, patience, until_written: false, far }
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
        since.elapsed() >= self.patience || (self.until_written && self.far.has_written())
    }
}

/// Every adapter this crate is built with.
pub fn all() -> Vec<Box<dyn Adapter>> {
    vec![
        #[cfg(feature = "tokio")]
        Box::new(Tokio::new()),
        #[cfg(feature = "smol")]
        Box::new(Smol),
        #[cfg(feature = "async-std")]
        Box::new(AsyncStd),
        #[cfg(feature = "blocking")]
        Box::new(Blocking),
        #[cfg(feature = "blocking")]
        Box::new(NonBlocking),
    ]
}
