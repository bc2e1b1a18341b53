//! What the named tests of the adapters have in common: run a call on a pipe, look at what came of
//! it.

use std::{panic::resume_unwind, thread, time::Duration};

use crate::{
    adapter::{self, Adapter, Call, End, Opened, Progress, Stop, drive},
    pipe::{Peer, Pipe, Script},
    wire::Answers,
};

/// Every adapter that offers the call, at the same time: most of these tests wait for a clock. The
/// other adapters have no such way in.
pub fn each(call: &Call, run: impl Fn(&dyn Adapter) + Sync) {
    let mut adapters = adapter::all();
    adapters.retain(|adapter| adapter.offers(call));
    at_once(&adapters, |adapter| run(&**adapter));
}

/// Runs a test for every one of these, each in a thread of its own.
///
/// # Panics
///
/// When one of them does.
pub fn at_once<T: Sync>(all: &[T], test: impl Fn(&T) + Sync) {
    let test = &test;
    thread::scope(|scope| {
        let running: Vec<_> = all.iter().map(|it| scope.spawn(move || test(it))).collect();
        for thread in running {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    });
}

/// Runs a call on a pipe to its end, five seconds at most.
///
/// # Panics
///
/// When it does not end.
#[expect(clippy::panic, reason = "this is how a test fails")]
pub fn finish(adapter: &dyn Adapter, pipe: Pipe, peer: &Peer, call: Call) -> End {
    let mut attempt = adapter.start(pipe, call);
    match drive(adapter, &mut attempt, peer, Duration::from_secs(5)) {
        Progress::Ended(end) => *end,
        other => panic!("{}: still {other:?}", adapter.name()),
    }
}

/// Runs a call on a pipe of its own to its end, five seconds at most.
pub fn run(adapter: &dyn Adapter, script: Script, call: Call) -> (End, Peer) {
    let (io, peer) = Pipe::new(adapter.script(script));
    (finish(adapter, io, &peer, call), peer)
}

/// The statuses of all final answers that have arrived.
///
/// # Panics
///
/// When what has arrived is anything else.
#[expect(clippy::expect_used, reason = "this is how a test fails")]
pub fn statuses(peer: &Peer) -> Vec<u16> {
    let mut all = Vec::new();
    let mut octets = peer.written();
    while let Some(answer) = Answers::parse(&octets).expect("answers").last {
        all.push(answer.status);
        let length = answer.head.values("Content-Length").next().unwrap_or("0");
        octets = answer.rest[length.parse().expect("a length")..].to_vec();
    }
    all
}

impl End {
    /// `open`, `refused` where a refusal gave the handshake back, or the name of the error.
    pub fn name(&self) -> &'static str {
        match &self.result {
            Ok(_) => "open",
            Err(Stop::Error(error)) => error.name(),
            Err(Stop::Rejected { .. }) => "refused",
        }
    }

    /// The WebSocket.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub fn opened(self) -> Opened {
        self.result.unwrap_or_else(|stop| panic!("no WebSocket: {stop:?}"))
    }
}
