//! Settings at their ends.

use std::time::Duration;

use tokio::io::duplex;
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
