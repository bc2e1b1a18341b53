//! A handler that does not know what it talks to, so that a test can do without a socket.

use axum::{Router, response::Response, routing::any};
use futures_util::{
    sink::{Sink, SinkExt},
    stream::{self, Stream, StreamExt},
};

use super::ws::{Message, WebSocketUpgrade};

pub(crate) fn app() -> Router {
    Router::new().route("/shout", any(handler))
}

async fn handler(ws: WebSocketUpgrade) -> Response {
    ws.on_upgrade(|socket| async {
        let (sink, stream) = socket.split();
        shout(stream, sink).await;
    })
}

/// Says everything louder, until somebody says `hush`.
async fn shout<R, W>(mut from: R, mut to: W)
where
    R: Stream<Item = Result<Message, axum::Error>> + Unpin,
    W: Sink<Message> + Unpin,
{
    while let Some(Ok(message)) = from.next().await {
        let answer = match &message {
            Message::Text(text) if text.as_str() == "hush" => break,
            Message::Text(text) => Message::Text(text.to_uppercase().into()),
            Message::Binary(_) => Message::Binary(message.into_data()),
            _ => continue,
        };
        if to.send(answer).await.is_err() {
            break;
        }
    }
}

/// What it answers, without a socket.
pub(crate) async fn in_process() -> Vec<String> {
    let said = ["one", "two", "hush", "three"].map(|text| Ok(Message::text(text)));
    let mut answers: Vec<Message> = Vec::new();
    shout(stream::iter(said), &mut answers).await;
    answers.iter().map(|message| message.to_text().unwrap().to_owned()).collect()
}
