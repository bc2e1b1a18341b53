//! The pipe for tokio's traits.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Pipe, state::State};

impl AsyncRead for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll(cx, |state, side| state.read(side, buf.initialize_unfilled()))
            .map_ok(|len| buf.advance(len))
    }
}

impl AsyncWrite for Pipe {
    poll_writes!(poll_shutdown);

    fn is_write_vectored(&self) -> bool {
        !self.state().ends[self.side].script.plain
    }
}
