//! Clients over connections of hyper's.

#![cfg(test)]

mod common;

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use common::{echo, echo_server, ends, in_time};
use http_body_util::{BodyExt, Empty, Full};
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake as begin},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex},
    net::TcpStream,
    task::JoinHandle,
};
use ws_hyper::{
    ClientConfig, Error, ServerConfig, handshake, handshake_with, upgrade_request,
    upgrade_response,
    ws_tokio::{
        self, Acceptor,
        handshake::{HandshakeError, HandshakeStep},
        http,
    },
};

type Sender = SendRequest<Empty<Bytes>>;

async fn client<T>(stream: T) -> (Sender, JoinHandle<hyper::Result<()>>)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = begin(TokioIo::new(stream)).await.unwrap();
    (sender, tokio::spawn(connection.with_upgrades()))
}

/// A server that reads a request and writes `answer`, and gives the stream back.
fn answering(mut stream: DuplexStream, answer: &'static [u8]) -> JoinHandle<DuplexStream> {
    tokio::spawn(async move {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(answer).await.unwrap();
        stream
    })
}

#[tokio::test]
async fn it_opens_what_an_acceptor_accepts() {
    let (stream, peer) = duplex(64);
    let server = tokio::spawn(async move {
        let config = ServerConfig::new().subprotocols(["chat"]);
        let upgrade = Acceptor::new(peer, &config).next_request().await?;
        assert_eq!(upgrade.request().uri(), "/tea?milk");
        assert_eq!(upgrade.request().headers()["host"], "ws.example:81");
        assert_eq!(upgrade.request().headers()["x-token"], "letmein");
        echo(upgrade.accept().await?).await
    });
    let (mut sender, connection) = client(stream).await;
    let config = ClientConfig::new().subprotocols(["tea", "chat"]).header("x-token", "letmein");
    let opening = handshake_with(&mut sender, "ws.example:81", "/tea?milk", &config);
    let (mut ws, response) = in_time(opening).await.unwrap();
    assert_eq!(response.status(), 101);
    assert_eq!(ws.subprotocol(), Some("chat"));
    ws.send(vec![5; 100_000]).await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some(vec![5; 100_000].into()));
    assert!(in_time(ws.close()).await.unwrap().is_clean());
    ends(server).await.unwrap();
    ends(connection).await.unwrap();
}

#[tokio::test]
async fn it_opens_what_hyper_serves() {
    let address = echo_server(ServerConfig::new()).await;
    let (mut sender, _) = client(TcpStream::connect(address).await.unwrap()).await;
    let (mut ws, _) = in_time(handshake(&mut sender, "ws.example", "/")).await.unwrap();
    ws.send("hello").await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some("hello".into()));
    assert!(in_time(ws.close()).await.unwrap().is_clean());
}

#[tokio::test]
async fn a_refusal_has_its_body_and_the_connection_goes_on() {
    let (stream, peer) = duplex(64);
    let server = tokio::spawn(async move {
        let config = ServerConfig::new().keep_alive(true);
        let first = Acceptor::new(peer, &config).next_request().await?;
        let mut rejection = http::Response::new("show your papers");
        *rejection.status_mut() = http::StatusCode::UNAUTHORIZED;
        let second = first.reject_with(rejection).await?.next_request().await?;
        echo(second.accept().await?).await
    });
    let (mut sender, _connection) = client(stream).await;
    let error = in_time(handshake(&mut sender, "ws.example", "/")).await.unwrap_err();
    assert_eq!(error.name(), "status-not-101");
    assert_eq!(error.handshake().and_then(HandshakeError::status).unwrap(), 401);
    let Error::Declined { response, .. } = error else { panic!("{error}") };
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "show your papers");
    let (mut ws, _) = in_time(handshake(&mut sender, "ws.example", "/")).await.unwrap();
    assert!(in_time(ws.close()).await.unwrap().is_clean());
    ends(server).await.unwrap();
}

