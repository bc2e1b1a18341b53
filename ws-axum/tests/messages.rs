//! What comes over an open WebSocket, and what is sent.

#![cfg(test)]

mod common;

use std::time::Duration;

use axum::{Router, response::Response, routing::any};
use common::{REQUEST, Raw, connect, in_time, serve};
use futures_util::{
    FutureExt,
    sink::SinkExt,
    stream::{FusedStream, StreamExt},
};
use tokio::sync::mpsc;
use ws_axum::{
    CloseFrame, Error, Message, Prepared, WebSocket, WebSocketUpgrade, cause, close_code,
    ws_hyper::{
        CloseCode,
        ws_tokio::{self, Event, message::Side, rules::FrameRule},
    },
};

/// Serves one kind of handler, and gives what it returns.
async fn serve_with<C, F, O>(
    configure: fn(WebSocketUpgrade) -> WebSocketUpgrade,
    callback: C,
) -> (std::net::SocketAddr, mpsc::Receiver<O>)
where
    C: Fn(WebSocket) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = O> + Send + 'static,
    O: Send + 'static,
{
    let (sender, outcomes) = mpsc::channel(1);
    let handler = move |ws: WebSocketUpgrade| async move {
        let (sender, callback) = (sender.clone(), callback.clone());
        let response: Response = configure(ws).on_upgrade(move |socket| async move {
            let _ = sender.send(callback(socket).await).await;
        });
        response
    };
    (serve(Router::new().route("/", any(handler))).await, outcomes)
}

/// Everything that comes.
async fn collect(mut socket: WebSocket) -> (Vec<Message>, Option<Error>) {
    let mut messages = Vec::new();
    let mut failure = None;
    while let Some(message) = socket.recv().await {
        match message {
            Ok(message) => messages.push(message),
            Err(error) => failure = Some(error),
        }
    }
    assert!(socket.is_terminated() && socket.recv().await.is_none());
    (messages, failure)
}

#[tokio::test]
async fn every_kind_of_message_comes() {
    let (address, mut outcomes) = serve_with(|ws| ws, collect).await;
    let mut ws = connect(address, "/").await;
    ws.send("text").await.unwrap();
    ws.send(vec![1, 2, 3]).await.unwrap();
    ws.ping("ping").await.unwrap();
    ws.pong("pong").await.unwrap();
    let event = in_time(ws.recv_event()).await.unwrap();
    assert_eq!(event, Some(Event::Pong("ping".into())));
    let info = in_time(ws.close_with(CloseCode::new(4000), "done")).await.unwrap();
    assert!(info.is_clean());
    let (messages, failure) = in_time(outcomes.recv()).await.unwrap();
    let close = CloseFrame { code: 4000, reason: "done".into() };
    let expected = [
        Message::text("text"),
        Message::binary(vec![1, 2, 3]),
        Message::Ping("ping".into()),
        Message::Pong("pong".into()),
        Message::Close(Some(close)),
    ];
    assert_eq!(messages, expected);
    assert!(failure.is_none());
}

#[tokio::test]
async fn a_close_frame_may_say_nothing() {
    let (address, mut outcomes) = serve_with(|ws| ws, collect).await;
    let mut raw = Raw::connect(address).await;
    raw.write(REQUEST).await;
    assert_eq!(raw.answer().await.0, 101);
    raw.write(b"\x88\x80\0\0\0\0").await;
    assert_eq!(raw.rest().await, b"\x88\x00");
    let (messages, failure) = in_time(outcomes.recv()).await.unwrap();
    assert_eq!((messages.as_slice(), failure.is_none()), (&[Message::Close(None)][..], true));
}

