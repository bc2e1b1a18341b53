//! A server that shuts down gracefully: it accepts nobody new, sends 1001 to everybody, and gives
//! them until a deadline to answer.
//!
//! `cargo run --example blocking_shutdown`

use std::{
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use ws_blocking::{Error, ServerConfig, Tracker, accept_with, connect};

pub(crate) fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let url = format!("ws://{address}/");
    let tracker = Tracker::new();
    let serving = tracker.clone();
    thread::spawn(move || serve(&listener, &serving));

    // One client listens to the end; another holds the line and does not listen at all.
    let (mut polite, _response) = connect(&url).open()?;
    let (mut deaf, _response) = connect(&url).open()?;
    deaf.send("hello")?;
    polite.send("hello")?;
    println!("polite: {:?}", polite.recv()?);
    let polite = thread::spawn(move || polite.recv().map(|_| polite.close_info()));

    // Where a real server would have waited for a signal.
    let outcome = tracker.shut_down(DEADLINE);
    println!("server: {} closed cleanly, {} cut off", outcome.clean, outcome.cut);
    drop(TcpStream::connect(address)); // for the thread that waits for connections to look

    if let Ok(info) = polite.join() {
        println!("polite: was told {:?}", info?.received);
    }
    drop(deaf);
    Ok(())
}

fn serve(listener: &TcpListener, tracker: &Tracker) {
    let config = ServerConfig::new().tracker(tracker);
    loop {
        let accepted = listener.accept();
        if tracker.is_shutting_down() {
            return; // and the listener is closed
        }
        let (stream, _) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // No descriptor is left, most likely: whoever waits is served when others have gone.
                eprintln!("accept: {error}");
                thread::sleep(PAUSE);
                continue;
            }
        };
        let config = config.clone();
        thread::spawn(move || attend(stream, &config));
    }
}

fn attend(stream: TcpStream, config: &ServerConfig) -> Result<(), Error> {
    let mut ws = accept_with(stream, config)?;
    while let Some(message) = ws.recv()? {
        ws.send(message)?;
    }
    Ok(()) // closed, be it by the client or by the shutdown
}

/// How long everybody has to answer the close.
const DEADLINE: Duration = Duration::from_secs(1);

/// How long to wait when nobody can be accepted.
const PAUSE: Duration = Duration::from_millis(100);
