//! A chat: what one says, all hear. The first message is the name.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use axum::{Router, extract::State, response::Response, routing::any};
use futures_util::{sink::SinkExt, stream::StreamExt};
use tokio::sync::broadcast;

use super::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};

struct Room {
    names: Mutex<HashSet<String>>,
    said: broadcast::Sender<Utf8Bytes>,
}

pub(crate) fn app() -> Router {
    let room = Room { names: Mutex::default(), said: broadcast::channel(16).0 };
    Router::new().route("/chat", any(handler)).with_state(Arc::new(room))
}

async fn handler(ws: WebSocketUpgrade, State(room): State<Arc<Room>>) -> Response {
    ws.protocols(["chat.v2", "chat.v1"])
        .on_failed_upgrade(|error: axum::Error| println!("nobody came: {error}"))
        .on_upgrade(|socket| join(socket, room))
}

async fn join(mut socket: WebSocket, room: Arc<Room>) {
    let speaks = socket.protocol().map(|name| name.to_str().unwrap().to_owned());
    let Some(Ok(Message::Text(name))) = socket.recv().await else { return };
    if !room.names.lock().unwrap().insert(name.to_string()) {
        let _ = socket.send(Message::from("there is one of that name")).await;
        let _ = socket.send(Message::Close(None)).await;
        return;
    }

    let mut hears = room.said.subscribe();
    let (mut sink, mut stream) = socket.split();
    let _ = room.said.send(format!("{name} joined, with {speaks:?}").into());
    let mut listening = tokio::spawn(async move {
        while let Ok(said) = hears.recv().await {
            if sink.send(Message::Text(said)).await.is_err() {
                break;
            }
        }
    });
    let said = room.said.clone();
    let speaker = name.clone();
    let mut speaking = tokio::spawn(async move {
        while let Some(Ok(Message::Text(text))) = stream.next().await {
            let _ = said.send(format!("{speaker}: {text}").into());
        }
    });
    tokio::select! {
        _ = &mut listening => speaking.abort(),
        _ = &mut speaking => listening.abort(),
    }
    let _ = room.said.send(format!("{name} left").into());
    room.names.lock().unwrap().remove(name.as_str());
}
