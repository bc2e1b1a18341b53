//! An echo server with fastwebsockets and hyper.

use fastwebsockets::{FragmentCollector, OpCode, upgrade};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

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
        let (response, upgraded) = upgrade::upgrade(&mut request)?;
        tokio::spawn(async move {
            let mut ws = FragmentCollector::new(upgraded.await?);
            loop {
                let frame = ws.read_frame().await?;
                match frame.opcode {
                    OpCode::Text | OpCode::Binary => ws.write_frame(frame).await?,
                    OpCode::Close => return Ok::<_, fastwebsockets::WebSocketError>(()),
                    _ => {}
                }
            }
        });
        Ok::<_, fastwebsockets::WebSocketError>(response)
    });
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades().await?;
    Ok(())
}
