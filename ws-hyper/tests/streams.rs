//! What the WebSocket is over, and what came before hyper let go of it.

#![cfg(test)]

mod common;

use std::{io::ErrorKind, time::Duration};

use common::{Answer, REQUEST, Raw, answer, drive, echo, echo_server, in_time, serve};
use hyper::{Request, body::Incoming};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    net::TcpStream,
};
use ws_hyper::{
    Message, ServerConfig, TrackedStream, Tracker,
    ws_tokio::{Error, handshake},
};

/// "hi", a ping, the beginning of "you", and the rest of it with a close.
const FIRST: &[u8] = b"\x81\x82\0\0\0\0hi\x89\x80\0\0\0\0\x81\x83\0\0\0\0y";
const SECOND: &[u8] = b"ou\x88\x80\0\0\0\0";
const ECHO: &[u8] = b"\x81\x02hi\x8a\x00\x81\x03you\x88\x00";

/// Echoes over the `TcpStream` that hyper was given.
async fn over_tcp(request: Request<Incoming>) -> Answer {
    answer(request, &ServerConfig::new(), |upgrading| async {
        let ws = upgrading.downcast::<TcpStream>().await?.expect("a TcpStream");
        ws.get_ref().set_nodelay(true)?;
        echo(ws).await
    })
}

#[tokio::test]
async fn frames_behind_the_request_are_kept() {
    for address in [echo_server(ServerConfig::new()).await, serve(over_tcp).await] {
        let mut raw = Raw::connect(address).await;
        raw.write([REQUEST.as_bytes(), FIRST].concat()).await;
        assert!(raw.head().await.starts_with("http/1.1 101 "));
        raw.write(SECOND).await;
        assert_eq!(raw.rest().await, ECHO);
    }
}

/// A message that is longer than what hyper reads at once.
#[tokio::test]
async fn long_messages_behind_the_request_are_kept() {
    for address in [echo_server(ServerConfig::new()).await, serve(over_tcp).await] {
        let mut raw = Raw::connect(address).await;
        let payload = vec![b'a'; 50_000];
        let head = [b"\x81\xfe\xc3\x50\0\0\0\0".as_slice(), &payload].concat();
        let (mut read, mut write) = raw.0.split();
        let sent = [REQUEST.as_bytes(), &head, b"\x88\x80\0\0\0\0"].concat();
        let mut came = Vec::new();
        let (wrote, _) =
            in_time(async { tokio::join!(write.write_all(&sent), read.read_to_end(&mut came)) })
                .await;
        wrote.unwrap();
        assert!(came.starts_with(b"HTTP/1.1 101 "));
        let echo = [b"\x81\x7e\xc3\x50".as_slice(), &payload, b"\x88\x00"].concat();
        assert!(came.ends_with(&echo), "{} bytes", came.len());
    }
}

#[tokio::test]
async fn a_stream_of_another_type_is_that_of_hyper() {
    let (server, client) = duplex(64);
    let connection = drive(server, |request| async {
        answer(request, &ServerConfig::new(), |upgrading| async {
            let ws = upgrading.downcast::<TcpStream>().await?.expect_err("a DuplexStream");
            assert!(format!("{:?}", ws.get_ref()).contains("Upgraded"));
            echo(ws).await
        })
    });
    let client = async {
        let (mut ws, _) = handshake(client, "ws.example", "/").await?;
        ws.send("hi").await?;
        assert_eq!(ws.recv().await?, Some("hi".into()));
        ws.close().await
    };
    let (_, closed) = in_time(async { tokio::join!(connection, client) }).await;
    assert!(closed.unwrap().is_clean());
}

#[tokio::test]
async fn any_stream_comes_out_again() {
    let (server, client) = duplex(64);
    let connection = drive(server, |request| async {
        answer(request, &ServerConfig::new(), |upgrading| async {
            echo(upgrading.downcast::<DuplexStream>().await?.expect("a DuplexStream")).await
        })
    });
    let client = async {
        let (mut ws, _) = handshake(client, "ws.example", "/").await?;
        let message = Message::from(vec![3; 10_000]);
        let (mut sender, mut receiver) = ws.split();
        let (sent, received) = tokio::join!(sender.send(message.clone()), receiver.recv());
        sent?;
        assert_eq!(received?, Some(message));
        ws = receiver.unsplit(sender).expect("halves of one");
        ws.close().await
    };
    let (_, closed) = in_time(async { tokio::join!(connection, client) }).await;
    assert!(closed.unwrap().is_clean());
}

