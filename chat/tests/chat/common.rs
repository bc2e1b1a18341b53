//! A node, and pages that are none.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use chat::{app, node::Node};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use ws_axum::Tracker;
use ws_tokio::{ClientConfig, MaybeTlsStream, WebSocket, message::CloseFrame};

/// As many as the test of rooms needs, and some.
pub(crate) const MAX_PAGES: usize = 40;

/// A node in this process.
pub(crate) struct Served {
    pub(crate) node: Arc<Node>,
    pub(crate) address: SocketAddr,
}

pub(crate) async fn served(peers: &[&str]) -> Served {
    let peers = peers.iter().map(|&peer| peer.to_owned()).collect();
    serve(Node::start(peers, None).unwrap()).await
}

pub(crate) async fn serve(node: Arc<Node>) -> Served {
    let router = app::router(Arc::clone(&node), &Tracker::new(), MAX_PAGES).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await });
    Served { node, address }
}

/// What a page does, without one.
pub(crate) struct Page {
    pub(crate) ws: WebSocket<MaybeTlsStream<TcpStream>>,
}

impl Page {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let config = ClientConfig::new().header("origin", format!("http://{address}"));
        let url = format!("ws://{address}/ws");
        let (ws, _response) = within(ws_tokio::connect_with(&url, &config)).await.unwrap();
        Self { ws }
    }

    /// One that has said who it is.
    pub(crate) async fn known(address: SocketAddr, name: &str) -> Self {
        let mut page = Self::connect(address).await;
        page.hello(name).await;
        let welcome = page.next("welcome").await;
        assert_eq!(welcome["name"], name);
        page
    }

    /// One that is in a room as well.
    pub(crate) async fn inside(address: SocketAddr, name: &str, room: &str) -> Self {
        let mut page = Self::known(address, name).await;
        page.join(room).await;
        page
    }

    pub(crate) async fn hello(&mut self, name: &str) {
        // The same for the same name.
        let key = format!("{:0>32}", name.len())
            + &name.replace(|c: char| !c.is_ascii_alphanumeric(), "0");
        self.say(json!({"type": "hello", "name": name, "key": &key[..key.len().min(64)]})).await;
    }

    pub(crate) async fn join(&mut self, room: &str) -> Value {
        self.say(json!({"type": "join", "room": room})).await;
        let joined = self.next("joined").await;
        assert_eq!(joined["room"], room);
        joined
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.ws.send(message.to_string()).await.unwrap();
    }

    /// Something refused, with the code of the error.
    pub(crate) async fn refused(&mut self, message: Value) -> String {
        self.say(message).await;
        self.next("error").await["code"].as_str().unwrap().to_owned()
    }

    /// The next message of a type; others are passed over.
    pub(crate) async fn next(&mut self, kind: &str) -> Value {
        self.next_of(&[kind]).await
    }

    /// The next message of one of these types.
    pub(crate) async fn next_of(&mut self, kinds: &[&str]) -> Value {
        within(async {
            loop {
                let message = self.message().await;
                if kinds.iter().any(|kind| message["type"] == *kind) {
                    return message;
                }
            }
        })
        .await
    }

    /// The next list of people that is this one.
    pub(crate) async fn sees(&mut self, room: &str, names: &[&str]) {
        within(async {
            loop {
                let message = self.next("people").await;
                let people = message["people"].as_array().unwrap();
                if message["room"] == room && people.iter().map(|it| &it["name"]).eq(names) {
                    return;
                }
            }
        })
        .await;
    }

    /// The close frame that it gets, whatever comes before.
    pub(crate) async fn closed(&mut self) -> CloseFrame {
        within(async { while let Ok(Some(_)) = self.ws.recv().await {} }).await;
        self.ws.close_info().received.unwrap()
    }

    async fn message(&mut self) -> Value {
        let message = self.ws.recv().await.unwrap().expect("it is open");
        serde_json::from_str(message.as_text().unwrap()).unwrap()
    }
}

/// What somebody says, without what differs each time.
pub(crate) fn text(said: &Value) -> (&str, &str) {
    (said["name"].as_str().unwrap(), said["text"].as_str().unwrap())
}

/// Nothing here may wait for ever, and the machine may be busy.
pub(crate) async fn within<F: IntoFuture>(future: F) -> F::Output {
    timeout(Duration::from_secs(60), future).await.expect("it waits for ever")
}