#[tokio::test]
async fn refusals_are_known_without_hyper() {
    for (answer, transient) in [
        (&b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"[..], true),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", false),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", false),
    ] {
        let (stream, peer) = duplex(1024);
        let server = answering(peer, answer);
        let (mut sender, _) = client(stream).await;
        let error = in_time(handshake(&mut sender, "ws.example", "/")).await.unwrap_err();
        let error = ws_tokio::Error::from(error);
        assert_eq!(error.is_transient(), transient, "{error}");
        assert!(matches!(error.handshake(), Some(HandshakeError::Declined(_))), "{error}");
        ends(server).await;
    }
}

#[tokio::test]
async fn a_101_that_breaks_a_rule_opens_nothing() {
    for (answer, name) in [
        (&b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"[..], "missing-accept"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
           Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", "bad-accept"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "no-upgrade"),
    ] {
        let (stream, peer) = duplex(1024);
        let server = answering(peer, answer);
        let (mut sender, connection) = client(stream).await;
        let error = in_time(handshake(&mut sender, "ws.example", "/")).await.unwrap_err();
        assert_eq!(error.name(), name);
        assert!(matches!(error, Error::Handshake(HandshakeError::InvalidResponse(_))), "{error}");
        ends(connection).await.unwrap();
        // The connection is closed.
        assert_eq!(in_time(ends(server).await.read(&mut [0; 1])).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn what_is_wrong_with_arguments_is_said_before_anything_is_sent() {
    let (stream, _peer) = duplex(1024);
    let (mut sender, _) = client(stream).await;
    let error = handshake(&mut sender, "ws.example\r\n", "/").await.unwrap_err();
    assert_eq!(error.name(), "invalid-host");
    let error = handshake(&mut sender, "ws.example", "tea").await.unwrap_err();
    assert_eq!(error.name(), "invalid-target");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let config = ClientConfig::new().timeout(Some(Duration::from_millis(50)));
    let (stream, mut peer) = duplex(1024);
    let (mut sender, connection) = client(stream).await;
    let opening = handshake_with(&mut sender, "ws.example", "/", &config);
    let error = in_time(opening).await.unwrap_err();
    let step = HandshakeStep::AwaitAnswer;
    assert!(
        matches!(error, Error::Handshake(HandshakeError::TimedOut(at)) if at == step),
        "{error}"
    );
    // hyper has given up the connection with the request.
    let _ = ends(connection).await;
    let mut came = Vec::new();
    in_time(peer.read_to_end(&mut came)).await.unwrap();
    assert!(came.starts_with(b"GET / HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_server_that_leaves_is_an_error() {
    let (stream, peer) = duplex(1024);
    let server = answering(peer, b"");
    let (mut sender, _) = client(stream).await;
    let opening = handshake(&mut sender, "ws.example", "/");
    let (error, _) = in_time(async { tokio::join!(opening, async { drop(server.await) }) }).await;
    let error = error.unwrap_err();
    assert_eq!(error.name(), "http");
    assert!(std::error::Error::source(&error).is_some());
    assert!(ws_tokio::Error::from(error).is_disconnect());
    // And there is no second request.
    let error = in_time(handshake(&mut sender, "ws.example", "/")).await.unwrap_err();
    assert_eq!(error.name(), "http");
}

#[tokio::test]
async fn a_connection_that_is_not_handed_over_is_an_error() {
    let (stream, peer) = duplex(1024);
    tokio::spawn(async { echo(ws_tokio::accept(peer).await?).await });
    let (mut sender, connection) = begin::<_, Empty<Bytes>>(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let error = in_time(handshake(&mut sender, "ws.example", "/")).await.unwrap_err();
    assert_eq!(error.name(), "not-upgraded");
}

#[tokio::test]
async fn the_request_is_sent_in_any_way_and_streams_come_out() {
    let address = echo_server(ServerConfig::new()).await;
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = begin::<_, Full<Bytes>>(stream).await.unwrap();
    tokio::spawn(connection.with_upgrades());
    // The connection has been used before.
    let page = Request::get("/").header("host", "ws.example").body(Full::default()).unwrap();
    let page = in_time(sender.send_request(page)).await.unwrap();
    assert_eq!(page.status(), 426);
    page.into_body().collect().await.unwrap();

    let (request, verifier) = upgrade_request(&ClientConfig::new(), "ws.example", "/").unwrap();
    let response = in_time(sender.send_request(request.map(|()| Full::default()))).await.unwrap();
    let (response, upgrading) = upgrade_response(response, &verifier).unwrap();
    assert_eq!(response.status(), 101);
    let mut ws = in_time(upgrading.downcast::<TcpStream>()).await.unwrap().expect("a TcpStream");
    assert_eq!(ws.get_ref().peer_addr().unwrap(), address);
    ws.send("hi").await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some("hi".into()));
    assert!(in_time(ws.close()).await.unwrap().is_clean());
}

#[tokio::test]
async fn frames_behind_the_101_are_kept() {
    for plain in [false, true] {
        let (stream, mut peer) = duplex(1024);
        let (mut sender, _) = client(stream).await;
        let (request, verifier) = upgrade_request(&ClientConfig::new(), "ws.example", "/").unwrap();
        let answer = ws_tokio::respond(&request, &ServerConfig::new()).unwrap().0;
        let mut head = b"HTTP/1.1 101 Switching Protocols\r\n".to_vec();
        for (name, value) in answer.headers() {
            head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        let answer = async {
            peer.read_u8().await.unwrap(); // hyper takes no answer before it has begun to ask
            peer.write_all(&[&head, &b"\r\n\x81\x05hel"[..]].concat()).await.unwrap();
        };
        let request = sender.send_request(request.map(|()| Empty::new()));
        let (response, ()) = in_time(async { tokio::join!(request, answer) }).await;
        let response = response.unwrap();
        let (_, upgrading) = upgrade_response(response, &verifier).unwrap();
        if plain {
            let ws = in_time(upgrading.downcast::<DuplexStream>()).await.unwrap();
            let mut ws = ws.expect("a DuplexStream");
            assert_eq!(ws.leftover(), b"\x81\x05hel");
            peer.write_all(b"lo").await.unwrap();
            assert_eq!(in_time(ws.recv()).await.unwrap(), Some("hello".into()));
        } else {
            let mut ws = in_time(upgrading).await.unwrap();
            peer.write_all(b"lo").await.unwrap();
            assert_eq!(in_time(ws.recv()).await.unwrap(), Some("hello".into()));
        }
    }
}

/// The future is dropped after each number of polls; both ends of the connection are over then.
#[tokio::test]
async fn dropping_at_any_poll_leaves_nothing_behind() {
    for polls in 0..8 {
        let (stream, peer) = duplex(16);
        let server = tokio::spawn(async { echo(ws_tokio::accept(peer).await?).await });
        let (mut sender, connection) = client(stream).await;
        let opened = {
            let mut opening = pin!(handshake(&mut sender, "ws.example", "/"));
            let mut opened = None;
            for _ in 0..polls {
                if let Poll::Ready(outcome) =
                    poll_fn(|cx| Poll::Ready(opening.as_mut().poll(cx))).await
                {
                    opened = Some(outcome.unwrap());
                    break;
                }
                tokio::task::yield_now().await;
            }
            opened
        };
        drop((sender, opened));
        let _ = ends(connection).await;
        // Its stream has ended, wherever it was.
        assert!(ends(server).await.is_err());
    }
}

#[test]
fn futures_are_send() {
    fn sends<'a, F: Send>(_: impl Fn(&'a mut Sender) -> F) {}
    sends(|sender| handshake(sender, "ws.example", "/"));
    sends(|sender| async { handshake_with(sender, "ws.example", "/", &ClientConfig::new()).await });
}
