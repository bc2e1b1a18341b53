//! Settings at their ends.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, duplex};
use ws_tokio::{
    CloseCode, WebSocket, WebSocketConfig,
    handshake::{Negotiated, Role},
};

#[tokio::test]
async fn a_close_timeout_without_end_is_no_overflow() {
    for (server_time, client_time) in
        [(Duration::MAX, Duration::MAX), (Duration::MAX, Duration::from_secs(5))]
    {
        let (server, client) = duplex(1024);
        let open = |io, role, time| {
            let config = WebSocketConfig::new().close_timeout(time);
            WebSocket::from_upgraded(io, role, Negotiated::default(), &config)
        };
        let mut server = open(server, Role::Server, server_time);
        let mut client = open(client, Role::Client, client_time);
        let (closed, ended) = tokio::join!(client.close(), server.recv());
        assert_eq!(ended.unwrap(), None);
        let info = closed.unwrap();
        assert_eq!(info.received.unwrap().code, CloseCode::NORMAL_CLOSURE);
    }
}

#[tokio::test]
async fn silence_does_not_count_while_the_application_works() {
    let (server, client) = duplex(1024);
    let idle = Duration::from_millis(100);
    let config = WebSocketConfig::new().idle_timeout(idle);
    let mut server = WebSocket::from_upgraded(server, Role::Server, Negotiated::default(), &config);
    let config = WebSocketConfig::new();
    let mut client = WebSocket::from_upgraded(client, Role::Client, Negotiated::default(), &config);
    client.send("first").await.unwrap();
    assert_eq!(server.recv().await.unwrap(), Some("first".into()));
    // Longer than the timeout: nobody listens meanwhile.
    tokio::time::sleep(3 * idle).await;
    let answer = tokio::spawn(async move {
        tokio::time::sleep(idle / 4).await;
        client.send("second").await.unwrap();
        client
    });
    assert_eq!(server.recv().await.unwrap(), Some("second".into()));
    let _client = answer.await.unwrap();
    assert_eq!(server.recv().await.unwrap_err().name(), "idle-timeout");
}

/// A peer that sends pongs whenever somebody reads, and takes whatever is written.
struct Chatter;

impl AsyncRead for Chatter {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        buf.put_slice(b"\x8a\x00");
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Chatter {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_peer_that_never_stops_sending_is_left_in_time() {
    for split in [false, true] {
        let timeout = Duration::from_millis(200);
        let config = WebSocketConfig::new().close_timeout(timeout);
        let mut ws =
            WebSocket::from_upgraded(Chatter, Role::Client, Negotiated::default(), &config);
        let start = Instant::now();
        let error = if split {
            let (mut sender, mut receiver) = ws.split();
            sender.close().await.unwrap();
            receiver.recv().await.unwrap_err()
        } else {
            ws.close().await.unwrap_err()
        };
        assert_eq!(error.name(), "close-timeout", "{split}");
        let took = start.elapsed();
        assert!(took >= timeout && took < 10 * timeout, "{split}: {took:?}");
    }
}
