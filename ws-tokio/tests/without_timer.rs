//! A runtime that was built without a timer.

#![expect(clippy::unwrap_used, reason = "without a runtime there is nothing to test")]

use std::{io::ErrorKind, time::Duration};

use tokio::{
    io::{AsyncWriteExt as _, duplex},
    runtime::{Builder, Runtime},
};
use ws_tokio::{
    Error, ServerConfig, WebSocket, WebSocketConfig,
    handshake::{Negotiated, Role},
};

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn is_unsupported(error: &Error) -> bool {
    matches!(error, Error::Io(error) if error.kind() == ErrorKind::Unsupported)
}

#[test]
fn a_deadline_is_an_error_and_no_panic() {
    runtime().block_on(async {
        let (io, _peer) = duplex(1024);
        let error = ws_tokio::accept(io).await.unwrap_err();
        assert!(is_unsupported(&error), "{error}");
        assert!(error.to_string().contains("enable_time"), "{error}");

        let (io, _peer) = duplex(1024);
        let config = WebSocketConfig::new().idle_timeout(Duration::from_secs(1));
        let mut ws = WebSocket::from_upgraded(io, Role::Client, Negotiated::default(), &config);
        assert!(is_unsupported(&ws.recv().await.unwrap_err()));

        let (io, _peer) = duplex(1024);
        let config = WebSocketConfig::new();
        let mut ws = WebSocket::from_upgraded(io, Role::Client, Negotiated::default(), &config);
        assert!(is_unsupported(&ws.close().await.unwrap_err()));
    });
}

#[test]
fn what_has_no_deadline_works() {
    runtime().block_on(async {
        let (server, client) = duplex(1024);
        let client = async {
            let config = ws_tokio::ClientConfig::new().timeout(None);
            let (mut ws, _) = ws_tokio::handshake_with(client, "h", "/", &config).await.unwrap();
            ws.send("hello").await.unwrap();
            let echo = ws.recv().await.unwrap();
            ws.start_close().unwrap();
            ws.flush().await.unwrap();
            let mut io = ws.into_parts().io;
            io.shutdown().await.unwrap();
            echo
        };
        let server = async {
            let config = ServerConfig::new().timeout(None);
            let mut ws = ws_tokio::accept_with(server, &config).await.unwrap();
            while let Some(message) = ws.recv().await.unwrap() {
                ws.send(message).await.unwrap();
            }
        };
        let (echo, ()) = tokio::join!(client, server);
        assert_eq!(echo, Some("hello".into()));
    });
}
