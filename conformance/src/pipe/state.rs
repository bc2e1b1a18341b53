//! A pipe's state, and what an operation does to it.

use std::{
    io::{self, IoSlice},
    task::Waker,
    time::Duration,
};

use super::{Direction, Fault, Script, Step, Waits, flow::Flow};

pub(super) struct State {
    /// What the end with this number reads.
    pub(super) flows: [Flow; 2],
    pub(super) ends: [End; 2],
    /// To be woken when the lock is released: the readers, then the writers of the flows.
    pub(super) woken: [Option<Waker>; 4],
    /// How many threads wait for the other end.
    pub(super) blocked: usize,
}

pub(super) struct End {
    pub(super) script: Script,
    pub(super) ops: usize,
    pub(super) reads: usize,
    pub(super) flushes: usize,
    pub(super) retries: usize,
    pub(super) traffic: usize,
    /// Which kinds of operation have waited, and pass the next time.
    waited: [bool; 4],
    /// Whether reading, and writing, waits for the other end.
    waits_for_peer: [bool; 2],
    /// Of the last operation.
    last: Direction,
    /// The first operation with the fault of [`Script::fault_at`].
    pub(super) struck: Option<Operation>,
    /// There may be room, and nobody has been told: for [`Script::forgets`].
    pub(super) unnoticed: bool,
    pub(super) shut: bool,
    pub(super) handles: usize,
    pub(super) read_timeout: Option<Duration>,
    pub(super) write_timeout: Option<Duration>,
}

/// What is done to a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Octets are read.
    Read,
    /// Octets are written.
    Write,
    /// What was written is passed on.
    Flush,
    /// Nothing more is going to be written.
    Shut,
}

impl End {
    fn new(script: Script) -> Self {
        Self {
            script,
            ops: 0,
            reads: 0,
            flushes: 0,
            retries: 0,
            traffic: 0,
            waited: [false; 4],
            waits_for_peer: [false; 2],
            last: Direction::Read,
            struck: None,
            unnoticed: false,
            shut: false,
            handles: 1,
            read_timeout: None,
            write_timeout: None,
        }
    }

    pub(super) fn is_starved(&self) -> bool {
        self.waits_last(Direction::Read)
    }

    pub(super) fn is_stalled(&self) -> bool {
        self.waits_last(Direction::Write)
    }

    pub(super) fn waits(&self) -> bool {
        self.waits_for_peer.contains(&true)
    }

    /// Whether an operation has had a fault that does not pass: nothing has to be waited for any more.
    fn is_broken(&self) -> bool {
        self.struck.is_some()
            && matches!(self.script.fault_at, Some((_, Fault::Error(_) | Fault::End)))
    }

    fn waits_last(&self, direction: Direction) -> bool {
        self.last == direction && self.waits_for_peer[direction as usize]
    }
}

impl State {
    pub(super) fn new(scripts: [Script; 2]) -> Self {
        let mut flows = [Flow::default(), Flow::default()];
        for (side, script) in scripts.iter().enumerate() {
            script.input.iter().for_each(|portion| flows[side].push(portion));
            flows[side].ended = script.eof;
            flows[1 - side].room = script.capacity;
        }
        Self { flows, ends: scripts.map(End::new), woken: [const { None }; 4], blocked: 0 }
    }

    pub(super) fn pair(scripts: [Script; 2], room: usize) -> Self {
        let mut state = Self::new(scripts.map(Script::stays_open));
        state.flows.iter_mut().for_each(|flow| flow.bound(room));
        state
    }

    /// The other end sends something.
    pub(super) fn deliver(&mut self, side: usize, octets: &[u8]) {
        self.flows[side].push(octets);
        self.wake_reader(side);
    }

    /// The other end has nothing more to send.
    pub(super) fn close(&mut self, side: usize) {
        self.flows[side].ended = true;
        self.wake_reader(side);
    }

    /// The other end takes so many octets more.
    pub(super) fn limit(&mut self, side: usize, room: Option<usize>) {
        self.flows[1 - side].room = room;
        self.wake_writer(side);
    }

    /// A handle has been dropped.
    pub(super) fn let_go(&mut self, side: usize) {
        self.ends[side].handles -= 1;
        if self.ends[side].handles == 0 {
            self.flows[side].broken = true;
            self.wake_writer(1 - side);
            self.close(1 - side);
        }
    }

