//! One server, several subprotocols: the negotiated one decides what a WebSocket is used for.
//!
//! `cargo run --example blocking_subprotocols`

use std::{
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use ws_blocking::{
    ClientConfig, CloseCode, Error, ServerConfig, WebSocket, accept_with, connect_with,
    handshake::HandshakeError,
};

pub(crate) fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("ws://{}/", listener.local_addr()?);
    thread::spawn(move || serve(&listener));

    ask(&url, &["shout.v1"])?;
    ask(&url, &["length.v2", "length.v1"])?; // an old server takes the second
    match ask(&url, &["soap"]) {
        Err(Error::Handshake(HandshakeError::Declined(declined))) => {
            let response = declined.response();
            let body = String::from_utf8_lossy(response.body());
            println!("soap: {}, {}", response.status(), body.trim_end());
            Ok(())
        }
        other => other,
    }
}

/// Offers subprotocols, most preferred first, and asks one question.
fn ask(url: &str, offers: &[&str]) -> Result<(), Error> {
    let config = ClientConfig::new().subprotocols(offers);
    let (mut ws, _response) = connect_with(url, &config).open()?;
    ws.send("how now brown cow")?;
    let answer = ws.recv()?;
    println!("{}: {answer:?}", ws.subprotocol().unwrap_or("no subprotocol"));
    ws.close_with(CloseCode::NORMAL_CLOSURE, "")?;
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
            if let Err(error) = dispatch(stream) {
                eprintln!("{peer}: {error}");
            }
        });
    }
}

fn dispatch(stream: TcpStream) -> Result<(), Error> {
    // Without `require_subprotocol` a client with other offers would get a WebSocket without one.
    let config = ServerConfig::new().subprotocols(["shout.v1", "length.v1"]);
    let ws = accept_with(stream, &config.require_subprotocol(true))?;
    match ws.subprotocol() {
        Some("shout.v1") => shout(ws),
        _ => length(ws),
    }
}

fn shout(mut ws: WebSocket<TcpStream>) -> Result<(), Error> {
    while let Some(message) = ws.recv()? {
        match message.as_text() {
            Some(text) => ws.send(text.to_uppercase())?,
            None => {
                ws.close_with(CloseCode::UNSUPPORTED_DATA, "only text can be shouted")?;
            }
        }
    }
    Ok(())
}

fn length(mut ws: WebSocket<TcpStream>) -> Result<(), Error> {
    while let Some(message) = ws.recv()? {
        ws.send(message.len().to_string())?;
    }
    Ok(())
}

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
