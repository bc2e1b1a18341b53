//! fastwebsockets, which leaves the handshake of a server to hyper.

use fastwebsockets::{FragmentCollector, Frame, OpCode, Payload, Role as Side, WebSocket};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{InMemory, Ready, Receive, Repeat, Result, hyper, now};
use crate::report::Role;

pub(super) const IN_MEMORY: InMemory = InMemory {
    receive: Some(receive),
    send: Some(send),
    accept: Some(accept),
    mask: Some(fastwebsockets::unmask),
    ..InMemory::new("fastwebsockets", Role::Peer)
};

fn receive(bytes: &'static [u8]) -> Result<Receive> {
    let ws = WebSocket::after_handshake(Ready::endless(bytes), Side::Server);
    let mut ws = FragmentCollector::new(ws);
    Ok(Box::new(move |look| {
        let frame = now(ws.read_frame())?;
        look(&frame.payload);
        Ok(())
    }))
}

fn send(payload: &'static [u8]) -> Result<Repeat> {
    let mut ws = WebSocket::after_handshake(Ready::once(&[]), Side::Client);
    Ok(Box::new(move || Ok(now(ws.write_frame(Frame::binary(Payload::Borrowed(payload))))?)))
}

fn accept(request: &'static [u8]) -> Result<Repeat> {
    Ok(Box::new(move || {
        now(upgraded(Ready::once(request)))?;
        Ok(())
    }))
}

async fn upgraded<S>(
    stream: S,
) -> Result<WebSocket<hyper_util::rt::TokioIo<::hyper::upgrade::Upgraded>>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let upgrade = |mut request| Ok(fastwebsockets::upgrade::upgrade(&mut request)?);
    let future = hyper::accept(stream, upgrade).await?;
    Ok(future.await?)
}

/// An echo server. There is no way to write several messages at once.
pub(super) async fn echo<S>(stream: S) -> Result
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut ws = FragmentCollector::new(upgraded(stream).await?);
    loop {
        let frame = ws.read_frame().await?;
        match frame.opcode {
            OpCode::Text | OpCode::Binary => ws.write_frame(frame).await?,
            OpCode::Close => return Ok(()),
            _ => {}
        }
    }
}
