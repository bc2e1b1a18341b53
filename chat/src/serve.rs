//! Listening, and ending.

use std::{
    future::{Future, IntoFuture},
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use ws_axum::{TrackedStream, Tracker};
use ws_rooms::Rooms;

use crate::{app, args::Options, node::Node};

/// Serves until a signal comes.
///
/// # Errors
///
/// When it cannot listen, and for options that are none.
pub async fn run(options: &Options) -> io::Result<()> {
    let invalid = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
    let first = signalled()?;
    let node = Node::start(options.peers.clone(), options.broker.as_ref()).map_err(invalid)?;
    let rooms = node.rooms.clone();
    let tracker = Tracker::new();
    let router = app::router(Arc::clone(&node), &tracker, MAX_PAGES);
    let router = router.map_err(|error| invalid(error.to_string()))?;
    let listener = TcpListener::bind(&options.addr).await;
    let taken =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", options.addr));
    let listener = Tracked(listener.map_err(taken)?, tracker.clone());
    writeln!(io::stdout(), "listening on http://{}", listener.local_addr()?)?;
    let server = axum::serve(listener, router).with_graceful_shutdown(tracker.shutting_down());
    let server = tokio::spawn(server.into_future());

    first.await;
    let second = signalled()?;
    let ending = async {
        let outcome = tracker.shut_down(PATIENCE).await;
        eprintln!("{} pages have answered, {} were cut", outcome.clean, outcome.cut);
        server.await.map_err(io::Error::other)??;
        // That they are gone is told to other nodes, too.
        let _ = timeout(LAST_WORDS, all_is_relayed(&rooms)).await;
        Ok(())
    };
    tokio::select! {
        ended = ending => ended,
        () = second => Ok(()),
    }
}

/// Connections that end by the deadline, even where a client takes nothing any more.
struct Tracked(TcpListener, Tracker);

impl Listener for Tracked {
    type Io = TrackedStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // A little slower without.
        let _ = stream.set_nodelay(true);
        (TrackedStream::new(stream, &self.1), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Waits until the broker has all that was published.
async fn all_is_relayed(rooms: &Rooms) {
    // What changes now is published a moment later.
    sleep(MOMENT).await;
    let is_done = || {
        let metrics = rooms.metrics();
        metrics.relayed + metrics.unsent >= metrics.published
    };
    while !is_done() {
        sleep(MOMENT).await;
    }
}

/// Waits for a signal that comes from now on.
#[cfg(unix)]
fn signalled() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for a signal that comes from now on.
#[cfg(not(unix))]
fn signalled() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Pages at a time. One costs some KiB while it reads; one that does not, what waits for it in its rooms.
const MAX_PAGES: usize = 1000;

/// How long pages have to answer the close.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long it waits for the broker to take what was published last.
const LAST_WORDS: Duration = Duration::from_millis(500);

const MOMENT: Duration = Duration::from_millis(100);
