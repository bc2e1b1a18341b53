//! Everything ends over HTTP/2: streams that wait, peers that do not read, and the connections below.

#![cfg(test)]
#![cfg(feature = "auto")]

mod common;

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::pin,
    time::{Duration, Instant},
};

use common::{
    Answer, echo, ends, http2, in_time,
    peer::{Peer, RST_STREAM, Ws},
};
use h2::{Reason, client};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Handle,
};
use ws_hyper::{
    ServerConfig, Tracker, Upgraded, WebSocket,
    http2::SharedConnection,
    ws_tokio::{self, Error},
};

const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(300);

const CONNECTIONS: usize = 10;
const STREAMS: usize = 100;

/// Which server drives connections.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// hyper's for HTTP/2.
    Http2,
    /// That of hyper-util, which tells the versions apart.
    Auto,
}

const KINDS: [Kind; 2] = [Kind::Http2, Kind::Auto];

/// A server whose connections and WebSockets are tracked.
async fn serve(kind: Kind, tracker: &Tracker) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tracker = tracker.clone();
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted.unwrap(),
                () = tracker.shutting_down() => return,
            };
            accepted.0.set_nodelay(true).unwrap();
            tokio::spawn(tracker.run(attend(kind, accepted.0, tracker.clone())));
        }
    });
    address
}

