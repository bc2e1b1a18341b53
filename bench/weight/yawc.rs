//! An echo server with yawc and hyper.

use futures_util::SinkExt;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use yawc::{OpCode, Options, WebSocket};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    let listener = TcpListener::bind("127.0.0.1:9001").await?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(echo(stream));
    }
}

async fn echo(stream: TcpStream) -> Result {
    let service = service_fn(|mut request: Request<Incoming>| async move {
        let options = Options::default().without_compression();
        let (response, upgraded) = WebSocket::upgrade_with_options(&mut request, options)?;
        tokio::spawn(async move {
            let mut ws = upgraded.await?;
            loop {
                let frame = ws.next_frame().await?;
                match frame.opcode() {
                    OpCode::Text | OpCode::Binary => ws.send(frame).await?,
                    OpCode::Close => return Ok::<_, yawc::WebSocketError>(()),
                    _ => {}
                }
            }
        });
        Ok::<_, yawc::WebSocketError>(response)
    });
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades().await?;
    Ok(())
}
