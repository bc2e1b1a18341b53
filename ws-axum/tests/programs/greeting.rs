//! A server that greets: it knows the client's address, pings, and sends and receives on two tasks.

use std::{net::SocketAddr, ops::ControlFlow};

use axum::{
    Router,
    body::Bytes,
    extract::ConnectInfo,
    http::{HeaderMap, header::USER_AGENT},
    response::{IntoResponse, Response},
    routing::any,
};
use futures_util::{
    sink::SinkExt,
    stream::{SplitSink, SplitStream, StreamExt},
};

use super::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};

pub(crate) fn app() -> Router {
    Router::new().route("/greeting", any(handler))
}

async fn handler(
    ws: WebSocketUpgrade,
    headers: HeaderMap,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
) -> impl IntoResponse {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let agent = agent.unwrap_or("somebody").to_owned();
    let answer: Response = ws
        .max_message_size(64 * 1024)
        .max_frame_size(64 * 1024)
        .read_buffer_size(16 * 1024)
        .write_buffer_size(16 * 1024)
        .max_write_buffer_size(1024 * 1024)
        .on_upgrade(move |socket| greet(socket, client, agent));
    answer
}

async fn greet(mut socket: WebSocket, client: SocketAddr, agent: String) {
    // Who does not take a ping is not worth a greeting.
    if socket.send(Message::Ping(Bytes::from_static(&[1, 2, 3]))).await.is_err() {
        return;
    }
    match socket.recv().await {
        Some(Ok(message)) => {
            if report(&message).is_break() {
                return;
            }
        }
        Some(Err(_)) | None => return,
    }
    let hello = format!("hello, {agent} at {}", client.ip());
    if socket.send(Message::Text(hello.into())).await.is_err() {
        return;
    }

    let (sender, receiver) = socket.split();
    let mut sends = tokio::spawn(send_greetings(sender));
    let mut receives = tokio::spawn(count(receiver));
    tokio::select! {
        _ = &mut sends => {
            // The client has been told that this is the end: its answer comes to the other task.
            let _ = receives.await;
        }
        _ = &mut receives => sends.abort(),
    }
}

async fn send_greetings(mut sender: SplitSink<WebSocket, Message>) {
    for n in 0..3 {
        if sender.send(Message::text(format!("greeting {n}"))).await.is_err() {
            return;
        }
    }
    let reason = Utf8Bytes::from_static("that was all");
    let goodbye = CloseFrame { code: close_code::NORMAL, reason };
    let _ = sender.send(Message::Close(Some(goodbye))).await;
}

async fn count(mut receiver: SplitStream<WebSocket>) -> usize {
    let mut messages = 0;
    while let Some(Ok(message)) = receiver.next().await {
        messages += 1;
        if report(&message).is_break() {
            break;
        }
    }
    messages
}

fn report(message: &Message) -> ControlFlow<()> {
    match message {
        Message::Text(text) => println!("text: {text}"),
        Message::Binary(bytes) => println!("{} bytes: {bytes:?}", bytes.len()),
        Message::Ping(payload) | Message::Pong(payload) => println!("control: {payload:?}"),
        Message::Close(Some(CloseFrame { code, reason })) => {
            println!("closed with {code}: {}", reason.as_str());
            return ControlFlow::Break(());
        }
        Message::Close(None) => return ControlFlow::Break(()),
    }
    ControlFlow::Continue(())
}
