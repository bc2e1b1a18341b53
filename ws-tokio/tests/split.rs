//! Halves of a WebSocket over a stream that stalls.

use std::time::Duration;

use tokio::{io::duplex, time::timeout};
use ws_tokio::{
    CloseCode, Error, WebSocket, WebSocketConfig,
    handshake::{Negotiated, Role},
    message::Timeout,
};

#[tokio::test]
async fn closing_towards_a_peer_that_never_reads_ends_in_time() {
    let (io, _peer) = duplex(64);
    let close_timeout = Duration::from_millis(50);
    let config = WebSocketConfig::new().close_timeout(close_timeout);
    let (mut sender, mut receiver) =
        WebSocket::from_upgraded(io, Role::Server, Negotiated::default(), &config).split();
    let receiving = tokio::spawn(async move { receiver.recv().await });
    let sending = tokio::spawn(async move {
        sender.try_send(vec![0; 10_000]).unwrap();
        sender.close_with(CloseCode::NORMAL_CLOSURE, "").await
    });
    let second = Duration::from_secs(1);
    let received = timeout(second, receiving).await.expect("the receiver ends").unwrap();
    assert!(matches!(received, Err(Error::TimedOut(Timeout::Close))), "{received:?}");
    let sent = timeout(second, sending).await.expect("the sender ends").unwrap();
    assert!(sent.is_err(), "{sent:?}");
}

#[tokio::test]
async fn what_is_queued_can_be_asked_for() {
    let (io, _peer) = duplex(64);
    let config = WebSocketConfig::new();
    let mut ws = WebSocket::from_upgraded(io, Role::Server, Negotiated::default(), &config);
    assert_eq!(ws.queue_len(), 0);
    ws.try_send("hello").unwrap();
    assert_eq!(ws.queue_len(), 7);
    let (mut sender, _receiver) = ws.split();
    sender.try_send("a").unwrap();
    assert_eq!(sender.queue_len(), 10);
    sender.flush().await.unwrap();
    assert_eq!(sender.queue_len(), 0);
}
