//! Trackers as programs use them: a thousand WebSockets, tasks that wait for something else, shutdowns that meet.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    future::Future,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

const MS: Duration = Duration::from_millis(1);

/// Longer than anything here takes that does not hang, on a busy machine.
const LONG: Duration = Duration::from_secs(20);

const MANY: usize = 1000;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\n\
     Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
     Sec-WebSocket-Version: 13\r\n\r\n";

/// A server's end, and a client that has asked for a WebSocket.
fn pair(listener: &TcpListener) -> (TcpStream, Client) {
    let mut socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    socket.set_read_timeout(Some(LONG)).unwrap();
    socket.write_all(REQUEST).unwrap();
    (listener.accept().unwrap().0, Client(socket))
}

fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// A client on a plain socket.
struct Client(TcpStream);

impl Client {
    /// Waits for the 101.
    fn open(&mut self) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut octet = [0];
            self.0.read_exact(&mut octet).unwrap();
            head.extend(octet);
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", head.escape_ascii());
    }

    /// Waits for the close frame with this code, answers it, and sees the server go.
    fn end(&mut self, code: u16) {
        let mut frame = [0; 4];
        self.0.read_exact(&mut frame).unwrap();
        let [high, low] = code.to_be_bytes();
        assert_eq!(frame, [0x88, 2, high, low]);
        self.0.write_all(&[0x88, 0x82, 0, 0, 0, 0, high, low]).unwrap();
        assert_eq!(self.0.read(&mut [0]).unwrap(), 0);
    }
}

/// So many WebSockets that `serve` was given the streams of, and clients that answer.
fn many(serve: impl Fn(TcpStream)) -> JoinHandle<()> {
    let listener = listen();
    let clients: Vec<_> = (0..MANY)
        .map(|_| {
            let (stream, client) = pair(&listener);
            serve(stream);
            client
        })
        .collect();
    let mut clients = clients;
    clients.iter_mut().for_each(Client::open);
    thread::spawn(move || clients.iter_mut().for_each(|client| client.end(1001)))
}

