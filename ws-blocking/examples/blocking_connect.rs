//! A client that follows its server: over a redirect, and again whenever the connection ends.
//!
//! `cargo run --example blocking_connect`

use std::{
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use ws_blocking::{
    Acceptor, Error, ServerConfig,
    dial::{BackoffConfig, DialEvent},
    http::Response,
};

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("ws://{}/old", listener.local_addr()?);
    thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            thread::spawn(|| serve(stream));
        }
    });

    // By default it waits for seconds, so that a server that comes back is not run over.
    let backoff = BackoffConfig::new().first(SHORT).initial(SHORT).max(SHORT);
    let mut connections = ws_blocking::connect(&url)
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
        let mut session = connections.next()?;
        // The server knows nothing of the session before.
        session.web_socket.send("subscribe")?;
        while let Some(message) = session.web_socket.recv()? {
            println!("session {}: {message:?}", session.number);
        }
    }
    Ok(())
}

/// Sends clients from /old to /new, says one thing, and closes.
fn serve(stream: TcpStream) -> Result<(), Error> {
    let upgrade = Acceptor::new(stream, &ServerConfig::new()).next_request()?;
    if upgrade.request().uri().path() == "/old" {
        let moved = Response::builder().status(307).header("Location", "/new").body("");
        if let Ok(moved) = moved {
            upgrade.reject_with(moved)?;
        }
        return Ok(());
    }
    let mut ws = upgrade.accept()?;
    if let Some(message) = ws.recv()? {
        ws.send(format!("{}d", message.as_text().unwrap_or_default()))?;
    }
    ws.close()?;
    Ok(())
}

const SHORT: Duration = Duration::from_millis(20);
