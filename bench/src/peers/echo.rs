//! The loop of an echo server, for libraries that are a `Stream` and a `Sink`.

use std::{pin::Pin, task::Poll};

use futures_util::{Sink, SinkExt, Stream};

use super::Result;

/// Gives back the messages of a library that is a `Stream` and a `Sink`. What is ready is answered
/// first and then written at once, as all of them recommend.
pub(super) async fn echo<W, M, E>(mut ws: W, is_data: impl Fn(&M) -> bool) -> Result
where
    W: Stream<Item = std::result::Result<M, E>> + Sink<M, Error = E> + Unpin,
    E: std::error::Error + Send + Sync + 'static,
{
    loop {
        let next = std::future::poll_fn(|cx| match Pin::new(&mut ws).poll_next(cx) {
            Poll::Pending => match Pin::new(&mut ws).poll_flush(cx) {
                Poll::Ready(Err(error)) => Poll::Ready(Some(Err(error))),
                Poll::Ready(Ok(())) | Poll::Pending => Poll::Pending,
            },
            ready => ready,
        });
        match next.await {
            None => return Ok(()),
            Some(message) => {
                let message = message?;
                if is_data(&message) {
                    ws.feed(message).await?;
                }
            }
        }
    }
}
