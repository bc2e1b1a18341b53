//! The pipe for the futures-io traits.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use futures_io::{AsyncRead, AsyncWrite};

use super::{Pipe, state::State};

impl AsyncRead for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.poll(cx, |state, side| state.read(side, buf))
    }
}

impl AsyncWrite for Pipe {
    poll_writes!(poll_close);
}