/// The tests of an asynchronous adapter: its crate, and how a future is run, a task spawned and a stream taken.
macro_rules! asynchronous {
    ($name:ident, $ws:ident, $Stream:ty, $run:expr, $spawn:expr, $stream:expr) => {
        mod $name {
            use std::sync::mpsc;

            use $ws::{
                CloseCode, Error, SendError, ServerConfig, Tracker, WebSocket, accept_with,
                message::CloseFrame,
            };

            use super::*;

            fn run<F: Future>(future: F) -> F::Output {
                $run(future)
            }

            fn spawn(future: impl Future<Output: Send> + Send + 'static) {
                $spawn(async { drop(future.await) });
            }

            fn config(tracker: &Tracker) -> ServerConfig {
                ServerConfig::new().tracker(tracker)
            }

            async fn echo(stream: TcpStream, config: ServerConfig) -> Result<(), Error> {
                let mut ws = accept_with($stream(stream), &config).await?;
                while let Some(message) = ws.recv().await? {
                    ws.send(message).await?;
                }
                Ok(())
            }

            async fn open(tracker: &Tracker) -> (WebSocket<$Stream>, Client) {
                let (stream, client) = pair(&listen());
                (accept_with($stream(stream), &config(tracker)).await.unwrap(), client)
            }

            #[test]
            fn a_thousand_are_told_and_gone() {
                run(async {
                    let tracker = Tracker::new();
                    let (running, waiting) = (tracker.clone(), tracker.shutting_down());
                    let clients = many(|stream| {
                        let serving = echo(stream, config(&running));
                        spawn(running.run(serving));
                    });
                    assert_eq!(tracker.len(), MANY);
                    let start = Instant::now();
                    let outcome = tracker.shut_down(LONG).await;
                    println!("{}: {:?}", stringify!($name), start.elapsed());
                    assert!(start.elapsed() < LONG / 2);
                    assert_eq!((outcome.clean, outcome.cut), (MANY, 0));
                    assert_eq!((outcome.held, outcome.tasks, tracker.len()), (0, 0, 0));
                    clients.join().unwrap();
                    waiting.await;
                });
            }

            /// Tasks that wait for something else, some inside a WebSocket and some not.
            #[test]
            fn tasks_that_wait_for_something_else_are_dropped() {
                run(async {
                    let tracker = Tracker::new();
                    let (told, ended) = mpsc::channel();
                    for opens in [true, false] {
                        let (told, other) = (told.clone(), tracker.clone());
                        let (stream, client) = pair(&listen());
                        let serving = tracker.run(async move {
                            let ws = accept_with($stream(stream), &config(&other)).await;
                            let ws = opens.then_some(ws);
                            std::future::pending::<()>().await;
                            drop(ws);
                        });
                        spawn(async move {
                            told.send(serving.await).unwrap();
                            drop(client);
                        });
                    }
                    let start = Instant::now();
                    let outcome = tracker.shut_down(300 * MS).await;
                    assert!(start.elapsed() >= 300 * MS);
                    assert_eq!((outcome.held, outcome.tasks, tracker.len()), (0, 0, 0));
                    for _ in 0..2 {
                        assert_eq!(ended.recv_timeout(LONG), Ok(None));
                    }
                });
            }

            #[test]
            fn what_nobody_polls_or_drops_is_held() {
                run(async {
                    let tracker = Tracker::new();
                    let (ws, _client) = open(&tracker).await;
                    let start = Instant::now();
                    let outcome = tracker.shut_down(100 * MS).await;
                    assert!(start.elapsed() >= 100 * MS);
                    assert_eq!((outcome.clean, outcome.cut, outcome.held), (0, 0, 1));
                    drop(ws);
                    assert!(tracker.is_empty());
                    let outcome = tracker.shut_down(LONG).await;
                    assert_eq!((outcome.cut, outcome.held), (1, 0));
                });
            }

            /// The second one may be sooner, and both know.
            #[test]
            fn of_two_shutdowns_the_sooner_counts() {
                run(async {
                    let tracker = Tracker::new();
                    let (mut ws, mut client) = open(&tracker).await;
                    client.open();
                    let (told, ended) = mpsc::channel();
                    let other = tracker.clone();
                    spawn(async move {
                        let frame = CloseFrame::new(CloseCode::SERVICE_RESTART, "");
                        told.send(other.shut_down_with(frame, Duration::MAX).await).unwrap();
                    });
                    tracker.shutting_down().await;
                    let receives = spawn_receiving(async move { ws.recv().await.map(drop) });
                    let outcome = tracker.shut_down(200 * MS).await;
                    assert_eq!((outcome.clean, outcome.cut, outcome.held), (0, 1, 0));
                    assert_eq!(ended.recv_timeout(LONG).unwrap(), Ok(outcome));
                    assert_eq!(receives.recv_timeout(LONG).unwrap(), "shutdown-timeout");
                    let mut frame = [0; 4];
                    client.0.read_exact(&mut frame).unwrap();
                    assert_eq!(frame, *b"\x88\x02\x03\xf4");
                });
            }

            fn spawn_receiving(
                receiving: impl Future<Output = Result<(), Error>> + Send + 'static,
            ) -> mpsc::Receiver<&'static str> {
                let (told, ended) = mpsc::channel();
                spawn(async move {
                    told.send(receiving.await.map_or_else(|error| error.name(), |()| "closed"))
                        .unwrap();
                });
                ended
            }

            #[test]
            fn a_shutdown_goes_on_when_nobody_waits_for_it() {
                run(async {
                    let tracker = Tracker::new();
                    let (mut ws, client) = open(&tracker).await;
                    let receives = spawn_receiving(async move { ws.recv().await.map(drop) });
                    {
                        let mut begun = std::pin::pin!(tracker.shut_down(200 * MS));
                        std::future::poll_fn(|cx| {
                            assert!(begun.as_mut().poll(cx).is_pending());
                            std::task::Poll::Ready(())
                        })
                        .await;
                    }
                    assert!(tracker.is_shutting_down());
                    assert_eq!(receives.recv_timeout(LONG).unwrap(), "shutdown-timeout");
                    drop(client);
                });
            }

            #[test]
            fn there_is_nothing_to_wait_for() {
                run(async {
                    let tracker = Tracker::new();
                    assert!(!tracker.is_shutting_down() && tracker.is_empty());
                    let frame = CloseFrame::new(CloseCode::ABNORMAL_CLOSURE, "");
                    let error = tracker.shut_down_with(frame, LONG).await.unwrap_err();
                    assert_eq!(error, SendError::CloseCode);
                    assert!(!tracker.is_shutting_down());
                    let start = Instant::now();
                    tracker.shut_down(LONG).await;
                    assert!(start.elapsed() < LONG / 2);
                    assert!(tracker.is_shutting_down());
                    tracker.shutting_down().await;
                    // What ends by itself has an output, also now.
                    assert_eq!(tracker.run(async { 7 }).await, Some(7));
                });
            }
        }
    };
}

asynchronous!(
    on_tokio,
    ws_tokio,
    tokio::net::TcpStream,
    |future| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().unwrap().block_on(future)
    },
    |future| drop(tokio::spawn(future)),
    |stream: TcpStream| {
        stream.set_nonblocking(true).unwrap();
        tokio::net::TcpStream::from_std(stream).unwrap()
    }
);

asynchronous!(
    on_smol,
    ws_smol,
    smol::net::TcpStream,
    |future| smol::block_on(future),
    |future| smol::spawn(future).detach(),
    |stream: TcpStream| smol::net::TcpStream::from(smol::Async::new(stream).unwrap())
);

asynchronous!(
    on_async_std,
    ws_async_std,
    async_std::net::TcpStream,
    |future| async_std::task::block_on(future),
    |future| drop(async_std::task::spawn(future)),
    |stream: TcpStream| async_std::net::TcpStream::from(stream)
);

mod on_threads {
    use cpu_time::ThreadTime;
    use ws_blocking::{
        CloseCode, Error, SendError, ServerConfig, Tracker, WebSocketConfig, accept_with,
        message::CloseFrame,
    };

