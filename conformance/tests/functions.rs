//! The functions and types of each adapter by their own names: each comes to what the driver's does.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    future::poll_fn,
    io::{self, ErrorKind, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    pin::Pin,
    process::Command,
    task::{Context, Poll},
    thread::{self, JoinHandle},
};

use ::tokio::io::AsyncReadExt as _;
use futures_core::FusedStream;
use futures_lite::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite,
    AsyncWriteExt as _, BufReader,
};
use futures_sink::Sink;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderValue, Request};
use ws_core::{
    ClientConfig, CloseFrame, DeflateOffer, HandshakeError, Message, Negotiated, Prepared, Role,
    ServerConfig, WebSocketConfig,
};
use ws_driver::{Error, FuturesIo};

const REQUEST: &[u8] = b"GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat, talk\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// "Hello", as a client says it (RFC 6455 5.7).
const FRAME: &[u8] = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (listener.accept().unwrap().0, peer)
}

/// What came up to the blank line.
fn read_head(peer: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        peer.read_exact(&mut octet).unwrap();
        head.extend(octet);
    }
    String::from_utf8(head).unwrap()
}

/// The request, as another parser would have it.
fn parsed() -> Request<()> {
    Request::get("/chat")
        .header("host", "h")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-protocol", "chat, talk")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .body(())
        .unwrap()
}

/// A server that sends back what comes, until its peer closes; gives the head of the request.
fn echo(mut stream: TcpStream) -> JoinHandle<String> {
    thread::spawn(move || {
        let head = read_head(&mut stream);
        let config = ServerConfig::new().subprotocols(["chat"]);
        let mut ws = ws_blocking::accept_buffered(stream, head.as_bytes(), &config).unwrap();
        while let Some(message) = ws.recv().unwrap() {
            ws.send(message).unwrap();
        }
        head
    })
}

