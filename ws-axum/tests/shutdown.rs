//! `axum::serve` ends gracefully, WebSockets and all, over HTTP/1.1 and HTTP/2.

#![cfg(test)]
#![cfg(feature = "http2")]

mod common;

use std::{
    future::{IntoFuture, pending},
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{
    Extension, Router,
    extract::State,
    response::Response,
    routing::{any, get},
    serve::Listener,
};
use common::{
    REQUEST, Raw, in_time,
    peer::{Peer, RST_STREAM, Ws},
};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};
use ws_axum::{
    Error, Message, ServerConfig, TrackedStream, Tracker, WebSocket, WebSocketUpgrade, cause,
    ws_hyper::{CloseCode, http2::SharedConnection, ws_tokio},
};

const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(300);

const CONNECTIONS: usize = 10;
const STREAMS: usize = 100;

/// Close frames of a server and of a client.
const AWAY: &[u8] = b"\x88\x02\x03\xe9";
const ANSWER: &[u8] = b"\x88\x82\0\0\0\0\x03\xe9";

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_) | Message::Binary(_))
            && socket.send(message).await.is_err()
        {
            return;
        }
    }
}

async fn flood(mut socket: WebSocket) {
    while socket.send(Message::binary(vec![7; 10_000])).await.is_ok() {}
}

/// Waits for something else than its WebSocket.
async fn stuck(_socket: WebSocket) {
    pending::<()>().await;
}

fn app() -> Router {
    Router::new()
        .route("/", any(|ws: WebSocketUpgrade| async { ws.on_upgrade(echo) }))
        .route("/flood", any(|ws: WebSocketUpgrade| async { ws.on_upgrade(flood) }))
        .route("/stuck", any(|ws: WebSocketUpgrade| async { ws.on_upgrade(stuck) }))
        .route("/page", get(|| async { "a page" }))
}

/// A listener whose connections end by the deadline.
struct Tracked {
    listener: TcpListener,
    tracker: Tracker,
}

