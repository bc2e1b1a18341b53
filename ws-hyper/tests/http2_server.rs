//! Servers over HTTP/2 (RFC 8441): what opens, what passes, and what ends.

#![cfg(test)]
#![cfg(feature = "http2")]

mod common;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use common::{
    Answer, answer, echo,
    http2::{self, builder},
    in_time,
    peer::{Peer, RST_STREAM},
};
use h2::{Reason, client};
use hyper::{
    Request,
    body::{Bytes, Incoming},
};
use tokio::{
    net::TcpStream,
    sync::mpsc::{self, UnboundedReceiver},
};
use ws_hyper::{
    CloseCode, Message, ServerConfig, UpgradeRequest, Upgraded, WebSocket, WebSocketConfig,
    ws_tokio::Error,
};

const CLOSE: &[u8] = b"\x88\x82\0\0\0\0\x03\xe8";
const CLOSED: &[u8] = b"\x88\x02\x03\xe8";

/// A masked message of less than 126 bytes.
fn text(text: &str) -> Vec<u8> {
    [&[0x81, 0x80 | text.len() as u8, 0, 0, 0, 0], text.as_bytes()].concat()
}

/// The same, from a server.
fn echoed(text: &str) -> Vec<u8> {
    [&[0x81, text.len() as u8], text.as_bytes()].concat()
}

/// A server that echoes, and tells how it ended.
async fn telling_server(
    config: ServerConfig,
) -> (SocketAddr, UnboundedReceiver<Result<(), Error>>) {
    serve_each(config, echo).await
}

/// A server that does something with each WebSocket, and tells how that ended.
async fn serve_each<F>(
    config: ServerConfig,
    each: impl Fn(WebSocket<Upgraded>) -> F + Clone + Send + Sync + 'static,
) -> (SocketAddr, UnboundedReceiver<Result<(), Error>>)
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let (told, outcomes) = mpsc::unbounded_channel();
    let service = move |request: Request<Incoming>| {
        let (told, each) = (told.clone(), each.clone());
        let answer = answer(request, &config, |upgrading| async move {
            let outcome = async { each(upgrading.await?).await }.await;
            let _ = told.send(outcome);
            Ok(())
        });
        async { answer }
    };
    (http2::serve(builder(), service).await, outcomes)
}

async fn next(outcomes: &mut UnboundedReceiver<Result<(), Error>>) -> Result<(), Error> {
    in_time(outcomes.recv()).await.unwrap()
}

#[tokio::test]
async fn a_stream_is_a_web_socket() {
    let config = ServerConfig::new().subprotocols(["chat"]);
    let mut peer = Peer::connect(http2::echo_server(config).await).await;
    let (response, _) = peer.ask(&[("sec-websocket-protocol", "talk, chat")]).await;
    assert_eq!(response.status(), 200);
    let mut names: Vec<_> = response.headers().keys().map(ToString::to_string).collect();
    names.sort_unstable();
    assert_eq!(names, ["date", "sec-websocket-protocol"]);
    assert_eq!(response.headers()["sec-websocket-protocol"], "chat");

    // Several on one connection, whose messages do not mix.
    let (mut a, mut b) = (peer.open(&[]).await, peer.open(&[]).await);
    a.write(text("one"));
    b.write(text("two"));
    a.write(text("three"));
    assert_eq!(a.read(12).await, [echoed("one"), echoed("three")].concat());
    assert_eq!(b.read(5).await, echoed("two"));
}

/// "Orderly TCP-level closures are represented as END_STREAM flags". RFC 8441 5. A browser that is reset falls
/// back to HTTP/1.1.
#[tokio::test]
async fn a_close_of_the_clients_ends_the_stream_and_resets_nothing() {
    let mut peer = Peer::connect(http2::echo_server(ServerConfig::new()).await).await;
    let mut ws = peer.open(&[]).await;
    ws.write(text("hi"));
    ws.write(CLOSE);
    assert_eq!(ws.rest().await, [echoed("hi").as_slice(), CLOSED].concat());
    ws.end();
    peer.assert_ended(ws.id()).await;
    // The connection goes on.
    let mut ws = peer.open(&[]).await;
    ws.write(text("again"));
    assert_eq!(ws.read(7).await, echoed("again"));
}

