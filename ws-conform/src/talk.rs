//! Plays a script over an open WebSocket, on either side of it.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::grade::Grade;
use crate::peer::{Deaf, Nothing, Peer};
use crate::script::{Script, Step};
use crate::verdict::Verdict;
use crate::wire::frame::{BINARY, CLOSE, CONTINUATION, Frame, PING, PONG, Received, TEXT};

/// A conversation: the connection, and what is known of it.
#[derive(Debug)]
pub(crate) struct Talk<'a> {
    pub(crate) peer: &'a mut Peer,
    /// Whether this side is the client, and masks.
    pub(crate) is_client: bool,
    /// Whether messages may be compressed.
    pub(crate) compresses: bool,
    pub(crate) grade: Grade,
    pub(crate) timeout: Duration,
    pub(crate) max_message: Option<usize>,
}

/// Something that came and was not asked for ends the case.
type Stop = Verdict;

/// How a WebSocket has to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failing {
    /// With a close frame.
    Aloud,
    /// With one, or without.
    Anyhow,
    /// Or not at all.
    Either,
}

/// What came, of the kinds that scripts ask for.
#[derive(Debug)]
enum Heard {
    Message(u8, Vec<u8>),
    Pong(Vec<u8>),
    Close(Received),
    Nothing(Nothing),
}

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

    fn until(&self) -> Instant {
        Instant::now() + self.timeout
    }

    fn failed(&self, why: impl Into<String>) -> Verdict {
        Verdict::failed(self.grade, why)
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

    /// Waits for a whole message, a pong or a close, and sees to it that every frame is one that may be sent.
    fn hear(&mut self, until: Instant) -> Result<Heard, Stop> {
        let mut message: Option<(u8, Vec<u8>)> = None;
        loop {
            let frame = match self.peer.frame(until) {
                Ok(frame) => frame,
                Err(nothing) => return Ok(Heard::Nothing(nothing)),
            };
            if let Some(why) = self.fault(&frame, message.is_some()) {
                return Err(Verdict::failed(Grade::Must, why));
            }
            match frame.opcode {
                PING => {
                    let pong = Frame::new(PONG, frame.payload).octets(self.is_client);
                    self.peer.send(&pong, until);
                }
                PONG => return Ok(Heard::Pong(frame.payload)),
                CLOSE => return Ok(Heard::Close(frame)),
                opcode => {
                    let (_, payload) = message.get_or_insert((opcode, Vec::new()));
                    payload.extend(frame.payload);
                    if frame.fin {
                        let (opcode, payload) = message.take().unwrap_or_default();
                        return Ok(Heard::Message(opcode, payload));
                    }
                }
            }
        }
    }

    /// What is wrong with a frame. RFC 6455 5
    fn fault(&self, frame: &Received, is_within: bool) -> Option<String> {
        let is_control = frame.opcode & 8 != 0;
        let compressed = self.compresses && !is_control && frame.reserved == 4;
        let wrong = match frame {
            _ if frame.masked == self.is_client => {
                "a frame that is masked by the server, or not by the client"
            }
            Received { reserved: 1.., .. } if !compressed => "a frame with reserved bits",
            Received { opcode: 3..=7 | 11.., .. } => "a frame with a reserved opcode",
            Received { fin: false, .. } if is_control => "a control frame in fragments",
            Received { payload, .. } if is_control && payload.len() > 125 => {
                "a control frame of more than 125 octets"
            }
            Received { opcode: CONTINUATION, .. } if !is_within => "a continuation of nothing",
            Received { opcode: TEXT | BINARY, .. } if is_within => "a message inside of another",
            Received { opcode: CLOSE, payload, .. } if payload.len() == 1 => {
                "a close frame of one octet"
            }
            _ => return None,
        };
        Some(format!("sent {wrong}"))
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

    /// The WebSocket has to fail. When nothing happens, a ping tells whether it goes on.
    fn fails(&mut self, codes: &[u16], fails: Failing) -> Result<Option<String>, Stop> {
        let is_optional = fails == Failing::Either;
        let told = |what: &str| Ok(is_optional.then(|| what.to_owned()));
        let mut until = self.until().min(Instant::now() + Duration::from_millis(1500));
        let mut probed = false;
        loop {
            let heard = self.hear(until)?;
            match heard {
                Heard::Pong(payload) if probed && payload == PROBE => {
                    return match is_optional {
                        true => told("the connection goes on"),
                        false => Err(self.failed("the connection goes on, and had to fail")),
                    };
                }
                Heard::Pong(_) => {}
                Heard::Message(..) if is_optional => return told("taken as a message"),
                Heard::Message(..) => {
                    return Err(self.failed("taken as a message, and the connection had to fail"));
                }
                Heard::Close(close) => {
                    self.finish(&close)?;
                    let code = close.close_code();
                    if code.is_some_and(|code| codes.contains(&code)) {
                        return told("the connection fails");
                    }
                    let why = format!("closes with {}; usual is {codes:?}", code_name(code));
                    return match is_optional || code.is_some() {
                        // Which one it is, is a SHOULD at most: RFC 6455 7.4.1 describes what codes mean.
                        true => Ok(Some(why)),
                        false => Err(Verdict::failed(self.lower(), why)),
                    };
                }
                // "the endpoint SHOULD send a Close frame with an appropriate status code". RFC 6455 7.1.7
                Heard::Nothing(Nothing::Ended(_)) => {
                    let why = "the connection ends without a Close frame that says why";
                    return match fails {
                        Failing::Aloud => Err(self.failed(why)),
                        Failing::Either | Failing::Anyhow => Ok(Some(why.to_owned())),
                    };
                }
                Heard::Nothing(Nothing::Silent) if !probed => {
                    probed = true;
                    let ping = Frame::new(PING, PROBE).octets(self.is_client);
                    until = self.until().min(Instant::now() + Duration::from_millis(1500));
                    self.peer.send(&ping, until);
                }
                Heard::Nothing(Nothing::Silent) if is_optional => return told("nothing happens"),
                Heard::Nothing(nothing) => {
                    let why = format!("the connection had to fail: {}", nothing.describe());
                    return Err(self.failed(why));
                }
            }
        }
    }

    /// What is only a SHOULD where the rest is a MUST.
    fn lower(&self) -> Grade {
        match self.grade {
            Grade::Must | Grade::Security => Grade::Should,
            grade => grade,
        }
    }

    /// Answers a close, and waits for the end.
    fn finish(&mut self, close: &Received) -> Result<(), Stop> {
        let until = self.until() + self.timeout;
        let answer = Frame::new(CLOSE, &close.payload[..close.payload.len().min(2)]);
        self.peer.send(&answer.octets(self.is_client), until);
        // "the server MUST close the TCP connection" first, and clients wait for that. RFC 6455 7.1.1
        if !self.is_client {
            self.peer.half_close();
        }
        match self.peer.await_end(until) {
            Some(_) => Ok(()),
            None => Err(Verdict::failed(
                self.lower(),
                "the connection stays open after both close frames",
            )),
        }
    }

    fn closes(&mut self, codes: &[u16]) -> Result<(), Stop> {
        let until = self.until() + self.timeout * 4;
        let close = loop {
            match self.hear(until)? {
                Heard::Close(close) => break close,
                Heard::Nothing(nothing) => {
                    return Err(self.failed(format!("no close frame: {}", nothing.describe())));
                }
                // What was under way.
                Heard::Message(..) | Heard::Pong(_) => {}
            }
        };
        if !codes.is_empty() && !close.close_code().is_some_and(|code| codes.contains(&code)) {
            let found = code_name(close.close_code());
            return Err(Verdict::failed(
                self.lower(),
                format!("answered with {found}; usual is {codes:?}"),
            ));
        }
        if !self.is_client {
            self.peer.half_close();
        }
        // "the endpoint MUST NOT send any more data frames" behind it. RFC 6455 5.5.1
        match self.hear(until)? {
            Heard::Nothing(Nothing::Ended(_)) => Ok(()),
            Heard::Nothing(Nothing::Silent) => Err(Verdict::failed(
                self.lower(),
                "the connection stays open after both close frames",
            )),
            Heard::Nothing(nothing) => Err(self.failed(nothing.describe())),
            other => Err(Verdict::failed(
                Grade::Must,
                format!("sent behind its close frame: {}", described(&other)),
            )),
        }
    }
}

/// What is asked where nothing happens.
const PROBE: &[u8] = b"still there?";

fn described(heard: &Heard) -> String {
    match heard {
        Heard::Message(opcode, payload) => {
            format!("a message of opcode {opcode} and {} octets came", payload.len())
        }
        Heard::Pong(_) => "a pong came".to_owned(),
        Heard::Close(close) => format!("a close with {} came", code_name(close.close_code())),
        Heard::Nothing(nothing) => nothing.describe(),
    }
}

fn code_name(code: Option<u16>) -> String {
    code.map_or_else(|| "no code".to_owned(), |code| code.to_string())
}
