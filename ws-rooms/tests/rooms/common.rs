//! Members over streams in memory.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use tokio::{
    io::{DuplexStream, duplex},
    task::{JoinHandle, yield_now},
    time::timeout,
};
use ws_rooms::{
    Event, Member, Policy, Rooms,
    ws_tokio::{
        Error, Message, WebSocket, WebSocketConfig,
        handshake::{Negotiated, Role},
    },
};

pub(crate) type Client = WebSocket<DuplexStream>;

/// Both ends of a WebSocket, with room for `len` bytes in each direction.
pub(crate) fn pair(len: usize, config: &WebSocketConfig) -> (Client, Client) {
    let (server, client) = duplex(len);
    let negotiated = Negotiated::default;
    (
        WebSocket::from_upgraded(server, Role::Server, negotiated(), config),
        WebSocket::from_upgraded(client, Role::Client, negotiated(), config),
    )
}

pub(crate) fn member(rooms: &Rooms) -> (Member<DuplexStream>, Client) {
    let (server, client) = pair(64 * 1024, &WebSocketConfig::new());
    (rooms.join(server), client)
}

/// A member of a topic with a task that does nothing but receive, and its peer.
pub(crate) fn listener(rooms: &Rooms, topic: &str, policy: Policy) -> (JoinHandle<()>, Client) {
    let (mut member, client) = member(rooms);
    let _joined = member.subscribe(topic, policy).unwrap();
    let task = tokio::spawn(async move { while let Ok(Some(_)) = member.recv().await {} });
    (task, client)
}

pub(crate) async fn text(client: &mut Client) -> String {
    within(client.recv()).await.unwrap().unwrap().as_text().unwrap().to_owned()
}

/// Ends the test when something takes very long, however busy the machine.
pub(crate) async fn within<O>(future: impl Future<Output = O>) -> O {
    timeout(Duration::from_secs(30), future).await.unwrap()
}

/// Polls once, and wants nothing to have come.
pub(crate) async fn waits<T: Unpin + tokio::io::AsyncRead + tokio::io::AsyncWrite>(
    member: &mut Member<T>,
) {
    let polled = once(member).await;
    assert!(polled.is_none(), "{polled:?}");
}

/// What one poll gives.
pub(crate) async fn once<T: Unpin + tokio::io::AsyncRead + tokio::io::AsyncWrite>(
    member: &mut Member<T>,
) -> Option<Result<Option<Event>, Error>> {
    poll_fn(|cx| {
        Poll::Ready(match member.poll_recv_event(cx) {
            Poll::Ready(event) => Some(event),
            Poll::Pending => None,
        })
    })
    .await
}

/// Polls a future once, and drops it.
pub(crate) async fn drop_at_first_await<O>(future: impl Future<Output = O>) -> Option<O> {
    // The budget of a task is not what is tested.
    yield_now().await;
    let mut future = pin!(future);
    poll_fn(|cx| {
        Poll::Ready(match Pin::as_mut(&mut future).poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

pub(crate) fn message(text: &str) -> Event {
    Event::Message(Message::text(text))
}
