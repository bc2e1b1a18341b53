//! One server, several subprotocols: the negotiated one decides what a WebSocket is used for.
//!
//! `cargo run --example tokio_subprotocols`

use std::time::Duration;

use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use ws_tokio::{
    ClientConfig, CloseCode, Error, ServerConfig, WebSocket, accept_with, connect_with,
    handshake::HandshakeError,
};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/", listener.local_addr()?);
    tokio::spawn(serve(listener));

    ask(&url, &["shout.v1"]).await?;
    ask(&url, &["length.v2", "length.v1"]).await?; // an old server takes the second
    match ask(&url, &["soap"]).await {
        Err(Error::Handshake(HandshakeError::Declined(declined))) => {
            let response = declined.response();
            let body = String::from_utf8_lossy(response.body());
            println!("soap: {}, {}", response.status(), body.trim_end());
            Ok(())
        }
        other => other,
    }
}

/// Offers subprotocols, most preferred first, and asks one question.
async fn ask(url: &str, offers: &[&str]) -> Result<(), Error> {
    let config = ClientConfig::new().subprotocols(offers);
    let (mut ws, _response) = connect_with(url, &config).await?;
    ws.send("how now brown cow").await?;
    let answer = ws.recv().await?;
    println!("{}: {answer:?}", ws.subprotocol().unwrap_or("no subprotocol"));
    ws.close_with(CloseCode::NORMAL_CLOSURE, "").await?;
    Ok(())
}

async fn serve(listener: TcpListener) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                sleep(PAUSE).await;
                continue;
            }
        };
        tokio::spawn(async move {
            if let Err(error) = dispatch(stream).await {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

async fn dispatch(stream: TcpStream) -> Result<(), Error> {
    // Without `require_subprotocol` a client with other offers would get a WebSocket without one.
    let config = ServerConfig::new().subprotocols(["shout.v1", "length.v1"]);
    let ws = accept_with(stream, &config.require_subprotocol(true)).await?;
    match ws.subprotocol() {
        Some("shout.v1") => shout(ws).await,
        _ => length(ws).await,
    }
}

async fn shout(mut ws: WebSocket<TcpStream>) -> Result<(), Error> {
    while let Some(message) = ws.recv().await? {
        match message.as_text() {
            Some(text) => ws.send(text.to_uppercase()).await?,
            None => {
                ws.close_with(CloseCode::UNSUPPORTED_DATA, "only text can be shouted").await?;
            }
        }
    }
    Ok(())
}

async fn length(mut ws: WebSocket<TcpStream>) -> Result<(), Error> {
    while let Some(message) = ws.recv().await? {
        ws.send(message.len().to_string()).await?;
    }
    Ok(())
}

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
