//! sockudo-ws.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use sockudo_ws::{
    CompressedWebSocketStream, Config, Message, WebSocketStream,
    client::WebSocketClient,
    deflate::{DeflateConfig, negotiate_server_deflate},
    handshake::{build_response, generate_accept_key, parse_request},
    server::WebSocketServer,
    transport::Http1,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{InMemory, Ready, Receive, Repeat, Result, echo, now};
use crate::{report::Role, stream::Answering};

pub(super) const IN_MEMORY: InMemory = InMemory {
    receive: Some(receive),
    send: Some(send),
    accept: Some(accept),
    connect: Some(connect),
    mask: Some(sockudo_ws::mask::apply_mask),
    utf8: Some(sockudo_ws::utf8::validate_utf8),
    ..InMemory::new("sockudo-ws", Role::Peer)
};

fn receive(bytes: &'static [u8]) -> Result<Receive> {
    let mut ws = WebSocketStream::server(Ready::endless(bytes), Config::default());
    Ok(Box::new(move |look| {
        match now(ws.next()).ok_or("closed")?? {
            Message::Text(bytes) | Message::Binary(bytes) => look(&bytes),
            other => return Err(format!("{other:?}").into()),
        }
        Ok(())
    }))
}

fn send(payload: &'static [u8]) -> Result<Repeat> {
    let mut ws = WebSocketStream::client(Ready::once(&[]), Config::default());
    Ok(Box::new(move || Ok(now(ws.send(Message::Binary(Bytes::from_static(payload))))?)))
}

fn accept(request: &'static [u8]) -> Result<Repeat> {
    let server = WebSocketServer::<Http1>::new(Config::default());
    Ok(Box::new(move || {
        now(server.accept_raw(Ready::once(request)))?;
        Ok(())
    }))
}

fn connect() -> Result<Repeat> {
    let client = WebSocketClient::<Http1>::new(Config::default());
    let headers = [("Origin".to_owned(), "https://www.example.com".to_owned())];
    Ok(Box::new(move || {
        let (peer, host) = (Answering::default(), "www.example.com");
        now(client.connect_raw_with_headers(peer, host, "/chat", None, Some(&headers)))?;
        Ok(())
    }))
}

/// An echo server.
pub(super) async fn echo<S>(stream: S) -> Result
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let server = WebSocketServer::<Http1>::new(Config::default());
    let (ws, _) = server.accept_raw(stream).await?;
    echo::echo(ws, is_data).await
}

/// An echo server that compresses. Its own server declines extensions, so the handshake is put
/// together from its parts.
pub(super) async fn echo_deflated<S>(mut stream: S) -> Result
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = bytes::BytesMut::with_capacity(4096);
    let (answer, agreed, head_len) = loop {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
        let Some((parsed, head_len)) = parse_request(&request)? else { continue };
        let offers = parsed.extensions.unwrap_or_default();
        let agreed = negotiate_server_deflate(offers, &DeflateConfig::default())
            .ok_or("no offer to compress")?;
        let extensions = agreed.to_response_header();
        let key = generate_accept_key(parsed.key);
        break (build_response(&key, None, Some(&extensions)), agreed, head_len);
    };
    stream.write_all(&answer).await?;
    let leftover = request.split_off(head_len).freeze();
    let config = Config::default();
    let ws = CompressedWebSocketStream::server_with_leftover(
        stream,
        config,
        agreed.config,
        Some(leftover),
    );
    echo::echo(ws, is_data).await
}

fn is_data(message: &Message) -> bool {
    matches!(message, Message::Text(_) | Message::Binary(_))
}
