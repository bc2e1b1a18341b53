//! Pings of a WebSocket that is not looked after all the time.

use std::{
    thread,
    time::{Duration, Instant},
};

use tokio::{io::duplex, time::timeout};
use ws_tokio::{
    WebSocket, WebSocketConfig,
    handshake::{Negotiated, Role},
};

#[tokio::test]
async fn a_ping_that_is_late_leaves_the_peer_as_much_time() {
    let (server, client) = duplex(1024);
    let open = |io, role, config: &WebSocketConfig| {
        WebSocket::from_upgraded(io, role, Negotiated::default(), config)
    };
    // Long enough for a busy machine to have looked once before a ping is due.
    let (ping_interval, pong_timeout) = (Duration::from_millis(500), Duration::from_millis(300));
    let config = WebSocketConfig::new().ping_interval(ping_interval).pong_timeout(pong_timeout);
    let mut server = open(server, Role::Server, &config);
    let mut client = open(client, Role::Client, &WebSocketConfig::default());

    // The silence begins here, and nobody looks until a pong would have been due.
    assert!(timeout(Duration::ZERO, server.recv()).await.is_err());
    thread::sleep(ping_interval + pong_timeout + Duration::from_millis(50));
    let answering = tokio::spawn(async move {
        client.recv_event().await.unwrap();
        client.send("alive").await.unwrap();
        client
    });
    let start = Instant::now();
    assert_eq!(server.recv().await.unwrap(), Some("alive".into()));
    let round_trip = server.round_trip();
    assert!(round_trip.is_some_and(|time| Duration::ZERO < time && time <= start.elapsed()));
    // A half knows it, too.
    let (_sender, receiver) = server.split();
    assert_eq!(receiver.round_trip(), round_trip);
    answering.await.unwrap();
}
