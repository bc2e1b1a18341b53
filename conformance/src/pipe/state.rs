//! One pipe's state, and what an operation does to it.

use std::{collections::VecDeque, io, task::Waker, time::Duration};

use super::{
    Step,
    script::{Responder, Script, Waits},
};

pub(super) struct State {
    pub(super) input: VecDeque<Vec<u8>>,
    responder: Option<Responder>,
    pub(super) eof: bool,
    waits: Waits,
    /// Which kinds of operation have waited, and pass the next time.
    waited: [bool; 4],
    max_write_len: usize,
    fail_at: Option<(usize, io::ErrorKind)>,
    interrupt_at: Option<usize>,
    panic_at: Option<usize>,
    lies: bool,
    stays_open: bool,
    hold_until_flush: bool,
    pub(super) nonblocking: bool,
    capacity: usize,
    pub(super) read_timeout: Option<Duration>,
    pub(super) write_timeout: Option<Duration>,
    pub(super) reader: Option<Waker>,
    pub(super) written: Vec<u8>,
    pub(super) unflushed: Vec<u8>,
    pub(super) ops: usize,
    pub(super) traffic: usize,
    pub(super) reads: usize,
    pub(super) flushes: usize,
    pub(super) shut: bool,
    pub(super) dropped: bool,
    pub(super) starved: bool,
    pub(super) stalled: bool,
}

impl State {
    pub(super) fn new(script: Script) -> Self {
        Self {
            input: script.input.into_iter().filter(|piece| !piece.is_empty()).collect(),
            responder: script.responder,
            eof: script.eof,
            waits: script.waits,
            waited: [false; 4],
            max_write_len: script.max_write_len.unwrap_or(usize::MAX),
            fail_at: script.fail_at,
            interrupt_at: script.interrupt_at,
            panic_at: script.panic_at,
            lies: script.lies,
            stays_open: script.stays_open,
            hold_until_flush: script.hold_until_flush,
            nonblocking: script.nonblocking,
            capacity: script.capacity.unwrap_or(usize::MAX),
            read_timeout: None,
            write_timeout: None,
            reader: None,
            written: Vec::new(),
            unflushed: Vec::new(),
            ops: 0,
            traffic: 0,
            reads: 0,
            flushes: 0,
            shut: false,
            dropped: false,
            starved: false,
            stalled: false,
        }
    }

    pub(super) fn read(&mut self, buf: &mut [u8]) -> Step {
        if let Some(step) = self.begin(Kind::Read) {
            return step;
        }
        let Some(portion) = self.input.front_mut() else {
            if !self.eof && (!self.shut || self.stays_open) {
                self.starved = true;
                self.waited[Kind::Read as usize] = true;
                return Step::Wait;
            }
            self.reads += 1;
            return self.done(Ok(0));
        };
        self.reads += 1;
        let len = portion.len().min(buf.len());
        buf[..len].copy_from_slice(&portion[..len]);
        portion.drain(..len);
        if portion.is_empty() {
            self.input.pop_front();
        }
        self.traffic += len;
        let said = if self.lies { buf.len() + LIE } else { len };
        self.done(Ok(said))
    }

    pub(super) fn write(&mut self, bufs: &[io::IoSlice<'_>]) -> Step {
        if let Some(step) = self.begin(Kind::Write) {
            return step;
        }
        if self.shut {
            return self.done(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let room = self.capacity - self.written.len() - self.unflushed.len();
        let offered: usize = bufs.iter().map(|buf| buf.len()).sum();
        if room == 0 && offered > 0 {
            self.stalled = true;
            self.waited[Kind::Write as usize] = true;
            return Step::Wait;
        }
        let len = offered.min(self.max_write_len).min(room);
        self.traffic += len;
        let mut rest = len;
        for buf in bufs {
            let now = rest.min(buf.len());
            self.unflushed.extend_from_slice(&buf[..now]);
            rest -= now;
        }
        if !self.hold_until_flush {
            self.pass_on();
        }
        let said = if self.lies && len > 0 { len + LIE } else { len };
        self.done(Ok(said))
    }

    pub(super) fn flush(&mut self) -> Step {
        if let Some(step) = self.begin(Kind::Flush) {
            return step;
        }
        self.flushes += 1;
        self.pass_on();
        self.done(Ok(0))
    }

    pub(super) fn shut(&mut self) -> Step {
        if let Some(step) = self.begin(Kind::Shut) {
            return step;
        }
        self.pass_on();
        self.shut = true;
        self.done(Ok(0))
    }

    /// Waits and failures that come before an operation does anything.
    fn begin(&mut self, kind: Kind) -> Option<Step> {
        self.starved = false;
        self.stalled = false;
        let due = match self.waits {
            Waits::Never => false,
            Waits::Always => true,
            Waits::At(op) => op == self.ops,
        };
        let waited = &mut self.waited[kind as usize];
        if due && !std::mem::replace(waited, true) {
            return Some(Step::WaitAndWake);
        }
        *waited = false;
        assert!(self.panic_at != Some(self.ops), "this stream panics");
        if self.interrupt_at == Some(self.ops) {
            return Some(self.done(Err(io::ErrorKind::Interrupted.into())));
        }
        match self.fail_at {
            Some((op, kind)) if self.ops >= op => Some(self.done(Err(kind.into()))),
            _ => None,
        }
    }

    fn done(&mut self, result: io::Result<usize>) -> Step {
        self.ops += 1;
        Step::Done(result)
    }

    fn pass_on(&mut self) {
        if self.unflushed.is_empty() {
            return;
        }
        self.written.append(&mut self.unflushed);
        if let Some(responder) = &mut self.responder {
            let answer = responder(&self.written);
            self.input.extend(answer.into_iter().filter(|piece| !piece.is_empty()));
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Read,
    Write,
    Flush,
    Shut,
}

/// How much more than the truth a lying stream says.
const LIE: usize = 1000;
