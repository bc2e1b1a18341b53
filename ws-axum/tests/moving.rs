//! Programs written for axum's own extractor, compiled twice: with that, and with this one in its place. The
//! same client sees the same of both.

#![cfg(test)]
#![expect(
    clippy::duplicate_mod,
    reason = "that is the test: one program, compiled with either import"
)]

mod common;

#[path = "programs"]
mod theirs {
    use axum::extract::ws;

    pub(crate) mod chat;
    pub(crate) mod greeting;
    pub(crate) mod shout;
}

#[path = "programs"]
mod ours {
    use ws_axum as ws;

    pub(crate) mod chat;
    pub(crate) mod greeting;
    pub(crate) mod shout;
}

use common::{connect, in_time, serve};
use ws_axum::ws_hyper::{
    ClientConfig, CloseCode, Message,
    ws_tokio::{self, Event},
};

#[tokio::test]
async fn a_server_that_greets() {
    for app in [theirs::greeting::app(), ours::greeting::app()] {
        let address = serve(app).await;
        let config = ClientConfig::new().header("user-agent", "a-test");
        let url = format!("ws://{address}/greeting");
        let (mut ws, _) = in_time(ws_tokio::connect_with(url, &config)).await.unwrap();
        let event = in_time(ws.recv_event()).await.unwrap();
        assert_eq!(event, Some(Event::Ping(vec![1, 2, 3].into())));
        for text in ["hello, a-test at 127.0.0.1", "greeting 0", "greeting 1", "greeting 2"] {
            assert_eq!(in_time(ws.recv()).await.unwrap(), Some(Message::text(text)));
        }
        assert_eq!(in_time(ws.recv()).await.unwrap(), None);
        let close = ws.close_info().received.unwrap();
        assert_eq!((close.code, &*close.reason), (CloseCode::NORMAL_CLOSURE, "that was all"));
    }
}

#[tokio::test]
async fn a_server_that_greets_a_client_that_goes() {
    for app in [theirs::greeting::app(), ours::greeting::app()] {
        let address = serve(app).await;
        let mut ws = connect(address, "/greeting").await;
        ws.send("a message").await.unwrap();
        let first = in_time(ws.recv()).await.unwrap();
        assert_eq!(first, Some(Message::text("hello, somebody at 127.0.0.1")));
        assert!(in_time(ws.close_with(CloseCode::GOING_AWAY, "bye")).await.is_ok());
    }
}

#[tokio::test]
async fn a_chat() {
    for app in [theirs::chat::app(), ours::chat::app()] {
        let address = serve(app).await;
        let url = format!("ws://{address}/chat");
        let config = ClientConfig::new().subprotocols(["chat.v1", "chat.v2"]);
        let (mut ada, _) = in_time(ws_tokio::connect_with(&url, &config)).await.unwrap();
        assert_eq!(ada.subprotocol(), Some("chat.v2"));
        ada.send("ada").await.unwrap();
        let joined = in_time(ada.recv()).await.unwrap();
        assert_eq!(joined, Some("ada joined, with Some(\"chat.v2\")".into()));

        let mut second = connect(address, "/chat").await;
        second.send("ada").await.unwrap();
        let refused = in_time(second.recv()).await.unwrap();
        assert_eq!(refused, Some("there is one of that name".into()));
        assert_eq!(in_time(second.recv()).await.unwrap(), None);

        let mut bob = connect(address, "/chat").await;
        bob.send("bob").await.unwrap();
        for ws in [&mut ada, &mut bob] {
            assert_eq!(in_time(ws.recv()).await.unwrap(), Some("bob joined, with None".into()));
        }
        ada.send("tea?").await.unwrap();
        for ws in [&mut ada, &mut bob] {
            assert_eq!(in_time(ws.recv()).await.unwrap(), Some("ada: tea?".into()));
        }
        // Without a word: the handler sees an error, and then the end.
        drop(bob);
        assert_eq!(in_time(ada.recv()).await.unwrap(), Some("bob left".into()));
    }
}

#[tokio::test]
async fn a_handler_without_a_socket() {
    assert_eq!(theirs::shout::in_process().await, ["ONE", "TWO"]);
    assert_eq!(ours::shout::in_process().await, ["ONE", "TWO"]);
    for app in [theirs::shout::app(), ours::shout::app()] {
        let mut ws = connect(serve(app).await, "/shout").await;
        ws.send("hello").await.unwrap();
        assert_eq!(in_time(ws.recv()).await.unwrap(), Some("HELLO".into()));
        ws.send(vec![1, 2]).await.unwrap();
        assert_eq!(in_time(ws.recv()).await.unwrap(), Some(vec![1, 2].into()));
    }
}
