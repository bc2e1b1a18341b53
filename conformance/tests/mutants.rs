//! The suite finds what it is there for: a small adapter passes it, and fails it with any one of
//! these flaws.

#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    io::{self, Read as _, Write as _},
    panic::{self, AssertUnwindSafe},
    task::{Context, Poll},
};

use bytes::{Buf as _, Bytes};
use conformance::{
    adapter::{Adapter, Attempt, Call, End, Opened, Stop},
    adapter_subject::AdapterSubject,
    pipe::{Pipe, Script},
    scene::at_once,
    suite::{Plan, run_vectors},
    sweep,
    vector::{self, Role},
};
use ws_core::{
    Connection, HandshakeError, Polled, RecvBuf, Rejected, SendQueue, ServerConfig, ServerHandshake,
};
use ws_driver::{Error, UnsentAnswer};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    NeverFlushes,
    IgnoresShortWrites,
    IgnoresWriteErrors,
    LosesTheLeftover,
    AnswersNothing,
    SaysMore,
    NeverCloses,
    ForgetsToBeWoken,
    Spins,
    StartsAgainAtEachRead,
    WritesWhenDropped,
    TakesEndForMore,
}

/// A non-blocking server over `std::io`, the shortest that works.
#[derive(Debug)]
struct Small(Flaw);

struct Server {
    flaw: Flaw,
    config: ServerConfig,
    pipe: Option<Pipe>,
    state: State,
}

enum State {
    /// `None` while it is looked at.
    Reading(Option<ServerHandshake>),
    /// What is being written, what comes then, and whether the stream is closed after it.
    Writing(SendQueue, Option<Result<Opened, HandshakeError>>, bool),
    Flushing(Option<Result<Opened, HandshakeError>>, bool),
    Closing(Option<HandshakeError>),
}

impl Server {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        match self.step() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if self.flaw == Flaw::Spins {
                    cx.waker().wake_by_ref();
                }
                Poll::Pending
            }
            Err(error) => self.end(Err(Stop::Error(Error::Io(error)))),
            Ok(result) => self.end(result),
        }
    }

    fn end(&mut self, result: Result<Opened, Stop>) -> Poll<End> {
        Poll::Ready(End { pipe: self.pipe.take(), result })
    }

    fn step(&mut self) -> io::Result<Result<Opened, Stop>> {
        let flaw = self.flaw;
        let pipe = self.pipe.as_mut().unwrap();
        loop {
            match &mut self.state {
                State::Reading(machine) => match machine.take().unwrap().poll() {
                    Polled::Ready(pending) => {
                        let request = Some(pending.request().clone());
                        self.state = match pending.accept() {
                            Ok(accepted) => writing(accepted.into_connection(), request, flaw),
                            Err(refused) => refusing(*refused),
                        };
                    }
                    Polled::Pending(waiting) => {
                        let machine = machine.insert(waiting);
                        let len = pipe.read(machine.recv_buf().space_mut())?;
                        if flaw == Flaw::StartsAgainAtEachRead {
                            *machine = ServerHandshake::from_buffers(
                                &self.config,
                                again(machine, len),
                                SendQueue::new(),
                            );
                        } else {
                            machine.recv_buf().commit(len);
                        }
                        if len == 0 {
                            if flaw == Flaw::TakesEndForMore {
                                return Err(io::ErrorKind::WouldBlock.into());
                            }
                            machine.handle_eof();
                        }
                    }
                    Polled::Failed(rejected) => self.state = refusing(*rejected),
                },
                State::Writing(queue, next, closes) => {
                    if flaw == Flaw::AnswersNothing {
                        queue.clear();
                    }
                    while queue.has_remaining() {
                        let len = match pipe.write(queue.chunk()) {
                            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                            Ok(_) if flaw == Flaw::IgnoresShortWrites => queue.remaining(),
                            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                                return Err(error);
                            }
                            Err(_) if flaw == Flaw::IgnoresWriteErrors => queue.remaining(),
                            Err(source) => return unsent(next.take(), source),
                            Ok(len) => len,
                        };
                        queue.advance(len);
                    }
                    self.state = State::Flushing(next.take(), *closes);
                }
                State::Flushing(next, closes) => {
                    if flaw == Flaw::SaysMore {
                        let _ = pipe.write(b"\0");
                    }
                    match pipe.flush() {
                        _ if flaw == Flaw::NeverFlushes => {}
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                            return Err(error);
                        }
                        Err(_) if flaw == Flaw::IgnoresWriteErrors => {}
                        Err(source) => return unsent(next.take(), source),
                        Ok(()) => {}
                    }
                    match next.take().unwrap() {
                        Err(error) if *closes => self.state = State::Closing(Some(error)),
                        Err(error) => return Ok(Err(Stop::Error(error.into()))),
                        Ok(opened) => return Ok(Ok(opened)),
                    }
                }
                State::Closing(error) => {
                    if flaw != Flaw::NeverCloses {
                        match pipe.shut_write() {
                            Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Err(e),
                            _ => {}
                        }
                    }
                    return Ok(Err(Stop::Error(error.take().unwrap().into())));
                }
            }
        }

        fn unsent(
            next: Option<Result<Opened, HandshakeError>>,
            source: io::Error,
        ) -> io::Result<Result<Opened, Stop>> {
            match next.unwrap() {
                Ok(_) => Err(source),
                Err(error) => Ok(Err(Stop::Error(UnsentAnswer::new(error, source).into()))),
            }
        }
    }
}

