//! Clients over HTTP/2 (RFC 8441): over a connection of one's own, and over one of hyper's.

#![cfg(test)]
#![cfg(feature = "http2")]

mod common;

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::pin,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use common::{
    Answer, answer, echo, ends,
    http2::{self, builder},
    in_time,
    peer::{DATA, END_STREAM, Log, PREFACE_LEN, RST_STREAM, Tap},
};
use h2::{Reason, server};
use http_body_util::{BodyExt, Empty};
use hyper::{Request, Response, StatusCode, body::Incoming, client::conn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncReadExt, DuplexStream, duplex},
    net::TcpStream,
    task::JoinHandle,
};
use ws_hyper::{
    ClientConfig, Error, Message, ServerConfig, WebSocketConfig,
    http2::{SharedConnection, connect_request, handshake, handshake_with},
    upgrade_response,
    ws_tokio::{
        self,
        handshake::{HandshakeError, HandshakeStep},
    },
};

const URL: &str = "ws://ws.example/room";

async fn socket(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn connected(address: SocketAddr) -> SharedConnection {
    in_time(SharedConnection::new(socket(address).await)).await.unwrap()
}

/// A connection, and the frames that came over it and that were sent.
async fn tapped(address: SocketAddr) -> (SharedConnection, Log, Log) {
    let (read, written) = (Log::default(), Log::default());
    let io = socket(address).await;
    let tap = Tap { io, read: read.clone(), written: written.clone() };
    (in_time(SharedConnection::new(tap)).await.unwrap(), read, written)
}

/// A sender of hyper's, whose connection is driven.
async fn sender(address: SocketAddr) -> conn::http2::SendRequest<Empty<Bytes>> {
    let stream = TokioIo::new(socket(address).await);
    let (sender, connection) = conn::http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    sender
}

#[tokio::test]
async fn web_sockets_share_a_connection() {
    let config = ServerConfig::new().subprotocols(["chat"]);
    let connection = connected(http2::echo_server(config).await).await;
    let config = ClientConfig::new().subprotocols(["talk", "chat"]);
    let mut open = Vec::new();
    for i in 0..50 {
        let (mut ws, response) = in_time(connection.open_with(URL, &config)).await.unwrap();
        assert_eq!((response.status(), ws.subprotocol()), (StatusCode::OK, Some("chat")));
        ws.send(Message::text(i.to_string())).await.unwrap();
        open.push(ws);
    }
    for (i, ws) in open.iter_mut().enumerate().rev() {
        assert_eq!(in_time(ws.recv()).await.unwrap(), Some(Message::text(i.to_string())));
    }
    assert!(!connection.is_closed());
}

#[tokio::test]
async fn a_close_ends_the_stream_on_both_sides_and_resets_nothing() {
    let (connection, read, written) = tapped(http2::echo_server(ServerConfig::new()).await).await;
    for closes_first in [true, false] {
        let (mut ws, _) = in_time(connection.open(URL)).await.unwrap();
        ws.send("hi").await.unwrap();
        assert_eq!(in_time(ws.recv()).await.unwrap(), Some(Message::text("hi")));
        if closes_first {
            assert!(in_time(ws.close()).await.unwrap().is_clean());
        }
        // Otherwise it is dropped, which ends the stream as well.
    }
    let last = async {
        while written.frames(PREFACE_LEN).iter().filter(ends_stream).count() < 2
            || read.frames(0).iter().filter(ends_stream).count() < 2
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    in_time(last).await;
    // The connection has carried something behind it, and so everything before.
    in_time(connection.open(URL)).await.unwrap();
    for (log, skip) in [(&read, 0), (&written, PREFACE_LEN)] {
        let frames = log.frames(skip);
        assert!(frames.iter().all(|(kind, ..)| *kind != RST_STREAM), "{frames:?}");
    }
}

fn ends_stream((kind, flags, _): &&(u8, u8, u32)) -> bool {
    *kind == DATA && flags & END_STREAM != 0
}

#[tokio::test]
async fn a_close_of_the_servers_is_answered_and_ends_the_stream() {
    let service = |request| {
        let answer = answer(request, &ServerConfig::new(), |upgrading| async {
            let info = upgrading.await?.close().await?;
            assert!(info.is_clean());
            Ok(())
        });
        async { answer }
    };
    let (connection, read, written) = tapped(http2::serve(builder(), service).await).await;
    let (mut ws, _) = in_time(connection.open(URL)).await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), None);
    assert!(ws.close_info().is_clean());
    drop(ws); // before the server has ended its side, perhaps
    let (mut ws, _) = in_time(connection.open(URL)).await.unwrap();
    in_time(ws.close()).await.unwrap();
    for (log, skip) in [(&read, 0), (&written, PREFACE_LEN)] {
        let frames = log.frames(skip);
        assert!(frames.iter().all(|(kind, ..)| *kind != RST_STREAM), "{frames:?}");
    }
}