/// Says no to whoever comes; gives the head of the request.
fn refuse(listener: &TcpListener) -> String {
    let mut stream = listener.accept().unwrap().0;
    let head = read_head(&mut stream);
    stream.write_all(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n").unwrap();
    head
}

/// Set in a process whose environment names a proxy.
const PROXIED: &str = "CONFORMANCE_FUNCTIONS_PROXIED";

/// The same program with each adapter, whose calls differ in whether they are waited for.
macro_rules! each {
    (
        $name:ident, $adapter:ident, $Stream:ty, $stream:expr, $run:ident, [$($await:tt)*], [$($open:tt)*],
        |$ws:ident| $split:expr
    ) => {
        mod $name {
            use $adapter::{Acceptor, handshake::Parts};

            use super::*;

            type WebSocket = $adapter::WebSocket<$Stream>;

            fn stream(socket: TcpStream) -> $Stream {
                ($stream)(socket)
            }

            /// What a server sees of a request that `ways` have read a part of, all of it, or more.
            fn assert_opens(ws: &mut WebSocket, peer: &mut TcpStream, leftover: usize) {
                let head = read_head(peer);
                assert!(head.starts_with("HTTP/1.1 101 ") && head.contains(ACCEPT), "{head}");
                assert_eq!((ws.role(), ws.extensions()), (Role::Server, None));
                assert_eq!(ws.leftover(), &FRAME[..leftover]);
                let address = peer.local_addr().unwrap();
                assert_eq!(ws.get_ref().peer_addr().unwrap(), address);
                assert_eq!(ws.get_mut().peer_addr().unwrap(), address);
                assert!(format!("{ws:?}").starts_with("WebSocket"), "{ws:?}");
                peer.write_all(&FRAME[leftover..]).unwrap();
            }

            #[test]
            fn what_was_read_before_is_part_of_the_request() {
                $run!({
                    let config = ServerConfig::new().subprotocols(["chat"]);
                    for len in [0, 1, REQUEST.len(), REQUEST.len() + FRAME.len()] {
                        let all = [REQUEST, FRAME].concat();
                        let (socket, mut peer) = pair();
                        peer.write_all(&REQUEST[len.min(REQUEST.len())..]).unwrap();
                        let opened = $adapter::accept_buffered(stream(socket), &all[..len], &config);
                        let mut ws: WebSocket = opened $($await)* .unwrap();
                        assert_opens(&mut ws, &mut peer, len.saturating_sub(REQUEST.len()));
                        assert_eq!(ws.subprotocol(), Some("chat"));
                        assert_eq!(ws.recv() $($await)* .unwrap(), Some(Message::text("Hello")));
                    }
                });
            }

            #[test]
            fn a_request_of_another_parser_is_answered() {
                $run!({
                    let config = ServerConfig::new();
                    for len in [0, 3, FRAME.len()] {
                        let (socket, mut peer) = pair();
                        let request = parsed();
                        let opened =
                            $adapter::accept_request(stream(socket), &request, &FRAME[..len], &config);
                        let mut ws: WebSocket = opened $($await)* .unwrap();
                        assert_opens(&mut ws, &mut peer, len);
                        assert_eq!(ws.recv() $($await)* .unwrap(), Some(Message::text("Hello")));
                    }
                });
            }

            #[test]
            fn a_request_in_hand_says_what_it_asks_for() {
                $run!({
                    let (socket, mut peer) = pair();
                    let acceptor =
                        Acceptor::with_buffered(stream(socket), REQUEST, &ServerConfig::new());
                    let mut request = acceptor.next_request() $($await)* .unwrap();
                    assert!(request.is_upgrade() && request.violation().is_none());
                    assert_eq!(request.request().uri(), "/chat");
                    assert_eq!(request.get_ref().peer_addr().unwrap(), peer.local_addr().unwrap());
                    assert!(request.offered_subprotocols().eq(["chat", "talk"]));
                    assert_eq!(request.negotiated().subprotocol(), None);
                    let error = request.select_subprotocol(Some("mqtt")).unwrap_err();
                    assert_eq!(error.name(), "unoffered-subprotocol");
                    request.select_subprotocol(Some("talk")).unwrap();
                    assert_eq!(request.negotiated().subprotocol(), Some("talk"));
                    assert!(format!("{request:?}").starts_with("UpgradeRequest"), "{request:?}");
                    let decorated = request.accept_with(|response| {
                        response.headers_mut().insert("x-server", HeaderValue::from_static("ours"));
                    });
                    let mut ws = decorated $($await)* .unwrap();
                    let head = read_head(&mut peer).to_lowercase();
                    assert!(head.contains("x-server: ours\r\n"), "{head}");
                    assert!(head.contains("sec-websocket-protocol: talk\r\n"), "{head}");
                    peer.write_all(FRAME).unwrap();
                    assert_eq!(ws.recv() $($await)* .unwrap(), Some(Message::text("Hello")));
                });
            }

            #[test]
            fn a_request_that_is_dropped_closes_and_one_that_is_none_is_told() {
                $run!({
                    let (socket, mut peer) = pair();
                    let ordinary = &b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"[..];
                    let acceptor =
                        Acceptor::with_buffered(stream(socket), ordinary, &ServerConfig::new());
                    let request = acceptor.next_request() $($await)* .unwrap();
                    assert!(!request.is_upgrade());
                    assert_eq!(request.violation().unwrap().rule().name(), "no-connection");
                    drop(request);
                    assert_eq!(peer.read(&mut [0]).unwrap(), 0);
                });
            }

            #[test]
            fn an_acceptor_knows_whether_another_request_may_come() {
                $run!({
                    for (keep_alive, is_closed) in [(true, false), (false, true)] {
                        let (socket, _peer) = pair();
                        let config = ServerConfig::new().keep_alive(keep_alive);
                        let acceptor = Acceptor::with_buffered(stream(socket), REQUEST, &config);
                        assert!(!acceptor.is_closed());
                        let request = acceptor.next_request() $($await)* .unwrap();
                        let acceptor = request.reject() $($await)* .unwrap();
                        assert_eq!(acceptor.is_closed(), is_closed);
                    }
                });
            }

            #[test]
            fn a_request_that_was_signed_is_sent_as_it_is() {
                $run!({
                    let (socket, peer) = pair();
                    let server = echo(peer);
                    let config = ClientConfig::new().subprotocols(["chat"]);
                    let (mut request, verifier) =
                        $adapter::upgrade_request(&config, "h.example", "/signed").unwrap();
                    let signature = HeaderValue::from_static("by us");
                    request.headers_mut().insert("x-signature", signature);
                    let opened = $adapter::handshake_request(stream(socket), request, verifier);
                    let (mut ws, response) = opened $($await)* .unwrap();
                    assert_eq!(response.headers()["sec-websocket-protocol"], "chat");
                    assert_eq!((ws.role(), ws.subprotocol()), (Role::Client, Some("chat")));
                    ws.send("Hello") $($await)* .unwrap();
                    assert_eq!(ws.recv() $($await)* .unwrap(), Some(Message::text("Hello")));
                    assert!(ws.close() $($await)* .unwrap().is_clean());
                    let head = server.join().unwrap().to_lowercase();
                    assert!(head.starts_with("get /signed http/1.1\r\nhost: h.example\r\n"), "{head}");
                    assert!(head.contains("\r\nx-signature: by us\r\n"), "{head}");
                });
            }

            #[test]
            fn what_is_connected_to_is_a_stream_that_may_have_tls() {
                $run!({
                    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                    let address = listener.local_addr().unwrap();
                    let server = thread::spawn(move || echo(listener.accept().unwrap().0));
                    let url = format!("ws://{address}/room");
                    let (mut ws, _) = $adapter::connect(url) $($open)* .unwrap();
                    let prepared = Prepared::new("Hello");
                    for _ in 0..2 {
                        ws.send(&prepared) $($await)* .unwrap();
                        ws.send(prepared.clone()) $($await)* .unwrap();
                    }
                    for _ in 0..4 {
                        assert_eq!(ws.recv() $($await)* .unwrap(), Some(Message::text("Hello")));
                    }
                    assert!(!ws.get_ref().is_tls());
                    let socket = ws.into_parts().io.into_inner();
                    assert_eq!(socket.peer_addr().unwrap(), address);
                    drop(socket);
                    server.join().unwrap().join().unwrap_err();
                });
            }

            #[test]
            fn what_a_client_offers_is_in_its_request() {
                $run!({
                    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                    let url = format!("ws://{}/", listener.local_addr().unwrap());
                    let server = thread::spawn(move || refuse(&listener));
                    let offer = DeflateOffer::new().server_max_window_bits(10);
                    let opened = $adapter::connect(url).deflate(offer) $($open)*;
                    assert_eq!(opened.unwrap_err().name(), "status-not-101");
                    let head = server.join().unwrap().to_lowercase();
                    let offer = "permessage-deflate; client_max_window_bits; server_max_window_bits=10";
                    assert!(head.contains(&format!("sec-websocket-extensions: {offer}")), "{head}");
                });
            }

            /// The environment belongs to a whole process, so it is one of its own: the same test again.
            #[test]
            fn the_environment_may_name_a_proxy() {
                $run!({
                    if std::env::var_os(PROXIED).is_some() {
                        let opened = $adapter::connect("ws://h.example/").proxy_from_env() $($open)*;
                        assert_eq!(opened.unwrap_err().name(), "proxy-refused");
                        return;
                    }
                    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                    let proxy = format!("http://{}", listener.local_addr().unwrap());
                    let asked = thread::spawn(move || refuse(&listener));
                    let test = concat!(stringify!($name), "::the_environment_may_name_a_proxy");
                    let mut child = Command::new(std::env::current_exe().unwrap());
                    child.args(["--exact", test]).env(PROXIED, "").env("ws_proxy", proxy);
                    child.env_remove("no_proxy").env_remove("NO_PROXY");
                    let output = child.output().unwrap();
                    // A name that fits no test would be a success, too.
                    let said = String::from_utf8_lossy(&output.stdout);
                    assert!(output.status.success() && said.contains("1 passed"), "{output:?}");
                    let head = asked.join().unwrap();
                    assert!(head.starts_with("CONNECT h.example:80 HTTP/1.1\r\n"), "{head}");
                });
            }

            #[test]
            fn a_tracker_is_the_core_s() {
                let core = ws_core::Tracker::new();
                let own = $adapter::Tracker::from(core.clone());
                assert!(!own.is_shutting_down());
                core.shut_down(CloseFrame::NORMAL, None).unwrap();
                assert!(own.is_shutting_down() && own.as_ref().is_shutting_down());
            }

            #[test]
            fn halves_know_what_was_negotiated_and_go_together_again() {
                $run!({
                    let split = |$ws: WebSocket| $split;
                    let open = || {
                        let (socket, peer) = pair();
                        let negotiated = Negotiated::new(Some("chat"), None);
                        let parts = Parts::new(stream(socket), Role::Server, negotiated);
                        let parts = parts.request(parsed());
                        (WebSocket::from_parts(parts, &WebSocketConfig::new()), peer)
                    };
                    let ((one, mut peer), (other, _other_peer)) = (open(), open());
                    let (sender, receiver) = split(one);
                    let (other_sender, other_receiver) = split(other);
                    assert_eq!(receiver.subprotocol(), Some("chat"));
                    assert_eq!(receiver.negotiated().subprotocol(), Some("chat"));
                    assert_eq!(receiver.request().map(|it| it.uri().path()), Some("/chat"));
                    assert!(sender.close_info().first.is_none());
                    let shown = format!("{sender:?} {receiver:?}");
                    assert!(shown.starts_with("SendHalf") && shown.contains("RecvHalf"), "{shown}");
                    let (receiver, other_sender) = receiver.unsplit(other_sender).unwrap_err();
                    let mut ws = receiver.unsplit(sender).unwrap();
                    peer.write_all(FRAME).unwrap();
                    assert_eq!(ws.recv() $($await)* .unwrap(), Some(Message::text("Hello")));
                    assert!(other_receiver.unsplit(other_sender).is_ok());
                });
            }

            #[test]
            fn a_stream_of_bytes_gives_back_what_was_not_read() {
                $run!({
                    let (socket, mut peer) = pair();
                    let config = WebSocketConfig::new();
                    let ws = WebSocket::from_upgraded(
                        stream(socket), Role::Server, Negotiated::default(), &config,
                    );
                    let mut bytes = $adapter::ByteStream::new(ws);
                    assert_eq!(bytes.get_ref().peer_addr().unwrap(), peer.local_addr().unwrap());
                    // The same in a binary message, and then in a text, which is none of the stream's.
                    peer.write_all(&[b"\x82", &FRAME[1..], FRAME].concat()).unwrap();
                    let mut two = [0; 2];
                    bytes.read_exact(&mut two) $($await)* .unwrap();
                    assert_eq!(&two, b"He");
                    let (mut ws, data) = bytes.into_inner();
                    assert_eq!(data, "llo");
                    assert_eq!(ws.recv() $($await)* .unwrap(), Some(Message::text("Hello")));
                });
            }

            #[test]
            fn a_handshake_done_elsewhere_may_leave_bytes_and_a_request() {
                $run!({
                    let (socket, mut peer) = pair();
                    let parts = Parts::new(stream(socket), Role::Server, Negotiated::default())
                        .leftover(&FRAME[..4])
                        .request(parsed());
                    let mut ws = WebSocket::from_parts(parts, &WebSocketConfig::new());
                    assert_eq!(ws.leftover(), &FRAME[..4]);
                    assert_eq!(ws.request().map(|request| request.uri().path()), Some("/chat"));
                    peer.write_all(&FRAME[4..]).unwrap();
                    assert_eq!(ws.recv() $($await)* .unwrap(), Some(Message::text("Hello")));
                    let parts = ws.into_parts();
                    assert!(parts.leftover.is_empty());
                    drop(parts);
                    assert_eq!(peer.read(&mut [0]).unwrap(), 0);
                });
            }
        }
    };
}

macro_rules! on_tokio {
    ($program:block) => {{
        let mut runtime = ::tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(async move { $program })
    }};
}

macro_rules! on_smol {
    ($program:block) => {
        ::smol::block_on(async move { $program })
    };
}

macro_rules! on_async_std {
    ($program:block) => {
        ::async_std::task::block_on(async move { $program })
    };
}

macro_rules! here {
    ($program:block) => {
        $program
    };
}

fn of_tokio(socket: TcpStream) -> ::tokio::net::TcpStream {
    socket.set_nonblocking(true).unwrap();
    ::tokio::net::TcpStream::from_std(socket).unwrap()
}

fn of_smol(socket: TcpStream) -> ::smol::net::TcpStream {
    ::smol::Async::new(socket).unwrap().into()
}

each!(
    tokio, ws_tokio, ::tokio::net::TcpStream, of_tokio, on_tokio, [.await], [.await], |ws| ws.split()
);
each!(smol, ws_smol, ::smol::net::TcpStream, of_smol, on_smol, [.await], [.await], |ws| ws.split());
each!(
    async_std, ws_async_std, ::async_std::net::TcpStream, From::from, on_async_std, [.await], [.await],
    |ws| ws.split()
);
each!(
    blocking, ws_blocking, TcpStream, |socket| socket, here, [], [.open()],
    |ws| ws.split(TcpStream::try_clone).unwrap()
);

/// What is lent is what the message has, and comes again until it is consumed.
#[test]
fn buffers_of_byte_streams_are_lent() {
    async fn lends(mut stream: impl AsyncBufRead + Unpin) {
        for (taken, rest) in [(0, "Hello"), (2, "Hello"), (3, "llo")] {
            assert_eq!(stream.fill_buf().await.unwrap(), rest.as_bytes());
            stream.consume(taken);
        }
        // A text is none of the stream's.
        assert_eq!(stream.fill_buf().await.unwrap_err().kind(), ErrorKind::InvalidData);
    }

    let config = WebSocketConfig::new();
    let (negotiated, role) = (Negotiated::default(), Role::Server);
    let said = [b"\x82", &FRAME[1..], FRAME].concat();
    let (socket, mut peer) = pair();
    peer.write_all(&said).unwrap();
    let ws = ws_smol::WebSocket::from_upgraded(of_smol(socket), role, negotiated.clone(), &config);
    ::smol::block_on(lends(ws_smol::ByteStream::new(ws)));
    let (socket, mut peer) = pair();
    peer.write_all(&said).unwrap();
    let socket = ::async_std::net::TcpStream::from(socket);
    let ws = ws_async_std::WebSocket::from_upgraded(socket, role, negotiated, &config);
    ::async_std::task::block_on(lends(ws_async_std::ByteStream::new(ws)));
}

/// Code that is generic over runtimes has the same functions in the driver.
#[test]
fn the_drivers_functions_come_to_the_same() {
    ::smol::block_on(async {
        let config = ServerConfig::new();
        for len in [1, REQUEST.len() + FRAME.len()] {
            let (socket, mut peer) = pair();
            let all = [REQUEST, FRAME].concat();
            peer.write_all(&all[len..]).unwrap();
            let (socket, read) = (of_smol(socket), &all[..len]);
            let opened = ws_driver::accept_buffered::<_, FuturesIo>(socket, read, &config);
            let mut ws = opened.await.unwrap();
            assert!(read_head(&mut peer).contains(ACCEPT));
            assert_eq!(ws.recv().await.unwrap(), Some(Message::text("Hello")));
        }
        let (socket, mut peer) = pair();
        let request = parsed();
        let socket = of_smol(socket);
        let opened = ws_driver::accept_request::<_, FuturesIo>(socket, &request, FRAME, &config);
        let mut ws = opened.await.unwrap();
        assert!(read_head(&mut peer).contains(ACCEPT));
        assert_eq!(ws.recv().await.unwrap(), Some(Message::text("Hello")));

        let (socket, peer) = pair();
        let server = echo(peer);
        let config = ClientConfig::new();
        let (request, verifier) = ws_core::upgrade_request(&config, "h", "/").unwrap();
        let socket = of_smol(socket);
        let opened = ws_driver::handshake_request::<_, FuturesIo, _>(socket, request, verifier);
        let (ws, _) = opened.await.unwrap();
        // With another stream around it, it goes on as it was.
        let mut ws = ws.map(BufReader::new);
        ws.send("Hello").await.unwrap();
        assert_eq!(ws.recv().await.unwrap(), Some(Message::text("Hello")));
        assert!(ws.close().await.unwrap().is_clean());
        server.join().unwrap();
    });
}

/// A half is closed as a sink, and the other ends as a stream.
#[test]
fn halves_are_a_sink_and_a_stream() {
    async fn close(
        mut sender: impl Sink<Message, Error = Error> + Unpin,
        mut receiver: impl FusedStream<Item = Result<Message, Error>> + Unpin,
        mut peer: TcpStream,
    ) {
        assert!(!receiver.is_terminated());
        sender.close().await.unwrap();
        let mut frame = [0; 4];
        peer.read_exact(&mut frame).unwrap();
        assert_eq!(frame, *b"\x88\x02\x03\xe8");
        peer.write_all(b"\x88\x82\0\0\0\0\x03\xe8").unwrap();
        assert!(receiver.next().await.is_none() && receiver.is_terminated());
    }

    let config = WebSocketConfig::new();
    let (negotiated, role) = (Negotiated::default, Role::Server);
    let (socket, peer) = pair();
    let ws = ws_smol::WebSocket::from_upgraded(of_smol(socket), role, negotiated(), &config);
    let (sender, receiver) = ws.split();
    ::smol::block_on(close(sender, receiver, peer));
    let (socket, peer) = pair();
    let socket = ::async_std::net::TcpStream::from(socket);
    let ws = ws_async_std::WebSocket::from_upgraded(socket, role, negotiated(), &config);
    let (sender, receiver) = ws.split();
    ::async_std::task::block_on(close(sender, receiver, peer));
    let (socket, peer) = pair();
    on_tokio!({
        let ws = ws_tokio::WebSocket::from_upgraded(of_tokio(socket), role, negotiated(), &config);
        let (sender, receiver) = ws.split();
        close(sender, receiver, peer).await;
    });
}

/// The head of a rejection is known while its body is waited for.
#[test]
fn a_rejection_can_be_looked_at_before_its_body_is_there() {
    ::smol::block_on(async {
        let (socket, mut peer) = pair();
        let config = ClientConfig::new();
        let socket = of_smol(socket);
        let mut connecting =
            ws_driver::Connecting::<_, FuturesIo>::new(socket, "h", "/", &config).unwrap();
        assert!(connecting.declined().is_none());
        peer.write_all(b"HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nno").unwrap();
        let status = poll_fn(|cx| {
            assert!(connecting.poll(cx).is_pending());
            connecting.declined().map_or(Poll::Pending, |head| Poll::Ready(head.status()))
        });
        assert_eq!(status.await, 403);
        peer.write_all(b"pe").unwrap();
        let error = poll_fn(|cx| connecting.poll(cx)).await.map(drop).unwrap_err();
        let declined = error.handshake().and_then(HandshakeError::status);
        assert_eq!(declined.map(|status| status.as_u16()), Some(403));
        assert!(connecting.declined().is_none());
    });
}

/// Nothing is sent for nothing, and a stream that takes nothing is broken.
#[test]
fn nothing_is_written() {
    struct Full;

    impl AsyncRead for Full {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Pending
        }
    }

    impl AsyncWrite for Full {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(0))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    let config = WebSocketConfig::new();
    let (negotiated, role) = (Negotiated::default, Role::Server);
    let mut ws = ws_smol::WebSocket::from_upgraded(Full, role, negotiated(), &config);
    let error = ::smol::block_on(ws.send("Hello")).unwrap_err();
    assert!(
        matches!(&error, Error::Io(error) if error.kind() == ErrorKind::WriteZero),
        "{error:?}"
    );

    let (socket, mut peer) = pair();
    let ws = ws_smol::WebSocket::from_upgraded(of_smol(socket), role, negotiated(), &config);
    let mut bytes = ws_smol::ByteStream::new(ws);
    ::smol::block_on(async {
        assert_eq!(bytes.write(b"").await.unwrap(), 0);
        assert_eq!(bytes.write(b"He").await.unwrap(), 2);
        bytes.flush().await.unwrap();
    });
    let mut frame = [0; 4];
    peer.read_exact(&mut frame).unwrap();
    assert_eq!(frame, *b"\x82\x02He");
}

/// What waits says what it is, and nothing of what it holds.
#[test]
fn what_waits_can_be_shown() {
    let (socket, _peer) = pair();
    let accepting =
        ws_driver::Accepting::<_, FuturesIo>::new(of_smol(socket), &ServerConfig::new());
    assert_eq!(format!("{accepting:?}"), "Accepting { .. }");
    let shown = format!("{:?}", ws_driver::HandshakeWatch::default());
    assert!(shown.starts_with("HandshakeWatch"), "{shown}");
    let tracker = ws_driver::Tracker::<FuturesIo>::new();
    let run = tracker.run(async {});
    assert_eq!(format!("{run:?}"), "Run { .. }");
    let shown = format!("{tracker:?}");
    assert!(shown.starts_with("Tracker") && shown.contains("tasks: 1"), "{shown}");
}
