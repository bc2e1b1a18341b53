//! A peer in memory that answers pings and counts messages, by the hundred thousand: it takes 80 bytes.

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::frames::Head;

/// What all peers together have got.
#[derive(Debug, Default)]
pub(super) struct Got {
    /// Pings, each of which was answered.
    pub(super) pings: std::cell::Cell<usize>,
    /// Messages.
    pub(super) messages: std::cell::Cell<usize>,
}

/// The server's end of a connection to such a peer.
#[derive(Debug)]
pub(super) struct Answering {
    got: Rc<Got>,
    /// A pong that the server has not read yet.
    pong: Option<Box<[u8]>>,
    reader: Option<Waker>,
}

impl Answering {
    pub(super) fn new(got: &Rc<Got>) -> Self {
        Self { got: Rc::clone(got), pong: None, reader: None }
    }

    /// Takes one frame that came as a whole.
    fn take(&mut self, frame: &[u8], head: &Head) {
        let count = |cell: &std::cell::Cell<usize>| cell.set(cell.get() + 1);
        match head.opcode {
            PING => {
                count(&self.got.pings);
                // Masked with zeros, which leave the payload as it is.
                let mut pong = vec![0x80 | PONG, 0x80 | head.payload_len as u8, 0, 0, 0, 0];
                pong.extend_from_slice(&frame[head.head_len..]);
                self.pong = Some(pong.into());
                if let Some(reader) = self.reader.take() {
                    reader.wake();
                }
            }
            _ => count(&self.got.messages),
        }
    }
}

impl AsyncRead for Answering {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(pong) = self.pong.take() else {
            if !self.reader.as_ref().is_some_and(|reader| reader.will_wake(cx.waker())) {
                self.reader = Some(cx.waker().clone());
            }
            return Poll::Pending;
        };
        buf.put_slice(&pong);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Answering {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut rest = buf;
        while let Some(head) = Head::read(rest) {
            let Some(frame) = rest.get(..head.frame_len()) else { break };
            self.take(frame, &head);
            rest = &rest[frame.len()..];
        }
        // Whole frames only, which is what comes: they are short.
        match rest {
            [] => Poll::Ready(Ok(buf.len())),
            _ => Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

const PING: u8 = 9;
const PONG: u8 = 10;