#[tokio::test]
async fn errors_say_what_happened() {
    let configure = |ws: WebSocketUpgrade| ws.max_message_size(4).max_frame_size(3);
    let (address, mut outcomes) = serve_with(configure, collect).await;
    // Frames, how many messages they are, the rule that they break, and the code of the answer.
    type Case<'a> = (&'a [u8], usize, Option<FrameRule>, &'a [u8]);
    let cases: [Case<'_>; 4] = [
        // Of the length that is allowed, in two frames, and one more.
        (
            b"\x01\x82\0\0\0\0ab\x80\x82\0\0\0\0cd\x01\x83\0\0\0\0abc\x80\x82\0\0\0\0de",
            1,
            Some(FrameRule::MessageTooLarge),
            b"\x03\xf1",
        ),
        (b"\x81\x84\0\0\0\0abcd", 0, Some(FrameRule::FrameTooLarge), b"\x03\xf1"),
        // "a server MUST close the connection upon receiving a frame that is not masked" RFC 6455 5.1
        (b"\x81\x01a", 0, Some(FrameRule::Unmasked), b"\x03\xea"),
        (b"\x81\x81\0\0\0\0a", 1, None, b""),
    ];
    for (frames, count, rule, answer) in cases {
        let mut raw = Raw::connect(address).await;
        raw.write(REQUEST).await;
        assert_eq!(raw.answer().await.0, 101);
        raw.write(frames).await;
        match rule {
            // Just goes away.
            None => drop(raw),
            Some(_) => {
                let rest = raw.rest().await;
                assert_eq!((rest[0], &rest[2..4]), (0x88, answer));
            }
        }
        let (messages, failure) = in_time(outcomes.recv()).await.unwrap();
        assert_eq!(messages.len(), count, "{messages:?}");
        let failure = failure.unwrap();
        match (cause(&failure).unwrap(), rule) {
            (ws_tokio::Error::Protocol(violation), Some(rule)) => {
                assert_eq!(violation.rule(), rule);
            }
            (error, None) => assert!(error.is_disconnect(), "{error}"),
            (error, Some(_)) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn control_frames_are_sent() {
    let callback = |mut socket: WebSocket| async move {
        let too_long = Message::Ping(vec![0; 126].into());
        assert!(socket.send(too_long).await.is_err());
        socket.send(Message::Pong("beat".into())).await.unwrap();
        // Several pings that nothing is written between, which wait for one another.
        for ping in ["1", "2", "3"] {
            socket.feed(Message::Ping(ping.into())).await.unwrap();
        }
        socket.flush().await.unwrap();
        let unsendable = CloseFrame { code: close_code::ABNORMAL, reason: "".into() };
        let error = socket.send(Message::Close(Some(unsendable))).await.unwrap_err();
        assert!(matches!(
            cause(&error),
            Some(ws_tokio::Error::Send(ws_tokio::SendError::CloseCode))
        ));
        let close = CloseFrame { code: close_code::RESTART, reason: "later".into() };
        socket.send(Message::Close(Some(close))).await.unwrap();
        // A second one is not sent, and is no error; a message is.
        socket.send(Message::Close(None)).await.unwrap();
        assert!(socket.send("more".into()).await.is_err());
        let mut came = Vec::new();
        while let Some(message) = socket.recv().await {
            came.push(message.unwrap());
        }
        (came, socket.close_info())
    };
    let (address, mut outcomes) = serve_with(|ws| ws, callback).await;
    let mut ws = connect(address, "/").await;
    let mut events = Vec::new();
    while let Some(event) = in_time(ws.recv_event()).await.unwrap() {
        events.push(event);
    }
    let pings: Vec<_> = ["1", "2", "3"].map(|ping| Event::Ping(ping.into())).into();
    assert_eq!(events[0], Event::Pong("beat".into()));
    assert_eq!(events[1..4], pings);
    assert!(matches!(&events[4..], [Event::Close(frame)] if frame.code.get() == 1012));
    let (came, info) = in_time(outcomes.recv()).await.unwrap();
    assert_eq!(info.first, Some(Side::Local));
    assert!(info.is_clean());
    let pongs = came.iter().filter(|message| matches!(message, Message::Pong(_))).count();
    assert!(pongs >= 1, "{came:?}");
    let answer = CloseFrame { code: 1012, reason: "".into() };
    assert_eq!(came.last(), Some(&Message::Close(Some(answer))));
}

#[tokio::test]
async fn prepared_messages_and_the_outcome_of_closing() {
    let callback = |mut socket: WebSocket| async move {
        let news = Prepared::new("news");
        socket.send_prepared(&news).await.unwrap();
        socket.send_prepared(&news).await.unwrap();
        socket.close_with(close_code::AWAY, "going").await.unwrap()
    };
    let (address, mut outcomes) = serve_with(|ws| ws, callback).await;
    let mut ws = connect(address, "/").await;
    for _ in 0..2 {
        assert_eq!(in_time(ws.recv()).await.unwrap(), Some("news".into()));
    }
    assert_eq!(in_time(ws.recv()).await.unwrap(), None);
    let info = in_time(outcomes.recv()).await.unwrap();
    assert_eq!(info.sent.unwrap().reason, "going");
    assert_eq!(info.received.unwrap().code, CloseCode::GOING_AWAY);
}

#[tokio::test]
async fn the_native_web_socket_is_inside() {
    let callback = |mut socket: WebSocket| async move {
        socket.get_mut().try_send("queued").unwrap();
        assert!(socket.get_ref().queue_len() > 0);
        socket.feed(Message::Ping("1".into())).await.unwrap();
        let (mut sender, mut receiver) = socket.into_inner().split();
        sender.flush().await.unwrap();
        let message = receiver.recv().await.unwrap();
        sender.send(message.unwrap()).await.unwrap();
    };
    let (address, _outcomes) = serve_with(|ws| ws, callback).await;
    let mut ws = connect(address, "/").await;
    ws.send("hello").await.unwrap();
    for text in ["queued", "hello"] {
        assert_eq!(in_time(ws.recv()).await.unwrap(), Some(text.into()));
    }
}

#[tokio::test]
async fn what_is_fed_is_written_from_a_length_on() {
    let callback = |mut socket: WebSocket| async move {
        let queue_lens = [1000, 1000, 1].map(|len| Message::binary(vec![0; len]));
        let mut pending = Vec::new();
        for message in queue_lens {
            socket.feed(message).await.unwrap();
            pending.push(socket.get_ref().queue_len());
        }
        socket.close().await.unwrap();
        pending
    };
    let (address, mut outcomes) = serve_with(|ws| ws.write_buffer_size(1500), callback).await;
    let _ws = connect(address, "/").await;
    let pending = in_time(outcomes.recv()).await.unwrap();
    assert!(pending[0] >= 1000 && pending[1] >= 2000 && pending[2] < 100, "{pending:?}");
}

#[tokio::test]
async fn sending_waits_for_room() {
    let callback = |mut socket: WebSocket| async move {
        // The client takes nothing meanwhile, so in the end there is no room.
        let mut sent = 0;
        while sent < 10_000 {
            let feeding = socket.feed(Message::binary(vec![0; 64 << 10])).now_or_never();
            let Some(fed) = feeding else { break };
            fed.unwrap();
            sent += 1;
        }
        assert!(sent < 10_000 && socket.get_ref().queue_len() < 1 << 20);
        socket.flush().await.unwrap();
        socket.send(Message::Close(None)).await.unwrap();
        while socket.recv().await.is_some() {}
        sent
    };
    let configure = |ws: WebSocketUpgrade| ws.max_write_buffer_size(256 << 10);
    let (address, mut outcomes) = serve_with(configure, callback).await;
    let mut ws = connect(address, "/").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut came = 0;
    while in_time(ws.recv()).await.unwrap().is_some() {
        came += 1;
    }
    assert_eq!(in_time(outcomes.recv()).await.unwrap(), came);
}

#[tokio::test]
async fn silence_is_noticed() {
    let configure = |ws: WebSocketUpgrade| {
        ws.timeout(Duration::from_secs(20))
            .ping_interval(Duration::from_millis(20))
            .pong_timeout(Duration::from_millis(50))
            .idle_timeout(Duration::from_secs(20))
            .send_timeout(Duration::from_secs(20))
            .close_timeout(Duration::from_millis(50))
    };
    let (address, mut outcomes) = serve_with(configure, collect).await;
    let mut raw = Raw::connect(address).await;
    raw.write(REQUEST).await;
    assert_eq!(raw.answer().await.0, 101);
    // Nothing is said, not even a pong.
    let rest = raw.rest().await;
    assert_eq!(rest[0], 0x89, "a ping: {rest:?}");
    let (_, failure) = in_time(outcomes.recv()).await.unwrap();
    let failure = failure.unwrap();
    assert!(matches!(cause(&failure), Some(ws_tokio::Error::TimedOut(_))), "{failure}");
}

#[tokio::test]
async fn halves_of_futures_work_on_two_tasks() {
    let callback = |socket: WebSocket| async move {
        let (mut sink, mut stream) = socket.split();
        let sending = tokio::spawn(async move {
            for n in 0..100 {
                sink.send(Message::text(n.to_string())).await.unwrap();
            }
            sink.close().await.unwrap();
        });
        let mut count = 0;
        while let Some(Ok(message)) = stream.next().await {
            count += usize::from(matches!(message, Message::Text(_)));
        }
        sending.await.unwrap();
        count
    };
    let (address, mut outcomes) = serve_with(|ws| ws, callback).await;
    let (mut sender, mut receiver) = connect(address, "/").await.split();
    let sending = tokio::spawn(async move {
        for n in 0..100 {
            sender.send(n.to_string()).await.unwrap();
        }
        sender
    });
    // Until all is sent, its close is not answered.
    let _sender = in_time(sending).await.unwrap();
    let mut expected = (0..100).map(|n| ws_tokio::Message::text(n.to_string()));
    while let Some(message) = in_time(receiver.recv()).await.unwrap() {
        assert_eq!(Some(message), expected.next());
    }
    assert_eq!(expected.next(), None);
    assert_eq!(in_time(outcomes.recv()).await.unwrap(), 100);
}

#[cfg(feature = "deflate")]
#[tokio::test]
async fn messages_are_compressed() {
    use ws_axum::ws_hyper::{
        ClientConfig,
        ws_tokio::deflate::{DeflateConfig, DeflateOffer},
    };

    let callback = |mut socket: WebSocket| async move {
        assert!(socket.get_ref().extensions().is_some());
        while let Some(Ok(message)) = socket.recv().await {
            if matches!(message, Message::Text(_)) {
                socket.send(message).await.unwrap();
            }
        }
    };
    let configure = |ws: WebSocketUpgrade| ws.deflate(DeflateConfig::new());
    let (address, _outcomes) = serve_with(configure, callback).await;
    let config = ClientConfig::new().deflate(DeflateOffer::new());
    let url = format!("ws://{address}/");
    let (mut ws, _) = in_time(ws_tokio::connect_with(url, &config)).await.unwrap();
    assert!(ws.extensions().unwrap().starts_with("permessage-deflate"));
    let text = "all work and no play ".repeat(1000);
    ws.send(text.as_str()).await.unwrap();
    assert_eq!(in_time(ws.recv()).await.unwrap(), Some(text.into()));
}