#[tokio::test]
async fn a_close_of_the_servers_ends_the_stream_and_resets_nothing() {
    let (address, mut outcomes) = serve_each(ServerConfig::new(), |mut ws| async move {
        let info = ws.close_with(CloseCode::GOING_AWAY, "bye").await?;
        assert!(info.is_clean());
        Ok(())
    })
    .await;
    let mut peer = Peer::connect(address).await;
    let mut ws = peer.open(&[]).await;
    assert_eq!(ws.read(7).await, b"\x88\x05\x03\xe9bye");
    ws.write(b"\x88\x82\0\0\0\0\x03\xe9");
    assert!(ws.rest().await.is_empty());
    next(&mut outcomes).await.unwrap();
    ws.end();
    peer.assert_ended(ws.id()).await;
}

/// Whoever breaks a rule is told which, behind that the stream is ended; it is only reset when the client goes
/// on sending.
#[tokio::test]
async fn a_broken_rule_ends_the_stream_with_a_close() {
    let (address, mut outcomes) = telling_server(ServerConfig::new()).await;
    let mut peer = Peer::connect(address).await;
    let mut ws = peer.open(&[]).await;
    ws.write(b"\x81\x02hi"); // not masked
    let said = ws.rest().await;
    assert_eq!(said[..4], [0x88, said.len() as u8 - 2, 0x03, 0xea]);
    ws.end();
    assert!(matches!(next(&mut outcomes).await, Err(Error::Protocol(_))));
    peer.assert_ended(ws.id()).await;
}

#[tokio::test]
async fn what_comes_with_the_request_is_not_lost() {
    let mut peer = Peer::connect(http2::echo_server(ServerConfig::new()).await).await;
    let (answer, mut send) = peer.begin(&[]);
    send.send_data([text("early"), CLOSE.to_vec()].concat().into(), true).unwrap();
    let mut body = in_time(answer).await.unwrap().into_body();
    let mut came = Vec::new();
    while let Some(data) = in_time(body.data()).await {
        came.extend_from_slice(&data.unwrap());
    }
    assert_eq!(came, [echoed("early").as_slice(), CLOSED].concat());
    peer.assert_ended(send.stream_id().as_u32()).await;
}

#[tokio::test]
async fn a_stream_that_ends_without_a_close_is_a_connection_that_did() {
    let (address, mut outcomes) = telling_server(ServerConfig::new()).await;
    let mut peer = Peer::connect(address).await;
    let mut ws = peer.open(&[]).await;
    ws.end();
    assert!(matches!(next(&mut outcomes).await, Err(Error::Disconnected)));
    assert!(ws.rest().await.is_empty());
    peer.assert_ended(ws.id()).await;
}

