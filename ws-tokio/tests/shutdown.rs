//! A tracker over streams that do nothing at all, and over tasks that do too much.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf, duplex},
    runtime::Builder,
    task::{JoinSet, yield_now},
};
use ws_tokio::{
    Acceptor, ClientConfig, Error, ServerConfig, Tracker, WebSocket, WebSocketConfig,
    handshake::{Negotiated, Role},
    message::Timeout,
};

/// A stream that neither reads nor writes nor closes, and wakes nobody.
struct Dead;

impl AsyncRead for Dead {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Dead {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Pending
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

fn open(tracker: &Tracker, role: Role) -> WebSocket<Dead> {
    let config = WebSocketConfig::new().tracker(tracker).close_timeout(Duration::from_secs(60));
    WebSocket::from_upgraded(Dead, role, Negotiated::default(), &config)
}

/// Whatever waits on such a stream ends at the deadline, by itself, and no task is left.
#[tokio::test]
async fn dead_streams_are_given_up_at_the_deadline() {
    let tracker = Tracker::new();
    let mut tasks = JoinSet::new();
    for role in [Role::Client, Role::Server] {
        let mut ws = open(&tracker, role);
        tasks.spawn(async move { ws.recv().await.map(drop) });
        let mut ws = open(&tracker, role);
        tasks.spawn(async move { ws.send("hello").await });
        let mut ws = open(&tracker, role);
        tasks.spawn(async move { ws.close().await.map(drop) });
        let (mut sender, mut receiver) = open(&tracker, role).split();
        tasks.spawn(async move { sender.send("hello").await });
        tasks.spawn(async move { receiver.recv().await.map(drop) });
    }
    let config = ServerConfig::new().timeout(None).tracker(&tracker);
    let acceptor = Acceptor::new(Dead, &config);
    tasks.spawn(async move { acceptor.next_request().await.map(drop) });
    tasks.spawn(async move { ws_tokio::accept_with(Dead, &config).await.map(drop) });
    let config = ClientConfig::new().timeout(None).tracker(&tracker);
    tasks.spawn(async move { ws_tokio::handshake_with(Dead, "h", "/", &config).await.map(drop) });
    yield_now().await;
    assert_eq!(tracker.len(), 11);

    let timeout = Duration::from_millis(300);
    let start = Instant::now();
    let outcome = tracker.shut_down(timeout).await;
    assert!(start.elapsed() >= timeout);
    assert_eq!((outcome.clean, outcome.cut, outcome.held, outcome.tasks), (0, 8, 0, 0));
    while let Some(ended) = tasks.join_next().await {
        let name = ended.unwrap().unwrap_err().name();
        assert!(["shutdown-timeout", "shutting-down"].contains(&name), "{name}");
    }
}

/// A task that is never idle, and one that only tokio would let wait.
#[tokio::test]
async fn busy_tasks_end_at_the_deadline() {
    let tracker = Tracker::new();
    let yields = tokio::spawn(tracker.run(async {
        loop {
            yield_now().await;
        }
    }));
    let consumes = tokio::spawn(tracker.run(async {
        loop {
            tokio::task::coop::consume_budget().await;
        }
    }));
    let outcome = tracker.shut_down(Duration::from_millis(50)).await;
    assert_eq!((outcome.held, outcome.tasks), (0, 0));
    assert_eq!(yields.await.unwrap(), None::<()>);
    assert_eq!(consumes.await.unwrap(), None::<()>);
}

/// What a task had to say when its WebSocket was cut is said before it is dropped.
#[tokio::test]
async fn a_task_has_a_moment_to_end_by_itself() {
    let tracker = Tracker::new();
    let mut ws = open(&tracker, Role::Server);
    let task = tokio::spawn(tracker.run(async move { ws.recv().await }));
    tracker.shut_down(Duration::from_millis(50)).await;
    let ended = task.await.unwrap();
    assert!(matches!(ended, Some(Err(Error::TimedOut(Timeout::Shutdown)))), "{ended:?}");
}

#[test]
fn without_a_timer_nothing_is_waited_for() {
    Builder::new_current_thread().build().unwrap().block_on(async {
        let tracker = Tracker::new();
        let (io, _peer) = duplex(1024);
        let config = WebSocketConfig::new().tracker(&tracker);
        let ws = WebSocket::from_upgraded(io, Role::Client, Negotiated::default(), &config);
        let outcome = tracker.shut_down(Duration::from_secs(60)).await;
        assert_eq!(outcome.held, 1);
        drop(ws);
        assert!(tracker.is_empty());
    });
}
