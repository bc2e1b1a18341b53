//! The client under test, and what it tells of its way.

use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use ws_core::{ClientConfig, HandshakeError, HandshakeStep, Message, UpgradeResponse};
use ws_driver::{Connect, DialConfig, DialEvent, Dials, Error, WebSocket};

use crate::every::{About, Live, Stream};

pub(crate) const MS: Duration = Duration::from_millis(1);

/// An open WebSocket.
pub(crate) type Ws<L> = WebSocket<Stream<L>, <<L as Live>::Dials as Dials>::Runtime>;

/// What came of opening a WebSocket: what is known of the stream over which it said something, got it back, and closed, and
/// the server's 101.
pub(crate) type Outcome = Result<(About, UpgradeResponse), Error>;

pub(crate) fn connect<L: Live>(url: &str, dial: &DialConfig) -> Connect<L::Dials> {
    Connect::new(url).dial(dial.clone())
}

/// Opens a WebSocket to a server that sends back what it gets.
pub(crate) fn open<L: Live>(url: &str, dial: &DialConfig) -> Outcome {
    open_as::<L>(&connect::<L>(url, dial))
}

pub(crate) fn open_as<L: Live>(connect: &Connect<L::Dials>) -> Outcome {
    L::block_on(async {
        let (mut ws, response) = connect.open().await?;
        let about = L::about(ws.get_ref());
        talk::<L>(&mut ws).await;
        Ok((about, response))
    })
}

/// Sends messages, gets them back, and closes.
pub(crate) async fn talk<L: Live>(ws: &mut Ws<L>) {
    for message in [Message::text("hello"), Message::binary(vec![7; 5000])] {
        ws.send(message.clone()).await.unwrap();
        assert_eq!(ws.recv().await.unwrap(), Some(message), "{}", L::NAME);
    }
    assert!(ws.close().await.unwrap().is_clean(), "{}", L::NAME);
}

/// A client that gives up after this time.
pub(crate) fn within(timeout: Duration) -> ClientConfig {
    ClientConfig::new().timeout(Some(timeout))
}

/// Asserts that the deadline passed in this step, and not before.
#[track_caller]
pub(crate) fn assert_late<L: Live>(
    step: HandshakeStep,
    timeout: Duration,
    connect: &Connect<L::Dials>,
) {
    let began = Instant::now();
    let error = L::block_on(connect.open()).map(drop).unwrap_err();
    let took = began.elapsed();
    let name = L::NAME;
    assert!(
        matches!(&error, Error::Handshake(HandshakeError::TimedOut(at)) if *at == step),
        "{name}, {step:?}: {error:?}"
    );
    assert!(took >= timeout && took < timeout * 3 + BUSY, "{name}, {step:?}: {took:?}");
}

/// What a machine with much else to do may add to anything.
pub(crate) const BUSY: Duration = Duration::from_millis(1500);

/// What a client told of its way, and when.
#[derive(Clone, Default)]
pub(crate) struct Diary(Arc<Mutex<Vec<(Instant, String)>>>);

impl Diary {
    /// A configuration that writes it.
    pub(crate) fn kept_by(&self, dial: DialConfig) -> DialConfig {
        let diary = self.0.clone();
        dial.on_event(move |event| {
            diary.lock().unwrap().push((Instant::now(), format!("{}", Entry(event))));
        })
    }

    pub(crate) fn entries(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(_, entry)| entry.clone()).collect()
    }

    /// When something was written.
    #[track_caller]
    pub(crate) fn when(&self, entry: &str) -> Instant {
        let diary = self.0.lock().unwrap();
        diary.iter().find(|(_, written)| written == entry).unwrap_or_else(|| panic!("{entry}")).0
    }
}

struct Entry<'a>(&'a DialEvent<'a>);

impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            DialEvent::LookUp(host, port) => write!(f, "look up {host} {port}"),
            DialEvent::Addresses(addresses) => write!(f, "addresses {}", listed(addresses)),
            DialEvent::Connect(address) => write!(f, "connect {address}"),
            DialEvent::Unreached(address, error) => {
                write!(f, "unreached {address} {:?}", error.kind())
            }
            DialEvent::Connected(address) => write!(f, "connected {address}"),
            DialEvent::Tls(host) => write!(f, "tls {host}"),
            DialEvent::Proxy(proxy) => write!(f, "proxy {proxy}"),
            DialEvent::Handshake(url) => write!(f, "handshake {url}"),
            DialEvent::Redirect(status, url) => write!(f, "redirect {} {url}", status.as_u16()),
            DialEvent::Retry(delay, cause) => {
                write!(f, "retry {} {}", delay.as_millis(), cause.map_or("-", |error| error.name()))
            }
            other => panic!("{other:?}"),
        }
    }
}

fn listed(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
