//! What a client looks at.

use std::fmt::Debug;
use std::future::Future;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use ws_hyper::http2::{Client, SharedConnection};
use ws_hyper::ws_tokio::DialConfig;
use ws_hyper::{ClientConfig, Message, WebSocket, WebSocketConfig};

use super::client::Opens;
use super::error::Error;
use super::tls;

/// Makes all checks of the server at `url`: what it asks for is below that.
///
/// # Errors
///
/// When nothing can be checked: a check that fails is a line.
pub(crate) async fn run(url: &str, authority: Option<&Path>) -> Result<(), Error> {
    match (authority, url.strip_prefix("ws://")) {
        (None, Some(address)) => {
            let (address, _) = address.split_once('/').unwrap_or((address, ""));
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            all(&SharedConnection::new(stream).await?, url).await;
        }
        (Some(authority), None) => {
            let dial = DialConfig::new().tls(tls::client(authority)?);
            all(&Client::new().dial(&dial), url).await;
        }
        _ => return Err("an authority is for wss, and wss is for an authority".into()),
    }
    Ok(())
}

async fn all(client: &impl Opens, url: &str) {
    say("text, bytes, and a clean close", echoes(client, url)).await;
    say("a message is longer than all windows", long(client, url)).await;
    say("messages are many and small", many_messages(client, url)).await;
    say("fifty at a time", fifty(client, url)).await;
    say("a subprotocol", subprotocol(client, url)).await;
    say("the server closes with a code", closed(client, url)).await;
    say("another origin is answered with 403", refused(client, url)).await;
    say("one that is dropped harms no other", dropped(client, url)).await;
}

async fn say(name: &str, check: impl Future<Output = Result<(), Error>>) {
    match timeout(LIMIT, check).await {
        Ok(Ok(())) => println!("ok {name}"),
        Ok(Err(why)) => println!("failed {name}: {}", why.to_string().replace('\n', " / ")),
        Err(_) => println!("failed {name}: no end within {LIMIT:?}"),
    }
}

async fn echoes(client: &impl Opens, url: &str) -> Result<(), Error> {
    let mut ws = open(client, url).await?;
    echo(&mut ws, "löwe").await?;
    echo(&mut ws, vec![0, 255, 7]).await?;
    echo(&mut ws, "").await?;
    let info = ws.close().await?;
    same(info.received.map(|frame| frame.code.get()), Some(1000))?;
    // The stream ends without a reset: nothing and no error is behind the close.
    same(ws.recv().await?, None)
}

async fn long(client: &impl Opens, url: &str) -> Result<(), Error> {
    let ws = open(client, url).await?;
    let octets: Vec<u8> =
        (0..1 << 20).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let (mut sender, mut receiver) = ws.split();
    let (sent, received) = tokio::join!(sender.send(octets.clone()), receiver.recv());
    sent?;
    match received? == Some(Message::from(octets)) {
        true => Ok(()),
        false => Err("another message came back".into()),
    }
}

async fn many_messages(client: &impl Opens, url: &str) -> Result<(), Error> {
    let mut ws = open(client, url).await?;
    for at in 0..200 {
        ws.feed(at.to_string()).await?;
    }
    ws.flush().await?;
    for at in 0..200 {
        same(ws.recv().await?, Some(at.to_string().into()))?;
    }
    ws.close().await?;
    Ok(())
}

async fn fifty(client: &impl Opens, url: &str) -> Result<(), Error> {
    let mut all = Vec::new();
    for at in 0..50 {
        let mut ws = open(client, url).await?;
        ws.send(at.to_string()).await?;
        all.push(ws);
    }
    for (at, ws) in all.iter_mut().enumerate().rev() {
        same(ws.recv().await?, Some(at.to_string().into()))?;
    }
    let mut closing: JoinSet<_> =
        all.into_iter().map(|mut ws| async move { ws.close().await.map(drop) }).collect();
    while let Some(closed) = closing.join_next().await {
        closed??;
    }
    Ok(())
}

async fn subprotocol(client: &impl Opens, url: &str) -> Result<(), Error> {
    let config = config().subprotocols(["none", "chat.v2"]);
    let (mut ws, _) = client.open(&format!("{url}/echo"), config).await?;
    same(ws.subprotocol(), Some("chat.v2"))?;
    ws.close().await?;
    Ok(())
}

async fn closed(client: &impl Opens, url: &str) -> Result<(), Error> {
    let (mut ws, _) = client.open(&format!("{url}/close/4000"), config()).await?;
    same(ws.recv().await?, None)?;
    same(ws.close_info().received.map(|frame| frame.code.get()), Some(4000))
}

async fn refused(client: &impl Opens, url: &str) -> Result<(), Error> {
    let config = config().header("origin", "https://evil.example");
    match client.open(&format!("{url}/origin"), config).await {
        Ok(_) => return Err("it was opened".into()),
        Err(error) if error.to_string().contains("403") => {}
        Err(error) => return Err(format!("expected 403, got {error}").into()),
    }
    // And the connection goes on.
    open(client, url).await?.close().await?;
    Ok(())
}

async fn dropped(client: &impl Opens, url: &str) -> Result<(), Error> {
    let mut stays = open(client, url).await?;
    let mut goes = open(client, url).await?;
    echo(&mut goes, "going").await?;
    drop(goes);
    echo(&mut stays, "staying").await?;
    stays.close().await?;
    Ok(())
}

async fn open<O: Opens>(client: &O, url: &str) -> Result<WebSocket<O::Io>, Error> {
    let (ws, response) = client.open(&format!("{url}/echo"), config()).await?;
    same(response.status().as_u16(), 200)?;
    Ok(ws)
}

async fn echo<T>(ws: &mut WebSocket<T>, message: impl Into<Message>) -> Result<(), Error>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let message = message.into();
    ws.send(message.clone()).await?;
    same(ws.recv().await?, Some(message))
}

fn config() -> ClientConfig {
    ClientConfig::new().web_socket(WebSocketConfig::new().close_timeout(CLOSE_TIMEOUT))
}

fn same<T: PartialEq + Debug>(got: T, wanted: T) -> Result<(), Error> {
    let [got, wanted] = [got, wanted];
    match got == wanted {
        true => Ok(()),
        false => Err(format!("expected {wanted:?}, got {got:?}").into()),
    }
}

/// The longest that one check may take.
const LIMIT: Duration = Duration::from_secs(20);

/// hypercorn answers a close, and leaves the stream open for the client to end: there, each close takes as long as this.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
