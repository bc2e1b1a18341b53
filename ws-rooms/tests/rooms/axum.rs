//! Members that come by way of axum, beside others.

use axum::{Router, extract::State, response::Response, routing::any};
use tokio::net::TcpListener;
use ws_axum::{WebSocket, WebSocketUpgrade};
use ws_rooms::{Policy, Rooms, RoomsConfig, ws_tokio};

use crate::common::{listener, text, within};

async fn handler(ws: WebSocketUpgrade, State(rooms): State<Rooms>) -> Response {
    ws.on_upgrade(|socket| serve(socket, rooms))
}

async fn serve(socket: WebSocket, rooms: Rooms) {
    let mut member = rooms.join(socket.into_inner());
    let _ = member.subscribe("tea", Policy::DropOldest).unwrap();
    while let Ok(Some(message)) = member.recv().await {
        rooms.publish("tea", message).unwrap();
    }
}

#[tokio::test]
async fn members_of_axum_and_others_hear_each_other() {
    let rooms = Rooms::new(RoomsConfig::new());
    let (_task, mut bob) = listener(&rooms, "tea", Policy::DropOldest);
    let app = Router::new().route("/", any(handler)).with_state(rooms.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    let (mut ada, _response) = ws_tokio::connect(&url).await.unwrap();
    ada.send("hello").await.unwrap();
    assert_eq!(within(ada.recv()).await.unwrap(), Some("hello".into()));
    assert_eq!(text(&mut bob).await, "hello");
    ada.close().await.unwrap();
}
