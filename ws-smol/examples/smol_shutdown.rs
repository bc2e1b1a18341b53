//! A server that shuts down gracefully: it accepts nobody new, sends 1001 to everybody, and gives
//! them until a deadline to answer.
//!
//! `cargo run --example smol_shutdown`

use std::{future::Future, time::Duration};

use smol::{
    Timer, channel, future,
    net::{TcpListener, TcpStream},
};
use ws_smol::{CloseCode, CloseInfo, Error, ServerConfig, WebSocketConfig, accept_with, connect};

/// How a connection ended.
type Report = Result<CloseInfo, Error>;

pub(crate) fn main() -> Result<(), Error> {
    smol::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("ws://{}/", listener.local_addr()?);
        let (running, stop) = channel::bounded::<()>(1);
        let (report, reports) = channel::bounded(16);
        smol::spawn(serve(listener, stop, report)).detach();

        // One client listens to the end; another holds the line and does not listen at all.
        let (mut polite, _response) = connect(&url).await?;
        let (mut deaf, _response) = connect(&url).await?;
        deaf.send("hello").await?;
        polite.send("hello").await?;
        println!("polite: {:?}", polite.recv().await?);
        let polite = smol::spawn(async move { polite.recv().await.map(|_| polite.close_info()) });

        drop(running); // where a real server would wait for a signal

        // Everybody who serves holds a sender: when all are gone, so are the connections.
        let all = async {
            while let Ok(ended) = reports.recv().await {
                match ended {
                    Ok(info) => println!("server: closed cleanly: {}", info.is_clean()),
                    Err(error) => println!("server: {error}"),
                }
            }
        };
        if timeout(DEADLINE, all).await.is_none() {
            println!("server: some would not go; they are cut off");
        }
        println!("polite: was told {:?}", polite.await?.received);
        drop(deaf);
        Ok(())
    })
}

async fn serve(
    listener: TcpListener,
    stop: channel::Receiver<()>,
    report: channel::Sender<Report>,
) -> Result<(), Error> {
    loop {
        let accepted = async { Some(listener.accept().await) };
        let Some(accepted) = future::or(stopped(&stop), accepted).await else {
            return Ok(()); // and the listener is closed
        };
        let stream = accepted?.0;
        let (stop, report) = (stop.clone(), report.clone());
        smol::spawn(async move { report.send(attend(stream, stop).await).await }).detach();
    }
}

async fn attend(stream: TcpStream, stop: channel::Receiver<()>) -> Report {
    let config = WebSocketConfig::new().close_timeout(PATIENCE);
    let mut ws = accept_with(stream, &ServerConfig::new().web_socket(config)).await?;
    loop {
        // Whichever is not ready is dropped, and nothing is lost by that.
        let received = async { Some(ws.recv().await) };
        let Some(received) = future::or(stopped(&stop), received).await else { break };
        match received? {
            Some(message) => ws.send(message).await?,
            None => return Ok(ws.close_info()),
        }
    }
    ws.close_with(CloseCode::GOING_AWAY, "the server restarts").await
}

async fn timeout<O>(limit: Duration, work: impl Future<Output = O>) -> Option<O> {
    let out = async {
        Timer::after(limit).await;
        None
    };
    future::or(async { Some(work.await) }, out).await
}

/// Ends, with nothing, when there is nobody any more who holds the other end.
async fn stopped<T>(stop: &channel::Receiver<()>) -> Option<T> {
    let _ = stop.recv().await;
    None
}

/// How long each client may take to answer the close.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long all of it may take.
const DEADLINE: Duration = Duration::from_secs(3);