#[tokio::test]
async fn a_connection_of_hypers_will_do() {
    let mut sender = sender(http2::echo_server(ServerConfig::new()).await).await;
    let (mut ws, response) = in_time(handshake(&mut sender, URL)).await.unwrap();
    assert_eq!(response.status(), 200);
    ws.send("hi").await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some(Message::text("hi")));

    // In one's own way.
    let (mut request, verifier) = connect_request(&ClientConfig::new(), URL).unwrap();
    request.headers_mut().insert("x-mine", "1".parse().unwrap());
    let response = in_time(sender.send_request(request.map(|()| Empty::new()))).await.unwrap();
    let (_, upgrading) = upgrade_response(response, &verifier).unwrap();
    let mut ws = in_time(upgrading).await.unwrap();
    ws.send("hi").await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some(Message::text("hi")));
}

#[tokio::test]
async fn a_server_that_does_not_offer_it_is_told_apart() {
    let plain = || conn_builder(|_| {});
    let service = |_| async { Answer::new("never asked".into()) };
    let address = http2::serve(plain(), service).await;
    let error = in_time(SharedConnection::new(socket(address).await)).await.unwrap_err();
    assert!(matches!(error, Error::NotOffered(None)), "{error:?}");
    assert_eq!(error.name(), "not-offered");
    let general = ws_tokio::Error::from(error);
    assert!(!general.is_transient());

    // Who asks all the same is reset.
    let error = in_time(handshake(&mut sender(address).await, URL)).await.unwrap_err();
    assert!(matches!(error, Error::NotOffered(Some(_))), "{error:?}");
    assert!(std::error::Error::source(&error).is_some());
    // A limit on streams is no offer, either.
    let limited = conn_builder(|builder| {
        builder.max_concurrent_streams(7);
    });
    let address = http2::serve(limited, service).await;
    let error = in_time(SharedConnection::new(socket(address).await)).await.unwrap_err();
    assert!(matches!(error, Error::NotOffered(None)), "{error:?}");
}

type ServerBuilder = hyper::server::conn::http2::Builder<TokioExecutor>;

fn conn_builder(change: impl FnOnce(&mut ServerBuilder)) -> ServerBuilder {
    let mut builder = ServerBuilder::new(TokioExecutor::new());
    change(&mut builder);
    builder
}

