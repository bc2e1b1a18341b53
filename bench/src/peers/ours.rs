//! Ours: the core alone, lending and giving away, and on tokio.

use std::io::Read;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use ws_core::{
    Connection, Incoming, Message, MessageKind, Negotiated, Role as Side, ServerConfig, Text,
    WebSocketConfig,
};
use ws_tokio::WebSocket;

use super::{InMemory, Look, Ready, Receive, Repeat, Result, now};
use crate::{client, report::Role, server::Server, stream::Answering};

/// The core, whose payloads are looked at where they lie.
pub(super) const LENT: InMemory = InMemory {
    receive: Some(|bytes| receive(bytes, lend)),
    ..InMemory::new("ws-core, lent", Role::Variant)
};

/// The core, whose messages are taken.
pub(super) const OWNED: InMemory = InMemory {
    receive: Some(|bytes| receive(bytes, give)),
    send: Some(send),
    accept: Some(accept),
    connect: Some(connect),
    mask: Some(|payload, key| ws_core::apply_mask(payload, key, 0)),
    utf8: Some(|bytes| Text::try_from(Bytes::from_static(bytes)).is_ok()),
    ..InMemory::new("ws-core", Role::Variant)
};

/// On tokio, as an application uses it.
pub(super) const ON_TOKIO: InMemory = InMemory {
    receive: Some(receive_on_tokio),
    send: Some(send_on_tokio),
    accept: Some(accept_on_tokio),
    connect: Some(connect_on_tokio),
    ..InMemory::new("ws-tokio", Role::Ours)
};

fn receive(
    bytes: &'static [u8],
    take: fn(&mut Connection, MessageKind, Look<'_>),
) -> Result<Receive> {
    let mut stream = Ready::endless(bytes);
    // As much as the drivers read at a time.
    let buf = BytesMut::with_capacity(64 * 1024);
    let mut connection = connection(Side::Server, buf);
    Ok(Box::new(move |look| {
        loop {
            match connection.poll()? {
                Some(Incoming::Message(kind)) => {
                    take(&mut connection, kind, look);
                    return Ok(());
                }
                Some(other) => return Err(format!("{other:?}").into()),
                None => {
                    let recv = connection.receiver().recv_buf();
                    let n = stream.read(recv.space_mut())?;
                    recv.commit(n);
                }
            }
        }
    }))
}

fn lend(connection: &mut Connection, _: MessageKind, look: Look<'_>) {
    look(connection.receiver().payload());
}

fn give(connection: &mut Connection, _: MessageKind, look: Look<'_>) {
    if let Some(message) = connection.receiver().take_message() {
        look(message.as_bytes());
    }
}

fn send(payload: &'static [u8]) -> Result<Repeat> {
    use std::io::Write;

    let mut stream = Ready::once(&[]);
    let mut connection = connection(Side::Client, BytesMut::new());
    let message = Message::binary(Bytes::from_static(payload));
    Ok(Box::new(move || {
        connection.sender().send(&message)?;
        loop {
            // Looking at the queue puts in what has been waiting for room.
            let queue = connection.send_queue();
            if !queue.has_remaining() {
                return Ok(());
            }
            let n = stream.write(queue.chunk())?;
            queue.advance(n);
        }
    }))
}

fn connection(side: Side, buf: BytesMut) -> Connection {
    Connection::new(side, Negotiated::default(), buf, &WebSocketConfig::default())
}

fn accept(request: &'static [u8]) -> Result<Repeat> {
    use std::io::Write;

    let mut server = Server::new(ServerConfig::new());
    Ok(Box::new(move || {
        Ready::once(&[]).write_all(server.accept(request, usize::MAX)?)?;
        Ok(())
    }))
}

fn connect() -> Result<Repeat> {
    let config = client::config();
    let mut peer = Answering::default();
    Ok(Box::new(move || {
        peer.reset();
        client::connect(&config, &mut peer)?.ok_or("no answer")?;
        Ok(())
    }))
}

fn receive_on_tokio(bytes: &'static [u8]) -> Result<Receive> {
    let mut ws = web_socket(Ready::endless(bytes), Side::Server);
    Ok(Box::new(move |look| {
        look(now(ws.recv())?.ok_or("closed")?.as_bytes());
        Ok(())
    }))
}

fn send_on_tokio(payload: &'static [u8]) -> Result<Repeat> {
    let mut ws = web_socket(Ready::once(&[]), Side::Client);
    Ok(Box::new(move || Ok(now(ws.send(Bytes::from_static(payload)))?)))
}

fn web_socket(io: Ready, role: Side) -> WebSocket<Ready> {
    WebSocket::from_upgraded(io, role, Negotiated::default(), &WebSocketConfig::default())
}

fn accept_on_tokio(request: &'static [u8]) -> Result<Repeat> {
    let config = ServerConfig::new();
    Ok(Box::new(move || {
        now(ws_tokio::accept_with(Ready::once(request), &config))?;
        Ok(())
    }))
}

fn connect_on_tokio() -> Result<Repeat> {
    let config = client::config();
    Ok(Box::new(move || {
        let peer = Answering::default();
        now(ws_tokio::handshake_with(peer, "www.example.com", "/chat", &config))?;
        Ok(())
    }))
}

/// An echo server. Waiting for a message writes what is queued, so this answers all the messages that
/// have come with one write.
pub(crate) async fn echo<S>(stream: S, deflate: bool) -> Result
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut ws = ws_tokio::accept_with(stream, &config(deflate)).await?;
    while let Some(message) = ws.recv().await? {
        ws.feed(message).await?;
    }
    Ok(())
}

/// An echo server on smol.
pub(super) async fn echo_on_smol(stream: smol::net::TcpStream) -> Result {
    let mut ws = ws_smol::accept(stream).await?;
    while let Some(message) = ws.recv().await? {
        ws.feed(message).await?;
    }
    Ok(())
}

/// An echo server on async-std.
pub(super) async fn echo_on_async_std(stream: async_std::net::TcpStream) -> Result {
    let mut ws = ws_async_std::accept(stream).await?;
    while let Some(message) = ws.recv().await? {
        ws.feed(message).await?;
    }
    Ok(())
}

/// An echo server on a thread.
pub(super) fn echo_blocking(stream: std::net::TcpStream) -> Result {
    let mut ws = ws_blocking::accept(stream)?;
    while let Some(message) = ws.recv()? {
        ws.feed(message)?;
    }
    Ok(())
}

fn config(deflate: bool) -> ServerConfig {
    let config = ServerConfig::new();
    if deflate { config.deflate(ws_core::DeflateConfig::default()) } else { config }
}
