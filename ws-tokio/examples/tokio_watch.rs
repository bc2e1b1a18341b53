//! What happens on a server, in a line for each handshake and each WebSocket.
//!
//! `cargo run --features observer --example tokio_watch`

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};
use ws_tokio::{
    Error, ServerConfig, WebSocket,
    observe::{Observed, ObservedEnd, ObservedHandshake, Observer},
};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    let watching = Arc::new(Watching::default());
    let config = ServerConfig::new().observer(watching.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(serve(listener, config));

    // One that talks, one that has the wrong door, and one that hangs up.
    let url = format!("ws://{address}/");
    let (mut ws, _) = ws_tokio::connect(&url).await?;
    ws.send("hello").await?;
    ws.recv().await?;
    ws.close().await?;

    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: ws.example\r\n\r\n").await?;
    stream.read_to_end(&mut Vec::new()).await?;

    drop(ws_tokio::connect(&url).await?);

    while watching.ended.load(Ordering::Relaxed) < 2 {
        tokio::task::yield_now().await;
    }
    server.abort();
    println!("{} are open", watching.open.load(Ordering::Relaxed));
    Ok(())
}

/// Counters, and lines for people. Whatever is told comes from a fixed list, and is no secret.
#[derive(Default)]
struct Watching {
    open: AtomicU64,
    ended: AtomicU64,
}

impl Observer for Watching {
    fn handshake(&self, handshake: &ObservedHandshake<'_>) {
        let (id, outcome) = (handshake.web_socket.id, handshake.outcome.name());
        let why = handshake.rule.map_or_else(String::new, |rule| format!(" because of {rule}"));
        println!("{id}: {outcome}{why} after {:?}", handshake.duration);
    }

    fn opened(&self, _: Observed) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    fn closed(&self, web_socket: Observed, end: &ObservedEnd<'_>) {
        let (how, came) = (end.error.unwrap_or("closed"), end.received.messages);
        println!("{}: {how} after {:?}, {came} messages came", web_socket.id, end.duration);
        self.open.fetch_sub(1, Ordering::Relaxed);
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
}

async fn serve(listener: TcpListener, config: ServerConfig) {
    loop {
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                sleep(PAUSE).await;
                continue;
            }
        };
        let config = config.clone();
        tokio::spawn(async move { echo(ws_tokio::accept_with(stream, &config).await?).await });
    }
}

async fn echo(mut ws: WebSocket<TcpStream>) -> Result<(), Error> {
    while let Some(message) = ws.recv().await? {
        ws.send(message).await?;
    }
    Ok(())
}

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