#[tokio::test]
async fn a_refusal_has_its_response_and_the_connection_goes_on() {
    let service = |request: Request<Incoming>| {
        let config = ServerConfig::new().origins(["https://app.example"]).unwrap();
        let answer = answer(request, &config, |upgrading| async { echo(upgrading.await?).await });
        async { answer }
    };
    let connection = connected(http2::serve(builder(), service).await).await;
    let evil = ClientConfig::new().header("origin", "https://evil.example");
    match in_time(connection.open_with(URL, &evil)).await.unwrap_err() {
        Error::Declined { error, response } => {
            assert_eq!(error.name(), "status-not-101");
            assert_eq!(response.status(), 403);
            let body = in_time(response.into_body().collect()).await.unwrap().to_bytes();
            assert!(body.ends_with(b"\n") && body.len() > 10, "{body:?}");
        }
        error => panic!("{error:?}"),
    }
    in_time(connection.open(URL)).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_breaks_a_rule_opens_nothing() {
    let service = |_| async {
        let mut answer = Answer::default();
        answer.headers_mut().insert("sec-websocket-protocol", "mine".parse().unwrap());
        answer
    };
    let connection = connected(http2::serve(builder(), service).await).await;
    let error = in_time(connection.open(URL)).await.unwrap_err();
    assert_eq!(error.name(), "unoffered-subprotocol");
    assert!(matches!(error, Error::Handshake(HandshakeError::InvalidResponse(_))));
}

#[tokio::test]
async fn what_cannot_be_asked_is_not() {
    let connection = connected(http2::echo_server(ServerConfig::new()).await).await;
    let bad = ClientConfig::new().header("connection", "upgrade");
    assert_eq!(connection.open_with(URL, &bad).await.unwrap_err().name(), "reserved-header");
    let error = connection.open("https://ws.example/").await.unwrap_err();
    assert!(matches!(error, Error::Url(_)), "{error:?}");
    assert_eq!(error.name(), "unsupported-scheme");
    assert_eq!(ws_tokio::Error::from(error).name(), "unsupported-scheme");
    assert!(matches!(connect_request(&bad, "x:").unwrap_err(), Error::Url(_)));
}

#[tokio::test]
async fn the_user_of_a_url_is_told_to_the_server() {
    let service = |request: Request<Incoming>| {
        assert_eq!(request.headers()["authorization"], "Basic YWRhOmxvdmVsYWNl");
        assert_eq!(request.uri(), "http://ws.example:81/room?x");
        let answer = answer(request, &ServerConfig::new(), |upgrading| async {
            drop(upgrading.await?);
            Ok(())
        });
        async { answer }
    };
    let connection = connected(http2::serve(builder(), service).await).await;
    in_time(connection.open("ws://ada:lovelace@ws.example:81/room?x#y")).await.unwrap();
}

#[cfg(feature = "deflate")]
#[tokio::test]
async fn messages_are_compressed() {
    use ws_tokio::deflate::{DeflateConfig, DeflateOffer};

    let server = ServerConfig::new().deflate(DeflateConfig::new());
    let (connection, read, _) = tapped(http2::echo_server(server).await).await;
    let config = ClientConfig::new().deflate(DeflateOffer::new());
    let (mut ws, _) = in_time(connection.open_with(URL, &config)).await.unwrap();
    assert!(ws.negotiated().deflate().is_some());
    let long = "tea ".repeat(20_000);
    ws.send(Message::text(long.clone())).await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap().unwrap().as_text(), Some(long.as_str()));
    assert!(read.frames(0).len() < 20);
}

#[tokio::test]
async fn long_messages_pass_both_ways_at_once() {
    let connection = connected(http2::echo_server(ServerConfig::new()).await).await;
    let (ws, _) = in_time(connection.open(URL)).await.unwrap();
    let (mut send, mut recv) = ws.split();
    let payload: Vec<u8> = (0..500_000u32).map(|i| i as u8).collect();
    let message = payload.clone();
    let sending = tokio::spawn(async move {
        for _ in 0..8 {
            send.send(message.clone()).await?;
        }
        Ok::<_, ws_tokio::Error>(send)
    });
    for _ in 0..8 {
        let message = in_time(recv.recv()).await.unwrap().unwrap();
        assert!(message.as_bytes() == payload);
    }
    ends(sending).await.unwrap();
}

/// A server that lets one stream be open: the next waits for its end.
#[tokio::test]
async fn a_limit_of_streams_is_waited_for() {
    let mut server = builder();
    server.max_concurrent_streams(1);
    let service = |request| {
        let answer = answer(request, &ServerConfig::new(), |upgrading| async {
            echo(upgrading.await?).await
        });
        async { answer }
    };
    let connection = connected(http2::serve(server, service).await).await;
    let (mut first, _) = in_time(connection.open(URL)).await.unwrap();
    let quick = ClientConfig::new().timeout(Some(Duration::from_millis(100)));
    let error = in_time(connection.open_with(URL, &quick)).await.unwrap_err();
    assert!(matches!(error.handshake(), Some(HandshakeError::TimedOut(_))), "{error:?}");
    let other = connection.clone();
    let second = tokio::spawn(async move { other.open(URL).await.map(|(ws, _)| ws) });
    in_time(first.close()).await.unwrap();
    let mut second = ends(second).await.unwrap();
    second.send("hi").await.unwrap();
    assert_eq!(in_time(second.recv()).await.unwrap(), Some(Message::text("hi")));
}