async fn attend(kind: Kind, stream: TcpStream, tracker: Tracker) {
    let config = ServerConfig::new().tracker(&tracker);
    let service = service_fn(move |request| {
        let answer = route(request, &config);
        async { Ok::<_, Infallible>(answer) }
    });
    let stream = TokioIo::new(stream);
    // hyper's graceful shutdown alone waits for the streams, for ever.
    match kind {
        Kind::Http2 => {
            let mut connection = pin!(http2::builder().serve_connection(stream, service));
            tokio::select! {
                _ = connection.as_mut() => return,
                () = tracker.shutting_down() => {}
            }
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
        Kind::Auto => {
            let mut builder = auto::Builder::new(TokioExecutor::new());
            builder.http2().enable_connect_protocol();
            let mut connection = pin!(builder.serve_connection_with_upgrades(stream, service));
            tokio::select! {
                _ = connection.as_mut() => return,
                () = tracker.shutting_down() => {}
            }
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

fn route(mut request: Request<Incoming>, config: &ServerConfig) -> Answer {
    let path = request.uri().path().to_owned();
    match ws_hyper::upgrade(&mut request, config) {
        Ok((response, upgrading)) => {
            upgrading.spawn(|upgrading| async move {
                let ws = upgrading.await?;
                if path == "/flood" { flood(ws).await } else { echo(ws).await }
            });
            response
        }
        Err(rejection) => rejection.into_response(),
    }
}

/// Sends until nothing can be sent.
async fn flood(mut ws: WebSocket<Upgraded>) -> Result<(), Error> {
    loop {
        ws.send(vec![7; 10_000]).await?;
    }
}

/// Waits until all tasks have ended but those that are the test's own.
async fn assert_no_tasks(before: usize) {
    let alive = || Handle::current().metrics().num_alive_tasks();
    in_time(async {
        while alive() > before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// A thousand, by clients that receive.
#[tokio::test]
async fn a_thousand_are_told_and_gone() {
    for kind in KINDS {
        let tracker = Tracker::new();
        let address = serve(kind, &tracker).await;
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            let stream = TcpStream::connect(address).await.unwrap();
            let connection = in_time(SharedConnection::new(stream)).await.unwrap();
            for _ in 0..STREAMS {
                let (ws, _) = in_time(connection.open("ws://h/")).await.unwrap();
                clients.push(tokio::spawn(async move {
                    let mut ws = ws;
                    assert_eq!(ws.recv().await.unwrap(), None);
                    ws.close_info()
                }));
            }
        }
        assert_eq!(tracker.len(), CONNECTIONS * STREAMS);
        let start = Instant::now();
        let outcome = in_time(tracker.shut_down(LONG)).await;
        println!("{kind:?}: {:?}", start.elapsed());
        assert!(start.elapsed() < LONG);
        assert_eq!((outcome.clean, outcome.cut), (CONNECTIONS * STREAMS, 0));
        assert_eq!((outcome.held, outcome.tasks), (0, 0));
        for client in clients {
            let info = ends(client).await;
            assert_eq!(info.received.unwrap().code, ws_hyper::CloseCode::GOING_AWAY);
        }
        assert_no_tasks(0).await;
    }
}

/// Who answers 1001 sees the stream end as one that was closed, and the connection end.
#[tokio::test]
async fn streams_end_and_are_not_reset() {
    for kind in KINDS {
        let tracker = Tracker::new();
        let mut peer = Peer::connect(serve(kind, &tracker).await).await;
        let mut ws = peer.open(&[]).await;
        let running = tracker.clone();
        let shutdown = tokio::spawn(async move { running.shut_down(LONG).await });
        assert_eq!(ws.read(4).await, b"\x88\x02\x03\xe9");
        ws.write(b"\x88\x82\0\0\0\0\x03\xe9");
        ws.end();
        assert_eq!(ws.rest().await, b"");
        let outcome = ends(shutdown).await;
        assert_eq!((outcome.clean, outcome.cut, outcome.held, outcome.tasks), (1, 0, 0, 0));
        let frames = peer.frames(ws.id());
        assert!(frames.iter().all(|(kind, _)| *kind != RST_STREAM), "{frames:?}");
    }
}

/// What a peer does that never closes.
#[derive(Clone, Copy, Debug)]
enum Peers {
    /// Gives no window at all.
    NoWindow,
    /// Is sent more than its window has room for.
    NeverReading,
    /// Reads, and says nothing.
    Mute,
    /// Reads, and says an octet of a message that has no end now and then.
    Trickling,
}

#[tokio::test]
async fn peers_that_do_not_close_are_cut_at_the_deadline() {
    for kind in KINDS {
        for peers in [Peers::NoWindow, Peers::NeverReading, Peers::Mute, Peers::Trickling] {
            let tracker = Tracker::new();
            let address = serve(kind, &tracker).await;
            let mut builder = client::Builder::new();
            if let Peers::NoWindow = peers {
                builder.initial_window_size(0);
            }
            let before = Handle::current().metrics().num_alive_tasks();
            let mut peer = Peer::connect_with(address, &builder).await;
            let mut open = Vec::new();
            for n in 0..10 {
                let flood = [(":uri", "http://ws.example/flood")];
                let floods = matches!(peers, Peers::NeverReading)
                    || (matches!(peers, Peers::NoWindow) && n % 2 == 1);
                let fields = if floods { &flood[..] } else { &[] };
                open.push(peer.open(fields).await);
            }
            peer.settle().await;
            let trickling = tokio::spawn(trickle(peers, open));
            let start = Instant::now();
            let outcome = in_time(tracker.shut_down(SHORT)).await;
            println!("{kind:?} {peers:?}: {:?}", start.elapsed());
            assert!(start.elapsed() >= SHORT);
            assert_eq!((outcome.clean, outcome.cut), (0, 10), "{kind:?} {peers:?}");
            assert_eq!((outcome.held, outcome.tasks), (0, 0), "{kind:?} {peers:?}");
            ends(trickling).await;
            drop(peer);
            assert_no_tasks(before - 1).await;
        }
    }
}

/// Goes on until everything is reset, or has ended.
async fn trickle(peers: Peers, mut open: Vec<Ws>) {
    match peers {
        Peers::Trickling => {
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
        Peers::NoWindow | Peers::NeverReading | Peers::Mute => {
            for ws in &mut open {
                let _: Option<Reason> = ws.reset().await;
            }
        }
    }
}

/// A peer whose socket takes nothing any more: not even the end of the connection can be said.
#[tokio::test]
async fn a_socket_that_takes_nothing() {
    for kind in KINDS {
        let tracker = Tracker::new();
        let address = serve(kind, &tracker).await;
        let before = Handle::current().metrics().num_alive_tasks();
        let (near, far) = tokio::io::duplex(1 << 20);
        let socket = TcpStream::connect(address).await.unwrap();
        let (mut from, mut to) = socket.into_split();
        let (mut read, mut write) = tokio::io::split(far);
        let sending = tokio::spawn(async move { tokio::io::copy(&mut read, &mut to).await });
        let reading = tokio::spawn(async move { tokio::io::copy(&mut from, &mut write).await });
        let mut builder = client::Builder::new();
        builder.initial_window_size(1 << 30).initial_connection_window_size(1 << 30);
        let mut peer = Peer::over(near, &builder).await;
        let ws = peer.open(&[(":uri", "http://ws.example/flood")]).await;
        // Nobody reads from the socket from here on.
        reading.abort();
        let outcome = in_time(tracker.shut_down(SHORT)).await;
        assert_eq!((outcome.cut, outcome.held, outcome.tasks), (1, 0, 0), "{kind:?}");
        drop((ws, peer));
        sending.abort();
        assert_no_tasks(before - 1).await;
    }
}

#[tokio::test]
async fn requests_get_503_and_the_connection_is_not_spoken_of() {
    for kind in KINDS {
        let tracker = Tracker::new();
        let config = ServerConfig::new().tracker(&tracker);
        // Not told of the shutdown, so that requests still come.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service_fn(move |request| {
                let answer = route(request, &config);
                async { Ok::<_, Infallible>(answer) }
            });
            let stream = TokioIo::new(stream);
            match kind {
                Kind::Http2 => {
                    http2::builder().serve_connection(stream, service).await.unwrap();
                }
                Kind::Auto => {
                    let mut builder = auto::Builder::new(TokioExecutor::new());
                    builder.http2().enable_connect_protocol();
                    builder.serve_connection_with_upgrades(stream, service).await.unwrap();
                }
            }
        });
        let mut peer = Peer::connect(address).await;
        in_time(tracker.shut_down(LONG)).await;
        let (response, _) = peer.ask(&[]).await;
        assert_eq!(response.status(), 503);
        let mut names: Vec<_> = response.headers().keys().map(ToString::to_string).collect();
        names.sort_unstable();
        assert_eq!(names, ["content-length", "content-type", "date"]);
        let body = in_time(response.into_body().data()).await.unwrap().unwrap();
        assert_eq!(body, "the server shuts down and takes no new requests\n");
        assert!(tracker.is_empty());
    }
}

/// The clients' side: a shutdown ends WebSockets, and with them the connection.
#[tokio::test]
async fn a_client_ends_as_well() {
    let tracker = Tracker::new();
    let config = ws_hyper::ClientConfig::new().tracker(&tracker);
    let address = http2::echo_server(ServerConfig::new()).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let connection = in_time(SharedConnection::new(stream)).await.unwrap();
    let mut open = Vec::new();
    for _ in 0..10 {
        let (mut ws, _) = in_time(connection.open_with("ws://h/", &config)).await.unwrap();
        open.push(tokio::spawn(async move { ws.recv().await }));
    }
    assert_eq!(tracker.len(), 10);
    let outcome = in_time(tracker.shut_down(LONG)).await;
    assert_eq!((outcome.clean, outcome.cut, outcome.held), (10, 0, 0));
    for ws in open {
        assert_eq!(ends(ws).await.unwrap(), None);
    }
    assert!(!connection.is_closed());
}

/// A task that waits for something else than its WebSocket is cut, from `spawn` and from the layer of tower.
#[cfg(feature = "tower")]
#[tokio::test]
async fn tasks_that_wait_for_something_else() {
    use tower::{Layer, service_fn};
    use ws_hyper::{Upgrading, tower::UpgradeLayer};

    let tracker = Tracker::new();
    let stuck = |upgrading: Upgrading| async {
        let _ws = upgrading.await?;
        std::future::pending::<Result<(), Error>>().await
    };
    let pages = service_fn(|_: Request<Incoming>| async { Ok::<_, Infallible>(Answer::default()) });
    let service = UpgradeLayer::new(&ServerConfig::new().tracker(&tracker), stuck).layer(pages);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = hyper_util::service::TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let mut builder = auto::Builder::new(TokioExecutor::new());
                builder.http2().enable_connect_protocol();
                let stream = TokioIo::new(stream);
                builder.serve_connection_with_upgrades(stream, service).await
            });
        }
    });
    let mut peer = Peer::connect(address).await;
    let mut ws = peer.open(&[]).await;
    let url = format!("ws://{address}/");
    let (mut other, _) = in_time(ws_tokio::connect(&url)).await.unwrap();
    let outcome = in_time(tracker.shut_down(SHORT)).await;
    assert_eq!((outcome.held, outcome.tasks), (0, 0));
    assert!(tracker.is_empty());
    // Nobody has received, so nobody has told them.
    assert!(in_time(other.recv()).await.is_err());
    assert_eq!(ws.rest().await, b"");
}
