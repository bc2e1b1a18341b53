//! A client with ws-tokio.

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    let url = std::env::args().nth(1).ok_or("which URL?")?;
    let (mut ws, _response) = ws_tokio::connect(url).await?;
    ws.send("hello").await?;
    println!("{:?}", ws.recv().await?);
    ws.close().await?;
    Ok(())
}
