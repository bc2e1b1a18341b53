//! A page and a WebSocket at one path, for the pages of this server alone; and a client that talks to it.
//!
//! `cargo run --example axum_echo`

use std::{error::Error, time::Duration};

use axum::{
    Extension, Router,
    response::{Html, IntoResponse, Response},
    routing::any,
};
use tokio::net::TcpListener;
use ws_axum::{
    Message, ServerConfig, WebSocket, WebSocketUpgrade, cause,
    ws_hyper::{ClientConfig, ws_tokio},
};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    // What holds for all routes. Others' pages get 403, and do not come to a handler.
    let config = ServerConfig::new().same_origin();
    let app = Router::new().route("/echo", any(handler)).layer(Extension(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/echo", listener.local_addr()?);
    tokio::spawn(async { axum::serve(listener, app).await });

    let (mut ws, _response) = ws_tokio::connect(&url).await?;
    ws.send("hello").await?;
    println!("text: {:?}", ws.recv().await?);
    let info = ws.close().await?;
    println!("the server answered the close with {:?}", info.received);

    let from_elsewhere = ClientConfig::new().header("origin", "https://evil.example");
    match ws_tokio::connect_with(&url, &from_elsewhere).await {
        Ok(_) => Err("a page of another origin was let in".into()),
        Err(error) => {
            println!("a page of another origin: {error}");
            Ok(())
        }
    }
}

async fn handler(ws: Option<WebSocketUpgrade>) -> Response {
    let Some(ws) = ws else { return Html(PAGE).into_response() };
    ws.max_message_size(64 * 1024)
        .ping_interval(Duration::from_secs(20))
        .pong_timeout(Duration::from_secs(20))
        .on_failed_upgrade(|error| eprintln!("no WebSocket: {error}"))
        .on_upgrade(echo)
}

async fn echo(mut socket: WebSocket) {
    while let Some(message) = socket.recv().await {
        let sent = match message {
            Ok(message @ (Message::Text(_) | Message::Binary(_))) => socket.send(message).await,
            Ok(_) => Ok(()), // pings and the close are answered by receiving
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            eprintln!("{}: {error}", cause(&error).map_or("error", ws_tokio::Error::name));
        }
    }
    println!("closed: {:?}", socket.close_info());
}

const PAGE: &str = r#"<!doctype html><title>Echo</title><input autofocus><pre></pre><script>
const socket = new WebSocket(location.href.replace(/^http/, "ws"))
const show = text => document.querySelector("pre").append(text, "\n")
socket.onmessage = event => show(event.data)
socket.onclose = event => show(`closed with ${event.code}`)
document.querySelector("input").onchange = event => socket.send(event.target.value)
</script>"#;
