//! `ws-blocking`: calls that block, and the same on a non-blocking stream.

use std::time::{Duration, Instant};

use ws_core::{CloseInfo, SendError, WebSocketConfig};
use ws_driver::Parts;

use super::{Adapter, Pace, Socket, WAITS};
use crate::{
    adapter::{Blocking, NonBlocking},
    messages::command::Command,
    pipe::{Peer, Pipe},
};

/// A call that would block for ever is told so by the pipe.
impl Adapter for Blocking {
    fn open<'a>(&'a self, parts: Parts<Pipe>, config: &WebSocketConfig) -> Box<dyn Socket + 'a> {
        Box::new(Synchronous::new(parts, config, true))
    }
}

/// Every call that waits is dropped, and made again.
impl Adapter for NonBlocking {
    fn open<'a>(&'a self, parts: Parts<Pipe>, config: &WebSocketConfig) -> Box<dyn Socket + 'a> {
        Box::new(Synchronous::new(parts, config, false))
    }
}

#[derive(Debug)]
struct Synchronous {
    ws: ws_blocking::WebSocket<Pipe>,
    peer: Peer,
    blocks: bool,
    /// Of a message that is received in parts.
    parts: Vec<u8>,
}

impl Synchronous {
    fn new(parts: Parts<Pipe>, config: &WebSocketConfig, blocks: bool) -> Self {
        let peer = parts.io.peer();
        let ws = ws_blocking::WebSocket::from_parts(parts, config);
        Self { ws, peer, blocks, parts: Vec::new() }
    }
}

impl Socket for Synchronous {
    #[expect(clippy::panic, reason = "this is how a test fails")]
    fn call(&mut self, command: &Command, pace: &mut Pace) -> String {
        let mut command = command.clone();
        let since = Instant::now();
        loop {
            let before = (self.peer.ops(), self.peer.retries());
            let (ws, parts) = (&mut self.ws, &mut self.parts);
            let said = perform!(ws, &command, parts, []);
            // Not queued yet: the same as a future that waits for room.
            let full = said.as_deref() == Some(SendError::Full.name())
                && !matches!(
                    command,
                    Command::TrySend(_) | Command::TryPing(_) | Command::TryPong(_)
                );
            match said {
                Some(said) if !full => return said,
                _ => {}
            }
            // A stream that never blocks is tried again as long as anything comes of it.
            let waits = self.peer.is_waited_for()
                && (self.blocks || before == (self.peer.ops(), self.peer.retries()));
            if waits && (self.blocks || pace.is_over(since)) {
                return WAITS.to_owned();
            }
            if pace.waits > 100_000 {
                panic!("{command:?} is tried again and again, and nothing comes of it");
            }
            if waits {
                std::thread::sleep(Duration::from_millis(1));
            }
            pace.drops_now();
            if !full {
                command = command.after_drop();
            }
        }
    }

    fn close_info(&self) -> CloseInfo {
        self.ws.close_info()
    }

    fn round_trip(&self) -> Option<Duration> {
        self.ws.round_trip()
    }
}