impl Listener for Tracked {
    type Io = TrackedStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        stream.set_nodelay(true).unwrap();
        (TrackedStream::new(stream, &self.tracker), address)
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A server that ends with the tracker.
async fn serve(app: Router, tracker: &Tracker) -> (SocketAddr, JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = Tracked { listener, tracker: tracker.clone() };
    let app = app.layer(Extension(ServerConfig::new().tracker(tracker)));
    let server = axum::serve(listener, app).with_graceful_shutdown(tracker.shutting_down());
    (address, tokio::spawn(server.into_future()))
}

async fn ends<O>(task: JoinHandle<O>) -> O {
    in_time(task).await.unwrap()
}

/// Waits until all tasks of the server have ended.
async fn assert_no_tasks(before: usize) {
    let alive = || Handle::current().metrics().num_alive_tasks();
    in_time(async {
        while alive() > before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// A client of HTTP/1.1 whose WebSocket is open.
async fn open(address: SocketAddr, path: &str) -> Raw {
    let mut raw = Raw::connect(address).await;
    raw.write(REQUEST.replacen("GET /", &format!("GET {path}"), 1)).await;
    assert_eq!(raw.answer().await.0, 101);
    raw
}

/// What the whole is for: axum's graceful shutdown waits for streams of HTTP/2, and nobody ends them.
#[tokio::test]
async fn without_a_tracker_it_waits_for_ever() {
    let (listener, stop) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), Tracker::new());
    let address = listener.local_addr().unwrap();
    let server = axum::serve(listener, app()).with_graceful_shutdown(stop.shutting_down());
    let mut server = tokio::spawn(server.into_future());
    let mut peer = Peer::connect(address).await;
    let mut ws = peer.open(&[]).await;
    stop.shut_down(LONG).await;
    assert!(timeout(SHORT, &mut server).await.is_err(), "axum ends by itself");
    ws.write(b"\x81\x82\0\0\0\0hi");
    assert_eq!(ws.read(4).await, b"\x81\x02hi");
    drop((ws, peer));
    ends(server).await.unwrap();
}

#[tokio::test]
async fn a_thousand_over_http_2() {
    let tracker = Tracker::new();
    let (address, server) = serve(app(), &tracker).await;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(address).await.unwrap();
        let connection = in_time(SharedConnection::new(stream)).await.unwrap();
        for _ in 0..STREAMS {
            let (mut ws, _) = in_time(connection.open("ws://h/")).await.unwrap();
            clients.push(tokio::spawn(async move {
                assert_eq!(ws.recv().await.unwrap(), None);
                ws.close_info()
            }));
        }
    }
    assert_eq!(tracker.len(), CONNECTIONS * STREAMS);
    let start = Instant::now();
    let outcome = in_time(tracker.shut_down(LONG)).await;
    println!("{:?}", start.elapsed());
    assert!(start.elapsed() < LONG);
    assert_eq!((outcome.clean, outcome.cut), (CONNECTIONS * STREAMS, 0));
    assert_eq!((outcome.held, outcome.tasks), (0, 0));
    ends(server).await.unwrap();
    for client in clients {
        assert_eq!(ends(client).await.received.unwrap().code, CloseCode::GOING_AWAY);
    }
    assert_no_tasks(0).await;
}

#[tokio::test]
async fn a_thousand_over_http_1_1() {
    let tracker = Tracker::new();
    let (address, server) = serve(app(), &tracker).await;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS * STREAMS {
        clients.push(open(address, "/").await);
    }
    assert_eq!(tracker.len(), CONNECTIONS * STREAMS);
    let clients = tokio::spawn(async {
        for mut client in clients {
            let mut frame = [0; 4];
            in_time(client.0.read_exact(&mut frame)).await.unwrap();
            assert_eq!(frame, AWAY);
            client.write(ANSWER).await;
            assert_eq!(client.rest().await, b"");
        }
    });
    let start = Instant::now();
    let outcome = in_time(tracker.shut_down(LONG)).await;
    println!("{:?}", start.elapsed());
    assert!(start.elapsed() < LONG);
    assert_eq!((outcome.clean, outcome.cut), (CONNECTIONS * STREAMS, 0));
    assert_eq!((outcome.held, outcome.tasks), (0, 0));
    ends(server).await.unwrap();
    ends(clients).await;
    assert_no_tasks(0).await;
}

/// Streams that are closed end, and are not reset; pages are still served meanwhile.
#[tokio::test]
async fn what_is_under_way_comes_to_its_end() {
    let (tracker, (go, going)) = (Tracker::new(), mpsc::channel::<()>(1));
    let slow = |State(going): State<std::sync::Arc<tokio::sync::Mutex<mpsc::Receiver<()>>>>| async move {
        going.lock().await.recv().await;
        "a page"
    };
    let going = std::sync::Arc::new(tokio::sync::Mutex::new(going));
    let app = app().route("/slow", get(slow).with_state(going));
    let (address, server) = serve(app, &tracker).await;
    let mut peer = Peer::connect(address).await;
    let mut ws = peer.open(&[]).await;
    let page = [(":method", "GET"), (":uri", "http://ws.example/slow"), (":protocol", "")];
    let (page, mut send) = peer.begin(&page);
    send.send_data(Default::default(), true).unwrap();
    peer.settle().await;
    let shutdown = tokio::spawn(async move { tracker.shut_down(LONG).await });
    assert_eq!(ws.read(4).await, AWAY);
    ws.write(ANSWER);
    ws.end();
    assert_eq!(ws.rest().await, b"");
    // The page is waited for.
    assert!(!shutdown.is_finished());
    go.send(()).await.unwrap();
    let response = in_time(page).await.unwrap();
    assert_eq!(response.status(), 200);
    let frames = peer.frames(ws.id());
    assert!(frames.iter().all(|(kind, _)| *kind != RST_STREAM), "{frames:?}");
    drop((response, peer, send, ws));
    let outcome = ends(shutdown).await;
    assert_eq!((outcome.clean, outcome.cut, outcome.held, outcome.tasks), (1, 0, 0, 0));
    ends(server).await.unwrap();
    assert_no_tasks(0).await;
}

/// What a peer does that never closes.
#[derive(Clone, Copy, Debug)]
enum Peers {
    /// Gives no window at all.
    NoWindow,
    /// Is sent more than it takes.
    NeverReading,
    /// Reads, and says nothing.
    Mute,
    /// Says an octet of a message that has no end now and then.
    Trickling,
    /// The handler is what does not end.
    Stuck,
}

impl Peers {
    fn path(self) -> &'static str {
        match self {
            Self::NeverReading => "/flood",
            Self::Stuck => "/stuck",
            Self::NoWindow | Self::Mute | Self::Trickling => "/",
        }
    }
}

