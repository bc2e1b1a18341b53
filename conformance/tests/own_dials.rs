//! Dials of one's own, over streams in memory: proxies and servers that refuse somebody who cannot write, and connections
//! that are made in an order that sockets leave to chance.

#![cfg(all(feature = "tokio", feature = "smol", feature = "async-std", feature = "blocking"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::{Future, poll_fn},
    io::{self, ErrorKind},
    marker::PhantomData,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use conformance::pipe::{Peer, Pipe, Script};
use rustls::{ClientConfig as TlsClientConfig, RootCertStore};
use ws_core::{ClientConfig, HandshakeError, HandshakeStep, Proxy as ProxyUrl, ProxyError};
use ws_driver::{
    Connect, DialConfig, DialEvent, Dials, Error, MaybeTls, Reads, Runtime, TlsError, Writes,
};

/// An adapter.
trait Live: Send + 'static {
    type Runtime: Runtime<Timer: Send> + Reads<Self::Stream> + Writes<Self::Stream>;
    type Stream: From<MaybeTls<Pipe>> + Into<MaybeTls<Pipe>> + Send + 'static;

    const NAME: &'static str;

    fn block_on<F: Future>(future: F) -> F::Output;
}

macro_rules! live {
    ($Live:ident, $name:literal, $adapter:ident, $Runtime:ty, $future:ident, $run:expr) => {
        enum $Live {}

        impl Live for $Live {
            type Runtime = $Runtime;
            type Stream = $adapter::MaybeTlsStream<Pipe>;

            const NAME: &'static str = $name;

            fn block_on<F: Future>($future: F) -> F::Output {
                $run
            }
        }
    };
}

live!(Tokio, "ws-tokio", ws_tokio, ws_tokio::Tokio, future, {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().build().unwrap().block_on(future)
});
live!(Smol, "ws-smol", ws_smol, ws_smol::FuturesIo, future, smol::block_on(future));
live!(
    AsyncStd,
    "ws-async-std",
    ws_async_std,
    ws_driver::FuturesIo<ws_async_std::HalfClose>,
    future,
    async_std::task::block_on(future)
);
live!(Blocking, "ws-blocking", ws_blocking, ws_blocking::Blocking, future, {
    // It waits in the stream's own calls.
    futures_lite::future::block_on(future)
});

/// With every adapter.
macro_rules! every {
    ($($test:ident)*) => { $(
        mod $test {
            every!($test: tokio Tokio, smol Smol, async_std AsyncStd, blocking Blocking);
        }
    )* };
    ($test:ident: $($name:ident $Live:ident),*) => { $(
        #[test]
        fn $name() {
            super::$test::<super::$Live>();
        }
    )* };
}

/// A network of these streams.
struct Net<L>(PhantomData<L>);

thread_local! {
    /// What is connected next on this thread.
    static STREAMS: RefCell<VecDeque<Pipe>> = const { RefCell::new(VecDeque::new()) };
    /// Whether a connection to the first address is made only when one to another has begun, and whether one has.
    static AWAITS: Cell<(bool, bool)> = const { Cell::new((false, false)) };
}

impl<L: Live> Dials for Net<L> {
    type Runtime = L::Runtime;
    type Socket = Pipe;
    type Stream = L::Stream;

    async fn look_up(
        host: String,
        port: u16,
        _: Option<std::time::Instant>,
    ) -> io::Result<Vec<SocketAddr>> {
        let mut woken = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut woken, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        match &*host {
            "six.example" => Ok(vec![(Ipv6Addr::LOCALHOST, port).into()]),
            "empty.example" => Ok(Vec::new()),
            _ => Err(ErrorKind::NotFound.into()),
        }
    }

    async fn connect(
        address: SocketAddr,
        _: Option<SocketAddr>,
        _: Option<std::time::Instant>,
    ) -> io::Result<Pipe> {
        if address.port() == SECOND {
            let (awaits, _) = AWAITS.get();
            AWAITS.set((awaits, true));
            return pending_once().await;
        }
        let is_made = || AWAITS.get() != (true, false);
        poll_fn(|_| if is_made() { Poll::Ready(()) } else { Poll::Pending }).await;
        STREAMS.with_borrow_mut(VecDeque::pop_front).ok_or(ErrorKind::ConnectionRefused.into())
    }
}

/// The port of an address that nobody answers at.
const SECOND: u16 = 2;

