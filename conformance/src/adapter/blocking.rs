//! `ws-blocking`: calls that block, and the same machines on a non-blocking stream.

use std::task::Poll;

use ws_driver::Error;

use super::{Adapter, Attempt, Call, End, Opened, Stop};
use crate::pipe::{Pipe, Script};

/// `ws-blocking`, one call from beginning to end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Blocking;

impl Adapter for Blocking {
    fn name(&self) -> &'static str {
        "ws-blocking"
    }

    fn blocks(&self) -> bool {
        true
    }

    fn polls(&self) -> bool {
        true
    }

    fn start(&self, pipe: Pipe, call: Call) -> Attempt<'_> {
        let mut todo = Some((pipe, call));
        Box::new(move |_| match todo.take() {
            Some((pipe, call)) => Poll::Ready(program!(ws_blocking, pipe, call, [])),
            None => Poll::Pending,
        })
    }
}

/// `ws_blocking::Accepting` and `ws_blocking::Connecting`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NonBlocking;

impl Adapter for NonBlocking {
    fn name(&self) -> &'static str {
        "ws-blocking, non-blocking"
    }

    fn polls(&self) -> bool {
        true
    }

    fn offers(&self, call: &Call) -> bool {
        matches!(call, Call::Accept(_) | Call::AcceptBuffered(..) | Call::Handshake(_))
    }

    fn script(&self, script: Script) -> Script {
        script.nonblocking()
    }

    fn start(&self, pipe: Pipe, call: Call) -> Attempt<'_> {
        match call {
            Call::Accept(config) => accepting(ws_blocking::Accepting::new(pipe, &config)),
            Call::AcceptBuffered(octets, config) => {
                accepting(ws_blocking::Accepting::with_buffered(pipe, octets.as_slice(), &config))
            }
            Call::Handshake(config) => {
                match ws_blocking::Connecting::new(pipe, "ws.example", "/", &config) {
                    Ok(mut connecting) => Box::new(move |_| {
                        connecting.poll().map(|result| {
                            end(result.map(|(ws, response)| (ws.into_parts(), Some(response))))
                        })
                    }),
                    Err(error) => {
                        let mut error = Some(error);
                        Box::new(move |_| match error.take() {
                            Some(error) => Poll::Ready(end(Err(Error::Handshake(error)))),
                            None => Poll::Pending,
                        })
                    }
                }
            }
            _ => Box::new(|_| Poll::Pending),
        }
    }
}

fn accepting<'a>(mut accepting: ws_blocking::Accepting<Pipe>) -> Attempt<'a> {
    Box::new(move |_| accepting.poll().map(|result| end(result.map(|ws| (ws.into_parts(), None)))))
}

type Taken = (ws_driver::Parts<Pipe>, Option<ws_core::UpgradeResponse>);

/// The stream is inside the WebSocket here; a failed handshake keeps none.
fn end(result: Result<Taken, Error>) -> End {
    match result {
        Ok((parts, response)) => {
            let ws_driver::Parts { io, leftover, negotiated, request, .. } = parts;
            let opened = Opened { leftover, negotiated, request, response };
            End { pipe: Some(io), result: Ok(opened) }
        }
        Err(error) => End { pipe: None, result: Err(Stop::Error(error)) },
    }
}
