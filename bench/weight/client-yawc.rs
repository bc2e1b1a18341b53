//! A client with yawc.

use futures_util::{SinkExt, StreamExt};
use yawc::{Frame, WebSocket};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    let url = std::env::args().nth(1).ok_or("which URL?")?;
    let mut ws = WebSocket::connect(url.parse()?).await?;
    ws.send(Frame::text("hello")).await?;
    println!("{:?}", ws.next().await.map(Frame::into_payload));
    ws.close().await?;
    Ok(())
}
