//! The two halves of a WebSocket on two tasks: one sends when it has something to say, the other
//! takes whatever comes.
//!
//! `cargo run --example async_std_split`

use std::time::Duration;

use async_std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    task,
};
use ws_async_std::{CloseCode, Error, RecvHalf, SendHalf};

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    task::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("ws://{}/", listener.local_addr()?);
        let server = task::spawn(async move { serve(listener.accept().await?.0).await });

        let (ws, _response) = ws_async_std::connect(&url).await?;
        let (sender, receiver) = ws.split();
        let sending = task::spawn(async move {
            let mut sender = talk("tick", sender).await?;
            sender.close_with(CloseCode::NORMAL_CLOSURE, "no more to say").await?;
            Ok::<_, Error>(sender)
        });
        let receiver = listen("client", receiver).await?;
        let sender = sending.await?;

        // Back together, it is the WebSocket that it was, and knows how it ended.
        let ws = receiver.unsplit(sender).map_err(|_| "these are halves of two WebSockets")?;
        println!("client: {:?} closed first", ws.close_info().first);
        Ok(server.await?)
    })
}

async fn serve(stream: TcpStream) -> Result<(), Error> {
    let (sender, receiver) = ws_async_std::accept(stream).await?.split();
    task::spawn(talk("tock", sender));
    listen("server", receiver).await.map(drop)
}

/// Says something now and then.
async fn talk<T: Read + Write + Unpin + 'static>(
    what: &str,
    mut sender: SendHalf<T>,
) -> Result<SendHalf<T>, Error> {
    for n in 1..=3 {
        sender.send(format!("{what} {n}")).await?;
        task::sleep(Duration::from_millis(50)).await;
    }
    Ok(sender)
}

/// Takes what comes. Pings, and the peer's close, are answered by receiving.
async fn listen<T: Read + Write + Unpin + 'static>(
    who: &str,
    mut receiver: RecvHalf<T>,
) -> Result<RecvHalf<T>, Error> {
    while let Some(message) = receiver.recv().await? {
        println!("{who}: {message:?}");
    }
    Ok(receiver)
}
