//! What the sessions of a thread share: configurations, and a clock that runs.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use conformance::pipe::{Pipe, Script};
use rustls::{
    ClientConnection, ServerConnection, SupportedProtocolVersion,
    version::{TLS12, TLS13},
};
use ws_core::{
    ClientConfig, ClientHandshake, DeflateConfig, DeflateOffer, Proxy, Role, ServerConfig,
    ServerHandshake, WebSocketConfig,
};
use ws_driver::DialConfig;

use crate::{
    authority::Authority,
    hooks::{Hooks, Told},
    messages::Size,
    partner::Partner,
};

/// A kind of session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    /// Of the party under test.
    pub(crate) role: Role,
    /// Over TLS; a client's goes through a proxy, too.
    pub(crate) tls: bool,
    pub(crate) deflate: bool,
    pub(crate) size: Size,
    /// Whether the WebSocket is split.
    pub(crate) halves: bool,
}

impl Kind {
    /// All kinds with messages of a length.
    pub(crate) fn all(size: Size) -> impl Iterator<Item = Self> {
        (0..8).map(move |bits| Self {
            role: if bits & 1 == 0 { Role::Client } else { Role::Server },
            tls: bits & 2 != 0,
            deflate: bits & 4 != 0,
            size,
            halves: false,
        })
    }

    /// The kinds with short messages and a WebSocket that is split.
    pub(crate) fn all_split() -> impl Iterator<Item = Self> {
        let all = Self::all(Size::Short).filter(|kind| !kind.is_over_others() && !kind.deflate);
        all.map(|kind| Self { halves: true, ..kind })
    }

    /// How both ends do TLS: messages of the usual length are sent over TLS 1.2, others over TLS 1.3.
    pub(crate) fn tls_config(self) -> &'static Tls {
        &TLS[usize::from(self.size != Size::Usual)]
    }

    /// Whether runtimes have operations of their own in such a session: see [`agree`](crate::agree).
    pub(crate) fn differs_by_runtime(self) -> bool {
        self.is_over_others() || self.size == Size::Long
    }

    /// Whether there is TLS of another library between the party under test and its stream.
    pub(crate) fn is_over_others(self) -> bool {
        self.role == Role::Server && self.tls
    }
}

/// The settings of a kind of session.
pub(crate) struct Rig {
    pub(crate) kind: Kind,
    pub(crate) client: ClientConfig,
    pub(crate) server: ServerConfig,
    pub(crate) dial: DialConfig,
    /// Hooks in the settings, where there are any.
    pub(crate) hooks: Arc<Hooks>,
    /// The partner's.
    plain_client: ClientConfig,
    plain_server: ServerConfig,
}

impl Rig {
    /// Deadlines are so far away that whoever waits for one hangs.
    pub(crate) fn new(kind: Kind) -> Self {
        Self::with_timeouts(kind, FAR, FAR)
    }

    /// With these deadlines for handshakes, and for all that comes then.
    pub(crate) fn with_timeouts(kind: Kind, handshake: Duration, then: Duration) -> Self {
        let sizes = WebSocketConfig::new().min_deflate_len(0).fragment_len(32 * 1024);
        let patient = sizes.clone().close_timeout(FAR);
        // A write that waits is noticed before silence is.
        let times = sizes.close_timeout(then).send_timeout(then).idle_timeout(then * 3 / 2);
        let times = if then == FAR { patient.clone() } else { times };
        let mut client = ClientConfig::new().subprotocols(["chat"]);
        let mut server = ServerConfig::new().subprotocols(["chat"]);
        if kind.deflate {
            client = client.deflate(DeflateOffer::new());
            server = server.deflate(DeflateConfig::new());
        }
        let mut dial = DialConfig::new();
        if kind.tls {
            dial = dial
                .proxy(Proxy::parse("http://p.example:3128").unwrap())
                .tls(Arc::clone(&kind.tls_config().client));
        }
        Self {
            kind,
            client: client.clone().timeout(Some(handshake)).web_socket(times.clone()),
            server: server.clone().timeout(Some(handshake)).web_socket(times),
            dial,
            hooks: Arc::default(),
            plain_client: client.timeout(None).web_socket(patient.clone()),
            plain_server: server.timeout(None).web_socket(patient),
        }
    }

