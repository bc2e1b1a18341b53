//! What comes, frame by frame, up to something that a script may ask for.

use std::time::Instant;

use super::conversation::{Stop, Talk, Unfinished};
use crate::grade::Grade;
use crate::peer::Nothing;
use crate::verdict::Verdict;
use crate::wire::frame::{BINARY, CLOSE, CONTINUATION, Frame, PING, PONG, Received, TEXT};

/// What came, of the kinds that scripts ask for.
#[derive(Debug)]
pub(super) enum Heard {
    Message(u8, Vec<u8>),
    Pong(Vec<u8>),
    Close(Received),
    Nothing(Nothing),
}

impl Talk<'_> {
    /// Waits for a whole message, a pong or a close, and sees to it that every frame is one that may be sent.
    pub(super) fn hear(&mut self, until: Instant) -> Result<Heard, Stop> {
        loop {
            let frame = match self.peer.frame(until) {
                Ok(frame) => frame,
                Err(nothing) => return Ok(Heard::Nothing(nothing)),
            };
            if let Some(why) = self.fault(&frame, self.unfinished.is_some()) {
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
                    let mut unfinished = self.unfinished.take().unwrap_or_else(|| Unfinished {
                        opcode,
                        is_compressed: frame.reserved == 4,
                        payload: Vec::new(),
                    });
                    unfinished.payload.extend(frame.payload);
                    if frame.fin {
                        return self.message(unfinished);
                    }
                    self.unfinished = Some(unfinished);
                }
            }
        }
    }

    /// A message as whoever sent it meant it.
    fn message(&mut self, message: Unfinished) -> Result<Heard, Stop> {
        let Unfinished { opcode, is_compressed, payload } = message;
        match self.deflation.as_mut().filter(|_| is_compressed) {
            None => Ok(Heard::Message(opcode, payload)),
            Some(deflation) => match deflation.inflater.message(&payload) {
                Ok(payload) => Ok(Heard::Message(opcode, payload)),
                Err(why) => {
                    let why = format!("sent a message that cannot be inflated: {why}");
                    Err(Verdict::failed(Grade::Must, why))
                }
            },
        }
    }

    /// What is wrong with a frame. RFC 6455 5, RFC 7692 6
    fn fault(&self, frame: &Received, is_within: bool) -> Option<String> {
        let is_control = frame.opcode & 8 != 0;
        let begins = matches!(frame.opcode, TEXT | BINARY);
        let compressed = self.deflation.is_some() && begins && frame.reserved == 4;
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
}

/// In words.
pub(super) fn described(heard: &Heard) -> String {
    match heard {
        Heard::Message(opcode, payload) => {
            format!("a message of opcode {opcode} and {} octets came", payload.len())
        }
        Heard::Pong(_) => "a pong came".to_owned(),
        Heard::Close(close) => format!("a close with {} came", code_name(close.close_code())),
        Heard::Nothing(nothing) => nothing.describe(),
    }
}

/// In words.
pub(super) fn code_name(code: Option<u16>) -> String {
    code.map_or_else(|| "no code".to_owned(), |code| code.to_string())
}