/// A server of one's own over a pipe, which answers the first request as it likes.
fn server_that<F>(
    answer: impl FnOnce(server::SendResponse<Bytes>, h2::RecvStream) -> F + Send + 'static,
) -> (DuplexStream, JoinHandle<()>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (client, stream) = duplex(64 * 1024);
    let task = tokio::spawn(async move {
        let mut builder = server::Builder::new();
        builder.enable_connect_protocol();
        let mut connection = builder.handshake::<_, Bytes>(stream).await.unwrap();
        let (request, respond) = connection.accept().await.unwrap().unwrap();
        let answering = tokio::spawn(answer(respond, request.into_body()));
        while connection.accept().await.is_some() {}
        answering.abort();
    });
    (client, task)
}

#[tokio::test]
async fn a_reset_in_place_of_an_answer_says_why() {
    for (sent, name) in [
        (Reason::HTTP_1_1_REQUIRED, "not-offered"),
        (Reason::PROTOCOL_ERROR, "not-offered"),
        (Reason::REFUSED_STREAM, "http"),
        (Reason::CANCEL, "http"),
    ] {
        let (client, task) =
            server_that(move |mut respond, _| async move { respond.send_reset(sent) });
        let connection = in_time(SharedConnection::new(client)).await.unwrap();
        let error = in_time(connection.open(URL)).await.unwrap_err();
        assert_eq!(error.name(), name, "{sent:?}: {error:?}");
        drop(connection);
        ends(task).await;
    }
}

#[tokio::test]
async fn ends_of_a_stream_are_those_of_a_connection() {
    for (reset, kind) in [
        (None, None),
        (Some(Reason::CANCEL), None),
        (Some(Reason::INTERNAL_ERROR), Some(std::io::ErrorKind::ConnectionReset)),
    ] {
        let (client, _task) = server_that(move |mut respond, mut body| async move {
            let mut send = respond.send_response(Response::new(()), false).unwrap();
            body.data().await.unwrap().unwrap(); // the client is open
            match reset {
                None => send.send_data(Bytes::new(), true).unwrap(),
                Some(reason) => send.send_reset(reason),
            }
            std::future::pending::<()>().await;
        });
        let connection = in_time(SharedConnection::new(client)).await.unwrap();
        let (mut ws, _) = in_time(connection.open(URL)).await.unwrap();
        ws.send("hi").await.unwrap();
        match (in_time(ws.recv()).await.unwrap_err(), kind) {
            (ws_tokio::Error::Disconnected, None) => {}
            (ws_tokio::Error::Io(error), Some(kind)) => assert_eq!(error.kind(), kind),
            (error, _) => panic!("{reset:?}: {error:?}"),
        }
    }
}

#[tokio::test]
async fn every_step_has_a_deadline() {
    let quick = ClientConfig::new().timeout(Some(Duration::from_millis(100)));
    let timed_out = |error: Error, step| {
        assert!(
            matches!(error.handshake(), Some(HandshakeError::TimedOut(at)) if *at == step),
            "{error:?}"
        );
    };
    // No SETTINGS come.
    let (client, _mute) = duplex(1024);
    let error = in_time(SharedConnection::within(client, &quick)).await.unwrap_err();
    timed_out(error, HandshakeStep::Settings);
    // No answer comes. The stream is then cancelled.
    let (client, task) = server_that(|mut respond, _| async move {
        let reset = poll_fn(|cx| respond.poll_reset(cx)).await.unwrap();
        assert_eq!(reset, Reason::CANCEL);
    });
    let connection = in_time(SharedConnection::new(client)).await.unwrap();
    let error = in_time(connection.open_with(URL, &quick)).await.unwrap_err();
    timed_out(error, HandshakeStep::AwaitAnswer);
    drop(connection);
    ends(task).await;
    let service = |_| std::future::pending();
    let mut sender = sender(http2::serve(builder(), service).await).await;
    let error = in_time(handshake_with(&mut sender, URL, &quick)).await.unwrap_err();
    timed_out(error, HandshakeStep::AwaitAnswer);
}

