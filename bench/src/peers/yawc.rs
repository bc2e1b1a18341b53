//! yawc, which leaves the handshake of a server to hyper.

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use yawc::{Frame, HttpWebSocket, OpCode, Options, Role as Side, WebSocket};

use super::{InMemory, Ready, Receive, Repeat, Result, echo, hyper, now};
use crate::report::Role;

pub(super) const IN_MEMORY: InMemory = InMemory {
    receive: Some(receive),
    send: Some(send),
    accept: Some(accept),
    ..InMemory::new("yawc", Role::Peer)
};

fn receive(bytes: &'static [u8]) -> Result<Receive> {
    let mut ws = WebSocket::from_stream(Ready::endless(bytes), Side::Server, options(false))?;
    Ok(Box::new(move |look| {
        look(now(ws.next_frame())?.payload());
        Ok(())
    }))
}

fn send(payload: &'static [u8]) -> Result<Repeat> {
    let mut ws = WebSocket::from_stream(Ready::once(&[]), Side::Client, options(false))?;
    Ok(Box::new(move || Ok(now(ws.send(Frame::binary(payload)))?)))
}

fn accept(request: &'static [u8]) -> Result<Repeat> {
    Ok(Box::new(move || {
        now(upgraded(Ready::once(request), false))?;
        Ok(())
    }))
}

async fn upgraded<S>(stream: S, deflate: bool) -> Result<HttpWebSocket>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let upgrade = move |request| Ok(WebSocket::upgrade_with_options(request, options(deflate))?);
    Ok(hyper::accept(stream, upgrade).await?.await?)
}

/// It compresses unless told not to, takes less than 1 MiB unless told otherwise, and checks text
/// only when told to; everybody else does.
fn options(deflate: bool) -> Options {
    let options = Options::default().with_limits(16 << 20, 16 << 20).with_utf8();
    if deflate { options.with_balanced_compression() } else { options.without_compression() }
}

/// An echo server.
pub(super) async fn echo<S>(stream: S, deflate: bool) -> Result
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // Its stream ends where others give an error.
    let ws = upgraded(stream, deflate).await?.map(Ok);
    echo::echo(ws, |frame| matches!(frame.opcode(), OpCode::Text | OpCode::Binary)).await
}
