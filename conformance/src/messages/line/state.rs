//! One line's state, and what an operation does to it.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    task::Waker,
    time::Duration,
};

use super::{Direction, Step, Terms};

pub(super) struct State {
    /// What the end with this number reads.
    pub(super) flows: [Flow; 2],
    pub(super) ends: [End; 2],
    /// To be woken when the lock is released.
    pub(super) woken: [Option<Waker>; 4],
}

/// Octets on their way.
#[derive(Default)]
pub(super) struct Flow {
    octets: VecDeque<u8>,
    /// The lengths of the portions.
    portions: VecDeque<usize>,
    /// Written, and not flushed.
    held: Vec<u8>,
    /// How many octets more are taken; `None` for any number.
    room: Option<usize>,
    /// Whether what is read makes room again.
    bounded: bool,
    /// The writing end has closed.
    pub(super) ended: bool,
    /// The reading end is gone.
    broken: bool,
    pub(super) reader: Option<Waker>,
    pub(super) writer: Option<Waker>,
}

pub(super) struct End {
    pub(super) terms: Terms,
    pub(super) ops: usize,
    pub(super) retries: usize,
    /// Which kinds of operation have waited, and pass the next time.
    waited: [bool; 4],
    /// Whether reading, and writing, waits for the far side.
    pub(super) waits_for_far: [bool; 2],
    pub(super) handles: usize,
    pub(super) read_timeout: Option<Duration>,
    pub(super) write_timeout: Option<Duration>,
}

#[derive(Clone, Copy)]
enum Kind {
    Read,
    Write,
    Flush,
    Shut,
}

impl Flow {
    pub(super) fn len(&self) -> usize {
        self.octets.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    fn push(&mut self, octets: &[u8]) {
        if !octets.is_empty() {
            self.octets.extend(octets);
            self.portions.push_back(octets.len());
        }
    }

    fn pop(&mut self, buf: &mut [u8]) -> usize {
        let Some(portion) = self.portions.front_mut() else { return 0 };
        let len = buf.len().min(*portion);
        let (front, back) = self.octets.as_slices();
        let first = len.min(front.len());
        buf[..first].copy_from_slice(&front[..first]);
        buf[first..len].copy_from_slice(&back[..len - first]);
        self.octets.drain(..len);
        *portion -= len;
        if *portion == 0 {
            self.portions.pop_front();
        }
        len
    }
}

impl State {
    pub(super) fn new(terms: [Terms; 2]) -> Self {
        let end = |terms| End {
            terms,
            ops: 0,
            retries: 0,
            waited: [false; 4],
            waits_for_far: [false; 2],
            handles: 1,
            read_timeout: None,
            write_timeout: None,
        };
        let flows = [Flow::default(), Flow::default()];
        Self { flows, ends: terms.map(end), woken: [const { None }; 4] }
    }

    pub(super) fn bound(&mut self, room: usize) {
        for flow in &mut self.flows {
            flow.room = Some(room);
            flow.bounded = true;
            flow.octets.reserve(room);
            flow.portions.reserve(room.min(1024));
        }
    }

    pub(super) fn deliver(&mut self, side: usize, octets: &[u8]) {
        self.flows[side].push(octets);
        self.wake_reader(side);
    }

    pub(super) fn end(&mut self, side: usize) {
        self.flows[side].ended = true;
        self.wake_reader(side);
    }

    pub(super) fn limit(&mut self, side: usize, room: Option<usize>) {
        self.flows[side].room = room;
        self.wake_writer(side);
    }

    pub(super) fn take_written(&mut self, side: usize) -> Vec<u8> {
        let flow = &mut self.flows[side];
        flow.portions.clear();
        flow.octets.drain(..).collect()
    }

    /// A handle of an end has been dropped.
    pub(super) fn let_go(&mut self, side: usize) {
        self.ends[side].handles -= 1;
        if self.ends[side].handles == 0 {
            self.flows[side].broken = true;
            self.wake_writer(side);
            self.end(1 - side);
        }
    }

    pub(super) fn read(&mut self, side: usize, buf: &mut [u8]) -> Step {
        if let Some(step) = self.begin(side, Kind::Read) {
            return step;
        }
        let flow = &mut self.flows[side];
        if flow.is_empty() && !flow.ended {
            return self.wait(side, Direction::Read);
        }
        let len = flow.pop(buf);
        if flow.bounded {
            flow.room = flow.room.map(|room| room + len);
            self.wake_writer(side);
        }
        let lies = self.ends[side].terms.lies;
        self.done(side, Ok(if lies { buf.len() + LIE } else { len }))
    }

