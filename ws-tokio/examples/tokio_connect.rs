//! A client that follows its server: over a redirect, and again whenever the connection ends.
//!
//! `cargo run --example tokio_connect`

use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use ws_tokio::{
    Acceptor, Error, ServerConfig,
    dial::{BackoffConfig, DialEvent},
    http::Response,
};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/old", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });

    // By default it waits for seconds, so that a server that comes back is not run over.
    let backoff = BackoffConfig::new().first(SHORT).initial(SHORT).max(SHORT);
    let mut connections = ws_tokio::connect(&url)
        .header("User-Agent", "example/1")
        .timeout(Duration::from_secs(5))
        .redirects(3)
        .on_event(|event| {
            if let DialEvent::Redirect(status, url) = event {
                println!("{status}, to the path {}", url.target());
            }
        })
        .reconnect(backoff);
    for _ in 0..3 {
        let mut session = connections.next().await?;
        // The server knows nothing of the session before.
        session.web_socket.send("subscribe").await?;
        while let Some(message) = session.web_socket.recv().await? {
            println!("session {}: {message:?}", session.number);
        }
    }
    Ok(())
}

/// Sends clients from /old to /new, says one thing, and closes.
async fn serve(stream: TcpStream) -> Result<(), Error> {
    let upgrade = Acceptor::new(stream, &ServerConfig::new()).next_request().await?;
    if upgrade.request().uri().path() == "/old" {
        let moved = Response::builder().status(307).header("Location", "/new").body("");
        if let Ok(moved) = moved {
            upgrade.reject_with(moved).await?;
        }
        return Ok(());
    }
    let mut ws = upgrade.accept().await?;
    if let Some(message) = ws.recv().await? {
        ws.send(format!("{}d", message.as_text().unwrap_or_default())).await?;
    }
    ws.close().await?;
    Ok(())
}

const SHORT: Duration = Duration::from_millis(20);