#[cfg(feature = "auto")]
#[tokio::test]
async fn streams_come_out_of_servers_of_either_version() {
    use hyper_util::{
        rt::{TokioExecutor, TokioIo},
        server::conn::auto,
    };

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let service = hyper::service::service_fn(|request| async {
            Ok::<_, std::convert::Infallible>(over_tcp(request).await)
        });
        let server = auto::Builder::new(TokioExecutor::new());
        let served = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
        assert!(served.is_ok());
    });
    let mut raw = Raw::connect(address).await;
    raw.write([REQUEST.as_bytes(), FIRST].concat()).await;
    assert!(raw.head().await.starts_with("http/1.1 101 "));
    raw.write(SECOND).await;
    assert_eq!(raw.rest().await, ECHO);
}

#[tokio::test]
async fn what_was_upgraded_comes_out_as_hyper_gave_it() {
    let address = serve(|request| async {
        answer(request, &ServerConfig::new(), |upgrading| async {
            let parts = upgrading.await?.into_parts();
            let upgraded = parts.io.into_inner();
            let parts = upgraded.downcast::<hyper_util::rt::TokioIo<TcpStream>>().expect("TCP");
            assert_eq!(parts.read_buf, FIRST);
            Ok::<_, Error>(())
        })
    })
    .await;
    let mut raw = Raw::connect(address).await;
    raw.write([REQUEST.as_bytes(), FIRST].concat()).await;
    assert!(raw.head().await.starts_with("http/1.1 101 "));
    assert!(raw.rest().await.is_empty());
}

/// A stream that ends by the deadline of a shutdown, whatever is done with it.
#[tokio::test(start_paused = true)]
async fn tracked_streams_fail_at_the_deadline() {
    let tracker = Tracker::new();
    let (near, mut far) = duplex(4);
    let mut stream = TrackedStream::new(near, &tracker);
    // Until then it is the stream inside.
    stream.write_all(b"1234").await.unwrap();
    far.write_all(b"56").await.unwrap();
    let mut came = [0; 4];
    far.read_exact(&mut came).await.unwrap();
    assert_eq!(came, *b"1234");
    stream.read_exact(&mut came[..2]).await.unwrap();
    assert_eq!(came[..2], *b"56");
    stream.flush().await.unwrap();

    let running = tracker.clone();
    let shutdown = tokio::spawn(async move { running.shut_down(Duration::from_secs(1)).await });
    let start = tokio::time::Instant::now();
    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let error = stream.write_all(b"12345").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    // What need not wait does not fail.
    far.write_all(b"7").await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'7');
    drop(stream);
    assert_eq!(shutdown.await.unwrap().tasks, 0);
}

/// A shutdown waits for it, until it is dropped or taken apart.
#[tokio::test]
async fn tracked_streams_are_waited_for() {
    let tracker = Tracker::new();
    let [first, second] = [(); 2].map(|()| TrackedStream::new(duplex(4).0, &tracker));
    let running = tracker.clone();
    let shutdown = tokio::spawn(async move { running.shut_down(Duration::from_secs(100)).await });
    in_time(tracker.shutting_down()).await;
    drop(first);
    tokio::task::yield_now().await;
    assert!(!shutdown.is_finished());
    drop(second.into_inner());
    assert_eq!(in_time(shutdown).await.unwrap().tasks, 0);
}

#[tokio::test]
async fn tracked_streams_come_out_of_hyper() {
    let tracker = Tracker::new();
    let (near, mut far) = duplex(1000);
    let stream = TrackedStream::new(near, &tracker);
    let (told, asked) = tokio::sync::oneshot::channel();
    let told = std::sync::Mutex::new(Some(told));
    tokio::spawn(drive(stream, move |request| {
        let told = told.lock().unwrap().take().unwrap();
        let answer = answer(request, &ServerConfig::new(), |upgrading| async {
            let ws = upgrading.downcast::<TrackedStream<DuplexStream>>().await?;
            told.send(ws.is_ok()).unwrap();
            Ok(())
        });
        async { answer }
    }));
    far.write_all(REQUEST.as_bytes()).await.unwrap();
    assert!(in_time(asked).await.unwrap());
}
