//! A client on each library that has one: it sends back what comes, until it is closed, in the way that the library's
//! documentation shows first. For `cargo xtask conform --field`.
//!
//! ```text
//! echo_client LIBRARY URL
//! ```

use std::error::Error;

use fastwebsockets::{FragmentCollector, OpCode, handshake};
use futures_util::{SinkExt, StreamExt};
use http_body_util::Empty;
use hyper::{Request, body::Bytes};
use soketto::handshake::{Client, ServerResponse};
use tokio::net::TcpStream;
use tokio_util::compat::TokioAsyncReadCompatExt;

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, url] = &arguments[..] else { return Err("which library, and where?".into()) };
    match library.as_str() {
        "tungstenite" => on_tungstenite(url),
        "tokio-tungstenite" => on_tokio_tungstenite(url).await,
        "tokio-websockets" => on_tokio_websockets(url).await,
        "fastwebsockets" => on_fastwebsockets(url).await,
        "soketto" => on_soketto(url).await,
        "yawc" => on_yawc(url).await,
        _ => Err("there is no client of that name".into()),
    }
}

fn on_tungstenite(url: &str) -> Outcome {
    let (mut ws, _) = tungstenite::connect(url)?;
    loop {
        let message = ws.read()?;
        if message.is_text() || message.is_binary() {
            ws.send(message)?;
        }
    }
}

async fn on_tokio_tungstenite(url: &str) -> Outcome {
    let (mut ws, _) = tokio_tungstenite::connect_async(url).await?;
    while let Some(message) = ws.next().await {
        let message = message?;
        if message.is_text() || message.is_binary() {
            ws.send(message).await?;
        }
    }
    Ok(())
}

async fn on_tokio_websockets(url: &str) -> Outcome {
    let (mut ws, _) = tokio_websockets::ClientBuilder::new().uri(url)?.connect().await?;
    while let Some(message) = ws.next().await {
        let message = message?;
        if message.is_text() || message.is_binary() {
            ws.send(message).await?;
        }
    }
    Ok(())
}

async fn on_fastwebsockets(url: &str) -> Outcome {
    struct Spawn;

    impl<F> hyper::rt::Executor<F> for Spawn
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        fn execute(&self, future: F) {
            tokio::spawn(future);
        }
    }

    let authority = authority(url);
    let stream = TcpStream::connect(authority).await?;
    let request = Request::get(format!("http://{authority}/"))
        .header("Host", authority)
        .header("Upgrade", "websocket")
        .header("Connection", "upgrade")
        .header("Sec-WebSocket-Key", handshake::generate_key())
        .header("Sec-WebSocket-Version", "13")
        .body(Empty::<Bytes>::new())?;
    let (ws, _) = handshake::client(&Spawn, request, stream).await?;
    let mut ws = FragmentCollector::new(ws);
    loop {
        let frame = ws.read_frame().await?;
        match frame.opcode {
            OpCode::Text | OpCode::Binary => ws.write_frame(frame).await?,
            OpCode::Close => return Ok(()),
            _ => {}
        }
    }
}

async fn on_soketto(url: &str) -> Outcome {
    let authority = authority(url);
    let stream = TcpStream::connect(authority).await?;
    let mut client = Client::new(stream.compat(), authority, "/");
    let ServerResponse::Accepted { .. } = client.handshake().await? else {
        return Err("not accepted".into());
    };
    let (mut sender, mut receiver) = client.into_builder().finish();
    let mut message = Vec::new();
    loop {
        message.clear();
        if receiver.receive_data(&mut message).await?.is_text() {
            sender.send_text(std::str::from_utf8(&message)?).await?;
        } else {
            sender.send_binary(&message).await?;
        }
        sender.flush().await?;
    }
}

async fn on_yawc(url: &str) -> Outcome {
    let options = yawc::Options::default().with_utf8();
    let mut ws = yawc::WebSocket::connect(url.parse()?).with_options(options).await?;
    loop {
        let frame = ws.next_frame().await?;
        if matches!(frame.opcode(), yawc::OpCode::Text | yawc::OpCode::Binary) {
            ws.send(frame).await?;
        }
    }
}

/// `HOST:PORT` of a URL.
fn authority(url: &str) -> &str {
    let rest = url.strip_prefix("ws://").unwrap_or(url);
    rest.split('/').next().unwrap_or_default()
}
