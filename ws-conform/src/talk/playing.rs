//! Plays a script, step by step.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::conversation::{Stop, Talk};
use super::ending::Failing;
use super::hearing::{Heard, described};
use crate::grade::Grade;
use crate::peer::Deaf;
use crate::script::{Script, Step};
use crate::verdict::Verdict;
use crate::wire::frame::{BINARY, CONTINUATION, Frame, PING};

impl Talk<'_> {
    /// Plays all steps. `serves_others` tries a second connection.
    pub(crate) fn play(
        &mut self,
        script: &Script,
        serves_others: &mut dyn FnMut() -> Result<(), String>,
    ) -> Verdict {
        let mut information = None;
        for step in &script.steps {
            match self.step(step, serves_others) {
                Ok(None) => {}
                Ok(told) => information = told,
                Err(verdict) => return verdict,
            }
        }
        information.map_or(Verdict::Passed, Verdict::Information)
    }

    fn step(
        &mut self,
        step: &Step,
        serves_others: &mut dyn FnMut() -> Result<(), String>,
    ) -> Result<Option<String>, Stop> {
        let until = self.until();
        match step {
            Step::Send(frames) => {
                let octets: Vec<u8> =
                    frames.iter().flat_map(|f| f.octets(self.is_client)).collect();
                // What is long may take longer.
                self.peer.send(&octets, until + self.timeout * 4);
            }
            Step::Dribble(frames, len) => {
                for frame in frames {
                    for piece in frame.octets(self.is_client).chunks(*len) {
                        self.peer.send(piece, until + self.timeout * 2);
                        sleep(Duration::from_millis(1));
                    }
                }
            }
            Step::Part(frame, len) => {
                let octets = frame.octets(self.is_client);
                self.peer.send(&octets[..octets.len().min(*len)], until);
            }
            Step::Compressed(opcode, message, len) => {
                let octets = self.compressed(*opcode, message, *len);
                self.peer.send(&octets, until + self.timeout * 4);
            }
            Step::Flood(frame, times) => self.flood(frame, *times),
            Step::AtLimit(more) => return self.at_limit(*more).map(|()| None),
            Step::HalfClose => self.peer.half_close(),
            Step::Pause(time) => sleep(*time),
            Step::Echo(messages) => self.echo(messages)?,
            Step::Pong(payload) => self.pong(payload)?,
            Step::Fails(codes) => return self.fails(codes, Failing::Anyhow),
            Step::FailsAloud(codes) => return self.fails(codes, Failing::Aloud),
            Step::FailsOrNot(codes) => return self.fails(codes, Failing::Either),
            Step::Closes(codes) => self.closes(codes)?,
            Step::Ends => {
                if self.peer.await_end(until + self.timeout).is_none() {
                    return Err(self.failed("the connection does not end"));
                }
            }
            Step::ServesOthers => {
                serves_others().map_err(|why| Verdict::failed(Grade::Security, why))?;
            }
        }
        Ok(None)
    }

    /// Writes in large pieces, and stops when no more is taken.
    fn flood(&mut self, frame: &Frame, times: usize) {
        let octets = frame.octets(self.is_client);
        let at_once = (64 * 1024 / octets.len()).max(1);
        let piece = octets.repeat(at_once);
        let end = Instant::now() + self.timeout * 5;
        let mut left = times;
        while left > 0 && Instant::now() < end {
            let now = left.min(at_once);
            left -= now;
            let sent =
                self.peer.send_deaf(&piece[..now * octets.len()], Duration::from_millis(300));
            match sent {
                Deaf::Taken => {}
                Deaf::Stuck => {
                    self.peer.transcript.event("no more is taken");
                    return;
                }
                Deaf::Ended => return,
            }
        }
    }

    /// A message as it was agreed upon, in fragments of at most so many octets, with a ping behind the first of several.
    fn compressed(&mut self, opcode: u8, message: &[u8], len: usize) -> Vec<u8> {
        let (payload, reserved) = match &mut self.deflation {
            Some(deflation) => (deflation.deflater.message(message), 4),
            None => (message.to_vec(), 0),
        };
        let pieces: Vec<_> = payload.chunks(len.max(1)).collect();
        let mut octets = Vec::with_capacity(payload.len());
        for (at, piece) in pieces.iter().enumerate() {
            let is_last = at + 1 == pieces.len();
            let frame = match at {
                0 => Frame::new(opcode, *piece).reserving(reserved),
                _ => Frame::new(CONTINUATION, *piece),
            };
            let frame = if is_last { frame } else { frame.unfinished() };
            octets.extend(frame.octets(self.is_client));
            if at == 0 && !is_last {
                octets.extend(Frame::new(PING, "between").octets(self.is_client));
            }
        }
        octets
    }

    fn echo(&mut self, messages: &[(u8, Vec<u8>)]) -> Result<(), Stop> {
        // Much may be on its way.
        let until = self.until() + self.timeout * 4;
        for (opcode, expected) in messages {
            let found = loop {
                match self.hear(until)? {
                    Heard::Pong(_) => {}
                    other => break other,
                }
            };
            match found {
                Heard::Message(kind, payload) if kind == *opcode && payload == *expected => {}
                Heard::Message(kind, payload) => {
                    let why = format!(
                        "came back changed: opcode {kind} and {} octets, sent were opcode {opcode} and {} octets",
                        payload.len(),
                        expected.len()
                    );
                    return Err(self.failed(why));
                }
                // "Implementations that have [..] limitations [..] MUST protect themselves". RFC 6455 10.4
                Heard::Close(close)
                    if self.grade == Grade::Robustness
                        && matches!(close.close_code(), Some(1008 | 1009)) =>
                {
                    return Err(Verdict::Information("closes with a code for limits".to_owned()));
                }
                other => return Err(self.failed(format!("no echo: {}", described(&other)))),
            }
        }
        Ok(())
    }

    fn pong(&mut self, expected: &[u8]) -> Result<(), Stop> {
        let until = self.until() + self.timeout * 4;
        loop {
            match self.hear(until)? {
                Heard::Pong(payload) if payload == expected => return Ok(()),
                Heard::Pong(_) | Heard::Message(..) => {}
                other => return Err(self.failed(format!("no pong: {}", described(&other)))),
            }
        }
    }

    fn at_limit(&mut self, more: isize) -> Result<(), Stop> {
        let Some(max) = self.max_message else { return Ok(()) };
        let payload = vec![b'*'; max.saturating_add_signed(more)];
        let until = self.until() + self.timeout * 4;
        let frame = Frame::new(BINARY, payload.clone()).octets(self.is_client);
        self.peer.send(&frame, until);
        match more {
            ..=0 => self.echo(&[(BINARY, payload)]),
            _ => self.fails(&[1009], Failing::Anyhow).map(|_| ()),
        }
    }
}
