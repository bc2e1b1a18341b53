//! WebSockets of axum.

use axum::Router;
use axum::http::{Uri, Version};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use ws_axum::{Error, Message, WebSocket, WebSocketUpgrade, cause};
use ws_hyper::ws_tokio;

use super::served::{Served, say_asked, say_ended};

/// All paths.
pub(crate) fn router() -> Router {
    // What asks by HTTP/2 is a CONNECT, which a route for GET does not take.
    Router::new().fallback(any(route))
}

async fn route(ws: Option<WebSocketUpgrade>, version: Version, uri: Uri) -> Response {
    let Some(ws) = ws else { return "a page\n".into_response() };
    let path = uri.path().to_owned();
    say_asked(version, &path);
    let served = Served::at(&path);
    ws.config(&served.config()).on_upgrade(move |socket| async move {
        match serve(socket, served).await {
            Ok(code) => say_ended(&path, code),
            Err(error) => say_ended(&path, cause(&error).map_or("error", ws_tokio::Error::name)),
        }
    })
}

/// Gives the code that the client has sent, or 1005.
async fn serve(mut socket: WebSocket, served: Served) -> Result<u16, Error> {
    if let Served::Close(code) = served {
        socket.close_with(code, "as asked for").await?;
    }
    let mut count = 0;
    while let Some(message) = socket.recv().await {
        let message = message?;
        if !matches!(message, Message::Text(_) | Message::Binary(_)) {
            continue;
        }
        socket.send(message).await?;
        count += 1;
        if served.max_messages() == Some(count) {
            socket.close_with(1000, "").await?;
        }
    }
    Ok(socket.close_info().received.map_or(1005, |frame| frame.code.get()))
}