    pub(super) fn read(&mut self, side: usize, buf: &mut [u8]) -> Step {
        if let Some(step) = self.begin(side, Operation::Read) {
            return step;
        }
        let is_broken = self.ends[side].is_broken();
        let flow = &mut self.flows[side];
        if flow.is_empty() && !flow.ended && !is_broken {
            return self.wait(side, Direction::Read);
        }
        let max = match self.befall(side, Operation::Read) {
            Ok(true) => 1,
            Ok(false) => self.ends[side].script.max_read.unwrap_or(usize::MAX),
            Err(step) => return step,
        };
        let max = max.min(buf.len());
        let len = self.flows[side].pop(&mut buf[..max]);
        if len > 0 {
            self.wake_writer(1 - side);
        }
        let end = &mut self.ends[side];
        end.reads += 1;
        end.traffic += len;
        let said = if end.script.lies { buf.len() + LIE } else { len };
        self.done(side, Ok(said))
    }

    pub(super) fn write(&mut self, side: usize, bufs: &[IoSlice<'_>]) -> Step {
        if let Some(step) = self.begin(side, Operation::Write) {
            return step;
        }
        let (end, flow) = (&mut self.ends[side], &mut self.flows[1 - side]);
        if flow.ended || flow.broken {
            return self.done(side, Err(io::ErrorKind::BrokenPipe.into()));
        }
        let bufs = if end.script.plain { &bufs[..bufs.len().min(1)] } else { bufs };
        let offered: usize = bufs.iter().map(|buf| buf.len()).sum();
        let room = flow.room.unwrap_or(usize::MAX);
        if room == 0 && offered > 0 && !end.is_broken() {
            return self.wait(side, Direction::Write);
        }
        let max = match self.befall(side, Operation::Write) {
            Ok(true) => 1,
            Ok(false) => self.ends[side].script.max_write.unwrap_or(usize::MAX),
            Err(step) => return step,
        };
        let (end, flow) = (&mut self.ends[side], &mut self.flows[1 - side]);
        let len = offered.min(max).min(room);
        flow.room = flow.room.map(|room| room - len);
        let (mut rest, holds) = (len, end.script.hold_until_flush);
        for buf in bufs {
            let now = &buf[..rest.min(buf.len())];
            if holds {
                flow.held.extend_from_slice(now);
            } else {
                flow.push(now);
            }
            rest -= now.len();
        }
        end.traffic += len;
        let lies = end.script.lies && len > 0;
        if !holds && len > 0 {
            self.arrived(side);
        }
        self.done(side, Ok(if lies { len + LIE } else { len }))
    }

    pub(super) fn flush(&mut self, side: usize) -> Step {
        if let Some(step) = self.begin(side, Operation::Flush) {
            return step;
        }
        if let Err(step) = self.befall(side, Operation::Flush) {
            return step;
        }
        self.pass_on(side);
        self.ends[side].flushes += 1;
        self.done(side, Ok(0))
    }

    pub(super) fn shut(&mut self, side: usize) -> Step {
        if let Some(step) = self.begin(side, Operation::Shut) {
            return step;
        }
        if let Err(step) = self.befall(side, Operation::Shut) {
            return step;
        }
        self.pass_on(side);
        self.close(1 - side);
        if !self.ends[side].script.stays_open {
            self.close(side);
        }
        self.ends[side].shut = true;
        self.done(side, Ok(0))
    }

    pub(super) fn remember(&mut self, side: usize, direction: Direction, waker: &Waker) {
        let one = self.ends[side].script.one_waker;
        if one || direction == Direction::Read {
            self.flows[side].reader = Some(waker.clone());
        }
        if one || direction == Direction::Write {
            self.flows[1 - side].writer = Some(waker.clone());
        }
    }

    /// The tasks that wait at this end.
    pub(super) fn waiting(&self, side: usize) -> impl Iterator<Item = Waker> + use<> {
        let slots = [self.flows[side].reader.clone(), self.flows[1 - side].writer.clone()];
        slots.into_iter().flatten()
    }

    /// Waits and failures that come before an operation does anything.
    fn begin(&mut self, side: usize, kind: Operation) -> Option<Step> {
        let end = &mut self.ends[side];
        end.last = if let Operation::Read = kind { Direction::Read } else { Direction::Write };
        end.waits_for_peer[end.last as usize] = false;
        let due = match end.script.waits {
            Waits::Never => false,
            Waits::Always => true,
            Waits::At(op) => op == end.ops,
        };
        let waited = &mut end.waited[kind as usize];
        if due && !std::mem::replace(waited, true) {
            end.retries += 1;
            let forgets = end.script.forgets && end.last == Direction::Write;
            end.unnoticed |= forgets;
            return Some(if forgets { Step::Wait(Direction::Write) } else { Step::Again });
        }
        *waited = false;
        assert!(end.script.panic_at != Some(end.ops), "this stream panics");
        if end.script.interrupt_at == Some(end.ops) {
            return Some(self.done(side, Err(io::ErrorKind::Interrupted.into())));
        }
        match end.script.fail_at {
            Some((op, kind)) if end.ops >= op => Some(self.done(side, Err(kind.into()))),
            _ => None,
        }
    }

    /// The fault of an operation that need not wait, where there is one: whether it moves one octet only, or what
    /// comes of it.
    fn befall(&mut self, side: usize, operation: Operation) -> Result<bool, Step> {
        let end = &mut self.ends[side];
        let Some((op, fault)) = end.script.fault_at else { return Ok(false) };
        if end.ops < op {
            return Ok(false);
        }
        assert!(end.ops < op + SPINS || fault == Fault::Short, "it is tried again and again");
        match fault {
            Fault::Short if end.ops > op => return Ok(false),
            _ => end.struck = end.struck.or(Some(operation)),
        }
        match fault {
            Fault::Short => Ok(true),
            Fault::Error(kind) => Err(self.done(side, Err(kind.into()))),
            Fault::End if end.last == Direction::Read => Err(self.done(side, Ok(0))),
            Fault::End => Err(self.done(side, Err(io::ErrorKind::BrokenPipe.into()))),
            Fault::Stall => Err(Step::Wait(end.last)),
        }
    }

    fn wait(&mut self, side: usize, direction: Direction) -> Step {
        let end = &mut self.ends[side];
        end.waits_for_peer[direction as usize] = true;
        // It has waited; what comes of it when it is woken is not to wait again.
        let kind = if direction == Direction::Read { Operation::Read } else { Operation::Write };
        end.waited[kind as usize] = true;
        Step::Wait(direction)
    }

    fn done(&mut self, side: usize, result: io::Result<usize>) -> Step {
        let end = &mut self.ends[side];
        end.ops += 1;
        if end.script.forgets && end.last == Direction::Write {
            self.flows[1 - side].writer = None;
        }
        Step::Done(result)
    }

    fn pass_on(&mut self, side: usize) {
        if self.flows[1 - side].flush() {
            self.arrived(side);
        }
    }

    /// Something that `side` has written has come to the other end, which may have an answer.
    fn arrived(&mut self, side: usize) {
        if let Some(responder) = &mut self.ends[side].script.responder {
            let answer = responder.respond(self.flows[1 - side].contiguous());
            for portion in &answer {
                match portion.as_slice() {
                    [] => self.close(side),
                    portion => self.deliver(side, portion),
                }
            }
        }
        self.wake_reader(1 - side);
    }

    /// Something has come for the end with this number to read.
    fn wake_reader(&mut self, side: usize) {
        self.ends[side].waits_for_peer[Direction::Read as usize] = false;
        let slot = &mut self.flows[side].reader;
        self.woken[side] = slot.take().or(self.woken[side].take());
    }

    /// The end with this number may write again.
    fn wake_writer(&mut self, side: usize) {
        self.ends[side].waits_for_peer[Direction::Write as usize] = false;
        if self.ends[side].script.forgets {
            self.ends[side].unnoticed = true;
        } else {
            self.notice_room(side);
        }
    }

    /// Whoever waits to write is told that it may.
    pub(super) fn notice_room(&mut self, side: usize) {
        let slot = &mut self.flows[1 - side].writer;
        self.woken[2 + side] = slot.take().or(self.woken[2 + side].take());
    }
}

/// So many operations on a stream that is broken are too many.
const SPINS: usize = 100;

/// How much more than the truth a lying stream says.
const LIE: usize = 1000;
