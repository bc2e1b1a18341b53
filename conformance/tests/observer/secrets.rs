//! Nothing that is told is a secret: not to an observer, not in a span, not in a label.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use conformance::{
    adapter::{self, Call},
    messages::frames::close,
    pipe::{Pipe, Script},
    sample::upgrade,
    scene::run,
};
use metrics_util::debugging::DebuggingRecorder;
use tracing::Level;
use ws_core::{
    ClientConfig, Negotiated, Observed, ObservedEnd, ObservedHandshake, ObservedMessage, Observer,
    Proxy, Role, ServerConfig, WebSocketConfig,
};
use ws_driver::{Connect, DialConfig, MetricsObserver, Parts};

use crate::tracing::Seen;

/// Whatever it is told, as its debug output.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Everything {
    fn note(&self, what: impl std::fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{what:?}").unwrap();
    }
}

impl Observer for Everything {
    fn handshake(&self, handshake: &ObservedHandshake<'_>) {
        self.note(handshake);
    }

    fn message_received(&self, _: Observed, message: ObservedMessage) {
        self.note(message);
    }

    fn message_sent(&self, _: Observed, message: ObservedMessage) {
        self.note(message);
    }

    fn closed(&self, _: Observed, end: &ObservedEnd<'_>) {
        self.note((end.error, end.received, end.sent));
    }
}

/// In every place where there may be one.
const SECRET: &str = "sesame";

#[test]
fn no_credentials_and_no_payloads() {
    let everything = Everything::default();
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let (seen, ()) = Seen::with(Level::TRACE, || {
        metrics::with_local_recorder(&recorder, || {
            let observer = (everything.clone(), MetricsObserver::new());
            server(&ServerConfig::new().observer(observer));
            let observer = (everything.clone(), MetricsObserver::new());
            client(&ClientConfig::new().observer(observer));
            let observer = (everything.clone(), MetricsObserver::new());
            messages(&WebSocketConfig::new().observer(observer));
        });
    });
    let counted: String = snapshotter
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, ..)| format!("{key:?}\n"))
        .collect();
    let told = everything.0.lock().unwrap().clone();
    for (text, known) in [
        (told.clone(), "Rejected"),
        (told, "Declined"),
        (seen.text(), "missing-key"),
        (counted, "ws_closed_total"),
    ] {
        assert!(text.contains(known), "{text}");
        // Neither as it is nor in base64.
        for secret in [SECRET, "c2VzYW1l", "zZXNhbW", "2VzYW1l"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

fn server(config: &ServerConfig) {
    let fields = format!("Authorization: Bearer {SECRET}\r\nCookie: session={SECRET}\r\n");
    let request = String::from_utf8(upgrade(&fields)).unwrap();
    let request = request.replace("GET / ", &format!("GET /{SECRET}?token={SECRET} "));
    let without_key = request.replace("Sec-WebSocket-Key", "X-Key");
    let bad_value = request.replace("Host: ", &format!("Host: {SECRET}@"));
    for request in [request, without_key, bad_value] {
        for adapter in adapter::all() {
            let script = Script::new().input([request.as_bytes()]);
            run(&*adapter, script, Call::Accept(config.clone()));
        }
    }
}

fn client(config: &ClientConfig) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let body = format!(
                "HTTP/1.1 403 {SECRET}\r\nX: {SECRET}\r\nContent-Length: 6\r\n\r\n{SECRET}"
            );
            let _ = stream.write_all(body.as_bytes());
        }
    });
    let config = config.clone().header("Authorization", SECRET).header("Cookie", SECRET);
    let url = format!("ws://ada:{SECRET}@{address}/{SECRET}?token={SECRET}#{SECRET}");
    let proxy = Proxy::parse(&format!("http://ada:{SECRET}@{address}")).unwrap();
    for (url, dial) in [
        (url.clone(), DialConfig::new()),
        (url, DialConfig::new().proxy(proxy)),
        (format!("http://ada:{SECRET}@h/"), DialConfig::new()),
        (format!("ws://ada:{SECRET}@:x/"), DialConfig::new()),
    ] {
        let connect = Connect::<ws_smol::Sockets>::new(url).config(config.clone()).dial(dial);
        assert!(smol::block_on(connect.open()).is_err());
    }
}

fn messages(config: &WebSocketConfig) {
    let (io, peer) = Pipe::new(Script::new().stays_open());
    let parts = Parts::new(io, Role::Server, Negotiated::default());
    let mut ws = ws_smol::WebSocket::from_parts(parts, config);
    peer.send(conformance::messages::frames::text(SECRET).encode(Role::Server));
    peer.send(close(1000, SECRET).encode(Role::Server));
    peer.close();
    smol::block_on(async {
        ws.send(SECRET).await.unwrap();
        ws.ping(SECRET).await.unwrap();
        while ws.recv().await.unwrap().is_some() {}
    });
}
