//! A server that shuts down gracefully: it accepts nobody new, sends 1001 to everybody, and gives
//! them until a deadline to answer.
//!
//! `cargo run --example blocking_shutdown`

use std::{
    io::ErrorKind,
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use ws_blocking::{
    CloseCode, CloseInfo, Error, ServerConfig, WebSocketConfig, accept_with, connect,
};

/// How a connection ended.
type Report = Result<CloseInfo, Error>;

pub(crate) fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let url = format!("ws://{address}/");
    let stop = Arc::new(AtomicBool::new(false));
    let (report, reports) = mpsc::channel();
    let stopped = Arc::clone(&stop);
    thread::spawn(move || serve(&listener, &stopped, &report));

    // One client listens to the end; another holds the line and does not listen at all.
    let (mut polite, _response) = connect(&url).open()?;
    let (mut deaf, _response) = connect(&url).open()?;
    deaf.send("hello")?;
    polite.send("hello")?;
    println!("polite: {:?}", polite.recv()?);
    let polite = thread::spawn(move || polite.recv().map(|_| polite.close_info()));

    stop.store(true, Ordering::Relaxed); // where a real server would wait for a signal
    drop(TcpStream::connect(address)); // for the thread that waits for connections to look

    // Everybody who serves holds a sender: when all are gone, so are the connections.
    let deadline = Instant::now() + DEADLINE;
    loop {
        match reports.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Ok(info)) => println!("server: closed cleanly: {}", info.is_clean()),
            Ok(Err(error)) => println!("server: {error}"),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                println!("server: some would not go; they are cut off");
                break;
            }
        }
    }
    if let Ok(info) = polite.join() {
        println!("polite: was told {:?}", info?.received);
    }
    drop(deaf);
    Ok(())
}

fn serve(
    listener: &TcpListener,
    stop: &Arc<AtomicBool>,
    report: &mpsc::Sender<Report>,
) -> Result<(), Error> {
    loop {
        let stream = listener.accept()?.0;
        if stop.load(Ordering::Relaxed) {
            return Ok(()); // and the listener is closed
        }
        let (stop, report) = (Arc::clone(stop), report.clone());
        thread::spawn(move || report.send(attend(stream, &stop)));
    }
}

fn attend(stream: TcpStream, stop: &AtomicBool) -> Report {
    let config = WebSocketConfig::new().close_timeout(PATIENCE);
    stream.set_read_timeout(Some(GLANCE))?;
    let mut ws = accept_with(stream, &ServerConfig::new().web_socket(config))?;
    while !stop.load(Ordering::Relaxed) {
        match ws.recv() {
            Ok(Some(message)) => ws.send(message)?,
            Ok(None) => return Ok(ws.close_info()),
            // Nothing came for a while. What has come of a message is not lost by that.
            Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    ws.close_with(CloseCode::GOING_AWAY, "the server restarts")
}

/// How often to look whether to go on.
const GLANCE: Duration = Duration::from_millis(50);

/// How long each client may take to answer the close.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long all of it may take.
const DEADLINE: Duration = Duration::from_secs(3);
