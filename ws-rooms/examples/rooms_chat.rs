//! A chat with rooms. A client names a room and itself in its first message, "room name"; after that, what one says goes
//! to all of the room. Those who come later see what was said last, and those who do not read are told to come back.
//!
//! `cargo run --example rooms_chat`

use std::{error::Error, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use ws_rooms::{
    Event, Policy, Rooms, RoomsConfig, SubscribeConfig,
    ws_tokio::{self, CloseCode, MaybeTlsStream, Message, WebSocket},
};

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Failure> {
    let rooms = Rooms::new(RoomsConfig::new().history(20).max_queued(16));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}/", listener.local_addr()?);
    tokio::spawn(serve(listener, rooms.clone()));

    let mut ada = enter(&url, "tea ada").await?;
    hear(&mut ada, "1 here").await?;
    let mut bob = enter(&url, "tea bob").await?;
    hear(&mut bob, "2 here").await?;
    hear(&mut ada, "bob has come").await?;
    ada.send("milk first?").await?;
    hear(&mut bob, "ada: milk first?").await?;
    hear(&mut ada, "ada: milk first?").await?;

    let mut eve = enter(&url, "tea eve").await?;
    hear(&mut eve, "3 here").await?;
    hear(&mut eve, "ada: milk first?").await?; // from the history
    bob.close().await?;
    hear(&mut ada, "eve has come").await?;
    hear(&mut ada, "bob has gone").await?;

    // Eve reads nothing any more, and the room does not wait for her.
    let speech = "blah ".repeat(8 * 1024);
    while rooms.metrics().removed == 0 {
        ada.send(&speech).await?;
        while ada.recv().await?.is_some_and(|heard| heard.len() < speech.len()) {}
    }
    while let Ok(Some(_late)) = eve.recv().await {}
    let told = eve.close_info().received.map(|frame| frame.code);
    println!("eve was told {told:?}");
    assert!(told.is_none_or(|code| code == CloseCode::TRY_AGAIN_LATER));
    println!("{:?}", rooms.metrics());
    Ok(())
}

async fn serve(listener: TcpListener, rooms: Rooms) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                sleep(PAUSE).await;
                continue;
            }
        };
        let rooms = rooms.clone();
        tokio::spawn(async move {
            if let Err(error) = attend(stream, &rooms).await {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

async fn attend(stream: TcpStream, rooms: &Rooms) -> Result<(), Failure> {
    let mut member = rooms.join(ws_tokio::accept(stream).await?);
    let Some(Message::Text(first)) = member.recv().await? else { return Ok(()) };
    let (room, name) = first.split_once(' ').ok_or("no room")?;
    let config = SubscribeConfig::new(Policy::Disconnect).identity(name).presence(true);
    let joined = member.subscribe(room, config)?;
    member.send(format!("{} here", joined.present.len())).await?;
    for message in &joined.history {
        member.send(&**message).await?;
    }
    while let Some(event) = member.recv_event().await? {
        match event {
            Event::Message(said) => drop(rooms.publish(room, format!("{name}: {said}"))?),
            Event::Joined { who, .. } => {
                member.send(format!("{} has come", who.identity)).await?;
            }
            Event::Left { who, .. } => member.send(format!("{} has gone", who.identity)).await?,
            _ => {}
        }
    }
    Ok(())
}

async fn enter(
    url: &str,
    first: &str,
) -> Result<WebSocket<MaybeTlsStream<TcpStream>>, ws_tokio::Error> {
    let (mut ws, _response) = ws_tokio::connect(url).await?;
    ws.send(first).await?;
    Ok(ws)
}

async fn hear(
    ws: &mut WebSocket<MaybeTlsStream<TcpStream>>,
    expected: &str,
) -> Result<(), Failure> {
    let heard = ws.recv().await?;
    println!("{heard:?}");
    assert_eq!(heard, Some(expected.into()));
    Ok(())
}

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
