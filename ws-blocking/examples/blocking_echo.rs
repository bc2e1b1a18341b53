//! An echo server, and a client that talks to it.
//!
//! `cargo run --example blocking_echo`

use std::{
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use ws_blocking::{CloseCode, Error};

pub(crate) fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("ws://{}/", listener.local_addr()?);
    thread::spawn(move || serve(&listener));

    let (mut ws, _response) = ws_blocking::connect(&url).open()?;
    ws.send("hello")?;
    println!("text: {:?}", ws.recv()?);
    ws.send(vec![1, 2, 3])?;
    println!("bytes: {:?}", ws.recv()?);

    let info = ws.close_with(CloseCode::NORMAL_CLOSURE, "that was all")?;
    println!("the server answered the close with {:?}", info.received);
    Ok(())
}

fn serve(listener: &TcpListener) {
    loop {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                thread::sleep(PAUSE);
                continue;
            }
        };
        thread::spawn(move || {
            if let Err(error) = echo(stream) {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

fn echo(stream: TcpStream) -> Result<(), Error> {
    // Small messages that answer each other should not wait for company.
    stream.set_nodelay(true)?;
    let mut ws = ws_blocking::accept(stream)?;
    while let Some(message) = ws.recv()? {
        ws.send(message)?;
    }
    Ok(()) // the peer has closed, and was answered
}

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
