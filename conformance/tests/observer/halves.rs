//! Halves, byte streams, streams and sinks: they are the same WebSocket, and it ends once.

use conformance::{
    messages::frames::{binary, close, text},
    pipe::{Peer, Pipe, Script},
};
use futures_util::{SinkExt as _, StreamExt as _};
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use ws_core::{Message, Negotiated, Role, WebSocketConfig};
use ws_driver::Parts;

use crate::recorder::Recorder;

const CLOSED: &str =
    "closed: well; sent 1000, received 1000, remote first; got 1 of 1 in 7, sent 1 of 2 in 4";

fn parts() -> (Parts<Pipe>, Peer) {
    let (io, peer) = Pipe::new(Script::new().stays_open());
    (Parts::new(io, Role::Server, Negotiated::default()), peer)
}

/// One message each way, and then the peer closes.
fn talks(peer: &Peer) {
    peer.send(text("a").encode(Role::Server));
    peer.send(close(1000, "").encode(Role::Server));
    peer.close();
}

const TOLD: [&str; 4] = ["open", "sent text 2 in 4", "got text 1 in 7", CLOSED];

macro_rules! halves {
    ($test:ident, $adapter:ident, $split:ident, $block_on:expr, [$($await:tt)*]) => {
        #[test]
        fn $test() {
            let recorder = Recorder::default();
            let config = WebSocketConfig::new().observer(recorder.clone());
            let run = |then: &dyn Fn($adapter::SendHalf<Pipe>, $adapter::RecvHalf<Pipe>)| {
                let (parts, peer) = parts();
                talks(&peer);
                let ws = $adapter::WebSocket::from_parts(parts, &config);
                let (mut sender, mut receiver) = halves!($split ws);
                $block_on(async {
                    sender.send("hi")$($await)*.unwrap();
                    assert_eq!(receiver.recv()$($await)*.unwrap(), Some(Message::text("a")));
                    assert_eq!(receiver.recv()$($await)*.unwrap(), None);
                    let _ = receiver.recv()$($await)*;
                });
                then(sender, receiver);
            };
            // In whatever order they go, and put together again.
            run(&|sender, receiver| {
                drop(sender);
                drop(receiver);
            });
            run(&|sender, receiver| {
                drop(receiver);
                drop(sender);
            });
            run(&|sender, receiver| drop(receiver.unsplit(sender).map_err(drop).unwrap()));
            recorder.assert_told(&[TOLD, TOLD, TOLD].concat(), stringify!($adapter));
            assert_eq!(recorder.ids().len(), 3);

            // It is not over as long as there is one of them.
            let recorder = Recorder::default();
            let config = WebSocketConfig::new().observer(recorder.clone());
            let ws = $adapter::WebSocket::from_parts(parts().0, &config);
            let (mut sender, receiver) = halves!($split ws);
            drop(receiver);
            $block_on(async { sender.send("hi")$($await)*.unwrap() });
            recorder.assert_told(&["open", "sent text 2 in 4"], "half of it");
            drop(sender);
            assert!(recorder.told()[2].starts_with("closed: dropped; "));
        }
    };
    (split $ws:ident) => { $ws.split() };
    (split_cloned $ws:ident) => { $ws.split(|io| Ok::<_, std::io::Error>(io.clone())).unwrap() };
}

fn tokio<O>(future: impl Future<Output = O>) -> O {
    ::tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

halves!(of_tokio, ws_tokio, split, tokio, [.await]);
halves!(of_smol, ws_smol, split, smol::block_on, [.await]);
halves!(of_async_std, ws_async_std, split, async_std::task::block_on, [.await]);
halves!(of_threads, ws_blocking, split_cloned, smol::block_on, []);

/// The halves that `futures` makes hold one WebSocket.
#[test]
fn of_a_stream_and_sink() {
    let recorder = Recorder::default();
    let config = WebSocketConfig::new().observer(recorder.clone());
    let (parts, peer) = parts();
    talks(&peer);
    smol::block_on(async {
        let ws = ws_smol::WebSocket::from_parts(parts, &config);
        let (mut sink, mut stream) = futures_util::StreamExt::split(ws);
        sink.send(Message::text("hi")).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap(), Message::text("a"));
        assert!(stream.next().await.is_none());
    });
    recorder.assert_told(&TOLD, "split by futures");
}

#[test]
fn of_bytes() {
    let recorder = Recorder::default();
    let config = WebSocketConfig::new().observer(recorder.clone());
    let (parts, peer) = parts();
    peer.send(binary("in").encode(Role::Server));
    smol::block_on(async {
        let mut stream = ws_smol::ByteStream::new(ws_smol::WebSocket::from_parts(parts, &config));
        stream.write_all(b"out").await.unwrap();
        stream.flush().await.unwrap();
        let mut buf = [0; 2];
        stream.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, b"in");
        stream.close().await.unwrap();
        peer.send(close(1000, "").encode(Role::Server));
        peer.close();
        assert_eq!(stream.read(&mut buf).await.unwrap(), 0);
    });
    let end =
        "closed: well; sent 1000, received 1000, local first; got 1 of 2 in 8, sent 1 of 3 in 5";
    recorder.assert_told(&["open", "sent binary 3 in 5", "got binary 2 in 8", end], "bytes");
}

/// Two threads: the sums are right, and there is one end.
#[test]
fn at_once() {
    const COUNT: usize = 2000;
    let recorder = Recorder::default();
    let config = WebSocketConfig::new().observer(recorder.clone());
    let (io, peer) = Pipe::new(Script::new());
    for _ in 0..COUNT {
        peer.send(text("a").encode(Role::Server));
    }
    peer.send(close(1000, "").encode(Role::Server));
    peer.close();
    let parts = Parts::new(io, Role::Server, Negotiated::default());
    let (mut sender, mut receiver) = ws_blocking::WebSocket::from_parts(parts, &config)
        .split(|io| Ok::<_, std::io::Error>(io.clone()))
        .unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || while let Ok(Some(_)) = receiver.recv() {});
        let sent = (0..COUNT).take_while(|_| sender.send("hi").is_ok()).count();
        drop(sender);
        sent
    });
    let told = recorder.told();
    let count = |words: &str| told.iter().filter(|told| told.starts_with(words)).count();
    assert_eq!((count("open"), count("got "), count("closed: ")), (1, COUNT, 1));
    let (got, sent) = (format!("got {COUNT} of {COUNT} in {}", 7 * COUNT), count("sent "));
    let sent = if sent == 0 {
        "none".to_owned()
    } else {
        format!("{sent} of {} in {}", 2 * sent, 4 * sent)
    };
    let end = told.iter().find(|told| told.starts_with("closed: ")).unwrap();
    assert!(end.ends_with(&format!("; {got}, sent {sent}")), "{end}");
}

#[test]
fn a_half_that_cannot_write() {
    let recorder = Recorder::default();
    let config = WebSocketConfig::new().observer(recorder.clone());
    let (io, _peer) = Pipe::new(Script::new().fail_at(0, std::io::ErrorKind::ConnectionReset));
    let parts = Parts::new(io, Role::Server, Negotiated::default());
    let (mut sender, receiver) = ws_smol::WebSocket::from_parts(parts, &config).split();
    smol::block_on(sender.send("a")).unwrap_err();
    drop((sender, receiver));
    assert!(recorder.told()[2].starts_with("closed: io; "), "{:?}", recorder.told());
}
