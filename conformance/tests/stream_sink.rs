//! The WebSocket and its halves by the traits of `futures`: everything that goes through a sink comes out of a stream, in
//! order, with back-pressure and the end where they belong.

#![expect(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use conformance::{
    every_async_runtime,
    messages::bare,
    pipe::{Pipe, Script},
};
use futures_core::{FusedStream, Stream};
use futures_sink::Sink;
use ws_core::{CloseCode, Message, Negotiated, Role, SendError, Timeout, WebSocketConfig};
use ws_driver::{Error, Reads, Runtime, WebSocket, Writes};

fn now<T>(poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    poll(&mut Context::from_waker(Waker::noop()))
}

fn ready<T>(poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> T {
    match now(poll) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("there is nothing to wait for"),
    }
}

fn open<R: Runtime>(io: Pipe, role: Role) -> WebSocket<Pipe, R> {
    let config = WebSocketConfig::new().max_queue_len(100);
    bare::open(io, role, Negotiated::default(), &config)
}

fn pair<R: Runtime>(room: usize) -> [WebSocket<Pipe, R>; 2] {
    let [client, server] = Pipe::pair([Script::new(), Script::new()], room);
    [open(client, Role::Client), open(server, Role::Server)]
}

fn send(sink: &mut (impl Sink<Message, Error = Error> + Unpin), message: Message) {
    ready(|cx| Pin::new(&mut *sink).poll_ready(cx)).unwrap();
    Pin::new(&mut *sink).start_send(message).unwrap();
}

fn next(stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin)) -> Option<Message> {
    ready(|cx| Pin::new(stream).poll_next(cx)).map(Result::unwrap)
}

/// What is sent through `sink` comes out of `stream`, and the queue has an end.
fn exchange(
    sink: &mut (impl Sink<Message, Error = Error> + Unpin),
    stream: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
) {
    // A message that is longer than the queue passes, alone.
    let messages = [Message::text("one"), Message::binary(vec![2; 300]), Message::text("")];
    for message in &messages {
        send(sink, message.clone());
        ready(|cx| Pin::new(&mut *sink).poll_flush(cx)).unwrap();
        assert_eq!(next(stream).as_ref(), Some(message));
    }
    // Nobody reads: the queue fills, and `poll_ready` waits.
    let mut sent = 0;
    while now(|cx| Pin::new(&mut *sink).poll_ready(cx)).is_ready() {
        Pin::new(&mut *sink).start_send(Message::binary(vec![sent; 90])).unwrap();
        sent += 1;
        assert!(sent < 100, "there is no end to it");
    }
    assert!(now(|cx| Pin::new(&mut *sink).poll_flush(cx)).is_pending());
    for number in 0..sent {
        assert_eq!(next(stream), Some(Message::binary(vec![number; 90])));
        let _ = now(|cx| Pin::new(&mut *sink).poll_flush(cx)).map(Result::unwrap);
    }
    ready(|cx| Pin::new(&mut *sink).poll_flush(cx)).unwrap();
}

fn whole<R: Reads<Pipe> + Writes<Pipe>>() {
    let [mut client, mut server] = pair::<R>(1000);
    exchange(&mut client, &mut server);
    exchange(&mut server, &mut client);
    assert!(!client.is_terminated() && !server.is_terminated());
    // Closing the sink closes this direction only: what is on its way stays to be received.
    send(&mut server, Message::text("on its way"));
    ready(|cx| Pin::new(&mut server).poll_flush(cx)).unwrap();
    ready(|cx| Pin::new(&mut client).poll_close(cx)).unwrap();
    send(&mut server, Message::text("still wanted"));
    assert_eq!(next(&mut server), None);
    assert_eq!(next(&mut client), Some(Message::text("on its way")));
    assert_eq!(next(&mut client), Some(Message::text("still wanted")));
    ready(|cx| Pin::new(&mut client).poll_close(cx)).unwrap();
    assert_eq!((next(&mut client), next(&mut server)), (None, None));
    assert!(client.is_terminated() && server.is_terminated());
    for info in [client.close_info(), server.close_info()] {
        assert_eq!(info.received.unwrap().code, CloseCode::NORMAL_CLOSURE);
    }
    let late = Pin::new(&mut client).start_send(Message::text("late"));
    assert!(matches!(late, Err(Error::Send(SendError::Closing))));
}

fn halves<R: Reads<Pipe> + Writes<Pipe>>() {
    let [client, server] = pair::<R>(1000);
    let ((mut to_server, mut at_client), (mut to_client, mut at_server)) =
        (client.split(), server.split());
    exchange(&mut to_server, &mut at_server);
    exchange(&mut to_client, &mut at_client);
    ready(|cx| Sink::poll_close(Pin::new(&mut to_server), cx)).unwrap();
    let late = Pin::new(&mut to_server).start_send(Message::text("late"));
    assert!(matches!(late, Err(Error::Send(SendError::Closing))));
    assert_eq!((next(&mut at_server), next(&mut at_client)), (None, None));
    assert!(at_server.is_terminated() && at_client.is_terminated());
    let client = at_client.unsplit(to_server).unwrap();
    assert!(client.close_info().is_clean());
}

/// A task that receives must not take it for a close when the one that sends has given the peer up.
#[cfg(feature = "smol")]
#[test]
fn both_tasks_are_told_of_a_peer_that_takes_nothing() {
    let [client, _peer] = Pipe::pair([Script::new(), Script::new()], 0);
    let timeout = Duration::from_millis(20);
    let config = WebSocketConfig::new().send_timeout(timeout);
    let mut client: WebSocket<_, ws_smol::FuturesIo> =
        bare::open(client, Role::Client, Negotiated::default(), &config);
    let [receives, sends] = [0, 1].map(|_| Waker::from(Arc::new(Another)));
    let (receives, sends) = (&mut Context::from_waker(&receives), &mut Context::from_waker(&sends));
    client.try_send("text").unwrap();
    assert!(client.poll_flush(sends).is_pending());
    assert!(client.poll_recv(receives).is_pending());
    std::thread::sleep(2 * timeout);
    let mut late = client.poll_flush(sends);
    while late.is_pending() {
        std::thread::sleep(timeout);
        late = client.poll_flush(sends);
    }
    assert!(matches!(late, Poll::Ready(Err(Error::TimedOut(Timeout::Send)))), "{late:?}");
    let late = client.poll_recv(receives);
    assert!(matches!(late, Poll::Ready(Err(Error::TimedOut(Timeout::Send)))), "{late:?}");
    assert!(matches!(client.poll_recv(receives), Poll::Ready(Ok(None))));
}

/// Each waker of it is that of another task.
#[cfg(feature = "smol")]
struct Another;

#[cfg(feature = "smol")]
impl std::task::Wake for Another {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn a_whole_websocket_is_a_stream_and_a_sink() {
    every_async_runtime!(whole);
}

#[test]
fn halves_are_a_stream_and_a_sink() {
    every_async_runtime!(halves);
}
