//! Whether a WebSocket ends as it has to.

use std::time::{Duration, Instant};

use super::conversation::{Stop, Talk};
use super::hearing::{Heard, code_name, described};
use crate::grade::Grade;
use crate::peer::Nothing;
use crate::verdict::Verdict;
use crate::wire::frame::{CLOSE, Frame, PING, Received};

/// How a WebSocket has to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failing {
    /// With a close frame.
    Aloud,
    /// With one, or without.
    Anyhow,
    /// Or not at all.
    Either,
}

impl Talk<'_> {
    /// The WebSocket has to fail. When nothing happens, a ping tells whether it goes on.
    pub(super) fn fails(&mut self, codes: &[u16], fails: Failing) -> Result<Option<String>, Stop> {
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
                    return match (fails, code) {
                        // Which one it is, is a SHOULD at most: RFC 6455 7.4.1 describes what codes mean.
                        (Failing::Aloud, None) => Err(self.failed(why)),
                        _ => Ok(Some(why)),
                    };
                }
                // "the endpoint SHOULD send a Close frame with an appropriate status code". RFC 6455 7.1.7
                Heard::Nothing(Nothing::Ended(_)) => {
                    let why = "the connection ends without a Close frame that says why";
                    return match fails {
                        Failing::Aloud => Err(self.failed(why)),
                        Failing::Either => Ok(Some(why.to_owned())),
                        Failing::Anyhow => Ok(None),
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

    pub(super) fn closes(&mut self, codes: &[u16]) -> Result<(), Stop> {
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