/// Has its task polled once more, and then waits for ever.
async fn pending_once<O>() -> O {
    let mut woken = false;
    poll_fn(|cx| {
        if !std::mem::replace(&mut woken, true) {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await
}

/// The stream that is connected next.
fn lay(script: Script) -> Peer {
    let (pipe, peer) = Pipe::new(script);
    STREAMS.with_borrow_mut(|streams| *streams = [pipe].into());
    peer
}

fn fails<L: Live>(url: &str, dial: &DialConfig, config: ClientConfig) -> Error {
    let connect = Connect::<Net<L>>::new(url).dial(dial.clone()).config(config);
    L::block_on(connect.open()).map(drop).unwrap_err()
}

fn over_a_proxy(scheme: &str) -> DialConfig {
    DialConfig::new().proxy(ProxyUrl::parse(&format!("{scheme}://192.0.2.2:3128")).unwrap())
}

/// What comes of asking a proxy of this kind, which does as the script says.
fn asked<L: Live>(scheme: &str, script: Script, config: ClientConfig) -> Error {
    lay(script);
    fails::<L>("ws://192.0.2.1/", &over_a_proxy(scheme), config)
}

/// Nothing can be written to it.
fn takes_nothing() -> Script {
    Script::new().max_write(0)
}

const REFUSAL: &str = "HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nnope";

/// It may have gone before it has read everything, and says why all the same: that is what the caller wants to know.
fn a_proxy_that_refuses_is_heard_by_who_cannot_write<L: Live>() {
    for script in [
        takes_nothing().input([REFUSAL]),
        takes_nothing().input([&REFUSAL[..5], &REFUSAL[5..20], &REFUSAL[20..]]),
        takes_nothing().input([REFUSAL]).eof(),
    ] {
        let error = asked::<L>("http", script, ClientConfig::new());
        let Error::Proxy(error) = error else { panic!("{}: {error:?}", L::NAME) };
        assert_eq!(error.refusal().unwrap().body(), "nope", "{}", L::NAME);
    }
    let script = takes_nothing().input([b"\x00\x5b\0\0\0\0\0\0"]);
    let error = asked::<L>("socks4", script, ClientConfig::new());
    assert_eq!(error.name(), "socks4-rejected", "{}", L::NAME);
}

/// Of a refusal that does not come to its end there is at least the head.
fn a_part_of_a_refusal_is_one<L: Live>() {
    let part = &REFUSAL[..REFUSAL.len() - 2];
    for script in [
        takes_nothing().input([part]),
        takes_nothing().input([part]).eof(),
        // Behind a write and a read; and behind a write, a flush and a read.
        takes_nothing().input([part]).fail_at(2, ErrorKind::ConnectionReset),
        Script::new().input([part]).fail_at(3, ErrorKind::ConnectionReset),
    ] {
        let config = ClientConfig::new().timeout(Some(Duration::from_millis(300)));
        let error = asked::<L>("http", script, config);
        let Error::Proxy(error) = error else { panic!("{}: {error:?}", L::NAME) };
        let ProxyError::Refused { ref response, body_complete: false } = *error else {
            panic!("{}: {error:?}", L::NAME)
        };
        assert_eq!((response.status().as_u16(), &**response.body()), (403, &b"no"[..]));
    }
}

/// Where it has refused nothing, what is wrong is that the connection was reset.
fn a_proxy_that_resets_has_refused_nothing<L: Live>() {
    let script = Script::new().input([&REFUSAL[..9]]).fail_at(3, ErrorKind::ConnectionReset);
    let error = io::Error::from(asked::<L>("http", script, ClientConfig::new()));
    assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{}: {error}", L::NAME);
}

/// Where it says nothing, what is wrong is that nothing can be written.
fn a_proxy_that_says_nothing_is_not_to_blame<L: Live>() {
    for script in [takes_nothing(), takes_nothing().eof(), takes_nothing().input([&REFUSAL[..9]])] {
        // Who blocks the thread waits for as long as there is time.
        let config = ClientConfig::new().timeout(Some(Duration::from_millis(300)));
        let error = io::Error::from(asked::<L>("http", script, config));
        assert_eq!(error.kind(), ErrorKind::WriteZero, "{}: {error}", L::NAME);
        let said = error.to_string();
        assert!(said.contains("the proxy 192.0.2.2:3128"), "{}: {said}", L::NAME);
    }
}

/// Only what is left of a refusal has no more than a second.
fn a_proxy_that_takes_its_time<L: Live>() {
    let peer = lay(Script::new());
    let answer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(1500));
        peer.send(REFUSAL);
    });
    let config = ClientConfig::new().timeout(Some(Duration::from_secs(20)));
    let error = fails::<L>("ws://192.0.2.1/", &over_a_proxy("http"), config);
    answer.join().unwrap();
    assert_eq!(error.name(), "proxy-refused", "{}: {error:?}", L::NAME);
}

