//! A server that echoes, and tells in its response what the client has offered.

use axum::{
    Router,
    http::HeaderValue,
    response::Response,
    routing::{any, get},
};

use super::ws::{Message, WebSocket, WebSocketUpgrade};

pub(crate) fn app() -> Router {
    Router::new()
        .route("/", any(handler))
        .route("/unoffered", get(unoffered))
        .route("/returns", get(returns))
}

async fn handler(ws: WebSocketUpgrade) -> Response {
    let offers: Vec<_> = ws.requested_protocols().map(|name| name.to_str().unwrap()).collect();
    let offers = HeaderValue::from_str(&offers.join(" ")).unwrap();
    let mut response = ws.on_upgrade(echo);
    response.headers_mut().insert("x-offers", offers);
    response
}

async fn unoffered(mut ws: WebSocketUpgrade) -> Response {
    ws.set_selected_protocol(HeaderValue::from_static("chat.v9"));
    assert_eq!(ws.selected_protocol().unwrap(), "chat.v9");
    ws.on_upgrade(echo)
}

async fn returns(ws: WebSocketUpgrade) -> Response {
    ws.on_upgrade(|mut socket| async move {
        // Ends with the peer's close, as handlers do.
        while let Some(Ok(message)) = socket.recv().await {
            if matches!(message, Message::Close(_)) {
                return;
            }
        }
    })
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if let Message::Text(_) | Message::Binary(_) = message {
            if socket.send(message).await.is_err() {
                return;
            }
        }
    }
}