#[tokio::test]
async fn over_http_2_peers_that_do_not_close_are_cut() {
    use Peers::{Mute, NeverReading, NoWindow, Stuck, Trickling};

    for peers in [NoWindow, NeverReading, Mute, Trickling, Stuck] {
        let tracker = Tracker::new();
        let (address, server) = serve(app(), &tracker).await;
        let mut builder = h2::client::Builder::new();
        if let NoWindow = peers {
            builder.initial_window_size(0);
        }
        let mut peer = Peer::connect_with(address, &builder).await;
        let uri = match peers.path() {
            "/flood" => "http://ws.example/flood",
            "/stuck" => "http://ws.example/stuck",
            _ => "http://ws.example/",
        };
        let mut open = Vec::new();
        for n in 0..10 {
            let floods = matches!(peers, NoWindow) && n % 2 == 1;
            let uri = if floods { "http://ws.example/flood" } else { uri };
            open.push(peer.open(&[(":uri", uri)]).await);
        }
        peer.settle().await;
        let trickling = tokio::spawn(trickle(peers, open));
        let start = Instant::now();
        let outcome = in_time(tracker.shut_down(SHORT)).await;
        println!("{peers:?}: {:?}", start.elapsed());
        assert!(start.elapsed() >= SHORT);
        assert_eq!((outcome.clean, outcome.cut), (0, 10), "{peers:?}");
        assert_eq!((outcome.held, outcome.tasks), (0, 0), "{peers:?}");
        ends(server).await.unwrap();
        ends(trickling).await;
        drop(peer);
        assert_no_tasks(0).await;
    }
}

/// Goes on until everything is reset, or has ended.
async fn trickle(peers: Peers, mut open: Vec<Ws>) {
    if !matches!(peers, Peers::Trickling) {
        for ws in &mut open {
            let _ = ws.reset().await;
        }
        return;
    }
    for ws in &mut open {
        ws.write(b"\x81\xfe\xff\xff\0\0\0\0");
    }
    for _ in 0..1000 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        for ws in &mut open {
            if ws.send.send_data("a".into(), false).is_err() {
                return;
            }
        }
    }
    panic!("it goes on for ever");
}

