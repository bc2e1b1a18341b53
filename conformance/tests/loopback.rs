//! Connecting by URL over loopback sockets, with every adapter's own streams.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    future::Future,
    io::{self, ErrorKind},
    net::{TcpListener, TcpStream},
    pin::pin,
    sync::{Arc, mpsc},
    task::{Context, Poll, Wake, Waker},
    thread::{self, JoinHandle, Thread},
    time::{Duration, Instant},
};

use ws_blocking::{Acceptor, UpgradeRequest};
use ws_core::{ClientConfig, Negotiated, ServerConfig, UpgradeResponse, credentials};
use ws_driver::Error;

/// What a test looks at.
type Outcome = Result<(Negotiated, UpgradeResponse), Error>;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

fn tokio(url: &str, config: &ClientConfig) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let opened = runtime.block_on(ws_tokio::connect_with(url, config).into_future());
    opened.map(|(ws, response)| (ws.negotiated().clone(), response))
}

fn smol(url: &str, config: &ClientConfig) -> Outcome {
    let opened = block_on(ws_smol::connect_with(url, config).into_future());
    opened.map(|(ws, response)| (ws.negotiated().clone(), response))
}

fn async_std(url: &str, config: &ClientConfig) -> Outcome {
    let opened = block_on(ws_async_std::connect_with(url, config).into_future());
    opened.map(|(ws, response)| (ws.negotiated().clone(), response))
}

fn blocking(url: &str, config: &ClientConfig) -> Outcome {
    let opened = ws_blocking::connect_with(url, config).open();
    opened.map(|(ws, response)| (ws.negotiated().clone(), response))
}

type Connect = fn(&str, &ClientConfig) -> Outcome;

const CONNECTS: [(&str, Connect); 4] =
    [("tokio", tokio), ("smol", smol), ("async-std", async_std), ("blocking", blocking)];

fn listen<R: Send + 'static>(
    serve: impl FnOnce(TcpStream) -> R + Send + 'static,
) -> (u16, JoinHandle<R>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, thread::spawn(move || serve(listener.accept().unwrap().0)))
}

#[test]
fn connect_opens() {
    for (name, connect) in CONNECTS {
        let (port, server) = listen(|stream| {
            let config = ServerConfig::new().subprotocols(["chat"]).keep_request(true);
            let ws = ws_blocking::accept_with(stream, &config).unwrap();
            ws.request().unwrap().clone()
        });
        let config = ClientConfig::new().subprotocols(["x", "chat"]).header("Cookie", "a=b");
        let (negotiated, response) =
            connect(&format!("ws://127.0.0.1:{port}/room?x=1#part"), &config).unwrap();
        assert_eq!(negotiated.subprotocol(), Some("chat"), "{name}");
        assert_eq!(response.status(), 101, "{name}");
        let request = server.join().unwrap();
        assert_eq!(request.uri(), "/room?x=1", "{name}");
        assert_eq!(request.headers()["host"], format!("127.0.0.1:{port}"), "{name}");
        assert_eq!(request.headers()["cookie"], "a=b", "{name}");
    }
}

#[test]
fn connect_is_declined() {
    for (name, connect) in CONNECTS {
        let (port, server) = listen(|stream| {
            let config = ServerConfig::new().origins(["https://app.example"]).unwrap();
            ws_blocking::accept_with(stream, &config).unwrap_err().name()
        });
        let config = ClientConfig::new().header("Origin", "https://evil.example");
        let error = connect(&format!("ws://127.0.0.1:{port}/"), &config).unwrap_err();
        assert_eq!(error.name(), "status-not-101", "{name}");
        assert_eq!(error.handshake().unwrap().status().unwrap(), 403, "{name}");
        let rule = server.join().unwrap();
        assert!(rule.contains("origin"), "{name}: {rule}");
    }
}

#[test]
fn connect_times_out() {
    let config = ClientConfig::new().timeout(Some(Duration::from_millis(200)));
    for (name, connect) in CONNECTS {
        let (done, wait) = mpsc::channel();
        let (port, server) = listen(move |stream| {
            let _: Result<(), _> = wait.recv();
            drop(stream);
        });
        let start = Instant::now();
        let error = connect(&format!("ws://127.0.0.1:{port}/"), &config).unwrap_err();
        assert_eq!(error.name(), "timeout", "{name}");
        assert!(error.to_string().contains("waiting for the server's answer"), "{name}: {error}");
        assert!(start.elapsed() < Duration::from_secs(3), "{name}: {:?}", start.elapsed());
        drop(done);
        server.join().unwrap();
    }
}

