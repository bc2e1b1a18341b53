//! A server that shuts down gracefully: it accepts nobody new, sends 1001 to everybody, and gives
//! them until a deadline to answer.
//!
//! `cargo run --example async_std_shutdown`

use std::time::Duration;

use async_std::{
    net::{TcpListener, TcpStream},
    task,
};
use futures_lite::future;
use ws_async_std::{Error, ServerConfig, Tracker, accept_with, connect};

pub(crate) fn main() -> Result<(), Error> {
    task::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("ws://{}/", listener.local_addr()?);
        let tracker = Tracker::new();
        task::spawn(serve(listener, tracker.clone()));

        // One client listens to the end; another holds the line and does not listen at all.
        let (mut polite, _response) = connect(&url).await?;
        let (mut deaf, _response) = connect(&url).await?;
        deaf.send("hello").await?;
        polite.send("hello").await?;
        println!("polite: {:?}", polite.recv().await?);
        let polite = task::spawn(async move { polite.recv().await.map(|_| polite.close_info()) });

        // Where a real server would have waited for a signal.
        let outcome = tracker.shut_down(DEADLINE).await;
        println!("server: {} closed cleanly, {} cut off", outcome.clean, outcome.cut);
        println!("polite: was told {:?}", polite.await?.received);
        drop(deaf);
        Ok(())
    })
}

async fn serve(listener: TcpListener, tracker: Tracker) {
    let config = ServerConfig::new().tracker(&tracker);
    loop {
        let stopped = async {
            tracker.shutting_down().await;
            None
        };
        let accepted = async { Some(listener.accept().await) };
        let Some(accepted) = future::or(stopped, accepted).await else {
            return; // and the listener is closed
        };
        let (stream, _) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                task::sleep(PAUSE).await;
                continue;
            }
        };
        // Whatever the task waits for, it ends by the deadline.
        task::spawn(tracker.run(attend(stream, config.clone())));
    }
}

async fn attend(stream: TcpStream, config: ServerConfig) -> Result<(), Error> {
    let mut ws = accept_with(stream, &config).await?;
    while let Some(message) = ws.recv().await? {
        ws.send(message).await?;
    }
    Ok(()) // closed, be it by the client or by the shutdown
}

/// How long everybody has to answer the close.
const DEADLINE: Duration = Duration::from_secs(1);

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
