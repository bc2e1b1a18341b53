//! Nodes that share topics through `nats-server` and `redis-server`, as Debian has them. A test whose server is not
//! installed says so, and is skipped; `cargo xtask rooms` runs both, or none.

#![cfg(test)]
#![cfg(any(feature = "nats", feature = "redis"))]

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::{
    io::{DuplexStream, duplex},
    net::TcpStream,
    time::{sleep, timeout},
};
use ws_rooms::{
    Engine, Event, Member, Policy, RelayEvent, Rooms, RoomsConfig,
    ws_tokio::{
        Message, WebSocket, WebSocketConfig,
        dial::BackoffConfig,
        handshake::{Negotiated, Role},
    },
};

/// A server of a broker, which can be killed and started again at its port.
struct Server {
    name: &'static str,
    port: u16,
    arguments: Vec<String>,
    child: Option<Child>,
}

impl Server {
    fn new(name: &'static str, arguments: impl FnOnce(u16) -> Vec<String>) -> Option<Self> {
        if Command::new(name).arg("--version").output().is_err() {
            println!("skipped: {name} is not installed (Debian: apt-get install {name})");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Some(Self { name, port, arguments: arguments(port), child: None })
    }

    async fn start(&mut self) {
        let mut command = Command::new(self.name);
        let quiet = command.args(&self.arguments).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(quiet.spawn().unwrap());
        within(async {
            while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }

    /// As `kill -9` does.
    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(feature = "nats")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nats() {
    let arguments =
        |port: u16| ["-a", "127.0.0.1", "-p", &port.to_string()].map(String::from).into();
    let Some(server) = Server::new("nats-server", arguments) else { return };
    let url = format!("nats://127.0.0.1:{}", server.port);
    share_and_heal(server, || ws_rooms::Nats::new(&url)).await;
}

#[cfg(feature = "redis")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis() {
    let arguments = |port: u16| {
        let port = port.to_string();
        let all = ["--bind", "127.0.0.1", "--port", &port, "--save", "", "--appendonly", "no"];
        all.map(String::from).into()
    };
    let Some(server) = Server::new("redis-server", arguments) else { return };
    let url = format!("redis://127.0.0.1:{}", server.port);
    share_and_heal(server, || ws_rooms::Redis::new(url.as_str()).unwrap()).await;
}

/// A member of a node, with its peer.
struct Node {
    rooms: Rooms,
    member: Member<DuplexStream>,
    peer: WebSocket<DuplexStream>,
    relay: tokio::task::JoinHandle<()>,
}

fn node(engine: impl Engine) -> Node {
    let (rooms, relay) = Rooms::with_engine(RoomsConfig::new().max_queued(10_000), engine);
    let backoff = BackoffConfig::new()
        .first(Duration::from_millis(50))
        .initial(Duration::from_millis(100))
        .max(Duration::from_millis(200));
    let relay =
        relay.backoff(backoff).heartbeat(Duration::from_millis(500)).inspect(|event| match event {
            RelayEvent::Disconnected { error, .. } => println!("disconnected: {error}"),
            other => println!("{other:?}"),
        });
    let (server, client) = duplex(64 * 1024);
    let web_socket = |stream, role| {
        WebSocket::from_upgraded(stream, role, Negotiated::default(), &WebSocketConfig::new())
    };
    let mut member = rooms.join(web_socket(server, Role::Server));
    let _ = member.subscribe(TOPIC, Policy::Disconnect).unwrap();
    let peer = web_socket(client, Role::Client);
    Node { rooms, member, peer, relay: tokio::spawn(relay.run()) }
}

impl Node {
    /// Waits for the gap that every connection begins with.
    async fn gap(&mut self) {
        let event = within(self.member.recv_event()).await.unwrap();
        assert_eq!(event, Some(Event::Gap { topic: TOPIC.into() }));
    }

    /// The next message that its peer gets.
    async fn heard(&mut self) -> String {
        let Self { member, peer, .. } = self;
        within(async {
            tokio::select! {
                event = member.recv_event() => panic!("{event:?}"),
                message = peer.recv() => text(message.unwrap().unwrap()),
            }
        })
        .await
    }
}

fn text(message: Message) -> String {
    message.into_text().unwrap().to_string()
}

async fn share_and_heal<E: Engine>(mut server: Server, engine: impl Fn() -> E) {
    server.start().await;
    let (mut one, mut two) = (node(engine()), node(engine()));
    one.gap().await;
    two.gap().await;
    // The gap comes when the broker has been asked; it may take a moment to know.
    sleep(Duration::from_millis(300)).await;

    for number in 0..500 {
        assert_eq!(one.rooms.publish(TOPIC, format!("one {number}")).unwrap(), 1);
        assert_eq!(two.rooms.publish(TOPIC, format!("two {number}")).unwrap(), 1);
    }
    for node in [&mut one, &mut two] {
        let mut next = [0, 0];
        for _ in 0..1000 {
            let heard = node.heard().await;
            let (from, number) = heard.split_once(' ').unwrap();
            let next = &mut next[usize::from(from == "two")];
            assert_eq!(number, next.to_string(), "in order, once, and no echo");
            *next += 1;
        }
    }

    // A topic that ends and begins again while there is a connection.
    assert!(two.member.unsubscribe(TOPIC));
    sleep(Duration::from_millis(300)).await;
    one.rooms.publish(TOPIC, "nobody hears that there").unwrap();
    assert_eq!(one.heard().await, "nobody hears that there");
    sleep(Duration::from_millis(300)).await;
    let _ = two.member.subscribe(TOPIC, Policy::Disconnect).unwrap();
    sleep(Duration::from_millis(300)).await;
    one.rooms.publish(TOPIC, "welcome back").unwrap();
    assert_eq!(one.heard().await, "welcome back");
    assert_eq!(two.heard().await, "welcome back");

    server.kill();
    sleep(Duration::from_millis(300)).await;
    one.rooms.publish(TOPIC, "while the broker is away").unwrap();
    assert_eq!(one.heard().await, "while the broker is away");
    server.start().await;
    one.gap().await;
    // What was kept may come to the other before it is there again.
    two.gap().await;
    sleep(Duration::from_secs(1)).await;
    two.rooms.publish(TOPIC, "healed").unwrap();
    for node in [&mut one, &mut two] {
        within(async {
            loop {
                tokio::select! {
                    // The other node tells of what it may have lost.
                    event = node.member.recv_event() => {
                        assert!(matches!(event, Ok(Some(Event::Gap { .. }))), "{event:?}");
                    }
                    message = node.peer.recv() => {
                        if text(message.unwrap().unwrap()) == "healed" { break }
                    }
                }
            }
        })
        .await;
    }
    assert_eq!((one.rooms.metrics().members, two.rooms.metrics().members), (1, 1));
    assert_eq!((one.rooms.metrics().removed, one.rooms.metrics().refused), (0, 0));

    let Node { rooms, member, relay, .. } = one;
    drop((rooms, member));
    within(relay).await.unwrap();
}

async fn within<O>(future: impl Future<Output = O>) -> O {
    timeout(Duration::from_secs(30), future).await.unwrap()
}

/// A name that would be a pattern in the words of both brokers.
const TOPIC: &str = "tea.* > [a-z]?";
