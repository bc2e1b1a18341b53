//! tungstenite, on std's streams and on tokio's.

use bytes::Bytes;
use tokio_tungstenite::WebSocketStream;
use tungstenite::{
    Message, WebSocket,
    client::IntoClientRequest,
    handshake::client::Request,
    http::HeaderValue,
    protocol::{Role as Side, WebSocketConfig},
};

use super::{InMemory, Ready, Receive, Repeat, Result, echo, now};
use crate::{report::Role, stream::Answering};

pub(super) const IN_MEMORY: InMemory = InMemory {
    receive: Some(receive),
    send: Some(send),
    accept: Some(accept),
    connect: Some(connect),
    ..InMemory::new("tungstenite", Role::Peer)
};

pub(super) const ON_TOKIO: InMemory = InMemory {
    receive: Some(receive_on_tokio),
    send: Some(send_on_tokio),
    accept: Some(accept_on_tokio),
    connect: Some(connect_on_tokio),
    ..InMemory::new("tokio-tungstenite", Role::Peer)
};

fn receive(bytes: &'static [u8]) -> Result<Receive> {
    let mut ws = WebSocket::from_raw_socket(Ready::endless(bytes), Side::Server, None);
    Ok(Box::new(move |look| {
        match ws.read()? {
            Message::Text(text) => look(text.as_bytes()),
            Message::Binary(bytes) => look(&bytes),
            other => return Err(other.to_string().into()),
        }
        Ok(())
    }))
}

fn send(payload: &'static [u8]) -> Result<Repeat> {
    let mut ws = WebSocket::from_raw_socket(Ready::once(&[]), Side::Client, None);
    Ok(Box::new(move || Ok(ws.send(Message::Binary(Bytes::from_static(payload)))?)))
}

fn accept(request: &'static [u8]) -> Result<Repeat> {
    Ok(Box::new(move || {
        tungstenite::accept_with_config(Ready::once(request), Some(small()))?;
        Ok(())
    }))
}

fn connect() -> Result<Repeat> {
    let mut peer = Answering::default();
    Ok(Box::new(move || {
        peer.reset();
        let request = request()?;
        tungstenite::client::client_with_config(request, &mut peer, Some(small()))
            .map_err(|error| error.to_string())?;
        Ok(())
    }))
}

fn receive_on_tokio(bytes: &'static [u8]) -> Result<Receive> {
    use futures_util::StreamExt;

    let ws = WebSocketStream::from_raw_socket(Ready::endless(bytes), Side::Server, None);
    let mut ws = now(ws);
    Ok(Box::new(move |look| {
        match now(ws.next()).ok_or("closed")?? {
            Message::Text(text) => look(text.as_bytes()),
            Message::Binary(bytes) => look(&bytes),
            other => return Err(other.to_string().into()),
        }
        Ok(())
    }))
}

fn send_on_tokio(payload: &'static [u8]) -> Result<Repeat> {
    use futures_util::SinkExt;

    let mut ws = now(WebSocketStream::from_raw_socket(Ready::once(&[]), Side::Client, None));
    Ok(Box::new(move || Ok(now(ws.send(Message::Binary(Bytes::from_static(payload))))?)))
}

fn accept_on_tokio(request: &'static [u8]) -> Result<Repeat> {
    Ok(Box::new(move || {
        now(tokio_tungstenite::accept_async_with_config(Ready::once(request), Some(small())))?;
        Ok(())
    }))
}

fn connect_on_tokio() -> Result<Repeat> {
    Ok(Box::new(move || {
        let peer = Answering::default();
        now(tokio_tungstenite::client_async_with_config(request()?, peer, Some(small())))?;
        Ok(())
    }))
}

fn request() -> Result<Request> {
    let mut request = "ws://www.example.com/chat".into_client_request()?;
    request.headers_mut().insert("Origin", HeaderValue::from_static("https://www.example.com"));
    Ok(request)
}

/// By default a new WebSocket sets aside 128 KiB to read frames into. That is not the handshake's,
/// so it is made small where handshakes are measured.
fn small() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(2048)
}

/// An echo server on tokio.
pub(super) async fn echo<S>(stream: S) -> Result
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let ws = tokio_tungstenite::accept_async(stream).await?;
    echo::echo(ws, |message| message.is_text() || message.is_binary()).await
}

/// An echo server on a thread.
pub(super) fn echo_blocking(stream: std::net::TcpStream) -> Result {
    let mut ws = tungstenite::accept(stream).map_err(|error| error.to_string())?;
    loop {
        let message = ws.read()?;
        if message.is_text() || message.is_binary() {
            ws.send(message)?;
        }
    }
}
