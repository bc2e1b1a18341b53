//! tokio-websockets.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_websockets::{ClientBuilder, Message, ServerBuilder};

use super::{InMemory, Ready, Receive, Repeat, Result, echo, now};
use crate::{report::Role, stream::Answering};

pub(super) const IN_MEMORY: InMemory = InMemory {
    receive: Some(receive),
    send: Some(send),
    accept: Some(accept),
    connect: Some(connect),
    ..InMemory::new("tokio-websockets", Role::Peer)
};

fn receive(bytes: &'static [u8]) -> Result<Receive> {
    let mut ws = ServerBuilder::new().serve(Ready::endless(bytes));
    Ok(Box::new(move |look| {
        look(now(ws.next()).ok_or("closed")??.as_payload());
        Ok(())
    }))
}

fn send(payload: &'static [u8]) -> Result<Repeat> {
    let mut ws = ClientBuilder::new().take_over(Ready::once(&[]));
    Ok(Box::new(move || Ok(now(ws.send(Message::binary(Bytes::from_static(payload))))?)))
}

fn accept(request: &'static [u8]) -> Result<Repeat> {
    Ok(Box::new(move || {
        now(ServerBuilder::new().accept(Ready::once(request)))?;
        Ok(())
    }))
}

fn connect() -> Result<Repeat> {
    Ok(Box::new(move || {
        let origin = hyper::header::HeaderValue::from_static("https://www.example.com");
        let client = ClientBuilder::new()
            .uri("ws://www.example.com/chat")?
            .add_header(hyper::header::ORIGIN, origin)?;
        now(client.connect_on(Answering::default()))?;
        Ok(())
    }))
}

/// An echo server.
pub(super) async fn echo<S>(stream: S) -> Result
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (_, ws) = ServerBuilder::new().accept(stream).await?;
    echo::echo(ws, |message| message.is_text() || message.is_binary()).await
}
