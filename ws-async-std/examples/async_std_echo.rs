//! An echo server, and a client that talks to it.
//!
//! `cargo run --example async_std_echo`

use std::time::Duration;

use async_std::{
    net::{TcpListener, TcpStream},
    task,
};
use ws_async_std::{CloseCode, Error};

pub(crate) fn main() -> Result<(), Error> {
    task::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("ws://{}/", listener.local_addr()?);
        task::spawn(serve(listener));

        let (mut ws, _response) = ws_async_std::connect(&url).await?;
        ws.send("hello").await?;
        println!("text: {:?}", ws.recv().await?);
        ws.send(vec![1, 2, 3]).await?;
        println!("bytes: {:?}", ws.recv().await?);

        let info = ws.close_with(CloseCode::NORMAL_CLOSURE, "that was all").await?;
        println!("the server answered the close with {:?}", info.received);
        Ok(())
    })
}

async fn serve(listener: TcpListener) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                task::sleep(PAUSE).await;
                continue;
            }
        };
        task::spawn(async move {
            if let Err(error) = echo(stream).await {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

async fn echo(stream: TcpStream) -> Result<(), Error> {
    // Small messages that answer each other should not wait for company.
    stream.set_nodelay(true)?;
    let mut ws = ws_async_std::accept(stream).await?;
    while let Some(message) = ws.recv().await? {
        ws.send(message).await?;
    }
    Ok(()) // the peer has closed, and was answered
}

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