    pub(super) fn write(&mut self, side: usize, bufs: &[IoSlice<'_>]) -> Step {
        if let Some(step) = self.begin(side, Kind::Write) {
            return step;
        }
        let terms = &self.ends[side].terms;
        let (held, lies) = (terms.held, terms.lies);
        let flow = &mut self.flows[1 - side];
        if flow.ended || flow.broken {
            return self.done(side, Err(io::ErrorKind::BrokenPipe.into()));
        }
        let bufs = if terms.plain { &bufs[..bufs.len().min(1)] } else { bufs };
        let offered: usize = bufs.iter().map(|buf| buf.len()).sum();
        let room = flow.room.unwrap_or(usize::MAX);
        if room == 0 && offered > 0 {
            return self.wait(side, Direction::Write);
        }
        let len = offered.min(terms.max_write.unwrap_or(usize::MAX)).min(room);
        flow.room = flow.room.map(|room| room - len);
        let mut rest = len;
        for buf in bufs {
            let now = rest.min(buf.len());
            if held {
                flow.held.extend_from_slice(&buf[..now]);
            } else {
                flow.push(&buf[..now]);
            }
            rest -= now;
        }
        if !held {
            self.wake_reader(1 - side);
        }
        self.done(side, Ok(if lies && len > 0 { len + LIE } else { len }))
    }

    pub(super) fn flush(&mut self, side: usize) -> Step {
        if let Some(step) = self.begin(side, Kind::Flush) {
            return step;
        }
        self.pass_on(side);
        self.done(side, Ok(0))
    }

    pub(super) fn shut(&mut self, side: usize) -> Step {
        if let Some(step) = self.begin(side, Kind::Shut) {
            return step;
        }
        self.pass_on(side);
        self.end(1 - side);
        self.done(side, Ok(0))
    }

    pub(super) fn remember(&mut self, side: usize, direction: Direction, waker: &Waker) {
        let one = self.ends[side].terms.one_waker;
        if one || direction == Direction::Read {
            self.flows[side].reader = Some(waker.clone());
        }
        if one || direction == Direction::Write {
            self.flows[1 - side].writer = Some(waker.clone());
        }
    }

    /// Waits and failures that come before an operation does anything.
    fn begin(&mut self, side: usize, kind: Kind) -> Option<Step> {
        let end = &mut self.ends[side];
        let direction = if let Kind::Read = kind { Direction::Read } else { Direction::Write };
        end.waits_for_far[direction as usize] = false;
        let waited = &mut end.waited[kind as usize];
        if end.terms.waits && !std::mem::replace(waited, true) {
            end.retries += 1;
            return Some(Step::Again);
        }
        *waited = false;
        assert!(end.terms.panic_at != Some(end.ops), "this stream panics");
        if end.terms.interrupt_at == Some(end.ops) {
            return Some(self.done(side, Err(io::ErrorKind::Interrupted.into())));
        }
        if end.terms.fail_at.is_some_and(|op| end.ops >= op) {
            return Some(self.done(side, Err(io::ErrorKind::ConnectionReset.into())));
        }
        None
    }

    fn wait(&mut self, side: usize, direction: Direction) -> Step {
        let end = &mut self.ends[side];
        end.waits_for_far[direction as usize] = true;
        // It has waited; what comes of it when it is woken is not to wait again.
        let kind = if direction == Direction::Read { Kind::Read } else { Kind::Write };
        end.waited[kind as usize] = true;
        Step::Wait(direction)
    }

    fn done(&mut self, side: usize, result: io::Result<usize>) -> Step {
        self.ends[side].ops += 1;
        Step::Done(result)
    }

    fn pass_on(&mut self, side: usize) {
        let flow = &mut self.flows[1 - side];
        let mut held = std::mem::take(&mut flow.held);
        flow.push(&held);
        held.clear();
        flow.held = held;
        self.wake_reader(1 - side);
    }

    fn wake_reader(&mut self, side: usize) {
        let slot = &mut self.flows[side].reader;
        self.woken[side] = slot.take().or(self.woken[side].take());
    }

    fn wake_writer(&mut self, side: usize) {
        let slot = &mut self.flows[side].writer;
        self.woken[2 + side] = slot.take().or(self.woken[2 + side].take());
    }
}

/// How much more than the truth a lying stream says.
const LIE: usize = 1000;