/// The same for TLS, where an alert says why.
fn a_server_that_sends_an_alert_is_heard_by_who_cannot_write<L: Live>() {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = TlsClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let tls = builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    let dial = DialConfig::new().tls(tls);
    // A fatal alert: handshake_failure (RFC 8446 6).
    lay(takes_nothing().input([b"\x15\x03\x03\x00\x02\x02\x28"]));
    let error = fails::<L>("wss://192.0.2.1/", &dial, ClientConfig::new());
    let Error::Tls(error) = error else { panic!("{}: {error:?}", L::NAME) };
    assert!(!matches!(*error, TlsError::Truncated), "{}: {error:?}", L::NAME);
    assert!(error.to_string().ends_with("the alert handshake_failure"), "{}: {error}", L::NAME);

    lay(takes_nothing().eof());
    let error = fails::<L>("wss://192.0.2.1/", &dial, ClientConfig::new());
    assert_eq!(io::Error::from(error).kind(), ErrorKind::WriteZero, "{}", L::NAME);
}

/// What has come by then counts, and the next step begins, which has no time left.
fn what_came_in_time_is_looked_at<L: Live>() {
    let none = || ClientConfig::new().timeout(Some(Duration::ZERO));
    let late_in = |answer: &'static str| {
        let error = asked::<L>("http", Script::new().input([answer]), none());
        let Error::Handshake(HandshakeError::TimedOut(step)) = error else {
            panic!("{} {answer}: {error:?}", L::NAME)
        };
        step
    };
    assert_ne!(late_in("HTTP/1.1 200 OK\r\n\r\n"), HandshakeStep::Proxy, "{}", L::NAME);
    assert_eq!(late_in("HTTP/1.1 200 OK\r\n"), HandshakeStep::Proxy, "{}", L::NAME);
}

/// With all the time in the world, it may take some.
fn a_look_up_has_its_outcome<L: Live>() {
    let none = || ClientConfig::new().timeout(None);
    let local = DialConfig::new().local_address(Ipv4Addr::LOCALHOST.into());
    for (url, dial) in [
        ("ws://h.example/", DialConfig::new()),
        ("ws://empty.example/", DialConfig::new()),
        ("ws://empty.example/", local),
    ] {
        let error = fails::<L>(url, &dial, none());
        let said = error.to_string();
        let host = &url[5..url.len() - 1];
        assert!(said.starts_with(&format!("cannot connect to {host}:80: ")), "{}: {said}", L::NAME);
        assert_eq!(io::Error::from(error).kind(), ErrorKind::NotFound, "{}", L::NAME);
    }
    // What speaks SOCKS 4 is told four octets.
    let error = fails::<L>("ws://six.example/", &over_a_proxy("socks4"), none());
    assert_eq!(error.name(), "proxy-address-needed", "{}: {error}", L::NAME);
}

every!(
    a_look_up_has_its_outcome
    a_proxy_that_refuses_is_heard_by_who_cannot_write
    a_part_of_a_refusal_is_one
    a_proxy_that_resets_has_refused_nothing
    a_proxy_that_takes_its_time
    a_proxy_that_says_nothing_is_not_to_blame
    a_server_that_sends_an_alert_is_heard_by_who_cannot_write
    what_came_in_time_is_looked_at
);

/// Two addresses that are tried at once, of which the first answers first: the other is given up.
fn the_first_of_two_wins<L: Live>() {
    lay(Script::new().eof());
    AWAITS.set((true, false));
    let told = Arc::new(Mutex::new(Vec::new()));
    let diary = Arc::clone(&told);
    let addresses = [1, SECOND].map(|port| SocketAddr::from(([192, 0, 2, 1], port)));
    let dial = DialConfig::new().addresses(addresses).attempt_delay(Duration::from_millis(10));
    let dial = dial.on_event(move |event| match event {
        DialEvent::Connect(address) => diary.lock().unwrap().push(("begun", *address)),
        DialEvent::Connected(address) => diary.lock().unwrap().push(("made", *address)),
        _ => {}
    });
    let error = fails::<L>("ws://192.0.2.1/", &dial, ClientConfig::new());
    AWAITS.set((false, false));
    assert!(matches!(error, Error::Handshake(HandshakeError::Truncated(_))), "{error:?}");
    let [first, second] = addresses;
    let expected = [("begun", first), ("begun", second), ("made", first)];
    assert_eq!(*told.lock().unwrap(), expected, "{}", L::NAME);
}

/// Those that do one after the other are left out.
mod the_first_of_two_wins {
    every!(the_first_of_two_wins: tokio Tokio, smol Smol, async_std AsyncStd);
}