    /// With hooks wherever there may be one.
    pub(crate) fn hooked(self) -> Self {
        let hooks = || Arc::clone(&self.hooks);
        let (at_client, at_server) = (hooks(), hooks());
        let (at_look_up, at_event) = (hooks(), hooks());
        let dial = self.dial.resolver(move |_, port| {
            at_look_up.call();
            std::future::ready(Ok(vec![SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)]))
        });
        Self {
            client: self.client.decorate(move |_| at_client.call()).observer(Told(hooks())),
            server: self.server.decorate(move |_, _| at_server.call()).observer(Told(hooks())),
            dial: dial.on_event(move |_| at_event.call()),
            ..self
        }
    }

    /// The URL of the server.
    pub(crate) fn url(&self) -> &'static str {
        if self.kind.tls { "wss://h.example/chat" } else { "ws://h.example/chat" }
    }

    /// A new partner for a session of this kind.
    pub(crate) fn partner(&self) -> Partner {
        let messages = self.kind.size.messages();
        match self.kind.role {
            Role::Client => {
                let connection = || {
                    ServerConnection::new(Arc::clone(&self.kind.tls_config().server))
                        .unwrap()
                        .into()
                };
                let handshake = ServerHandshake::new(&self.plain_server);
                let tls = self.kind.tls.then(connection);
                Partner::server(handshake, tls, self.kind.tls, messages)
            }
            Role::Server => {
                let name = "h.example".try_into().unwrap();
                let connection =
                    ClientConnection::new(Arc::clone(&self.kind.tls_config().client), name);
                let tls = self.kind.tls.then(|| connection.unwrap().into());
                let handshake = ClientHandshake::new(&self.plain_client, "h.example", "/chat");
                Partner::client(handshake.unwrap(), tls, messages)
            }
        }
    }

    /// A stream that leads to the partner.
    pub(crate) fn stream(&self, script: Script, partner: &Arc<Mutex<Partner>>) -> Pipe {
        let at_other_end = Arc::clone(partner);
        let script = script.would_block();
        let (pipe, peer) =
            Pipe::new(script.respond(move |arrived| at_other_end.lock().unwrap().respond(arrived)));
        if self.kind.role == Role::Server {
            let first = partner.lock().unwrap().respond(&[]);
            first.iter().for_each(|portion| peer.send(portion));
        }
        pipe
    }
}

/// The settings of both ends of TLS.
pub(crate) struct Tls {
    pub(crate) client: Arc<rustls::ClientConfig>,
    pub(crate) server: Arc<rustls::ServerConfig>,
}

/// Of either version. What is said has the same length every time: only keys are drawn, and nothing is kept for the next
/// session.
static TLS: LazyLock<[Tls; 2]> = LazyLock::new(|| [&TLS12, &TLS13].map(Tls::new));

impl Tls {
    fn new(version: &'static SupportedProtocolVersion) -> Self {
        let authority = Authority::new("A");
        let mut client = authority.client(version);
        client.resumption = rustls::client::Resumption::disabled();
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let mut server = authority.issue_for(&["h.example"], |_| {}, &key).server(version);
        server.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        server.ticketer = rustls::crypto::ring::Ticketer::new().unwrap();
        Self { client: client.into(), server: server.into() }
    }
}

/// Runs what needs a clock, with a way to let time pass.
pub(crate) fn with_clock<O>(run: impl FnOnce(&dyn Fn()) -> O) -> O {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _entered = runtime.enter();
    run(&|| runtime.block_on(tokio::time::sleep(Duration::from_millis(1))))
}

/// Whether no operation is to be left out, however long it takes.
pub(crate) fn goes_all_the_way() -> bool {
    std::env::var("FAULTS").is_ok_and(|faults| faults == "all")
}

const FAR: Duration = Duration::from_secs(3600);