#[test]
fn connect_fails() {
    for (name, connect) in CONNECTS {
        // A port that was just free.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let error = connect(&format!("ws://127.0.0.1:{port}/"), &ClientConfig::new()).unwrap_err();
        let Error::Io(source) = &error else { panic!("{name}: {error:?}") };
        assert_eq!(source.kind(), ErrorKind::ConnectionRefused, "{name}");
        let shown = error.to_string();
        let expected = format!("cannot connect to 127.0.0.1:{port}: 127.0.0.1:{port}: ");
        assert!(shown.starts_with(&expected) && shown.contains("efused"), "{name}: {shown}");
        let urls = [
            ("http://127.0.0.1/", "unsupported-scheme"),
            ("127.0.0.1", "invalid-url"),
            ("ws://", "invalid-url"),
            ("ws:///path", "invalid-url"),
            ("ws://h:99999/", "invalid-url"),
            ("", "invalid-url"),
        ];
        for (url, expected) in urls {
            let error = connect(url, &ClientConfig::new()).unwrap_err();
            assert_eq!(error.name(), expected, "{name}: {url:?}");
        }
    }
}

#[test]
fn user_and_password_of_a_url_are_sent() {
    let ours = |request: &UpgradeRequest<TcpStream>| {
        credentials::is_basic(request.request().headers(), "ada", "love/l@ce")
    };
    for (name, connect) in CONNECTS {
        for (config, expected) in [
            (ClientConfig::new(), true),
            (ClientConfig::new().header("Authorization", "Bearer x"), false),
        ] {
            let (port, server) = listen(move |stream| {
                let request = Acceptor::new(stream, &ServerConfig::new()).next_request().unwrap();
                let asked = ours(&request);
                request.accept().unwrap();
                asked
            });
            connect(&format!("ws://ada:love%2Fl%40ce@127.0.0.1:{port}/"), &config).unwrap();
            assert_eq!(server.join().unwrap(), expected, "{name}");
        }
    }
}

/// The zone says through which interface, and stays here.
#[test]
fn an_address_with_a_zone_is_dialled() {
    for (name, connect) in CONNECTS {
        // The loopback interface is the first; without IPv6 there is nothing to be tested.
        let Ok(listener) = TcpListener::bind("[::1%1]:0") else { return };
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let stream = listener.accept().unwrap().0;
            let request = Acceptor::new(stream, &ServerConfig::new()).next_request().unwrap();
            let host = request.request().headers()["host"].to_str().unwrap().to_owned();
            request.accept().unwrap();
            host
        });
        connect(&format!("ws://[::1%251]:{port}/"), &ClientConfig::new()).unwrap();
        assert_eq!(server.join().unwrap(), format!("[::1]:{port}"), "{name}");
    }
}

/// "Host, target, header names and values are checked before any I/O".
#[test]
fn connect_checks_before_it_dials() {
    for (name, connect) in CONNECTS {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let config = ClientConfig::new;
        let cases = [
            ("/a b", config(), "invalid-target"),
            ("/\r\nX: y", config(), "invalid-target"),
            ("/", config().header("X", "a\r\nb: c"), "invalid-header"),
            ("/", config().header("Sec-WebSocket-Key", "x"), "reserved-header"),
            ("/", config().subprotocols(["a, b"]), "invalid-subprotocol"),
        ];
        for (target, config, expected) in cases {
            let error = connect(&format!("ws://127.0.0.1:{port}{target}"), &config).unwrap_err();
            assert_eq!(error.name(), expected, "{name}: {target:?}");
            let dialled = listener.accept().map(|_| ()).map_err(|error| error.kind());
            assert_eq!(dialled, Err(ErrorKind::WouldBlock), "{name}: {target:?}");
        }
        for url in ["ws://a b/", "ws://h\r\nX: y/", "ws://h\0/"] {
            let error = connect(url, &config()).unwrap_err();
            assert!(
                ["invalid-url", "invalid-host"].contains(&error.name()),
                "{name}: {url:?}: {error}"
            );
        }
    }
}

/// The answer to a request that nobody reads to its end still arrives: closing with unread octets
/// would reset it.
#[test]
fn a_refusal_arrives_although_more_was_sent() -> io::Result<()> {
    use std::io::{Read as _, Write as _};
    let (port, server) = listen(|stream| ws_blocking::accept(stream).map(drop).unwrap_err().name());
    let mut peer = TcpStream::connect(("127.0.0.1", port))?;
    peer.write_all(b"G E T / HTTP/1.1\r\n\r\n")?;
    peer.write_all(&[b'x'; 20_000])?;
    let mut answer = Vec::new();
    peer.read_to_end(&mut answer)?;
    assert!(answer.starts_with(b"HTTP/1.1 400 "), "{}", answer.escape_ascii());
    drop(peer);
    assert_eq!(server.join().unwrap(), "malformed-head");
    Ok(())
}