fn again(machine: &mut ServerHandshake, len: usize) -> RecvBuf {
    // Only the last portion is looked at.
    let start = machine.recv_buf().len();
    machine.recv_buf().commit(len);
    RecvBuf::from(&machine.recv_buf().filled()[start..])
}

fn writing(connection: Connection, request: Option<http::Request<()>>, flaw: Flaw) -> State {
    let (recv, send, _, negotiated) = connection.into_parts();
    let leftover = if flaw == Flaw::LosesTheLeftover { Bytes::new() } else { recv.into_bytes() };
    State::Writing(send, Some(Ok(Opened { leftover, negotiated, request, response: None })), false)
}

fn refusing(mut refused: Rejected) -> State {
    let (queue, closes) = (std::mem::take(refused.send_queue()), refused.is_closed());
    State::Writing(queue, Some(Err(refused.error)), closes)
}

impl Drop for Server {
    fn drop(&mut self) {
        if let (Flaw::WritesWhenDropped, Some(pipe)) = (self.flaw, &mut self.pipe) {
            let _ = pipe.write(b"bye");
        }
    }
}

impl Adapter for Small {
    fn name(&self) -> &'static str {
        "small"
    }

    fn polls(&self) -> bool {
        !matches!(self.0, Flaw::ForgetsToBeWoken | Flaw::Spins)
    }

    fn offers(&self, call: &Call) -> bool {
        matches!(call, Call::Accept(_) | Call::AcceptBuffered(..))
    }

    fn script(&self, script: Script) -> Script {
        script.nonblocking()
    }

    fn start(&self, pipe: Pipe, call: Call) -> Attempt<'_> {
        let machine = match &call {
            Call::Accept(config) => ServerHandshake::new(config),
            Call::AcceptBuffered(octets, config) => {
                ServerHandshake::with_buffered(config, octets.as_slice())
            }
            _ => return Box::new(|_| Poll::Pending),
        };
        let (Call::Accept(config) | Call::AcceptBuffered(_, config)) = call else { unreachable!() };
        let state = State::Reading(Some(machine));
        let mut server = Server { flaw: self.0, config, pipe: Some(pipe), state };
        Box::new(move |cx| server.poll(cx))
    }
}

/// Whether anything is found.
fn is_found(flaw: Flaw) -> bool {
    let adapter = Small(flaw);
    let mut vectors = vector::load_own().unwrap();
    vectors.retain(|v| v.role == Role::Server && !v.config.prebuilt && v.input.len() < 200);
    vectors.retain({
        let mut n = 0;
        move |_| {
            n += 1;
            n % 7 == 0
        }
    });
    let plan = Plan { handed_step: 50, ..Plan::default() };
    let caught = panic::catch_unwind(AssertUnwindSafe(|| {
        run_vectors(&AdapterSubject::new(&adapter), &vectors, &plan).assert_clean();
    }));
    let sweeps = panic::catch_unwind(AssertUnwindSafe(|| sweep::all(&adapter)));
    caught.is_err() || sweeps.is_err()
}

#[test]
fn a_flawless_adapter_passes() {
    assert!(!is_found(Flaw::None));
}

#[test]
fn every_flaw_is_found() {
    let flaws = [
        Flaw::NeverFlushes,
        Flaw::IgnoresShortWrites,
        Flaw::IgnoresWriteErrors,
        Flaw::LosesTheLeftover,
        Flaw::AnswersNothing,
        Flaw::SaysMore,
        Flaw::NeverCloses,
        Flaw::ForgetsToBeWoken,
        Flaw::Spins,
        Flaw::StartsAgainAtEachRead,
        Flaw::WritesWhenDropped,
        Flaw::TakesEndForMore,
    ];
    // One of them does not wake who waits, and it takes a while to be sure of that.
    at_once(&flaws, |flaw| assert!(is_found(*flaw), "{flaw:?} passes"));
}