/// A client that has no more use for a stream cancels it; anything else is an error of its.
#[tokio::test]
async fn a_reset_is_told_as_that_of_a_socket() {
    let (address, mut outcomes) = telling_server(ServerConfig::new()).await;
    let mut peer = Peer::connect(address).await;
    for reason in [Reason::CANCEL, Reason::NO_ERROR] {
        peer.open(&[]).await.send.send_reset(reason);
        assert!(matches!(next(&mut outcomes).await, Err(Error::Disconnected)), "{reason:?}");
    }
    for reason in [Reason::PROTOCOL_ERROR, Reason::ENHANCE_YOUR_CALM, Reason::INTERNAL_ERROR] {
        peer.open(&[]).await.send.send_reset(reason);
        match next(&mut outcomes).await {
            Err(Error::Io(error)) => {
                assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
            }
            outcome => panic!("{outcome:?}"),
        }
    }
    // Who is writing is told as well.
    let (address, mut outcomes) = serve_each(ServerConfig::new(), |mut ws| async move {
        loop {
            ws.send(vec![0; 100_000]).await?;
        }
    })
    .await;
    let mut peer = Peer::connect(address).await;
    let mut ws = peer.open(&[]).await;
    ws.read(1000).await;
    ws.send.send_reset(Reason::CANCEL);
    match next(&mut outcomes).await {
        Err(Error::Io(error)) => {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
        }
        outcome => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn a_connection_that_ends_takes_its_web_sockets_with_it() {
    let (address, mut outcomes) = telling_server(ServerConfig::new()).await;
    let mut peer = Peer::connect(address).await;
    let streams = (peer.open(&[]).await, peer.open(&[]).await);
    drop((streams, peer));
    for _ in 0..2 {
        next(&mut outcomes).await.unwrap_err();
    }
}

/// Dropping a WebSocket is closing a socket: the stream is ended, and reset when the peer goes on as if it was
/// not.
#[tokio::test]
async fn a_web_socket_that_is_dropped_ends_its_stream() {
    let (address, mut outcomes) = serve_each(ServerConfig::new(), |mut ws| async move {
        ws.recv().await?;
        drop(ws);
        Ok(())
    })
    .await;
    let mut peer = Peer::connect(address).await;

    let mut polite = peer.open(&[]).await;
    polite.write(text("go"));
    assert!(polite.rest().await.is_empty());
    polite.end();
    peer.assert_ended(polite.id()).await;

    // One that goes on sending is reset at once, and one that stays silent after a while.
    for sends in [true, false] {
        let mut ws = peer.open(&[]).await;
        ws.write(text("go"));
        assert!(ws.rest().await.is_empty());
        if sends {
            ws.write(text("and on"));
        }
        assert_eq!(ws.reset().await, Some(Reason::NO_ERROR), "{sends}");
        assert_eq!(peer.frames(ws.id()).last().unwrap().0, RST_STREAM);
    }
    for _ in 0..3 {
        next(&mut outcomes).await.unwrap();
    }
}

/// The 200 is sent, and nobody waits for the stream.
#[tokio::test]
async fn an_upgrade_that_is_dropped_ends_its_stream() {
    let service = |request| {
        let answer = answer(request, &ServerConfig::new(), |upgrading| async {
            drop(upgrading);
            Ok(())
        });
        async { answer }
    };
    let mut peer = Peer::connect(http2::serve(builder(), service).await).await;
    let mut ws = peer.open(&[]).await;
    assert!(ws.rest().await.is_empty());
}

#[tokio::test]
async fn an_upgrade_whose_answer_is_another_one_is_not_waited_for() {
    let (told, mut outcomes) = mpsc::unbounded_channel();
    let service = move |mut request: Request<Incoming>| {
        let upgraded = ws_hyper::upgrade::<_, ()>(&mut request, &ServerConfig::new());
        let told = told.clone();
        tokio::spawn(async move {
            let _ = told.send(upgraded.unwrap().1.await.unwrap_err().name());
        });
        async {
            let mut answer = Answer::new("no".into());
            *answer.status_mut() = hyper::StatusCode::FORBIDDEN;
            answer
        }
    };
    let mut peer = Peer::connect(http2::serve(builder(), service).await).await;
    let (response, _send) = peer.ask(&[]).await;
    assert_eq!(response.status(), 403);
    assert_eq!(in_time(outcomes.recv()).await.unwrap(), "not-upgraded");
}

/// What is over it is a stream among others: there is no socket to have.
#[tokio::test]
async fn a_stream_has_no_socket_inside() {
    let service = |request| {
        let answer = answer(request, &ServerConfig::new(), |upgrading| async {
            let Err(ws) = upgrading.downcast::<TcpStream>().await? else { panic!("a socket") };
            echo(ws).await
        });
        async { answer }
    };
    let mut peer = Peer::connect(http2::serve(builder(), service).await).await;
    let mut ws = peer.open(&[]).await;
    ws.write(text("hi"));
    assert_eq!(ws.read(4).await, echoed("hi"));
}

#[tokio::test]
async fn a_request_in_hand_and_its_request_kept() {
    let service = |mut request: Request<Incoming>| {
        let config = ServerConfig::new().keep_request(true);
        let mut upgrade = UpgradeRequest::new(&mut request, &config);
        assert!(upgrade.is_upgrade());
        upgrade.select_subprotocol(Some("b")).unwrap();
        let (answer, upgrading) = upgrade.accept().unwrap();
        tokio::spawn(async move {
            let mut ws = upgrading.await?;
            let uri = ws.request().unwrap().uri().to_string();
            ws.send(Message::text(uri)).await
        });
        async { answer }
    };
    let mut peer = Peer::connect(http2::serve(builder(), service).await).await;
    let fields = [(":uri", "http://ws.example/a?b"), ("sec-websocket-protocol", "a, b")];
    let mut ws = peer.open(&fields).await;
    assert_eq!(ws.read(23).await, echoed("http://ws.example/a?b"));
}

#[tokio::test]
async fn long_messages_pass_in_frames_that_a_peer_takes() {
    let whole = WebSocketConfig::default().fragment_len(None);
    let config = ServerConfig::new().web_socket(whole);
    let mut peer = Peer::connect(http2::echo_server(config).await).await;
    let mut ws = peer.open(&[]).await;
    let payload: Vec<u8> = (0..1_000_000u32).map(|i| i as u8).collect();
    let len = (payload.len() as u64).to_be_bytes();
    ws.write([b"\x82\xff".as_slice(), &len, &[0; 4], &payload].concat());
    let echo = ws.read(10 + payload.len()).await;
    let differs = echo[10..].iter().zip(&payload).position(|(a, b)| a != b);
    assert_eq!(differs, None, "{:?}", &echo[..20]);
    // The heads of messages are not in frames of their own.
    let frames = peer.frames(ws.id()).len();
    assert!(frames < 200, "{frames}");
}

#[cfg(feature = "deflate")]
#[tokio::test]
async fn messages_are_compressed() {
    use ws_hyper::ws_tokio::deflate::DeflateConfig;

    let config = ServerConfig::new().deflate(DeflateConfig::new());
    let mut peer = Peer::connect(http2::echo_server(config).await).await;
    let (response, _) = peer.ask(&[("sec-websocket-extensions", "permessage-deflate")]).await;
    let agreed = response.headers()["sec-websocket-extensions"].to_str().unwrap();
    assert!(agreed.starts_with("permessage-deflate"), "{agreed}");
    let mut ws = peer.open(&[("sec-websocket-extensions", "permessage-deflate")]).await;
    // "Hello" of RFC 7692 7.2.3.1.
    ws.write(b"\xc1\x87\0\0\0\0\xf2\x48\xcd\xc9\xc9\x07\x00");
    let head = ws.read(2).await;
    assert_eq!(head[0] & 0xbf, 0x81);
    assert!(!ws.read(head[1].into()).await.is_empty());
}

/// A peer that gives no window is one that takes nothing: sending waits, and the deadlines hold.
#[tokio::test]
async fn without_a_window_sending_waits_and_deadlines_hold() {
    let sent = Arc::new(AtomicUsize::new(0));
    let web_socket = WebSocketConfig::default()
        .idle_timeout(Some(Duration::from_millis(300)))
        .close_timeout(Duration::from_millis(300));
    let counted = Arc::clone(&sent);
    let (address, mut outcomes) =
        serve_each(ServerConfig::new().web_socket(web_socket), move |mut ws| {
            let sent = Arc::clone(&counted);
            async move {
                loop {
                    ws.send(vec![0; 10_000]).await?;
                    sent.fetch_add(1, Ordering::Relaxed);
                }
            }
        })
        .await;
    let mut none = client::Builder::new();
    none.initial_window_size(0);
    let mut peer = Peer::connect_with(address, &none).await;
    let _ws = peer.open(&[]).await;
    assert!(matches!(next(&mut outcomes).await, Err(Error::TimedOut(_))));
    // What hyper takes without a window.
    assert!(sent.load(Ordering::Relaxed) <= 8, "{sent:?}");

    // Closing it is given up in time, too.
    let (address, mut outcomes) = serve_each(
        ServerConfig::new()
            .web_socket(WebSocketConfig::default().close_timeout(Duration::from_millis(300))),
        |mut ws| async move { ws.close().await.map(|_| ()) },
    )
    .await;
    let mut peer = Peer::connect_with(address, &none).await;
    let _ws = peer.open(&[]).await;
    assert!(matches!(next(&mut outcomes).await, Err(Error::TimedOut(_))));
}

#[tokio::test]
async fn a_silent_peer_is_given_up() {
    let web_socket = WebSocketConfig::default().idle_timeout(Some(Duration::from_millis(200)));
    let (address, mut outcomes) = telling_server(ServerConfig::new().web_socket(web_socket)).await;
    let mut peer = Peer::connect(address).await;
    let mut ws = peer.open(&[]).await;
    assert!(matches!(next(&mut outcomes).await, Err(Error::TimedOut(_))));
    assert_eq!(ws.read(4).await[0], 0x88);
}

/// Windows are of streams and of the connection: those who are idle hold none of it.
#[tokio::test]
async fn a_thousand_idle_streams_do_not_starve_one_that_is_not() {
    let mut server = builder();
    server.max_concurrent_streams(2000);
    let service = |request: Request<Incoming>| {
        let answer = answer(request, &ServerConfig::new(), |upgrading| async {
            let mut ws = upgrading.await?;
            // Each has written, and so may hold some of the window.
            ws.send("welcome").await?;
            echo(ws).await
        });
        async { answer }
    };
    let address = http2::serve(server, service).await;
    let mut peer = Peer::connect(address).await;
    let mut idle = Vec::new();
    for _ in 0..1000 {
        let mut ws = peer.open(&[]).await;
        assert_eq!(ws.read(9).await, echoed("welcome"));
        idle.push(ws);
    }
    let mut active = peer.open(&[]).await;
    active.read(9).await;
    let payload = vec![b'a'; 50_000];
    for _ in 0..100 {
        active.write([b"\x82\xfe\xc3\x50\0\0\0\0".as_slice(), &payload].concat());
        assert!(active.read(4 + payload.len()).await[4..] == payload);
    }
    // And they still are WebSockets.
    for ws in idle.iter_mut().step_by(100) {
        ws.write(text("still here"));
        assert_eq!(ws.read(12).await, echoed("still here"));
    }
}

/// h2 kept every DATA frame without data (RUSTSEC-2026-0258), a WebSocket over which nothing comes being the place for
/// them. Some do no harm, and are not the end of the stream; so many that they are an attack end the connection, and
/// no other. Nothing is counted by us: what ends it is h2, from 0.4.16 on.
#[tokio::test]
async fn rustsec_2026_0258_data_frames_without_data() {
    let (address, mut outcomes) = telling_server(ServerConfig::new()).await;
    let mut good = Peer::connect(address).await;
    let mut other = good.open(&[]).await;
    let mut peer = Peer::connect(address).await;
    let mut ws = peer.open(&[]).await;
    for message in ["before", "between", "behind"] {
        for _ in 0..20 {
            ws.write("");
        }
        ws.write(text(message));
        assert_eq!(ws.read(message.len() + 2).await, echoed(message));
    }

    let mut sent: usize = 60;
    let ended = loop {
        if ws.send.send_data(Bytes::new(), false).is_err() {
            break next(&mut outcomes).await;
        }
        sent += 1;
        assert!(sent < 1_000_000, "there is no end to it");
        if sent % 100 == 0 {
            tokio::task::yield_now().await;
        }
    };
    assert!(ended.is_err(), "{sent} frames: {ended:?}");
    other.write(text("still here"));
    assert_eq!(other.read(12).await, echoed("still here"));
}
