//! Everything ends: connections of hyper, those that it has handed over, and those that it is about to.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this is how a test fails"
)]

mod common;

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::pin,
    time::{Duration, Instant},
};

use common::{Answer, REQUEST, Raw, echo, ends, in_time};
use http_body_util::Empty;
use hyper::{
    Request,
    body::{Bytes, Incoming},
    client::conn::http1 as client,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use ws_hyper::{ClientConfig, Error, ServerConfig, Tracker, UpgradeRequest, Upgrading, ws_tokio};

const LONG: Duration = Duration::from_secs(10);

const MANY: usize = 1000;

/// A server of hyper as the front page has it. `GET /` without an upgrade is answered with `hello`.
async fn serve(tracker: &Tracker) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tracker = tracker.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(tracker.run(attend(stream, tracker.clone())));
        }
    });
    address
}

async fn attend(stream: TcpStream, tracker: Tracker) {
    let config = ServerConfig::new().tracker(&tracker);
    let running = tracker.clone();
    let service = service_fn(move |request| {
        let answer = route(request, &config, &running);
        async { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection.with_upgrades());
    tokio::select! {
        _ = connection.as_mut() => return,
        () = tracker.shutting_down() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

fn route(mut request: Request<Incoming>, config: &ServerConfig, tracker: &Tracker) -> Answer {
    if !ws_hyper::is_upgrade(&request) {
        return Answer::new("hello".into());
    }
    match ws_hyper::upgrade(&mut request, config) {
        Ok((response, upgrading)) => {
            tokio::spawn(tracker.run(async { echo(upgrading.await?).await }));
            response
        }
        Err(rejection) => rejection.into_response(),
    }
}

/// A client whose WebSocket is open.
async fn open(address: SocketAddr) -> Raw {
    let mut client = Raw::connect(address).await;
    client.write(REQUEST).await;
    assert!(client.head().await.starts_with("http/1.1 101 "));
    client
}

/// Waits for 1001, answers it, and sees the server go.
async fn end(mut client: Raw) {
    let mut frame = [0; 4];
    in_time(client.0.read_exact(&mut frame)).await.unwrap();
    assert_eq!(frame, *b"\x88\x02\x03\xe9");
    client.write(b"\x88\x82\0\0\0\0\x03\xe9").await;
    assert_eq!(client.rest().await, b"");
}

#[tokio::test]
async fn a_thousand_are_told_and_gone() {
    let tracker = Tracker::new();
    let address = serve(&tracker).await;
    let mut clients = Vec::new();
    for _ in 0..MANY {
        clients.push(open(address).await);
    }
    assert_eq!(tracker.len(), MANY);
    let clients = tokio::spawn(async {
        for client in clients {
            end(client).await;
        }
    });
    let start = Instant::now();
    let outcome = tracker.shut_down(LONG).await;
    println!("{:?}", start.elapsed());
    assert!(start.elapsed() < LONG);
    assert_eq!((outcome.clean, outcome.cut), (MANY, 0));
    assert_eq!((outcome.held, outcome.tasks), (0, 0));
    ends(clients).await;
}

/// The same with what hyper-util has for its own connections.
#[tokio::test]
async fn hypers_graceful_shutdown_goes_together_with_it() {
    let (tracker, graceful) = (Tracker::new(), GracefulShutdown::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = ServerConfig::new().tracker(&tracker);
    let client = tokio::spawn(async move { (open(address).await, Raw::connect(address).await) });
    for _ in 0..2 {
        let (stream, _) = listener.accept().await.unwrap();
        let (config, running) = (config.clone(), tracker.clone());
        let service = service_fn(move |request| {
            let answer = route(request, &config, &running);
            async { Ok::<_, Infallible>(answer) }
        });
        let builder = auto::Builder::new(TokioExecutor::new()).http1_only();
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        tokio::spawn(graceful.watch(connection.into_owned()));
    }
    let (web_socket, mut idle) = ends(client).await;
    let ended = tokio::spawn(end(web_socket));
    let ((), outcome) =
        in_time(async { tokio::join!(graceful.shutdown(), tracker.shut_down(LONG)) }).await;
    assert_eq!((outcome.clean, outcome.cut, outcome.held, outcome.tasks), (1, 0, 0, 0));
    ends(ended).await;
    assert_eq!(idle.rest().await, b"");
}

#[tokio::test]
async fn mute_clients_and_idle_connections_end_by_the_deadline() {
    let tracker = Tracker::new();
    let address = serve(&tracker).await;
    let mut mute = open(address).await;
    let mut idle = Raw::connect(address).await;
    idle.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!(idle.answer().await.1, "hello");
    // The head of a request that does not come to its end.
    let mut slow = Raw::connect(address).await;
    slow.write("GET / HTTP/1.1\r\nHost: h\r\n").await;
    let start = Instant::now();
    let outcome = in_time(tracker.shut_down(Duration::from_millis(300))).await;
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!((outcome.clean, outcome.cut, outcome.held, outcome.tasks), (0, 1, 0, 0));
    assert_eq!(mute.rest().await, b"\x88\x02\x03\xe9");
    assert_eq!(idle.rest().await, b"");
    let _ = slow.rest().await;
}

/// Requests on connections that were there before.
#[tokio::test]
async fn requests_get_503_and_close() {
    for looks in [false, true] {
        let tracker = Tracker::new();
        let config = ServerConfig::new().tracker(&tracker);
        let address = common::serve(move |mut request| {
            let answer = if looks {
                UpgradeRequest::new(&mut request, &config).accept().map(|(response, _)| response)
            } else {
                ws_hyper::upgrade(&mut request, &config).map(|(response, _)| response)
            };
            async { answer.unwrap_or_else(ws_hyper::Rejection::into_response) }
        })
        .await;
        let mut client = Raw::connect(address).await;
        in_time(tracker.shut_down(LONG)).await;
        client.write(REQUEST).await;
        let (head, body) = client.answer().await;
        let lines: Vec<_> =
            head.trim_end().split("\r\n").filter(|line| !line.starts_with("date: ")).collect();
        assert_eq!(
            lines,
            [
                "http/1.1 503 service unavailable",
                "content-type: text/plain; charset=utf-8",
                "content-length: 48",
                "connection: close",
            ]
        );
        assert_eq!(body, "the server shuts down and takes no new requests\n");
        assert_eq!(client.rest().await, b"");
        assert!(tracker.is_empty());
    }
}

/// hyper never hands it over, since the response is never returned.
#[tokio::test]
async fn an_upgrading_counts_and_ends_at_the_deadline() {
    let tracker = Tracker::new();
    let (give, mut given) = mpsc::channel::<Upgrading>(1);
    let config = ServerConfig::new().timeout(None).tracker(&tracker);
    let address = common::serve(move |mut request| {
        let (_response, upgrading): (Answer, _) = ws_hyper::upgrade(&mut request, &config).unwrap();
        let give = give.clone();
        async move {
            give.send(upgrading).await.unwrap();
            std::future::pending().await
        }
    })
    .await;
    let mut client = Raw::connect(address).await;
    client.write(REQUEST).await;
    let upgrading = in_time(given.recv()).await.unwrap();
    assert_eq!(tracker.len(), 1);
    let waiting = tokio::spawn(upgrading);
    let outcome = in_time(tracker.shut_down(Duration::from_millis(100))).await;
    assert_eq!((outcome.held, tracker.len()), (0, 0));
    let error = ends(waiting).await.map(drop).unwrap_err();
    assert_eq!(error.name(), "shutting-down");
}

/// It was asked before, and is handed over afterwards: it opens, and is told at once.
#[tokio::test]
async fn what_opens_later_is_told_at_once() {
    let tracker = Tracker::new();
    let (give, mut given) = mpsc::channel(1);
    let config = ServerConfig::new().tracker(&tracker);
    let address = common::serve(move |mut request| {
        let (response, upgrading): (Answer, _) = ws_hyper::upgrade(&mut request, &config).unwrap();
        let (go, going) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(async { echo(upgrading.await?).await });
        let give = give.clone();
        async move {
            give.send(go).await.unwrap();
            going.await.unwrap();
            response
        }
    })
    .await;
    let mut client = Raw::connect(address).await;
    client.write(REQUEST).await;
    let go = in_time(given.recv()).await.unwrap();
    let other = tracker.clone();
    let shutdown = tokio::spawn(async move { other.shut_down(LONG).await });
    in_time(tracker.shutting_down()).await;
    go.send(()).unwrap();
    assert!(client.head().await.starts_with("http/1.1 101 "));
    end(client).await;
    assert_eq!(ends(shutdown).await.clean, 1);
}

#[tokio::test]
async fn a_client_ends_as_well() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tracker = Tracker::new();
    let config = ClientConfig::new().timeout(None).tracker(&tracker);
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = client::handshake::<_, Empty<Bytes>>(stream).await.unwrap();
    tokio::spawn(connection.with_upgrades());
    let (mut server, _) = listener.accept().await.unwrap();
    let opening = tokio::spawn(async move {
        let opened = ws_hyper::handshake_with(&mut sender, "h", "/", &config).await;
        opened.map(drop)
    });
    // It asks, and nobody answers.
    in_time(server.read_u8()).await.unwrap();
    assert_eq!(tracker.len(), 1);
    let outcome = in_time(tracker.shut_down(Duration::from_millis(100))).await;
    assert_eq!(outcome.held, 0);
    let error = ends(opening).await.unwrap_err();
    assert!(matches!(error, Error::Handshake(_)), "{error:?}");
    assert_eq!(error.name(), "shutting-down");
    let error = ws_tokio::Error::from(error);
    assert_eq!(error.name(), "shutting-down");
    let _ = server.shutdown().await;
}