#[tokio::test]
async fn a_connection_that_ends_too_early_is_an_error() {
    let (client, mut server) = duplex(1024);
    let ending = tokio::spawn(async move {
        let _ = server.read(&mut [0; 24]).await;
    });
    let error = in_time(SharedConnection::new(client)).await.unwrap_err();
    assert!(matches!(error, Error::Io(_) | Error::Http(_)), "{error:?}");
    ends(ending).await;
    // And something that is no HTTP/2.
    let (client, mut server) = duplex(1024);
    tokio::spawn(async move {
        let _ = tokio::io::AsyncWriteExt::write_all(&mut server, b"HTTP/1.1 400 No\r\n\r\n").await;
        std::future::pending::<()>().await;
    });
    let error = in_time(SharedConnection::new(client)).await.unwrap_err();
    assert!(matches!(error, Error::Io(_) | Error::Http(_)), "{error:?}");
}

/// Dropped after so many polls, for every number of them: the connection goes on.
#[tokio::test]
async fn opening_may_be_dropped_at_any_await() {
    let address = http2::echo_server(ServerConfig::new()).await;
    let connection = connected(address).await;
    let mut most = 0;
    for polls in 0.. {
        let mut left = polls;
        let opened = {
            let mut opening = pin!(connection.open(URL));
            in_time(poll_fn(|cx| {
                if left == 0 {
                    return Poll::Ready(None);
                }
                left -= 1;
                opening.as_mut().poll(cx).map(Some)
            }))
            .await
        };
        if let Some(opened) = opened {
            let (mut ws, _) = opened.unwrap();
            ws.send("hi").await.unwrap();
            assert_eq!(in_time(ws.recv()).await.unwrap(), Some(Message::text("hi")));
            break;
        }
        most = polls;
    }
    assert!(most > 0);
    // The beginning of a connection as well.
    for polls in 0..20 {
        let mut left = polls;
        let stream = socket(address).await;
        let mut beginning = pin!(SharedConnection::new(stream));
        in_time(poll_fn(|cx| {
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            beginning.as_mut().poll(cx).map(drop)
        }))
        .await;
    }
    in_time(connection.open(URL)).await.unwrap();
}

#[tokio::test]
async fn a_connection_ends_with_its_last_user() {
    let (client, task) = server_that(|mut respond, mut body| async move {
        let mut send = respond.send_response(Response::new(()), false).unwrap();
        let said = body.data().await.unwrap().unwrap();
        // What is sent is masked; its length and opcode are not.
        assert_eq!(said[..2], [0x81, 0x82]);
        send.send_data(Bytes::from_static(b"\x81\x02hi"), false).unwrap();
        while let Some(Ok(_)) = body.data().await {}
    });
    let connection = in_time(SharedConnection::new(client)).await.unwrap();
    let (mut ws, _) = in_time(connection.open(URL)).await.unwrap();
    drop(connection);
    // The WebSocket is a user.
    ws.send("hi").await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some(Message::text("hi")));
    drop(ws);
    ends(task).await;
}

/// A server that stops reading one stream does not keep others from going on.
#[tokio::test]
async fn a_stream_that_nobody_reads_does_not_stop_others() {
    let service = |request: Request<Incoming>| {
        let reads = request.uri().path() != "/deaf";
        let answer = answer(request, &ServerConfig::new(), move |upgrading| async move {
            let ws = upgrading.await?;
            if !reads {
                std::future::pending::<()>().await;
            }
            echo(ws).await
        });
        async { answer }
    };
    let mut server = builder();
    server.initial_stream_window_size(64 * 1024).initial_connection_window_size(1024 * 1024);
    let connection = connected(http2::serve(server, service).await).await;
    let timeout = WebSocketConfig::default().send_timeout(Some(Duration::from_millis(200)));
    let config = ClientConfig::new().web_socket(timeout);
    let (mut deaf, _) =
        in_time(connection.open_with("ws://ws.example/deaf", &config)).await.unwrap();
    let error = in_time(deaf.send(vec![0; 10_000_000])).await.unwrap_err();
    assert!(matches!(error, ws_tokio::Error::TimedOut(_)), "{error:?}");
    let (mut ws, _) = in_time(connection.open(URL)).await.unwrap();
    let long = Message::from(vec![1; 300_000]);
    for _ in 0..10 {
        ws.send(long.clone()).await.unwrap();
        assert_eq!(in_time(ws.recv()).await.unwrap().unwrap(), long);
    }
}