#[tokio::test]
async fn over_http_1_1_peers_that_do_not_close_are_cut() {
    use Peers::{Mute, NeverReading, Stuck, Trickling};

    for peers in [NeverReading, Mute, Trickling, Stuck] {
        let tracker = Tracker::new();
        let (address, server) = serve(app(), &tracker).await;
        let mut clients = Vec::new();
        for _ in 0..10 {
            clients.push(open(address, peers.path()).await);
        }
        let trickling = tokio::spawn(async move {
            if let Trickling = peers {
                for client in &mut clients {
                    client.write(b"\x81\xfe\xff\xff\0\0\0\0").await;
                }
                while tokio::io::AsyncWriteExt::write_all(&mut clients[0].0, b"a").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            clients
        });
        let start = Instant::now();
        let outcome = in_time(tracker.shut_down(SHORT)).await;
        println!("{peers:?}: {:?}", start.elapsed());
        assert_eq!((outcome.clean, outcome.cut), (0, 10), "{peers:?}");
        assert_eq!((outcome.held, outcome.tasks), (0, 0), "{peers:?}");
        ends(server).await.unwrap();
        for mut client in ends(trickling).await {
            let rest = client.rest().await;
            if let Mute = peers {
                assert_eq!(rest, AWAY);
            }
        }
        assert_no_tasks(0).await;
    }
}

/// Of what hyper has to say, the socket takes nothing; idle connections, and one that says nothing at all.
#[tokio::test]
async fn connections_end_as_well() {
    let tracker = Tracker::new();
    let (address, server) = serve(app(), &tracker).await;
    let (near, far) = tokio::io::duplex(1 << 20);
    let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
    let (mut read, mut write) = tokio::io::split(far);
    let sending = tokio::spawn(async move { tokio::io::copy(&mut read, &mut to).await });
    let reading = tokio::spawn(async move { tokio::io::copy(&mut from, &mut write).await });
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(1 << 30).initial_connection_window_size(1 << 30);
    let mut peer = Peer::over(near, &builder).await;
    let ws = peer.open(&[(":uri", "http://ws.example/flood")]).await;
    // Nobody reads from the socket from here on.
    reading.abort();
    let mut idle = Raw::connect(address).await;
    idle.write("GET /page HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!(idle.answer().await.0, 200);
    let mut slow = Raw::connect(address).await;
    slow.write("GET / HTTP/1.1\r\nHost: h\r\n").await;
    let mut silent = Raw::connect(address).await;
    let outcome = in_time(tracker.shut_down(SHORT)).await;
    assert_eq!((outcome.cut, outcome.held, outcome.tasks), (1, 0, 0));
    ends(server).await.unwrap();
    assert_eq!(idle.rest().await, b"");
    let _ = (slow.rest().await, silent.rest().await);
    drop((ws, peer));
    sending.abort();
    assert_no_tasks(0).await;
}

/// The handler is told what has happened to its WebSocket, and that of one that did not open.
#[tokio::test]
async fn handlers_are_told() {
    let (told, mut outcomes) = mpsc::unbounded_channel();
    let telling = told.clone();
    let handler = move |State(tracker): State<Tracker>, ws: WebSocketUpgrade| {
        let (telling, failing) = (told.clone(), told.clone());
        async move {
            ws.tracker(&tracker)
                .on_failed_upgrade(move |error: Error| {
                    failing.send(error.into_inner().to_string()).unwrap();
                })
                .on_upgrade(|mut socket| async move {
                    let error = socket.recv().await.unwrap().unwrap_err();
                    telling.send(cause(&error).unwrap().name().to_owned()).unwrap();
                })
        }
    };
    let tracker = Tracker::new();
    let app = Router::new().route("/", any(handler)).with_state(tracker.clone());
    // This one knows nothing of the end: requests still come.
    let address = common::serve(app).await;
    let mut mute = open(address, "/").await;
    let mut peer = Peer::connect(address).await;
    let mut stream = peer.open(&[]).await;
    let mut before = Raw::connect(address).await;
    before.write("GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!(before.answer().await.0, 404);
    assert_eq!(tracker.len(), 2);

    let outcome = in_time(tracker.shut_down(SHORT)).await;
    assert_eq!((outcome.clean, outcome.cut, outcome.held, outcome.tasks), (0, 2, 0, 0));
    for _ in 0..2 {
        assert_eq!(in_time(outcomes.recv()).await.unwrap(), "shutdown-timeout");
    }
    assert_eq!(mute.rest().await, AWAY);
    assert_eq!(stream.rest().await, AWAY);

    before.write(REQUEST).await;
    let (status, text) = before.answer().await;
    assert!(status == 503 && text.contains("\r\nconnection: close\r\n"), "{text}");
    assert!(in_time(outcomes.recv()).await.unwrap().contains("503"));
    assert_eq!(before.rest().await, b"");
    let (response, _) = peer.ask(&[]).await;
    assert_eq!(response.status(), 503);
    assert!(!response.headers().contains_key("connection"), "{response:?}");
    assert!(in_time(outcomes.recv()).await.unwrap().contains("503"));
    assert!(tracker.is_empty());
    drop(telling);
}

/// From a layer, what comes later does not come to a handler.
#[tokio::test]
async fn requests_get_503_from_the_layer() {
    async fn never(_ws: WebSocketUpgrade) -> Response {
        panic!("it came to the handler")
    }
    async fn page(ws: Option<WebSocketUpgrade>) -> &'static str {
        assert!(ws.is_none());
        "a page"
    }
    let tracker = Tracker::new();
    let config = ServerConfig::new().tracker(&tracker);
    let app = Router::new().route("/", any(never)).route("/page", any(page));
    let address = common::serve(app.layer(Extension(config))).await;
    let mut peer = Peer::connect(address).await;
    in_time(tracker.shut_down(LONG)).await;
    for path in ["/", "/page"] {
        let request = REQUEST.replacen("GET /", &format!("GET {path}"), 1);
        let (status, text) = Raw::ask(address, request).await;
        assert!(status == 503 && text.contains("\r\nconnection: close\r\n"), "{text}");
    }
    for uri in ["http://ws.example/", "http://ws.example/page"] {
        let (response, _) = peer.ask(&[(":uri", uri)]).await;
        assert_eq!(response.status(), 503);
        assert!(!response.headers().contains_key("connection"), "{response:?}");
    }
    // Ordinary HTTP is axum's to end.
    let (status, _) = Raw::ask(address, "GET /page HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!(status, 200);
}

/// The task of a native WebSocket is spawned by the application: `Upgrading::spawn` minds the tracker.
#[tokio::test]
async fn a_task_of_the_applications() {
    let handler = |ws: WebSocketUpgrade| async {
        let (response, upgrading) = ws.accept().unwrap();
        upgrading.spawn(|upgrading| async {
            let _ws = upgrading.await?;
            pending::<Result<(), ws_tokio::Error>>().await
        });
        response
    };
    let tracker = Tracker::new();
    let (address, server) = serve(Router::new().route("/", any(handler)), &tracker).await;
    let mut peer = Peer::connect(address).await;
    let mut stream = peer.open(&[]).await;
    let mut raw = open(address, "/").await;
    let outcome = in_time(tracker.shut_down(SHORT)).await;
    assert_eq!((outcome.held, outcome.tasks), (0, 0));
    let _ = stream.reset().await;
    assert_eq!(raw.rest().await, b"");
    drop((stream, peer));
    ends(server).await.unwrap();
    assert_no_tasks(0).await;
}

/// A request whose connection is never handed over.
#[tokio::test]
async fn what_has_not_opened_ends_as_well() {
    let (told, mut outcomes) = mpsc::unbounded_channel();
    let handler = move |ws: WebSocketUpgrade| {
        let told = told.clone();
        async move {
            let _response = ws
                .timeout(None)
                .on_failed_upgrade(move |error: Error| {
                    told.send(error.into_inner().to_string()).unwrap();
                })
                .on_upgrade(echo);
            pending::<Response>().await
        }
    };
    let tracker = Tracker::new();
    let app = Router::new().route("/", any(handler));
    let app = app.layer(Extension(ServerConfig::new().tracker(&tracker)));
    let address = common::serve(app).await;
    let mut peer = Peer::connect(address).await;
    let (_answer, _send) = peer.begin(&[]);
    let mut raw = Raw::connect(address).await;
    raw.write(REQUEST).await;
    in_time(async {
        while tracker.len() < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    let outcome = in_time(tracker.shut_down(SHORT)).await;
    assert_eq!((outcome.held, outcome.tasks), (0, 0));
    for _ in 0..2 {
        let error = in_time(outcomes.recv()).await.unwrap();
        assert!(error.contains("shut"), "{error}");
    }
}
