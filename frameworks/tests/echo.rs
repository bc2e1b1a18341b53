//! The same client, with each framework: an echo, and rejections.

#![cfg(test)]

use std::{future::Future, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{LocalSet, spawn_local},
    time::timeout,
};
use ws_tokio::{CloseCode, Message};

/// Nothing here may wait for ever.
async fn in_time<F: IntoFuture>(future: F) -> F::Output {
    timeout(Duration::from_secs(20), future).await.expect("it waits for ever")
}

/// Runs `test` with a server.
async fn with_server<S, F>(serve: impl FnOnce(TcpListener) -> S, test: impl FnOnce(SocketAddr) -> F)
where
    S: Future<Output = std::io::Result<()>> + 'static,
    F: Future<Output = ()>,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = serve(listener);
    let everything = async {
        spawn_local(serving);
        test(address).await;
    };
    LocalSet::new().run_until(everything).await;
}

async fn echoes(address: SocketAddr) {
    let url = format!("ws://{address}/echo");
    let (mut ws, response) = in_time(ws_tokio::connect(url)).await.unwrap();
    assert_eq!(response.status(), 101);
    for message in [Message::text("hello"), vec![7; 1 << 20].into(), "".into()] {
        ws.send(message.clone()).await.unwrap();
        assert_eq!(in_time(ws.recv()).await.unwrap(), Some(message));
    }
    let info = in_time(ws.close_with(CloseCode::GOING_AWAY, "bye")).await.unwrap();
    assert!(info.is_clean());
}

const REQUEST: &str = "GET /echo HTTP/1.1\r\nHost: ws.example\r\nConnection: Upgrade\r\n\
     Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
     Sec-WebSocket-Version: 13\r\n";

/// The head of the answer to a request, and what comes behind it to frames that were sent with it.
async fn ask(
    address: SocketAddr,
    request: &str,
    frames: &[u8],
    answer_len: usize,
) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&[request.as_bytes(), b"\r\n", frames].concat()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(in_time(stream.read_u8()).await.unwrap());
    }
    let mut behind = vec![0; answer_len];
    in_time(stream.read_exact(&mut behind)).await.unwrap();
    (String::from_utf8(head).unwrap().to_lowercase(), behind)
}

async fn rejects(address: SocketAddr) {
    for (request, status) in [
        (REQUEST.replace("dGhlIHNhbXBsZSBub25jZQ==", "short"), 400),
        (REQUEST.to_owned() + "Origin: https://evil.example\r\n", 403),
        (REQUEST.replace("Version: 13", "Version: 8"), 426),
        // axum's fault, as an example: these letters, and no such token.
        (REQUEST.replace("Connection: Upgrade", "Connection: no-upgrade, Upgrade"), 101),
    ] {
        let (head, _) = ask(address, &request, b"", 0).await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{request}: {head}");
    }
}

/// Frames that come with the request are not lost.
async fn keeps_what_was_read(address: SocketAddr) {
    let (head, frames) = ask(address, REQUEST, b"\x81\x82\0\0\0\0hi", 4).await;
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    assert_eq!(frames, b"\x81\x02hi");
}

macro_rules! frameworks {
    ($($framework:ident)*) => {$(
        mod $framework {
            use super::*;

            #[tokio::test]
            async fn messages_come_back() {
                with_server(frameworks::$framework::serve, echoes).await;
            }

            #[tokio::test]
            async fn broken_rules_are_answered() {
                with_server(frameworks::$framework::serve, rejects).await;
            }

            #[tokio::test]
            async fn what_came_early_counts() {
                with_server(frameworks::$framework::serve, keeps_what_was_read).await;
            }
        }
    )*};
}
frameworks!(actix poem salvo warp);
