//! A client with tokio-tungstenite.

use futures_util::{SinkExt, StreamExt};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    let url = std::env::args().nth(1).ok_or("which URL?")?;
    let (mut ws, _response) = tokio_tungstenite::connect_async(url).await?;
    ws.send("hello".into()).await?;
    println!("{:?}", ws.next().await.transpose()?);
    ws.close(None).await?;
    Ok(())
}
