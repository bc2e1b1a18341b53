//! The two halves of a WebSocket on two threads: one sends when it has something to say, the other
//! takes whatever comes.
//!
//! `cargo run --example blocking_split`

use std::{
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use ws_blocking::{CloseCode, Error, RecvHalf, SendHalf, Transport};

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("ws://{}/", listener.local_addr()?);
    let server = thread::spawn(move || serve(listener.accept()?.0));

    let (ws, _response) = ws_blocking::connect(&url).open()?;
    // It may be TLS, which cannot be cloned.
    let (sender, receiver) = ws.split_shared(|stream| stream.get_ref().try_clone())?;
    let sending = thread::spawn(move || {
        let mut sender = talk("tick", sender)?;
        sender.close_with(CloseCode::NORMAL_CLOSURE, "no more to say")?;
        Ok::<_, Error>(sender)
    });
    let receiver = listen("client", receiver)?;
    let sender = sending.join().map_err(|_| "the sending thread panicked")??;

    // Back together, it is the WebSocket that it was, and knows how it ended.
    let ws = receiver.unsplit(sender).map_err(|_| "these are halves of two WebSockets")?;
    println!("client: {:?} closed first", ws.close_info().first);
    Ok(server.join().map_err(|_| "the server panicked")??)
}

fn serve(stream: TcpStream) -> Result<(), Error> {
    let (sender, receiver) = ws_blocking::accept(stream)?.split(TcpStream::try_clone)?;
    thread::spawn(move || talk("tock", sender));
    listen("server", receiver).map(drop)
}

/// Says something now and then.
fn talk<T: Transport>(what: &str, mut sender: SendHalf<T>) -> Result<SendHalf<T>, Error> {
    for n in 1..=3 {
        sender.send(format!("{what} {n}"))?;
        thread::sleep(Duration::from_millis(50));
    }
    Ok(sender)
}

/// Takes what comes. Pings, and the peer's close, are answered by receiving.
fn listen<T: Transport>(who: &str, mut receiver: RecvHalf<T>) -> Result<RecvHalf<T>, Error> {
    while let Some(message) = receiver.recv()? {
        println!("{who}: {message:?}");
    }
    Ok(receiver)
}
