//! An echo server with soketto.

use soketto::handshake::{Server, server::Response};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::compat::TokioAsyncReadCompatExt;

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
    let mut server = Server::new(stream.compat());
    let key = server.receive_request().await?.key();
    server.send_response(&Response::Accept { key, protocol: None }).await?;
    let (mut sender, mut receiver) = server.into_builder().finish();
    let mut data = Vec::new();
    loop {
        data.clear();
        if receiver.receive_data(&mut data).await?.is_text() {
            sender.send_text(std::str::from_utf8(&data)?).await?;
        } else {
            sender.send_binary(&data).await?;
        }
        sender.flush().await?;
    }
}
