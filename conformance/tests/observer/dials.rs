//! From a URL: whatever stands in the way, it is one handshake, which is told once.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    thread,
    time::Duration,
};

use conformance::{fill::fill, sample::switching, wire};
use ws_core::{ClientConfig, HandshakeStep, Proxy};
use ws_driver::{Connect, DialConfig, Dials};

use crate::recorder::Recorder;

use HandshakeStep::{AwaitAnswer, Connect as Connecting, LookUp, ReadAnswer, SendRequest};

/// A server that says one of these to each that comes, and then waits for the end.
fn server(answers: Vec<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut octet = [0];
                stream.read_exact(&mut octet).unwrap();
                head.extend(octet);
            }
            let key = wire::key_of(&head).map(wire::latin1).unwrap_or_default();
            stream.write_all(&fill(answer.as_bytes(), &key)).unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    address
}

/// A server that says this before it has read anything.
fn server_first(words: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(words).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    address
}

fn opens() -> String {
    String::from_utf8(switching("")).unwrap()
}

fn says(status: &str, more: &str) -> String {
    format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n{more}\r\n")
}

fn closed_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

type Told = (&'static [&'static str], &'static [HandshakeStep]);

/// Opens it, lets go of what comes of it, and compares what was told.
fn check<L: Live>(url: &str, dial: DialConfig, (expected, steps): Told) {
    let recorder = Recorder::default();
    let client =
        ClientConfig::new().timeout(Some(Duration::from_secs(10))).observer(recorder.clone());
    let connect = Connect::<L::Dials>::new(url).config(client).dial(dial);
    let opened = L::block_on(connect.open()).is_ok();
    recorder.assert_told(expected, url);
    assert_eq!(recorder.steps(), [steps], "{url}");
    assert_eq!(opened, expected[0].starts_with("opened"), "{url}");
}

const OPENED: [&str; 3] = [
    "opened 101",
    "open",
    "closed: dropped; sent nothing, received nothing, nobody first; got none, sent none",
];

fn all<L: Live>() {
    let check = check::<L>;
    let plain = DialConfig::new;

    check("http://h/", plain(), (&["failed unsupported-scheme"], &[LookUp]));

    let url = format!("ws://{}/", server(vec![opens()]));
    let steps = &[LookUp, Connecting, SendRequest, AwaitAnswer, ReadAnswer];
    check(&url, plain(), (&OPENED, steps));

    let url = format!("ws://{}/", server(vec![says("503", "")]));
    check(&url, plain(), (&["declined status-not-101 503"], steps));

    check(&format!("ws://{}/", closed_port()), plain(), (&["failed io"], &[LookUp, Connecting]));

    // Followed, it is one handshake with another way; not followed, it is an answer.
    let other = format!("ws://{}/", server(vec![opens()]));
    let redirects = || vec![says("302", &format!("Location: {other}\r\n"))];
    let url = format!("ws://{}/", server(redirects()));
    check(&url, plain(), (&["declined status-not-101 302"], steps));
    let url = format!("ws://{}/", server(redirects()));
    let way = &[
        LookUp,
        Connecting,
        SendRequest,
        AwaitAnswer,
        ReadAnswer,
        Connecting,
        SendRequest,
        AwaitAnswer,
        ReadAnswer,
    ];
    check(&url, plain().redirects(1), (&OPENED, way));

    // No TLS where there should be.
    let mut nonsense = server_first(b"nonsense\r\n\r\n");
    let url = format!("wss://{nonsense}/");
    let roots = rustls::RootCertStore::empty();
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tls = || plain().tls(tls.clone());
    let way = &[LookUp, Connecting, HandshakeStep::Tls];
    check(&url, tls(), (&["failed tls-not-tls"], way));
    nonsense = closed_port();
    check(&format!("wss://{nonsense}/"), tls(), (&["failed io"], &[LookUp, Connecting]));

    // A proxy that does not want to.
    let proxy = format!("http://{}/", server(vec![says("403", "")]));
    let dial = plain().proxy(Proxy::parse(&proxy).unwrap());
    check(
        "ws://h/",
        dial,
        (&["failed proxy-refused"], &[LookUp, Connecting, HandshakeStep::Proxy]),
    );
}

#[test]
fn by_tokio() {
    all::<Tokio>();
}

#[test]
fn by_smol() {
    all::<Smol>();
}

#[test]
fn by_async_std() {
    all::<AsyncStd>();
}

#[test]
fn by_threads() {
    all::<Blocking>();
}

/// An adapter.
trait Live {
    type Dials: Dials;

    fn block_on<F: Future>(future: F) -> F::Output;
}

macro_rules! live {
    ($Live:ident, $Dials:ty, $future:ident, $block_on:expr) => {
        enum $Live {}

        impl Live for $Live {
            type Dials = $Dials;

            fn block_on<F: Future>($future: F) -> F::Output {
                $block_on
            }
        }
    };
}

live!(Tokio, ws_tokio::Tokio, future, {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap().block_on(future)
});
live!(Smol, ws_smol::Sockets, future, smol::block_on(future));
live!(AsyncStd, ws_async_std::Sockets, future, async_std::task::block_on(future));
// Its sockets block, and nothing else is waited for.
live!(Blocking, ws_blocking::Blocking, future, smol::block_on(future));

/// Wherever it is dropped, it was cancelled.
#[test]
fn that_are_dropped() {
    let recorder = Recorder::default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let connect = Connect::<ws_smol::Sockets>::new(url)
        .config(ClientConfig::new().observer(recorder.clone()));
    drop(connect.open());
    recorder.assert_told::<&str>(&[], "not begun");
    smol::block_on(async {
        let open = async {
            drop(connect.open().await);
            panic!("nobody has answered");
        };
        let accept = async {
            let (mut stream, _) = smol::unblock(move || listener.accept()).await.unwrap();
            smol::unblock(move || stream.read_exact(&mut [0; 4]).map(|()| stream)).await.unwrap()
        };
        smol::future::or(open, accept).await
    });
    recorder.assert_told(&["cancelled"], "waits for an answer");
}