    use super::*;

    fn echo(stream: TcpStream, tracker: &Tracker) -> Result<(), Error> {
        let mut ws = accept_with(stream, &ServerConfig::new().tracker(tracker))?;
        while let Some(message) = ws.recv()? {
            ws.send(message)?;
        }
        Ok(())
    }

    fn spawn<O: Send + 'static>(work: impl FnOnce() -> O + Send + 'static) -> JoinHandle<O> {
        thread::Builder::new().stack_size(256 << 10).spawn(work).unwrap()
    }

    #[test]
    fn a_thousand_are_told_and_gone() {
        let tracker = Tracker::new();
        let mut threads = Vec::new();
        let others = std::cell::RefCell::new(&mut threads);
        let clients = many(|stream| {
            let tracker = tracker.clone();
            others.borrow_mut().push(spawn(move || echo(stream, &tracker)));
        });
        assert_eq!(tracker.len(), MANY);
        let start = Instant::now();
        let outcome = tracker.shut_down(LONG);
        println!("threads: {:?}", start.elapsed());
        assert!(start.elapsed() < LONG / 2);
        assert_eq!((outcome.clean, outcome.cut, outcome.held, tracker.len()), (MANY, 0, 0, 0));
        clients.join().unwrap();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    }

    /// A thread that waits with a timeout of its own, and one that has asked for none.
    #[test]
    fn threads_that_wait_are_cut_at_the_deadline() {
        for own in [None, Some(20 * MS), Some(LONG)] {
            let tracker = Tracker::new();
            let (stream, client) = pair(&listen());
            stream.set_read_timeout(own).unwrap();
            let other = tracker.clone();
            let thread = spawn(move || {
                let would_block = |error: &Error| matches!(error, Error::Io(error) if error.kind() == std::io::ErrorKind::WouldBlock);
                let mut ws = accept_with(stream, &ServerConfig::new().tracker(&other)).unwrap();
                loop {
                    match ws.recv() {
                        Err(error) if would_block(&error) => {}
                        received => return received,
                    }
                }
            });
            while tracker.is_empty() {
                thread::sleep(MS);
            }
            let start = Instant::now();
            let outcome = tracker.shut_down(300 * MS);
            assert!(start.elapsed() >= 300 * MS && start.elapsed() < LONG / 2, "{own:?}");
            assert_eq!((outcome.cut, outcome.held), (1, 0), "{own:?}");
            assert_eq!(thread.join().unwrap().unwrap_err().name(), "shutdown-timeout");
            drop(client);
        }
    }

    /// Whatever a thread waits for when everything begins to end: it looks up in time, and sleeps until then.
    #[test]
    fn threads_that_do_not_receive_are_cut_at_the_deadline() {
        type Work = fn(TcpStream, &ServerConfig) -> Result<(), Error>;
        let sends: Work = |stream, config| {
            let mut ws = accept_with(stream, config)?;
            loop {
                ws.send(vec![0; 1 << 20])?;
            }
        };
        let closes: Work = |stream, config| {
            let mut ws = accept_with(stream, config)?;
            ws.close()?;
            while ws.recv()?.is_some() {}
            Ok(())
        };
        // The client has asked already, and does not ask again.
        let accepts: Work = |mut stream, config| {
            stream.read_exact(&mut [0; REQUEST.len()]).unwrap();
            accept_with(stream, config).map(drop)
        };
        for (work, what) in [(sends, "sends"), (closes, "closes"), (accepts, "accepts")] {
            let tracker = Tracker::new();
            let (stream, client) = pair(&listen());
            let other = tracker.clone();
            let thread = spawn(move || {
                let web_socket = WebSocketConfig::new().close_timeout(LONG);
                let config =
                    ServerConfig::new().timeout(None).web_socket(web_socket).tracker(&other);
                let before = ThreadTime::now();
                let done = work(stream, &config);
                (done, before.elapsed())
            });
            while tracker.is_empty() {
                thread::sleep(MS);
            }
            thread::sleep(100 * MS);
            let start = Instant::now();
            let outcome = tracker.shut_down(300 * MS);
            assert!(start.elapsed() < LONG / 2, "{what}");
            let (done, spent) = thread.join().unwrap();
            assert!(start.elapsed() < LONG / 2, "{what}");
            assert_eq!((outcome.clean, outcome.held), (0, 0), "{what}: {done:?}");
            assert!(spent < 50 * MS, "{what}: {spent:?} of computing");
            drop(client);
        }
    }

    #[test]
    fn a_frame_that_cannot_be_sent_begins_nothing() {
        let tracker = Tracker::new();
        let frame = CloseFrame::new(CloseCode::new(1005), "why");
        assert_eq!(tracker.shut_down_with(frame, LONG), Err(SendError::CloseCode));
        assert!(!tracker.is_shutting_down());
        let frame = CloseFrame::new(CloseCode::TRY_AGAIN_LATER, "later");
        assert!(tracker.shut_down_with(frame, LONG).is_ok());
        assert!(tracker.is_shutting_down());
    }
}
