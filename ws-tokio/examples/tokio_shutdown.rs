//! A server that shuts down gracefully: it accepts nobody new, sends 1001 to everybody, and gives
//! them until a deadline to answer.
//!
//! `cargo run --example tokio_shutdown`

use std::time::Duration;

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    time::timeout,
};
use ws_tokio::{CloseCode, CloseInfo, Error, ServerConfig, WebSocketConfig, accept_with, connect};

/// How a connection ended.
type Report = Result<CloseInfo, Error>;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/", listener.local_addr()?);
    let (running, stop) = watch::channel(());
    let (report, mut reports) = mpsc::channel(16);
    tokio::spawn(serve(listener, stop, report));

    // One client listens to the end; another holds the line and does not listen at all.
    let (mut polite, _response) = connect(&url).await?;
    let (mut deaf, _response) = connect(&url).await?;
    deaf.send("hello").await?;
    polite.send("hello").await?;
    println!("polite: {:?}", polite.recv().await?);
    let polite = tokio::spawn(async move { polite.recv().await.map(|_| polite.close_info()) });

    drop(running); // where a real server would wait for a signal

    // Everybody who serves holds a sender: when all are gone, so are the connections.
    let all = async {
        while let Some(ended) = reports.recv().await {
            match ended {
                Ok(info) => println!("server: closed cleanly: {}", info.is_clean()),
                Err(error) => println!("server: {error}"),
            }
        }
    };
    if timeout(DEADLINE, all).await.is_err() {
        println!("server: some would not go; they are cut off");
    }
    if let Ok(info) = polite.await {
        println!("polite: was told {:?}", info?.received);
    }
    drop(deaf);
    Ok(())
}

async fn serve(
    listener: TcpListener,
    mut stop: watch::Receiver<()>,
    report: mpsc::Sender<Report>,
) -> Result<(), Error> {
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            _ = stop.changed() => return Ok(()), // and the listener is closed
        };
        let (stop, report) = (stop.clone(), report.clone());
        tokio::spawn(async move { report.send(attend(stream, stop).await).await });
    }
}

async fn attend(stream: TcpStream, mut stop: watch::Receiver<()>) -> Report {
    let config = WebSocketConfig::new().close_timeout(PATIENCE);
    let mut ws = accept_with(stream, &ServerConfig::new().web_socket(config)).await?;
    loop {
        // Whichever is not ready is dropped, and nothing is lost by that.
        let received = tokio::select! {
            received = ws.recv() => received?,
            _ = stop.changed() => break,
        };
        match received {
            Some(message) => ws.send(message).await?,
            None => return Ok(ws.close_info()),
        }
    }
    ws.close_with(CloseCode::GOING_AWAY, "the server restarts").await
}

/// How long each client may take to answer the close.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long all of it may take.
const DEADLINE: Duration = Duration::from_secs(3);
